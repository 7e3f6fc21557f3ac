"""Dates and outlets of files that say nothing of themselves: from the file's name, or a line below the headline."""

import re
from typing import NamedTuple

from pipeline.reading.extract import iso_date

HEAD = 10  # lines of a text where its date may stand
LONGEST = 100  # characters of such a line

_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_DAY = r"\d{1,2}(?:er)? [^\W\d]{3,9}\.? \d{4}|[^\W\d]{3,9}\.? \d{1,2}, \d{4}|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4}"
_LEADS = r"(?:publi[ée]e?|mis en ligne|paru|published|posted|updated|mis à jour|date|the|on|le|du)"
_WEEKDAYS = r"(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_LINE = re.compile(
    rf"(?:(?P<outlet>(?:(?:Les?|La|The) |L['’])[^\W\d_][\w'’ .&-]{{1,40}}?)\s*(?:,|\||–|—|-)\s*)?"
    rf"(?:{_LEADS}\s*:?\s*)*(?:(?:{_WEEKDAYS}),?\s+)?(?P<date>{_DAY})(?:[ ,à]*(?:at |à )?\d{{1,2}} ?[h:] ?\d\d)?\.?",
    re.IGNORECASE,
)


class Dating(NamedTuple):
    """A date in ISO 8601 and an outlet, each None where nothing says it, and where they stand: ``name`` or ``text``."""

    date: str | None = None
    outlet: str | None = None
    place: str = ""


def dating(name: str, text: str) -> Dating:
    """What the name of a file says of its date, else what a line at the head of its text does.

    >>> dating("gazette_2024-05-03_bac.txt", ""), dating("a.txt", "Le bac\\nLa Gazette, 3 mai 2024\\nIl part.")
    (Dating(date='2024-05-03', outlet=None, place='name'), Dating(date='2024-05-03', outlet='La Gazette', place='text'))
    """
    line = _dateline(text)
    match = _IN_NAME.search(name.rpartition("/")[2])
    date = iso_date("-".join(match.group(1, 3, 4))) if match else None
    return Dating(date, line.outlet if line.date == date else None, "name") if date else line


def _dateline(text: str) -> Dating:
    """The first line at the head of a text that is a date, after the name of an outlet or not."""
    for line in [line.strip() for line in text[: HEAD * 1_000].split("\n") if line.strip()][:HEAD]:
        match = _LINE.fullmatch(line) if len(line) <= LONGEST else None
        if match and (date := iso_date(match["date"])):
            return Dating(date, match["outlet"], "text")
    return Dating()
