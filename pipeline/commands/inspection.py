"""What people ask of a corpus, as plain values: one row with its story, and the summary."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from db import queries
from db.queries import SkipRow
from pipeline.align.passages import expected
from pipeline.align.words import Link, described
from pipeline.calibration import Expected
from pipeline.corpus.codes import CODES, FAILED
from pipeline.corpus.meanings import SCORES, explain, source_of_score
from pipeline.errors import NotFoundError, StoreError, UsageError
from pipeline.language.counterparts import Span, unmatched
from pipeline.run import Outcome

Facts = dict[str, Any]
Linker = Callable[[Sequence[tuple[str, str]]], Sequence[Sequence[Link]]]


@dataclass(frozen=True, slots=True)
class Summary:
    """What is in a corpus after a run, and what the run did."""

    outcome: Outcome
    documents: int
    duplicates: int
    profiles: Sequence[tuple[str, Mapping[str, float]]]
    languages: Mapping[str, int]
    engines: Mapping[str, int]
    untranslated: int
    pairs: Mapping[str, int]
    alignments: Mapping[str, int]
    mined: Expected
    findings: Sequence[tuple[str, int, str]]
    skips: Sequence[SkipRow]
    failures: Sequence[tuple[str, str]]  # what a stage failed on, and what happened


def summarise(connection: Connection, outcome: Outcome) -> Summary:
    """Counts of everything in the corpus, with the documents' language profiles and the files that were skipped."""
    documents = queries.find_documents(connection)
    engines = queries.find_engines(connection)
    french = queries.count_language(connection, "fr")
    findings = queries.count_by(connection, "finding", "code")
    return Summary(
        outcome,
        len(documents),
        sum(one.duplicate_of is not None for one in documents),
        queries.find_profiles(connection),
        queries.count_by(connection, "segment", "language", "role <> 'separator'"),
        engines,
        french - sum(engines.values()),
        queries.count_by(connection, "document_pair", "grade"),
        queries.count_by(connection, "bitext", "kind"),
        expected(queries.find_passage_scores(connection)),
        [(code, count, CODES.get(code, "")) for code, count in findings.items()],
        queries.find_skips(connection),
        queries.find_failures(connection, FAILED),
    )


