"""The configuration: one frozen value, read once and handed down.

Each stage has a section of its own, which goes into that stage's signature: changing a setting makes stale what that
stage made, and nothing else. ``enregard.toml`` in the working folder (or ``--config FILE``) overrides the defaults::

    [read]
    max_bytes = 10_000_000

    [translate]
    engine = "apertium"
"""

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
    text_columns: tuple[str, ...] = ("text", "texte", "content", "contenu", "body")


@dataclass(frozen=True, slots=True)
class SegmentConfig:
    """Blocks and sentences."""

    max_chars: int = 2_000


@dataclass(frozen=True, slots=True)
class DetectConfig:
    """Language identification."""

    languages: tuple[str, ...] = ("fr", "en")


@dataclass(frozen=True, slots=True)
class TranslateConfig:
    """Translation engines and batches."""

    engine: str = "auto"
    source: str = "fr"
    target: str = "en"


@dataclass(frozen=True, slots=True)
class AlignConfig:
    """Which documents face each other, and the sentences within a pair."""

    max_side: int = 4


@dataclass(frozen=True, slots=True)
class MineConfig:
    """Passages that say the same thing in different documents."""

    max_sentences: int = 3


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. ``data`` is where installed translation packages live."""

    read: ReadConfig = field(default_factory=ReadConfig)
    segment: SegmentConfig = field(default_factory=SegmentConfig)
    detect: DetectConfig = field(default_factory=DetectConfig)
    translate: TranslateConfig = field(default_factory=TranslateConfig)
    align: AlignConfig = field(default_factory=AlignConfig)
    mine: MineConfig = field(default_factory=MineConfig)
    data: Path = PROJECT / ".data"


def load(path: Path | None = None) -> Config:
    """The defaults, overlaid with ``path`` (by default ``enregard.toml`` in the working folder, if there is one).

    Raises ConfigError for a file that cannot be read, an unknown section or key, or a value of the wrong type.
    """
    chosen = path or Path("enregard.toml")
    if path is None and not chosen.exists():
        return Config()
    try:
        table = tomllib.loads(chosen.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{chosen}: cannot be read as TOML ({error}). Mend the file, or move it away.") from error
    return overlay(Config(), table, str(chosen))


def overlay(config: Config, table: Mapping[str, Any], where: str) -> Config:
    """``config`` with the sections of ``table`` laid over it."""
    changes: dict[str, Any] = {}
    for name, value in table.items():
        if name == "data":
            changes[name] = Path(str(value))
        elif name in _names(config) and isinstance(value, Mapping):
            changes[name] = _section(getattr(config, name), value, f"{where}, section [{name}]")
        else:
            raise ConfigError(f"{where}: unknown section {name!r}. Known: {', '.join(_names(config))}.")
    return replace(config, **changes)


def settings(section: Any) -> dict[str, object]:
    """A section as plain values, for a signature."""
    return asdict(section)


def _section(section: Section, table: Mapping[str, Any], where: str) -> Section:
    known = _names(section)
    changes: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"{where}: unknown key {key!r}. Known: {', '.join(known)}.")
        changes[key] = _value(getattr(section, key), value, f"{where}, key {key!r}")
    return replace(section, **changes)  # type: ignore[type-var]


def _value(default: Any, value: Any, where: str) -> Any:
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(value)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if default is not None and type(value) is not type(default):
        raise ConfigError(f"{where}: {value!r} is not of the type {type(default).__name__}.")
    return value


def _names(section: Any) -> list[str]:
    return [one.name for one in fields(section)]
