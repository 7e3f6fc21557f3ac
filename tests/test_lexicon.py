"""The lexicon: words and terms that the links of a corpus lead to, their figures, and the files made of them."""

import json
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import text

from db.engine import transaction
from db.reader import read_plainly
from pipeline.corpus.store import Corpus
from pipeline.language.knowledge import FILES, tables
from pipeline.lexicon.corpus_pairs import linked_pairs
from pipeline.lexicon.counting import LexiconEntry, LexiconOptions, extract
from pipeline.lexicon.glossary_list import as_glossary
from pipeline.lexicon.linked_text import LexiconPair, WordLine, linked_text
from pipeline.lexicon.tbx import NAMESPACE, as_tbx
from pipeline.search.statistics import log_likelihood
from tests.test_cli import enregard
from tests.test_equivalents import make

LANGUAGES = ("fr", "en")
TBX = {"t": NAMESPACE}
WORDS = {
    "eau": "water",
    "potable": "drinking",
    "maire": "mayor",
    "ville": "town",
    "pommes": "potatoes",
    "vend": "sells",
    "Paris": "Paris",
}
SENTENCES = [
    ("Le maire vend l'eau potable.", "The mayor sells drinking water."),
    ("La ville a de l'eau potable.", "The town has drinking water."),
    ("L'eau de la ville est froide.", "The water of the town is cold."),
    ("Le maire de Paris vend des pommes de terre.", "The mayor of Paris sells potatoes."),
    ("Les pommes de terre de Paris.", "The potatoes of Paris."),
    ("Il vend, eau : potable.", "He sells, drinking: water."),
]


def pair(number: int, source: str, target: str, score: float = 1.0) -> LexiconPair:
    """A pair whose words are linked by WORDS."""
    links = []
    for own, facing in WORDS.items():
        if own in source and facing in target:
            start, other = source.index(own), target.index(facing)
            links.append([start, start + len(own), other, other + len(facing), 95])
    return LexiconPair(f"p{number}", score, source, target, sorted(links))


PAIRS = [pair(number, *texts) for number, texts in enumerate(SENTENCES)]


def entries(pairs: list[LexiconPair] | None = None, least: int = 2) -> dict[tuple[str, str], LexiconEntry]:
    listed = extract(lambda: iter(PAIRS if pairs is None else pairs), LexiconOptions(LANGUAGES, least))
    return {(entry.source, entry.target): entry for entry in listed}


def test_words_have_their_figures() -> None:
    found = entries(PAIRS * 20)
    entry = found["maire", "mayor"]
    assert (entry.times, entry.source_share, entry.target_share) == (40, 1.0, 1.0)
    assert entry.examples == ("p0", "p3")
    water = found["eau", "water"]
    assert (water.times, water.source_share, water.target_share) == (80, 1.0, 1.0)
    sizes = [sum(map(sum, (WordLine(one, "fr").content for one, _ in SENTENCES))) * 20]
    sizes.append(sum(map(sum, (WordLine(other, "en").content for _, other in SENTENCES))) * 20)
    assert water.g2 == pytest.approx(log_likelihood((80, 0, 0, max(sizes) - 80)))


def test_terms_are_phrases_that_face_each_other_alone() -> None:
    found = entries(PAIRS * 20)
    term = found["eau potable", "drinking water"]
    assert (term.times, term.words, term.target_share) == (40, 2, 1.0)
    assert ("pommes de terre", "potatoes") in found
    assert ("pommes", "potatoes") not in found  # stands in the longer one alone
    assert ("eau", "water") in found  # stands alone as well
    assert not [source for source, _ in found if source.startswith(("de ", "la ")) or source.endswith(" de")]


