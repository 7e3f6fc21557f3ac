"""Everything that can go wrong, as one tree.

::

    EnregardError
    ├── UsageError            the call was wrong (exit status 2)
    │   ├── ConfigError       a setting is unknown or out of range
    │   └── NotFoundError     an id, a file or a recipe that does not exist
    ├── InputError            one input cannot be used; the run goes on (exit status 3)
    ├── EngineError           a translation engine is missing or failed
    │   └── PackageError      a translation package is absent, damaged or unsafe
    ├── Conflict              others changed what a reviewer was shown
    └── StoreError            the corpus cannot be read or written

Each message says what happened, names the file or the setting, and ends with what to do next.
"""

from datetime import datetime
from typing import NamedTuple


class ReviewAction(NamedTuple):
    """What a reviewer did to a pair: ``what`` is a verdict, ``withdrawn``, ``resegmented`` or ``undone``."""

    reviewer: str
    what: str
    correction: str | None
    comment: str | None
    when: datetime
    left_correction: str | None = None


class EnregardError(Exception):
    """Root of all errors that are meant to be read by a person."""


class UsageError(EnregardError):
    """The call was wrong."""


class ConfigError(UsageError):
    """A setting is unknown, or its value cannot be used."""


class NotFoundError(UsageError):
    """An id, a file or a recipe does not exist."""


class InputError(EnregardError):
    """One input cannot be used; the others still can.

    ``code`` is a stable finding code such as ``E101``, ``reason`` a sentence without the file's name.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class EngineError(EnregardError):
    """A translation engine is missing or failed."""


class PackageError(EngineError):
    """A translation package is absent, damaged or unsafe."""


class Conflict(EnregardError):
    """What a reviewer was shown has changed since; nothing was saved.

    ``others`` is what was done since, oldest first; ``places`` the ids of the alignments where the text stands now.
    """

    def __init__(self, message: str, others: tuple[ReviewAction, ...] = (), places: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.others = others
        self.places = places


class StoreError(EnregardError):
    """The corpus cannot be read or written."""
