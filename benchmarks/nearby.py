"""Search by meaning in many sentences: ``python -m benchmarks.nearby [--sizes N ...] [--texts FILE]``.

Vectors are made up: subjects, on each of them sentences at random distances (512 numbers). ``written``: processor time.
The rest is of one question, without the embedder, whose own times stand below: the first one, with the file read from
disk; the others, by the clock and of the processor; found: how many of the ten that exact search gives are given. With
``--texts``, a file with a sentence a line, the same for vectors of real sentences.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline.embedding import use
from pipeline.embedding.embed import Floats, encode
from pipeline.embedding.nearby import IndexHead, NearbyIndex, Rows, write_index

WIDTH, SUBJECT, BATCH = 512, 200, 10_000  # numbers of a vector, sentences on a subject, vectors made at once
NOISE = (0.6, 1.8)  # of a sentence beside its subject: from near ones to far ones
SAMPLE, K = 50, 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--texts", type=Path)
    options = parser.parse_args(arguments)
    print(f"{'sentences':>10} {'MB':>6} {'written s':>9} {'first ms':>9} {'median ms':>9} {'CPU ms':>9} {'found':>6}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        for size in options.sizes:
            report(path, size, made_up(size))
        if options.texts:
            texts = list(dict.fromkeys(options.texts.read_text("utf-8").split("\n")))
            vectors = encode(use.load(), texts)
            report(path, len(texts), [(np.arange(len(texts)), vectors)])
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(load_and_read())
    return 0


def report(path: Path, size: int, blocks: Iterable[tuple[Rows, Floats]]) -> None:
    """Write an index, ask it, and print a line."""
    begun = time.process_time()
    keys = np.arange(size, dtype=np.uint64)
    write_index(path, IndexHead("benchmark", "", size, WIDTH), keys, blocks)
    written = time.process_time() - begun
    forget(path)
    index = NearbyIndex(path)
    questions = index.vectors_in(np.random.default_rng(1).choice(size, min(SAMPLE, size), replace=False))
    whole, processor, nearest = [], [], []
    for vector in questions:
        begun, spent = time.perf_counter(), time.process_time()
        nearest.append({key for key, _ in index.nearest(vector, K)})
        whole.append(1000 * (time.perf_counter() - begun))
        processor.append(1000 * (time.process_time() - spent))
    right = sum(len(keys & best) for keys, best in zip(nearest, exact(index, questions), strict=True))
    print(
        f"{size:10,} {path.stat().st_size / 1e6:6.0f} {written:9.1f} {whole[0]:9.1f} {statistics.median(whole):9.1f} "
        f"{statistics.median(processor):9.1f} {right / (K * len(questions)):6.3f}",
        flush=True,
    )


def exact(index: NearbyIndex, questions: Floats) -> list[set[int]]:
    """Keys of the nearest of each question, by comparing all vectors."""
    best = [(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32))] * len(questions)
    for start in range(0, len(index), BATCH):
        rows = np.arange(start, min(start + BATCH, len(index)))
        similarities = index.vectors_in(rows) @ questions.T
        for i, (kept, values) in enumerate(best):
            places, both = np.concatenate([kept, rows]), np.concatenate([values, similarities[:, i]])
            order = np.argsort(-both, kind="stable")[:K]
            best[i] = places[order], both[order]
    return [{int(index.keys[row]) for row in rows} for rows, _ in best]


def made_up(size: int) -> Iterator[tuple[Rows, Floats]]:
    """Rows and unit vectors."""
    chance = np.random.default_rng(0)
    for start in range(0, size, BATCH):
        rows = np.arange(start, min(start + BATCH, size))
        subjects = np.repeat(chance.standard_normal((-(-len(rows) // SUBJECT), WIDTH)), SUBJECT, axis=0)[: len(rows)]
        noise = chance.uniform(*NOISE, (len(rows), 1)) * chance.standard_normal((len(rows), WIDTH))
        vectors = (subjects + noise).astype(np.float32)
        yield rows, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def forget(path: Path) -> None:
    """Have the system read the file from disk again."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def load_and_read() -> str:
    """How long a new process takes to load the embedder and read the first question, and then another."""
    code = (
        "import time; a = time.process_time(); from pipeline.embedding import use; "
        "from pipeline.embedding.embed import encode; e = use.load(); encode(e, ['a']); b = time.process_time(); "
        "encode(e, ['Une autre question ?']); "
        "print(f'embedder: {1000 * (b - a):.0f} ms to load, {1000 * (time.process_time() - b):.0f} ms a question')"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    raise SystemExit(main())
