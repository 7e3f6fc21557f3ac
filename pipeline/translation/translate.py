"""Texts to translations: each distinct text once, in batches of like length over everything that is asked for.

A text is one sentence, headline or other unit. What the model gets is the text on one line, in sentence case if it
was in capitals, in pieces if it was too long; what comes back is on one line too. Texts without a letter are kept as
they are: there is nothing to translate, and models invent something.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from math import ceil
from typing import NamedTuple, Protocol

from pipeline.config import TranslateConfig
from pipeline.errors import EngineError
from pipeline.records import Signature, Translation

MARKS = ("; ", ": ", " – ", " — ", ", ", " ")  # where a long text may be cut, best first
CAPITALS = 0.9  # share of capitals among the letters of a headline in capitals
ACRONYMS = """
 ADN AFP AIE BBC BCE BRICS CEE CIA CNN CO2 COP CPI CSU DCA EEE FAO FBI FIFA FMI FSB G7 G8 G20 GES GIEC HCR INSEE IRA
 KCNA KGB NASA NATO OCDE OCS OIT OMC OMS ONG ONU OPEP OSCE OTAN OVNI PAC PDG PIB PME PNB RATP RDA RDC RFA RPDC SARL
 SIDA SMIC SNCF TGV TVA UE UEFA UNESCO UNICEF URSS USA VIH """
NAMES = """
 AFGHANISTAN AFRIQUE ALGÉRIE ALLEMAGNE AMÉRIQUE ANGLETERRE ASIE AUTRICHE BELGIQUE BERLIN BIDEN BRÉSIL BRUXELLES CANADA
 CHINE CORÉE ÉGYPTE ESPAGNE ÉTATS EUROPE FRANCE GAZA GENÈVE GRÈCE INDE IRAK IRAN ISRAËL ITALIE JAPON JONG KIEV KIM KYIV
 LIBAN LIBYE LONDRES MACRON MADRID MALI MAROC MEXIQUE MOSCOU PARIS PÉKIN POLOGNE PORTUGAL POUTINE PYONGYANG QUÉBEC ROME
 RUSSIE SÉOUL SUISSE SYRIE TAÏWAN TOKYO TRUMP TUNISIE TURQUIE UKRAINE UNIS WASHINGTON ZELENSKY """


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
    distinct = _distinct(texts)
    limit = max(config.batch_chars, getattr(engine, "batch_chars", 0))  # an engine that is slow to start asks for more
    while window := list(islice(distinct, config.window)):
        for batch in _batches(sorted(window, key=lambda text: (len(text), text)), limit):
            for text, output in zip(batch, _outputs(batch, engine, config), strict=True):
                yield Translation(text, config.source, config.target, output.text, output.score, engine.signature)


def in_order(lines: Iterable[str], engine: Engine, config: TranslateConfig) -> Iterator[Translation]:
    """One translation for each line, in the order of the lines; repeated lines of a window are translated once."""
    remaining = iter(lines)
    while window := list(islice(remaining, config.window)):
        made = {one.source: one for one in translate(window, engine, config)}
        yield from (made[line] for line in window)


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
    """A headline in capitals in sentence case; acronyms, words without a vowel and well-known names keep theirs.

    >>> sentence_case("LE PIB DE LA FRANCE RECULE. ET LE G20 ?")
    'Le PIB de la France recule. Et le G20 ?'
    """
    lower = re.sub(r"\w+", lambda word: _word_case(word.group()), line)
    return re.sub(r"(?:^|[.!?…]\s+)\W*\w", lambda start: start.group().upper(), lower)


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
    seen: set[str] = set()
    for text in texts:
        if text not in seen:
            seen.add(text)
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
    wanted = list(chain.from_iterable(cut))
    made = engine.translate(wanted) if wanted else []
    if len(made) != len(wanted):
        raise EngineError(f"{engine.signature}: gave {len(made)} translations for {len(wanted)} texts. Report this.")
    outputs = iter(made)
    return [
        _join(list(islice(outputs, len(parts)))) if parts else Output(" ".join(text.split()), None)
        for text, parts in zip(batch, cut, strict=True)
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
        ends = [found.end() for found in re.finditer(re.escape(mark), head) if found.end() >= ideal / 2]
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
    if _among(word, ACRONYMS) or re.fullmatch("[B-DF-HJ-NP-TV-XZ]+", word) or any(map(str.isdigit, word)):
        return word
    return word.capitalize() if _among(word, NAMES) else word.lower()


def _among(word: str, words: str) -> bool:
    return re.search(rf"\s{word}\s", words) is not None
