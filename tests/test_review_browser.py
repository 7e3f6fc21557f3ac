"""The review page in a real browser: hands on the mouse, hands on the keys, and what axe-core says of it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.server import ServerAddress, listen, open_site
from tests import review_site
from tests.review_site import ids, reviews

pytestmark = pytest.mark.slow

PAGES = (
    "/",
    "/?verdict=any&kind=bitext",
    "/documents",
    "/search?words=marche+OR+market",
    "/overview",
    "/keys",
    "/name",
)
WAIT = 10_000  # milliseconds


@dataclass
class Desk:
    """A server with a small corpus, and browsers that look at it."""

    browser: Any
    url: str
    corpus: Path
    complaints: list[str] = field(default_factory=list)

    def visitor(self, name: str = "Ada", **settings: Any) -> Any:
        """The page of somebody who has given a name, in a browser of their own."""
        page = self.browser.new_context(base_url=self.url, locale="en-GB", **settings).new_page()
        page.set_default_timeout(WAIT)
        page.on("console", lambda message: self.hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.watch(request.url))
        page.goto("/")
        page.fill("#name", name)
        page.press("#name", "Enter")
        page.wait_for_selector("nav")
        return page

    def hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "409" not in text and "422" not in text:
            self.complaints.append(text)

    def watch(self, address: str) -> None:
        if not address.startswith(self.url):
            self.complaints.append(f"asked for {address}")


@pytest.fixture
def desk(browser: Any, tmp_path: Path) -> Iterator[Desk]:
    with served(browser, review_site.make(tmp_path)) as made:
        yield made


@contextmanager
def served(browser: Any, corpus: Path) -> Iterator[Desk]:
    """A server for ``corpus`` while the block runs; no page may have complained at its end."""
    server = listen(open_site(corpus, ServerAddress()), ServerAddress(port=0))
    thread = threading.Thread(target=server.run)
    thread.start()
    made = Desk(browser, server.url.rstrip("/"), corpus)
    try:
        yield made
    finally:
        for context in browser.contexts:
            context.close()
        server.close()
        thread.join(10)
    assert not thread.is_alive()
    assert made.complaints == []


def said(page: Any) -> str:
    """What the page says was done, once it says it."""
    page.wait_for_selector("#said p")
    return str(page.inner_text("#said"))


def test_judging_goes_on_to_the_next_pair(desk: Desk) -> None:
    page = desk.visitor()
    page.click("text=Start judging")
    first = page.url
    page.click("button.accept")
    assert "Saved: accepted." in said(page)
    assert page.url != first
    assert [(one[0], one[3]) for one in reviews(desk.corpus)] == [("accept", "Ada")]
    assert page.locator("progress").get_attribute("value") == "1"


def test_a_correction_and_a_comment(desk: Desk) -> None:
    page = desk.visitor()
    pair = ids(desk.corpus)[0]
    page.goto(f"/pair/{pair}")
    page.click(".side.right .edit summary")
    assert not page.is_visible("[data-side=right]"), "the text is edited where it stands"
    page.fill("[name=correction]", "The market is open from eight.")
    page.click("details.comment summary")
    page.fill("[name=comment]", "opens, every day")
    page.click(".side.right button.correct")
    assert "your correction" in said(page)
    assert reviews(desk.corpus) == [("correct", "The market is open from eight.", "opens, every day", "Ada")]


def test_either_side_is_corrected_in_its_own_column(desk: Desk) -> None:
    page = desk.visitor(viewport={"width": 1200, "height": 800})
    pair = ids(desk.corpus)[0]
    page.goto(f"/pair/{pair}")
    place = page.locator("[data-side=left]").bounding_box()
    page.keyboard.press("E")
    assert page.evaluate("document.activeElement.name") == "left_correction"
    field = page.locator("[name=left_correction]").bounding_box()
    assert (field["x"], field["y"], field["width"]) == (place["x"], place["y"], place["width"])
    page.keyboard.press("Escape")
    assert page.is_visible("[data-side=left]"), "a field without a change closes"
    page.keyboard.press("E")
    page.keyboard.press("Control+a")
    page.keyboard.type("Le marché ouvre dès huit heures.")
    page.keyboard.press("Control+Enter")
    assert "your correction" in said(page)
    page.goto(f"/pair/{pair}")
    assert page.inner_text("[data-side=left]") == "Le marché ouvre dès huit heures."
    assert "dès" in page.inner_text("details.past ins")
    page.goto(page.get_attribute(".side.left h2 a", "href"))
    assert page.locator("text=Le marché ouvre dès huit heures.").count() == 1
    page.goto("/?verdict=any&words=d%C3%A8s")
    assert page.locator(".item").count() == 2, "the French of its machine translation is the same"
    page.goto(f"/pair/{pair}")
    page.keyboard.press("u")
    assert "taken back" in said(page)
    assert page.inner_text("[data-side=left]") == "Le marché ouvre à huit heures."


def test_keys_alone_do_everything(desk: Desk) -> None:
    page = desk.visitor()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('.item') !== null")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{second}")
    page.keyboard.press("r")
    assert "rejected" in said(page)
    page.keyboard.press("u")
    page.wait_for_url(f"**{second}")
    assert "taken back" in said(page)
    page.keyboard.press("d")
    assert "unsure" in said(page)
    page.keyboard.press("k")
    page.goto(f"/pair/{ids(desk.corpus)[0]}")
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.name") == "correction"
    page.keyboard.press("End")
    page.keyboard.type(" a r u")
    page.keyboard.press("Control+Enter")
    assert "your correction" in said(page)
    assert reviews(desk.corpus)[-1][1] == "The market opens at eight. a r u"
    page.goto(f"/pair/{ids(desk.corpus)[1]}")
    page.keyboard.press("c")
    page.keyboard.type("seen")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    assert "accepted" in said(page)
    assert reviews(desk.corpus)[-1][:3] == ("accept", None, "seen")


def test_keys_split_merge_and_undo(desk: Desk) -> None:
    page = desk.visitor()
    page.goto(f"/pair/{ids(desk.corpus)[0]}")
    page.keyboard.press("m")
    assert "merged" in said(page)
    assert len(ids(desk.corpus)) == 1
    page.keyboard.press("s")
    assert page.evaluate("document.activeElement.name") == "left_at"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=the pair is split")
    assert len(ids(desk.corpus)) == 2
    page.keyboard.press("u")
    page.wait_for_selector("text=as they were before")
    assert len(ids(desk.corpus)) == 1
    page.keyboard.press("u")
    page.wait_for_selector("text=as they were before")
    assert len(ids(desk.corpus)) == 2


def beads(page: Any) -> list[tuple[list[str], list[str]]]:
    """The texts of both sides of each row of the grid."""
    return [
        tuple(row.locator(f".{side} p:not(.gap)").all_inner_texts() for side in ("left", "right"))
        for row in page.locator(".bead").all()
    ]


def held(page: Any, rows: int) -> None:
    """Wait until the grid has so many rows, and has the focus again."""
    page.wait_for_function(
        "(n) => document.querySelectorAll('.bead').length === n && document.activeElement.closest('.cell')", arg=rows
    )


def test_the_whole_alignment_is_edited_by_keys_and_saved_as_one_goes(desk: Desk) -> None:
    page = desk.visitor()
    page.goto("/documents")
    page.click("a[href^='/facing/']")
    page.click("text=Edit the whole alignment")
    page.wait_for_selector(".cell:focus")
    first, second = beads(page)
    page.keyboard.press("m")
    held(page, 1)
    assert beads(page) == [(first[0] + second[0], first[1] + second[1])]
    page.keyboard.press("u")
    held(page, 2)
    assert beads(page) == [first, second]
    page.keyboard.press("Home")
    page.locator(".bead .left").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    page.wait_for_selector("text=the sentence is moved")
    assert beads(page) == [(first[0], []), (second[0], first[1] + second[1])]
    page.keyboard.press("p")
    page.wait_for_function("() => document.querySelectorAll('.bead .gap').length === 0")
    assert beads(page) == [first, second]
    page.keyboard.press("k")
    page.keyboard.press("s")
    held(page, 3)
    assert beads(page) == [(first[0], []), ([], first[1]), second]
    page.reload()
    page.wait_for_selector(".cell:focus")
    assert beads(page) == [(first[0], []), ([], first[1]), second]


def test_the_grid_shows_what_others_did_and_works_without_scripts(desk: Desk) -> None:
    ada, bob = desk.visitor(java_script_enabled=False), desk.visitor("Bob")
    ada.goto("/documents")
    facing = ada.get_attribute("a[href^='/facing/']", "href")
    for page in (ada, bob):
        page.goto(facing.replace("facing", "align"))
    ada.hover(".bead >> nth=0")
    ada.click(".bead >> nth=0 >> button[data-key=m]")
    ada.wait_for_selector("text=the pairs are merged")
    bob.wait_for_selector(".cell:focus")
    bob.keyboard.press("m")
    bob.wait_for_selector("text=Ada")
    assert len(ids(desk.corpus)) == 1


def test_help_on_a_question_mark(desk: Desk) -> None:
    page = desk.visitor()
    page.keyboard.press("?")
    dialog = page.locator("dialog#keys")
    assert dialog.is_visible()
    assert "merge with the next" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_single_keys_can_be_turned_off(desk: Desk) -> None:
    page = desk.visitor()
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.goto(f"/pair/{ids(desk.corpus)[0]}")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert reviews(desk.corpus) == []


def test_word_links_on_hover_and_by_keys(desk: Desk) -> None:
    page = desk.visitor()
    page.goto(f"/pair/{ids(desk.corpus)[0]}")
    page.hover("[data-side=left]")
    page.wait_for_selector("[data-word].linked", state="attached")
    page.hover("[data-side=left] [data-word='1']")
    assert page.locator(".lit").all_inner_texts() == ["marché", "market"]
    page.mouse.move(0, 0)
    assert page.locator(".lit").count() == 0
    page.keyboard.press("w")
    page.wait_for_selector(".lit")
    before = page.inner_text(".linked[role=status]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(text) => document.querySelector('.linked[role=status]').innerText !== text", arg=before)
    assert len(page.locator(".lit").all()) == 2


def test_a_difference_that_has_a_counterpart_is_none(desk: Desk) -> None:
    with sqlite3.connect(desk.corpus) as connection:
        texts = "Il a vu Jean Martin et les douze maisons.", "He saw Jean Martin and the 12 Houses."
        connection.execute(
            "UPDATE alignment SET left_text = ?, right_text = ? WHERE id = ?", (*texts, ids(desk.corpus)[0])
        )
    page = desk.visitor()
    page.goto(f"/pair/{ids(desk.corpus)[0]}")
    assert page.locator("[data-side] mark").count() == 0, "settled before it is shown"
    assert page.locator(".missing").count() == 0
    assert page.inner_text("[data-side=right]") == texts[1]


def test_search_shows_words_in_context_and_copies_a_quotation(desk: Desk) -> None:
    page = desk.visitor(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/documents")
    page.click("nav >> text=Search")
    page.fill("#words", "marche")
    page.press("#words", "Enter")
    page.wait_for_selector(".concordance")
    first = page.locator(".concordance > li").first
    assert first.locator(".kwic .hit").all_inner_texts() == ["marché"]
    assert "The market opens at eight." in page.inner_text(".concordance")
    first.locator("text=Copy the quotation").click()
    assert "copied" in said(page)
    expected = "«\u00a0Le marché ouvre à huit heures.\u00a0» — fr.txt, characters 0–30"
    assert page.evaluate("navigator.clipboard.readText()") == expected
    first.locator(".from").click()
    page.wait_for_selector("article.edition .at")
    page.goto(f"/pair/{ids(desk.corpus, 'translation')[0]}")
    page.click(".side.right >> text=Copy the quotation")
    said(page)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == (
        "“The market opens at eight o'clock.” — Le marché, fr.txt, characters 0–30"
        " [machine translation, dictionary-1+toy]"
    )
    page.goto("/search?words=NEAR+%22")
    assert page.is_visible(".problem")


def test_drafts_survive_a_closed_page(desk: Desk) -> None:
    page = desk.visitor()
    pair = ids(desk.corpus)[0]
    page.goto(f"/pair/{pair}")
    page.keyboard.press("c")
    page.keyboard.type("half a thought")
    page.goto("/overview")
    page.goto(f"/pair/{pair}")
    assert page.input_value("[name=comment]") == "half a thought"
    assert "unsaved words" in said(page)
    page.click("button.unsure")
    said(page)
    assert reviews(desk.corpus) == [("unsure", None, "half a thought", "Ada")]
    assert page.evaluate("Object.keys(localStorage).filter((one) => one.startsWith('draft:')).length") == 0


def test_two_reviewers_at_once(desk: Desk) -> None:
    ada, bob = desk.visitor(), desk.visitor("Bob")
    pair = ids(desk.corpus)[0]
    ada.goto(f"/pair/{pair}")
    bob.goto(f"/pair/{pair}")
    ada.click("button.reject")
    said(ada)
    bob.click("details.comment summary")
    bob.fill("[name=comment]", "quite right")
    bob.click("button.accept")
    bob.wait_for_selector(".conflict")
    assert "Ada" in bob.inner_text(".conflict")
    assert bob.input_value("[name=comment]") == "quite right"
    assert len(reviews(desk.corpus)) == 1
    bob.click("button.accept")
    said(bob)
    assert [(one[0], one[3]) for one in reviews(desk.corpus)] == [("reject", "Ada"), ("accept", "Bob")]


def test_conflicts_are_adjudicated(desk: Desk) -> None:
    pair = ids(desk.corpus)[0]
    for name, verdict in (("Ada", "accept"), ("Bob", "reject")):
        page = desk.visitor(name)
        page.goto(f"/pair/{pair}")
        page.click(f"button.{verdict}")
        said(page)
    judge = desk.visitor("Chloé")
    judge.goto("/overview")
    judge.click("a[href*=disputed]")
    assert judge.locator(".item a").evaluate_all("all => all.map(one => one.getAttribute('href'))") == [
        f"/pair/{pair}?verdict=judged&disputed=True"
    ]
    judge.click(".item a")
    assert "Ada" in judge.inner_text(".history")
    judge.keyboard.press("a")
    said(judge)
    judge.goto("/?disputed=1")
    assert judge.locator(".item").count() == 0, "two of three say the same"


def test_from_the_document_to_a_pair_and_back(desk: Desk) -> None:
    page = desk.visitor()
    page.click("text=Documents")
    page.click("a[href^='/facing/']")
    page.click("a.judge >> nth=0")
    page.wait_for_selector("article.pair")
    page.keyboard.press("o")
    page.wait_for_selector("article.edition .at")


def test_without_scripts_everything_is_there(desk: Desk) -> None:
    page = desk.visitor(java_script_enabled=False)
    page.goto(f"/pair/{ids(desk.corpus)[0]}")
    page.click("text=Keys")
    page.wait_for_selector("text=merge with the next")
    page.goto(f"/pair/{ids(desk.corpus)[0]}")
    page.click("button.accept")
    page.wait_for_selector("text=Saved: accepted.")
    page.goto(f"/pair/{ids(desk.corpus)[0]}")
    page.click("button.undo")
    page.wait_for_selector("text=no verdict on this pair")
    page.click("details.recut summary")
    page.click(".merges button >> nth=-1")
    page.wait_for_selector("text=the pairs are merged")


def test_in_french(desk: Desk) -> None:
    page = desk.visitor()
    page.click("text=Français")
    page.wait_for_selector("html[lang=fr]")
    page.click("text=Commencer")
    page.wait_for_selector("article.pair")
    page.keyboard.press("a")
    assert "Enregistré : acceptée." in said(page)


# Looks


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    tool = import_module("axe_playwright_python.sync_playwright").Axe()

    def violations(page: Any) -> list[str]:
        found = tool.run(page).response["violations"]
        serious = [one for one in found if one["impact"] in {"serious", "critical", "moderate"}]
        return [f"{page.url} {one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in serious]

    return violations


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_anybody_can_use_every_page(desk: Desk, axe: Callable[[Any], list[str]], scheme: str) -> None:
    # axe is evaluated in the page, which the policy would refuse; the policy itself is tested elsewhere
    page = desk.visitor(color_scheme=scheme, bypass_csp=True)
    pairs = [ids(desk.corpus, kind)[0] for kind in ("bitext", "translation")]
    facing = page.goto("/documents") and page.get_attribute("a[href^='/facing/']", "href")
    for pair in ids(desk.corpus):
        page.goto(f"/pair/{pair}")
        page.click("button.reject")
        said(page)
    found = []
    grid = facing.replace("facing", "align")
    for address in (*PAGES, *(f"/pair/{one}" for one in pairs), facing, grid, "/nowhere/at/all"):
        page.goto(address)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.wait_for_timeout(100)
        found += axe(page)
    page.goto("/")
    page.keyboard.press("?")
    found += axe(page)
    desk.complaints[:] = [one for one in desk.complaints if "404" not in one]
    assert found == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_runs_over_the_edge(desk: Desk, width: int) -> None:
    page = desk.visitor(viewport={"width": width, "height": 700})
    addresses = [*PAGES, *(f"/pair/{ids(desk.corpus, kind)[0]}" for kind in ("bitext", "translation", "passage"))]
    page.goto("/documents")
    addresses.append(page.get_attribute("a[href^='/facing/']", "href"))
    addresses.append(addresses[-1].replace("facing", "align"))
    for language in ("English", "Français")[: 2 if width == 320 else 1]:
        for address in addresses:
            page.goto(address)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, (language, address)
        page.click("header form[action='/language'] button")
