"""Dates and outlets of files without metadata, and nothing that is none."""

import pytest

from pipeline.config import ReadConfig
from pipeline.reading.dating import dating
from pipeline.reading.manifest import Entry, Manifest
from pipeline.reading.read import read_bytes
from pipeline.records import Reading

TEXT = "Le bac part demain du quai, et personne ne sait quand il reviendra de l’autre rive."


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2024-05-03-bac.txt", "2024-05-03"),
        ("a/bac_20240503.fr.txt", "2024-05-03"),
        ("bac 2024.05.03.txt", "2024-05-03"),
        ("2024-05-03/bac.txt", None),
        ("bac-20241399.txt", None),
        ("12024050312.txt", None),
        ("2023-02-31.txt", None),
        ("bac-2024.txt", None),
    ],
)
def test_a_name_says_a_day_or_nothing(name: str, date: str | None) -> None:
    assert dating(name, TEXT).date == date


@pytest.mark.parametrize(
    ("line", "date", "outlet"),
    [
        ("3 mai 2024", "2024-05-03", None),
        ("Publié le vendredi 3 mai 2024 à 10h30", "2024-05-03", None),
        ("Published on May 3, 2024", "2024-05-03", None),
        ("La Gazette du lac, 3 mai 2024", "2024-05-03", "La Gazette du lac"),
        ("The Herald | 3 May 2024", "2024-05-03", "The Herald"),
        ("L’Écho – le 1er mai 2024", "2024-05-01", "L’Écho"),
        ("Lyon, le 3 mai 2024", None, None),
        ("Le 3 mai 2024, le bac est parti.", None, None),
        ("Le bac est parti le 3 mai 2024 du quai nord", None, None),
        ("03/04/2024", None, None),
        ("12 bacs 2024", None, None),
    ],
)
def test_a_line_at_the_head_says_day_and_outlet_or_nothing(line: str, date: str | None, outlet: str | None) -> None:
    assert dating("a.txt", f"Le bac\n\n{line}\n\n{TEXT}")[:2] == (date, outlet)
    assert dating("a.txt", f"Le bac\n{TEXT}\n" * 6 + line).date is None


def read(name: str, text: str, about: Entry | None = None) -> Reading:
    manifest = Manifest(((name, about),)) if about else Manifest()
    [reading] = read_bytes(text.encode(), name, ReadConfig(), manifest)
    assert isinstance(reading, Reading)
    return reading


def test_what_was_found_so_is_marked_and_metadata_go_first() -> None:
    text = f"Le bac\n\nLa Gazette, 3 mai 2024\n\n{TEXT}"
    reading = read("a.txt", text)
    assert (reading.document.date, reading.document.outlet) == ("2024-05-03", "La Gazette")
    assert ("W124", "date, outlet: text") in [(finding.code, finding.value) for finding in reading.findings]
    known = read("2020-01-02.txt", text, Entry(date="1999", outlet="Le Lac"))
    assert (known.document.date, known.document.outlet) == ("1999", "Le Lac")
    assert "W124" not in {finding.code for finding in known.findings}
