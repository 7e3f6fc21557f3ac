"""What people say about the documents of a folder: ``manifest.toml``, and the languages in file names.

::

    [[document]]
    path = "2024-06-20-traite.fr.txt"     # relative to the folder of the manifest; * and ** and ? are patterns
    title = "Un traité"
    date = "2024-06-20"                   # ISO 8601: a year, a month or a day
    outlet = "La Gazette"
    author = "Jeanne Martin"
    url = "https://gazette.example/traite"
    licence = "CC0-1.0"
    languages = ["fr"]
    translation_of = ["2024-06-21-treaty.en.txt"]

All keys but ``path`` are optional. Where several entries match a name the later one wins, key by key, and an entry with
the very name wins over patterns. ``[expect]`` is for tests and is not read here.
"""

import datetime
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.reading.extract import iso_date
from pipeline.records import digest

NAME = "manifest.toml"
KINDS = """.txt .text .md .markdown .html .htm .xhtml .docx .pdf .epub .srt .vtt .csv .tsv .jsonl .ndjson .json .odt
    .odp .ods .rtf .pptx .xlsx .doc .xls .eml .mbox .zip""".split()  # noqa: SIM905

_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_MARKED = re.compile(r"^(?:(.+)[._])?(fr|en)(?:[-_][A-Za-z]{2})?$", re.IGNORECASE)
_FOLDER = re.compile(r"^(fr|en)(?:[-_][A-Za-z]{2})?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the manifest says about one document; None or empty where it says nothing."""

    title: str | None = None
    date: str | None = None
    outlet: str | None = None
    author: str | None = None
    url: str | None = None
    licence: str | None = None
    languages: tuple[str, ...] = ()
    translation_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """Entries by path or pattern, in the order of the file."""

    entries: tuple[tuple[str, Entry], ...] = ()

    def entry(self, name: str) -> Entry:
        """Everything that is said about ``name``. A row of a table (``a.csv#3``) has its file's entry too."""
        merged = Entry()
        names = {_normal(name), _normal(name.partition("#")[0])}
        names |= {name.replace("\\x23", "#").replace("\\x5c", "\\") for name in names}  # as a person writes them
        for exact in (False, True):
            for path, entry in self.entries:
                if (path in names) if exact else any(_matches(path, one) for one in names):
                    merged = _over(merged, entry)
        return merged

    def fingerprint(self, name: str) -> str:
        """A hash that changes when what is said about ``name`` does."""
        return _fingerprint(self.entry(name) if self.entries else Entry())

    def unmatched(self, names: Iterable[str]) -> tuple[str, ...]:
        """Paths and patterns of the manifest that fit none of ``names``: misspelt, or of files that are gone."""
        keys = [_normal(name) for name in names]
        keys += [name.replace("\\x23", "#").replace("\\x5c", "\\") for name in keys]
        return tuple(path for path, _ in self.entries if not any(_matches(path, name) for name in keys))


@lru_cache(maxsize=128)
def _fingerprint(entry: Entry) -> str:
    return digest("manifest", repr(entry))


def load_manifest(root: Path) -> Manifest:
    """The manifest of a folder, or of the folder of a file; an empty one where there is none.

    Raises ConfigError naming the file, the entry and the key that cannot be used.
    """
    path = (root if root.is_dir() else root.parent) / NAME
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML ({error}). Mend the file, or move it away.") from error
    unknown = sorted(table.keys() - {"document", "expect"})
    if unknown:
        raise ConfigError(f"{path}: unknown table {unknown[0]!r}. Known: [[document]] and [expect].")
    documents = table.get("document", [])
    if not isinstance(documents, list):
        raise ConfigError(f"{path}: [document] must be written [[document]], once for each document.")
    return Manifest(tuple(_entry(one, f"{path}, document {n}") for n, one in enumerate(documents, 1)))


def _entry(table: Any, context: str) -> tuple[str, Entry]:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{context}: must be a table of keys.")
    keys = [one.name for one in fields(Entry)]
    unknown = [key for key in table if key not in keys and key != "path"]
    if unknown:
        raise ConfigError(f"{context}: unknown key {unknown[0]!r}. Known: path, {', '.join(keys)}.")
    path = _relative(table.get("path"), f"{context}, key 'path'")
    values = {
        key: _value(key, value, f"{context} ({path}), key {key!r}") for key, value in table.items() if key != "path"
    }
    return path, Entry(**values)


def _value(key: str, value: object, context: str) -> Any:
    if key == "languages":
        return tuple(_language(one, context) for one in _listed(value))
    if key == "translation_of":
        return tuple(_relative(one, context) for one in _listed(value))
    if key == "date":
        return _date(value, context)
    if not isinstance(value, str):
        raise ConfigError(f"{context}: {value!r} must be a text in quotation marks.")
    return unicodedata.normalize("NFC", value).strip() or None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _language(value: object, context: str) -> str:
    if isinstance(value, str) and _CODE.fullmatch(value):
        return value
    raise ConfigError(f"{context}: {value!r} is no language code such as 'fr' or 'en'.")


def _relative(value: object, context: str) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{context}: {value!r} must be the path of a document, relative to the manifest.")
    if value.startswith("/") or ".." in value.split("/"):
        raise ConfigError(f"{context}: {value!r} leads out of the folder. Write paths relative to the manifest.")
    return _normal(value)


def _date(value: object, context: str) -> str:
    text = value.isoformat() if isinstance(value, datetime.date) else value
    iso = iso_date(text)
    if iso is None or not isinstance(text, str) or not text.startswith(iso):
        raise ConfigError(f"{context}: {value!r} is no date. Write it as 2024, 2024-06 or 2024-06-19.")
    return iso


def _over(below: Entry, above: Entry) -> Entry:
    """``below`` with everything that ``above`` says laid over it."""
    filled = {one.name: getattr(above, one.name) for one in fields(Entry) if getattr(above, one.name)}
    return replace(below, **filled)


def _normal(name: str) -> str:
    """Names compare in NFC: some file systems store them decomposed."""
    return unicodedata.normalize("NFC", name).removeprefix("./")


def _matches(pattern: str, name: str) -> bool:
    """Whether a path or pattern fits: ``*`` and ``?`` within one folder, ``**`` across folders."""
    if pattern == name:
        return True
    escaped = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    return bool(re.fullmatch(escaped.replace(r"\*", "[^/]*").replace(r"\?", "[^/]"), name, re.DOTALL))


def name_language(name: str) -> str | None:
    """The language that a file's name gives it.

    >>> name_language("a/x.fr.txt"), name_language("x_en.md"), name_language("EN/x.txt"), name_language("center.txt")
    ('fr', 'en', 'en', None)
    """
    return _split(name)[1]


def hints(names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """For each name, those that differ in the language alone: ``x.fr.txt`` and ``x.en.txt``, ``fr/x`` and ``en/x``.

    Names without such a counterpart are left out.
    """
    families: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in names:
        family, language = _split(name)
        if language:
            families[family].append((name, language))
    facing: dict[str, tuple[str, ...]] = {}
    for members in families.values():
        for name, language in members:
            counterparts = tuple(sorted(other for other, theirs in members if theirs != language))
            if counterparts:
                facing[name] = counterparts
    return facing


def _split(name: str) -> tuple[str, str | None]:
    """A name without its language and its kind, and the language: of the file's own name, or else of a folder."""
    *folders, last = _normal(name).split("/")
    stem, dot, extension = last.rpartition(".")
    stem = stem if dot and f".{extension.lower()}" in KINDS else last
    marked = _MARKED.match(stem)
    languages = [marked[2].lower()] if marked else []
    languages += [folder[1].lower() for folder in map(_FOLDER.match, reversed(folders)) if folder]
    neutral = ["*" if _FOLDER.match(folder) else folder for folder in folders]
    return "/".join([*neutral, (marked[1] or "*") if marked else stem]), languages[0] if languages else None
