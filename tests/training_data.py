"""A small made-up language pair, as files and as a model: what the tests of ``training`` learn and decode."""

import lzma
import random
from itertools import product
from pathlib import Path

import numpy as np

from training.shape import Shape
from training.snapshot import Weights

FRENCH = [a + b for a, b in product(("ba", "de", "fi", "go", "lu", "mo"), ("ran", "sel", "tir", "von", "zut"))]
ENGLISH = [word[::-1].upper().lower() for word in FRENCH]
MEANS = dict(zip(FRENCH, ENGLISH, strict=True))


def sentences(count: int, seed: int = 1) -> list[tuple[str, str]]:
    """Pairs of sentences: the second has the counterpart of each word of the first, in the same order."""
    draw = random.Random(seed)
    french = [[draw.choice(FRENCH) for _ in range(draw.randint(2, 7))] for _ in range(count)]
    return [(" ".join(words), " ".join(MEANS[word] for word in words)) for words in french]


def write(folder: Path, count: int = 2_000) -> Path:
    """The files that ``training.prepare`` reads; half of the pairs are of a source that is left out."""
    lines = [f"{('tatoeba', 'wesnoth')[n % 2]}\t{f}\t{e}\n" for n, (f, e) in enumerate(sentences(2 * count))]
    folder.mkdir()
    (folder / "fr-en.train.tsv.xz").write_bytes(lzma.compress("".join(lines).encode()))
    mono = "".join(f"{english}\n" for _, english in sentences(200, 2))
    (folder / "mono.unga.en.xz").write_bytes(lzma.compress(mono.encode()))
    for place, code in enumerate(("fr", "en")):
        text = "".join(f"{pair[place]}\n" for pair in sentences(40, 3))
        (folder / f"newstest2013.{code}").write_text(text, "utf-8")
    return folder


def weights(shape: Shape, seed: int = 0) -> Weights:
    """Weights drawn at random, for every part that a model of this shape has."""
    draw = np.random.default_rng(seed)
    return {name: draw.normal(0.0, 0.2, size).astype(np.float32) for name, size in sizes(shape).items()}


def sizes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Names and sizes of all weights."""
    width, hidden = shape.width, shape.hidden
    linears = {"attention.inward": (3 * width, width), "attention.outward": (width, width)}
    feed = {"feed_forward.up": (hidden, width), "feed_forward.down": (width, hidden)}
    cross = {f"cross.{name}": (rows * width, width) for name, rows in (("query", 1), ("source", 2), ("outward", 1))}
    found: dict[str, tuple[int, ...]] = {"embedding.weight": (shape.vocabulary, width)}
    for side, layers, parts in (
        ("encoder", shape.encoder, linears | feed),
        ("decoder", shape.decoder, linears | cross | feed),
    ):
        for layer, (part, size) in product(range(layers), parts.items()):
            found |= {f"{side}.{layer}.{part}.weight": size}
        for layer, block in product(range(layers), sorted({part.partition(".")[0] for part in parts})):
            found |= {f"{side}.{layer}.{block}.norm.{end}": (width,) for end in ("weight", "bias")}
        found |= {f"{side}_norm.{end}": (width,) for end in ("weight", "bias")}
    return found
