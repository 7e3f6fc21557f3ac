"""Each term of the glossary has a line of its own, and what is said to bear it exists."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import inspect

from db.engine import open_corpus

DOCS = Path(__file__).resolve().parent.parent / "docs"
ROW = re.compile(r"^\| (?P<term>(?!term\b|-)[^|]+) \| (?P<meaning>[^|]+) \| (?P<bearers>`[^|]+`) \|$", re.MULTILINE)
ROWS = [match.groupdict() for match in ROW.finditer((DOCS / "glossary.md").read_text("utf-8"))]
BEARERS = sorted({bearer for row in ROWS for bearer in re.findall("`([^`]+)`", row["bearers"])})


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """``table.column`` of every table and view of a new corpus."""
    engine = open_corpus(tmp_path_factory.mktemp("glossary") / "corpus.sqlite")
    with engine.connect() as connection:
        schema = inspect(connection)
        names = [*schema.get_table_names(), *schema.get_view_names()]
        every = {f"{name}.{column['name']}" for name in names for column in schema.get_columns(name)}
    engine.dispose()
    return every


def test_terms_stand_once_and_say_what_they_are() -> None:
    terms = [term for row in ROWS for term in row["term"].split(", ")]
    assert len(ROWS) >= 40
    assert len(terms) == len(set(terms))
    text = (DOCS / "glossary.md").read_text("utf-8")
    assert len(ROWS) == sum(line.startswith("| ") and "|---" not in line for line in text.splitlines()) - text.count(
        "| term |"
    )


@pytest.mark.parametrize("bearer", BEARERS)
def test_what_bears_a_term_exists(bearer: str, columns: set[str]) -> None:
    if not bearer.startswith(("pipeline.", "benchmarks.")):
        assert bearer in columns
        return
    module, _, name = bearer.rpartition(".")
    assert hasattr(import_module(module), name) or import_module(bearer)


@pytest.mark.parametrize("page", ["docs/architecture.md", "README.md"])
def test_the_glossary_is_linked(page: str) -> None:
    assert "glossary.md" in (DOCS.parent / page).read_text("utf-8")
