"""The package that ships in ``models/``: what it says on ordinary sentences, and that no text makes it crash."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.config import TranslateConfig
from pipeline.translation import archive, argos, packages
from pipeline.translation.argos import Argos
from pipeline.translation.fidelity import added_loop, count_losses
from pipeline.translation.translate import in_order
from training import sources

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Argos]:
    [file] = packages.SHIPPED.glob("*.argosmodel")
    yield Argos(argos.install(file, tmp_path_factory.mktemp("data")), TranslateConfig())


def translated(engine: Argos, *texts: str) -> list[str]:
    return [translation.text for translation in in_order(texts, engine, TranslateConfig())]


def test_what_ships_is_what_was_measured() -> None:
    [file] = packages.SHIPPED.glob("*.argosmodel")
    [pin] = [pin for pin in packages.pins() if pin.name == file.stem]
    assert (file.stat().st_size, archive.sha256(file)) == (pin.size, pin.sha256)
    assert pin.figures.bleu > packages.measured_apertium().bleu


def test_it_names_every_source_that_it_learned_from(engine: Argos) -> None:
    text = (engine.package.path / "README.md").read_text("utf-8")
    assert "CC BY-SA 4.0" in text
    learned = {source.credit for source in sources.load().values()}
    assert {credit for credit in learned if credit not in text} == set()


@pytest.mark.parametrize(
    ("french", "words"),
    [
        ("Le ministre a démissionné hier soir.", {"minister", "resigned", "last", "night"}),
        ("Nous n'avons jamais vu ce document.", {"never", "document"}),
        ("Les 1 250 habitants du village attendent l'eau depuis le 3 mai.", {"1", "250", "village", "water", "may"}),
        ("« Je ne signerai pas », a répondu Claire Bonnefoy.", {"sign", "not", "claire", "bonnefoy"}),
        ("La délégation sud-coréenne a quitté la salle.", {"south", "korean", "delegation", "left"}),
        ('Le port vient d"être fermé.', {"port", "been", "closed"}),
    ],
)
def test_ordinary_sentences(engine: Argos, french: str, words: set[str]) -> None:
    [english] = translated(engine, french)
    assert words <= set(english.lower().translate(str.maketrans('.,"', "   ", "")).split()), english
    assert count_losses(french, english) == 0


@pytest.mark.parametrize(
    "text",
    [
        "Le port reste fermé. " * 480,  # 10,000 characters
        "".join(f"{number * 7919:x}" for number in range(2_500)),  # 10,000 without a space
        "😀 🎉 🚢🚢🚢 !!!",
        "LE PORT EST FERMÉ DEPUIS HIER SOIR",
        "Der Hafen bleibt bis auf Weiteres geschlossen.",
        "港は閉鎖されたままです。",
        '<p class="x">Le port <b>reste</b> fermé.&nbsp;</p> {{ modèle }} [^1] **gras**',
        "\u200b\u00a0\u2028 — – … « » \x07",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
    ],
)
def test_odd_texts_neither_crash_nor_loop(engine: Argos, text: str) -> None:
    [english] = translated(engine, text)
    assert english.strip() or not text.strip()
    assert len(english) < 2 * len(text) + 50
    assert not added_loop(text, english)


def test_nothing_is_left_in_french(engine: Argos) -> None:
    lines = (Path(__file__).parent.parent / "seeds" / "2025-04-29-contingent.fr.txt").read_text("utf-8").splitlines()
    french = [line for line in lines if len(line.split()) > 5]
    for source, english in zip(french, translated(engine, *french), strict=True):
        assert len(set(source.lower().split()) & set(english.lower().split())) < 0.5 * len(source.split()), english
