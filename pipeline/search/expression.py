"""What a person types into a search, as an expression of SQLite's FTS5.

Words, ``"phrases"``, ``prefix*``, ``a NEAR b`` (within ten words; ``NEAR/3``: within three), ``AND``, ``OR``, ``NOT``
and brackets. Words side by side must all be there. The operators are written in capitals; *and* is a word like others.
*coeur* finds *cœur* and the reverse: the index folds accents, and leaves ligatures as they are.
The result can always be read by FTS5, so a search never ends in an error of SQL.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import NamedTuple, NoReturn

from pipeline.errors import UsageError
from pipeline.language.spelling import apart, together

WORDS = 100  # in one search
DEPTH = 30  # brackets within brackets; FTS5 itself stops at 256 levels
SPELLINGS = 64
NEAR = 10  # words between, unless it says otherwise
EXAMPLE = "enregard search 'soldats NEAR russie'"
_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<group>NEAR\([^()"]*(?:"[^"]*"[^()"]*)*\)) | (?P<phrase>"[^"]*"\*?)
    | (?P<open>\() | (?P<close>\)) | (?P<quote>") | (?P<near>NEAR(?:/\d+)?(?=[\s)]|$)) | (?P<and>AND(?=[\s()]|$))
    | (?P<or>OR(?=[\s()]|$)) | (?P<not>NOT(?=[\s()]|$)) | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
_MISSING = {
    "close": "a word is missing before this bracket",
    "quote": "this quotation mark is never closed",
    "near": "NEAR stands between two words or phrases",
    "and": "AND stands between two words",
    "or": "OR stands between two words",
    "not": "NOT needs a word before it: what is to be found without it",
}
_ONE_LINE = {number: " " for number in (*range(32), 127, 0x2028, 0x2029)}
_LETTER = re.compile(r"[^\W_]")


class Token(NamedTuple):
    """A piece of a search and where it begins."""

    kind: str
    text: str
    start: int


def compiled(words: str) -> str:
    """The FTS5 expression for ``words``.

    >>> compiled("l'armée OR troup*")
    '("l\\'armée" OR "troup"*)'
    >>> compiled("commandement NEAR armée NOT guerre")
    '(NEAR("commandement" "armée", 10) NOT "guerre")'

    Raises UsageError with the place where it stops making sense.
    """
    return _Parser(words).whole()


class _Parser:
    """Reads tokens from left to right. OR binds least, then AND, then NOT, then words side by side, then NEAR."""

    def __init__(self, words: str) -> None:
        self.words = words.encode("utf-8", "replace").decode("utf-8").translate(_ONE_LINE)
        self.tokens = [
            token for token in _tokens(self.words) if token.kind not in {"word", "phrase"} or _LETTER.search(token.text)
        ]
        self.place = 0
        self.depth = 0
        if sum(token.kind in {"word", "phrase"} for token in self.tokens) > WORDS:
            raise UsageError(f"a search has at most {WORDS} words. Leave some out, or search in several steps.")

    def whole(self) -> str:
        if not self.tokens:
            raise UsageError(f"there is no word to search for. For example: {EXAMPLE}")
        expression = self.either()
        if self.peek() is not None:
            self.fail("nothing opens this bracket")
        return expression

    def either(self) -> str:
        return self.joined("or", " OR ", self.both)

    def both(self) -> str:
        return self.joined("and", " AND ", self.without)

    def without(self) -> str:
        return self.joined("not", " NOT ", self.beside)

    def joined(self, kind: str, sign: str, operand: Callable[[], str]) -> str:
        expression = operand()
        while self.peek() == kind:
            self.place += 1
            expression = f"({expression}{sign}{operand()})"
        return expression

    def beside(self) -> str:
        operands = [self.near()]
        while self.peek() in {"word", "phrase", "group", "open", "quote"}:
            operands.append(self.near())
        return operands[0] if len(operands) == 1 else f"({' AND '.join(operands)})"

    def near(self) -> str:
        operands, distance = [self.one()], NEAR
        while self.peek() == "near":
            number = self.tokens[self.place].text.partition("/")[2]
            distance = int(number[:4]) if number else distance
            if not self.is_plain(self.place - 1) or not self.is_plain(self.place + 1):
                self.fail("NEAR stands between two words or phrases")
            self.place += 1
            operands.append(self.one())
        if len(operands) == 1:
            return _any(operands[0])
        return _near(operands, distance)

    def one(self) -> list[str]:
        """An operand in all its spellings."""
        kind = self.peek()
        if kind == "open":
            return [self.bracketed()]
        if kind not in {"word", "phrase", "group"}:
            self.fail(_MISSING.get(kind or "", "a word is missing here"))
        token = self.tokens[self.place]
        self.place += 1
        return [self.group(token)] if kind == "group" else _spellings(token.text)

    def bracketed(self) -> str:
        opened = self.place
        self.place, self.depth = self.place + 1, self.depth + 1
        if self.depth > DEPTH:
            self.fail(f"there are more than {DEPTH} brackets within brackets")
        expression = self.either()
        if self.peek() != "close":
            self.place = opened
            self.fail("this bracket is never closed")
        self.place, self.depth = self.place + 1, self.depth - 1
        return expression

    def group(self, token: Token) -> str:
        """``NEAR(a b, 5)``, as FTS5 itself writes it."""
        inside, comma, number = token.text.partition("(")[2][:-1].rpartition(",")
        tokens = list(_tokens(inside if comma else number))
        phrases = [_spellings(token.text) for token in tokens if _LETTER.search(token.text)]
        plain = all(token.kind in {"word", "phrase"} for token in tokens)
        if not phrases or not plain or (comma and not number.strip().isdecimal()):
            self.place -= 1
            self.fail("NEAR wants words and perhaps a number, as in NEAR(armée commandement, 5)")
        distance = int(number.strip()[:4]) if comma else NEAR
        return _near(phrases, distance)

    def is_plain(self, index: int) -> bool:
        return index < len(self.tokens) and self.tokens[index].kind in {"word", "phrase"}

    def peek(self) -> str | None:
        return self.tokens[self.place].kind if self.place < len(self.tokens) else None

    def fail(self, reason: str) -> NoReturn:
        start = self.tokens[self.place].start if self.place < len(self.tokens) else len(self.words)
        raise UsageError(f"{reason}:\n  {self.words}\n  {' ' * start}^\nFor example: {EXAMPLE}")


def _tokens(words: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(words):
        if match.lastgroup and match.lastgroup != "space":
            yield Token(match.lastgroup, match.group(), match.start())


def _any(expressions: list[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({' OR '.join(expressions)})"


def _near(operands: list[list[str]], distance: int) -> str:
    """Words near each other, each in all its spellings: of more than ``SPELLINGS`` ways to combine them, the first."""
    combined = islice(product(*operands), SPELLINGS)
    return _any([f"NEAR({' '.join(spellings)}, {distance})" for spellings in combined])


def _spellings(text: str) -> list[str]:
    """A word, prefix or phrase as it stands, with its ligatures apart, and with them drawn together."""
    return [_quoted(spelling) for spelling in dict.fromkeys((text, apart(text), together(apart(text))))]


def _quoted(text: str) -> str:
    """A word, prefix or phrase as FTS5 takes it without looking for anything in it."""
    star = "*" if text.endswith("*") else ""
    return '"' + text.rstrip("*").replace('"', "") + '"' + star
