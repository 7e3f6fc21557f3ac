"""Formats as they lie on a disk: OpenDocument, RTF, slides, spreadsheets, mails, mailboxes, archives."""

import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from shutil import which

import pytest

from pipeline.config import ReadConfig
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import read_bytes
from pipeline.records import Reading, Skip
from tests.hostile import archive, word

CONFIG = ReadConfig()
PART = "Le bac part demain du quai."
BACK = "Il revient le soir, vers huit heures."


def results(data: bytes, name: str, config: ReadConfig = CONFIG) -> list[Reading | Skip]:
    return list(read_bytes(data, name, config, Manifest()))


def texts(data: bytes, name: str, config: ReadConfig = CONFIG) -> dict[str, str]:
    """Path to text, or to the code of the skip."""
    return {
        result.source.path if isinstance(result, Reading) else result.path: (
            result.document.text if isinstance(result, Reading) else result.code
        )
        for result in results(data, name, config)
    }


def only(data: bytes, name: str) -> Reading:
    [reading] = results(data, name)
    assert isinstance(reading, Reading), reading
    assert not [finding for finding in reading.findings if finding.code == "W116"]
    return reading


def stretches(reading: Reading, markup: str) -> list[str]:
    document = reading.document
    return [document.text[mark.start : mark.end] for mark in document.marks if mark.markup == markup]


# OpenDocument

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("style", "style"), ("table", "table"), ("draw", "drawing"),
        ("meta", "meta"),
    )
)  # fmt: skip


def odt(body: str, styles: str = "", kind: str = "text") -> bytes:
    content = f"<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
    content += f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    about = f'<office:document-meta {NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
    about += "<dc:title>Le bac</dc:title><meta:initial-creator>Anne Roux</meta:initial-creator>"
    about += "<meta:creation-date>2024-05-03T10:00:00</meta:creation-date></office:meta></office:document-meta>"
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return archive({"mimetype": mimetype, "content.xml": content, "meta.xml": about})


def test_an_opendocument_text_gives_paragraphs_tables_notes_and_facts() -> None:
    styles = """<style:style style:name="P1" style:parent-style-name="Preformatted_20_Text"/>
    <style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>"""
    note = "<text:note-citation>1</text:note-citation><text:note-body><text:p>À dix heures.</text:p></text:note-body>"
    body = f"""<text:tracked-changes><text:p>Effacé.</text:p></text:tracked-changes>
    <text:table-of-content><text:p>Le bac 1</text:p></text:table-of-content>
    <text:h text:outline-level="1">Le <text:span>bac</text:span></text:h>
    <text:p>Il part<text:note>{note}</text:note> du<text:s/>quai<text:span text:style-name="T1">2</text:span>,
 3 m<text:span text:style-name="T1">2</text:span>.</text:p>
    <table:table><table:table-row><table:table-cell><text:p>Prix</text:p></table:table-cell>
    <table:table-cell><text:p>deux euros</text:p></table:table-cell></table:table-row></table:table>
    <text:p>Dehors.<draw:frame><draw:text-box><text:p>Dedans.</text:p></draw:text-box></draw:frame></text:p>
    <text:p text:style-name="P1">x = 1</text:p>"""
    reading = only(odt(body, styles), "a.odt")
    assert reading.document.text.split("\n") == [
        "Le bac", "Il part du quai, 3 m².", "Prix", "deux euros", "Dehors.", "Dedans.", "x = 1", "À dix heures.",
    ]  # fmt: skip
    assert (stretches(reading, "heading"), stretches(reading, "code")) == (["Le bac"], ["x = 1"])
    document = reading.document
    assert (document.title, document.author, document.date) == ("Le bac", "Anne Roux", "2024-05-03")


def test_slides_of_opendocument_are_read() -> None:
    page = f"<draw:page><draw:frame><draw:text-box><text:p>{PART}</text:p></draw:text-box></draw:frame></draw:page>"
    assert only(odt(page, kind="presentation"), "a.odp").document.text == PART


