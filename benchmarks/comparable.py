"""Corpora of documents that do not translate each other but share some passages, with gold, in two disjoint halves.

Three kinds, in either half: our own comparable articles (``benchmarks/data/passages``), all together, one event at a
time, and with every shared passage taken out on one side; news whose translations are known (``align/fr-en.clean`` of
the development data), cut into articles that face each other without being aligned, each of which keeps a part of the
other's sentences, or none. The held-back half adds our seeds.
"""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.floors import DEV, HERE, absent
from benchmarks.scoring import read_beads, read_lines
from pipeline.align.streams import Stream
from pipeline.config import Config
from pipeline.evaluation.gold import Pairing
from pipeline.language import detect, identify
from pipeline.reading.inputs import read
from pipeline.records import ALIGNABLE, Reading, Segmentation
from pipeline.segmenting import segment

DATA = HERE / "data" / "passages"
SEEDS = HERE.parent / "seeds"
HALVES = ("fit", "held")
ARTICLE = 24  # beads in an article of news
SHARES = (0.5, 0.25, 0.1, 0.0)  # of an article's beads that stand on both sides

Unit = tuple[frozenset[str], frozenset[str]]


class Corpus(NamedTuple):
    """Documents on either side, pairs of documents that are aligned already, and the passages to be found.

    ``related`` are texts that tell of the same event and say something else of it.
    """

    name: str
    left: Sequence[Stream]
    right: Sequence[Stream]
    known: Sequence[tuple[str, str]]
    gold: Sequence[Unit]
    related: Sequence[Unit] = ()

    @property
    def kind(self) -> str:
        """What the name begins with."""
        return self.name.partition(":")[0]

    @property
    def links(self) -> set[tuple[str, str]]:
        """All pairs of keys that stand in one passage."""
        return _links(self.gold)

    @property
    def related_links(self) -> set[tuple[str, str]]:
        """The same of ``related``."""
        return _links(self.related)


class _Event(NamedTuple):
    left: list[Stream]
    right: list[Stream]
    gold: list[Unit]
    related: list[Unit]


def corpora(half: str) -> Iterator[Corpus]:
    """All corpora of a half; those made from the development data only where it is there."""
    events = {path.stem: _event(path) for path in sorted((DATA / half).glob("*.txt"))}
    joined = _Event(*([part for event in events.values() for part in event[k]] for k in range(4)))  # type: ignore[arg-type]
    yield from _corpora("comparable:all", "nothing:all", joined)
    for name, event in events.items():
        yield from _corpora(f"event:{name}", f"bare:{name}", event)
    if not absent(DEV / "align"):
        for share in SHARES:
            yield _news(half, share)
    if half == "held":
        yield _seeds()


def _links(units: Sequence[Unit]) -> set[tuple[str, str]]:
    return {(i, j) for left, right in units for i in left for j in right}


def _corpora(name: str, bare: str, event: _Event) -> Iterator[Corpus]:
    """An event as it is, and without what both sides say."""
    yield Corpus(name, event.left, event.right, (), event.gold, event.related)
    rest = _without(event)
    yield Corpus(bare, rest.left, rest.right, (), (), rest.related)


def _event(path: Path) -> _Event:
    """One file of comparable articles (see the README beside them)."""
    sides: dict[str, list[Stream]] = {"fr": [], "en": []}
    labels: dict[str, tuple[set[str], set[str]]] = {}
    for article in path.read_text("utf-8").split("[")[1:]:
        head, _, body = article.partition("]\n")
        language, name = head.split()
        document = f"{path.stem}.{name}"
        numbers, marks, texts = _lines(body)
        keys = tuple(f"{document}:{number}" for number in range(len(texts)))
        sides[language].append(Stream(document, keys, texts, numbers))
        for key, mark in zip(keys, marks, strict=True):
            for label in mark.split(","):
                labels.setdefault(label, (set(), set()))[language == "en"].add(key)
    units = {mark: (frozenset(left), frozenset(right)) for mark, (left, right) in labels.items() if mark != "-"}
    gold = [unit for mark, unit in units.items() if not _unlike(mark)]
    return _Event(sides["fr"], sides["en"], gold, [unit for mark, unit in units.items() if _unlike(mark)])


def _unlike(mark: str) -> bool:
    """Whether lines with a label say different things of the same event (``e1``)."""
    return mark.startswith("e") and mark[1:].isdigit()


def _lines(body: str) -> tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    """Paragraph numbers, labels and texts of the lines of an article."""
    lines = [(k, line) for k, paragraph in enumerate(body.split("\n\n")) for line in paragraph.splitlines() if line]
    marks, texts = zip(*(line.split("\t") for _, line in lines), strict=True)
    return tuple(number for number, _ in lines), marks, texts


