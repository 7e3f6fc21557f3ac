"""The report: safe with any text, true to the corpus, readable without a script, and looked at by a real browser."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import event

from db.engine import open_corpus, read_corpus
from pipeline import templating
from pipeline.corpus import store
from pipeline.corpus.store import Corpus
from pipeline.records import (
    Alignment,
    Block,
    Document,
    DocumentPair,
    FileResult,
    Finding,
    Language,
    Reading,
    Segment,
    Segmentation,
    Source,
    Span,
    Translation,
)
from pipeline.report import facing, plots
from pipeline.report import page as report
from pipeline.report.page import Options
from tests import corpus as sample

VOID = {"meta", "hr", "input", "rect", "line", "link", "img", "br", "wbr"}
HOSTILE = [
    "<script>alert(1)</script> Il a dit \"oui\" et 'non' & puis </style> &lt;b&gt;.",
    '" onmouseover="alert(2)" x=\'',
    "قال الرئيس إن \u202eالنص المعكوس\u202c وصل إلى المدينة.",
    "Un \x07 signal \x1b[31m et \x9f un {{ 7 * 7 }} {% raw %} ${x} --> ]]> fin.",
]


@dataclass
class Element:
    """One element of the page."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None"
    children: list["Element | str"] = field(default_factory=list)

    def text(self) -> str:
        return " ".join(self.raw().split())

    def raw(self) -> str:
        return "".join(one if isinstance(one, str) else one.raw() for one in self.children)

    def all(self) -> list["Element"]:
        return [deep for one in self.children if isinstance(one, Element) for deep in (one, *one.all())]

    def find(self, tag: str = "", **wanted: str) -> list["Element"]:
        return [one for one in self.all() if (not tag or one.tag == tag) and one.has(**wanted)]

    def has(self, **wanted: str) -> bool:
        return all(value in self.attributes.get(name.rstrip("_"), "").split() for name, value in wanted.items())


