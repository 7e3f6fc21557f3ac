"""Pictures of the report and of the review page for docs/, from a corpus of the shipped seeds.

    .venv/bin/python scripts/screenshots.py CORPUS

The corpus is copied, so that nothing is judged in it. Needs requirements-dev.lock and Debian's chromium.
"""

import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from db.engine import read_corpus
from db.queries_review import Filters, find_document_pairs, find_queue
from pipeline.report import page as report
from pipeline.review.server import ServerAddress, listen, open_site

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIZE = {"width": 1180, "height": 860}
LINKED = "[data-word].linked"


def main(corpus: Path) -> None:
    """Take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(corpus, folder))
        server = listen(open_site(copy, ServerAddress()), ServerAddress(port=0))
        threading.Thread(target=server.run, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_context(viewport=SIZE, base_url=server.url, locale="en-GB").new_page()
            page.goto("/")
            page.fill("#name", "Ada")
            page.press("#name", "Enter")
            page.wait_for_selector("nav")
            take_pair(page, copy)
            take_document(page, copy)
            take_report(page, corpus, copy.with_suffix(".html"))
            browser.close()
        server.close()


def take_pair(page: Any, corpus: Path) -> None:
    """A pair of two sentences against one, with history, and the links of one word lit up."""
    with read_corpus(corpus) as connection:
        rows = find_queue(connection, Filters(kind="bitext"), 500)
    key = next((one.id for one in rows if one.shape == "2:1"), rows[0].id)
    for one in rows[-40:]:
        if one.id != key:
            page.goto(f"/pair/{one.id}?kind=bitext")
            page.click("button.accept")
    page.goto(f"/pair/{key}?kind=bitext")
    page.hover("[data-side=left]")
    page.wait_for_selector(LINKED, state="attached")
    page.locator(LINKED).nth(2).hover()
    picture(page, "review-pair.png")


def take_document(page: Any, corpus: Path) -> None:
    """The best pair of two documents, face to face."""
    with read_corpus(corpus) as connection:
        pairs = [one for one in find_document_pairs(connection) if one.left_document_id != one.right_document_id]
    page.goto(f"/facing/{pairs[0].id}")
    picture(page, "review-document.png")


def take_report(page: Any, corpus: Path, file: Path) -> None:
    """Two documents face to face in the report, which is written to ``file``."""
    with read_corpus(corpus) as connection:
        file.write_text("".join(report.render(connection)), "utf-8")
    page.goto(file.as_uri())
    box = page.locator("article:has(> header.two)").first.bounding_box()
    area = {"x": 0, "y": box["y"] + 1, "width": SIZE["width"], "height": SIZE["height"]}
    picture(page, "report.png", full_page=True, clip=area)


def picture(page: Any, name: str, **options: Any) -> None:
    """What the page shows, in few colours, so that the file stays small."""
    path = DOCS / name
    page.screenshot(path=path, **options)
    with Image.open(path) as image:
        image.convert("RGB").quantize(128).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
