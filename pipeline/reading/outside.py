"""Debian's programs that read what no library here does, each run within the bounds of one file."""

import math
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path

from pipeline.config import ReadConfig
from pipeline.errors import InputError

WAIT = 10  # times read.max_seconds that the clock may show: on a busy machine it runs faster than processor time
GRACE = 5  # seconds more, after which the system no longer asks
ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}


def _nothing() -> None:
    pass


# What a file of many pages calls before each of them that takes a program long: its time begins anew.
begin_anew: ContextVar[Callable[[], None]] = ContextVar("begin_anew", default=_nothing)


def run_program(command: Sequence[str], data: bytes, config: ReadConfig) -> bytes:
    """What a program writes that is given ``data``; it may take ``read.max_seconds`` of processor time.

    Raises InputError E110 where it fails, E113 where it takes longer. Memory is bounded as in the process that calls.
    """
    begin_anew.get()()
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD},
    ) as process:
        seconds = math.ceil(config.max_seconds)
        if hasattr(resource, "prlimit"):
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (seconds, seconds + GRACE))
        try:
            output, errors = process.communicate(data, WAIT * config.max_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise _too_slow(command[0], config) from None
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise _too_slow(command[0], config)
    if process.returncode:
        lines = " ".join(errors.decode("utf-8", "replace").split())[:200]
        program = Path(command[0]).name
        raise InputError("E110", f"{program} cannot read it ({lines or process.returncode}). Get a whole copy of it.")
    return output


def _too_slow(program: str, config: ReadConfig) -> InputError:
    name = Path(program).name
    return InputError("E113", f"{name} takes more than {config.max_seconds:g} seconds. Raise read.max_seconds.")
