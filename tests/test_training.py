import doctest
import importlib.util
import json
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import PROJECT, TranslateConfig
from pipeline.translation import argos, packages
from pipeline.translation.argos import Argos
from tests import training_data
from training import bundle, clean, package, prepare, ragged, reread, snapshot, sources, vocabulary
from training.batches import batched, drawn, padded
from training.clean import Pair
from training.errors import TrainingError
from training.ids import FIRST, TAG
from training.schedule import rate, shared
from training.shape import Shape, operations, parameters, positions

pytestmark = pytest.mark.slow

DOCTESTS = ("sources", "clean", "ragged", "schedule", "batches", "shape")
STOCK = """
import json, sys
from pathlib import Path
from benchmarks.stock_argos import stock
with stock(Path(sys.argv[1])) as translate:
    print(json.dumps([translate(line) for line in json.load(sys.stdin)]))
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    data = training_data.write(folder / "data")
    arguments = ["--data", str(data), "--bundle", str(folder / "bundle"), "--vocabulary", "80"]
    assert prepare.main(arguments) == 0
    return folder / "bundle"


@pytest.fixture(scope="module")
def made(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with weights drawn at random."""
    folder = tmp_path_factory.mktemp("package")
    shape = Shape(bundle.read_meta(prepared).vocabulary, 32, 4, 64, 2, 1)
    snapshot.save(training_data.weights(shape), shape, folder / "snapshot", step=1)
    assert package.main(["--run", str(folder), "--bundle", str(prepared), "--output", str(folder / "models")]) == 0
    return folder / "models" / f"{package.NAME}.argosmodel"


@pytest.mark.parametrize("name", DOCTESTS)
def test_examples(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"training.{name}"))
    assert found.attempted
    assert not found.failed


def test_every_source_is_either_used_or_left_out_with_a_reason() -> None:
    used = sources.load()
    assert all(one.weight > 0 and one.licence and one.credit for one in used.values())
    assert not {one.licence for one in used.values()} & {"GPL", "ODbL"}
    assert "wmt-news" not in used  # its licence does not let a package be passed on
    assert "tatoeba" not in sources.without(used, ["tatoeba"])
    with pytest.raises(TrainingError, match="no such source"):
        sources.without(used, ["tatoebe"])


def test_news_is_seen_more_often_than_law_and_software() -> None:
    weight = {name: one.weight for name, one in sources.load().items()}
    assert weight["ud-pud"] > weight["literature"] > max(weight["canada-laws"], weight["libreoffice-help"])


@pytest.mark.parametrize(
    ("french", "english", "fault"),
    [
        ("Le chat dort dans la maison.", "The cat sleeps in the house.", ""),
        ("Il y a 12 000 livres.", "There are 12,000 books.", ""),
        ("Il y a 12 000 livres.", "There are 13,000 books.", "numbers differ"),
        ("Deux", "", "empty"),
        ("mot " * 101, "word " * 101, "long"),
        ("Oui.", "Yes, of course, that is what I have been saying all the time.", "lopsided"),
        ("== 12 + 13 == (14) ;;", "== 12 + 13 == (14) ;;", "few letters"),
        ("Ouvrez le menu Format Cellules Alignement", "Open the menu Format Cellules Alignement le", "copied"),
        ("Le roi qui dort avec nous", "The king qui sleeps avec us", "French left"),
    ],
)
def test_faults_of_pairs(french: str, english: str, fault: str) -> None:
    assert clean.fault(" ".join(french.split()), " ".join(english.split())) in {fault, fault and "copied"}
    assert bool(clean.fault(" ".join(french.split()), " ".join(english.split()))) == bool(fault)


def test_a_source_is_taken_up_to_its_limit() -> None:
    limited = {"a": sources.Source("a", 1.0, "CC0", "A", 2)}
    pairs = [Pair("a", f"mot {n}", f"word {n}") for n in range(4)] + [Pair("b", "mot", "word")]
    dropped: Counter[str] = Counter()
    assert prepare.select(pairs, limited, dropped) == {"a": pairs[:2]}
    assert not dropped


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("«\u202fC’est l’été\u00a0», dit-il…", "\"C'est l'été\", dit-il..."),
        ("« Oui »", '"Oui"'),
        ("“Yes”", '"Yes"'),
        ("e\u0301te\u0301 co\u00adop\u200bérer", "été coopérer"),
        ("ﬁn   du\u2009jour", "fin du jour"),
    ],
)
def test_what_is_written_in_many_ways_becomes_one(prepared: Path, text: str, same: str) -> None:
    processor = vocabulary.load(prepared / bundle.VOCABULARY)
    assert processor.normalize(text) == processor.normalize(same)


