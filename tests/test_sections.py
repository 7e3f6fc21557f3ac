import pytest

from pipeline.align.sections import reordered, within
from pipeline.config import AlignConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder, encode
from tests.test_pairs import HARBOUR_EN, HARBOUR_FR, MUSIC_EN, SCHOOL_EN, SCHOOL_FR

SCHOOL_ES = (
    "La escuela del pueblo tiene ahora tres clases.",
    "La nueva maestra viene de Lyon.",
    "Los alumnos plantan judías en el patio.",
    "El comedor sirve verduras del huerto.",
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


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
    assert within(segments, embedder, AlignConfig()) == [([2, 3, 6, 7], [0, 1, 4, 5])]


def test_what_nobody_can_tell_is_passed_over(embedder: Embedder) -> None:
    segments = [*marked("fr", HARBOUR_FR[:2]), ("und", "1956"), *marked("en", HARBOUR_EN[:2])]
    assert within(segments, embedder, AlignConfig()) == [([0, 1], [3, 4])]


def test_a_foreign_remark_is_no_translation(embedder: Embedder) -> None:
    segments = [*marked("fr", HARBOUR_FR), ("en", "All rights reserved."), *marked("fr", SCHOOL_FR)]
    assert within(segments, embedder, AlignConfig()) == []
    assert within(marked("fr", HARBOUR_FR), embedder, AlignConfig()) == []
    assert within([], embedder, AlignConfig()) == []


def test_residue_between_a_text_and_its_translation(embedder: Embedder) -> None:
    residue = [("fr", "Partager cet article"), ("en", "Sign in"), ("und", "***"), ("fr", "Lire plus tard")]
    segments = marked("fr", HARBOUR_FR) + residue + marked("en", HARBOUR_EN)
    assert within(segments, embedder, AlignConfig()) == [(list(range(6)), list(range(10, 16)))]


def test_a_sentence_in_the_wrong_language_cuts_nothing_off(embedder: Embedder) -> None:
    segments = [*marked("fr", HARBOUR_FR[:3]), ("en", "Le Monde, Paris"), *marked("fr", HARBOUR_FR[3:])]
    segments += marked("en", HARBOUR_EN)
    ((left, right),) = within(segments, embedder, AlignConfig())
    assert left == [0, 1, 2, 4, 5, 6]
    assert set(right) >= set(range(7, 13))


def test_paragraphs_in_turn_of_which_one_is_missing(embedder: Embedder) -> None:
    segments = marked("fr", HARBOUR_FR[:2]) + marked("en", HARBOUR_EN[:2]) + marked("fr", HARBOUR_FR[2:4])
    segments += marked("fr", SCHOOL_FR[:2]) + marked("en", SCHOOL_EN[:2])
    segments += marked("fr", SCHOOL_FR[2:]) + marked("en", SCHOOL_EN[2:])
    ((left, right),) = within(segments, embedder, AlignConfig())
    assert set(left) >= {0, 1, 6, 7, 10, 11}
    assert right == [2, 3, 8, 9, 12, 13]


def test_three_languages(embedder: Embedder) -> None:
    segments = marked("fr", SCHOOL_FR) + marked("es", SCHOOL_ES) + marked("en", SCHOOL_EN)
    ((left, right),) = within(segments, embedder, AlignConfig())
    assert left == [0, 1, 2, 3]
    assert right in ([4, 5, 6, 7], [8, 9, 10, 11])
    segments = marked("es", SCHOOL_ES) + marked("fr", HARBOUR_FR) + marked("en", HARBOUR_EN)
    assert within(segments, embedder, AlignConfig()) == [(list(range(4, 10)), list(range(10, 16)))]


def test_a_table_of_two_columns_row_by_row(embedder: Embedder) -> None:
    cells = zip(HARBOUR_FR + SCHOOL_FR, HARBOUR_EN + SCHOOL_EN, strict=True)
    segments = [one for fr, en in cells for one in (("fr", fr), ("en", en))]
    assert within(segments, embedder, AlignConfig()) == [(list(range(0, 20, 2)), list(range(1, 20, 2)))]


def test_headlines_in_both_languages_over_a_text_and_its_translation(embedder: Embedder) -> None:
    heads = [("fr", "Le port de pêche est de nouveau ouvert"), ("en", "The fishing port is open again")]
    segments = heads + marked("fr", HARBOUR_FR[1:]) + marked("en", HARBOUR_EN[1:])
    ((left, right),) = within(segments, embedder, AlignConfig())
    assert left == [0, 2, 3, 4, 5, 6]
    assert right == [1, 7, 8, 9, 10, 11]


def test_sections_of_the_translation_in_another_order(embedder: Embedder) -> None:
    segments = marked("fr", HARBOUR_FR + SCHOOL_FR) + marked("en", SCHOOL_EN + HARBOUR_EN)
    assert within(segments, embedder, AlignConfig()) == [
        (list(range(6)), list(range(14, 20))),
        (list(range(6, 10)), list(range(10, 14))),
    ]


def test_two_texts_on_two_subjects_do_not_face_each_other(embedder: Embedder) -> None:
    assert within(marked("fr", HARBOUR_FR) + marked("en", MUSIC_EN), embedder, AlignConfig()) == []


def test_what_is_reordered_is_aligned_by_sections(embedder: Embedder) -> None:
    left, right = encode(embedder, HARBOUR_FR + SCHOOL_FR), encode(embedder, SCHOOL_EN + MUSIC_EN[:1] + HARBOUR_EN)
    sections = reordered(left, right, AlignConfig())
    assert sections == [(list(range(6)), list(range(5, 11))), (list(range(6, 10)), list(range(4))), ([], [4])]
    in_order = encode(embedder, HARBOUR_EN + SCHOOL_EN)
    assert reordered(left, in_order, AlignConfig()) == [(list(range(10)), list(range(10)))]
    assert reordered(left[:0], right, AlignConfig()) == [([], list(range(11)))]


QUESTIONS = (
    ("Avez-vous un jardin ?", "Do you have a garden?"),
    ("Prenez-vous le tram ?", "Do you take the tram?"),
    ("Votre voisin est-il bruyant ?", "Is your neighbour noisy?"),
    ("Depuis quand habitez-vous ici ?", "How long have you lived here?"),
)
ANSWERS = (("Tout à fait d'accord", "Strongly agree"), ("Plutôt pas", "Rather not"), ("Sans opinion", "No opinion"))


def test_answers_that_come_again_and_again_face_their_neighbours(embedder: Embedder) -> None:
    lines = [line for question in QUESTIONS for line in (question, *ANSWERS)]
    segments = [(code, text) for line in lines for code, text in zip(("fr", "en"), line, strict=True)]
    sections = within(segments, embedder, AlignConfig())
    linked = {(i, j) for left, right in sections for i, j in zip(left, right, strict=True)}
    assert linked == {(2 * k, 2 * k + 1) for k in range(len(lines))}


def test_a_neighbour_in_the_wrong_language_is_the_translation(embedder: Embedder) -> None:
    segments = [
        ("fr", "Avez-vous un jardin ?"),
        ("en", "Do you have a garden?"),
        ("fr", "No, never"),
        ("fr", "Non, jamais"),
    ]
    assert within(segments, embedder, AlignConfig()) == [([0], [1])]
    assert within(segments, embedder, AlignConfig(), {2}) == [([0, 3], [1, 2])]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("12, rue des Lilas", "40, Mill Lane"),
        ("Installation sur Linux", "Installing on Windows"),
        ("Réponse en HTTP", "Answer in HTML"),
        ("Chrome", "Firefox"),
    ],
)
def test_short_lines_that_name_different_things_do_not_face(embedder: Embedder, left: str, right: str) -> None:
    assert within([("fr", left), ("en", right)], embedder, AlignConfig()) == []
