"""Checks of a translation against its source: what was lost, added, looped or left in French.

Each check measures one thing and returns what it saw, or nothing. None of them decides or repairs anything: the codes
stand beside the translation, and whoever reads the corpus decides. The checks are written for French to English.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from pipeline.language import knowledge
from pipeline.language.counterparts import (
    COMMON,
    ENGLISH_CAPITALS,
    NAME,
    WORD,
    any_like,
    find_lost_negation,
    folded,
)
from pipeline.language.quantities import compare_quantities, find_quantities
from pipeline.provenance import sign
from pipeline.records import Signature

CODES: Mapping[str, str] = {
    "W601": "the translation is empty",
    "W602": "words repeat one after the other more often than in the source",
    "W603": "most of the French was copied through",
    "W604": "the translation is much shorter than its source",
    "W605": "the translation is much longer than its source",
    "W606": "a number of the source is missing",
    "W607": "a number was added",
    "W608": "a name of the source is missing",
    "W609": "the source has a negation, the translation none",
    "W610": "a web or mail address of the source is missing or changed",
    "W611": "quotation marks of the source are missing",
    "W612": "words were left untranslated",
}

REPEATS = 3  # the fewest repetitions in a row that make a loop
LONGEST_PHRASE = 12  # words in a repeated phrase
COPIED = 0.6  # share of the source's words found again in the translation
SHORTEST, LONGEST, SLACK = 0.45, 2.0, 15  # characters: translation / source, with some more for short texts

_URL = re.compile(r"(?:https?://|www\.)\S*[\w/]|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_QUOTES = re.compile(r"[«»“”„\"]|(?<!\w)[‘'](?=\w)|(?<=[\w.,!?])[’'](?!\w)")
_STRONG_QUOTES = re.compile(r"[«»“”„\"]")
_STARRED = re.compile(r"(?<!\w)[*@#](\w[\w’'-]*)")
_CHARACTER_LOOP = re.compile(r"(\w{1,8}?)\1{5,}")
_ACCENTED = re.compile(r"(?<![\w’'-])[a-z]*[àâçèéêëîïôùûüœ][\wà-ÿ]*(?![\w’'-])")


def signature() -> Signature:
    """By which rules the checks are made."""
    return sign("check", "enregard-quality", {})


def check_translation(source: str, text: str) -> tuple[tuple[str, str], ...]:
    """``(code, value)`` for each check of ``CODES`` that saw something; ``value`` is what it saw.

    >>> check_translation("Il ne mange pas 3 pommes.", "He eats eats eats 4 apples.")
    (('W602', 'eats ×3'), ('W606', '3'), ('W607', '4'), ('W609', 'ne mange pas'))
    """
    if not text.strip():
        return (("W601", f"{len(source)} characters"),) if source.strip() else ()
    measured = ((code, check(source, text)) for code, check in _CHECKS)
    return tuple((code, value) for code, value in measured if value)


def loop(text: str) -> tuple[str, int]:
    """The phrase that most often follows upon itself, and how often it stands there: ``("", 1)`` when none does."""
    words = [word.casefold() for word in WORD.findall(text)]
    best = ("", 1)
    for size in range(1, min(LONGEST_PHRASE, len(words) // 2) + 1):
        run = 0
        for position in range(size, len(words)):
            run = run + 1 if words[position] == words[position - size] else 0
            if run // size + 1 > best[1]:
                best = (" ".join(words[position - size + 1 : position + 1]), run // size + 1)
    return best


def _looped(source: str, text: str) -> str:
    phrase, times = loop(text)
    if times >= REPEATS and times > loop(source)[1]:
        return f"{phrase} ×{times}"
    inside = _CHARACTER_LOOP.search(text)
    return inside.group()[:40] if inside and not _CHARACTER_LOOP.search(source) else ""


def _copied(source: str, text: str) -> str:
    words = {word for word in WORD.findall(_without_urls(source)) if word.islower() and len(word) > 1}
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


def _numbers_lost(source: str, text: str) -> str:
    source, text = _without_urls(source), _without_urls(text)
    alone = compare_quantities(find_quantities(source, "fr"), find_quantities(text, "en")).left
    return _listed(source[number.start : number.end] for number in alone if not number.soft)


def _numbers_added(source: str, text: str) -> str:
    source, text = _without_urls(source), _without_urls(text)
    alone = compare_quantities(find_quantities(source, "fr"), find_quantities(text, "en")).right
    return _listed(text[number.start : number.end] for number in alone if not number.soft)


def _names_lost(source: str, text: str) -> str:
    """Names of the source that have nothing like them in the translation, nor a capitalised word left to be theirs."""
    words = {folded(word) for word in WORD.findall(text)}
    names = [name for name in dict.fromkeys(NAME.findall(source)) if not name.isupper() and name not in COMMON]
    lost = [name for name in names if not any_like(folded(name), words)]
    if not lost:
        return ""
    common = {folded(word) for word in WORD.findall(source)}
    spare = {folded(word) for word in NAME.findall(text)} - ENGLISH_CAPITALS
    return _listed(lost) if len(lost) > sum(not any_like(word, common) for word in spare) else ""


def _urls_lost(source: str, text: str) -> str:
    return _listed(url for url in _URL.findall(source) if url not in text)


def _quotes_lost(source: str, text: str) -> str:
    before, after = len(_STRONG_QUOTES.findall(source)), len(_QUOTES.findall(text))
    return f"{before} → {after}" if after < before else ""


def _untranslated(source: str, text: str) -> str:
    starred = [word for word in _STARRED.findall(text) if f"*{word}" not in source and f"#{word}" not in source]
    shared = set(WORD.findall(source))
    french = _french().findall(text)
    loans = knowledge.words("translation", "loans", "fr")
    accented = [word for word in _ACCENTED.findall(text) if word in shared and word not in loans]
    return _listed(dict.fromkeys([*starred, *(french if len(french) > 1 else []), *accented]))


@cache
def _french() -> re.Pattern[str]:
    """French words that English does not have."""
    french = sorted(knowledge.words("translation", "untranslated", "fr"))
    return re.compile(rf"(?<![\w’'-])(?:{'|'.join(french)})(?![\w’'-])")


def _without_urls(text: str) -> str:
    return _URL.sub(" ", text)


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items)[:200]


_CHECKS: tuple[tuple[str, Callable[[str, str], str]], ...] = (
    ("W602", _looped),
    ("W603", _copied),
    ("W604", _short),
    ("W605", _long),
    ("W606", _numbers_lost),
    ("W607", _numbers_added),
    ("W608", _names_lost),
    ("W609", find_lost_negation),
    ("W610", _urls_lost),
    ("W611", _quotes_lost),
    ("W612", _untranslated),
)
