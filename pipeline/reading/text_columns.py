"""Which columns of a table hold its texts: by their names, or by what is in them; and which hold two languages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract, Passage, marked
from pipeline.reading.facts import NAMES, named, named_facts
from pipeline.reading.html import fragment

Record = Mapping[str, object]
SAMPLE = 500  # rows that are looked at
FEWEST_WORDS = 4.0  # of a text, on average
HEADLINE_WORDS = 2.0  # the same, where the titles are all the text that there is
BESIDE = 0.25  # of the words of the longest column: other columns with so many are text, too
BITEXT = "E121"

_WORD = re.compile(r"[^\W\d_]{2,}")
_ADDRESS = re.compile(r"\s*(?:https?://|www\.|mailto:|[\w.+-]+@[\w-]+\.)", re.IGNORECASE)
_LANGUAGES = {
    "fr": "fr fra fre french français francais frenchtext".split(),  # noqa: SIM905
    "en": "en eng english anglais englishtext".split(),  # noqa: SIM905
}
_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2})?")
_TAGGED = re.compile(
    r"</(?:p|div|h[1-6]|li|ul|ol|b|i|em|strong|a|span|td|blockquote)>|<(?:br|p|hr)\b[^<>]*>", re.IGNORECASE
)


class Columns(NamedTuple):
    """The columns of texts, and whether they were guessed. Of named ones the first that is filled is the text."""

    names: tuple[str, ...]
    guessed: bool = False


def text_columns(records: Iterable[Record], config: ReadConfig) -> Columns:
    """Where the texts are. Raises InputError E111 where there are none, and E121 where it is text in two languages."""
    sample = [record for record, _ in zip(records, range(SAMPLE), strict=False)]
    names = list(dict.fromkeys(name for record in sample for name in record))
    folded = {str(name).strip().casefold(): name for name in names}
    configured = tuple(folded[column] for column in config.text_columns if column in folded)
    if configured:
        return Columns(configured)
    if facing_columns(names, ("fr", "en")):
        reason = "It holds texts in two languages side by side. Import it as bitext: `enregard import`."
        raise InputError(BITEXT, reason)
    if guessed := _guess(names, sample):
        return Columns(guessed, guessed=True)
    spelt = ", ".join(config.text_columns)
    raise InputError("E111", f"It has no column of texts. Give one a name out of {spelt}, or set read.text_columns.")


def facing_columns(names: Iterable[str], languages: tuple[str, str]) -> list[tuple[str, str]]:
    """Pairs of columns that hold the same in two languages: ``fr`` and ``en``, ``title_fr`` and ``title_en``.

    >>> facing_columns(["id", "English", "Français", "note_fr-CA", "note_en-US"], ("fr", "en"))
    [('Français', 'English'), ('note_fr-CA', 'note_en-US')]
    """
    stems: dict[str, dict[str, str]] = {}
    for name in names:
        stem, language = _language_of(str(name))
        if language:
            stems.setdefault(stem, {}).setdefault(language, name)
    left, right = languages
    return [(stem[left], stem[right]) for stem in stems.values() if left in stem and right in stem]


def _language_of(name: str) -> tuple[str, str]:
    """A column's name without the language that it names, and the language, or nothing."""
    pieces = [piece for piece in re.split(r"[\s_.:()-]+", name.strip().casefold()) if piece]
    for indices in ((-1,), (-2, -1), (0,), (0, 1)):  # title_fr, title_fr-CA, fr_title, fr-CA_title
        language = _spelt(pieces[indices[0]]) if len(pieces) >= len(indices) else ""
        if language and (len(indices) == 1 or len(pieces[indices[1]]) == 2):
            stem = [piece for at, piece in enumerate(pieces) if at not in {place % len(pieces) for place in indices}]
            return " ".join(stem), language
    return name, ""


def _spelt(word: str) -> str:
    return next((language for language, spellings in _LANGUAGES.items() if word in spellings), "")


def _guess(names: Sequence[str], sample: Sequence[Record]) -> tuple[str, ...]:
    """The columns whose cells read like text; the titles where nothing else does."""
    facts = {spelling for spellings in NAMES.values() for spelling in spellings}
    lengths = {name: _mean_words(_strings(record.get(name) for record in sample)) for name in names}
    texts = {name: words for name, words in lengths.items() if str(name).strip().casefold() not in facts}
    most = max(texts.values(), default=0.0)
    if most >= FEWEST_WORDS:
        return tuple(name for name, words in texts.items() if words >= max(FEWEST_WORDS, BESIDE * most))
    longest = max(lengths, key=lambda name: lengths[name], default="")
    return (longest,) if lengths.get(longest, 0.0) >= HEADLINE_WORDS and len(sample) > 1 else ()


def _strings(cells: Iterable[object]) -> list[str]:
    return [text for cell in cells if (text := "\n".join(_texts(cell)).strip())]


def _mean_words(cells: Sequence[str]) -> float:
    """Words a filled cell, on average; none where the cells are addresses, or always the same."""
    if not cells or sum(bool(_ADDRESS.match(cell)) for cell in cells) * 2 > len(cells):
        return 0.0
    if len(cells) > 3 and len(set(cells)) * 10 < len(cells):
        return 0.0
    return sum(len(_WORD.findall(cell)) for cell in cells) / len(cells)


def document(record: Record, columns: Columns) -> Extract | InputError:
    """One row as a document, with its other columns as facts."""
    filled = [texts for name in columns.names if (texts := _texts(record.get(name)))]
    if not filled and not columns.guessed:
        filled = [texts for texts in (_texts(record),) if texts]  # under another name that texts have
    if not filled:
        if not any(name in record for name in columns.names):
            return InputError("E111", f"It has no {' or '.join(map(str, columns.names))}. Fill it in, or remove it.")
        return InputError("E101", "The row has no text. Remove it, or fill it in.")
    cells = filled if columns.guessed else filled[:1]
    text, marks = marked(_passages([text for texts in cells for text in texts]))
    language = str(named(record, "language") or "")
    return Extract(
        text,
        wrapped=not marks,
        facts=named_facts({name: value for name, value in record.items() if name not in columns.names}),
        languages=(language,) if _CODE.fullmatch(language) else (),
        findings=(("W122", ", ".join(map(str, columns.names))),) if columns.guessed else (),
        marks=marks,
    )


def _texts(value: object) -> list[str]:
    """The paragraphs of a cell: a text, a list of texts, or of records with a text each."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, Mapping):
        names = ("text", "texte", "content", "contenu", "body", "value", "data", "children", "paragraphs", "blocks")
        return next((texts for name in names if (texts := _texts(value.get(name)))), [])
    return []


def _passages(texts: Sequence[str]) -> list[Passage]:
    """Paragraphs as they are, or as the page that they are written as."""
    passages: list[Passage] = []
    for text in texts:
        passages += [("", None)] if passages else []
        passages += fragment(text) if _TAGGED.search(text) else [(text, None)]
    return passages
