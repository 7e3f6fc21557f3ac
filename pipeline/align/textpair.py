"""Two texts on their way through the aligner: one value, to which each pass adds what it measures.

A ``TextPair`` begins with its anchors; is cut into chunks, each a bitext of its own, to bound memory; and is opened for
the second pass, which measures all runs of its sentences and scores the beads of its band.

A cut goes through the middle of some consecutive sentences that face each other one to one, each by a clear margin:
every likely path passes there, so the chunks give the beads that the whole would give.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipeline.align.band import Band, Ints
from pipeline.align.lexical import Vocabulary
from pipeline.align.matching import Anchors
from pipeline.embedding.embed import Features, Floats

TYPICAL = 0.75  # similarity of a typical 1:1 bead, to which each pair of texts is scaled
LEAST = 0.4  # similarity below which an anchor tells nothing about what is typical
LENGTH = 1000  # sentences of both sides together that a chunk has at least
CHOICE = 400  # further ones among which its end is chosen
RUN = 4  # pairs in a row, half of them on each side of a cut
CLEAR = 1.15  # least margin of each


class Punctuation(NamedTuple):
    """Of n texts: brackets open before each, ``depth`` (n + 1,); the others (n,), 1 where it is so and 0 elsewhere.

    ``open`` (a pause at the end counts one half, a small letter that follows another), ``abbreviation``, ``colon``,
    ``question`` and ``cry`` are of a text's end; ``bare`` ends in no mark at all, ``empty`` has hardly a letter.
    """

    depth: Ints
    open: Floats
    abbreviation: Floats
    colon: Floats
    question: Floats
    cry: Floats
    bare: Floats
    empty: Floats


class Runs(NamedTuple):
    """All runs of a = 1 to k consecutive ones of n sentences, and the punctuation of the sentences.

    ``vectors`` (k, n + k + 1, d): the run of a sentences from i is at [a - 1, i + 1], zero beyond the ends; ``lengths``
    (k, n) in characters.
    """

    vectors: Floats
    lengths: Floats
    punctuation: Punctuation


@dataclass(frozen=True, slots=True)
class TextSide:
    """The n sentences of one text, what the embedder keeps of them, and their words.

    ``nearest`` (n,) is the similarity of the nearest sentence opposite; ``runs`` are there once the bitext is opened.
    """

    texts: Sequence[str]
    features: Features
    words: Vocabulary
    nearest: Floats
    runs: Runs

    def __len__(self) -> int:
        return len(self.texts)

    def within(self, span: slice) -> "TextSide":
        """Some consecutive sentences; words are as rare as in the whole."""
        features, words = self.features.within(span), self.words.within(span)
        return TextSide(self.texts[span], features, words, self.nearest[span], self.runs)


@dataclass(frozen=True, slots=True)
class TextPair:
    """Two texts face to face, neither empty.

    ``scale`` brings their similarities to the typical. A chunk begins at ``origin`` in the whole. Once opened,
    ``ratio`` is right characters per left one, ``spread`` the typical squared deviation from it in units of its
    variance (Gale & Church 1993), and ``band`` holds the scores of beads.
    """

    left: TextSide
    right: TextSide
    anchors: Anchors
    scale: float = 1.0
    origin: tuple[int, int] = (0, 0)
    ratio: float = 1.0
    spread: float = 1.0
    band: Band | None = None


def compose(
    texts: tuple[Sequence[str], Sequence[str]],
    features: tuple[Features, Features],
    words: tuple[Vocabulary, Vocabulary],
    anchors: Anchors,
) -> TextPair:
    """What is known of two texts after the first pass."""
    left, right = (
        TextSide(*measured, _UNOPENED) for measured in zip(texts, features, words, anchors.nearest, strict=True)
    )
    similar = anchors.similarities[anchors.similarities > LEAST]
    return TextPair(left, right, anchors, TYPICAL / float(np.median(similar)) if len(similar) else 1.0)


def chunks(whole: TextPair) -> list[TextPair]:
    """Consecutive chunks of both texts; only the last may be short."""
    nodes = [(0, 0), *_cuts(whole.anchors), (len(whole.left), len(whole.right))]
    return [part(whole, slice(a, c), slice(b, d)) for (a, b), (c, d) in pairwise(nodes)]


def part(whole: TextPair, rows: slice, cols: slice) -> TextPair:
    """Some consecutive sentences of both texts; what was measured of the whole stays."""
    return replace(
        whole,
        left=whole.left.within(rows),
        right=whole.right.within(cols),
        anchors=whole.anchors.within(rows, cols),
        origin=(whole.origin[0] + rows.start, whole.origin[1] + cols.start),
    )


def _cuts(anchors: Anchors) -> Iterator[tuple[int, int]]:
    """Nodes to cut at: in each stretch of CHOICE sentences, LENGTH after the last cut, the surest."""
    starts, margins = _cutting_places(anchors)
    along, last = anchors.pairs[starts].sum(axis=1), 0
    while (first := int(np.searchsorted(along, last + LENGTH))) < len(starts):
        past = max(first + 1, int(np.searchsorted(along, along[first] + CHOICE)))
        best = first + int(margins[first:past].argmax())
        i, j = anchors.pairs[starts[best]].tolist()
        yield i, j
        last = int(along[best])


def _cutting_places(anchors: Anchors) -> tuple[Ints, Floats]:
    """Anchors before which one may cut, and the least margin of the RUN of anchors around each."""
    if len(anchors.pairs) < RUN:
        return np.zeros(0, np.intp), np.zeros(0, np.float32)
    straight = np.lib.stride_tricks.sliding_window_view(anchors.pairs, RUN, axis=0)
    least = np.lib.stride_tricks.sliding_window_view(anchors.margins, RUN).min(axis=1)
    unbroken = (straight[..., -1] - straight[..., 0] == RUN - 1).all(axis=1)
    starts = np.flatnonzero(unbroken & (least >= CLEAR))
    return starts + RUN // 2, least[starts]


_NOTHING = np.zeros(0, dtype=np.float32)
_UNOPENED = Runs(_NOTHING.reshape(0, 0, 0), _NOTHING.reshape(0, 0), Punctuation(np.zeros(1, np.intp), *[_NOTHING] * 7))
