"""Rich Text Format (.rtf) by striprtf: a paragraph a line, a cell a line, notes after the text.

striprtf drops notes and knows no superscripts and hidden text, so the groups of those are looked up first.
"""

import re
from collections.abc import Callable

from pipeline.config import ReadConfig
from pipeline.reading.extract import Extract, Facts, iso_date, phrase
from pipeline.reading.tree import raised

_INFO = re.compile(r"\{\\(title|author)\s+([^{}]{1,500})\}")
_MADE = re.compile(r"\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_BRACE = re.compile(r"\\[\\{}']|[{}]")
_WORDS = r"(?:\s*\\[a-z]++-?\d*+)*?\s*"  # control words before the one that counts
_NOTE = re.compile(rf"\{{{_WORDS}\\footnote\b")
_HIDDEN = re.compile(rf"\{{{_WORDS}\\v(?![a-z0-9])")
_INSTRUCTION = re.compile(rf"\{{{_WORDS}\\\*{_WORDS}\\fldinst\b")
_RAISED = re.compile(rf"\{{{_WORDS}\\super\b(?:\\[a-z]++-?\d*+)*+\s?([^{{}}\\]{{1,6}})\}}")
_CELL = re.compile(r"\\(?:nest)?(?:cell|row)\b ?")
_BEGIN, _END = "\ue000", "\ue001"  # around what is raised; nobody's text has them


def read_rtf(data: bytes, config: ReadConfig) -> Extract:
    """The text of an RTF file, with title, author and day of making."""
    source = data.decode("latin-1")
    about = {name: _plain("{\\rtf1 " + value + "}") for name, value in _INFO.findall(source)}
    made = _MADE.search(source)
    source, hidden = _without_groups(source, _HIDDEN)
    source, _ = _without_groups(source, _INSTRUCTION)
    source, notes = _without_groups(source, _NOTE)
    head = "{\\rtf1\\ansi" + "".join(re.findall(r"\\ansicpg\d+|\\mac\b|\\pca?\b", source[:1000])) + " "
    texts = [_plain(source), *(_plain(f"{head}{_opened(note)}") for note in notes)]
    characters = sum(len(_plain(f"{head}{group}}}")) for group in hidden)
    return Extract(
        "\n".join(text.strip("\n") for text in texts),
        facts=Facts(
            phrase(about.get("title")),
            date=iso_date("-".join(made.groups())) if made else None,
            author=phrase(about.get("author")),
        ),
        findings=(("W119", str(characters)),) if characters else (),
    )


def _plain(source: str) -> str:
    """The text of RTF: superscripts as digits or letters, without the calls of notes."""
    from striprtf.striprtf import rtf_to_text

    plain: Callable[..., str] = rtf_to_text
    marked = _RAISED.sub(rf"{_BEGIN}\1{_END}", _CELL.sub(r"\\par ", source))
    pieces = re.split(f"{_BEGIN}(.*?){_END}", plain(marked, errors="replace"))
    text = pieces[0]
    for call, rest in zip(pieces[1::2], pieces[2::2], strict=True):
        text += raised(call.strip(), text) + rest
    return text


def _opened(note: str) -> str:
    """A note as text of its own: its group without the word that makes it one."""
    return re.sub(r"\\footnote(?:\\ftnalt)?\b ?", "", note, count=1) + "}"


def _without_groups(source: str, begin: re.Pattern[str]) -> tuple[str, list[str]]:
    """RTF without the groups that begin so, and these groups."""
    kept: list[str] = []
    groups: list[str] = []
    depth = end = start = 0
    within = 0  # the depth at which the group that is taken out began
    for brace in _BRACE.finditer(source):
        if brace[0] == "{":
            depth += 1
            if not within and begin.match(source, brace.start()):
                within, start = depth, brace.start()
        elif brace[0] == "}":
            if within and depth == within:
                kept.append(source[end:start])
                groups.append(source[start : brace.end()])
                end, within = brace.end(), 0
            depth -= 1
    return "".join([*kept, source[end:]]), groups
