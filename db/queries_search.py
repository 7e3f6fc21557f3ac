"""Full-text search with the statements of ``search.sql``.

They are run by the driver alone: a search waits for nothing else. The indexes are asked
for row numbers first, in the order in which they give them, and no further than needed; only what is shown is looked up
in the tables. The numbers are made from hashes, so the first so many are an even sample.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from db.highlight import mark_words
from db.place import PlainConnection as Connection
from db.statements import Statement, dialect_of, read_statements

ANYTHING = (("index-of-segments", "everything"), ("index-of-pairs", "everything"))  # where no word is looked for
MARKED = 1_000  # texts that are marked at once
Place: TypeAlias = tuple[str, int]  # ground and number of a hit


class Sieve(Protocol):
    """What is asked of texts that the index cannot be asked."""

    def holds(self, text: str) -> bool:
        """Whether a text is what is asked for."""

    def mark(self, marked: str) -> str:
        """A text that the index has marked, with the marks that it cannot make or should not have made."""

    def check(self) -> None:
        """Raise an error where a text could not be looked at."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked for. ``match``, ``facing`` and ``without`` are FTS5 expressions; what is None does not matter.

    An empty ``match`` is any text; ``sieve`` is asked about each text that matches.
    ``facing`` and ``without``: what the other side must and must not say. ``origin`` is human or machine. ``roles`` are
    those that segments may have. Without ``duplicates``, segments that a near-copy has from its original are left out.
    """

    match: str
    facing: str | None = None
    without: str | None = None
    language: str | None = None
    documents: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    kind: str | None = None
    verdict: str | None = None
    low: float | None = None
    high: float | None = None
    origin: str | None = None
    roles: tuple[str, ...] | None = None
    duplicates: bool = True
    sieve: Sieve | None = None
    by_role: bool = False  # roles are counted, which takes time for pairs

    @property
    def of_pairs(self) -> bool:
        """Whether something is asked that only a facing pair has."""
        return any(
            value is not None for value in (self.facing, self.without, self.kind, self.verdict, self.low, self.high)
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """A column of full text that is searched: of segments, or one side of pairs (``unit`` is segment or pair)."""

    name: str
    unit: str
    column: int
    side: str = ""


SEGMENT = Ground("segment", "segment", 0)
MACHINE = Ground("machine", "pair", 1, "right")  # machine translations alone
LEFT = Ground("left", "pair", 0, "left")
RIGHT = Ground("right", "pair", 1, "right")
GROUNDS = {ground.name: ground for ground in (SEGMENT, MACHINE, LEFT, RIGHT)}


class Key(NamedTuple):
    """Where a hit is: in which ground, under which number, in which document, and its place there.

    ``rank`` is lower for a better hit, and 0 where nobody asked.
    """

    ground: str
    docid: int
    document_id: str
    position: int
    rank: float = 0.0


class Hit(NamedTuple):
    """A search result with what faces it. Words found, on either side, stand between U+0002 and U+0003."""

    id: str
    path: str
    language: str | None
    origin: str
    marked: str
    facing: str | None
    facing_language: str | None
    facing_origin: str | None
    kind: str | None
    score: float | None
    verdict: str | None
    alignment_id: str | None
    document_id: str
    date: str | None
    position: int


class Occurrence(NamedTuple):
    """One hit as statistics see it."""

    document_id: str
    language: str | None
    position: int
    marked: str
    role: str | None


class FacingHit(NamedTuple):
    """A hit in a pair: both sides as they should be read, and in which language the other side is.

    ``pair_hash`` is None where a person corrected one of them.
    """

    id: str
    marked: str
    left: str
    right: str
    pair_hash: str | None
    score: float | None
    facing_language: str | None


class SegmentStart(NamedTuple):
    """Where on a side of a pair one of its segments begins, in characters."""

    alignment_id: str
    segment_id: str
    side: str
    start: int


class Size(NamedTuple):
    """How many words and segments a document has in a language (and role, where that is counted)."""

    document_id: str
    language: str | None
    words: int
    segments: int
    role: str | None


class SearchedText(NamedTuple):
    """A text that is searched, and what it is in its document (of a pair only where roles are counted)."""

    document_id: str
    text: str
    role: str | None


class Published(NamedTuple):
    """When a document was published (ISO 8601), and by whom."""

    date: str | None
    outlet: str | None


Marked = TypeVar("Marked", Hit, Occurrence, FacingHit)


def find_numbers(connection: Connection, ask: Ask, ground: Ground, limit: int) -> list[int]:
    """Numbers of at most ``limit`` rows of the index that match, whatever they are."""
    values = {"match": _match(ask, ground), "limit": limit}
    return [number for (number,) in connection.execute(_sql(connection, "numbers", ask, ground), values)]


def find_keys_of(connection: Connection, ask: Ask, ground: Ground, numbers: Sequence[int]) -> list[Key]:
    """Those of the rows with these numbers that are what is asked for."""
    rows = _rows(connection, "numbered", ask, ground, {"numbers": json.dumps(numbers)})
    return [Key(ground.name, *row) for row in rows]


def find_keys(connection: Connection, ask: Ask, ground: Ground, limit: int, ranked: bool = False) -> list[Key]:
    """At most ``limit`` hits: in the order of the index, which is none that means anything, or the best first."""
    rows = _rows(connection, "best" if ranked else "some", ask, ground, {"limit": limit})
    return [Key(ground.name, *row) for row in rows]


def find_keys_inside(connection: Connection, ask: Ask, ground: Ground, limit: int) -> list[Key]:
    """The same for few documents and many hits: their rows are gone through, and the index is asked about each."""
    return [Key(ground.name, *row) for row in _rows(connection, "inside", ask, ground, {"limit": limit})]


def find_hits(connection: Connection, ask: Ask, keys: Sequence[Key]) -> dict[Key, Hit]:
    """The hits at ``keys``, with what faces them: a person's text before a machine's."""
    hits: dict[tuple[str, int], Hit] = {}
    for ground in GROUNDS.values():
        numbers = [key.docid for key in keys if key.ground == ground.name]
        if numbers:
            has_prefix = '"*' in _match(ask, ground)
            numbered = {"numbers": json.dumps(numbers), "last": max(numbers), "facing": ask.facing is not None}
            rows = _rows(connection, "walked" if has_prefix else "hits", ask, ground, numbered)
            shown = {(ground.name, row[0]): Hit._make(row[1:]) for row in rows}
            shown = shown if dialect_of(connection) == "sqlite" else _marked(ask, shown)
            hits |= {place: _remarked(ask, hit) for place, hit in shown.items()}
    return {key: hits[key.ground, key.docid] for key in keys if (key.ground, key.docid) in hits}


def find_occurrences(connection: Connection, ask: Ask, ground: Ground) -> Iterator[Occurrence]:
    """Every hit, in no order, with its words marked."""
    rows = _rows(connection, "occurrences", ask, ground, {"by_role": ask.by_role})
    occurrences: Iterator[Occurrence] = map(Occurrence._make, rows)
    for occurrence in occurrences if dialect_of(connection) == "sqlite" else _marked_in_turn(ask, occurrences):
        yield _remarked(ask, occurrence)


def _marked_in_turn(ask: Ask, hits: Iterator[Marked]) -> Iterator[Marked]:
    """What a server found, with its words marked as FTS5 marks them."""
    while batch := list(islice(hits, MARKED)):
        texts = _mark([hit.marked for hit in batch], ask.match)
        yield from (hit._replace(marked=text) for hit, text in zip(batch, texts, strict=True))


def _marked(ask: Ask, hits: Mapping[Place, Hit]) -> dict[Place, Hit]:
    marked = _mark([hit.marked for hit in hits.values()], ask.match)
    facing = _mark([hit.facing or "" for hit in hits.values()], ask.facing)
    return {
        place: hit._replace(marked=text, facing=None if hit.facing is None else other)
        for (place, hit), text, other in zip(hits.items(), marked, facing, strict=True)
    }


def _mark(texts: Sequence[str], match: str | None) -> Sequence[str]:
    return mark_words(texts, match) if match else texts


def find_facing_hits(connection: Connection, ask: Ask, ground: Ground, machine: bool) -> Iterator[FacingHit]:
    """Every hit on a side of pairs that people wrote, in no order; with ``machine``, of machine translations, too."""
    hits: Iterator[FacingHit] = map(FacingHit._make, _rows(connection, "facing", ask, ground, {"mt": machine}))
    for hit in hits if dialect_of(connection) == "sqlite" else _marked_in_turn(ask, hits):
        yield _remarked(ask, hit)


def find_readings(connection: Connection, alignments: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Both sides of these pairs (few) as they should be read."""
    values = {"alignments": json.dumps(alignments)}
    rows = connection.execute(_statements(connection)["readings"].sql, values)
    return {key: (left, right) for key, left, right in rows}


