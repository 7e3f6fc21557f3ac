"""The configuration: one frozen value, read once and handed down.

Each stage has a section of its own, which goes into that stage's signature: changing a setting makes stale what that
stage made, and nothing else. ``enregard.toml`` in the working folder (or ``--config FILE``) overrides the defaults::

    [read]
    max_bytes = 10_000_000

    [translate]
    engine = "apertium"
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import ConfigError

PROJECT = Path(__file__).resolve().parent.parent
Section = TypeVar("Section")


@dataclass(frozen=True, slots=True)
class ReadConfig:
    """Reading and repairing files."""

    max_bytes: int = 50_000_000
    max_unpacked: int = 200_000_000  # bytes that a .docx or .epub may unpack to
    max_ratio: int = 200  # times its own size that an archive of more than 1 MB unpacked may grow
    max_markup: int = 5_000_000  # characters of .html or .md read with full understanding; beyond, tags are stripped
    max_pages: int = 5_000  # of a PDF
    max_seconds: float = 60.0  # of processor time for one file
    max_memory: int = 2_000_000_000  # bytes of address space of the process that reads
    max_text: int = 50_000_000  # characters that come out of one file
    max_depth: int = 50  # folders within folders
    ocr: bool = True  # recognise the text of scans and pictures, where Tesseract is installed
    ocr_languages: tuple[str, ...] = ("fra", "eng")  # as Tesseract calls them
    text_columns: tuple[str, ...] = ("text", "texte", "content", "contenu", "body")


@dataclass(frozen=True, slots=True)
class SegmentConfig:
    """Blocks and sentences."""

    max_chars: int = 2_000


@dataclass(frozen=True, slots=True)
class DetectConfig:
    """Language identification. Confidences and shares are between 0 and 1."""

    languages: tuple[str, ...] = ("fr", "en")
    min_confidence: float = 0.5  # below it a language is "und"
    stay: float = 0.9  # how often a sentence has the language of the one before it in its block
    stay_across: float = 0.6  # the same across blocks
    stay_residue: float = 0.2  # the same where one of the two is web residue, which has the language of its site
    floor: float = 0.1  # share of a document's prior that is spread evenly over the languages
    span_letters: int = 10  # a stretch in another language has at least as many
    span_confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class TranslateConfig:
    """Translation engines and batches."""

    engine: str = "auto"
    source: str = "fr"
    target: str = "en"
    beam: int = 4
    mark_unknown: bool = True  # leave Apertium's * on the words that it could not translate
    max_chars: int = 600  # a longer text is cut at clause marks, translated in pieces and joined
    batch_chars: int = 24_000  # given to the engine at once; the caller can store after each batch
    glossary: str = ""  # file of agreed terms; by default glossary.tsv beside the documents or in the working folder
    window: int = 4_096  # distinct texts sorted by length together


@dataclass(frozen=True, slots=True)
class AlignConfig:
    """Which documents face each other, and the sentences within a pair."""

    max_side: int = 5
    reach: int = 10  # sentences to each side of the first pass's path that the second pass searches
    left: str = "fr"
    similar: float = 0.5  # cosine from which sentences that choose each other count as counterparts
    order: float = 0.7  # least part of the counterparts in the same order, for a translation or a partial one
    translation: float = 0.45  # least part of both documents that has a counterpart
    balance: float = 0.6  # least ratio of those two parts; below it one document holds more than the other
    partial: float = 0.35  # least part of one of the two, for a partial translation
    topic: float = 0.7  # cosine of mean vectors from which documents are comparable


@dataclass(frozen=True, slots=True)
class MineConfig:
    """Sentences and passages that say the same thing in different documents; thresholds are on scores in 0..1."""

    max_sentences: int = 3
    neighbours: int = 4
    threshold: float = 0.5  # of translations in two unordered sets
    passage_threshold: float = 0.3  # of passages in documents that do not translate each other
    passage_precision: float = 0.5  # expected of them together; where it is less, only sure ones are kept
    related_threshold: float = 0.5  # of what tells of the same event and says something else of it


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. ``data`` is where installed translation packages live.

    ``workers`` is how many processes share the work, 0 for one a processor. ``cluster`` has Dask share it out instead:
    ``dask`` to processes of this machine, ``dask://HOST:PORT`` to the workers of a scheduler. Whatever they are, the
    corpus is the same.
    """

    read: ReadConfig = field(default_factory=ReadConfig)
    segment: SegmentConfig = field(default_factory=SegmentConfig)
    detect: DetectConfig = field(default_factory=DetectConfig)
    translate: TranslateConfig = field(default_factory=TranslateConfig)
    align: AlignConfig = field(default_factory=AlignConfig)
    mine: MineConfig = field(default_factory=MineConfig)
    data: Path = PROJECT / ".data"
    workers: int = 0
    cluster: str = ""


