"""Imported units as rows: documents that face each other, with everything that is in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from db import models, write
from pipeline.corpus import rows
from pipeline.export.pairs import base
from pipeline.imports.units import Header, Text, Unit, Wanted
from pipeline.provenance import sign
from pipeline.records import Block, DocumentPair, Language, Segment, Signature, digest

SCHEME = "import:"
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class Job:
    """One file to import: its languages, its name in the corpus and its format."""

    wanted: Wanted
    name: str
    form: str
    media_type: str
    scheme: str = SCHEME  # or nothing for a file of the folder that a run reads, which goes when the file does

    @property
    def file(self) -> str:
        """What its sources are called."""
        return self.scheme + self.name

    @property
    def signature(self) -> Signature:
        """How its alignments were made."""
        languages = {"left": self.wanted.left, "right": self.wanted.right}
        return sign("import", f"import-{self.form}", languages)


@dataclass(slots=True)
class Writer:
    """Writes part after part of one file."""

    job: Job
    run: str
    marks: tuple[str, str]
    header: Header = field(default_factory=lambda: Header({}))
    parts: int = 0

    def part(self, connection: Connection, units: tuple[Unit, ...]) -> None:
        """Two documents that face each other, with everything that is in them."""
        self.parts += 1
        sides = [self._side(connection, side, [getattr(one, side) for one in units]) for side in SIDES]
        signature = self.job.signature
        keys = sides[0][0].document, sides[1][0].document
        pair = DocumentPair(*keys, "translation", 1.0, {}, signature)
        row = rows.pair_row(pair, self.run) | {"align_signature_id": signature.key}
        write.insert_new(connection, models.DocumentPair, [row])
        made = [
            self._alignment(one, place, (left, right), pair.key)
            for place, (one, left, right) in enumerate(zip(units, *sides, strict=True))
        ]
        write.insert_new(connection, models.Alignment, made)
        stands = [
            rows.side_row(row["id"], side, 0, segment.key)
            for row, *segments in zip(made, *sides, strict=True)
            for side, segment in zip(SIDES, segments, strict=True)
        ]
        write.insert_new(connection, models.AlignmentSegment, stands)

    def _side(self, connection: Connection, side: str, texts: list[Text]) -> list[Segment]:
        """One document with its source, its block and its segments, all written."""
        language = base(self.job.wanted.left if side == "left" else self.job.wanted.right)
        text = "\n".join(one.text for one in texts)
        key = digest("import" if self.job.scheme else "beside", self.job.name, side, str(self.parts), text)
        block = Block(key, "body", 0, len(text))
        segments = list(_segments(block, texts, language))
        write.insert_new(connection, models.Document, [self._document(key, text, side, language)])
        write.upsert(connection, models.Source, [self._source(key, language, len(text.encode("utf-8")))])
        write.insert_new(connection, models.Block, [rows.block_row(block)])
        made = [rows.segment_row(one, place, self.run) | _language_columns(one) for place, one in enumerate(segments)]
        write.insert_new(connection, models.Segment, made)
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
        part = f".{self.parts:04}" if self.parts > 1 else ""
        return {
            "path": f"{self.job.file}#{language}{part}",
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

    def _alignment(self, one: Unit, place: int, sides: tuple[Segment, Segment], pair: str) -> dict[str, Any]:
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
            "position": place,
            "shape": "1:1",
            "left_text": left.text,
            "right_text": right.text,
            "left_language": left.language.code if left.language else None,
            "right_language": right.language.code if right.language else None,
            "left_origin": one.left.origin,
            "right_origin": one.right.origin,
            "pair_hash": digest(left.text, right.text),
            "score": one.score,
            "features": {},
            "attributes": one.attributes,
            "signature_id": signature,
            "run_id": self.run,
        }


def _segments(block: Block, texts: Iterable[Text], language: str) -> Iterator[Segment]:
    """A segment a text; a line feed stands between two."""
    known = Language(language, 1.0, "import")
    start = 0
    for one in texts:
        end = start + len(one.text)
        yield Segment(block.document, block.key, "body", start, end, one.text, known)
        start = end + 1


def _language_columns(one: Segment) -> dict[str, Any]:
    return {name: value for name, value in rows.language_row(one).items() if name != "key"}
