"""Word documents and e-books: notes, formulas, symbols, hidden text, lists of contents."""

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from pipeline.config import ReadConfig
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import read_bytes
from pipeline.reading.symbols import symbol
from pipeline.records import Reading
from tests.hostile import CONTAINER, archive

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def read(data: bytes, name: str) -> Reading:
    [reading] = read_bytes(data, name, ReadConfig(), Manifest())
    assert isinstance(reading, Reading), reading
    return reading


def word(document: Any) -> Reading:
    out = io.BytesIO()
    document.save(out)
    return read(out.getvalue(), "a.docx")


def stretches(reading: Reading, markup: str) -> list[str]:
    document = reading.document
    return [document.text[mark.start : mark.end] for mark in document.marks if mark.markup == markup]


def paragraph(inner: str) -> Reading:
    """A document whose one paragraph holds ``inner``."""
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f'<w:p {nsdecls("w")} xmlns:m="{MATH}">{inner}</w:p>'))
    return word(document)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


RAISED = '<w:vertAlign w:val="superscript"/>'


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (run("au bois") + run("1", RAISED) + run(", hier"), "au bois, hier"),
        (run("au bois") + run("2", RAISED) + run(",", RAISED) + run("3", RAISED) + run(" hier"), "au bois hier"),
        (run("le 1") + run("er", RAISED) + run(" mai"), "le 1er mai"),
        (run("12 m") + run("2", RAISED), "12 m²"),
        (run("1", RAISED) + run(" Veuve du notaire."), "1 Veuve du notaire."),
        (run("20 ") + '<w:r><w:sym w:font="Symbol" w:char="F0B0"/></w:r>' + run("C"), "20 °C"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>' + run(" fait"), "✓ fait"),
        (run("\uf061 et \uf062"), "α et β"),
        ('<w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>' + run("un mot"), "un mot"),
    ],
)
def test_what_stands_in_a_paragraph(inner: str, text: str) -> None:
    assert paragraph(inner).document.text == text


def test_formulas_stand_in_their_sentence_in_one_line() -> None:
    half = "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    square = "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    root = "<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr><m:deg/><m:e><m:r><m:t>y</m:t></m:r></m:e></m:rad>"
    total = (
        "<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub><m:r><m:t>i</m:t></m:r></m:sub>"
        "<m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>i</m:t></m:r></m:e></m:nary>"
    )
    inner = run("La moyenne ") + f"<m:oMath>{half}</m:oMath>" + run(" suffit ; ")
    inner += f"<m:oMath>{square}<m:r><m:t>=</m:t></m:r>{root}</m:oMath>" + run(" et ") + f"<m:oMath>{total}</m:oMath>"
    assert paragraph(inner).document.text == "La moyenne (a+b)/2 suffit ; x^2=√(y) et ∑_i^n i"


def test_hidden_text_is_left_out_and_said() -> None:
    document = docx.Document()
    kept = document.add_paragraph("Le texte ")
    kept.add_run("secret ").font.hidden = True
    kept.add_run("du jour.")
    style = document.styles.add_style("Discret", WD_STYLE_TYPE.PARAGRAPH)
    style.font.hidden = True
    hidden = document.add_paragraph("Rien à voir.", style="Discret")
    hidden.add_run(" Mais ceci, oui.").font.hidden = False
    reading = word(document)
    assert reading.document.text == "Le texte du jour.\nMais ceci, oui."
    assert {finding.code: finding.value for finding in reading.findings}["W119"] == str(len("secret Rien à voir."))


def test_footnotes_and_endnotes_follow_the_text() -> None:
    document = docx.Document()
    document.add_paragraph("Le bail est nul.")
    out = io.BytesIO()
    document.save(out)
    notes = {
        f"word/{kind}s.xml": f'<w:{kind}s {nsdecls("w")}><w:{kind} w:id="2"><w:p>'
        f"<w:r><w:{kind}Ref/></w:r>{run(f' Une note ({kind}).')}</w:p></w:{kind}></w:{kind}s>"
        for kind in ("footnote", "endnote")
    }
    with zipfile.ZipFile(out) as opened:
        data = archive({name: opened.read(name) for name in opened.namelist()} | notes)
    assert read(data, "a.docx").document.text.split("\n") == [
        "Le bail est nul.", "Une note (footnote).", "Une note (endnote).",
    ]  # fmt: skip


def test_styles_say_what_a_paragraph_is() -> None:
    document = docx.Document()
    document.add_heading("Le titre", 0)
    document.add_heading("Une partie", 2)
    own = document.styles.add_style("Partie maison", WD_STYLE_TYPE.PARAGRAPH)
    own.base_style = document.styles["Heading 3"]
    document.add_paragraph("Une autre partie", style="Partie maison")
    document.add_paragraph("Le pont.", style="Caption")
    document.add_paragraph("Du texte.")
    reading = word(document)
    assert stretches(reading, "title") == ["Le titre"]
    assert stretches(reading, "heading") == ["Une partie", "Une autre partie"]
    assert stretches(reading, "caption") == ["Le pont."]


def test_paragraphs_within_paragraphs_are_read_once() -> None:
    nested = f"{run('dehors')}<w:p>{run('dedans')}<w:p>{run('au fond')}</w:p></w:p>"
    assert paragraph(nested).document.text.split("\n") == ["dehors", "dedans", "au fond"]


def test_a_symbol_that_nobody_knows_is_marked_as_lost() -> None:
    assert symbol("\uf0f0") == " " and symbol("\uf021", "Wingdings") == "\ufffd" and symbol("") == ""


def book(spine: str, **chapters: str) -> Reading:
    items = "".join(f'<item id="{name}" href="{name}.xhtml"/>' for name in chapters)
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'
    )
    begin = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
    parts = {f"OPS/{name}.xhtml": f"{begin}{body}</body></html>" for name, body in chapters.items()}
    return read(archive({"META-INF/container.xml": CONTAINER, "OPS/book.opf": package, **parts}), "a.epub")


def references(*names: str) -> str:
    return "".join(f'<itemref idref="{name}"/>' for name in names)


def test_lists_of_contents_are_no_chapters() -> None:
    links = "".join(f'<li><a href="c.xhtml#{n}">Chapitre {n}</a></li>' for n in range(1, 7))
    chapter = (
        "<h1>Chapitre 1</h1><p>Le <a epub:type='noteref' href='#n'><sup>1</sup></a>bac<a href='#n2'>[2]</a> part.</p>"
    )
    reading = book(
        references("old", "new", "c"),
        old=f"<h2>Table</h2><ul>{links}</ul>",
        new=f'<nav epub:type="toc"><ol>{links}</ol></nav>',
        c=chapter,
    )
    assert reading.document.text.split("\n") == ["Chapitre 1", "Le bac part."]
    assert stretches(reading, "heading") == ["Chapitre 1"]
    assert {finding.code: finding.value for finding in reading.findings}["W120"] == "1"


def test_a_chapter_that_is_named_often_is_read_once() -> None:
    assert book(references(*["c"] * 500), c="<p>Une fois.</p>").document.text == "Une fois."


def test_numbers_of_printed_pages_are_no_text() -> None:
    assert book(
        references("c"), c='<p>Le len<span epub:type="pagebreak" id="p2">2</span>demain.</p>'
    ).document.text == ("Le lendemain.")
