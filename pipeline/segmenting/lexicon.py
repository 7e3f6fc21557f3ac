"""Words that tell where a sentence ends in French and English: titles, abbreviations, words that begin sentences.

The words stand in ``fr.toml`` and ``en.toml``; here is what they mean. Closed classes and customary abbreviations only,
no name of a person or a firm. Other languages know the abbreviations that are international.
"""

import re
from functools import cache

from pipeline.language.knowledge import KNOWN, either, words, words_of_all

HEADLINE_CHARS = 130  # a headline is not longer
AFTER_HEADLINE_CHARS = 10  # and what follows it is a sentence, not a word or two

_SMALL = r"[^\W\d_A-ZÀ-ÖØ-Þ]"
_QUOTATION = re.compile(r"«[^«»]+\s[^«»]+»|“[^“”]+\s[^“”]+”|\"[^\"]+\s[^\"]+\"")


def is_title(word: str, language: str) -> bool:
    """Whether ``word`` (without its stop) is a title that stands before a name.

    >>> is_title("Mme", "fr"), is_title("Mme", "de"), is_title("Gouv", "fr")
    (True, True, False)
    """
    return word in _words("titles", language)


def abbreviation(word: str, language: str) -> bool:
    """Whether ``word`` (without its last stop) is an abbreviation in ``language``, whatever follows it.

    What is a whole word more often is one only where it is written with a capital.

    >>> abbreviation("etc", "en"), abbreviation("janv", "fr"), abbreviation("sun", "fr"), abbreviation("Fig", "en")
    (True, True, False, True)
    """
    small = word.lower()
    if is_title(word, language) or any(small in _words(table, language) for table in ("abbreviations", "closing")):
        return True
    return word in _words("capitals", language)


def never_ends(word: str, language: str) -> bool:
    """Whether ``word`` is an abbreviation that something always follows.

    >>> never_ends("e.g", "en"), never_ends("etc", "en")
    (True, False)
    """
    return word.lower() in _words("never_end", language)


def before_number(word: str, language: str) -> bool:
    """Whether ``word`` is an abbreviation where a number follows it.

    >>> before_number("no", "en"), abbreviation("no", "en")
    (True, False)
    """
    return word.lower() in _words("before_number", language) or abbreviation(word, language)


def before_lone_number(word: str, language: str) -> bool:
    """Whether ``word`` is an abbreviation where a number follows that begins nothing.

    >>> before_lone_number("cat", "fr"), before_number("cat", "fr")
    (True, False)
    """
    return word.lower() in _words("before_lone_number", language)


def closes(before: str, word: str, language: str) -> bool:
    """Whether the abbreviation ``word``, the end of ``before``, is one that no name belongs to.

    >>> closes("maps, etc", "etc", "en"), closes("le 3 nov", "nov", "fr"), closes("en nov", "nov", "fr")
    (True, True, False)
    """
    if word.lower() in _words("closing", language):
        return True
    numbered = before[: -len(word)].rstrip()[-1:].isdigit()
    return numbered and word.lower() in _words("closing_after_number", language)


def leads_to_acronym(before: str, language: str) -> bool:
    """Whether ``before`` ends with a word that stands before an acronym, so that this is no list of initials.

    >>> leads_to_acronym("Il voit la ", "fr"), leads_to_acronym("Il voit Anne ", "fr")
    (True, False)
    """
    last = re.search(r"\w+(?:\s|['’])\Z", before)
    return last is not None and re.sub(r"\s", " ", last.group().lower()) in _words("before_acronym", language)


def goes_on(word: str, language: str) -> bool:
    """Whether ``word``, though it has a capital, goes on with what an abbreviation began: ``3 p.m. Monday``."""
    return word in _words("goes_on", language)


def labelled(before: str) -> bool:
    """Whether the last word of ``before`` is one that a letter follows as its label.

    >>> labelled("against hepatitis "), labelled("against ")
    (True, False)
    """
    last = re.search(r"[^\W\d_]+(?=\s*\Z)", before)
    return last is not None and last.group().lower() in words_of_all("sentences", "labelled")


