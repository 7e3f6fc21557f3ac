"""Two spellings of a word: with ligatures (*cœur*) and with the letters apart (*coeur*)."""

from unicodedata import combining, normalize

LIGATURES = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
_APART = str.maketrans(LIGATURES)


def apart(text: str) -> str:
    """The text with the letters of its ligatures apart.

    >>> apart("cœur")
    'coeur'
    """
    return text.translate(_APART)


def together(text: str) -> str:
    """The text with letters drawn together wherever a ligature could stand.

    >>> together("coeur"), together("Coexister")
    ('cœur', 'Cœxister')
    """
    for ligature, letters in LIGATURES.items():
        text = text.replace(letters, ligature)
    return text


def unaccented(text: str) -> str:
    """The text without accents.

    >>> unaccented("Cœurs Élevés")
    'Cœurs Eleves'
    """
    return "".join(char for char in normalize("NFKD", text) if not combining(char))


def folded(text: str) -> str:
    """The text without case, accents and ligatures.

    >>> folded("Cœurs Élevés")
    'coeurs eleves'
    """
    return unaccented(apart(text).casefold())
