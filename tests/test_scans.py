"""Scans and pictures are read by the real Tesseract; without it they are named, with the way to get it."""

import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from benchmarks.scan import edits
from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading import inputs, outside
from pipeline.reading.confined import ConfinedReader
from pipeline.reading.manifest import Manifest
from pipeline.reading.outside import run_program
from pipeline.reading.read import read_bytes
from pipeline.reading.recognition import find_recognizer, missing_packages
from pipeline.records import Reading, Skip

pytestmark = pytest.mark.slow

CONFIG = ReadConfig()
FRENCH = (
    "Le gardien du phare n'avait parlé à personne depuis la fin de l'hiver, quand le dernier bateau avait apporté de "
    "l'huile et deux sacs de farine. Il comptait les jours à la craie, derrière la porte. « Personne ne viendra », "
    "disait-il à son chien, qui n'en croyait rien."
)
ENGLISH = (
    "The keeper's dog, on the other hand, spoke to whoever would listen. In March a fisherman brought it a bone and "
    "stayed for an hour; nobody knows what they said to each other, but the dog was seen to wag its tail."
)
STAMP = "Reçu au greffe le 3 mai 2024"


@pytest.fixture(autouse=True)
def _tesseract(missing: Callable[[str], None], request: pytest.FixtureRequest) -> None:
    if "without" not in request.node.name and find_recognizer(CONFIG) is None:
        missing(", ".join(missing_packages(CONFIG)))


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of Debian's is installed."""
    monkeypatch.setenv("PATH", str(tmp_path))


def written(*paragraphs: str, stamp: str = "") -> bytes:
    """A PDF of one page with paragraphs, and a stamp below them."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 380))
    style = ParagraphStyle("text", fontName="Times-Roman", fontSize=12, leading=15, alignment=TA_JUSTIFY)
    top = 340.0
    for text in paragraphs:
        flowing = Paragraph(text, style)
        _, height = flowing.wrap(460, 800)
        flowing.drawOn(canvas, 62, top - height)
        top -= height + 14
    canvas.drawString(62, 60, stamp)
    canvas.save()
    return out.getvalue()


def picture(data: bytes, turned: int = 0, dots: int = 200) -> Image.Image:
    """The first page of a PDF as a picture, turned clockwise."""
    document = pypdfium2.PdfDocument(data)
    return document[0].render(scale=dots / 72, grayscale=True, rotation=turned).to_pil()


def saved(image: Image.Image, kind: str = "PNG", *others: Image.Image) -> bytes:
    out = io.BytesIO()
    options = {"save_all": True, "append_images": list(others)} if others else {}
    image.save(out, kind, **options)
    return out.getvalue()


def scanned(*pages: bytes, stamp: str = "") -> bytes:
    """A PDF whose pages are pictures of those of others, with a stamp in letters on each."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 380))
    for page in pages:
        canvas.drawInlineImage(picture(page), 0, 0, 595, 380)
        if stamp:
            canvas.setFont("Helvetica", 12)
            canvas.drawString(62, 60, stamp)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read(data: bytes, name: str = "a.pdf") -> Reading:
    [reading] = read_bytes(data, name, CONFIG, Manifest())
    assert isinstance(reading, Reading), reading
    return reading


def skipped(data: bytes, name: str = "a.pdf", config: ReadConfig = CONFIG) -> Skip:
    [skip] = read_bytes(data, name, config, Manifest())
    assert isinstance(skip, Skip), skip
    return skip


def findings(reading: Reading) -> dict[str, str]:
    return {finding.code: finding.value for finding in reading.findings}


def lines(reading: Reading) -> list[str]:
    return [line.replace("’", "'") for line in reading.document.text.split("\n") if line]


def alike(line: str, text: str) -> bool:
    return edits(line, text) <= len(text) / 100


def test_a_scan_is_read_in_paragraphs_and_says_by_what() -> None:
    reading = read(scanned(written(FRENCH, ENGLISH)))
    french, english = lines(reading)
    assert alike(french, FRENCH) and alike(english, ENGLISH)
    assert re.fullmatch(r"tesseract-\d+\.\d+\.\S+ fra\+eng", reading.source.encoding)
    assert findings(reading)["W125"] == f"1: {reading.source.encoding}"


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_picture_is_read_however_it_is_turned(turned: int) -> None:
    french, english = lines(read(saved(picture(written(FRENCH, ENGLISH), turned)), "a.png"))
    assert alike(french, FRENCH) and alike(english, ENGLISH)


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("GIF", "a.gif"), ("WEBP", "a.webp"), ("PNG", "a")])
def test_pictures_of_each_kind_are_read(kind: str, name: str) -> None:
    [line] = lines(read(saved(picture(written(FRENCH)), kind), name))
    assert alike(line, FRENCH)


def test_all_pages_of_a_tiff_are_read() -> None:
    french, english = lines(read(saved(picture(written(FRENCH)), "TIFF", picture(written(ENGLISH))), "a.tif"))
    assert alike(french, FRENCH) and alike(english, ENGLISH)


def test_pages_with_and_without_text_are_one_document() -> None:
    pages = pypdf.PdfWriter()
    for data in (written(FRENCH), scanned(written(ENGLISH))):
        pages.append(io.BytesIO(data))
    out = io.BytesIO()
    pages.write(out)
    reading = read(out.getvalue())
    assert lines(reading)[0] == FRENCH and alike(lines(reading)[1], ENGLISH)
    assert findings(reading)["W125"].startswith("1: ")


