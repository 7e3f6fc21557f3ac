"""Agreement of reviewers: known values, and what cannot be said is not said."""

import pytest

from pipeline.review.agreement import agreement

# Krippendorff's own example of four observers and twelve units with gaps ("*"); nominal alpha 0.743.
OBSERVERS = {
    "A": "1 2 3 3 2 1 4 1 2 * * *",
    "B": "1 2 3 3 2 2 4 1 2 5 * 3",
    "C": "* 3 3 3 2 3 4 2 2 5 1 *",
    "D": "1 2 3 3 2 4 4 1 2 5 1 *",
}


def said(observers: dict[str, str]) -> list[tuple[str, str, str]]:
    return [
        (who, str(unit), value)
        for who, values in observers.items()
        for unit, value in enumerate(values.split())
        if value != "*"
    ]


def test_alpha_is_that_of_the_literature() -> None:
    found = agreement(said(OBSERVERS))
    assert found.alpha == pytest.approx(0.743, abs=0.001)
    assert found.shared == 11
    assert found.reviewers == ("A", "B", "C", "D")
    assert found.note == ""


def test_kappa_is_that_of_the_literature() -> None:
    """Two readers of fifty proposals: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; kappa 0.4."""
    both = ["yy"] * 20 + ["yn"] * 5 + ["ny"] * 10 + ["nn"] * 15
    found = agreement(said({"A": " ".join(one[0] for one in both), "B": " ".join(one[1] for one in both)}))
    (kappa,) = found.kappas
    assert kappa.value == pytest.approx(0.4)
    assert (kappa.first, kappa.second, kappa.shared, found.agreed) == ("A", "B", 50, 35)


def test_kappa_counts_what_both_judged() -> None:
    found = agreement(said({"A": "a r a *", "B": "a r r a", "C": "* * * *"}))
    assert [(one.first, one.second, one.shared) for one in found.kappas] == [("A", "B", 3)]


@pytest.mark.parametrize(
    ("observers", "note"),
    [
        ({}, "nobody"),
        ({"A": "a r a"}, "one reviewer"),
        ({"A": "a *", "B": "* r"}, "no pair"),
        ({"A": "a a", "B": "a a"}, "all verdicts are the same"),
    ],
)
def test_what_is_undefined_says_why(observers: dict[str, str], note: str) -> None:
    found = agreement(said(observers))
    assert found.alpha is None
    assert note in found.note
    assert all(one.value is None for one in found.kappas)
