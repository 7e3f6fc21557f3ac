"""An embedder that remembers the words that it has read: of texts that come batch after batch, most words come again.

``cache`` keeps what was read beyond a run, in a file beside the corpus; this keeps it for one command, in memory.
"""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from pipeline.embedding.embed import Embedder, Features, Floats
from pipeline.records import Signature

MOST = 20_000  # words, of 2 KB each


class WordMemory:
    """An embedder that has ``inner`` read a word once, unless ``most`` others have been asked for since.

    Texts of several words, and texts that are to be joined, are read each time.
    """

    def __init__(self, inner: Embedder, most: int = MOST) -> None:
        self._inner = inner
        self._most = most
        self._rows: OrderedDict[str, int] = OrderedDict()  # where each word stands, the one used last at the end
        self._known = Features(np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.float32))

    @property
    def signature(self) -> Signature:
        """That of the embedder within."""
        return self._inner.signature

    def vectors(self, features: Features) -> Floats:
        """Unit vectors (n, dim) from features."""
        return self._inner.vectors(features)

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Features of ``texts``: remembered where all of them are single words."""
        if joined or not texts or not all(map(str.isalnum, texts)):
            return self._inner.features(texts, joined)
        unread = [word for word in dict.fromkeys(texts) if word not in self._rows]
        fresh = self._inner.features(unread)
        places = {word: row for row, word in enumerate(unread)}
        sums, counts = np.empty((len(texts), fresh.sums.shape[1]), np.float32), np.empty(len(texts), np.float32)
        for source, index in ((self._known, self._rows), (fresh, places)):
            found = [(i, index[word]) for i, word in enumerate(texts) if word in index]
            if found:
                targets, rows = map(list, zip(*found, strict=True))
                sums[targets], counts[targets] = source.sums[rows], source.counts[rows]
        for word in texts:
            if word in self._rows:
                self._rows.move_to_end(word)
        self._remember(unread[-self._most :], fresh.within(slice(max(0, len(unread) - self._most), len(unread))))
        return Features(sums, counts)

    def _remember(self, words: Sequence[str], features: Features) -> None:
        if not len(self._known):
            empty = np.zeros((self._most, features.sums.shape[1]), dtype=np.float32)  # no memory until it is filled
            self._known = Features(empty, np.zeros(self._most, dtype=np.float32))
        for i, word in enumerate(words):
            row = len(self._rows) if len(self._rows) < self._most else self._rows.popitem(last=False)[1]
            self._rows[word] = row
            self._known.sums[row], self._known.counts[row] = features.sums[i], features.counts[i]
