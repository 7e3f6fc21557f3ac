"""The one style and the one script of the review page, and the templates: nothing is loaded from elsewhere."""

import hashlib
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
TEMPLATES = (FOLDER / "templates", FOLDER.parent / "report")  # those of the report are used, too
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#4d6d8f" d="M1 2h6v12H1z"/>'
    '<path fill="#a8683f" d="M9 2h6v12H9z"/></svg>'
)


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet, which shares its colours with the report."""
    return (TEMPLATES[1] / "palette.css.j2").read_text("utf-8") + (FOLDER / "static" / "review.css").read_text("utf-8")


@lru_cache(maxsize=1)
def script() -> str:
    """The script; every page works without it, too."""
    return (FOLDER / "static" / "review.js").read_text("utf-8")


@lru_cache(maxsize=1)
def version() -> str:
    """Changes with the style or the script, so that browsers may keep both for good."""
    return hashlib.sha256((style() + script()).encode("utf-8")).hexdigest()[:12]
