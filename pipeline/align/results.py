"""What earlier runs found, by content: a result is asked for under a key made from all that decides it.

A run that meets the same texts under the same signature takes the result as it stands. Whatever holds results may lose
them at any time: then they are made again, and are the same.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pipeline.align.hash_rows import HashRows

KEY = 16  # bytes
SAVED = 1_000  # results that are written down at once: no more is lost when a run is killed
Number = TypeVar("Number", np.float32, np.float64)


class Results(Protocol):
    """Results of several kinds, each under a key."""

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Those of ``keys`` that are there."""

    def save_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        """Keep results; those that are there already stay as they are."""

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Let go of results that are not ``current`` where they are the greater part."""


class Asked:
    """Results that know what was asked of them, so that all else can be let go of at once."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._asked: dict[str, set[bytes]] = {}

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Those of ``keys`` that are there."""
        self._asked.setdefault(kind, set()).update(keys)
        return self._results.find_results(kind, keys)

    def save_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        """Keep results; those that are there already stay as they are."""
        self._results.save_results(kind, results)

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Let go of results that are not ``current`` where they are the greater part."""
        self._results.drop_results(kind, current)

    def drop_rest(self) -> None:
        """Let go of what nobody has asked for, of the kinds that were asked for, where it is the greater part."""
        for kind, keys in self._asked.items():
            self._results.drop_results(kind, keys)


@runtime_checkable
class Keeper(Protocol):
    """An embedder, say, with a place for results."""

    @property
    def results(self) -> Results:
        """What is kept."""


class Forgetful:
    """Keeps nothing."""

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """None."""
        return {}

    def save_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        """Nothing to do."""

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        """Nothing to do."""


def results_of(keeper: object) -> Results:
    """What is kept beside an embedder; nothing, where it has no place for that."""
    return keeper.results if isinstance(keeper, Keeper) else Forgetful()


def result_key(*parts: bytes) -> bytes:
    """A key of KEY bytes, from all that decides a result."""
    hashed = blake2b(digest_size=KEY)
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.digest()


def row_keys(stamp: bytes, rows: HashRows) -> list[bytes]:
    """A key for each row of hashes under a ``stamp`` of at most 64 bytes, each in a single step: for many rows."""
    data = rows.values.tobytes()
    ends = np.cumsum(rows.values.itemsize * rows.counts).tolist()
    begins = [0, *ends[:-1]]
    return [
        blake2b(data[begin:end], digest_size=KEY, key=stamp).digest() for begin, end in zip(begins, ends, strict=True)
    ]


def recall(
    results: Results,
    kind: str,
    keys: Sequence[bytes],
    make: Callable[[Sequence[int]], Iterable[NDArray[Number]]],
    dtype: type[Number],
) -> NDArray[Number]:
    """The results (keys, width) of a kind, those that are not there made by ``make`` from the keys' indices and kept.

    What no key asks for is let go of.
    """
    rows: list[NDArray[Number]] = []
    for start in range(0, len(keys), SAVED):
        block = keys[start : start + SAVED]
        recalled = results.find_results(kind, set(block))
        unmade = {key: index for index, key in enumerate(block, start) if key not in recalled}
        made = zip(unmade, make(list(unmade.values())), strict=True)
        fresh = {key: row.astype(dtype).tobytes() for key, row in made}
        results.save_results(kind, fresh)
        recalled |= fresh
        rows.append(np.frombuffer(b"".join(recalled[key] for key in block), dtype=dtype).reshape(len(block), -1))
    results.drop_results(kind, keys)
    return np.concatenate(rows)
