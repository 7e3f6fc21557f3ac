"""Terms as made-up names, for an engine that leaves alone what it does not know; they are put back as agreed."""

import re
from collections.abc import Mapping

from pipeline.translation.inflection import in_form
from pipeline.translation.terminology import Glossary

_NAME = re.compile(r"(?:\b(?P<article>[Aa])n? )?[*@#]*(?P<name>Qzy[a-j]+)")
_BEGIN = re.compile(r"(?:^|[.!?…]\s+)\W*$")
_OPEN = re.compile("[aeioAEIO]")  # letters that a term after *an* begins with


def stand_in(text: str, glossary: Glossary) -> tuple[str, dict[str, str]]:
    """The text with a made-up name for each term, and the English that each name stands for."""
    names: dict[str, str] = {}
    if "Qzy" in text:
        return text, names
    written, end = [], 0
    for number, use in enumerate(glossary.uses(text)):
        name = "Qzy" + "".join(chr(ord("a") + int(digit)) for digit in str(number))
        names[name] = in_form(use, text)[-1]
        written += [text[end : use.start], name]
        end = use.end
    return "".join([*written, text[end:]]), names


def written_back(text: str, names: Mapping[str, str]) -> str:
    """The English terms in the place of their names, with the article that they ask for.

    >>> written_back("A Qzya is here. Qzyb!", {"Qzya": "offence", "Qzyb": "yellow vests"})
    'An offence is here. Yellow vests!'
    """
    return _NAME.sub(lambda match: _written(match, names), text) if names else text


def _written(match: re.Match[str], names: Mapping[str, str]) -> str:
    term = names.get(match["name"])
    if term is None:
        return match.group()
    if match["article"]:
        return f"{match['article']}{'n' if _OPEN.match(term) else ''} {term}"
    return term[:1].upper() + term[1:] if _BEGIN.search(match.string[: match.start()]) else term
