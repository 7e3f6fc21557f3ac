"""Files are read in a child process: the time, memory and text of each are bounded, and a crash costs that file alone.

The child is kept for many files. It is started anew after it was killed or broke down, and once it has grown.
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from pipeline.config import ReadConfig
from pipeline.errors import EnregardError
from pipeline.reading.manifest import Manifest
from pipeline.reading.outside import WAIT, begin_anew
from pipeline.reading.read import read_bytes, signature
from pipeline.records import Reading, Skip

PATIENCE = WAIT + 1  # times read.max_seconds that the clock may show, a program's own patience first
GROWN = 0.5  # of read.max_memory: a child that holds more between two files is replaced
RETRIED = ("E116", "E117")  # where the files before may be to blame
STDERR = 2  # the file descriptor
START = 120  # seconds that a child may take to begin

Results = list[Reading | Skip]


class _Child(NamedTuple):
    process: subprocess.Popen[bytes]
    requests: Connection
    answers: Connection


class ConfinedReader:
    """Reads files within the bounds of ``config``, in a child process that is started when it is first needed.

    A context manager: the child ends with it. Not for several threads at once.
    """

    def __init__(self, config: ReadConfig, manifest: Manifest) -> None:
        self.config = config
        self.signature = signature(config)  # of what it reads
        self._manifest = manifest
        self._child: _Child | None = None
        self._files = 0  # that the present child has been given

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def process_id(self) -> int | None:
        """Id of the child process, or None where none is running."""
        return self._child.process.pid if self._child else None

    def read(self, data: bytes, name: str, siblings: Sequence[str] = ()) -> Results:
        """What ``read_bytes`` gives for a file, or the one Skip that says which bound it passed.

        ``siblings`` are the names of its counterparts in other languages. Raises EnregardError where no child starts.
        """
        reused = self._files > 0
        results = self._attempt(data, name, siblings)
        if reused and any(isinstance(result, Skip) and result.code in RETRIED for result in results):
            self._stop()
            results = self._attempt(data, name, siblings)
        return results

    def _attempt(self, data: bytes, name: str, siblings: Sequence[str]) -> Results:
        child = self._child = self._child or _start(self.config, self._manifest)
        self._files += 1
        try:
            child.requests.send((data, name, tuple(siblings)))
            answer: tuple[Results, bool] | None = None
            while answer is None:
                if not child.answers.poll(PATIENCE * self.config.max_seconds):
                    self._stop()
                    return [Skip(name, *_too_slow(self.config))]
                answer = child.answers.recv()
            results, grown = answer
        except (EOFError, OSError):
            status = child.process.wait()
            self._stop()
            return [Skip(name, *_why(status, self.config))]
        if grown:
            self._stop()
        return list(results)

    def _stop(self) -> None:
        """End the child at once, with whatever it started."""
        child, self._child, self._files = self._child, None, 0
        if child is None:
            return
        child.requests.close()
        child.answers.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _start(config: ReadConfig, manifest: Manifest) -> _Child:
    """A child that has said that it is ready. It has a session of its own, so that Ctrl-C reaches the parent alone."""
    theirs, requests = Pipe(duplex=False)
    answers, out = Pipe(duplex=False)
    handles = (theirs.fileno(), out.fileno())
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, *map(str, handles)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        pass_fds=handles,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    theirs.close()
    out.close()
    child = _Child(process, requests, answers)
    try:
        requests.send((config, manifest))
        if answers.poll(START) and answers.recv():
            return child
    except (EOFError, OSError):
        pass
    process.kill()
    raise EnregardError(
        f"The process that reads files did not start (status {process.wait()}). Look at what it wrote above; "
        "`make setup` puts missing packages in place."
    )


def _too_slow(config: ReadConfig) -> tuple[str, str]:
    return "E113", f"Reading it takes more than {config.max_seconds:g} seconds. Split it, or raise read.max_seconds."


def _too_much_memory(config: ReadConfig) -> tuple[str, str]:
    return (
        "E116",
        f"Reading it takes more than {config.max_memory:,} bytes of memory. Split it, or raise read.max_memory.",
    )


def _why(status: int, config: ReadConfig) -> tuple[str, str]:
    """Code and reason for a child that ended with ``status``, as subprocess gives it."""
    if status == -signal.SIGPROF:
        return _too_slow(config)
    if status == -signal.SIGKILL:
        return _too_much_memory(config)
    name = signal.Signals(-status).name if status < 0 else f"status {status}"
    cause = "as it may on a damaged file, or on one that takes too much memory"
    reason = (
        f"The program that reads it broke down ({name}), {cause}. Get a whole copy of it, or raise read.max_memory."
    )
    return "E117", reason


# In the child


def serve(requests: Connection, answers: Connection) -> None:
    """Answer each (data, name, siblings) with (results, whether this process has grown).

    Raises EOFError or ConnectionError when whoever asks is no more.
    """
    config, manifest = requests.recv()
    _confine(config)
    answers.send(True)
    begin_anew.set(lambda: _begin_anew(config, answers))
    os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)  # libraries in C write there
    while True:
        data, name, siblings = requests.recv()
        signal.setitimer(signal.ITIMER_PROF, config.max_seconds)
        results = _bounded(data, name, siblings, (config, manifest))
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.send((results, _size() > GROWN * config.max_memory))


def _begin_anew(config: ReadConfig, answers: Connection) -> None:
    """Give the file that is being read its time once more, for it has many pages that take long, and say so."""
    signal.setitimer(signal.ITIMER_PROF, config.max_seconds)
    answers.send(None)


def _confine(config: ReadConfig) -> None:
    """Set the bound on memory; without a handler, the signal of the timer ends the process."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with contextlib.suppress(ValueError, OSError):  # where the system has no such limit, or a lower one stands already
        resource.setrlimit(resource.RLIMIT_AS, (config.max_memory, hard))


def _bounded(data: bytes, name: str, siblings: tuple[str, ...], setting: tuple[ReadConfig, Manifest]) -> Results:
    config, manifest = setting
    try:
        results = list(read_bytes(data, name, config, manifest, {name: siblings}))
    except MemoryError:
        return [Skip(name, *_too_much_memory(config))]
    length = sum(len(result.document.text) for result in results if isinstance(result, Reading))
    if length > config.max_text:
        reason = f"It holds more than {config.max_text:,} characters of text. Split it, or raise read.max_text."
        return [Skip(name, "E118", reason)]
    return results


def _size() -> int:
    """Bytes of address space that this process holds, or 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    with contextlib.suppress(EOFError, ConnectionError):  # whoever asked is no more
        serve(*(Connection(int(handle)) for handle in sys.argv[1:]))
