"""Time of every review page, and of every question that it asks: ``python -m benchmarks.review [--pairs 100000]``.

The corpus is made up, through the same tables and triggers as a real one: two documents of a hundred sentences that
face each other, a machine translation for each French sentence, mined passages, findings, and judged pairs.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from db import models, write
from db import queries_review as review
from db.engine import open_corpus, read_corpus, transaction
from db.queries_review import Filters
from db.vocabulary import SAME
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
    Source,
    Translation,
)
from pipeline.review import desk
from pipeline.review.app import create_app
from pipeline.review.server import ServerAddress, open_site

SENTENCES, WORDS = 100, 20_000  # of a document; in the vocabulary
SIGNATURES = {
    stage: Signature(stage, "made-up", "1") for stage in ("read", "segment", "detect", "check", "pair", "align", "mine")
}
ENGINE = Signature("translate", "made-up", "1", "toy", "ab" * 32)
REPEATS = 5
QUESTION, PAGE = 0.1, 0.2  # seconds that a question and a page may take


class Writer:
    """Sentences of made-up words, frequent ones and rare ones as in a language (Zipf)."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        letters = "aeioubcdlmnprst"
        self.words = ["".join(self.random.choices(letters, k=self.random.randint(2, 11))) for _ in range(WORDS)]
        self.weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))

    def sentence(self) -> str:
        """Eight to thirty words."""
        drawn = self.random.choices(self.words, cum_weights=self.weights, k=self.random.randint(8, 30))
        return " ".join(drawn).capitalize() + "."

    def document(self) -> Document:
        """One sentence a line."""
        return Document("\n".join(self.sentence() for _ in range(SENTENCES)))


def segmentation(document: Document, language: str) -> Segmentation:
    """One block and one segment a line."""
    blocks, segments, start = [], [], 0
    for line in document.text.split("\n"):
        block = Block(document.key, "body", start, start + len(line))
        code = Language(language, 0.99, "made-up")
        blocks.append(block)
        segments.append(Segment(document.key, block.key, "body", start, start + len(line), line, code))
        start += len(line) + 1
    return Segmentation(document.key, tuple(blocks), tuple(segments))


