"""Agreed terms: the list, where its terms stand, how they get into translations, what is said of those that do not."""

import doctest
from pathlib import Path

import pytest

from pipeline import config as configuration
from pipeline.config import Config, TranslateConfig
from pipeline.errors import ConfigError
from pipeline.records import Signature
from pipeline.translation import inflection, packages, standin, terminology
from pipeline.translation.argos import Argos
from pipeline.translation.glossary import find_glossary, load_glossary
from pipeline.translation.inflection import plural
from pipeline.translation.quality import check_translation
from pipeline.translation.terminology import Glossary, Term, agreed, find, signed_terms
from pipeline.translation.translate import in_order
from tests import argos_package

VESTS = Term("gilet jaune", ("yellow vest",))
MAYOR = Term("maire", ("mayor", "burgomaster"))
KEPT = Term("Le Monde")
LIST = Glossary((VESTS, MAYOR, KEPT))
ENGINE = Signature("translate", "engine", "1")


@pytest.mark.parametrize("module", [inflection, standin, terminology])
def test_doctests(module: object) -> None:
    outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted
    assert not outcome.failed


def written(folder: Path, text: str) -> Path:
    file = folder / "glossary.tsv"
    file.write_text(text, "utf-8")
    return file


# The list


def test_a_list_in_its_usual_form(tmp_path: Path) -> None:
    listing = load_glossary(
        written(
            tmp_path,
            "\ufeff# our style guide\nFrench\tEnglish\n\ngilet jaune\tyellow vest\nmaire\tmayor | burgomaster\t\n"
            "Le Monde\tkeep\ngendarmerie\n",
        )
    )
    assert listing.glossary.terms == (VESTS, MAYOR, KEPT, Term("gendarmerie"))
    assert not listing.problems


