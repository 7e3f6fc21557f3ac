"""Word links that are kept: made once for each two texts, marked in what faces a hit, counted as equivalents."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from sqlite3 import Connection

import pytest
from sqlalchemy import text

from db import models, write
from db.engine import open_corpus, transaction
from db.queries_words import FacingTexts
from db.reader import read_plainly
from pipeline.corpus import linking, store
from pipeline.corpus.linking import Links
from pipeline.corpus.store import Corpus
from pipeline.records import Signature, digest
from pipeline.search import page, terminal
from pipeline.search.concordance import Question, find
from pipeline.search.equivalents import counterpart, equivalents, mark, opposite, with_marks
from pipeline.search.marks import pieces, plain
from tests import corpus as sample
from tests.once import copied
from tests.test_cli import enregard

LINK = Signature("link", "test", "1")
WORDS = {
    "marché": "market",
    "ouvre": "opens",
    "huit": "eight",
    "heures": "o'clock",
    "mairie": "hall",
    "mardi": "Tuesday",
}


def by_dictionary(batch: Sequence[FacingTexts]) -> dict[str, Links]:
    """Links of the words that a small dictionary knows."""
    return {pair.pair_hash: dictionary_links(pair.left, pair.right) for pair in batch}


def dictionary_links(left: str, right: str) -> Links:
    links = []
    for french, english in WORDS.items():
        if french in left and english in right:
            own, other = left.index(french), right.index(english)
            links.append([own, own + len(french), other, other + len(english), 90])
    return sorted(links)


@copied
def make(path: Path) -> Corpus:
    corpus = sample.make(path)
    assert list(linking.link_pending(corpus, LINK, by_dictionary))
    return corpus


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.sqlite"


@pytest.fixture
def corpus(path: Path) -> Iterator[Corpus]:
    made = make(path)
    yield made
    made.engine.dispose()


@pytest.fixture
def connection(corpus: Corpus, path: Path) -> Iterator[Connection]:
    with read_plainly(path) as opened:
        yield opened


def test_each_two_texts_are_linked_once(corpus: Corpus) -> None:
    assert list(linking.link_pending(corpus, LINK, by_dictionary)) == []
    assert not linking.prune(corpus)
    with corpus.engine.connect() as connection:
        facing = "SELECT COUNT(DISTINCT pair_hash) FROM alignment WHERE left_text <> '' AND right_text <> ''"
        assert connection.scalar(text(facing)) == connection.scalar(text("SELECT COUNT(*) FROM word_links")) > 3


def test_only_texts_that_are_new_are_linked(corpus: Corpus) -> None:
    with transaction(corpus.engine) as connection:
        connection.execute(text("UPDATE alignment SET right_text = 'Mardi', pair_hash = 'new' WHERE score = 0.75"))
    asked: list[str] = []

    def link(batch: Sequence[FacingTexts]) -> dict[str, Links]:
        asked.extend(pair.right for pair in batch)
        return by_dictionary(batch)

    assert list(linking.link_pending(corpus, LINK, link)) == [(1, 1)]
    assert asked == ["Mardi"]
    assert linking.prune(corpus)  # those of the texts before
    assert not linking.prune(corpus)


def test_new_rules_have_all_linked_again_and_a_failure_stays_pending(corpus: Corpus) -> None:
    newer = Signature("link", "test", "2")
    ((total, _),) = linking.link_pending(corpus, newer, lambda batch: by_dictionary(batch[1:]))
    assert list(linking.link_pending(corpus, newer, by_dictionary)) == [(1, 1)]
    with corpus.engine.connect() as connection:
        signatures = connection.execute(text("SELECT signature_id, COUNT(*) FROM word_links GROUP BY 1")).all()
    assert [tuple(row) for row in signatures] == [(newer.key, total)]


def test_a_corrected_pair_is_linked_as_it_is_read(corpus: Corpus, path: Path) -> None:
    correct(corpus, "The market opens at eight.", "At eight the market opens.")
    assert list(linking.link_pending(corpus, LINK, by_dictionary)) == [(1, 1)]
    assert not linking.prune(corpus)
    with read_plainly(path) as connection:
        (hit,) = (hit for hit in found(connection, "marché", kind="bitext"))
        assert hit.facing == "At eight the \x02market\x03 opens."
        assert [row[:3] for row in equivalents(connection, Question("ouvre", kind="bitext"))] == [("opens", "en", 1)]


def correct(corpus: Corpus, before: str, after: str) -> None:
    left = "Le marché ouvre à huit heures."
    row = {"pair_hash": digest(left, before), "left_hash": digest(left), "left_text": left, "right_text": before}
    with transaction(corpus.engine) as connection:
        created = connection.execute(
            text("SELECT CURRENT_TIMESTAMP AS t").columns(t=models.Review.created.type)
        ).scalar_one()
        said = {"verdict": "correct", "correction": after, "reviewer": "ada", "created": created}
        write.insert_new(connection, models.Review, [row | said])


def found(connection: Connection, words: str, **asked: object) -> list:
    return mark(connection, find(connection, Question(words, **asked), 50).hits)


@pytest.mark.parametrize(("words", "facing"), [("marche", "market"), ("MARKET", "marché"), ("heures", "")])
def test_the_counterpart_of_a_hit_is_marked_in_what_faces_it(connection: Connection, words: str, facing: str) -> None:
    hits = found(connection, words, kind="bitext", high=1.0, low=0.9)
    assert [piece for piece, is_marked in pieces(hits[0].facing) if is_marked] == ([facing] if facing else [])


def test_a_hit_in_the_second_sentence_of_a_bead_has_its_own_counterpart(corpus: Corpus, path: Path) -> None:
    """Links count from the beginning of the pair's text, hits from that of their sentence."""
    french, english = (
        sample.document(sample.FRENCH),
        sample.document("The market opens at eight. The town hall said so."),
    )
    segments = {one.key: one for one in sample.segmentation(french, "fr").segments}
    sample.fill(corpus, {"two.txt": (english, "en")})
    segments |= {one.key: one for one in sample.segmentation(english, "en").segments}
    keys = list(segments)
    pair = sample.DocumentPair(french.key, english.key, "translation", 0.9, {}, sample.PAIR)
    store.save_pairs(corpus, [pair], ("translation",), "q")
    bead = sample.Alignment("bitext", tuple(keys[:2]), (keys[-1],), 0.99, sample.ALIGN, {})
    store.save_alignments(corpus, [store.Aligned(pair.key, [bead], segments)], sample.ALIGN)
    list(linking.link_pending(corpus, LINK, by_dictionary))
    with read_plainly(path) as connection:
        (hit,) = found(connection, "mairie", language="fr", origin="human")
    assert hit.facing == "The market opens at eight. The town \x02hall\x03 said so."
    assert hit.marked == "La \x02mairie\x03 l'a dit mardi."