def find_starts(connection: Connection, alignments: Sequence[str]) -> list[SegmentStart]:
    """Where in these pairs (few) their segments begin."""
    values = {"alignments": json.dumps(alignments)}
    return [SegmentStart._make(row) for row in connection.execute(_statements(connection)["starts"].sql, values)]


def find_links(connection: Connection, hashes: Sequence[str]) -> dict[str, list[list[int]]]:
    """Hash of two texts to the links of their words, as ``models.WordLinks`` has them; where there are any."""
    rows = connection.execute(_statements(connection)["links"].sql, {"hashes": json.dumps(hashes)})
    return {key: json.loads(links) for key, links in rows}


def has_links(connection: Connection) -> bool:
    """Whether the words of any pair are linked."""
    return connection.execute(_statements(connection)["linked"].sql).fetchone() is not None


def find_sizes(connection: Connection, ask: Ask, ground: Ground) -> list[Size]:
    """Words (as the index counts them) and segments of every document, language and role that is searched."""
    sizes: dict[tuple[str, str | None, str | None], Size] = {}
    query = "sizes-inside" if ask.documents is not None else "sizes"
    for document, language, packed, count, role in _rows(connection, query, ask, ground, {"by_role": ask.by_role}):
        before = sizes.get((document, language, role), Size(document, language, 0, 0, role))
        size = packed if isinstance(packed, int) else _varints(packed)[ground.column]
        words, segments = before.words + count * size, before.segments + count
        sizes[document, language, role] = before._replace(words=words, segments=segments)
    return list(sizes.values())


