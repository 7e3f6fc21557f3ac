"""Old Word documents (.doc) by Debian's catdoc, where it is installed: a paragraph a line, a cell a line.

Of Debian's two programs it is the one that keeps the text of a cell whole; antiword wraps it as a typewriter would.
"""

import re
import shutil

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract
from pipeline.reading.outside import run_program

PROGRAM = "catdoc"
_FIELD = re.compile(  # an instruction of Word, which catdoc writes before the text that it makes
    r"(?:(?<= ) |^) *(?:HYPERLINK|INCLUDEPICTURE|(?:PAGE|NOTE)?REF|TOC|SEQ \w+|(?:NUM)?PAGES?|FORM[A-Z]+|XE)"
    r"(?: +(?:\"[^\"\n]*\"|\\\S+|_\w+))* *",
    re.MULTILINE,
)


def read_doc(data: bytes, config: ReadConfig) -> Extract:
    """The text of an old Word document. Raises InputError E107 without catdoc, E110 where it fails, or E113."""
    program = catdoc()
    if not program:
        raise InputError("E107", "It is an old Word file. Install catdoc (`apt install catdoc`), or save it as .docx.")
    text = run_program([program, "-w", "-d", "utf-8"], data, config).decode("utf-8", "replace")
    return Extract(re.sub(" {2,}", " ", _FIELD.sub("", text)).replace("\t", "\n"))


def catdoc() -> str:
    """Where catdoc is installed, or nothing."""
    return shutil.which(PROGRAM) or ""
