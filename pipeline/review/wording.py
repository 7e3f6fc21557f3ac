"""The texts of the review pages in one language, and how it writes numbers, dates and the names of languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.corpus.codes import CODES
from pipeline.corpus.meanings import MEANINGS
from pipeline.review.french import CODES_IN_FRENCH, MEASURES_IN_FRENCH
from pipeline.review.texts import TEXTS

LANGUAGES = ("en", "fr")
NARROW = "\u202f"  # the space that French sets before a percent sign and within a number

_LANGUAGES: Mapping[str, tuple[str, str]] = {
    "fr": ("French", "français"),
    "en": ("English", "anglais"),
    "de": ("German", "allemand"),
    "es": ("Spanish", "espagnol"),
    "it": ("Italian", "italien"),
    "ru": ("Russian", "russe"),
    "ar": ("Arabic", "arabe"),
    "und": ("undetermined", "indéterminée"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The texts in one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with ``values`` put in. Raises KeyError for a key that is none."""
        return TEXTS[key][self._place].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in TEXTS

    @property
    def colon(self) -> str:
        """A colon as the language sets it: in French after a space that does not break.

        >>> Words("en").colon, Words("fr").colon
        (':', '\xa0:')
        """
        return "\u00a0:" if self._place else ":"

    def number(self, value: int) -> str:
        """A whole number.

        >>> Words("en").number(1024)
        '1,024'
        """
        return f"{value:,}".replace(",", NARROW) if self._place else f"{value:,}"

    def decimal(self, value: float) -> str:
        """A number with two digits after the point.

        >>> Words("fr").decimal(0.5)
        '0,50'
        """
        return f"{value:.2f}".replace(".", ",") if self._place else f"{value:.2f}"

    def percent(self, part: int, whole: int) -> str:
        """A part of a whole, rounded down, so that nothing is finished before its end.

        >>> Words("en").percent(999, 1000)
        '99%'
        """
        share = 100 * part // whole if whole else 100
        return f"{share}{NARROW}%" if self._place else f"{share}%"

    def moment(self, value: datetime) -> str:
        """A moment, in UTC."""
        when = value.astimezone(UTC) if value.tzinfo else value
        return f"{when:%d/%m/%Y %H:%M} UTC" if self._place else f"{when:%Y-%m-%d %H:%M} UTC"

    def named(self, code: str | None) -> str:
        """The name of a language, or its code."""
        return _LANGUAGES.get(code or "und", (code or "", code or ""))[self._place]

    def finding(self, code: str) -> str:
        """What a finding means."""
        return CODES_IN_FRENCH.get(code, CODES.get(code, "")) if self._place else CODES.get(code, "")

    def measure(self, name: str) -> str:
        """What a measure behind a score means."""
        return MEASURES_IN_FRENCH.get(name, MEANINGS.get(name, "")) if self._place else MEANINGS.get(name, "")

    @property
    def _place(self) -> int:
        return LANGUAGES.index(self.language)
