"""Files of every kind become documents with their facts, and folders give every file once."""

import io
import json
import os
import socket
import subprocess
import sys
import textwrap
import zipfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from pipeline.config import ReadConfig
from pipeline.errors import InputError, NotFoundError
from pipeline.reading import formats, inputs, repair
from pipeline.reading.extract import Extract, Passage, iso_date, marked
from pipeline.reading.files import find, load, name_of
from pipeline.reading.inputs import find_inputs, read, read_inputs
from pipeline.reading.manifest import Entry, Manifest
from pipeline.reading.read import CODES, _reading, read_bytes, signature
from pipeline.reading.subtitles import joined
from pipeline.records import Document, Reading, Skip, Source
from tests.hostile import CHAPTER, CONTAINER, FRENCH, PACKAGE, archive, pdf

CONFIG = ReadConfig()
LONG = (
    "Le conseil municipal a voté hier soir, après trois heures de débats, le budget de la ville pour l’année prochaine."
)
BROKEN = LONG.replace(" après", "\naprès")
OTHER = "Les habitants du quartier nord attendent depuis longtemps une explication des élus, qui tardent à la donner."

PAGE = f"""<!DOCTYPE html><html lang="fr"><head><title>Le budget est voté - La Gazette</title>
<meta property="og:site_name" content="La Gazette"><meta name="author" content="Jeanne Martin">
<meta property="article:published_time" content="2024-06-19T10:00:00+02:00">
<link rel="canonical" href="https://gazette.example/budget"></head><body>
<nav><ul><li><a href="/">Accueil</a></li><li><a href="/monde">Monde</a></li></ul></nav>
<article><h1>Le budget est voté</h1><p>{BROKEN}</p><h2>Une <b>longue</b> attente</h2>
<p>{OTHER}</p><p>{LONG.replace("hier", "ensuite")}</p></article>
<footer>Mentions légales</footer></body></html>"""


def one(data: bytes | str, name: str, config: ReadConfig = CONFIG, manifest: Manifest | None = None) -> Reading:
    found = list(read_bytes(data.encode() if isinstance(data, str) else data, name, config, manifest or Manifest()))
    assert len(found) == 1 and isinstance(found[0], Reading), found
    return found[0]


def lines(data: bytes | str, name: str) -> list[str]:
    return [line for line in one(data, name).document.text.split("\n") if line]


def codes(reading: Reading) -> dict[str, str]:
    return {finding.code: finding.value for finding in reading.findings}


def skip(data: bytes, name: str, config: ReadConfig = CONFIG) -> Skip:
    [found] = read_bytes(data, name, config, Manifest())
    assert isinstance(found, Skip)
    return found


# Plain text


def test_a_text_is_read_with_its_source() -> None:
    found = one("Un.\r\n", "a/b.txt")
    assert found.document == Document("Un.")
    source = found.source
    assert (source.path, source.size, source.media_type, source.encoding) == ("a/b.txt", 5, "text/plain", "utf-8")
    assert source.sha256 == sha256(b"Un.\r\n").hexdigest()
    assert codes(found) == {"W105": "1"}
    assert {finding.subject for finding in found.findings} == {found.document.key}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Le budget est voté\n\n{LONG}", "Le budget est voté"),
        (f"Le budget est voté\n{LONG}", "Le budget est voté"),
        (f"Who will pay?\n\n{LONG}", "Who will pay?"),
        (f"Le site des riverains\n\nLe budget est voté\n\n{LONG}", "Le budget est voté"),
        (f"Le budget est voté\n\nPar Jeanne Martin\n\n19 juin 2024\n\n{LONG}", "Le budget est voté"),
        (LONG, None),
        (f"{LONG}\n{OTHER}", None),
        ("Une phrase courte.\n\nUne autre.", None),
        ("un\ndeux\ntrois", None),
        (f"* * * * *\n\n{LONG}", None),
        ("", None),
    ],
)
def test_a_clear_headline_is_the_title(text: str, title: str | None) -> None:
    assert formats.headline(text) == title


