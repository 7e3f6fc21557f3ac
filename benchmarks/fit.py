"""Fits the weights of alignment to beads that people made: ``python -m benchmarks.fit [--held] [--write]``.

Conditional log-likelihood of the gold paths with a ridge, by gradient ascent (Adam, Kingma & Ba 2015) from the weights
in use, over three corpora: news and Text+Berg of the development sets, and the novels of ``benchmarks.novels``. With
``--held`` each corpus is aligned with weights that were fitted to the two others: what texts of another kind may
expect, in strict F1 and the calibration of scores. ``--write`` does both and writes ``pipeline/align/aligner.toml``.
``--without MEASURE`` leaves one out, ``--plot FILE`` draws the reliability diagram.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.align import SETS
from benchmarks.calibrating import calibration_error, draw_reliability, reliability
from benchmarks.floors import DEV, absent
from benchmarks.novels import find_sources, missing, read_novels
from benchmarks.passport import data_digest, write
from benchmarks.scoring import read_beads, read_lines
from pipeline.align.band import Band, Ints, Step, best_path, covered, forward, posteriors
from pipeline.align.features import (
    CLASSES,
    MEASURES,
    SKIP_MEASURES,
    Weights,
    blocks,
    class_of,
    measure,
    node_values,
    shapes_to,
    skip_measures,
)
from pipeline.align.features import score as score_beads
from pipeline.align.path import WEIGHTS, adapt, count_beads, survey
from pipeline.align.textpair import TextPair
from pipeline.config import AlignConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder, Floats
from pipeline.evaluation.gold import Pairing, score

NAMES = (*MEASURES, *SKIP_MEASURES, *CLASSES)
STEPS = 60
RATE = 0.1
RIDGE = 0.3
NEVER = 1e-7  # probability under the weights in use below which a step is not looked at again
NEWS, NOVELS = "news", "novels"
COUNTS = {NEWS: 3.0}  # how much a bead of a corpus counts, where not 1: of novels there are twice as many
RAREST = 0.001  # share that a class of beads has at least, so that a text full of them is no surprise


@dataclass(frozen=True, slots=True)
class Example:
    """A pair of texts: the nodes to search, the measures of all steps, the right path, and how many beads it has.

    ``measures`` (len(MEASURES), shapes, nodes) are of the beads that begin in each node, row after row; ``skips`` holds
    SKIP_MEASURES of either side.
    """

    name: str
    limits: tuple[Ints, Ints]
    measures: Floats
    skips: tuple[Floats, Floats]
    largest: tuple[int, int]
    gold: list[Step]
    wanted: int

    @property
    def corpus(self) -> str:
        """What is held back together: clean and noisy news are made of the same texts."""
        return NEWS if self.name.startswith("fr-en") else self.name


def main() -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--held", action="store_true", help="cross-validate instead")
    parser.add_argument("--write", action="store_true", help="write the weights down, with what they are worth")
    parser.add_argument("--without", choices=NAMES, action="append", default=[], help="a measure to leave out")
    parser.add_argument("--plot", type=Path, help="where to draw the reliability diagram of held-back scores")
    options = parser.parse_args()
    if absent(DEV / "align") or missing():
        return 0
    columns = np.array([name not in options.without for name in NAMES], dtype=np.float32)
    examples = list(_examples(use.load()))
    held_back = _held_back(examples, columns, options.plot) if options.held or options.plot or options.write else {}
    if held_back and not options.write:
        return 0
    weights = _weights(fitted(examples, columns))
    tables = {
        "measures": _named(MEASURES, weights.measures),
        "skips": _named(SKIP_MEASURES, weights.skips),
        "classes": _named(CLASSES, weights.classes),
        "frequencies": _named(CLASSES, frequencies(examples), 3),
    }
    for table in tables.values():
        for name, value in table.items():
            print(f"{name:20s} {value:8.3f}")
    if options.write:
        novels = data_digest(*(file for source in find_sources() for file in source))
        data = f"../shared/dev/align, {data_digest('align')}; TransReadAlignments, {novels}"
        facts = {"command": "python -m benchmarks.fit --write", "data": data}
        print(write("align/aligner.toml", tables, {**facts, "held_back": held_back}))
    return 0


def frequencies(examples: Sequence[Example]) -> Floats:
    """The share of each class among the right beads; last, skipped sentences for each bead.

    All corpora count alike, but one text alone does not tell what is common.
    """
    corpora = Counter(example.corpus for example in examples)
    shares = [_shares([example for example in examples if example.corpus == corpus]) for corpus in corpora]
    several = [share for share, texts in zip(shares, corpora.values(), strict=True) if texts > 1]
    return np.asarray(np.maximum(np.mean(several, axis=0), RAREST))


def _shares(examples: Sequence[Example]) -> Floats:
    counts = np.zeros(len(CLASSES))
    for example in examples:
        sentences = sum(len(side) for side in example.skips)
        for _, _, a, b in example.gold:
            counts[class_of((a, b))] += 1
            sentences -= a + b
        counts[-1] += sentences
    return np.asarray(counts / counts[:-1].sum())


def _named(names: Sequence[str], values: Floats, digits: int = 2) -> dict[str, float]:
    return {name: round(float(value), digits) for name, value in zip(names, values, strict=True)}


def fitted(examples: Sequence[Example], columns: Floats) -> Floats:
    """The flat weights under which the right paths are likeliest; those whose ``columns`` are 0 are 0."""
    flat, mean, square = _flat(WEIGHTS) * columns, np.zeros(len(NAMES)), np.zeros(len(NAMES))
    for step in range(1, STEPS + 1):
        slope = (sum(_slope(example, flat) for example in examples) - RIDGE * flat) * columns
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        rate = RATE * (1 - step / (STEPS + 1))
        flat = flat + rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-6)
    return np.asarray(flat)


def _held_back(examples: Sequence[Example], columns: Floats, plot: Path | None) -> dict[str, float]:
    """Strict F1 by set and the calibration of all scores, each corpus seen by weights that the others gave."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    scores: list[float] = []
    right: list[bool] = []
    loss = 0.0
    for corpus in sorted({example.corpus for example in examples}):
        others = [example for example in examples if example.corpus != corpus]
        flat, general = fitted(others, columns), frequencies(others)
        for example in (example for example in examples if example.corpus == corpus):
            gold, steps = set(example.gold), _aligned(example, flat, general)
            loss -= _value(example, flat)
            hits = [step in gold for step, _ in steps]
            counts[example.name] = [
                a + b for a, b in zip(counts[example.name], (sum(hits), len(hits), example.wanted), strict=True)
            ]
            scores += [chance for _, chance in steps]
            right += hits
    figures = {f"{name} strict F1": score(*three).f1 for name, three in counts.items()}
    figures |= {"log loss": loss, "calibration error": calibration_error(scores, right)}
    for name, value in figures.items():
        print(f"{name:30s} {value:.4f}")
    for interval in reliability(scores, right):
        low, high, size = f"{interval.low:.1f}", f"{interval.high:.1f}", f"{interval.size:5d}"
        print(f"  {low} to {high}: {size} beads, score {interval.score:.3f}, right {interval.right:.3f}")
    if plot:
        draw_reliability(scores, right, plot, "Held-back beads")
    return {name: round(value, 4) for name, value in figures.items()}