def language_order(config: Config) -> tuple[str, ...]:
    """The languages of the corpus from left to right: ``align.left`` if it is one of them, then as ``detect`` has them.

    >>> language_order(Config(detect=DetectConfig(("de", "fr", "en"))))
    ('fr', 'de', 'en')
    """
    first = [code for code in config.detect.languages if code == config.align.left]
    return tuple(dict.fromkeys([*first, *config.detect.languages]))


def translated_languages(config: Config) -> tuple[str, ...]:
    """The languages whose texts are translated, ``translate.source`` first: all of the corpus but the target.

    >>> translated_languages(Config(detect=DetectConfig(("fr", "en", "de"))))
    ('fr', 'de')
    """
    languages = dict.fromkeys([config.translate.source, *config.detect.languages])
    return tuple(code for code in languages if code != config.translate.target)


def load(path: Path | None = None) -> Config:
    """The defaults, overlaid with ``path`` (by default ``enregard.toml`` in the working folder, if there is one).

    Raises ConfigError for a file that cannot be read, an unknown section or key, or a value of the wrong type.
    """
    file = path or Path("enregard.toml")
    if path is None and not file.exists():
        return Config()
    if file.exists() and not file.is_file():
        raise ConfigError(f"{file}: is no file. Name a TOML file with --config.")
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read as TOML ({error}). Mend the file, or move it away.") from error
    config = overlay(Config(), table, str(file))
    if not config.translate.glossary:
        return config
    glossary = str(file.parent / config.translate.glossary)  # beside the file that names it
    return replace(config, translate=replace(config.translate, glossary=glossary))


def overlay(config: Config, table: Mapping[str, Any], origin: str) -> Config:
    """``config`` with the sections of ``table`` laid over it."""
    changes: dict[str, Any] = {}
    for name, value in table.items():
        if name == "data":
            if not isinstance(value, str) or not value.strip() or "\0" in value:
                raise ConfigError(f"{origin}, key 'data': {value!r} is no path.")
            changes[name] = Path(value)
        elif name == "cluster":
            changes[name] = _value("", value, f"{origin}, key 'cluster'")
        elif name == "workers":
            changes[name] = _value(1, value, f"{origin}, key 'workers'")
        elif name in _names(config) and isinstance(value, Mapping):
            changes[name] = _section(getattr(config, name), value, f"{origin}, section [{name}]")
        else:
            raise ConfigError(f"{origin}: unknown section {name!r}. Known: {', '.join(_names(config))}.")
    return replace(config, **changes)


def settings(section: Any) -> dict[str, object]:
    """A section as plain values, for a signature."""
    return asdict(section)


def _section(section: Section, table: Mapping[str, Any], origin: str) -> Section:
    names = _names(section)
    changes: dict[str, Any] = {}
    for key, value in table.items():
        if key not in names:
            raise ConfigError(f"{origin}: unknown key {key!r}. Known: {', '.join(names)}.")
        changes[key] = _value(getattr(section, key), value, f"{origin}, key {key!r}")
    return replace(section, **changes)  # type: ignore[type-var]


def _value(default: Any, value: Any, origin: str) -> Any:
    if isinstance(default, tuple):
        return _list(value, origin)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if default is not None and type(value) is not type(default):
        raise ConfigError(f"{origin}: {value!r} is not of the type {type(default).__name__}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{origin}: {value!r} is no number that can be used.")
    is_count = isinstance(default, int) and not isinstance(default, bool)
    if isinstance(value, (int, float)) and (value < 0 or (value == 0 and is_count)):
        raise ConfigError(f"{origin}: {value!r} must be above 0.")
    return value


def _list(value: Any, origin: str) -> tuple[str, ...]:
    """A setting that is a list holds words."""
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise ConfigError(f'{origin}: {value!r} is no list of words. Write it as ["one", "two"].')
    return tuple(value)


def _names(section: Any) -> list[str]:
    return [setting.name for setting in fields(section)]
