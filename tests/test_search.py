"""Search: expressions, filters, order, what the hits amount to, and the pages made of them."""

import csv
import io
import json
import random
import re
from collections.abc import Iterator
from math import log
from pathlib import Path
from sqlite3 import Connection

import pytest
import sqlalchemy as sa
from rich.console import Console
from sqlalchemy import text

from db.engine import open_corpus, transaction
from db.models import Review
from db.reader import read_plainly
from db.write import insert_new
from pipeline.errors import NotFoundError, UsageError
from pipeline.language.lemmas import Inflection
from pipeline.search import concordance, marks, memory, page, statistics, terminal
from pipeline.search import sieve as sieves
from pipeline.search.concordance import Question, find
from pipeline.search.expression import compiled, parse
from pipeline.search.sieve import TextSieve
from tests import corpus as sample
from tests.test_cli import enregard

CASES = json.loads((Path(__file__).parent / "cases" / "search.json").read_text("utf-8"))
HOSTILE = "<script>alert('x')</script> & \x1b[31mrouge\x1b[0m \u2028 fin."


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("search") / "corpus.sqlite"
    sample.make(made).engine.dispose()
    engine = open_corpus(made)
    with transaction(engine) as connection:
        bitext = text("SELECT pair_hash, left_text, right_text FROM alignment WHERE kind = 'bitext' AND score > 0.9")
        row = dict(connection.execute(bitext).mappings().one())
        created = sample_time(connection)
        insert_new(connection, Review, [row | {"verdict": "accept", "reviewer": "ada", "created": created}])
        connection.execute(text("UPDATE document SET date = '2024-05-03' WHERE title = 'Le marché'"))
    engine.dispose()
    return made


def sample_time(connection: sa.Connection) -> object:
    return connection.execute(text("SELECT CURRENT_TIMESTAMP AS t").columns(t=Review.created.type)).scalar_one()


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    with read_plainly(path) as opened:
        yield opened


def texts(connection: Connection, words: str, sort: str = "document", **asked: object) -> list[str]:
    found = find(connection, Question(words, **asked), 50, sort)
    return [marks.plain(hit.marked) for hit in found.hits]


@pytest.mark.parametrize("case", CASES["compiled"], ids=lambda case: case["words"])
def test_words_become_an_expression(case: dict[str, str]) -> None:
    assert compiled(case["words"]) == case["expression"]


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["words"])
def test_what_makes_no_sense_is_shown_at_its_place(case: dict[str, str]) -> None:
    with pytest.raises(UsageError) as refused:
        compiled(case["words"])
    lines = str(refused.value).split("\n")
    assert case["said"] in lines[0]
    assert "For example: enregard search" in lines[-1]
    if "place" in case:
        assert lines[2].index("^") - 2 == case["place"]


def test_no_search_ends_in_an_error_of_sql(connection: Connection) -> None:
    chance = random.Random(7)
    parts = [
        "le",
        "NEAR",
        "NEAR(",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        '"',
        " ",
        "*",
        ",",
        "3",
        "é",
        "^",
        ":",
        "\x00",
        "\udc80",
        "[le]",
        "[",
        "/l./",
        "/(/",
        "/",
    ]
    searched = 0
    for _ in range(2000):
        words = "".join(chance.choice(parts) + chance.choice(("", " ")) for _ in range(chance.randrange(1, 8)))
        try:
            find(connection, Question(words), 5)
        except UsageError:
            continue
        searched += 1
    assert searched > 100


def test_both_languages_are_found_with_what_faces_them(connection: Connection) -> None:
    hits = {(hit.language, hit.origin): hit for hit in find(connection, Question("marche OR market"), 50).hits}
    assert hits["fr", "human"].facing == "The market opens at eight."
    assert hits["fr", "human"].kind == "bitext"
    assert hits["fr", "human"].verdict == "accept"
    assert {origin for language, origin in hits if language == "en"} == {"human", "mt:dictionary-1+toy"}


