"""Plurals of terms: whether a French one stands in the plural, and an English one put into it.

Endings are tried, and one counts where simplemma knows the form and leads it back to the word; so no word is listed.
"""

from pipeline.language.lemmas import lemma
from pipeline.translation.terminology import TermUse

_PLURAL = ("s", "x")  # endings of French plurals
_REPLACED = (("man", "men"), ("fe", "ves"), ("f", "ves"), ("y", "ies"), ("is", "es"))
_ADDED = ("ren", "s", "es")


def in_form(use: TermUse, text: str) -> list[str]:
    """How a term of ``text`` may be written in English: as agreed, then in the plural where the French stands in it."""
    standing = text[use.start : use.end]
    if use.term.kept:
        return [standing]
    agreed = use.term.targets[0]
    return [agreed, plural(agreed)] if is_plural(standing, use.term.source) else [agreed]


def is_plural(standing: str, listed: str) -> bool:
    """Whether a French term stands in the plural where the list has it in the singular.

    >>> is_plural("gilets jaunes", "gilet jaune"), is_plural("gilet jaune", "gilet jaune"), is_plural("pays", "pays")
    (True, False, False)
    """
    pairs = zip(standing.casefold().split(), listed.casefold().split(), strict=False)
    return any(word.endswith(_PLURAL) and not known.endswith(_PLURAL) for word, known in pairs)


def plural(term: str) -> str:
    """An English term in the plural: its last word is changed, or the last one before *of*.

    >>> [plural(term) for term in ("yellow vest", "policeman", "city", "tax", "child", "knife", "key")]
    ['yellow vests', 'policemen', 'cities', 'taxes', 'children', 'knives', 'keys']
    >>> plural("member of parliament")
    'members of parliament'
    """
    noun, of, complement = term.partition(" of ")
    head = noun.rpartition(" ")[2]
    form = next((form for form in _candidates(head) if _is_form(form, head)), head + "s")
    return noun.removesuffix(head) + form + of + complement


def _candidates(word: str) -> list[str]:
    replaced = [word.removesuffix(old) + new for old, new in _REPLACED if word.endswith(old) and len(word) > len(old)]
    return [*replaced, *(word + ending for ending in _ADDED)]


def _is_form(form: str, word: str) -> bool:
    return lemma(form, "en") == lemma(word, "en") != form.casefold()
