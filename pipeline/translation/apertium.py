"""Apertium, the rule-based engine: French to Spanish to English through its command-line programs. For gist.

Texts go through one pipe, many at a time, each followed by a numbered *superblank* (text in square brackets, which
Apertium passes through untouched). When the numbers do not come back in order, or the pipe fails, the batch is halved
until the text that does it stands alone.

The format is described at https://wiki.apertium.org/wiki/Apertium_stream_format.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, takewhile
from pathlib import Path
from typing import ClassVar

from pipeline.config import TranslateConfig
from pipeline.embedding.threads import processors
from pipeline.errors import EngineError
from pipeline.language.knowledge import either, words
from pipeline.provenance import decided_by
from pipeline.records import Signature
from pipeline.translation.standin import stand_in, written_back
from pipeline.translation.terminology import NO_TERMS, Glossary
from pipeline.translation.translate import Output, split_peoples

ROUTES = {("fr", "en"): (("fr-es", "fra-spa"), ("spa-eng", "es-en"))}
DEBIAN = "apertium apertium-fr-es apertium-eng-spa"
TIMEOUT = 30.0  # seconds for one pipe, and as much again for each 1,000 texts
SHARE = 64  # fewer texts than this are not worth a second pipe

_FOR_ENGINE = str.maketrans(
    {
        "\0": " ",
        "’": "'",
        "ʼ": "'",
        "‘": "'",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "„": '"',
        "œ": "oe",
        "Œ": "Oe",
        "æ": "ae",
    }
)
_PROTECTED = re.compile(
    r"(?:https?://|www\.)\S*[\w/]|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|[@#]\w+|[*#~]+"
    rf"|(?P<before>\b[A-ZÀ-Ý]\w+[ -])(?P<name>{either(words('translation', 'name_parts', 'fr'))})(?!\w)"  # Paul Le Goff
    r"|(?<![\w,.])(?P<hour>[01]?\d|2[0-4]) ?h(?: ?(?P<minute>[0-5]\d))?(?!\w)"
)
_SPECIAL = re.compile(r"([\[\]{}^$/\\@<>])")
_SEPARATOR = re.compile(r"(?:\.\[\])?\[\n#(\d+)#\]")
_ESCAPED = re.compile(r"\\(.)")
_MARK = re.compile(r"(?<!\w)[*@#]+(?=\w)")
_UNKNOWN = re.compile(r"(?<!\w)[*@]+([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]{2,}")
ALIKE = 0.6  # of a word, which a form of it begins with


@dataclass(frozen=True, slots=True)
class Route:
    """The program, and the mode files that lead from one language to another."""

    program: Path
    modes: tuple[Path, ...]

    @property
    def name(self) -> str:
        """Such as ``fr-es+spa-eng``."""
        return "+".join(mode.stem for mode in self.modes)


def route(source: str, target: str, path: str | None = None) -> Route | None:
    """The way from ``source`` to ``target`` through the Apertium on this machine, or None when there is none.

    ``path`` is where to look for the program, as in the variable PATH.
    """
    program = shutil.which("apertium", path=path)
    if program is None or (source, target) not in ROUTES:
        return None
    folder = Path(program).resolve().parent.parent / "share" / "apertium" / "modes"
    steps = [
        [mode for name in names if (mode := folder / f"{name}.mode").is_file()] for names in ROUTES[source, target]
    ]
    return Route(Path(program), tuple(step[0] for step in steps)) if all(steps) else None


@dataclass
class Apertium:
    """The engine ``apertium``. It has no scores; starting its pipe takes as long as 200 sentences."""

    batch_chars: ClassVar[int] = 120_000
    route: Route
    config: TranslateConfig
    glossary: Glossary = NO_TERMS
    signature: Signature = field(init=False)

    def __post_init__(self) -> None:
        self.signature = Signature(
            "translate",
            "apertium",
            _version(self.route),
            self.route.name,
            _fingerprint(self.route),
            {"mark_unknown": self.config.mark_unknown, "max_chars": self.config.max_chars, **decided_by("apertium")},
        )

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """One output for each text; an empty text where Apertium fails on the text, however it is put.

        Terms of the glossary go through as made-up names, and come back as agreed.
        Raises EngineError when Apertium cannot be started.
        """
        pipes = max(1, min(processors() // 2, len(texts) // SHARE))
        size = max(1, -(-len(texts) // pipes))
        named, terms = zip(*(stand_in(text, self.glossary) for text in texts), strict=True) if texts else ((), ())
        shares = [named[start : start + size] for start in range(0, len(named), size)]
        with ThreadPoolExecutor(pipes) as pool:
            translations = chain.from_iterable(
                pool.map(partial(halving, partial(_through, self.route, self.config.mark_unknown)), shares)
            )
            return [Output(written_back(text, names), None) for text, names in zip(translations, terms, strict=True)]


def halving(through: Callable[[Sequence[str]], list[str] | None], texts: Sequence[str]) -> list[str]:
    """``through(texts)``, with the texts halved as often as it takes where it gives None; a lost text becomes empty."""
    if not texts:
        return []
    if (translations := through(texts)) is not None:
        return translations
    if len(texts) == 1:
        return through([_plain(texts[0])]) or [""]
    middle = len(texts) // 2
    return halving(through, texts[:middle]) + halving(through, texts[middle:])


def encode(texts: Sequence[str]) -> tuple[str, list[dict[str, str]]]:
    """The texts in Apertium's stream format, and for each what its placeholders stand for."""
    stream, placeholders = [], []
    for number, text in enumerate(texts):
        line, names = _protect(split_peoples(" ".join(text.translate(_FOR_ENGINE).split())))
        stop = ".[]" if line[-1:].isalnum() or line[-1:] in "\"')]%" else ""
        stream.append(_SPECIAL.sub(r"\\\1", line) + stop + f"[\n#{number}#]")
        placeholders.append(names)
    return "".join(stream), placeholders


