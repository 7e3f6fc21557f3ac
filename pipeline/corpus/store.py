"""What is still to be done, and saving what was done: the only module that brings records and the database together.

``pending_*`` says what is still to be done under a signature; ``save_*`` writes one batch in one transaction. A result
is stale when its signature or the text that it came from has changed, and that alone decides what a run does again.
"""

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Engine

from db import models, queries, queries_review, queries_shared, queries_summary, queries_usability, write
from db.choices import choosing
from db.engine import transaction
from pipeline.align import edits as beads
from pipeline.align.edits import Sides
from pipeline.batches import batched, paged
from pipeline.corpus import rows
from pipeline.corpus.codes import FAILED
from pipeline.errors import StoreError
from pipeline.records import (
    Alignment,
    Document,
    DocumentPair,
    FileResult,
    Finding,
    Mark,
    Reading,
    Segment,
    Segmentation,
    Signature,
    Translation,
    digest,
)
from pipeline.translation.terminology import SETTING

UncheckedRow: TypeAlias = queries.UncheckedRow
JudgedRow: TypeAlias = queries_usability.JudgedRow
PairRow: TypeAlias = queries.PairRow
WHOLE = ("duplicates", "pair", "mine")  # stages that look at all documents
ALIGNED = ("pair", "mine")  # those that look at their segments
# What in a signature's settings says by which rules; the last two in old corpora.
RULES = ("rules", "libraries", "ctranslate2", "preparation")
REPEATED = "W706"
SCORES = 1_000  # written at once
NAMED = 500  # segments that are asked for at once by their keys
PAGE = 10_000  # keys asked for at once
RUNS = 50  # imports among them, that are looked through for the last build


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Corpus:
    """An open corpus and the run that writes to it; ``shared`` where other processes write batches of it at once.

    Then a batch may be saved twice, by two of them at the same moment too, and a part of it with another: what one has
    saved the others leave as it is. So it is with segmentations, detections, translations, checks, alignments, links.
    """

    engine: Engine
    run: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which translations are wanted: those under ``signature``; of a text that ``by_text`` names, under its own."""

    source: str
    target: str
    signature: Signature
    by_text: Mapping[str, Signature]

    def choices(self) -> list[dict[str, str]]:
        """``by_text`` as rows: the hash of the text and the key of the signature."""
        keys = {id(signature): signature.key for signature in self.by_text.values()}
        return [
            {"text_hash": digest(text), "signature_id": keys[id(signature)]} for text, signature in self.by_text.items()
        ]


class Aligned(NamedTuple):
    """What was found in a pair of documents (empty: in all of them); ``segments`` are by key those that are named."""

    pair: str
    alignments: Sequence[Alignment]
    segments: Mapping[str, Segment]


# Runs


def run_name() -> str:
    """The id of a run that begins now, in this process: the time in UTC, and the process."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}"


def start_run(engine: Engine, run: str, version: str, settings: Mapping[str, Any]) -> Corpus:
    """Write down that a run has begun; runs that never ended were interrupted."""
    row = {
        "id": run,
        "started": datetime.now(UTC),
        "finished": None,
        "status": "running",
        "version": version,
        "settings": dict(settings),
        "summary": {},
    }
    with transaction(engine) as connection:
        write.close_runs(connection, "interrupted")
        write.insert_new(connection, models.Run, [row])
    return Corpus(engine, run)


def finish_run(corpus: Corpus, status: str, summary: Mapping[str, Any]) -> None:
    """Write down how the run ended."""
    with transaction(corpus.engine) as connection:
        write.set_run(connection, corpus.run, finished=datetime.now(UTC), status=status, summary=dict(summary))


def save_failure(corpus: Corpus, finding: Finding, kind: str) -> None:
    """Write down that a stage failed on something of a ``kind`` that findings know."""
    with transaction(corpus.engine) as connection:
        row = {"code": finding.code, "subject": finding.subject, "subject_kind": kind, "value": finding.value}
        write.upsert(connection, models.Finding, [row | {"run_id": corpus.run}])


