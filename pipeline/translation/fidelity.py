"""What a translation must keep of its source: numbers, names, addresses, quotation marks; and that it must not loop.

Each function says what was lost or added, as text for people, or nothing. An engine that has several translations to
choose from takes the one with which the fewest of them find something.
"""

import re
from collections.abc import Iterable

from pipeline.language import knowledge
from pipeline.language.counterparts import NAME, WORD, any_like, english_capitals, folded
from pipeline.language.quantities import compare_quantities, find_quantities
from pipeline.translation.quotes import count_light_marks, count_marks

REPEATS = 3  # the fewest repetitions in a row that make a loop
LONGEST_PHRASE = 12  # words in a repeated phrase
_URL = re.compile(r"(?:https?://|www\.)\S*[\w/]|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_CHARACTER_LOOP = re.compile(r"(\w{1,8}?)\1{5,}")


def count_losses(source: str, text: str) -> int:
    """How many of these functions find something; an empty text has lost everything.

    >>> count_losses("« Il a 3 ans. »", '"He is 3."'), count_losses("« Il a 3 ans. »", "He is three or 4.")
    (0, 2)
    """
    if source.strip() and not text.strip():
        return len(_LOSSES)
    return sum(bool(find(source, text)) for find in _LOSSES)


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


def added_loop(source: str, text: str) -> str:
    """The phrase that the translation repeats more often than its source, and how often."""
    phrase, times = loop(text)
    if times >= REPEATS and times > loop(source)[1]:
        return f"{phrase} ×{times}"
    inside = _CHARACTER_LOOP.search(text)
    return inside.group()[:40] if inside and not _CHARACTER_LOOP.search(source) else ""


def lost_numbers(source: str, text: str) -> str:
    """Numbers of the French that the English lacks."""
    source, text = without_urls(source), without_urls(text)
    alone = compare_quantities(find_quantities(source, "fr"), find_quantities(text, "en")).left
    return listed(source[number.start : number.end] for number in alone if not number.soft)


def added_numbers(source: str, text: str) -> str:
    """Numbers of the English that the French lacks."""
    source, text = without_urls(source), without_urls(text)
    alone = compare_quantities(find_quantities(source, "fr"), find_quantities(text, "en")).right
    return listed(text[number.start : number.end] for number in alone if not number.soft)


def lost_names(source: str, text: str) -> str:
    """Names of the source that have nothing like them in the translation, nor a capitalised word left to be theirs."""
    words = {folded(word) for word in WORD.findall(text)}
    translated = knowledge.words("names", "common", "fr")
    names = [name for name in dict.fromkeys(NAME.findall(source)) if not name.isupper() and name not in translated]
    lost = [name for name in names if not any_like(folded(name), words)]
    if not lost:
        return ""
    common = {folded(word) for word in WORD.findall(source)}
    spare = {folded(word) for word in NAME.findall(text)} - english_capitals()
    return listed(lost) if len(lost) > sum(not any_like(word, common) for word in spare) else ""


def lost_urls(source: str, text: str) -> str:
    """Web and mail addresses that are missing or changed."""
    return listed(url for url in _URL.findall(source) if url not in text)


def lost_quotes(source: str, text: str) -> str:
    """Quotation marks before and after, where fewer are left."""
    before, after = count_marks(source), count_light_marks(text)
    return f"{before} → {after}" if after < before else ""


def without_urls(text: str) -> str:
    """The text with a space for each address."""
    return _URL.sub(" ", text)


def listed(items: Iterable[str]) -> str:
    """The items on one line, cut at 200 characters."""
    return ", ".join(items)[:200]


_LOSSES = (added_loop, lost_numbers, added_numbers, lost_names, lost_urls, lost_quotes)
