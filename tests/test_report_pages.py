"""A large corpus as an index and a page for each document: links between them work, nothing is left out or loaded."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urldefrag

import pytest

from db.engine import read_corpus
from pipeline.cli import main
from pipeline.corpus import store
from pipeline.corpus.layout import is_report
from pipeline.report import page as report
from tests import corpus as sample
from tests.test_report import Built, Element, built, parse

__all__ = ["built"]


def write(monkeypatch: pytest.MonkeyPatch, corpus: Path, output: str) -> int:
    monkeypatch.setattr("sys.argv", ["enregard", "report", "--corpus", str(corpus), "--output", output])
    return main()


@pytest.fixture
def folder(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert write(monkeypatch, built.path, f"{tmp_path}/site/") == 0
    return tmp_path / "site"


def roots(files: list[Path]) -> dict[Path, Element]:
    return {file.resolve(): parse(file.read_text("utf-8")) for file in files}


def broken(pages: dict[Path, Element]) -> list[str]:
    """Links within that lead to no page, or to no place on it."""
    ids = {file: {one.attributes.get("id") for one in root.all()} for file, root in pages.items()}
    found = []
    for file, root in pages.items():
        for one in root.find("a"):
            name, place = urldefrag(one.attributes["href"])
            target = (file.parent / name).resolve() if name else file
            if not name.startswith("https://") and (target not in ids or (place and place not in ids[target])):
                found.append(f"{file.name}: {one.attributes['href']}")
    return found


def test_every_link_between_the_pages_leads_somewhere(folder: Path) -> None:
    pages = roots(sorted(folder.glob("*.html")))
    assert len(pages) == 5, "the index, two documents face to face, two alone, the passages"
    assert broken(pages) == []
    between = [
        one.attributes["href"]
        for root in pages.values()
        for one in root.find("a")
        if re.search(r"^[^#]+\.html#s-", one.attributes["href"])
    ]
    assert between, "a passage leads to the sentence that it stands in on another page"


def test_every_segment_stands_on_one_page(built: Built, folder: Path) -> None:
    shown = [
        one.attributes["id"]
        for root in roots(sorted(folder.glob("*.html"))).values()
        for one in root.all()
        if one.attributes.get("id", "").startswith("s-")
    ]
    whole = [one.attributes["id"] for one in built.root.all() if one.attributes.get("id", "").startswith("s-")]
    assert sorted(shown) == sorted(whole)


def test_pages_load_nothing_and_have_one_heading(folder: Path) -> None:
    for file, root in roots(sorted(folder.glob("*.html"))).items():
        assert is_report(file)
        assert not root.find("link") and not root.find("img")
        assert not [one for one in root.all() if {"src", "srcset", "style", "action"} & one.attributes.keys()]
        assert len(root.find("h1")) == 1
        policy = [one.attributes["content"] for one in root.find("meta") if "http-equiv" in one.attributes]
        assert policy and policy[0].startswith("default-src 'none'")


def test_many_documents_are_an_index_with_pages_beside_it(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "DEFAULTS", report.Options(documents=2))
    for _ in range(2):
        assert write(monkeypatch, built.path, f"{tmp_path}/corpus.html") == 0
    assert f"3 pages in {tmp_path}/corpus-pages/, and their index {tmp_path}/corpus.html" in capsys.readouterr().err
    pages = roots([tmp_path / "corpus.html", *sorted((tmp_path / "corpus-pages").glob("*.html"))])
    assert len(pages) == 5
    assert broken(pages) == []


def test_a_copy_is_named_on_the_index_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "corpus.sqlite"
    corpus = sample.make(path)
    again = sample.document(sample.OTHER + " Again.", title="Copy")
    sample.fill(corpus, {"copy.txt": (again, "en")})
    store.save_duplicates(corpus, {again.key: sample.document(sample.OTHER).key}, "d")
    assert write(monkeypatch, path, f"{tmp_path}/site/") == 0
    pages = roots(sorted((tmp_path / "site").glob("*.html")))
    assert broken(pages) == []
    assert not list((tmp_path / "site").glob("copy-*.html"))
    index = pages[(tmp_path / "site" / "index.html").resolve()]
    [item] = [one for one in index.find("li") if "a copy of" in one.text()]
    assert "Copy" in item.text()


def test_a_folder_of_somebody_else_is_left_alone(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    assert write(monkeypatch, built.path, str(tmp_path)) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]
    assert write(monkeypatch, built.path, f"{built.path}/") == 2
    with read_corpus(built.path) as connection:
        assert report.render(connection)


def test_what_fails_leaves_the_pages_as_they_were(built: Built, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "edition", fail)
    assert write(monkeypatch, built.path, f"{folder}/") != 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert [one.name for one in folder.parent.iterdir()] == ["site"]


def test_the_index_filters_documents_by_their_names(
    folder: Path, tmp_path: Path, missing: Callable[[str], None]
) -> None:
    chromium = shutil.which("chromium")
    if not chromium:
        missing("chromium")
    page = (folder / "index.html").read_text("utf-8").replace('<input id="words"', '<input id="words" value="mixte"')
    (folder / "typed.html").write_text(page, "utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=3000")
    command = [str(chromium), *flags, profile, "--dump-dom", (folder / "typed.html").as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert b"CONSOLE" not in done.stderr
    rows = [one for one in parse(done.stdout.decode("utf-8")).all() if "data-row" in one.attributes]
    assert [one.find(class_="name")[0].text() for one in rows if "hidden" not in one.attributes] == ["Mixte"]


@pytest.mark.parametrize(
    ("words", "variables", "language"),
    [((), {"LANG": "fr_CA.UTF-8"}, "fr"), (("--lang", "fr"), {"LANG": "C"}, "fr"), ((), {"LC_ALL": "C"}, "en")],
)
def test_the_report_speaks_the_language_that_is_asked_for(
    built: Built,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    variables: dict[str, str],
    language: str,
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for target in ("one.html", "site/"):
        monkeypatch.setattr(
            "sys.argv", ["enregard", "report", "--corpus", str(built.path), "--output", f"{tmp_path}/{target}", *words]
        )
        assert main() == 0
    for file, root in roots([tmp_path / "one.html", *sorted((tmp_path / "site").glob("*.html"))]).items():
        assert root.find("html")[0].attributes["lang"] == language
        shown = root.text()
        english = ["Overview", "Contents", "Findings", "machine translation", "score 0.", "counterpart", "by machine"]
        if language == "fr":
            assert [one for one in english if one in shown] == [], file
    index = parse((tmp_path / "site" / "index.html").read_text("utf-8")).text()
    assert ("un nombre de la source manque" in index) == (language == "fr")
