"""Which engine translates: the best that is at hand, or the one that is asked for. Never opens a connection."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.config import Config
from pipeline.errors import ConfigError, EngineError
from pipeline.translation import apertium, archive, argos, packages
from pipeline.translation.argos import Argos
from pipeline.translation.terminology import NO_TERMS, Glossary
from pipeline.translation.translate import Engine

ENGINES = ("auto", "argos", "apertium", "none")


def choose(
    config: Config, environ: Mapping[str, str], shipped: Path = packages.SHIPPED, glossary: Glossary = NO_TERMS
) -> Engine | None:
    """The engine that ``config.translate.engine`` asks for, or None for ``none`` and when ``auto`` finds none.

    ``auto`` takes, in this order: the file that ``ARGOS_PACKAGE`` names, the best Argos package by its figures, whether
    installed or in ``shipped`` (a file is installed first), Apertium. Raises EngineError, with what to do, when an
    engine asked for by name is missing, and ConfigError for a name that is not known. The engine uses the terms of
    ``glossary``.
    """
    engine_name = config.translate.engine
    if engine_name not in ENGINES:
        raise ConfigError(f"translate.engine = {engine_name!r}: no such engine. Known: {', '.join(ENGINES)}.")
    engine: Engine | None = None
    if engine_name in {"auto", "argos"}:
        engine = _argos(config, environ, shipped, glossary)
    if engine is None and engine_name in {"auto", "apertium"}:
        engine = _apertium(config, environ, glossary)
    if engine is None and engine_name in {"argos", "apertium"}:
        raise EngineError(missing(config))
    return engine


def local_package(
    config: Config, environ: Mapping[str, str], shipped: Path = packages.SHIPPED
) -> packages.Package | None:
    """The package that ``environ`` names, or the best one for the languages of ``config``: a file is installed now."""
    pair = (config.translate.source, config.translate.target)
    package = packages.find(config.data, *pair, environ)
    named = packages.named(environ)
    for file in [*([named] if named else []), *packages.better_shipped(package, shipped)]:
        contents = archive.inspect(file)
        if (contents.source, contents.target) == pair:
            return argos.install(file, config.data)
    return package


def _argos(config: Config, environ: Mapping[str, str], shipped: Path, glossary: Glossary) -> Engine | None:
    package = local_package(config, environ, shipped)
    return None if package is None else Argos(package, config.translate, glossary)


def _apertium(config: Config, environ: Mapping[str, str], glossary: Glossary) -> Engine | None:
    way = apertium.route(config.translate.source, config.translate.target, environ.get("PATH"))
    return None if way is None else apertium.Apertium(way, config.translate, glossary)


def described(engine: Engine, config: Config) -> str:
    """An engine and how good it is, such as ``apertium-3.9+fra-eng: 14.1 BLEU on newstest2013 (measured 2026)``."""
    if isinstance(engine, Argos):
        figures = packages.measured(engine.package)
    else:
        languages = (config.translate.source, config.translate.target)
        figures = packages.measured_apertium() if languages == ("fr", "en") else None
    return f"{engine.signature}: {figures or 'not measured'}"


def missing(config: Config) -> str:
    """What is not at hand of that which ``config.translate`` asks for, and what to do."""
    section = config.translate
    languages = section.source, section.target
    pair = f"from {section.source} to {section.target}"
    if section.engine == "apertium":
        hint = f"Run `sudo apt-get install {apertium.DEBIAN}`" if languages == ("fr", "en") else "Install such a pair"
        return f"Apertium cannot translate {pair} here. {hint}."
    wanted = "no Argos package" if section.engine == "argos" else "no translation engine"
    official = "fetch the official one, or, without a network, `make model ARGOS_PACKAGE=FILE`"
    own = "`make model ARGOS_PACKAGE=FILE` installs an Argos package of these languages"
    known = any((pinned.source, pinned.target) == languages for pinned in packages.pins())
    return f"{wanted} {pair} is at hand. {f'Run `make model` to {official}' if known else own}."
