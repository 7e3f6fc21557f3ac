"""Word links against what a reader says of them: ``python -m benchmarks.words [--check] [--fit] [--write]``.

Two sets. ``words_pairs.json`` holds French and English sentences written for this purpose, each with all its links:
``=`` where a reader is sure, ``~`` where one may link or not; ``word#2`` is the second such word. ``words_judged.json``
holds a reader's verdicts on links that several methods proposed for sentences of the development data, drawn at random:
right, wrong or debatable, by line and characters, without the text. There precision is right / (right + wrong) and
recall is of the links judged right. Of both sets every second case is held back from fitting.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.floors import DEFAULT, DEV, HERE, absent, check
from benchmarks.passport import data_digest, write
from benchmarks.scoring import read_lines
from pipeline.align import words
from pipeline.align.words import Pair
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder, Floats


@dataclass(frozen=True, slots=True)
class Case:
    """Two texts with pairs of words (by their numbers) that are right, debatable and wrong; ``content`` as a filter."""

    left: str
    right: str
    right_ones: set[Pair]
    debatable: set[Pair]
    wrong: set[Pair] | None  # None where every other pair is wrong

    def content(self, pairs: set[Pair]) -> set[Pair]:
        """Those without a function word."""
        sides = [words.function_words([text[a:b] for a, b in words.words(text)]) for text in (self.left, self.right)]
        return {(i, j) for i, j in pairs if not sides[0][i] and not sides[1][j]}


class Figures(NamedTuple):
    """Precision, recall, alignment error rate (Och & Ney 2003), links proposed, and those nobody has judged."""

    precision: float
    recall: float
    error: float
    proposed: int
    unjudged: int


def main() -> int:
    """Print the figures; with ``--fit`` the weights instead, with ``--write`` into ``pipeline/align/words.toml``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", nargs="?", const=DEFAULT, type=Path, metavar="FLOORS", help="must not be below")
    parser.add_argument("--fit", action="store_true", help="fit the weights to the cases that are not held back")
    parser.add_argument("--write", action="store_true", help="fit them, and write them down with what they are worth")
    options = parser.parse_args()
    embedder, sets = use.load(), {"own": list(_own())}
    if not absent(DEV / "align" / "fr-en.clean"):
        sets["dev"] = list(_judged(DEV / "align" / "fr-en.clean"))
    if options.fit or options.write:
        cases = [case for cases in sets.values() for case in cases[::2]]
        tables = _fit([*cases, *_strangers(cases)], embedder)
        for name, table in tables.items():
            print(name, table)
        if options.write:
            facts = {"command": "python -m benchmarks.words --write", "data": _data()}
            held_back = {
                f"{name} {measure}": round(getattr(figures(cases[1::2], embedder, False), measure), 3)
                for name, cases in sets.items()
                for measure in ("precision", "recall")
            }
            print(write("align/words.toml", tables, {**facts, "held_back": held_back}))
        return 0
    rows = {
        f"words.{name}.{half}.{kind}": figures(cases[start::2], embedder, kind == "content")
        for name, cases in sets.items()
        for start, half in enumerate(("fitted", "held"))
        for kind in ("all", "content")
    }
    print(f"{'':26s} precision  recall  error rate  links  unjudged")
    for name, row in rows.items():
        print(
            f"{name:26s} {row.precision:9.3f} {row.recall:7.3f} {row.error:11.3f} {row.proposed:6d} {row.unjudged:9d}"
        )
    measured = {
        f"{name}.{measure}": getattr(row, measure) for name, row in rows.items() for measure in ("precision", "recall")
    }
    return check(measured, options.check) if options.check else 0


def figures(cases: Sequence[Case], embedder: Embedder, content: bool) -> Figures:
    """Over all links of some cases, or those between content words."""
    proposals = words.link_all([(case.left, case.right) for case in cases], embedder)
    total = np.zeros(5, dtype=int)
    for case, links in zip(cases, proposals, strict=True):
        select = case.content if content else set
        numbers = [{span: i for i, span in enumerate(words.words(text))} for text in (case.left, case.right)]
        proposed = select({(numbers[0][link.left], numbers[1][link.right]) for link in links})
        right, debatable = select(case.right_ones), case.debatable
        wrong = proposed - right - debatable if case.wrong is None else proposed & case.wrong
        unjudged = proposed - right - debatable - wrong
        total += [len(proposed & right), len(proposed & debatable), len(wrong), len(right), len(unjudged)]
    good, open_to_debate, bad, expected, unknown = total.tolist()
    judged_links = good + open_to_debate + bad
    error = 1 - (2 * good + open_to_debate) / (judged_links + expected)
    judged = good + bad + (open_to_debate if cases[0].wrong is None else 0)
    return Figures((judged - bad) / judged, good / expected, error, judged_links + unknown, unknown)


