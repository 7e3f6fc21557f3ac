"""Settings and packages that cannot be used are refused where they are given, and nothing is waited for."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline import config
from pipeline.config import Config, overlay
from pipeline.errors import ConfigError, PackageError, UsageError
from pipeline.imports import load
from pipeline.translation import argos, packages
from tests import argos_package
from tests import corpus as sample
from tests.command import enregard

PROJECT = Path(__file__).resolve().parent.parent
REFUSED = {
    "[align]\nsimilar = nan": "nan is no number",
    "[mine]\npassage_threshold = inf": "inf is no number",
    "[mine]\npassage_threshold = -inf": "-inf is no number",
    "[read]\nmax_seconds = inf": "inf is no number",
    "[read]\ntext_columns = [1]": "is no list of words",
    '[read]\ntext_columns = ["text", [1]]': "is no list of words",
    '[read]\ntext_columns = [" "]': "is no list of words",
    '[read]\ntext_columns = "text"': "is no list of words",
    "[detect]\nlanguages = [true]": "is no list of words",
    "[translate]\nbeam = true": "not of the type int",
    "[translate]\nmark_unknown = 1": "not of the type bool",
    "data = 1": "is no path",
    'data = ""': "is no path",
}


@pytest.mark.parametrize("table", REFUSED)
def test_a_setting_of_no_use_is_refused(tmp_path: Path, table: str) -> None:
    file = tmp_path / "enregard.toml"
    file.write_text(table, "utf-8")
    with pytest.raises(ConfigError, match=REFUSED[table]):
        config.load(file)


def test_a_switch_can_be_off_and_a_threshold_nothing() -> None:
    changed = overlay(Config(), {"translate": {"mark_unknown": False}, "align": {"similar": 0}}, "here")
    assert (changed.translate.mark_unknown, changed.align.similar) == (False, 0.0)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    for name in ("pipe", "pipe.tsv", "pipe.argosmodel"):
        os.mkfifo(tmp_path / name)
    with pytest.raises(ConfigError, match="is no file"):
        config.load(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is no file"):
        load.job(tmp_path / "pipe.tsv", None, "fr", "en")
    with pytest.raises(PackageError, match="is no file"):
        argos.install(tmp_path / "pipe.argosmodel", tmp_path / "data")


def test_decisions_from_a_pipe_are_not_waited_for(tmp_path: Path) -> None:
    sample.make(tmp_path / "corpus.sqlite").engine.dispose()
    os.mkfifo(tmp_path / "pipe")
    command = ["review", "--import", tmp_path / "pipe", "--corpus", tmp_path / "corpus.sqlite"]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, command)], capture_output=True, text=True, cwd=PROJECT, timeout=60
    )
    assert done.returncode == 2
    assert "is no file" in done.stderr


@pytest.mark.parametrize("option", ["--seconds", "--min-score"])
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_an_option_is_a_number_that_can_be_used(option: str, value: str) -> None:
    command = ["query", "select 1"] if option == "--seconds" else ["search", "x"]
    done = enregard(*command, option, value)
    assert done.returncode == 2
    assert option in done.stderr


@pytest.mark.parametrize("damaged", ["model/model.bin", "sentencepiece.model"])
@pytest.mark.parametrize("data", [b"", b"garbage", bytes(5_000)])
def test_a_package_that_does_not_load_is_not_installed(tmp_path: Path, damaged: str, data: bytes) -> None:
    whole = argos_package.build(tmp_path)
    with zipfile.ZipFile(whole) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    (place,) = [name for name in members if name.endswith(f"/{damaged}")]
    file = tmp_path / "broken.argosmodel"
    argos_package.archive(file, members | {place: data})
    with pytest.raises(PackageError, match=r"broken\.argosmodel: nothing was installed"):
        argos.install(file, tmp_path / "data")
    assert packages.installed(tmp_path / "data") == []
    assert [path.name for path in (tmp_path / "data" / packages.FOLDER).iterdir()] == [".lock"]
    package = argos.install(whole, tmp_path / "data")
    assert packages.verify(package) == []
