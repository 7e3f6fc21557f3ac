"""Sentences of two documents that face each other: beads in order, up to 5:5, with insertions and deletions.

Two passes, as in Bertalign (Liu & Zhu 2022): a chain of 1:1 anchors, then the best path in a band around it. Scores
are posterior probabilities of a conditional random field (Lafferty et al. 2001; forward and backward sums over the
band). How often each shape occurs is learnt from the pair at hand: a first look with the general frequencies gives
expected counts, and the second uses those.

One value goes through it all (``textpair.TextPair``): ``survey`` gives it anchors, ``chunks`` cuts it,
``features.score`` gives each chunk the scores of its beads, ``decode`` makes beads of them.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from pipeline import weights
from pipeline.align.band import Band, Step, best_path, covered, posteriors
from pipeline.align.bound import Bound, parts, skipping
from pipeline.align.features import CLASSES, MEASURES, SKIP_MEASURES, Weights, class_of, describe, score
from pipeline.align.lexical import vocabularies
from pipeline.align.matching import Anchors, find_anchors
from pipeline.align.textpair import TextPair, chunks, compose
from pipeline.calibration import vector
from pipeline.config import AlignConfig
from pipeline.embedding.embed import Embedder, Floats
from pipeline.embedding.threads import workers
from pipeline.language.counterparts import check_pair, unmatched
from pipeline.language.quantities import label_of, without_label
from pipeline.provenance import sign
from pipeline.records import Alignment, Bead, Segment, Signature

SAME_LABELS = 0.9  # of labelled counterparts with the same label, from which labels are no coincidence
SAMPLE = 6  # chunks of a long text in which beads are counted
NEAR = 10  # sentences on either side of one that decide whether it is in a passage that the other side lacks:
PASSAGE = 0.8  # from this share of skipped ones it is
PARALLEL = 4  # chunks of a long text in memory at once, at most
PSEUDO = 20  # beads with the general frequencies, added to those that were counted
FURTHEST = 2.0  # that a class may move from its general log-frequency
FITTED = weights.load("align/aligner.toml")
WEIGHTS = Weights(
    measures=vector(FITTED["measures"], MEASURES),
    skips=vector(FITTED["skips"], SKIP_MEASURES),
    classes=vector(FITTED["classes"], CLASSES),
)
BoundKeys: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]  # a bead by the keys of its segments
# Of beads in the development sets, by class; skipped sentences for each bead.
FREQUENCIES = vector(FITTED["frequencies"], CLASSES)


def align(
    left: Sequence[str], right: Sequence[str], embedder: Embedder, config: AlignConfig, bound: Sequence[Bound] = ()
) -> list[Bead]:
    """Beads that cover every sentence of both sides once, in order.

    A bead with an empty side is a sentence that the other side lacks, or a blank one. ``score`` is the probability,
    given that the two texts face each other, that just this bead is right. ``features`` holds what it was judged by,
    unweighted. ``bound`` are beads that stand already, by their sentences' places, each in one at most (``bound``).
    """
    written = _written(left), _written(right)
    texts = [left[i] for i in written[0]], [right[j] for j in written[1]]
    places = _among_written(bound, written)
    beads = _align_written(*texts, embedder, config, places) if all(texts) else []
    return restore_blanks(beads, written if beads else ((), ()), (len(left), len(right)))


def align_segments(
    left: Sequence[Segment],
    right: Sequence[Segment],
    embedder: Embedder,
    config: AlignConfig,
    bound: Sequence[BoundKeys] = (),
) -> Iterator[Alignment]:
    """``align``, of segments: the beads as alignments of their keys.

    Of ``bound``, beads by their segments' keys, those count of which all segments are here, in their order.
    """
    method = signature(embedder, config)
    texts_of = [segment.text for segment in left], [segment.text for segment in right]
    for bead in align(*texts_of, embedder, config, _placed(bound, left, right)):
        sides = tuple(left[i].key for i in bead.left), tuple(right[j].key for j in bead.right)
        texts = " ".join(left[i].text for i in bead.left), " ".join(right[j].text for j in bead.right)
        spoken = {segment.code for segment in (*(left[i] for i in bead.left), *(right[j] for j in bead.right))}
        findings = check_pair(*texts, spoken) if all(texts) else ()
        yield Alignment("bitext", *sides, bead.score, method, bead.features, findings=findings)


def signature(embedder: Embedder, config: AlignConfig) -> Signature:
    """How ``align`` makes its beads."""
    return sign("align", "enregard-path", {"max_side": config.max_side, "reach": config.reach}, embedder.signature)


def survey(left: Sequence[str], right: Sequence[str], embedder: Embedder) -> TextPair:
    """The first pass over two texts, neither empty: their words, and a chain of likely counterparts.

    The number of an item at a line's head is a label and no content, unless the contents bear the labels out: lists are
    renumbered.
    """
    bare = [without_label(text) for text in left], [without_label(text) for text in right]
    if bare == (list(left), list(right)):
        return _survey(left, right, embedder)
    pair = _survey(bare[0], bare[1], embedder)
    return _survey(left, right, embedder) if _labels_agree(left, right, pair.anchors) else pair


def _labels_agree(left: Sequence[str], right: Sequence[str], anchors: Anchors) -> bool:
    """Whether of likely counterparts that both have a label nearly all have the same one."""
    labels = [(label_of(left[i]), label_of(right[j])) for i, j in anchors.pairs.tolist()]
    both = [ours == theirs for ours, theirs in labels if ours and theirs]
    return bool(both) and sum(both) >= SAME_LABELS * len(both)


def _survey(left: Sequence[str], right: Sequence[str], embedder: Embedder) -> TextPair:
    features = embedder.features(left, joined=True), embedder.features(right, joined=True)
    counts = features[0].counts, features[1].counts
    anchors = find_anchors(embedder.vectors(features[0]), embedder.vectors(features[1]), counts)
    return compose((left, right), features, vocabularies(left, right, embedder), anchors)


def adapt(band: Band, counts: Floats, general: Floats = FREQUENCIES) -> Band:
    """The band with the classes' constants moved from ``general`` frequencies to what was counted in this very pair."""
    beads = counts[:-1].sum()
    frequencies = (counts + PSEUDO * general) / (beads + PSEUDO)
    shifts = np.clip(np.log(frequencies / general), -FURTHEST, FURTHEST).astype(np.float32)
    by_shape = np.array([shifts[class_of(shape)] for shape in band.shapes], dtype=np.float32)[:, None]
    return replace(
        band,
        beads=[row + by_shape for row in band.beads],
        left_skips=band.left_skips + shifts[-1],
        right_skips=band.right_skips + shifts[-1],
    )


