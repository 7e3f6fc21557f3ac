"""Pages without a server, written, driven in a real browser, and their file laid over the corpus."""

import html
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.engine import open_corpus, read_corpus
from pipeline.corpus import store
from pipeline.records import Alignment, Document, DocumentPair
from pipeline.report.paged import file_name
from pipeline.review import desk, exchange, offline
from pipeline.review.linker import WordLink
from pipeline.templating import csp_hash
from tests import corpus as small
from tests import review_corpus as sample

HOSTILE = "</script><script>alert(1)</script> \"'><img src=x onerror=alert(2)> {{ 7 * 7 }} \u2028 &amp; fin."
WORDS = (WordLink(1, 1, 0.9, "port", "port"),)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.sqlite"
    sample.make(path).engine.dispose()
    return path


def written(corpus: Path, language: str = "en") -> list[Path]:
    folder = corpus.parent / "pages"
    pages = offline.write(lambda: read_corpus(corpus), folder, language, lambda pairs: [WORDS for _ in pairs])
    assert {one.name for one in folder.iterdir()} == {"index.html", *(one.name for one in pages)}
    return [folder / one.name for one in pages]


def test_a_page_for_each_pair_and_each_translated_document(corpus: Path) -> None:
    faced, translated = (one.read_text("utf-8") for one in written(corpus))
    assert faced.count("<article") == 6
    assert translated.count("<article") == 8
    assert "Le port</span>" in faced
    index = (corpus.parent / "pages" / "index.html").read_text("utf-8")
    assert re.findall(r'<a href="([^"]+)"', index) == [one.name for one in written(corpus)]


