"""What is asked of texts beside words: that their accents are those of a form, and that they match regular expressions.

The package ``regex`` is used instead of ``re`` because it can be told to give up: a pattern such as ``(a|aa)+$`` takes
longer than anybody waits on some texts.
"""

import re
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.search.marks import CLOSE, OPEN, pieces, plain
from pipeline.search.terms import Expression

if TYPE_CHECKING:
    import regex

SECONDS = 0.5  # that a pattern may take on a text
WHOLE = 30.0  # seconds that all of a search may take
_WORD = re.compile(r"[^\W_]+")


class TextSieve:
    """Asks of a text what an expression asks beside ``match``. One search, one sieve: it remembers a failure."""

    def __init__(self, expression: Expression) -> None:
        """Raises UsageError for a pattern that is no regular expression."""
        self._forms = expression.forms
        self._unmarks = expression.is_inflected
        self._patterns = [_compiled(pattern) for pattern in expression.patterns]
        self._slow: str | None = None
        self._deadline = time.monotonic() + WHOLE

    def holds(self, text: str) -> bool:
        """Whether the text has a form of each word, and matches each pattern."""
        if self._slow is not None:
            return False
        return self._has_forms(text) and all(self._matches(pattern, text) for pattern in self._patterns)

    def mark(self, marked: str) -> str:
        """The text with what patterns match marked as well, and without marks on words that differ by accents."""
        spans = sorted((*self._marked_words(marked), *self._matched(plain(marked))))
        return "".join(_marked(plain(marked), spans))

    def check(self) -> None:
        """Raise UsageError where a pattern took too long on a text."""
        if self._slow is not None:
            raise UsageError(
                f"/{self._slow}/ takes too long: over {SECONDS} s on one text, or {WHOLE:.0f} s on all. Put a word "
                "beside it, search fewer documents, and repeat nothing that can be repeated in several ways, "
                "as in (a|aa)+."
            )

    def _has_forms(self, text: str) -> bool:
        return not self._forms or all(form.is_among(_WORD.findall(text)) for form in self._forms)

    def _matches(self, pattern: "regex.Pattern[str]", text: str) -> bool:
        try:
            return pattern.search(text, timeout=self._patience()) is not None
        except TimeoutError:
            self._slow = pattern.pattern
            return False

    def _patience(self) -> float:
        """Seconds for the next text. Raises TimeoutError where all are spent."""
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return min(SECONDS, remaining)

    def _matched(self, text: str) -> Iterator[tuple[int, int]]:
        for pattern in self._patterns:
            try:
                yield from (match.span() for match in pattern.finditer(text, timeout=self._patience()) if match.group())
            except TimeoutError:
                self._slow = pattern.pattern

    def _marked_words(self, marked: str) -> Iterator[tuple[int, int]]:
        start = 0
        for stretch, is_marked in pieces(marked):
            words = _WORD.findall(stretch) if is_marked and self._unmarks else []
            if is_marked and (not words or any(form.is_among(words) for form in self._forms)):
                yield start, start + len(stretch)
            start += len(stretch)


def _compiled(pattern: str) -> "regex.Pattern[str]":
    import regex

    try:
        return regex.compile(pattern, regex.IGNORECASE)
    except regex.error as error:
        place = "" if error.pos is None else f"\n  /{pattern}/\n  {' ' * (error.pos + 1)}^"
        raise UsageError(f"the regular expression cannot be read, {error.msg}:{place}") from error


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The text with marks around ``spans``, which are in order; those that overlap become one."""
    end = 0
    for start, stop in _merged(spans):
        yield from (text[end:start], OPEN, text[start:stop], CLOSE)
        end = stop
    yield text[end:]


def _merged(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start = stop = -1
    for first, last in spans:
        if first < stop:
            stop = max(stop, last)
            continue
        if stop > start:
            yield start, stop
        start, stop = first, last
    if stop > start:
        yield start, stop