def test_what_was_searched_opposite_stays_marked(connection: Connection) -> None:
    (hit, *_) = found(connection, "marché", facing="opens", kind="bitext")
    assert hit.facing == "The \x02market\x03 \x02opens\x03 at eight."


def test_a_text_that_stands_nowhere_as_the_corpus_says_is_left_as_it_is(connection: Connection) -> None:
    (hit, *_) = find(connection, Question("marché", kind="bitext"), 1).hits
    for changed in (
        hit._replace(marked="Un \x02marché\x03."),
        hit._replace(facing="Other."),
        hit._replace(facing=None),
    ):
        assert mark(connection, [changed]) == [changed]


def test_equivalents_count_each_occurrence_in_what_people_wrote(connection: Connection) -> None:
    assert [row[:4] for row in equivalents(connection, Question("marché"))] == [
        (None, "en", 1, 0.5),  # the passage, of which the dictionary links nothing in the way of a market
        ("market", "en", 1, 0.5),
    ]
    (row,) = equivalents(connection, Question("HEURES", kind="translation"))
    assert row[:5] == ("o'clock", "en", 1, 1.0, "o'clock 1")
    (pair,) = find(connection, Question("heures", kind="translation"), 5).hits
    assert row.examples == pair.alignment_id


def test_equivalents_in_either_direction_with_documents_and_scores(connection: Connection) -> None:
    assert [row[:3] for row in equivalents(connection, Question("tuesday"))] == [("mardi", "fr", 1)]
    assert equivalents(connection, Question("tuesday", low=0.9)) == []
    assert equivalents(connection, Question("tuesday", documents=("other.txt",))) == []


def test_forms_that_differ_in_accents_or_case_are_one_equivalent(corpus: Corpus, path: Path) -> None:
    with transaction(corpus.engine) as connection:
        links = json.dumps([[3, 9, 0, 6, 80]])  # marché = Stalls
        connection.execute(text("UPDATE word_links SET links = :links"), {"links": links})
    with read_plainly(path) as connection:
        rows = equivalents(connection, Question("marche"))
    assert {row.equivalent: row.times for row in rows} == {"Stalls": 1, "The ma": 1}


def test_opposite_gives_words_of_either_side_in_order() -> None:
    links = [[0, 5, 9, 13, 90], [6, 11, 0, 5, 95]]
    assert opposite(links, 0, [(0, 11)]) == [(0, 5), (9, 13)]
    assert opposite(links, 1, [(9, 10)]) == [(0, 5)]
    assert opposite(links, 0, [(5, 6)]) == []


