"""What a module's syntax tree says: a digest of it, and what it imports.

Trees of unchanged files are not read again: what came of a file stands in ``__pycache__`` under a hash of its content
and of this module's. It may be deleted at any time.
"""

import ast
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path

from pipeline.records import digest

UNTOLD = frozenset({"ctx", "kind", "type_comment", "type_ignores"})  # fields of a syntax tree that decide nothing
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
MOST = 1_000  # files remembered: more are of other states of the program


@dataclass(frozen=True, slots=True)
class Source:
    """A module as far as it can decide a result: the digest of its tree, and the names that it imports."""

    digest: str
    imports: frozenset[str]


class DigestedSources:
    """Modules by content, those of earlier processes included."""

    def __init__(self) -> None:
        self._method = Path(__file__).read_bytes()
        self._path = Path(cache_from_source(__file__)).with_suffix(".json")
        self._entries: dict[str, list[str]] = {}
        with suppress(OSError, ValueError, TypeError):
            self._entries = dict(json.loads(self._path.read_text("utf-8")))
        self._before = len(self._entries)

    def read(self, path: Path) -> Source:
        """A module."""
        content = path.read_bytes()
        key = blake2b(content, digest_size=16, key=blake2b(self._method, digest_size=32).digest()).hexdigest()
        try:
            told, *imports = self._entries[key]
        except (KeyError, TypeError, ValueError):
            tree = ast.parse(content)
            told, imports = digest(*canonical(tree)), sorted(set(_imported(tree)))
            self._entries[key] = [told, *imports]
        return Source(told, frozenset(imports))

    def write(self) -> None:
        """Keep what is new, where Python keeps such things."""
        if len(self._entries) == self._before or sys.dont_write_bytecode:
            return
        if len(self._entries) > MOST:
            self._entries = {}
        self._before = len(self._entries)
        partial = self._path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(self._entries), "utf-8")
            partial.replace(self._path)


def canonical(tree: ast.AST) -> list[str]:
    """What a syntax tree says, the same in every version of Python: no places, no docstrings, no empty fields."""
    out: list[str] = []
    _write(tree, out)
    return out


def _write(item: object, out: list[str]) -> None:
    if isinstance(item, ast.AST):
        out.append(type(item).__name__)
        for name, value in ast.iter_fields(item):
            content = _content(item, name, value)
            if content is not None and content != []:
                out.append(name)
                _write(content, out)
        out.append(")")
    elif isinstance(item, list):
        for child in item:
            _write(child, out)
        out.append("]")
    else:
        out.append(ascii(item))  # repr depends on the version's table of Unicode


def _content(item: ast.AST, name: str, value: object) -> object:
    """A field as far as it can decide anything."""
    if name in UNTOLD:
        return None
    if name == "body" and isinstance(item, DOCUMENTED) and ast.get_docstring(item, clean=False) is not None:
        return item.body[1:]
    if isinstance(item, ast.JoinedStr) and name == "values":
        return _joined(item.values)
    return value


def _joined(values: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string; which neighbouring literals are one part differs between versions of Python."""
    out: list[ast.expr] = []
    for value in values:
        last = out[-1] if out else None
        if isinstance(value, ast.Constant) and isinstance(last, ast.Constant):
            out[-1] = ast.Constant(str(last.value) + str(value.value))
        elif not (isinstance(value, ast.Constant) and value.value == ""):
            out.append(value)
    return out


def _imported(tree: ast.AST) -> Iterator[str]:
    """Full names of all that is imported, wherever in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
