"""Passages that translate each other, in whatever documents they stand."""

from itertools import chain, combinations

from pipeline.align import passages, streams
from pipeline.corpus import store
from pipeline.records import ALIGNABLE, Alignment, Event, digest
from pipeline.stages.job import Job


def mine_passages(job: Job) -> None:
    """Find passages that translate each other across documents, where any document has changed."""
    config, languages = job.config.mine, job.tools.compared_languages
    embedder = job.tools.embedder
    signature = passages.signature(embedder, config)
    aligned = store.load_aligned(job.corpus)
    state = [*chain.from_iterable(store.load_state(job.corpus).items()), *(" ".join(pair) for pair in aligned)]
    fingerprint = digest(signature.key, *languages, *state)
    if store.stage_seen(job.corpus, "mine") == fingerprint:
        return
    documents = store.load_alignable(job.corpus, sorted(ALIGNABLE))
    by_language = {
        code: [streams.stream(key, segments, code) for key, segments in documents.items()] for code in languages
    }
    mined = job.attempt(
        "mine",
        "mine",
        lambda: [
            passage
            for left, right in combinations(languages, 2)
            for passage in passages.find_passages(by_language[left], by_language[right], aligned, embedder, config)
        ],
        "source",
    )
    if mined is None:
        return
    alignments = [
        Alignment(
            passage.kind,
            passage.left,
            passage.right,
            passage.score,
            signature,
            passage.features,
            findings=passage.findings,
        )
        for passage in mined
    ]
    by_key = {item.key: item for segments in documents.values() for item in segments}
    store.save_passages(job.corpus, alignments, by_key, fingerprint)
    job.changed = True
    embedder.close(prune=True)
    job.progress(Event("mine", len(documents), len(documents)))
