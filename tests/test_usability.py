"""How likely a machine translation is to be usable: better ones score higher, whatever the engine says of itself."""

import numpy as np
import pytest

from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.translation.quality import check_translation
from pipeline.translation.usability import MEASURES, ODDS, Attempt, measure, usable

SOURCE = "Le conseil municipal a voté jeudi la réparation du vieux pont de pierre."
GOOD = "On Thursday the town council voted to repair the old stone bridge."
ROUGH = "The *municipal advise has *voté Thursday the *réparation of the."
OTHER = "Nobody has seen the keeper of the lighthouse since the storm."


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def attempt(text: str, log_probability: float | None = None) -> Attempt:
    return Attempt(SOURCE, text, log_probability, check_translation(SOURCE, text))


def test_better_translations_score_higher(embedder: Embedder) -> None:
    scores, _ = usable([attempt(GOOD), attempt(ROUGH), attempt(OTHER)], embedder)
    assert scores[0] > scores[1] > scores[2]
    assert 0 < scores[2] < 0.2


def test_every_weight_points_where_a_reader_expects_it() -> None:
    weights = ODDS.named(MEASURES)
    assert all(weights[name] > 0 for name in ("similarity", "rendered", "found", "log_probability"))
    assert all(weights[name] < 0 for name in ("lost", "length", "untranslated", "findings"))


def test_words_that_were_left_in_french_count_against_it(embedder: Embedder) -> None:
    left = "On Thursday the town council *voté to *réparer the old *pont of *pierre."
    scores, measures = usable([attempt(GOOD), attempt(left)], embedder)
    assert scores[1] < scores[0]
    assert measures[:, MEASURES.index("untranslated")].tolist() == pytest.approx([0, 4 / 13])


def test_a_name_that_is_kept_is_not_lost(embedder: Embedder) -> None:
    """Apertium marks a name that it does not know, too: what stands there is measured without the mark."""
    source = "Le maire Gilles Ferrand a parlé à Rochegarde."
    marked, plain = (
        Attempt(source, f"The mayor {mark}Gilles {mark}Ferrand has spoken to {mark}Rochegarde.", None, ())
        for mark in ("*", "")
    )
    assert np.allclose(*measure([marked, plain], embedder)[:, : MEASURES.index("length")], atol=1e-6)


def test_what_the_decoder_says_counts_where_it_says_something(embedder: Embedder) -> None:
    scores, measures = usable([attempt(GOOD), attempt(GOOD, -0.2), attempt(GOOD, -1.5)], embedder)
    assert scores[1] > scores[0] > scores[2]
    assert measures[:, MEASURES.index("scored")].tolist() == [0, 1, 1]


def test_nothing_is_not_usable(embedder: Embedder) -> None:
    assert usable([attempt(""), attempt(" ")], embedder)[0].tolist() == [0, 0]
    assert usable([], embedder)[0].shape == (0,)


def test_a_translation_is_measured_the_same_in_any_company(embedder: Embedder) -> None:
    together = measure([attempt(GOOD), attempt(ROUGH), attempt(OTHER)], embedder)
    alone = np.concatenate([measure([attempt(text)], embedder) for text in (GOOD, ROUGH, OTHER)])
    assert np.allclose(together, alone, atol=1e-5)
