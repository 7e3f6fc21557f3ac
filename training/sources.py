"""Which parallel text is used, how much of it and how often, and whom its licences ask to name."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from training.errors import TrainingError

FILE = Path(__file__).with_name("sources.toml")
SYNTHETIC = "back-translation"  # the name under which back-translated text stands among the sources
MONOLINGUAL = "United Nations General Debate Corpus (English; CC0 1.0), for back-translation"


class Source(NamedTuple):
    """One source: ``weight`` is how often each of its pairs is seen in an epoch, on average."""

    name: str
    weight: float
    licence: str
    credit: str
    limit: int = 1_000_000_000


def load(file: Path = FILE) -> dict[str, Source]:
    """The sources that are used, by name, in the order of the file. Raises TrainingError when one is not whole."""
    try:
        sources = [Source(**table) for table in tomllib.loads(file.read_text("utf-8"))["source"]]
    except (OSError, TypeError, KeyError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"{file}: cannot be read as a list of sources ({error}). Mend it.") from error
    return {source.name: source for source in sources}


def without(sources: Mapping[str, Source], names: Iterable[str]) -> dict[str, Source]:
    """The sources less those of ``names``. Raises TrainingError for a name that is not among them."""
    leave = set(names)
    if unknown := leave - sources.keys():
        raise TrainingError(f"{', '.join(sorted(unknown))}: no such source. Known: {', '.join(sources)}.")
    return {name: source for name, source in sources.items() if name not in leave}


def attribution(sources: Iterable[Source], pairs: Mapping[str, int]) -> list[str]:
    """A line for each source: what it is, under which licence, and how many pairs of it were used.

    >>> attribution([Source("a", 1.0, "CC0", "Texts of A")], {"a": 1200})
    ['- Texts of A (CC0; 1,200 pairs)']
    """
    return [
        f"- {source.credit} ({source.licence}; {pairs[source.name]:,} pairs)"
        for source in sources
        if pairs.get(source.name)
    ]
