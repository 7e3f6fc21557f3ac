"""Novels that people aligned by hand: ``python -m benchmarks.novels``, strict and lax F1 of each.

The data is TransRead (Xu & Yvon 2016; annotations CC BY-SA 4.0, texts in the public domain), eleven novels in French or
Spanish with their English translations, in part. It stays outside the project:

    git clone https://github.com/fyvo/TransReadAlignments .data/TransReadAlignments

``ENREGARD_NOVELS`` names another place. The weights of the aligner are fitted to it, among others: what these novels
are worth as a measure is told by ``python -m benchmarks.fit --held``.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from benchmarks.floors import HERE
from pipeline.align.path import align
from pipeline.config import AlignConfig
from pipeline.embedding import use
from pipeline.evaluation.gold import Pairing, lax, strict

FOLDER = Path(os.environ.get("ENREGARD_NOVELS", HERE.parent / ".data" / "TransReadAlignments")) / "dat" / "novels"
READABLE = ("fr", "es")  # languages beside English that the embedder reads
_MARK_UP = re.compile(r"_")
_JOINTS = (  # how words and marks stand together where they are not set apart, as the tokens are
    (re.compile(r" +([,.…)\]”])"), r"\1"),
    (re.compile(r"([(\[“]) +"), r"\1"),
    (re.compile(r"(?<=\w) ?(['’]) ?(?=\w)"), r"\1"),
    (re.compile(r" {2,}"), " "),
)
_HIGH_MARKS = re.compile(r" +([;:?!])")


class Novel(NamedTuple):
    """Sentences of a novel and of its English translation, and the beads that people made of them."""

    name: str
    left: list[str]
    right: list[str]
    gold: list[Pairing]


class Source(NamedTuple):
    """The files of a novel: its sentences, those of the translation, and which face each other."""

    left: Path
    right: Path
    links: Path

    @property
    def language(self) -> str:
        """The code of the language that faces English."""
        return self.links.stem[-2:]


def find_sources(folder: Path = FOLDER) -> list[Source]:
    """What is to be read in the folder ``dat/novels`` of TransRead, by name; nothing where it is missing."""
    sources = []
    for links in sorted(folder.glob("*/*_sent_align_en-??.xml")):
        stem = f"cut_{links.name.split('_')[0]}"
        language = links.stem[-2:]
        sources.append(Source(links.with_name(f"{stem}_{language}.xml"), links.with_name(f"{stem}_en.xml"), links))
    return [source for source in sources if source.language in READABLE]


def read_novel(source: Source) -> Novel:
    """The texts of a novel and the beads that people made."""
    left, right = _sentences(source.left, source.language), _sentences(source.right, "en")
    places = [{number: place for place, number in enumerate(side)} for side in (left, right)]
    pairs = [link.get("xtargets", "").split(";") for link in ElementTree.parse(source.links).iter("link")]
    gold = [(_placed(ours, places[0]), _placed(theirs, places[1])) for theirs, ours in pairs]
    title = source.links.name.split("_")[0]
    return Novel(f"{title} {source.language}-en", list(left.values()), list(right.values()), gold)


def read_novels() -> Iterator[Novel]:
    """All that is there."""
    return map(read_novel, find_sources())


def _sentences(path: Path, language: str) -> dict[str, str]:
    """The sentences of a file by their numbers, in order."""
    sentences = ElementTree.parse(path).iter("s")
    return {sentence.get("id", ""): _written(sentence, language) for sentence in sentences}


def _written(sentence: ElementTree.Element, language: str) -> str:
    """The words of a sentence as they are printed."""
    text = _MARK_UP.sub("", " ".join(word.text or "" for word in sentence.iter("w")))
    for joint, joined in _JOINTS:
        text = joint.sub(joined, text)
    return (_HIGH_MARKS.sub(r"\1", text) if language == "en" else text).strip() or "*"


def _placed(numbers: str, places: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sorted(places[number] for number in numbers.split()))


def missing() -> bool:
    """Whether there are no novels; says so."""
    if find_sources():
        return False
    print(f"{FOLDER}: no novels here, nothing done. See the head of benchmarks/novels.py.", file=sys.stderr)
    return True


def main() -> int:
    """Align and print."""
    if missing():
        return 0
    embedder, documents = use.load(), []
    for novel in read_novels():
        beads = [(bead.left, bead.right) for bead in align(novel.left, novel.right, embedder, AlignConfig())]
        documents.append((beads, novel.gold))
        print(f"{novel.name:40s} strict {strict(documents[-1:]).f1:.4f}  lax {lax(documents[-1:]).f1:.4f}", flush=True)
    print(f"{'all':40s} strict {strict(documents).f1:.4f}  lax {lax(documents).f1:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
