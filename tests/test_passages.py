"""What mined passages promise: nothing where nothing is shared, and no more than comes out."""

import numpy as np
import pytest

from benchmarks.comparable import Corpus, corpora
from pipeline.align.matching import best_first
from pipeline.align.passages import expected, find_passages, least_shown, signature
from pipeline.align.sharing import equipment_of
from pipeline.align.streams import Stream, mined_side
from pipeline.align.text_evidence import TextEvidence
from pipeline.commands.summary import _mined
from pipeline.config import MineConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder

pytestmark = pytest.mark.slow

EVENTS = {one.name: one for half in ("fit", "held") for one in corpora(half) if one.kind in ("event", "bare")}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def of(document: str, *texts: str) -> Stream:
    keys = tuple(f"{document}:{i}" for i in range(len(texts)))
    return Stream(document, keys, texts, (0,) * len(texts))


def test_a_side_without_a_long_word_is_covered_by_nothing(embedder: Embedder) -> None:
    sides = mined_side([of("fr", "Ah !", "Le bac est parti.")]), mined_side([of("en", "The ferry has gone.")])
    evidence = TextEvidence(sides, equipment_of(embedder), b"")
    nothing, something = evidence.measure(np.array([[0, 0], [1, 0]]))[:, 0].tolist()
    assert nothing == 0 < something


def mined(corpus: Corpus, embedder: Embedder) -> list[tuple[float, bool]]:
    found = find_passages(corpus.left, corpus.right, corpus.known, embedder, MineConfig())
    return [(one.score, any((i, j) in corpus.links for i in one.left for j in one.right)) for one in found]


def test_what_two_articles_share_is_found_and_scored_above_what_they_do_not(embedder: Embedder) -> None:
    found = mined(EVENTS["event:comet"], embedder)
    sure = [right for score, right in found if score >= 0.7]
    assert len(sure) >= 4
    assert all(sure)


def test_where_nothing_is_shared_little_is_promised(embedder: Embedder) -> None:
    for name in ("dam", "comet", "strait"):
        found = (mined(EVENTS[f"{kind}:{name}"], embedder) for kind in ("event", "bare"))
        full, bare = (expected([score for score, _ in some]) for some in found)
        assert bare.right < 0.4 * full.right
        assert bare.low < 0.2


def test_copies_of_a_text_stand_for_one_but_other_figures_do_not() -> None:
    text = "La commune de Brézange a voté hier {} millions d'euros pour refaire la route qui longe la rivière."
    again = text.format(12).replace("hier", "Hier").replace(".", " !")
    kept = mined_side([of("a", text.format(12)), of("b", f"Vu : {again}"), of("c", text.format(15))])
    assert [line.key for line in kept.lines(range(len(kept))).values()] == ["a:0", "c:0"]


def test_each_text_stands_in_one_pair() -> None:
    pairs = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
    assert best_first(*pairs.T, np.array([0.9, 0.8, 0.95, 0.1])).tolist() == [2, 1]


def test_the_promise_in_words() -> None:
    assert _mined(expected([])) == ""
    assert _mined(expected([0.8])).startswith("1 passage mined, 0.8 expected to be right: precision 0.80 (")
    assert _mined(expected([0.9, 0.5])).startswith("2 passages mined, 1.4 expected to be right: precision 0.70 (")


def test_the_signature_says_how(embedder: Embedder) -> None:
    one, other = (signature(embedder, MineConfig(passage_threshold=value)) for value in (0.2, 0.5))
    assert one.engine == "enregard-passages"
    assert one.key != other.key


def test_where_most_are_expected_to_be_wrong_only_sure_ones_are_shown() -> None:
    config = MineConfig()
    assert least_shown([0.9, 0.6, 0.3], config) == config.passage_threshold
    assert least_shown([0.9, 0.3, 0.2, 0.2], config) == 0.8
    assert least_shown([], config) == config.passage_threshold
