"""What things are called: bindings say what they hold, and a name of a class or a file stands for one thing.

Of the bindings of each package at most ``MOST`` may say nothing.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
FOLDERS = ("pipeline", "db", "training", "benchmarks")
# Pronouns, adverbs, bare participles, and nouns as wide as "thing": they say nothing about what a variable holds.
_EMPTY = """
one ones other others some these those there here where what thing things stuff part parts place places own rest
found made said told kept known asked seen wanted chosen done given taken shown held gone used got
"""
EMPTY = set(_EMPTY.split())
MOST = 0.02
# Classes that share their name with a class of another module. Rename one, then take it out of this list.
SHARED_CLASSES: set[str] = {
    "Alignment",
    "Block",
    "Corpus",
    "Document",
    "DocumentPair",
    "Example",
    "Finding",
    "Job",
    "Result",
    "Run",
    "Segment",
    "Signature",
    "Source",
    "Span",
    "Translation",
}
# Files of one name in several packages, each time the same thing for two things (the format read, the format written).
SAME_THING = {"lines.py", "markup.py", "tmx.py", "xliff.py"}
# Files that share their name and are not the same thing. Rename one, then take it out of this list.
SHARED_FILES: set[str] = {
    "page.py",
    "queue.py",
}

Binding = tuple[str, str]  # where (file and line), name


def modules(folder: str) -> list[Path]:
    return sorted((PROJECT / folder).rglob("*.py"))


def package(path: Path) -> str:
    """``pipeline.align`` for a module of that package; ``db`` and the like count as one, with all below them."""
    names = path.relative_to(PROJECT).parts[:-1]
    return ".".join(names[:2] if names[0] == "pipeline" else names[:1])


def bindings(code: str) -> Iterator[tuple[int, str]]:
    """Line and name of each binding: parameters, targets of assignments, loops, ``with``, ``:=`` and ``except``."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            name = node.id
        elif isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            name = node.name
        else:
            continue
        if name not in ("self", "cls"):
            yield node.lineno, name


def by_package() -> dict[str, list[Binding]]:
    bound: dict[str, list[Binding]] = {}
    for folder in FOLDERS:
        for path in modules(folder):
            file = path.relative_to(PROJECT)
            names = [(f"{file}:{line}", name) for line, name in bindings(path.read_text("utf-8"))]
            bound.setdefault(package(path), []).extend(names)
    return {name: names for name, names in bound.items() if names}


def empty(name: str) -> bool:
    return name.strip("_").lower() in EMPTY


BOUND = by_package()


@pytest.mark.parametrize("name", sorted(BOUND))
def test_bindings_say_what_they_hold(name: str) -> None:
    without_content = [f"{line} {word}" for line, word in BOUND[name] if empty(word)]
    share = len(without_content) / len(BOUND[name])
    assert share <= MOST, f"{name}: {share:.4f} of its bindings say nothing: {', '.join(without_content[:40])}"


def test_a_class_name_stands_in_one_module() -> None:
    homes: dict[str, set[Path]] = {}
    for folder in FOLDERS:
        for path in modules(folder):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    homes.setdefault(node.name, set()).add(path.relative_to(PROJECT))
    shared = {name: sorted(map(str, paths)) for name, paths in homes.items() if len(paths) > 1}
    assert {name: shared[name] for name in shared.keys() - SHARED_CLASSES} == {}, "say which of the two it is"
    assert shared.keys() >= SHARED_CLASSES, "no longer shared: take it out of SHARED_CLASSES"


def test_a_file_name_stands_in_one_package_unless_it_is_the_same_thing() -> None:
    packages: dict[str, set[str]] = {}
    for folder in ("pipeline", "db"):
        for path in modules(folder):
            if path.name != "__init__.py":
                packages.setdefault(path.name, set()).add(package(path))
    shared = {name for name, homes in packages.items() if len(homes) > 1}
    assert shared - SAME_THING - SHARED_FILES == set(), "two things of one name"
    assert shared >= SHARED_FILES | SAME_THING, "no longer shared: take it out of SHARED_FILES"


def test_counting_knows_every_kind_of_binding() -> None:
    code = """
one = 1
found: int = 2
for made in []: pass
some = [said for said in ()]
with open("x") as told: pass
if (kept := 1): pass
def f(place, *parts, known=1, **asked): pass
lambda there: 0
these, (those, *rest) = [], ((), ())
try: pass
except ValueError as seen: pass
text.found = one.made
"""
    names = [name for _, name in bindings(code)]
    assert len(names) == 16
    assert all(map(empty, names))
    assert not any(map(empty, ("match", "segment", "placement", "rest_of_text")))