def test_text_cannot_hold_the_tag_of_synthetic_sources(prepared: Path) -> None:
    processor = vocabulary.load(prepared / bundle.VOCABULARY)
    assert tuple(vocabulary.pieces(processor)[: len(FIRST)]) == FIRST
    assert FIRST.index(TAG) not in processor.encode(f"{TAG} baran {TAG}")


def test_a_bundle_has_what_was_prepared(prepared: Path) -> None:
    meta = bundle.read_meta(prepared)
    assert meta.pairs == {"tatoeba": 2_000}
    assert meta.monolingual == 200
    bitext = bundle.read_bitext("tatoeba", prepared)
    processor = vocabulary.load(prepared / bundle.VOCABULARY)
    french, english = training_data.sentences(4_000)[0]
    assert (processor.decode(bitext.french.text(0)), processor.decode(bitext.english.text(0))) == (french, english)


def test_a_bundle_that_is_not_whole_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"training\.prepare"):
        bundle.read_meta(tmp_path)
    ragged.save(ragged.pack([[5]]), tmp_path / "a.fr.xz")
    ragged.save(ragged.pack([[5], [6]]), tmp_path / "a.en.xz")
    with pytest.raises(TrainingError, match="differ in length"):
        bundle.read_bitext("a", tmp_path)
    assert prepare.main(["--data", str(tmp_path), "--bundle", str(tmp_path / "b")]) == 1


def test_texts_come_back_as_they_were_stored(tmp_path: Path) -> None:
    texts = [[7, 65_535, 9], [], [4]]
    ragged.save(ragged.pack(texts), tmp_path / "t.xz")
    loaded = ragged.load(tmp_path / "t.xz")
    assert [loaded.text(n) for n in range(len(loaded))] == texts
    twice = ragged.joined([loaded, loaded])
    assert [twice.text(n) for n in range(len(twice))] == texts * 2


def test_an_epoch_has_each_pair_as_often_as_its_weight() -> None:
    random = np.random.default_rng(0)
    chosen = np.concatenate([drawn([1_000, 500], [0.3, 2.5], random) for _ in range(20)])
    times = np.bincount(chosen, minlength=1_500)
    assert times[:1_000].mean() == pytest.approx(20 * 0.3, rel=0.05)
    assert times[1_000:].mean() == pytest.approx(20 * 2.5, rel=0.05)
    assert times[1_000:].min() >= 40


def test_batches_hold_everything_once_and_no_more_than_they_may() -> None:
    random = np.random.default_rng(0)
    source = random.integers(1, 150, 3_000)
    lengths = np.stack([source, np.maximum(1, source * random.uniform(0.6, 1.2, 3_000)).astype(np.int64)], axis=1)
    chosen = random.permutation(3_000)[:2_000]
    batches = list(batched(lengths, chosen, 2_048, random))
    assert sorted(np.concatenate(batches)) == sorted(chosen)
    sizes = [len(batch) * padded(lengths[batch]).max() for batch in batches]
    assert max(sizes) <= 2_048
    assert np.mean(sizes) > 0.85 * 2_048  # few are half empty
    held = sum(padded(lengths[batch]).max(axis=0).sum() * len(batch) for batch in batches)
    assert lengths[chosen].sum() > 0.8 * held  # little of it is padding


def test_a_pair_longer_than_a_batch_is_one_of_its_own() -> None:
    batches = list(batched(np.array([[300], [3], [3]]), np.arange(3), 64, np.random.default_rng(0)))
    assert sorted(batch.tolist() for batch in map(np.sort, batches)) == [[0], [1, 2]]