def resolve(connection: Connection, name: str) -> tuple[str, str]:
    """(table, id) of the row that ``name`` begins. Raises NotFoundError if there is none, or several."""
    found = queries.find_by_prefix(connection, name)
    exact = [one for one in found if one[1] == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    whole = [one for one in found if ":" not in one[1]]  # a document rather than its segments
    if len(whole) == 1:
        return whole[0]
    if not found:
        raise NotFoundError(f"no row has an id that begins with {name!r}. Ids stand in the output of query and search.")
    listed = ", ".join(f"{key} ({table})" for table, key in found[:5])
    raise NotFoundError(f"several rows have an id that begins with {name!r}: {listed}. Give more of it.")


def show(connection: Connection, name: str) -> Facts:
    """An alignment with its evidence, a document in English, or whatever else the id names."""
    table, key = resolve(connection, name)
    if table == "document":
        return _document(connection, key)
    row = _row(connection, table, key)
    if table == "alignment":
        return _alignment(connection, row)
    return {"what": table, **row, "findings": _findings(connection, [key])}


def with_words(facts: Facts, name: str, linker: Linker) -> Facts:
    """What ``show`` gave for an alignment, with the words that translate each other and without what they account for.

    Raises UsageError for anything but an alignment.
    """
    if "evidence" not in facts:
        raise UsageError(f"{name} is no alignment, so it has no word links. Leave out --words, or give an alignment.")
    left, right = str(facts["left"]), str(facts["right"])
    (links,) = linker([(left, right)])
    rest = _unmatched(left, right, [(one.left, one.right) for one in links])
    return {**facts, "unmatched": rest, "words": described(left, right, links)}


def why(connection: Connection, name: str) -> Facts:
    """The chain that made a row: each step with its run, engine, model and settings, down to the file and offsets."""
    chain: Facts = {}
    _follow(connection, *resolve(connection, name), chain)
    return {f"{step}. {title}": facts for step, (title, facts) in enumerate(chain.items(), 1)}


def _follow(connection: Connection, table: str, key: str, chain: Facts) -> None:
    """Add a row to the chain, then what it was made with and from; nothing twice."""
    if f"{table} {key}" in chain:
        return
    row = _row(connection, table, key)
    chain[f"{table} {key}"] = _brief(row)
    for column in ("signature_id", "segment_signature_id", "detect_signature_id"):
        if row.get(column):
            chain[f"{column.removesuffix('_id').replace('_', ' ')} {row[column]}"] = _brief(
                _row(connection, "signature", row[column])
            )
    if row.get("run_id"):
        chain[f"run {row['run_id']}"] = _brief(_row(connection, "run", row["run_id"]))
    for parent_table, parent_key in _parents(connection, table, row):
        _follow(connection, parent_table, parent_key, chain)


def _parents(connection: Connection, table: str, row: Facts) -> Iterator[tuple[str, str]]:
    """What a row was made from."""
    if table == "alignment":
        if row["document_pair_id"]:
            yield "document_pair", row["document_pair_id"]
        if row["translation_id"]:
            yield "translation", row["translation_id"]
        yield from (("segment", side.id) for side in queries.find_sides(connection, row["id"]))
    elif table == "segment":
        yield "document", row["document_id"]
    elif table == "document":
        yield from (("source", source.path) for source in queries.find_sources(connection, row["id"]))


def _document(connection: Connection, key: str) -> Facts:
    row = _row(connection, "document", key)
    lines = [one.english_text for one in queries.find_reading(connection, key)]
    files = ", ".join(source.path for source in queries.find_sources(connection, key))
    kept = ("id", "title", "date", "outlet", "author", "url", "licence", "main_language", "profile", "duplicate_of")
    about = {name: row[name] for name in kept}
    return {**about, "files": files, "findings": _findings(connection, [key]), "in English": "\n".join(lines)}


def _alignment(connection: Connection, row: Facts) -> Facts:
    signature = _row(connection, "signature", row["signature_id"])
    subjects = [row["id"], row["translation_id"] or ""]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "left": row["left_text"],
        "right": row["right_text"],
        "left document": _source(connection, row["left_document_id"]),
        "right document": _source(connection, row["right_document_id"]),
        "languages": f"{row['left_language']} ({row['left_origin']}) = {row['right_language']} ({row['right_origin']})",
        "shape": row["shape"],
        "score": row["score"],
        "the score is": SCORES[source_of_score(row["kind"], signature["stage"])] if row["score"] is not None else "",
        "evidence": explain(row["features"] or {}),
        "unmatched": _unmatched(row["left_text"], row["right_text"]),
        "findings": _findings(connection, subjects),
        "made by": " ".join(filter(None, (signature["engine"], signature["version"], signature["model"]))),
        "segments": ", ".join(side.id for side in queries.find_sides(connection, row["id"])),
    }


def _source(connection: Connection, document: str) -> str:
    """A document's files and title in one line."""
    files = ", ".join(source.path for source in queries.find_sources(connection, document))
    return f"{files}: {title}" if (title := _row(connection, "document", document)["title"]) else files


def _unmatched(left: str, right: str, linked: Sequence[tuple[Span, Span]] = ()) -> list[Facts]:
    """Numbers and names that only one side has; nothing where a side is empty."""
    found = unmatched(left, right, linked) if left and right else ()
    return [one._asdict() | {"text": (left if one.side == "left" else right)[one.start : one.end]} for one in found]


def _findings(connection: Connection, subjects: Sequence[str]) -> str:
    found = queries.find_findings(connection, [one for one in subjects if one])
    return "; ".join(f"{one.code} {one.value}".strip() for one in found)


def _row(connection: Connection, table: str, key: str) -> Facts:
    row = queries.get_row(connection, table, key)
    if row is None:
        raise StoreError(f"{table} {key!r} is missing. Run `make corpus` to mend the corpus.")
    return dict(row)


def _brief(row: Mapping[str, Any]) -> Facts:
    """A row without what is empty, internal or the text of a whole document."""
    hidden = {
        "docid",
        "run_id",
        "signature_id",
        "segment_signature_id",
        "detect_signature_id",
        "text_hash",
        "pair_hash",
    }
    kept = {name: value for name, value in row.items() if name not in hidden and value not in (None, "", {})}
    text = str(kept.get("text", ""))
    return kept | ({"text": f"{' '.join(text[:120].split())} ..."} if len(text) > 200 else {})
