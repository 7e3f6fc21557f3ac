"""Sections that face each other: within one document, or in two documents that tell the same in another order.

A document may hold a text and then its translation, paragraphs in turn, a headline in both languages, or a table of two
columns read row by row. In all of them chains of counterparts run through the sentences in one language and those in
the other, whatever stands between.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pipeline.align.evidence import Match, chains, chosen, compare
from pipeline.config import AlignConfig
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.records import UNKNOWN, Segment

ALIKE = 0.6  # mean cosine of counterparts below which a part of a document is no translation
NEAR = 4  # segments between two that face each other alone
Section: TypeAlias = tuple[list[int], list[int]]


def within(segments: Sequence[tuple[str, str]], embedder: Embedder, config: AlignConfig) -> list[Section]:
    """Parts of one document that translate each other: indices of ``config.left`` segments and of the others.

    ``segments`` are (language code, text) in order. Each is in one section at most; sections come in order. Where there
    are three languages, each passage faces the one that it is most like.
    """
    codes = [code for code, _ in segments]
    own, others = _places(codes, config.left), sorted(set(codes) - {config.left, UNKNOWN})
    if not own or not others:
        return []
    vectors, runs = encode(embedder, [text for _, text in segments]), _runs(codes)
    found: list[tuple[float, Section]] = []
    for other in others:
        those = _places(codes, other)
        matches = chosen(vectors[own], vectors[those], config.similar)
        good = _judged([[Match(own[i], those[j], s) for i, j, s in one] for one in chains(matches)], runs, config)
        for chain in good:
            found.append((-sum(one.similarity for one in chain), _spread(chain, good, (own, those), runs)))
    return sorted(_disjoint([section for _, section in sorted(found)]))


def facing(
    sides: tuple[Sequence[Segment], Sequence[Segment]],
    languages: tuple[str, str],
    embedder: Embedder,
    config: AlignConfig,
) -> list[tuple[list[Segment], list[Segment]]]:
    """What is to be aligned of two documents, or of one that faces itself (the same object on both sides).

    Of two documents what is not in the language of the other side, of one its own sections that translate each other.
    """
    left, right = sides
    if left is right:
        return [_taken(left, left, section) for section in within_document(left, embedder, config)]
    these = [segment for segment in left if segment.code != languages[1]]
    those = [segment for segment in right if segment.code != languages[0]]
    vectors = [encode(embedder, [segment.text for segment in side]) for side in (these, those)]
    return [_taken(these, those, section) for section in reordered(vectors[0], vectors[1], config)]


def within_document(segments: Sequence[Segment], embedder: Embedder, config: AlignConfig) -> list[Section]:
    """``within``, of segments whose languages are known."""
    return within([(segment.code, segment.text) for segment in segments], embedder, config)


def _taken(left: Sequence[Segment], right: Sequence[Segment], section: Section) -> tuple[list[Segment], list[Segment]]:
    return [left[i] for i in section[0]], [right[j] for j in section[1]]


def reordered(left: Floats, right: Floats, config: AlignConfig) -> list[Section]:
    """Which parts of two texts are to be aligned, from the vectors (n, d), (m, d) of their sentences.

    Everything at once where the counterparts come in the same order. Otherwise each chain of two counterparts and more
    is a section, and sentences in none stand at the end, left before right.
    """
    whole = list(range(len(left))), list(range(len(right)))
    if not len(left) or not len(right) or compare(left, right, config.similar).order >= config.order:
        return [whole]
    good = [one for one in chains(chosen(left, right, config.similar)) if len(one) > 1]
    runs = [0] * max(len(left), len(right))
    found = list(_disjoint([_spread(one, good, whole, runs) for one in good]))
    found.sort()
    rest = [sorted(set(whole[side]) - {place for one in found for place in one[side]}) for side in (0, 1)]
    return found + ([(rest[0], [])] if rest[0] else []) + ([([], rest[1])] if rest[1] else [])


def _places(codes: Sequence[str], code: str) -> list[int]:
    return [i for i, one in enumerate(codes) if one == code]


def _runs(codes: Sequence[str]) -> list[int]:
    """For each segment the number of the run in one language that it is in; what nobody can tell breaks none."""
    number, last, out = 0, UNKNOWN, []
    for code in codes:
        if code not in (last, UNKNOWN):
            number, last = number + 1, code
        out.append(number if code != UNKNOWN else 0)
    return out


def _judged(found: Sequence[Sequence[Match]], runs: Sequence[int], config: AlignConfig) -> list[Sequence[Match]]:
    """Chains that are alike and hold a good part of the runs that they go through, in one language or the other."""
    long = [match for chain in found if len(chain) > 1 for match in chain]
    sizes, together = Counter(runs), Counter(runs[place] for match in long for place in match.places)
    good = []
    for chain in found:
        near = len(chain) > 1 or abs(chain[0].i - chain[0].j) <= NEAR
        alike = sum(match.similarity for match in chain) / len(chain) >= ALIKE
        if near and alike and max(_covers(chain, runs, sizes, together)) >= config.translation:
            good.append(chain)
    return good


def _covers(
    chain: Sequence[Match], runs: Sequence[int], sizes: Mapping[int, int], together: Mapping[int, int]
) -> Iterator[float]:
    """For each side, the part of the runs that a chain goes through that has counterparts in it or in other chains."""
    for side in (0, 1):
        touched = {runs[match.places[side]] for match in chain}
        counterparts = sum(together[run] for run in touched) if len(chain) > 1 else 1
        yield counterparts / sum(sizes[run] for run in touched)


def _spread(
    chain: Sequence[Match], good: Sequence[Sequence[Match]], sides: Sequence[list[int]], runs: Sequence[int]
) -> Section:
    """All of a chain's stretch on both sides, and at its ends what is left in the same run, if both sides have some."""
    middles, before, after = [], [], []
    for side, places in enumerate(sides):
        taken = {match.places[side] for one in good if one is not chain for match in one}
        ends = [match.places[side] for match in chain]
        middles.append([place for place in places if min(ends) <= place <= max(ends)])
        before.append(_free(places[::-1], min(ends), taken, runs))
        after.append(_free(places, max(ends), taken, runs))
    left, right = (
        before[side][: 2 * len(before[1 - side])][::-1] + middle + after[side][: 2 * len(after[1 - side])]
        for side, middle in enumerate(middles)
    )
    return left, right


def _free(places: Sequence[int], end: int, taken: set[int], runs: Sequence[int]) -> list[int]:
    """What follows ``end`` in ``places``, up to another section or the end of the run."""
    out: list[int] = []
    for place in places[places.index(end) + 1 :]:
        if place in taken or runs[place] != runs[end]:
            break
        out.append(place)
    return out


def _disjoint(found: Sequence[Section]) -> Iterator[Section]:
    """Sections less what a better one holds already, if anything is left on both sides."""
    used: set[tuple[int, int]] = set()
    for section in found:
        left, right = ([i for i in places if (side, i) not in used] for side, places in enumerate(section))
        if left and right:
            used.update((side, i) for side, places in enumerate((left, right)) for i in places)
            yield left, right
