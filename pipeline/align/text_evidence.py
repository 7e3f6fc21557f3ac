"""What the words and facts of two texts say about whether they tell the same, kept from run to run.

How near the words of one come to those of the other, and the numbers, months and places that both name, depend on the
two texts alone; only how rare the words are depends on the others, and is weighed in each time.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np

from pipeline.align import lexical
from pipeline.align.band import Ints
from pipeline.align.neighbourhoods import Apart
from pipeline.align.results import Results, result_key
from pipeline.embedding.embed import Floats
from pipeline.language.counterparts import measure_agreement

PAIRS = 50_000  # looked at together
MOST_AGREEING, MOST_CONFLICTING = 3, 2  # numbers and places that count

TextSides: TypeAlias = tuple[Sequence[str], Sequence[str]]


class TextEvidence:
    """What the words and facts of pairs of texts say, each pair looked at once.

    ``keys`` are those of the texts of either side, under which ``results`` hold what was seen.
    """

    def __init__(self, texts: TextSides, keys: tuple[list[bytes], list[bytes]], apart: Apart, results: Results) -> None:
        self._texts = texts
        self._rarities = tuple(lexical.rarities(side) for side in texts)
        self._keys, self._apart, self._results = keys, apart, results

    def measure(self, pairs: Ints) -> Floats:
        """Of pairs (n, 2) of texts how far words are covered (0..1), and facts that agree and that conflict; (n, 3)."""
        rows: list[tuple[float, float, float]] = []
        current: set[bytes] = set()
        for start in range(0, len(pairs), PAIRS):
            block = pairs[start : start + PAIRS].tolist()
            keys = [result_key(self._keys[0][i], self._keys[1][j]) for i, j in block]
            current.update(keys)
            recalled = self._results.find_results("words", set(keys))
            unseen = {key: pair for key, pair in zip(keys, block, strict=True) if key not in recalled}
            fresh = dict(zip(unseen, self._look(list(unseen.values())), strict=True))
            self._results.save_results("words", fresh)
            recalled |= fresh
            for (i, j), key in zip(block, keys, strict=True):
                seen = np.frombuffer(recalled[key], dtype=np.float32)
                words = lexical.covered(seen[2:], self._rarities[0][i], self._rarities[1][j])
                rows.append((words, float(seen[0]), float(seen[1])))
        self._results.drop_results("words", current)
        return np.array(rows, dtype=np.float32).reshape(-1, 3)

    def _look(self, pairs: Sequence[tuple[int, int]]) -> Iterator[bytes]:
        """For each pair facts that agree and that conflict, and then how near its words come to each other."""
        if not pairs:
            return
        rows = [sorted({pair[side] for pair in pairs}) for side in (0, 1)]
        left, right = ([texts[row] for row in some] for texts, some in zip(self._texts, rows, strict=True))
        words = lexical.vocabularies(left, right, self._apart)
        numbers = [{row: number for number, row in enumerate(some)} for some in rows]
        for i, j in pairs:
            facts = measure_agreement(self._texts[0][i], self._texts[1][j])
            counted = [min(facts.shared, MOST_AGREEING), min(facts.conflicts, MOST_CONFLICTING)]
            best = lexical.best_words(words, numbers[0][i], numbers[1][j])
            yield np.concatenate([np.array(counted, dtype=np.float32), best]).astype(np.float32).tobytes()
