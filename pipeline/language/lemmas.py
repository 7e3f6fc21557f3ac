"""The dictionary form of a word, by simplemma (Barbaresi 2021): a table of forms of each language, then its rules.

A word is looked at alone: of a form that stands for several (*mises*, of *mise* or of *mettre*) one lemma is taken, the
same every time. So forms of one word that are written alike meet, and that is what a search or a list of terms asks.
"""

from functools import lru_cache

REMEMBERED = 200_000  # words


@lru_cache(REMEMBERED)
def lemma(word: str, language: str) -> str:
    """The lemma of a word in small letters. Raises ValueError for a language that simplemma does not know.

    >>> [lemma(word, "fr") for word in ("Gilets", "manifestaient", "Londres")], lemma("women", "en")
    (['gilet', 'manifester', 'londres'], 'woman')
    """
    from simplemma import lemmatize

    return lemmatize(word, language).casefold()
