"""What a change costs, and that a run after it gives what a run from nothing would."""

import os
import random
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from weakref import ref
from zlib import crc32

import numpy as np
import pytest

from pipeline.align import duplicates, streams, text_evidence
from pipeline.align.candidates import Outline, Reader, Remembered, outline, unpacked
from pipeline.align.hash_rows import HashRows
from pipeline.align.pairs import Item, pair, pair_outlines
from pipeline.align.passages import Passage, find_passages
from pipeline.align.scratch import mapped_scratch
from pipeline.align.sharing import Equipment, equipment_of, unshared
from pipeline.align.spilled import SpilledVectors
from pipeline.align.streams import Stream, mined_side
from pipeline.align.text_evidence import FacingLines, TextEvidence, look_at_lines, read_lines
from pipeline.config import AlignConfig, MineConfig
from pipeline.embedding.embed import Features
from pipeline.records import DocumentPair, Signature

Shelf = dict[str, tuple[str, ...]]
IDEAS = [f"idea{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(400)]
DOCUMENTS = 200
LANGUAGES = ("fr", "en")


class Conceptual:
    """An embedder of texts made of a language and ideas: the language counts for nothing. It counts what it reads."""

    signature = Signature("embed", "conceptual", "1")

    def __init__(self) -> None:
        self.read = 0

    def features(self, texts: Sequence[str], joined: bool = False) -> Features:
        self.read += len(texts)
        ideas = [[word for word in text.split() if word not in LANGUAGES] or [text] for text in texts]
        sums = np.stack([np.sum([direction(word) for word in words], axis=0) for words in ideas])
        return Features(sums.astype(np.float32), np.ones(len(texts), np.float32))

    def vectors(self, features: Features) -> np.ndarray:
        return features.sums / np.linalg.norm(features.sums, axis=1, keepdims=True)


class Held:
    """Results in memory."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[bytes, bytes]] = {}

    def find_results(self, kind: str, keys: Collection[bytes]) -> dict[bytes, bytes]:
        held = self.kinds.get(kind, {})
        return {key: held[key] for key in keys if key in held}

    def save_results(self, kind: str, results: Mapping[bytes, bytes]) -> None:
        self.kinds.setdefault(kind, {}).update(results)

    def drop_results(self, kind: str, current: Collection[bytes]) -> None:
        held = self.kinds.get(kind, {})
        self.kinds[kind] = {key: held[key] for key in current if key in held}


@cache
def direction(word: str) -> np.ndarray:
    return np.random.default_rng(crc32(word.encode())).normal(size=64)


def sentence(chance: random.Random) -> str:
    return " ".join(chance.sample(IDEAS, 5))


def shelved(chance: random.Random, count: int) -> Shelf:
    """Documents by key; of half of them the next is a translation, less a sentence."""
    shelf: Shelf = {}
    for number in range(0, count, 2):
        said = [sentence(chance) for _ in range(6)]
        again = said[1:] if chance.random() < 0.5 else [sentence(chance) for _ in range(6)]
        shelf[f"{number:03}"] = tuple(f"fr {line}" for line in said)
        shelf[f"{number + 1:03}"] = tuple(f"en {line}" for line in again)
    return shelf


def changed(shelf: Shelf, chance: random.Random, step: int) -> Shelf:
    """Some documents edited, added and taken away; a line that many come to hold, and a copy of a document."""
    after = dict(shelf)
    for key in chance.sample(sorted(after), 3):
        lines = list(after[key])
        lines[chance.randrange(len(lines))] = f"{lines[0][:2]} {sentence(chance)}"
        after[key] = tuple(lines)
    for key in chance.sample(sorted(after), 2):
        del after[key]
    template = f"fr {sentence(chance)}"
    for key in chance.sample(sorted(key for key in after if after[key][0].startswith("fr")), 4):
        after[key] = (*after[key], template)
    original = chance.choice(sorted(after))
    return after | {f"{step}new": after[original], f"{step}other": tuple(f"en {sentence(chance)}" for _ in range(4))}


def outlines(shelf: Shelf) -> list[Outline]:
    return [outline(key, lines[0][:2], lines) for key, lines in shelf.items()]


def paired(shelf: Shelf, held: Held, embedder: Conceptual) -> list[DocumentPair]:
    equipment = Equipment(embedder, held, unshared(embedder))
    reader = Reader(equipment, lambda some: [shelf[each.key] for each in some])
    return pair_outlines(outlines(shelf), (), reader, AlignConfig())


def test_pairs_after_changes_are_those_of_a_run_from_nothing() -> None:
    chance, held, embedder = random.Random(7), Held(), Conceptual()
    shelf = shelved(chance, DOCUMENTS)
    for step in range(6):
        items = [Item(key, lines[0][:2], lines) for key, lines in shelf.items()]
        found = paired(shelf, held, embedder)
        assert found == pair(items, (), Conceptual(), AlignConfig())
        assert {each.grade for each in found} >= {"translation"}
        shelf = changed(shelf, chance, step)


def test_a_change_has_only_documents_read_that_it_touches() -> None:
    chance, held, first, second, third = random.Random(3), Held(), Conceptual(), Conceptual(), Conceptual()
    shelf = shelved(chance, DOCUMENTS)
    paired(shelf, held, first)
    paired(shelf, held, second)
    assert (first.read > 5 * DOCUMENTS, second.read) == (True, 0)
    key = chance.choice(sorted(shelf))
    shelf[key] = (*shelf[key], f"{shelf[key][0][:2]} {sentence(chance)}")
    paired(shelf, held, third)
    assert 0 < third.read < first.read / 4


class Remembering(Conceptual):
    """The same, with a place for results."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self.results = held


def mined(shelf: Shelf, embedder: Conceptual, aligned: Collection[tuple[str, str]]) -> list[Passage]:
    left, right = (
        [
            Stream(key, tuple(f"{key}:{i}" for i in range(len(lines))), lines, (0,) * len(lines))
            for key, lines in sorted(shelf.items())
            if lines[0].startswith(language)
        ]
        for language in LANGUAGES
    )
    return find_passages(left, right, aligned, embedder, MineConfig())


def test_passages_after_changes_are_those_of_a_run_from_nothing() -> None:
    chance, held = random.Random(11), Held()
    shelf = shelved(chance, DOCUMENTS)
    for step in range(5):
        aligned = [(key, f"{int(key) + 1:03}") for key in chance.sample(sorted(shelf), 20) if key.isdigit()]
        passages = mined(shelf, Remembering(held), aligned)
        assert passages == mined(shelf, Conceptual(), aligned)
        assert len(passages) > 50
        assert max(passage.features["similarity"] for passage in passages) < 1.001
        shelf = changed(shelf, chance, step)


def test_a_change_has_only_lines_read_that_it_touches() -> None:
    chance, held = random.Random(13), Held()
    shelf = shelved(chance, DOCUMENTS)
    first, second, third = (Remembering(held) for _ in range(3))
    mined(shelf, first, ())
    mined(shelf, second, ())
    key = chance.choice(sorted(shelf))
    shelf[key] = (*shelf[key], f"{shelf[key][0][:2]} {sentence(chance)}")
    mined(shelf, third, ())
    assert third.read - second.read < (first.read - second.read) / 10


def test_what_is_remembered_of_a_document_comes_back() -> None:
    remembered = Remembered(tuple(outlines({"a": ("fr un deux", "fr trois"), "b": ("en one",)})), 0.25)
    back = unpacked("a", remembered.packed())
    assert back.within == 0.25
    assert [(each.language, each.content, each.bare.tolist()) for each in back.outlines] == [
        (each.language, each.content, each.bare.tolist()) for each in remembered.outlines
    ]


def told_apart(texts: Shelf) -> Mapping[str, str]:
    """Documents under keys that change with their texts, as those of a corpus do."""
    return {f"{key}-{crc32(' '.join(lines).encode()):x}": " ".join(lines) for key, lines in texts.items()}


class Counted:
    """Texts by key, and how many were asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts, self.asked = texts, 0

    def __call__(self, keys: Sequence[str]) -> Mapping[str, str]:
        self.asked += len(keys)
        return {key: self.texts[key] for key in keys}


def with_copies(shelf: Shelf, chance: random.Random, step: int) -> Shelf:
    """Some documents again, whole with a word more, or within another one."""
    first, second, third = chance.sample(sorted(shelf), 3)
    copy = (*shelf[first], f"{shelf[first][0][:2]} again")
    booklet = (*shelf[second], *shelf[third])
    return shelf | {f"{step}copy": copy, f"{step}booklet": booklet}


def test_near_copies_after_changes_are_those_of_a_run_from_nothing() -> None:
    chance, held = random.Random(17), Held()
    shelf = shelved(chance, DOCUMENTS)
    grades: set[str] = set()
    for step in range(6):
        texts = Counted(told_apart(shelf))
        kept = duplicates.Shelf(list(texts.texts), texts, held)
        copies = duplicates.originals(kept)
        again = duplicates.shelved(texts.texts)
        assert copies == duplicates.originals(again)
        repeated = duplicates.repeats(kept, copies)
        assert repeated == duplicates.repeats(again, copies)
        grades |= {pair.grade for pair in repeated}
        assert step == 0 or 0 < texts.asked < len(shelf) / 4
        shelf = with_copies(changed(shelf, chance, step), chance, step)
    assert grades == {"duplicate", "contained"}


def test_what_is_remembered_of_streams_comes_back() -> None:
    stream = Stream("d", ("a", "b"), ("fr Un, deux, trois et quatre.", "fr 5 !"), (0, 1), "fr")
    english = Stream("d", ("c",), ("en one two",), (0,), "en")
    outlines_of_both = [streams.outlined(stream), streams.outlined(english)]
    back = streams.unpacked("d", streams.packed(outlines_of_both))
    assert list(map(plain, back)) == list(map(plain, outlines_of_both))


def plain(outline: streams.StreamOutline) -> list[object]:
    """An outline without arrays."""
    rows = [table for table in outline if isinstance(table, HashRows)]
    arrays = [*(array for table in rows for array in table), outline.stretches, outline.texts, outline.letters]
    return [outline.document, outline.language, outline.content, *(array.tolist() for array in arrays)]


def test_streams_that_are_asked_for_again_and_again_are_read_once_while_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def reading(documents: Sequence[str]) -> dict[tuple[str, str], Stream]:
        read.extend(documents)
        return {(each, "fr"): Stream(each, (each,), (f"text of {each}",), (0,), "fr") for each in documents}

    library = streams.Library(reading)
    names = [("a", "fr"), ("b", "fr")]
    assert [library.streams(names)[name].document for name in names] == ["a", "b"]
    assert library.streams(names).keys() == set(names)
    assert read == ["a", "b"]
    monkeypatch.setattr(streams, "HELD", 15)
    library.streams([("c", "fr")])
    assert library.streams([("c", "fr")])["c", "fr"].texts == ("text of c",)
    library.streams([("a", "fr")])
    assert read == ["a", "b", "c", "a"]


def test_of_streams_those_asked_for_last_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(documents: Sequence[str]) -> dict[tuple[str, str], Stream]:
        read.extend(documents)
        return {(each, "fr"): Stream(each, (each,), ("ten signs.",), (0,), "fr") for each in documents}

    monkeypatch.setattr(streams, "HELD", 25)
    library = streams.Library(reading)
    for name in "abacab":
        library.streams([(name, "fr")])
    assert "".join(read) == "abcb"


def test_the_words_that_mining_remembers_go_with_the_embedder() -> None:
    embedder = Conceptual()
    left, right = read_lines(embedder, ["un deux", "one two"])
    look_at_lines(embedder, FacingLines([left], [right], [[0]]))
    alive = ref(embedder)
    del embedder
    assert alive() is None


def test_words_and_facts_of_a_line_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    find_facts = text_evidence.find_facts
    monkeypatch.setattr(text_evidence, "find_facts", lambda text: read.append(text) or find_facts(text))
    monkeypatch.setattr(text_evidence, "PAIRS", 1)  # one left line at a time
    sides = [
        mined_side([Stream(code, tuple(texts), texts, (0,) * len(texts), code)])
        for code, texts in (
            ("fr", ("Il y a 3 ponts.", "Lyon en a 12.")),
            ("en", ("It has 12.", "Lyons has 3 bridges.")),
        )
    ]
    pairs = np.array([[0, 1], [1, 0], [0, 0], [1, 1]])
    apart = TextEvidence((sides[0], sides[1]), equipment_of(Conceptual()), b"").measure(pairs)
    assert sorted(read) == ["Il y a 3 ponts.", "It has 12.", "Lyon en a 12.", "Lyons has 3 bridges."]
    assert apart[:, 1:].tolist() == [[1, 0], [1, 0], [0, 1], [1, 1]]


def test_vectors_that_were_put_into_a_file_come_back() -> None:
    spilled, rows = SpilledVectors(), np.random.default_rng(1).normal(size=(5, 8)).astype(np.float32)
    spilled["a", "fr"], spilled["a", "en"], spilled["b", "fr"] = rows[:2], rows[:0], rows[2:]
    assert [("a", "fr") in spilled, ("b", "en") in spilled] == [True, False]
    assert np.array_equal(spilled["b", "fr"], rows[2:]) and np.array_equal(spilled["a", "fr"], rows[:2])
    assert spilled["a", "en"].shape == (0, 8)


def test_a_file_for_vectors_has_its_room_and_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "corpora"
    grains = mapped_scratch(5, 8, folder)
    assert not grains.any()
    grains[3] = 7
    assert grains[3].tolist() == [7] * 8
    assert list(folder.iterdir()) == []  # it goes with the process, however that ends
    assert SpilledVectors(folder) and list(folder.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="macOS and Windows cannot be asked for room")
def test_a_disk_without_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"MB are needed there while passages are mined") as caught:
        mapped_scratch(2**40, 512, tmp_path)
    assert caught.value.filename == str(tmp_path)
    assert list(tmp_path.iterdir()) == []