# Rich text


def test_rich_text_gives_paragraphs_cells_and_facts() -> None:
    text = r"""{\rtf1\ansi\ansicpg1252{\info{\title L'\'e9t\'e9}{\author Anne Roux}}
\pard Le bac part \'e0 l\u8217'aube.\par Un autre {\b mot}.\par
\trowd\intbl Prix\cell deux euros\cell\row\pard Fin.\par}"""
    reading = only(text.encode("ascii"), "a.rtf")
    assert [line for line in reading.document.text.split("\n") if line] == [
        "Le bac part à l’aube.", "Un autre mot.", "Prix", "deux euros", "Fin.",
    ]  # fmt: skip
    assert (reading.document.title, reading.document.author) == ("L'été", "Anne Roux")


def test_notes_exponents_and_hidden_words_of_rich_text() -> None:
    body = (
        r"Le bois{\cs17\super\chftn}{\footnote\pard\plain {\super\chftn} Archives, bo\'eete 4.} est sec.\par "
        r"Il fait 12 m{\super 2} le 1{\rtlch\fcs1 \super er} mai, on part{\super 3}.\par "
        r"{\v cach\'e9 }Vu sur {\field{\*\fldinst{HYPERLINK \"http://x.example\"}}{\fldrslt{le site}}}.\par "
        r"\trowd\cellx1\cellx2\intbl Nom\cell Anne | Roux\cell\row\pard Fin.\par"
    )
    reading = only(rf"{{\rtf1\ansi\ansicpg1252{{\fonttbl{{\f0 Times;}}}}{body}}}".encode(), "a.rtf")
    assert [line for line in reading.document.text.split("\n") if line] == [
        "Le bois est sec.", "Il fait 12 m² le 1er mai, on part.", "Vu sur le site.", "Nom", "Anne | Roux", "Fin.",
        "Archives, boîte 4.",
    ]  # fmt: skip
    assert ("W119", "6") in [(finding.code, finding.value) for finding in reading.findings]


# Slides

SLIDE = (
    '<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{}</p:sld>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def shape(text: str, kind: str = "") -> str:
    place = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>' if kind else "<p:nvPr/>"
    return f"<p:sp><p:nvSpPr>{place}</p:nvSpPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


def relations(**targets: tuple[str, str]) -> str:
    links = "".join(f'<Relationship Id="{k}" Type="{RELATIONS}/{t}" Target="{to}"/>' for k, (t, to) in targets.items())
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )


def test_slides_come_in_the_order_of_the_presentation_with_their_notes() -> None:
    order = '<p:sldIdLst><p:sldId r:id="b"/><p:sldId r:id="a"/></p:sldIdLst>'
    namespaces = f'xmlns:p="{SLIDE.split(chr(34))[1]}" xmlns:r="{RELATIONS}"'
    slides = f"<p:presentation {namespaces}>{order}</p:presentation>"
    parts = {
        "ppt/presentation.xml": slides,
        "ppt/_rels/presentation.xml.rels": relations(a=("slide", "slides/1.xml"), b=("slide", "slides/2.xml")),
        "ppt/slides/1.xml": SLIDE.format(shape("Après", "title") + shape(BACK) + shape("12", "sldNum")),
        "ppt/slides/2.xml": SLIDE.format(shape("Avant", "ctrTitle") + shape(PART)),
        "ppt/slides/_rels/2.xml.rels": relations(n=("notesSlide", "../notes/1.xml")),
        "ppt/notes/1.xml": SLIDE.format(shape("Le dire lentement.", "body")),
    }
    reading = only(archive(parts), "a.pptx")
    lines = [line for line in reading.document.text.split("\n") if line]
    assert lines == ["Avant", PART, "Le dire lentement.", "Après", BACK]
    assert stretches(reading, "heading") == ["Avant", "Après"]


# Spreadsheets