def test_the_rate_rises_and_ends_with_the_time() -> None:
    rising = [rate(step, step / 10_000, warmup=100, fall=0.15) for step in range(100)]
    level = {rate(5_000, part / 100, warmup=100, fall=0.15) for part in range(2, 85)}
    falling = [rate(5_000, part / 100, warmup=100, fall=0.15) for part in range(85, 101)]
    assert rising == sorted(rising)
    assert level == {1.0}
    assert falling == sorted(set(falling), reverse=True)
    assert rate(9_999, 5.0, warmup=100, fall=0.15) == 0.0
    assert rate(9_999, 5.0, warmup=100, fall=0.0) == 1.0


def test_minutes_are_shared_out_and_nothing_is_lost() -> None:
    assert sum(shared(24.0)) == pytest.approx(24.0)
    assert shared(24.0, both=0.0) == (0.0, 0.0, 24.0)


def test_the_arithmetic_of_a_model() -> None:
    shape = Shape(80, 32, 4, 64, 2, 1)
    assert parameters(shape) == sum(int(np.prod(size)) for size in training_data.sizes(shape).values())
    assert operations(shape, 10, 10) < 6 * 10 * parameters(shape)
    assert positions(3, 8).shape == (3, 8)


def test_a_snapshot_keeps_what_eight_bits_can_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "PART", 1_000)  # so that there are several parts
    shape = Shape(80, 32, 4, 64, 2, 1)
    weights = training_data.weights(shape)
    snapshot.save(weights, shape, tmp_path / "s", step=7)
    found, loaded, notes = snapshot.load(tmp_path / "s")
    assert (found, notes) == (shape, {"step": 7})
    for name, weight in weights.items():
        exact = 0.0 if weight.ndim == 1 else np.abs(weight).max() / 127
        np.testing.assert_allclose(loaded[name], weight, atol=exact)
    snapshot.save(loaded, shape, tmp_path / "again", step=7)
    assert (tmp_path / "again" / "model.0").read_bytes() == (tmp_path / "s" / "model.0").read_bytes()
    assert len(list((tmp_path / "s").glob("model.*"))) > 1


def test_a_snapshot_of_mixed_files_is_refused(tmp_path: Path) -> None:
    shape = Shape(80, 32, 4, 64, 1, 1)
    snapshot.save(training_data.weights(shape), shape, tmp_path / "s")
    part = tmp_path / "s" / "model.0"
    part.write_bytes(part.read_bytes()[:-1] + b"\x00")
    with pytest.raises(TrainingError, match="do not belong together"):
        snapshot.load(tmp_path / "s")
    part.unlink()
    with pytest.raises(TrainingError, match="no whole snapshot"):
        snapshot.load(tmp_path / "s")


