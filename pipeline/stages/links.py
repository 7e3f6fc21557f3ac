"""Which words of a pair translate each other."""

from collections.abc import Sequence
from functools import partial

from pipeline.align import words
from pipeline.corpus import linking
from pipeline.crew import PASSED_ON
from pipeline.records import Event
from pipeline.stages.job import Job


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
    linker = job.tools.linker
    try:
        return words.packed_by_key({pair.pair_hash: (pair.left, pair.right) for pair in batch}, linker)
    except PASSED_ON:
        raise
    except Exception:  # noqa: BLE001 (one after the other, to find the pair to blame)
        links: dict[str, linking.Links] = {}
        for pair in batch:
            texts = {pair.pair_hash: (pair.left, pair.right)}
            links |= (
                job.attempt("link", pair.alignment_id, partial(words.packed_by_key, texts, linker), "alignment") or {}
            )
        return links
