"""French, English and German at once: what is paired, translated, shown and exported, and what is not checked."""

import os
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import text

from db.engine import read_corpus
from pipeline import config, run
from pipeline.config import AlignConfig, Config, DetectConfig, TranslateConfig
from pipeline.embedding import use
from pipeline.embedding.embed import encode
from pipeline.language.counterparts import check_pair
from pipeline.run import Event
from pipeline.translation.quality import check_translation
from tests import argos_package
from tests.command import enregard
from tests.review_site import visitor

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLES = PROJECT / "examples" / "fr-en-de"
SETTINGS = PROJECT / "examples" / "fr-en-de.toml"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
GERMAN = ("Der Brunnen auf dem Marktplatz sprudelt wieder", "Die Fähre fährt sonntags nicht mehr über den Fluss")


def build(corpus: Path, settings: Config, seeds: Path = EXAMPLES, **environ: str) -> tuple[run.Outcome, list[str]]:
    notes: list[str] = []

    def listen(event: Event) -> None:
        notes.extend([event.note] if event.note else [])

    return run.build(seeds, corpus, settings, listen, {**os.environ, **environ}), notes


def select(corpus: Path, sql: str) -> list[tuple]:
    with read_corpus(corpus) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, run.Outcome]:
    """Six documents of ours in three languages; German has a package, French has none."""
    folder = tmp_path_factory.mktemp("trio")
    package = argos_package.build(folder, "translate-de_en-1_0", from_code="de", from_name="German")
    settings = replace(config.load(SETTINGS), data=folder / "data")
    settings = replace(settings, translate=replace(settings.translate, engine="argos", source="de"))
    outcome, _ = build(folder / "c.sqlite", settings, ARGOS_PACKAGE=str(package))
    return folder / "c.sqlite", outcome


# Which languages there are


def test_the_order_of_languages_says_what_stands_left() -> None:
    detect = DetectConfig(("de", "fr", "en"))
    assert config.language_order(Config()) == ("fr", "en")
    assert config.language_order(Config(detect=detect)) == ("fr", "de", "en")
    assert config.language_order(Config(detect=detect, align=AlignConfig(left="en"))) == ("en", "de", "fr")
    assert config.language_order(Config(detect=DetectConfig(("de", "en")))) == ("de", "en")
    assert config.translated_languages(Config()) == ("fr",)
    assert config.translated_languages(Config(translate=TranslateConfig(target="fr"))) == ("en",)


def test_a_language_that_the_embedder_does_not_know_is_said(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "a.txt").write_text("Båten gick inte längre över älven på söndagar, sade bolaget i går.\n", "utf-8")
    settings = Config(detect=DetectConfig(("fr", "sv")), translate=TranslateConfig(engine="none"))
    _, notes = build(tmp_path / "c.sqlite", settings, seeds)
    (note,) = [one for one in notes if "embedder" in one]
    assert "does not know 'sv'" in note
    assert "de" in note.rpartition("It knows")[2]
    assert select(tmp_path / "c.sqlite", "SELECT DISTINCT language FROM segment") == [("sv",)]


@pytest.mark.parametrize("code", use.LANGUAGES)
def test_the_embedder_is_nearer_to_what_means_the_same(code: str) -> None:
    greetings = {
        "ar": ("القط ينام في المنزل.", "سيبدأ القطار في الساعة الثامنة."),
        "de": ("Die Katze schläft im Haus.", "Der Zug fährt um acht Uhr ab."),
        "en": ("The cat is sleeping in the house.", "The train leaves at eight o'clock."),
        "es": ("El gato duerme en la casa.", "El tren sale a las ocho."),
        "fr": ("Le chat dort dans la maison.", "Le train part à huit heures."),
        "it": ("Il gatto dorme in casa.", "Il treno parte alle otto."),
        "ja": ("猫は家で寝ています。", "電車は八時に出発します。"),
        "ko": ("고양이가 집에서 자고 있다.", "기차는 여덟 시에 출발한다."),
        "nl": ("De kat slaapt in het huis.", "De trein vertrekt om acht uur."),
        "pl": ("Kot śpi w domu.", "Pociąg odjeżdża o ósmej."),
        "pt": ("O gato dorme na casa.", "O comboio parte às oito horas."),
        "ru": ("Кошка спит в доме.", "Поезд отправляется в восемь часов."),
        "th": ("แมวนอนอยู่ในบ้าน", "รถไฟออกเวลาแปดโมง"),
        "tr": ("Kedi evde uyuyor.", "Tren saat sekizde kalkıyor."),
        "zh": ("猫在房子里睡觉。", "火车八点出发。"),
    }
    vectors = encode(use.load(), [*greetings["fr"], *greetings[code]])
    for k in (0, 1):
        assert vectors[k] @ vectors[2 + k] > vectors[k] @ vectors[3 - k] + 0.2


