"""What a person types into a search, as an expression of SQLite's FTS5.

Words, ``"phrases"``, ``prefix*``, ``a NEAR b`` (within ten words; ``NEAR/3``: within three), ``AND``, ``OR``, ``NOT``
and brackets. Words side by side must all be there. The operators are written in capitals; *and* is a word like others.
*coeur* finds *cœur* and the reverse: the index folds accents, and leaves ligatures as they are. ``[manger]`` is a word
in all its forms, alone or within a phrase; ``/a+b/`` beside words is a regular expression that a text must match, too.
The result can always be read by FTS5, so a search never ends in an error of SQL.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, NoReturn

from pipeline.errors import UsageError
from pipeline.search import terms
from pipeline.search.terms import Expression, Inflect, Operand

WORDS = 100  # in one search
DEPTH = 30  # brackets within brackets; FTS5 itself stops at 256 levels
NEAR = 10  # words between, unless it says otherwise
TERMS = {"word", "phrase", "lemma", "pattern"}
EXAMPLE = "enregard search 'soldats NEAR russie'"
_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<pattern>/(?:[^/\\]|\\.)+/(?=[\s)]|$)) | (?P<lemma>\[[^\[\]\s"()]+\])
    | (?P<group>NEAR\([^()"]*(?:"[^"]*"[^()"]*)*\)) | (?P<phrase>"[^"]*"\*?)
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
    """The FTS5 expression for ``words`` without lemmas and patterns.

    >>> compiled("l'armée OR troup*")
    '("l\\'armée" OR "troup"*)'
    >>> compiled("commandement NEAR armée NOT guerre")
    '(NEAR("commandement" "armée", 10) NOT "guerre")'

    Raises UsageError with the place where it stops making sense.
    """
    return parse(words).match


def parse(words: str, inflect: Inflect | None = None, inflected: bool = False) -> Expression:
    """What ``words`` ask of a text.

    ``inflect`` gives the forms of a word in brackets; without it such a word is one like others. ``inflected``: every
    word stands for its forms, but for prefixes and the words of a phrase without brackets.

    >>> parse("armée /\\d+ morts/")
    Expression(match='"armée"', forms=(), patterns=('\\\\d+ morts',), is_inflected=False)

    Raises UsageError with the place where it stops making sense.
    """
    return _Parser(words, inflect, inflected).whole()


class _Parser:
    """Reads tokens from left to right. OR binds least, then AND, then NOT, then words side by side, then NEAR."""

    def __init__(self, words: str, inflect: Inflect | None, inflected: bool) -> None:
        self.words = words.encode("utf-8", "replace").decode("utf-8").translate(_ONE_LINE)
        self.inflect = inflect
        self.tokens = [
            token._replace(kind="lemma") if inflected and token.kind == "word" and "*" not in token.text else token
            for token in _tokens(self.words)
            if token.kind not in TERMS or _LETTER.search(token.text)
        ]
        self.place = 0
        self.depth = 0
        if sum(token.kind in TERMS for token in self.tokens) > WORDS:
            raise UsageError(f"a search has at most {WORDS} words. Leave some out, or search in several steps.")

    def whole(self) -> Expression:
        if not self.tokens:
            raise UsageError(f"there is no word to search for. For example: {EXAMPLE}")
        expression = self.either()
        if self.peek() is not None:
            self.fail("nothing opens this bracket")
        as_written = [token for token in self.tokens if token.kind in {"word", "phrase", "group"}]
        return expression._replace(is_inflected=bool(expression.forms) and not as_written)

    def either(self) -> Expression:
        return self.joined("or", self.both)

    def both(self) -> Expression:
        return self.joined("and", self.without)

    def without(self) -> Expression:
        return self.joined("not", self.beside)

    def joined(self, kind: str, operand: Callable[[], Expression]) -> Expression:
        expression = operand()
        while self.peek() == kind:
            opened = self.place
            self.place += 1
            following = operand()
            if kind != "and" and (expression.patterns or following.patterns):
                self.place = opened
                self.fail("a /pattern/ stands beside words, or between AND")
            expression = terms.JOIN[kind](expression, following)
        return expression

    def beside(self) -> Expression:
        operands = [self.near()]
        while self.peek() in {*TERMS, "group", "open", "quote"}:
            operands.append(self.near())
        return terms.every(operands)

    def near(self) -> Expression:
        if self.peek() == "pattern":
            return self.pattern()
        operands, distance = [self.operand()], NEAR
        while self.peek() == "near":
            number = self.tokens[self.place].text.partition("/")[2]
            distance = int(number[:4]) if number else distance
            if not self.is_plain(self.place - 1) or not self.is_plain(self.place + 1):
                self.fail("NEAR stands between two words or phrases")
            self.place += 1
            operands.append(self.operand())
        if len(operands) == 1:
            return operands[0].expression
        return terms.near(operands, distance)

    def operand(self) -> Operand:
        """An operand in all its spellings."""
        kind = self.peek()
        if kind == "open":
            return Operand([], self.bracketed())
        if kind not in {"word", "phrase", "lemma", "group"}:
            self.fail(_MISSING.get(kind or "", "a word is missing here"))
        token = self.tokens[self.place]
        self.place += 1
        if kind == "group":
            return Operand([], self.group(token))
        return self.term(token)

    def term(self, token: Token) -> Operand:
        """A word, a prefix, a phrase or a word in brackets."""
        if self.inflect is None or not (token.kind == "lemma" or terms.BRACKETED.search(token.text)):
            return terms.spell(token.text)
        return terms.inflected(token.text, self.inflect)

    def pattern(self) -> Expression:
        """A regular expression between slashes."""
        token = self.tokens[self.place]
        if self.depth:
            self.fail("a /pattern/ stands beside words, not within brackets")
        self.place += 1
        if self.peek() == "near":
            self.fail("NEAR stands between two words or phrases")
        return Expression("", patterns=(token.text[1:-1].replace("\\/", "/"),))

    def bracketed(self) -> Expression:
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

    def group(self, token: Token) -> Expression:
        """``NEAR(a b, 5)``, as FTS5 itself writes it."""
        inside, comma, number = token.text.partition("(")[2][:-1].rpartition(",")
        tokens = list(_tokens(inside if comma else number))
        plain = all(token.kind in {"word", "phrase", "lemma"} for token in tokens)
        operands = [self.term(token) for token in tokens if plain and _LETTER.search(token.text)]
        if not operands or (comma and not number.strip().isdecimal()):
            self.place -= 1
            self.fail("NEAR wants words and perhaps a number, as in NEAR(armée commandement, 5)")
        distance = int(number.strip()[:4]) if comma else NEAR
        return terms.near(operands, distance)

    def is_plain(self, index: int) -> bool:
        return index < len(self.tokens) and self.tokens[index].kind in {"word", "phrase", "lemma"}

    def peek(self) -> str | None:
        return self.tokens[self.place].kind if self.place < len(self.tokens) else None

    def fail(self, reason: str) -> NoReturn:
        start = self.tokens[self.place].start if self.place < len(self.tokens) else len(self.words)
        raise UsageError(f"{reason}:\n  {self.words}\n  {' ' * start}^\nFor example: {EXAMPLE}")


def _tokens(words: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(words):
        if match.lastgroup and match.lastgroup != "space":
            yield Token(match.lastgroup, match.group(), match.start())
