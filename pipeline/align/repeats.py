"""Near-duplicates among beads: which say, in both languages, nearly what an earlier one says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline import provenance
from pipeline.align.results import Forgetful, Results, result_key
from pipeline.batches import batched
from pipeline.language.counterparts import pair_key
from pipeline.records import Signature

READ = 1_000  # pairs whose keys are looked up together
WORDS = "bead"  # kind of result: the key of a pair's words

KeyedTexts = tuple[str, str, str]


def find_repeats(pairs: Iterable[KeyedTexts], results: Results | None = None) -> Iterator[tuple[str, str]]:
    """Of pairs as (key, left, right), the key of each that is nearly the same as an earlier one, and that one's key.

    Nearly the same: but for case, accents, punctuation and figures (Ramírez-Sánchez and others 2020, Bifixer). Pairs
    without a word repeat nothing. Remembers some 100 bytes of each pair; what its words are is kept in ``results``.

    >>> list(find_repeats([("a", "Été !", "Summer!"), ("b", "été 2", "Summer 2"), ("c", "3", "3"), ("d", "4", "4")]))
    [('b', 'a')]
    """
    first: dict[bytes, str] = {}
    rules = provenance.rules("repeats").encode()
    for batch in batched(pairs, READ):
        for (key, _, _), words in zip(batch, _words(batch, rules, results or Forgetful()), strict=True):
            earlier = first.setdefault(words, key) if words else key
            if earlier != key:
                yield key, earlier


def signature() -> Signature:
    """How repeats are told."""
    return provenance.sign("repeats", "enregard-repeats", {})


def _words(batch: Sequence[KeyedTexts], rules: bytes, results: Results) -> Iterator[bytes]:
    """What the words of each pair are known by; nothing where there is none."""
    names = [result_key(rules, *(text.encode("utf-8", "surrogatepass") for text in texts)) for _, *texts in batch]
    recalled = results.find_results(WORDS, set(names))
    fresh = {
        name: _packed(pair_key(left, right))
        for name, (_, left, right) in zip(names, batch, strict=True)
        if name not in recalled
    }
    results.save_results(WORDS, fresh)
    known: Mapping[bytes, bytes] = {**recalled, **fresh}
    return (known[name] for name in names)


def _packed(words: int | None) -> bytes:
    return b"" if words is None else words.to_bytes(8, "big")
