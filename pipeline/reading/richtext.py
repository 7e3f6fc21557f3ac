"""Rich Text Format (.rtf) by striprtf: a paragraph a line, a cell a line."""

import re
from collections.abc import Callable

from pipeline.config import ReadConfig
from pipeline.reading.extract import Extract, Facts, phrase

_INFO = re.compile(rb"\{\\(title|author)\s+([^{}]{1,500})\}")


def read_rtf(data: bytes, config: ReadConfig) -> Extract:
    """The text of an RTF file, with title and author."""
    from striprtf.striprtf import rtf_to_text

    plain: Callable[..., str] = rtf_to_text
    text = plain(data.decode("latin-1"), errors="replace")
    lines = [line.rstrip("|").replace("|", "\n") if line.endswith("|") else line for line in text.split("\n")]
    about = {name: plain("{\\rtf1 " + value.decode("latin-1") + "}") for name, value in _INFO.findall(data)}
    return Extract("\n".join(lines), facts=Facts(phrase(about.get(b"title")), author=phrase(about.get(b"author"))))
