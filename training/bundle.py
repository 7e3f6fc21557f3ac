"""The folder that training needs and that travels to the machine with the GPU: token numbers and the vocabulary."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.errors import TrainingError
from training.ragged import Ragged, load, save

META = "meta.json"
VOCABULARY = "sentencepiece.model"
DEVELOPMENT = "newstest2013"
MONOLINGUAL = "mono"


@dataclass(frozen=True, slots=True)
class Meta:
    """What is in a bundle: pieces in the vocabulary, and weight and number of pairs for each source.

    ``synthetic`` counts back-translations that were at hand; where there are none, training can make its own.
    """

    vocabulary: int
    weights: Mapping[str, float]
    pairs: Mapping[str, int]
    monolingual: int
    synthetic: int = 0


@dataclass(frozen=True, slots=True)
class Bitext:
    """Two ragged arrays of the same number of texts."""

    french: Ragged
    english: Ragged

    def __len__(self) -> int:
        return len(self.french)


def write_meta(meta: Meta, folder: Path) -> None:
    """Writes what the bundle is, last of all: a bundle without it is not whole."""
    table = {"vocabulary": meta.vocabulary, "weights": meta.weights, "pairs": meta.pairs, "mono": meta.monolingual}
    table["synthetic"] = meta.synthetic
    (folder / META).write_text(json.dumps(table, indent=1) + "\n", "utf-8")


def read_meta(folder: Path) -> Meta:
    """What the bundle in ``folder`` is. Raises TrainingError when there is none."""
    try:
        table = json.loads((folder / META).read_bytes())
        return Meta(
            int(table["vocabulary"]),
            table["weights"],
            table["pairs"],
            int(table["mono"]),
            int(table.get("synthetic", 0)),
        )
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"{folder}: no bundle there ({error}). Run `python -m training.prepare` first.") from error


def write_bitext(name: str, bitext: Bitext, folder: Path) -> None:
    """Writes both sides of a bitext."""
    save(bitext.french, folder / f"{name}.fr.xz")
    save(bitext.english, folder / f"{name}.en.xz")


def read_bitext(name: str, folder: Path) -> Bitext:
    """A bitext by its name. Raises TrainingError when its two sides do not fit together or one is missing."""
    try:
        bitext = Bitext(load(folder / f"{name}.fr.xz"), load(folder / f"{name}.en.xz"))
    except OSError as error:
        raise TrainingError(f"{folder}: {name} cannot be read ({error}). Prepare the bundle again.") from error
    if len(bitext.french) != len(bitext.english):
        raise TrainingError(f"{folder}: the sides of {name} differ in length. Prepare the bundle again.")
    return bitext
