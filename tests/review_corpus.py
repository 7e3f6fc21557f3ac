"""A corpus to review: two documents of eight lines that translate each other, with their machine translations."""

from pathlib import Path

from sqlalchemy import Engine, text

from pipeline.corpus import store
from pipeline.corpus.store import Corpus
from pipeline.records import Alignment, Document, DocumentPair, Finding, Signature, Translation
from tests import corpus as sample
from tests.once import copied

ALIGN = Signature("align", "test", "1")
FRENCH = Document(
    "\n".join(
        (
            "Le port ouvre à six heures.",
            "Les grues travaillent la nuit.",
            "Le capitaine boit un café noir.",
            "Il pleut depuis trois jours.",
            "Personne ne se plaint du vent.",
            "La criée commence à sept heures.",
            "On vend surtout des soles.",
            "Partager cet article.",
        )
    ),
    title="Le port",
)
ENGLISH = Document(
    "\n".join(
        (
            "The port opens at six.",
            "The cranes work at night.",
            "The captain drinks a black coffee.",
            "It has rained for three days.",
            "Nobody complains about the wind.",
            "The auction begins at seven.",
            "Mostly soles are sold.",
            "Share this article.",
        )
    ),
    title="The port",
)
LEFT = [one.key for one in sample.segmentation(FRENCH, "fr").segments]
RIGHT = [one.key for one in sample.segmentation(ENGLISH, "en").segments]
SEGMENTS = {
    one.key: one
    for document, code in ((FRENCH, "fr"), (ENGLISH, "en"))
    for one in sample.segmentation(document, code).segments
}
PAIR = DocumentPair(FRENCH.key, ENGLISH.key, "translation", 0.97, {}, sample.PAIR)
SHAPES = (((0,), (0,)), ((1, 2), (1, 2)), ((3,), ()), ((4,), (3, 4)), ((5,), (5,)), ((6,), (6,)), ((7,), (7,)))
SCORES = (0.98, 0.6, 0.4, 0.3, 0.9, 0.95, 0.7)


@copied
def make(path: Path) -> Corpus:
    """The corpus, aligned by one aligner, with machine translations of which one has a finding."""
    corpus = store.start_run(sample.open_corpus(path), "run-1", "0", {})
    sample.fill(corpus, {"fr.txt": (FRENCH, "fr"), "en.txt": (ENGLISH, "en")})
    translate(corpus)
    store.save_pairs(corpus, [PAIR], ("translation", "partial"), "p")
    align(corpus, ALIGN)
    store.finish_run(corpus, "done", {})
    return corpus


def translate(corpus: Corpus) -> None:
    """A translation of each French line: the same words in capitals."""
    texts = store.pending_texts(corpus, store.Wanted("fr", "en", sample.ENGINE, {}))
    made = [Translation(one, "fr", "en", one.upper(), -0.1 * place, sample.ENGINE) for place, one in enumerate(texts)]
    findings = {one.key: [Finding("W601", one.key, "port")] if "port" in one.source else [] for one in made}
    store.save_translations(corpus, made)
    store.save_checks(corpus, findings, sample.CHECK)
    store.face_translations(corpus, store.Wanted("fr", "en", sample.ENGINE, {}))


def align(corpus: Corpus, signature: Signature, shapes: tuple = SHAPES) -> None:
    """What an aligner with this signature finds."""
    found = [
        Alignment(
            "bitext",
            tuple(LEFT[i] for i in left),
            tuple(RIGHT[j] for j in right),
            score,
            signature,
            {"similarity": score},
        )
        for (left, right), score in zip(shapes, (*SCORES, *SCORES), strict=False)
    ]
    store.save_alignments(corpus, [store.Aligned(PAIR.key, found, SEGMENTS)], signature)


def beads(engine: Engine) -> list[tuple[str, str, float | None, str]]:
    """Left text, right text, score and stage of the bitext, in order."""
    query = text(
        "SELECT left_text, right_text, score, signature.stage FROM alignment"
        " JOIN signature ON signature.id = alignment.signature_id"
        " WHERE kind = 'bitext' ORDER BY position, alignment.id"
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def shapes(engine: Engine) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The bitext as places of sentences, in order."""
    query = text(
        "SELECT alignment.id, side, segment_id FROM alignment JOIN alignment_segment ON alignment_id = alignment.id"
        " WHERE kind = 'bitext' ORDER BY alignment.position, alignment.id, side, alignment_segment.position"
    )
    found: dict[str, tuple[list[int], list[int]]] = {}
    with engine.connect() as connection:
        for key, side, segment in connection.execute(query):
            sides = found.setdefault(key, ([], []))
            sides[side == "right"].append((LEFT if side == "left" else RIGHT).index(segment))
    return [(tuple(left), tuple(right)) for left, right in found.values()]


def bead(engine: Engine, place: int) -> str:
    """Id of a bead by its place."""
    query = text("SELECT id FROM alignment WHERE kind = 'bitext' ORDER BY position, id LIMIT 1 OFFSET :place")
    with engine.connect() as connection:
        return connection.execute(query, {"place": place}).scalar_one()