def _aligned(example: Example, flat: Floats, general: Floats) -> list[tuple[Step, float]]:
    """The beads of an example with their probabilities, as ``path.align`` makes them before it takes any apart."""
    band = _band(example, flat)
    band = adapt(band, count_beads(band), general)
    chances = posteriors(band)
    return [
        ((i, j, a, b), float(chances[i][band.shapes.index((a, b)), j - band.lo[i]]))
        for i, j, a, b in best_path(band)
        if a and b
    ]


def _examples(embedder: Embedder) -> Iterator[Example]:
    config = AlignConfig()
    for name, left, right, gold in _documents():
        bitext = score_beads(survey(left, right, embedder), embedder, config, WEIGHTS)
        print(f"{name}: {len(gold)} beads", file=sys.stderr, flush=True)
        yield _example(name, bitext, gold, config.max_side)


def _documents() -> Iterator[tuple[str, list[str], list[str], list[Pairing]]]:
    """The set that each pair of texts belongs to, the texts, and their right beads."""
    for name, languages in SETS.items():
        for path in sorted((DEV / "align" / name).glob("*.beads")):
            left, right = (read_lines(path.with_suffix(f".{language}")) for language in languages)
            yield name, left, right, read_beads(path)
    for novel in read_novels():
        yield NOVELS, novel.left, novel.right, novel.gold


def _example(name: str, bitext: TextPair, beads: Sequence[Pairing], max_side: int) -> Example:
    """A pair of texts without the nodes that no likely path goes through."""
    if bitext.band is None:
        raise ValueError("the bitext has no scores yet")
    gold, wanted = _steps(beads, max_side), sum(bool(left and right) for left, right in beads)
    largest, limits = bitext.band.shapes[-1], (bitext.band.lo, bitext.band.hi)
    narrow = _narrowed(limits, posteriors(bitext.band), shapes_to(largest), gold)
    skips = skip_measures(bitext.left, bitext.scale), skip_measures(bitext.right, bitext.scale)
    return Example(name, narrow, _measures(bitext, limits, narrow, largest), skips, largest, gold, wanted)


