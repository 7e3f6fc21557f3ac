"""Subtitles by pysubs2: cues joined until a sentence ends, because a cue is cut for the screen and not for sense.

Where each cue says the same in two languages, one below the other, the two are joined each by itself.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from pipeline.language.function_words import vocabulary
from pipeline.language.knowledge import either, words_of_all
from pipeline.reading.extract import Extract

PAUSE = 3_000  # milliseconds without words, after which the next cue says something new
LONGEST = 400  # characters joined at most, for captions that have no full stops at all
STOPPED = 0.1  # of the cues: if fewer end with a stop, a capital begins a sentence
BILINGUAL = 0.6  # of the cues of several lines: if so many are in two languages, the file is
FEWEST_CUES = 2  # in two languages, that show it

_STOP = re.compile(r"[.!?…♪][»”\"')\]\s]*$")
_BRACKETED = re.compile(r"^(?:\[[^\]]*\]|\([^)]*\))$")
_BRACKET = re.compile(r"^[\[(]([^\])]*)[\])]\s*(\S?)")
_SPEAKER = re.compile(r"^(?:[-–—]|♪|[A-ZÀ-Þ][A-ZÀ-Þ .'-]+:)")
_TIMING = re.compile(r"^[\d:.,]+[ \t]*-->")
_INNER_TIME = re.compile(r"<\d[\d:.]*>")


class Cue(NamedTuple):
    """What is on the screen from ``start`` to ``end``, in milliseconds, line by line."""

    start: int
    end: int
    text: str


def read_subtitles(text: str) -> Extract:
    """What is said in a .srt or .vtt file, a sentence or a turn a line; the plain text where there is no cue."""
    import pysubs2

    form = "vtt" if text.lstrip("\ufeff \n").startswith("WEBVTT") else "srt"
    subtitles = pysubs2.SSAFile.from_string(_cues_only(text) if form == "vtt" else text, format_=form)
    cues = [Cue(cue.start, cue.end, cue.plaintext) for cue in subtitles if not cue.is_comment and cue.plaintext.strip()]
    if not cues:
        return Extract(text, wrapped=True)
    tracks = _tracks(cues)
    sentences = [(start, track, line) for track, single in enumerate(tracks) for start, line in timed(single)]
    return Extract("\n".join(line for _, _, line in sorted(sentences, key=lambda item: item[:2])))


def _cues_only(text: str) -> str:
    """A WebVTT file without notes, styles, regions, names of cues and times within them."""
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    cues = []
    for block in blocks:
        lines = block.strip("\n").split("\n")
        timing = next((place for place, line in enumerate(lines) if _TIMING.match(line)), None)
        if timing is not None:
            cues.append("\n".join([lines[timing], *(_INNER_TIME.sub("", line) for line in lines[timing + 1 :])]))
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def _tracks(cues: Sequence[Cue]) -> list[list[Cue]]:
    """The cues; where they are in two languages, those of each language."""
    screens = [
        Cue(start, end, "\n".join(cue.text for cue in simultaneous))
        for (start, end), simultaneous in groupby(cues, key=lambda cue: (cue.start, cue.end))
    ]
    halves = [_halves(cue.text) for cue in screens]
    several = [pair for pair in halves if pair[1]]
    turned = [_leaning(top) - _leaning(bottom) for top, bottom in several]
    for sign in (1, -1):
        count = sum(lean * sign > 0 for lean in turned)
        if count >= FEWEST_CUES and count >= BILINGUAL * len(several) and count * 2 > len(screens):
            tracks = [
                [Cue(*cue[:2], pair[place]) for cue, pair in zip(screens, halves, strict=True)] for place in (0, 1)
            ]
            return [[cue for cue in track if cue.text] for track in tracks]
    return [list(cues)]


def _halves(text: str) -> tuple[str, str]:
    """The upper and the lower lines of a cue; of one with an odd number of lines, all and nothing."""
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    middle = len(lines) // 2
    return ("\n".join(lines[:middle]), "\n".join(lines[middle:])) if len(lines) % 2 == 0 else ("\n".join(lines), "")


def _leaning(text: str) -> int:
    """French function words less English ones."""
    counts = vocabulary(text).counts
    return counts["fr"] - counts["en"]


def joined(cues: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    """Sentences out of (start, end, text) of cues, times in milliseconds."""
    return (line for _, line in timed(cues))


def timed(cues: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, str]]:
    """Sentences with the time when each begins."""
    stops = sum(bool(_STOP.search(text)) for _, _, text in cues) >= STOPPED * len(cues)
    pending = ""
    begun = stopped = 0
    for start, end, text in cues:
        for line in _turns(text):
            capital = not stops and line[:1].isupper()
            full = start - stopped > PAUSE or len(pending) > LONGEST
            if pending and (full or capital or _begins(line) or _ends(pending)):
                yield begun, pending
                pending = ""
            begun = begun if pending else start
            pending = f"{pending} {line}".strip()
            stopped = end
    if pending:
        yield begun, pending


def _turns(text: str) -> Iterator[str]:
    """The lines of a cue, joined except where another speaker begins."""
    pending = ""
    for line in filter(None, map(str.strip, text.split("\n"))):
        if pending and (_begins(line) or _BRACKETED.match(pending)):
            yield pending
            pending = ""
        pending = f"{pending} {line}".strip()
    if pending:
        yield pending


def _ends(text: str) -> bool:
    """Whether a sentence ends here: an abbreviation does not end one, nor a bracket that closes within it."""
    return bool(_BRACKETED.match(text)) or (bool(_STOP.search(text)) and not _abbreviation().search(text))


@cache
def _abbreviation() -> re.Pattern[str]:
    """A title before a name, or an initial, at the end."""
    titles = either(words_of_all("sentences", "titles"))
    return re.compile(rf"(?:^|[\s('’-])(?:{titles}|Jr|Sr|[A-ZÀ-Þ])\.$")


def _begins(line: str) -> bool:
    """Whether another speaker, a song or a sound begins: a bracket alone, in capitals, or before a capital."""
    bracket = _BRACKET.match(line)
    if bracket is None:
        return bool(_SPEAKER.match(line))
    inside, after = bracket.groups()
    return not inside[:1].islower() and (inside.isupper() or not after or not after.islower())
