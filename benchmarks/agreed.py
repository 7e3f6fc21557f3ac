"""How many sentences have the agreed terms, and what that costs the rest of them, for each engine.

Run as ``python -m benchmarks.agreed`` (our own sentences, ``benchmarks/data/agreed.tsv``) or, with the newstest2013 of
``../shared/mt`` or ``ENREGARD_MT``, ``python -m benchmarks.agreed --news``. There the terms come out of the human
references: of the renderings of a French word that word links find in them, the second in frequency is agreed on, the
first where there is no other, so that an engine often has another word; a sentence counts with the terms that its own
reference has. Of --news, with 200 sentences: how many have all their terms, chrF against the references, what was
lost (numbers, names, quotation marks), and how many of 200 sentences without a term come out otherwise than before.
``inline`` puts the English term into the French text instead, for comparison.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sacrebleu.metrics.chrf import CHRF

from pipeline.align import words
from pipeline.config import PROJECT, Config
from pipeline.embedding import use
from pipeline.language import knowledge
from pipeline.language.lemmas import lemma
from pipeline.translation.choose import choose
from pipeline.translation.fidelity import count_losses
from pipeline.translation.terminology import Glossary, Term, TermUse, find, not_agreed
from pipeline.translation.translate import Engine, in_order, prepare

OWN = Path(__file__).parent / "data" / "agreed.tsv"
LONGEST = 300  # characters of a sentence
SURE = 0.7  # of a word link
LEAST = 2  # times that a rendering stands in the references
SEED = 7


class TermCase(NamedTuple):
    """A sentence with its human translation and the terms that it has to use, none for a sentence of the rest."""

    source: str
    reference: str
    terms: tuple[Term, ...]


class PerSentence(Glossary):
    """A glossary for each sentence: what is agreed on for one does not bind another."""

    def __init__(self, cases: Sequence[TermCase]) -> None:
        super().__init__(tuple({term for case in cases for term in case.terms}))
        self.__dict__["by_text"] = {prepare(case.source): Glossary(case.terms) for case in cases}

    def uses(self, text: str) -> list[TermUse]:
        """Where the terms of the sentence stand; none in a text that an engine has changed before."""
        glossary: Glossary = self.__dict__["by_text"].get(text, Glossary())
        return glossary.uses(text)


def own_cases() -> list[TermCase]:
    """Our own sentences: French, English, then a term in French and in English."""
    rows = [line.split("\t") for line in OWN.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        TermCase(french, english, (Term(term, tuple(agreed.split("|"))),)) for french, english, term, agreed in rows
    ]


def news_cases(folder: Path, count: int) -> tuple[list[TermCase], list[TermCase]]:
    """``count`` sentences of newstest2013 with terms of their references, and as many without any."""
    sources, references = ((folder / f"newstest2013.{code}").read_text("utf-8").splitlines() for code in ("fr", "en"))
    pairs = list(zip(sources, references, strict=True))
    glossary = Glossary(tuple(_agreed_terms(pairs)))
    order = random.Random(SEED).sample([pair for pair in pairs if len(pair[0]) <= LONGEST], k=len(pairs) // 2)
    cases, rest = [], []
    for source, reference in order:
        applying = glossary.applying(prepare(source))
        terms = tuple(term for term in applying if find(term.targets[0], reference))
        if terms:
            cases.append(TermCase(source, reference, terms))
        elif not applying:
            rest.append(TermCase(source, reference, ()))
    return cases[:count], rest[:count]


def _agreed_terms(pairs: Sequence[tuple[str, str]]) -> Iterator[Term]:
    renderings: dict[str, Counter[str]] = defaultdict(Counter)
    for pair, links in zip(pairs, words.link_all(pairs, use.load()), strict=True):
        for link in links:
            french, english = pair[0][slice(*link.left)], pair[1][slice(*link.right)]
            if link.score >= SURE and _is_content(french, "fr") and _is_content(english, "en"):
                renderings[lemma(french, "fr")][lemma(english, "en")] += 1
    for french, counts in sorted(renderings.items()):
        frequent = [english for english, times in sorted(counts.most_common()) if times >= LEAST]
        frequent.sort(key=lambda english: (-counts[english], english))
        if frequent:
            yield Term(french, (frequent[min(1, len(frequent) - 1)],))


def _is_content(word: str, language: str) -> bool:
    return (
        word.islower() and len(word) >= 4 and word not in knowledge.words("identification", "function_words", language)
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures of each engine; 1 where one is missing."""
    options = _options(arguments)
    folder = Path(os.environ.get("ENREGARD_MT", PROJECT.parent / "shared" / "mt"))
    if options.news and not (folder / "newstest2013.fr").exists():
        print(f"{folder}: newstest2013 is not there, nothing measured. Set ENREGARD_MT.", file=sys.stderr)
        return 0
    cases, rest = news_cases(folder, options.sentences) if options.news else (own_cases(), [])
    config = Config()
    for name in [options.engine] if options.engine else ["apertium", "argos"]:
        section = replace(config.translate, engine=name, mark_unknown=False)
        engine = choose(replace(config, translate=section), os.environ)
        if engine is None:
            return 1
        _measure(engine, replace(config, translate=section), cases, rest)
    return 0


def _measure(engine: Engine, config: Config, cases: Sequence[TermCase], rest: Sequence[TermCase]) -> None:
    print(f"{engine.signature}: {len(cases)} sentences with {sum(len(case.terms) for case in cases)} terms")
    plain = _translated(engine, config, [case.source for case in [*cases, *rest]])
    _report("without", cases, plain)
    inline = _translated(engine, config, [_inline(case) for case in cases])
    _report("inline", cases, inline)
    engine.glossary = PerSentence(cases)  # type: ignore[attr-defined]
    start = time.process_time()
    listed = _translated(engine, config, [case.source for case in [*cases, *rest]])
    _report("with terms", cases, listed)
    changed = sum(before != after for before, after in zip(plain[len(cases) :], listed[len(cases) :], strict=True))
    print(f"{changed} of {len(rest)} sentences without a term come out otherwise; {time.process_time() - start:.0f} s")


def _translated(engine: Engine, config: Config, texts: Sequence[str]) -> list[str]:
    return [translation.text for translation in in_order(texts, engine, config.translate)]


def _inline(case: TermCase) -> str:
    text = prepare(case.source)
    for place in reversed(Glossary(case.terms).uses(text)):
        text = text[: place.start] + place.term.targets[0] + text[place.end :]
    return text


def _report(how: str, cases: Sequence[TermCase], texts: Sequence[str]) -> None:
    translated = list(zip(cases, texts, strict=False))
    right = sum(not not_agreed(case.terms, prepare(case.source), text) for case, text in translated)
    chrf = CHRF().corpus_score([text for _, text in translated], [[case.reference for case in cases]]).score
    lost = sum(count_losses(case.source, text) for case, text in translated)
    print(f"  {how:12} {right} of {len(cases)} as agreed ({right / len(cases):.1%})  chrF {chrf:.2f}  lost {lost}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures agreed terms.")
    parser.add_argument("--news", action="store_true", help="newstest2013 instead of our own sentences")
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--engine", help="default: apertium and argos")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