def _without(event: _Event) -> _Event:
    """An event whose right side has lost all that is on the left side too."""
    shared = frozenset(key for _, keys in event.gold for key in keys)
    return event._replace(right=[_kept(stream, shared) for stream in event.right], gold=[])


def _kept(stream: Stream, shared: frozenset[str]) -> Stream:
    numbers = [k for k, key in enumerate(stream.keys) if key not in shared]
    columns = ((column[k] for k in numbers) for column in (stream.keys, stream.texts, stream.stretches))
    return Stream(stream.document, *(tuple(column) for column in columns))  # type: ignore[arg-type]


def _news(half: str, share: float) -> Corpus:
    """Articles of which both sides keep ``share`` of the beads and one side or the other each of the rest."""
    left: list[Stream] = []
    right: list[Stream] = []
    gold: list[Unit] = []
    for path in sorted((DEV / "align" / "fr-en.clean").glob("*.beads"))[HALVES.index(half) :: 2]:
        chance = random.Random(f"{path.stem} {share}")
        sides = read_lines(path.with_suffix(".fr")), read_lines(path.with_suffix(".en"))
        beads = [bead for bead in read_beads(path) if all(bead)]
        for start in range(0, len(beads), ARTICLE):
            name = f"{path.stem}.{start}"
            draws = [(bead, chance.random() < share, chance.random() < 0.5) for bead in beads[start : start + ARTICLE]]
            left.append(_article(f"{name}.fr", sides[0], [bead[0] for bead, both, first in draws if both or first]))
            right_groups = [bead[1] for bead, both, first in draws if both or not first]
            chance.shuffle(right_groups)
            right.append(_article(f"{name}.en", sides[1], right_groups))
            gold += [_unit(name, bead) for bead, both, _ in draws if both]
    return Corpus(f"news:{share}", left, right, (), gold)


def _article(document: str, lines: Sequence[str], groups: Sequence[Sequence[int]]) -> Stream:
    numbers = [number for group in groups for number in group]
    stretches = tuple(k for k, group in enumerate(groups) for _ in group)
    return Stream(document, tuple(f"{document}:{i}" for i in numbers), tuple(lines[i] for i in numbers), stretches)


def _unit(name: str, bead: Pairing) -> Unit:
    sides = [frozenset(f"{name}.{code}:{i}" for i in side) for code, side in zip(("fr", "en"), bead, strict=True)]
    return sides[0], sides[1]


def _seeds() -> Corpus:
    """Our seeds as a build sees them; the gold names sentences by their text."""
    config = Config()
    identifier = identify.load(config.detect)
    readings = [reading for reading in read(SEEDS, config.read) if isinstance(reading, Reading)]
    segmentations = segment.segment(
        (reading.document for reading in readings), identify.language_of(identifier), config.segment
    )
    names = [reading.source.path for reading in readings]
    detected = dict(zip(names, detect.detect(segmentations, identifier, config.detect), strict=True))
    copies = {"2024-03-31-depeche.txt"}
    left, right = (
        [_stream(name, segmentation, code) for name, segmentation in detected.items() if name not in copies]
        for code in ("fr", "en")
    )
    aligned = [
        ("2025-04-29-contingent.fr.txt", "2025-04-29-contingent.en.txt"),
        ("2024-06-20-traite-pyongyang.txt", "2024-06-24-the-pact.html"),
    ]
    rows = [json.loads(line) for line in read_lines(SEEDS / "gold" / "passages.jsonl")]
    gold = [
        (_named(left, row["left_file"], row["left"]), _named(right, row["right_file"], row["right"])) for row in rows
    ]
    return Corpus("seeds", left, right, aligned, gold)


def _stream(name: str, segmentation: Segmentation, language: str) -> Stream:
    segments = [
        sentence
        for sentence in segmentation.segments
        if sentence.role in ALIGNABLE
        and sentence.language
        and sentence.language.code == language
        and len(sentence.text.split()) >= 4
    ]
    blocks = {block: number for number, block in enumerate(dict.fromkeys(sentence.block for sentence in segments))}
    stretches = tuple(blocks[sentence.block] for sentence in segments)
    return Stream(
        name,
        tuple(f"{name}:{sentence.start}" for sentence in segments),
        tuple(sentence.text for sentence in segments),
        stretches,
    )


def _named(streams: Sequence[Stream], name: str, text: str) -> frozenset[str]:
    """Keys of the segments of a document that stand in a text, or in which it stands."""
    plain = " ".join(text.split())
    (stream,) = (candidate for candidate in streams if candidate.document == name)
    texts = [" ".join(line.split()) for line in stream.texts]
    return frozenset(key for key, line in zip(stream.keys, texts, strict=True) if line in plain or plain in line)
