"""Parts of a corpus, by year, outlet, language, role or document: what is found in each, and which words set it apart.

Keyness is the log-likelihood ratio of a word in two subcorpora (T. Dunning 1993, for word lists P. Rayson and
R. Garside 2000), with A. Hardie's log ratio (2014) as the size of the effect: see ``statistics``.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import log2
from typing import NamedTuple

from db import queries_search as queries
from db.place import PlainConnection as Connection
from pipeline.errors import NotFoundError, UsageError
from pipeline.language.lemmas import lemma
from pipeline.search.concordance import Question, grounds
from pipeline.search.marks import OPEN
from pipeline.search.statistics import asked_of_people, gries, log_likelihood, occurrences, sizes, split_words

DIMENSIONS = ("year", "outlet", "language", "role", "document")
MILLION = 1_000_000
NEITHER = 0.5  # words that are counted where there is none, so that the log ratio is finite (Hardie)
Context = tuple[str, str | None, str | None]  # document, language, role


class Share(NamedTuple):
    """How often something is found in one subcorpus; ``subcorpus`` is None for what has no year or no outlet."""

    subcorpus: str | None
    hits: int
    occurrences: int
    words: int
    per_million: float


@dataclass(frozen=True, slots=True)
class Shares:
    """What is found in each subcorpus, and how evenly: see ``statistics.Dispersion``."""

    shares: Sequence[Share]
    dp: float | None
    normalised: float | None


class Ngram(NamedTuple):
    """A run of words, how often it stands in all texts, in how many documents, and how evenly (DP, normalised)."""

    ngram: str
    occurrences: int
    per_million: float
    documents: int
    dp: float | None


class Keyword(NamedTuple):
    """A word (or run of words) that one subcorpus has more often than what it is compared with."""

    subcorpus: str | None
    word: str
    occurrences: int
    per_million: float
    reference: int
    reference_per_million: float
    log_ratio: float
    g2: float


@dataclass(frozen=True, slots=True)
class Units:
    """What is counted: runs of ``size`` words within a segment, as they stand (in small letters) or as lemmas."""

    size: int = 1
    lemmas: bool = False

    def of(self, text: str, language: str | None) -> Iterator[str]:
        """The units of a text.

        >>> list(Units(2).of("Le chat dort.", "fr"))
        ['le chat', 'chat dort']
        """
        tokens = split_words(text)
        tokens = [lemma(token, language or "") for token in tokens] if self.lemmas else list(map(str.lower, tokens))
        return map(" ".join, zip(*(tokens[start:] for start in range(self.size)), strict=False))


def shares(connection: Connection, question: Question, by: str) -> Shares:
    """Hits in each subcorpus, ``by`` one of DIMENSIONS; those without a hit are there, too."""
    subcorpus_of = _assignment(connection, by)
    terms = asked_of_people(connection, replace(question, by_role=by == "role"))
    tallies: dict[str | None, Counter[str]] = {}
    for size in sizes(connection, terms):
        subcorpus = subcorpus_of((size.document_id, size.language, size.role))
        tallies.setdefault(subcorpus, Counter()).update(words=size.words)
    for hit in occurrences(connection, terms):
        subcorpus = subcorpus_of((hit.document_id, hit.language, hit.role))
        tallies.setdefault(subcorpus, Counter()).update(hits=1, occurrences=hit.marked.count(OPEN))
    rows = [
        Share(
            subcorpus, tally["hits"], tally["occurrences"], tally["words"], _rate(tally["occurrences"], tally["words"])
        )
        for subcorpus, tally in sorted(tallies.items(), key=lambda item: (item[0] is None, item[0] or ""))
    ]
    return Shares(rows, *gries([row.words for row in rows], [row.occurrences for row in rows]))


def main_language(connection: Connection, question: Question) -> str | None:
    """The language asked for, or the one with most words."""
    if question.language:
        return question.language
    words: Counter[str | None] = Counter()
    for size in sizes(connection, asked_of_people(connection, question)):
        words[size.language] += size.words
    return max(words, key=lambda language: words[language], default=None)


def ngrams(connection: Connection, question: Question, units: Units, least: int, limit: int) -> list[Ngram]:
    """The ``limit`` most frequent runs of words of all that is asked for, at least ``least`` times each."""
    counted = _tallies(connection, question, "document", units)
    total = sum((tally for tally in counted.values()), Counter())
    words = {document: tally.total() for document, tally in counted.items()}
    frequent = [(ngram, count) for ngram, count in _ordered(total) if count >= least][:limit]
    rows = []
    for ngram, count in frequent:
        spread = [tally[ngram] for tally in counted.values()]
        _, normalised = gries(list(words.values()), spread)
        rows.append(Ngram(ngram, count, _rate(count, total.total()), sum(map(bool, spread)), normalised))
    return rows


def keywords(
    connection: Connection, question: Question, by: str, compared: tuple[str | None, str | None], units: Units
) -> list[Keyword]:
    """What each subcorpus, or the first of ``compared``, has more often than the others, or the second; surest first.

    Raises NotFoundError for a subcorpus that is not there, UsageError where there is nothing to compare.
    """
    counted = _tallies(connection, question, by, units)
    subcorpus, reference = (_named(name, counted, by) for name in compared)
    if len(counted) < 2 or (reference is not None and subcorpus is None):
        raise UsageError(f"words of one {by} are compared with those of another, and here is but one.")
    everything = sum((tally for tally in counted.values()), Counter())
    rows: list[Keyword] = []
    for name, tally in counted.items() if subcorpus is None else ((subcorpus, counted[subcorpus]),):
        others = everything - tally if reference is None else counted[reference]
        whole = tally.total(), others.total()
        rows += [_keyword(name, word, (count, others[word]), whole) for word, count in tally.items()]
    return sorted((row for row in rows if row.log_ratio > 0), key=lambda row: (-row.g2, row.word, row.subcorpus or ""))


def _keyword(subcorpus: str | None, word: str, counts: tuple[int, int], sizes: tuple[int, int]) -> Keyword:
    (count, opposed), (words, reference) = counts, sizes
    ratio = log2((count / words) / (max(opposed, NEITHER) / reference)) if reference else 0.0
    g2 = log_likelihood((count, words - count, opposed, reference - opposed))
    return Keyword(subcorpus, word, count, _rate(count, words), opposed, _rate(opposed, reference), ratio, g2)


def _tallies(connection: Connection, question: Question, by: str, units: Units) -> dict[str | None, Counter[str]]:
    """Units in each subcorpus, of all that is asked for."""
    subcorpus_of = _assignment(connection, by)
    tallies: dict[str | None, Counter[str]] = {}
    for ask in asked_of_people(connection, replace(question, by_role=by == "role")):
        for ground in grounds(ask):
            for searched in queries.find_searched_texts(connection, ask, ground):
                subcorpus = subcorpus_of((searched.document_id, ask.language, searched.role))
                tallies.setdefault(subcorpus, Counter()).update(units.of(searched.text, ask.language))
    return tallies


def _assignment(connection: Connection, by: str) -> Callable[[Context], str | None]:
    """What tells the subcorpus in which something stands."""
    if by == "language":
        return lambda context: context[1]
    if by == "role":
        return lambda context: context[2]
    if by == "document":
        return partial(_of_document, queries.find_paths(connection))
    published = queries.find_publication(connection)
    values = {document: row.outlet if by == "outlet" else (row.date or "")[:4] for document, row in published.items()}
    return partial(_of_document, {document: value for document, value in values.items() if value})


def _of_document(values: Mapping[str, str], context: Context) -> str | None:
    return values.get(context[0])


def _named(name: str | None, counted: Mapping[str | None, Counter[str]], by: str) -> str | None:
    if name is not None and name not in counted:
        there = ", ".join(sorted(subcorpus for subcorpus in counted if subcorpus)) or "none"
        raise NotFoundError(f"there is no {by} {name!r} in what is searched. There are: {there}.")
    return name


def _ordered(tally: Counter[str]) -> list[tuple[str, int]]:
    return sorted(tally.items(), key=lambda item: (-item[1], item[0]))


def _rate(count: int, words: int) -> float:
    return MILLION * count / words if words else 0.0
