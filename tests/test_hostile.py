"""A folder of hostile files: each is read or skipped with a code and a reason, and nothing takes long or much."""

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.config import ReadConfig
from pipeline.reading.inputs import read
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import CODES, read_bytes
from pipeline.records import Reading, Skip
from tests.hostile import FILES, FRENCH, PAIR, WESTERN, epub, locked, make, pdf, word

PROJECT = Path(__file__).resolve().parent.parent
CONFIG = ReadConfig(max_seconds=30)  # of processor time for one file: what takes more is not read, and fails here
Found = Mapping[str, list[Reading | Skip]]


IN_TWO_GIGABYTES = """
import pathlib, pickle, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000,) * 2)
from pipeline.reading.inputs import read
from tests.test_hostile import CONFIG
sys.stdout.buffer.write(pickle.dumps(list(read(pathlib.Path(sys.argv[1]), CONFIG))))
"""


@pytest.fixture(scope="module")
def read_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], subprocess.CompletedProcess[bytes]]:
    """What is expected of each file, and the process that read them all in an address space of two gigabytes."""
    folder = tmp_path_factory.mktemp("hostile") / "seeds"
    folder.mkdir()
    expected = make(folder)
    command = [sys.executable, "-c", IN_TWO_GIGABYTES, str(folder)]
    return expected, subprocess.run(command, capture_output=True, cwd=PROJECT, timeout=300)


@pytest.fixture(scope="module")
def hostile(read_folder: tuple[dict[str, str], subprocess.CompletedProcess[bytes]]) -> tuple[dict[str, str], Found]:
    """What is expected of each file, and what came of it."""
    expected, process = read_folder
    found: dict[str, list[Reading | Skip]] = {}
    for one in pickle.loads(process.stdout):
        path = one.path if isinstance(one, Skip) else one.source.path
        name = path if path in expected else path.rpartition("#")[0]
        found.setdefault(name, []).append(one)
    return expected, found


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 80


def test_nothing_is_lost_and_nothing_is_made_up(hostile: tuple[dict[str, str], Found]) -> None:
    expected, found = hostile
    assert sorted(found) == sorted(expected)


def test_each_is_read_or_skipped_as_it_must_be(hostile: tuple[dict[str, str], Found]) -> None:
    expected, found = hostile
    came = {name: one[0].code if isinstance(one[0], Skip) else "" for name, one in found.items()}
    assert {name: (code, expected[name]) for name, code in came.items() if code != expected[name]} == {}


def test_every_skip_says_why_and_what_to_do(hostile: tuple[dict[str, str], Found]) -> None:
    skips = [one for some in hostile[1].values() for one in some if isinstance(one, Skip)]
    assert {one.code for one in skips} <= set(CODES)
    assert [one for one in skips if not one.reason.endswith(".") or len(one.reason) < 20 or "\n" in one.reason] == []


def test_every_text_is_clean(hostile: tuple[dict[str, str], Found]) -> None:
    for some in hostile[1].values():
        for one in some:
            if isinstance(one, Reading):
                text = one.document.text
                assert text.encode("utf-8")
                assert text == text.strip() and "\n\n\n" not in text
                assert not any(mark in text for mark in "\r\0\x0b\x0c\u00ad\u200b\u200e\ufeff\u2028\x1b")


@pytest.mark.parametrize(
    "name",
    [
        "utf-8",
        "utf-8-bom",
        "utf-16-le-bom",
        "utf-16-be-bom",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "windows-1252",
        "mac-roman",
    ],
)
def test_encodings_give_the_same_text(name: str, hostile: tuple[dict[str, str], Found]) -> None:
    [one] = hostile[1][f"enc/{name}.txt"]
    assert isinstance(one, Reading)
    assert one.document.text == (WESTERN if name == "iso-8859-15" else PAIR).strip()


def test_names_stay_inside_the_folder(hostile: tuple[dict[str, str], Found]) -> None:
    for name, some in hostile[1].items():
        assert name.isprintable() and not name.startswith("/") and ".." not in name.split("/")
        assert name.encode("utf-8") and some


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    begun = time.perf_counter()
    [one] = read(tmp_path, CONFIG)
    assert isinstance(one, Skip) and one.code == "E106"
    assert time.perf_counter() - begun < 20  # on a busy machine; nobody ever writes to it


def test_a_device_is_not_read() -> None:
    [one] = read(Path("/dev/zero"), CONFIG)
    assert isinstance(one, Skip) and one.code == "E106"


def test_what_may_not_be_read_is_skipped() -> None:
    """As another user where the tests run as root, who may read everything."""
    with tempfile.TemporaryDirectory() as made, as_nobody(Path(made)) as folder:
        expected = dict(locked(folder, root=False))
        found = list(read(folder.parent, CONFIG))
        (folder / "closed").chmod(0o700)
    assert {one.path: one.code for one in found if isinstance(one, Skip)} == expected


@contextmanager
def as_nobody(folder: Path) -> Iterator[Path]:
    """A folder of one's own without the powers of root, inside ``folder``."""
    folder.chmod(0o777)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        own = folder / "own"
        own.mkdir()
        yield own
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_beginning_of_a_file_raises(name: str) -> None:
    data = FILES[name][0]()
    for cut in (0.1, 0.5, 0.9):
        assert list(read_bytes(data[: min(int(len(data) * cut), 300_000)], name, CONFIG, Manifest()))


@pytest.mark.parametrize("data", [word(FRENCH), epub(), pdf(["A page of text."])], ids=["docx", "epub", "pdf"])
def test_no_flipped_byte_raises(data: bytes) -> None:
    for place in range(0, len(data), max(1, len(data) // 60)):
        flipped = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        assert list(read_bytes(flipped, "x", CONFIG, Manifest()))


def test_memory_is_bounded(read_folder: tuple[dict[str, str], subprocess.CompletedProcess[bytes]]) -> None:
    """The whole folder is read in an address space of two gigabytes."""
    _, process = read_folder
    assert process.stderr == b""
    assert len(pickle.loads(process.stdout)) > len(FILES)
