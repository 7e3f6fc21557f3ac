"""The project's own gold set, ``benchmarks/data/gold/``; its README says how the files are laid out."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.evaluation.gold import Pairing

GOLD = Path(__file__).parent / "data" / "gold"
HALVES = ("dev", "held")
SEPARATOR = " | "  # between sentences of one cell


class AlignedTexts(NamedTuple):
    """Sentences of two documents that translate each other, and the right beads."""

    name: str
    left: list[str]
    right: list[str]
    beads: list[Pairing]


class Paragraph(NamedTuple):
    """A paragraph with the offsets at which its sentences end, the last left out."""

    case: str
    text: str
    ends: frozenset[int]


class Labelled(NamedTuple):
    """A line and its language; ``und`` where it has none."""

    case: str
    language: str
    text: str


class Quarry(NamedTuple):
    """Two unordered sets of sentences, and the pairs among them that translate each other."""

    left: list[str]
    right: list[str]
    pairs: frozenset[tuple[str, str]]


class Collection(NamedTuple):
    """Documents by name, as lines, and pairs of them as (French name, English name, grade)."""

    documents: dict[str, list[str]]
    pairs: frozenset[tuple[str, str, str]]


def load_bitexts(half: str) -> list[AlignedTexts]:
    """The documents to align, in the order of their numbers."""
    return [_bitext(path) for path in _files(half, "align/*.tsv")]


def load_paragraphs(half: str, language: str) -> list[Paragraph]:
    """The paragraphs to split, each with at least one boundary inside."""
    return [_paragraph(*row) for row in _rows(_file(half, f"split.{language}.tsv"))]


def load_lines(half: str) -> list[Labelled]:
    """The lines whose language is asked."""
    return [Labelled(*row) for row in _rows(_file(half, "detect.tsv"))]


def load_quarry(half: str) -> Quarry:
    """The sentences to mine, each side in alphabetical order so that places give nothing away."""
    rows = _rows(_file(half, "mine.tsv"))
    left, right = (sorted(row[column] for row in rows if row[column]) for column in (1, 2))
    return Quarry(left, right, frozenset((row[1], row[2]) for row in rows if row[0] == "pair"))


def load_collection(half: str) -> Collection:
    """The documents to pair."""
    documents = {path.name: path.read_text("utf-8").splitlines() for path in _files(half, "pair/*.txt")}
    pairs = frozenset((left, right, grade) for left, right, grade in _rows(_file(half, "pair/gold.tsv")))
    return Collection(documents, pairs)


def _bitext(path: Path) -> AlignedTexts:
    sides: tuple[list[str], list[str]] = ([], [])
    beads = []
    for row in _rows(path):
        spans = []
        for sentences, cell in zip(sides, row, strict=False):
            start = len(sentences)
            sentences.extend(cell.split(SEPARATOR) if cell else ())
            spans.append(tuple(range(start, len(sentences))))
        beads.append((spans[0], spans[1]))
    return AlignedTexts(path.stem, *sides, beads)


def _paragraph(case: str, cell: str) -> Paragraph:
    sentences = cell.split(SEPARATOR)
    text = " ".join(sentences)
    ends = {len(" ".join(sentences[:count])) for count in range(1, len(sentences))}
    return Paragraph(case, text, frozenset(ends))


def _files(half: str, pattern: str) -> list[Path]:
    paths = sorted((GOLD / half).glob(pattern))
    if not paths:
        raise SystemExit(f"{GOLD / half / pattern}: not here. Restore benchmarks/data/gold.")
    return paths


def _file(half: str, name: str) -> Path:
    return _files(half, name)[0]


def _rows(path: Path) -> Sequence[list[str]]:
    """The rows below the header, with as many cells each."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise SystemExit(f"{path}, line {number}: {len(row)} cells where the header has {len(header)}. Mend it.")
    return rows
