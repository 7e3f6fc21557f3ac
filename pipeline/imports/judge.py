"""What the pairs of a file are worth: in which languages they are, how far they translate each other, what is wrong.

The same measures as for pairs that were found here: the score is the probability that mining gives to a pair among all
others of its file, and the findings are those of ``counterparts``. A file may have its columns the other way round in a
row or throughout; a source that was copied into its target is no translation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipeline.align.mine import MEASURES, score_pairs
from pipeline.config import Config
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.embedding.remembered import WordMemory
from pipeline.export.selection import base
from pipeline.imports.units import Bad, ImportRequest, Text, Unit
from pipeline.language import identify
from pipeline.language.counterparts import check_pair, pair_key
from pipeline.language.detect import Identifier, detect_lines
from pipeline.records import UNKNOWN, Language

SURE = 0.6  # confidence from which the language of a text speaks against what its file says
LETTERS = 8  # of a text that is no name or number alone
DOUBT = 0.5  # confidence in what the file says, where the text speaks against it


@dataclass
class Judge:
    """Looks at batch after batch of the units of one file; models are loaded when the first one comes."""

    request: ImportRequest
    config: Config = field(default_factory=Config)
    first_lines: dict[int, int] = field(default_factory=dict)  # by what stands for the texts: there may be millions

    def judge(self, units: Sequence[Unit]) -> Iterator[Unit | Bad]:
        """The units as they are to be stored, in order, or why one is none."""
        texts = [text.text for unit in units for text in (unit.left, unit.right)]
        languages = detect_lines(texts, self._identifier, self.config.detect)
        pairs = zip(units, languages[::2], languages[1::2], strict=True)
        judged = [self._placed(unit, left, right) for unit, left, right in pairs]
        scored = iter(self._scored([unit for unit in judged if isinstance(unit, Unit)]))
        return (next(scored) if isinstance(unit, Unit) else unit for unit in judged)

    @cached_property
    def _identifier(self) -> Identifier:
        return identify.load(self.config.detect)

    @cached_property
    def _embedder(self) -> Embedder:
        return WordMemory(use.load())

    def _placed(self, unit: Unit, left: Language, right: Language) -> Unit | Bad:
        """A unit with each text on the side of its language, and how sure that is; or why it is no pair."""
        codes = base(self.request.left), base(self.request.right)
        if _speaks(left, codes[1]) and _speaks(right, codes[0]):
            turned = replace(
                unit,
                left=replace(unit.right, language=unit.left.language),
                right=replace(unit.left, language=unit.right.language),
            )
            unit, left, right = replace(turned, findings=(("W707", ""),)), right, left
        if _same(unit.left.text) == _same(unit.right.text) and _letters(unit.left.text) >= LETTERS:
            return Bad(unit.line, "both sides are the same text, so it is not translated")
        sides = zip((unit.left, unit.right), (left, right), codes, ("left", "right"), strict=True)
        checked = [
            (_with_confidence(text, language, code), language, code, side) for text, language, code, side in sides
        ]
        wrong = tuple(
            ("W705", f"{side}: {language.code}") for _, language, code, side in checked if _denies(language, code)
        )
        return replace(unit, left=checked[0][0], right=checked[1][0], findings=(*unit.findings, *wrong[:1]))

    def _scored(self, units: Sequence[Unit]) -> Iterator[Unit]:
        """The units with scores, where the file says none, and findings."""
        left, right = [unit.left.text for unit in units], [unit.right.text for unit in units]
        scores, measures = score_pairs(left, right, self._embedder, self.config.mine)
        for unit, score, row in zip(units, scores.tolist(), measures.tolist(), strict=True):
            features = {name: round(value, 4) for name, value in zip(MEASURES, row, strict=True)}
            spoken = {unit.left.language or UNKNOWN, unit.right.language or UNKNOWN}
            findings = (*unit.findings, *check_pair(unit.left.text, unit.right.text, spoken), *self._repeated(unit))
            stated = round(score, 4) if unit.score is None else unit.score
            yield replace(unit, score=stated, features=features, findings=findings)

    def _repeated(self, unit: Unit) -> Iterator[tuple[str, str]]:
        key = pair_key(unit.left.text, unit.right.text)
        first = unit.line if key is None else self.first_lines.setdefault(key, unit.line)
        if first != unit.line:
            yield "W706", f"line {first}"


def _speaks(language: Language, code: str) -> bool:
    return language.code == code and language.confidence >= SURE


def _denies(language: Language, code: str) -> bool:
    return language.code not in (code, UNKNOWN) and language.confidence >= SURE


def _with_confidence(text: Text, language: Language, code: str) -> Text:
    """A text with how sure its stated language is: what nobody can tell speaks neither way."""
    if language.code == code:
        return replace(text, confidence=round(max(language.confidence, DOUBT), 4))
    return replace(text, confidence=DOUBT) if _denies(language, code) else text


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
