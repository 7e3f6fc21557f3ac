"""Passages that translate each other, in whatever documents they stand."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain, combinations

from pipeline.align import passages, streams
from pipeline.align.passages import Passage
from pipeline.align.results import Asked, Results, result_key
from pipeline.align.streams import Library, MinedSide, Stream, StreamOutline
from pipeline.batches import batched
from pipeline.corpus import store
from pipeline.records import ALIGNABLE, Alignment, Event, Signature, digest
from pipeline.stages.job import Job

READ = 200  # documents whose segments are held at once


def mine_passages(job: Job) -> None:
    """Find passages that translate each other across documents, where any document has changed."""
    config, languages = job.config.mine, job.tools.compared_languages
    embedder = job.tools.embedder
    signature = passages.signature(embedder, config)
    aligned, state = store.load_aligned(job.corpus), job.state
    pairs = (" ".join(pair) for pair in aligned)
    fingerprint = digest(signature.key, *languages, *chain.from_iterable(state.items()), *pairs)
    if store.stage_seen(job.corpus, "mine") == fingerprint:
        return
    mined = job.attempt("mine", "mine", lambda: _mined(job, signature, state, aligned), "source")
    if mined is None:
        return
    alignments = [_alignment(passage, signature) for passage in mined]
    keys = {key for passage in mined for key in (*passage.left, *passage.right)}
    store.save_passages(job.corpus, alignments, store.load_segments(job.corpus, sorted(keys)), fingerprint)
    job.changed = True
    embedder.close(prune=True)
    job.progress(Event("mine", len(state), len(state)))


def _mined(
    job: Job, signature: Signature, state: Mapping[str, str], aligned: Sequence[tuple[str, str]]
) -> list[Passage]:
    """What every two languages have in common."""
    languages, results = job.tools.compared_languages, Asked(job.tools.embedder.results)
    equipment = job.equip(results)
    sides = _sides(job, _outlines(job, signature, state, results))
    mined = [
        passage
        for left, right in combinations(languages, 2)
        for passage in passages.mine_sides((sides[left], sides[right]), aligned, equipment, job.config.mine)
    ]
    results.drop_rest()
    return mined


def _sides(job: Job, outlines: Sequence[StreamOutline]) -> dict[str, MinedSide]:
    """What is mined in each language."""
    library = Library(partial(_streams, job))
    return {
        code: MinedSide([outline for outline in outlines if outline.language == code], library)
        for code in job.tools.compared_languages
    }


def _outlines(job: Job, signature: Signature, state: Mapping[str, str], results: Results) -> list[StreamOutline]:
    """What mining remembers of each document; those that it does not know are read."""
    rules = signature.key.encode(), " ".join(job.tools.compared_languages).encode()
    keys = {document: result_key(*rules, line.encode()) for document, line in state.items()}
    recalled = results.find_results("stream", keys.values())
    for batch in batched([document for document, key in keys.items() if key not in recalled], READ):
        by_document: dict[str, list[StreamOutline]] = {document: [] for document in batch}
        unread = _streams(job, batch)
        made = job.share_out(streams.outline_stream, unread.values(), len(unread))
        for (document, _), outline in zip(unread, made, strict=True):
            by_document[document].append(outline)
        fresh = {keys[document]: streams.packed(outlines) for document, outlines in by_document.items()}
        results.save_results("stream", fresh)
        recalled.update(fresh)
        job.progress(Event("mine", len(recalled), len(keys)))
    return [outline for document, key in keys.items() for outline in streams.unpacked(document, recalled.pop(key))]


def _streams(job: Job, documents: Sequence[str]) -> dict[tuple[str, str], Stream]:
    """The streams of some documents, by document and language."""
    out: dict[tuple[str, str], Stream] = {}
    for document, segments in store.load_alignable(job.corpus, sorted(ALIGNABLE), documents).items():
        for code in job.tools.compared_languages:
            stream = streams.stream(document, segments, code)
            if stream.texts:
                out[document, code] = stream
    return out


def _alignment(passage: Passage, signature: Signature) -> Alignment:
    return Alignment(
        passage.kind,
        passage.left,
        passage.right,
        passage.score,
        signature,
        passage.features,
        findings=passage.findings,
    )