def xlsx(*sheets: list[list[object]]) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    listed = "".join(f'<sheet name="F{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, len(sheets) + 1))
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations(r=("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            **{f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
        ),
    }
    for number, sheet in enumerate(sheets, 1):
        rows = ""
        for at, row in enumerate(sheet, 1):
            cells = "".join(
                f'<c r="{chr(65 + place)}{at}" t="inlineStr"><is><t>{cell}</t></is></c>'
                if isinstance(cell, str)
                else f'<c r="{chr(65 + place)}{at}"><v>{cell}</v></c>'
                for place, cell in enumerate(row)
            )
            rows += f'<row r="{at}">{cells}</row>'
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return archive(parts)


def test_a_sheet_with_a_column_of_texts_is_a_table() -> None:
    data = xlsx([["id", "remarque"], [1, PART], [2, BACK]])
    assert texts(data, "a.xlsx") == {"a.xlsx#1": PART, "a.xlsx#2": BACK}


def test_sheets_without_one_are_documents_of_their_cells() -> None:
    data = xlsx([["Prix", 12], ["Départ", "demain"]], [["id", "texte"], [7, PART]])
    assert texts(data, "a.xlsx") == {"a.xlsx#1": "Prix\nDépart\ndemain", "a.xlsx#2/1": PART}
    assert texts(xlsx([[1, 2]]), "a.xlsx") == {"a.xlsx": "E111"}


def test_a_damaged_spreadsheet_is_said_to_be_so() -> None:
    data = archive({"xl/workbook.xml": "<workbook>", "a": "b"})
    assert texts(data, "a.xlsx") == {"a.xlsx": "E110"}


# Mails


def mail(body: str, subtype: str = "plain", **parameters: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Anne Roux <anne@lac.example>"
    message["Subject"] = "Le bac : départ"
    message["Date"] = "Mon, 06 May 2024 23:30:00 +0200"
    message["List-Id"] = "Riverains <riverains.lac.example>"
    message.set_content(body, subtype=subtype, params=parameters or None)
    return message


def test_a_mail_gives_its_headers_as_facts_and_marks_what_it_quotes() -> None:
    body = f"Bonjour,\n\n{PART}\n\nLe 5 mai, Paul a écrit :\n> {BACK}\n> > Quand donc ?\n\nÀ demain,\nAnne\n"
    reading = only(bytes(mail(body)), "a.eml")
    document = reading.document
    assert (document.title, document.author, document.date, document.outlet) == (
        "Le bac : départ", "Anne Roux", "2024-05-06", "Riverains",
    )  # fmt: skip
    assert document.text.split("\n")[0] == "Le bac : départ" and PART in document.text
    assert stretches(reading, "quotation") == [f"{BACK}\nQuand donc ?"]
    assert ">" not in document.text and document.text.endswith("Anne")


def test_what_stands_below_the_original_message_is_quoted() -> None:
    reading = only(bytes(mail(f"{PART}\n\n-----Message d'origine-----\nDe : Paul\n\n{BACK}\n")), "a.eml")
    assert stretches(reading, "quotation")[0].endswith(BACK)
    assert PART not in stretches(reading, "quotation")[0]


def test_flowed_lines_and_pages_in_mails() -> None:
    flowed = only(bytes(mail("Le bac part demain \ndu quai.\nFin.\n", format="flowed")), "a.eml")
    assert flowed.document.text.split("\n")[1:] == [PART, "Fin."]
    page = f'<p>{PART}</p><blockquote class="gmail_quote"><p>{BACK}</p></blockquote>'
    html = only(bytes(mail(page, "html")), "a.eml")
    assert stretches(html, "quotation") == [BACK] and PART in html.document.text


def test_attached_documents_are_read_and_pictures_passed_over() -> None:
    message = mail(PART)
    message.add_attachment(word(BACK), maintype="application", subtype="octet-stream", filename="été.docx")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    message.add_attachment(bytes(range(1, 9)) * 99, maintype="application", subtype="octet-stream", filename="../x.bin")
    found = texts(bytes(message), "a.eml")
    assert list(found) == ["a.eml", "a.eml#1/été.docx", "a.eml#2/x.bin"]
    assert (found["a.eml#1/été.docx"], found["a.eml#2/x.bin"]) == (BACK, "E103")


@pytest.mark.parametrize("name", ["a.mbox", "inbox"])
def test_a_mailbox_gives_its_mails_by_number(name: str) -> None:
    mails = [bytes(mail(f"{PART}\n\n>From là, rien.\n")), bytes(mail(BACK))]
    data = b"".join(b"From anne@lac.example Mon May  6 23:30:00 2024\n" + one + b"\n" for one in mails)
    found = texts(data, name)
    assert list(found) == [f"{name}#1", f"{name}#2"]
    assert PART in found[f"{name}#1"] and found[f"{name}#2"].endswith(BACK)


def test_a_text_that_begins_with_from_is_no_mailbox() -> None:
    assert texts(b"From the hills at 10:30 the ferry left.\nIt came back.\n", "a.txt") != {}
    assert list(texts(b"From the hills at 10:30 the ferry left.\nIt came back.\n", "a.txt")) == ["a.txt"]


# Archives


def test_what_an_archive_holds_is_read_by_its_kind() -> None:
    inner = archive({"deep/c.md": f"# Titre\n\n{BACK}"})
    data = archive(
        {"a/b.fr.txt": PART, "a/": "", "__MACOSX/x": "x", ".hidden": "x", "t.csv": f"texte\n{PART}\n{BACK}\n",
         "i.zip": inner, "../up.txt": "Dehors.", "bad.docx": b"PK\x03\x04rien"}
    )  # fmt: skip
    assert texts(data, "z.zip") == {
        "z.zip#1/a/b.fr.txt": PART,
        "z.zip#5/t.csv/1": PART,
        "z.zip#5/t.csv/2": BACK,
        "z.zip#6/i.zip/1/deep/c.md": f"Titre\n{BACK}",
        "z.zip#7/up.txt": "Dehors.",
        "z.zip#8/bad.docx": "E110",
    }
    first = results(data, "z.zip")[0]
    assert isinstance(first, Reading) and first.languages == ("fr",)


def test_archives_are_bounded() -> None:
    data = archive({"a.txt": PART})
    for _ in range(4):
        data = archive({"a.zip": data})
    assert list(texts(data, "z.zip").values()) == ["E107"]
    assert texts(archive({"a.txt": b"x" * 2_000_000}), "z.zip") == {"z.zip": "E109"}
    assert texts(archive({"a.txt": b"x" * 500}), "z.zip", ReadConfig(max_bytes=400)) == {"z.zip#1/a.txt": "E102"}
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    assert texts(out.getvalue(), "z.zip") == {"z.zip": "E101"}


# Word before 2007


def test_old_word_documents_are_read_a_paragraph_and_a_cell_a_line(missing: Callable[[str], None]) -> None:
    if not which("catdoc"):
        missing("catdoc")
    data = Path(__file__).with_name("data").joinpath("moulin.doc").read_bytes()
    assert [line for line in only(data, "moulin.doc").document.text.split("\n") if line] == [
        "Le vieux moulin",
        "Le meunier a vendu l’aile nord à un potier de Saint-Étienne, qui compte y installer son four dès l’été. "
        "« On n’entendra plus la roue », soupire sa sœur, née là en 1931.",
        "Il faut lire l’histoire de la roue avant d’entrer.",
        "Le registre de la paroisse donne quarante quintaux, chiffre que personne n’a contesté avant la guerre.",
        "The parish register gives forty hundredweight, a figure that nobody had disputed before the war.",
        "Archives de la cure, boîte quatre.",
    ]


def test_without_catdoc_an_old_word_document_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    data = Path(__file__).with_name("data").joinpath("moulin.doc").read_bytes()
    [skip] = results(data, "moulin.doc")
    assert isinstance(skip, Skip) and skip.code == "E107" and "apt install catdoc" in skip.reason
