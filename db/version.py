"""What a corpus says of itself: that it is one, and in which version its tables, views and triggers are.

The mark and the number stand in the header of the file (``application_id``, ``user_version``), so that one look tells a
corpus of this version from all else, without Alembic.
"""

import struct
import zlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

MAGIC = b"SQLite format 3\0"
APPLICATION_ID = 0x456E5267  # "EnRg": bytes 68 to 71 of the file
_MIGRATIONS = resources.files("db").joinpath("migrations", "versions")
# Of the tables, as Alembic counts them: a file each, which begins with its number.
REVISIONS = tuple(sorted(file.name[:4] for file in _MIGRATIONS.iterdir() if file.name[:4].isdecimal()))
HEAD = REVISIONS[-1]
SCRIPTS = ("views.sql", "corrections.sql", "fts.sql", "queue.sql")  # what is made anew after each migration
# Tables of the first version: a file of that time has no mark yet.
FIRST_TABLES = frozenset(
    {"alembic_version", "run", "signature", "document", "source", "block", "segment", "span", "translation"}
    | {"document_pair", "alignment", "alignment_segment", "finding", "review", "stage"}
)


def read_script(name: str) -> str:
    """The text of one of ``SCRIPTS``."""
    return resources.files("db").joinpath(name).read_text("utf-8")


@cache
def layout() -> int:
    """A number that changes with the tables and with every view and trigger: the ``user_version`` of a corpus."""
    return zlib.crc32("\0".join([HEAD, *map(read_script, (*SCRIPTS, "postgresql.sql"))]).encode("utf-8")) & 0x7FFFFFFF


class FileHeader(NamedTuple):
    """What the first hundred bytes of a database say."""

    is_database: bool
    application_id: int
    user_version: int


def read_header(path: Path) -> FileHeader:
    """The header of a file, read without SQLite: nothing is locked, and nothing appears beside the file."""
    with path.open("rb") as file:
        start = file.read(100)
    if len(start) < 100 or not start.startswith(MAGIC):
        return FileHeader(False, 0, 0)
    user_version, application_id = struct.unpack(">I4xI", start[60:72])
    return FileHeader(True, application_id, user_version)


def is_marked(path: Path) -> bool:
    """Whether a file says of itself that it is a corpus."""
    return path.is_file() and read_header(path).application_id == APPLICATION_ID
