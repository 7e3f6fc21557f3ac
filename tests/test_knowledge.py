"""Every word of the tables of a language does what the example of its line shows, and so does every pattern."""

import re

import pytest

from pipeline.align.words import function_words
from pipeline.config import DetectConfig
from pipeline.export.tokens import tokenize
from pipeline.language import detect, identify, knowledge, places
from pipeline.language.counterparts import check_pair, find_lost_negation, folded, unmatched
from pipeline.language.function_words import vocabulary
from pipeline.language.knowledge import FILES, TableLine, tables
from pipeline.language.lemmas import inflect
from pipeline.language.quantities import find_quantities, without_label
from pipeline.reading import bundles, ebook, pdf
from pipeline.reading.dating import dating
from pipeline.reading.extract import iso_date
from pipeline.reading.formats import headline
from pipeline.reading.unwrap import join
from pipeline.segmenting import residue, sentences
from pipeline.translation import apertium, quality, translate

ENGLISH, FRENCH = "We see it here.", "On voit cela ici."  # without a name, a number or a negation
DENIED = {"fr": "Il ne vient pas.", "en": "They did not come."}


def lines(section: str, *names: str) -> list[tuple[str, str, TableLine]]:
    """Language, table and line of each line in the named tables of a section, or in all of them."""
    return [
        (language, name, line)
        for language in FILES
        for name, table in tables(language).get(section, {}).items()
        if name in names or not names
        for line in table
    ]


def examples(section: str, *names: str) -> list[object]:
    """Language, word and example of each word in the named tables of a section, or in all of them."""
    return [
        pytest.param(language, word, line.example, id=f"{language} {name} {word}")
        for language, name, line in lines(section, *names)
        for word in line.words
    ]


def patterns(section: str) -> list[object]:
    """Language, table and line of each pattern in a section."""
    return [
        pytest.param(language, name, line, id=f"{language} {name} {line.example}")
        for language, name, line in lines(section)
        if line.pattern
    ]


def codes(language: str, text: str) -> list[str]:
    """What is found on ``text`` beside a denial in the other language."""
    pair = (DENIED["fr"], text) if language == "en" else (text, DENIED["en"])
    return [code for code, _ in check_pair(*pair)]


@pytest.mark.parametrize("language", FILES)
def test_every_line_has_words_or_a_pattern_and_an_example(language: str) -> None:
    for section, named in tables(language).items():
        for name, table in named.items():
            for line in table:
                assert bool(line.words) != bool(line.pattern), (section, name, line)
                assert line.example.count("{}") >= bool(line.words), (section, name, line)


@pytest.fixture(scope="module")
def identifier() -> identify.CombinedIdentifier:
    return identify.load(DetectConfig())


@pytest.mark.parametrize(("language", "word", "example"), examples("sentences"))
def test_sentences_are_cut_as_the_example_shows(language: str, word: str, example: str) -> None:
    marked = example.replace("{}", word)
    whole = marked.replace(" | ", " ")
    assert " | ".join(whole[start:end] for start, end in sentences.split(whole, language)) == marked


@pytest.mark.parametrize(("language", "word", "example"), examples("identification", "function_words"))
def test_a_function_word_decides(
    language: str, word: str, example: str, identifier: identify.CombinedIdentifier
) -> None:
    assert detect.detect_lines([example.replace("{}", word)], identifier, DetectConfig())[0].code == language


@pytest.mark.parametrize(
    ("language", "word", "example"), examples("identification", "name_particles", "name_conjunctions")
)
def test_a_particle_of_a_name_is_no_function_word(language: str, word: str, example: str) -> None:
    assert vocabulary(example.replace("{}", word)).counts[language] == 0


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "acronyms", "towns"))
def test_a_name_keeps_its_capitals_in_a_headline_in_capitals(language: str, word: str, example: str) -> None:
    assert word in translate.sentence_case(example.replace("{}", word.upper()))


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "untranslated"))
def test_a_french_word_in_a_translation_is_seen(language: str, word: str, example: str) -> None:
    assert ("W612", word) in quality.check_translation("Le maire.", example.replace("{}", word))


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "loans"))
def test_a_borrowed_word_is_no_french_left_over(language: str, word: str, example: str) -> None:
    found = quality.check_translation(f"Le {word} était là.", example.replace("{}", word))
    assert "W612" not in [code for code, _ in found]


@pytest.mark.parametrize(("language", "name", "line"), lines("numbers", "magnitudes", "collectives"))
def test_a_quantity_has_the_value_of_its_word(language: str, name: str, line: TableLine) -> None:
    for word in line.words:
        numbers = find_quantities(line.example.replace("{}", word), language)
        assert {max(number.readings) for number in numbers} == {line.value * (3 if name == "magnitudes" else 1)}, word