@pytest.mark.parametrize(
    ("source", "target", "links", "expected"),
    [
        ("eau potable", "drinking water", [[0, 3, 9, 14, 90], [4, 11, 0, 8, 90]], {(0, 2, 0, 2)}),
        ("eau, potable", "drinking water", [[0, 3, 9, 14, 90], [5, 12, 0, 8, 90]], set()),
        ("eau potable froide", "drinking water", [[0, 3, 9, 14, 90], [12, 18, 0, 8, 90]], {(0, 3, 0, 2)}),
        ("chemin vicinal fer", "railway road", [[0, 6, 0, 7, 90], [15, 18, 8, 12, 90]], {(0, 2, 0, 1), (1, 3, 1, 2)}),
        ("fer", "rail track", [[0, 3, 0, 4, 90]], {(0, 1, 0, 2)}),
    ],
)
def test_phrases_are_consistent_with_the_links(
    source: str, target: str, links: list[list[int]], expected: set[tuple[int, ...]]
) -> None:
    text = linked_text(LexiconPair("p", 1.0, source, target, links), LANGUAGES)
    found = set(text.phrase_pairs())
    assert expected <= found
    for start, end, first, last in found:
        for own, facing in text.links.items():
            assert (start <= own < end) == (first <= facing < last), "a link leads out of the phrases"


def test_rare_and_chance_neighbours_are_left_out() -> None:
    assert entries(PAIRS, least=5) == {}
    chance = [pair(number, "Le maire dort.", "The mayor sleeps.") for number in range(3)]
    assert entries(chance, least=2) == {}  # the only words there are: they tell nothing
    assert ("maire", "mayor") in entries([*chance, *PAIRS])


def test_forms_of_a_word_are_one_and_names_keep_their_capitals() -> None:
    forms = [
        LexiconPair("a", 0.9, "Le soldat.", "The soldier.", [[3, 9, 4, 11, 90]]),
        LexiconPair("b", 0.8, "Les soldats.", "Soldiers.", [[4, 11, 0, 8, 90]]),
    ]
    found = entries([*forms, *forms, *PAIRS])
    assert found["soldat", "soldier"].times == 4
    assert ("Paris", "Paris") in found


def test_the_order_of_the_pairs_decides_nothing() -> None:
    assert entries(PAIRS * 3) == entries(PAIRS[::-1] * 3)


@pytest.mark.parametrize("language", [language for language in FILES if "terms" in tables(language)])
def test_words_that_may_stand_inside_a_term(language: str) -> None:
    for line in tables(language)["terms"]["inside"]:
        for word in line.words:
            written = line.example.replace("{} ", "{}'") if word in {"d", "l"} else line.example
            phrase = WordLine(written.format(word), language)
            assert (0, 3) in set(phrase.phrases()), word
            assert not phrase.is_phrase(0, 2)
    assert (0, 3) not in set(WordLine({"fr": "eau qui coule", "en": "water who flows"}[language], language).phrases())


def test_tbx_is_what_the_standard_asks_for() -> None:
    schema = etree.RelaxNG(etree.parse(Path(__file__).parent / "data" / "tbx-basic.rng"))
    hostile = LexiconEntry("<eau> & \x00", "water\x1b", 3, 0.5, 1.0, 12.3, 2, ("p1",))
    listed = [*entries(PAIRS * 3).values(), hostile]
    texts = {found.id: (found.source, found.target) for found in PAIRS}
    document = etree.fromstring("".join(as_tbx(listed, LANGUAGES, "a <b> & c", texts)).encode())
    assert schema.validate(document), schema.error_log.last_error
    concepts = document.findall(".//t:conceptEntry", TBX)
    assert len(concepts) == len(listed)
    assert [term.text for term in concepts[-1].iterfind(".//t:term", TBX)] == ["<eau> & \ufffd", "water\ufffd"]
    assert document.findtext(".//t:title", namespaces=TBX) == "a <b> & c"
    (context, _) = concepts[-1].findall(".//t:descrip", TBX)
    assert context.text == "La ville a de l'eau potable."


