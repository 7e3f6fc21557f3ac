"""Fitted numbers: each set has a passport, holds just what its module asks for, and is written as it is read."""

import importlib
import tomllib
from pathlib import Path

import pytest

from benchmarks import passport
from pipeline import weights
from pipeline.align import mine, passages, path, words
from pipeline.weights import PACKAGE

FILES = sorted(
    place.relative_to(PACKAGE).as_posix()
    for place in PACKAGE.rglob("*.toml")
    if "passport" in tomllib.loads(place.read_text("utf-8"))
)


def test_the_six_sets_are_there() -> None:
    sets = (
        "align/aligner",
        "align/mining",
        "align/passages",
        "align/words",
        "language/identification",
        "translation/usability",
    )
    assert [f"{one}.toml" for one in sets] == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_passport_names_command_data_date_and_a_held_back_figure(name: str) -> None:
    passport = tomllib.loads((PACKAGE / name).read_text("utf-8"))["passport"]
    assert {"command", "data", "date", "held_back"} <= set(passport)
    assert len(passport["date"]) == len("2026-11-22")
    unknown = [key for key, value in passport.items() if str(value).startswith("unknown")]
    assert not unknown or passport["note"]  # then a note says what is known


@pytest.mark.parametrize("array", [path.WEIGHTS.measures, path.FREQUENCIES, words.FIRST, words.SECOND])
def test_nobody_can_change_a_weight(array) -> None:
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_a_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        weights.load("align/mining.toml")["odds"]["margin"] = 1.0  # type: ignore[index]


def test_weights_of_other_measures_are_refused() -> None:
    with pytest.raises(ValueError, match="fit the weights again"):
        weights.ordered({"margin": 1.0, "words": 2.0}, ("margin", "length"))
    assert weights.ordered({"margin": 1.0, "words": 2.0}, ("words", "margin")) == (2.0, 1.0)


def test_what_a_fit_writes_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"odds": mine.ODDS.named(mine.MEASURES), 'corpus of "news"': {"1:1": 0.5}}
    for module, name in ((passport, "PACKAGE"), (weights, "PACKAGE")):
        monkeypatch.setattr(module, name, tmp_path)
    facts = {"command": 'fit "all"', "data": "é", "held_back": {"strict F1": 0.9}}
    passport.write("some.toml", tables, facts)
    assert weights.load("some.toml") == tables
    assert tomllib.loads((tmp_path / "some.toml").read_text("utf-8"))["passport"].items() >= facts.items()


def test_a_digest_of_data_changes_with_a_name_and_with_a_byte(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("one")
    first = passport.data_digest(tmp_path / "a")
    (tmp_path / "a" / "x.txt").write_text("two")
    second = passport.data_digest(tmp_path / "a")
    (tmp_path / "a" / "x.txt").rename(tmp_path / "a" / "y.txt")
    assert len({first, second, passport.data_digest(tmp_path / "a")}) == 3


def test_passages_are_judged_by_their_own_weights() -> None:
    assert passages.ODDS.named(passages.MEASURES) == weights.load("align/passages.toml")["odds"]


@pytest.mark.parametrize("module", sorted(file.stem for file in Path(passport.__file__).parent.glob("*.py")))
def test_every_program_that_fits_or_measures_can_be_started(module: str) -> None:
    """A passport names the command that made its weights; one whose imports have moved away makes none."""
    if module != "__main__":
        importlib.import_module(f"benchmarks.{module}")
