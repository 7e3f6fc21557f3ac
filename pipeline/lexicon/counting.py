"""Words and terms that translate each other, counted over the linked pairs of a corpus.

How surely two are no chance neighbours is Dunning's log-likelihood ratio (Computational Linguistics 19, 1993) over all
links, as R. C. Moore ("On log-likelihood-ratios and the significance of rare events", 2004) takes it for word links.
Terms of several words are phrases that are consistent with the links (Koehn, Och and Marcu 2003). The corpus is gone
through twice: first, phrases are counted by what they hash to (Park, Chen and Yu 1995), so that the second time only
those are counted that can be frequent enough, and memory does not grow with all the phrases that there are.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple, TypeAlias

from pipeline.lexicon.linked_text import Key, LexiconPair, LinkedText, linked_text
from pipeline.search.statistics import log_likelihood

SURE = 10.83  # chance has less than one part in a thousand (chi square, one degree of freedom)
SHARE = 0.1  # of what a word faces, or faces it, from which a translation is listed
TERM_SHARE = 0.3  # the same of terms, in both directions
NESTED = 0.8  # share of a term's pairs that stand inside a longer one, from which the longer one is listed alone
EXAMPLES = 3
BUCKETS = 1 << 22

Pairs: TypeAlias = Callable[[], Iterable[LexiconPair]]
TermPair: TypeAlias = tuple[Key, Key]


@dataclass(frozen=True, slots=True)
class LexiconOptions:
    """What is wanted: the languages, and how often two must face each other at least."""

    languages: tuple[str, str]
    least: int = 2


class LexiconEntry(NamedTuple):
    """A word or term and its translation.

    ``times``: how many times they face each other. ``source_share``: the part of all times that the source stands in
    a linked text; ``target_share``: the same of the target. ``g2``: Dunning's log-likelihood. ``examples``: pairs.
    """

    source: str
    target: str
    times: int
    source_share: float
    target_share: float
    g2: float
    words: int
    examples: tuple[str, ...]


@dataclass(slots=True)
class _Counts:
    """Occurrences of words and phrases on either side, and of pairs of them that face each other."""

    words: tuple[Counter[Key], Counter[Key]] = field(default_factory=lambda: (Counter(), Counter()))
    pairs: Counter[TermPair] = field(default_factory=Counter)
    buckets: "array[int]" = field(default_factory=lambda: array("I", bytes(4 * BUCKETS)))
    size: int = 0  # content words of the longer side

    def add_roughly(self, phrase: object) -> None:
        """Count a phrase, or a pair of them, in the first pass."""
        self.buckets[hash(phrase) % BUCKETS] += 1

    def most(self, phrase: object) -> int:
        """How often it can occur, as far as the first pass can tell."""
        return self.buckets[hash(phrase) % BUCKETS]

    def g2(self, times: int, totals: tuple[int, int]) -> float:
        """How surely two that occur ``totals`` times meet ``times`` times by more than chance."""
        alone = totals[0] - times, totals[1] - times
        return log_likelihood((times, *alone, max(0, self.size - times - sum(alone))))


@dataclass(slots=True)
class _Uses:
    """How the two sides of an entry are written, and in which pairs they face each other, with the pairs' scores."""

    forms: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    examples: list[tuple[float, str]] = field(default_factory=list)

    def add(self, written: tuple[str, str], pair: LexiconPair) -> None:
        """Note another one."""
        for forms, form in zip(self.forms, written, strict=True):
            forms[form] += 1
        self.examples.append((pair.score, pair.id))
        if len(self.examples) > 10 * EXAMPLES:
            self.examples = _best(self.examples)


Uses: TypeAlias = dict[TermPair, _Uses]


def extract(pairs: Pairs, options: LexiconOptions) -> list[LexiconEntry]:
    """Words and terms that face each other at least ``least`` times, surest first. ``pairs`` is gone through twice."""
    counts = _Counts()
    for pair in pairs():
        _count_words(linked_text(pair, options.languages), counts)
    counts.size = max(side.total() for side in counts.words)
    counts.pairs = Counter({keys: times for keys, times in counts.pairs.items() if times >= options.least})
    words, uses = frozenset(counts.pairs), Uses()
    for pair in pairs():
        text = linked_text(pair, options.languages)
        _count_terms(text, counts, options.least, uses)
        _note_words(text, words, uses)
    entries = {keys: _entry(keys, counts, uses) for keys, times in counts.pairs.items() if times >= options.least}
    sure = {keys: entry for keys, entry in entries.items() if _is_sure(keys, entry, counts)}
    nested = _nested(sure)
    listed = [entry for keys, entry in sure.items() if keys not in nested]
    return sorted(listed, key=lambda entry: (-entry.g2, entry.source, entry.target))


