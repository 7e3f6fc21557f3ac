"""What the stages make of one document, one pair or one batch: functions without the store, so that any process of a
crew can do them. Each takes the tools and the item; what it needs of a corpus is in the item.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, repeat
from typing import Any, Generic, NamedTuple, TypeVar

from db.place import Place
from pipeline import config as configuration
from pipeline.align import pairs, path, sections, words
from pipeline.align.candidates import Remembered, outline
from pipeline.config import AlignConfig, Config
from pipeline.embedding import cache, threads, use
from pipeline.embedding.embed import Embedder
from pipeline.embedding.vector_store import Row, Taken
from pipeline.errors import EngineError
from pipeline.language import detect, identify
from pipeline.records import Alignment, Document, Finding, Segment, Segmentation, Translation
from pipeline.segmenting import segment
from pipeline.translation import choose, quality, translate, usability
from pipeline.translation.glossary import Listing
from pipeline.translation.terminology import NO_TERMS, Term

Sides = tuple[Sequence[Segment], Sequence[Segment]]
Item = TypeVar("Item")
Result = TypeVar("Result")
Detected = tuple[Segmentation, dict[str, float]]  # with the languages of the segments, and the share of each


class Tools:
    """The engines that the stages ask for, each loaded when it is first used.

    One process writes down the vectors; those that share its work are ``borrowing`` them.
    """

    def __init__(
        self, config: Config, environ: Mapping[str, str], vectors: Place, listing: Listing, borrowing: bool = False
    ) -> None:
        self.config = config
        self.environ = environ
        self.listing = listing
        self._vectors = vectors
        self._borrowing = borrowing

    @cached_property
    def identifier(self) -> identify.CombinedIdentifier:
        """Language identification."""
        return identify.load(self.config.detect)

    @cached_property
    def engines(self) -> dict[str, translate.Engine | None]:
        """The engine for each language that is translated, None where none is at hand.

        Raises EngineError when the engine that is asked for by name is missing for ``translate.source``.
        """
        languages = configuration.translated_languages(self.config)
        return {code: self._engine(code) for code in languages}

    def _engine(self, source: str) -> translate.Engine | None:
        config = replace(self.config, translate=replace(self.config.translate, source=source))
        terms = self.listing.glossary if source == self.config.translate.source else NO_TERMS
        try:
            return choose.choose(config, self.environ, glossary=terms)
        except EngineError:
            if source == self.config.translate.source:
                raise
            return None

    @cached_property
    def compared_languages(self) -> tuple[str, ...]:
        """The languages whose texts are compared, from left to right: those of the corpus that the embedder knows."""
        return tuple(code for code in configuration.language_order(self.config) if code in use.LANGUAGES)

    @property
    def aligning(self) -> AlignConfig:
        """How texts are aligned, the first of ``compared_languages`` on the left."""
        left = self.compared_languages[0] if self.compared_languages else self.config.align.left
        return replace(self.config.align, left=left)

    @cached_property
    def embedder(self) -> cache.CachedEmbedder:
        """Sentence vectors; what was read in an earlier run is not read again."""
        return cache.CachedEmbedder(use.load(), self._vectors, self._borrowing)

    @cached_property
    def linker(self) -> words.WordLinker:
        """Word links; loads the embedder's model at once."""
        return words.WordLinker(self.embedder)

    def settle(self) -> None:
        """Write down what the embedder was asked for. Raises StoreError where a stage has lost results since then."""
        if "embedder" in self.__dict__:
            self.embedder.settle()

    def close(self) -> None:
        """Let go of the files."""
        if "embedder" in self.__dict__:
            self.embedder.close()


def borrowed(config: Config, vectors: Place) -> Tools:
    """The tools of a process that shares work with others: one thread, and nothing is written."""
    threads.SHARED_OUT.set()
    return Tools(config, {}, vectors, Listing(), borrowing=True)


class FacingSides(NamedTuple):
    """The segments of two documents that face each other; ``bound`` is what people made of them."""

    sides: Sides
    bound: Sequence[path.BoundKeys]


class Task(NamedTuple, Generic[Item, Result]):
    """An item, and what is to be made of it with an embedder."""

    work: Callable[[Embedder, Item], Result]
    item: Item


class Done(NamedTuple, Generic[Result]):
    """What was made of an item, and what the embedder was asked for."""

    result: Result
    readings: Taken


class KeyedSegments(NamedTuple):
    """The segments of the document with this key."""

    key: str
    segments: Sequence[Segment]


class Translatable(NamedTuple):
    """A text and its language."""

    language: str
    text: str