def forget_failures(corpus: Corpus) -> None:
    """Forget what failed in earlier runs: whatever is pending is tried again."""
    with transaction(corpus.engine) as connection:
        write.delete_code(connection, FAILED)


def last_rules(corpus: Corpus) -> Mapping[str, str] | None:
    """Digests of the stages' rules as the run before this one had them; empty if none was written down then.

    None if this is the first run.
    """
    with corpus.engine.connect() as connection:
        builds = [row.settings for row in queries.find_runs(connection, RUNS)[1:] if "import" not in row.settings]
    return builds[0].get("rules", {}) if builds else None


def count_stages(corpus: Corpus, sources: Collection[str]) -> dict[str, dict[str, Any]]:
    """What went into each stage, what came out and what was left out, over the whole corpus."""
    with corpus.engine.connect() as connection:
        counts = queries_summary.count_stages(connection, sources)
    return {
        name: {"in": count.items_in, "out": count.items_out, "left_out": dict(count.left_out)}
        for name, count in counts.items()
    }


def last_counts(corpus: Corpus) -> dict[str, dict[str, Any]]:
    """The counts of the run before this one, if it was done; else empty."""
    with corpus.engine.connect() as connection:
        rows_before = queries.find_runs(connection, 2)[1:]
    return next((row.summary.get("stages", {}) for row in rows_before if row.status == "done"), {})


def running(connection: Connection) -> str | None:
    """Which run says of itself that it is under way, for a person to read."""
    row = queries.get_running(connection)
    return f"the run that process {row.id.rpartition('-')[2]} began at {row.started:%H:%M:%S} UTC" if row else None


def stage_seen(corpus: Corpus, name: str) -> str | None:
    """What a stage over the whole corpus last saw."""
    with corpus.engine.connect() as connection:
        return queries.get_stage(connection, name)


# Processes that share a run


@contextmanager
def saving(corpus: Corpus, about: Collection[str]) -> Iterator[Connection]:
    """A transaction for a batch ``about`` some documents or texts: others save at once what is about others.

    Raises StoreError where the run that this process shares is over: then nothing is written.
    """
    with transaction(corpus.engine, about) as connection:
        if corpus.shared and not queries_shared.is_under_way(connection, corpus.run):
            raise StoreError(f"the run {corpus.run} is over; what was made for it meanwhile is not kept.")
        yield connection


def _locked_for(corpus: Corpus, documents: Sequence[str]) -> Sequence[str]:
    """What a batch about ``documents`` locks; where it takes away what they share with others, everything."""
    if corpus.shared:
        with corpus.engine.connect() as connection:
            if queries_shared.is_facing_others(connection, documents):
                return ()
    return documents


def _pending(
    connection: Connection, corpus: Corpus, column: Any, keys: Sequence[str], signature: Signature
) -> Collection[str]:
    """Of what is to be saved under a signature what no other process has saved meanwhile."""
    return queries_shared.find_pending(connection, column, keys, signature.key) if corpus.shared else keys


# Reading


def known_files(corpus: Corpus) -> dict[str, str]:
    """File name to the fingerprint that it was last read with."""
    with corpus.engine.connect() as connection:
        return queries.find_known_files(connection)


def save_readings(corpus: Corpus, batch: Sequence[FileResult], signature: Signature) -> None:
    """Replace what is known of these files, read under ``signature``."""
    readings = [(file, result) for file in batch for result in file.results]
    with transaction(corpus.engine) as connection:
        _save_signatures(connection, signature)
        write.delete_files(connection, [file.file for file in batch])
        documents = [r.document for _, r in readings if isinstance(r, Reading)]
        stored = queries.find_stored(connection, [file.key for file in documents])
        write.upsert(connection, models.Document, rows.document_rows(documents, stored, corpus.run))
        write.delete_findings(connection, [file.key for file in documents])
        write.upsert(connection, models.Source, [rows.source_row(file, r, corpus.run) for file, r in readings])
        findings = [f for _, r in readings if isinstance(r, Reading) for f in r.findings]
        _insert_findings(connection, corpus, "document", findings, signature)


def has_orphans(corpus: Corpus) -> bool:
    """Whether a document is left without a source, as after a run that was killed between two steps."""
    with corpus.engine.connect() as connection:
        return queries.has_orphans(connection)


