"""Texts to translations: each distinct text once, in batches of like length over everything that is asked for.

A text is one sentence, headline or other unit. What the model gets is the text on one line, in sentence case if it
was in capitals, in pieces if it was too long; what comes back is on one line too. Texts without a letter are kept as
they are: there is nothing to translate, and models invent something.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice
from math import ceil
from typing import NamedTuple, Protocol

from pipeline.batches import batched
from pipeline.config import TranslateConfig
from pipeline.errors import EngineError
from pipeline.language import knowledge
from pipeline.language.cldr import places
from pipeline.records import Signature, Translation
from pipeline.translation.terminology import NO_TERMS, Glossary

MARKS = ("; ", ": ", " – ", " — ", ", ", " ")  # where a long text may be cut, best first
CAPITALS = 0.9  # share of capitals among the letters of a headline in capitals


class Output(NamedTuple):
    """What an engine made of one text, with the length-normalised log-probability where it has one."""

    text: str
    score: float | None


class Engine(Protocol):
    """A translation engine. ``signature`` has the stage ``translate``."""

    @property
    def signature(self) -> Signature:
        """How the engine makes its translations."""

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """One output for each text, in order; an empty text gives an empty one. Raises EngineError."""


def translate(texts: Iterable[str], engine: Engine, config: TranslateConfig) -> Iterator[Translation]:
    """The translation of each distinct text, as batches are finished: not in the order of ``texts``.

    Reads ``config.window`` distinct texts at a time and sorts them by length, so that little is wasted on padding.
    Raises EngineError when the engine fails.
    """
    distinct, glossary = _distinct(texts), glossary_of(engine)
    limit = max(config.batch_chars, getattr(engine, "batch_chars", 0))  # an engine that is slow to start asks for more
    for window in batched(distinct, config.window):
        for batch in _batches(sorted(window, key=lambda text: (len(text), text)), limit):
            for text, output in zip(batch, _outputs(batch, engine, config), strict=True):
                signature = glossary.sign(engine.signature, prepare(text))
                yield Translation(text, config.source, config.target, output.text, output.score, signature)


def glossary_of(engine: Engine) -> Glossary:
    """The terms that an engine uses; none where it knows of no such thing."""
    glossary: Glossary = getattr(engine, "glossary", NO_TERMS)
    return glossary


def in_order(lines: Iterable[str], engine: Engine, config: TranslateConfig) -> Iterator[Translation]:
    """One translation for each line, in the order of the lines; repeated lines of a window are translated once."""
    for window in batched(lines, config.window):
        translations = {translation.source: translation for translation in translate(window, engine, config)}
        yield from (translations[line] for line in window)


def prepare(text: str) -> str:
    """The text as a model should get it: on one line, and in sentence case if it was in capitals.

    >>> prepare("LA GUERRE EN UKRAINE\\nVUE DE L'ONU")
    "La guerre en Ukraine vue de l'ONU"
    >>> prepare("La TVA baisse.")
    'La TVA baisse.'
    """
    line = " ".join(text.split())
    return sentence_case(line) if _in_capitals(line) else line


def sentence_case(line: str) -> str:
    """A French headline in capitals in sentence case; acronyms and the names of places keep their capitals.

    An acronym is a known one, or a word without a vowel; a place is a country or a town that CLDR or the tables name.

    >>> sentence_case("LE PIB DE LA CORÉE DU SUD RECULE. ET LE G20 ?")
    'Le PIB de la Corée du Sud recule. Et le G20 ?'
    """
    names = {match.start(): _place_names()[match.group()] for match in _places().finditer(line)}
    lower = re.sub(r"\w+", lambda word: _word_case(word.group()), line)
    for start, name in names.items():
        lower = lower[:start] + name + lower[start + len(name) :]
    return re.sub(r"(?:^|[.!?…]\s+)\W*\w", lambda start: start.group().upper(), lower)


def split_peoples(line: str, capital: bool = False) -> str:
    """Peoples named after a part of the sky in words that engines know; with ``capital`` that part is written large.

    >>> split_peoples("Les Sud-Coréens au nord-est."), split_peoples("une ville nord-irlandaise", capital=True)
    ('Les Coréens du sud au nord-est.', 'une ville irlandaise du Nord')
    """
    return _people().sub(lambda found: f"{found[2]} {_named(found[1].lower(), capital)}", line)


@cache
def _people() -> re.Pattern[str]:
    """A people, or what is theirs, named after a part of the sky: sud-coréenne, Nord-Irlandais, ouest-africain."""
    parts, endings = (
        knowledge.either(knowledge.words("translation", name, "fr")) for name in ("compass", "people_endings")
    )
    return re.compile(rf"\b({parts})-([^\W\d_]{{2,}}(?:{endings})(?:ne|e)?s?)(?![-\w])", re.IGNORECASE)


def _named(part: str, capital: bool) -> str:
    return ("de l'" if part[0] in "eo" else "du ") + (part.capitalize() if capital else part)


def pieces(text: str, limit: int) -> list[str]:
    """The text cut into pieces of at most ``limit`` characters and about equal length, at the best marks there are.

    >>> pieces("Il pleut ; elle lit, et lui dort.", 20)
    ['Il pleut ;', 'elle lit,', 'et lui dort.']
    """
    cut, start = [], 0
    while len(text) - start > limit:
        end = start + _cut(text[start : start + limit + 1], len(text) - start, limit)
        cut.append(text[start:end].strip())
        start = end
    return [*cut, text[start:].strip()]


def _distinct(texts: Iterable[str]) -> Iterator[str]:
    earlier: set[str] = set()
    for text in texts:
        if text not in earlier:
            earlier.add(text)
            yield text


def _batches(texts: Sequence[str], limit: int) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > limit:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text) + 1
    if batch:
        yield batch


def _outputs(batch: Sequence[str], engine: Engine, config: TranslateConfig) -> list[Output]:
    cut = [pieces(prepare(text), config.max_chars) if _has_letter(text) else [] for text in batch]
    pieces_of_all = list(chain.from_iterable(cut))
    translated = engine.translate(pieces_of_all) if pieces_of_all else []
    if len(translated) != len(pieces_of_all):
        counts = f"{len(translated)} translations for {len(pieces_of_all)} texts"
        raise EngineError(f"{engine.signature}: gave {counts}. Report this.")
    outputs = iter(translated)
    return [
        _join(list(islice(outputs, len(cut_pieces)))) if cut_pieces else Output(" ".join(text.split()), None)
        for text, cut_pieces in zip(batch, cut, strict=True)
    ]


def _join(outputs: Sequence[Output]) -> Output:
    """The pieces of one text as one output; the score is the mean over the pieces, weighted by their lengths."""
    text = " ".join(" ".join(output.text for output in outputs).split())
    scored = [(output.score, len(output.text) + 1) for output in outputs if output.score is not None]
    if len(scored) < len(outputs):
        return Output(text, None)
    return Output(text, sum(score * weight for score, weight in scored) / sum(weight for _, weight in scored))


def _cut(head: str, remaining: int, limit: int) -> int:
    """Where to cut ``head``, the start of ``remaining`` characters: after the best mark near the ideal place."""
    ideal = remaining / ceil(remaining / limit)
    for mark in MARKS:
        ends = [match.end() for match in re.finditer(re.escape(mark), head) if match.end() >= ideal / 2]
        if ends:
            return min(ends, key=lambda end: abs(end - ideal))
    return limit


def _has_letter(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _in_capitals(line: str) -> bool:
    cased = [letter for letter in line if letter.lower() != letter.upper()]
    words = re.findall(r"[^\W\d_]{2,}", line)
    return len(words) >= 2 and sum(letter.isupper() for letter in cased) >= CAPITALS * len(cased)


def _word_case(word: str) -> str:
    if len(word) == 1:
        return word.lower()
    acronym = word in knowledge.words("translation", "acronyms", "fr")
    if acronym or re.fullmatch("[B-DF-HJ-NP-TV-XZ]+", word) or any(map(str.isdigit, word)):
        return word
    return word.lower()


@cache
def _place_names() -> Mapping[str, str]:
    """Names of places in capitals to the names as French writes them."""
    towns = {town.upper(): town for town in knowledge.words("translation", "towns", "fr")}
    return {name: written for name, written in {**places("fr"), **towns}.items() if len(name) == len(written)}


@cache
def _places() -> re.Pattern[str]:
    longest_first = sorted(_place_names(), key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")
