"""The lemma of a word, the form in which a dictionary lists it: *mangeaient* to *manger*, *mice* to *mouse*.

By simplemma (A. Barbaresi, 54 languages): dictionaries of forms, and rules for words that they lack. It knows one lemma
of each form, whatever the sentence: *sommes* is to it the noun. ``python -m benchmarks.lemmas`` compares it with stems.
"""

from collections.abc import Callable
from functools import cache, lru_cache

from pipeline.language.spelling import apart

STEPS = 3  # venue -> venu -> venir
KEPT = 200_000  # words whose lemma is remembered


@lru_cache(maxsize=KEPT)
def lemma(word: str, language: str) -> str:
    """The lemma of one word, in small letters; of a language without a dictionary, the word in small letters.

    Case counts, since names are no forms of words: *Paris* is none of *pari*. The dictionary of a language is read at
    the first word of it (0.3 s).

    >>> lemma("Mangeaient", "fr"), lemma("went", "en"), lemma("Paris", "fr"), lemma("paris", "fr")
    ('manger', 'go', 'paris', 'pari')
    """
    look_up = _dictionary(language)
    form = word.title() if word.isupper() and len(word) > 1 else word
    if look_up is None or not form:
        return word.lower()
    for _ in range(STEPS):
        listed = look_up(form)
        if listed == form:
            listed = look_up(apart(form))  # bœufs is listed as boeufs
        if listed in {form, apart(form)}:
            break
        form = listed
    return form.lower()


def is_known(language: str) -> bool:
    """Whether there is a dictionary of the language."""
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    return language in SUPPORTED_LANGUAGES


@cache
def _dictionary(language: str) -> Callable[[str], str] | None:
    if not is_known(language):
        return None
    from simplemma import lemmatize

    return lambda word: lemmatize(word, lang=language)