def test_the_manifest_goes_first() -> None:
    said = Entry(title="Dit", date="2020", languages=("en",), translation_of=("y.txt",))
    found = one(PAGE, "x.fr.html", manifest=Manifest((("x.fr.html", said),)))
    assert (found.document.title, found.document.date, found.document.outlet) == ("Dit", "2020", "La Gazette")
    assert (found.languages, found.translation_of) == (("en",), ("y.txt",))


def test_names_are_hints() -> None:
    siblings = {"x.fr.txt": ("x.en.txt",)}
    [found] = read_bytes(b"Un.", "x.fr.txt", CONFIG, Manifest(), siblings)
    assert isinstance(found, Reading)
    assert (found.languages, found.translation_of) == (("fr",), ("x.en.txt",))


def test_marks_keep_their_place_through_repairs() -> None:
    passages: list[Passage] = [
        ("Un&nbsp;titre ", "title"),
        (BROKEN, None),
        ("\n  x = 1 \ny\u200b = 2", "code"),
        (OTHER, None),
    ]
    text, marks = marked(passages)
    found = Extract(text, wrapped=True, marks=marks)
    reading = _reading(found, Source("a", "", 0, "text/plain"), Entry(), ())
    assert isinstance(reading, Reading)
    document = reading.document
    assert [(document.text[mark.start : mark.end], mark.markup) for mark in document.marks] == [
        ("Un\u00a0titre", "title"),
        ("x = 1\ny = 2", "code"),
    ]
    assert document.text.split("\n") == ["Un\u00a0titre", *BROKEN.split("\n"), "", "x = 1", "y = 2", OTHER]
    assert codes(reading)["W104"] == "1" and codes(reading)["W108"] == "1"


# Pages


def test_a_page_gives_its_article_and_its_facts() -> None:
    document = one(PAGE, "a.html").document
    assert document.text.split("\n") == [
        "Le budget est voté",
        LONG,
        "Une longue attente",
        OTHER,
        LONG.replace("hier", "ensuite"),
    ]
    assert (document.title, document.date, document.outlet) == ("Le budget est voté", "2024-06-19", "La Gazette")
    assert (document.author, document.url) == ("Jeanne Martin", "https://gazette.example/budget")


def test_a_page_without_an_article_gives_all_its_text() -> None:
    table = "<table><tr><td>Un</td><td>Deux mots</td></tr></table>"
    page = f"<html><body>{table}<br>Trois<script>x</script></body></html>"
    found = one(page, "a.html")
    assert found.document.text.split("\n")[-1] == "Trois"
    assert "Deux mots" in found.document.text and "x" not in found.document.text.split()


def test_a_page_is_known_by_its_content() -> None:
    found = one(PAGE, "a.txt")
    assert found.source.media_type == "text/html"
    assert codes(found)["W116"] == "text/html"


def test_an_xhtml_page_with_an_encoding_declaration() -> None:
    text = LONG.replace("’", "'")
    page = f'<?xml version="1.0" encoding="iso-8859-1"?><html xmlns="x"><body><p>{text}</p></body></html>'
    assert one(page.encode("latin-1"), "a.xhtml").document.text == text


def test_a_large_page_is_stripped() -> None:
    page = "<html><head><title>x</title></head><body><p>Un &amp; deux</p><!-- <p>non</p> --><p>Trois</p></body></html>"
    found = one(page, "a.html", ReadConfig(max_markup=10))
    assert found.document.text == "Un & deux\nTrois"
    assert "W114" in codes(found)


def test_tables_nested_as_old_pages_have_them_are_no_bomb() -> None:
    page = "<html><body>" + "<table><tr><td>" * 20 + f"<p>{LONG}" + "<p>un" * 500 + "</body></html>"
    found = one(page, "a.html")
    assert "W114" not in codes(found)
    assert LONG in found.document.text


def test_reading_a_page_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    links = '<link rel="stylesheet" href="https://x.example/a.css"><img src="https://x.example/b.png">'
    linked = PAGE.replace("<nav>", f"{links}<nav>")
    assert LONG in one(linked, "a.html").document.text


# Markdown and subtitles


