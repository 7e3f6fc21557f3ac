import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import pytest

from pipeline.align import matching
from pipeline.align.matching import (
    Match,
    Neighbours,
    best_first,
    crowding,
    local_chains,
    margin,
    mutual_best,
    nearest,
    nearest_both,
)
from pipeline.batches import batched
from pipeline.embedding.embed import Floats

Item = TypeVar("Item")
Result = TypeVar("Result")


def made(*sizes: int) -> list[Floats]:
    random = np.random.default_rng(5)
    return [random.normal(size=(size, 8)).astype(np.float32) for size in sizes]


def test_blocks_do_not_change_the_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = made(40, 30)
    whole = nearest(x, y, 4)
    monkeypatch.setattr(matching, "CELLS", 90)
    parts = nearest(x, y, 4)
    assert (whole.indices == parts.indices).all()
    assert (whole.indices[:, 0] == (x @ y.T).argmax(axis=1)).all()
    assert nearest(x, y[:2], 4).indices.shape == (40, 2)


@pytest.mark.parametrize("sizes", [(40, 30), (3, 70), (70, 3), (1, 1), (0, 5), (5, 0)])
@pytest.mark.parametrize("tile", [2, 7, 64])
def test_both_directions_at_once_are_as_one_by_one(
    sizes: tuple[int, int], tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "TILE", tile)
    x, y = made(*sizes)
    for found, wanted in zip(nearest_both(x, y, 4), (nearest(x, y, 4), nearest(y, x, 4)), strict=True):
        same(found, wanted)


def test_many_tiles_of_which_few_cells_are_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "TILE", 32)
    x, y = made(700, 900)
    there, back = nearest_both(x, y, 3)
    same(there, nearest(x, y, 3))
    same(back, nearest(y, x, 3))


@pytest.mark.parametrize("ahead", [1, 3, 1_000])
def test_tiles_that_others_compare_give_the_same(ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever compares a tile knows only what was near some tiles before; many products are equal."""

    def share(work: Callable[..., Result], items: Iterable[Item], count: int) -> Iterator[Result]:
        assert count == 35
        for batch in batched(items, ahead):
            yield from [pickle.loads(pickle.dumps(work(None, pickle.loads(pickle.dumps(item))))) for item in batch]

    monkeypatch.setattr(matching, "TILE", 20)
    x, y = (np.random.default_rng(7).integers(-2, 3, (size, 6)).astype(np.int16) for size in (130, 90))
    for made_here, made_by_others in zip(nearest_both(x, y, 5), nearest_both(x, y, 5, share=share), strict=True):
        assert (made_here.indices == made_by_others.indices).all()
        assert (made_here.similarities == made_by_others.similarities).all()


def test_equal_vectors_are_all_as_near() -> None:
    x = np.ones((50, 4), dtype=np.float32) / 2
    there, back = nearest_both(x, x[:20], 4)
    assert (there.similarities == 1).all() and (back.similarities == 1).all()
    assert all(len(set(row)) == 4 for row in there.indices.tolist())


def same(found: Neighbours, wanted: Neighbours) -> None:
    assert (found.indices == wanted.indices).all()
    assert found.similarities == pytest.approx(wanted.similarities, abs=1e-5)


def vectors(count: int, seed: int) -> Floats:
    made = np.random.default_rng(seed).normal(size=(count, 64)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_a_text_near_to_everything_draws_nothing() -> None:
    similar = np.array([0.7, 0.7], dtype=np.float32)
    alone, crowded = np.full(2, 0.35, np.float32), np.array([0.35, 0.7], np.float32)
    assert margin(similar, alone, crowded).tolist() == pytest.approx([2.0, 0.7 / 0.525])


def test_neighbours_that_a_small_set_lacks_count_as_the_floor() -> None:
    near = np.array([[0.9, 0.1]], dtype=np.float32)
    assert crowding(near, 4).tolist() == pytest.approx([(0.9 + 3 * matching.FLOOR) / 4])


def test_best_first_links_on_where_the_mutual_best_stop() -> None:
    rows, columns, scores = np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([0.9, 0.5, 0.8])
    assert mutual_best(rows, columns, scores).tolist() == [0]
    rows, columns, scores = np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([0.9, 0.8, 0.3])
    assert best_first(rows, columns, scores).tolist() == [0, 2]
    assert mutual_best(rows, columns, scores).tolist() == [0]


def taken_one_by_one(rows: Sequence[int], columns: Sequence[int], scores: Sequence[float]) -> list[int]:
    linked: set[tuple[str, int]] = set()
    out = []
    for k in sorted(range(len(scores)), key=lambda k: -scores[k]):
        both = {("row", rows[k]), ("column", columns[k])}
        if not both & linked:
            linked |= both
            out.append(k)
    return out


@pytest.mark.parametrize("size", [1, 5, 60])
def test_pairs_that_are_taken_many_at_once_are_those_taken_one_by_one(size: int) -> None:
    chance = np.random.default_rng(size)
    rows, columns = chance.integers(0, size, (2, 200))
    scores = np.round(chance.random(200), 2)
    one_by_one = taken_one_by_one(rows.tolist(), columns.tolist(), scores.tolist())
    assert best_first(rows, columns, scores).tolist() == one_by_one


def test_a_chain_of_pairs_each_worse_than_the_last_is_followed_to_its_end() -> None:
    steps = np.arange(10 * matching.ROUNDS)
    assert best_first(steps // 2, (steps + 1) // 2, -steps).tolist() == steps[::2].tolist()


def test_chains_go_over_gaps_and_not_backwards() -> None:
    matches = [Match(0, 10, 0.9), Match(1, 11, 0.8), Match(2, 0, 0.9), Match(5, 3, 0.9), Match(30, 4, 0.9)]
    assert local_chains(matches) == [
        [Match(2, 0, 0.9), Match(5, 3, 0.9)],
        [Match(0, 10, 0.9), Match(1, 11, 0.8)],
        [Match(30, 4, 0.9)],
    ]
    assert local_chains([]) == []
