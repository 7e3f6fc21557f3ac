"""What the fitted parts answer on fixed texts, as files: a weight that changed unasked shows as a difference.

``python -m tests.golden`` writes the files anew, after a change that is meant; the difference belongs in its commit.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from benchmarks.comparable import corpora
from benchmarks.goldset import HALVES, load_bitexts, load_collection, load_lines, load_quarry
from pipeline.align.mine import mine
from pipeline.align.pairs import Item, pair
from pipeline.align.passages import find_passages
from pipeline.align.path import align
from pipeline.align.words import link_all
from pipeline.config import AlignConfig, DetectConfig, MineConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.language import detect, identify

FOLDER = Path(__file__).parent
TOLERANCE = 0.003  # sums of 32-bit numbers differ a little from processor to processor
DIGITS = 3
EVENTS = ("event:bank", "event:mayor")  # of benchmarks/data/passages/; in the second a passage grows
WORD_PAIRS = 12  # of benchmarks/words_pairs.json

Answers = list[dict[str, Any]]


def cases() -> dict[str, Callable[[], Answers]]:
    """Name of each file, and what makes its content."""
    return {
        **{f"align-{name}": partial(_beads, *sides) for name, sides in _texts().items()},
        "detect": _languages,
        "mine": _mined,
        "pair": _document_pairs,
        "passages": _passages,
        "words": _links,
    }


def write(name: str, answers: Answers) -> None:
    """One answer a line, so that a difference can be read."""
    lines = ",\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers)
    (FOLDER / f"{name}.json").write_text(f"[\n{lines}\n]\n", "utf-8")


def read(name: str) -> Answers:
    """The answers as they were when the file was written."""
    answers: Answers = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return answers


def differences(expected: Any, answer: Any, path: str = "") -> Iterator[str]:
    """Where two answers differ by more than a processor explains: path, expected, answer."""
    if isinstance(expected, Mapping) and isinstance(answer, Mapping):
        for key in sorted({*expected, *answer}):
            yield from differences(expected.get(key), answer.get(key), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(answer, list) and len(expected) == len(answer):
        for number, (before, after) in enumerate(zip(expected, answer, strict=True)):
            yield from differences(before, after, f"{path}[{number}]")
    elif isinstance(expected, float) and isinstance(answer, float):
        if abs(expected - answer) > TOLERANCE:
            yield f"{path}: {expected} before, {answer} now"
    elif expected != answer:
        yield f"{path}: {expected!r} before, {answer!r} now"


@cache
def _embedder() -> Embedder:
    return use.load()


def _texts() -> dict[str, tuple[list[str], list[str]]]:
    """The ten documents, and three spoilt ones: a passage put in, lines left out, lines far too long."""
    texts = {gold.name: (gold.left, gold.right) for half in HALVES for gold in load_bitexts(half)}
    news, minutes = texts["01-news"], texts["07-minutes"]
    recipe = texts["03-recipe"][0]
    return texts | {
        "passage": ([*news[0][:16], *recipe, *news[0][16:]], news[1]),
        "thinned": (minutes[0], [line for number, line in enumerate(minutes[1]) if number % 4 != 1]),
        "uneven": (news[0], [" ".join([line] * (1 + 3 * (number % 3 == 0))) for number, line in enumerate(news[1])]),
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), DIGITS) for name, value in values.items()}


def _beads(left: list[str], right: list[str]) -> Answers:
    return [
        {
            "left": list(bead.left),
            "right": list(bead.right),
            "score": round(bead.score, DIGITS),
            "features": _rounded(bead.features),
        }
        for bead in align(left, right, _embedder(), AlignConfig())
    ]


def _languages() -> Answers:
    config = DetectConfig()
    lines = load_lines("dev")
    languages = detect.detect_lines([line.text for line in lines], identify.load(config), config)
    return [
        {"text": line.text, "code": language.code, "confidence": round(language.confidence, DIGITS)}
        for line, language in zip(lines, languages, strict=True)
    ]


def _mined() -> Answers:
    quarry = load_quarry("dev")
    mined = mine(quarry.left, quarry.right, _embedder(), MineConfig())
    return [
        {"left": left, "right": right, "score": round(score, DIGITS)}
        for left, right, score in sorted((quarry.left[row.left], quarry.right[row.right], row.score) for row in mined)
    ]


def _document_pairs() -> Answers:
    documents = [
        Item(name, "fr" if name in {left for left, _, _ in collection.pairs} else "en", tuple(texts))
        for collection in map(load_collection, HALVES)
        for name, texts in collection.documents.items()
    ]
    return [
        {
            "left": document_pair.left,
            "right": document_pair.right,
            "grade": document_pair.grade,
            "score": round(document_pair.score, DIGITS),
            "evidence": _rounded(document_pair.evidence),
        }
        for document_pair in pair(documents, (), _embedder(), AlignConfig())
    ]


def _passages() -> Answers:
    events = [corpus for corpus in corpora("held") if corpus.name in EVENTS]
    mined = [
        passage
        for event in events
        for passage in find_passages(event.left, event.right, event.known, _embedder(), MineConfig())
    ]
    return [
        {
            "kind": passage.kind,
            "left": list(passage.left),
            "right": list(passage.right),
            "score": round(passage.score, DIGITS),
            "features": _rounded(passage.features),
        }
        for passage in sorted(mined, key=lambda passage: passage.left)
    ]


def _links() -> Answers:
    path = Path(__file__).parents[2] / "benchmarks" / "words_pairs.json"
    pairs = [(entry["left"], entry["right"]) for entry in json.loads(path.read_text("utf-8"))[:WORD_PAIRS]]
    return [
        {"left": left[slice(*link.left)], "right": right[slice(*link.right)], "score": round(link.score, DIGITS)}
        for (left, right), links in zip(pairs, link_all(pairs, _embedder()), strict=True)
        for link in links
    ]
