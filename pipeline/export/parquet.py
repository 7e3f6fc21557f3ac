"""Pairs as Apache Parquet, a row each, with the columns and types of ``hf``, by pyarrow where it is installed."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO, Any

from pipeline import VERSION
from pipeline.batches import batched
from pipeline.errors import UsageError
from pipeline.export.dataset import COLUMNS
from pipeline.export.lines import record
from pipeline.export.markup import clean
from pipeline.export.selection import ExportPair

ROWS = 10_000  # in one row group
MISSING = "--format parquet needs pyarrow: `make parquet`, or `pip install 'enregard[parquet]'` outside this folder."


def write_parquet(pairs: Iterable[ExportPair], out: IO[bytes], title: str) -> None:
    """The file. Raises UsageError where pyarrow is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(MISSING) from error
    schema = _schema(pyarrow).with_metadata({"title": title, "creator": f"En regard {VERSION}"})
    with pyarrow.parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in batched(pairs, ROWS):
            writer.write_table(pyarrow.Table.from_pylist([_row(pair) for pair in batch], schema))


def _row(pair: ExportPair) -> dict[str, Any]:
    attributes = json.dumps(pair.attributes, ensure_ascii=False) if pair.attributes else None
    times = {"created": _in_utc(pair.created), "judged": _in_utc(pair.judged)}
    row = record(pair) | {"attributes": attributes} | times
    return {name: clean(value) if isinstance(value, str) else value for name, value in row.items()}


def _in_utc(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value else None


def _schema(pyarrow: Any) -> Any:
    text = pyarrow.string()
    moment = pyarrow.timestamp("s", tz="UTC")
    types = {"score": pyarrow.float64(), "created": moment, "judged": moment}
    for side in ("left", "right"):
        types |= {
            f"{side}_segments": pyarrow.list_(text),
            f"{side}_start": pyarrow.int64(),
            f"{side}_end": pyarrow.int64(),
        }
    return pyarrow.schema([(name, types.get(name, text)) for name in COLUMNS])