def is_indexed(connection: Connection, word: str) -> bool:
    """Whether a word, as FTS5 takes it, stands anywhere in what can be searched."""
    statements = _statements(connection)
    queries = (statements[f"indexed-{unit}"].sql for unit in ("segment", "pair"))
    return any(connection.execute(sql, {"match": word}).fetchone() for sql in queries)


def count_searched_rows(connection: Connection, ground: Ground, documents: Sequence[str]) -> int:
    """How many rows of a ground these documents have."""
    values = {"documents": json.dumps(documents), "side": ground.side}
    (count,) = connection.execute(_statements(connection)[f"count-{ground.unit}"].sql, values).fetchone()
    return int(count)


def find_searched_texts(connection: Connection, ask: Ask, ground: Ground) -> Iterator[SearchedText]:
    """The texts that are searched."""
    query = "texts-inside" if ask.documents is not None else "texts"
    yield from map(SearchedText._make, _rows(connection, query, ask, ground, {"by_role": ask.by_role}))


def find_paths(connection: Connection, documents: Sequence[str] | None = None) -> dict[str, str]:
    """Document to its first path, for ``documents`` or for all."""
    statements = _statements(connection)
    if documents is None:
        rows = connection.execute(statements["paths"].sql)
    else:
        rows = connection.execute(statements["paths-inside"].sql, {"documents": json.dumps(documents)})
    return {document: path for document, path in rows}


def find_named(connection: Connection, name: str) -> list[str]:
    """Documents with this path, with an id that begins so, or from a folder or archive of this name."""
    values = {"name": name, "folder": name.rstrip("/") + "/"}
    return sorted(row[0] for row in connection.execute(_statements(connection)["named"].sql, values))


