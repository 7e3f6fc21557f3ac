"""Finding in a changed text the segments that a cut had arranged: by their texts and what stood around them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from pipeline.align.edits import Sides, atoms

ALIKE = 0.6  # ratio (Ratcliff & Obershelp 1988) from which an edited text is the same segment
RUN = 5  # segments of a side of a bead that is looked for by its text, at most
LONGEST = 400  # pairs of texts that are compared by their letters between two that are the same


class KeyedText(NamedTuple):
    """A segment: its key and its text."""

    key: str
    text: str


def carried(before: Sequence[KeyedText], now: Sequence[KeyedText]) -> dict[str, str]:
    """Keys of ``before`` to keys of ``now``: of the same text in the same order, or of the most alike between two such.

    ``before`` may be a few lines of a longer text.

    >>> old = [KeyedText("a", "Le port ouvre tôt."), KeyedText("b", "Il pleut."), KeyedText("c", "Les grues dorment.")]
    >>> new = [KeyedText("p", "Bonjour."), KeyedText("q", "Le port ouvre très tôt."), KeyedText("r", "Il pleut.")]
    >>> carried(old, new)
    {'a': 'q', 'b': 'r'}
    """
    matcher = SequenceMatcher(None, [_plain(line) for line in before], [_plain(line) for line in now], autojunk=False)
    pairs: list[tuple[int, int]] = []
    for tag, i, past_i, j, past_j in matcher.get_opcodes():
        if tag == "equal":
            pairs += zip(range(i, past_i), range(j, past_j), strict=True)
        elif tag == "replace" and (past_i - i) * (past_j - j) <= LONGEST:
            pairs += _alike(before, now, range(i, past_i), range(j, past_j))
    return {before[i].key: now[j].key for i, j in pairs}


def moved_to(beads: Sequence[Sides], keys: tuple[Mapping[str, str], Mapping[str, str]]) -> tuple[Sides, ...] | None:
    """Beads of the segments that those of ``beads`` are now, or None where one is gone."""
    if not all(key in found for bead in beads for side, found in zip(bead, keys, strict=True) for key in side):
        return None
    return tuple(
        Sides(*(tuple(found[key] for key in side) for side, found in zip(bead, keys, strict=True))) for bead in beads
    )


def confirmed(
    left: Sequence[KeyedText], right: Sequence[KeyedText], judged: Mapping[str, Collection[str]]
) -> list[Sides]:
    """Beads of two texts that say what ``judged`` says translates each other (left text to right ones).

    What stands in a text twice is left out: nobody can tell which was meant. Of beads that share a segment the one with
    the fewest stands.
    """
    if not judged:
        return []
    lefts, rights = _runs(left, judged.keys()), _runs(right, {text for texts in judged.values() for text in texts})
    found = [
        Sides(run[0], rights[opposite][0])
        for text, run in lefts.items()
        for opposite in sorted(judged[text])
        if len(run) == 1 and len(rights.get(opposite, ())) == 1
    ]
    beads: list[Sides] = []
    for bead in sorted(found, key=lambda bead: len(bead.left) + len(bead.right)):
        beads += [bead] if atoms(beads).isdisjoint(atoms([bead])) else []
    return beads


def _runs(lines: Sequence[KeyedText], wanted: Collection[str]) -> dict[str, list[tuple[str, ...]]]:
    """Text to the keys of each run of segments that has it, of those that are wanted."""
    runs: dict[str, list[tuple[str, ...]]] = {}
    for start in range(len(lines)):
        for stop in range(start + 1, min(start + RUN, len(lines)) + 1):
            joined = " ".join(line.text for line in lines[start:stop])
            if joined in wanted:
                runs.setdefault(joined, []).append(tuple(line.key for line in lines[start:stop]))
    return runs


def _alike(
    before: Sequence[KeyedText], now: Sequence[KeyedText], rows: range, columns: range
) -> Iterator[tuple[int, int]]:
    """The pairs in order whose likeness is the greatest in sum, each at least ALIKE."""
    best: dict[tuple[int, int], tuple[float, tuple[tuple[int, int], ...]]] = {}
    nothing: tuple[float, tuple[tuple[int, int], ...]] = (0.0, ())
    for i in rows:
        for j in columns:
            options = [best.get((i - 1, j), nothing), best.get((i, j - 1), nothing)]
            likeness = _likeness(_plain(before[i]), _plain(now[j]))
            if likeness >= ALIKE:
                total, pairs = best.get((i - 1, j - 1), nothing)
                options.append((total + likeness, (*pairs, (i, j))))
            best[i, j] = max(options, key=lambda option: option[0])
    yield from best[rows[-1], columns[-1]][1]


def _likeness(left: str, right: str) -> float:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _plain(line: KeyedText) -> str:
    return " ".join(line.text.split())
