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

from db.engine import create_views, drop_views, open_corpus, transaction
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
        parts = SYLLABLES[language]
        made = {"".join(chance.choices(parts, k=1 + chance.randrange(2, 5))): None for _ in range(3 * TYPES)}
        self.words = tuple(sorted(list(made)[:TYPES], key=len))
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


def _save(connection: Connection, made: Rows) -> None:
    order = {table: place for place, table in enumerate(Base.metadata.sorted_tables)}  # what is pointed at comes first
    for model, some in sorted(made.items(), key=lambda item: order[item[0].__table__]):
        if some:
            connection.execute(insert(model), some)


def _frame() -> Rows:
    run = {"id": "bench", "started": WHEN, "finished": None, "status": "done"}
    signatures = [rows.signature_row(one) for one in (ALIGN, MACHINE)]
    return {Run: [run | {"version": "0", "settings": {}, "summary": {}}], Signature: signatures}


def _pair(number: int, speakers: Sequence[Speaker]) -> Rows:
    """Rows of documents ``number`` (French) and ``number + 1`` (English), which translate each other."""
    sides = [_spoken(list(speakers[side].sentences(LINES)), code) for side, code in enumerate(("fr", "en"))]
    made: Rows = {Document: [], Source: [], Block: [], Segment: [], Span: []}
    for side, (document, segments) in enumerate(sides):
        _tell(made, document, segments, number + side)
    french, english = (segments for _, segments in sides)
    _face(made, sides[0][0], sides[1][0], list(zip(french, english, strict=True)))
    _translate(made, french, list(speakers[2].sentences(LINES)))
    _doubt(made, number)
    return made


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


def _tell(made: Rows, document: records.Document, segments: Sequence[records.Segment], number: int) -> None:
    code = "fr" if number % 2 == 0 else "en"
    date = f"{2000 + number % 25}-{1 + number % 12:02}-{1 + number % 28:02}"
    made[Document].append(rows.document_row(document, "bench") | {"date": date, "main_language": code})
    path = f"{number // 100:03}/{number:06}.txt"
    source = {"path": path, "file": path, "fingerprint": "", "sha256": "", "size": len(document.text)}
    about = {"media_type": "text/plain", "encoding": "utf-8", "languages": "", "translation_of": ""}
    made[Source].append(source | about | {"document_id": document.key, "run_id": "bench"})
    made[Block].append(rows.block_row(records.Block(document.key, "body", 0, len(document.text))))
    for place, one in enumerate(segments):
        language = {"language": code, "confidence": 0.99, "method": "bench"}
        made[Segment].append(rows.segment_row(one, place, "bench") | language)
    switch = records.Span(segments[0].start, segments[0].start + 4, records.Language("en", 0.9, "bench"))
    made[Span] += rows.span_rows(replace(segments[0], spans=(switch,)))


def _face(
    made: Rows,
    left: records.Document,
    right: records.Document,
    beads: Sequence[tuple[records.Segment, records.Segment]],
) -> None:
    """Every sentence faces its counterpart, with scores all over the scale."""
    pair = records.DocumentPair(left.key, right.key, "translation", 0.9, {}, ALIGN)
    made[DocumentPair] = [rows.pair_row(pair, "bench") | {"align_signature_id": ALIGN.key}]
    made[Alignment], made[AlignmentSegment] = [], []
    for place, (one, other) in enumerate(beads):
        score = int(digest(one.text), 16) % 1000 / 1000
        bead = records.Alignment("bitext", (one.key,), (other.key,), score, ALIGN, {})
        segments = {one.key: one, other.key: other}
        row = rows.alignment_row(bead, place, segments, (left.key, right.key))
        made[Alignment].append(row | {"document_pair_id": pair.key, "run_id": "bench"})
        made[AlignmentSegment] += rows.side_rows(bead)


def _translate(made: Rows, segments: Sequence[records.Segment], lines: Sequence[str]) -> None:
    """Every French sentence faces a machine translation too."""
    told = [
        records.Translation(one.text, "fr", "en", line, -0.4, MACHINE)
        for one, line in zip(segments, lines, strict=True)
    ]
    made[Translation] = [rows.translation_row(one, "bench") for one in told]
    for place, (one, new) in enumerate(zip(segments, told, strict=True)):
        facing = FacingRow(
            one.key, one.document, place, one.text, "fr", new.key, new.text, "en", new.origin, new.score, MACHINE.key
        )
        row = rows.facing_row(facing, "bench")
        made[Alignment].append(row | {"document_pair_id": None})
        made[AlignmentSegment].append(rows.side_row(row["id"], "left", 0, one.key))


def _doubt(made: Rows, number: int) -> None:
    """A finding on one translation of fifty, a verdict on one pair of fifty, one passage for every four documents."""
    machine = made[Translation][number // 2 % LINES]
    made[Finding] = [
        {"code": "W601", "subject": machine["id"], "subject_kind": "translation", "value": "42", "run_id": "bench"}
    ]
    judged = made[Alignment][number // 2 * 3 % LINES]
    texts = {name: judged[name] for name in ("pair_hash", "left_text", "right_text")}
    verdict = ("accept", "accept", "reject", "unsure")[number // 2 % 4]
    made[Review] = [texts | {"verdict": verdict, "reviewer": "bench", "created": WHEN}]
    if number % 4 == 0:
        mined = dict(made[Alignment][LINES - 1]) | {"kind": "passage", "document_pair_id": None, "position": 0}
        key = digest("passage", mined["id"])
        made[Alignment].append(mined | {"id": key, "docid": rows.docid(key)})
        sides = [row | {"alignment_id": key} for row in made[AlignmentSegment] if row["alignment_id"] == mined["id"]]
        made[AlignmentSegment] += sides
