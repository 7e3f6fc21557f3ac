"""What the hits of a search amount to: how often, beside which words, and how evenly.

Sources: T. Dunning, "Accurate methods for the statistics of surprise and coincidence", Computational Linguistics 19
(1993), for the log-likelihood ratio; P. Rayson and R. Garside, "Comparing corpora using frequency profiling" (2000),
for its use on word lists; A. Hardie, "Log ratio" (2014), for the size of the effect; S. Th. Gries, "Dispersions and
adjusted frequencies in corpora", International Journal of Corpus Linguistics 13 (2008), and J. Lijffijt and Gries, in
the same journal 17 (2012), for DP and its normalised form.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log, log2
from typing import NamedTuple

from db import queries_search as queries
from db.place import PlainConnection as Connection
from db.queries_search import Ask, Occurrence, Size
from pipeline.search.concordance import Question, asks, grounds
from pipeline.search.marks import OPEN, pieces

CELLS = 50  # of a dispersion plot
BLOCKS = " ▁▂▃▄▅▆▇█"
_WORD = re.compile(r"[^\W_]+")


class Count(NamedTuple):
    """How often something is found in a document and language; ``path`` is None for all documents together."""

    path: str | None
    language: str | None
    origin: str
    hits: int
    occurrences: int
    words: int
    per_10000: float


class Collocate(NamedTuple):
    """A word that stands near: how often there and in all, how often by chance, and how surely that is no chance."""

    word: str
    near: int
    total: int
    expected: float
    log_ratio: float
    g2: float


class Spread(NamedTuple):
    """Where in a document the hits are: ``cells`` counts them along the text."""

    path: str
    words: int
    hits: int
    per_10000: float
    cells: tuple[int, ...]

    def bar(self, most: int, step: int = 1) -> str:
        """The cells as blocks, ``step`` of them in one; the highest one stands for ``most`` hits."""
        steps = len(BLOCKS) - 1
        return "".join(BLOCKS[-(-count * steps // most) if count else 0] for count in self.narrowed(step))

    def narrowed(self, step: int) -> tuple[int, ...]:
        """The cells, ``step`` of them added up to one."""
        return tuple(sum(self.cells[start : start + step]) for start in range(0, len(self.cells), step))


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How evenly hits are spread: DP is 0 where every document has its share, near 1 where one document has them all.

    Both measures are None for fewer than two documents. ``spreads`` leaves out documents without a hit.
    """

    dp: float | None
    normalised: float | None
    documents: int
    spreads: Sequence[Spread]


def counts(connection: Connection, question: Question) -> list[Count]:
    """Hits by document and language, by path; then by language alone. Machine text counts where it is asked for."""
    terms = asked_of_people(connection, question)
    tallies: dict[tuple[str, str | None], Counter[str]] = {}
    for size in sizes(connection, terms):
        tallies.setdefault(size[:2], Counter())["words"] += size.words
    for occurrence in occurrences(connection, terms):
        tallies.setdefault(occurrence[:2], Counter()).update(hits=1, occurrences=occurrence.marked.count(OPEN))
    paths = queries.find_paths(connection)
    totals: dict[str | None, Counter[str]] = {}
    rows = []
    for (document, language), tally in tallies.items():
        totals.setdefault(language, Counter()).update(tally)
        if tally["hits"]:
            rows.append(_count(paths.get(document, document), language, terms[0], tally))
    rows.sort(key=lambda row: (row.path or "", row.language or ""))
    ends = [_count(None, language, terms[0], tally) for language, tally in totals.items() if tally["hits"]]
    return rows + sorted(ends, key=lambda row: -row.hits)


def collocates(connection: Connection, question: Question, span: int, least: int, common: int) -> list[Collocate]:
    """Words within ``span`` words of what was found, in the same sentence, the surest first.

    Only words that are there more often than chance lets one expect, and at least ``least`` times; the ``common`` most
    frequent words of the texts searched are left out. A word near two hits counts once. Accents matter here, case does
    not. Where no language is asked for, the one with most hits is taken: see ``language``.
    """
    terms = asked_of_people(connection, question)
    near: Counter[str] = Counter()
    nodes: Counter[str] = Counter()
    for occurrence in occurrences(connection, terms):
        _near(occurrence.marked, span, near, nodes)
    everything = _tally(_texts(connection, terms))
    frequent = {word for word, _ in everything.most_common(common)}
    elsewhere = everything - nodes
    sizes = near.total(), elsewhere.total()
    neighbours = [
        _collocate(word, near[word], elsewhere[word], sizes)
        for word in near
        if near[word] >= least and word not in frequent
    ]
    attracted = [collocate for collocate in neighbours if collocate.near > collocate.expected]
    return sorted(attracted, key=lambda collocate: (-collocate.g2, collocate.word))


def language(connection: Connection, question: Question) -> str | None:
    """The language asked for, or the one with most hits."""
    if question.language:
        return question.language
    languages = Counter(
        occurrence.language for occurrence in occurrences(connection, asked_of_people(connection, question))
    )
    return languages.most_common(1)[0][0] if languages else None


