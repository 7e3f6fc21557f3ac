"""The generated pages are up to date, and what the README shows works."""

import re
from pathlib import Path

import pytest

from pipeline import VERSION, docs
from pipeline.search import sql

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", docs.pages())
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (PROJECT / "docs" / name).read_text("utf-8") == docs.pages()[name], "run `make docs`"


def test_the_readme_shows_the_recipes_as_they_are() -> None:
    shown = [block.strip() for block in re.findall(r"```sql\n(.+?)```", README, re.DOTALL)]
    assert shown == [one.sql for one in sql.recipes().values()]


def test_every_dependency_has_its_reason() -> None:
    declared = re.findall(r'^    "([A-Za-z0-9-]+)>=', (PROJECT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    table = README.split("## What it is built on")[1]
    assert [one for one in declared if f"`{one}`" not in table] == []


def test_every_link_in_the_readme_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []


def test_make_help_lists_every_target_that_the_readme_names() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", README)) <= targets


def test_the_citation_names_this_version() -> None:
    assert f"\nversion: {VERSION}\n" in (PROJECT / "CITATION.cff").read_text("utf-8")
