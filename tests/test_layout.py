"""One list of a corpus's files: what a run passes over, what nothing is written over, what ``make clean`` removes."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.corpus.layout import files_of, guard, is_report, report_of
from pipeline.errors import UsageError

PROJECT = Path(__file__).resolve().parent.parent
CORPUS = Path("db/corpus.sqlite")


@pytest.mark.parametrize("path", files_of(CORPUS), ids=str)
def test_nothing_is_written_over_a_file_of_the_corpus(path: Path) -> None:
    with pytest.raises(UsageError, match="that is the corpus itself"):
        guard(Path("db/../db") / path.name, CORPUS)


def test_other_files_beside_it_may_be_written() -> None:
    guard(report_of(CORPUS), CORPUS)
    guard(CORPUS.with_name("corpus.tmx"), CORPUS)


def test_a_document_of_the_corpus_name_is_read_and_not_written_over(tmp_path: Path) -> None:
    article = tmp_path / "article.html"
    article.write_text("<p>Un document.</p>", "utf-8")
    assert not is_report(article) and not is_report(tmp_path) and not is_report(tmp_path / "none.html")
    with pytest.raises(UsageError, match="no report"):
        guard(article, tmp_path / "article.sqlite")
    template = PROJECT / "pipeline" / "report" / "frame.html.j2"
    shutil.copy(template, article)
    assert is_report(article)
    guard(article, tmp_path / "article.sqlite")


def test_clean_removes_every_file_of_the_corpus_and_no_other(tmp_path: Path) -> None:
    own = {tmp_path / path for path in (*files_of(CORPUS), report_of(CORPUS))}
    others = {tmp_path / "db" / name for name in ("engine.py", "corpus2.sqlite", "views.sql")}
    (tmp_path / "db").mkdir()
    for path in own | others:
        path.touch()
    shutil.copy(PROJECT / "Makefile", tmp_path)
    subprocess.run(["make", "-s", "clean"], cwd=tmp_path, check=True)
    assert set((tmp_path / "db").iterdir()) == others
