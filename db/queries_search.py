"""The SELECTs of full-text search, by SQLite's own driver: FTS5 is peculiar to it, and a search waits for nothing else.

The indexes are asked for row numbers first, in the order in which they give them, and no further than needed; only what
is shown is looked up in the tables. The numbers are made from hashes, so the first so many are an even sample.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked for. ``match``, ``facing`` and ``without`` are FTS5 expressions; what is None does not matter.

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

    @property
    def of_pairs(self) -> bool:
        """Whether something is asked that only a facing pair has."""
        return any(one is not None for one in (self.facing, self.without, self.kind, self.verdict, self.low, self.high))


@dataclass(frozen=True, slots=True)
class Ground:
    """A column of full text that is searched. Names are fixed; nothing that a person typed comes near them."""

    name: str
    index: str
    table: str
    column: int
    side: str
    conditions: str = "1 = 1"


SEGMENT = Ground("segment", "segment_fts", "segment", 0, "", "row.role <> 'separator'")
MACHINE = Ground("machine", "bitext_fts", "alignment", 1, "right", "row.kind = 'translation'")
LEFT = Ground("left", "bitext_fts", "alignment", 0, "left", "row.left_text <> '' AND row.right_text <> ''")
RIGHT = Ground("right", "bitext_fts", "alignment", 1, "right", "row.left_text <> '' AND row.right_text <> ''")
GROUNDS = {one.name: one for one in (SEGMENT, MACHINE, LEFT, RIGHT)}
VERDICT = "(SELECT verdict.verdict FROM verdict WHERE verdict.pair_hash = row.pair_hash)"
FILE = "(SELECT MIN(source.path) FROM source WHERE source.document_id = document.id)"
PATH = f"COALESCE({FILE}, document.title, document.id)"


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


class Size(NamedTuple):
    """How many words and segments a document has in a language."""

    document_id: str
    language: str | None
    words: int
    segments: int


def find_numbers(connection: Connection, ask: Ask, ground: Ground, limit: int) -> list[int]:
    """Numbers of at most ``limit`` rows of the index that match, whatever they are."""
    index = ground.index
    query = f"SELECT rowid FROM {index} WHERE {index} MATCH :match LIMIT :limit"  # noqa: S608
    return [number for (number,) in connection.execute(query, {"match": _match(ask, ground), "limit": limit})]


def find_keys_of(connection: Connection, ask: Ask, ground: Ground, numbers: Sequence[int]) -> list[Key]:
    """Those of the rows with these numbers that are what is asked for."""
    query = f"""
        SELECT row.docid, row.{_document(ground)}, row.position
        FROM json_each(:numbers) AS number CROSS JOIN {ground.table} AS row ON row.docid = number.value
        WHERE {_conditions(ask, ground)}"""  # noqa: S608
    rows = connection.execute(query, _bound(ask, ground) | {"numbers": json.dumps(numbers)})
    return [Key(ground.name, *row) for row in rows]


def find_keys(connection: Connection, ask: Ask, ground: Ground, limit: int, ranked: bool = False) -> list[Key]:
    """At most ``limit`` hits: in the order of the index, which is none that means anything, or the best first."""
    index, table = ground.index, ground.table
    query = f"""
        SELECT {index}.rowid, row.{_document(ground)}, row.position, {"rank" if ranked else "0.0"}
        FROM {index} CROSS JOIN {table} AS row ON row.docid = {index}.rowid
        WHERE {index} MATCH :match AND {_conditions(ask, ground)}
        {"ORDER BY rank" if ranked else ""} LIMIT :limit"""  # noqa: S608
    rows = connection.execute(query, _bound(ask, ground) | {"limit": limit})
    return [Key(ground.name, *row) for row in rows]


def find_keys_inside(connection: Connection, ask: Ask, ground: Ground, limit: int) -> list[Key]:
    """The same for few documents and many hits: their rows are gone through, and the index is asked about each."""
    index, table, document = ground.index, ground.table, _document(ground)
    query = f"""
        SELECT {index}.rowid, row.{document}, row.position
        FROM {table} AS row CROSS JOIN {index} ON {index}.rowid = row.docid
        WHERE row.{document} IN (SELECT value FROM json_each(:documents))
          AND {index} MATCH :match AND {_conditions(ask, ground)}
        LIMIT :limit"""  # noqa: S608
    rows = connection.execute(query, _bound(ask, ground) | {"limit": limit})
    return [Key(ground.name, *row) for row in rows]


def find_hits(connection: Connection, ask: Ask, keys: Sequence[Key]) -> list[Hit]:
    """The hits at ``keys``, in that order, with what faces them: a person's text before a machine's."""
    found: dict[tuple[str, int], Hit] = {}
    for ground in GROUNDS.values():
        numbers = [key.docid for key in keys if key.ground == ground.name]
        if numbers:
            query = (_FROM_SEGMENTS if ground is SEGMENT else _from_pairs(ask, ground)) + _chosen(ask, ground)
            bound = {"match": _match(ask, ground), "numbers": json.dumps(numbers), "last": max(numbers)}
            rows = connection.execute(query, bound)
            found |= {(ground.name, row[0]): Hit._make(row[1:]) for row in rows}
    return [found[key.ground, key.docid] for key in keys if (key.ground, key.docid) in found]


def find_occurrences(connection: Connection, ask: Ask, ground: Ground) -> Iterator[Occurrence]:
    """Every hit, in no order, with its words marked."""
    index = ground.index
    query = f"""
        SELECT row.{_document(ground)}, row.{_language(ground)}, row.position,
          highlight({index}, {ground.column}, char(2), char(3))
        FROM {index} CROSS JOIN {ground.table} AS row ON row.docid = {index}.rowid
        WHERE {index} MATCH :match AND {_conditions(ask, ground)}"""  # noqa: S608
    yield from (Occurrence._make(row) for row in connection.execute(query, _bound(ask, ground)))


def find_sizes(connection: Connection, ask: Ask, ground: Ground) -> list[Size]:
    """Words (as the index counts them) and segments of every document and language that is searched."""
    index = ground.index
    query = f"""
        SELECT row.{_document(ground)}, row.{_language(ground)}, size.sz, COUNT(*)
        FROM {ground.table} AS row JOIN {index}_docsize AS size ON size.id = row.docid
        WHERE {_conditions(ask, ground)} GROUP BY 1, 2, 3"""  # noqa: S608
    made: dict[tuple[str, str | None], Size] = {}
    for document, language, size, count in connection.execute(query, _bound(ask, ground)):
        before = made.get((document, language), Size(document, language, 0, 0))
        words = _varints(size)[ground.column]
        made[document, language] = Size(document, language, before.words + count * words, before.segments + count)
    return list(made.values())


def count_searched_rows(connection: Connection, ground: Ground, documents: Sequence[str]) -> int:
    """How many rows of a ground these documents have."""
    query = f"""
        SELECT COUNT(*) FROM {ground.table} AS row
        WHERE row.{_document(ground)} IN (SELECT value FROM json_each(:documents))"""  # noqa: S608
    (count,) = connection.execute(query, {"documents": json.dumps(documents)}).fetchone()
    return int(count)


def find_searched_texts(connection: Connection, ask: Ask, ground: Ground) -> Iterator[str]:
    """The texts that are searched."""
    column = "text" if ground is SEGMENT else f"{ground.side}_text"
    query = f"SELECT row.{column} FROM {ground.table} AS row WHERE {_conditions(ask, ground)}"  # noqa: S608
    yield from (str(row[0]) for row in connection.execute(query, _bound(ask, ground)))


def find_paths(connection: Connection, documents: Sequence[str] | None = None) -> dict[str, str]:
    """Document to its first path, for ``documents`` or for all."""
    chosen = "" if documents is None else "WHERE document_id IN (SELECT value FROM json_each(:documents))"
    query = f"SELECT document_id, MIN(path) FROM source {chosen} GROUP BY document_id"  # noqa: S608
    rows = connection.execute(query, {} if documents is None else {"documents": json.dumps(documents)})
    return {row[0]: row[1] for row in rows if row[0]}


def find_named(connection: Connection, name: str) -> list[str]:
    """Documents with this path, with an id that begins so, or from a folder or archive of this name."""
    query = """
        SELECT document_id FROM source WHERE document_id IS NOT NULL AND (path = :name OR file = :name)
        UNION SELECT id FROM document WHERE LENGTH(:name) >= 4 AND id >= :name AND id < :name || char(1114111)
        UNION SELECT document_id FROM source
          WHERE document_id IS NOT NULL AND path > :folder AND path < :folder || char(1114111)
        """
    rows = connection.execute(query, {"name": name, "folder": name.rstrip("/") + "/"})
    return sorted(row[0] for row in rows)


# Conditions on a row of ``alignment``, and on one of ``segment``.
_OF_ROLE = (
    """NOT EXISTS (
        SELECT 1 FROM alignment_segment AS member JOIN segment ON segment.id = member.segment_id
        WHERE member.alignment_id = row.id AND segment.role NOT IN (SELECT value FROM json_each(:roles)))""",
    "row.role IN (SELECT value FROM json_each(:roles))",
)
_NO_COPY = (
    """NOT EXISTS (
        SELECT 1 FROM alignment_segment AS member JOIN segment ON segment.id = member.segment_id
        JOIN document AS copy ON copy.id = segment.document_id
        JOIN segment AS original ON original.document_id = copy.duplicate_of AND original.text_hash = segment.text_hash
        WHERE member.alignment_id = row.id)""",
    """NOT EXISTS (
        SELECT 1 FROM document AS copy
        JOIN segment AS original ON original.document_id = copy.duplicate_of AND original.text_hash = row.text_hash
        WHERE copy.id = row.document_id)""",
)
_FROM_SEGMENTS = f"""
    SELECT segment_fts.rowid, row.id, {PATH}, row.language, 'human', highlight(segment_fts, 0, char(2), char(3)),
      CASE mine.side WHEN 'left' THEN COALESCE(facing.correction, facing.right_text)
        ELSE COALESCE(facing.left_correction, facing.left_text) END,
      CASE mine.side WHEN 'left' THEN facing.right_language ELSE facing.left_language END,
      CASE WHEN mine.side = 'right' THEN facing.left_origin WHEN facing.correction IS NULL THEN facing.right_origin
        ELSE 'human' END,
      facing.kind, facing.score,
      (SELECT verdict.verdict FROM verdict WHERE verdict.pair_hash = facing.pair_hash),
      facing.id, document.id, document.date, row.position
    FROM segment_fts
    CROSS JOIN segment AS row ON row.docid = segment_fts.rowid
    CROSS JOIN document ON document.id = row.document_id
    LEFT JOIN alignment_segment AS mine ON mine.rowid = (
      SELECT one.rowid FROM alignment_segment AS one JOIN alignment ON alignment.id = one.alignment_id
      WHERE one.segment_id = row.id AND alignment.left_text <> '' AND alignment.right_text <> ''
      ORDER BY alignment.kind = 'translation', alignment.score DESC LIMIT 1)
    LEFT JOIN alignment AS facing ON facing.id = mine.alignment_id
    WHERE segment_fts MATCH :match"""  # noqa: S608


def _from_pairs(ask: Ask, ground: Ground) -> str:
    side, other = ground.side, "left" if ground.side == "right" else "right"
    texts = {
        "left": "COALESCE(row.left_correction, row.left_text)",
        "right": "COALESCE(row.correction, row.right_text)",
    }
    origins = {
        "left": "row.left_origin",
        "right": "CASE WHEN row.correction IS NULL THEN row.right_origin ELSE 'human' END",
    }
    facing = f"highlight(bitext_fts, {1 - ground.column}, char(2), char(3))" if ask.facing else texts[other]
    return f"""
        SELECT bitext_fts.rowid, row.id, {PATH}, row.{side}_language, {origins[side]},
          highlight(bitext_fts, {ground.column}, char(2), char(3)),
          {facing}, row.{other}_language, {origins[other]}, row.kind, row.score, {VERDICT},
          row.id, document.id, document.date, row.position
        FROM bitext_fts
        CROSS JOIN alignment AS row ON row.docid = bitext_fts.rowid
        CROSS JOIN document ON document.id = row.{side}_document_id
        WHERE bitext_fts MATCH :match"""  # noqa: S608


def _chosen(ask: Ask, ground: Ground) -> str:
    """The rows with ``:numbers``: looked up one by one, but gone through once where a lookup is dear.

    For a prefix the index puts together the places of all its words, anew with every lookup.
    """
    number = f"{ground.index}.rowid"
    if '"*' in _match(ask, ground):
        return f" AND {number} <= :last AND +{number} IN (SELECT value FROM json_each(:numbers))"  # noqa: S608
    return f" AND {number} IN (SELECT value FROM json_each(:numbers))"  # noqa: S608


def _match(ask: Ask, ground: Ground) -> str:
    """The expression for the columns of the index."""
    if ground is SEGMENT:
        return ask.match
    sides = ("left_text", "right_text")
    own, other = sides[ground.column], sides[1 - ground.column]
    made = f"({own} : ({ask.match}))"
    if ask.facing:
        made = f"({made} AND ({other} : ({ask.facing})))"
    if ask.without:
        made = f"({made} NOT ({other} : ({ask.without})))"
    return made


def _conditions(ask: Ask, ground: Ground) -> str:
    """What the row must be, beside matching."""
    document, origin = _document(ground), f"row.{ground.side}_origin" if ground is not SEGMENT else "'human'"
    dated = f"(SELECT document.date FROM document WHERE document.id = row.{document})"  # noqa: S608
    tests = {
        f"row.{_language(ground)} = :language": ask.language,
        f"row.{document} IN (SELECT value FROM json_each(:documents))": ask.documents,  # noqa: S608
        f"{dated} >= :since": ask.since,
        f"substr({dated}, 1, LENGTH(:until)) <= :until": ask.until,
        f"({origin} = 'human') = (:origin = 'human')": ask.origin,
        _OF_ROLE[ground is SEGMENT]: ask.roles,
        _NO_COPY[ground is SEGMENT]: None if ask.duplicates else True,
    }
    of_pairs = {
        "row.kind = :kind": ask.kind,
        f"COALESCE({VERDICT}, 'none') = :verdict": ask.verdict,
        "row.score >= :low": ask.low,
        "row.score <= :high": ask.high,
    }
    asked = [test for test, value in (tests | of_pairs).items() if value is not None]
    return " AND ".join([ground.conditions, *asked])


def _bound(ask: Ask, ground: Ground) -> dict[str, Any]:
    values = {name: getattr(ask, name) for name in ("language", "since", "until", "kind", "verdict", "low", "high")}
    documents = None if ask.documents is None else json.dumps(ask.documents)
    roles = None if ask.roles is None else json.dumps(ask.roles)
    return values | {"match": _match(ask, ground), "documents": documents, "origin": ask.origin, "roles": roles}


def has_dates(connection: Connection) -> bool:
    """Whether any document has a date."""
    return connection.execute("SELECT 1 FROM document WHERE date IS NOT NULL LIMIT 1").fetchone() is not None


def count_undated(connection: Connection) -> int:
    """How many documents have no date."""
    (count,) = connection.execute("SELECT COUNT(*) FROM document WHERE date IS NULL").fetchone()
    return int(count)


def find_languages(connection: Connection) -> list[str]:
    """The languages of segments and of translations."""
    query = "SELECT language FROM segment UNION SELECT target FROM translation"
    return sorted(language for (language,) in connection.execute(query) if language)


def _document(ground: Ground) -> str:
    return f"{ground.side}_document_id" if ground.side else "document_id"


def _language(ground: Ground) -> str:
    return f"{ground.side}_language" if ground.side else "language"


def _varints(blob: bytes) -> list[int]:
    """Numbers as SQLite packs them: seven bits a byte, the highest bit set on all but the last (up to 2^56).

    >>> _varints(bytes([5, 0x81, 0x02]))
    [5, 130]
    """
    made, number = [], 0
    for byte in blob:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            made.append(number)
            number = 0
    return made
