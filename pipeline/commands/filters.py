"""The stages over lines as filters: each can be used and measured alone, without a corpus."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pipeline.config import Config
from pipeline.errors import EngineError, InputError
from pipeline.language import detect as detection
from pipeline.language import identify
from pipeline.reading.confined import ConfinedReader
from pipeline.reading.manifest import Manifest
from pipeline.records import Language, Skip
from pipeline.segmenting import segment as segmentation
from pipeline.translation import choose, glossary
from pipeline.translation import translate as translation
from pipeline.translation.terminology import NO_TERMS, Glossary

WINDOW = 10_000  # lines read ahead


def detect(lines: Iterable[str], config: Config) -> Iterator[tuple[Language, str]]:
    """The language of each line, and the line. Lines are no document: none is context for another."""
    texts = list(lines)
    languages = detection.detect_lines(texts, identify.load(config.detect), config.detect)
    yield from zip(languages, texts, strict=True)


def segment(data: bytes, name: str, language: str | None, config: Config) -> Iterator[str]:
    """The sentences of a document, without separators. Raises InputError if it cannot be read."""
    with ConfinedReader(config.read, Manifest()) as reader:
        readings = reader.read(data, name)
    for reading in readings:
        if isinstance(reading, Skip):
            raise InputError(reading.code, f"{reading.path}: {reading.reason}")
        guess = identify.language_of(identify.load(config.detect))
        for segmentation_of_document in segmentation.segment(
            [reading.document], (lambda _: language) if language else guess, config.segment
        ):
            yield from (" ".join(s.text.split()) for s in segmentation_of_document.segments if s.role != "separator")


def agreed_terms(config: Config) -> glossary.Listing:
    """The terms of the file that the settings name, or of the one in the working folder, if there is one."""
    return glossary.find_glossary(config.translate, [Path()])


def find_engine(config: Config, environ: Mapping[str, str], terms: Glossary = NO_TERMS) -> translation.Engine:
    """The engine that translates, with ``terms`` as agreed. Raises EngineError if none is at hand."""
    engine = choose.choose(config, environ, glossary=terms)
    if engine is None:
        raise EngineError(f"{choose.missing(config)} `enregard doctor` says more.")
    return engine


def translate(lines: Iterable[str], engine: translation.Engine, config: Config) -> Iterator[str]:
    """One translation for each line. Raises EngineError if the engine fails."""
    yield from (translated.text for translated in translation.in_order(lines, engine, config.translate))
