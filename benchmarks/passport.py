"""Fitted numbers written down with their passport: which command, which data, when, and what they are worth.

A file of ``pipeline.weights``: the fitting commands make it with ``--write``, nobody edits it by hand.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from benchmarks.floors import DEV, HERE

PACKAGE = HERE.parent / "pipeline"
Value = str | float | Mapping[str, float]


def data_digest(*folders: str | Path) -> str:
    """16 hexadecimal digits of all files under these folders (or of these files): of their names and their bytes.

    A relative one is of the development data.
    """
    digest = sha256()
    for folder in folders:
        root = DEV / folder
        for file in sorted(path for path in [root, *root.rglob("*")] if path.is_file()):
            name = file.relative_to(root.parent).as_posix()
            digest.update(f"{name}\0{sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def write(
    name: str,
    tables: Mapping[str, Mapping[str, float]],
    passport: Mapping[str, Value],
) -> Path:
    """Write the file ``name`` of the package: ``passport`` needs ``command``, ``data`` and ``held_back``."""
    whole = {"passport": {"date": f"{datetime.now(UTC):%Y-%m-%d}", **passport}, **tables}
    path = PACKAGE / name
    path.write_text("\n".join(_lines(whole)), "utf-8")
    return path


def _lines(tables: Mapping[str, Mapping[str, Value]]) -> Iterable[str]:
    """TOML: a string or number of JSON is one of TOML, too."""
    yield "# Written by the command named below; not to be edited by hand. See pipeline/weights.py."
    for name, values in tables.items():
        yield f"\n[{_key(name)}]"
        for key, value in values.items():
            if isinstance(value, Mapping):
                inner = ", ".join(f"{_key(label)} = {json.dumps(number)}" for label, number in value.items())
                yield f"{_key(key)} = {{ {inner} }}"
            else:
                yield f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}"
    yield ""


def _key(name: str) -> str:
    return name if name.replace("_", "").isascii() and name.replace("_", "").isalnum() else json.dumps(name)
