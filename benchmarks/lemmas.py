"""Forms of a word that lemmas and stems bring together: ``python -m benchmarks.lemmas [--check [FLOORS]]``.

``data/lemmas.tsv`` has 100 French and English words, strong verbs and odd plurals among them, each with its inflected
forms and with words that look like it and are none. From all of them together a method picks those that share the key
of the headword; precision and recall are of the forms. A form that belongs to two of the words (*suis*) is right for
either, and a method with one key a form can bring it to one alone; ``a search`` (``lemmas.inflect``) can look for both.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nltk.stem.snowball import SnowballStemmer
from simplemma import lemmatize

from benchmarks.floors import DEFAULT, check
from pipeline.language.lemmas import inflect, lemma

DATA = Path(__file__).parent / "data" / "lemmas.tsv"
NAMES = {"fr": "french", "en": "english"}
Key = Callable[[str, str], str]


class Headword(NamedTuple):
    """A word, its inflected forms (itself left out) and words that are none."""

    word: str
    forms: frozenset[str]
    others: frozenset[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; 1 when a figure is below its floor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", nargs="?", type=Path, const=DEFAULT, metavar="FLOORS")
    options = parser.parse_args(arguments)
    figures: dict[str, float] = {}
    print(f"{'method':10} {'':3} {'P':>7} {'R':>7} {'words/s':>9}")
    for name, key in methods():
        for language in NAMES:
            precision, recall, speed = measure(key, language)
            print(f"{name:10} {language:3} {precision:7.4f} {recall:7.4f} {speed:9.0f}")
            if name == "enregard":
                figures |= {f"lemmas.{language}.precision": precision, f"lemmas.{language}.recall": recall}
    for language in NAMES:
        precision, recall = measure_forms(language)
        print(f"{'a search':10} {language:3} {precision:7.4f} {recall:7.4f}")
        figures |= {f"lemmas.{language}.search.precision": precision, f"lemmas.{language}.search.recall": recall}
    return 1 if options.check and check(figures, options.check) else 0


def methods() -> Iterator[tuple[str, Key]]:
    """Ours, simplemma asked once, and the stems of Snowball (Porter 2001)."""
    stemmers = {language: SnowballStemmer(name) for language, name in NAMES.items()}
    yield "enregard", lemma
    yield "simplemma", lambda word, language: lemmatize(word, lang=language)
    yield "snowball", lambda word, language: str(stemmers[language].stem(word))


def measure(key: Key, language: str) -> tuple[float, float, float]:
    """Precision and recall of the forms of all words together, and words a second (without reading a dictionary)."""
    headwords = load(language)
    vocabulary = sorted({word for head in headwords for word in (head.word, *head.forms, *head.others)})
    key("a", language)
    start = time.perf_counter()
    keys = {word: key(word, language) for word in vocabulary}
    seconds = time.perf_counter() - start
    picked = [{word for word in vocabulary if keys[word] == keys[head.word]} - {head.word} for head in headwords]
    return *_scores(picked, headwords), len(vocabulary) / seconds


def measure_forms(language: str) -> tuple[float, float]:
    """Precision and recall of the forms that a search for each headword looks for."""
    headwords = load(language)
    vocabulary = sorted({word for head in headwords for word in (head.word, *head.forms, *head.others)})
    picked = [
        {word for word in vocabulary if inflect(head.word, language).is_among([word])} - {head.word}
        for head in headwords
    ]
    return _scores(picked, headwords)


def _scores(picked: Sequence[set[str]], headwords: Sequence[Headword]) -> tuple[float, float]:
    right = sum(len(words & head.forms) for words, head in zip(picked, headwords, strict=True))
    return right / max(1, sum(map(len, picked))), right / sum(len(head.forms) for head in headwords)


def load(language: str) -> list[Headword]:
    """The words of a language."""
    rows = [line.split("\t") for line in DATA.read_text("utf-8").splitlines()[1:]]
    return [
        Headword(word, frozenset(forms.split()) - {word}, frozenset(others.split()))
        for code, word, forms, others in rows
        if code == language
    ]


if __name__ == "__main__":
    raise SystemExit(main())
