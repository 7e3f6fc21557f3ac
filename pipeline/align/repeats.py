"""Near-duplicates among beads: which say, in both languages, nearly what an earlier one says."""

from collections.abc import Iterable, Iterator

from pipeline.language.counterparts import pair_key
from pipeline.provenance import sign
from pipeline.records import Signature


def find_repeats(pairs: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """Of pairs as (key, left, right), the key of each that is nearly the same as an earlier one, and that one's key.

    Nearly the same: but for case, accents, punctuation and figures (Ramírez-Sánchez and others 2020, Bifixer). Pairs
    without a word repeat nothing. Remembers some 100 bytes of each pair.

    >>> list(find_repeats([("a", "Été !", "Summer!"), ("b", "été 2", "Summer 2"), ("c", "3", "3"), ("d", "4", "4")]))
    [('b', 'a')]
    """
    first: dict[int, str] = {}
    for key, left, right in pairs:
        words = pair_key(left, right)
        earlier = key if words is None else first.setdefault(words, key)
        if earlier != key:
            yield key, earlier


def signature() -> Signature:
    """How repeats are told."""
    return sign("repeats", "enregard-repeats", {})