def forget(corpus: Corpus, files: Iterable[str]) -> None:
    """Delete what came from files that are gone, and what nothing leads to any more. Verdicts stay."""
    with transaction(corpus.engine) as connection:
        names = list(files)
        write.delete_files(connection, names)
        write.delete_orphans(connection)
        write.forget_stages(connection, WHOLE)


def load_documents(corpus: Corpus) -> list[str]:
    """Keys of the documents, in the order of the files' names."""
    with corpus.engine.connect() as connection:
        return queries.find_documents(connection)


def load_texts(corpus: Corpus, documents: Sequence[str]) -> dict[str, str]:
    """Key to text of some documents."""
    with corpus.engine.connect() as connection:
        return queries.find_texts(connection, documents)


def save_duplicates(corpus: Corpus, originals: Mapping[str, str], fingerprint: str) -> None:
    """Link each near-duplicate to the document that it repeats: ``originals`` maps copy to original."""
    with transaction(corpus.engine) as connection:
        for document, original_before in queries.find_originals(connection).items():
            original = originals.get(document)
            if original != original_before:
                write.delete_alignments(connection, [document], kinds=("bitext", "passage", "related"))
                write.set_document(connection, document, duplicate_of=original)
                write.forget_stages(connection, ALIGNED)
        _save_stage(connection, corpus, "duplicates", fingerprint)


def load_originals(corpus: Corpus) -> dict[str, str]:
    """Key of each near-duplicate to that of the document that it repeats."""
    with corpus.engine.connect() as connection:
        return {document: original for document, original in queries.find_originals(connection).items() if original}


# Segments and languages


def pending_segmentation(corpus: Corpus, signature: Signature) -> list[str]:
    """Ids of documents that are to be segmented."""
    with corpus.engine.connect() as connection:
        return queries.find_unsegmented(connection, signature.key)


def load_documents_by_key(corpus: Corpus, keys: Sequence[str]) -> dict[str, Document]:
    """The documents (few) under ``keys``, in this order."""
    with corpus.engine.connect() as connection:
        by_key = {row.id: row for row in queries.find_documents_by_key(connection, keys)}
    return {key: _document(by_key[key]) for key in keys if key in by_key}


def _document(row: queries.DocumentText) -> Document:
    marks = tuple(Mark(*mark) for mark in row.marks)
    return Document(row.text, row.title, row.date, row.outlet, row.author, row.url, row.licence, marks)


def save_segmentations(corpus: Corpus, batch: Sequence[Segmentation], signature: Signature) -> None:
    """Replace blocks and segments of these documents."""
    documents = [segmentation.document for segmentation in batch]
    with _saving_texts(corpus, models.Document.segment_signature_id, documents, signature) as (connection, pending):
        _replace_segmentations(connection, corpus, [one for one in batch if one.document in pending])
        signed = {"segment_signature_id": signature.key, "detect_signature_id": None}
        write.set_documents(connection, [{"key": document, **signed} for document in documents if document in pending])


def save_detected(
    corpus: Corpus,
    batch: Sequence[tuple[Segmentation, Mapping[str, float]]],
    segmented: Signature,
    detected: Signature,
) -> None:
    """Replace blocks and segments of these documents, with the languages of the segments and each document's profile.

    The same as saving first their segmentations, then their detections.
    """
    documents = [segmentation.document for segmentation, _ in batch]
    with _saving_texts(corpus, models.Document.segment_signature_id, documents, segmented) as (connection, pending):
        _save_signatures(connection, detected)
        batch = [(segmentation, profile) for segmentation, profile in batch if segmentation.document in pending]
        _replace_segmentations(connection, corpus, [segmentation for segmentation, _ in batch])
        _insert_spans(connection, [segmentation for segmentation, _ in batch])
        signed = {"segment_signature_id": segmented.key, "detect_signature_id": detected.key}
        write.set_documents(connection, [_profile_row(*of_document) | signed for of_document in batch])


