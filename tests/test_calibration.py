import numpy as np
import pytest

from benchmarks.calibrating import calibration_error, fit_logistic, fit_spread, reliability
from pipeline.calibration import adapted, chance, expected_precision, log_odds


def drawn(weights: list[float], constant: float, size: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    measures = random.normal(size=(size, len(weights)))
    return measures, (random.random(size) < chance(measures @ np.array(weights) + constant)).astype(float)


def test_logistic_finds_the_weights_that_made_the_data() -> None:
    found = fit_logistic(*drawn([2.0, -1.0], 0.5))
    assert found.weights == pytest.approx((2.0, -1.0), abs=0.15)
    assert found.constant == pytest.approx(0.5, abs=0.15)


def test_logistic_weights_count_items_more_than_once() -> None:
    measures, right = drawn([1.0], 0.0, 300)
    weights = np.where(right > 0, 3, 1)
    again = np.repeat(np.arange(300), weights)
    one, other = fit_logistic(measures, right, weights), fit_logistic(measures[again], right[again])
    assert one.constant == pytest.approx(other.constant, abs=0.02)


def test_logistic_stands_data_that_a_line_divides() -> None:
    found = fit_logistic([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    assert 0 < found.weights[0] < 50
    assert fit_logistic([[1.0], [1.0]], [0, 1])([[1.0]])[0] == pytest.approx(0.5, abs=0.01)


def test_log_odds_and_back() -> None:
    assert chance(log_odds([0.01, 0.5, 0.99])).tolist() == pytest.approx([0.01, 0.5, 0.99])
    assert np.isfinite(log_odds([0, 1])).all()


def test_calibration_error_is_the_distance_from_the_diagonal() -> None:
    assert calibration_error([0.75] * 4, [1, 1, 1, 0]) == pytest.approx(0)
    assert calibration_error([0.9] * 4, [1, 1, 0, 0]) == pytest.approx(0.4)
    assert calibration_error([], []) == 0
    (low, high) = reliability([0.05, 0.07, 1.0], [0, 1, 1])
    assert (low.size, low.right, high.low, high.high) == (2, 0.5, 0.9, 1.0)


def test_where_little_is_right_scores_fall_and_where_much_is_they_rise() -> None:
    random = np.random.default_rng(4)
    for share in (0.02, 0.8):
        right = random.random(3000) < share
        odds = random.normal(np.where(right, 1.5, -1.5), 1.7320508)  # of a prior of a half: log odds are the value
        assumed, found = chance(odds), adapted(chance(odds), 0.5, 10)
        assert calibration_error(found, right) < 0.03 < calibration_error(assumed, right)


def test_adaptation_is_held_back_by_its_strength_and_by_items_that_are_not_there() -> None:
    scores = [0.4, 0.5, 0.6]
    free, held = adapted(scores, 0.5, 0.5), adapted(scores, 0.5, 1e9)
    assert held.tolist() == pytest.approx(scores, abs=1e-4)
    assert (adapted(scores, 0.5, 0.5, total=50) < free).all()
    assert len(adapted([], 0.5, 10)) == 0


def test_expected_precision_covers_what_comes_out() -> None:
    random = np.random.default_rng(5)
    scores = random.uniform(0.3, 1, 40)
    promised = expected_precision(scores)
    outcomes = (random.random((2000, 40)) < scores).mean(axis=1)
    covered = ((outcomes >= promised.low) & (outcomes <= promised.high)).mean()
    assert promised.right == pytest.approx(scores.sum())
    assert 0.92 < covered < 0.98
    wider = expected_precision(scores, spread=1.0)
    assert wider.low < promised.low < promised.precision < promised.high < wider.high <= 1


def test_nothing_promises_nothing() -> None:
    assert expected_precision([]) == (0, 0, 0, 0, 0)


def test_spread_is_found_again() -> None:
    random = np.random.default_rng(6)
    sets = []
    for shift in random.normal(0, 1.5, 40):
        scores = random.uniform(0.1, 0.95, 60)
        sets.append((scores, (random.random(60) < chance(log_odds(scores) + shift)).astype(float)))
    assert 1.1 < fit_spread(sets) < 1.9
    assert fit_spread([(scores, random.random(60) < scores) for scores in random.uniform(0.1, 0.9, (20, 60))]) < 0.4