def _own() -> Iterator[Case]:
    for record in json.loads((HERE / "words_pairs.json").read_text("utf-8")):
        pairs: dict[str, set[Pair]] = {"=": set(), "~": set()}
        for entry in record["links"].split():
            left, sign, right = re.split(r"([=~])", entry)
            pairs[sign].add((_place(record["left"], left), _place(record["right"], right)))
        yield Case(record["left"], record["right"], pairs["="], pairs["~"], None)


def _place(text: str, name: str) -> int:
    """The number of a word by its name, such as ``the#2``."""
    word, _, nth = name.replace("_", " ").partition("#")
    hits = [i for i, (start, end) in enumerate(words.words(text)) if text[start:end] == word]
    return hits[int(nth or 1) - 1]


def _judged(folder: Path) -> Iterator[Case]:
    for record in json.loads((HERE / "words_judged.json").read_text("utf-8")):
        left, right = (
            read_lines(folder / f"{record['document']}.{code}")[record[side]]
            for side, code in (("left", "fr"), ("right", "en"))
        )
        numbers = [{span: i for i, span in enumerate(words.words(text))} for text in (left, right)]
        verdicts: dict[str, set[Pair]] = {"r": set(), "d": set(), "w": set()}
        for entry in record["links"].split():
            a, b, c, d, verdict = re.split(r"[-=:]", entry)
            verdicts[verdict].add((numbers[0][int(a), int(b)], numbers[1][int(c), int(d)]))
        yield Case(left, right, verdicts["r"], verdicts["d"], verdicts["w"])


def _strangers(cases: Sequence[Case]) -> Iterator[Case]:
    """Texts that have nothing to do with each other, so that likeness counts, not only who is likest."""
    for case, following in pairwise(cases):
        yield Case(case.left, following.right, set(), set(), None)


def _data() -> str:
    digest = data_digest(HERE / "words_pairs.json", HERE / "words_judged.json")
    texts = f"../shared/dev/align/fr-en.clean, {data_digest('align/fr-en.clean')}"
    cases = "every second case of benchmarks/words_pairs.json and words_judged.json"
    return f"{cases}, {digest}; texts of the latter: {texts}"


def _fit(cases: Sequence[Case], embedder: Embedder) -> dict[str, dict[str, float]]:
    """Weights by name, to one place, without and with landmarks; in use from then on: the second need the first."""
    vectors = words.types((text for case in cases for text in (case.left, case.right)), embedder)
    tables = {}
    for stage, name in enumerate(("without landmarks", "with landmarks")):
        weights = _fitted([(words.measures(case.left, case.right, vectors)[stage], case) for case in cases])
        tables[name] = {
            measure: round(float(weight), 1) for measure, weight in zip(words.MEASURES, weights, strict=True)
        }
        setattr(words, ("FIRST", "SECOND")[stage], np.array(list(tables[name].values()), dtype=np.float32))
    return tables


def _fitted(examples: Sequence[tuple[Floats, Case]]) -> Floats:
    """Logistic regression by Newton's method, with a small penalty on large weights."""
    rows, truth = [], []
    for values, case in examples:
        for i, j in np.ndindex(values.shape[1:]):
            if (i, j) not in case.debatable:
                rows.append(values[:, i, j])
                truth.append((i, j) in case.right_ones)
    x, y = np.array(rows, dtype=np.float64), np.array(truth, dtype=np.float64)
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        chances = 1 / (1 + np.exp(-(x @ weights)))
        curvature = (x.T * (chances * (1 - chances))) @ x + 0.05 * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, x.T @ (chances - y) + 0.05 * weights)
    return weights.astype(np.float32)


if __name__ == "__main__":
    sys.exit(main())
