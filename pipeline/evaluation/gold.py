"""Precision, recall and F1 of beads, and where the beads of a gold standard stand among the segments of a document.

Strict counts a bead when both its sides are exactly right; lax when it shares a sentence with a right bead on both
sides. Insertions and deletions are left out, and all documents of a set count together.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

Pairing: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
LONGEST = 40  # segments of one side of a gold bead


class Score(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


def score(right: float, proposed: int, expected: int, recalled: float | None = None) -> Score:
    """From counts of what is right among what was found, and what was recalled (by default the same) of what exists."""
    precision, recall = right / max(1, proposed), (right if recalled is None else recalled) / max(1, expected)
    return Score(precision, recall, 2 * precision * recall / max(1e-9, precision + recall))


def strict(documents: Iterable[tuple[Sequence[Pairing], Sequence[Pairing]]]) -> Score:
    """Over documents, each (found beads, right beads)."""
    pairs = [(_beads(beads), _beads(gold)) for beads, gold in documents]
    right = sum(len(beads & gold) for beads, gold in pairs)
    return score(right, sum(len(beads) for beads, _ in pairs), sum(len(gold) for _, gold in pairs))


def lax(documents: Iterable[tuple[Sequence[Pairing], Sequence[Pairing]]]) -> Score:
    """The same, when it is enough to touch a right bead on both sides."""
    pairs = [(_beads(beads), _beads(gold)) for beads, gold in documents]
    right = sum(_touching(beads, gold) for beads, gold in pairs)
    recalled = sum(_touching(gold, beads) for beads, gold in pairs)
    return score(right, sum(len(beads) for beads, _ in pairs), sum(len(gold) for _, gold in pairs), recalled)


def locate(texts: Sequence[str], segments: Sequence[str]) -> list[tuple[int, ...] | None]:
    """For each of ``texts`` the consecutive ``segments`` that it is made of; None where it is made of none.

    White space does not matter. A text is looked for behind the one before it first, so that repeated lines stay in
    order; an empty text is made of no segment.

    >>> locate(["Oui. Non.", "Oui.", "", "Peut-être."], ["Oui.", "Non.", "Oui."])
    [(0, 1), (2,), (), None]
    """
    bare = ["".join(segment.split()) for segment in segments]
    runs: list[tuple[int, ...] | None] = []
    after = 0
    for text in texts:
        characters = "".join(text.split())
        starts = [*range(after, len(bare)), *range(after)]
        run = (
            next((segments_of for start in starts if (segments_of := _run(characters, bare, start))), None)
            if characters
            else ()
        )
        runs.append(run)
        after = run[-1] + 1 if run else after
    return runs


def within(proposed: Iterable[Pairing], gold: Sequence[Pairing]) -> list[Pairing]:
    """The beads that hold a sentence which the gold standard speaks of, on whichever side."""
    sentences = [{i for pairing in gold for i in pairing[side]} for side in (0, 1)]
    return [pairing for pairing in proposed if any(sentences[side].intersection(pairing[side]) for side in (0, 1))]


def _run(characters: str, bare: Sequence[str], start: int) -> tuple[int, ...]:
    """The segments from ``start`` on that make up a text, or none."""
    length = 0
    for end in range(start, min(start + LONGEST, len(bare))):
        if not bare[end] or not characters.startswith(bare[end], length):
            return ()
        length += len(bare[end])
        if length == len(characters):
            return tuple(range(start, end + 1))
    return ()


def _beads(pairings: Sequence[Pairing]) -> set[Pairing]:
    return {(tuple(left), tuple(right)) for left, right in pairings if left and right}


def _touching(proposed: set[Pairing], expected: set[Pairing]) -> int:
    links = {(i, j) for left, right in expected for i in left for j in right}
    return sum(any((i, j) in links for i in left for j in right) for left, right in proposed)
