"""Whatever a file does to the process that reads it, it costs itself alone and says why."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Pipe
from threading import Timer

import pytest

from pipeline.config import ReadConfig
from pipeline.reading.confined import ConfinedReader
from pipeline.reading.manifest import Entry, Manifest
from pipeline.reading.read import CODES, read_bytes
from pipeline.records import Reading, Skip
from tests.contract import PROJECT
from tests.hostile import FILES, FRENCH, archive, changed, word

pytestmark = pytest.mark.slow

CONFIG = ReadConfig()
SLOW = ("Il a plu toute la nuit sur le port. " * 560_000).encode()
SMALL = FRENCH.encode()
PARAGRAPH = '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'


@pytest.fixture(scope="module")
def reader() -> Iterator[ConfinedReader]:
    with ConfinedReader(CONFIG, Manifest((("a.txt", Entry(title="Le port")),))) as confined:
        yield confined


def limited(**limits: float) -> ConfinedReader:
    return ConfinedReader(replace(CONFIG, **limits), Manifest())  # type: ignore[arg-type]


def only(results: list[Reading | Skip]) -> Skip:
    [skip] = results
    assert isinstance(skip, Skip) and skip.code in CODES
    return skip


def test_a_file_gives_what_it_gives_without_a_child(reader: ConfinedReader) -> None:
    manifest = Manifest((("a.txt", Entry(title="Le port")),))
    found = list(read_bytes(SMALL, "a.txt", CONFIG, manifest, {"a.txt": ("a.en.txt",)}))
    assert reader.read(SMALL, "a.txt", ("a.en.txt",)) == found
    assert isinstance(found[0], Reading) and found[0].document.title == "Le port"


def test_one_child_reads_many_files(reader: ConfinedReader) -> None:
    reader.read(SMALL, "a.txt")
    first = reader.process_id
    for name in ("enc/utf-16-le.txt", "page/plain.html", "zip/good.docx", "none/binary.txt", "table/good.csv"):
        assert reader.read(FILES[name][0](), name)
    assert reader.process_id == first is not None


def test_the_child_ends_with_its_reader() -> None:
    with ConfinedReader(CONFIG, Manifest()) as confined:
        confined.read(SMALL, "a.txt")
        process = confined.process_id
    assert process is not None and confined.process_id is None
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.parametrize("answered", [False, True])
def test_the_child_says_nothing_when_its_reader_was_killed(answered: bool) -> None:
    """Before it was told anything, or when it is about to answer."""
    theirs, requests = Pipe(duplex=False)
    answers, out = Pipe(duplex=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.reading.confined", str(theirs.fileno()), str(out.fileno())],
        pass_fds=(theirs.fileno(), out.fileno()),
        stderr=subprocess.PIPE,
        cwd=PROJECT,
    )
    theirs.close()
    out.close()
    if answered:
        answers.close()
        requests.send((CONFIG, Manifest()))
    requests.close()
    assert process.communicate(timeout=60)[1] == b""
    assert process.returncode == 0


def test_what_takes_too_long_is_skipped_and_the_next_file_is_read() -> None:
    with limited(max_seconds=0.3) as confined:
        begun = time.monotonic()
        skip = only(confined.read(SLOW, "long.txt"))
        assert time.monotonic() - begun < 30
        assert (skip.path, skip.code) == ("long.txt", "E113") and "read.max_seconds" in skip.reason
        assert isinstance(confined.read(SMALL, "a.txt")[0], Reading)


def test_what_takes_too_much_memory_is_skipped_and_the_next_file_is_read() -> None:
    with limited(max_memory=150_000_000) as confined:
        skip = only(confined.read(SLOW * 2, "large.txt"))
        assert skip.code == "E116" and "read.max_memory" in skip.reason
        assert isinstance(confined.read(SMALL, "a.txt")[0], Reading)


def test_more_text_than_allowed_is_skipped() -> None:
    rows = "text\n" + f'"{FRENCH}"\n' * 30
    with limited(max_text=len(FRENCH) * 20) as confined:
        assert isinstance(confined.read(SMALL, "a.txt")[0], Reading)
        assert only(confined.read(rows.encode(), "t.csv")).code == "E118"


def test_a_child_that_breaks_down_costs_one_file() -> None:
    with limited(max_seconds=20) as confined:
        confined.read(b"x", "first.txt")
        confined._stop()  # the next file is the first of its child, so that it is not tried twice
        timer = Timer(3.0, lambda: os.kill(confined.process_id or 0, signal.SIGSEGV))
        timer.start()
        skip = only(confined.read(SLOW * 2, "broken.txt"))
        timer.join()
        assert skip.code == "E117" and "SIGSEGV" in skip.reason
        assert isinstance(confined.read(SMALL, "a.txt")[0], Reading)


def test_a_file_is_not_blamed_for_the_one_before() -> None:
    with limited() as confined:
        confined.read(SMALL, "a.txt")
        os.kill(confined.process_id or 0, signal.SIGKILL)
        assert isinstance(confined.read(SMALL, "b.txt")[0], Reading)


def test_comments_before_a_page_are_read_in_linear_time() -> None:
    page = "<!-- une note -->\n" * 3_000 + f"<html><body><p>{FRENCH}</p></body></html>"
    with limited(max_seconds=5) as confined:
        for name, text in (("a.html", page), ("a.md", page[:60_000]), ("a.txt", page.replace("<html>", "<div>"))):
            assert isinstance(confined.read(text.encode(), name)[0], Reading)


def test_paragraphs_within_paragraphs_are_bounded() -> None:
    nested = (PARAGRAPH + "<w:r><w:t>mot </w:t></w:r>" * 40) * 240 + "</w:p>" * 240
    body = f'<w:document xmlns:w="x"><w:body>{nested}</w:body></w:document>'
    with limited(max_seconds=2, max_memory=1_000_000_000) as confined:
        [found] = confined.read(changed(word("x"), "word/document.xml", body.encode()), "nested.docx")
    assert isinstance(found, Reading) or found.code in ("E109", "E110", "E113", "E116", "E118")


def test_a_chapter_named_many_times_is_bounded() -> None:
    spine = '<itemref idref="a"/>' * 20_000
    package = f'<package><manifest><item id="a" href="a.xhtml"/></manifest><spine>{spine}</spine></package>'
    container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    chapter = f"<html><body>{f'<p>{FRENCH}</p>' * 300}</body></html>"
    book = archive({"META-INF/container.xml": container, "b.opf": package, "a.xhtml": chapter})
    with limited(max_seconds=2) as confined:
        [found] = confined.read(book, "spine.epub")
    assert isinstance(found, Reading) or found.code in ("E113", "E116", "E118")
