import numpy as np
import pytest

from pipeline.align import neighbours
from pipeline.align.neighbours import Neighbours, nearest, nearest_both
from pipeline.embedding.embed import Floats


def made(*sizes: int) -> list[Floats]:
    random = np.random.default_rng(5)
    return [random.normal(size=(size, 8)).astype(np.float32) for size in sizes]


def test_blocks_do_not_change_the_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = made(40, 30)
    whole = nearest(x, y, 4)
    monkeypatch.setattr(neighbours, "CELLS", 90)
    parts = nearest(x, y, 4)
    assert (whole.places == parts.places).all()
    assert (whole.places[:, 0] == (x @ y.T).argmax(axis=1)).all()
    assert nearest(x, y[:2], 4).places.shape == (40, 2)


@pytest.mark.parametrize("sizes", [(40, 30), (3, 70), (70, 3), (1, 1), (0, 5), (5, 0)])
@pytest.mark.parametrize("tile", [2, 7, 64])
def test_both_directions_at_once_are_as_one_by_one(
    sizes: tuple[int, int], tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "TILE", tile)
    x, y = made(*sizes)
    for found, wanted in zip(nearest_both(x, y, 4), (nearest(x, y, 4), nearest(y, x, 4)), strict=True):
        same(found, wanted)


def test_many_tiles_of_which_few_cells_are_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "TILE", 32)
    x, y = made(700, 900)
    there, back = nearest_both(x, y, 3)
    same(there, nearest(x, y, 3))
    same(back, nearest(y, x, 3))


def test_equal_vectors_are_all_as_near() -> None:
    x = np.ones((50, 4), dtype=np.float32) / 2
    there, back = nearest_both(x, x[:20], 4)
    assert (there.similarities == 1).all() and (back.similarities == 1).all()
    assert all(len(set(row)) == 4 for row in there.places.tolist())


def same(found: Neighbours, wanted: Neighbours) -> None:
    assert (found.places == wanted.places).all()
    assert found.similarities == pytest.approx(wanted.similarities, abs=1e-5)
