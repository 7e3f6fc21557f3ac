"""Which words of two texts translate each other: links with exact offsets, for a page that lights up counterparts.

Words are matched by the vectors that the sentence embedder gives to each word alone (matching of word vectors:
SimAlign, Jalili Sabet et al. 2020). A word's best partner must also be clearly better than its second best. Links are
taken best first, each word once (competitive linking, Melamed 2000); a second look measures how far a pair of words
lies from the links around it, which is what tells one *the* from another. The weights are those of a logistic
regression (``python -m benchmarks.words --fit``): a score is the probability that the link is right, rather too low
than too high (of held-back links scored 0.3 to 0.7, 83 % were right).

Why no word aligner from elsewhere: eflomal is under the GPL; simalign and awesome-align need PyTorch and a model to be
downloaded; fast_align and the like learn from a corpus and cannot link one pair. Vectors of words in their context,
taken before the encoder sums its tokens, were tried: no better for content words, a little better for function words,
and to be made anew for every text.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from pipeline import weights
from pipeline.align.matching import best_first
from pipeline.calibration import vector
from pipeline.embedding.embed import Embedder, Floats, encode
from pipeline.embedding.threads import workers
from pipeline.language import knowledge
from pipeline.provenance import sign
from pipeline.records import Signature

Span: TypeAlias = tuple[int, int]
Pair: TypeAlias = tuple[int, int]

THRESHOLD = 0.3  # of probability; lower ones are not linked
SURE = 0.5  # from which a link between content words counts as a landmark for its neighbours
DIAGONAL = 0.15  # of similarity, lost from one end of a text to the other
LARGEST = 250_000  # words on the left times words on the right: what is longer is a list or a table, and no sentence
REMEMBERED = 20_000  # words, of 2 KB each
FURTHEST = 8  # words from the landmarks; beyond, distance tells nothing more
# Of MEASURES, without and with landmarks. Fitted by benchmarks/words.py.
MEASURES = ("similarity", "gap", "both function", "mixed", "one", "distance", "distance of function words")
FITTED = weights.load("align/words.toml")
FIRST, SECOND = (vector(FITTED[name], MEASURES) for name in ("without landmarks", "with landmarks"))

_WORD = re.compile(
    r"\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,]\d+)*"  # numbers, written either way
    r"|aujourd['’]hui|[^\W\d_]+n['’]t\b|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*",
    re.IGNORECASE,
)


class Link(NamedTuple):
    """Two words that translate each other: ``left`` and ``right`` are (start, end) in characters of either text."""

    left: Span
    right: Span
    score: float


@dataclass(frozen=True, slots=True)
class WordTypes:
    """Unit vectors (n, d) of distinct words; ``rows`` gives the row of each."""

    rows: Mapping[str, int]
    vectors: Floats

    def of(self, words: Sequence[str]) -> Floats:
        """Vectors (len(words), d). Raises KeyError for a word that is not among them."""
        return self.vectors[[self.rows[word] for word in words]]


@dataclass(frozen=True, slots=True)
class _WordSide:
    """One text's words: where they are, their vectors, whether each is a function word, and their digits."""

    spans: list[Span]
    vectors: Floats
    function: Floats
    digits: list[str]


def words(text: str) -> list[Span]:
    """The words and numbers of a text, as (start, end). Elided ones (*l'*, *qu'*) are words of their own.

    >>> text = "L'eau de 6 700 puits n'est-elle pas bonne ?"
    >>> [text[start:end] for start, end in words(text)]
    ['L', 'eau', 'de', '6 700', 'puits', 'n', 'est', 'elle', 'pas', 'bonne']
    """
    return [match.span() for match in _WORD.finditer(text)]


def types(texts: Iterable[str], embedder: Embedder) -> WordTypes:
    """The vectors of all words of ``texts``, each distinct word encoded once and alone; the order does not matter."""
    distinct = sorted({text[start:end] for text in texts for start, end in words(text)})
    return WordTypes({word: row for row, word in enumerate(distinct)}, encode(embedder, distinct))


def link(left: str, right: str, embedder: Embedder) -> tuple[Link, ...]:
    """The words of ``left`` and ``right`` that translate each other, in the order of ``left``; each word once."""
    return link_all([(left, right)], embedder)[0]


