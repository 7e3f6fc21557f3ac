"""Which pairs are seen in an epoch, and which of them together: arrays of numbers only."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
MULTIPLE = 8  # lengths are padded to it: matrix units like it, and there are fewer shapes


def drawn(counts: Sequence[int], weights: Sequence[float], random: np.random.Generator) -> Numbers:
    """The pairs of one epoch: numbers over all sources, one after the other, each as often as its source's weight says.

    A weight of 2.3 gives every pair of that source twice, and three pairs in ten a third time.

    >>> drawn([2, 3], [2.0, 0.0], np.random.default_rng(0)).tolist()
    [0, 0, 1, 1]
    """
    times = np.repeat(np.array(weights, dtype=np.float64), counts)
    whole = np.floor(times).astype(np.int64)
    return np.repeat(np.arange(len(times)), whole + (random.random(len(times)) < times - whole))


def batched(lengths: Numbers, numbers: Numbers, tokens: int, random: np.random.Generator) -> Iterator[Numbers]:
    """``numbers`` in batches of like length, in random order: rows times the padded length is at most ``tokens``.

    ``lengths`` (pairs, sides) decide by the longer side, and among equals by each one. Pairs of the same padded lengths
    are shuffled among themselves, so that batches differ from epoch to epoch. A pair that is longer than ``tokens`` is
    a batch of its own.
    """
    shuffled = random.permutation(numbers)
    sides = padded(lengths[shuffled])
    widths = sides.max(axis=1)
    order = np.lexsort((*sides.T, widths))
    batches = list(_cut(shuffled[order], widths[order], tokens))
    for index in random.permutation(len(batches)):
        yield batches[index]


def padded(lengths: Numbers) -> Numbers:
    """Lengths rounded up to a multiple of ``MULTIPLE``; the end of the text is counted in.

    >>> padded(np.array([0, 7, 8, 15])).tolist()
    [8, 8, 16, 16]
    """
    return (lengths // MULTIPLE + 1) * MULTIPLE


def _cut(numbers: Numbers, widths: Numbers, tokens: int) -> Iterator[Numbers]:
    """Consecutive parts of ``numbers``, whose ``widths`` only grow."""
    start = 0
    while start < len(numbers):
        most = max(1, tokens // int(widths[start]))
        sizes = widths[start : start + most] * np.arange(1, 1 + len(widths[start : start + most]))
        end = start + max(1, int(np.searchsorted(sizes, tokens, side="right")))
        yield numbers[start:end]
        start = end
