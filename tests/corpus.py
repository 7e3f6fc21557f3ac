"""A small corpus made from records, for tests of the store, the queries and what is shown."""

from pathlib import Path

from db.engine import open_corpus
from pipeline.corpus import store
from pipeline.corpus.store import Corpus
from pipeline.records import (
    Alignment,
    Block,
    Document,
    DocumentPair,
    FileResult,
    Finding,
    Language,
    Reading,
    Segment,
    Segmentation,
    Signature,
    Skip,
    Source,
    Span,
    Translation,
)
from tests.once import copied

READ = Signature("read", "test", "1")
SEGMENT = Signature("segment", "test", "1")
DETECT = Signature("detect", "test", "1")
ENGINE = Signature("translate", "dictionary", "1", "toy", "ab" * 32, {"beam": 4})
PAIR = Signature("pair", "test", "1")
ALIGN = Signature("align", "test", "1")
MINE = Signature("mine", "test", "1")
CHECK = Signature("check", "test", "1")

FRENCH = "Le marché ouvre à huit heures.\nLa mairie l'a dit mardi.\nPartager"
ENGLISH = "The market opens at eight.\nThe town hall said “à huit heures” on Tuesday."
OTHER = "Stalls open at eight, officials say."
TRANSLATIONS = {
    "Le marché ouvre à huit heures.": "The market opens at eight o'clock.",
    "La mairie l'a dit mardi.": "The town hall said so on Tuesday.",
    "Partager": "Share",
}


def document(text: str, **about: str) -> Document:
    """A document with one segment a line."""
    return Document(text, **about)


def segmentation(one: Document, language: str) -> Segmentation:
    """One block and one segment a line, all in ``language``; a line of one word is boilerplate."""
    blocks, segments, start = [], [], 0
    for line in one.text.split("\n"):
        role = "body" if " " in line else "boilerplate"
        block = Block(one.key, role, start, start + len(line))
        blocks.append(block)
        segments.append(
            Segment(one.key, block.key, role, start, start + len(line), line, Language(language, 0.99, "test"))
        )
        start += len(line) + 1
    return Segmentation(one.key, tuple(blocks), tuple(segments))


def reading(one: Document, path: str) -> Reading:
    """``one`` as read from ``path``."""
    source = Source(path, "0" * 64, len(one.text), "text/plain", "utf-8")
    return Reading(source, one, (Finding("W101", one.key, "windows-1252"),))


@copied
def make(path: Path) -> Corpus:
    """A corpus of a French and an English document that translate each other, a third one, and a skipped file."""
    corpus = store.start_run(open_corpus(path), "run-1", "0", {"engine": "toy"})
    french, english = document(FRENCH, title="Le marché"), document(ENGLISH, title="The market")
    other = document(OTHER)
    fill(corpus, {"fr.txt": (french, "fr"), "en.txt": (english, "en"), "other.txt": (other, "en")})
    store.save_readings(corpus, [FileResult("bad.pdf", "f", (Skip("bad.pdf", "E105", "damaged"),))], READ)
    translate(corpus)
    align(corpus, french, english, other)
    store.finish_run(corpus, "done", {})
    return corpus


def fill(corpus: Corpus, files: dict[str, tuple[Document, str]]) -> None:
    """Read, segment and detect."""
    results = [FileResult(path, "f1", (reading(one, path),)) for path, (one, _) in files.items()]
    store.save_readings(corpus, results, READ)
    made = [segmentation(one, language) for one, language in files.values()]
    store.save_segmentations(corpus, made, SEGMENT)
    store.save_detections(corpus, [(one, {_language(one): 1.0}) for one in map(_with_span, made)], DETECT)


def translate(corpus: Corpus) -> None:
    """Translate what is French, with a finding on one translation."""
    texts = store.pending_texts(corpus, store.Wanted("fr", "en", ENGINE, {}))
    made = [Translation(text, "fr", "en", TRANSLATIONS[text], -0.25, ENGINE) for text in texts]
    store.save_translations(corpus, made)
    store.save_checks(corpus, {one.key: _found(one) for one in made}, CHECK)
    store.face_translations(corpus, store.Wanted("fr", "en", ENGINE, {}))


def align(corpus: Corpus, french: Document, english: Document, other: Document) -> None:
    """Pair the two documents, align them and mine one passage."""
    left, right = segmentation(french, "fr").segments, segmentation(english, "en").segments
    third = segmentation(other, "en").segments
    segments = {one.key: one for one in (*left, *right, *third)}
    pair = DocumentPair(french.key, english.key, "translation", 0.97, {"coverage": 1.0}, PAIR)
    store.save_pairs(corpus, [pair], ("translation", "partial"), "p")
    beads = [
        Alignment("bitext", (left[0].key,), (right[0].key,), 0.98, ALIGN, {"similarity": 0.9}),
        Alignment("bitext", (left[1].key,), (right[1].key,), 0.75, ALIGN, {"similarity": 0.6}),
    ]
    store.save_alignments(corpus, [store.Aligned(pair.key, beads, segments)], ALIGN)
    passage = Alignment("passage", (left[0].key,), (third[0].key,), 0.8, MINE, {"margin": 1.2})
    store.save_passages(corpus, [passage], segments, "m")


def _found(one: Translation) -> list[Finding]:
    return [Finding("W601", one.key, "town hall")] if "mairie" in one.source else []


def _language(one: Segmentation) -> str:
    language = one.segments[0].language
    return language.code if language else "und"


def _with_span(one: Segmentation) -> Segmentation:
    segments = tuple(_spanned(segment) for segment in one.segments)
    return Segmentation(one.document, one.blocks, segments)


def _spanned(segment: Segment) -> Segment:
    start, _, _ = segment.text.partition("“")
    if start == segment.text:
        return segment
    end = segment.text.index("”")
    span = Span(segment.start + len(start) + 1, segment.start + end, Language("fr", 0.9, "test"))
    return Segment(
        segment.document,
        segment.block,
        segment.role,
        segment.start,
        segment.end,
        segment.text,
        segment.language,
        (span,),
    )