class Checkable(NamedTuple):
    """A translation under its id, with its source; ``languages`` are those of the two, ``terms`` had to be used.

    ``score`` is the log-probability of a token, where the engine has one; ``signature_id`` is what it was made under.
    """

    id: str
    source: str
    text: str
    score: float | None
    languages: tuple[str, str]
    terms: tuple[Term, ...]
    signature_id: str


class Checked(NamedTuple):
    """What is wrong with a translation, how likely it is to be usable, and what the embedder was asked for."""

    findings: list[Finding]
    rating: usability.Rating
    readings: Taken


def segment_document(tools: Tools, document: Document) -> Segmentation:
    """The blocks and segments of a document."""
    language_of = identify.language_of(tools.identifier)
    return next(segment.segment([document], language_of, tools.config.segment))


def detect_languages(tools: Tools, segmentation: Segmentation) -> Detected:
    """The segmentation with the languages of its segments, and the share of each language."""
    detected = next(detect.detect([segmentation], tools.identifier, tools.config.detect))
    return detected, detect.profile(detected.segments)


def segment_and_detect(tools: Tools, document: Document) -> Detected:
    """The blocks and segments of a document, with the languages of the segments, and the share of each language."""
    return detect_languages(tools, segment_document(tools, document))


def do_task(tools: Tools, task: Task[Any, Result]) -> Done[Result]:
    """What a function of an embedder makes of an item."""
    return Done(task.work(tools.embedder, task.item), tools.embedder.taken())


def outline_document(tools: Tools, document: KeyedSegments) -> Done[Remembered]:
    """A document as pairing and the later stages ask for it, joints included: so that nothing is read twice."""
    key, segments = document
    items = pairs.select_items(key, segments, detect.profile(segments))
    for item in items:
        tools.embedder.features(item.texts, joined=True)
    within = sections.within_document(segments, tools.embedder, tools.aligning, tools.compared_languages)
    outlines = tuple(outline(item.key, item.language, item.texts) for item in items)
    return Done(Remembered(outlines, sections.cover(segments, within)), tools.embedder.taken())


def link_texts(tools: Tools, texts: Sequence[tuple[str, str]]) -> Done[list[list[list[int]]]]:
    """The word links of each pair of texts, as they are stored."""
    return Done([words.packed(links) for links in tools.linker(texts)], tools.embedder.taken())


def links_of(tools: Tools, texts: Sequence[tuple[str, str]]) -> list[list[list[int]]]:
    """The word links of each pair of texts, in a process that writes down by itself what its embedder reads."""
    return link_texts(tools, texts).result


def read_texts(tools: Tools, batches: Sequence[Sequence[str]]) -> list[dict[bytes, Row]]:
    """Rows of each batch of consecutive texts."""
    return [tools.embedder.read(batch, joined=True) for batch in batches]


def align_pair(tools: Tools, facing: FacingSides) -> Done[list[Alignment]]:
    """The beads of two documents."""
    config, embedder = tools.aligning, tools.embedder
    pieces = sections.facing(facing.sides, tools.compared_languages, embedder, config)
    beads = [bead for piece in pieces for bead in path.align_segments(*piece, embedder, config, facing.bound)]
    return Done(beads, embedder.taken())


def translate_texts(tools: Tools, batch: Sequence[Translatable]) -> list[Translation]:
    """A translation of each text. Raises EngineError where no engine is at hand."""
    translations: dict[Translatable, Translation] = {}
    for language in dict.fromkeys(text.language for text in batch):
        engine = tools.engines[language]
        config = replace(tools.config.translate, source=language)
        if engine is None:
            raise EngineError(choose.missing(replace(tools.config, translate=config)))
        texts = [text.text for text in batch if text.language == language]
        for translation in translate.translate(texts, engine, config):
            translations[Translatable(language, translation.source)] = translation
    return [translations[text] for text in batch]


def check_translations(tools: Tools, batch: Sequence[Checkable]) -> list[Checked]:
    """What is wrong with each translation of the batch, and how likely it is to be usable."""
    findings = [list(_seen_in(row)) for row in batch]
    attempts = [
        usability.Attempt(
            row.source,
            row.text,
            row.score,
            [(finding.code, finding.value) for finding in seen if finding.code != quality.NOT_AGREED],
        )
        for row, seen in zip(batch, findings, strict=True)
    ]
    ratings = usability.rate(attempts, tools.embedder)
    readings = chain([tools.embedder.taken()], repeat(Taken(frozenset(), {})))  # of the batch as a whole
    return list(map(Checked, findings, ratings, readings))


def _seen_in(row: Checkable) -> Iterator[Finding]:
    for code, value in quality.check_translation(row.source, row.text, row.languages, row.terms):
        yield Finding(code, row.id, value)
