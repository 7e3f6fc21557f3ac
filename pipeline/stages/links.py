"""Which words of a pair translate each other."""

from collections.abc import Sequence
from functools import partial

from pipeline import work
from pipeline.align import words
from pipeline.batches import batched
from pipeline.corpus import linking
from pipeline.records import Event
from pipeline.stages.job import Job

TOGETHER = 16  # pairs linked by one process at once


def link_words(job: Job) -> None:
    """Last, because whatever else a run makes is used without the links of its words."""
    if linking.prune(job.corpus):
        job.changed = True
    signature = words.signature(job.tools.embedder)
    for number, total in linking.link_pending(job.corpus, signature, partial(_links, job)):
        job.changed = True
        job.progress(Event("link", number, total))


def _links(job: Job, batch: Sequence[linking.Unlinked]) -> dict[str, linking.Links]:
    """Links by the hash of the two texts, less the pairs that linking fails on."""
    pieces = list(batched(batch, TOGETHER))
    texts = (("", [(pair.left, pair.right) for pair in piece]) for piece in pieces)
    links: dict[str, linking.Links] = {}
    for piece, (_, outcome) in zip(pieces, job.crew.map(work.link_texts, texts, len(pieces)), strict=True):
        if isinstance(outcome, Exception):
            links |= _one_by_one(job, piece)
        else:
            job.tools.embedder.take(outcome.readings)
            links |= zip((pair.pair_hash for pair in piece), outcome.result, strict=True)
    return links


def _one_by_one(job: Job, pairs: Sequence[linking.Unlinked]) -> dict[str, linking.Links]:
    """The same of a few pairs, one after the other, to find the one to blame."""
    links: dict[str, linking.Links] = {}
    for pair in pairs:
        texts = {pair.pair_hash: (pair.left, pair.right)}
        made = partial(words.packed_by_key, texts, job.tools.linker)
        links |= job.attempt("link", pair.alignment_id, made, "alignment") or {}
    return links
