"""Which documents face each other, the beads of those that do, and the beads that repeat others."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from weakref import WeakKeyDictionary

from pipeline import work
from pipeline.align import duplicates, pairs, path, repeats, sections
from pipeline.align.candidates import Outline, Reader, Remembered, outline, unpacked
from pipeline.align.results import Asked, result_key
from pipeline.batches import batched
from pipeline.corpus import cuts, store
from pipeline.language import detect
from pipeline.records import ALIGNABLE, Alignment, Event, Segment, Signature, digest
from pipeline.stages.batch import BatchStage, Bench, Finished, Loaded, singly
from pipeline.stages.job import DOCUMENTS, Job

ALIGNED = ("translation", "partial")  # grades of document pairs whose sentences are aligned
PAIRS = 8  # document pairs in one transaction
UNFINISHED = ""  # what a stage has seen that is to be done again


def pair_documents(job: Job) -> None:
    """Find the documents that face each other, where any has changed."""
    config, embedder = job.tools.aligning, job.tools.embedder
    hints, state = store.load_hints(job.corpus), job.state
    signature = pairs.signature(embedder, config)
    rules = signature.key, duplicates.signature().key
    fingerprint = digest(*rules, *chain.from_iterable(state.items()), *(" ".join(hint) for hint in hints))
    if store.stage_seen(job.corpus, "pair") == fingerprint:
        return
    failures = job.failures
    remembered = _remembered(job, state, signature)
    outlines = [outline for document in remembered.values() for outline in document.outlines]
    reader = Reader(job.equip(embedder.results), partial(_texts, job))
    languages = job.tools.compared_languages
    facing = job.attempt(
        "pair", "pair", lambda: pairs.pair_outlines(outlines, hints, reader, config, languages), "source"
    )
    if facing is None:
        return
    facing += [
        pairs.self_pair(key, document.within, signature) for key, document in remembered.items() if document.within
    ]
    originals, texts = store.load_originals(job.corpus), partial(store.load_texts, job.corpus)
    shelf = duplicates.Shelf(store.load_documents(job.corpus), texts, embedder.results)
    doubles = job.attempt("pair", "repeats", lambda: duplicates.repeats(shelf, originals, facing), "source")
    facing += doubles or []
    store.save_pairs(job.corpus, facing, ALIGNED, fingerprint if job.failures == failures else UNFINISHED)
    job.changed = True


def _remembered(job: Job, state: Mapping[str, str], signature: Signature) -> dict[str, Remembered]:
    """What pairing remembers of each document; those that it does not know are read, less those that end who does.

    ``state`` maps documents to what decides their segments.
    """
    results = job.tools.embedder.results
    keys = {document: result_key(signature.key.encode(), line.encode()) for document, line in state.items()}
    kept = results.find_results("outline", keys.values())
    absent = [f"{document} {key.hex()}" for document, key in keys.items() if key not in kept]
    if absent and job.maker.is_elsewhere:
        for document in job.make_ahead("pair", OUTLINE, absent, len(absent)):
            del keys[document]
        kept = results.find_results("outline", keys.values())
    unread = [document for document, key in keys.items() if key not in kept]
    failed: dict[str, Remembered] = {}
    _read_ahead(job, unread)
    for batch in batched(_outlined(job, unread), DOCUMENTS):
        fresh: dict[bytes, bytes] = {}
        for document, remembered, whole in batch:
            if whole:
                fresh[keys[document]] = remembered.packed()
            else:
                failed[document] = remembered
        results.save_results("outline", fresh)
        kept.update(fresh)
    results.drop_results("outline", keys.values())
    if not unread:
        job.progress(Event("pair", len(keys), len(keys)))
    return {document: failed.get(document) or unpacked(document, kept[key]) for document, key in keys.items()}


def _read_ahead(job: Job, documents: Sequence[str]) -> None:
    """Have the embedder read the texts of documents; what it fails on is tried again by itself, and then told."""
    embedder, claimed, finished = job.tools.embedder, set[bytes](), set[str]()

    def plans() -> Iterator[tuple[str, list[list[str]]]]:
        for batch in batched(documents, DOCUMENTS):
            segments = store.load_alignable(job.corpus, sorted(ALIGNABLE), batch)
            for document in batch:
                of_document = segments.get(document, [])
                for item in pairs.select_items(document, of_document, detect.profile(of_document)):
                    yield document, embedder.plan(item.texts, claimed)

    for document, outcome in job.crew.map(work.read_texts, plans(), len(documents)):
        if not isinstance(outcome, Exception):
            for rows in outcome:
                embedder.keep(rows)
        finished.add(document)
        job.progress(Event("pair", len(finished), len(documents)))


def _outlined(job: Job, documents: Sequence[str]) -> Iterator[tuple[str, Remembered, bool]]:
    """What pairing remembers of each document, and whether nothing failed."""
    segments: dict[str, Sequence[Segment]] = {}

    def items() -> Iterator[tuple[str, work.KeyedSegments]]:
        for batch in batched(documents, DOCUMENTS):
            loaded = store.load_alignable(job.corpus, sorted(ALIGNABLE), batch)
            for document in batch:
                segments[document] = loaded.get(document, [])
                yield document, work.KeyedSegments(document, segments[document])

    for document, outcome in job.crew.map(work.outline_document, items(), len(documents)):
        of_document = segments.pop(document)
        if isinstance(outcome, Exception):
            failures = job.failures
            remembered = _outlined_in_part(job, document, of_document)
            yield document, remembered, job.failures == failures
        else:
            job.tools.embedder.take(outcome.readings)
            yield document, outcome.result, True


def _outlined_in_part(job: Job, document: str, segments: Sequence[Segment]) -> Remembered:
    """A document as far as the embedder does not fail on it; what it fails on is told."""
    embedder = job.tools.embedder
    items = [
        item
        for item in pairs.select_items(document, segments, detect.profile(segments))
        if job.attempt("pair", document, partial(embedder.features, item.texts, joined=True)) is not None
    ]
    config, languages = job.tools.aligning, job.tools.compared_languages
    within = job.attempt("pair", document, partial(sections.within_document, segments, embedder, config, languages))
    share = sections.cover(segments, within) if within else 0.0
    return Remembered(tuple(outline(item.key, item.language, item.texts) for item in items), share)


def _outlinable(bench: Bench, keys: Sequence[str]) -> Iterator[Loaded[work.KeyedSegments]]:
    """The segments of documents; a key is that of the document and that of its outline."""
    by_document = {key.partition(" ")[0]: key for key in keys}
    segments = store.load_alignable(bench.corpus, sorted(ALIGNABLE), list(by_document))
    for document, key in by_document.items():
        yield Loaded(key, work.KeyedSegments(document, segments.get(document, [])), document)


def _save_outlines(bench: Bench, batch: Sequence[Finished[work.KeyedSegments, work.Done[Remembered]]]) -> None:
    embedder = bench.tools.embedder
    for document in batch:
        embedder.take(document.result.readings)
    outlines = {bytes.fromhex(document.key.partition(" ")[2]): document.result.result.packed() for document in batch}
    embedder.results.save_results("outline", outlines)


OUTLINE: BatchStage[work.KeyedSegments, work.Done[Remembered]] = BatchStage(
    "outline",
    DOCUMENTS,
    1,
    lambda tools: pairs.signature(tools.embedder, tools.aligning),
    _outlinable,
    partial(singly, work.outline_document),
    _save_outlines,
)


def _texts(job: Job, documents: Sequence[Outline]) -> list[list[str]]:
    """The texts of documents, each in one language."""
    segments = store.load_alignable(job.corpus, sorted(ALIGNABLE), [document.key for document in documents])
    return [
        [segment.text for segment in segments[document.key] if segment.code == document.language]
        for document in documents
    ]


def align_pending(job: Job) -> None:
    """The beads of each pair of documents that has none by the rules in force."""
    cuts.carry_cuts(job.corpus)
    pending = store.pending_pairs(job.corpus, ALIGN.signature(job.tools), ALIGNED)
    job.make(ALIGN, (pair.id for pair in pending), len(pending))


def _facing(bench: Bench, keys: Sequence[str]) -> Iterator[Loaded[work.FacingSides]]:
    """The two sides of each pair."""
    judged, pairs = _judged(bench.corpus), store.load_pairs(bench.corpus, keys)
    named = sorted({document for pair in pairs for document in (pair.left_document_id, pair.right_document_id)})
    segments, hand_made = (
        store.load_alignable(bench.corpus, sorted(ALIGNABLE), named),
        cuts.hand_made_beads(bench.corpus, named),
    )
    for pair in pairs:
        both = pair.left_document_id, pair.right_document_id
        sides = segments[both[0]], segments[both[1]]
        bound = cuts.bound_beads(hand_made.get(both, []), sides, judged)
        yield Loaded(pair.id, work.FacingSides(sides, bound), both[0])


def _judged(corpus: store.Corpus) -> cuts.Judged:
    """What people say translates what, as a run finds it."""
    if corpus not in _judged_in:
        _judged_in[corpus] = cuts.confirmed_texts(corpus)
    return _judged_in[corpus]


_judged_in: WeakKeyDictionary[store.Corpus, cuts.Judged] = WeakKeyDictionary()  # it goes with the run


def _save_beads(bench: Bench, batch: Sequence[Finished[work.FacingSides, work.Done[list[Alignment]]]]) -> None:
    for pair in batch:
        bench.tools.embedder.take(pair.result.readings)
    aligned = [
        store.Aligned(
            pair.key, pair.result.result, {segment.key: segment for side in pair.item.sides for segment in side}
        )
        for pair in batch
    ]
    store.save_alignments(bench.corpus, aligned, ALIGN.signature(bench.tools))


ALIGN: BatchStage[work.FacingSides, work.Done[list[Alignment]]] = BatchStage(
    "align",
    PAIRS,
    1,
    lambda tools: path.signature(tools.embedder, tools.aligning),
    _facing,
    partial(singly, work.align_pair),
    _save_beads,
)


def tag_repeats(job: Job) -> None:
    """Tag the beads that say nearly what an earlier one says."""
    signature = repeats.signature()
    fingerprint = digest(signature.key, *store.bead_keys(job.corpus))
    if store.stage_seen(job.corpus, "repeats") == fingerprint:
        return
    results = Asked(job.tools.embedder.results)
    repeated = job.attempt(
        "repeats", "repeats", lambda: list(repeats.find_repeats(store.iter_beads(job.corpus), results)), "source"
    )
    if repeated is not None:
        results.drop_rest()
        store.save_repeats(job.corpus, repeated, signature, fingerprint)
        job.changed = True