def test_a_glossary_has_one_translation_for_a_term_that_is_agreed_on() -> None:
    def entry(source: str, target: str, times: int, share: float) -> LexiconEntry:
        return LexiconEntry(source, target, times, share, 1.0, 50.0, 1, ())

    listed = [entry("maire", "mayor", 8, 0.8), entry("maire", "burgomaster", 2, 0.2), entry("loi", "law", 3, 0.3)]
    head, *lines = "".join(as_glossary([*listed, entry("a\tb", "c\nd", 2, 1.0)])).splitlines()
    assert head.startswith("# ")
    assert lines == ["French\tEnglish", "maire\tmayor", "a b\tc d"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two pairs that people wrote with linked words, and machine translations."""
    corpus: Corpus = make(tmp_path / "corpus.sqlite")
    corpus.engine.dispose()
    return tmp_path / "corpus.sqlite"


def test_pairs_of_a_corpus_are_taken_once_in_the_languages_asked_for(path: Path) -> None:
    with read_plainly(path) as connection:
        human = [found for found in linked_pairs(connection, LANGUAGES, False) if found]
        everything = [found for found in linked_pairs(connection, LANGUAGES, True) if found]
        turned = [found for found in linked_pairs(connection, ("en", "fr"), False) if found]
        others = list(linked_pairs(connection, ("de", "en"), False))
    assert len(human) == 3
    assert len(everything) == 6
    assert [(found.target, found.source) for found in turned] == [(found.source, found.target) for found in human]
    assert [found.links for found in turned] == [
        [[*link[2:4], *link[:2], link[4]] for link in found.links] for found in human
    ]
    assert others == [None] * 3


def test_rejected_and_doubtful_pairs_count_for_nothing(path: Path, tmp_path: Path) -> None:
    corpus = make(tmp_path / "other.sqlite")
    with transaction(corpus.engine) as connection:
        connection.execute(text("UPDATE alignment SET score = 0.4 WHERE kind = 'passage'"))
        connection.execute(
            text(
                "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created)"
                " SELECT pair_hash, left_text, right_text, 'reject', 'Ada', '2026-01-01' FROM alignment"
                " WHERE kind = 'bitext' AND score > 0.9"
            )
        )
    corpus.engine.dispose()
    with read_plainly(tmp_path / "other.sqlite") as connection:
        (remaining,) = (found for found in linked_pairs(connection, LANGUAGES, False) if found)
    assert remaining.source == "La mairie l'a dit mardi."


def test_the_command_writes_each_form(path: Path, tmp_path: Path) -> None:
    place = ("--corpus", str(path), "--min-count", "1")
    rows = json.loads(enregard("lexicon", "--json", *place).stdout)
    assert ("huit heures", "eight") in {(row["fr"], row["en"]) for row in rows}
    header, *lines = enregard("lexicon", *place).stdout.splitlines()
    assert header == "fr\ten\ttimes\tfr_share\ten_share\tg2\texamples"
    assert len(lines) == len(rows)
    for name in ("lexicon.tbx", "lexicon.json", "lexicon.csv"):
        done = enregard("lexicon", "--output", str(tmp_path / name), *place)
        assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "lexicon.json").read_text("utf-8")) == rows
    assert len(etree.parse(tmp_path / "lexicon.tbx").findall(".//t:conceptEntry", TBX)) == len(rows)
    assert enregard("lexicon", "--limit", "1", *place).stderr.endswith(f"1 of {len(rows)} entries.\n")
    assert "French\tEnglish\n" in enregard("lexicon", "--glossary", *place).stdout


def test_the_command_says_why_there_is_nothing(path: Path, tmp_path: Path) -> None:
    place = ("--corpus", str(path))
    done = enregard("lexicon", "--min-count", "90", *place)
    assert done.returncode == 2
    assert "--machine" in done.stderr
    corpus = make(tmp_path / "other.sqlite")
    with transaction(corpus.engine) as connection:
        connection.execute(text("DELETE FROM word_links"))
    corpus.engine.dispose()
    assert "make corpus" in enregard("lexicon", "--corpus", str(tmp_path / "other.sqlite")).stderr
