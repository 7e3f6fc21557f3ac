"""Two texts of any length that translate each other, for measuring time and memory, made from the development data."""

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.scoring import read_beads, read_lines

Lines = tuple[list[str], list[str]]


def facing(folder: Path, count: int) -> Lines:
    """About ``count`` lines on either side: those of the news documents, then sentences of the mining set.

    Beyond these, two short beads at a time are joined, no two alike, so that nothing is repeated as it stands.
    """
    text_pair: Lines = ([], [])
    for sides in islice(_beads(folder), count):
        for lines, side in zip(text_pair, sides, strict=True):
            lines.extend(side)
        if len(text_pair[0]) >= count:
            break
    return text_pair


def written(lines: Lines, folder: Path) -> tuple[Path, Path]:
    """Two files with one line each."""
    paths = folder / f"{len(lines[0])}.left", folder / f"{len(lines[0])}.right"
    for path, side in zip(paths, lines, strict=True):
        path.write_text("".join(f"{line}\n" for line in side), "utf-8")
    return paths


def _beads(folder: Path) -> Iterator[Lines]:
    beads = [*_news(folder / "align" / "fr-en.clean"), *_mined(folder / "mine" / "gold.tsv")]
    yield from beads
    short = sorted((bead for bead in beads if bead[0] and bead[1]), key=lambda bead: len(" ".join(bead[0])))[
        : len(beads) // 2
    ]
    choice = random.Random(1).choice
    while True:
        first, second = choice(short), choice(short)
        yield [" ".join(first[0] + second[0])], [" ".join(first[1] + second[1])]


def _news(folder: Path) -> Iterator[Lines]:
    for gold in sorted(folder.glob("*.beads")):
        left, right = (read_lines(gold.with_suffix(ending)) for ending in (".fr", ".en"))
        yield from (
            ([left[i] for i in left_numbers], [right[j] for j in right_numbers])
            for left_numbers, right_numbers in read_beads(gold)
        )


def _mined(path: Path) -> Iterator[Lines]:
    for line in read_lines(path):
        left, right = line.split("\t")
        yield [left], [right]
