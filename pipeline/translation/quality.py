"""Checks of a translation against its source: what was lost, added, looped or left in French.

Each check measures one thing and returns what it saw, or nothing. None of them decides or repairs anything: the codes
stand beside the translation, and whoever reads the corpus decides. The checks are written for French to English.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from pipeline.language import knowledge
from pipeline.language.counterparts import WORD, find_lost_negation
from pipeline.provenance import sign
from pipeline.records import Signature
from pipeline.translation.fidelity import (
    added_loop,
    added_numbers,
    listed,
    lost_names,
    lost_numbers,
    lost_quotes,
    lost_urls,
    without_urls,
)
from pipeline.translation.terminology import Term, not_agreed

NOT_AGREED = "W614"
CODES: Mapping[str, str] = {
    "W601": "the translation is empty",
    "W602": "words repeat one after the other more often than in the source",
    "W603": "most of the source was copied through",
    "W604": "the translation is much shorter than its source",
    "W605": "the translation is much longer than its source",
    "W606": "a number of the source is missing",
    "W607": "a number was added",
    "W608": "a name of the source is missing",
    "W609": "the source has a negation, the translation none",
    "W610": "a web or mail address of the source is missing or changed",
    "W611": "quotation marks of the source are missing",
    "W612": "words were left untranslated",
    "W613": "a placeholder of the source is missing or changed",
    "W614": "a term of the glossary is not translated as agreed",
}

WRITTEN_FOR = ("fr", "en")
ANY_LANGUAGE = frozenset({"W602", "W603", "W604", "W605", "W610", "W611", "W613"})  # checks that know no language
COPIED = 0.6  # share of the source's words found again in the translation
SHORTEST, LONGEST, SLACK = 0.45, 2.0, 15  # characters: translation / source, with some more for short texts

_STARRED = re.compile(r"(?<!\w)[*@#](\w[\w’'-]*)")
_INSIDE = re.compile(r"\d+[*@#]\w+")  # an engine's mark within a word
_SPANISH = re.compile(r"(?<![\w’'-])(?:[^\W\d_]*[íóúñ][^\W\d_]*|Sra?|Srta)(?![\w’'-])", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"\$?\{[\w.:-]*\}|%\(\w+\)[sd]|%\d*\$?[sd](?!\w)|</?[A-Za-z][^<>]{0,80}>|&(?:\w{2,8}|#\d{2,5});|\bQz[xy][a-j]+"
)
_ACCENTED = re.compile(r"(?<![\w’'-])[a-z]*[àâçèéêëîïôùûüœ][\wà-ÿ]*(?![\w’'-])")


def signature() -> Signature:
    """By which rules the checks are made."""
    return sign("check", "enregard-quality", {})


def check_translation(
    source: str, text: str, languages: tuple[str, str] = WRITTEN_FOR, terms: Sequence[Term] = ()
) -> tuple[tuple[str, str], ...]:
    """``(code, value)`` for each check of ``CODES`` that saw something; ``value`` is what it saw.

    What is written for French and English (numbers, names, negations, words left over) looks at nothing else.
    ``terms`` are those that the translation had to use.

    >>> check_translation("Il ne mange pas 3 pommes.", "He eats eats eats 4 apples.")
    (('W602', 'eats ×3'), ('W606', '3'), ('W607', '4'), ('W609', 'ne mange pas'))
    """
    if not text.strip():
        return (("W601", f"{len(source)} characters"),) if source.strip() else ()
    checks = (each for each in _CHECKS if languages == WRITTEN_FOR or each[0] in ANY_LANGUAGE)
    measured = ((code, check(source, text)) for code, check in checks)
    missed = [(NOT_AGREED, listed(not_agreed(terms, source, text, languages)))] if terms else []
    return tuple((code, value) for code, value in [*measured, *missed] if value)


def _copied(source: str, text: str) -> str:
    words = {word for word in WORD.findall(without_urls(source)) if word.islower() and len(word) > 1}
    if len(words) < 3:
        return ""
    share = len(words & set(WORD.findall(text))) / len(words)
    return f"{share:.2f}" if share >= COPIED else ""


def _short(source: str, text: str) -> str:
    return _ratio(source, text) if len(text) + SLACK < SHORTEST * len(source) + SLACK / 2 else ""


def _long(source: str, text: str) -> str:
    return _ratio(source, text) if len(text) > LONGEST * len(source) + SLACK else ""


def _ratio(source: str, text: str) -> str:
    return f"{len(text) / max(1, len(source)):.2f}"


def _untranslated(source: str, text: str) -> str:
    starred = [word for word in _STARRED.findall(text) if f"*{word}" not in source and f"#{word}" not in source]
    shared = set(WORD.findall(source))
    french = _french().findall(text)
    loans = knowledge.words("translation", "loans", "fr")
    accented = [word for word in _ACCENTED.findall(text) if word in shared and word not in loans]
    french = french if len(french) > 1 else []
    between = [word for word in _SPANISH.findall(text) if word not in shared]  # the language that Apertium goes through
    return listed(dict.fromkeys([*starred, *_INSIDE.findall(text), *french, *accented, *between]))


def _placeholders_lost(source: str, text: str) -> str:
    """Placeholders, tags and references of a software text; and those of an engine that were never put back."""
    before, after = Counter(_PLACEHOLDER.findall(source)), Counter(_PLACEHOLDER.findall(text))
    return listed([*(before - after).elements(), *(mark for mark in after - before if mark.startswith("Qz"))])


@cache
def _french() -> re.Pattern[str]:
    """French words that English does not have."""
    french = sorted(knowledge.words("translation", "untranslated", "fr"))
    return re.compile(rf"(?<![\w’'-])(?:{'|'.join(french)})(?![\w’'-])")


_CHECKS: tuple[tuple[str, Callable[[str, str], str]], ...] = (
    ("W602", added_loop),
    ("W603", _copied),
    ("W604", _short),
    ("W605", _long),
    ("W606", lost_numbers),
    ("W607", added_numbers),
    ("W608", lost_names),
    ("W609", find_lost_negation),
    ("W610", lost_urls),
    ("W611", lost_quotes),
    ("W612", _untranslated),
    ("W613", _placeholders_lost),
)