def dispersion(connection: Connection, question: Question) -> Dispersion:
    """Where the hits are, document by document in the order of paths, and how evenly."""
    terms = asked_of_people(connection, question)
    lengths: dict[str, Counter[str]] = {}
    for size in sizes(connection, terms):
        lengths.setdefault(size.document_id, Counter()).update(words=size.words, segments=size.segments)
    positions: dict[str, list[int]] = {}
    for occurrence in occurrences(connection, terms):
        positions.setdefault(occurrence.document_id, []).extend([occurrence.position] * occurrence.marked.count(OPEN))
    paths = queries.find_paths(connection)
    spreads = [
        _spread(paths.get(key, key), lengths[key], offsets) for key, offsets in positions.items() if key in lengths
    ]
    hits = [len(positions.get(key, ())) for key in lengths]
    dp, normalised = gries([length["words"] for length in lengths.values()], hits)
    return Dispersion(dp, normalised, len(lengths), sorted(spreads))


def gries(words: Sequence[int], hits: Sequence[int]) -> tuple[float | None, float | None]:
    """DP and its normalised form, from the words and the hits of each part of a corpus.

    >>> gries([100, 100, 200], [1, 1, 2])
    (0.0, 0.0)
    """
    documents = [(size, count) for size, count in zip(words, hits, strict=True) if size]
    total, matched = sum(size for size, _ in documents), sum(count for _, count in documents)
    if len(documents) < 2 or not matched:
        return None, None
    dp = sum(abs(count / matched - size / total) for size, count in documents) / 2
    return dp, dp / (1 - min(size for size, _ in documents) / total)


def log_likelihood(table: tuple[int, int, int, int]) -> float:
    """Dunning's G2 of a table of two by two: word near, others near, word elsewhere, others elsewhere.

    Above 10.83 chance has less than one part in a thousand (chi square, one degree of freedom).

    >>> round(log_likelihood((10, 90, 10, 890)), 2)
    21.18
    """
    a, b, c, d = table
    whole = a + b + c + d
    sums = ((a, a + b, a + c), (b, a + b, b + d), (c, c + d, a + c), (d, c + d, b + d))
    return 2 * sum(cell * log(cell * whole / (row * column)) for cell, row, column in sums if cell)


def split_words(text: str) -> list[str]:
    """The words of a text as they stand."""
    return _WORD.findall(text)


def words(text: str) -> list[str]:
    """The words of a text, in small letters.

    >>> words("L'armée du Nord")
    ['l', 'armée', 'du', 'nord']
    """
    return split_words(text.lower())


def asked_of_people(connection: Connection, question: Question) -> tuple[Ask, ...]:
    """A question in the terms of the index, about what people wrote unless it says otherwise."""
    return asks(connection, question if question.origin else replace(question, origin="human"))


def occurrences(connection: Connection, terms: Sequence[Ask]) -> Iterator[Occurrence]:
    """Every hit, with its words marked."""
    for ask in terms:
        for ground in grounds(ask):
            yield from queries.find_occurrences(connection, ask, ground)


def sizes(connection: Connection, terms: Sequence[Ask]) -> Iterator[Size]:
    """Words and segments of all that is searched, by document, language and role."""
    for ask in terms:
        for ground in grounds(ask):
            yield from queries.find_sizes(connection, ask, ground)


def _texts(connection: Connection, terms: Sequence[Ask]) -> Iterator[str]:
    for ask in terms:
        for ground in grounds(ask):
            yield from (searched.text for searched in queries.find_searched_texts(connection, ask, ground))


def _count(path: str | None, language: str | None, terms: Ask, tally: Counter[str]) -> Count:
    rate = 10_000 * tally["occurrences"] / tally["words"] if tally["words"] else 0.0
    return Count(path, language, terms.origin or "", tally["hits"], tally["occurrences"], tally["words"], rate)


def _near(marked: str, span: int, near: Counter[str], nodes: Counter[str]) -> None:
    """Count what was found, and the words within ``span`` words of it."""
    line = [(word, keyword) for stretch, keyword in pieces(marked) for word in words(stretch)]
    hits = [column for column, (_, keyword) in enumerate(line) if keyword]
    reached = {column for hit in hits for column in range(max(0, hit - span), min(len(line), hit + span + 1))}
    near.update(line[column][0] for column in reached.difference(hits))
    nodes.update(line[column][0] for column in hits)


def _tally(texts: Iterable[str]) -> Counter[str]:
    tally: Counter[str] = Counter()
    for text in texts:
        tally.update(words(text))
    return tally


def _collocate(word: str, near: int, total: int, sizes: tuple[int, int]) -> Collocate:
    around, whole = sizes
    elsewhere, remaining = max(0, total - near), max(0, whole - around)
    g2 = log_likelihood((near, around - near, elsewhere, remaining - elsewhere))
    # Half a word is added where there is none, so that the ratio is finite (Hardie).
    ratio = log2((near / around) / (max(elsewhere, 0.5) / remaining)) if remaining else 0.0
    return Collocate(word, near, total, around * total / whole, ratio, g2)


def _spread(path: str, size: Counter[str], positions: Sequence[int]) -> Spread:
    cells = [0] * CELLS
    for position in positions:
        cells[min(CELLS - 1, position * CELLS // max(1, size["segments"]))] += 1
    rate = 10_000 * len(positions) / size["words"] if size["words"] else 0.0
    return Spread(path, size["words"], len(positions), rate, tuple(cells))
