"""What punctuation says about where a bead ends: brackets left open, sentences that go on, questions opposite none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.align.band import Ints
from pipeline.embedding.embed import Floats

LETTERS = 3  # letters and digits without which a text is residue: a row of dots, a page ornament
_OPENING = re.compile(r"[\W\d_]*")
_ENDS = {
    "pause": re.compile(r"[;,]\W*$"),
    "colon": re.compile(r":\W*$"),
    "question": re.compile(r"\?\W*$"),
    "cry": re.compile(r"!\W*$"),
    "end": re.compile(r"[.!?…:;,]\W*$"),
}


@dataclass(frozen=True, slots=True)
class Structure:
    """Of n texts: brackets open before each, ``depth`` (n + 1,); the others (n,), 1 where it is so and 0 elsewhere.

    ``open`` (a pause at the end counts one half, a small letter that follows another), ``colon``, ``question`` and
    ``cry`` are of a text's end; ``bare`` ends in no mark at all, ``empty`` has hardly a letter.
    """

    depth: Ints
    open: Floats
    colon: Floats
    question: Floats
    cry: Floats
    bare: Floats
    empty: Floats


def structure(texts: Sequence[str]) -> Structure:
    """The structure of consecutive texts."""
    ends = {name: _flags([bool(mark.search(text)) for text in texts]) for name, mark in _ENDS.items()}
    broken = _flags([_OPENING.sub("", text, count=1)[:1].islower() for text in texts])
    return Structure(
        np.concatenate([[0], np.cumsum([_opened(text) for text in texts], dtype=np.intp)]),
        _flags((ends["pause"] + np.append(broken[1:], 0)) / 2),
        ends["colon"],
        ends["question"],
        ends["cry"],
        1 - ends["end"],
        _flags([sum(map(str.isalnum, text)) < LETTERS for text in texts]),
    )


def unbalanced(side: Structure, starts: slice, length: int) -> Floats:
    """1 for each run of ``length`` texts from ``starts`` that does not close just the brackets that it opens."""
    after = np.minimum(np.arange(starts.start, starts.stop) + length, len(side.depth) - 1)
    return _flags(side.depth[after] != side.depth[starts])


def at_end(values: Floats, starts: slice, length: int) -> Floats:
    """What is true of the last text of each run; of those beyond the end, of the very last."""
    places = np.minimum(np.arange(starts.start, starts.stop) + length - 1, len(values) - 1)
    out: Floats = values[places]
    return out


def _opened(text: str) -> int:
    return sum(text.count(mark) for mark in "([{") - sum(text.count(mark) for mark in ")]}")


def _flags(values: object) -> Floats:
    return np.asarray(values, dtype=np.float32)