@pytest.mark.parametrize(("language", "word", "example"), examples("numbers", "ordinal_endings"))
def test_an_ordinal_is_read(language: str, word: str, example: str) -> None:
    written = example.replace("{}", word)
    assert iso_date(written) == "2024-05-01"
    assert re.fullmatch(residue._named("date"), written.lower())


@pytest.mark.parametrize(("language", "word", "example"), examples("numbers", "centuries"))
def test_roman_numerals_stand_before_a_century(language: str, word: str, example: str) -> None:
    [number] = find_quantities(example.replace("{}", word))
    assert number.readings == {19.0}
    assert find_quantities(example.replace("{}", "valo")) == ()


@pytest.mark.parametrize(("language", "word", "example"), examples("numbers", "decades"))
def test_a_decade_is_one_of_its_century(language: str, word: str, example: str) -> None:
    [number] = find_quantities(example.replace("{}", word))
    assert number.readings == {90.0, 1990.0}


@pytest.mark.parametrize(("language", "word", "example"), examples("sentences", "labels"))
def test_the_number_after_a_label_is_no_content(language: str, word: str, example: str) -> None:
    assert without_label(example.replace("{}", word)) == example.partition(" 4. ")[2]


@pytest.mark.parametrize(("language", "word", "example"), examples("names", "common"))
def test_a_word_that_the_other_language_translates_is_no_name(language: str, word: str, example: str) -> None:
    opposite = ENGLISH if language == "fr" else FRENCH
    assert unmatched(example.replace("{}", word), opposite) == ()
    assert unmatched(example.replace("{}", "Valogne"), opposite) != ()


@pytest.mark.parametrize(("language", "word", "example"), examples("negation", "after_ne", "before_ne"))
def test_a_negation_is_missed(language: str, word: str, example: str) -> None:
    assert find_lost_negation(example.replace("{}", word), ENGLISH)
    assert not find_lost_negation(example.replace("{}", "valo"), ENGLISH)


@pytest.mark.parametrize(("language", "word", "example"), examples("negation", "signs"))
def test_a_sign_of_negation_is_enough(language: str, word: str, example: str) -> None:
    assert "W704" not in codes(language, example.replace("{}", word.replace("*", "ant")))
    assert "W704" in codes(language, example.replace("{}", "valo"))


@pytest.mark.parametrize(("language", "name", "line"), patterns("negation"))
def test_a_word_that_is_made_negative_is_enough(language: str, name: str, line: TableLine) -> None:
    assert re.search(rf"\b(?:{line.pattern})\b", line.example)
    assert "W704" not in codes(language, line.example)
    assert not line.counterexample or "W704" in codes(language, line.counterexample)


@pytest.mark.parametrize(("language", "word", "example"), examples("negation", "auxiliaries", "denials"))
def test_a_denial_is_missed(language: str, word: str, example: str) -> None:
    assert "W704" in [code for code, _ in check_pair("Le facteur bouge.", example.replace("{}", word))]
    assert check_pair("Le facteur bouge.", example.replace("{} not", "valo").replace("{}", "valo")) == ()


@pytest.mark.parametrize("line", places._tables()["peoples"], ids=lambda line: line["english"])
def test_a_people_has_a_name_in_either_language(line: dict[str, str]) -> None:
    french, english = line["example"]
    assert unmatched(french, english) == ()
    assert [beginning for beginning in line["french"].split() if beginning in folded(french)]
    assert unmatched("Le boulanger part.", english) != ()


@pytest.mark.parametrize(("language", "word", "example"), examples("alignment", "function_words"))
def test_a_word_carries_grammar(language: str, word: str, example: str) -> None:
    assert function_words(example.replace("{}", word).split()) == [True, False]


@pytest.mark.parametrize(("language", "word", "example"), examples("datelines", "leads", "before_hour"))
def test_a_line_with_a_date_is_read(language: str, word: str, example: str) -> None:
    assert dating("a.txt", f"Valo\n\n{example.replace('{}', word)}\n\nValo").date == "2024-05-03"
    assert dating("a.txt", f"Valo\n\n{example.replace('{}', 'valo')}\n\nValo").date is None


@pytest.mark.parametrize(("language", "word", "example"), examples("datelines", "outlet_articles"))
def test_an_outlet_has_an_article(language: str, word: str, example: str) -> None:
    line = example.replace("{}", word)
    assert dating("a.txt", f"Valo\n\n{line}\n\nValo").outlet == line.partition(",")[0]
    assert dating("a.txt", f"Valo\n\n{example.replace('{}', '')}\n\nValo").outlet is None


