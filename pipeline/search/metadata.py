"""What Datasette is told about a corpus: what each view and column means, which indexes search, and the recipes."""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.search.sql import Recipe

NAME = "corpus"  # of the database in addresses
RECIPE = "recipe-"  # before the names of queries: some views have the same names
LICENCE = "Each document has its own licence: see the column licence of the view documents."
ABOUT = "Every sentence with its language, its translation and what it faces. Begin with a view, or with a query below."
# Full-text indexes are found by Datasette only where they are declared in its own way.
SEARCHED = {
    "segment": {"fts_table": "segment_fts", "fts_pk": "docid", "searchmode": "raw"},
    "alignment": {"fts_table": "bitext_fts", "fts_pk": "docid", "searchmode": "raw"},
}
SETTINGS: Mapping[str, Any] = {
    "sql_time_limit_ms": 2_000,
    "max_returned_rows": 1_000,
    "allow_download": False,
    "suggest_facets": False,
}


def metadata(views: Mapping[str, tuple[str, Mapping[str, str]]], recipes: Mapping[str, Recipe]) -> dict[str, Any]:
    """Datasette's metadata: ``views`` is name to (purpose, column to meaning)."""
    described = {name: {"description": purpose, "columns": dict(columns)} for name, (purpose, columns) in views.items()}
    database = {
        "title": "The corpus",
        "description": ABOUT,
        "license": LICENCE,
        "tables": described | SEARCHED,
        "queries": {f"{RECIPE}{name}": _query(name, query) for name, query in recipes.items()},
    }
    return {"title": "En regard", "description": ABOUT, "license": LICENCE, "databases": {NAME: database}}


def _query(name: str, query: Recipe) -> dict[str, Any]:
    return {"title": name, "description": f"{query.purpose[0].upper()}{query.purpose[1:]}.", "sql": _or_default(query)}


def _or_default(query: Recipe) -> str:
    """A field of a form that is left empty is an empty text, where the recipes want NULL.

    >>> _or_default(Recipe("", "SELECT COALESCE(:words, 'a')", ("words",)))
    "SELECT COALESCE(NULLIF(:words, ''), 'a')"
    """
    return re.sub(r":([a-z]+)\b", r"NULLIF(:\1, '')", query.sql) if query.parameters else query.sql
