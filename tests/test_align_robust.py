"""Alignment of what people hand in: empty, equal, lopsided, in one language, with blank lines; and of long texts."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pipeline.align import matching, textpair
from pipeline.align.matching import Windows, find_anchors, heaviest_chain, search_windows
from pipeline.align.path import align, restore_blanks, survey
from pipeline.align.textpair import chunks
from pipeline.cli import cli
from pipeline.config import AlignConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.records import Bead

pytestmark = pytest.mark.slow

PLACES = ("harbour", "station", "library", "bakery", "town hall", "museum", "castle", "stadium", "market", "hospital")
LIEUX = ("le port", "la gare", "la bibliothèque", "la boulangerie", "la mairie", "le musée", "le château", "le stade")
LIEUX += ("le marché", "l'hôpital")
PEOPLE = (
    "The teacher",
    "A fisherman",
    "My aunt",
    "The mayor",
    "Two children",
    "The gardener",
    "An old dog",
    "The nurse",
)
GENS = ("Le professeur", "Un pêcheur", "Ma tante", "Le maire", "Deux enfants", "Le jardinier", "Un vieux chien")
GENS += ("L'infirmière",)
WHEN = ("in winter", "every morning", "on Sunday", "after the storm", "at midnight", "in 1987")
QUAND = ("en hiver", "chaque matin", "dimanche", "après l'orage", "à minuit", "en 1987")
Sides = tuple[list[str], list[str]]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def facing(count: int, seed: int = 3) -> Sides:
    """Sentences and their translations, no two alike."""
    every = list(product(range(len(PEOPLE)), range(len(PLACES)), range(len(WHEN))))
    order = np.random.default_rng(seed).permutation(len(every))[:count]
    chosen = [every[index] for index in order]
    left = [f"{GENS[a]} attend devant {LIEUX[b]} {QUAND[c]}." for a, b, c in chosen]
    return left, [f"{PEOPLE[a]} waits outside the {PLACES[b]} {WHEN[c]}." for a, b, c in chosen]


def right_of(beads: list[Bead]) -> dict[tuple[int, ...], tuple[int, ...]]:
    return {bead.left: bead.right for bead in beads if bead.left}


def covers(beads: list[Bead], left: int, right: int) -> bool:
    sides = [i for bead in beads for i in bead.left], [j for bead in beads for j in bead.right]
    return sides == (list(range(left)), list(range(right)))


def share(beads: list[Bead], expected: dict[int, int]) -> float:
    """The part of the expected pairs (left place to right place) that stand alone in a bead."""
    found = right_of(beads)
    return sum(found.get((i,)) == (j,) for i, j in expected.items()) / len(expected)


def run(tmp_path: Path, left: str, right: str) -> tuple[int, list[str], str]:
    for name, text in (("left", left), ("right", right)):
        (tmp_path / name).write_text(text, "utf-8")
    result = CliRunner().invoke(cli, ["align", str(tmp_path / "left"), str(tmp_path / "right")])
    return result.exit_code, result.stdout.splitlines(), result.stderr


@pytest.mark.parametrize(
    ("left", "right", "beads"),
    [
        ("", "", []),
        ("", "One.\nTwo.\n", ["[]:[0]:1.0000", "[]:[1]:1.0000"]),
        ("Un.\n", "", ["[0]:[]:1.0000"]),
    ],
)
def test_empty_files(tmp_path: Path, left: str, right: str, beads: list[str]) -> None:
    assert run(tmp_path, left, right) == (0, beads, "")


def test_blank_lines_keep_their_numbers(tmp_path: Path) -> None:
    left, right = facing(12)
    status, lines, _ = run(tmp_path, "\n\n".join(left) + "\n", "\n".join(right) + "\n\n\n")
    assert status == 0
    found = {line.rsplit(":", 1)[0] for line in lines}
    assert len(found & {f"[{2 * i}]:[{i}]" for i in range(12)}) >= 11
    assert {f"[{i}]:[]:1.0000" for i in range(1, 23, 2)} | {"[]:[12]:1.0000", "[]:[13]:1.0000"} <= set(lines)


def test_blank_sentences_inside_a_bead_join_it() -> None:
    beads = [Bead((0, 1), (0,), 0.9), Bead((), (1,), 0.8)]
    made = restore_blanks(beads, ([1, 3], [0, 1]), (5, 2))
    assert [(one.left, one.right) for one in made] == [((0,), ()), ((1, 2, 3), (0,)), ((), (1,)), ((4,), ())]


def test_a_file_that_is_missing_is_an_error_of_the_call(tmp_path: Path) -> None:
    (tmp_path / "left").write_text("Un.\n", "utf-8")
    result = CliRunner().invoke(cli, ["align", str(tmp_path / "left"), str(tmp_path / "none")])
    assert result.exit_code != 0


def test_both_files_in_one_language(embedder: Embedder) -> None:
    _, right = facing(40)
    other = [one.replace("waits outside", "is waiting in front of") for one in right]
    beads = align(other, right, embedder, AlignConfig())
    assert covers(beads, 40, 40)
    assert share(beads, {i: i for i in range(40)}) >= 0.95


def test_identical_sides_whatever_they_repeat(embedder: Embedder) -> None:
    texts = ["Yes.", "No.", "Yes.", *facing(20)[1], "Yes.", "Yes.", "No."] * 2
    assert right_of(align(texts, texts, embedder, AlignConfig())) == {(i,): (i,) for i in range(len(texts))}


def test_one_sentence_against_many(embedder: Embedder) -> None:
    left, right = facing(300)
    beads = align(left[140:141], right, embedder, AlignConfig())
    assert covers(beads, 1, 300)
    assert right_of(beads) == {(0,): (140,)}


@pytest.mark.parametrize("place", [0, 60, 120])
@pytest.mark.parametrize("side", [0, 1])
def test_an_added_passage_derails_nothing(embedder: Embedder, place: int, side: int) -> None:
    left, right = facing(200)
    texts = [left[:120], right[:120]]
    added = (left, right)[side][120:]
    texts[side][place:place] = added
    moved = [i + len(added) if i >= place else i for i in range(120)]
    expected = dict(zip(moved, range(120), strict=True)) if side == 0 else dict(enumerate(moved))
    beads = align(*texts, embedder, AlignConfig())
    assert covers(beads, *map(len, texts))
    assert share(beads, expected) >= 0.9


def test_a_section_elsewhere_derails_nothing(embedder: Embedder) -> None:
    left, right = facing(160)
    beads = align(left, right[:40] + right[70:130] + right[40:70] + right[130:], embedder, AlignConfig())
    rest = {i: i for i in [*range(40), *range(130, 160)]} | {i: i - 30 for i in range(70, 130)}
    assert share(beads, rest) >= 0.9


def test_chunks_give_the_beads_of_the_whole(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = facing(400)
    del left[90:95], right[205]
    whole = align(left, right, embedder, AlignConfig())
    for name, value in {"LENGTH": 120, "CHOICE": 60, "CLEAR": 1.05}.items():
        monkeypatch.setattr(textpair, name, value)
    assert len(chunks(survey(left, right, embedder))) >= 4
    cut = align(left, right, embedder, AlignConfig())
    scores = {(bead.left, bead.right): bead.score for bead in whole}
    common = [abs(scores[bead.left, bead.right] - bead.score) for bead in cut if (bead.left, bead.right) in scores]
    assert len(common) >= 0.98 * len(whole)
    assert np.mean(common) < 0.02


def test_chunks_cover_both_texts_in_order(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textpair, "LENGTH", 20)
    monkeypatch.setattr(textpair, "CHOICE", 10)
    left, right = facing(60)
    del right[20:30]
    made = chunks(survey(left, right, embedder))
    assert len(made) > 1
    assert [text for chunk in made for text in chunk.left.texts] == left
    assert [text for chunk in made for text in chunk.right.texts] == right
    ends = [(i + len(chunk.left), j + len(chunk.right)) for chunk in made for i, j in [chunk.origin]]
    assert [chunk.origin for chunk in made] == [(0, 0), *ends[:-1]]


def test_windows_find_what_the_whole_comparison_finds(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = facing(420)
    left, right = left[:300] + left[300:420], right[:100] + right[120:300]  # 20 and 120 have no counterpart
    features = embedder.features(left), embedder.features(right)
    vectors = [embedder.vectors(one) for one in features]
    counts = features[0].counts, features[1].counts
    exact = find_anchors(*vectors, counts).pairs.tolist()
    monkeypatch.setattr(matching, "EXACT", 0)
    monkeypatch.setattr(matching, "SAMPLE", 60)
    made = search_windows(*vectors, counts)
    true = [i if i < 100 else i - 20 for i in range(300) if not 100 <= i < 120]
    inside = [made.lo[i] <= j < made.hi[i] for i, j in zip([*range(100), *range(120, 300)], true, strict=True)]
    assert np.mean(inside) > 0.97
    assert (made.hi - made.lo)[:300].mean() < 150
    windowed = find_anchors(*vectors, counts).pairs.tolist()
    assert sum(pair in exact for pair in windowed) > 0.9 * len(true)


def test_windows_turned_round() -> None:
    found = Windows(np.array([0, 0, 2, 3]), np.array([1, 3, 4, 5]))
    turned = found.turned(5)
    for i, j in product(range(4), range(5)):
        assert (found.lo[i] <= j < found.hi[i]) == (turned.lo[j] <= i < turned.hi[j])


def test_the_heaviest_chain_takes_each_row_once() -> None:
    rows, columns = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 2, 1])
    weights = np.array([1.0, 1.5, 3.0, 1.0, 1.0], dtype=np.float32)
    assert heaviest_chain(rows, columns, weights, 3).tolist() == [2, 4]