@pytest.mark.parametrize(("language", "word", "example"), examples("datelines", "below_headline"))
def test_a_line_below_a_headline_is_none(language: str, word: str, example: str) -> None:
    text = "The old ferry goes to and fro all day between the two banks of the river, full or empty, whatever comes.\n"
    above, below = example.replace("{}", word).split("\n")
    assert headline(f"{above}\n{below}\n\n{text}") == above
    above, below = example.replace("{}", f"{word}valo").split("\n")
    assert headline(f"{above}\n{below}\n\n{text}") == below


@pytest.mark.parametrize(("language", "word", "example"), examples("hyphens"))
def test_a_hyphen_at_a_line_end_is_spelt(language: str, word: str, example: str) -> None:
    written = example.replace("{}", word)
    assert join(written.split(" / "), frozenset()) == written.replace(" / ", "")
    assert "-" not in join(example.replace("{}", "lovati").split(" / "), frozenset())


@pytest.mark.parametrize(("language", "word", "example"), examples("mail"))
def test_a_mail_that_is_passed_on_begins_with_a_line(language: str, word: str, example: str) -> None:
    assert bundles._original_message().match(example.replace("{}", word))
    assert not bundles._original_message().match(example.replace("{}", "valo"))


@pytest.mark.parametrize(("language", "word", "example"), examples("books"))
def test_a_line_heads_the_list_of_chapters(language: str, word: str, example: str) -> None:
    assert ebook._heads_contents(example.replace("{}", word.title()))
    assert not ebook._heads_contents(example.replace("{}", "valo"))


@pytest.mark.parametrize(("language", "word", "example"), examples("metadata"))
def test_what_programs_write_is_no_fact(language: str, word: str, example: str) -> None:
    fact = "Title" if word in knowledge.words("metadata", "no_title", language) else "Author"
    written = example.replace("{}", word.replace("*", "1"))
    facts = [pdf._facts({fact: value}) for value in (written, "Jeanne Vallon")]
    assert [read.title or read.author for read in facts] == [None, "Jeanne Vallon"]


@pytest.mark.parametrize(("language", "name", "line"), patterns("residue"))
def test_a_line_of_a_page_is_residue(language: str, name: str, line: TableLine) -> None:
    assert re.fullmatch(residue._filled(line.pattern), residue.normal(line.example))
    assert [kind.name for kind in [residue.kind(line.example)] if kind] == [name]
    assert residue.kind(line.counterexample) is None


def test_every_kind_of_residue_has_patterns_and_every_pattern_a_kind() -> None:
    worded = {name for _, name, _ in lines("residue")}
    assert worded <= {kind.name for kind in residue.TABLE}
    assert {kind.name for kind in residue.TABLE if not kind.pattern} <= worded


@pytest.mark.parametrize(("language", "word", "example"), examples("residue_words"))
def test_a_word_of_residue_makes_it_so(language: str, word: str, example: str) -> None:
    assert residue.kind(example.replace("{}", word)) is not None
    assert residue.kind(example.replace("{}", "valo")) is None


@pytest.mark.parametrize(("language", "name", "line"), patterns("notices"))
def test_a_notice_of_a_library_is_seen(language: str, name: str, line: TableLine) -> None:
    seen = residue.ends_head if name == "head_ends" else residue.begins_foot
    assert [seen(line.example), seen(line.counterexample)] == [True, False]


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "compass"))
def test_a_point_of_the_compass_goes_behind(language: str, word: str, example: str) -> None:
    assert translate.split_peoples(example.replace("{}", word)).startswith("la ville vallonienne d")
    assert translate.split_peoples(example.replace("{}", "valo")) == example.replace("{}", "valo")


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "people_endings"))
def test_a_people_is_known_by_its_ending(language: str, word: str, example: str) -> None:
    assert translate.split_peoples(example.replace("{}", word)) == f"le port valon{word} du sud"
    assert translate.split_peoples(example.replace("{}", "valo")) == example.replace("{}", "valo")


@pytest.mark.parametrize(("language", "word", "example"), examples("translation", "name_parts"))
def test_a_part_of_a_name_is_left_alone(language: str, word: str, example: str) -> None:
    assert list(apertium._protect(example.replace("{}", word))[1].values()) == [word]
    assert not apertium._protect(example.replace("{}", "valo"))[1]


@pytest.mark.parametrize(("language", "word", "example"), examples("tokens"))
def test_tokens_are_cut_as_the_example_shows(language: str, word: str, example: str) -> None:
    marked = example.format(word)
    assert "|".join(token.text for token in tokenize(marked.replace("|", ""), language)) == marked


@pytest.mark.parametrize(("language", "word", "example"), examples("inflection", "prefixes"))
def test_derived_words_have_the_forms_of_the_word_within(language: str, word: str, example: str) -> None:
    derived = inflect(example.replace("{}", word), language).forms
    bare = {form.removeprefix(word) for form in derived if form.startswith(word)}
    assert len(bare & inflect(example.replace("{}", ""), language).forms) > 1
