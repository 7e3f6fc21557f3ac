import doctest
import random
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.config import TranslateConfig
from pipeline.translation import apertium
from pipeline.translation.apertium import Apertium, Route, decode, encode, english, halving, route
from pipeline.translation.quality import check_translation
from pipeline.translation.translate import in_order

NASTY = [
    "Le prix est de 3,5 % [voir la note].",
    "Un ^accent$ et une \\barre, des {accolades}, une @ seule",
    "<b>gras</b> / pas gras",
    "* # ~ + | = _ & § €",
    "[",
    "]",
    "[]",
    "[\n#0#]",
    "[\n#1#]",
    ".[]",
    "\\",
    "\\[",
    "a\0b",
    "\ufeffmot\u200b\u00ad",
    "\ud800 seul",
    "日本語 и русский مرحبا",
    "😀 👍🏽",
    "l'«\u00a0idée\u00a0» d’hier",
    "...",
    "Qzxa est un mot",
    "x" * 3_000,
    "$(reboot) `reboot` ; | & > <",
    "--help",
    "",
    " ",
]


@pytest.fixture
def engine(missing: Callable[[str], None]) -> Apertium:
    way = route("fr", "en")
    if way is None:
        missing("Apertium")
    assert way is not None
    return Apertium(way, TranslateConfig())


def test_doctests() -> None:
    assert doctest.testmod(apertium).failed == 0


def test_what_is_encoded_comes_back_when_nothing_touches_it() -> None:
    texts = ["Un [mot] ^ici$ {là} <b> \\ / @", "Fin.", "", "a, b : c"]
    stream, kept = encode(texts)
    assert len(kept) == len(texts)
    assert decode(stream, len(texts)) == texts


@pytest.mark.parametrize("spoil", [str.upper, lambda s: s.replace("#1#", "#2#"), lambda s: s[:-3], lambda s: s + s])
def test_a_stream_out_of_order_is_refused(spoil: Callable[[str], str]) -> None:
    stream, _ = encode(["un", "deux", "trois"])
    changed = spoil(stream)
    assert (decode(changed, 3) is None) == (changed != stream.upper())


@pytest.mark.parametrize("bad", [set(), {0}, {7}, {3, 4}, {0, 9}])
def test_halving_loses_only_what_cannot_be_done(bad: set[int]) -> None:
    texts = [f"texte {number}" for number in range(10)]
    calls = []

    def through(some: Sequence[str]) -> list[str] | None:
        calls.append(len(some))
        return (
            None if any(text == texts[number] for text in some for number in bad) else [text.upper() for text in some]
        )

    assert halving(through, texts) == ["" if number in bad else text.upper() for number, text in enumerate(texts)]
    assert len(calls) <= 1 + 8 * len(bad)


def test_a_text_that_fails_is_tried_again_without_odd_characters() -> None:
    assert halving(lambda some: None if "^" in some[0] else list(some), ["un ^mot^ ici"]) == ["un mot ici"]


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        ("The *truc of *Jong #be @mot", "The *truc of Jong be mot"),
        ("**double", "*double"),
        ("3,5 and 10 000 and 1,000", "3.5 and 10,000 and 1,000"),
        ('He says " yes " !', "He says “yes”!"),
        ('an " alone', 'an " alone'),
        ("5 % : a ; b ?", "5%: a; b?"),
        ("a*b 2 * 3", "a*b 2 * 3"),
        ("in 2019 200 people", "in 2019 200 people"),
    ],
)
def test_english_typography(made: str, wanted: str) -> None:
    assert english(made, True) == wanted


def test_marks_can_be_left_out() -> None:
    assert english("The *truc", False) == "The truc"


def test_no_program_no_route(tmp_path: Path) -> None:
    assert route("fr", "en", str(tmp_path)) is None
    assert route("fr", "tlh") is None


def test_a_program_without_its_modes_is_no_route(tmp_path: Path) -> None:
    _script(tmp_path / "bin" / "apertium", "exit 0")
    assert route("fr", "en", str(tmp_path / "bin")) is None


def _script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def _fake(tmp_path: Path, body: str) -> Apertium:
    modes = tmp_path / "share" / "apertium" / "modes"
    modes.mkdir(parents=True)
    for name in ("fr-es", "spa-eng"):
        (modes / f"{name}.mode").write_text("cat")
    _script(tmp_path / "bin" / "apertium", f'[ "$1" = -V ] && echo "Apertium 9.9" && exit 0\n{body}')
    way = route("fr", "en", str(tmp_path / "bin"))
    assert way is not None
    return Apertium(way, TranslateConfig())


def test_a_program_that_hangs_is_ended_with_all_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apertium, "TIMEOUT", 0.2)
    engine = _fake(tmp_path, "sleep 4242.125 & wait")
    start = time.perf_counter()
    assert [one.text for one in engine.translate(["un", "deux"])] == ["", ""]
    assert time.perf_counter() - start < 10
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 4242.125" not in running


def test_a_program_that_fails_gives_nothing_rather_than_something_wrong(tmp_path: Path) -> None:
    assert [one.text for one in _fake(tmp_path, "cat; exit 1").translate(["un"])] == [""]


def test_a_program_that_drops_a_line_is_asked_again(tmp_path: Path) -> None:
    engine = _fake(tmp_path, "grep -v perdu; true")
    assert [one.text for one in engine.translate(["un", "perdu", "deux"])] == ["un", "", "deux"]


