"""A corpus of invented sentences, as large as one likes: words from a seeded generator, with Zipf's frequencies.

Every second document is French and faces the English one after it, sentence by sentence; each French sentence also has
a machine translation. The rows go into the real tables; views and full-text indexes are then made as a migration does.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from db.engine import open_corpus, transaction
from db.models import (
    Alignment,
    AlignmentSegment,
    Base,
    Block,
    Document,
    DocumentPair,
    Finding,
    Review,
    Run,
    Segment,
    Signature,
    Source,
    Span,
    Translation,
)
from db.queries import FacingRow
from db.schema import create_views, drop_views
from pipeline import records
from pipeline.corpus import rows
from pipeline.records import Role, digest

LINES = 50  # segments of a document
TYPES = 60_000  # different words of a language
BATCH = 200  # documents in a transaction
SYLLABLES = {
    "fr": ("lé", "tra", "mou", "é", "quen", "cha", "vi", "gneu", "sou", "ré", "pla", "ti", "ber", "ou", "nor", "ça"),
    "en": ("th", "er", "sto", "ing", "ba", "ck", "wo", "ly", "mu", "ne", "or", "da", "ship", "en", "fa", "ry"),
}
ALIGN = records.Signature("align", "none", "1")
MACHINE = records.Signature("translate", "none", "1")
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
Rows = dict[type[Base], list[dict[str, Any]]]


class Speaker:
    """Says sentences of one invented language. ``words`` are in the order of their frequency."""

    def __init__(self, language: str, seed: int) -> None:
        chance = random.Random(language)  # the words; what is said with them depends on the seed
        syllables = SYLLABLES[language]
        vocabulary = {"".join(chance.choices(syllables, k=1 + chance.randrange(2, 5))): None for _ in range(3 * TYPES)}
        self.words = tuple(sorted(list(vocabulary)[:TYPES], key=len))
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))
        self._chance = random.Random(f"{language} {seed}")

    def sentences(self, count: int) -> Iterator[str]:
        """``count`` sentences of 6 to 24 words."""
        lengths = [self._chance.randint(6, 24) for _ in range(count)]
        words = iter(self._chance.choices(self.words, cum_weights=self._weights, k=sum(lengths)))
        for length in lengths:
            yield " ".join(next(words) for _ in range(length)).capitalize() + "."


def make(path: Path, segments: int, seed: int = 1) -> float:
    """A corpus of so many segments at ``path``, where there is none yet. Returns the seconds that it took."""
    start = time.perf_counter()
    engine = open_corpus(path)
    speakers = [Speaker("fr", seed), Speaker("en", seed), Speaker("en", seed + 1)]
    with transaction(engine) as connection:
        drop_views(connection)
        _save(connection, _frame())
    for first in range(0, segments // LINES, BATCH):
        with transaction(engine) as connection:
            for number in range(first, min(first + BATCH, segments // LINES), 2):
                _save(connection, _pair(number, speakers))
    with transaction(engine) as connection:
        create_views(connection)
    engine.dispose()
    return time.perf_counter() - start


def _save(connection: Connection, by_model: Rows) -> None:
    order = [table.name for table in Base.metadata.sorted_tables]  # what is pointed at comes first
    for model, values in sorted(by_model.items(), key=lambda item: order.index(item[0].__tablename__)):
        if values:
            connection.execute(insert(model), values)


def _frame() -> Rows:
    run = {"id": "bench", "started": WHEN, "finished": None, "status": "done"}
    signatures = [rows.signature_row(signature) for signature in (ALIGN, MACHINE)]
    return {Run: [run | {"version": "0", "settings": {}, "summary": {}}], Signature: signatures}


def _pair(number: int, speakers: Sequence[Speaker]) -> Rows:
    """Rows of documents ``number`` (French) and ``number + 1`` (English), which translate each other."""
    sides = [_spoken(list(speakers[side].sentences(LINES)), code) for side, code in enumerate(("fr", "en"))]
    by_model: Rows = {Document: [], Source: [], Block: [], Segment: [], Span: []}
    for side, (document, segments) in enumerate(sides):
        _tell(by_model, document, segments, number + side)
    french, english = (segments for _, segments in sides)
    _face(by_model, sides[0][0], sides[1][0], list(zip(french, english, strict=True)))
    _translate(by_model, french, list(speakers[2].sentences(LINES)))
    _doubt(by_model, number)
    return by_model


def _spoken(lines: Sequence[str], language: str) -> tuple[records.Document, list[records.Segment]]:
    """A document of these lines, and its segments."""
    document = records.Document("\n".join(lines), title=lines[0][:60], date=None)
    code = records.Language(language, 0.99, "bench")
    ends = list(accumulate(len(line) + 1 for line in lines))
    block = f"{document.key}:0-{len(document.text)}"
    segments = [
        records.Segment(document.key, block, _role(end == ends[-1]), end - len(line) - 1, end - 1, line, code)
        for line, end in zip(lines, ends, strict=True)
    ]
    return document, segments


def _role(last: bool) -> Role:
    """The last line of a document counts as web residue."""
    return "boilerplate" if last else "body"


def _tell(by_model: Rows, document: records.Document, segments: Sequence[records.Segment], number: int) -> None:
    code = "fr" if number % 2 == 0 else "en"
    date = f"{2000 + number % 25}-{1 + number % 12:02}-{1 + number % 28:02}"
    by_model[Document].append(rows.document_row(document, "bench") | {"date": date, "main_language": code})
    path = f"{number // 100:03}/{number:06}.txt"
    source = {"path": path, "file": path, "fingerprint": "", "sha256": "", "size": len(document.text)}
    about = {"media_type": "text/plain", "encoding": "utf-8", "languages": "", "translation_of": ""}
    by_model[Source].append(source | about | {"document_id": document.key, "run_id": "bench"})
    by_model[Block].append(rows.block_row(records.Block(document.key, "body", 0, len(document.text))))
    for position, segment in enumerate(segments):
        language = {"language": code, "confidence": 0.99, "method": "bench"}
        by_model[Segment].append(rows.segment_row(segment, position, "bench") | language)
    switch = records.Span(segments[0].start, segments[0].start + 4, records.Language("en", 0.9, "bench"))
    by_model[Span] += rows.span_rows(replace(segments[0], spans=(switch,)))


def _face(
    by_model: Rows,
    left: records.Document,
    right: records.Document,
    beads: Sequence[tuple[records.Segment, records.Segment]],
) -> None:
    """Every sentence faces its counterpart, with scores all over the scale."""
    pair = records.DocumentPair(left.key, right.key, "translation", 0.9, {}, ALIGN)
    by_model[DocumentPair] = [rows.pair_row(pair, "bench") | {"align_signature_id": ALIGN.key}]
    by_model[Alignment], by_model[AlignmentSegment] = [], []
    for position, (french, english) in enumerate(beads):
        score = int(digest(french.text), 16) % 1000 / 1000
        bead = records.Alignment("bitext", (french.key,), (english.key,), score, ALIGN, {})
        segments = {french.key: french, english.key: english}
        row = rows.alignment_row(bead, position, segments, (left.key, right.key))
        by_model[Alignment].append(row | {"document_pair_id": pair.key, "run_id": "bench"})
        by_model[AlignmentSegment] += rows.side_rows(bead)


def _translate(by_model: Rows, segments: Sequence[records.Segment], lines: Sequence[str]) -> None:
    """Every French sentence faces a machine translation too."""
    translations = [
        records.Translation(segment.text, "fr", "en", line, -0.4, MACHINE)
        for segment, line in zip(segments, lines, strict=True)
    ]
    by_model[Translation] = [rows.translation_row(translation, "bench") for translation in translations]
    for position, (segment, new) in enumerate(zip(segments, translations, strict=True)):
        facing = FacingRow(
            segment.key,
            segment.document,
            position,
            segment.text,
            "fr",
            new.key,
            new.text,
            "en",
            new.origin,
            new.score,
            MACHINE.key,
        )
        row = rows.facing_row(facing, "bench")
        by_model[Alignment].append(row | {"document_pair_id": None})
        by_model[AlignmentSegment].append(rows.side_row(row["id"], "left", 0, segment.key))


def _doubt(by_model: Rows, number: int) -> None:
    """A finding on one translation of fifty, a verdict on one pair of fifty, one passage for every four documents."""
    machine = by_model[Translation][number // 2 % LINES]
    by_model[Finding] = [
        {"code": "W601", "subject": machine["id"], "subject_kind": "translation", "value": "42", "run_id": "bench"}
    ]
    judged = by_model[Alignment][number // 2 * 3 % LINES]
    texts = {name: judged[name] for name in ("pair_hash", "left_text", "right_text")}
    verdict = ("accept", "accept", "reject", "unsure")[number // 2 % 4]
    by_model[Review] = [texts | {"verdict": verdict, "reviewer": "bench", "created": WHEN}]
    if number % 4 == 0:
        mined = dict(by_model[Alignment][LINES - 1]) | {"kind": "passage", "document_pair_id": None, "position": 0}
        key = digest("passage", mined["id"])
        by_model[Alignment].append(mined | {"id": key, "docid": rows.docid(key)})
        sides = [
            row | {"alignment_id": key} for row in by_model[AlignmentSegment] if row["alignment_id"] == mined["id"]
        ]
        by_model[AlignmentSegment] += sides
