"""How the time to pair documents grows with their number: ``python -m benchmarks.index [--sizes N ...]``.

Every French document has an English counterpart among others on the same subjects; vectors are made up, so that no text
is encoded.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np

from pipeline.align.pairs import Item, pair
from pipeline.config import AlignConfig
from pipeline.embedding.embed import Features, Floats
from pipeline.records import Signature

SUBJECTS, WIDTH, SENTENCES = 300, 512, 5
OWN, SENTENCE, NOISE = 0.6, 0.8, 0.5  # of a document beside its subject; of a sentence; of its translation
LETTERS, FIGURES = str.maketrans("0123456789", "abcdefghij"), str.maketrans("abcdefghij", "0123456789")


class MadeUp:
    """An embedder of the texts ``0``, ``1``, ... whose vectors are given."""

    signature = Signature("embed", "made-up", "1")

    def __init__(self, rows: Floats) -> None:
        self._rows = rows

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        """Vectors themselves."""
        return Features(self._rows[[number(text) for text in texts]], np.ones(len(texts), np.float32))

    def vectors(self, features: Features) -> Floats:
        """The same."""
        return features.sums


def main() -> None:
    """Prints a line for each number of documents on a side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2_000, 10_000, 50_000])
    print(f"{'documents':>10}{'pairing':>9}{'F1':>8}   (seconds of processor time)")
    for size in parser.parse_args().sizes:
        seconds, score = paired(made(size))
        print(f"{size:10}{seconds:9.2f}{score:8.4f}", flush=True)


def paired(rows: Floats) -> tuple[float, float]:
    """Seconds that pairing takes without encoding, and F1 of translations. ``rows`` (2, documents, sentences, 512)."""
    size = rows.shape[1]
    items = [
        Item(f"{code}{i}", code, tuple(words((side * size + i) * SENTENCES + k) for k in range(SENTENCES)))
        for side, code in enumerate(("fr", "en"))
        for i in range(size)
    ]
    begun = time.process_time()
    translations = [
        match
        for match in pair(items, (), MadeUp(rows.reshape(-1, WIDTH)), AlignConfig())
        if match.grade == "translation"
    ]
    seconds = time.process_time() - begun
    right = sum(match.left[2:] == match.right[2:] for match in translations)
    return seconds, 2 * right / (len(translations) + size)


def made(size: int) -> Floats:
    """Unit vectors (2, size, SENTENCES, 512) of documents and of their translations."""
    chance = np.random.default_rng(1)
    subjects, topics = directions(chance, SUBJECTS), chance.integers(0, SUBJECTS, size)
    documents = directed(subjects[topics] + OWN * directions(chance, size))
    sentences = documents[:, None] + SENTENCE * directions(chance, size * SENTENCES).reshape(size, SENTENCES, WIDTH)
    left = directed(sentences)
    return np.stack([left, directed(left + NOISE * directions(chance, size * SENTENCES).reshape(left.shape))])


def words(row: int) -> str:
    """A text that says in letters which row it is: texts that differ in figures alone are taken for one."""
    return str(row).translate(LETTERS)


def number(text: str) -> int:
    """The row that a text says."""
    return int(text.translate(FIGURES))


def directions(chance: np.random.Generator, count: int) -> Floats:
    """Random unit vectors (count, 512), most of whose variance lies in few dimensions, as in sentence vectors."""
    spread = 1 / np.sqrt(1 + np.arange(WIDTH, dtype=np.float32) / 16)
    return directed((chance.normal(size=(count, WIDTH)) * spread).astype(np.float32))


def directed(vectors: Floats) -> Floats:
    """Unit vectors."""
    out: Floats = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
    return out


if __name__ == "__main__":
    main()