def decode(stream: str, count: int) -> list[str] | None:
    """The texts in a stream that came back, or None unless there are ``count`` of them, each in its place."""
    texts_and_numbers = _SEPARATOR.split(stream)
    if texts_and_numbers[1::2] != [str(number) for number in range(count)]:
        return None
    return [" ".join(_ESCAPED.sub(r"\1", text).split()) for text in texts_and_numbers[:-1:2]]


def english(text: str, mark_unknown: bool) -> str:
    """English typography for Apertium's output; its marks go, but for the ``*`` of an unknown word that is no name.

    >>> english('*Durand a dit : " 3,5 % des *truc #be 10 000 "', True)
    'Durand a dit: “3.5% des *truc be 10,000”'
    """
    text = _MARK.sub(lambda mark: _mark(mark, mark_unknown), text)
    text = re.sub(r"(?<=\d),(?=\d{1,2}(?![\d,.]))", ".", text)
    text = re.sub(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d)", lambda number: number.group().replace(" ", ","), text)
    text = re.sub(r" (?=[,;:!?%](?!\w))| (?=\.(?:\s|$))", "", text)
    return _curly(text)


def _curly(text: str) -> str:
    """Straight double quotation marks as opening and closing ones by turns, without French spaces inside."""
    stretches = text.split('"')
    if len(stretches) % 2 == 0:  # one has no partner: leave them
        return text
    inside = [f"“{quoted.strip()}”" for quoted in stretches[1::2]]
    return "".join(chain.from_iterable(zip(stretches[::2], [*inside, ""], strict=True)))


def _mark(mark: re.Match[str], mark_unknown: bool) -> str:
    following = mark.string[mark.end()]
    return "*" if mark_unknown and "*" in mark.group() and following.islower() else ""


def _protect(line: str) -> tuple[str, dict[str, str]]:
    """Web addresses, times of day and loose marks as made-up names, which Apertium leaves alone."""
    names: dict[str, str] = {}
    if "Qzx" in line:
        return line, names

    def replace(match: re.Match[str]) -> str:
        name = "Qzx" + "".join(chr(ord("a") + int(digit)) for digit in str(len(names)))
        clock = match["hour"] and f"{match['hour']}:{match['minute'] or '00'}"
        names[name] = match["name"] or clock or match.group()
        return (match["before"] or "") + name

    return _PROTECTED.sub(replace, line), names


def _restore(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"[*@#]*(Qzx[a-j]+)", lambda name: names.get(name[1], name[0]), text) if names else text


def _plain(text: str) -> str:
    """The text with nothing left that could upset Apertium."""
    return " ".join(re.sub(r"[^\w\s.,;:!?'’%()-]", " ", text).split())