def count_beads(band: Band) -> Floats:
    """Expected beads of each class, and skipped sentences."""
    chances = posteriors(band)
    counts = np.zeros(len(CLASSES), dtype=np.float32)
    expected = np.sum([row.sum(axis=1) for row in chances], axis=0)
    for number, shape in zip(expected, band.shapes, strict=True):
        counts[class_of(shape)] += number
    counts[-1] = sum(_count_skips(1 - side) for side in covered(band, chances))
    return counts


def decode(bitext: TextPair, counts: Floats) -> list[Bead]:
    """The beads of a scored bitext, with places in the whole. Raises ValueError if it was not scored."""
    if bitext.band is None:
        raise ValueError("the bitext has no scores yet")
    band = adapt(bitext.band, counts)
    chances = posteriors(band)
    coverage = covered(band, chances)
    steps = [part for step in best_path(band) for part in _kept(band, chances, coverage, step)]
    features = describe(bitext, [step for step in steps if step[2] and step[3]])
    (rows, cols), beads = bitext.origin, []
    for step in steps:
        i, j, a, b = step
        sides = tuple(range(rows + i, rows + i + a)), tuple(range(cols + j, cols + j + b))
        nearest = float(bitext.left.nearest[i] if a else bitext.right.nearest[j])
        evidence = features.get(step, {"best": round(nearest, 4)})
        beads.append(Bead(*sides, round(_chance(band, chances, coverage, step), 4), evidence))
    return beads


def restore_blanks(
    beads: Sequence[Bead], written: tuple[Sequence[int], Sequence[int]], sizes: tuple[int, int]
) -> list[Bead]:
    """Beads of the ``written`` sentences as beads of all: a blank inside a bead joins it, any other stands alone."""
    if (len(written[0]), len(written[1])) == sizes:
        return list(beads)
    return list(_with_blanks(beads, written, sizes))