def test_the_signature_follows_version_data_and_settings(tmp_path: Path) -> None:
    engine = _fake(tmp_path, "cat")
    assert str(engine.signature) == "apertium-9.9+fr-es+spa-eng"
    plain = Apertium(engine.route, TranslateConfig(mark_unknown=False)).signature
    (tmp_path / "share" / "apertium" / "modes" / "fr-es.mode").write_text("cat 'changed'")
    changed = Apertium(engine.route, TranslateConfig()).signature
    assert len({engine.signature.key, plain.key, changed.key}) == 3


@pytest.mark.engine
def test_it_translates(engine: Apertium) -> None:
    made = engine.translate(["La guerre n’est pas terminée.", "Titre sans point", ""])
    assert [one.text for one in made] == ["The war is not ended up.", "Title without point", ""]
    assert {one.score for one in made} == {None}


@pytest.mark.engine
def test_every_nasty_text_comes_back_in_its_place(engine: Apertium) -> None:
    lines = [text for nasty in NASTY for text in (nasty, "Le chat mange.")]
    made = [one.text for one in engine.translate(lines)]
    assert made[1::2] == ["The cat eats."] * len(NASTY)
    empty = {text for text, one in zip(NASTY, made[::2], strict=True) if text.strip() and not one}
    assert empty <= {"\ufeffmot\u200b\u00ad"}


@pytest.mark.engine
def test_random_characters_never_move_a_line(engine: Apertium) -> None:
    chance = random.Random(7)
    signs = "[]{}^$/\\@<>*#~+-.,;:!?'\"«»’ \u00a0aéÀ1%&|=()\n\t😀ß"
    odd = ["".join(chance.choices(signs, k=chance.randint(1, 40))) for _ in range(200)]
    lines = [text for one in odd for text in (one, "Le chat mange.")]
    assert [one.text for one in engine.translate(lines)][1::2] == ["The cat eats."] * len(odd)


@pytest.mark.engine
def test_what_must_stay_stays(engine: Apertium) -> None:
    source = "Écrivez à j.dupont@exemple.fr ou voyez https://exemple.fr/a_b?c=1&d=2 avec @nom et #Mot, 12 500 fois."
    [made] = engine.translate([source])
    for kept in ("j.dupont@exemple.fr", "https://exemple.fr/a_b?c=1&d=2", "@nom", "#Mot", "12,500"):
        assert kept in made.text


@pytest.mark.engine
def test_names_are_not_translated(engine: Apertium) -> None:
    [made] = engine.translate(["Park Min Un et Paul Le Goff se taisent."])
    assert "Park Min Un" in made.text and "Paul Le Goff" in made.text


@pytest.mark.engine
def test_unknown_words_are_marked_and_found(engine: Apertium) -> None:
    source = "Le snarfleux dort chez Wojtkowiak."
    [made] = engine.translate([source])
    assert "*snarfleux" in made.text
    assert "*Wojtkowiak" not in made.text
    assert dict(check_translation(source, made.text))["W612"] == "snarfleux"


@pytest.mark.engine
def test_a_word_unknown_between_the_languages_stands_as_in_the_source(engine: Apertium) -> None:
    source = "Mme Blin arrive à 14h30 à l'Élysée, valorisant les contreparties."
    [made] = engine.translate([source])
    assert "14:30" in made.text
    assert "Mme Blin" in made.text and "Élysée" in made.text
    assert "*valorisant" in made.text and "*contreparties" in made.text


def test_the_source_word_is_the_one_whose_form_begins_alike() -> None:
    forms = {"Mme": "Sra", "pêcheurs": "pescadores", "envergure": "envergadura", "d": "de", "une": "una"}
    text = "Mme Blin parle d'une envergure de pêcheurs."
    assert apertium.source_word("envergadura", text, forms) == "envergure"
    assert apertium.source_word("Sra", text, forms) == "Mme"
    assert apertium.source_word("Blin", text, forms) == "Blin"
    assert apertium.source_word("arrantzales", text, forms) == "arrantzales"


@pytest.mark.engine
def test_many_lines_through_the_stage_keep_their_order(engine: Apertium) -> None:
    lines = [f"Le chat {number} mange." for number in range(300)] + ["", "***", "LE CHAT MANGE"]
    made = [one.text for one in in_order(lines, engine, engine.config)]
    assert made[:300] == [f"The cat {number} eats." for number in range(300)]
    assert made[300:] == ["", "***", "The cat eats"]


@pytest.mark.engine
def test_two_pipes_give_what_one_gives(engine: Apertium, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"La maison numéro {number} est vide" for number in range(20)]
    one = engine.translate(lines)
    monkeypatch.setattr(apertium, "SHARE", 5)
    monkeypatch.setattr(apertium.os, "sched_getaffinity", lambda _: set(range(8)))
    assert engine.translate(lines) == one


def test_a_route_has_a_name() -> None:
    assert Route(Path("apertium"), (Path("a-b.mode"), Path("b-c.mode"))).name == "a-b+b-c"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Un soldat sud-africain est là.", "Un soldat africain du sud est là."),
        ("Les Nord-Coréennes votent.", "Les Coréennes du nord votent."),
        ("La police est-allemande le savait.", "La police allemande de l'est le savait."),
        ("Au nord-est de Lyon, et au sud-ouest.", "Au nord-est de Lyon, et au sud-ouest."),
    ],
)
def test_points_of_the_compass_are_put_as_the_dictionaries_know_them(line: str, expected: str) -> None:
    stream, _ = apertium.encode([line])
    assert stream.startswith(expected)
