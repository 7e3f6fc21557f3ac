"""What a row looks like for each record, and what record a row gives back."""

from collections.abc import Iterator, Mapping, Sequence
from math import exp
from typing import Any

from db import queries, queries_review
from db.row_types import SegmentRow
from pipeline.align.edits import Edit, Sides
from pipeline.records import (
    HUMAN,
    Alignment,
    Block,
    Document,
    DocumentPair,
    FileResult,
    Finding,
    Language,
    Reading,
    Segment,
    Signature,
    Skip,
    Translation,
    digest,
)


def docid(key: str) -> int:
    """A number below 2^60 made from a key, for the full-text indexes."""
    return int(digest(key)[:15], 16)


def alignment_row(
    alignment: Alignment, position: int, segments: Mapping[str, Segment], documents: tuple[str, str]
) -> dict[str, Any]:
    """Row of ``alignment``, without its pair and run. ``documents`` serves where a side is empty."""
    left, right = [segments[key] for key in alignment.left], [segments[key] for key in alignment.right]
    texts = " ".join(s.text for s in left), " ".join(s.text for s in right)
    return {
        "id": alignment.key,
        "docid": docid(alignment.key),
        "kind": alignment.kind,
        "left_document_id": left[0].document if left else documents[0],
        "right_document_id": right[0].document if right else documents[1],
        "translation_id": None,
        "position": position,
        "shape": f"{len(left)}:{len(right)}",
        "left_text": texts[0],
        "right_text": texts[1],
        "left_language": _side_language(left),
        "right_language": _side_language(right),
        "left_origin": HUMAN,
        "right_origin": HUMAN,
        "pair_hash": digest(*texts),
        "score": min(1.0, max(0.0, alignment.score)),
        "features": dict(alignment.features),
        "signature_id": alignment.signature.key,
    }


def judged(left: str, right: str) -> dict[str, str]:
    """What a row of ``review`` says of the texts that are judged."""
    return {"pair_hash": digest(left, right), "left_hash": digest(left), "left_text": left, "right_text": right}


def edit(row: queries_review.EditRow) -> Edit:
    """The re-segmentation of a row."""
    before, after = ([Sides(tuple(bead[0]), tuple(bead[1])) for bead in beads] for beads in (row.before, row.after))
    return Edit(row.id, tuple(before), tuple(after), row.undoes)


def facing_row(row: queries.FacingRow, run: str) -> dict[str, Any]:
    """Row of ``alignment`` for a segment and the translation of its text."""
    key = facing_key(row)
    return {
        "id": key,
        "docid": docid(key),
        "kind": "translation",
        "left_document_id": row.document_id,
        "right_document_id": row.document_id,
        "document_pair_id": None,
        "translation_id": row.translation_id,
        "position": row.position,
        "shape": "1:1",
        "left_text": row.text,
        "right_text": row.translation,
        "left_language": row.language,
        "right_language": row.target,
        "left_origin": HUMAN,
        "right_origin": row.origin,
        "pair_hash": digest(row.text, row.translation),
        "score": None if row.score is None else min(1.0, exp(row.score)),
        "features": {} if row.score is None else {"log_probability": row.score},
        "signature_id": row.signature_id,
        "run_id": run,
    }


def facing_key(row: queries.FacingRow) -> str:
    """Key of such an alignment."""
    return digest("facing", row.segment_id, row.translation_id)


def side_rows(alignment: Alignment) -> Iterator[dict[str, Any]]:
    """Rows of ``alignment_segment``."""
    for side, keys in (("left", alignment.left), ("right", alignment.right)):
        for position, key in enumerate(keys):
            yield side_row(alignment.key, side, position, key)


def side_row(alignment: str, side: str, position: int, segment: str) -> dict[str, Any]:
    """Row of ``alignment_segment``."""
    return {"alignment_id": alignment, "side": side, "position": position, "segment_id": segment}


def _side_language(side: Sequence[Segment]) -> str | None:
    return next((s.language.code for s in side if s.language), None)


def document_rows(
    documents: Sequence[Document], stored: Mapping[str, queries.StoredDocument], run: str
) -> list[dict[str, Any]]:
    """Rows of ``document``, one a text: what is known of it from any of its sources.

    ``stored`` maps keys to the rows of documents that have other sources still, or stood before. A document whose title
    or marks change is segmented anew, because they decide roles.
    """
    fresh: dict[str, dict[str, Any]] = {}
    for document in documents:
        row = document_row(document, run)
        before = stored.get(document.key)
        earlier = fresh.get(document.key) or (before._asdict() if before and before.sources else {})
        fresh[document.key] = {name: value or earlier.get(name) or value for name, value in row.items()}
    for key, row in fresh.items():
        before = stored.get(key)
        same = before is not None and (before.title, before.marks) == (row["title"], row["marks"])
        row["segment_signature_id"] = before.segment_signature_id if before and same else None
    return list(fresh.values())