def test_markdown_gives_text_without_marks() -> None:
    text = f"""---
title: "Le budget"
date: 19 juin 2024
author: Jeanne Martin
source_url: x
---
# Le *budget* est [voté](https://x.example)

{BROKEN}

- un
- deux **gras**

***

| a | b |
|---|---|
| c | d |

> {OTHER}

<div>reste</div>

![une photo](x.png)
"""
    found = one(text, "a.md")
    assert found.document.text.split("\n") == [
        "Le budget est voté", LONG, "un", "deux gras", "* * * * *", "a", "b", "c", "d", OTHER, "reste", "une photo",
    ]  # fmt: skip
    assert (found.document.title, found.document.date, found.document.author) == (
        "Le budget",
        "2024-06-19",
        "Jeanne Martin",
    )


def test_the_first_heading_of_markdown_is_the_title() -> None:
    assert one(f"## Avant\n\n# Le budget\n\n{LONG}", "a.md").document.title == "Le budget"


def test_cues_are_joined_into_sentences() -> None:
    cues = [
        (0, 1000, "Le port est vide,"),
        (1000, 2000, "depuis ce matin."),
        (2100, 3000, "On attend"),
        (3000, 4000, "le bateau.\n— Quand ?"),
        (4000, 5000, "— Demain"),
        (9000, 9900, "peut-être"),
    ]
    assert list(joined(cues)) == [
        "Le port est vide, depuis ce matin.",
        "On attend le bateau.",
        "— Quand ?",
        "— Demain",
        "peut-être",
    ]


@pytest.mark.parametrize("name", ["a.srt", "a.txt"])
def test_subtitles_lose_numbers_times_and_tags(name: str) -> None:
    first = "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Le port</i>\r\n\r\n"
    text = f"{first}2\r\n00:00:02,000 --> 00:00:03,000\r\nest vide.\r\n"
    assert lines(text, name) == ["Le port est vide."]


def test_web_subtitles() -> None:
    text = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nLe port\n\n00:00:02.000 --> 00:00:03.000\nest vide.\n"
    assert lines(text, "a.vtt") == ["Le port est vide."]


# Word, e-books, PDF