def opens(word: str, language: str) -> bool:
    """Whether ``word``, written with a capital, begins sentences rather than names.

    >>> opens("The", "en"), opens("Un", "en"), opens("Un", "fr"), opens("Durand", "fr")
    (True, False, True, False)
    """
    if language in KNOWN:
        return word in _words("openers", language)
    return word in words_of_all("sentences", "openers")


def follows_headline(head: str, opener: str, cue: str) -> bool:
    """Whether ``opener`` can begin the sentence after the headline ``head``. ``cue`` is the group of the pattern.

    After a capital only unmistakable words can: a short one may be a syllable of a name or part of a title.

    >>> [follows_headline(*case) for case in (("Oil prices", "Un", "plain"), ("Park Min", "Un", "plain"))]
    [True, False]
    >>> [follows_headline(*case, "article") for case in (("Court Cuts Terms", "The"), ("Gone With", "The"))]
    [True, False]
    """
    last = head.rsplit(maxsplit=1)[-1].strip("\"'’«»“”()")
    if _QUOTATION.fullmatch(head):
        return True
    if opener == "The" and last in words_of_all("sentences", "dangling") and cue == "plain":
        return True
    if last.lower() in words_of_all("sentences", "expects_more") or labelled(last):
        return False
    if cue == "article":
        return head.endswith(")") or bool(opener == "The" and (_ends_with_place(head) or _in_title_case(head)))
    if not last[:1].isupper():
        return True
    unmistakable = opener in words_of_all("sentences", "after_name")
    return cue != "name" and (unmistakable or cue == "phrase" or _in_title_case(head))


def _ends_with_place(head: str) -> bool:
    """Whether it ends with where something is, and not with a nickname: ``Rain in New Vallon``."""
    prepositions = either(words_of_all("sentences", "before_place"))
    return re.search(rf"\s(?:{prepositions})(?:\s[A-Z][\w.-]+){{1,3}}\Z", head) is not None


def _in_title_case(head: str) -> bool:
    """Whether all its long words, two at least, have a capital: ``Court Cuts Terms for Three``."""
    long = [word for word in head.split() if len(word) > 4]
    return head.count(" ") > 1 and len(long) > 1 and all(word[0].isupper() for word in long)


@cache
def headline_openers(language: str) -> str:
    """A pattern of words, and what must follow them, that can begin the sentence after a headline without a stop."""
    openers = frozenset[str]()
    if language in KNOWN:
        openers = _words("openers", language) - words_of_all("sentences", "not_after_headline")
    plain = [word for word in openers if word[-1] not in "'’"]
    elided = [word[:-1] for word in openers if word[-1] in "'’" and word[0] not in "DMTSN"]
    article = "|A(?=\\s)" if language == "en" else ""
    return (
        rf"(?P<plain>{either(plain)}{article})(?=,?\s+{_SMALL})"
        rf"|(?P<elided>(?:{either(elided)})['’])(?={_SMALL})"
        rf"|(?P<phrase>{either(_words('prepositions', language))})(?=\s[^\W\d_]\w+,\s)"
        rf"|(?P<adverb>{either(_words('adverbs', language))})(?=,\s)"
        rf"|(?P<article>{either(_words('articles', language))})(?=\s[A-ZÀ-Þ])"
        rf"|(?P<name>{either(_words('before_name', language))})(?=\s[^\W\d_]\w)"
    )


@cache
def reporting_verb() -> str:
    """A pattern of the verbs that give a speaker, in any language."""
    return f"(?:{either(words_of_all('sentences', 'reporting'))})"


@cache
def ordinal_ending() -> str:
    """A pattern of what stands after the figures of an ordinal, in any language."""
    return either(words_of_all("numbers", "ordinal_endings"))


@cache
def label() -> str:
    """A pattern of the words that head an item or an article when a number follows, in any language."""
    labels = words_of_all("sentences", "labels")
    return f"(?:{either([*labels, *(word.upper() for word in labels)])})"


def _words(table: str, language: str) -> frozenset[str]:
    return words("sentences", table, language)
