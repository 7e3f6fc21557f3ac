"""The lemma of a word, the form in which a dictionary lists it: *mangeaient* to *manger*, *mice* to *mouse*.

By simplemma (A. Barbaresi, 54 languages): dictionaries of forms, and rules for words that they lack. It knows one lemma
of each form, whatever the sentence: *sommes* is to it the noun. ``python -m benchmarks.lemmas`` compares it with stems.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.language import knowledge
from pipeline.language.spelling import apart, folded, together

STEPS = 3  # venue -> venu -> venir
KEPT = 200_000  # words whose lemma is remembered
VOWELS = "aeiouy"  # a consonant alone is what an apostrophe left of a word, though the dictionary lists it


@dataclass(frozen=True, slots=True)
class Inflection:
    """The forms of a word, in small letters, and ``names`` that are written like one of them but for the capital."""

    forms: frozenset[str]
    names: frozenset[str] = frozenset()

    def is_among(self, words: Iterable[str]) -> bool:
        """Whether any of ``words`` (as they stand in a text) is one of the forms."""
        return any(word.lower() in self.forms and word not in self.names for word in words)


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


@lru_cache(maxsize=1_000)
def inflect(word: str, language: str) -> Inflection:
    """All forms of a headword that the dictionary of the language has; of another form, those of its headword.

    Where the dictionary gives a form to another word (*écrit*), words derived from the headword tell (*décrit*, of
    *décrire*). Accents may be left out where that makes no headword. Of a word that the dictionary lacks, the word
    alone.

    >>> sorted(inflect("eat", "en").forms)
    ['ate', 'eat', 'eaten', 'eating', 'eatings', 'eats']
    >>> inflect("ate", "en") == inflect("eat", "en"), inflect("pari", "fr").names
    (True, frozenset({'Paris'}))
    """
    if not is_known(language):
        return Inflection(frozenset({word.lower()}))
    entries = _entries(language)
    headwords = _headwords(word, entries)
    reached = _below(headwords, entries) | _by_analogy(headwords, entries, language) or {word.lower().encode()}
    listed = {form for form in map(bytes.decode, reached) if len(form) > 1 or folded(form) in VOWELS}
    names = {form.capitalize() for form in listed} - listed
    names = {name for name in names if entries.get(name.encode(), next(iter(reached))) not in reached}
    forms = {form.lower() for form in listed}
    return Inflection(frozenset(forms | set(map(apart, forms)) | set(map(together, forms))), frozenset(names))


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


@cache
def _entries(language: str) -> Mapping[bytes, bytes]:
    """Form to lemma as the dictionary keeps them, in UTF-8: what it gives one by one takes a second for all."""
    from simplemma.strategies.dictionaries.dictionary_factory import DEFAULT_DICTIONARY_FACTORY

    dictionary = DEFAULT_DICTIONARY_FACTORY.get_dictionary(language)
    entries: Mapping[bytes, bytes] | None = getattr(dictionary, "_dict", None)
    if entries is None:
        entries = {form.encode(): listed.encode() for form, listed in dictionary.items()}
    return entries


def _headwords(word: str, entries: Mapping[bytes, bytes]) -> set[bytes]:
    """The word where it is a headword, else that of which it is a form, else those that are so without accents."""
    spellings = {spelling.encode() for spelling in (word, word.lower(), word.capitalize())}
    listed = {spelling: entries[spelling] for spelling in spellings & entries.keys()}
    headwords = spellings.intersection(entries.values())
    if headwords or listed:
        return headwords or set(listed.values())
    plain = folded(word)
    return {headword for headword in set(entries.values()) if folded(headword.decode()) == plain}


def _below(headwords: set[bytes], entries: Mapping[bytes, bytes]) -> set[bytes]:
    """All forms that lead to one of ``headwords`` within ``STEPS``."""
    reached = set(headwords)
    for _ in range(STEPS):
        reached |= {form for form, listed in entries.items() if listed in reached}
    return reached


def _by_analogy(headwords: set[bytes], entries: Mapping[bytes, bytes], language: str) -> set[bytes]:
    """Words that are to ``headwords`` what forms of derived words are to these, less the prefix."""
    prefixes = [prefix.encode() for prefix in knowledge.words("inflection", "prefixes", language)]
    derived = {prefix + headword: prefix for prefix in prefixes for headword in headwords}
    derived = {word: prefix for word, prefix in derived.items() if word in entries}
    forms = ((form, derived[listed]) for form, listed in entries.items() if listed in derived)
    bare = {form.removeprefix(prefix) for form, prefix in forms if form.startswith(prefix)}
    return {form for form in bare if form in entries}
