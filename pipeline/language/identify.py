"""Language identification: function words, py3langid on what is no name, langdetect's profiles where that is in doubt.

Both are naive Bayes models over pieces of words. langdetect draws pieces at random until it is sure, so that its answer
depends on a seed and on the order in which a folder lists its profiles; here its profiles are used with *all* pieces of
the text instead of random ones, which is exact, the same on every machine, ten times faster, and more often right.

The two log-likelihoods are divided by the square root of their number of pieces (neighbouring pieces are not
independent: py3langid's own calibration) and weighed by a logistic regression on fragments of 1 to 15 words, so that
their differences are log-odds. Names are not shown to the models, and each function word that one of the corpus's
languages has and another lacks adds to the odds between the two: among French names ``met`` and ``the`` are English.
py3langid alone knows some 60 languages (Haitian Creole, Latin, Breton, Basque ...): such a one is believed only far
ahead of all others, and a text unlike any language, with hardly a function word in it, is ``und``.
"""

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from pipeline import weights
from pipeline.config import DetectConfig
from pipeline.errors import ConfigError
from pipeline.language.cldr import months
from pipeline.language.function_words import CommonWords, vocabulary
from pipeline.language.knowledge import either, words
from pipeline.records import UNKNOWN

MEMORY = 16_384  # texts remembered, a kilobyte each
BATCH = 64  # texts looked up together
SAMPLE = 2_000  # characters looked at: more never changes the answer
SMOOTHING = 1e-5  # added to langdetect's frequencies
WEIGHT, SECOND_WEIGHT = weights.ordered(  # of the two models' log-likelihoods: logistic regression
    weights.load("language/identification.toml")["weights"], ("py3langid", "langdetect")
)
DOUBT = 5.5  # log-odds: above this the profiles change no answer (from 2.5 on), and no span (from 5.2 on)
RIVALS = 6  # languages outside the corpus that are kept for each text
FOREIGN_LETTERS = 15  # a third language needs as many letters, or a script of its own,
FOREIGN_ODDS = 4.0  # and this lead over the corpus's languages
NAMES_WEIGHT = 0.5  # of what the letters say where only names are left to read
WORD_ODDS = 2.5  # log-odds of a function word: from 2 to 3 the development data gives the same answers
STRANGER_WORDS = 4  # a language that one model alone knows needs as many words that are no names,
STRANGER_ODDS = 4.5  # this lead over the corpus's languages (French and English sentences come to 4.0 at most)
STRANGER_LEAD = 1.5  # and this one over a widespread language
UNLIKE_WORDS = 6  # a text in no known language is told from as many words on,
UNLIKE_ODDS = 1.0  # by this lead, where it has function words at all,
UNLIKE_SHARE = 0.25  # and by fewer of them: a sentence of either language has a third to a half
LATIN_END = 0x250
WIDESPREAD = frozenset({"ar", "de", "es", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh"})
WIDESPREAD_ODDS = 1.0  # by this much they are preferred among near equals such as ru and mk

# A place and a date have few letters, but months are words of one language, and the order is its own.
DATE_LETTERS = 25  # so many letters at most: in a longer text its own words decide
DATE_ODDS = 6.0

_NAMES = {"zh-cn": "zh", "zh-tw": "zh"}
_SAME = {"nn": "no", "bs": "hr", "sr": "sr", "wuu": "zh", "yue": "zh", "uzs": "uz"}


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """What the letters and words of one text say, whatever stands around it.

    ``logs`` maps languages to log-likelihoods, calibrated so that differences are log-odds: always the corpus's
    languages, and the few others that explain the text best. ``foreign`` is another language that the text is clearly
    in, ``und`` where it is clearly in none that is known, or empty. ``method`` names the models that were asked.
    """

    logs: Mapping[str, float]
    foreign: str
    method: str


class CombinedIdentifier:
    """Likelihoods from two models, remembered (bounded, least recently used first out)."""

    name = "py3langid+langdetect"

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self.version = f"{version('py3langid')}+{version('langdetect')}"
        self._known: OrderedDict[str, Likelihoods | None] = OrderedDict()

    @cached_property
    def _first(self) -> "_Langid":
        model = _langid()
        unknown = [code for code in self.languages if code not in model.index]
        if unknown or not self.languages:
            raise ConfigError(f"[detect] languages: {unknown} cannot be identified. Use ISO 639-1 codes such as 'fr'.")
        return model

    def evidence(self, texts: Sequence[str]) -> list[Likelihoods | None]:
        """One for each text, in order: None for a text without letters.

        The first call loads the models (a second, 60 MB). Raises ConfigError for a language that no model knows.
        """
        keys = [text[:SAMPLE] for text in texts]
        new = [key for key in dict.fromkeys(keys) if key and key not in self._known]
        fresh: dict[str, Likelihoods | None] = {"": None}
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            readings = [vocabulary(key) for key in batch]
            handicaps = [self._handicaps(reading) for reading in readings]
            first = self._first.scores([reading.common.lower() for reading in readings], self.languages, handicaps)
            fresh |= {
                key: self._judged(key, reading, scores)
                for key, reading, scores in zip(batch, readings, first, strict=True)
            }
        return [self._remembered(key, fresh) for key in keys]

    def _remembered(self, key: str, fresh: dict[str, Likelihoods | None]) -> Likelihoods | None:
        if key in fresh:
            self._known[key] = fresh[key]
        self._known.move_to_end(key)
        evidence = self._known[key]
        if len(self._known) > MEMORY:
            dropped, forgotten = self._known.popitem(last=False)
            fresh.setdefault(dropped, forgotten)
        return evidence

    def _judged(self, written: str, reading: CommonWords, first: dict[str, float]) -> Likelihoods | None:
        if len(first) == len(self.languages) > 1:
            return Likelihoods(self._with_words(first, reading), "", "py3langid")
        second = _langdetect().scores(reading.common.lower(), tuple(first) or self.languages)
        if not first and not second:
            return None
        dated = _dated(written)
        both = {
            code: round(first.get(code, 0.0) + second.get(code, 0.0) + DATE_ODDS * (code == dated), 6)
            for code in first or second
        }
        foreign = _stranger(first, reading, self.languages) or self._foreign((both, first, second), written, reading)
        foreign = foreign or _unlike_any(first, reading, self.languages)
        if foreign:
            best = max(both.values())
            return Likelihoods({**both, foreign: max(both.get(foreign, best), best + FOREIGN_ODDS)}, foreign, self.name)
        return Likelihoods(self._with_words(both, reading), "", self.name)

    def _with_words(self, logs: Mapping[str, float], reading: CommonWords) -> dict[str, float]:
        """``logs``, which count half where names alone speak, less the handicaps of the corpus's languages."""
        handicaps = self._handicaps(reading)
        best, weight = max(logs.values()), NAMES_WEIGHT if reading.names else 1.0
        return {code: round(best + weight * (log - best) - handicaps.get(code, 0.0), 6) for code, log in logs.items()}

    def _handicaps(self, reading: CommonWords) -> dict[str, float]:
        """By how much each of the corpus's languages is less likely, because another has more function words here."""
        counts = {code: reading.counts[code] for code in self.languages if code in reading.counts}
        most = max(counts.values(), default=0)
        return {code: WORD_ODDS * (most - count) for code, count in counts.items()}

    def _foreign(self, opinions: tuple[dict[str, float], ...], text: str, reading: CommonWords) -> str:
        """The language outside the corpus that the models put first, together and each by itself, on enough letters."""
        both = opinions[0]
        best = max(both, key=lambda code: (both[code] + WIDESPREAD_ODDS * (code in WIDESPREAD), code))
        if best in self.languages:
            return ""
        together, *single = (_lead(logs, best, self.languages) for logs in opinions if logs)
        count = sum(map(str.isalpha, text))
        own_script = not any(char.isalpha() and ord(char) < LATIN_END for char in text)
        enough = count >= FOREIGN_LETTERS or (own_script and count >= 2)
        agreed = enough and together >= FOREIGN_ODDS and all(lead > 0 for lead in single)
        spoken = not reading.names or text.isupper() or count >= 2 * FOREIGN_LETTERS  # a Czech name makes no Czech
        return best if agreed and (own_script or spoken) else ""


def _stranger(first: Mapping[str, float], reading: CommonWords, languages: Sequence[str]) -> str:
    """The language that only py3langid knows and puts far before all others, where words bear it out."""
    best = max(first, key=lambda code: first[code], default="")
    if not best or reading.names or reading.size < STRANGER_WORDS or _langdetect().knows(best):
        return ""
    needed = {code: STRANGER_LEAD if code in WIDESPREAD else 0.0 for code in first if _langdetect().knows(code)}
    needed |= dict.fromkeys(languages, STRANGER_ODDS)
    return best if all(first[best] - first[code] >= lead for code, lead in needed.items()) else ""


def _unlike_any(first: Mapping[str, float], reading: CommonWords, languages: Sequence[str]) -> str:
    """``und`` for a text that py3langid puts in no language of the corpus and that has hardly a function word."""
    best = max(first, key=lambda code: first[code], default="")
    if not best or best in languages or reading.names or reading.size < UNLIKE_WORDS:
        return ""
    share = sum(reading.counts.values()) / reading.size
    lead = _lead(first, best, languages)
    return UNKNOWN if lead >= (UNLIKE_ODDS if share else 0.0) and share < UNLIKE_SHARE else ""


def _dated(text: str) -> str:
    """The language of the date in a line that is little else, or empty."""
    if sum(map(str.isalpha, text)) > DATE_LETTERS:
        return ""
    return next((code for code, date in _dates().items() if date.search(text)), "")


@lru_cache(maxsize=1)
def _dates() -> Mapping[str, re.Pattern[str]]:
    """A date as each language writes it: *June 2, 2020*, *2 juin 2020*."""
    english, french = (either(months(code)) for code in ("en", "fr"))
    ordinals = {code: either(words("numbers", "ordinal_endings", code)) for code in ("en", "fr")}
    return {
        "en": re.compile(rf"\b(?:{english}) \d{{1,2}}(?:{ordinals['en']})?,? \d{{4}}\b", re.IGNORECASE),
        "fr": re.compile(rf"\b\d{{1,2}}(?:{ordinals['fr']})? (?:{french}) \d{{4}}\b", re.IGNORECASE),
    }


def _lead(logs: Mapping[str, float], code: str, over: Sequence[str]) -> float:
    return logs[code] - max(logs[rival] for rival in over)


class _Langid:
    """py3langid's model, read exactly: sums in double precision, so that no machine rounds them differently."""

    def __init__(self) -> None:
        import numpy as np
        from py3langid.langid import MODEL_FILE, LanguageIdentifier, visit_counts

        model = LanguageIdentifier.from_model_file(MODEL_FILE)
        self._visits: Callable[..., Any] = visit_counts
        self._machine = (model.tk_nextmove, [row << 8 for row in model.tk_row], model.tk_output)
        # Half the memory; each value is one of 16 bits.
        self._table, self._prior = model.nb_ptc.astype(np.float32), model.nb_pc.astype(np.float64)
        self._codes: list[str] = list(model.nb_classes)
        self.index = {code: i for i, code in enumerate(self._codes)}

    def scores(
        self, texts: Sequence[str], languages: Sequence[str], handicaps: Sequence[Mapping[str, float]] = ()
    ) -> list[dict[str, float]]:
        """For each text the calibrated log-likelihoods of ``languages``; empty for a text without any feature.

        Unless one of them is first of all languages and, with the ``handicaps`` of the others in this text, ``DOUBT``
        ahead of the next of them, the likeliest others too.
        """
        import numpy as np

        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        visits = [self._visits(*self._machine, bytes_) or {} for bytes_ in encoded]
        logs: list[dict[str, float]] = [{} for _ in texts]
        visited = [i for i, features_of in enumerate(visits) if features_of]
        if not visited:
            return logs
        features = np.fromiter(chain.from_iterable(visits[i] for i in visited), dtype=np.intp)
        counts = np.fromiter(chain.from_iterable(visits[i].values() for i in visited), dtype=np.float64)
        rows = self._table.take(features, axis=0).astype(np.float64)
        rows *= np.log1p(counts)[:, None]
        starts = np.cumsum([0, *(len(visits[i]) for i in visited[:-1])])
        scale = np.array([WEIGHT / math.sqrt(len(encoded[i])) for i in visited])
        scores = np.round((np.add.reduceat(rows, starts, axis=0) + self._prior) * scale[:, None], 6)
        for i, row, best in zip(visited, scores, scores.max(axis=1).tolist(), strict=True):
            logs[i] = self._likeliest(row, best, languages, handicaps[i] if handicaps else {})
        return logs

    def _likeliest(
        self, row: Any, best: float, languages: Sequence[str], handicaps: Mapping[str, float]
    ) -> dict[str, float]:
        logs: dict[str, float] = {code: row.item(self.index[code]) for code in languages}
        first, *others = sorted((log - handicaps.get(code, 0.0) for code, log in logs.items()), reverse=True)
        if others and first - others[0] > DOUBT and first == best:
            return logs
        for i in sorted(row.argpartition(-RIVALS)[-RIVALS:].tolist()):
            code = self._codes[i]
            logs[code] = max(row.item(i), logs.get(code, -math.inf))
        return logs


class _Langdetect:
    """langdetect's profiles: the frequency of each piece of one to three letters in each language."""

    def __init__(self) -> None:
        from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

        self._factory = DetectorFactory()
        files = sorted(Path(PROFILES_DIRECTORY).iterdir())
        self._factory.load_json_profile([path.read_text("utf-8") for path in files if path.is_file()])
        self._index = {_NAMES.get(code, code): i for i, code in enumerate(self._factory.langlist)}

    def knows(self, code: str) -> bool:
        """Whether there is a profile of the language, or of the one that it is told apart from by name only."""
        return _SAME.get(code, code) in self._index

    def scores(self, text: str, languages: Sequence[str]) -> dict[str, float]:
        """Calibrated log-likelihoods of ``languages``; empty for a text without pieces.

        A language that this model does not know is as unlikely as the least likely of the others.
        """
        detector = self._factory.create()
        detector.append(text)
        detector.cleaning_text()
        table = self._factory.word_lang_prob_map
        rows = [table[piece] for piece in detector._extract_ngrams()]
        if not rows:
            return {}
        scale = SECOND_WEIGHT / math.sqrt(len(rows) + 1)
        columns = {
            code: self._index[_SAME.get(code, code)] for code in languages if _SAME.get(code, code) in self._index
        }
        own = {
            code: scale * math.fsum(math.log(row[column] + SMOOTHING) for row in rows)
            for code, column in columns.items()
        }
        return {code: own.get(code, min(own.values(), default=0.0)) for code in languages}


def load(config: DetectConfig) -> CombinedIdentifier:
    """The identifier for the languages of ``config``. Nothing is loaded before evidence is asked for."""
    return CombinedIdentifier(config.languages)


def language_of(identifier: CombinedIdentifier) -> Callable[[str], str]:
    """A function that tells the likelier language of a text by its letters alone, ``und`` when it has none."""

    def code(text: str) -> str:
        (likelihoods,) = identifier.evidence([text])
        if likelihoods is None:
            return UNKNOWN
        return likelihoods.foreign or max(identifier.languages, key=lambda language: likelihoods.logs[language])

    return code


@lru_cache(maxsize=1)
def _langid() -> _Langid:
    return _Langid()


@lru_cache(maxsize=1)
def _langdetect() -> _Langdetect:
    return _Langdetect()
