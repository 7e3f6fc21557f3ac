"""Sentences of two documents that face each other: beads in order, up to 5:5, with insertions and deletions.

Two passes, as in Bertalign (Liu & Zhu 2022): a chain of 1:1 anchors, then the best path in a band around it. Scores
are posterior probabilities of a conditional random field (Lafferty et al. 2001; forward and backward sums over the
band). How often each shape occurs is learnt from the pair at hand: a first look with the general frequencies gives
expected counts, and the second uses those.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline import weights
from pipeline.align.anchors import Survey, around, chain, surest, usual
from pipeline.align.band import Band, Ints, Step, best_path, covered, posteriors
from pipeline.align.blanks import restored, written
from pipeline.align.calibration import vector
from pipeline.align.coverage import Words, words
from pipeline.align.lattice import (
    CLASSES,
    MEASURES,
    SKIP_MEASURES,
    Facing,
    Weights,
    class_of,
    face,
    scored,
    shown,
    side,
)
from pipeline.align.parts import Part, pairs_of, parts
from pipeline.align.windows import look
from pipeline.config import AlignConfig
from pipeline.embedding.embed import Embedder, Features, Floats, runs
from pipeline.embedding.threads import workers
from pipeline.language.counterparts import unmatched
from pipeline.records import Alignment, Bead, Segment, Signature

VERSION = "2"  # changes whenever the same settings may give another path
USUAL = 0.75  # similarity of a typical 1:1 bead, to which each pair of texts is scaled
SAMPLE = 6  # parts of a long text in which beads are counted
NEAR = 10  # sentences on either side of one that decide whether it is in a passage that the other side lacks:
PASSAGE = 0.8  # from this share of skipped ones it is
PARALLEL = 4  # parts of a long text in memory at once, at most
PSEUDO = 20  # beads with the general frequencies, added to those that were counted
FURTHEST = 2.0  # that a class may move from its general log-frequency
FITTED = weights.load("align/aligner.toml")
WEIGHTS = Weights(
    measures=vector(FITTED["measures"], MEASURES),
    skips=vector(FITTED["skips"], SKIP_MEASURES),
    classes=vector(FITTED["classes"], CLASSES),
)
# Of beads in the development sets, by class; skipped sentences for each bead.
FREQUENCIES = vector(FITTED["frequencies"], CLASSES)


@dataclass(frozen=True, slots=True)
class Overview:
    """Two texts after the first pass: features, words, neighbours, the likely pairs, the factor of similarities."""

    texts: tuple[Sequence[str], Sequence[str]]
    features: tuple[Features, Features]
    words: tuple[Words, Words]
    found: Survey
    pairs: list[tuple[int, int]]
    scale: float


@dataclass(frozen=True, slots=True)
class Opened:
    """A part of both texts, face to face, and the scores of its band with the general weights."""

    part: Part
    facing: Facing
    band: Band


def align(left: Sequence[str], right: Sequence[str], embedder: Embedder, config: AlignConfig) -> list[Bead]:
    """Beads that cover every sentence of both sides once, in order.

    A bead with an empty side is a sentence that the other side lacks, or a blank one. ``score`` is the probability,
    given that the two texts face each other, that just this bead is right. ``features`` holds what it was judged by,
    unweighted.
    """
    kept = written(left), written(right)
    texts = [left[i] for i in kept[0]], [right[j] for j in kept[1]]
    beads = _aligned(*texts, embedder, config) if all(texts) else []
    return restored(beads, kept if beads else ((), ()), (len(left), len(right)))


def align_segments(
    left: Sequence[Segment], right: Sequence[Segment], embedder: Embedder, config: AlignConfig
) -> Iterator[Alignment]:
    """``align``, of segments: the beads as alignments of their keys."""
    made = signature(embedder, config)
    for bead in align([one.text for one in left], [one.text for one in right], embedder, config):
        sides = tuple(left[i].key for i in bead.left), tuple(right[j].key for j in bead.right)
        yield Alignment("bitext", *sides, bead.score, made, bead.features)


def _aligned(left: Sequence[str], right: Sequence[str], embedder: Embedder, config: AlignConfig) -> list[Bead]:
    """The beads of two texts, neither empty, without blank sentences."""
    with workers(PARALLEL) as pool:
        view = overview(left, right, embedder)
        places = parts(view.found, view.pairs)
        some = places[:: -(-len(places) // SAMPLE)]
        seen = list(pool.map(lambda part: _opened(view, part, embedder, config), some))
        counts = np.sum(list(pool.map(lambda one: counted(one.band), seen)), axis=0)
        known = dict(zip((part.rows.start for part in some), seen, strict=True))

        def beads(part: Part) -> list[Bead]:
            found = _beads(known.get(part.rows.start) or _opened(view, part, embedder, config), counts)
            return [_compared(bead, view.texts) for bead in found]

        return [bead for found in pool.map(beads, places) for bead in found]


def signature(embedder: Embedder, config: AlignConfig) -> Signature:
    """How ``align`` makes its beads."""
    model = embedder.signature
    made = {"embedder": f"{model.engine}-{model.version}", "max_side": config.max_side, "reach": config.reach}
    return Signature("align", "enregard-path", VERSION, model.model, model.model_sha256, made)


def prepare(
    left: Sequence[str], right: Sequence[str], embedder: Embedder, config: AlignConfig
) -> tuple[Facing, tuple[Ints, Ints]]:
    """Both texts (neither empty) face to face, and the band of nodes to search."""
    whole = Part(slice(0, len(left)), slice(0, len(right)))
    return _faced(overview(left, right, embedder), whole, embedder, config)


def overview(left: Sequence[str], right: Sequence[str], embedder: Embedder) -> Overview:
    """The first pass over two texts, neither empty."""
    features = embedder.features(left, joined=True), embedder.features(right, joined=True)
    counts = features[0].counts, features[1].counts
    found = look(embedder.vectors(features[0]), embedder.vectors(features[1]), counts)
    pairs = chain(found)
    known = words(left, right, embedder)
    return Overview((left, right), features, known, found, pairs, USUAL / usual(found, pairs, USUAL))


def _faced(view: Overview, part: Part, embedder: Embedder, config: AlignConfig) -> tuple[Facing, tuple[Ints, Ints]]:
    """A part of both texts face to face, and the band of its nodes to search."""
    rows, cols = part
    vectors = [runs(embedder, one.part(texts), config.max_side) for one, texts in zip(view.features, part, strict=True)]
    left, right = (texts[places] for texts, places in zip(view.texts, part, strict=True))
    pairs = pairs_of(part, view.pairs)
    known = [one.part(places) for one, places in zip(view.words, part, strict=True)]
    facing = face(
        side(left, vectors[0], known[0], view.found.left_best[rows]),
        side(right, vectors[1], known[1], view.found.right_best[cols]),
        surest(view.found.part(rows, cols), pairs),
        view.scale,
    )
    return facing, around(pairs, (len(left), len(right)), config.reach)


def _opened(view: Overview, part: Part, embedder: Embedder, config: AlignConfig) -> Opened:
    facing, limits = _faced(view, part, embedder, config)
    return Opened(part, facing, scored(facing, limits, WEIGHTS))


def _beads(one: Opened, counts: Floats) -> list[Bead]:
    """The beads of one part, with places in the whole."""
    band = adapted(one.band, counts)
    chances = posteriors(band)
    seen = covered(band, chances)
    steps = best_path(band)
    told = shown(one.facing, [step for step in steps if step[2] and step[3]])
    beads = [_bead(one.facing, step, _chance(band, chances, seen, step), told) for step in steps]
    rows, cols = one.part
    return [replace(bead, left=_moved(bead.left, rows), right=_moved(bead.right, cols)) for bead in beads]


def _compared(bead: Bead, texts: tuple[Sequence[str], Sequence[str]]) -> Bead:
    """The bead with how many numbers and names of either side have no counterpart, where it has two sides."""
    if not bead.left or not bead.right:
        return bead
    left, right = (" ".join(side[k] for k in some) for side, some in zip(texts, (bead.left, bead.right), strict=True))
    missing = [one.what for one in unmatched(left, right)]
    lacks = {"numbers": float(missing.count("number")), "names": float(missing.count("name"))}
    return replace(bead, features={**bead.features, **lacks})


def _moved(places: tuple[int, ...], within: slice) -> tuple[int, ...]:
    return tuple(within.start + place for place in places)


def counted(band: Band) -> Floats:
    """Expected beads of each class, and skipped sentences."""
    return _counts(band, posteriors(band))


def adapted(band: Band, counts: Floats) -> Band:
    """The band with the classes' constants moved to what was ``counted`` in this very pair of texts."""
    beads = counts[:-1].sum()
    frequencies = (counts + PSEUDO * FREQUENCIES) / (beads + PSEUDO)
    shifts = np.clip(np.log(frequencies / FREQUENCIES), -FURTHEST, FURTHEST).astype(np.float32)
    by_shape = np.array([shifts[class_of(shape)] for shape in band.shapes], dtype=np.float32)[:, None]
    return replace(
        band,
        beads=[row + by_shape for row in band.beads],
        left_skips=band.left_skips + shifts[-1],
        right_skips=band.right_skips + shifts[-1],
    )


