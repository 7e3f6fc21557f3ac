"""Sections that face each other: within one document, or in two documents that tell the same in another order.

A document may hold a text and then its translation, paragraphs in turn, a headline in both languages, or a table of two
columns read row by row. In all of them chains of counterparts run through the sentences in one language and those in
the other, whatever stands between.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TypeAlias

from pipeline.align.matching import Match, local_chains, mutual_nearest
from pipeline.align.pairs import ALIKE, compare
from pipeline.config import AlignConfig
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.language.counterparts import any_like, folded, measure_agreement, unmatched
from pipeline.records import UNKNOWN, Segment

SHORT = 8  # words of a line that names a thing rather than tells something
SAME = 0.8  # similarity from which two capitalised words are one thing in two languages
SURE = 0.9  # confidence from which the language of a segment is beyond doubt
EQUAL = 0.999  # similarity of one text to itself
NEAR = 4  # segments between two that face each other alone
Section: TypeAlias = tuple[list[int], list[int]]


def within(
    segments: Sequence[tuple[str, str]], embedder: Embedder, config: AlignConfig, doubtful: Collection[int] = ()
) -> list[Section]:
    """Parts of one document that translate each other: indices of ``config.left`` segments and of the others.

    ``segments`` are (language code, text) in order. Each is in one section at most; sections come in order. Where there
    are three languages, each passage faces the one that it is most like. Of ``doubtful`` ones the language is unsure.
    """
    codes = [code for code, _ in segments]
    left, languages = _indices(codes, config.left), sorted(set(codes) - {config.left, UNKNOWN})
    if not left or not languages:
        return []
    vectors = encode(embedder, [text for _, text in segments])
    if len(languages) == 1:
        codes = _mended(codes, vectors, (config.left, languages[0]), doubtful)
        left = _indices(codes, config.left)
    runs = _runs(codes)
    weighed: list[tuple[float, Section]] = []
    for language in languages:
        right = _indices(codes, language)
        matches = [
            match
            for match in mutual_nearest(vectors[left], vectors[right], config.similar, (left, right))
            if not _contradict(segments[left[match.i]][1], segments[right[match.j]][1], match.similarity)
        ]
        chains = [[Match(left[i], right[j], s) for i, j, s in chain] for chain in local_chains(matches)]
        good = _judged(chains, runs, config)
        for chain in good:
            weighed.append((-sum(match.similarity for match in chain), _spread(chain, good, (left, right), runs)))
    return sorted(_disjoint([section for _, section in sorted(weighed)]))


def facing(
    sides: tuple[Sequence[Segment], Sequence[Segment]],
    order: Sequence[str],
    embedder: Embedder,
    config: AlignConfig,
) -> list[tuple[list[Segment], list[Segment]]]:
    """What is to be aligned of two documents, or of one that faces itself (the same object on both sides).

    Of two documents what is not in the language of the other side, of one its own sections that translate each other.
    ``order`` is that of the languages of the corpus, from left to right.
    """
    left, right = sides
    if left is right:
        return [_pick(left, left, section) for section in within_document(left, embedder, config, order)]
    languages = spoken(sides, order)
    left = [segment for segment in left if segment.code != languages[1]]
    right = [segment for segment in right if segment.code != languages[0]]
    vectors = [encode(embedder, [segment.text for segment in side]) for side in (left, right)]
    return [_pick(left, right, section) for section in reordered(vectors[0], vectors[1], config)]


def within_document(
    segments: Sequence[Segment], embedder: Embedder, config: AlignConfig, languages: Sequence[str] = ()
) -> list[Section]:
    """``within``, of segments whose languages are known.

    Where nothing is in ``config.left``, the first of the other ``languages`` stands left; what is in none is left out.
    """
    doubtful = {i for i, segment in enumerate(segments) if segment.language and segment.language.confidence < SURE}
    codes = [segment.code for segment in segments]
    if config.left not in codes:
        known = [code for code in languages if code in codes]
        codes = [code if code in known else UNKNOWN for code in codes]
        config = replace(config, left=known[0]) if known else config
    texts = (segment.text for segment in segments)
    return within(list(zip(codes, texts, strict=True)), embedder, config, doubtful)


def spoken(sides: tuple[Sequence[Segment], Sequence[Segment]], order: Sequence[str]) -> tuple[str, str]:
    """In which two languages of ``order`` two texts face each other: those of which both have most.

    >>> spoken(([], []), ("fr", "en", "de"))
    ('fr', 'en')
    """
    counts = [Counter(segment.code for segment in side) for side in sides]
    return max(
        combinations(order, 2),
        key=lambda pair: min(count[code] for count, code in zip(counts, pair, strict=True)),
        default=("", ""),
    )


def _pick(left: Sequence[Segment], right: Sequence[Segment], section: Section) -> tuple[list[Segment], list[Segment]]:
    return [left[i] for i in section[0]], [right[j] for j in section[1]]


def reordered(left: Floats, right: Floats, config: AlignConfig) -> list[Section]:
    """Which parts of two texts are to be aligned, from the vectors (n, d), (m, d) of their sentences.

    Everything at once where the counterparts come in the same order. Otherwise each chain of two counterparts and more
    is a section, and sentences in none stand at the end, left before right.
    """
    whole = list(range(len(left))), list(range(len(right)))
    if not len(left) or not len(right) or compare(left, right, config.similar).order >= config.order:
        return [whole]
    good = [chain for chain in local_chains(mutual_nearest(left, right, config.similar)) if len(chain) > 1]
    runs = [0] * max(len(left), len(right))
    sections = sorted(_disjoint([_spread(chain, good, whole, runs) for chain in good]))
    alone = [sorted(set(whole[side]) - {i for section in sections for i in section[side]}) for side in (0, 1)]
    return sections + ([(alone[0], [])] if alone[0] else []) + ([([], alone[1])] if alone[1] else [])


def _mended(codes: Sequence[str], vectors: Floats, languages: tuple[str, str], doubtful: Collection[int]) -> list[str]:
    """Codes of which a doubtful one is the other language's where it says the same as its neighbour in its own."""
    mended = list(codes)
    for i in sorted(doubtful):
        beside = [j for j in (i - 1, i + 1) if 0 <= j < len(codes) and j not in doubtful and mended[j] == codes[i]]
        if codes[i] in languages and any(ALIKE <= float(vectors[i] @ vectors[j]) < EQUAL for j in beside):
            mended[i] = languages[1] if codes[i] == languages[0] else languages[0]
    return mended