# What is checked where


def test_german_pairs_are_checked_for_what_needs_no_tables() -> None:
    left = "Le maire, Jean Morel, n'a pas dépensé 1 800 euros à Munich en vingt ans."
    right = "Jean Morel, der Bürgermeister, hat in zwanzig Jahren in München keine {} Euro ausgegeben."
    assert check_pair(left, right.format("1.800"), ("fr", "de")) == ()
    assert check_pair(left, right.format("2.500"), ("fr", "de")) == (("W701", "1 800 ≠ 2.500"),)
    assert [code for code, _ in check_pair(left, right.format("1.800"), ("fr", "en"))] != []


def test_translations_from_german_are_checked_for_what_needs_no_tables() -> None:
    source = "Der Bürgermeister hat das Haus nicht verkauft."
    assert check_translation(source, "The mayor sold the house.", ("de", "en")) == ()
    assert check_translation(source, "", ("de", "en")) == (("W601", "46 characters"),)
    assert [code for code, _ in check_translation(source, source, ("de", "en"))] == ["W603"]
    assert [code for code, _ in check_translation(source, "The the the the mayor mayor mayor", ("de", "en"))] == [
        "W602"
    ]


# A corpus of three languages


@pytest.mark.slow
def test_each_language_faces_the_two_others(trio) -> None:
    rows = select(
        trio[0],
        "SELECT left_language, right_language, COUNT(*), MIN(score) > 0.9 FROM bitext WHERE kind = 'bitext' "
        "GROUP BY left_language, right_language",
    )
    assert sorted(rows) == [("en", "de", 18, 1), ("fr", "de", 18, 1), ("fr", "en", 18, 1)]
    assert select(trio[0], "SELECT COUNT(*) FROM document_pair WHERE grade = 'translation'") == [(6,)]
    assert select(trio[0], "SELECT code FROM finding WHERE code LIKE 'W70%'") == []


@pytest.mark.slow
def test_each_language_is_translated_by_its_package_and_a_missing_one_is_said(trio) -> None:
    corpus, outcome = trio
    counts = dict(
        select(corpus, "SELECT left_language, COUNT(*) FROM bitext WHERE kind = 'translation' GROUP BY left_language")
    )
    assert counts["de"] == 18
    if "fr" not in counts:
        assert "from fr to en" in outcome.note


@pytest.mark.slow
def test_a_language_that_is_translated_no_more_steps_back(trio, tmp_path: Path) -> None:
    copy = tmp_path / "c.sqlite"
    copy.write_bytes(trio[0].read_bytes())
    two = Config(detect=DetectConfig(("fr", "en")), translate=TranslateConfig(engine="none"), data=tmp_path)
    build(copy, two)
    assert select(copy, "SELECT COUNT(*) FROM bitext WHERE kind = 'translation' AND left_language = 'de'") == [(0,)]


@pytest.mark.slow
def test_search_report_and_exports_name_the_languages(trio, tmp_path: Path) -> None:
    def ask(*arguments: object) -> str:
        done = enregard(*arguments, "--corpus", trio[0])
        assert done[0] == 0, done[2]
        return done[1]

    assert "Fähre" in ask("search", "Fähre", "--lang", "de")
    assert "ferry" in ask("search", "Fähre", "--lang", "de")
    report = tmp_path / "r.html"
    ask("report", "--output", report, "--lang", "fr")
    page = report.read_text("utf-8")
    assert "6 documents en français, anglais et allemand" in page
    assert 'lang="de"' in page
    ask("export", "--format", "tmx", "--output", tmp_path / "m.tmx")
    units = etree.parse(str(tmp_path / "m.tmx")).iter("tu")
    languages = {tuple(side.get(XML_LANG) for side in unit.iter("tuv")) for unit in units}
    assert languages == {("fr", "en"), ("fr", "de"), ("en", "de")}
    ask("export", "--format", "moses", "--language", "de", "--language", "en", "--output", tmp_path / "m")
    assert (tmp_path / "m.de").read_text("utf-8").splitlines()[0] in GERMAN
    ask("export", "--format", "vertical", "--output", tmp_path / "v")
    mappings = sorted(path.name for path in (tmp_path / "v" / "alignment").iterdir())
    assert mappings == [f"v_{one}-v_{other}" for one, other in permutations(("de", "en", "fr"), 2)]
    for path in (tmp_path / "v" / "alignment").iterdir():
        assert path.read_text("utf-8") == "".join(f"{n}\t{n}\n" for n in range(18))


@pytest.mark.slow
def test_the_review_names_the_languages(trio) -> None:
    with_german = visitor(trio[0])
    assert "German" in with_german.get("/search").text
