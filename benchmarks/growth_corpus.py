"""A corpus of files as large as one likes: ``python -m benchmarks.growth_corpus FOLDER [--documents 300]``.

Documents of sentences that are put together from parts in two languages.

Of ten documents two are translated whole (four documents), and six, three in each language, have no counterpart. Each
document keeps to some of the parts, as a text keeps to its subject.
"""

import argparse
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PARTS = Path(__file__).parent / "data" / "growth.toml"
KINDS = ("who", "does", "what", "where", "when")
SENTENCES = 30
KEPT = 8  # parts of each kind that a document keeps to
TEN = ("both", "fr", "en", "both", "fr", "en", "fr", "en")  # ten documents


class MadeUpDocument(NamedTuple):
    """What a document is called, and its sentences."""

    name: str
    sentences: list[str]


def make(folder: Path, count: int, seed: int = 1) -> Path:
    """``count`` files in ``folder``, which is made."""
    folder.mkdir(parents=True)
    for text in texts(count, seed):
        (folder / f"{text.name}.txt").write_text("\n\n".join(text.sentences) + "\n", "utf-8")
    return folder


def texts(count: int, seed: int = 1) -> Iterator[MadeUpDocument]:
    """``count`` documents under names that say nothing of which belong together."""
    chance = random.Random(seed)
    parts = tomllib.loads(PARTS.read_text("utf-8"))
    names = [f"{number:06}" for number in range(count)]
    chance.shuffle(names)
    number = 0
    while names:
        sides = TEN[number % len(TEN)]
        french, english = written(parts, chance)
        if sides != "en":
            yield MadeUpDocument(names.pop(), french)
        if sides != "fr" and names:
            yield MadeUpDocument(names.pop(), english)
        number += 1


def written(parts: dict[str, list[list[str]]], chance: random.Random) -> tuple[list[str], list[str]]:
    """One text in French and in English."""
    subject = {kind: chance.sample(parts[kind], KEPT) for kind in KINDS}
    french, english = [], []
    for _ in range(SENTENCES):
        pieces = [chance.choice(subject[kind]) for kind in KINDS]
        amount = chance.randrange(3, 2_000)
        first, second = (" ".join(piece[side] for piece in pieces) for side in (0, 1))
        french.append(f"{first}, pour {amount} euros.")
        english.append(f"{second}, for {amount} euros.")
    return french, english


def main() -> None:
    """Makes the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=300)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.documents)


if __name__ == "__main__":
    main()
