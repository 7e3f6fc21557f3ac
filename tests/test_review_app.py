"""The review pages without a browser: what they show, what their forms do, and what two people see of each other."""

import re
import sqlite3
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.engine import open_corpus
from db.reader import read_plainly
from pipeline import wording
from pipeline.commands import inspection
from pipeline.corpus import meanings
from pipeline.corpus.codes import CODES
from pipeline.errors import EngineError
from pipeline.review import assets, card, marking, query_string, server, site
from pipeline.review.app import create_app
from pipeline.review.linker import Linker
from pipeline.review.server import ServerAddress, open_site
from pipeline.wording import LANGUAGES, Wording, read_catalogue
from tests import review_site
from tests.review_site import Visitor, ids, reviews, visitor
from tests.test_report import Element, parse


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return review_site.make(tmp_path)


@pytest.fixture
def ada(corpus: Path) -> Visitor:
    return visitor(corpus)


def main(page: str) -> Element:
    [found] = parse(page).find("main")
    return found


def items(page: str) -> list[Element]:
    return parse(page).find("li", class_="item")


# The queue


def test_the_name_is_asked_once_and_the_way_goes_on(corpus: Path) -> None:
    nobody = visitor(corpus, "")
    asked_first = nobody.get("/?kind=bitext")
    assert asked_first.status_code == 303
    page = nobody.get(asked_first.headers["Location"])
    [place] = parse(page.text).find("input", name="back")[-1:]
    assert place.attributes["value"] == "/?kind=bitext"
    assert nobody.post("/name", {"name": "  "}).status_code == 422
    given = nobody.post("/name", {"name": " Zoë\n d’Aulnoy ", "back": "/?kind=bitext"})
    assert given.headers["Location"] == "/?kind=bitext"
    assert "Zoë d’Aulnoy" in nobody.get("/?kind=bitext").text


def test_the_queue_shows_what_nobody_judged_with_counts(ada: Visitor, corpus: Path) -> None:
    page = ada.get("/").text
    total = sum(len(ids(corpus, kind)) for kind in ("translation", "bitext", "passage"))
    assert len(items(page)) == total
    [bar] = parse(page).find("progress")
    assert (bar.attributes["value"], bar.attributes["max"]) == ("0", str(total))
    ada.judge(ids(corpus)[0], "accept")
    page = ada.get("/").text
    assert len(items(page)) == total - 1
    assert parse(page).find("progress")[0].attributes["value"] == "1"
    assert len(items(ada.get("/?verdict=accept").text)) == 1
    assert len(items(ada.get("/?verdict=any").text)) == total