def _count_words(text: LinkedText, counts: _Counts) -> None:
    for words, line in zip(counts.words, (text.source, text.target), strict=True):
        words.update((lemma,) for lemma, content in zip(line.lemmas, line.content, strict=True) if content)
        for start, end in line.phrases():
            counts.add_roughly((line.language, line.key(start, end)))
    counts.pairs.update(keys for keys, _ in _word_pairs(text))
    for keys, _ in _phrase_pairs(text):
        counts.add_roughly(keys)


def _count_terms(text: LinkedText, counts: _Counts, least: int, uses: Uses) -> None:
    """Count phrases, and pairs of them, that the first pass has seen often enough."""
    for words, line in zip(counts.words, (text.source, text.target), strict=True):
        phrases = (line.key(start, end) for start, end in line.phrases())
        words.update(key for key in phrases if counts.most((line.language, key)) >= least)
    for keys, written in _phrase_pairs(text):
        if counts.most(keys) >= least:
            counts.pairs[keys] += 1
            uses.setdefault(keys, _Uses()).add(written, text.pair)


def _note_words(text: LinkedText, words: frozenset[TermPair], uses: Uses) -> None:
    """Write down how words that are frequent enough are written, and where."""
    for keys, written in _word_pairs(text):
        if keys in words:
            uses.setdefault(keys, _Uses()).add(written, text.pair)


def _word_pairs(text: LinkedText) -> Iterator[tuple[TermPair, tuple[str, str]]]:
    return (_named(text, (left, left + 1, right, right + 1)) for left, right in text.word_pairs())


def _phrase_pairs(text: LinkedText) -> Iterator[tuple[TermPair, tuple[str, str]]]:
    return (_named(text, bounds) for bounds in text.phrase_pairs())


def _named(text: LinkedText, bounds: tuple[int, int, int, int]) -> tuple[TermPair, tuple[str, str]]:
    """Keys and forms of the words within these bounds, as (start, end) on either side."""
    left, right = bounds[:2], bounds[2:]
    keys = text.source.key(*left), text.target.key(*right)
    return keys, (text.source.written(*left), text.target.written(*right))


def _entry(keys: TermPair, counts: _Counts, uses: Uses) -> LexiconEntry:
    times = counts.pairs[keys]
    totals = counts.words[0][keys[0]], counts.words[1][keys[1]]
    return LexiconEntry(
        _name(keys[0], uses[keys].forms[0]),
        _name(keys[1], uses[keys].forms[1]),
        times,
        times / totals[0],
        times / totals[1],
        counts.g2(times, totals),
        max(map(len, keys)),
        tuple(key for _, key in _best(uses[keys].examples)),
    )


def _name(key: Key, forms: Counter[str]) -> str:
    """A word by its lemma, where it is so written, a term by its most frequent form; in capitals if it mostly is."""
    form = max(forms, key=lambda written: (forms[written], written))
    if 2 * sum(number for written, number in forms.items() if not written.islower()) > forms.total():
        return form
    return key[0] if key[0] in forms else form.lower()


def _is_sure(keys: TermPair, entry: LexiconEntry, counts: _Counts) -> bool:
    """Whether two belong together; the words of a term must also belong to each other."""
    if entry.g2 < SURE:
        return False
    if entry.words == 1:
        return max(entry.source_share, entry.target_share) >= SHARE
    holds = (_holds_together(key, words, counts) for key, words in zip(keys, counts.words, strict=True))
    return min(entry.source_share, entry.target_share) >= TERM_SHARE and all(holds)


def _holds_together(key: Key, words: Counter[Key], counts: _Counts) -> bool:
    """Whether the first and the last word of a term meet in it by more than chance."""
    return len(key) == 1 or counts.g2(words[key], (words[key[:1]], words[key[-1:]])) >= SURE


def _nested(entries: Mapping[TermPair, LexiconEntry]) -> set[TermPair]:
    """Those that stand, for the most part, inside a longer one."""
    nested: set[TermPair] = set()
    for keys, entry in entries.items():
        if entry.words > 1:
            for inner in product(_parts(keys[0]), _parts(keys[1])):
                if inner != keys and inner in entries and entry.times >= NESTED * entries[inner].times:
                    nested.add(inner)
    return nested


def _parts(key: Key) -> list[Key]:
    """A term and all that stands in it, such as (a, b), (a) and (b)."""
    return [key[start:end] for start in range(len(key)) for end in range(start + 1, len(key) + 1)]


def _best(examples: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    return sorted(set(examples), key=lambda example: (-example[0], example[1]))[:EXAMPLES]
