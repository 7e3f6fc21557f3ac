"""Work that others may share: a stage says what is to be made of each item, and leaves open who makes it.

Floats are the same whoever does: an item is worked on by itself, whatever other items there are.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from pipeline.align.results import Results, results_of
from pipeline.embedding.embed import Embedder

Item = TypeVar("Item")
Result = TypeVar("Result")


class Sharing(Protocol):
    """Whoever does the work of many items."""

    def __call__(self, work: Callable[[Embedder, Item], Result], items: Iterable[Item], count: int) -> Iterator[Result]:
        """What ``work`` makes of each item, in their order; ``count`` items are expected.

        ``work`` is a function of a module, and items and results can be pickled. An item is asked for when somebody is
        about to work on it. Raises what ``work`` raises.
        """


def unshared(embedder: Embedder) -> Sharing:
    """All is done here, with this embedder."""

    def share(work: Callable[[Embedder, Item], Result], items: Iterable[Item], count: int) -> Iterator[Result]:
        return (work(embedder, item) for item in items)

    return share


class Equipment(NamedTuple):
    """What a stage works with: an embedder, the results of earlier runs, who shares the work.

    ``scratch`` is the folder for files of its own (``align.scratch``).
    """

    embedder: Embedder
    results: Results
    share: Sharing
    scratch: Path | None = None


def equipment_of(embedder: Embedder) -> Equipment:
    """What is kept beside an embedder, and nobody to share the work."""
    return Equipment(embedder, results_of(embedder), unshared(embedder))
