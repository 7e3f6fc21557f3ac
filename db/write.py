"""Writing rows: insert-or-ignore and insert-or-update by natural key, and deletions. Always in a ``transaction``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, or_, select, update

from db.models import (
    Alignment,
    Base,
    Block,
    Document,
    DocumentPair,
    Finding,
    Run,
    Segment,
    Signature,
    Source,
    Span,
    Stage,
    Translation,
)
from db.queries import is_stray
from db.twins import twin
from db.vocabulary import KINDS

Row = Mapping[str, Any]
CHUNK = 500  # ids in one IN (...), well under SQLite's limit on variables


def insert_new(connection: Connection, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert ``rows``; those whose key is there already are left as they are."""
    if rows:
        _insert_all(connection, _insert(connection, model).on_conflict_do_nothing(), rows)


def upsert(connection: Connection, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert ``rows``; where the primary key is there already, the columns given are updated."""
    if not rows:
        return
    statement = _insert(connection, model)
    keys = [column.name for column in _table(model).primary_key]
    changes = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    latest = {tuple(row[key] for key in keys): row for row in rows}  # one statement changes a row once
    updating = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    _insert_all(connection, updating, list(latest.values()))


def close_runs(connection: Connection, status: str) -> None:
    """Give ``status`` to runs that never said how they ended."""
    connection.execute(update(Run).where(Run.status == "running").values(status=status))


def set_run(connection: Connection, run: str, **values: Any) -> None:
    """Set columns of one run."""
    connection.execute(update(Run).where(Run.id == run).values(**values))


def update_languages(connection: Connection, rows: Sequence[Row]) -> None:
    """Set the language of segments: rows of ``key``, ``language``, ``confidence``, ``method``."""
    _update_all(connection, _table(Segment).c.id, "key", rows)


def set_document(connection: Connection, document: str, **values: Any) -> None:
    """Set columns of one document."""
    connection.execute(update(Document).where(Document.id == document).values(**values))


def set_documents(connection: Connection, rows: Sequence[Row]) -> None:
    """Set columns of documents: rows of ``key`` and the columns."""
    _update_all(connection, _table(Document).c.id, "key", rows)


def set_checked(connection: Connection, translations: Iterable[str], signature: str) -> None:
    """Say which checks ``translations`` went through."""
    for ids in _chunks(translations):
        statement = update(Translation).where(Translation.id.in_(ids)).values(check_signature_id=signature)
        connection.execute(statement)


def set_unchecked(connection: Connection, translations: Iterable[str]) -> None:
    """Let ``translations`` go through the checks again."""
    for ids in _chunks(translations):
        connection.execute(update(Translation).where(Translation.id.in_(ids)).values(check_signature_id=None))


def set_usability(connection: Connection, rows: Sequence[Row]) -> None:
    """Give the facing pairs of a ``translation`` a ``score`` and ``features``: a row of the three for each."""
    _update_all(connection, _table(Alignment).c.translation_id, "translation", rows)


def set_scores(connection: Connection, rows: Sequence[Row]) -> None:
    """Give the facing pairs of a ``translation`` a ``score``."""
    _update_all(connection, _table(Alignment).c.translation_id, "translation", rows)


def set_pair(connection: Connection, pair: str, **values: Any) -> None:
    """Set columns of one document pair."""
    connection.execute(update(DocumentPair).where(DocumentPair.id == pair).values(**values))


def set_aligned(connection: Connection, pairs: Sequence[str], signature: str) -> None:
    """Say under which signature document ``pairs`` (few) were aligned."""
    connection.execute(update(DocumentPair).where(DocumentPair.id.in_(pairs)).values(align_signature_id=signature))


def forget_stages(connection: Connection, names: Sequence[str]) -> None:
    """Let stages over the whole corpus look again: what they last saw is no more."""
    connection.execute(delete(Stage).where(Stage.name.in_(names)))


def delete_files(connection: Connection, files: Iterable[str]) -> None:
    """Forget what was read from ``files``. Documents left without a source go with ``delete_orphans``."""
    for chunk in _chunks(files):
        connection.execute(delete(Source).where(Source.file.in_(chunk)))


def delete_blocks(connection: Connection, documents: Iterable[str]) -> None:
    """Forget blocks and segments of ``documents``."""
    for chunk in _chunks(documents):
        connection.execute(delete(Block).where(Block.document_id.in_(chunk)))


def delete_alignments(connection: Connection, documents: Sequence[str], kinds: Sequence[str] = KINDS) -> None:
    """Forget every alignment of ``kinds`` that ``documents`` (few) take part in; their pairs are aligned anew."""
    either = or_(Alignment.left_document_id.in_(documents), Alignment.right_document_id.in_(documents))
    _delete_alignments(connection, and_(either, Alignment.kind.in_(kinds)))
    pairs = or_(DocumentPair.left_document_id.in_(documents), DocumentPair.right_document_id.in_(documents))
    connection.execute(update(DocumentPair).where(pairs).values(align_signature_id=None))


def delete_pair_alignments(connection: Connection, pairs: Sequence[str]) -> None:
    """Forget the bitext of document pairs (few)."""
    _delete_alignments(connection, Alignment.document_pair_id.in_(pairs))


def _delete_alignments(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Forget alignments, and what was found about them."""
    connection.execute(delete(Finding).where(Finding.subject.in_(select(Alignment.id).where(condition))))
    connection.execute(delete(Alignment).where(condition))


def delete_spans(connection: Connection, documents: Sequence[str]) -> None:
    """Forget the spans of ``documents`` (few)."""
    segments = select(Segment.id).where(Segment.document_id.in_(documents))
    connection.execute(delete(Span).where(Span.segment_id.in_(segments)))


def delete_ids(connection: Connection, model: type[Base], ids: Iterable[str]) -> None:
    """Delete rows by primary key (one column)."""
    key = next(iter(_table(model).primary_key))
    for chunk in _chunks(ids):
        connection.execute(_table(model).delete().where(key.in_(chunk)))


def delete_orphans(connection: Connection) -> None:
    """Delete documents without a source, and findings about what is gone. Reviews stay: they are keyed by texts."""
    connection.execute(delete(Document).where(~select(Source.path).where(Source.document_id == Document.id).exists()))
    subjects = {"document": Document, "segment": Segment, "translation": Translation, "alignment": Alignment}
    for kind, model in subjects.items():
        vanished = ~select(_table(model).c.id).where(_table(model).c.id == Finding.subject).exists()
        connection.execute(delete(Finding).where(Finding.subject_kind == kind, vanished))


def delete_stray_translations(connection: Connection) -> None:
    """Delete translations of texts that nothing asks for any more, and what was found about them."""
    _delete_translations(connection, is_stray())


def delete_translations_of(connection: Connection, signatures: Sequence[str]) -> None:
    """Delete translations made under ``signatures`` (few), and what was found about them."""
    _delete_translations(connection, Translation.signature_id.in_(signatures))


def _delete_translations(connection: Connection, which: ColumnElement[bool]) -> None:
    subjects = select(Translation.id).where(which)
    connection.execute(delete(Finding).where(Finding.subject_kind == "translation", Finding.subject.in_(subjects)))
    connection.execute(delete(Translation).where(which))


def delete_findings(connection: Connection, subjects: Iterable[str]) -> None:
    """Forget what was found about ``subjects``."""
    for chunk in _chunks(subjects):
        connection.execute(delete(Finding).where(Finding.subject.in_(chunk)))


def delete_code(connection: Connection, code: str, stage: str | None = None) -> None:
    """Forget every finding with this code, or those that a stage made."""
    query = delete(Finding).where(Finding.code == code)
    if stage is not None:
        query = query.where(Finding.signature_id.in_(select(Signature.id).where(Signature.stage == stage)))
    connection.execute(query)


def _insert(connection: Connection, model: type[Base]) -> Any:
    return twin(connection).insert(_table(model))


def _insert_all(connection: Connection, statement: Any, rows: Sequence[Row]) -> None:
    """Run an insertion with ``rows``."""
    if connection.dialect.name == "postgresql":
        columns = {name: statement.table.c[name] for name in rows[0]}
        postgresql = twin(connection)
        fresh, values = postgresql.listed(columns, rows)
        connection.execute(statement.from_select(list(columns), select(*fresh.c)), values)
    else:
        connection.execute(statement, list(rows))


def _update_all(connection: Connection, key: ColumnElement[str], keyed: str, rows: Sequence[Row]) -> None:
    """Set columns of the rows of a table whose ``key`` is what each of ``rows`` has as ``keyed``."""
    table = key.table
    names = [name for name in rows[0] if name != keyed] if rows else []
    if rows and connection.dialect.name == "postgresql":
        postgresql = twin(connection)
        fresh, values = postgresql.listed({keyed: key, **{name: table.c[name] for name in names}}, rows)
        changes = {name: fresh.c[name] for name in names}
        connection.execute(table.update().where(key == fresh.c[keyed]).values(changes), values)
    elif rows:
        changes = {name: bindparam(f"new_{name}") for name in names}
        renamed = [{"row_key": row[keyed]} | {f"new_{name}": row[name] for name in names} for row in rows]
        connection.execute(table.update().where(key == bindparam("row_key")).values(changes), renamed)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table


def _chunks(ids: Iterable[str]) -> list[list[str]]:
    listed = list(ids)
    return [listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK)]
