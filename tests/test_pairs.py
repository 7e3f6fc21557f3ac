import pytest

from pipeline.align.pairs import Item, compare, pair, signature
from pipeline.config import AlignConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder, encode

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
    assert compare(x, y, 0.5).order < 0.5


def test_the_signature_follows_the_settings_that_matter(embedder: Embedder) -> None:
    usual = signature(embedder, AlignConfig())
    assert usual.stage == "pair"
    assert usual.key == signature(embedder, AlignConfig(max_side=2)).key
    assert usual.key != signature(embedder, AlignConfig(topic=0.9)).key


FOOTER_FR = (
    "Abonnez-vous à notre lettre du matin.",
    "Suivez la rédaction sur tous les réseaux.",
    "Tous droits réservés, reproduction interdite.",
)
FOOTER_EN = (
    "Subscribe to our morning letter.",
    "Follow our newsroom on every network.",
    "All rights reserved, no reproduction allowed.",
)
SHORT = (
    ("Le pont de la gare sera fermé samedi.", "The theatre raises its prices in autumn."),
    ("Une chouette a niché dans le clocher.", "Snow blocked the pass on Tuesday night."),
    ("Le maire renonce à son second mandat.", "A bakery burned down near the canal."),
    ("La rivière a débordé pendant la nuit.", "Two climbers were found alive."),
    ("Un inconnu a légué sa maison à la commune.", "The bus to the airport now runs every hour."),
)


def test_boilerplate_of_two_sites_pairs_nothing(embedder: Embedder) -> None:
    every = [Item(f"f{i}", "fr", (fr, *FOOTER_FR)) for i, (fr, _) in enumerate(SHORT)]
    every += [Item(f"e{i}", "en", (en, *FOOTER_EN)) for i, (_, en) in enumerate(SHORT)]
    assert pair(every, (), embedder, AlignConfig()) == []


def test_translations_are_found_under_their_boilerplate(embedder: Embedder) -> None:
    every = [Item(f"f{i}", "fr", (fr, *FOOTER_FR)) for i, (fr, _) in enumerate(SHORT)]
    every += [Item(f"e{i}", "en", (en, *FOOTER_EN)) for i, (_, en) in enumerate(SHORT)]
    every += [Item("f", "fr", (*SCHOOL_FR, *FOOTER_FR)), Item("e", "en", (*SCHOOL_EN, *FOOTER_EN))]
    found = pair(every, (), embedder, AlignConfig())
    assert graded(found) == {("f", "e"): "translation"}
    assert found[0].evidence["coverage_left"] == 1


def test_documents_of_one_sentence(embedder: Embedder) -> None:
    left = [Item(f"f{i}", "fr", (text,)) for i, text in enumerate(HARBOUR_FR + SCHOOL_FR)]
    right = [Item(f"e{i}", "en", (text,)) for i, text in enumerate((HARBOUR_EN + SCHOOL_EN)[::2] + MUSIC_EN)]
    found = [one for one in pair(left + right, (), embedder, AlignConfig()) if one.grade == "translation"]
    assert {(one.left, one.right) for one in found} == {(f"f{2 * i}", f"e{i}") for i in range(5)}


def test_a_partial_translation_of_the_first_half(embedder: Embedder) -> None:
    half = Item("p", "en", HARBOUR_EN[:3])
    found = graded(pair([Item("a", "fr", HARBOUR_FR + SCHOOL_FR), half], (), embedder, AlignConfig()))
    assert found == {("a", "p"): "partial"}


def test_one_document_translated_twice(embedder: Embedder) -> None:
    again = (
        "On Monday, after works that lasted two months, the fishing harbour opened once more.",
        "Its quays now stand forty centimetres higher.",
        "A dozen boats are back at their moorings.",
        "Fish will be auctioned again from next week.",
        "One fisherman grumbles about noisy machines.",
        "All this cost 3 million euros.",
    )
    found = graded(pair(items(Item("w", "en", again)), (), embedder, AlignConfig()))
    assert found == {("a", "w"): "translation", ("a", "y"): "translation", ("b", "x"): "translation"}


def test_a_translation_in_another_order_of_sections(embedder: Embedder) -> None:
    turned = [Item("a", "fr", HARBOUR_FR + SCHOOL_FR), Item("y", "en", SCHOOL_EN + HARBOUR_EN)]
    (found,) = pair(turned, (), embedder, AlignConfig())
    assert found.grade == "translation"
    assert found.evidence["order"] <= 0.7 <= found.evidence["local_order"]


def test_a_short_text_in_a_long_one(embedder: Embedder) -> None:
    long = tuple(text for i in range(12) for text in (f"{i}. {MUSIC_EN[i % 3]}", f"Chapter {i} is about bees and wax."))
    found = graded(
        pair([Item("a", "fr", HARBOUR_FR), Item("l", "en", long + HARBOUR_EN + long)], (), embedder, AlignConfig())
    )
    assert found == {("a", "l"): "partial"}


def test_guides_on_one_template_are_comparable_and_a_part_of_a_text_stays_partial(embedder: Embedder) -> None:
    def guide(name: str, tips: list[str], code: str) -> Item:
        frame = {
            "fr": ["Ce guide s'adresse à tous.", "Choisissez des titres clairs.", "Relisez avant d'envoyer."],
            "en": ["This guide is for everyone.", "Choose clear headings.", "Read it again before you send it."],
        }
        return Item(f"{name}.{code}", code, (*frame[code], *tips))

    sheets = [
        "Figez la première ligne.",
        "Nommez chaque feuille.",
        "Évitez les cellules fusionnées.",
        "Triez les colonnes.",
    ]
    sheets_en = ["Freeze the first row.", "Name every sheet.", "Avoid merged cells.", "Sort the columns."]
    slides = ["Une idée par diapositive.", "Pas d'animation inutile.", "Parlez lentement.", "Montrez peu de texte."]
    slides_en = ["One idea a slide.", "No needless animation.", "Speak slowly.", "Show little text."]
    items = [
        guide("sheets", sheets, "fr"),
        guide("sheets", sheets_en, "en"),
        guide("slides", slides, "fr"),
        guide("slides", slides_en, "en"),
        Item("part.en", "en", tuple(slides_en)),
    ]
    grades = {(found.left, found.right): found.grade for found in pair(items, (), embedder, AlignConfig())}
    assert grades["sheets.fr", "sheets.en"] == grades["slides.fr", "slides.en"] == "translation"
    assert grades.get(("sheets.fr", "slides.en")) in (None, "comparable")
    assert grades.get(("slides.fr", "sheets.en")) in (None, "comparable")
    assert grades["slides.fr", "part.en"] in ("translation", "partial")
