import pytest

from pipeline.align.pairs import Item, compare, pair, signature, within
from pipeline.config import AlignConfig
from pipeline.embed import Embedder, encode
from pipeline.engines import use

HARBOUR_FR = (
    "Le port de pêche a rouvert lundi après deux mois de travaux.",
    "Les quais ont été relevés de quarante centimètres.",
    "Douze bateaux sont déjà revenus à leur place.",
    "La criée reprendra la semaine prochaine.",
    "Un pêcheur se plaint du bruit des machines.",
    "La facture s'élève à 3 millions d'euros.",
)
HARBOUR_EN = (
    "The fishing port reopened on Monday after two months of work.",
    "The quays were raised by forty centimetres.",
    "Twelve boats have already come back to their places.",
    "The fish auction will start again next week.",
    "A fisherman complains about the noise of the machines.",
    "The bill comes to 3 million euros.",
)
SCHOOL_FR = (
    "L'école du village compte désormais trois classes.",
    "La nouvelle maîtresse vient de Lyon.",
    "Les élèves plantent des haricots dans la cour.",
    "La cantine sert des légumes du potager.",
)
SCHOOL_EN = (
    "The village school now has three classes.",
    "The new teacher comes from Lyon.",
    "The pupils are planting beans in the yard.",
    "The canteen serves vegetables from the garden.",
)
MUSIC_EN = (
    "The orchestra has found a conductor at last.",
    "She will begin with two symphonies by Bruckner.",
    "Tickets go on sale in May.",
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def items(*extra: Item) -> list[Item]:
    return [
        Item("a", "fr", HARBOUR_FR),
        Item("b", "fr", SCHOOL_FR),
        Item("x", "en", SCHOOL_EN),
        Item("y", "en", HARBOUR_EN),
        Item("z", "en", MUSIC_EN),
        *extra,
    ]


def graded(found: list) -> dict[tuple[str, str], str]:
    return {(one.left, one.right): one.grade for one in found}


def test_translations_are_found_without_names(embedder: Embedder) -> None:
    found = pair(items(), (), embedder, AlignConfig())
    assert graded(found) == {("a", "y"): "translation", ("b", "x"): "translation"}
    evidence = found[0].evidence
    assert min(evidence["coverage_left"], evidence["coverage_right"]) >= 0.8
    assert evidence["order"] == 1
    assert evidence["hint"] == 0
    assert 0.8 <= found[0].score <= 1


def test_the_order_of_documents_changes_nothing(embedder: Embedder) -> None:
    assert pair(items(), (), embedder, AlignConfig()) == pair(items()[::-1], (), embedder, AlignConfig())


def test_a_text_split_in_two_faces_both_parts(embedder: Embedder) -> None:
    parts = [Item("p", "en", HARBOUR_EN[:3]), Item("q", "en", HARBOUR_EN[3:])]
    found = graded(pair([Item("a", "fr", HARBOUR_FR), *parts], (), embedder, AlignConfig()))
    assert set(found) == {("a", "p"), ("a", "q")}
    assert set(found.values()) <= {"translation", "partial"}


def test_a_small_excerpt_is_a_partial_translation(embedder: Embedder) -> None:
    excerpt = Item("p", "en", HARBOUR_EN[1:3] + MUSIC_EN)
    found = graded(pair([Item("a", "fr", HARBOUR_FR), excerpt], (), embedder, AlignConfig()))
    assert found == {("a", "p"): "partial"}


def test_documents_on_one_subject_are_comparable(embedder: Embedder) -> None:
    other = (
        "Fishing boats are coming back to the port after the work on the quays.",
        "Fishermen hope that the rebuilt port will bring tourists.",
        "The port authority paid most of the cost of the work.",
    )
    found = pair([Item("a", "fr", HARBOUR_FR), Item("o", "en", other)], (), embedder, AlignConfig(topic=0.5))
    assert graded(found) == {("a", "o"): "comparable"}


def test_hints_win_either_way_round(embedder: Embedder) -> None:
    for hint in (("a", "z"), ("z", "a")):
        found = {(one.left, one.right): one for one in pair(items(), [hint], embedder, AlignConfig())}
        assert found["a", "z"].grade == "translation"
        assert found["a", "z"].evidence["hint"] == 1
        assert found["a", "z"].score == 1
        assert found["a", "y"].grade == "translation"


def test_hints_for_absent_documents_are_passed_over(embedder: Embedder) -> None:
    assert len(pair(items(), [("a", "nowhere")], embedder, AlignConfig())) == 2


def test_nothing_to_pair(embedder: Embedder) -> None:
    assert pair([], (), embedder, AlignConfig()) == []
    assert pair([Item("a", "fr", HARBOUR_FR), Item("b", "fr", ())], (), embedder, AlignConfig()) == []


def test_reversed_order_is_seen(embedder: Embedder) -> None:
    x, y = encode(embedder, HARBOUR_FR), encode(embedder, HARBOUR_EN[::-1])
    assert compare(x, y, AlignConfig()).order < 0.5


def test_the_signature_follows_the_settings_that_matter(embedder: Embedder) -> None:
    usual = signature(embedder, AlignConfig())
    assert usual.stage == "pair"
    assert usual.key == signature(embedder, AlignConfig(max_side=2)).key
    assert usual.key != signature(embedder, AlignConfig(topic=0.9)).key


def marked(code: str, texts: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(code, text) for text in texts]


def test_an_english_headline_over_its_french_version(embedder: Embedder) -> None:
    segments = [("en", "The fishing port is open again"), ("fr", "Le port de pêche est de nouveau ouvert")]
    segments += marked("fr", SCHOOL_FR + HARBOUR_FR[1:])
    assert within(segments, embedder, AlignConfig()) == [([1], [0])]


def test_a_text_and_then_its_translation(embedder: Embedder) -> None:
    segments = marked("fr", HARBOUR_FR) + marked("en", HARBOUR_EN)
    assert within(segments, embedder, AlignConfig()) == [(list(range(6)), list(range(6, 12)))]


def test_paragraph_by_paragraph(embedder: Embedder) -> None:
    segments = marked("en", HARBOUR_EN[:2]) + marked("fr", HARBOUR_FR[:2])
    segments += marked("en", SCHOOL_EN[:2]) + marked("fr", SCHOOL_FR[:2])
    assert within(segments, embedder, AlignConfig()) == [([2, 3], [0, 1]), ([6, 7], [4, 5])]


def test_what_nobody_can_tell_is_passed_over(embedder: Embedder) -> None:
    segments = [*marked("fr", HARBOUR_FR[:2]), ("und", "1956"), *marked("en", HARBOUR_EN[:2])]
    assert within(segments, embedder, AlignConfig()) == [([0, 1], [3, 4])]


def test_a_foreign_remark_is_no_translation(embedder: Embedder) -> None:
    segments = [*marked("fr", HARBOUR_FR), ("en", "All rights reserved."), *marked("fr", SCHOOL_FR)]
    assert within(segments, embedder, AlignConfig()) == []
    assert within(marked("fr", HARBOUR_FR), embedder, AlignConfig()) == []
    assert within([], embedder, AlignConfig()) == []
