"""Keyword in context: hits of a search in their order, each cut at what was found."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_date

from db import queries_search as queries
from db.place import PlainConnection as Connection
from db.queries_search import LEFT, MACHINE, RIGHT, SEGMENT, Ask, Ground, Hit, Key
from pipeline.errors import NotFoundError, UsageError
from pipeline.language import lemmas
from pipeline.language.lemmas import Inflection
from pipeline.language.spelling import unaccented
from pipeline.search.expression import parse
from pipeline.search.marks import line, plain
from pipeline.search.sieve import TextSieve
from pipeline.search.terms import BRACKETED, Expression, Inflect, quote

INSIDE = 500  # rows of few documents that are looked at one by one, where the words are frequent
MOST = 2_000  # hits that are put in order; of more, an even sample is shown
SORTS = ("document", "best", "left", "right", "score")
ORIGINS = ("human", "machine")
TEXT = ("title", "heading", "body", "caption")
ROLES = (*TEXT, "code", "boilerplate")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks for.

    ``documents`` are paths, folders or beginnings of ids; dates are ISO 8601, whole or their beginnings. Only segments
    with one of ``roles`` are searched, and without ``duplicates`` none that a near-copy has from its original.
    No ``words``: all texts. ``inflected``: all words are looked for in all their forms. ``by_role``: roles are counted.
    """

    words: str
    facing: str | None = None
    without: str | None = None
    language: str | None = None
    documents: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    kind: str | None = None
    verdict: str | None = None
    low: float | None = None
    high: float | None = None
    origin: str | None = None
    roles: tuple[str, ...] = TEXT
    duplicates: bool = False
    inflected: bool = False
    by_role: bool = False

    @property
    def has_forms(self) -> bool:
        """Whether words are looked for in all their forms."""
        sides = (self.words, self.facing or "", self.without or "")
        return self.inflected or any(BRACKETED.search(side) for side in sides)


@dataclass(frozen=True, slots=True)
class Found:
    """Hits in order. ``total`` counts all there are, or is None where they are too many; then ``hits`` are a sample."""

    hits: Sequence[Hit]
    total: int | None


def asks(connection: Connection, question: Question) -> tuple[Ask, ...]:
    """A question in the terms of the index: once for all languages, or for each where words have forms.

    Raises UsageError where it makes no sense, NotFoundError for a document that is not there.
    """
    for date in (question.since, question.until):
        if date is not None and not _is_date(date):
            raise UsageError(f"{date!r} is no date. Write it as 2024, 2024-05 or 2024-05-31.")
    if (question.since or question.until) and not queries.has_dates(connection):
        raise NotFoundError("no document has a date. Give dates in manifest.toml, or leave out --from and --to.")
    languages = queries.find_languages(connection)
    if question.language and question.language not in languages:
        raise NotFoundError(f"nothing is in {question.language!r}. Languages: {', '.join(languages) or 'none'}.")
    common = Ask(
        "",
        language=question.language,
        documents=_documents(connection, question.documents) if question.documents else None,
        since=question.since,
        until=question.until,
        kind=question.kind,
        verdict=question.verdict,
        low=question.low,
        high=question.high,
        origin=question.origin,
        roles=question.roles,
        duplicates=question.duplicates,
        by_role=question.by_role,
    )
    if not question.has_forms:
        return (_worded(connection, question, common, ()),)
    searched = (question.language,) if question.language else languages
    return tuple(_worded(connection, question, replace(common, language=code), languages) for code in searched)


def _worded(connection: Connection, question: Question, ask: Ask, languages: Sequence[str]) -> Ask:
    """With the expressions for one language; what faces is in another, if there is one."""
    mine = _inflect(connection, (ask.language,)) if languages and ask.language else None
    across = [code for code in languages if code != ask.language] or languages
    theirs = _inflect(connection, across) if languages else None
    words = parse(question.words, mine, question.inflected) if question.words else Expression("")
    facing, without = (
        None if side is None else parse(side, theirs, question.inflected)
        for side in (question.facing, question.without)
    )
    if any(side and side.patterns for side in (facing, without)):
        raise UsageError("a /pattern/ can be asked of the hits, not of what faces them. Swap the two sides.")
    if without and not words.match and not facing:
        raise UsageError("a /pattern/ alone cannot be searched for without what faces it: add a word, or --facing.")
    return replace(
        ask,
        match=words.match,
        facing=facing and facing.match,
        without=without and without.match,
        sieve=TextSieve(words) if words.forms or words.patterns else None,
    )


def _inflect(connection: Connection, languages: Sequence[str]) -> Inflect:
    """The forms of a headword in any of ``languages`` that stand in the corpus, and the word as it was typed."""

    def inflect(word: str) -> Inflection:
        inflections = [lemmas.inflect(word, language) for language in languages]
        forms = {form for inflection in inflections for form in inflection.forms}
        present = {form for form in forms if queries.is_indexed(connection, quote(form))}
        names = {name for inflection in inflections for name in inflection.names}
        return Inflection(frozenset(present or {word.lower()}), frozenset(names))

    return inflect


