"""Every command of the pages, word for word, in a shell beside the corpus that the shipped seeds give."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline import run
from pipeline.commands.export_import import FORMATS
from pipeline.config import Config, TranslateConfig

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parent.parent
PAGES = {"search.md": "search", "sql.md": "query", "exports.md": "export", "words.md": "lexicon"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `make corpus` was run, but for the machine translations."""
    place = tmp_path_factory.mktemp("docs")
    (place / "db").mkdir()
    settings = replace(Config(), translate=TranslateConfig(engine="none"))
    run.build(PROJECT / "seeds", place / "db" / "corpus.sqlite", settings, lambda _: None, os.environ)
    return place


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command as a person types it, after `. .venv/bin/activate`."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def commands_of(page: str) -> list[str]:
    text = (PROJECT / "docs" / page).read_text("utf-8")
    assert ". .venv/bin/activate" in text
    return [line for block in re.findall(r"```sh\n(.+?)```", text, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_works(folder: Path, page: str) -> None:
    commands = commands_of(page)
    assert sum(f"enregard {PAGES[page]}" in command for command in commands) >= 5
    for command in commands:
        if "parquet" in command and find_spec("pyarrow") is None:
            continue
        ended = shell(command, folder)
        assert (command, ended.returncode) == (command, 0), ended.stderr
        assert "Nothing found" not in ended.stderr, command
        if "--output" not in command and "import" not in command:
            assert len(ended.stdout.splitlines()) > 1, command


def test_every_command_of_the_readme_works(folder: Path) -> None:
    text = (PROJECT / "README.md").read_text("utf-8")
    commands = re.findall(r"^    \.venv/bin/(enregard .+)$", text, re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        ended = shell(command, folder)
        assert (command, ended.returncode) == (command, 0), ended.stderr
        assert "Nothing found" not in ended.stderr, command


def test_every_command_of_the_page_on_languages_works(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "examples").symlink_to(PROJECT / "examples")
    for command in commands_of("languages.md"):
        ended = shell(command, tmp_path)
        assert (command, ended.returncode) == (command, 0), ended.stderr
        assert "Nothing found" not in ended.stderr, command
    assert len((tmp_path / "three.de").read_text("utf-8").splitlines()) == 18


@pytest.mark.engine
def test_every_command_about_terms_works(tmp_path: Path) -> None:
    commands = commands_of("terms.md")
    assert sum("enregard" in command for command in commands) >= 7
    outputs = {}
    for command in commands:
        ended = shell(command, tmp_path) if command != ". .venv/bin/activate" else None
        if ended:
            assert (command, ended.returncode) == (command, 0), ended.stderr
            outputs[command] = ended.stdout
    told = "\n".join(outputs.values())
    for term in ("ellow jackets", "councillors", "Le Monde", "lord mayor", "ellow vests", "gendarmerie"):
        assert term in told.replace("Lord", "lord"), term


def test_every_format_is_shown() -> None:
    page = (PROJECT / "docs" / "exports.md").read_text("utf-8")
    assert {form for form in FORMATS if f"--format {form} " in page} == set(FORMATS)
