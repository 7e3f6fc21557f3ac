import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from pipeline.align.band import Band, Shape, Step, best_path, covered, forward, posteriors
from pipeline.align.features import MEASURES, SKIP_MEASURES, Weights, score, search_band, skip_measures
from pipeline.align.matching import Anchors, find_anchors
from pipeline.align.path import WEIGHTS, align, signature, survey
from pipeline.config import AlignConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.records import Bead

CASES = json.loads((Path(__file__).parent / "cases" / "align.json").read_text("utf-8"))
SHAPES = ((1, 1), (1, 2), (2, 1), (2, 2))


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def indices(beads: list[Bead]) -> list[list[list[int]]]:
    return [[list(bead.left), list(bead.right)] for bead in beads]


def covers(beads: list[Bead], left: int, right: int) -> bool:
    """Whether every sentence is in one bead, in order."""
    sides = [i for bead in beads for i in bead.left], [j for bead in beads for j in bead.right]
    return sides == (list(range(left)), list(range(right)))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(embedder: Embedder, case: dict) -> None:
    beads = align(case["left"], case["right"], embedder, AlignConfig())
    assert sorted(indices(beads)) == sorted(case["beads"])
    assert covers(beads, len(case["left"]), len(case["right"]))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_turned_round(embedder: Embedder, case: dict) -> None:
    beads = align(case["right"], case["left"], embedder, AlignConfig())
    assert sorted(indices(beads)) == sorted([right, left] for left, right in case["beads"])


def test_scores_are_probabilities_and_features_are_measured(embedder: Embedder) -> None:
    case = CASES[0]
    beads = align(case["left"], case["right"], embedder, AlignConfig())
    assert all(0 <= bead.score <= 1 for bead in beads)
    sure = {bead.shape: bead.score for bead in beads if bead.left == (2,)}
    assert sure["1:1"] > 0.8
    assert {"similarity", "contrast", "leak", "length", "numbers", "names"} <= set(beads[0].features)
    assert beads[0].features["similarity"] > 0.5


def test_empty_sides(embedder: Embedder) -> None:
    assert align([], [], embedder, AlignConfig()) == []
    assert indices(align(["Un.", "Deux."], [], embedder, AlignConfig())) == [[[0], []], [[1], []]]
    assert indices(align([], ["One."], embedder, AlignConfig())) == [[[], [0]]]


def test_blank_sentences(embedder: Embedder) -> None:
    assert covers(align(["", " "], ["", "x", ""], embedder, AlignConfig()), 2, 3)


def test_identical_sides_face_one_to_one(embedder: Embedder) -> None:
    texts = CASES[0]["left"] * 3
    beads = align(texts, texts, embedder, AlignConfig())
    assert indices(beads) == [[[i], [i]] for i in range(len(texts))]


def test_one_sentence_against_a_thousand(embedder: Embedder) -> None:
    many = [f"Item number {i} of the list of spare parts." for i in range(1000)]
    many[640] = "The old lighthouse on the headland was repainted in spring."
    beads = align(CASES[0]["left"][:1], many, embedder, AlignConfig())
    assert covers(beads, 1, 1000)
    assert [bead.right for bead in beads if bead.left] == [(640,)]


def test_texts_that_have_nothing_to_do_with_each_other(embedder: Embedder) -> None:
    others = [
        "The bank raised its rate by a quarter of a point.",
        "Goalkeepers train twice a day.",
        "Add salt and stir.",
    ]
    beads = align(CASES[2]["left"], others, embedder, AlignConfig())
    assert all(bead.score < 0.8 for bead in beads if bead.left and bead.right)


def test_a_bead_is_no_larger_than_allowed(embedder: Embedder) -> None:
    case = CASES[0]
    beads = align(case["left"], case["right"], embedder, AlignConfig(max_side=1))
    assert {bead.shape for bead in beads} <= {"1:1", "1:0", "0:1"}
    assert covers(beads, len(case["left"]), len(case["right"]))


def test_the_signature_follows_the_settings_that_matter(embedder: Embedder) -> None:
    usual = signature(embedder, AlignConfig())
    assert usual.key == signature(embedder, AlignConfig(topic=0.9)).key
    assert usual.key != signature(embedder, AlignConfig(max_side=3)).key


def some_band(seed: int, lo: list[int], hi: list[int]) -> Band:
    random = np.random.default_rng(seed)
    n, m = len(lo) - 1, hi[-1]
    beads = [random.normal(size=(len(SHAPES), b - a + 1)).astype(np.float32) for a, b in zip(lo, hi, strict=True)]
    skips = (random.normal(size=size).astype(np.float32) - 1 for size in (n, m))
    return Band(np.array(lo), np.array(hi), SHAPES, beads, *skips)