def test_a_list_as_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    file = tmp_path / "glossary.tsv"
    file.write_bytes("maire\tmayor\r\nélu\tcouncillor\r\n".encode("utf-16"))
    assert [str(term) for term in load_glossary(file).glossary.terms] == ["maire → mayor", "élu → councillor"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("maire\tmayor\tnoun", "3 columns, where there are 2"),
        ("\tmayor", "there is no French term"),
        (" - \tmayor", "there is no French term"),
        ("dollar\t$", "'$' has no word to look for"),
        ("gilets jaunes\tyellow jacket", "gilets jaunes → yellow jacket contradicts line 1, gilet jaune → yellow vest"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_others_count(tmp_path: Path, row: str, problem: str) -> None:
    file = written(tmp_path, f"gilet jaune\tyellow vest\n{row}\nélu\tcouncillor\n")
    listing = load_glossary(file)
    assert [term.source for term in listing.glossary.terms] == ["gilet jaune", "élu"]
    [said] = listing.problems
    assert said.startswith(f"{file}, line 2: {problem}")
    assert said.endswith(".")


def test_a_term_that_is_listed_twice_alike_is_no_problem(tmp_path: Path) -> None:
    listing = load_glossary(written(tmp_path, "maire\tmayor\nmaires\tmayor\n"))
    assert len(listing.glossary.terms) == 1
    assert not listing.problems


def test_a_list_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "glossary.tsv"
    file.write_bytes("maire\tmayor\nélu\tcouncillor\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"glossary\.tsv: is not UTF-8"):
        load_glossary(file)


def test_the_settings_name_a_list_beside_them(tmp_path: Path) -> None:
    written(tmp_path, "maire\tmayor\n").rename(tmp_path / "house.tsv")
    (tmp_path / "enregard.toml").write_text('[translate]\nglossary = "house.tsv"\n')
    config = configuration.load(tmp_path / "enregard.toml")
    assert find_glossary(config.translate, []).glossary.terms == (Term("maire", ("mayor",)),)
    (tmp_path / "house.tsv").unlink()
    with pytest.raises(ConfigError, match="no such glossary"):
        find_glossary(config.translate, [])


def test_without_a_setting_a_list_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    folders = [tmp_path / "here", tmp_path / "there"]
    assert find_glossary(TranslateConfig(), folders).file is None
    file = written(tmp_path / "there", "maire\tmayor\n")
    assert find_glossary(TranslateConfig(), folders).file == file


# Where terms stand


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("Les gilets jaunes défilent.", ["gilets jaunes"]),
        ("GILETS JAUNES : LE MAIRE RECULE", ["GILETS JAUNES", "MAIRE"]),
        ("Un gilet-jaune et deux maires.", ["gilet-jaune", "maires"]),
        ("Un gilet, jaune et long.", []),
        ("Il a lu Le Monde.", ["Le Monde"]),
        ("C'est le monde à l'envers.", []),
        ("Le mondeur", []),
        ("", []),
    ],
)
def test_forms_of_a_term_are_met_and_nothing_else(text: str, uses: list[str]) -> None:
    assert [text[use.start : use.end] for use in LIST.uses(text)] == uses


def test_the_longest_of_terms_that_begin_alike_counts() -> None:
    council = Term("Conseil d'État", ("Council of State",))
    glossary = Glossary((Term("Conseil", ("Board",)), council))
    assert [use.term for use in glossary.uses("Le Conseil d’État et le Conseil.")] == [
        council,
        Term("Conseil", ("Board",)),
    ]


@pytest.mark.parametrize(
    ("term", "text", "standing"),
    [
        ("yellow vest", "The Yellow Vests march", "Yellow Vests"),
        ("yellow vest", "a yellow waistcoat, a vest", None),
        ("demonstrate", "They demonstrated.", "demonstrated"),
        ("child", "Three children", "children"),
        ("mayor", "The mayoral race", None),
    ],
)
def test_inflected_forms_are_as_agreed(term: str, text: str, standing: str | None) -> None:
    place = find(term, text)
    assert (place and text[place[0] : place[1]]) == standing


def test_what_is_kept_must_stand_as_it_was() -> None:
    text = "Le Monde a interrogé le maire."
    assert agreed(LIST.terms, text, "The world asked the burgomaster.") == [
        ("Le Monde → Le Monde", False),
        ("maire → mayor | burgomaster", True),
    ]


def test_a_missed_term_is_a_finding() -> None:
    text = "Le maire a reçu les gilets jaunes."
    assert check_translation(text, "The mayor met the yellow jackets.", terms=LIST.terms) == (
        ("W614", "gilet jaune → yellow vest"),
    )
    assert not check_translation(text, "The mayor met the yellow vests.", terms=LIST.terms)
    assert not check_translation(text, "The mayor met the yellow jackets.")


def test_a_signature_names_the_terms_of_its_text_and_no_others() -> None:
    assert LIST.sign(ENGINE, "Il pleut.") is ENGINE
    signed = LIST.sign(ENGINE, "Le maire est là.")
    assert signed_terms(signed.settings) == (MAYOR,)
    without = Glossary((Term("élu", ("councillor",)), MAYOR))
    assert without.sign(ENGINE, "Le maire est là.").key == signed.key
    changed = Glossary((Term("maire", ("provost",)),))
    assert changed.sign(ENGINE, "Le maire est là.").key != signed.key


@pytest.mark.parametrize(("word", "form"), [("vest", "vests"), ("woman", "women"), ("NGO", "NGOs"), ("qzlk", "qzlks")])
def test_plurals(word: str, form: str) -> None:
    assert plural(word) == form


# Engines


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> packages.Package:
    folder = tmp_path_factory.mktemp("terms")
    return packages.install(argos_package.build(folder), folder / "data")


@pytest.mark.engine
@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Le chat dort dans la maison .", "The dog sleeps in the house ."),
        ("chat", "Dog"),
        ("Le chien mange la paix", "The dog eats the war"),
        ("Le chat mange avec la paix", "The dog eats with the war"),
        ("La maison", "The house"),
    ],
)
def test_a_decoder_puts_terms_where_their_french_stands(package: packages.Package, text: str, translation: str) -> None:
    config = TranslateConfig()
    engine = Argos(package, config, Glossary((Term("chat", ("dog",)), Term("paix", ("war",)))))
    [made] = in_order([text], engine, config)
    assert made.text == translation
    assert made.score is not None


@pytest.mark.engine
def test_sentences_without_a_term_are_translated_as_ever(package: packages.Package) -> None:
    texts = ["La maison .", "Le chien mange", "Le chat dort"]
    plain = Argos(package, TranslateConfig())
    listed = Argos(package, TranslateConfig(), Glossary((Term("chat", ("dog",)),)))
    before, after = plain.translate(texts), listed.translate(texts)
    assert after[:2] == before[:2]
    assert after[2] != before[2]


def test_made_up_names_go_and_come_back() -> None:
    text = "Les gilets jaunes et un maire lisent Le Monde."
    named, names = standin.stand_in(text, LIST)
    assert named == "Les Qzya et un Qzyb lisent Qzyc."
    assert standin.written_back("The *Qzya and a Qzyb read Qzyc.", names) == (
        "The yellow vests and a mayor read Le Monde."
    )
    assert standin.stand_in("Rien ici.", LIST) == ("Rien ici.", {})
    assert Config().translate.glossary == ""
