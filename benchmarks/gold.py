"""The project's own gold set: ``python -m benchmarks.gold [--check [FLOORS]] [--errors]``.

Needs nothing but the repository. F1 of beads (strict), of sentence boundaries, of mined pairs and of graded pairs of
documents; accuracy of languages. Rules and weights may be tuned on ``dev``; ``held`` is only measured. A floor whose
figure was not measured counts as broken.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.floors import DEFAULT, check
from benchmarks.goldset import (
    HALVES,
    load_bitexts,
    load_collection,
    load_lines,
    load_paragraphs,
    load_quarry,
)
from pipeline.align.mine import mine
from pipeline.align.pairs import Item, pair
from pipeline.align.path import align
from pipeline.config import AlignConfig, DetectConfig, MineConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.evaluation.gold import score, strict
from pipeline.language import detect, identify
from pipeline.segmenting import sentences

OURS = ("fr", "en")
Report = Callable[[str], None]


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; with ``--check``, how many lie below a floor or are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", nargs="?", const=DEFAULT, type=Path, metavar="FLOORS")
    parser.add_argument("--errors", action="store_true", help="list what is wrong")
    options = parser.parse_args(arguments)
    figures = measure(print if options.errors else lambda line: None)
    for name, figure in figures.items():
        print(f"{name:28s} {figure:.4f}")
    return check(figures, options.check) + _unmeasured(figures, options.check) if options.check else 0


def measure(report: Report = lambda line: None) -> dict[str, float]:
    """Every figure by name, ``gold.HALF.MEASURE``; ``report`` is told each error."""
    embedder = use.load()
    figures: dict[str, float] = {}
    for half in HALVES:
        measured = {
            "align.strict": align_f1(half, embedder, report),
            **{f"split.{language}.f1": split_f1(half, language, report) for language in OURS},
            "detect.accuracy": detect_accuracy(half, report),
            "mine.f1": mine_f1(half, embedder, report),
            "pair.f1": pair_f1(half, embedder, report),
        }
        figures |= {f"gold.{half}.{name}": round(figure, 4) for name, figure in measured.items()}
    return figures


def align_f1(half: str, embedder: Embedder, report: Report) -> float:
    """F1 of beads with two sides that are exactly right, over all documents."""
    aligned = []
    for bitext in load_bitexts(half):
        beads = [(bead.left, bead.right) for bead in align(bitext.left, bitext.right, embedder, AlignConfig())]
        _compare(f"align {bitext.name}", beads, bitext.beads, report)
        aligned.append((beads, bitext.beads))
    return strict(aligned).f1


def split_f1(half: str, language: str, report: Report) -> float:
    """F1 of the boundaries inside paragraphs, by exact offset."""
    proposed, expected = set(), set()
    for number, (case, text, gold) in enumerate(load_paragraphs(half, language)):
        ends = {end for _, end in sentences.split(text, language)} - {len(text)}
        for end in sorted(ends ^ gold):
            report(f"split {language} {'-' if end in gold else '+'} {case}: {text[:end]}¦{text[end:]}")
        proposed |= {(number, end) for end in ends}
        expected |= {(number, end) for end in gold}
    return score(len(proposed & expected), len(proposed), len(expected)).f1


def detect_accuracy(half: str, report: Report) -> float:
    """The share of lines with the right language; of other languages than ours it is enough to be called neither."""
    lines = load_lines(half)
    config = DetectConfig()
    languages = detect.detect_lines([line.text for line in lines], identify.load(config), config)
    right = 0
    for line, language in zip(lines, languages, strict=True):
        hit = language.code == line.language if line.language in OURS else language.code not in OURS
        right += hit
        if not hit:
            report(f"detect {line.case}: {language.code} instead of {line.language}: {line.text}")
    return right / len(lines)


def mine_f1(half: str, embedder: Embedder, report: Report) -> float:
    """F1 of mined pairs at the threshold of the configuration."""
    quarry = load_quarry(half)
    mined = {
        (quarry.left[pair_.left], quarry.right[pair_.right])
        for pair_ in mine(quarry.left, quarry.right, embedder, MineConfig())
    }
    _compare("mine", mined, quarry.pairs, report)
    return score(len(mined & quarry.pairs), len(mined), len(quarry.pairs)).f1


def pair_f1(half: str, embedder: Embedder, report: Report) -> float:
    """F1 of pairs of documents with their grade."""
    collection = load_collection(half)
    config = DetectConfig()
    identifier = identify.load(config)
    items = []
    for name, texts in collection.documents.items():
        [language] = detect.detect_lines([" ".join(texts)], identifier, config)
        items.append(Item(name, language.code, tuple(texts)))
    codes = {item.key: item.language for item in items}
    graded = {
        (*sorted((pair_.left, pair_.right), key=lambda name: codes[name] != "fr"), pair_.grade)
        for pair_ in pair(items, (), embedder, AlignConfig())
    }
    _compare("pair", graded, collection.pairs, report)
    return score(len(graded & collection.pairs), len(graded), len(collection.pairs)).f1


def _compare(name: str, answers: Iterable[object], gold: Iterable[object], report: Report) -> None:
    answered, right = set(answers), set(gold)
    for answer in sorted(answered - right, key=str):
        report(f"{name} + {answer}")
    for missed in sorted(right - answered, key=str):
        report(f"{name} - {missed}")


def _unmeasured(figures: dict[str, float], floors: Path) -> int:
    """How many floors of the gold set have no figure."""
    missing = [name for name in json.loads(floors.read_text("utf-8")) if name.startswith("gold.")]
    missing = [name for name in missing if name not in figures]
    for name in missing:
        print(f"{name}: has a floor, but was not measured", file=sys.stderr)
    return len(missing)


if __name__ == "__main__":
    sys.exit(main())