def test_a_package_is_an_argos_package_with_its_sources(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        top = package.NAME
        assert names >= {f"{top}/{name}" for name in ("metadata.json", "sentencepiece.model", "model/model.bin")}
        metadata = json.loads(archive.read(f"{top}/metadata.json"))
        readme = archive.read(f"{top}/README.md").decode()
    assert (metadata["from_code"], metadata["to_code"]) == ("fr", "en")
    assert package.LICENCE in readme
    assert "tatoeba.org" in readme
    assert "2,000 pairs" in readme


def test_the_same_snapshot_gives_the_same_package(prepared: Path, made: Path, tmp_path: Path) -> None:
    again = package.packaged(made.parent.parent, prepared, tmp_path)
    assert again.read_bytes() == made.read_bytes()


def test_training_can_start_from_a_package(made: Path, tmp_path: Path) -> None:
    shape, weights, _ = snapshot.load(made.parent.parent / "snapshot")
    again, read = reread.reread(made)
    assert again == shape
    assert weights.keys() == read.keys()
    for name, weight in weights.items():
        assert weight == pytest.approx(read[name], abs=1e-6)
    other = tmp_path / "other.argosmodel"
    other.write_bytes(b"no package")
    with pytest.raises(TrainingError, match="not a package"):
        reread.reread(other)


def test_run_and_bundle_must_belong_together(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shape = Shape(64, 32, 4, 64, 1, 1)
    snapshot.save(training_data.weights(shape), shape, tmp_path / "snapshot")
    assert package.main(["--run", str(tmp_path), "--bundle", str(prepared), "--output", str(tmp_path)]) == 1
    assert "not of one run" in capsys.readouterr().err


@pytest.mark.engine
def test_stock_argostranslate_and_this_project_decode_a_package_alike(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(argos, "count_losses", lambda source, text: 0)  # the first translation, whatever it lost
    monkeypatch.setattr(argos, "added_loop", lambda source, text: "")
    lines = [french for french, _ in training_data.sentences(8, 5)]
    engine = Argos(packages.install(made, tmp_path / "data"), TranslateConfig())
    ours = [one.text for one in engine.translate(lines)]
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", STOCK, str(made)],
        input=json.dumps(lines),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert [one.strip() for one in json.loads(told.stdout)] == ours
    assert len(set(ours)) > 1


def test_pytorch_and_ctranslate2_agree(prepared: Path, tmp_path: Path, missing: Callable[[str], None]) -> None:
    if importlib.util.find_spec("torch") is None:
        missing("torch")
    agreement = importlib.import_module("tests.training_torch")
    assert agreement.difference(prepared, tmp_path, "float32") < 1e-4
    assert agreement.difference(prepared, tmp_path, "int8") < 0.2


def test_muon_by_size_changes_weights_as_pytorch_s_does(missing: Callable[[str], None]) -> None:
    if importlib.util.find_spec("torch") is None:
        missing("torch")
    assert importlib.import_module("tests.training_torch").muon_difference() < 0.02


def test_a_model_learns_within_its_time_and_its_package_translates(
    prepared: Path, tmp_path: Path, missing: Callable[[str], None]
) -> None:
    if importlib.util.find_spec("torch") is None:
        missing("torch")
    train = importlib.import_module("training.train")
    small = "--width 64 --heads 4 --hidden 128 --encoder 1 --decoder 1 --tokens 512 --warmup 60 --rate 4e-3 --threads 1"
    run = ["--bundle", str(prepared), "--run", str(tmp_path / "run"), "--device", "cpu", "--both", "0.3"]
    assert train.main([*run, *small.split(), "--minutes", "0.8", "--every", "0.1"]) == 0
    notes = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()]
    assert notes[0]["phase"] == "start"
    assert {"both", "translating", "forward", "end"} <= {note["phase"] for note in notes}
    assert notes[-1]["minutes"] < 1.4
    assert train.main([*run, *small.split(), "--minutes", "0.01"]) == 0  # time is up: it takes the state and ends
    again = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()]
    assert [note["phase"] for note in again[len(notes) :]] == ["start", "forward", "end"]
    assert again[-2]["step"] == notes[-2]["step"] > 0
    other = ["--run", str(tmp_path / "other"), "--start", str(tmp_path / "run" / "snapshot"), "--both", "0"]
    assert train.main([*run, *other, *small.split(), "--minutes", "0.05"]) == 0  # goes on from another run's model
    started = [json.loads(line) for line in (tmp_path / "other" / "log.jsonl").read_text("utf-8").splitlines()]
    assert started[-2]["development_loss"] < 1.5 * notes[-2]["development_loss"] + 0.2
    branch = ["--run", str(tmp_path / "fall"), "--branch", str(tmp_path / "run"), "--both", "0", "--fall", "1"]
    assert train.main([*run, *branch, *small.split(), "--minutes", "0.05"]) == 0  # a fall of its own, from there on
    fallen = [json.loads(line) for line in (tmp_path / "fall" / "log.jsonl").read_text("utf-8").splitlines()]
    assert fallen[-2]["seen"] > notes[-2]["seen"]
    assert fallen[-2]["development_loss"] < 1.1 * notes[-2]["development_loss"] + 0.1
    file = package.packaged(tmp_path / "run", prepared, tmp_path)
    pairs = training_data.sentences(40, 3)
    engine = Argos(packages.install(file, tmp_path / "data"), TranslateConfig())
    made = [one.text.split() for one in engine.translate([french for french, _ in pairs])]
    right = sum(len(set(words) & set(english.split())) for words, (_, english) in zip(made, pairs, strict=True))
    assert right > 0.8 * sum(len(set(english.split())) for _, english in pairs)
