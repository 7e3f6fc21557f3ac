"""Vectors that are asked for again and again, in a file for as long as that: the system holds what fits into memory."""

import math
from pathlib import Path
from weakref import finalize

import numpy as np

from pipeline.align.scratch import open_scratch
from pipeline.embedding.embed import Floats


class SpilledVectors:
    """Arrays (n, d) of vectors by document and language, in a file of its own in ``folder`` (``scratch``)."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = open_scratch(folder)
        finalize(self, self._file.close)
        self._stretches: dict[tuple[str, str], tuple[int, tuple[int, ...]]] = {}
        self._end = 0

    def __contains__(self, document: tuple[str, str]) -> bool:
        return document in self._stretches

    def __getitem__(self, document: tuple[str, str]) -> Floats:
        start, shape = self._stretches[document]
        self._file.seek(start)
        return np.frombuffer(self._file.read(4 * math.prod(shape)), np.float32).reshape(shape)

    def __setitem__(self, document: tuple[str, str], vectors: Floats) -> None:
        self._stretches[document] = self._end, vectors.shape
        self._file.seek(self._end)
        rest = memoryview(vectors.astype(np.float32).tobytes())
        while rest:  # a disk that is about to be full takes a part
            written = self._file.write(rest)
            self._end += written
            rest = rest[written:]
