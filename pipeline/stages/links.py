"""Which words of a pair translate each other."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from pipeline import work
from pipeline.align import words
from pipeline.batches import batched
from pipeline.corpus import linking
from pipeline.records import Event
from pipeline.stages.batch import BatchStage, Bench, Finished, Loaded
from pipeline.stages.job import Job

BATCH = 256  # pairs that a worker links in one transaction
TOGETHER = 16  # pairs linked by one process at once


def link_words(job: Job) -> None:
    """Last, because whatever else a run makes is used without the links of its words."""
    if linking.prune(job.corpus):
        job.changed = True
    signature = LINK.signature(job.tools)
    deadly: Collection[str] = ()
    if job.maker.is_elsewhere:
        total = linking.count(job.corpus, signature)
        deadly = job.make_ahead("link", LINK, linking.pending_hashes(job.corpus, signature), total)
    for number, total in linking.link_pending(job.corpus, signature, partial(_links, job, deadly)):
        job.changed = True
        job.progress(Event("link", number, total))


def _links(job: Job, deadly: Collection[str], batch: Sequence[linking.Unlinked]) -> dict[str, linking.Links]:
    """Links by the hash of the two texts, less the pairs that linking fails on."""
    pieces = list(batched((pair for pair in batch if pair.alignment_id not in deadly), TOGETHER))
    texts = (("", [(pair.left, pair.right) for pair in piece]) for piece in pieces)
    links: dict[str, linking.Links] = {}
    for piece, (_, outcome) in zip(pieces, job.crew.map(work.link_texts, texts, len(pieces)), strict=True):
        if isinstance(outcome, Exception):
            links |= _one_by_one(job, piece)
        else:
            job.tools.embedder.take(outcome.readings)
            links |= zip((pair.pair_hash for pair in piece), outcome.result, strict=True)
    return links


def _linkable(bench: Bench, keys: Sequence[str]) -> Iterator[Loaded[tuple[str, str]]]:
    """The texts of pairs, by their hashes."""
    for pair in linking.load_texts(bench.corpus, keys):
        yield Loaded(pair.pair_hash, (pair.left, pair.right), pair.alignment_id)


def _save_links(bench: Bench, batch: Sequence[Finished[tuple[str, str], linking.Links]]) -> None:
    linking.save_links(bench.corpus, LINK.signature(bench.tools), {pair.key: pair.result for pair in batch})


LINK: BatchStage[tuple[str, str], linking.Links] = BatchStage(
    "link",
    BATCH,
    TOGETHER,
    lambda tools: words.signature(tools.embedder),
    _linkable,
    work.links_of,
    _save_links,
    "alignment",
)


def _one_by_one(job: Job, pairs: Sequence[linking.Unlinked]) -> dict[str, linking.Links]:
    """The same of a few pairs, one after the other, to find the one to blame."""
    links: dict[str, linking.Links] = {}
    for pair in pairs:
        texts = {pair.pair_hash: (pair.left, pair.right)}
        made = partial(words.packed_by_key, texts, job.tools.linker)
        links |= job.attempt("link", pair.alignment_id, made, "alignment") or {}
    return links
