"""What the views mean, column by column, from the comments in ``db/views.sql``."""

import re
from importlib import resources


def view_columns() -> dict[str, tuple[str, dict[str, str]]]:
    """View to (what it holds, column to what it means)."""
    views: dict[str, tuple[str, dict[str, str]]] = {}
    source = resources.files("db").joinpath("views.sql").read_text("utf-8")
    for comment, name in re.findall(r"((?:^-- .*\n)+)CREATE VIEW (\w+) AS", source, re.MULTILINE):
        purpose, *columns = comment.strip().split("\n")
        pairs = (line.removeprefix("--").split(maxsplit=1) for line in columns)
        views[name] = (purpose.split(": ", 1)[1], {column: meaning for column, meaning in pairs})
    return views
