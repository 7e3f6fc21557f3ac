"""Imported units as rows: documents that face each other, with everything that is in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection

from db import models, write
from pipeline.batches import batched
from pipeline.corpus import rows
from pipeline.export.selection import base
from pipeline.imports.units import Header, ImportRequest, Text, Unit
from pipeline.provenance import sign
from pipeline.records import Block, DocumentPair, Finding, Language, Segment, Signature, digest

SCHEME = "import:"
SIDES = ("left", "right")
ROWS = 1_000  # of a table, put together and written at once

Facing: TypeAlias = tuple[Unit, Segment, Segment]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One file to import: its languages, its name in the corpus and its format."""

    request: ImportRequest
    name: str
    form: str
    media_type: str
    again: bool = False  # whether pairs that face each other in the corpus already are taken, too
    scheme: str = SCHEME  # or nothing for a file of the folder that a run reads, which goes when the file does

    @property
    def file(self) -> str:
        """What its sources are called."""
        return self.scheme + self.name

    @property
    def signature(self) -> Signature:
        """How its alignments were made."""
        settings: dict[str, Any] = {"left": self.request.left, "right": self.request.right}
        return sign("import", f"import-{self.form}", settings | ({"again": True} if self.again else {}))


@dataclass(slots=True)
class DocumentWriter:
    """Writes part after part of one file."""

    job: ImportJob
    run: str
    marks: tuple[str, str]
    header: Header = field(default_factory=lambda: Header({}))
    documents_written: int = 0

    def part(self, connection: Connection, units: tuple[Unit, ...]) -> None:
        """Two documents that face each other, with everything that is in them."""
        self.documents_written += 1
        sides = [self._side(connection, side, [getattr(unit, side) for unit in units]) for side in SIDES]
        signature = self.job.signature
        keys = sides[0][0].document, sides[1][0].document
        pair = DocumentPair(*keys, "translation", 1.0, {}, signature)
        row = rows.pair_row(pair, self.run) | {"align_signature_id": signature.key}
        write.insert_new(connection, models.DocumentPair, [row])
        facing = zip(units, *sides, strict=True)
        for batch in batched(enumerate(facing), ROWS):
            self._rows(connection, batch, pair.key)

    def _rows(self, connection: Connection, facing: Sequence[tuple[int, Facing]], pair: str) -> None:
        """Alignments with their findings and their segments."""
        alignments = [self._alignment(unit, position, (left, right), pair) for position, (unit, left, right) in facing]
        write.insert_new(connection, models.Alignment, alignments)
        about = {"subject_kind": "alignment", "signature_id": self.job.signature.key, "run_id": self.run}
        findings = [
            rows.finding_row(Finding(code, row["id"], value)) | about
            for row, (_, (unit, _, _)) in zip(alignments, facing, strict=True)
            for code, value in unit.findings
        ]
        write.insert_new(connection, models.Finding, findings)
        stands = [
            rows.side_row(row["id"], side, 0, segment.key)
            for row, (_, (_, *segments)) in zip(alignments, facing, strict=True)
            for side, segment in zip(SIDES, segments, strict=True)
        ]
        write.insert_new(connection, models.AlignmentSegment, stands)

    def _side(self, connection: Connection, side: str, texts: list[Text]) -> list[Segment]:
        """One document with its source, its block and its segments, all written."""
        language = base(self.job.request.left if side == "left" else self.job.request.right)
        text = "\n".join(segment.text for segment in texts)
        key = digest("import" if self.job.scheme else "beside", self.job.name, side, str(self.documents_written), text)
        block = Block(key, "body", 0, len(text))
        segments = list(_segments(block, texts, language))
        write.insert_new(connection, models.Document, [self._document(key, text, side, language)])
        write.upsert(connection, models.Source, [self._source(key, language, len(text.encode("utf-8")))])
        write.insert_new(connection, models.Block, [rows.block_row(block)])
        for batch in batched(enumerate(segments), ROWS):
            inserted = [rows.segment_row(segment, position, self.run) for position, segment in batch]
            write.insert_new(connection, models.Segment, inserted)
        return segments

    def _document(self, key: str, text: str, side: str, language: str) -> dict[str, Any]:
        signature = self.job.signature.key
        about = {"name": self.job.name, "format": self.job.form, "side": side, "header": self.header.values}
        return {
            "id": key,
            "text": text,
            "title": self.job.name,
            "date": self.header.date,
            "main_language": language,
            "profile": {language: 1.0},
            "imported": about,
            "segment_signature_id": signature,
            "detect_signature_id": signature,
            "run_id": self.run,
        }

    def _source(self, document: str, language: str, size: int) -> dict[str, Any]:
        number = f".{self.documents_written:04}" if self.documents_written > 1 else ""
        return {
            "path": f"{self.job.file}#{language}{number}",
            "file": self.job.file,
            "fingerprint": self.marks[1],
            "sha256": self.marks[0],
            "size": size,
            "media_type": self.job.media_type,
            "encoding": "",
            "document_id": document,
            "languages": language,
            "translation_of": "",
            "skip_code": None,
            "skip_reason": None,
            "run_id": self.run,
        }

    def _alignment(self, unit: Unit, position: int, sides: tuple[Segment, Segment], pair: str) -> dict[str, Any]:
        left, right = sides
        signature = self.job.signature.key
        key = digest("alignment", "bitext", left.key, right.key, signature)
        return {
            "id": key,
            "docid": rows.docid(key),
            "kind": "bitext",
            "left_document_id": left.document,
            "right_document_id": right.document,
            "document_pair_id": pair,
            "translation_id": None,
            "position": position,
            "shape": "1:1",
            "left_text": left.text,
            "right_text": right.text,
            "left_language": left.language.code if left.language else None,
            "right_language": right.language.code if right.language else None,
            "left_origin": unit.left.origin,
            "right_origin": unit.right.origin,
            "pair_hash": digest(left.text, right.text),
            "score": unit.score,
            "features": dict(unit.features),
            "attributes": unit.attributes,
            "signature_id": signature,
            "run_id": self.run,
        }


def _segments(block: Block, texts: Iterable[Text], language: str) -> Iterator[Segment]:
    """A segment a text; a line feed stands between two."""
    start = 0
    for text in texts:
        end = start + len(text.text)
        stated = Language(language, text.confidence, "import")
        yield Segment(block.document, block.key, "body", start, end, text.text, stated)
        start = end + 1