def link_all(pairs: Sequence[tuple[str, str]], embedder: Embedder) -> list[tuple[Link, ...]]:
    """``link`` for many pairs of texts; what one pair gets does not depend on the others."""
    return WordLinker(embedder)(pairs)


def signature(embedder: Embedder) -> Signature:
    """How words are linked."""
    return sign("link", "enregard-words", {"threshold": THRESHOLD, "largest": LARGEST}, embedder.signature)


class WordLinker:
    """``link`` for pairs that come batch after batch: of most words the vector is known from the batches before."""

    def __init__(self, embedder: Embedder, most: int = REMEMBERED) -> None:
        self._embedder = embedder
        self._most = most
        self._known = WordTypes({}, encode(embedder, ["a"])[:0])

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[Link, ...]]:
        """The links of each pair; none where the texts are longer than ``LARGEST`` allows."""
        vocabulary = self._vocabulary(text for pair in pairs for text in pair)
        with workers() as pool:
            return list(pool.map(lambda pair: _links(*(_word_side(text, vocabulary) for text in pair)), pairs))

    def _vocabulary(self, texts: Iterable[str]) -> WordTypes:
        """The vectors of all words of ``texts``, and of those that were asked for before."""
        distinct = {text[start:end] for text in texts for start, end in words(text)}
        if len(distinct | self._known.rows.keys()) > self._most:
            self._known = WordTypes({}, self._known.vectors[:0])
        unread = sorted(distinct - self._known.rows.keys())
        if unread:
            places = {word: row for row, word in enumerate(unread, len(self._known.rows))}
            vectors = np.concatenate([self._known.vectors, encode(self._embedder, unread)])
            self._known = WordTypes({**self._known.rows, **places}, vectors)
        return self._known


def packed_by_key(texts: Mapping[str, tuple[str, str]], linker: WordLinker) -> dict[str, list[list[int]]]:
    """The links of each pair of texts as they are stored: see ``packed``."""
    return {key: packed(links) for key, links in zip(texts, linker(list(texts.values())), strict=True)}


def packed(links: Iterable[Link]) -> list[list[int]]:
    """Links as lists of numbers: where either word starts and ends, and the score in hundredths.

    >>> packed([Link((2, 5), (0, 5), 0.957)])
    [[2, 5, 0, 5, 96]]
    """
    return [[*link.left, *link.right, round(100 * link.score)] for link in links]


def unpacked(rows: Iterable[Sequence[int]]) -> list[Link]:
    """The links that ``packed`` made numbers of."""
    return [Link((row[0], row[1]), (row[2], row[3]), row[4] / 100) for row in rows]


def described(left: str, right: str, links: Iterable[Link]) -> list[dict[str, object]]:
    """Links as plain values: ``left`` and ``right``, each with ``start``, ``end`` and the ``text`` there; ``score``."""
    return [
        {"left": _described(left, link.left), "right": _described(right, link.right), "score": link.score}
        for link in links
    ]


def measures(left: str, right: str, vocabulary: WordTypes) -> tuple[Floats, Floats]:
    """MEASURES (len(MEASURES), n, m) of all pairs of words, without and with landmarks; for fitting the weights."""
    return _both(_word_side(left, vocabulary), _word_side(right, vocabulary))


def link_best_first(chances: Floats, least: float) -> dict[Pair, float]:
    """Pairs from the likeliest down to ``least``, no row and no column twice."""
    rows, columns = np.nonzero(chances >= least)
    order = best_first(rows, columns, chances[rows, columns])
    return {(int(rows[k]), int(columns[k])): float(chances[rows[k], columns[k]]) for k in order}


def function_words(words: Sequence[str]) -> list[bool]:
    """Which of a text's words are function words, by the language that makes most of them so."""
    low = [word.lower().replace("’", "'") for word in words]
    listed = [knowledge.words("alignment", "function_words", language) for language in knowledge.FILES]
    return max(([word in function for word in low] for function in listed), key=sum)


def _described(text: str, span: Span) -> dict[str, object]:
    return {"start": span[0], "end": span[1], "text": text[slice(*span)]}