@contextmanager
def _saving_texts(
    corpus: Corpus, signed: Any, documents: Sequence[str], signature: Signature
) -> Iterator[tuple[Connection, Collection[str]]]:
    """A transaction for a batch of ``documents``, and which of them have no such results yet.

    Their alignments are forgotten there.
    """
    with saving(corpus, _locked_for(corpus, documents)) as connection:
        _save_signatures(connection, signature)
        pending = _pending(connection, corpus, signed, documents, signature)
        write.delete_alignments(connection, [document for document in documents if document in pending])
        write.forget_stages(connection, ALIGNED)
        yield connection, pending


def _replace_segmentations(connection: Connection, corpus: Corpus, batch: Sequence[Segmentation]) -> None:
    write.delete_blocks(connection, [segmentation.document for segmentation in batch])
    blocks = [rows.block_row(block) for segmentation in batch for block in segmentation.blocks]
    write.insert_new(connection, models.Block, blocks)
    segments = [
        rows.segment_row(s, i, corpus.run) for segmentation in batch for i, s in enumerate(segmentation.segments)
    ]
    write.insert_new(connection, models.Segment, segments)


def _insert_spans(connection: Connection, batch: Sequence[Segmentation]) -> None:
    spans = [row for segmentation in batch for segment in segmentation.segments for row in rows.span_rows(segment)]
    write.insert_new(connection, models.Span, spans)


def _profile_row(segmentation: Segmentation, profile: Mapping[str, float]) -> dict[str, Any]:
    return {"key": segmentation.document, "profile": dict(profile), "main_language": next(iter(profile), None)}


def pending_detection(corpus: Corpus, signature: Signature) -> list[str]:
    """Ids of documents whose languages are to be detected."""
    with corpus.engine.connect() as connection:
        return queries.find_undetected(connection, signature.key)


def load_segmentations(corpus: Corpus, keys: Sequence[str]) -> dict[str, Segmentation]:
    """The segments of each of these documents (few); blocks are left out."""
    segments: dict[str, list[Segment]] = {key: [] for key in keys}
    with corpus.engine.connect() as connection:
        for row in queries.find_segments(connection, keys):
            segments[row.document_id].append(rows.segment(row))
    return {key: Segmentation(key, (), tuple(of_document)) for key, of_document in segments.items()}


def save_detections(
    corpus: Corpus, batch: Sequence[tuple[Segmentation, Mapping[str, float]]], signature: Signature
) -> None:
    """Write the languages of these documents' segments, and each document's profile."""
    documents = [segmentation.document for segmentation, _ in batch]
    with _saving_texts(corpus, models.Document.detect_signature_id, documents, signature) as (connection, pending):
        batch = [(segmentation, profile) for segmentation, profile in batch if segmentation.document in pending]
        segments = [segment for segmentation, _ in batch for segment in segmentation.segments]
        languages = [{"key": segment.key, **rows.language_columns(segment)} for segment in segments]
        write.update_languages(connection, languages)
        write.delete_spans(connection, [segmentation.document for segmentation, _ in batch])
        _insert_spans(connection, [segmentation for segmentation, _ in batch])
        signed = {"detect_signature_id": signature.key}
        write.set_documents(connection, [_profile_row(*of_document) | signed for of_document in batch])


# Translation


def load_sources(corpus: Corpus, source: str) -> list[str]:
    """The distinct texts in language ``source`` that are to be translated."""
    with corpus.engine.connect() as connection:
        return queries.find_sources(connection, source)


def pending_texts(corpus: Corpus, wanted: Wanted) -> list[str]:
    """Distinct texts that do not have the translation that is wanted yet."""
    with corpus.engine.connect() as connection, choosing(connection, wanted.choices()):
        return queries.find_untranslated(connection, wanted.source, wanted.target, wanted.signature.key)


def load_texts_by_hash(corpus: Corpus, language: str, hashes: Sequence[str]) -> dict[str, str]:
    """Texts in ``language`` by their hashes (few)."""
    with corpus.engine.connect() as connection:
        return queries.find_texts_by_hash(connection, language, hashes)


def save_translations(corpus: Corpus, batch: Sequence[Translation]) -> None:
    """Write translations; their checks are pending from then on."""
    with saving(corpus, [item.key for item in batch]) as connection:
        _save_signatures(connection, *(item.signature for item in batch))
        write.insert_new(connection, models.Translation, [rows.translation_row(item, corpus.run) for item in batch])


