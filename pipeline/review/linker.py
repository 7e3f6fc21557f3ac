"""Word links of a pair, made when somebody asks for them: the model is loaded once, at the first question."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from pipeline.align.words import Link, link, link_all, words
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder

REMEMBERED = 1_024  # pairs of texts


class WordLink(NamedTuple):
    """Two words that translate each other: their numbers in either text, counted from 0, and how sure that is."""

    left: int
    right: int
    score: float
    left_text: str
    right_text: str


@dataclass(slots=True)
class Linker:
    """Links words with the built-in embedder, one pair at a time."""

    load: Callable[[], Embedder] = use.load
    _embedder: Embedder | None = None
    _lock: Lock = field(default_factory=Lock)
    _remembered: Callable[[str, str], tuple[WordLink, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._link)

    def __call__(self, left: str, right: str) -> tuple[WordLink, ...]:
        """The words of both texts that translate each other. Raises EngineError if there is no embedder."""
        with self._lock:
            return self._remembered(left, right)

    def many(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[WordLink, ...]]:
        """The same for many pairs at once, several times as fast; nothing is remembered."""
        with self._lock:
            linked = link_all(pairs, self._opened())
        return [_numbered(*pair, links) for pair, links in zip(pairs, linked, strict=True)]

    def _link(self, left: str, right: str) -> tuple[WordLink, ...]:
        return _numbered(left, right, link(left, right, self._opened()))

    def _opened(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self.load()
        return self._embedder


def _numbered(left: str, right: str, links: Iterable[Link]) -> tuple[WordLink, ...]:
    """Links between spans as links between numbers of words."""
    numbers = [{span: number for number, span in enumerate(words(text))} for text in (left, right)]
    return tuple(
        WordLink(
            numbers[0][word_link.left],
            numbers[1][word_link.right],
            word_link.score,
            left[slice(*word_link.left)],
            right[slice(*word_link.right)],
        )
        for word_link in links
    )