def _align_written(
    left: Sequence[str], right: Sequence[str], embedder: Embedder, config: AlignConfig, bound: Sequence[Bound]
) -> list[Bead]:
    """The beads of two texts, neither empty, without blank sentences."""

    def scored(chunk: TextPair) -> TextPair:
        return chunk if chunk.band else skipping(score(chunk, embedder, config, WEIGHTS), bound)

    with workers(PARALLEL) as pool:
        whole = survey(left, right, embedder)
        pieces = list(_pieces(whole, bound))
        sampled = [(place, piece) for place, piece in enumerate(pieces) if isinstance(piece, TextPair)]
        sampled = sampled[:: -(-len(chunks(whole)) // SAMPLE)]
        for (place, _), piece in zip(sampled, pool.map(scored, [piece for _, piece in sampled]), strict=True):
            pieces[place] = piece
        counts = _expected([piece.band for piece in pieces if isinstance(piece, TextPair) and piece.band], pool)
        decoded = pool.map(lambda piece: [piece] if isinstance(piece, Bead) else decode(scored(piece), counts), pieces)
        return [_compare(bead, left, right) for beads in decoded for bead in beads]


def _expected(bands: Sequence[Band], pool: Executor) -> Floats:
    """``count_beads`` of all."""
    return sum(pool.map(count_beads, bands), start=np.zeros(len(CLASSES), dtype=np.float32))


def _pieces(whole: TextPair, bound: Sequence[Bound]) -> Iterator[TextPair | Bead]:
    """Chunks of what lies between bound beads, and they themselves, in order."""
    for part in parts(whole, bound):
        yield from [part] if isinstance(part, Bead) else chunks(part)


def _among_written(bound: Sequence[Bound], written: tuple[Sequence[int], Sequence[int]]) -> list[Bound]:
    """Bound beads by the places of their sentences among those that are not blank."""
    places = [{index: place for place, index in enumerate(side)} for side in written]
    found = [
        tuple(tuple(place[index] for index in side if index in place) for side, place in zip(bead, places, strict=True))
        for bead in bound
    ]
    return [(left, right) for left, right in found if left or right]


def _placed(bound: Sequence[BoundKeys], left: Sequence[Segment], right: Sequence[Segment]) -> list[Bound]:
    """Those of ``bound`` of which all segments are here, one after the other."""
    places = [{segment.key: place for place, segment in enumerate(side)} for side in (left, right)]
    found = []
    for bead in bound:
        sides = [tuple(place.get(key, -1) for key in keys) for keys, place in zip(bead, places, strict=True)]
        if all(side == tuple(range(side[0], side[0] + len(side))) and side[0] >= 0 for side in sides if side):
            found.append((sides[0], sides[1]))
    return found


def _compare(bead: Bead, left: Sequence[str], right: Sequence[str]) -> Bead:
    """The bead with how many numbers and names of either side have no counterpart, where it has two sides."""
    if not bead.left or not bead.right:
        return bead
    texts = " ".join(left[i] for i in bead.left), " ".join(right[j] for j in bead.right)
    missing = [mismatch.what for mismatch in unmatched(*texts)]
    lacks = {"numbers": float(missing.count("number")), "names": float(missing.count("name"))}
    return replace(bead, features={**bead.features, **lacks})


def _count_skips(skipped: Floats) -> float:
    """The number of skips, without passages that the other side lacks: those say nothing about the rest."""
    near = np.ones(2 * NEAR + 1)
    share = np.convolve(skipped, near)[NEAR:-NEAR] / np.convolve(np.ones(len(skipped)), near)[NEAR:-NEAR]
    return float(skipped[share < PASSAGE].sum())


def _kept(band: Band, chances: Sequence[Floats], coverage: tuple[Floats, Floats], step: Step) -> list[Step]:
    """A bead, or its sentences one by one where each of them is likelier to face nothing than the bead is right."""
    i, j, a, b = step
    alone = [(row, j, 1, 0) for row in range(i, i + a)] + [(i + a, col, 0, 1) for col in range(j, j + b)]
    skipped = min(_chance(band, chances, coverage, sentence) for sentence in alone)
    return alone if _chance(band, chances, coverage, step) < skipped else [step]


def _chance(band: Band, chances: Sequence[Floats], coverage: tuple[Floats, Floats], step: Step) -> float:
    """The probability of a step: of just this bead, or of a sentence to be in no bead."""
    i, j, a, b = step
    if a and b:
        return float(chances[i][band.shapes.index((a, b)), j - band.lo[i]])
    return float(1 - (coverage[0][i] if a else coverage[1][j]))


def _written(texts: Sequence[str]) -> list[int]:
    """The places of texts that are not blank."""
    return [index for index, text in enumerate(texts) if text.strip()]


def _with_blanks(
    beads: Sequence[Bead], written: tuple[Sequence[int], Sequence[int]], sizes: tuple[int, int]
) -> Iterator[Bead]:
    begins = [0, 0]
    for bead in beads:
        sides = [_spread(side, indices) for side, indices in zip((bead.left, bead.right), written, strict=True)]
        upto = [side[0] if side else begin for side, begin in zip(sides, begins, strict=True)]
        yield from _alone(begins, upto)
        yield replace(bead, left=sides[0], right=sides[1])
        begins = [side[-1] + 1 if side else begin for side, begin in zip(sides, upto, strict=True)]
    yield from _alone(begins, sizes)


def _spread(side: tuple[int, ...], written: Sequence[int]) -> tuple[int, ...]:
    return tuple(range(written[side[0]], written[side[-1]] + 1)) if side else ()


def _alone(begins: Sequence[int], ends: Sequence[int]) -> Iterator[Bead]:
    yield from (Bead((i,), (), 1.0) for i in range(begins[0], ends[0]))
    yield from (Bead((), (j,), 1.0) for j in range(begins[1], ends[1]))