def cover(segments: Sequence[Segment], sections: Sequence[Section]) -> float:
    """The share of a document's segments that stand in passages which translate each other, 0..1."""
    return sum(len(left) + len(right) for left, right in sections) / max(1, len(segments))


def _contradict(left: str, right: str, similarity: float) -> bool:
    """Whether two short texts, however near, name different things: Chrome and Firefox, Linux and Windows."""
    words = left.split(), right.split()
    if max(map(len, words)) > SHORT:
        return False
    if measure_agreement(left, right).conflicts or len({mismatch.side for mismatch in unmatched(left, right)}) > 1:
        return True
    names = [side[0].strip(".,:;!?") for side in words] if max(map(len, words)) == 1 else []
    return (
        bool(names)
        and similarity < SAME
        and all(name[:1].isupper() for name in names)
        and not any_like(folded(names[0]), (folded(names[1]),))
    )


def _indices(codes: Sequence[str], language: str) -> list[int]:
    return [i for i, code in enumerate(codes) if code == language]


def _runs(codes: Sequence[str]) -> list[int]:
    """For each segment the number of the run in one language that it is in; what nobody can tell breaks none."""
    number, last, out = 0, UNKNOWN, []
    for code in codes:
        if code not in (last, UNKNOWN):
            number, last = number + 1, code
        out.append(number if code != UNKNOWN else 0)
    return out


def _judged(chains: Sequence[Sequence[Match]], runs: Sequence[int], config: AlignConfig) -> list[Sequence[Match]]:
    """Chains that are alike and hold a good part of the runs that they go through, in one language or the other."""
    long = [match for chain in chains if len(chain) > 1 for match in chain]
    sizes, together = Counter(runs), Counter(runs[i] for match in long for i in match.places)
    good = []
    for chain in chains:
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
    for side, indices in enumerate(sides):
        linked = {match.places[side] for another in good if another is not chain for match in another}
        ends = [match.places[side] for match in chain]
        middles.append([i for i in indices if min(ends) <= i <= max(ends)])
        before.append(_free(indices[::-1], min(ends), linked, runs))
        after.append(_free(indices, max(ends), linked, runs))
    left, right = (
        before[side][: 2 * len(before[1 - side])][::-1] + middle + after[side][: 2 * len(after[1 - side])]
        for side, middle in enumerate(middles)
    )
    return left, right


def _free(indices: Sequence[int], end: int, linked: set[int], runs: Sequence[int]) -> list[int]:
    """What follows ``end`` in ``indices``, up to another section or the end of the run."""
    out: list[int] = []
    for i in indices[indices.index(end) + 1 :]:
        if i in linked or runs[i] != runs[end]:
            break
        out.append(i)
    return out


def _disjoint(sections: Sequence[Section]) -> Iterator[Section]:
    """Sections less what a better one holds already, if anything is left on both sides."""
    covered: tuple[set[int], set[int]] = (set(), set())
    for section in sections:
        left, right = ([i for i in side if i not in before] for side, before in zip(section, covered, strict=True))
        if left and right:
            covered[0].update(left)
            covered[1].update(right)
            yield left, right
