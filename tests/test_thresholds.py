"""Just below and just above the numbers that decide: each test fails when its number moves far."""

import pytest

from pipeline.align.pairs import select_items
from pipeline.align.sections import within
from pipeline.align.streams import stream
from pipeline.config import AlignConfig, DetectConfig, SegmentConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.language import detect, identify
from pipeline.language.counterparts import unmatched
from pipeline.reading.decode import decode
from pipeline.reading.unwrap import unwrap
from pipeline.records import Document, Language, Segment, Segmentation
from pipeline.segmenting import residue, segment
from pipeline.segmenting.sentences import split
from tests.test_pairs import HARBOUR_EN, HARBOUR_FR, SCHOOL_EN

FRENCH = "Le conseil a voté le budget hier soir, après trois heures de débats."


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def spoken(code: str, *texts: str, gap: int = 1) -> list[Segment]:
    """Body segments one after the other, ``gap`` characters apart."""
    segments, start = [], 0
    for text in texts:
        segments.append(Segment("d", "d:b0", "body", start, start + len(text), text, Language(code, 1.0, "test")))
        start += len(text) + gap
    return segments


# Reading


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Zażółć gęślą jaźń. Wójt i sołtys wrócili później, niż myśleliśmy. Dzień dobry, świecie.", "cp1250"),
        ("Köyün muhtarı dün akşam geldi; çocuklar bahçede oynuyordu. Güneş battı, gölge uzadı.", "cp1254"),
        ("Az éjjel a folyó elvitte a gyaloghidat. Az őszi eső után árvíz volt a városban.", "iso8859-2"),
        ("La rivière a emporté le pont où, l'été, l'on pêchait.", "cp1252"),
    ],
)
def test_letters_that_fit_western_encodings_badly_are_read_otherwise(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


RAGGED = (
    "pour la pâte il faut deux cents grammes de farine de blé tendre et de l'eau froide",
    "deux cents grammes de beurre demi-sel coupé en dés",
    "trois œufs bien frais que l'on prendra à la ferme",
    "une gousse de vanille fendue sur toute la longueur",
    "un demi-litre de lait entier que l'on fera tiédir",
    "quatre pommes un peu acides et une poignée de noix",
    "le jus d'un citron et deux cuillerées de bon rhum",
)


def test_lines_that_leave_a_third_of_the_width_free_were_not_broken_for_it() -> None:
    assert unwrap("\n".join(RAGGED)) == ("\n".join(RAGGED), 0)


def test_lines_that_leave_a_tenth_of_the_width_free_were_broken_for_it() -> None:
    words = iter(
        ("le chemin descend vers la rivière entre deux haies de charmes que personne ne taille plus " * 12).split()
    )
    lines = [next(words)]
    for word in words:
        width = (74, 70, 72, 68)[len(lines) % 4]
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    assert unwrap("\n".join(lines))[0] == " ".join(lines)


# Segmenting


@pytest.mark.parametrize(("above", "role"), [(8, "boilerplate"), (12, "body")])
def test_the_head_of_a_page_is_ten_lines_at_most(above: int, role: str) -> None:
    line = next(
        kind.examples[0]
        for kind in residue.TABLE
        if kind.strength is residue.Strength.EDGE and kind.name == "published"
    )
    filler = [f"Le village et la colline numéro {number}" for number in range(above)]
    text = "\n".join([*filler, line, *(f"{FRENCH} Le maire a parlé en dernier, et longtemps. {n}." for n in range(30))])
    [found] = segment.segment([Document(text)], lambda _: "fr", SegmentConfig())
    assert next(block.role for block in found.blocks if text[block.start : block.end] == line) == role


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('Il dit : " Je pars. " Elle reste.', ['Il dit : " Je pars. "', "Elle reste."]),
        ('On lit le mot " gare " en 1956. " Gare " vient de garer.', None),
        ('She wrote " no. " He wrote " yes. " They left.', ['She wrote " no. "', 'He wrote " yes. "', "They left."]),
    ],
)
def test_a_spaced_mark_closes_where_one_is_open(text: str, sentences: list[str] | None) -> None:
    expected = sentences or ['On lit le mot " gare " en 1956.', '" Gare " vient de garer.']
    assert [text[start:end] for start, end in split(text, "fr")] == expected


# Languages


@pytest.mark.parametrize("text", ["Share", "Newsletter"])
def test_residue_does_not_take_the_language_of_its_neighbours(text: str) -> None:
    config = DetectConfig()
    segments, start = [], 0
    for number, (role, line) in enumerate((("body", FRENCH), ("boilerplate", text), ("body", FRENCH))):
        segments.append(Segment("d", f"d:b{number}", role, start, start + len(line), line))  # type: ignore[arg-type]
        start += len(line) + 2
    [result] = detect.detect([Segmentation("d", (), tuple(segments))], identify.load(config), config)
    assert [one.code for one in result.segments] == ["fr", "en", "fr"]


@pytest.mark.parametrize(
    ("left", "right", "missing"),
    [
        ("Hier, Gaspard Bernard a parlé.", "Yesterday Gaspard Richard spoke.", ["Bernard", "Richard"]),
        ("Hier, Odile Martin a parlé.", "Yesterday Odile Quentin spoke.", ["Martin", "Quentin"]),
        ("Hier, la ville de Varsovie dormait.", "Yesterday the city of Warsovie slept.", []),
    ],
)
def test_names_are_alike_by_four_first_letters_or_five_last_ones(left: str, right: str, missing: list[str]) -> None:
    found = [(left if one.side == "left" else right)[one.start : one.end] for one in unmatched(left, right)]
    assert found == missing


# Documents, sections, passages


def test_a_language_with_a_fifth_of_the_letters_faces_other_documents() -> None:
    segments = [*spoken("fr", *HARBOUR_FR), *spoken("en", *SCHOOL_EN)]
    assert [one.language for one in select_items("d", segments, {"fr": 0.75, "en": 0.25})] == ["fr", "en"]
    assert [one.language for one in select_items("d", segments, {"fr": 0.85, "en": 0.15})] == ["fr"]


def test_a_passage_does_not_go_on_across_a_gap() -> None:
    near, far = (stream("d", spoken("fr", *HARBOUR_FR[:3], gap=gap), "fr") for gap in (2, 12))
    assert len(set(near.stretches)) == 1
    assert len(set(far.stretches)) == 3


def test_a_lone_translation_is_looked_for_nearby_only(embedder: Embedder) -> None:
    line = [("fr", HARBOUR_FR[0])], [("en", HARBOUR_EN[0])]
    between = [("und", f"{number} / {number}") for number in range(8)]
    assert within([*line[0], *between[:2], *line[1]], embedder, AlignConfig()) != []
    assert within([*line[0], *between, *line[1]], embedder, AlignConfig()) == []
