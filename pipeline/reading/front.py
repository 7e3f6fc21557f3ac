"""What a site generator finds in a page: front matter as YAML, JSON or TOML, and the tags of its templates."""

import json
import re
import tomllib
from collections.abc import Mapping

LONGEST_FRONT = 100_000  # characters
TEMPLATE_TAG = re.compile(
    r"(?<!`)(?:\{\{[<%](.{0,1000}?)[>%]\}\}|\{%(.{0,1000}?)%\})", re.DOTALL
)  # of Hugo, and Liquid
_FRONT = re.compile(r"\A(---|\+\+\+)[ \t]*\n")
_PAIR = re.compile(r"^([A-Za-zéÉ_-]{1,40})[ \t]*[:=][ \t]*(.*)$", re.MULTILINE)


def split_front(text: str) -> tuple[Mapping[str, object], str]:
    """What stands before the text between two lines of ``---`` (YAML) or ``+++`` (TOML), and the text."""
    begin = _FRONT.match(text)
    end = re.compile(rf"^{re.escape(begin[1])}[ \t]*$\n?", re.MULTILINE).search(text, begin.end()) if begin else None
    if begin is None or end is None or end.start() > LONGEST_FRONT:
        return {}, text
    matter = text[begin.end() : end.start()]
    values = _yaml(matter) if begin[1] == "---" else _toml(matter)
    return (values, text[end.end() :]) if values or not matter.strip() else ({}, text)


def _yaml(matter: str) -> Mapping[str, object]:
    """Keys and values, all scalars as they are written; line by line where it is no YAML (``title: A: b``)."""
    import yaml

    if matter.lstrip().startswith("{"):
        return _json(matter)
    try:
        values = yaml.load(matter, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        values = None
    return values if isinstance(values, dict) else _pairs(matter)


def _json(matter: str) -> Mapping[str, object]:
    try:
        values = json.loads(matter)
    except (ValueError, RecursionError):
        return _pairs(matter)
    return values if isinstance(values, dict) else {}


def _toml(matter: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(matter)
    except (tomllib.TOMLDecodeError, RecursionError):
        return _pairs(matter)


def _pairs(matter: str) -> Mapping[str, object]:
    return {key: value.strip().strip("\"'[]") for key, value in _PAIR.findall(matter)}
