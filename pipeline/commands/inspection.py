"""One row of a corpus with its story, as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from db import queries_lookup as queries
from db.place import PlainConnection as Connection
from pipeline.corpus.meanings import ALONE, SCORES, explain, source_of_score
from pipeline.errors import NotFoundError, StoreError
from pipeline.language.counterparts import Span, unmatched
from pipeline.records import HUMAN, UNKNOWN
from pipeline.translation.terminology import agreed, signed_terms

Facts = dict[str, Any]


def resolve(connection: Connection, name: str) -> tuple[str, str]:
    """(table, id) of the row that ``name`` means: an id or its beginning, a path, a file or a part of a title.

    Raises NotFoundError if there is none, or several.
    """
    matches = queries.find_by_prefix(connection, name)
    exact = [match for match in matches if match[1] == name]
    if len(exact) == 1 and exact[0][0] != "source":
        return exact[0]
    whole = [] if exact else _without_members(matches)
    called = [] if whole else queries.find_documents_called(connection, name)
    meant = whole or [("document", key) for key, _ in called] or exact or matches
    if len(meant) == 1:
        return _document_of(connection, *meant[0])
    if not meant:
        raise NotFoundError(
            f"nothing has an id that begins with {name!r}, nor a path or a title like it. Ids stand in the output of "
            "query and search; the view documents lists paths and titles."
        )
    paths = dict(called)
    listed = ", ".join(f"{key} ({paths.get(key, table)})" for table, key in meant[:5])
    raise NotFoundError(f"{name!r} may mean several things ({len(meant)}): {listed}. Give more of it.")


def _without_members(matches: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A document rather than its segments; no files."""
    documents = {key for table, key in matches if table == "document"}
    return [
        (table, key)
        for table, key in matches
        if table != "source" and not (table == "segment" and key.partition(":")[0] in documents)
    ]


def _document_of(connection: Connection, table: str, key: str) -> tuple[str, str]:
    """The document of a source that has one; everything else as it is."""
    document = _row(connection, table, key)["document_id"] if table == "source" else None
    return ("document", document) if document else (table, key)


def show(connection: Connection, name: str) -> Facts:
    """An alignment with its evidence, a document in English, or whatever else the id names."""
    table, key = resolve(connection, name)
    if table == "document":
        return _document(connection, key)
    row = _row(connection, table, key)
    if table == "alignment":
        return _alignment(connection, row)
    return {"what": table, **row, "findings": _findings(connection, [key])}


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
        yield from (("segment", segment) for segment in queries.find_segment_ids(connection, row["id"]))
    elif table == "segment":
        yield "document", row["document_id"]
    elif table == "document":
        yield from (("source", path) for path in queries.find_source_paths(connection, row["id"]))


def _document(connection: Connection, key: str) -> Facts:
    row = _row(connection, "document", key)
    lines = [_line(text, origin) for text, origin in queries.find_reading(connection, key)]
    files = ", ".join(queries.find_source_paths(connection, key))
    columns = ("id", "title", "date", "outlet", "author", "url", "licence", "main_language", "profile", "duplicate_of")
    about = {name: row[name] for name in columns}
    return {**about, "files": files, "findings": _findings(connection, [key]), "in English": "\n".join(lines)}


def _line(text: str, origin: str) -> str:
    """A line of a document in English; the machine's says so."""
    return text if origin == HUMAN else f"{text}  [{origin}]"


def _readings(row: Facts) -> Facts:
    """Both sides as they should be read, and what was written where somebody corrected it."""
    readings: Facts = {
        "left": row["left_correction"] or row["left_text"],
        "right": row["correction"] or row["right_text"],
    }
    if row["corrected_by"]:
        readings["corrected by"] = row["corrected_by"]
    if row["left_correction"]:
        readings["left was"] = row["left_text"]
    if row["correction"]:
        readings["was"] = row["right_text"]
    return readings


def _alignment(connection: Connection, row: Facts) -> Facts:
    signature = _row(connection, "signature", row["signature_id"])
    subjects = [row["id"], row["translation_id"] or ""]
    return {
        "id": row["id"],
        "kind": row["kind"],
        **_readings(row),
        "left document": _source(connection, row["left_document_id"]),
        "right document": _source(connection, row["right_document_id"]),
        "languages": " = ".join(
            f"{row[f'{side}_language'] or UNKNOWN} ({row[f'{side}_origin']})" if row[f"{side}_text"] else "nothing"
            for side in ("left", "right")
        ),
        "shape": row["shape"],
        "score": row["score"],
        "the score is": _score_meaning(row, signature["stage"]),
        "evidence": explain(row["features"] or {}),
        "unmatched": unmatched_texts(
            row["left_correction"] or row["left_text"], row["correction"] or row["right_text"]
        ),
        **_terms(signature["settings"], row),
        "findings": _findings(connection, subjects),
        "made by": " ".join(filter(None, (signature["engine"], signature["version"], signature["model"]))),
        "segments": ", ".join(queries.find_segment_ids(connection, row["id"])),
    }


def _terms(settings: Facts, row: Facts) -> Facts:
    """The terms that a translation had to use, and whether the pair has them, as it should be read."""
    readings = _readings(row)
    agreement = agreed(signed_terms(settings), readings["left"], readings["right"])
    return (
        {"terms": "; ".join(f"{term}: {'' if agrees else 'not '}as agreed" for term, agrees in agreement)}
        if agreement
        else {}
    )


def _score_meaning(row: Facts, stage: str) -> str:
    if row["score"] is None:
        return ""
    if not (row["left_text"] and row["right_text"]) and stage != "review":
        return ALONE
    return SCORES[source_of_score(row["kind"], stage)]


def _source(connection: Connection, document: str) -> str:
    """A document's files and title in one line."""
    files = ", ".join(queries.find_source_paths(connection, document))
    return f"{files}: {title}" if (title := _row(connection, "document", document)["title"]) else files


def unmatched_texts(left: str, right: str, linked: Sequence[tuple[Span, Span]] = ()) -> list[Facts]:
    """Numbers and names that only one side has; nothing where a side is empty."""
    missing = unmatched(left, right, linked) if left and right else ()
    return [
        mismatch._asdict() | {"text": (left if mismatch.side == "left" else right)[mismatch.start : mismatch.end]}
        for mismatch in missing
    ]


def _findings(connection: Connection, subjects: Sequence[str]) -> str:
    findings = queries.find_finding_texts(connection, [item for item in subjects if item])
    return "; ".join(f"{item.code} {item.value}".strip() for item in findings)


def _row(connection: Connection, table: str, key: str) -> Facts:
    row = queries.get_row(connection, table, key)
    if row is None:
        raise StoreError(f"{table} {key!r} is missing. Run `make corpus` to mend the corpus.")
    return row


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
    facts = {name: value for name, value in row.items() if name not in hidden and value not in (None, "", {})}
    text = str(facts.get("text", ""))
    return facts | ({"text": f"{' '.join(text[:120].split())} ..."} if len(text) > 200 else {})
