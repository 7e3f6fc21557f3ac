"""Files to documents, near-copies among them, their segments and the languages of these."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline import work
from pipeline.align import duplicates
from pipeline.batches import batched
from pipeline.corpus import layout, store
from pipeline.crew import FEWEST
from pipeline.errors import EnregardError, StoreError
from pipeline.imports import load
from pipeline.language import detect
from pipeline.reading import inputs, read
from pipeline.reading.manifest import Manifest
from pipeline.reading.text_columns import BITEXT
from pipeline.records import Document, Event, FileResult, Segmentation, Signature, Skip, digest
from pipeline.segmenting import segment
from pipeline.stages.batch import BatchStage, Bench, Finished, by_document, singly
from pipeline.stages.job import DOCUMENTS, Job


def read_files(job: Job, seeds: Path, manifest: Manifest) -> None:
    """Bring the documents of the corpus in step with the files: what is new or changed is read, what is gone forgotten.

    Raises StoreError where there is no document at all, though the corpus holds some.
    """
    stored = store.known_files(job.corpus)
    report = layout.report_of(job.place)
    reports = [report] if layout.is_report(report) else []
    of_corpus = [*layout.files_of(job.place), *reports, *([job.tools.listing.file] if job.tools.listing.file else [])]
    present = inputs.find_inputs(seeds, manifest, job.config.read, of_corpus)
    if not present.files and stored:
        raise StoreError(
            f"{seeds}: there is no document in it, but the corpus holds {len(stored)}. Nothing was changed: is a disk "
            "missing? To empty the corpus, delete its file."
        )
    for entry in present.misspelt():
        job.progress(Event("read", note=f"manifest.toml: {entry!r} fits no file here. Is it misspelt?"))
    signature = read.signature(job.config.read)
    for batch in batched(_changed(job, present, stored), DOCUMENTS):
        store.save_readings(job.corpus, batch, signature)
        job.changed = True
    missing = present.missing(stored)
    if missing or store.has_orphans(job.corpus):
        store.forget(job.corpus, missing)
        job.changed = True


def _changed(job: Job, present: inputs.Inputs, stored: Mapping[str, str]) -> Iterator[FileResult]:
    """What each new or changed file gives."""
    results = inputs.read_inputs(present, job.config.read, stored, job.crew.share(len(present.files)))
    changed = 0
    for number, (name, result) in enumerate(results, 1):
        if result and (result := _imported(job, present.files[name], result)):
            yield result
            changed += 1
            if changed == FEWEST:
                job.crew.start()
        job.progress(Event("read", number, len(present.files)))


def _imported(job: Job, path: Path | Skip, result: FileResult) -> FileResult | None:
    """A result as it is; that of a file of bitext is imported instead, or says why it cannot be."""
    whole = [(skip.path, skip.code) for skip in result.results if isinstance(skip, Skip)] == [(result.file, BITEXT)]
    if not whole or isinstance(path, Skip) or path == inputs.STANDARD_INPUT:
        return result
    languages = job.config.translate.source, job.config.translate.target
    try:
        outcome = load.load_beside(path, result.file, result.fingerprint, languages, job.corpus)
    except EnregardError as error:
        return FileResult(result.file, result.fingerprint, (Skip(result.file, BITEXT, str(error)),))
    left_out = f", {outcome.bad:,} left out" if outcome.bad else ""
    job.progress(Event("read", note=f"{result.file}: {outcome.units:,} pairs imported as bitext{left_out}."))
    job.changed = True
    return None


def mark_duplicates(job: Job) -> None:
    """Say of each near-copy which document it copies."""
    documents = store.load_documents(job.corpus)
    fingerprint = digest(duplicates.signature().key, *documents)
    if store.stage_seen(job.corpus, "duplicates") == fingerprint:
        return
    shelf = duplicates.Shelf(documents, partial(store.load_texts, job.corpus), job.tools.embedder.results)
    originals = job.attempt("duplicates", "duplicates", lambda: duplicates.originals(shelf), "source")
    if originals is not None:
        store.save_duplicates(job.corpus, originals, fingerprint)
        job.changed = True


def segment_pending(job: Job) -> None:
    """Blocks and segments of each document that has none by the rules in force.

    Workers elsewhere detect the languages, too, so that a document is loaded and saved once; where that fails, both
    are tried one by one.
    """
    pending = store.pending_segmentation(job.corpus, SEGMENT.signature(job.tools))
    if job.maker.is_elsewhere and pending:
        deadly = job.make_ahead("segment", LAY_OUT, pending, len(pending))
        left = store.pending_segmentation(job.corpus, SEGMENT.signature(job.tools))
        pending = [document for document in left if document not in deadly]
    job.make(SEGMENT, pending, len(pending))


def _save_segmentations(bench: Bench, batch: Sequence[Finished[Document, Segmentation]]) -> None:
    store.save_segmentations(bench.corpus, [document.result for document in batch], SEGMENT.signature(bench.tools))


SEGMENT: BatchStage[Document, Segmentation] = BatchStage(
    "segment",
    DOCUMENTS,
    1,
    lambda tools: segment.signature(tools.config.segment),
    partial(by_document, store.load_documents_by_key),
    partial(singly, work.segment_document),
    _save_segmentations,
)


def detect_pending(job: Job) -> None:
    """The language of each segment of the documents that were segmented anew."""
    pending = store.pending_detection(job.corpus, DETECT.signature(job.tools))
    job.make(DETECT, pending, len(pending))


def _save_detections(bench: Bench, batch: Sequence[Finished[Segmentation, work.Detected]]) -> None:
    store.save_detections(bench.corpus, [document.result for document in batch], DETECT.signature(bench.tools))


DETECT: BatchStage[Segmentation, work.Detected] = BatchStage(
    "detect",
    DOCUMENTS,
    1,
    lambda tools: detect.signature(tools.identifier, tools.config.detect),
    partial(by_document, store.load_segmentations),
    partial(singly, work.detect_languages),
    _save_detections,
)


def _save_detected(bench: Bench, batch: Sequence[Finished[Document, work.Detected]]) -> None:
    signatures = SEGMENT.signature(bench.tools), DETECT.signature(bench.tools)
    store.save_detected(bench.corpus, [document.result for document in batch], *signatures)


def _both(tools: work.Tools) -> Signature:
    """What segments and languages of a document are made under."""
    segmented, detected = SEGMENT.signature(tools), DETECT.signature(tools)
    return replace(detected, settings={**detected.settings, "segmented": segmented.key})


LAY_OUT: BatchStage[Document, work.Detected] = BatchStage(
    "lay-out",
    DOCUMENTS,
    1,
    _both,
    partial(by_document, store.load_documents_by_key),
    partial(singly, work.segment_and_detect),
    _save_detected,
)
