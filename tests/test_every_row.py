"""Every command that shows something, over every kind of row that a corpus can have; and what names may mean."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from db.reader import read_plainly
from pipeline.cli import main
from pipeline.commands.export_import import FORMATS
from pipeline.corpus import store
from pipeline.records import Alignment, FileResult, Skip
from pipeline.review import desk
from pipeline.review.desk import Change, Judgement, Split
from pipeline.search import sql
from tests import corpus as small
from tests import review_corpus as sample

MEMORY = Path(__file__).parent / "data" / "memory.tmx"
Run = Callable[..., str]
KEYS = {
    **dict.fromkeys(("document", "segment", "translation", "document_pair", "alignment", "signature", "run"), "id"),
    "source": "path",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bitext, gaps, a cut, mined pairs, translations, findings,
    verdicts, a correction, an import and a skipped file."""
    place = tmp_path_factory.mktemp("rows") / "corpus.sqlite"
    corpus = sample.make(place)
    mined = [
        Alignment(kind, sample.LEFT[:1], sample.RIGHT[:1], 0.8, small.MINE, {"margin": 1.2})
        for kind in ("passage", "related")
    ]
    store.save_passages(corpus, mined, sample.SEGMENTS, "m")
    store.save_readings(corpus, [FileResult("bad.pdf", "f", (Skip("bad.pdf", "E105", "damaged"),))], small.READ)
    with corpus.engine.connect() as connection:
        seen = {number: (key := sample.bead(corpus.engine, number), desk.version(connection, key)) for number in (0, 4)}
    desk.judge(corpus.engine, Judgement(seen[0][0], "correct", "Six is when it opens.", "late", "Ada", seen[0][1]))
    desk.resegment(corpus.engine, Change(seen[4][0], Split(1, 0), "Ada", seen[4][1]))
    corpus.engine.dispose()
    words, sys.argv = sys.argv, ["enregard", "import", str(MEMORY), "--corpus", str(place)]
    try:
        assert main() == 0
    finally:
        sys.argv = words
    return place


@pytest.fixture
def run(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What a command prints; it must end well and say nothing of Python's."""

    def call(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["enregard", *words, "--corpus", str(path)])
        status = main()
        shown = capsys.readouterr()
        assert status == 0, (words, shown.err)
        assert "Traceback" not in shown.err
        return shown.out + shown.err

    return call


def keys(path: Path, table: str) -> list[str]:
    with read_plainly(path) as connection:
        return [key for (key,) in connection.execute(f"SELECT {KEYS[table]} FROM {table} ORDER BY 1")]


@pytest.mark.parametrize("table", KEYS)
def test_show_and_why_say_something_of_every_row(run: Run, path: Path, table: str) -> None:
    rows = keys(path, table)
    assert rows
    for key in rows:
        for command in ("show", "why"):
            shown = run(command, key)
            assert len(shown) > len(key), (command, key)
            assert "None" not in shown, (command, key)
            assert "null" not in shown, (command, key)
            assert run(command, key, "--json").startswith("{")


def test_every_kind_of_row_is_there(path: Path) -> None:
    with read_plainly(path) as connection:
        kinds = "SELECT DISTINCT kind, attributes IS NOT NULL, left_text = '' OR right_text = '' FROM alignment"
        rows = set(connection.execute(kinds))
    mined = {("passage", 0, 0), ("related", 0, 0)}
    assert rows == {("bitext", 0, 0), ("bitext", 0, 1), ("bitext", 1, 0), ("translation", 0, 0), *mined}


@pytest.mark.parametrize("name", sorted(sql.recipes()))
def test_every_recipe_runs(run: Run, name: str) -> None:
    run("query", "--recipe", name)


@pytest.mark.parametrize("kind", ["bitext", "passage", "related", "translation"])
def test_search_shows_every_kind_of_pair(run: Run, kind: str) -> None:
    shown = run("search", "port", "--kind", kind)
    assert "port ouvre" in shown
    for mode in ("--count", "--collocates", "--dispersion"):
        assert "None" not in run("search", "port", "--kind", kind, mode, "--min-count", "1")


def test_totals_have_a_name(run: Run) -> None:
    assert "all documents\tfr\t" in run("search", "port", "--count")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", ["bitext", "passage", "related", "translation"])
def test_every_format_holds_every_kind(run: Run, tmp_path: Path, form: str, kind: str) -> None:
    said = run("export", "--format", form, "--kind", kind, "--output", str(tmp_path / "o")).splitlines()[-1]
    assert " pair" in said
    assert "by " in said


# What names mean


def test_a_path_a_file_name_a_title_and_a_prefix_mean_the_document(run: Run) -> None:
    whole = run("show", sample.FRENCH.key)
    assert "Le port ouvre" in whole or "port" in whole
    for name in ("fr.txt", "fr", "Le port", sample.FRENCH.key[:6]):
        assert run("show", name) == whole, name
    assert f"document {sample.FRENCH.key}" in run("why", "fr.txt")


def test_a_file_that_was_skipped_is_shown_with_the_reason(run: Run) -> None:
    assert "damaged" in run("show", "bad.pdf")


@pytest.mark.parametrize(
    ("name", "said"), [("port", "may mean several things (2)"), ("nothing-at-all", "nothing has an id")]
)
def test_what_may_mean_several_things_is_asked(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["enregard", "show", name, "--corpus", str(path)])
    assert main() == 2
    assert said in capsys.readouterr().err