@pytest.mark.parametrize("case", CASES["asked"], ids=lambda case: f"{case['words']} {case.get('asked', '')}")
def test_only_what_is_asked_for_is_found(connection: Connection, case: dict[str, object]) -> None:
    asked = {name: tuple(value) if isinstance(value, list) else value for name, value in case.get("asked", {}).items()}
    assert sorted(texts(connection, str(case["words"]), **asked)) == sorted(case["found"])


def test_documents_are_named_by_path_or_id(connection: Connection) -> None:
    (key,) = connection.execute("SELECT document_id FROM source WHERE path = 'en.txt'").fetchone()
    assert texts(connection, "eight", documents=(key[:8],)) == ["The market opens at eight."]
    with pytest.raises(NotFoundError, match=r"fr\.txt"):
        texts(connection, "eight", documents=("french.txt",))


def test_a_date_that_is_none_is_refused(connection: Connection) -> None:
    with pytest.raises(UsageError, match="2024-05-31"):
        texts(connection, "eight", since="May")


def test_orders(connection: Connection) -> None:
    assert texts(connection, "huit OR mairie", language="fr") == [
        "Le marché ouvre à huit heures.",
        "La mairie l'a dit mardi.",
    ]
    left = texts(connection, "huit OR mairie", "left", language="fr")
    assert left == ["Le marché ouvre à huit heures.", "La mairie l'a dit mardi."]  # à, La
    right = texts(connection, "huit OR mairie", "right", language="fr")
    assert right == ["Le marché ouvre à huit heures.", "La mairie l'a dit mardi."]  # heures, l'a
    scores = [hit.score for hit in find(connection, Question("the OR le", low=0.0), 50, "score").hits]
    assert scores == sorted(scores, reverse=True) and len(scores) > 2
    assert set(texts(connection, "market", "best")) == set(texts(connection, "market"))


