import numpy as np

from pipeline.align import index
from pipeline.align.neighbours import nearest
from pipeline.embedding.embed import Floats


def vectors(count: int, seed: int) -> Floats:
    made = np.random.default_rng(seed).normal(size=(count, 64)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_few_are_searched_exactly() -> None:
    x, y = vectors(30, 1), vectors(40, 2)
    assert np.array_equal(index.near(x, y, 10), nearest(x, y, 10).places)
    assert index.near(x, y[:3], 10).shape == (30, 3)


def test_of_many_nearly_all_are_found_and_always_the_same(monkeypatch) -> None:
    monkeypatch.setattr(index, "MANY", 1000)
    x, y = vectors(500, 1), vectors(2000, 2)
    y[:500] = x + 0.05 * vectors(500, 3)
    found = index.near(x, y, 10)
    assert np.array_equal(found, index.near(x, y, 10))
    assert (found[:, 0] == np.arange(500)).mean() > 0.99
    exact = nearest(x, y, 10).places
    assert np.mean([len({*one} & {*other}) for one, other in zip(found, exact, strict=True)]) > 6
