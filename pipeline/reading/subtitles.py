"""Subtitles by pysubs2: cues joined until a sentence ends, because a cue is cut for the screen and not for sense."""

import re
from collections.abc import Iterator, Sequence

from pipeline.reading.extract import Extract

PAUSE = 3_000  # milliseconds without words, after which the next cue says something new
LONGEST = 400  # characters joined at most, for captions that have no full stops at all
_END = re.compile(r"[.!?…♪\])][»”\"')\s]*$")
_SPEAKER = re.compile(r"^(?:[-–—]|\[|\(|♪|[A-ZÀ-Þ][A-ZÀ-Þ .'-]+:)")


def read_subtitles(text: str) -> Extract:
    """What is said in a .srt or .vtt file, a sentence or a turn a line; the plain text where there is no cue."""
    import pysubs2

    form = "vtt" if text.lstrip("\ufeff \n").startswith("WEBVTT") else "srt"
    cues = pysubs2.SSAFile.from_string(text, format_=form)
    said = [(cue.start, cue.end, cue.plaintext) for cue in cues if not cue.is_comment and cue.plaintext.strip()]
    return Extract("\n".join(joined(said))) if said else Extract(text, wrapped=True)


def joined(cues: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    """Sentences out of (start, end, text) of cues, times in milliseconds."""
    pending = ""
    stopped = 0
    for start, end, text in cues:
        for line in _turns(text):
            new = start - stopped > PAUSE or _SPEAKER.match(line) or len(pending) > LONGEST or _END.search(pending)
            if pending and new:
                yield pending
                pending = ""
            pending = f"{pending} {line}".strip()
            stopped = end
    if pending:
        yield pending


def _turns(text: str) -> Iterator[str]:
    """The lines of a cue, joined except where another speaker begins."""
    pending = ""
    for line in filter(None, map(str.strip, text.split("\n"))):
        if pending and _SPEAKER.match(line):
            yield pending
            pending = ""
        pending = f"{pending} {line}".strip()
    if pending:
        yield pending
