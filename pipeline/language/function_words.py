"""What the words of a text tell of its language: its function words, and what is left when names are taken out.

Names and borrowed words have the letters of their own language, not of the sentence around them: a model of letters
takes ``François Hollande met Ségolène Royal`` for French. Function words are borrowed by nobody.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.language.knowledge import KNOWN, words, words_of_all

ENOUGH = 6  # letters that names must leave over; else models of letters read the whole text

# A word, a French elision with its apostrophe, or what English writes after one: d' the 's
_PIECE = re.compile(
    r"(?<![^\W\d_])(?:[cdjlmnst]|(?:jus|lors|puis|quel|pres)?qu)['’](?=[^\W\d_])|['’](?:s|t|re|ve|ll)\b|[^\W\d_]+", re.I
)
_BEFORE_SENTENCE = '.!?…:«“"([–—'
_Piece = tuple[int, int, str, tuple[str, ...]]  # start, end, as the tables write it, languages it is function word of
_ACCENT = re.compile(r"[^\W\d_a-z]")


class CommonWords(NamedTuple):
    """What the words of a text tell: function words of each language, words that are no names, and those words.

    ``names`` says that so few are no names that ``common`` is the whole text after all.
    """

    counts: Mapping[str, int]
    size: int
    common: str
    names: bool


def vocabulary(text: str) -> CommonWords:
    """The function words of a text by language, and the text without names and without the particles in them.

    Where a text has more English than French function words, its accented words are borrowed and left out as well.
    A text of names only is left as it is.

    >>> vocabulary("Luca de Meo met the Rivons at the café in Aix-en-Provence.")
    CommonWords(counts={'fr': 0, 'en': 4}, size=7, common='Luca met the at the in', names=False)
    """
    written = _written(text)
    plain = list(_outside_names(written))
    counts = _counted(plain)
    borrowed = counts["en"] > counts["fr"]
    common = [text[start:end] for start, end, key, codes in plain if codes or not (borrowed and _ACCENT.search(key))]
    words_in_all = len(_PIECE.findall(written))
    names = len(plain) < words_in_all and sum(map(len, common)) < ENOUGH
    whole = names or len(common) == words_in_all
    return CommonWords(counts, len(plain), text if whole else " ".join(common), names)


def count_function_words(text: str) -> Mapping[str, int]:
    """The counts of ``vocabulary`` alone."""
    return _counted(list(_outside_names(_written(text))))


def _written(text: str) -> str:
    return text.lower() if text.isupper() else text


def _counted(pieces: Sequence[_Piece]) -> dict[str, int]:
    return {code: sum([code in codes for _, _, _, codes in pieces]) for code in KNOWN}


def _outside_names(text: str) -> Iterator[_Piece]:
    """The pieces that are neither a name nor, between two capitals, its particles: ``de`` in ``Luca de Meo``."""
    function_words = _function_words()
    between: list[_Piece] = []
    after_name = False
    for match in _PIECE.finditer(text):
        start, end = match.span()
        key = match.group().lower().replace("’", "'")
        piece = start, end, key, function_words.get(key, ())
        if text[start].islower() and not (key[-1] == "'" and text[end].isupper()):
            between.append(piece)
            continue
        name = _in_name(text, piece)
        if name and after_name and _all_particles(between):
            between = []
        yield from between
        if not name:
            yield piece
        between, after_name = [], name or not piece[3]
    yield from between


def _in_name(text: str, piece: _Piece) -> bool:
    """Whether a piece has a capital that no sentence asks for, or is written together with what has: ``l'Oréal``."""
    start, end, key, codes = piece
    if key[-1] == "'" and text[end].isupper():
        return True
    if not text[start].isupper():
        return False
    before = text[max(0, start - 2) : start].strip()
    if before and before[-1] not in _BEFORE_SENTENCE:
        return True
    if codes:
        return text[end : end + 1] == "-"  # Notre-Dame
    return text[end + 1 : end + 2].isupper() or bool(_ACCENT.search(key))


def _all_particles(pieces: Sequence[_Piece]) -> bool:
    particles = words_of_all("identification", "name_particles")
    keys = {key for _, _, key, _ in pieces}
    return keys <= particles or (
        len(pieces) > 1 and keys <= particles | words_of_all("identification", "name_conjunctions")
    )


@cache
def _function_words() -> Mapping[str, tuple[str, ...]]:
    tables = {code: words("identification", "function_words", code) for code in KNOWN}
    return {word: tuple(code for code in KNOWN if word in tables[code]) for word in frozenset().union(*tables.values())}