class Tree(HTMLParser):
    """The page as elements; every one that is opened must be closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {tag} {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def parse(page: str) -> Element:
    tree = Tree()
    tree.feed(page)
    tree.close()
    assert tree.at is tree.root, f"<{tree.at.tag}> is left open"
    return tree.root


def render(path: Path, options: Options = report.DEFAULTS) -> str:
    with read_corpus(path) as connection:
        return "".join(report.render(connection, options))


def lines(document: Document, spoken: list[str], roles: list[str]) -> Segmentation:
    """One segment a line, each with its own language and role."""
    plain = sample.segmentation(document, "fr")
    segments, blocks = [], []
    for one, language, role in zip(plain.segments, spoken, roles, strict=True):
        blocks.append(Block(document.key, role, one.start, one.end))
        segments.append(replace(one, role=role, language=Language(language, 0.9, "test")))
    return Segmentation(document.key, tuple(blocks), tuple(segments))


def save(corpus: Corpus, path: str, document: Document, made: Segmentation, profile: dict[str, float]) -> None:
    source = Source(path, "0" * 64, len(document.text), "text/plain", "utf-8")
    store.save_readings(corpus, [FileResult(path, "f", (Reading(source, document),))], sample.READ)
    store.save_segmentations(corpus, [made], sample.SEGMENT)
    store.save_detections(corpus, [(made, profile)], sample.DETECT)


@dataclass
class Built:
    """A corpus with its page."""

    path: Path
    page: str
    root: Element
    french: Segmentation
    english: Segmentation
    mixed: Segmentation
    notes: Segmentation


FRENCH = "Le pont est fermé\nLe pont ferme lundi.\nLes travaux durent trois mois.\nPartagez\nPersonne ne passe."
ENGLISH = "Bridge closed\nThe bridge closes on Monday, and work takes three months.\nTraffic is heavy.\nShare"
MIXED = "Bridge shut\nLe maire parle de « public safety » à tous.\n* * *\nDas Ende."
NOTES = "From Monday the bridge is shut.\nNothing else happened."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    path = tmp_path_factory.mktemp("report") / "corpus.sqlite"
    corpus = store.start_run(open_corpus(path), "run-1", "1", {})
    french, english = (
        Document(FRENCH, title="Le pont", author="A. Auteur"),
        Document(ENGLISH, url="https://example.org/a"),
    )
    mixed, notes = Document(MIXED, title="Mixte"), Document(NOTES, title="Notes")
    left = lines(french, ["fr"] * 5, ["title", "body", "body", "boilerplate", "body"])
    right = lines(english, ["en"] * 4, ["title", "body", "body", "boilerplate"])
    other = _spanned(lines(mixed, ["en", "fr", "und", "de"], ["title", "body", "separator", "body"]))
    third = lines(notes, ["en"] * 2, ["body"] * 2)
    for name, one, made, profile in (
        ("fr.txt", french, left, {"fr": 1.0}),
        ("en.txt", english, right, {"en": 1.0}),
        ("mixed.txt", mixed, other, {"fr": 0.6, "en": 0.3, "de": 0.1}),
        ("notes.txt", notes, third, {"en": 1.0}),
    ):
        save(corpus, name, one, made, profile)
    _translate(corpus)
    _align(corpus, left, right, third)
    store.finish_run(corpus, "done", {})
    page = render(path)
    return Built(path, page, parse(page), left, right, other, third)


def _spanned(made: Segmentation) -> Segmentation:
    segments = list(made.segments)
    one = segments[1]
    start = one.start + one.text.index("public")
    segments[1] = replace(one, spans=(Span(start, start + len("public safety"), Language("en", 0.9, "test")),))
    return Segmentation(made.document, made.blocks, tuple(segments))


def _translate(corpus: Corpus) -> None:
    texts = store.pending_texts(corpus, store.Wanted("fr", "en", sample.ENGINE, {}))
    made = [Translation(text, "fr", "en", f"machine reading of {len(text)}", -0.9, sample.ENGINE) for text in texts]
    found = {one.source: [Finding("W606", one.key, "trois")] for one in made if "trois" in one.source}
    store.save_translations(corpus, made)
    store.save_checks(corpus, {one.key: found.get(one.source, []) for one in made}, sample.CHECK)
    store.face_translations(corpus, store.Wanted("fr", "en", sample.ENGINE, {}))


def _align(corpus: Corpus, left: Segmentation, right: Segmentation, third: Segmentation) -> None:
    fr, en, no = left.segments, right.segments, third.segments
    segments: dict[str, Segment] = {one.key: one for one in (*fr, *en, *no)}
    pair = DocumentPair(left.document, right.document, "translation", 0.9, {}, sample.PAIR)
    store.save_pairs(corpus, [pair], ("translation", "partial"), "p")
    beads = [
        Alignment("bitext", (fr[0].key,), (en[0].key,), 0.95, sample.ALIGN),
        Alignment("bitext", (fr[1].key, fr[2].key), (en[1].key,), 0.35, sample.ALIGN),
        Alignment("bitext", (), (en[2].key,), 0.5, sample.ALIGN),
        Alignment("bitext", (fr[4].key,), (), 0.5, sample.ALIGN),
    ]
    store.save_alignments(corpus, [store.Aligned(pair.key, beads, segments)], sample.ALIGN)
    passages = [
        Alignment("passage", (fr[1].key,), (no[0].key,), 0.8, sample.MINE),
        Alignment("passage", (fr[1].key,), (en[1].key,), 0.7, sample.MINE),
    ]
    store.save_passages(corpus, passages, segments, "m")


def article(built: Built, document: str) -> Element:
    return next(one for one in built.root.find("article") if one.attributes["aria-labelledby"] == f"d-{document}")


# What stands on the page


def test_ids_are_unique_and_every_link_leads_to_one(built: Built) -> None:
    ids = [one.attributes["id"] for one in built.root.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    links = [one.attributes["href"] for one in built.root.find("a")]
    assert {one[1:] for one in links if one.startswith("#")} <= set(ids)
    assert [one for one in links if not one.startswith("#")] == ["https://example.org/a"]


def test_every_segment_stands_once_with_its_language(built: Built) -> None:
    for made in (built.french, built.english, built.mixed, built.notes):
        for one in made.segments:
            if one.role == "separator":
                continue
            [found] = [e for e in built.root.all() if e.attributes.get("id") == facing.anchor(one.key)]
            assert found.text() == one.text
            assert one.language
            assert found.attributes["lang"] == one.language.code
            assert found.attributes["dir"] == "auto"


def test_two_documents_stand_face_to_face_with_their_gaps(built: Built) -> None:
    faced = article(built, built.french.document)
    assert [one.text() for one in faced.find("h2")] == ["Le pont", "Bridge closed"]
    rows = [one for one in faced.find(class_="row") if one.parent and one.parent.tag == "article"]
    sides = [tuple(_sentences(row, side) for side in ("source", "english")) for row in rows]
    assert sides == [
        (["Le pont est fermé"], ["Bridge closed"]),
        (
            ["Le pont ferme lundi.", "Les travaux durent trois mois."],
            ["The bridge closes on Monday, and work takes three months."],
        ),
        ([], ["Traffic is heavy."]),
        (["Personne ne passe."], []),
    ]
    assert [gap.text() for row in rows for gap in row.find(class_="gap")] == [
        "nothing in the source",
        "nothing in the counterpart",
    ]
    assert next(one.text() for one in rows[1].find(class_="score")) == "score 0.35"
    assert rows[1].find(class_="shade-2")
    assert "machine reading" in rows[3].text()
    summary, *_ = rows[1].find("details", class_="also")[0].find("summary")
    assert summary.text() == "machine translation · 1 passage elsewhere", "what the partner says stands there already"


def _sentences(row: Element, side: str) -> list[str]:
    [cell] = row.find(class_=side)
    return [one.text() for one in cell.find("span") if one.attributes.get("id", "").startswith("s-")]


def test_boilerplate_is_folded(built: Built) -> None:
    folded = [one.text() for one in built.root.find("details", class_="residue")]
    assert len(folded) == 2
    assert "Partagez" in folded[0]
    assert "Share" in folded[1]


def test_machine_text_is_always_named(built: Built) -> None:
    machine = [one for one in built.root.find("span", class_="machine") if one.text().startswith("machine reading")]
    assert len(machine) == 6
    for one in machine:
        assert one.parent
        [label] = one.parent.find("abbr")[:1]
        assert label.text() == "MT"
        assert label.attributes["title"] == "machine translation by dictionary-1+toy"
        assert one.attributes["lang"] == "en"


def test_an_english_document_is_not_doubled(built: Built) -> None:
    shown = article(built, built.notes.document).text()
    assert shown.count("From Monday the bridge is shut.") == 1
    assert "≈ Le pont ferme lundi." in shown
    assert "machine reading" not in shown


def test_a_mixed_document_has_a_whole_english_side(built: Built) -> None:
    shown = article(built, built.mixed.document)
    english = [one.text() for one in shown.find(class_="english")]
    assert english[0] == "Bridge shut as in the source"
    assert english[1].startswith("machine reading")
    assert english[2] == "not translated"
    [span] = shown.find("span", class_="other")
    assert (span.text(), span.attributes["lang"]) == ("public safety", "en")
    assert len(shown.find("hr")) == 1


def test_findings_carry_their_meaning(built: Built) -> None:
    [mark] = article(built, built.french.document).find("details", class_="marks")
    assert "a number of the source is missing: trois" in mark.text()
    [row] = [one for one in built.root.find("tr") if one.attributes.get("id") == "code-W606"]
    assert [one.text() for one in row.children if isinstance(one, Element)] == [
        "a number of the source is missing W606",
        "1",
    ]
    assert mark.find("summary")[0].text() == "findings: a number of the source is missing"


def test_doubtful_rows_are_marked(built: Built) -> None:
    doubtful = [one.text() for one in built.root.all() if "data-doubtful" in one.attributes]
    assert any("Les travaux" in one for one in doubtful)
    assert not any("Nothing else happened" in one for one in doubtful)


def test_the_outline_is_sound(built: Built) -> None:
    headings = [one.tag for one in built.root.all() if re.fullmatch("h[1-6]", one.tag)]
    assert headings.count("h1") == 1
    steps = pairwise(headings)
    assert all(int(after[1]) <= int(before[1]) + 1 for before, after in steps)
    assert [len(built.root.find(tag)) for tag in ("main", "nav", "footer")] == [1, 1, 1]
    assert all(one.attributes.get("aria-label") for one in built.root.find("svg", role="img"))


def test_every_control_has_a_label(built: Built) -> None:
    [words] = built.root.find("input", type="search")
    assert built.root.find("label", for_=words.attributes["id"])
    assert all(one.parent and one.parent.tag == "label" for one in built.root.find("input", type="checkbox"))


# Safety


def test_the_policy_allows_its_own_style_and_script_and_nothing_else(built: Built) -> None:
    [policy] = [one.attributes["content"] for one in built.root.find("meta") if "http-equiv" in one.attributes]
    style = re.search(r"<style>(.*?)</style>", built.page, re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", built.page, re.DOTALL)
    assert style
    assert script
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("style-src") == f"'{templating.csp_hash(style[1])}'"
    assert rules.pop("script-src") == f"'{templating.csp_hash(script[1])}'"
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    loading = {"src", "srcset", "style", "action", "poster", "data", "background", "xlink:href"}
    assert not [one.attributes for one in built.root.all() if loading & one.attributes.keys()]
    assert not built.root.find("link")
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def hostile(path: Path) -> str:
    corpus = store.start_run(open_corpus(path), "run-1", "1", {})
    bad = HOSTILE[0]
    document = Document("\n".join(HOSTILE), title=bad, author=bad, url="javascript:alert(3)", outlet="\x00")
    made = lines(document, ["fr"] * 4, ["title", "body", "boilerplate", "body"])
    save(corpus, '"><img src=x onerror=alert(4)>.txt', document, made, {"fr": 1.0})
    _translate(corpus)
    text = store.pending_texts(corpus, store.Wanted("fr", "en", sample.PAIR, {}))[0]
    translation = Translation(text, "fr", "en", bad, -5.0, replace(sample.ENGINE, engine=bad))
    store.save_translations(corpus, [translation])
    store.save_checks(corpus, {translation.key: [Finding("W606", translation.key, bad)]}, sample.CHECK)
    store.face_translations(corpus, store.Wanted("fr", "en", translation.signature, {}))
    store.finish_run(corpus, "done", {})
    return render(path, Options(title=bad))


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    page = hostile(tmp_path / "corpus.sqlite")
    root = parse(page)
    assert len(root.find("script")) == 1
    assert len(root.find("style")) == 1
    assert not root.find("img")
    assert not [name for one in root.all() for name in one.attributes if name.startswith("on")]
    assert not [one for one in root.find("a") if not one.attributes["href"].startswith("#")]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    assert "{{ 7 * 7 }} {% raw %} ${x}" in root.text()
    [heading] = root.find("h1")
    assert heading.text() == HOSTILE[0]


def test_what_cannot_be_written_is_replaced() -> None:
    assert templating.visible("a\ud800b\ufffe\tc\n") == "a\ufffdb\ufffd\tc\n"
    templating.visible("\udfff").encode("utf-8")


# Size


def test_an_empty_corpus_has_a_page(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    open_corpus(path).dispose()
    assert "The corpus is empty." in parse(render(path)).text()


def test_a_large_corpus_is_cut_and_says_so(built: Built) -> None:
    root = parse(render(built.path, Options(documents=2, segments=3)))
    assert len(root.find("article")) == 1
    assert "2 more documents are in the corpus" in root.text()
    assert "3 more segments are in the corpus" in root.text()
    ids = {one.attributes["id"] for one in root.all() if "id" in one.attributes}
    assert {one.attributes["href"][1:] for one in root.find("a") if one.attributes["href"].startswith("#")} <= ids


def test_copies_are_named_and_not_shown_again(built: Built, tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    corpus = sample.make(path)
    again = sample.document(sample.OTHER + " Again.", title="Copy")
    sample.fill(corpus, {"copy.txt": (again, "en")})
    original = sample.document(sample.OTHER)
    store.save_duplicates(corpus, {again.key: original.key}, "d")
    [copy] = parse(render(path)).find("article", class_="copy")
    assert "repeats" in copy.text()
    assert [one.attributes["href"] for one in copy.find("a")] == [f"#d-{original.key}"]


def test_a_document_is_read_when_its_turn_comes(built: Built) -> None:
    asked: list[str] = []
    with read_corpus(built.path) as connection:
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
        pieces = report.render(connection)
        head = len(asked)
        next(part for part in pieces if "<article" in part)
        first = len(asked)
        for _ in pieces:
            pass
    assert len(asked) > first > head


# Plots


def test_a_histogram_keeps_every_score() -> None:
    bars = plots.histogram([0, 2, 4, 0], 40, 10)
    assert [(one.x, one.height, one.label) for one in bars] == [
        (10.6, 5.0, "0.25–0.50: 2"),
        (20.6, 10.0, "0.50–0.75: 4"),
    ]
    assert plots.histogram([0, 0], 40, 10) == []


def test_the_shares_of_a_bar_fill_it() -> None:
    made = plots.by_language({"de": 1, "en": 7, "fr": 7, "und": 0.05})
    assert [part.label for part in made] == ["French", "English", "German", "undetermined"]
    assert [part.tone for part in made] == ["fr", "en", "other", "other"]
    assert made[-1].x + made[-1].width == pytest.approx(100, abs=0.01)
    assert plots.by_language({}) == []


def test_parts_of_a_bar_fill_it() -> None:
    parts = plots.stacked([("a", "", 1), ("b", "", 0), ("c", "", 2)])
    assert [one.label for one in parts] == ["a", "c"]
    assert sum(one.width for one in parts) == pytest.approx(100, abs=0.01)
    assert plots.stacked([]) == []


def test_the_scores_of_the_page_are_those_of_the_corpus(built: Built) -> None:
    with read_corpus(built.path) as connection:
        counts = report.queries.count_scores(connection, 20)
    assert counts["passage"] == [0] * 14 + [1, 0, 1] + [0] * 3
    assert counts["bitext"] == [0] * 7 + [1] + [0] * 11 + [1]
    assert sum(counts["translation"]) == 6


# Colours


def colours(page: str) -> list[dict[str, str]]:
    """The custom properties of the light and of the dark scheme."""
    return [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", page)[:2]
    ]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_can_be_read_in_both_schemes(built: Built) -> None:
    for scheme in colours(built.page):
        for text in ("ink", "soft", "faint", "link", "focus"):
            for ground in ("paper", "wash"):
                assert contrast(scheme[text], scheme[ground]) >= 4.5, (text, ground)
        for shade in range(1, 5):
            assert contrast(scheme["ink"], scheme[f"shade-{shade}"]) >= 7
        for bar in ("fr", "en", "other", "count"):
            assert contrast(scheme[bar], scheme["paper"]) >= 3


# In a browser


@pytest.fixture(scope="module")
def chromium() -> str:
    return shutil.which("chromium") or ""


FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing leaves this machine, whatever the browser wants of its own
    "--enable-logging=stderr",
    "--window-size=1280,1600",
    "--virtual-time-budget=3000",
    "--dump-dom",
)


@dataclass
class Seen:
    """What the browser made of a page."""

    dom: str
    log: str
    requests: list[str]


Browse = Callable[[str], Seen]


@pytest.fixture
def browse(chromium: str, tmp_path: Path, missing: Callable[[str], None]) -> Browse:
    if not chromium:
        missing("chromium")

    def look(page: str) -> Seen:
        file, net = tmp_path / "page.html", tmp_path / "net.json"
        file.write_text(page, "utf-8")
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        command = [chromium, *FLAGS, profile, f"--log-net-log={net}", file.as_uri()]
        done = subprocess.run(command, capture_output=True, timeout=60, check=True)
        return Seen(done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace"), requests(net))

    return look


def requests(net: Path) -> list[str]:
    """Addresses that the page asked for; what the browser asks on its own account has no origin."""
    events = [one.get("params", {}) for one in json.loads(net.read_text("utf-8"))["events"]]
    return [one["url"] for one in events if one.get("initiator", "not an origin") != "not an origin"]


def test_the_browser_complains_of_nothing_and_asks_for_nothing(built: Built, browse: Browse) -> None:
    seen = browse(built.page)
    assert "CONSOLE" not in seen.log
    assert seen.requests == []
    assert re.search(r'<form class="filter" id="filter" role="search">', seen.dom), "the script did not run"


def test_hostile_text_does_nothing_in_the_browser(tmp_path: Path, browse: Browse) -> None:
    seen = browse(hostile(tmp_path / "corpus.sqlite"))
    assert "CONSOLE" not in seen.log
    assert "Un \ufffd signal" in seen.dom


def test_the_policy_stops_what_is_not_the_pages_own(built: Built, browse: Browse) -> None:
    page = built.page.replace("<main>", '<main><img src="http://elsewhere.invalid/a.png" alt="">')
    seen = browse(page)
    assert "Content Security Policy" in seen.log
    assert seen.requests == []
    assert browse(page.replace("Content-Security-Policy", "nothing")).requests == ["http://elsewhere.invalid/a.png"]


def test_the_filter_finds_without_accents(built: Built, browse: Browse) -> None:
    page = built.page.replace('<input id="words"', '<input id="words" value="FERME lundi"')
    rows = [one for one in parse(browse(page).dom).all() if "data-row" in one.attributes]
    shown = [one.text() for one in rows if "hidden" not in one.attributes]
    assert shown
    assert len(shown) < len(rows)
    assert all("ferme lundi" in one for one in shown)


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_runs_over_the_edge(built: Built, browse: Browse, width: int) -> None:
    frame = f'<iframe width="{width}" height="900" srcdoc="{html.escape(built.page)}"></iframe>'
    script = """<script>onload = () => {
      const root = document.querySelector("iframe").contentDocument.documentElement;
      document.body.dataset.over = root.scrollWidth - root.clientWidth;
    }</script>"""
    seen = browse(f"<!DOCTYPE html><title>frame</title>{frame}{script}")
    assert re.findall(r'<body data-over="(-?\d+)"', seen.dom) == ["0"]
