"""The layers of the encoder that see several tokens at once, on numpy arrays; used by ``use``.

A first layer reads words that no context has changed yet. What it takes from a word at each place of its window is
computed once for each distinct word and only added up for each token: a sixth of the work, in ordinary text.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.embedding.embed import Floats

ORDERS = ((2, 0), (3, 1), (5, 2))  # of the convolutions: tokens in a window, tokens before the centre
WIDTH = 256  # of a convolution
GAP = 2  # places between texts, so that no window sees another text
LEAST = 48  # rows multiplied at once: a BLAS may take another way for a few, and round otherwise
NONE = -1  # instead of a token: the last row of any table

Ints: TypeAlias = NDArray[np.intp]


class TokenTypes(NamedTuple):
    """Of n distinct words, zeros from some row on to the last: ``embedded`` (n, 512), ``inputs`` (orders, n, WIDTH).

    ``windows`` (size, n, WIDTH), for each order: the word's part in the first layer at each place of the window.
    """

    embedded: Floats
    inputs: Floats
    windows: list[Floats]

    def convolved(self, which: int, tokens: Ints, bias: Floats) -> Floats:
        """The first layer of one order with ReLU, added to its input, for ``tokens`` (..., places).

        The result (..., places - 2 * GAP, WIDTH) leaves out the first and the last GAP places; zero where no token is.
        """
        (size, before), count = ORDERS[which], tokens.shape[-1] - 2 * GAP
        total: Floats = self.windows[which][0][tokens[..., GAP - before : GAP - before + count]]
        for k in range(1, size):
            total += self.windows[which][k][tokens[..., GAP - before + k : GAP - before + k + count]]
        total += bias
        np.maximum(total, 0, out=total)
        total += self.inputs[which][tokens[..., GAP:-GAP]]
        total *= (tokens[..., GAP:-GAP] >= 0)[..., None]
        return total


class Layout(NamedTuple):
    """Texts one after the other in ``size`` places: ``starts`` are first places, ``slots`` all of them."""

    size: int
    starts: Ints
    slots: Ints


def laid_out(lengths: Ints) -> Layout:
    """Texts of some lengths with GAP places before, between and after them."""
    starts = GAP + np.cumsum(lengths + GAP) - lengths - GAP
    size = max(int(lengths.sum() + GAP * (len(lengths) + 1)), LEAST)
    slots = np.arange(lengths.sum()) + GAP * np.repeat(np.arange(1, len(lengths) + 1), lengths)
    return Layout(size, starts, slots)


def add_up(rows: Floats, begins: Ints, ends: Ints, out: Floats) -> None:
    """Sums of rows[begin:end], one row after the other: the same text has the same sums, whatever stands around it."""
    for begin, end, total in zip(begins.tolist(), ends.tolist(), out, strict=True):
        np.add.reduce(rows[begin:end], axis=0, out=total)


def projected(rows: Floats, weights: Floats) -> Floats:
    """``rows @ weights``, the same for a row whatever others there are."""
    padded = np.zeros((max(len(rows), LEAST), rows.shape[1]), dtype=np.float32)
    padded[: len(rows)] = rows
    out: Floats = (padded @ weights)[: len(rows)]
    return out


def convolved(x: Floats, order: tuple[int, int], layer: tuple[Floats, Floats], filled: NDArray[np.bool_]) -> Floats:
    """One convolution with ReLU, added to its input; (places, WIDTH).

    Every size-th window, taken together, is the input itself in another shape, so that nothing is copied.
    """
    (size, before), (weight, bias) = order, layer
    out = np.zeros_like(x)
    for first in range(size):
        count = (len(x) - first) // size
        windows = x[first : first + count * size].reshape(count, size * WIDTH)
        out[first + before :: size][:count] = windows @ weight
    out += bias
    np.maximum(out, 0, out=out)
    out += x
    out *= filled
    return out


def narrowed(x: Floats, order: tuple[int, int], layer: tuple[Floats, Floats]) -> Floats:
    """As ``convolved`` for rows (n, places, WIDTH), without the first and the last GAP places of each."""
    (size, before), (weight, bias) = order, layer
    count = x.shape[1] - 2 * GAP
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=1)[:, GAP - before :][:, :count]
    out = windows.transpose(0, 1, 3, 2).reshape(-1, size * WIDTH) @ weight
    total: Floats = np.maximum(out + bias, 0).reshape(len(x), count, WIDTH) + x[:, GAP:-GAP]
    return total


def normalised(x: Floats, gain: Floats, bias: Floats, epsilon: float) -> Floats:
    """Layer normalisation of the rows, in place."""
    x -= x.mean(axis=1, keepdims=True)
    x *= 1 / np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[1] + epsilon)[:, None]
    x *= gain
    x += bias
    return x
