"""Web pages: which text is the article, and what stands in it: headings, cells, notes, code, captions."""

import pytest

from pipeline.config import ReadConfig
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import read_bytes
from pipeline.reading.tree import raised
from pipeline.records import Reading

BEGINNING = "Les travaux du pont ont commencé lundi, et les riverains en attendent beaucoup depuis des années."
MIDDLE = "Le maire a promis que la circulation serait rétablie avant l’été, sans dire comment ni à quel prix."
MENU = """<div class="top"><ul class="menu"><li><a href="/">Accueil</a></li><li><a href="/m">Mairie</a></li></ul></div>
<div class="cookie-banner"><p>Ce site mesure son audience.</p><button>Accepter</button></div>"""


def read(body: str, title: str = "Le pont") -> Reading:
    page = f'<!DOCTYPE html><html lang="fr"><head><title>{title}</title></head><body>{body}</body></html>'
    [reading] = read_bytes(page.encode(), "a.html", ReadConfig(), Manifest())
    assert isinstance(reading, Reading), reading
    return reading


def lines(body: str) -> list[str]:
    """The lines that stand after the two paragraphs that make any page an article."""
    text = read(f"<h1>Le pont</h1><p>{BEGINNING}</p><p>{MIDDLE}</p>{body}").document.text
    head = f"Le pont\n{BEGINNING}\n{MIDDLE}\n"
    assert text.startswith(head) or not body
    return [line for line in text.removeprefix(head).split("\n") if line]


def stretches(reading: Reading, markup: str) -> list[str]:
    document = reading.document
    return [document.text[mark.start : mark.end] for mark in document.marks if mark.markup == markup]


@pytest.mark.parametrize("element", ["body", "div", "section", "main", "article", "td"])
def test_headings_are_read_and_marked_on_every_page(element: str) -> None:
    body = f"<h1>Le pont</h1><p>{BEGINNING}</p><h2>Le <em>prix</em></h2><p>{MIDDLE}</p>"
    body += "<h3>L’avis<br>du maire</h3><p>Court.</p>"
    around = {"body": body, "td": f"<table><tr><td><a href=x>Accueil</a></td><td>{body}</td></tr></table>"}
    reading = read(around.get(element, f"{MENU}<{element}>{body}</{element}>"))
    assert stretches(reading, "heading") == ["Le pont", "Le prix", "L’avis du maire"]
    assert "Court." in reading.document.text and "audience" not in reading.document.text


def test_menus_notices_and_comments_stay_out_and_their_share_is_said() -> None:
    aside = "".join(f'<li><a href="/{n}">Un autre sujet de la semaine passée</a></li>' for n in range(4))
    comments = "<div class='comments'><h3>Réactions</h3><p>Bravo !</p></div><footer><p>Mentions légales</p></footer>"
    reading = read(
        f"{MENU}<div><h1>Le pont</h1><p>{BEGINNING}</p><p>{MIDDLE}</p></div><aside><ul>{aside}</ul></aside>{comments}"
    )
    assert reading.document.text.split("\n") == ["Le pont", BEGINNING, MIDDLE]
    assert {finding.code: finding.value for finding in reading.findings}["W118"] == "52%"


def test_text_that_no_menu_explains_is_read() -> None:
    """A page whose larger part lies outside the element that trafilatura chooses."""
    boxes = "".join(
        f"<section><h2>Étape {n}</h2><p>Étape {n} : fermer la vanne, puis noter l’heure.</p></section>"
        for n in range(9)
    )
    reading = read(f"{MENU}<article><h1>Le pont</h1><p>{BEGINNING}</p><p>{MIDDLE}</p></article><div>{boxes}</div>")
    assert reading.document.text.count("fermer la vanne") == 9
    assert "Accueil" not in reading.document.text


def test_times_stay_in_their_sentences() -> None:
    body = '<p>Publié le <time datetime="2024-05-03">3 mai 2024</time>, à <time>9 h</time>, par la mairie.</p>'
    assert lines(body) == ["Publié le 3 mai 2024, à 9 h, par la mairie."]


def test_tabs_details_forms_and_definitions_are_read() -> None:
    tabs = """<div class="tabs"><button role="tab">Horaires</button>
    <div class="tab-pane"><p>Toutes les heures.</p></div>
    <div class="tab-pane" style="display: none"><p>Deux euros la traversée.</p></div></div>"""
    details = "<details><summary>Qui paie ?</summary>La région, pour moitié.</details>"
    form = """<form><fieldset><legend>Votre avis</legend><label>Pour ou contre ?</label>
    <label><input type=radio>Pour</label>
    <select><option>Le matin<option>Le soir</select><button>Envoyer</button></fieldset></form>"""
    terms = "<dl><dt>Pile</dt><dd>Pilier du pont.</dd></dl>"
    assert lines(tabs + details + form + terms) == [
        "Horaires", "Toutes les heures.", "Deux euros la traversée.", "Qui paie ?", "La région, pour moitié.",
        "Votre avis", "Pour ou contre ?", "Pour", "Le matin", "Le soir", "Pile", "Pilier du pont.",
    ]  # fmt: skip