def _through(route: Route, mark_unknown: bool, texts: Sequence[str]) -> list[str] | None:
    stream, placeholders = encode(texts)
    back = _piped(route, stream, TIMEOUT * (1 + len(texts) / 1_000))
    translations = None if back is None else decode(back, len(texts))
    if translations is None:
        return None
    if len(route.modes) == 2:
        translations = _with_words_of_source(route, texts, translations)
    return [
        _restore(english(text, mark_unknown), names) for text, names in zip(translations, placeholders, strict=True)
    ]


def _with_words_of_source(route: Route, texts: Sequence[str], translations: Sequence[str]) -> list[str]:
    """Words that the second step does not know, which are in the language between, as the words of the source.

    Which of these it was is told by what the first step makes of each of them alone.
    """
    known = [{_folded(word) for word in _WORD.findall(text)} for text in texts]
    strange = [
        any(_folded(word) not in words for word in _UNKNOWN.findall(translation))
        for translation, words in zip(translations, known, strict=True)
    ]
    words = sorted({word for text, odd in zip(texts, strange, strict=True) if odd for word in _WORD.findall(text)})
    if not words:
        return list(translations)
    stream, _ = encode(words)
    back = _piped(Route(route.program, route.modes[:1]), stream, TIMEOUT * (1 + len(words) / 1_000))
    between = decode(back, len(words)) if back is not None else None
    forms = dict(zip(words, between or words, strict=True))
    return [
        _UNKNOWN.sub(partial(_marked_source_word, text, forms), translation) if odd else translation
        for text, translation, odd in zip(texts, translations, strange, strict=True)
    ]


def _marked_source_word(text: str, forms: Mapping[str, str], unknown: re.Match[str]) -> str:
    return f"*{source_word(unknown[1], text, forms)}"


def source_word(unknown: str, text: str, forms: Mapping[str, str]) -> str:
    """The word of ``text`` that ``unknown`` stands for: ``forms`` says what each becomes in the language between.

    >>> source_word("contrapartidas", "Sans contrepartie.", {"Sans": "Sin", "contrepartie": "contrapartida"})
    'contrepartie'
    """
    wanted = _folded(unknown)
    words = _WORD.findall(text)
    if wanted in map(_folded, words):
        return unknown
    likeness = [
        (
            max(_shared(wanted, form) for form in [*map(_folded, _WORD.findall(forms.get(word, ""))), _folded(word)]),
            word,
        )
        for word in words
    ]
    most, word = max(likeness, default=(0.0, unknown), key=lambda entry: entry[0])
    return word if most >= ALIKE else unknown


def _shared(word: str, form: str) -> float:
    """How much of the longer of two words both begin with."""
    alike = takewhile(lambda letters: letters[0] == letters[1], zip(word, form, strict=False))
    return sum(1 for _ in alike) / max(len(word), len(form), 1)


def _folded(word: str) -> str:
    """A word in small letters without accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(letter)
    )


def _piped(route: Route, stream: str, timeout: float) -> str | None:
    """What comes out of the pipe, or None when it failed or took too long."""
    words = [str(route.program), *(mode.stem for mode in route.modes)]
    first = '"$0" -f none -u "$1"'
    script = "set -o pipefail; " + (first + ' | "$0" -f none "$2"' if len(route.modes) == 2 else first)
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        process = subprocess.Popen(
            ["bash", "-c", script, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            process_group=0,
        )
    except OSError as error:
        raise EngineError(f"Apertium cannot be started ({error}). Install the Debian packages {DEBIAN}.") from error
    return _communicate(process, stream, timeout)


def _communicate(process: subprocess.Popen[bytes], stream: str, timeout: float) -> str | None:
    try:
        out, _ = process.communicate(stream.encode("utf-8", "replace"), timeout)
        return out.decode("utf-8", "replace") if process.returncode == 0 else None
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _version(route: Route) -> str:
    process = subprocess.run([route.program, "-V"], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    number = re.search(r"\d[\w.]*", process.stdout)
    return number.group() if number else "unknown"


def _fingerprint(route: Route) -> str:
    """The SHA-256 of the mode files and of every data file that they name."""
    digest = hashlib.sha256()
    for mode in route.modes:
        text = mode.read_text("utf-8")
        digest.update(text.encode())
        for name in sorted(set(re.findall(r"'([^']+)'", text))):
            if Path(name).is_file():
                digest.update(Path(name).read_bytes())
    return digest.hexdigest()