@pytest.mark.parametrize(
    ("text", "links", "expected"),
    [
        ("Corée du Nord", [[0, 5, 9, 13, 90], [6, 11, 0, 5, 95]], "Corée du Nord"),
        ("Corée libre Nord", [[0, 5, 12, 16, 90], [6, 11, 0, 5, 95], [20, 24, 6, 11, 90]], "Corée … Nord"),
        ("Corée a b c Nord", [[0, 5, 12, 16, 90], [6, 11, 0, 5, 95]], "Corée … Nord"),
        ("Corée", [[20, 24, 0, 5, 90]], None),
    ],
)
def test_a_counterpart_of_several_words(text: str, links: Links, expected: str | None) -> None:
    assert counterpart(text, links, 0, (0, 11)) == expected


def test_marks_that_overlap_become_one() -> None:
    assert with_marks("abcdef", [(3, 5), (0, 2), (1, 3)]) == "\x02abc\x03\x02de\x03f"
    assert plain(with_marks("abcdef", [(1, 2), (1, 2)])) == "abcdef"


def test_the_command_shows_them_in_every_form(corpus: Corpus, path: Path) -> None:
    place = ("--corpus", str(path))
    (hit, *_) = json.loads(enregard("search", "marché", "--kind", "bitext", "--json", *place).stdout)
    assert hit["counterparts"] == [{"start": 4, "end": 10, "text": "market"}]
    assert hit["facing"][4:10] == "market"
    rows = json.loads(enregard("search", "mairie", "--equivalents", "--json", *place).stdout)
    assert [(row["equivalent"], row["times"], row["share"]) for row in rows] == [("hall", 1, 1.0)]
    table = enregard("search", "marché", "--equivalents", *place).stdout
    assert "(no counterpart)\ten\t1\t0.500" in table
    assert "counterparts" in enregard("search", "marché", "--csv", *place).stdout.split("\n")[0]
    sheet = enregard("search", "marché", "--html", "--kind", "bitext", *place).stdout
    assert "The <mark>market</mark> opens" in sheet
    assert "<td>market</td>" in enregard("search", "marché", "--html", "--equivalents", *place).stdout


def test_it_says_why_there_are_none(corpus: Corpus, path: Path) -> None:
    place = ("--corpus", str(path))
    assert "--kind translation" in enregard("search", "share", "--equivalents", "--role", "boilerplate", *place).stderr
    assert "No pair has it." in enregard("search", "nobody", "--equivalents", *place).stderr
    with transaction(corpus.engine) as connection:
        connection.execute(text("DELETE FROM word_links"))
    assert "make corpus" in enregard("search", "marché", "--equivalents", *place).stderr


def test_a_terminal_shows_the_counterpart_in_the_colour_of_the_hit(connection: Connection) -> None:
    (hit, *_) = found(connection, "marché", kind="bitext")
    shown = [item.renderable for item in terminal.concordance([hit], 80) if hasattr(item, "renderable")]
    assert [str(span.style) for span in shown[0].spans if shown[0].plain[span.start : span.end] == "market"] == [
        "green"
    ]


def test_the_page_escapes_equivalents(connection: Connection) -> None:
    row = equivalents(connection, Question("mairie"))[0]._replace(equivalent="<b>", forms="<i>")
    shown = page.render(page.Sheet("<u>", equivalents=[row]))
    assert "<b>" not in shown.split("</title>")[1] and "&lt;b&gt;" in shown and "<u>" not in shown


def test_a_corpus_that_is_opened_anew_links_nothing_twice(corpus: Corpus, path: Path) -> None:
    corpus.engine.dispose()
    again = store.start_run(open_corpus(path), "run-2", "0", {})
    assert list(linking.link_pending(again, LINK, by_dictionary)) == []
    again.engine.dispose()


def test_json_lines_have_the_links_of_the_texts_as_they_are_exported(corpus: Corpus, path: Path) -> None:
    correct(corpus, "The market opens at eight.", "At eight the market opens.")
    list(linking.link_pending(corpus, LINK, by_dictionary))
    place = ("--corpus", str(path), "--kind", "bitext", "--format")
    pairs = list(map(json.loads, enregard("export", *place, "jsonl").stdout.splitlines()))
    assert pairs[0]["right_text"] == "At eight the market opens."
    for pair in pairs:
        assert pair["links"] == dictionary_links(pair["left_text"], pair["right_text"])
    with transaction(corpus.engine) as connection:
        connection.execute(text("DELETE FROM word_links"))
    assert json.loads(enregard("export", *place, "jsonl").stdout.splitlines()[0])["links"] is None
