"""What faces the words that a search hits: the counterpart of each marked, and how often which one it is.

Both come from the word links that the corpus keeps (``align.words``), so that nothing is linked while a person waits.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple, TypeAlias

from db import queries_search as queries
from db.place import PlainConnection as Connection
from db.queries_search import LEFT, RIGHT, FacingHit, Ground, Hit
from pipeline.batches import batched
from pipeline.language.lemmas import lemma
from pipeline.language.spelling import folded
from pipeline.records import digest
from pipeline.search.concordance import Question, asks
from pipeline.search.marks import CLOSE, OPEN, pieces, plain

Span: TypeAlias = tuple[int, int]
Links: TypeAlias = Sequence[Sequence[int]]

BATCH = 500  # pairs whose links are looked up at once
GAP = 2  # words without a link that may stand inside a counterpart, as in *Corée du Nord*
EXAMPLES = 3
_SIDES = {"left": 0, "right": 1}
_WORD = re.compile(r"\w+")


class Equivalent(NamedTuple):
    """What faces what was found: how often, and its share of all that was found opposite that language.

    ``equivalent`` is the most frequent of its ``forms``, which come with their numbers; None where nothing is linked
    to what was found. ``examples`` are the pairs that are surest.
    """

    equivalent: str | None
    language: str | None
    times: int
    share: float
    forms: str
    examples: str


@dataclass(slots=True)
class _Tally:
    """Occurrences of one equivalent."""

    forms: Counter[str] = field(default_factory=Counter)
    pairs: dict[str, float] = field(default_factory=dict)


def equivalents(connection: Connection, question: Question) -> list[Equivalent]:
    """What faces each occurrence, the most frequent first; forms of a word are one.

    Pairs that people wrote (or corrected) are counted, machine translations where the question asks for them.
    """
    tallies: dict[tuple[str | None, str | None], _Tally] = {}
    for hit, form in _occurrences(connection, question):
        tally = tallies.setdefault((hit.facing_language, form and _lemmas(form, hit.facing_language)), _Tally())
        tally.forms[form or ""] += 1
        tally.pairs[hit.id] = hit.score or 0.0
    totals: Counter[str | None] = Counter()
    for (language, _), tally in tallies.items():
        totals[language] += tally.forms.total()
    rows = [_row(language, tally, totals[language]) for (language, _), tally in tallies.items()]
    return sorted(rows, key=lambda row: (-totals[row.language], row.language or "", -row.times, row.equivalent or ""))


def mark(connection: Connection, hits: Sequence[Hit]) -> list[Hit]:
    """``hits`` with the counterparts of what was found marked in what faces them."""
    keys = sorted({hit.alignment_id for hit in hits if hit.alignment_id})
    readings = queries.find_readings(connection, keys)
    starts = {(begun.alignment_id, begun.segment_id): begun for begun in queries.find_starts(connection, keys)}
    links = queries.find_links(connection, [digest(*texts) for texts in readings.values()])
    return [_marked(hit, readings, starts, links) for hit in hits]


def opposite(links: Links, side: int, spans: Sequence[Span]) -> list[Span]:
    """Where the words linked to those in ``spans`` of one side (0 left, 1 right) stand on the other, in order.

    >>> opposite([[0, 4, 2, 5, 96], [5, 9, 6, 9, 91]], 0, [(5, 9)])
    [(6, 9)]
    """
    return sorted(facing for word, facing in _turned(links, side) if any(_overlap(word, span) for span in spans))


def counterpart(text: str, links: Links, side: int, span: Span) -> str | None:
    """What in ``text``, the other side, faces ``span`` of a side: its linked words and at most GAP between two.

    Where words between are linked elsewhere, or there are more of them, dots stand for them. None without a link.

    >>> counterpart("Corée du Nord", [[0, 5, 9, 13, 90], [6, 11, 0, 5, 95]], 0, (0, 11))
    'Corée du Nord'
    """
    linked = opposite(links, side, [span])
    elsewhere = [facing for word, facing in _turned(links, side) if not _overlap(word, span)]
    joined: list[Span] = []
    for start, end in linked:
        gap = (joined[-1][1], start) if joined else (0, 0)
        near = len(_WORD.findall(text[slice(*gap)])) <= GAP and not any(_overlap(gap, word) for word in elsewhere)
        if joined and near:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return " … ".join(text[start:end] for start, end in joined) or None


def stretches(marked: str) -> list[Span]:
    """Where what is marked stands in the text without its marks.

    >>> stretches("le \\x02chat\\x03 dort")
    [(3, 7)]
    """
    spans, offset = [], 0
    for stretch, is_marked in pieces(marked):
        if is_marked:
            spans.append((offset, offset + len(stretch)))
        offset += len(stretch)
    return spans


def with_marks(text: str, spans: Iterable[Span]) -> str:
    """A text with marks around ``spans``; those that overlap become one.

    >>> with_marks("le chat dort", [(3, 7), (5, 7)])
    'le \\x02chat\\x03 dort'
    """
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    cut, offset = [], 0
    for start, end in joined:
        cut += [text[offset:start], OPEN, text[start:end], CLOSE]
        offset = end
    return "".join([*cut, text[offset:]])


def _lemmas(form: str, language: str | None) -> str:
    """What forms that are counted as one have in common: lemmas, without case, accents and ligatures."""
    return folded(_WORD.sub(lambda word: lemma(word.group(), language or ""), form))


def _occurrences(connection: Connection, question: Question) -> Iterator[tuple[FacingHit, str | None]]:
    """Each occurrence in a pair, with what faces it."""
    machine = question.kind == "translation" or question.origin == "machine"
    for terms, ground in product(asks(connection, question), (LEFT, RIGHT)):
        for hits in batched(queries.find_facing_hits(connection, terms, ground, machine), BATCH):
            yield from _forms(connection, ground, hits)


def _forms(connection: Connection, ground: Ground, hits: Sequence[FacingHit]) -> Iterator[tuple[FacingHit, str | None]]:
    """Each occurrence with what faces it."""
    keys = [hit.pair_hash or digest(hit.left, hit.right) for hit in hits]
    links = queries.find_links(connection, keys)
    for hit, key in zip(hits, keys, strict=True):
        if key in links:
            text = (hit.left, hit.right)[1 - ground.column]
            for span in stretches(hit.marked):
                yield hit, counterpart(text, links[key], ground.column, span)


def _marked(
    hit: Hit,
    readings: Mapping[str, tuple[str, str]],
    starts: Mapping[tuple[str, str], queries.SegmentStart],
    links: Mapping[str, Links],
) -> Hit:
    """A hit with counterparts marked, if it stands where the corpus says: not in a text that was corrected since."""
    texts = readings.get(hit.alignment_id or "")
    if texts is None or hit.facing is None:
        return hit
    text, facing = plain(hit.marked), plain(hit.facing)
    segment = starts.get((hit.alignment_id or "", hit.id))
    side, start = (_SIDES[segment.side], segment.start) if segment else (int(text != texts[0]), 0)
    if texts[side][start : start + len(text)] != text or texts[1 - side] != facing:
        return hit
    spans = [(start + first, start + last) for first, last in stretches(hit.marked)]
    linked = opposite(links.get(digest(*texts), ()), side, spans)
    return hit._replace(facing=with_marks(facing, [*linked, *stretches(hit.facing)]))


def _row(language: str | None, tally: _Tally, total: int) -> Equivalent:
    forms = sorted(tally.forms.items(), key=lambda item: (-item[1], item[0]))
    count = tally.forms.total()
    best = sorted(tally.pairs, key=lambda key: (-tally.pairs[key], key))[:EXAMPLES]
    listed = ", ".join(f"{form} {number}" for form, number in forms if form)
    return Equivalent(forms[0][0] or None, language, count, count / total, listed, " ".join(best))


def _turned(links: Links, side: int) -> Iterator[tuple[Span, Span]]:
    """Each link as the word of one side and that of the other."""
    for link in links:
        words = (link[0], link[1]), (link[2], link[3])
        yield words[side], words[1 - side]


def _overlap(word: Span, span: Span) -> bool:
    return word[0] < span[1] and span[0] < word[1]
