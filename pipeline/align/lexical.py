"""What the words of a bead and of its neighbours say about where the bead ends.

Similar vectors tell that two runs of sentences speak of the same things; they hardly tell a bead from one that is short
of half a sentence. Words do: one that has no counterpart opposite, but has it in a sentence just beyond, shows that the
bead was cut through a translation. Such weight is called *leaking* here. Words count by their rarity, and are compared
softly (by their vectors) and exactly (numbers, names and words of common stock, by their beginnings).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.align.band import Ints
from pipeline.align.coverage import Words, nearness
from pipeline.embedding.embed import Floats

WINDOW = 3  # sentences to each side of a bead where the counterparts of its words are looked for
UNIT = 10.0  # of rarity, for weights of ordinary size
FIRM = 1.0  # rarity added below the line of a share: a few words tell little
NOTHING = np.zeros(0, dtype=np.intp)


class Lexical(NamedTuple):
    """For all beads of one shape that begin in a block (rows, cols): leaking weight and ``share`` (0..1) found."""

    soft: Floats
    exact: Floats
    share: Floats


class _Block(NamedTuple):
    """Some consecutive sentences of one side.

    ``kinds`` are the places in ``Words`` of the distinct words; ``tokens`` are places in ``kinds``, sentence after
    sentence from ``starts`` (sentences + 1,); ``rarity`` (sentences, kinds) is that of each sentence's words.
    """

    kinds: Ints
    tokens: Ints
    starts: Ints
    rarity: Floats


class _Weights(NamedTuple):
    """Of each sentence's words, by length of the run opposite and its first sentence: (lengths, sentences, firsts)."""

    soft: Floats
    exact: Floats
    found: Floats


def lexical(words: tuple[Words, Words], rows: slice, cols: slice, largest: tuple[int, int]) -> Iterator[Lexical]:
    """For each shape up to ``largest``, in the order of ``Band.shapes``, of the beads that begin in rows and columns.

    What a bead would hold beyond the end of a text weighs nothing.
    """
    sides = [
        _block(one, some.start - WINDOW, some.stop + longest - 1 + WINDOW)
        for one, some, longest in zip(words, (rows, cols), largest, strict=True)
    ]
    soft, exact = nearness(words[0], sides[0].kinds, words[1], sides[1].kinds)
    ours = _weights(sides[0], sides[1], (soft.T.copy(), exact.T.copy()), largest[1])
    theirs = _weights(sides[1], sides[0], (soft, exact), largest[0])
    totals = [side.rarity.sum(axis=1)[WINDOW:] for side in sides]
    n, m = rows.stop - rows.start, cols.stop - cols.start
    for a in range(1, largest[0] + 1):
        for b in range(1, largest[1] + 1):
            both = zip(ours, theirs, strict=True)
            leaks, firm, found = (_over(x[b - 1], a)[:n, :m] + _over(y[a - 1], b)[:m, :n].T for x, y in both)
            total = _over(totals[0], a)[:n, None] + _over(totals[1], b)[:m]
            yield Lexical(leaks / UNIT, firm / UNIT, found / (total + FIRM))


def _block(words: Words, start: int, stop: int) -> _Block:
    """The sentences from ``start`` to ``stop``, which may lie beyond the ends: there they are empty."""
    inside = words.places[max(start, 0) : max(stop, 0)]
    texts = [NOTHING] * -min(start, 0) + list(inside)
    texts += [NOTHING] * (stop - start - len(texts))
    kinds, tokens = np.unique(np.concatenate(texts), return_inverse=True)
    lengths = np.array([len(text) for text in texts], dtype=np.intp)
    rarity = np.zeros((len(texts), len(kinds)), dtype=np.float32)
    np.add.at(rarity, (np.repeat(np.arange(len(texts)), lengths), tokens), words.rarity[kinds][tokens])
    return _Block(kinds, tokens, np.concatenate([[0], np.cumsum(lengths)]), rarity)


def _weights(these: _Block, those: _Block, near: tuple[Floats, Floats], longest: int) -> _Weights:
    """Weights of the words of ``these``; sentences and firsts count from the WINDOW-th of either block."""
    rarity = these.rarity[WINDOW:]
    soft, exact = (list(_opposite(one, those, longest)) for one in near)
    return _Weights(
        np.stack([rarity @ (beyond - inside).T for inside, beyond in soft]),
        np.stack([rarity @ (beyond - inside).T for inside, beyond in exact]),
        np.stack([rarity @ inside.T for inside, _ in exact]),
    )


def _opposite(near: Floats, those: _Block, longest: int) -> Iterator[tuple[Floats, Floats]]:
    """For runs of 1 to ``longest`` sentences: the best (firsts, kinds) within each run, and WINDOW around it too."""
    best = _by_sentence(near, those)
    firsts = len(best) - 2 * WINDOW - longest + 1
    inside = best[WINDOW : WINDOW + firsts]
    beyond = np.max([best[k : k + firsts] for k in range(2 * WINDOW + 1)], axis=0)
    yield inside, beyond
    for length in range(1, longest):
        inside = np.maximum(inside, best[WINDOW + length :][:firsts])
        beyond = np.maximum(beyond, best[2 * WINDOW + length :][:firsts])
        yield inside, beyond


def _by_sentence(near: Floats, those: _Block) -> Floats:
    """The best (sentences, kinds) in each of ``those`` sentences, from the nearness (their kinds, kinds) of words."""
    out = np.zeros((len(those.starts) - 1, near.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(np.diff(those.starts))
    if len(filled) and near.shape[1]:
        out[filled] = np.maximum.reduceat(near[those.tokens], those.starts[filled], axis=0)
    return out


def _over(values: Floats, length: int) -> Floats:
    """Sums of ``length`` consecutive rows, from each row."""
    out = values
    for k in range(1, length):
        out = out[: len(values) - k] + values[k:]
    return out