def find_publication(connection: Connection) -> dict[str, Published]:
    """Document to when it was published, and by whom."""
    rows = connection.execute(_statements(connection)["dates"].sql)
    return {document: Published(date, outlet) for document, date, outlet in rows}


def has_dates(connection: Connection) -> bool:
    """Whether any document has a date."""
    return connection.execute(_statements(connection)["dated"].sql).fetchone() is not None


def count_undated(connection: Connection) -> int:
    """How many documents have no date."""
    (count,) = connection.execute(_statements(connection)["undated"].sql).fetchone()
    return int(count)


def find_main_languages(connection: Connection) -> list[str]:
    """The main languages of the documents."""
    rows = connection.execute(read_statements("search.sql")["spoken"].sql)
    return sorted(code for (code,) in rows)


def find_languages(connection: Connection) -> list[str]:
    """The languages of segments and of translations."""
    rows = connection.execute(_statements(connection)["languages"].sql)
    return sorted(language for (language,) in rows if language)


def _rows(
    connection: Connection, query: str, ask: Ask, ground: Ground, values: Mapping[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """Rows of a statement, whose function ``sifted`` is the sieve of what is asked."""
    bound = {**_bound(ask, ground), **values}
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("sifted", 1, ask.sieve.holds if ask.sieve else bool)
    else:
        bound["passing"] = json.dumps(_passing(connection, ask, ground, ask.sieve) if ask.sieve else [])
    yield from connection.execute(_sql(connection, query, ask, ground), bound)
    if ask.sieve:
        ask.sieve.check()


def _passing(connection: Connection, ask: Ask, ground: Ground, sieve: Sieve) -> list[int]:
    """Numbers of all rows that match and that the sieve lets pass: a server cannot call it."""
    rows = connection.execute(_sql(connection, "sifting", ask, ground), _bound(ask, ground))
    return [number for number, text in rows if sieve.holds(text)]


def _sql(connection: Connection, query: str, ask: Ask, ground: Ground) -> str:
    swaps = () if _match(ask, ground) else ANYTHING
    return read_statements("search.sql", dialect_of(connection), swaps)[f"{query}-{ground.unit}"].sql


def _statements(connection: Connection) -> Mapping[str, Statement]:
    return read_statements("search.sql", dialect_of(connection))


def _remarked(ask: Ask, hit: Marked) -> Marked:
    return hit._replace(marked=ask.sieve.mark(hit.marked)) if ask.sieve else hit


def _match(ask: Ask, ground: Ground) -> str:
    """The expression for the columns of the index."""
    if ground is SEGMENT:
        return ask.match
    columns = ("left_text", "right_text")
    column, opposite = columns[ground.column], columns[1 - ground.column]
    expression = f"({column} : ({ask.match}))" if ask.match else ""
    if ask.facing:
        facing = f"({opposite} : ({ask.facing}))"
        expression = f"({expression} AND {facing})" if expression else facing
    if ask.without:
        expression = f"({expression} NOT ({opposite} : ({ask.without})))"
    return expression


def _bound(ask: Ask, ground: Ground) -> dict[str, Any]:
    names = ("language", "since", "until", "kind", "verdict", "low", "high", "origin", "duplicates")
    values = {name: getattr(ask, name) for name in names}
    lists = {"documents": ask.documents, "roles": ask.roles}
    listed = {name: None if items is None else json.dumps(items) for name, items in lists.items()}
    where = {"match": _match(ask, ground), "side": ground.side, "machine": ground is MACHINE}
    return values | listed | where | {"sifted": ask.sieve is not None}


def _varints(blob: bytes) -> list[int]:
    """Numbers as SQLite packs them: seven bits a byte, the highest bit set on all but the last (up to 2^56).

    >>> _varints(bytes([5, 0x81, 0x02]))
    [5, 130]
    """
    numbers, number = [], 0
    for byte in blob:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    return numbers
