"""Fitted numbers: each set stands in one data file beside the module that uses it, with a passport.

The table ``passport`` of such a file names the command that made the numbers, the data that they were fitted to (by
digest), the date, and the figure on data held back. All other tables are numbers by name. The commands in
``benchmarks/`` write these files; the numbers are part of a stage's rules (see ``provenance``), the passport is not.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

PACKAGE = Path(__file__).resolve().parent
PASSPORT = "passport"
Table = Mapping[str, float]


def load(name: str) -> Mapping[str, Table]:
    """The tables of numbers in a file of this package, such as ``align/mining.toml``; they cannot be changed."""
    tables = tomllib.loads((PACKAGE / name).read_text("utf-8"))
    numbers = {table: MappingProxyType(values) for table, values in tables.items() if table != PASSPORT}
    return MappingProxyType(numbers)


def ordered(table: Table, names: Sequence[str]) -> tuple[float, ...]:
    """The numbers in the order of ``names``. Raises ValueError unless the table has just these names."""
    if set(table) != set(names):
        raise ValueError(f"fitted for {', '.join(table)}, and not for {', '.join(names)}: fit the weights again")
    return tuple(float(table[name]) for name in names)