def document_row(document: Document, run: str) -> dict[str, Any]:
    """Row of ``document``, without what later stages fill in."""
    return {
        "id": document.key,
        "text": document.text,
        "title": document.title,
        "date": document.date,
        "outlet": document.outlet,
        "author": document.author,
        "url": document.url,
        "licence": document.licence,
        "marks": [[mark.start, mark.end, mark.markup] for mark in document.marks],
        "run_id": run,
    }


def source_row(file: FileResult, result: Reading | Skip, run: str) -> dict[str, Any]:
    """Row of ``source`` for a reading or for an input that was skipped."""
    shared = {"file": file.file, "fingerprint": file.fingerprint, "run_id": run}
    if isinstance(result, Skip):
        empty = {"sha256": "", "size": 0, "media_type": "", "encoding": "", "languages": "", "translation_of": ""}
        skip = {"document_id": None, "skip_code": result.code, "skip_reason": result.reason}
        return {"path": result.path, **shared, **empty, **skip}
    source = result.source
    return {
        "path": source.path,
        **shared,
        "sha256": source.sha256,
        "size": source.size,
        "media_type": source.media_type,
        "encoding": source.encoding,
        "languages": " ".join(result.languages),
        "translation_of": "\n".join(result.translation_of),
        "document_id": result.document.key,
        "skip_code": None,
        "skip_reason": None,
    }


def block_row(block: Block) -> dict[str, Any]:
    """Row of ``block``."""
    offsets = {"start_offset": block.start, "end_offset": block.end}
    return {"id": block.key, "document_id": block.document, "role": block.role, **offsets}


def segment_row(segment: Segment, position: int, run: str) -> dict[str, Any]:
    """Row of ``segment``."""
    return {
        "id": segment.key,
        "docid": docid(segment.key),
        "document_id": segment.document,
        "block_id": segment.block,
        "position": position,
        "role": segment.role,
        "start_offset": segment.start,
        "end_offset": segment.end,
        "text": segment.text,
        "text_hash": digest(segment.text),
        **language_columns(segment),
        "run_id": run,
    }


def segment(row: SegmentRow) -> Segment:
    """The segment of a row; its spans are left out."""
    language = None
    if row.language is not None:
        language = Language(row.language, row.confidence or 0.0, row.method or "")
    offsets = (row.start_offset, row.end_offset)
    return Segment(row.document_id, row.block_id, row.role, *offsets, row.text, language)  # type: ignore[arg-type]


def language_columns(segment: Segment) -> dict[str, Any]:
    """What detection changes in ``segment``."""
    language = segment.language
    return {
        "language": language.code if language else None,
        "confidence": language.confidence if language else None,
        "method": language.method if language else None,
    }


def span_rows(segment: Segment) -> Iterator[dict[str, Any]]:
    """Rows of ``span``."""
    for span in segment.spans:
        yield {
            "segment_id": segment.key,
            "start_offset": span.start,
            "end_offset": span.end,
            "text": segment.text[span.start - segment.start : span.end - segment.start],
            "language": span.language.code,
            "confidence": span.language.confidence,
            "method": span.language.method,
        }


def translation_row(translation: Translation, run: str) -> dict[str, Any]:
    """Row of ``translation``."""
    return {
        "id": translation.key,
        "source_hash": digest(translation.source),
        "language": translation.language,
        "target": translation.target,
        "text": translation.text,
        "origin": translation.origin,
        "score": translation.score,
        "signature_id": translation.signature.key,
        "run_id": run,
    }


def finding_row(finding: Finding) -> dict[str, Any]:
    """Row of ``finding``, without the kind of its subject, its signature and its run."""
    return {"code": finding.code, "subject": finding.subject, "value": finding.value}


def pair_row(pair: DocumentPair, run: str) -> dict[str, Any]:
    """Row of ``document_pair``."""
    return {
        "id": pair.key,
        "left_document_id": pair.left,
        "right_document_id": pair.right,
        "grade": pair.grade,
        "score": pair.score,
        "evidence": dict(pair.evidence),
        "signature_id": pair.signature.key,
        "run_id": run,
    }


def signature_row(signature: Signature) -> dict[str, Any]:
    """Row of ``signature``."""
    return {
        "id": signature.key,
        "stage": signature.stage,
        "engine": signature.engine,
        "version": signature.version,
        "model": signature.model,
        "model_sha256": signature.model_sha256,
        "settings": dict(signature.settings),
    }
