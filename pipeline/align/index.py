"""The nearest of many vectors: exactly where they are few, through an approximate index where they are many.

The index is Voyager's (Spotify), a hierarchical navigable small world (Malkov & Yashunin 2018): the time to build and
ask it grows with n log n. Built by one thread from a fixed seed, it always finds the same.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.align.neighbours import nearest
from pipeline.embedding.embed import Floats

MANY = 5_000  # vectors from which the index is asked; exact search keeps up to about 20,000, then falls behind
LINKS = 12  # of a vector to its neighbours
WIDTH = 64  # vectors kept in view while the index is built
VIEW = 40  # the same while it is asked


def near(these: Floats, those: Floats, k: int) -> NDArray[np.intp]:
    """Places (n, k) of the nearest of ``those`` (m, d) for each of ``these`` (n, d), unit vectors, best first."""
    if len(those) < MANY:
        return nearest(these, those, k).places
    from voyager import Index, Space  # type: ignore[import-untyped]

    index = Index(
        Space.InnerProduct, those.shape[1], M=LINKS, ef_construction=WIDTH, random_seed=1, max_elements=len(those)
    )
    index.add_items(those, num_threads=1)
    found, _ = index.query(these, k=min(k, len(those)), num_threads=-1, query_ef=VIEW)
    places: NDArray[np.intp] = found.astype(np.intp)
    return places