def prune_translations(corpus: Corpus) -> bool:
    """Forget translations of texts that are gone; whether there were any, from this run or one that was cut off."""
    with corpus.engine.connect() as connection:
        stray = queries.has_stray_translations(connection)
    if stray:
        with transaction(corpus.engine) as connection:
            write.delete_stray_translations(connection)
    return stray


def forget_superseded(corpus: Corpus, signature: Signature) -> bool:
    """Forget translations made as ``signature`` says but by other rules: nobody will ask for them again.

    Those of other engines, models and settings stay, so that coming back to them costs nothing.
    """
    with corpus.engine.connect() as connection:
        stored = queries.find_signatures(connection, signature.stage)
        current = rows.signature_row(signature)
        rules = _rules(current)
        older = [
            row.id
            for row in stored
            if _without_rules(row._asdict()) == _without_rules(current) and _rules(row._asdict()) != rules
        ]
        superseded = queries.has_translations_of(connection, older)
    if superseded:
        with transaction(corpus.engine) as connection:
            write.delete_translations_of(connection, older)
    return superseded


def _without_rules(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ``signature`` but for its id, for what says by which rules, and for the terms of single texts."""
    settings = {name: value for name, value in row["settings"].items() if name not in {*RULES, SETTING}}
    return {**row, "id": "", "settings": settings}


def _rules(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row["settings"].get(name) for name in RULES}


def forget_languages(corpus: Corpus, target: str, sources: Collection[str]) -> bool:
    """Let translations into ``target`` from other languages than ``sources`` step back; whether there were any."""
    with corpus.engine.connect() as connection:
        stray = queries.find_facings_of_others(connection, target, sources)
    if stray:
        with transaction(corpus.engine) as connection:
            write.delete_ids(connection, models.Alignment, stray)
    return bool(stray)


def count_texts(corpus: Corpus, language: str) -> int:
    """How many segments there are in a language, separators and imported ones left out."""
    with corpus.engine.connect() as connection:
        return queries.count_language(connection, language)


def count_unchecked(corpus: Corpus, signature: Signature) -> int:
    """How many translations have not gone through the checks of ``signature``."""
    with corpus.engine.connect() as connection:
        return queries.count_unchecked(connection, signature.key)


def pending_checks(corpus: Corpus, signature: Signature) -> Iterator[str]:
    """Ids of translations that have not gone through the checks of ``signature``."""

    def read(after: str) -> Sequence[str]:
        with corpus.engine.connect() as connection:
            return queries.find_unchecked(connection, signature.key, after, PAGE)

    return chain.from_iterable(paged(read, str))


def load_checkable(corpus: Corpus, keys: Sequence[str]) -> list[UncheckedRow]:
    """The translations (few) under ``keys``, with what the checks ask for."""
    with corpus.engine.connect() as connection:
        return queries.find_checkable(connection, keys)


def save_checks(
    corpus: Corpus,
    batch: Mapping[str, Sequence[Finding]],
    signature: Signature,
    usability: Mapping[str, tuple[float, Mapping[str, float]]] = MappingProxyType({}),
) -> None:
    """Replace what the checks saw in translations: ``batch`` maps their keys to the findings, often none.

    ``usability`` maps them to the score of the pairs that they make, and to what it was made from.
    """
    scores = [
        {"translation": key, "score": score, "features": dict(features)} for key, (score, features) in usability.items()
    ]
    with saving(corpus, batch) as connection:
        _save_signatures(connection, signature)
        pending = _pending(connection, corpus, models.Translation.check_signature_id, list(batch), signature)
        batch = {key: findings for key, findings in batch.items() if key in pending}
        scores = [row for row in scores if row["translation"] in pending]
        write.delete_findings(connection, batch)
        findings = [finding for seen_in_one in batch.values() for finding in seen_in_one]
        _insert_findings(connection, corpus, "translation", findings, signature)
        write.set_usability(connection, scores)
        write.set_checked(connection, batch, signature.key)


def judged_translations(corpus: Corpus) -> list[JudgedRow]:
    """What reviewers said of machine translations."""
    with corpus.engine.connect() as connection:
        return queries_usability.find_judged(connection)


def load_shifts(corpus: Corpus) -> dict[str, float] | None:
    """By how much the log odds of translations are shifted, by the signature that they were made under.

    None where that cannot be read: then all scores are to be written anew.
    """
    try:
        shifts: dict[str, float] = json.loads(stage_seen(corpus, "usability") or "{}")
    except json.JSONDecodeError:
        return None
    return shifts


def save_shifts(corpus: Corpus, shifts: Mapping[str, float], score: Callable[[float, float], float]) -> None:
    """Give all machine translations their scores anew: ``score`` makes one from the log odds and a shift."""
    with transaction(corpus.engine) as connection:
        scores = [
            {
                "translation": row.translation_id,
                "score": score(row.features["log_odds"], shifts.get(row.signature_id, 0.0)),
            }
            for row in queries_usability.iter_evidence(connection)
            if "log_odds" in row.features
        ]
        for batch in batched(scores, SCORES):
            write.set_scores(connection, batch)
        _save_stage(connection, corpus, "usability", json.dumps(shifts, sort_keys=True))


def face_translations(corpus: Corpus, wanted: Wanted) -> int:
    """Let each segment face the wanted translation of its text; how many are new. All others step back."""
    languages = wanted.source, wanted.target
    with transaction(corpus.engine) as connection, choosing(connection, wanted.choices()):
        stale = queries.find_stale_facings(connection, *languages, wanted.signature.key)
        write.delete_ids(connection, models.Alignment, stale)
        unfaced = queries.find_unfaced(connection, *languages, wanted.signature.key)
        write.insert_new(connection, models.Alignment, [rows.facing_row(row, corpus.run) for row in unfaced])
        sides = [rows.side_row(rows.facing_key(row), "left", 0, row.segment_id) for row in unfaced]
        write.insert_new(connection, models.AlignmentSegment, sides)
        write.set_unchecked(connection, {row.translation_id for row in unfaced})  # each pair gets its score there
    return len(unfaced)


# Document pairs and alignments


def load_alignable(
    corpus: Corpus, roles: Sequence[str], documents: Sequence[str] | None = None
) -> dict[str, list[Segment]]:
    """Document to its segments with one of ``roles``; duplicates of other documents are left out.

    Of ``documents`` (few), if they are named.
    """
    by_document: dict[str, list[Segment]] = {}
    with corpus.engine.connect() as connection:
        for row in queries.find_alignable(connection, roles, documents):
            by_document.setdefault(row.document_id, []).append(rows.segment(row))
    return by_document


def load_segments(corpus: Corpus, keys: Iterable[str]) -> dict[str, Segment]:
    """Key to segment, of some."""
    with corpus.engine.connect() as connection:
        found = (row for batch in batched(keys, NAMED) for row in queries.find_named_segments(connection, batch))
        return {segment.key: segment for segment in map(rows.segment, found)}


def load_state(corpus: Corpus) -> dict[str, str]:
    """Document to a digest that changes with its text, segments and languages, and with those of its original."""
    with corpus.engine.connect() as connection:
        states = queries.find_state(connection)
    own = {row.id: digest(*map(str, row)) for row in states}
    return {row.id: digest(own[row.id], own.get(row.duplicate_of or "", "")) for row in states}


def load_hints(corpus: Corpus) -> list[tuple[str, str]]:
    """Pairs of documents that a manifest or the files' names say translate each other, by key."""
    with corpus.engine.connect() as connection:
        hints = queries.find_hints(connection)
    by_path = {row.path: row.document_id for row in hints}
    pairs = {
        tuple(sorted((row.document_id, by_path[path])))
        for row in hints
        for path in row.translation_of.split("\n")
        if path in by_path and by_path[path] != row.document_id
    }
    return [(left, right) for left, right in sorted(pairs)]


def load_aligned(corpus: Corpus) -> list[tuple[str, str]]:
    """Pairs of documents whose sentences face each other as bitext."""
    with corpus.engine.connect() as connection:
        return sorted(queries.find_aligned_pairs(connection))


def save_pairs(corpus: Corpus, pairs: Sequence[DocumentPair], aligned: Sequence[str], fingerprint: str) -> None:
    """Replace the document pairs: those that stand already and have one of the grades ``aligned`` keep their bitext.

    A pair that is judged as before is left as it is.
    """
    with transaction(corpus.engine) as connection:
        standing = queries.find_judgements(connection)
        write.delete_ids(connection, models.DocumentPair, standing.keys() - {pair.key for pair in pairs})
        changed = [
            pair
            for pair in pairs
            if standing.get(pair.key) != (pair.grade, pair.score, dict(pair.evidence), pair.signature.key)
        ]
        _save_signatures(connection, *(pair.signature for pair in changed))
        write.upsert(connection, models.DocumentPair, [rows.pair_row(pair, corpus.run) for pair in changed])
        for pair in changed:
            if pair.grade not in aligned and pair.key in standing:
                write.delete_pair_alignments(connection, [pair.key])
                write.set_pair(connection, pair.key, align_signature_id=None)
        write.forget_stages(connection, ("mine",))
        _save_stage(connection, corpus, "pair", fingerprint)


def pending_pairs(corpus: Corpus, signature: Signature, grades: Sequence[str]) -> list[queries.PairRow]:
    """Document pairs of ``grades`` whose sentences are to be aligned."""
    with corpus.engine.connect() as connection:
        return queries.find_unaligned(connection, signature.key, grades)


def load_pairs(corpus: Corpus, keys: Sequence[str]) -> list[PairRow]:
    """The document pairs (few) under ``keys``."""
    with corpus.engine.connect() as connection:
        return queries.find_pair_rows(connection, keys)


def save_alignments(corpus: Corpus, batch: Sequence[Aligned], signature: Signature) -> None:
    """Replace the bitext of document pairs, with what reviewers made of it laid over."""
    keys = [aligned.pair for aligned in batch]
    with saving(corpus, _documents_of(corpus, keys)) as connection:
        _save_signatures(connection, signature)
        pending = _pending(connection, corpus, models.DocumentPair.align_signature_id, keys, signature)
        batch = [aligned for aligned in batch if aligned.pair in pending]
        documents = {row.id: _documents(row) for row in queries.find_pair_rows(connection, keys)}
        write.delete_pair_alignments(connection, [aligned.pair for aligned in batch])
        edits = queries_review.find_edits_among(connection, [key for both in documents.values() for key in both])
        recut = [
            aligned._replace(alignments=_recut(connection, edits.get(documents[aligned.pair], ()), aligned.alignments))
            for aligned in batch
        ]
        _insert_alignments(connection, corpus, recut, documents)
        write.set_aligned(connection, [aligned.pair for aligned in batch], signature.key)
        write.forget_stages(connection, ("repeats",))


def _recut(
    connection: Connection, found: Sequence[queries_review.EditRow], alignments: Sequence[Alignment]
) -> Sequence[Alignment]:
    """What the aligner found in a pair, and in its place the beads that reviewers made."""
    edits = [rows.edit(row) for row in found]
    if not edits:
        return alignments
    _save_signatures(connection, beads.SIGNATURE)
    hand_made = set(beads.standing(edits))
    aligned = {
        sides: bead
        for bead in alignments
        if (sides := Sides(bead.left, bead.right)) not in hand_made or "bound" not in bead.features
    }
    laid = beads.laid_over([Sides(bead.left, bead.right) for bead in alignments], edits)
    return [aligned.get(bead) or Alignment("bitext", *bead, beads.SCORE, beads.SIGNATURE) for bead in laid]


def bead_keys(corpus: Corpus) -> list[str]:
    """Keys of the beads that ``iter_beads`` gives, sorted."""
    with corpus.engine.connect() as connection:
        return queries.find_bead_keys(connection)


def iter_beads(corpus: Corpus) -> Iterator[tuple[str, str, str]]:
    """Key, left and right text of the bitext that was aligned here, in the order of the files and their texts."""
    with corpus.engine.connect() as connection:
        yield from queries.iter_bead_texts(connection)


def save_repeats(corpus: Corpus, repeated: Sequence[tuple[str, str]], signature: Signature, fingerprint: str) -> None:
    """Replace the findings about beads of ``load_beads`` that repeat an earlier one: (key, key of the earlier one)."""
    with transaction(corpus.engine) as connection:
        _save_signatures(connection, signature)
        write.delete_code(connection, REPEATED, signature.stage)
        _insert_findings(
            connection, corpus, "alignment", [Finding(REPEATED, key, earlier) for key, earlier in repeated], signature
        )
        _save_stage(connection, corpus, "repeats", fingerprint)


def save_passages(
    corpus: Corpus, alignments: Sequence[Alignment], segments: Mapping[str, Segment], fingerprint: str
) -> None:
    """Replace what was mined in the whole corpus; what is judged as before stays as it is."""
    with transaction(corpus.engine) as connection:
        _save_signatures(connection, *(passage.signature for passage in alignments))
        judged = {
            passage.key: (position, passage.score, dict(passage.features))
            for position, passage in enumerate(alignments)
        }
        standing = queries.find_scores(connection, ("passage", "related"))
        stale = [key for key, judgement in standing.items() if judged.get(key) != judgement]
        write.delete_findings(connection, stale)
        write.delete_ids(connection, models.Alignment, stale)
        _insert_alignments(connection, corpus, [Aligned("", alignments, segments)], {"": ("", "")})
        _save_stage(connection, corpus, "mine", fingerprint)


def _insert_alignments(
    connection: Connection, corpus: Corpus, batch: Sequence[Aligned], documents: Mapping[str, tuple[str, str]]
) -> None:
    """Insert alignments of pairs; ``documents`` are those of each: an insertion or deletion has no segment to tell."""
    inserted = [
        rows.alignment_row(alignment, position, aligned.segments, documents[aligned.pair])
        | {"document_pair_id": aligned.pair or None, "run_id": corpus.run}
        for aligned in batch
        for position, alignment in enumerate(aligned.alignments)
    ]
    alignments = [alignment for aligned in batch for alignment in aligned.alignments]
    write.insert_new(connection, models.Alignment, inserted)
    sides = [row for alignment in alignments for row in rows.side_rows(alignment)]
    write.insert_new(connection, models.AlignmentSegment, sides)
    write.delete_findings(connection, [alignment.key for alignment in alignments])
    findings = [
        _finding_row(corpus, "alignment", Finding(code, alignment.key, value), alignment.signature)
        for alignment in alignments
        for code, value in alignment.findings
    ]
    write.insert_new(connection, models.Finding, findings)


def _documents(pair: PairRow) -> tuple[str, str]:
    return pair.left_document_id, pair.right_document_id


def _documents_of(corpus: Corpus, pairs: Sequence[str]) -> set[str]:
    """The documents of pairs, where others write at once."""
    return {key for pair in load_pairs(corpus, pairs) for key in _documents(pair)} if corpus.shared else set()


def _save_signatures(connection: Connection, *signatures: Signature) -> None:
    """In the order of their keys, as all that write at once take them."""
    ordered = sorted({signature.key: signature for signature in signatures}.items())
    write.insert_new(connection, models.Signature, [rows.signature_row(signature) for _, signature in ordered])


def _save_stage(connection: Connection, corpus: Corpus, name: str, fingerprint: str) -> None:
    row = {"name": name, "fingerprint": fingerprint, "run_id": corpus.run}
    write.upsert(connection, models.Stage, [row])


def _insert_findings(
    connection: Connection, corpus: Corpus, kind: str, findings: Iterable[Finding], signature: Signature
) -> None:
    """Insert findings about subjects whose earlier ones are deleted."""
    inserted = [_finding_row(corpus, kind, finding, signature) for finding in findings]
    write.insert_new(connection, models.Finding, inserted)


def _finding_row(corpus: Corpus, kind: str, finding: Finding, signature: Signature) -> dict[str, Any]:
    columns = {"subject_kind": kind, "signature_id": signature.key, "run_id": corpus.run}
    return {**rows.finding_row(finding), **columns}