def test_more_hits_than_are_put_in_order_are_a_sample(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = find(connection, Question("the OR le OR la"), 50)
    monkeypatch.setattr(concordance, "MOST", 1)
    found = find(connection, Question("the OR le OR la"), 2)
    assert (len(found.hits), found.total) == (2, None)
    assert set(found.hits) < set(whole.hits)
    inside = find(connection, Question("the", documents=("en.txt",)), 2)
    assert (len(inside.hits), inside.total) == (2, 2)


def test_a_line_of_the_terminal_keeps_its_width_and_its_column() -> None:
    for marked in (
        "\x02mot\x03",
        "a \x02mot\x03 b",
        f"{'long ' * 40}\x02mot\x03{' long' * 40}",
        "日本語 " * 20 + "\x02mot\x03",
    ):
        line = terminal.kwic(marked, 80)
        assert line.cell_len <= 80
        before = line.plain[: line.plain.index("mot")]
        assert Console().measure(before).maximum <= 80
        assert terminal.kwic(marked, 80)[: len(before)].cell_len == 32


def test_nothing_in_a_text_steers_the_terminal_or_the_page() -> None:
    hit = concordance.Hit(
        "a:0-1",
        "p\x1b]0;x\x07",
        "fr",
        "human",
        HOSTILE + "\x02mot\x03",
        HOSTILE,
        "en",
        "human",
        *("bitext", 0.5, None, "a", "d", None, 0),
    )
    shown = Console(width=100, record=True, file=io.StringIO())
    shown.print(*terminal.concordance([hit], 100), sep="\n")
    assert "\x1b" not in shown.export_text() and "\u2028" not in shown.export_text()
    made = page.render(page.Sheet(HOSTILE, hits=[hit]))
    assert "<script" not in made and "&lt;script&gt;" in made
    assert re.search(r'content="default-src (?:\'|&#39;)none', made)
    assert not re.search(r"(?:src|href)=", made)


def test_frequency_by_document_and_language(connection: Connection) -> None:
    rows = statistics.counts(connection, Question("ouvre OR eight"))
    assert [(one.path, one.language, one.hits, one.occurrences, one.words) for one in rows] == [
        ("en.txt", "en", 1, 1, 14),
        ("fr.txt", "fr", 1, 1, 12),
        ("other.txt", "en", 1, 1, 6),
        (None, "en", 2, 2, 20),
        (None, "fr", 1, 1, 12),
    ]
    assert rows[0].per_10000 == pytest.approx(10_000 / 14)
    machine = statistics.counts(connection, Question("eight", origin="machine"))
    assert [(one.path, one.origin, one.hits) for one in machine] == [("fr.txt", "machine", 1), (None, "machine", 1)]


def test_residue_and_what_a_copy_repeats_are_searched_where_they_are_asked_for(tmp_path: Path) -> None:
    made = sample.make(tmp_path / "c.sqlite")
    copy = sample.document(sample.FRENCH.replace("mardi", "jeudi"))
    sample.fill(made, {"copy.txt": (copy, "fr")})
    with transaction(made.engine) as connection:
        original = connection.execute(text("SELECT id FROM document WHERE title = 'Le marché'")).scalar_one()
        update = text("UPDATE document SET duplicate_of = :original WHERE id = :copy")
        connection.execute(update, {"original": original, "copy": copy.key})
    made.engine.dispose()
    with read_plainly(tmp_path / "c.sqlite") as connection:
        assert texts(connection, "marché") == ["Le marché ouvre à huit heures."]
        assert len(texts(connection, "marché", duplicates=True)) == 2
        assert texts(connection, "jeudi") == ["La mairie l'a dit jeudi."], "its own segments stay"
        assert texts(connection, "partager") == []
        assert concordance.is_elsewhere(connection, Question("partager"))
        assert set(texts(connection, "partager", roles=("boilerplate",))) == {"Partager"}
        words = [row.words for row in statistics.counts(connection, Question("marché", language="fr"))]
        assert words == [12, 18]


def test_dates_and_languages_that_nothing_has_are_said(connection: Connection, tmp_path: Path) -> None:
    for wrong in ("2024-13", "2023-02-29", "20240"):
        with pytest.raises(UsageError, match="is no date"):
            find(connection, Question("marche", since=wrong), 5)
    with pytest.raises(NotFoundError, match="nothing is in 'de'"):
        find(connection, Question("marche", language="de"), 5)
    sample.make(tmp_path / "c.sqlite").engine.dispose()
    with read_plainly(tmp_path / "c.sqlite") as undated, pytest.raises(NotFoundError, match="no document has a date"):
        find(undated, Question("marche", since="2024"), 5)


def test_collocates_are_those_of_the_formula(connection: Connection) -> None:
    (one,) = (c for c in statistics.collocates(connection, Question("eight", language="en"), 1, 1, 0) if c.word == "at")
    # "at" is next to "eight" twice; four words are next to it; 20 words in all, two of them "eight".
    table = ((2, 3 * 2 / 18), (1, 3 * 16 / 18), (0, 15 * 2 / 18), (15, 15 * 16 / 18))
    assert one[:3] == ("at", 2, 2)
    assert one.expected == pytest.approx(3 * 2 / 18)
    assert one.g2 == pytest.approx(2 * sum(seen * log(seen / expected) for seen, expected in table if seen))


def test_frequent_and_rare_words_can_be_left_out(connection: Connection) -> None:
    asked = Question("eight", language="en")
    assert "at" not in {one.word for one in statistics.collocates(connection, asked, 1, 1, 3)}
    assert {one.word for one in statistics.collocates(connection, asked, 1, 2, 0)} == {"at"}


def test_log_likelihood_of_a_published_table() -> None:
    # A word that is 10 times in 1,000 words and 10 times in 10,000: Dunning's ratio, worked out by hand.
    assert statistics.log_likelihood((5, 5, 5, 5)) == pytest.approx(0)
    assert statistics.log_likelihood((10, 990, 10, 9990)) == pytest.approx(
        2 * (10 * log(5.5) + 10 * log(0.55) + 990 * log(990 / 998.1818181) + 9990 * log(9990 / 9981.8181818)), abs=1e-3
    )


def test_dispersion() -> None:
    assert statistics.gries([100, 100], [2, 0]) == (0.5, 1.0)
    assert statistics.gries([100, 300], [1, 3]) == (0.0, 0.0)
    assert statistics.gries([100], [3]) == (None, None)
    assert statistics.gries([100, 100], [0, 0]) == (None, None)


def test_where_the_hits_are(connection: Connection) -> None:
    found = statistics.dispersion(connection, Question("eight", language="en"))
    assert found.documents == 2
    assert [(one.path, one.hits, sum(one.cells)) for one in found.spreads] == [("en.txt", 1, 1), ("other.txt", 1, 1)]
    assert found.dp == pytest.approx(abs(0.5 - 14 / 20))
    assert found.spreads[0].bar(1)[0] == "█"


FIELDS = ["id", "path", "language", "origin", "text", "facing"]


def test_the_forms_of_the_output(path: Path, tmp_path: Path) -> None:
    rows = json.loads(enregard("search", "marché", "--json", "--corpus", path).stdout)
    assert list(rows[0])[:6] == FIELDS
    assert (rows[0]["left"], rows[0]["keyword"], rows[0]["right"]) == ("Le ", "marché", " ouvre à huit heures.")
    given = enregard("search", "marché", "--csv", "--corpus", path).stdout
    assert [row["id"] for row in csv.DictReader(io.StringIO(given))] == [row["id"] for row in rows]
    out = tmp_path / "out.html"
    done = enregard(
        "search",
        "eight",
        "--html",
        "--count",
        "--collocates",
        "--dispersion",
        "--min-count",
        "1",
        "--corpus",
        path,
        "--output",
        out,
    )
    assert done.returncode == 0, done.stderr
    made = out.read_text("utf-8")
    assert "<svg" in made and "per 10,000" in made and "log ratio" in made


def test_statistics_as_rows(path: Path) -> None:
    (first, *_) = json.loads(enregard("search", "eight", "--count", "--json", "--corpus", path).stdout)
    assert (first["path"], first["hits"]) == ("en.txt", 1)
    (near, *_) = json.loads(
        enregard("search", "eight", "--collocates", "--min-count", "1", "--json", "--corpus", path).stdout
    )
    assert {"word", "near", "g2"} <= set(near)
    (spread, *_) = json.loads(enregard("search", "eight", "--dispersion", "--json", "--corpus", path).stdout)
    assert sum(spread["cells"]) == 1


def test_a_wrong_search_is_a_wrong_call(path: Path) -> None:
    done = enregard("search", "a AND (", "--corpus", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "^" in done.stderr and "sqlite" not in done.stderr.lower()


def test_what_people_said_before_is_suggested(path: Path, connection: Connection) -> None:
    [pair] = [hit for hit in find(connection, Question("marché"), 50).hits if hit.kind == "bitext"][:1]
    sentence = f"Hier, {marks.plain(pair.marked)}"
    [best, *_] = memory.suggest(connection, sentence, 0.5, 5)
    assert best.text == marks.plain(pair.marked)
    assert best.facing == marks.plain(pair.facing or "")
    assert 0.8 < best.similarity < 1
    assert "\x02" not in best.marked  # the sentence has every word of it
    [english, *_] = memory.suggest(connection, best.facing, 0.9, 5)
    assert (english.similarity, english.facing) == (1.0, best.text)
    assert memory.suggest(connection, "* * *", 0.0, 5) == []
    assert memory.suggest(connection, '"OR NEAR(', 0.9, 5) == []
    machine = "SELECT left_text FROM alignment WHERE kind = 'translation' AND right_origin <> 'human'"
    for (french,) in connection.execute(machine).fetchall():
        assert all(match.row.kind != "translation" for match in memory.suggest(connection, french, 0.0, 50))
    shown = enregard("suggest", sentence, "--corpus", str(path), "--json")
    assert json.loads(shown.stdout)[0]["facing"] == best.facing
    screen = Console(file=io.StringIO(), width=100, force_terminal=True)
    screen.print(*terminal.memory(memory.suggest(connection, f"Un autre {sentence}", 0.1, 5)), sep="\n")
    assert "= " in screen.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.sqlite
def test_what_was_rejected_is_not_suggested(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "corpus.sqlite"
    copy.write_bytes(path.read_bytes())
    with read_plainly(copy) as connection:
        [(sentence, pair_hash, right)] = connection.execute(
            "SELECT left_text, pair_hash, right_text FROM alignment WHERE kind = 'bitext' AND score > 0.9"
        ).fetchall()
        assert memory.suggest(connection, sentence, 1.0, 5)
    engine = open_corpus(copy)
    with transaction(engine) as writing:
        texts = {"pair_hash": pair_hash, "left_text": sentence, "right_text": right}
        judged = {"verdict": "reject", "reviewer": "ada", "created": sample_time(writing)}
        insert_new(writing, Review, [texts | judged])
    engine.dispose()
    with read_plainly(copy) as connection:
        assert all(match.row.left != sentence for match in memory.suggest(connection, sentence, 0.0, 50))


def test_many_words_of_two_spellings_are_still_one_search(connection: Connection) -> None:
    assert compiled(" NEAR ".join(["cœur"] * 50)).count("NEAR(") == 3_200 // 50
    assert find(connection, Question(" NEAR ".join(["cœur"] * 50)), 5).hits == []


FORMS = {"manger": "mange mangé mangeait", "pomme": "pomme pommes"}


def inflect(word: str) -> Inflection:
    return Inflection(frozenset(FORMS.get(word, word).split()))


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ("[pomme]", '("pomme" OR "pommes")'),
        ("[manger]", '("mangeait" OR "mangé")'),  # to the index, mange and mangé are one word
        ("[pomme] NEAR/2 rouge", '(NEAR("pomme" "rouge", 2) OR NEAR("pommes" "rouge", 2))'),
        ('"la [pomme]"', '("la pomme" OR "la pommes")'),
        ("NEAR([pomme] rouge, 3)", '(NEAR("pomme" "rouge", 3) OR NEAR("pommes" "rouge", 3))'),
        ("rouge NOT [pomme]", '("rouge" NOT ("pomme" OR "pommes"))'),
        ("a /b.c/ d", '("a" AND "d")'),
        ("/b/", ""),
        ("a AND /b/", '"a"'),
    ],
)
def test_words_in_brackets_stand_for_their_forms(words: str, match: str) -> None:
    assert parse(words, inflect).match == match


def test_every_word_may_stand_for_its_forms() -> None:
    parsed = parse('pomme troup* "la pomme"', inflect, inflected=True)
    assert parsed.match == '(("pomme" OR "pommes") AND "troup"* AND "la pomme")'
    assert not parsed.is_inflected  # the phrase and the prefix are as they are written


@pytest.mark.parametrize(
    ("words", "text", "holds"),
    [
        ("[manger]", "Il a mangé.", True),
        ("[manger]", "Il se mangè.", False),  # the index would take it for mange
        ("[manger] OR [pomme]", "Une pomme.", True),
        ("[manger] OR x", "Un x.", True),
        ("[manger] [pomme]", "Il mange.", False),
        ("/\\d{3} morts/", "Il y eut 300 MORTS.", True),
        ("/\\d{3} morts/", "Il y eut 30 morts.", False),
        ("a /é/ /é$/", "cet été", True),
        ("/a\\/b/", "le a/b", True),
    ],
)
def test_what_the_index_cannot_tell_is_asked_of_the_text(words: str, text: str, holds: bool) -> None:
    assert TextSieve(parse(words, inflect)).holds(text) is holds


def test_marks_are_those_of_the_forms_and_patterns() -> None:
    sieve = TextSieve(parse("[manger] /il./", inflect))
    assert sieve.mark("Il a \x02mangé\x03, il \x02mangè\x03.") == "\x02Il \x03a \x02mangé\x03, \x02il \x03mangè."


@pytest.mark.parametrize("words", ["a OR /b/", "(a /b/)", "a NOT /b/", "/b/ NEAR c"])
def test_a_pattern_stands_beside_words_alone(words: str) -> None:
    with pytest.raises(UsageError, match=r"pattern|NEAR stands"):
        parse(words)


def test_a_pattern_that_cannot_be_read_is_shown_at_its_place(connection: Connection) -> None:
    with pytest.raises(UsageError, match=r"cannot be read.*\n  /\(a/\n   *\^"):
        find(connection, Question("/(a/"), 5)
    with pytest.raises(UsageError, match="Swap the two sides"):
        find(connection, Question("marché", facing="/m/"), 5)
    with pytest.raises(UsageError, match="add a word"):
        find(connection, Question("/m/", without="market"), 5)


def test_a_pattern_that_takes_too_long_is_given_up() -> None:
    sieve = TextSieve(parse("/(a|aa)+$/"))
    assert sieve.holds("a" * 100)
    sieve.check()
    assert not sieve.holds("a" * 100 + "b")
    with pytest.raises(UsageError, match="takes too long"):
        sieve.check()


def test_a_pattern_that_takes_too_long_in_all_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieves, "WHOLE", -1.0)
    sieve = TextSieve(parse("/a/"))
    assert not sieve.holds("a")
    with pytest.raises(UsageError, match="search fewer documents"):
        sieve.check()