def test_the_page_holds_the_texts_exactly_and_loads_nothing(corpus: Path) -> None:
    page = written(corpus)[0].read_text("utf-8")
    texts = [json.loads(html.unescape(one)) for one in re.findall(r'data-texts="([^"]*)"', page)]
    assert texts[0] == ["Le port ouvre à six heures.", "The port opens at six."]
    assert not re.search(r'(?:src|href|action)="(?!#|data:)', page)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'")
    for kind in ("style", "script"):
        (inside,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        assert csp_hash(inside) in policy[1]


def test_the_page_speaks_french(corpus: Path) -> None:
    page = written(corpus, "fr")[0].read_text("utf-8")
    assert '<html lang="fr">' in page
    assert "Enregistrer les décisions" in page


def test_names_of_files_are_plain() -> None:
    assert file_name("../../Été: l'île\n", "ab" * 8) == "ete-l-ile-abababab.html"
    assert file_name("日本", "mt-" + "cd" * 8) == "document-mt-cdcdcdcd.html"


def hostile(folder: Path) -> Path:
    """Two documents whose sentence is full of markup."""
    corpus = store.start_run(small.open_corpus(folder / "hostile.sqlite"), "run-1", "0", {})
    left, right = Document(HOSTILE, title=HOSTILE), Document(HOSTILE + " Too.", title=HOSTILE)
    small.fill(corpus, {"l.txt": (left, "fr"), "r.txt": (right, "en")})
    one, other = (small.segmentation(*two).segments[0] for two in ((left, "fr"), (right, "en")))
    pair = DocumentPair(left.key, right.key, "translation", 0.9, {}, small.PAIR)
    store.save_pairs(corpus, [pair], ("translation",), "p")
    bead = Alignment("bitext", (one.key,), (other.key,), 0.5, small.ALIGN)
    store.save_alignments(corpus, [store.Aligned(pair.key, [bead], {one.key: one, other.key: other})], small.ALIGN)
    corpus.engine.dispose()
    return folder / "hostile.sqlite"


# In a browser


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    complaints: list[str] = []

    def opened(path: Path, **settings: Any) -> Any:
        page = browser.new_context(accept_downloads=True, **settings).new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type != "info" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in browser.contexts:
        context.close()
    assert complaints == []


def save(page: Any, folder: Path) -> bytes:
    with page.expect_download() as waited:
        page.click("#save")
    target = folder / waited.value.suggested_filename
    waited.value.save_as(target)
    return target.read_bytes()


def reviews(corpus: Path) -> list[tuple[Any, ...]]:
    query = text("SELECT left_text, verdict, correction, comment, reviewer FROM review ORDER BY id")
    with read_corpus(corpus) as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_decisions_by_keys_come_back_to_the_corpus(corpus: Path, visit: Any) -> None:
    page = visit(written(corpus)[0])
    page.fill("#name", "Zoé")
    page.click("h1")
    page.keyboard.press("a")
    assert "accepted" in page.inner_text("#said")
    page.keyboard.press("r")
    page.keyboard.press("u")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.type("Nobody minds. ")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("c")
    page.keyboard.type("sure?")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    assert page.inner_text("#count").startswith("3 of 6 judged")
    sheet = exchange.parse(save(page, corpus.parent))
    engine = open_corpus(corpus)
    assert exchange.lay(engine, sheet) == (3, 0, ())
    assert exchange.lay(engine, sheet) == (0, 3, ())
    engine.dispose()
    wind = "Nobody minds. It has rained for three days. Nobody complains about the wind."
    assert reviews(corpus) == [
        ("Le port ouvre à six heures.", "accept", None, None, "Zoé"),
        ("Personne ne se plaint du vent.", "correct", wind, None, "Zoé"),
        ("La criée commence à sept heures.", "unsure", None, "sure?", "Zoé"),
    ]


def test_decisions_outlast_the_page_and_can_be_undone_after(corpus: Path, visit: Any) -> None:
    page = visit(written(corpus)[0])
    page.fill("#name", "Zoé")
    page.locator("#p2 button.reject").click()
    page.reload()
    assert page.input_value("#name") == "Zoé"
    assert page.inner_text("#count").startswith("1 of 6")
    assert page.locator("#p2 button.reject").get_attribute("aria-pressed") == "true"
    page.keyboard.press("u")
    assert page.inner_text("#count").startswith("0 of 6")
    page.keyboard.press("u")
    assert "nothing of yours" in page.inner_text("#said")


def test_a_page_written_anew_does_not_hide_a_conflict(corpus: Path, visit: Any) -> None:
    """The decision was made on the page as it was: what others say since is still met."""
    (path, _) = written(corpus)
    page = visit(path)
    page.fill("#name", "Zoé")
    page.locator("#p1 button.accept").click()
    engine = open_corpus(corpus)
    judge(engine, "reject", "Ada")
    written(corpus)
    page.reload()
    found = exchange.lay(engine, exchange.parse(save(page, corpus.parent)))
    engine.dispose()
    assert (found.applied, [one.others for one in found.refused]) == (0, [("Ada: reject",)])


def judge(engine: Engine, verdict: str, who: str) -> None:
    key = sample.bead(engine, 0)
    with engine.connect() as connection:
        seen = desk.version(connection, key)
    desk.judge(engine, desk.Judgement(key, verdict, None, None, who, seen))


def test_a_name_is_asked_and_words_are_not_lost(corpus: Path, visit: Any) -> None:
    page = visit(written(corpus)[0])
    page.locator("#p2 button.accept").focus()
    for key in "arja":
        page.keyboard.press(key)
    assert page.input_value("#name") == "", "no key falls into the field of the name"
    assert page.inner_text("#count").startswith("3 of 6")
    page.click("#save")
    assert "give a name" in page.inner_text("#said")
    assert page.evaluate("document.activeElement.id") == "name"
    page.keyboard.type("Zoé")
    with page.expect_download() as download:
        page.click("#save")
    assert len(json.loads(Path(download.value.path()).read_text("utf-8"))["decisions"]) == 3
    page.locator("#p1 summary", has_text="Correct").click()
    page.fill("#p1 [name=correction]", "Six it is.")
    page.locator("#p1 button.accept").click()
    assert "a text was changed" in page.inner_text("#said")
    assert page.inner_text("#count").startswith("3 of 6")
    page.reload()
    assert page.input_value("#p1 [name=correction]") == "Six it is."


def test_filters(corpus: Path, visit: Any) -> None:
    engine = open_corpus(corpus)
    judge(engine, "accept", "Ada")
    engine.dispose()
    page = visit(written(corpus)[0])
    shown = lambda: page.locator("article:visible").evaluate_all("all => all.map(one => one.id)")  # noqa: E731
    page.click(".filters summary")
    page.select_option("#verdict", "none")
    assert shown() == ["p2", "p3", "p4", "p5", "p6"]
    page.fill("[name=high]", "0,6")
    assert shown() == ["p2", "p3"]
    page.select_option("#order", "doubt")
    assert shown() == ["p3", "p2"]
    page.fill("#words", "CAFE noir")
    assert shown() == ["p2"]


def test_word_links_are_in_the_page(corpus: Path, visit: Any) -> None:
    page = visit(written(corpus)[0])
    page.locator("#p1 summary", has_text="words").click()
    page.wait_for_selector("#p1 .text .lit")
    assert page.locator("#p1 .text .lit").all_inner_texts() == ["port", "port"]


def test_a_document_full_of_markup_stays_text(tmp_path: Path, visit: Any) -> None:
    corpus = hostile(tmp_path)
    page = visit(written(corpus)[0])
    assert page.locator("img").count() == 0
    page.fill("#name", "Zoé")
    page.locator("button.accept").click()
    sheet = exchange.parse(save(page, tmp_path))
    assert (sheet.decisions[0].left, sheet.decisions[0].right) == (HOSTILE, HOSTILE + " Too.")
    engine = open_corpus(corpus)
    assert exchange.lay(engine, sheet).applied == 1
    engine.dispose()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_anybody_can_use_it(corpus: Path, visit: Any, scheme: str) -> None:
    page = visit(written(corpus)[0], color_scheme=scheme, bypass_csp=True, viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.click(".filters summary")
    page.locator("#p1 summary").first.click()
    found = import_module("axe_playwright_python.sync_playwright").Axe().run(page)
    serious = [one for one in found.response["violations"] if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == []
