"""The vectors of the lines of a side in whole numbers, in a file that is mapped into memory: no corpus is too large."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.align.candidates import GRAIN
from pipeline.align.hash_rows import Ints
from pipeline.align.neighbourhoods import Apart
from pipeline.align.results import result_key
from pipeline.align.scratch import mapped_scratch
from pipeline.align.sharing import Equipment
from pipeline.align.streams import MinedSide
from pipeline.batches import batched
from pipeline.embedding.embed import Embedder, encode

STREAMS = 100  # whose vectors are held at once
GRAINS = "grains"  # kind of result: of the texts of a stream


def read_grains(side: MinedSide, order: Ints, equipment: Equipment, stamp: bytes) -> NDArray[np.int16]:
    """The vectors (n, d) of the lines of a side in GRAIN steps to 1, those in ``order`` (n,) one after the other.

    They are kept for each stream; ``stamp`` says how they are made.
    """
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    streams, begins = np.unique(side.documents, return_index=True)
    rows_of = dict(zip(streams.tolist(), np.split(np.arange(len(side)), begins[1:]), strict=True))
    grains: NDArray[np.int16] | None = None
    for batch in batched(rows_of, STREAMS):
        for stream, vectors in _read_streams(side, batch, equipment, stamp).items():
            if grains is None:
                grains = mapped_scratch(len(order), vectors.shape[1], equipment.scratch)
            grains[ranks[rows_of[stream]]] = vectors[side.places[rows_of[stream]]]
    return grains if grains is not None else np.zeros((0, 0), np.int16)


def encode_grains(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.int16]:
    """The vectors (n, d) of texts in GRAIN steps to 1."""
    return np.rint(GRAIN * encode(Apart(embedder), texts)).astype(np.int16)


def _read_streams(
    side: MinedSide, batch: Sequence[int], equipment: Equipment, stamp: bytes
) -> dict[int, NDArray[np.int16]]:
    """The vectors of all texts of some streams."""
    keys = {stream: result_key(stamp, side.contents[stream]) for stream in batch}
    recalled = equipment.results.find_results(GRAINS, keys.values())
    unread = [stream for stream in batch if keys[stream] not in recalled]
    streams = side.library.streams([side.names[stream] for stream in unread])
    texts = [streams[side.names[stream]].texts for stream in unread]
    made = equipment.share(encode_grains, texts, len(texts))
    fresh = {keys[stream]: grains.tobytes() for stream, grains in zip(unread, made, strict=True)}
    equipment.results.save_results(GRAINS, fresh)
    recalled |= fresh
    return {
        stream: np.frombuffer(recalled[key], np.int16).reshape(side.sizes[stream], -1) for stream, key in keys.items()
    }
