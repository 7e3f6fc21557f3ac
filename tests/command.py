"""A command of the program, run in this process: what ``python -m pipeline`` runs, with its own input and outputs."""

import contextlib
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from pipeline.cli import main
from tests.contract import PROJECT


class Done(NamedTuple):
    """How a command ended, and what it wrote; the names are those of ``subprocess.CompletedProcess``."""

    returncode: int
    stdout: str
    stderr: str


def enregard(*words: object, given: str = "", cwd: Path = PROJECT) -> Done:
    """Run the command in the folder ``cwd``, with ``given`` on its standard input."""
    streams = {name: TextIOWrapper(BytesIO(), "utf-8", write_through=True) for name in ("stdout", "stderr")}
    given_stream = TextIOWrapper(BytesIO(given.encode("utf-8")), "utf-8")
    argv = ["enregard", *map(str, words)]
    with contextlib.chdir(cwd), patch.multiple(sys, argv=argv, stdin=given_stream, **streams):
        status = main()
    out, err = (stream.buffer.getvalue().decode("utf-8") for stream in streams.values())
    return Done(status, out, err)
