import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.config import PROJECT, TranslateConfig
from pipeline.errors import PackageError
from pipeline.translation import packages
from pipeline.translation.argos import MAX_TOKENS, Argos
from pipeline.translation.forced import Draft, attended_words
from pipeline.translation.package_decoder import Hypothesis, threads
from pipeline.translation.quality import check_translation
from pipeline.translation.translate import Output, in_order
from tests import argos_package

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Argos:
    folder = tmp_path_factory.mktemp("argos")
    return Argos(packages.install(argos_package.build(folder), folder / "data"), TranslateConfig())


def _installed(folder: Path, **changes: str) -> packages.Package:
    return packages.install(argos_package.build(folder, **changes), folder / "data")


def test_a_real_package_translates(engine: Argos) -> None:
    made = engine.translate(["Le chat dort dans la maison .", "", "paix"])
    assert [one.text for one in made] == ["The cat sleeps in the house .", "", "peace"]


def test_unknown_words_and_numbers_are_copied(engine: Argos) -> None:
    [made] = engine.translate(["Zoé mange 3,5 pommes"])
    assert made.text == "Zoé eats 3,5 pommes"


def test_scores_are_mean_log_probabilities(engine: Argos) -> None:
    # Neither "Le" nor "chat": two weights of theirs stand side by side, and on processors without VNNI the sum of two
    # such products of 8 bits is cut off.
    short, long = engine.translate(["paix", "La guerre et la paix , puis la maison avec le chien ."])
    assert short.score is not None
    assert -0.01 < short.score < 0
    assert long.score == pytest.approx(short.score, rel=0.1)  # each token is as certain: length plays no part


def test_an_empty_text_has_no_score(engine: Argos) -> None:
    assert engine.translate([""])[0] == ("", None)
    assert engine.translate([]) == []


def test_the_answer_does_not_depend_on_the_batch(engine: Argos) -> None:
    texts = ["Le chat mange", "La guerre et la paix , puis la maison", "chien"] * 20
    alone = [engine.translate([text])[0].text for text in texts]
    assert [one.text for one in engine.translate(texts)] == alone


def test_more_tokens_than_a_model_can_take_are_decoded_in_parts(engine: Argos) -> None:
    [made] = engine.translate(["chat " * (MAX_TOKENS + 30)])
    assert made.text.split() == ["cat"] * (MAX_TOKENS + 30)
    assert made.score is not None


def test_lines_through_the_whole_stage(engine: Argos) -> None:
    lines = ["LE CHAT ET LE CHIEN", "", "* * *", "Le chat dort"]
    made = [one.text for one in in_order(lines, engine, engine.config)]
    assert made == ["The cat and the dog", "", "* * *", "The cat sleeps"]


def test_where_a_model_loops_the_text_itself_stays_and_the_checks_say_so(tmp_path: Path) -> None:
    package = packages.install(argos_package.build(tmp_path, stuck=2), tmp_path / "data")
    [made] = Argos(package, TranslateConfig()).translate(["Le chat dort dans la maison"])
    assert made == ("Le chat dort dans la maison", None)
    assert "W603" in dict(check_translation("Le chat dort dans la maison", made.text))
    german = replace(package, source="de")
    [made] = Argos(german, TranslateConfig()).translate(["Le chat dort dans la maison"])
    assert made.text.startswith("The cat sleeps sleeps sleeps")


def test_where_something_is_lost_a_likely_alternative_is_taken(engine: Argos, monkeypatch: pytest.MonkeyPatch) -> None:
    beams = {tuple(engine._decoder.encode("Le 12")): ["The", "The 13", "The 12", "Them 12"]}

    def likeliest(tokens: list[list[str]], count: int) -> list[list[Hypothesis]]:
        likely = [[text.split() for text in beams[tuple(one)][: max(2, count - 4)]] for one in tokens]
        results = [SimpleNamespace(hypotheses=rows, scores=[-1.0] * 4, attention=[[]] * 4) for rows in likely]
        return [[Hypothesis(result, rank) for rank in range(len(result.hypotheses))] for result in results]

    monkeypatch.setattr(engine._decoder, "likeliest", likeliest)
    monkeypatch.setattr(engine._decoder, "decode", " ".join)
    assert [output.text for output in engine.translate(["Le 12"])] == ["The 12"]
    german = replace(engine.package, source="de")
    monkeypatch.setattr(engine, "package", german)
    assert [output.text for output in engine.translate(["Le 12"])] == ["The"]  # what is lost is known for French


def test_where_marks_are_lost_the_attention_says_their_places(engine: Argos) -> None:
    french = "Le « chat » dort"
    [draft] = engine._decoder.draft([engine._decoder.encode("Le chat dort")], [[]])
    assert attended_words(draft, "Le chat dort", (3, 7), engine._decoder) == pytest.approx([0, 1, 0], abs=0.01)
    pieces = engine._decoder.encode(french)
    rows = [[float(piece == at) for piece in range(len(pieces))] for at in (0, pieces.index("▁chat"), len(pieces) - 1)]
    marked = engine._with_marks(french, Output("The cat sleeps", -0.5), Draft(["▁The", "▁cat", "▁sleeps"], rows))
    assert marked == Output('The "cat" sleeps', -0.5)
    assert engine._with_marks(french, marked, draft) == marked


def test_a_target_prefix_is_given_and_taken_away(tmp_path: Path) -> None:
    package = _installed(tmp_path, target_prefix="▁the")
    [made] = Argos(package, TranslateConfig()).translate(["puis le chat dort"])
    assert made.text == "the cat sleeps"  # the prefix took the place of the first word


def test_the_signature_names_the_package(engine: Argos) -> None:
    assert str(engine.signature).endswith("+translate-fr_en-1_0")
    assert engine.signature.model_sha256 == engine.package.sha256
    beam = Argos(engine.package, TranslateConfig(beam=1)).signature
    assert beam.key != engine.signature.key
    batch = Argos(engine.package, TranslateConfig(batch_chars=1, window=1)).signature
    assert batch.key == engine.signature.key  # what changes no result makes nothing stale


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    package = _installed(tmp_path)
    (package.path / "model" / "model.bin").write_bytes(b"no model")
    with pytest.raises(PackageError, match="model verify"):
        Argos(package, TranslateConfig()).translate(["chat"])


def test_a_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    package = _installed(tmp_path)
    (package.path / "sentencepiece.model").write_bytes(b"no tokenizer")
    with pytest.raises(PackageError, match="cannot be loaded"):
        Argos(package, TranslateConfig()).translate(["chat"])


def test_loading_writes_nothing_in_the_home_and_imports_no_sentence_splitter(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    package = _installed(tmp_path)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pipeline.config import TranslateConfig\n"
        "from pipeline.translation import packages\n"
        "from pipeline.translation.argos import Argos\n"
        "[package] = packages.installed(Path(sys.argv[1]))\n"
        "print(Argos(package, TranslateConfig()).translate(['Le chat'])[0].text)\n"
        "print(sorted({'stanza', 'spacy', 'minisbd', 'torch', 'argostranslate.translate', 'argostranslate.sbd'}"
        " & set(sys.modules)))\n"
    )
    names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "ARGOS_PACKAGES_DIR", "SNAP")
    environment = {name: value for name, value in os.environ.items() if name not in names} | {"HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(package.path.parent.parent)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "The cat\n[]\n", done.stderr
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize("cores", range(1, 65))
def test_threads_fit_the_machine(cores: int) -> None:
    inter, intra = threads(cores)
    assert 1 <= inter * intra <= cores
