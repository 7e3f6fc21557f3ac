"""Words that lost the space between them are seen, with their places; names, addresses and numbers are not."""

import doctest

import pytest

from pipeline.config import ReadConfig
from pipeline.reading import glued
from pipeline.reading.glued import described, glued_words
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import read_bytes
from pipeline.records import Reading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They spoke to the EU.On Monday nobody answered.", ["EU.On"]),
        ("Le bac est parti.Le passeur dort.", ["parti.Le"]),
        ("Wilson,then mayor, had gone.", ["Wilson,then"]),
        ("“We agreed”The next day they left.", ["agreed”The"]),
        ("« Nous partons »dit-elle en riant.Puis elle part.", ["riant.Puis"]),
        ("He left home.He came to The HarbourNorway.", ["home.He", "HarbourNorway"]),
        ("Le prix est de 3,5 euros et de 1.200 francs, soit 12,34 en tout.", []),
        ("See www.example.Com, example.org/Index.Html or write to a.Vallon@example.org.", []),
        ("J.K. Vallon et J.R.R. Rivon lisent p.ex. la loi, c.-à-d. l'art.5.", []),
        ("MacArthur uses YouTube and OpenOffice.", []),
        ("YouTube here, YouTube there, and so on.Then more.", ["on.Then"]),
        ("Il dit oui, non, peut-être.", []),
    ],
)
def test_places(text: str, expected: list[str]) -> None:
    places = glued_words(text)
    assert [place.text for place in places] == expected
    assert all(text[place.start :].startswith(place.text) for place in places)


def test_the_finding_names_the_first_places() -> None:
    text = " ".join(f"mot{letter}.Autre" for letter in "abcdefg")
    assert described(glued_words(text)).startswith("7: mota.Autre (0), motb.Autre (11), ")
    assert described(glued_words(text)).endswith(", ...")


def test_a_document_has_the_finding_but_not_for_its_code() -> None:
    data = b"# Le bac\n\nLe bac est parti.Le passeur dort.\n\n```\ntable.Read(tide)\nthere,here.Then\n```\n"
    (reading,) = read_bytes(data, "bac.md", ReadConfig(), Manifest())
    assert isinstance(reading, Reading)
    start = reading.document.text.index("parti.Le")
    assert ("W130", f"1: parti.Le ({start})") in [(one.code, one.value) for one in reading.findings]


def test_the_examples_in_the_documentation_run() -> None:
    assert doctest.testmod(glued).attempted
    assert not doctest.testmod(glued).failed