def test_forms_are_looked_for_in_their_own_language(connection: Connection) -> None:
    assert texts(connection, "[ouvrir]", origin="human") == ["Le marché ouvre à huit heures."]
    assert texts(connection, "[dire]") == ["La mairie l'a dit mardi."]
    assert texts(connection, "dire", inflected=True) == ["La mairie l'a dit mardi."]
    assert texts(connection, "[heure]", origin="human") == ["Le marché ouvre à huit heures."]  # the English quotes it
    assert texts(connection, "[avoir]", origin="human") == ["La mairie l'a dit mardi."]
    assert texts(connection, "[marche]", origin="human") == []
    assert texts(connection, "[say]", origin="human") == [
        "The town hall said “à huit heures” on Tuesday.",
        "Stalls open at eight, officials say.",
    ]
    assert set(texts(connection, "[dire]", facing="[say]")) == {"La mairie l'a dit mardi."}


def test_regular_expressions_search_all_texts(connection: Connection) -> None:
    assert texts(connection, "/^le .*heures/") == ["Le marché ouvre à huit heures."]
    assert texts(connection, "/eight[,.]/", origin="human") == [
        "The market opens at eight.",
        "Stalls open at eight, officials say.",
    ]
    assert texts(connection, "market /eight$/") == []
    hits = find(connection, Question("/h\\w+s/", language="fr", origin="human"), 5, "best").hits
    assert [marks.line(hit.marked).keyword for hit in hits] == ["heures"]
    rows = statistics.counts(connection, Question("/e[ns]/", language="en"))
    assert [(row.path, row.occurrences) for row in rows] == [("en.txt", 3), ("other.txt", 1), (None, 4)]


def test_the_width_of_a_concordance(path: Path) -> None:
    shown = json.loads(enregard("search", "ouvre", "--width", "4", "--corpus", str(path), "--json").stdout)
    assert [(row["left"], row["keyword"], row["right"]) for row in shown] == [("ché ", "ouvre", " à h")]
    screen = Console(file=io.StringIO(), width=30)
    screen.print(terminal.kwic("Le marché \x02ouvre\x03 à huit heures.", 100, 8), soft_wrap=True)
    assert screen.file.getvalue() == "…marché ouvre à huit…\n"  # type: ignore[attr-defined]
