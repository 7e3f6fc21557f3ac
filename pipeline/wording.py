"""The texts of the review and the report in one language, and how it writes numbers, dates and the names of languages.

The texts are gettext catalogues, ``locale/en.po`` and one for each further language; what a catalogue lacks is said in
English. Numbers, dates and names of languages come from CLDR, through Babel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_datetime
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from pipeline.corpus.codes import CODES
from pipeline.corpus.meanings import MEANINGS
from pipeline.language.cldr import language_name
from pipeline.records import UNKNOWN

CATALOGUES = Path(__file__).with_name("locale")
ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(file.stem for file in CATALOGUES.glob("*.po") if file.stem != ENGLISH))


@cache
def read_catalogue(language: str) -> Mapping[str, str]:
    """Key to text in one language. Raises OSError where there is no catalogue of it."""
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts in one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with ``values`` put in. Raises KeyError for a key that is none."""
        local, english = read_catalogue(self.language), read_catalogue(ENGLISH)
        return (local[key] if key in local else english[key]).format(**values)

    def __contains__(self, key: str) -> bool:
        return key in read_catalogue(ENGLISH)

    @property
    def colon(self) -> str:
        """A colon as the language sets it: in French after a space that does not break.

        >>> Wording("en").colon, Wording("fr").colon
        (':', '\xa0:')
        """
        return self("colon")

    def number(self, value: int) -> str:
        """A whole number.

        >>> Wording("en").number(1024)
        '1,024'
        """
        return format_decimal(value, locale=self.language)

    def decimal(self, value: float) -> str:
        """A number with two digits after the point.

        >>> Wording("fr").decimal(0.5)
        '0,50'
        """
        return format_decimal(value, "0.00", locale=self.language)

    def percent(self, count: int, whole: int) -> str:
        """A part of a whole, rounded down, so that nothing is finished before its end; of nothing, a dash.

        >>> Wording("en").percent(999, 1000)
        '99%'
        """
        return format_percent(100 * count // whole / 100, locale=self.language) if whole else "–"

    def moment(self, value: datetime) -> str:
        """A moment, in UTC."""
        when = value.astimezone(UTC) if value.tzinfo else value
        return format_datetime(when, self("moment"), locale=self.language)

    def named(self, code: str | None) -> str:
        """The name of a language, or its code.

        >>> Wording("fr").named("pl")
        'polonais'
        """
        if code is None or code == UNKNOWN:
            return self("undetermined")
        return language_name(code, self.language)

    def listed(self, codes: Sequence[str]) -> str:
        """The names of languages, one after the other.

        >>> Wording("fr").listed(["fr", "en", "de"])
        'français, anglais et allemand'
        """
        return format_list([self.named(code) for code in codes], locale=self.language)

    def finding(self, code: str) -> str:
        """What a finding means."""
        return read_catalogue(self.language).get(f"finding:{code}", CODES.get(code, ""))

    def measure(self, name: str) -> str:
        """What a measure behind a score means."""
        return read_catalogue(self.language).get(f"measure:{name}", MEANINGS.get(name, ""))