def all_paths(band: Band, i: int = 0, j: int = 0) -> list[list[Step]]:
    """Every path from (i, j) through the band, by brute force."""
    n, m = len(band.lo) - 1, int(band.hi[-1])
    if (i, j) == (n, m):
        return [[]]
    steps: list[Shape] = [(1, 0), (0, 1), *SHAPES]
    inside = [(a, b) for a, b in steps if i + a <= n and band.lo[i + a] <= j + b <= band.hi[i + a]]
    return [[(i, j, a, b), *rest] for a, b in inside for rest in all_paths(band, i + a, j + b)]


def total(band: Band, path: list[Step]) -> float:
    out = 0.0
    for i, j, a, b in path:
        if a and b:
            out += band.beads[i][SHAPES.index((a, b)), j - band.lo[i]]
        else:
            out += band.left_skips[i] if a else band.right_skips[j]
    return float(out)


BANDS = [([0, 0, 0, 0], [3, 3, 3, 3]), ([0, 0, 1, 2, 2], [1, 2, 4, 4, 4]), ([0, 0], [5, 5]), ([0, 0, 0], [1, 1, 1])]


@pytest.mark.parametrize(("seed", "limits"), list(product(range(4), BANDS)))
def test_sums_over_a_band_agree_with_counting_all_paths(seed: int, limits: tuple[list[int], list[int]]) -> None:
    band = some_band(seed, *limits)
    paths = all_paths(band)
    sums = np.array([total(band, path) for path in paths])
    whole = np.logaddexp.reduce(sums)
    assert forward(band, np.logaddexp)[-1][-1] == pytest.approx(whole, abs=1e-3)
    assert total(band, best_path(band)) == pytest.approx(sums.max(), abs=1e-4)
    chances = posteriors(band)
    step = next(step for path in paths for step in path if step[2] and step[3])
    expected = sum(np.exp(value - whole) for value, path in zip(sums, paths, strict=True) if step in path)
    i, j, a, b = step
    assert chances[i][SHAPES.index((a, b)), j - band.lo[i]] == pytest.approx(expected, abs=1e-3)
    left, _ = covered(band, chances)
    seen = [sum(i <= 0 < i + a and b > 0 for i, _, a, b in path) for path in paths]
    assert left[0] == pytest.approx(float(np.exp(sums - whole) @ np.array(seen)), abs=1e-3)


def test_the_chain_survives_a_moved_section() -> None:
    rows = np.eye(12, dtype=np.float32)
    moved = np.concatenate([rows[:4], rows[10:], rows[4:10]])
    counts = np.ones(12, dtype=np.float32)
    pairs = find_anchors(rows, moved, (counts, counts)).pairs
    assert pairs.tolist() == [[i, i if i < 4 else i + 2] for i in range(10)]


def test_the_band_spans_a_jump() -> None:
    ones = np.ones(4, dtype=np.float32)
    anchors = Anchors(np.array([(0, 0), (1, 1), (2, 40), (3, 41)]), ones, ones, (ones, ones))
    lo, hi = search_band(anchors, (4, 42), 2)
    assert lo.tolist()[0] == 0
    assert hi.tolist()[-1] == 42
    assert lo[2] <= 2
    assert hi[1] >= 40


def test_a_renumbered_list_is_aligned_by_its_contents(embedder: Embedder) -> None:
    left = ["1. Le pain", "2. Le beurre", "3. Les noix", "4. Le miel", "5. Le sel"]
    right = ["1. Bread", "2. Butter", "3. Honey", "4. Salt"]
    beads = align(left, right, embedder, AlignConfig())
    assert {bead.left: bead.right for bead in beads if bead.left} == {
        (0,): (0,),
        (1,): (1,),
        (2,): (),
        (3,): (2,),
        (4,): (3,),
    }


def test_lengths_are_judged_by_how_far_they_stray_in_this_pair_of_texts(embedder: Embedder) -> None:
    left = [f"Le train numéro {number} part du quai {number + 3} à midi." for number in range(20)]
    right = [f"Train number {number} leaves from platform {number + 3} at noon." for number in range(20)]
    uneven = [
        [text if k % 2 == side else f"{text} {text}" for k, text in enumerate(left_or_right)]
        for side, left_or_right in enumerate((left, right))
    ]
    spreads = [
        score(survey(*sides, embedder), embedder, AlignConfig(), WEIGHTS).spread for sides in ((left, right), uneven)
    ]
    assert 0 < spreads[0] < spreads[1] / 2


def test_the_nearest_sentence_opposite_counts_on_the_scale_of_the_pair(embedder: Embedder) -> None:
    bitext = survey(["Le bac est parti.", "Il pleut."], ["The ferry has gone.", "It rains."], embedder)
    side = score(bitext, embedder, AlignConfig(), Weights(*map(np.zeros, (len(MEASURES), len(SKIP_MEASURES), 6)))).left
    measured = [skip_measures(side, scale)[:, SKIP_MEASURES.index("best similarity")] for scale in (1.0, 2.0)]
    np.testing.assert_allclose(measured[1] + 0.5, 2 * (measured[0] + 0.5), rtol=1e-5)
