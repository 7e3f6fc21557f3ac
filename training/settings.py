"""How a model is trained, and how that is said on the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.shape import Shape


@dataclass(frozen=True, slots=True)
class Settings:
    """``tokens``: padded tokens of the longer side in a batch; ``fall``: part of the time, ``every``: minutes."""

    tokens: int
    rate: float
    dropout: float
    smoothing: float
    warmup: int
    fall: float
    every: float
    average: float
    compiled: bool
    seed: int


# What differs between machines. A core with matrix units for bf16 (AMX) learns some 2,000 English tokens a second.
RECIPES: dict[str, dict[str, Any]] = {
    "cuda": {},
    "cpu": {"width": 384, "heads": 6, "hidden": 1_536, "encoder": 6, "tokens": 6_144}
    | {"dropout": 0.0, "both": 0.0, "average": 0.9985, "fall": 0.15, "threads": 1, "every": 10.0},
}


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line of ``python -m training.train``."""
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--device")
    recipe = RECIPES["cpu" if first.parse_known_args(arguments)[0].device == "cpu" else "cuda"]
    parser = argparse.ArgumentParser(description="Trains the model from a bundle.")
    parser.add_argument("--bundle", type=Path, default=Path("training/bundle"), help="what training.prepare wrote")
    parser.add_argument("--run", type=Path, default=Path("training/run"), help="folder for the state and the results")
    parser.add_argument("--minutes", type=float, default=50.0, help="for everything; it ends then")
    parser.add_argument(
        "--both", type=float, default=0.32, help="part of the time for both directions at once; 0: none"
    )
    parser.add_argument("--start", type=Path, help="package, or folder of a snapshot, to start from")
    parser.add_argument("--branch", type=Path, help="folder of a run to go on from, leaving it as it is")
    parser.add_argument("--fall", type=float, default=0.4, help="part of the time, at its end, in which the rate falls")
    parser.add_argument("--device", help="default: cuda where there is one; cpu has a recipe of its own")
    parser.add_argument("--threads", type=int, help="threads of the processor")
    for name, default in (("width", 512), ("heads", 8), ("hidden", 2_048), ("encoder", 8), ("decoder", 2)):
        parser.add_argument(f"--{name}", type=int, default=default, help="of the model")
    parser.add_argument("--tokens", type=int, default=32_768, help="in a batch")
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--smoothing", type=float, default=0.1, help="of labels")
    parser.add_argument("--warmup", type=int, default=300, help="steps")
    parser.add_argument("--average", type=float, default=0.995, help="what averaged weights keep of themselves a step")
    parser.add_argument("--every", type=float, default=2.0, help="minutes between validations and snapshots")
    parser.add_argument("--compile", action="store_true", help="compile the layers: pays after some minutes on a GPU")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(**recipe)
    return parser.parse_args(arguments)


def settings(namespace: argparse.Namespace) -> Settings:
    """The part of the command line that a training loop asks for."""
    return Settings(
        namespace.tokens,
        namespace.rate,
        namespace.dropout,
        namespace.smoothing,
        namespace.warmup,
        namespace.fall,
        namespace.every,
        namespace.average,
        namespace.compile,
        namespace.seed,
    )


def shape(namespace: argparse.Namespace, vocabulary: int) -> Shape:
    """The model that the command line asks for."""
    return Shape(vocabulary, namespace.width, namespace.heads, namespace.hidden, namespace.encoder, namespace.decoder)