def _counts(band: Band, chances: Sequence[Floats]) -> Floats:
    """Expected beads of each class, and skipped sentences."""
    counts = np.zeros(len(CLASSES), dtype=np.float32)
    expected = np.sum([row.sum(axis=1) for row in chances], axis=0)
    for number, shape in zip(expected, band.shapes, strict=True):
        counts[class_of(shape)] += number
    counts[-1] = sum(_stray(1 - one) for one in covered(band, chances))
    return counts


def _stray(skipped: Floats) -> float:
    """The number of skips, without passages that the other side lacks: those say nothing about the rest."""
    near = np.ones(2 * NEAR + 1)
    share = np.convolve(skipped, near)[NEAR:-NEAR] / np.convolve(np.ones(len(skipped)), near)[NEAR:-NEAR]
    return float(skipped[share < PASSAGE].sum())


def _bead(facing: Facing, step: Step, score: float, told: Mapping[Step, Mapping[str, float]]) -> Bead:
    i, j, a, b = step
    best = facing.left.best[i : i + 1] if a else facing.right.best[j : j + 1]
    features = told.get(step) or {"best": round(float(best[0]), 4)}
    return Bead(tuple(range(i, i + a)), tuple(range(j, j + b)), round(score, 4), features)


def _chance(band: Band, chances: Sequence[Floats], seen: tuple[Floats, Floats], step: Step) -> float:
    """The probability of a step: of just this bead, or of a sentence to be in no bead."""
    i, j, a, b = step
    if a and b:
        return float(chances[i][band.shapes.index((a, b)), j - band.lo[i]])
    return float(1 - (seen[0][i] if a else seen[1][j]))