def test_a_stamp_in_letters_on_a_scan_comes_once() -> None:
    found = lines(read(scanned(written(FRENCH), stamp=STAMP)))
    assert found[-1] == STAMP and len(found) == 2 and alike(found[0], FRENCH)


def test_a_scan_askew_is_read_in_paragraphs() -> None:
    askew = picture(written(FRENCH, ENGLISH)).rotate(0.8, Image.Resampling.BICUBIC, fillcolor=255)
    french, english = lines(read(saved(askew), "a.png"))
    assert alike(french, FRENCH) and alike(english, ENGLISH)


def test_doubtful_words_are_named_with_their_page() -> None:
    small = picture(written(FRENCH, ENGLISH), dots=50).resize((1190, 760), Image.Resampling.BILINEAR)
    value = findings(read(saved(small), "a.png"))["W126"]
    assert " of " in value and "(page 1)" in value


def test_a_photograph_has_no_text() -> None:
    shades = np.random.default_rng(3).normal(128, 40, (40, 60)).clip(0, 255).astype(np.uint8)
    skip = skipped(saved(Image.fromarray(shades).resize((1200, 800), Image.Resampling.BICUBIC), "JPEG"), "a.jpg")
    assert skip.code == "E112" and "300 dots" in skip.reason


def test_a_damaged_picture_is_named_as_such() -> None:
    skip = skipped(saved(picture(written(FRENCH)))[:900], "a.png")
    assert skip.code == "E110"


def test_what_only_begins_like_a_picture_is_no_list_of_files(tmp_path: Path) -> None:
    target = tmp_path / "secret.png"
    target.write_bytes(saved(picture(written(FRENCH))))
    for start in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\n", b"II*\0\n", b"GIF89a\n"):
        assert skipped(start + f"{target}\n".encode(), "list.png").code in ("E103", "E110", "E112")


def test_without_tesseract_a_scan_is_named_with_the_way_to_get_it(no_programs: None) -> None:
    skip = skipped(scanned(written(FRENCH)))
    assert skip.code == "E112" and "`make ocr`" in skip.reason
    assert "tesseract-ocr tesseract-ocr-eng tesseract-ocr-fra" in skip.reason
    skip = skipped(saved(picture(written(FRENCH))), "a.png")
    assert skip.code == "E107" and "`make ocr`" in skip.reason


def test_without_tesseract_what_has_letters_is_read_and_the_rest_is_counted(no_programs: None) -> None:
    reading = read(scanned(written(FRENCH), stamp=STAMP))
    assert reading.document.text == STAMP and findings(reading)["W127"] == "1"


def test_without_it_being_wanted_nothing_is_recognised() -> None:
    skip = skipped(scanned(written(FRENCH)), config=replace(CONFIG, ocr=False))
    assert skip.code == "E112" and "read.ocr = true" in skip.reason


def test_a_scan_is_read_again_once_tesseract_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.pdf").write_bytes(scanned(written(FRENCH)))
    (tmp_path / "a.txt").write_text(FRENCH, "utf-8")
    found = inputs.find_inputs(tmp_path, Manifest(), CONFIG)
    with monkeypatch.context() as patch, ConfinedReader(CONFIG, Manifest()) as reader:
        patch.setenv("PATH", str(tmp_path))
        before = {name: inputs.read_input(found, name, reader) for name in found.files}
    marks = {name: result.fingerprint for name, result in before.items() if result}
    with ConfinedReader(CONFIG, Manifest()) as reader:
        scan = inputs.read_input(found, "a.pdf", reader, marks["a.pdf"])
        assert inputs.read_input(found, "a.txt", reader, marks["a.txt"]) is None
        assert scan and inputs.read_input(found, "a.pdf", reader, scan.fingerprint) is None
    assert isinstance(scan.results[0], Reading)


def test_the_confined_process_recognises_page_after_page_each_in_its_own_time() -> None:
    begun = 0

    def begin() -> None:
        nonlocal begun
        begun += 1

    token = outside.begin_anew.set(begin)
    try:
        read(scanned(written(FRENCH), written(ENGLISH)))
    finally:
        outside.begin_anew.reset(token)
    assert begun == 2
    with ConfinedReader(CONFIG, Manifest()) as reader:
        [reading] = reader.read(scanned(written(FRENCH), written(ENGLISH)), "a.pdf")
        assert isinstance(reading, Reading) and findings(reading)["W125"].startswith("2: ")
        assert isinstance(reader.read(FRENCH.encode(), "a.txt")[0], Reading)


def test_a_program_that_takes_too_long_is_ended_without_waiting() -> None:
    with pytest.raises(InputError) as raised:
        run_program(["sh", "-c", "while :; do :; done"], b"", replace(CONFIG, max_seconds=0.5))
    assert raised.value.code == "E113" and "read.max_seconds" in raised.value.reason


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(InputError) as raised:
        run_program(["sh", "-c", "echo no such thing >&2; exit 2"], b"", CONFIG)
    assert raised.value.code == "E110" and "no such thing" in raised.value.reason


def test_a_program_has_one_thread_and_the_environment() -> None:
    shown = run_program(["sh", "-c", "echo $OMP_THREAD_LIMIT $PATH"], b"", CONFIG).decode()
    assert shown == f"1 {os.environ['PATH']}\n"
