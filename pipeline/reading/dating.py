"""Dates and outlets of files that say nothing of themselves: from the file's name, or a line below the headline."""

import re
from functools import cache
from typing import NamedTuple

from pipeline.language.cldr import weekdays
from pipeline.language.knowledge import KNOWN, either, words_of_all
from pipeline.reading.extract import iso_date

HEAD = 10  # lines of a text where its date may stand
LONGEST = 100  # characters of such a line

_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_DAY = r"\d{1,2}[a-zè]{0,3} [^\W\d]{3,9}\.? \d{4}|[^\W\d]{3,9}\.? \d{1,2}, \d{4}|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4}"


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
        match = _line_pattern().fullmatch(line) if len(line) <= LONGEST else None
        if match and (date := iso_date(match["date"])):
            return Dating(date, match["outlet"], "text")
    return Dating()


@cache
def _line_pattern() -> re.Pattern[str]:
    """A line that is a date, with the day of the week, the hour, and the name of an outlet before it, or without."""
    leads, hour, articles = (
        either(words_of_all("datelines", name)) for name in ("leads", "before_hour", "outlet_articles")
    )
    days = either(day for language in KNOWN for day in weekdays(language))
    return re.compile(
        rf"(?:(?P<outlet>(?:{articles})[^\W\d_][\w'’ .&-]{{1,40}}?)\s*(?:,|\||–|—|-)\s*)?"
        rf"(?:(?:{leads})\s*:?\s*)*(?:(?:{days}),?\s+)?(?P<date>{_DAY})"
        rf"(?:[ ,]*(?:(?:{hour}) ?)?\d{{1,2}} ?[h:] ?\d\d)?\.?",
        re.IGNORECASE,
    )