def _narrowed(
    limits: tuple[Ints, Ints], chances: Sequence[Floats], shapes: Sequence[tuple[int, int]], gold: Sequence[Step]
) -> tuple[Ints, Ints]:
    """First and last node of each row that likely steps, or the right ones, begin or end in."""
    lo, hi = limits[1].copy(), limits[0].copy()
    steps = [
        (i, int(limits[0][i]) + j, *shapes[k]) for i, row in enumerate(chances) for k, j in np.argwhere(row > NEVER)
    ]
    for i, j, a, b in [*steps, *gold]:
        for row, column in ((i, j), (i + a, j + b)):
            if row < len(lo):
                lo[row], hi[row] = min(lo[row], column), max(hi[row], column)
    lo[0], hi[-1] = 0, limits[1][-1]
    return np.minimum.accumulate(lo[::-1])[::-1], np.maximum.accumulate(np.minimum(hi, limits[1][-1]))


def _measures(
    bitext: TextPair, limits: tuple[Ints, Ints], narrow: tuple[Ints, Ints], largest: tuple[int, int]
) -> Floats:
    """MEASURES (len(MEASURES), shapes, nodes) of the beads that begin in the nodes of the narrow band."""
    lo, hi = narrow
    out: list[Floats] = []
    for rows, cols in blocks(limits, len(bitext.right)):
        values = np.stack(list(measure(bitext, rows, cols, largest)), axis=1)
        for i in range(rows.start, rows.stop):
            out.append(node_values(values[:, :, i - rows.start], int(lo[i]) - cols.start, int(hi[i]) - cols.start))
    return np.concatenate(out, axis=2)


def _firsts(limits: tuple[Ints, Ints]) -> Ints:
    """The first node of each row but the last, and the number of their nodes."""
    widths = (limits[1] - limits[0] + 1)[:-1]
    return np.concatenate([[0], np.cumsum(widths)])


def _steps(beads: Sequence[Pairing], max_side: int) -> list[Step]:
    """The gold beads that the aligner could make; all other sentences count as skipped."""
    return [
        (left[0], right[0], len(left), len(right))
        for left, right in beads
        if left and right and max(len(left), len(right)) <= max_side and _unbroken(left) and _unbroken(right)
    ]


def _unbroken(indices: tuple[int, ...]) -> bool:
    return indices[-1] - indices[0] == len(indices) - 1


def _band(example: Example, flat: Floats) -> Band:
    weights, shapes = _weights(flat), shapes_to(example.largest)
    constants = np.array([weights.classes[class_of(shape)] for shape in shapes], dtype=np.float32)[:, None]
    scores = np.tensordot(weights.measures, example.measures, 1) + constants
    beads = np.split(scores, _firsts(example.limits)[1:-1], axis=1)
    beads.append(np.zeros((len(shapes), int(example.limits[1][-1] - example.limits[0][-1]) + 1), dtype=np.float32))
    left, right = (side @ weights.skips + weights.classes[-1] for side in example.skips)
    return Band(*example.limits, shapes, beads, left, right)


def _value(example: Example, flat: Floats) -> float:
    """Log-likelihood of the right path."""
    band = _band(example, flat)
    return float(_sums(example, band, _chosen(band, example.gold)) @ flat - forward(band, np.logaddexp)[-1][-1])


def _slope(example: Example, flat: Floats) -> Floats:
    """Derivative of the log-likelihood of the right path by the flat weights."""
    band = _band(example, flat)
    gold, expected = (_sums(example, band, paths) for paths in (_chosen(band, example.gold), posteriors(band)))
    return np.asarray(COUNTS.get(example.corpus, 1.0) * (gold - expected))


def _chosen(band: Band, steps: Sequence[Step]) -> list[Floats]:
    """As ``posteriors``, for the one path."""
    out = [np.zeros_like(row) for row in band.beads]
    for i, j, a, b in steps:
        out[i][band.shapes.index((a, b)), j - band.lo[i]] = 1
    return out


def _sums(example: Example, band: Band, chances: Sequence[Floats]) -> Floats:
    """Expected sums of all measures, flat as the weights."""
    mass = np.concatenate(chances[:-1], axis=1)
    measures, classes = np.tensordot(example.measures, mass, 2).astype(np.float64), np.zeros(len(CLASSES))
    for shape, chance in zip(band.shapes, mass.sum(axis=1), strict=True):
        classes[class_of(shape)] += chance
    skips = np.zeros(len(SKIP_MEASURES))
    for side, inside in zip(example.skips, covered(band, chances), strict=True):
        classes[-1] += (1 - inside).sum()
        skips += (1 - inside) @ side
    return np.concatenate([measures, skips, classes])


def _flat(weights: Weights) -> Floats:
    return np.concatenate([weights.measures, weights.skips, weights.classes]).astype(np.float64)


def _weights(flat: Floats) -> Weights:
    measures, skips, classes = np.split(flat.astype(np.float32), [len(MEASURES), len(MEASURES) + len(SKIP_MEASURES)])
    return Weights(measures, skips, classes)


if __name__ == "__main__":
    sys.exit(main())
