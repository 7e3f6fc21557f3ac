"""Files of every kind, changed at random as disks, transfers and careless programs change them: always the same ones.

``make(folder, count)`` writes them; ``python -m tests.mutants FOLDER COUNT`` writes them for a look.
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path

from tests.hostile import FILES

# what is whole and small among the hostile files, one or two of each format
WHOLE = (
    "enc/utf-8.txt",
    "enc/utf-16-le-bom.txt",
    "enc/windows-1252.txt",
    "page/plain.html",
    "page/unclosed.html",
    "zip/good.docx",
    "zip/good.epub",
    "pdf/good.pdf",
    "table/good.csv",
    "table/surrogates.jsonl",
    "marked/good.srt",
    "marked/front.md",
)
Mutation = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are others."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 1 + len(data) // 50)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """The end is missing, as after a transfer that broke off."""
    return data[: chance.randrange(len(data))]


def lose(data: bytes, chance: random.Random) -> bytes:
    """A stretch in the middle is missing."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randint(1, 1 + len(data) // 4) :]


def repeat(data: bytes, chance: random.Random) -> bytes:
    """A stretch stands there many times."""
    start = chance.randrange(len(data))
    end = start + chance.randint(1, 40)
    return data[:end] + data[start:end] * chance.choice((2, 50, 2_000)) + data[end:]


def swap(data: bytes, chance: random.Random) -> bytes:
    """Two halves have changed places."""
    middle = chance.randrange(len(data))
    return data[middle:] + data[:middle]


def zero(data: bytes, chance: random.Random) -> bytes:
    """A block of the disk is empty."""
    start = chance.randrange(len(data))
    size = min(chance.randint(1, 512), len(data) - start)
    return data[:start] + b"\0" * size + data[start + size :]


MUTATIONS: tuple[Mutation, ...] = (flip, cut, lose, repeat, swap, zero)


def mutant(number: int) -> tuple[str, bytes]:
    """Name and bytes of one file; one or two things have happened to it."""
    chance = random.Random(number)
    source = WHOLE[number % len(WHOLE)]
    data = FILES[source][0]()
    for _ in range(chance.choice((1, 1, 2))):
        data = chance.choice(MUTATIONS)(data, chance) or b"\0"
    stem, _, extension = source.rpartition("/")[2].rpartition(".")
    return f"{number:05}-{stem}.{extension}", data


def make(folder: Path, count: int) -> set[str]:
    """Write ``count`` files into ``folder``; their names."""
    mutants = dict(mutant(number) for number in range(count))
    for name, data in mutants.items():
        (folder / name).write_bytes(data)
    return set(mutants)


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
