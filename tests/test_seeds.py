"""The documents under seeds/ are what their manifest and their gold say.

What a build makes of them (languages, pairs, alignments) is compared where the corpus is built.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import ReadConfig
from pipeline.reading.inputs import read
from pipeline.records import Reading

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
MANIFEST = tomllib.loads((SEEDS / "manifest.toml").read_text("utf-8"))
EXPECT = MANIFEST["expect"]
GOLD_PAIRS = [pair for pair in EXPECT["pairs"] if "gold" in pair]
BILINGUAL = [*GOLD_PAIRS, *({**one, "left": one["file"], "right": one["file"]} for one in EXPECT["inside"])]


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SEEDS / name).read_text("utf-8").splitlines()]


def plain(text: str) -> str:
    """Every run of white space, the no-break spaces among them, as one space."""
    return " ".join(text.split())


@cache
def readings() -> dict[str, Reading]:
    found = list(read(SEEDS, ReadConfig()))
    return {one.source.path: one for one in found if isinstance(one, Reading)}


def text_of(name: str) -> str:
    return plain(readings()[name].document.text)


def named_files(value: object) -> Iterator[str]:
    """Every file name in the tables of expectations, as key or as value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if "." in key:
                yield key
            yield from [inner] if key in ("file", "left", "right") and "." in str(inner)[-6:] else named_files(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named_files(inner)


def shingles(text: str, size: int = 5) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def in_order(sentences: list[str], text: str) -> bool:
    position = 0
    for sentence in sentences:
        position = text.find(plain(sentence), position)
        if position < 0:
            return False
        position += len(plain(sentence))
    return True


def test_manifest_lists_every_document_and_nothing_else() -> None:
    files = {p.name for p in SEEDS.iterdir() if p.is_file() and not p.name.startswith(".")} - {"manifest.toml"}
    assert sorted(one["path"] for one in MANIFEST["document"]) == sorted(files)
    assert set(readings()) == files
    assert 8 <= len(files) <= 12


@pytest.mark.parametrize("one", MANIFEST["document"], ids=lambda one: one["path"])
def test_manifest_describes_each_document(one: dict[str, Any]) -> None:
    assert one["licence"] == "CC0-1.0"
    assert date.fromisoformat(one["date"]).isoformat() == one["path"][:10] or one["path"].endswith(".en.txt")
    document = readings()[one["path"]].document
    stated = (one["title"], one["date"], one["outlet"], one["licence"], one.get("author"), one.get("url"))
    read_ = (document.title, document.date, document.outlet, document.licence, document.author, document.url)
    assert read_ == stated


def test_expectations_name_documents() -> None:
    files = {one["path"] for one in MANIFEST["document"]}
    assert set(EXPECT["main"]) == files
    assert set(named_files(EXPECT)) <= files


@pytest.mark.parametrize(("name", "encoding"), EXPECT["encoding"].items())
def test_encodings_are_found(name: str, encoding: str) -> None:
    assert readings()[name].source.encoding == encoding


def test_all_other_documents_are_utf_8() -> None:
    for name in set(EXPECT["main"]) - {"2024-03-30-veto.txt"}:
        (SEEDS / name).read_text("utf-8")


def test_seeds_are_small() -> None:
    assert sum(path.stat().st_size for path in SEEDS.rglob("*") if path.is_file()) < 120_000


@pytest.mark.parametrize("one", BILINGUAL, ids=lambda one: one["gold"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_gold_sentences_stand_in_the_documents(one: dict[str, Any], side: str) -> None:
    beads = rows(one["gold"])
    assert all(set(bead) == {"left", "right"} and (bead["left"] or bead["right"]) for bead in beads)
    sentences = [sentence for bead in beads for sentence in bead[side]]
    text = text_of(one[side])
    missing = [sentence for sentence in sentences if plain(sentence) not in text]
    assert missing == []
    assert in_order(sentences, text)


@pytest.mark.parametrize("one", GOLD_PAIRS, ids=lambda one: one["gold"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_gold_leaves_out_only_residue(one: dict[str, Any], side: str) -> None:
    rest = text_of(one[side])
    for sentence in (sentence for bead in rows(one["gold"]) for sentence in bead[side]):
        rest = rest.replace(plain(sentence), "", 1)
    for residue in EXPECT["residue"].get(one[side], []):
        rest = rest.replace(plain(residue), "", 1)
    assert rest.strip() == ""


def test_the_full_pair_merges_splits_omits_and_adds() -> None:
    shapes = {(len(bead["left"]), len(bead["right"])) for bead in rows("gold/2025-04-29-contingent.jsonl")}
    assert shapes == {(1, 1), (2, 1), (1, 2), (1, 0), (0, 1)}


def test_the_partial_pair_covers_about_half() -> None:
    beads = rows("gold/2024-06-20-traite-pyongyang.jsonl")
    covered = sum(len(sentence) for bead in beads for sentence in bead["left"] if bead["right"])
    total = sum(len(sentence) for bead in beads for sentence in bead["left"])
    assert 0.4 < covered / total < 0.7


def test_passages_stand_in_documents_that_do_not_translate_each_other() -> None:
    passages = rows("gold/passages.jsonl")
    assert len(passages) >= 12
    pairs = {(pair["left"], pair["right"]) for pair in EXPECT["pairs"]}
    for one in passages:
        assert plain(one["left"]) in text_of(one["left_file"])
        assert plain(one["right"]) in text_of(one["right_file"])
        assert (one["left_file"], one["right_file"]) not in pairs
        assert (EXPECT["main"][one["left_file"]], EXPECT["main"][one["right_file"]]) == ("fr", "en")


@pytest.mark.parametrize("one", EXPECT["titles"], ids=lambda one: one["right"])
def test_facing_headlines_stand_in_their_document(one: dict[str, str]) -> None:
    text = text_of(one["file"])
    assert one["left"] in text
    assert one["right"] in text


@pytest.mark.parametrize("one", EXPECT["spans"], ids=lambda one: one["text"])
def test_foreign_spans_stand_in_their_document(one: dict[str, str]) -> None:
    text = text_of(one["file"])
    assert 0 <= text.find(one["within"]) < text.find(one["text"], text.find(one["within"]))


@pytest.mark.parametrize(("name", "lines"), EXPECT["residue"].items())
def test_residue_stands_in_its_document(name: str, lines: list[str]) -> None:
    assert [line for line in lines if plain(line) not in text_of(name)] == []


@pytest.mark.parametrize(("name", "count"), EXPECT["separators"].items())
def test_separators_are_kept(name: str, count: int) -> None:
    assert text_of(name).count("* * * * *") == count


def test_the_copy_reads_like_its_original() -> None:
    """Only if the wrapped lines were joined, the divided words mended and the mojibake undone."""
    original, copy = (shingles(text_of(name)) for name in ("2024-03-30-veto.txt", "2024-03-31-depeche.txt"))
    assert len(original & copy) / min(len(original), len(copy)) > 0.9


def test_a_hyphen_that_belongs_to_the_word_survives_unwrapping() -> None:
    text = text_of("2024-03-30-veto.txt")
    assert "travailleurs nord-coréens" in text
    assert "produits pétroliers" in text
