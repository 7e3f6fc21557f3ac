"""Terms that translations have to use: where they stand in a French text, and whether the English has them as agreed.

A list names each term in the form that a dictionary would have; the forms of a text are met by their lemmas, word by
word. A word that the list writes with a capital meets words with a capital alone: *Le Monde* is not *le monde*.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple

from pipeline.language.lemmas import lemma
from pipeline.records import Signature

SETTING = "terms"  # under which a signature names the terms that a translation had to use
OR = "|"  # between English terms that are all right; the first is what an engine is given
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[ \u00a0\u202f]?[-–'’]?[ \u00a0\u202f]?")


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A French term and the English ones agreed on, the preferred one first; none where it stays as it is."""

    source: str
    targets: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether it stays as it is."""
        return not self.targets

    def __str__(self) -> str:
        """Such as ``gilet jaune → yellow vest``."""
        return f"{self.source} → {f' {OR} '.join(self.targets) or self.source}"


class TermUse(NamedTuple):
    """A term in a text: ``text[start:end]`` is a form of it."""

    term: Term
    start: int
    end: int


class _TermWord(NamedTuple):
    start: int
    end: int
    lemma: str
    capital: bool


@dataclass(frozen=True)
class Glossary:
    """The terms agreed on. ``uses`` finds them in texts; nothing else of it is ever looked at by an engine."""

    terms: tuple[Term, ...] = ()
    source: str = "fr"
    _first: dict[str, list[tuple[tuple[_TermWord, ...], Term]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_first: dict[str, list[tuple[tuple[_TermWord, ...], Term]]] = {}
        for term in self.terms:
            words = tuple(_words(term.source, self.source))
            if words:
                by_first.setdefault(words[0].lemma, []).append((words, term))
        for candidates in by_first.values():
            candidates.sort(key=lambda candidate: (-len(candidate[0]), candidate[1]))
        object.__setattr__(self, "_first", by_first)

    def uses(self, text: str) -> list[TermUse]:
        """Where terms stand in a text, in order; of those that overlap the first, and of these the longest.

        >>> terms = Glossary((Term("gilet jaune", ("yellow vest",)), Term("gilet", ("waistcoat",))))
        >>> [(str(use.term), use.start, use.end) for use in terms.uses("Des gilets jaunes.")]
        [('gilet jaune → yellow vest', 4, 17)]
        """
        if not self.terms:
            return []
        words = list(_words(text, self.source))
        uses: list[TermUse] = []
        position = 0
        while position < len(words):
            sought = self._first.get(words[position].lemma, ())
            match = next((entry for entry in sought if _stands(entry[0], words, position, text)), None)
            if match:
                last = position + len(match[0]) - 1
                uses.append(TermUse(match[1], words[position].start, words[last].end))
                position = last
            position += 1
        return uses

    def keys(self) -> list[tuple[str, ...]]:
        """For each term what makes two terms the same: their lemmas, and which words have a capital."""
        return [
            tuple(f"{word.lemma}{'^' if word.capital else ''}" for word in _words(term.source, self.source))
            for term in self.terms
        ]

    def applying(self, text: str) -> tuple[Term, ...]:
        """The distinct terms that stand in a text, in the order of the list's alphabet."""
        return tuple(sorted({use.term for use in self.uses(text)}))

    def sign(self, signature: Signature, text: str) -> Signature:
        """``signature`` with the terms that apply to ``text``: no other term of the list decides its translation."""
        terms = self.applying(text)
        if not terms:
            return signature
        return replace(signature, settings={**signature.settings, SETTING: [[t.source, *t.targets] for t in terms]})


NO_TERMS = Glossary()


def is_term(text: str) -> bool:
    """Whether there is a word in it."""
    return _WORD.search(text) is not None


def signed_terms(settings: Mapping[str, Any]) -> tuple[Term, ...]:
    """The terms that a signature's settings name."""
    return tuple(Term(source, tuple(targets)) for source, *targets in settings.get(SETTING, ()))


def not_agreed(terms: Iterable[Term], source: str, text: str, languages: tuple[str, str] = ("fr", "en")) -> list[str]:
    """Those of ``terms`` that stand in ``source`` and that ``text`` has in none of the forms agreed on, as text.

    >>> not_agreed([Term("maire", ("mayor",))], "Les maires sont là.", "The aldermen are here.")
    ['maire → mayor']
    """
    uses = Glossary(tuple(terms), languages[0]).uses(source)
    return list(dict.fromkeys(str(use.term) for use in uses if not renders(use, source, text, languages[1])))


def agreed(terms: Iterable[Term], source: str, text: str) -> list[tuple[str, bool]]:
    """Those of ``terms`` that stand in ``source``, as text, and whether ``text`` has them as agreed."""
    listed = tuple(terms)
    missed = set(not_agreed(listed, source, text)) if listed else set()
    return [(str(term), str(term) not in missed) for term in Glossary(listed).applying(source)]


def renders(use: TermUse, source: str, text: str, language: str = "en") -> bool:
    """Whether ``text`` has the term of ``source`` as agreed: in any inflected form, or kept as it stands there."""
    targets = use.term.targets or (source[use.start : use.end], use.term.source)
    return any(find(target, text, language) is not None for target in targets)


def find(target: str, text: str, language: str = "en") -> tuple[int, int] | None:
    """Where ``text`` first has a term of its language in some form: (start, end).

    >>> find("yellow vest", "The yellow-vests march.")
    (4, 16)
    """
    sought, words = tuple(_words(target, language)), list(_words(text, language))
    for position in range(len(words) - len(sought) + 1):
        if sought and _stands(sought, words, position, text, cased=False):
            return words[position].start, words[position + len(sought) - 1].end
    return None


def _stands(
    sought: Sequence[_TermWord], words: Sequence[_TermWord], position: int, text: str, cased: bool = True
) -> bool:
    """Whether the words ``sought`` stand at ``position`` with nothing but a space or a hyphen between them."""
    there = words[position : position + len(sought)]
    if len(there) < len(sought):
        return False
    alike = all(
        word.lemma == wanted.lemma and (word.capital or not (cased and wanted.capital))
        for wanted, word in zip(sought, there, strict=True)
    )
    gaps = pairwise(there)
    return alike and all(_BETWEEN.fullmatch(text[before.end : after.start]) for before, after in gaps)


def _words(text: str, language: str) -> Iterator[_TermWord]:
    for match in _WORD.finditer(text):
        word = match.group()
        yield _TermWord(match.start(), match.end(), lemma(word, language), word[0].isupper())
