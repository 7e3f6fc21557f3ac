"""Terms of a search as FTS5 takes them: words in their spellings or forms, near each other, joined."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, product
from types import MappingProxyType
from typing import NamedTuple

from pipeline.language.lemmas import Inflection
from pipeline.language.spelling import apart, together, unaccented

COMBINED = 400  # ways to combine the forms of words in a phrase or near each other, of few words
LONGEST = 3_200  # words in all of them together
BRACKETED = re.compile(r"\[([^\[\]\s]+)\]")
Inflect = Callable[[str], Inflection]  # a headword to its forms


class Expression(NamedTuple):
    """What is asked of a text: ``match`` for FTS5 (empty: nothing), a word of each of ``forms``, and all ``patterns``.

    ``forms`` are asked again because the index does not tell accents apart. ``is_inflected``: nothing but words in
    all their forms is looked for.
    """

    match: str
    forms: tuple[Inflection, ...] = ()
    patterns: tuple[str, ...] = ()
    is_inflected: bool = False


class Operand(NamedTuple):
    """A term in all its spellings (none for what is in brackets), and what it asks of a text."""

    spellings: list[str]
    expression: Expression


def spell(text: str) -> Operand:
    """A word, prefix or phrase as it stands, with its ligatures apart, and with them drawn together."""
    spellings = [quote(spelling) for spelling in dict.fromkeys((text, apart(text), together(apart(text))))]
    return Operand(spellings, Expression(_any(spellings)))


def inflected(text: str, inflect: Inflect) -> Operand:
    """A word, or a phrase with words in brackets, in all forms of these words."""
    pieces = BRACKETED.split(text.strip('"') if BRACKETED.search(text) else f"[{text}]")
    inflections = [inflect(headword) for headword in pieces[1::2]]
    forms = iter(inflections)
    choices = [_distinct(next(forms)) if number % 2 else [piece] for number, piece in enumerate(pieces)]
    spellings = [quote("".join(words)) for words in islice(product(*choices), COMBINED)]
    return Operand(spellings, Expression(_any(spellings), tuple(inflections)))


def near(operands: Sequence[Operand], distance: int) -> Expression:
    """Words near each other, each in all its spellings: of very many ways to combine them, the first."""
    most = min(COMBINED, max(1, LONGEST // len(operands)))
    combined = islice(product(*(operand.spellings for operand in operands)), most)
    match = _any([f"NEAR({' '.join(spellings)}, {distance})" for spellings in combined])
    return every([operand.expression for operand in operands])._replace(match=match)


def every(operands: Sequence[Expression]) -> Expression:
    """All of them."""
    matches = [operand.match for operand in operands if operand.match]
    match = matches[0] if len(matches) == 1 else f"({' AND '.join(matches)})" if matches else ""
    forms = tuple(form for operand in operands for form in operand.forms)
    return Expression(match, forms, tuple(pattern for operand in operands for pattern in operand.patterns))


def either(left: Expression, right: Expression) -> Expression:
    """One of two. Of their forms only what both ask can be held against a text."""
    match = f"({left.match} OR {right.match})"
    if not left.forms or not right.forms:
        return Expression(match)
    alternatives = left.forms[0], right.forms[0]
    forms = frozenset().union(*(inflection.forms for inflection in alternatives))
    names = frozenset().union(*(inflection.names for inflection in alternatives))
    neither = frozenset(name for name in names if not any(word.is_among([name]) for word in alternatives))
    return Expression(match, (Inflection(forms, neither),))


def without(left: Expression, right: Expression) -> Expression:
    """The first, and not the second."""
    return left._replace(match=f"({left.match} NOT {right.match})")


JOIN: Mapping[str, Callable[[Expression, Expression], Expression]] = MappingProxyType(
    {"or": either, "and": lambda left, right: every((left, right)), "not": without}
)


def quote(text: str) -> str:
    """A word, prefix or phrase as FTS5 takes it without looking for anything in it."""
    star = "*" if text.endswith("*") else ""
    return '"' + text.rstrip("*").replace('"', "") + '"' + star


def _any(expressions: list[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({' OR '.join(expressions)})"


def _distinct(inflection: Inflection) -> list[str]:
    """Forms that the index tells apart."""
    return sorted({unaccented(form): form for form in sorted(inflection.forms)}.values())