def is_elsewhere(connection: Connection, question: Question) -> bool:
    """Whether what is not in the text is in web residue, in code or in near-copies."""
    return bool(find(connection, replace(question, roles=ROLES, duplicates=True), 1).hits)


def find(connection: Connection, question: Question, limit: int, sort: str = "document") -> Found:
    """At most ``limit`` hits in the order of ``sort`` (one of SORTS). Raises as ``ask`` does.

    Where there are more than MOST (and more than ``limit``), they are an even sample of the corpus, in that order; of
    what people wrote, if that is enough. A page of hits then costs the same however many there are.
    """
    terms, most = asks(connection, question), max(MOST, limit)
    keys: dict[Key, Ask] = {}
    total: int | None = 0
    for ground in grounds(terms[0]):
        if total is None and ground is MACHINE:
            break  # what people wrote fills the sample
        for ask in terms:
            batch, whole = _keys(connection, ask, ground, (most, limit, sort == "best"))
            keys |= dict.fromkeys(batch, ask)
            total = total + len(batch) if whole and total is not None else None
    ordered = sorted(keys, key=lambda key: key.rank) if sort == "best" else _in_order(connection, list(keys))
    if sort in {"document", "best"}:
        return Found(_hits(connection, keys, ordered[:limit]), total)
    hits = _hits(connection, keys, ordered)
    return Found(sorted(hits, key=_ORDERS[sort])[:limit], total)


def _hits(connection: Connection, sources: Mapping[Key, Ask], keys: Sequence[Key]) -> list[Hit]:
    """The hits at ``keys`` in their order, each found by the question in ``sources``."""
    hits: dict[Key, Hit] = {}
    for terms in dict.fromkeys(sources[key] for key in keys):
        hits |= queries.find_hits(connection, terms, [key for key in keys if sources[key] is terms])
    return [hits[key] for key in keys if key in hits]


def grounds(terms: Ask) -> tuple[Ground, ...]:
    """Where to look: among the segments and machine translations; on both sides of pairs where pairs are asked for."""
    if terms.of_pairs:
        return (LEFT, RIGHT)
    return tuple(
        ground for ground, origin in ((SEGMENT, "human"), (MACHINE, "machine")) if terms.origin in {None, origin}
    )


def _is_date(text: str) -> bool:
    """Whether it is a day, a month or a year of the calendar.

    >>> _is_date("2024-05"), _is_date("2024-13"), _is_date("2023-02-29")
    (True, False, False)
    """
    if not _DATE.fullmatch(text):
        return False
    try:
        calendar_date.fromisoformat(text + "-01-01"[len(text) - 10 :] if len(text) < 10 else text)
    except ValueError:
        return False
    return True


def _keys(connection: Connection, terms: Ask, ground: Ground, limits: tuple[int, int, bool]) -> tuple[list[Key], bool]:
    """Keys of the hits in one ground, and whether that is all of them."""
    most, limit, ranked = limits
    numbers = queries.find_numbers(connection, terms, ground, most + 1)
    if len(numbers) <= most:
        if ranked and terms.match:
            return queries.find_keys(connection, terms, ground, most, ranked), True
        return queries.find_keys_of(connection, terms, ground, numbers), True
    if terms.documents is not None and queries.count_searched_rows(connection, ground, terms.documents) <= INSIDE:
        keys = queries.find_keys_inside(connection, terms, ground, most + 1)
        return (keys, True) if len(keys) <= most else (keys[:limit], False)
    enough = most if terms.sieve else limit  # so that few hits among many candidates are counted
    keys = queries.find_keys(connection, terms, ground, enough + 1)
    return (keys, True) if len(keys) <= enough else (keys[:limit], False)


def _in_order(connection: Connection, keys: Sequence[Key]) -> list[Key]:
    """By path, then place; what a machine says comes after what it translates."""
    paths = queries.find_paths(connection, sorted({key.document_id for key in keys}))
    return sorted(keys, key=lambda key: (paths.get(key.document_id, ""), *key[2:4], key.ground != "segment", key.docid))


def _documents(connection: Connection, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({key for name in names for key in _named(connection, name)}))


def _named(connection: Connection, name: str) -> list[str]:
    keys = queries.find_named(connection, name)
    if not keys:
        paths = sorted(set(queries.find_paths(connection).values()))
        near = difflib.get_close_matches(name, paths, 3, 0.4) or paths[:3]
        raise NotFoundError(f"there is no document {name!r}. There are: {', '.join(near)} ...")
    return keys


_ORDERS: Mapping[str, Callable[[Hit], tuple[object, ...]]] = {
    "left": lambda hit: (_reversed(plain(line(hit.marked).left)), hit.path, hit.position),
    "right": lambda hit: (_folded(plain(line(hit.marked).right)), hit.path, hit.position),
    "score": lambda hit: (hit.score is None, -(hit.score or 0.0), hit.path, hit.position),
}


def _folded(text: str) -> list[str]:
    """Words in the order of a dictionary: neither accents nor case count."""
    return re.findall(r"\w+", unaccented(text.casefold()))


def _reversed(text: str) -> list[str]:
    return _folded(text)[::-1]