def _word_side(text: str, vocabulary: WordTypes) -> _WordSide:
    spans = words(text)
    written = [text[start:end] for start, end in spans]
    digits = [re.sub(r"\D", "", word) for word in written]
    return _WordSide(spans, vocabulary.of(written), np.array(function_words(written), dtype=np.float32), digits)


def _links(left: _WordSide, right: _WordSide) -> tuple[Link, ...]:
    if not 0 < len(left.spans) * len(right.spans) <= LARGEST:
        return ()
    links = link_best_first(_chances(SECOND, _both(left, right)[1], left, right), THRESHOLD)
    return tuple(Link(left.spans[i], right.spans[j], round(score, 4)) for (i, j), score in sorted(links.items()))


def _both(left: _WordSide, right: _WordSide) -> tuple[Floats, Floats]:
    """Measures without landmarks, and with those that they give."""
    first = _plain(left, right)
    chances = _chances(FIRST, first, left, right) * (1 - left.function[:, None]) * (1 - right.function)
    second = first.copy()
    second[5] = _distances(list(link_best_first(chances, SURE)), chances.shape)
    second[6] = second[5] * first[2]
    return first, second


def _plain(left: _WordSide, right: _WordSide) -> Floats:
    similar = left.vectors @ right.vectors.T
    n, m = similar.shape
    placed = similar - DIAGONAL * np.abs((np.arange(n)[:, None] + 0.5) / n - (np.arange(m) + 0.5) / m)
    rivals = np.maximum(_rivals(placed), _rivals(placed.T).T)
    both = left.function[:, None] * right.function
    mixed = np.abs(left.function[:, None] - right.function)
    nothing = np.zeros_like(similar)
    out: Floats = np.stack([similar, placed - rivals, both, mixed, nothing + 1, nothing, nothing]).astype(np.float32)
    return out


def _chances(weights: Floats, values: Floats, left: _WordSide, right: _WordSide) -> Floats:
    """Probabilities (n, m); none for two different numbers."""
    clash = np.array([[bool(a and b and a != b) for b in right.digits] for a in left.digits])
    out: Floats = np.where(clash, 0, 1 / (1 + np.exp(-np.tensordot(weights, values, 1))))
    return out


def _rivals(values: Floats) -> Floats:
    """For each value of a row, the best of the others in that row."""
    if values.shape[1] < 2:
        return np.zeros_like(values)
    second, best = np.moveaxis(np.partition(values, -2, axis=1)[:, -2:], 1, 0)[:, :, None]
    out: Floats = np.where(values == best, second, best)
    return out


def _distances(landmarks: Sequence[Pair], shape: tuple[int, ...]) -> Floats:
    """How many words each pair lies off the landmarks nearest to it, from 0 to FURTHEST: the mean of two views."""
    if not landmarks:
        return np.full(shape, FURTHEST, dtype=np.float32)
    marks = np.array(landmarks)
    views = _offsets(marks, shape), _offsets(marks[:, ::-1], shape[::-1]).T
    return np.asarray(np.minimum((views[0] + views[1]) / 2, FURTHEST), dtype=np.float32)


def _offsets(marks: Floats, shape: tuple[int, ...]) -> Floats:
    """For each left word i and right word j: the least |j - where i should be|, judged by i's two nearest landmarks.

    A word should be as far from its neighbour's counterpart as from its neighbour, or next to it: French puts after
    the noun what English puts before it.
    """
    away = np.abs(np.arange(shape[0])[:, None] - marks[:, 0]).astype(np.float32)
    away[away == 0] = np.inf
    out = np.full(shape, np.inf, dtype=np.float32)
    rows, right = np.arange(shape[0]), np.arange(shape[1])
    for near in np.argsort(away, axis=1, kind="stable")[:, :2].T:
        target = marks[near, 1]
        straight = np.abs(right - (target + rows - marks[near, 0])[:, None])
        turned = np.abs(right - target[:, None]) + 0.5
        usable = np.isfinite(away[rows, near])[:, None]
        out = np.where(usable, np.minimum(out, np.minimum(straight, turned)), out)
    return np.minimum(out, 20)
