"""Novels that people aligned, as the files of TransRead hold them, and how they are weighed in the fit."""

from pathlib import Path

import numpy as np

from benchmarks.fit import NOVELS, RAREST, Example, frequencies
from benchmarks.novels import find_sources, read_novel
from pipeline.align.features import CLASSES

SENTENCE = '<s id="{0}">{1}</s>'
WORD = '<w id="{0}">{1}</w>'


def write_text(path: Path, sentences: list[str]) -> None:
    marked = [
        SENTENCE.format(f"1.{k}", "".join(WORD.format(i, word) for i, word in enumerate(sentence.split())))
        for k, sentence in enumerate(sentences, 1)
    ]
    path.write_text(f'<?xml version="1.0"?><text><p id="1">{"".join(marked)}</p></text>', "utf-8")


def write_novel(folder: Path, language: str) -> None:
    folder.mkdir()
    write_text(folder / f"cut_Quai_{language}.xml", ["Le _ Bac _ part , dit - on .", "« L' eau monte ! »", "Bien ."])
    write_text(folder / "cut_Quai_en.xml", ["The ferry 's gone .", "And high ( very ) is the water !"])
    links = '<link xtargets="1.1;1.1" /><link xtargets="1.2;1.2 1.3" /><link xtargets=";" />'
    (folder / f"Quai_sent_align_en-{language}.xml").write_text(f"<cesAlign><linkList>{links}</linkList></cesAlign>")


def test_a_novel_is_read_as_it_was_printed(tmp_path: Path) -> None:
    write_novel(tmp_path / "Quai_EN-FR", "fr")
    write_novel(tmp_path / "Quai_EN-EL", "el")  # the embedder reads no Greek
    [source] = find_sources(tmp_path)
    novel = read_novel(source)
    assert novel.name == "Quai fr-en"
    assert novel.left == ["Le Bac part, dit - on.", "« L'eau monte ! »", "Bien."]
    assert novel.right == ["The ferry's gone.", "And high (very) is the water!"]
    assert novel.gold == [((0,), (0,)), ((1, 2), (1,)), ((), ())]


def test_no_novels_are_no_error(tmp_path: Path) -> None:
    assert find_sources(tmp_path / "missing") == []


def make_example(name: str, gold: list[tuple[int, int, int, int]], sentences: int) -> Example:
    nothing = np.zeros(sentences + 1, np.intp)
    skips = np.zeros((sentences, 3), np.float32), np.zeros((sentences, 3), np.float32)
    return Example(name, (nothing, nothing), np.zeros((1, 1, 1), np.float32), skips, (5, 5), gold, len(gold))


def test_frequencies_are_of_corpora_of_several_texts_that_count_alike() -> None:
    news = make_example("fr-en.clean", [(0, 0, 1, 1), (1, 1, 1, 2)], 3)
    noisy = make_example("fr-en.noisy", [(0, 0, 1, 1), (1, 1, 1, 1)], 2)
    novels = [make_example(NOVELS, [(0, 0, 1, 1)], 2) for _ in range(9)]
    alone = make_example("de-fr.text-berg", [(0, 0, 3, 3)], 3)
    shares = dict(zip(CLASSES, frequencies([news, noisy, *novels, alone]), strict=True))
    assert shares["1:1"] == (3 / 4 + 1) / 2
    assert shares["1:2"] == (1 / 4 + 0) / 2
    assert shares["more"] == RAREST
    assert shares["skip"] == (1 / 4 + 2) / 2
