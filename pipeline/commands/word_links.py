"""Which words of an alignment translate each other, added to what is shown of it."""

from collections.abc import Callable, Sequence

from pipeline.align.words import Link, described, link_all
from pipeline.commands.inspection import Facts, unmatched_texts
from pipeline.embedding import use
from pipeline.errors import UsageError

Linker = Callable[[Sequence[tuple[str, str]]], Sequence[Sequence[Link]]]


def link(pairs: Sequence[tuple[str, str]]) -> Sequence[Sequence[Link]]:
    """The links of each pair of texts, by the embedder."""
    return link_all(pairs, use.load())


def with_words(facts: Facts, name: str, linker: Linker = link) -> Facts:
    """What ``show`` gave for an alignment, with the words that translate each other and without what they account for.

    Raises UsageError for anything but an alignment.
    """
    if "evidence" not in facts:
        raise UsageError(f"{name} is no alignment, so it has no word links. Leave out --words, or give an alignment.")
    left, right = str(facts["left"]), str(facts["right"])
    (links,) = linker([(left, right)])
    unexplained = unmatched_texts(left, right, [(link.left, link.right) for link in links])
    return {**facts, "unmatched": unexplained, "words": described(left, right, links)}