def word(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_document_gives_paragraphs_tables_and_facts() -> None:
    document = docx.Document()
    document.add_heading("Le budget", 1)
    document.add_paragraph(LONG)
    document.add_table(1, 2).rows[0].cells[1].text = "cellule"
    document.core_properties.title = "Budget 2024"
    document.core_properties.author = "Jeanne Martin"
    document.core_properties.created = datetime(2024, 6, 19)
    found = one(word(document), "a.docx").document
    assert [line for line in found.text.split("\n") if line] == ["Le budget", LONG, "cellule"]
    assert (found.title, found.author, found.date) == ("Budget 2024", "Jeanne Martin", "2024-06-19")


def test_what_a_template_says_is_no_fact() -> None:
    document = docx.Document()
    document.add_paragraph(LONG)
    found = one(word(document), "a.docx").document
    assert (found.title, found.author, found.date) == (None, None, None)


def test_changes_in_a_word_document_are_taken_as_accepted() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Le budget ")
    for tag, text in (
        ("ins", "<w:t>est voté</w:t>"),
        ("del", "<w:delText>est refusé</w:delText>"),
        ("moveFrom", "<w:t>ailleurs</w:t>"),
    ):
        change = f'<w:{tag} {nsdecls("w")} w:id="1" w:author="x"><w:r>{text}</w:r></w:{tag}>'
        paragraph._p.append(parse_xml(change))
    assert one(word(document), "a.docx").document.text == "Le budget est voté"


def test_an_e_book_gives_its_chapters_in_the_order_of_its_spine() -> None:
    package = PACKAGE.replace('<item id="out" href="../../../../etc/passwd"/>', '<item id="out" href="2.xhtml"/>')
    second = CHAPTER.replace("Le port", "La mer").replace(FRENCH, "Deux&#160;: l’eau.")
    data = archive(
        {"META-INF/container.xml": CONTAINER, "OPS/book.opf": package, "OPS/a b.xhtml": CHAPTER, "OPS/2.xhtml": second}
    )
    document = one(data, "a.epub").document
    assert document.text.split("\n") == ["Le port", FRENCH, "", "La mer", "Deux\u00a0: l’eau."]
    assert (document.title, document.author, document.date) == ("Le port", "Anne Roux", "2021-05")


def test_a_list_of_chapters_in_an_e_book_is_no_text() -> None:
    links = "".join(f'<p><a href="{n}.xhtml">Chapitre {n}</a></p>' for n in (1, 2))
    contents = f"<html><body><h1>Table des matières</h1>{links}</body></html>"
    package = PACKAGE.replace('<item id="out" href="../../../../etc/passwd"/>', '<item id="out" href="toc.xhtml"/>')
    parts = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": package, "OPS/a b.xhtml": CHAPTER}
    found = one(archive(parts | {"OPS/toc.xhtml": contents}), "a.epub")
    assert found.document.text == f"Le port\n{FRENCH}" and codes(found)["W120"] == "1"
    links = '<p>Voir <a href="1.xhtml">le chapitre des bateaux</a>, qui dit tout cela mieux que nous.</p>' * 2
    prose = f"<html><body><h1>Sommaire</h1>{links}</body></html>"
    assert "qui dit tout" in one(archive(parts | {"OPS/toc.xhtml": prose}), "a.epub").document.text


def test_an_e_book_never_reads_outside_itself() -> None:
    data = archive({"META-INF/container.xml": CONTAINER, "OPS/book.opf": PACKAGE, "OPS/a b.xhtml": CHAPTER})
    found = one(data, "a.epub")
    assert "root:" not in found.document.text
    assert codes(found)["W115"] == "1 of 2 chapters"


def test_a_pdf_is_unwrapped_across_pages_without_its_running_heads() -> None:
    ordinals = ["first", "second", "third", "fourth", "fifth", "sixth"]
    text = [
        f"On its {ordinal} day the committee met again to look at the {ordinal} draft of the plan for the northern "
        f"line, and at what the {ordinal} county would have to pay in the end."
        for ordinal in ordinals
    ]
    wrapped = textwrap.wrap(" ".join(text), 70)
    pages = [["The Gazette", *wrapped[at : at + 4], str(at // 4 + 1)] for at in range(0, len(wrapped), 4)]
    found = one(pdf(*pages, information={"/Title": "Microsoft Word - draft.doc", "/Author": "Jeanne Martin"}), "a.pdf")
    assert found.document.text.replace("\n", " ") == " ".join(text)
    assert "\n" not in found.document.text
    assert codes(found)["W112"] == str(2 * len(pages))
    assert (found.document.title, found.document.author) == (None, "Jeanne Martin")


def test_a_title_that_a_person_gave_a_pdf_is_kept() -> None:
    found = one(
        pdf(["Some text that is here."], information={"/Title": "The Northern Line", "/Author": "admin"}), "a.pdf"
    )
    assert (found.document.title, found.document.author) == ("The Northern Line", None)


# Tables


def test_rows_are_documents_with_their_columns_as_facts() -> None:
    header = "Titre;TEXTE;Date;Journal;Auteur;Lien;Langue"
    filled = f'Un;"{LONG}\n{OTHER}";19/06/2024;La Gazette;J. M.;https://x.example/1;fr'
    table = f"{header}\n{filled}\nDeux;;;;;;\nTrois;{OTHER};;;;;\n"
    first, second, third = read_bytes(table.encode(), "t.csv", CONFIG, Manifest())
    assert isinstance(first, Reading) and isinstance(third, Reading)
    assert first.source.path == "t.csv#1" and first.source.media_type == "text/csv"
    assert first.document == Document(
        f"{LONG}\n{OTHER}", "Un", "2024-06-19", "La Gazette", "J. M.", "https://x.example/1"
    )
    assert first.languages == ("fr",)
    assert second == Skip("t.csv#2", "E101", "The row has no text. Remove it, or fill it in.")
    assert (third.source.path, third.document.title) == ("t.csv#3", "Trois")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_every_usual_mark_divides_columns(mark: str) -> None:
    assert lines(f"id{mark}text\n1{mark}Un mot\n", "t.csv") == ["Un mot"]


def test_the_column_of_texts_can_be_named() -> None:
    config = ReadConfig(text_columns=("corps",))
    assert one("id,corps\n1,Un mot\n", "t.csv", config).document.text == "Un mot"
    assert skip(b"id,text\n1,Un mot\n", "t.csv", config).code == "E111"


def test_lines_of_json() -> None:
    records = [
        {"text": LONG, "title": "Un", "authors": ["A. B.", "C. D."], "published": "June 2024"},
        {"x": 1},
        {"text": OTHER},
    ]
    data = "\n".join(map(json.dumps, records[:2])) + "\n{broken\n" + json.dumps(records[2]) + "\n"
    found = list(read_bytes(data.encode(), "t.jsonl", CONFIG, Manifest()))
    assert [type(one).__name__ if isinstance(one, Reading) else one.code for one in found] == [
        "Reading",
        "E111",
        "E110",
        "Reading",
    ]
    assert isinstance(found[0], Reading) and isinstance(found[3], Reading)
    assert (found[0].document.author, found[0].document.date) == ("A. B., C. D.", "2024-06")
    assert found[3].source.path == "t.jsonl#4"


def test_a_list_of_json_is_read_like_lines() -> None:
    found = list(read_bytes(json.dumps([{"text": "Un."}, {"text": "Deux."}]).encode(), "t.json", CONFIG, Manifest()))
    assert [one.source.path for one in found if isinstance(one, Reading)] == ["t.json#1", "t.json#2"]


@pytest.mark.parametrize(
    ("given", "iso"),
    [
        ("2024", "2024"),
        ("2024-06", "2024-06"),
        ("2024-06-19", "2024-06-19"),
        ("2024-06-19T10:00:00Z", "2024-06-19"),
        ("2024-06-19 10:00", "2024-06-19"),
        ("19 juin 2024", "2024-06-19"),
        ("1er août 2024", "2024-08-01"),
        ("mercredi 19 juin 2024", "2024-06-19"),
        ("June 19, 2024", "2024-06-19"),
        ("Wed, 19 Jun 2024 10:00:00 +0200", "2024-06-19"),
        ("Sept. 2024", "2024-09"),
        ("D:20240619101500+02'00'", "2024-06-19"),
        ("19/06/2024", "2024-06-19"),
        ("06/19/2024", "2024-06-19"),
        ("05/05/2024", "2024-05-05"),
        ("03/04/2024", None),
        ("2024-13-01", None),
        ("2024-02-30", None),
        ("hier", None),
        ("", None),
        (None, None),
        ("0001-01-01", None),
        ("12", None),
    ],
)
def test_dates(given: str | None, iso: str | None) -> None:
    assert iso_date(given) == iso


# Folders


def test_folders_are_walked_in_order_and_some_things_passed_over(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a/z.txt",
        "a/b/c.txt",
        "a.txt",
        ".hidden/x.txt",
        ".x",
        "manifest.toml",
        "gold/g.txt",
        "a/gold/h",
        "x.beads",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [name_of(one, tmp_path) for one in find(tmp_path, CONFIG) if isinstance(one, Path)]
    assert found == ["a.txt", "b.txt", "a/z.txt", "a/b/c.txt"]


def test_a_folder_outside_is_followed_once_and_in_no_circle(tmp_path: Path) -> None:
    seeds, outside = tmp_path / "seeds", tmp_path / "outside"
    for folder in (seeds / "in", outside / "deep"):
        folder.mkdir(parents=True)
        (folder / "x.txt").touch()
    (seeds / "one").symlink_to(outside)
    (seeds / "two").symlink_to(outside)
    (seeds / "all").symlink_to(tmp_path)
    (outside / "back").symlink_to(seeds)
    found = list(find(seeds, CONFIG))
    paths = [one.resolve() for one in found if isinstance(one, Path)]
    assert sorted(paths) == [outside / "deep" / "x.txt", seeds / "in" / "x.txt"]
    assert {one.code for one in found if isinstance(one, Skip)} <= {"E105", "E115"}


def test_unchanged_files_are_compared_many_at_once_and_changed_ones_come_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "COMPARED", 4)
    monkeypatch.setattr(inputs, "TOGETHER", 2)
    names = [f"{number}.txt" for number in range(9)]
    for name in names:
        (tmp_path / name).write_text(f"{name} {LONG}", "utf-8")
    found = find_inputs(tmp_path, Manifest(), CONFIG)
    known = {name: result.fingerprint for name, result in read_inputs(found, CONFIG, {}, 2) if result}
    assert list(known) == names
    assert list(read_inputs(found, CONFIG, known, 2)) == [(name, None) for name in names]
    (tmp_path / "5.txt").write_text(OTHER, "utf-8")
    (tmp_path / "6.txt").unlink()
    del known["2.txt"]
    again = dict(read_inputs(found, CONFIG, known, 2))
    assert list(again) == names
    assert [name for name, result in again.items() if result] == ["2.txt", "5.txt", "6.txt"]
    assert [result.results[0].code for result in again.values() if result and isinstance(result.results[0], Skip)] == [
        "E105"
    ]


def test_one_file_is_a_root_too(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LONG, "utf-8")
    [found] = read(path, CONFIG)
    assert isinstance(found, Reading)
    assert found.source.path == "a.txt"


def test_a_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="absent"):
        list(find(tmp_path / "absent", CONFIG))


def test_the_bound_on_bytes_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 11)
    assert load(path, ReadConfig(max_bytes=11)) == b"x" * 11
    with pytest.raises(InputError) as caught:
        load(path, ReadConfig(max_bytes=10))
    assert caught.value.code == "E102"


def test_every_code_that_is_used_is_explained() -> None:
    used: set[str] = set()
    for path in (Path(__file__).resolve().parent.parent / "pipeline" / "reading").glob("*.py"):
        words = path.read_text("utf-8").replace('"', " ").split()
        used |= {word for word in words if len(word) == 4 and word[0] in "EW" and word[1:].isdigit() and word[1] == "1"}
    explained = set(CODES) | set(repair.CODES)
    assert used == used & explained and {"E101", "W116"} <= used


def test_no_two_files_have_one_name_and_no_file_that_of_a_row() -> None:
    tables = ["t.csv", "t.csv#1", "t.csv\\x231", "t.csv#1/x", "a#3.txt", "m.tmx#fr"]
    names = ["a\nb", "a\\x0ab", "a\\nb", "a\x80", "a\udc80", "a\\x80", "a\u202eb", "é", "e\u0301", *tables]
    named = [name_of(Path("/root") / name, Path("/root")) for name in names]
    assert len(set(named)) == len(names)
    assert all(map(str.isprintable, named))
    assert [name for name in named if "#" in name] == ["a#3.txt"]
    assert named[:3] == [r"a\x0ab", r"a\x5cx0ab", r"a\nb"]


def test_the_manifest_names_files_as_a_person_writes_them() -> None:
    manifest = Manifest((("C#.md", Entry(title="Dit")), ("a\\b.md", Entry(title="Lu"))))
    assert [manifest.entry(name).title for name in (r"C\x23.md", r"a\x5cb.md", "C#.md")] == ["Dit", "Lu", "Dit"]
    assert manifest.unmatched([r"C\x23.md", r"a\x5cb.md"]) == ()


def test_the_signature_changes_with_the_settings() -> None:
    assert signature(CONFIG).key == signature(ReadConfig()).key
    assert signature(CONFIG).key != signature(ReadConfig(text_columns=("x",))).key
    assert "pypdfium2" in signature(CONFIG).settings["libraries"]  # type: ignore[operator]


def test_the_same_bytes_give_the_same_reading_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    code = "import sys; from pathlib import Path; from pipeline.config import ReadConfig\n"
    code += "from pipeline.reading.inputs import read\n"
    code += "print(next(read(Path(sys.argv[1]), ReadConfig())).document.key)"
    command = [sys.executable, "-c", code, str(tmp_path)]
    project = Path(__file__).resolve().parent.parent
    seeds = [os.environ | {"PYTHONHASHSEED": seed} for seed in "12"]
    done = [subprocess.run(command, capture_output=True, text=True, check=True, cwd=project, env=one) for one in seeds]
    assert {finished.stdout.strip() for finished in done} == {one(PAGE, "a.html").document.key}


def test_archives_are_measured_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> bytes:
        raise AssertionError("unpacked")

    bomb = archive({"META-INF/container.xml": CONTAINER, "big": b"\0" * 5_000_000})
    monkeypatch.setattr(zipfile.ZipFile, "open", refuse)
    assert skip(bomb, "a.epub").code == "E109"