FILTERS = {
    "kind=passage": 1,
    "kind=bitext&low=0.9": 1,
    "kind=bitext&high=0,8": 1,
    "finding=W601": 1,
    "words=marche": 3,
    "words=%22huit+heures%22": 4,
    "verdict=judged": 0,
    "verdict=reject": 0,
    "document=0000000000000000": 0,
    "sample=2&seed=3": 2,
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters(ada: Visitor, query: str) -> None:
    page = ada.get(f"/?{query}").text
    assert len(items(page)) == FILTERS[query]
    for one in items(page):
        [link] = one.find("a")
        assert "?" in link.attributes["href"]


def test_filters_go_along_from_page_to_page(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    page = ada.get(f"/pair/{pair}?kind=bitext").text
    forms = [
        one.attributes["action"] for one in parse(page).find("form") if "/pair/" in one.attributes.get("action", "")
    ]
    assert forms
    assert all(one.endswith("?kind=bitext") for one in forms)
    done = ada.post(f"/pair/{pair}/judge?kind=bitext", {"verdict": "accept", "seen": ada.seen(pair)})
    assert done.headers["Location"] in {f"/pair/{one}?kind=bitext" for one in ids(corpus)} | {"/?kind=bitext"}


def test_a_query_is_what_it_was() -> None:
    filters = query_string.Filters("ab12", "bitext", 0.25, 0.5, "reject", "W601", "à midi & plus", "Ada", 10, 2)
    pairs = dict(one.split("=") for one in query_string.format_filters(filters).split("&"))
    assert (
        query_string.parse_filters({name: site.unquote(value.replace("+", " ")) for name, value in pairs.items()})
        == filters
    )
    assert query_string.parse_filters({}) == query_string.DEFAULTS
    assert query_string.format_filters(query_string.DEFAULTS) == ""


def test_the_first_pair_begins_the_work(ada: Visitor) -> None:
    first = parse(ada.get("/").text).find("li", class_="item")[0].find("a")[0].attributes["href"]
    assert ada.get("/start").headers["Location"] == first
    assert ada.get("/start?verdict=reject").headers["Location"] == "/?verdict=reject"


# A pair


def test_a_pair_shows_what_helps_to_judge_it(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[1]
    text = main(ada.get(f"/pair/{pair}").text).text()
    assert "La mairie l'a dit mardi." in text
    assert "Le marché ouvre à huit heures." in text  # before it
    assert "0.75" in text
    assert "how near the two sides' vectors are" in text
    assert "fr.txt" in text
    assert "en.txt" in text
    assert "Made bytest 1" in text
    assert "Nobody has judged this pair yet." in text
    [found] = items(ada.get("/?finding=W601").text)
    text = main(ada.get(found.find("a")[0].attributes["href"]).text).text()
    assert "dictionary" in text
    assert "W601" in text
    assert "beam" in text


def test_words_are_numbered_and_differences_marked() -> None:
    left, right = "Le maire, Paul Rivon, a 41 ans.", "The mayor, Paul Rivon, is 42."
    missing = marking.differences(left, right)
    pieces = marking.pieces(left, "left", missing)
    assert "".join(one.text for one in pieces) == left
    assert [one.text for one in pieces if one.mark] == ["41"]
    assert [one.word for one in pieces if one.word is not None] == list(range(7))
    assert marking.differences("", right) == ()


def test_judging(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    done = ada.judge(pair, "accept", comment=" sure ")
    assert done.status_code == 303
    assert reviews(corpus) == [("accept", None, "sure", "Ada")]
    page = ada.get(done.headers["Location"]).text
    [said] = [one for one in parse(page).all() if one.attributes.get("id") == "said"]
    assert said.text().startswith("Saved: accepted.")
    assert said.find("p")[0].attributes["data-saved"] == pair
    page = ada.get(f"/pair/{pair}").text
    assert "accepted by Ada" in main(page).text()
    [pressed] = [one for one in parse(page).find("button") if one.attributes.get("aria-pressed") == "true"]
    assert pressed.attributes["value"] == "accept"


def test_a_correction_is_shown_word_by_word(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    assert ada.judge(pair, "correct", correction="The market opens at 8 o'clock.").status_code == 303
    page = parse(ada.get(f"/pair/{pair}").text)
    assert [one.text() for one in page.find("del")] == ["eight", "eight"]  # behind the text, and in the history
    assert "".join(one.text() for one in page.find("ins")) == 2 * "8 o'clock"
    [field] = page.find("textarea", name="correction")
    assert field.text() == "The market opens at 8 o'clock."


def test_what_stands_around_a_machine_translation_is_translated_too(ada: Visitor, corpus: Path) -> None:
    query = "SELECT id FROM alignment WHERE kind = 'translation' AND left_text LIKE 'Le march%'"
    with sqlite3.connect(corpus) as connection:
        [key] = connection.execute(query).fetchone()
    [right] = parse(ada.get(f"/pair/{key}").text).find("section", class_="right")
    assert "The town hall said so on Tuesday." in right.text()


def test_a_correction_that_changes_nothing_is_none(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    response = ada.judge(pair, "correct", correction="The market opens at eight.", comment="my words")
    assert response.status_code == 422
    assert "the same as the text" in response.text
    assert "my words" in response.text
    assert reviews(corpus) == []


def test_another_s_correction_can_be_shared(corpus: Path) -> None:
    ada, bob = visitor(corpus), visitor(corpus, "Bob")
    pair, better = ids(corpus)[0], "The market opens at 8 o'clock."
    ada.judge(pair, "correct", correction=better)
    assert bob.judge(pair, "accept", correction=better).status_code == 303
    assert bob.judge(pair, "correct", correction=better).status_code == 303
    assert [one[:2] for one in reviews(corpus)][-1] == ("correct", better)


def test_a_changed_text_is_not_lost_by_accepting(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    response = ada.judge(pair, "accept", correction="The market opens at nine.")
    assert response.status_code == 422
    assert "The market opens at nine." in response.text
    assert ada.judge(pair, "accept", correction="The market opens at eight.").status_code == 303


def test_undo_goes_back_step_by_step(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    ada.judge(pair, "accept")
    ada.judge(pair, "reject")
    undone = ada.post("/undo")
    assert undone.headers["Location"] == f"/pair/{pair}"
    assert "Your verdict is: accepted." in ada.get(f"/pair/{pair}").text
    ada.post("/undo")
    assert "You have no verdict on this pair now." in ada.get(f"/pair/{pair}").text
    assert ada.post("/undo").headers["Location"] == "/"
    assert "nothing of yours to undo" in ada.get("/").text
    history = parse(ada.get(f"/pair/{pair}").text).find("ol", class_="history")[0].find("li")
    assert len(history) == 4


def beads(corpus: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(corpus) as connection:
        query = "SELECT left_text, right_text FROM alignment WHERE kind = 'bitext' ORDER BY position"
        return connection.execute(query).fetchall()


def test_merge_split_and_undo(ada: Visitor, corpus: Path) -> None:
    before = beads(corpus)
    first = ids(corpus)[0]
    assert "the probability that just these sentences" in ada.get(f"/pair/{first}").text
    done = ada.post(f"/pair/{first}/merge", {"seen": ada.seen(first)})
    assert done.status_code == 303
    assert beads(corpus)[0] == (f"{before[0][0]} {before[1][0]}", f"{before[0][1]} {before[1][1]}")
    merged = done.headers["Location"].rpartition("/")[2]
    page = ada.get(f"/pair/{merged}").text
    assert "2:2" in page
    assert "cut it elsewhere" in page
    assert "a reviewer put these sentences together" in page
    assert "the probability that just these sentences" not in page
    with read_plainly(corpus, typed=True) as connection:
        assert inspection.show(connection, merged)["the score is"] == meanings.SCORES["review"]
    done = ada.post(f"/pair/{merged}/split", {"seen": ada.seen(merged), "left_at": "1", "right_at": "1"})
    assert done.status_code == 303
    assert beads(corpus) == before
    ada.post("/undo")
    ada.post("/undo")
    assert beads(corpus) == before


def test_merge_with_the_pair_before(ada: Visitor, corpus: Path) -> None:
    second = parse(ada.get(f"/pair/{ids(corpus)[1]}").text)
    [form] = [one for one in second.find("form") if one.attributes.get("action", "").endswith("/merge")]
    seen = form.find("input", name="seen")[0].attributes["value"]
    assert ada.post(form.attributes["action"], {"seen": seen}).status_code == 303
    assert len(beads(corpus)) == 1


def test_move_a_sentence(ada: Visitor, corpus: Path) -> None:
    first = ids(corpus)[0]
    merged = ada.post(f"/pair/{first}/merge", {"seen": ada.seen(first)}).headers["Location"].rpartition("/")[2]
    ada.post(f"/pair/{merged}/split", {"seen": ada.seen(merged), "left_at": "2", "right_at": "1"})
    [wide, _] = beads(corpus)
    assert wide[0].endswith("mardi.")
    pair = ids(corpus)[0]
    done = ada.post(f"/pair/{pair}/move", {"seen": ada.seen(pair), "side": "left", "direction": "next"})
    assert done.status_code == 303
    assert [one[0] for one in beads(corpus)] == ["Le marché ouvre à huit heures.", "La mairie l'a dit mardi."]


def test_a_cut_that_cannot_be_made_says_so(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus)[0]
    response = ada.post(f"/pair/{pair}/split", {"seen": ada.seen(pair), "left_at": "0", "right_at": "0"})
    assert response.status_code == 422
    assert "cannot be cut like that" in response.text
    assert ada.post(f"/pair/{pair}/split", {"seen": "x", "left_at": "-1", "right_at": "a"}).status_code == 400


def test_machine_translations_are_not_cut(ada: Visitor, corpus: Path) -> None:
    pair = ids(corpus, "translation")[0]
    assert not parse(ada.get(f"/pair/{pair}").text).find("details", class_="recut")
    assert ada.post(f"/pair/{pair}/merge", {"seen": ada.seen(pair)}).status_code == 422


# Two people


def test_the_second_to_save_sees_what_the_first_did(corpus: Path) -> None:
    ada, bob = visitor(corpus), visitor(corpus, "Bob")
    pair = ids(corpus)[0]
    seen = bob.seen(pair)
    ada.judge(pair, "reject", comment="not the same hour")
    values = {"verdict": "correct", "correction": "The market is open at eight.", "comment": "better so"}
    late = bob.post(f"/pair/{pair}/judge", {"seen": seen, **values})
    assert late.status_code == 409
    page = parse(late.text)
    [alert] = page.find("section", class_="conflict")
    assert "Ada: rejected it" in alert.text()
    assert "not the same hour" in alert.text()
    assert page.find("textarea", name="correction")[0].text() == values["correction"]
    assert page.find("textarea", name="comment")[0].text() == values["comment"]
    assert len(reviews(corpus)) == 1
    fresh = page.find("form", class_="judge")[0].find("input", name="seen")[0].attributes["value"]
    assert bob.post(f"/pair/{pair}/judge", {"seen": fresh, **values}).status_code == 303
    assert [one[3] for one in reviews(corpus)] == ["Ada", "Bob"]


def test_words_survive_a_pair_that_is_gone(corpus: Path) -> None:
    ada, bob = visitor(corpus), visitor(corpus, "Bob")
    pair = ids(corpus)[0]
    seen = bob.seen(pair)
    ada.post(f"/pair/{pair}/merge", {"seen": ada.seen(pair)})
    late = bob.post(f"/pair/{pair}/judge", {"seen": seen, "verdict": "reject", "comment": "my long thought"})
    assert late.status_code in {404, 409}
    assert "my long thought" in late.text
    assert reviews(corpus) == []


def test_a_busy_corpus_is_said_politely(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.sqlite.PRAGMAS", ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 50"))
    ada = visitor(corpus)
    pair = ids(corpus)[0]
    values = {"verdict": "accept", "seen": ada.seen(pair), "comment": "wait for me"}
    token = ada.token()
    with sqlite3.connect(corpus, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ada.get("/").status_code == 200  # reading does not wait
        response = ada.client.post(f"/pair/{pair}/judge", data={"token": token, **values})
        other.execute("ROLLBACK")
    assert response.status_code == 503
    assert "wait for me" in response.text
    assert ada.client.post(f"/pair/{pair}/judge", data={"token": token, **values}).status_code == 303


def test_pages_go_on_when_the_corpus_is_gone(corpus: Path) -> None:
    ada = visitor(corpus)
    for name in ("", "-wal", "-shm"):
        corpus.with_name(corpus.name + name).unlink(missing_ok=True)
    response = ada.get("/")
    assert response.status_code == 503
    assert "make corpus" in response.text


# Documents and the overview


def test_documents_lead_to_pairs(ada: Visitor, corpus: Path) -> None:
    page = ada.get("/documents").text
    [faced] = [one for one in parse(page).find("a") if one.attributes["href"].startswith("/facing/")]
    shown = ada.get(faced.attributes["href"]).text
    assert main(shown).find("h1")[0].text() == "Le marché"
    links = {one.attributes["href"] for one in main(shown).find("a")}
    assert {f"/pair/{key}" for key in ids(corpus)} <= links
    assert "boilerplate" in main(shown).text()


def test_a_document_alone_with_its_translation(ada: Visitor, corpus: Path) -> None:
    [french] = [one for one in parse(ada.get("/documents").text).find("a") if one.text() == "Le marché"][:1]
    page = ada.get(french.attributes["href"])
    text = main(page.text).text()
    assert "The market opens at eight o'clock." in text
    assert "Stalls open at eight, officials say." in text
    assert {f"/pair/{key}" for key in ids(corpus, "translation")} <= {
        one.attributes["href"] for one in main(page.text).find("a")
    }


def test_a_pair_is_found_in_its_document(ada: Visitor, corpus: Path) -> None:
    page = parse(ada.get(f"/pair/{ids(corpus)[1]}").text)
    [place] = [one.attributes["href"] for one in page.find("a") if one.attributes.get("data-key") == "o"]
    path, _, anchor = place.partition("#")
    shown = parse(ada.get(path).text)
    [spot] = [one for one in shown.all() if one.attributes.get("id") == anchor]
    assert spot.text() == "La mairie l'a dit mardi."
    assert spot.has(class_="at")


def test_documents_are_found_without_accents(ada: Visitor) -> None:
    assert "Le marché" in ada.get("/documents?q=MARCHE").text
    assert "Le marché" not in ada.get("/documents?q=gare").text


def test_a_long_document_has_pages(ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.review.document.ROWS", 1)
    address = next(
        one.attributes["href"] for one in parse(ada.get("/documents").text).find("a") if one.text() == "Le marché"
    )
    first, last = ada.get(address).text, ada.get(f"{address}?page=99999").text
    assert "page 1 of 3" in first
    assert "page 3 of 3" in last
    assert "Le marché ouvre" in main(first).text()
    assert "Le marché ouvre" not in main(last).text()


def test_the_overview_counts(ada: Visitor, corpus: Path) -> None:
    assert "Nobody has judged anything yet." in ada.get("/overview").text
    bob = visitor(corpus, "Bob")
    for key, verdict in zip(ids(corpus), ("accept", "reject"), strict=True):
        ada.judge(key, verdict)
        bob.judge(key, verdict)
    page = ada.get("/overview").text
    text = main(page).text()
    assert "pairs of bitext" in text
    assert "Verdicts by reviewer" in text
    assert "Ada, Bob" in text
    assert "1.00Krippendorff’s alpha" in text or "Krippendorff’s alpha1.00" in text
    assert parse(page).find("svg", class_="histogram")


def test_my_latest_verdicts_lead_back_to_their_pairs(ada: Visitor, corpus: Path) -> None:
    assert "You have judged nothing yet." in ada.get("/latest").text
    first, second = ids(corpus)[:2]
    ada.judge(first, "accept")
    ada.judge(second, "reject")
    ada.judge(first, "correct", correction="Another text <b>.")
    visitor(corpus, "Bob").judge(second, "accept")
    links = [link.attributes["href"] for link in main(ada.get("/latest").text).find("a")]
    assert links == [f"/pair/{first}", f"/pair/{second}"]
    assert "Another text <b>." in main(ada.get("/latest").text).text()
    ada.post("/undo", {})
    ada.post("/undo", {})
    assert '<a href="/latest">' in ada.get("/overview").text
    last = [link.attributes["href"] for link in main(ada.get("/latest").text).find("a")]
    assert last == [f"/pair/{first}"]  # what was taken back is gone, what was said before it stands again


# Word links


def test_word_links(ada: Visitor, corpus: Path) -> None:
    links = ada.get(f"/pair/{ids(corpus)[0]}/words").json
    assert isinstance(links, list)
    assert {"left": 1, "left_text": "marché", "right": 1, "right_text": "market"}.items() <= {
        key: one[key] for one in links if one["left"] == 1 for key in ("left", "left_text", "right", "right_text")
    }.items()


def test_without_an_embedder_only_the_links_fail(corpus: Path) -> None:
    def absent() -> Any:
        raise EngineError("The embedder is not installed. Run: make setup")

    made = open_site(corpus, ServerAddress())
    ada = Visitor(create_app(replace(made, linker=Linker(absent))).test_client())
    ada.post("/name", {"name": "Ada"})
    pair = ids(corpus)[0]
    response = ada.get(f"/pair/{pair}/words")
    assert response.status_code == 500
    assert "make setup" in response.text
    assert ada.get(f"/pair/{pair}").status_code == 200


# Two languages


def fields(text: str) -> list[str]:
    return sorted(name for _, name, *_ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    english, texts = read_catalogue("en"), read_catalogue(language)
    assert [key for key in english if not texts.get(key, "").strip()] == []
    assert [key for key in english if fields(english[key]) != fields(texts[key])] == []
    assert [key for key in texts if key not in english and not key.startswith(("finding:", "measure:"))] == []


def test_a_further_language_is_a_further_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in wording.CATALOGUES.glob("*.po"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "de.po").write_text(
        'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "queue"\nmsgstr "Warteschlange"\n', "utf-8"
    )
    monkeypatch.setattr(wording, "CATALOGUES", tmp_path)
    german = Wording("de")
    assert (german("queue"), german("documents"), german.decimal(0.5)) == ("Warteschlange", "Documents", "0,50")


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    folder = Path(assets.FOLDER)
    sources = [
        *folder.glob("*.py"),
        *(folder / "templates").glob("*.j2"),
        *(folder.parent / "report").glob("*.py"),
        *(folder.parent / "report").glob("*.j2"),
        *(folder.parent / "export").glob("*.j2"),
    ]
    code = "\n".join(one.read_text("utf-8") for one in sources)
    asked_for = set(re.findall(r'\bt\("(\w+)"[,)]', code)) | set(re.findall(r'said\("(\w+)"', code))
    texts = {key for key in read_catalogue("en") if key}
    assert asked_for <= texts
    words = set(re.findall(r"\w+", code))
    beginnings = re.findall(r'["(]f?"?(\w+_)(?:" ~|\{)', code)
    unused = [key for key in texts if key not in words and not key.startswith(tuple(beginnings))]
    assert unused == []


def test_what_findings_and_measures_mean_is_told_in_french_too() -> None:
    texts = read_catalogue("fr")
    assert {key[8:] for key in texts if key.startswith("finding:")} == set(CODES)
    assert {key[8:] for key in texts if key.startswith("measure:")} == set(meanings.MEANINGS)
    assert {f"score_{name}" for name in meanings.SCORES} <= set(texts)


def test_the_language_is_the_browsers_until_one_is_chosen(ada: Visitor) -> None:
    assert '<html lang="en">' in ada.get("/").text
    page = ada.get("/", **{"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}).text
    assert '<html lang="fr">' in page
    assert "File" in main(page).text()
    assert '<html lang="en">' in ada.get("/", **{"Accept-Language": "de"}).text
    chosen = ada.post("/language", {"language": "fr", "back": "/overview"})
    assert chosen.headers["Location"] == "/overview"
    assert '<html lang="fr">' in ada.get("/overview").text
    assert ada.post("/language", {"language": "xx"}).status_code == 400


def test_every_page_is_whole_in_french(ada: Visitor, corpus: Path) -> None:
    ada.judge(ids(corpus)[0], "accept")
    ada.post("/language", {"language": "fr"})
    for address in (
        "/",
        "/?verdict=reject",
        "/documents",
        "/overview",
        "/latest",
        "/keys",
        "/name",
        "/nowhere",
        f"/pair/{ids(corpus)[0]}",
    ):
        parse(ada.get(address).text)
    assert "0,98" in ada.get(f"/pair/{ids(corpus)[0]}").text


def test_numbers_and_shares() -> None:
    english, french = Wording("en"), Wording("fr")
    assert (english.number(12345), french.number(12345)) == ("12,345", "12\u202f345")
    assert [english.percent(*one) for one in ((0, 0), (0, 7), (1, 3), (999, 1000), (7, 7))] == [
        "–",
        "0%",
        "33%",
        "99%",
        "100%",
    ]
    assert (french.named("en"), french.named("xx"), english.named(None)) == ("anglais", "xx", "undetermined")


# Small things


def test_pages_have_landmarks_and_one_heading(ada: Visitor, corpus: Path) -> None:
    for address in ("/", "/documents", "/overview", "/keys", "/name", f"/pair/{ids(corpus)[0]}", "/nowhere"):
        root = parse(ada.get(address).text)
        assert len(root.find("main")) == 1
        outside = [one for one in main(ada.get(address).text).find("h1")]
        assert len(outside) == 1, address
        names = [one.attributes["id"] for one in root.all() if "id" in one.attributes]
        assert len(names) == len(set(names)), address
        for one in root.find("label"):
            assert one.attributes.get("for", "") in {*names, ""}
        for one in root.find("form"):
            if one.attributes.get("method") == "post":
                assert one.find("input", name="token"), address


def test_style_and_script_are_kept_by_browsers(ada: Visitor) -> None:
    page = ada.get("/").text
    for address in re.findall(r'"(/(?:style\.css|script\.js|icon\.svg)\?v=\w+)"', page):
        assert "immutable" in ada.get(address).headers["Cache-Control"]


def test_an_empty_corpus_has_pages(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    open_corpus(path).dispose()
    nobody = visitor(path)
    for address in ("/", "/documents", "/overview"):
        assert nobody.get(address).status_code == 200
    assert "Everything is judged." in nobody.get("/").text


def test_a_display_is_looked_for() -> None:
    assert server.has_display({"DISPLAY": ":0"}) or server.sys.platform != "linux"
    assert not server.has_display({}) or server.sys.platform in {"darwin", "win32"}


def test_moments_are_utc() -> None:
    assert Wording("en").moment(card.moment(card.datetime(2026, 1, 2, 3, 4))) == "2026-01-02 03:04 UTC"
