"""The review queue as SQL: which pairs it holds, and in which order, without counting or sorting them all.

The order is unjudged before judged, with findings before without, then the score (none counts as one half), then
``docid``, which is as good as random. Where a filter leaves few pairs, those are looked up and sorted. Else the four
sections of the queue are read one after the other along an index over the score, until there is enough; the pairs of a
section are looked up, too, where few are judged, or few have findings.
"""

# ruff: noqa: S608 -- queries are put together from fixed texts; every value is bound

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

FACING = "a.left_text <> '' AND a.right_text <> ''"  # in the very words of the indexes over facing pairs
FEW = 10_000  # pairs that are looked up and sorted in no time
QUEUE_VERDICTS = ("any", "none", "judged", "accept", "reject", "unsure", "correct")
_BANDS = (("a.score < 0.5",), ("a.score IS NULL", "a.score >= 0.5"))  # no score is one half
_SCORE = "COALESCE(a.score, 0.5)"
_FINDINGS = (
    "(EXISTS (SELECT 1 FROM finding AS f WHERE f.subject = a.id)"
    " OR EXISTS (SELECT 1 FROM finding AS f WHERE f.subject = a.translation_id))"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pairs: all conditions hold at once; None leaves a condition out. Gaps (one side empty) are never shown.

    ``low`` and ``high`` are bounds of the score, both included; pairs without a score count as 0.5. ``verdict`` is one
    of ``QUEUE_VERDICTS``: ``any`` (judged or not), ``none`` (not judged), ``judged``, or one verdict. ``reviewer``:
    only this reviewer's verdicts count, so ``verdict='none', reviewer='Ada'`` is what Ada has not judged; None: the
    latest, whoever judged. ``words`` is searched in both texts, as FTS5 reads it where it can. ``sample`` and ``seed``:
    only the pairs of that random sample (of all kinds, or of ``kind``).
    """

    document: str | None = None
    kind: str | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = "any"
    finding: str | None = None
    words: str | None = None
    reviewer: str | None = None
    sample: int | None = None
    seed: int = 1


class Place(NamedTuple):
    """Where a pair stands in the queue."""

    judged: int
    plain: int  # 1 where there is no finding
    score: float
    docid: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate about alignment ``a``; where they can be listed, the ids that fulfil it, and at most how many."""

    predicate: str
    members: str | None = None
    size: int = 0


class Query:
    """The filters as conditions, with the values that they are bound to."""

    def __init__(self, connection: Connection, filters: Filters) -> None:
        self.connection = connection
        self.filters = filters
        self.values: dict[str, Any] = {}
        self.conditions = tuple(self._conditions())

    def places(self, limit: int, start: Place | None = None, back: bool = False) -> list[Place]:
        """At most ``limit`` places after ``start``, or before it and backwards."""
        conditions = (*self.conditions, *self._verdict())
        driver = _smallest(conditions)
        if driver:
            return self._sorted(driver, conditions, limit, start, back)
        found: list[Place] = []
        for judged, plain in self._sections(back):
            if start and ((judged, plain) > start[:2] if back else (judged, plain) < start[:2]):
                continue
            if len(found) < limit:
                inside = start if start and start[:2] == (judged, plain) else None
                found += self._section(judged, plain, limit - len(found), inside, back)
        return found

    def place(self, alignment: str) -> Place | None:
        """Where a pair stands; one that may just have been judged: where it stood."""
        query = f"SELECT {_FINDINGS}, {_SCORE}, a.docid FROM alignment AS a WHERE a.id = :alignment AND {FACING}"
        row = self._rows(query, alignment=alignment)
        if not row:
            return None
        return Place(int(self.filters.verdict not in {"any", "none"}), 1 - row[0][0], row[0][1], row[0][2])

    def total(self) -> int:
        """How many pairs there are, judged or not."""
        chosen, source, where = self._source(self.conditions)
        return int(self._rows(f"{chosen} SELECT COUNT(*) FROM {source} WHERE {where}")[0][0])

    def judged(self) -> dict[str, int]:
        """Verdict to the number of pairs that it is the last word on."""
        chosen, source, where = self._source(self.conditions)
        if chosen:
            query = f"{chosen} SELECT v.verdict, COUNT(*) FROM {source} CROSS JOIN {self.verdicts} AS v"
        else:
            query = (
                f"WITH v AS MATERIALIZED (SELECT pair_hash, verdict FROM {self.verdicts})"
                " SELECT v.verdict, COUNT(*) FROM v CROSS JOIN alignment AS a"
            )
        found = self._rows(f"{query} WHERE v.pair_hash = a.pair_hash AND {where} GROUP BY 1 ORDER BY 1")
        return {verdict: number for verdict, number in found}

    @property
    def verdicts(self) -> str:
        """A relation with the verdict that counts on each pair of texts."""
        if self.filters.reviewer is None:
            return "verdict"
        self.values["reviewer"] = self.filters.reviewer
        return "(SELECT * FROM verdicts WHERE verdicts.reviewer = :reviewer)"

    def _sorted(
        self, driver: Condition, conditions: Sequence[Condition], limit: int, start: Place | None, back: bool
    ) -> list[Place]:
        inner = (
            f"SELECT {self._is_judged()} AS judged, NOT {_FINDINGS} AS plain, {_SCORE} AS score, a.docid AS docid"
            f" FROM chosen CROSS JOIN alignment AS a WHERE a.id = chosen.id AND {_and(conditions, driver)}"
        )
        after = (
            ""
            if start is None
            else f"WHERE (judged, plain, score, docid) {_than(back)} (:judged, :plain, :score, :docid)"
        )
        order = ", ".join(f"{name} {_way(back)}" for name in Place._fields)
        query = (
            f"WITH chosen AS MATERIALIZED ({driver.members}), pairs AS ({inner})"
            f" SELECT * FROM pairs {after} ORDER BY {order} LIMIT :limit"
        )
        return [Place._make(row) for row in self._rows(query, limit=limit, **(start._asdict() if start else {}))]

    def _sections(self, back: bool) -> list[tuple[int, int]]:
        judged = {"any": (0, 1), "none": (0,)}.get(self.filters.verdict, (1,))
        plain = (0,) if self.filters.finding else (0, 1)
        return sorted(((j, p) for j in judged for p in plain), reverse=back)

    def _section(self, judged: int, plain: int, limit: int, start: Place | None, back: bool) -> list[Place]:
        conditions = (*self.conditions, self._has_verdict(judged), self._has_findings(plain))
        driver = _smallest(conditions)
        if driver:
            steps = [[self._driven(driver, conditions, start, back)]]
        else:
            bands = reversed(_BANDS) if back else _BANDS
            steps = [[self._walked(band, conditions, start, back) for band in one] for one in bands]
        found: list[Place] = []
        for parts in steps:
            if len(found) < limit:
                rows = self._ordered(parts, limit - len(found), start, back)
                found += [Place(judged, plain, row[0], row[1]) for row in rows]
        return found

    def _ordered(self, parts: Sequence[str], limit: int, start: Place | None, back: bool) -> Sequence[Any]:
        union = " UNION ALL ".join(f"SELECT * FROM ({part})" for part in parts)
        query = f"{union} ORDER BY 1 {_way(back)}, 2 {_way(back)} LIMIT :limit"
        return self._rows(query, limit=limit, **(start._asdict() if start else {}))

    @staticmethod
    def _driven(driver: Condition, conditions: Sequence[Condition], start: Place | None, back: bool) -> str:
        after = f"AND ({_SCORE}, a.docid) {_than(back)} (:score, :docid)" if start else ""
        return (
            f"WITH chosen AS MATERIALIZED ({driver.members})"
            f" SELECT {_SCORE} AS score, a.docid FROM chosen CROSS JOIN alignment AS a"
            f" WHERE a.id = chosen.id AND {_and(conditions, driver)} {after}"
        )

    @staticmethod
    def _walked(band: str, conditions: Sequence[Condition], start: Place | None, back: bool) -> str:
        """Along the index over the scores of a band."""
        none = "NULL" in band
        after = f"AND ({'0.5' if none else 'a.score'}, a.docid) {_than(back)} (:score, :docid)" if start else ""
        return (
            f"SELECT {_SCORE} AS score, a.docid FROM alignment AS a WHERE {_and(conditions)} AND {band} {after}"
            f" ORDER BY {'' if none else f'a.score {_way(back)},'} a.docid {_way(back)} LIMIT :limit"
        )

    def _source(self, conditions: Sequence[Condition]) -> tuple[str, str, str]:
        """WITH, FROM and WHERE of all pairs that fulfil ``conditions``."""
        driver = _smallest(conditions)
        if driver is None:
            return "", "alignment AS a", _and(conditions)
        where = f"a.id = chosen.id AND {_and(conditions, driver)}"
        return f"WITH chosen AS MATERIALIZED ({driver.members})", "chosen CROSS JOIN alignment AS a", where

    # Conditions

    def _conditions(self) -> Iterator[Condition]:
        """Those of the filters, the verdict left out."""
        one = self.filters
        self.values |= {name: getattr(one, name) for name in ("document", "kind", "low", "high", "finding")}
        if one.kind is not None:
            yield Condition("a.kind = :kind")
        if one.low is not None:
            yield Condition("a.score >= :low" if one.low > 0.5 else "(a.score >= :low OR a.score IS NULL)")
        if one.high is not None:
            yield Condition("a.score <= :high" if one.high < 0.5 else "(a.score <= :high OR a.score IS NULL)")
        if one.document is not None:
            yield self._of_document()
        if one.finding is not None:
            yield self._with_finding()
        if one.words is not None:
            yield self._with_words(one.words)
        if one.sample is not None:
            yield self._sampled(one.sample, one.seed)

    def _of_document(self) -> Condition:
        sides = [f"SELECT id FROM alignment WHERE {side}_document_id = :document" for side in ("left", "right")]
        members = " UNION ".join(sides)
        predicate = "(+a.left_document_id = :document OR +a.right_document_id = :document)"
        return Condition(predicate, members, self._count(" UNION ALL ".join(sides)))

    def _with_finding(self) -> Condition:
        found = "SELECT f.subject FROM finding AS f WHERE f.code = :finding"
        members = " UNION ".join(
            f"SELECT a.id FROM ({found}) AS f CROSS JOIN alignment AS a WHERE a.{column} = f.subject"
            for column in ("id", "translation_id")
        )
        predicate = " OR ".join(f"EXISTS ({found} AND f.subject = a.{name})" for name in ("id", "translation_id"))
        return Condition(f"({predicate})", members, self._count(found))

    def _with_words(self, words: str) -> Condition:
        match = readable(self.connection, words)
        if match is None:
            return Condition("1 = 0", "SELECT id FROM alignment WHERE 1 = 0", 0)
        self.values["words"] = match
        found = "SELECT rowid FROM bitext_fts WHERE bitext_fts MATCH :words"
        members = f"SELECT id FROM alignment WHERE docid IN ({found})"
        return Condition(f"+a.docid IN ({found})", members, self._count(found))

    def _sampled(self, size: int, seed: int) -> Condition:
        chosen = sample(self.connection, size, seed, self.filters.kind)
        self.values["sampled"] = json.dumps(chosen)
        listed = "SELECT value AS id FROM json_each(:sampled)"
        return Condition(f"a.id IN ({listed})", listed, len(chosen))

    def _verdict(self) -> tuple[Condition, ...]:
        """The condition on the verdict, where there is one."""
        wanted = self.filters.verdict
        if wanted == "any":
            return ()
        return (self._has_verdict(int(wanted != "none")),)

    def _has_verdict(self, judged: int) -> Condition:
        if not judged:
            return Condition(f"NOT {self._is_judged()}")
        wanted = self.filters.verdict
        which = "" if wanted in {"any", "judged"} else "AND v.verdict = :verdict"
        self.values["verdict"] = wanted
        exists = f"EXISTS (SELECT 1 FROM {self.verdicts} AS v WHERE v.pair_hash = a.pair_hash {which})"
        members = (
            f"SELECT a.id FROM (SELECT DISTINCT pair_hash FROM {self.verdicts} AS v WHERE 1 = 1 {which}) AS v"
            f" CROSS JOIN alignment AS a WHERE a.pair_hash = v.pair_hash AND {FACING}"
        )
        whose = "" if self.filters.reviewer is None else "WHERE reviewer = :reviewer"
        return Condition(exists, members, self._count(f"SELECT DISTINCT pair_hash FROM review {whose}"))

    def _is_judged(self) -> str:
        whose = "" if self.filters.reviewer is None else "AND v.reviewer = :reviewer"
        self.values["reviewer"] = self.filters.reviewer
        return f"EXISTS (SELECT 1 FROM verdicts AS v WHERE v.pair_hash = a.pair_hash {whose})"

    def _has_findings(self, plain: int) -> Condition:
        if plain:
            return Condition(f"NOT {_FINDINGS}")
        found = "SELECT f.subject FROM finding AS f WHERE f.subject_kind IN ('alignment', 'translation')"
        members = " UNION ".join(
            f"SELECT a.id FROM ({found}) AS f CROSS JOIN alignment AS a WHERE a.{column} = f.subject"
            for column in ("id", "translation_id")
        )
        return Condition(_FINDINGS, members, self._count(found))

    def _count(self, members: str) -> int:
        """How many rows there are, counted no further than matters."""
        query = f"SELECT COUNT(*) FROM (SELECT 1 FROM ({members}) LIMIT {FEW + 1})"
        return int(self._rows(query)[0][0])

    def _rows(self, query: str, **values: Any) -> Sequence[Any]:
        bound = text(query)
        names = set(bound._bindparams)
        given = {name: value for name, value in (self.values | values).items() if name in names}
        return self.connection.execute(bound, given).all()


def sample(connection: Connection, size: int, seed: int, kind: str | None) -> list[str]:
    """Ids of ``size`` facing pairs with different texts, drawn at random, the same for the same seed.

    The hash of a pair's texts is as good as random; so the pairs are taken whose hashes follow the point that the seed
    gives, beginning anew at the end. What is added to the corpus, or goes, changes the sample by a few pairs at most.
    """
    start = sha256(f"sample {seed}".encode()).hexdigest()[:16]
    found: list[str] = []
    for side in (">=", "<"):
        query = f"""
            SELECT MIN(a.id) FROM alignment AS a
            WHERE {FACING} AND a.pair_hash {side} :start {"AND a.kind = :kind" if kind else ""}
            GROUP BY a.pair_hash ORDER BY a.pair_hash LIMIT :size
            """
        values: Mapping[str, Any] = {"start": start, "size": size - len(found)} | ({"kind": kind} if kind else {})
        found += connection.scalars(text(query), values)
    return found


def readable(connection: Connection, words: str) -> str | None:
    """``words`` as FTS5 can read them: as they are, or else each word for itself; None where there is no word."""
    if not words.strip():
        return None
    for match in (words, " ".join(f'"{word}"' for word in words.replace('"', " ").split())):
        try:
            connection.execute(
                text("SELECT rowid FROM bitext_fts WHERE bitext_fts MATCH :words LIMIT 1"), {"words": match}
            )
        except DatabaseError:
            continue
        return match if match.strip() else None
    return None


def _smallest(conditions: Sequence[Condition]) -> Condition | None:
    """The condition that few pairs fulfil, where there is one."""
    listed = [one for one in conditions if one.members is not None and one.size <= FEW]
    return min(listed, key=lambda one: one.size, default=None)


def _and(conditions: Sequence[Condition], but: Condition | None = None) -> str:
    return " AND ".join((FACING, *(one.predicate for one in conditions if one is not but)))


def _than(back: bool) -> str:
    return "<" if back else ">"


def _way(back: bool) -> str:
    return "DESC" if back else "ASC"