def test_a_choice_of_all_countries_is_no_text() -> None:
    options = "".join(f"<option>Pays numéro {n}</option>" for n in range(40))
    assert lines(f"<p>D’où venez-vous ?</p><select>{options}</select>") == ["D’où venez-vous ?"]


def test_cells_and_items_are_lines_without_marks() -> None:
    table = """<table><caption>Le lexique</caption><tr><th>Français</th><th>English</th></tr>
    <tr><td>la vanne<br>fermée</td><td>the gate</td></tr><tr><td colspan=2><p>Un.</p><p>Deux.</p></td></tr></table>"""
    items = "<ol><li>Ouvrir.<li>Fermer.<ul><li>doucement</ul></ol>"
    assert lines(table + items) == [
        "Le lexique", "Français", "English", "la vanne", "fermée", "the gate", "Un.", "Deux.",
        "Ouvrir.", "Fermer.", "doucement",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("au bois<sup>1</sup>.", "au bois."),
        ("au bois<sup><a href='#n1'>a</a></sup>.", "au bois."),
        ("au bois<a href='#fn3' class='footnote-ref'>3</a>.", "au bois."),
        ("au bois<sup id='cite_ref-1'><a href='#cite_note-1'>[1]</a></sup>.", "au bois."),
        ("en 1998<sup>2</sup>.", "en 1998."),
        ("<sup>1</sup>Veuve du notaire. <a href='#r' role='doc-backlink'>↩</a>", "1 Veuve du notaire."),
        ("12 m<sup>2</sup>, 10<sup>-6</sup>.", "12 m², 10⁻⁶."),
        ("le 1<sup>er</sup>, M<sup>me</sup> Roux, H<sub>2</sub>O", "le 1er, Mme Roux, H2O"),
        ("un <a href='/x#y'>lien</a> et un <code>mot</code>", "un lien et un mot"),
        (
            "donc <math><mfrac><mi>a</mi><mn>2</mn></mfrac><mo>=</mo><msqrt><mi>b</mi></msqrt></math>.",
            "donc a/2 = √(b).",
        ),
    ],
)
def test_calls_of_notes_go_and_exponents_stay(sentence: str, text: str) -> None:
    assert lines(f"<p>{sentence}</p>") == [text]


def test_a_number_after_a_closing_bracket_is_an_exponent() -> None:
    assert raised("2", "(a + b)") == "²"


def test_code_and_captions_are_marked_and_letters_in_pre_are_text() -> None:
    letter = (
        "Chère amie, je vous écris de la maison, où il\npleut depuis trois jours sans arrêt, ce qui ne\nchange rien."
    )
    body = f"""<pre><code>def f(x):\n    return x</code></pre><pre>git push --force</pre><pre>{letter}</pre>
    <figure><img src=a.jpg><figcaption>Le pont vu du quai.</figcaption></figure>"""
    reading = read(f"<h1>Le pont</h1><p>{BEGINNING}</p><p>{MIDDLE}</p>{body}")
    assert stretches(reading, "code") == ["def f(x):\nreturn x", "git push --force"]
    assert stretches(reading, "caption") == ["Le pont vu du quai."]
    assert letter.replace("\n", " ") in reading.document.text.split("\n")


def test_what_a_link_or_a_button_shows_is_read_and_what_is_hidden_for_good_is_not() -> None:
    tabs = '<ul><li><a href="#hiver">Hiver</a></li></ul>'
    tabs += '<div id="hiver" style="display: none">Il ferme à vingt heures.</div>'
    button = '<button aria-controls="bus">Bus</button><div id="bus" hidden>La ligne quatre est détournée.</div>'
    assert lines(f"{tabs}{button}<div hidden>Brouillon à ne pas lire.</div>") == [
        "Hiver", "Il ferme à vingt heures.", "La ligne quatre est détournée.",
    ]  # fmt: skip


@pytest.mark.parametrize("call", ['[<a href="#n3">3</a>]', '(<a href="#fn1">1</a>)', '<sup>[<a href="#a">4</a>]</sup>'])
def test_brackets_of_note_calls_go_with_them(call: str) -> None:
    assert lines(f"<p>Le bois{call} brûle (trop) vite.</p>") == ["Le bois brûle (trop) vite."]


@pytest.mark.parametrize(
    "front",
    [
        '---\ntitle: "Le bac, enfin"\nauthor: Anne Roux\n---\n',
        '---\n{\n\t"title": "Le bac, enfin",\n\t"author": "Anne Roux"\n}\n---\n',
    ],
)
def test_front_matter_of_a_page_is_read_and_tags_of_its_template_are_not(front: str) -> None:
    page = f"{front}<h2>Le quai</h2>\n<p>{BEGINNING}</p>\n<p>{MIDDLE}</p>\n{{% include pied.html %}}\n"
    [reading] = read_bytes(page.encode(), "a.html", ReadConfig(), Manifest())
    assert isinstance(reading, Reading)
    document = reading.document
    assert (document.title, document.author) == ("Le bac, enfin", "Anne Roux")
    assert document.text == f"Le bac, enfin\nLe quai\n{BEGINNING}\n{MIDDLE}"
    assert stretches(reading, "title") == ["Le bac, enfin"] and stretches(reading, "heading") == ["Le quai"]