def make(path: Path, pairs: int) -> None:
    """A corpus of about ``pairs`` facing pairs: 45 % bitext, 45 % machine translations, 10 % passages."""
    corpus = store.start_run(open_corpus(path), "run-1", "0", {})
    writer = Writer(1)
    sides = [(writer.document(), writer.document()) for _ in range(round(pairs * 0.45 / SENTENCES))]
    segmentations = {code: [segmentation(two[i], code) for two in sides] for i, code in enumerate(("fr", "en"))}
    _documents(corpus, sides, segmentations)
    _translations(corpus, writer)
    _bitext(corpus, segmentations, writer)
    _passages(corpus, segmentations, writer, pairs // 10)
    _judge(corpus, writer, pairs // 20)
    store.finish_run(corpus, "done", {})


def _documents(
    corpus: Corpus, sides: list[tuple[Document, Document]], segmentations: dict[str, list[Segmentation]]
) -> None:
    for number, two in enumerate(sides):
        for document, code in zip(two, ("fr", "en"), strict=True):
            source = Source(f"{number}.{code}.txt", "0" * 64, len(document.text), "text/plain", "utf-8")
            store.save_readings(
                corpus, [FileResult(source.path, "f", (Reading(source, document),))], SIGNATURES["read"]
            )
    everything = [segmentation for side in segmentations.values() for segmentation in side]
    store.save_segmentations(corpus, everything, SIGNATURES["segment"])
    profiles = [
        (segmentation, {segmentation.segments[0].language.code: 1.0})
        for segmentation in everything
        if segmentation.segments[0].language
    ]
    for start in range(0, len(profiles), 20):
        store.save_detections(corpus, profiles[start : start + 20], SIGNATURES["detect"])


def _translations(corpus: Corpus, writer: Writer) -> None:
    pending = store.pending_texts(corpus, store.Wanted("fr", "en", ENGINE, {}))
    translations = [
        Translation(text, "fr", "en", writer.sentence(), -writer.random.random(), ENGINE) for text in pending
    ]
    findings = {
        translation.key: [Finding("W601", translation.key, "toy")] if writer.random.random() < 0.1 else []
        for translation in translations
    }
    store.save_translations(corpus, translations)
    store.save_checks(corpus, findings, SIGNATURES["check"])
    store.face_translations(corpus, store.Wanted("fr", "en", ENGINE, {}))


def _bitext(corpus: Corpus, segmentations: dict[str, list[Segmentation]], writer: Writer) -> None:
    sides = list(zip(segmentations["fr"], segmentations["en"], strict=True))
    pairs = [DocumentPair(x.document, y.document, "translation", 0.9, {}, SIGNATURES["pair"]) for x, y in sides]
    store.save_pairs(corpus, pairs, ("translation", "partial"), "p")
    for pair, (x, y) in zip(pairs, sides, strict=True):
        segments = {segment.key: segment for segment in (*x.segments, *y.segments)}
        beads = [
            Alignment("bitext", (a.key,), (b.key,), writer.random.betavariate(5, 1), SIGNATURES["align"])
            for a, b in zip(x.segments, y.segments, strict=True)
        ]
        store.save_alignments(corpus, [store.Aligned(pair.key, beads, segments)], SIGNATURES["align"])


def _passages(corpus: Corpus, segmentations: dict[str, list[Segmentation]], writer: Writer, number: int) -> None:
    left, right = ([s for segmentation in segmentations[code] for s in segmentation.segments] for code in ("fr", "en"))
    sides = zip(writer.random.sample(left, number), writer.random.sample(right, number), strict=True)
    passages = [Alignment("passage", (x.key,), (y.key,), writer.random.random(), SIGNATURES["mine"]) for x, y in sides]
    store.save_passages(corpus, passages, {segment.key: segment for segment in (*left, *right)}, "m")


def _judge(corpus: Corpus, writer: Writer, number: int) -> None:
    """The most doubtful are judged first, as the queue has it."""
    with transaction(corpus.engine) as connection:
        doubtful = connection.execute(
            text("SELECT pair_hash, left_text, right_text FROM alignment ORDER BY score, id LIMIT :number"),
            {"number": number},
        ).all()
        begun = datetime(2026, 1, 1, tzinfo=UTC)
        rows = [
            {
                **row._mapping,
                "verdict": writer.random.choice(("accept", "accept", "reject", "unsure")),
                "correction": None,
                "comment": None,
                "reviewer": writer.random.choice(("Ada", "Bo", "Cy")),
                "created": begun + timedelta(minutes=10 * number),
            }
            for number, row in enumerate([*doubtful, *doubtful])
        ]
        write.insert_new(connection, models.Review, rows)


def questions(connection: Connection) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each question with its name, as the pages ask it."""
    document = review.find_choices(connection)[0].id
    frequent, rare = _words(connection)
    filters = {
        "all": Filters(),
        "not judged": Filters(verdict="none"),
        "not judged by Ada": Filters(verdict="none", reviewer="Ada"),
        "rejected": Filters(verdict="reject"),
        "bitext": Filters(kind="bitext"),
        "passages 0.9 to 1": Filters(kind="passage", low=0.9, high=1.0),
        "one document": Filters(document=document),
        "one finding": Filters(finding="W601"),
        "a frequent word": Filters(words=frequent),
        "a frequent word, not judged": Filters(words=frequent, verdict="none"),
        "a frequent word, bitext, 0.9 to 1": Filters(words=frequent, kind="bitext", low=0.9),
        "a rare word": Filters(words=rare),
        "no such word": Filters(words="zzzzzz"),
        "sample of 100": Filters(sample=100, seed=1),
    }
    for name, selection in filters.items():
        yield f"queue, {name}", partial(review.find_queue, connection, selection, 50)
        rows = review.find_queue(connection, selection, 50)
        if rows:
            last = rows[-1]
            yield (
                f"queue, {name}, page 2",
                partial(review.find_queue, connection, selection, 50, last.cursor),
            )
            yield (
                f"next, {name}",
                partial(review.next_in_queue, connection, selection, last.id),
            )
            yield (
                f"previous, {name}",
                partial(review.previous_in_queue, connection, selection, last.id),
            )
        yield f"progress, {name}", partial(review.progress, connection, selection)
    for kind in SAME:
        pair = review.find_queue(connection, Filters(kind=kind), 1)[0].id
        yield f"pair, {kind}", partial(review.get_pair_view, connection, pair)
    yield "documents", lambda: review.find_choices(connection)
    yield "document pairs", lambda: review.find_document_pairs(connection)
    yield "finding codes", lambda: review.find_finding_codes(connection)
    yield "reviewers", lambda: review.find_reviewers(connection)
    yield "overview", lambda: review.get_overview(connection)


def pages(path: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each page by its address, as a browser would get it from the application, judging among them."""
    client = create_app(open_site(path, ServerAddress())).test_client()
    client.set_cookie("enregard_name", "Ada")

    def get(address: str) -> str:
        answer = client.get(address)
        if answer.status_code not in {200, 303}:
            raise RuntimeError(f"{address}: {answer.status}")
        return answer.text

    with read_corpus(path) as connection:
        frequent, rare = _words(connection)
        pair = review.find_queue(connection, Filters(kind="bitext"), 1)[0]
        view = review.get_pair_view(connection, pair.id)
        faced = view.alignment.document_pair_id if view else ""
    addresses = [
        "/",
        "/?verdict=any",
        "/?verdict=reject",
        "/?kind=passage&low=0.9",
        "/?finding=W601",
        "/?sample=100&seed=1",
    ]
    addresses += [f"/?words={frequent}", f"/?words={rare}", f"/?document={pair.left_document_id}"]
    addresses += [f"/pair/{pair.id}", f"/pair/{pair.id}/next", f"/pair/{pair.id}/previous?kind=bitext"]
    addresses += ["/documents", f"/document/{pair.left_document_id}", f"/facing/{faced}", "/overview", "/keys"]
    for address in addresses:
        yield address, partial(get, address)
    yield "saving a verdict", lambda: _judged(path, pair.id)


def _judged(path: Path, pair: str) -> None:
    engine = open_corpus(path)
    with engine.connect() as connection:
        token = desk.version(connection, pair)
    desk.judge(engine, desk.Judgement(pair, random.choice(("accept", "reject", "unsure")), None, None, "Ada", token))
    engine.dispose()


def _words(connection: Connection) -> tuple[str, str]:
    """The most frequent word of the vocabulary, and a rare one that stands in a text."""
    writer = Writer(1)
    last = connection.execute(text("SELECT left_text FROM alignment ORDER BY id LIMIT 1")).scalar_one()
    ranks = {word: rank for rank, word in enumerate(writer.words)}
    rare = max(last.lower().rstrip(".").split(), key=lambda word: ranks.get(word, 0))
    return writer.words[0], rare


def seconds(ask: Callable[[], Any]) -> float:
    """Median of some calls, the first left out, in processor time: all of it is done in this process."""
    ask()
    durations = []
    for _ in range(REPEATS):
        begun = time.process_time()
        ask()
        durations.append(time.process_time() - begun)
    return statistics.median(durations)


def main() -> int:
    """Prints a line for each question and page; 1 where one takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--corpus", type=Path, help="Keep the corpus here, and use it again.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.corpus or Path(folder) / "corpus.sqlite"
        if not path.exists():
            make(path, options.pairs)
        with read_corpus(path, seconds=600) as connection:
            slow = [*_timed(questions(connection), QUESTION), *_timed(pages(path), PAGE)]
    print(f"too slow: {', '.join(slow) or 'none'}")
    return int(bool(slow))


def _timed(calls: Iterator[tuple[str, Callable[[], Any]]], limit: float) -> list[str]:
    """Prints a line each; those that take longer than ``limit`` seconds."""
    durations = {}
    for name, ask in calls:
        durations[name] = seconds(ask)
        print(f"{durations[name] * 1000:8.1f} ms  {name}", flush=True)
    slowest = max(durations.values())
    print(f"{len(durations)} timed, the slowest takes {slowest * 1000:.0f} ms; limit {limit * 1000:.0f} ms")
    return [name for name, duration in durations.items() if duration > limit]


if __name__ == "__main__":
    raise SystemExit(main())
