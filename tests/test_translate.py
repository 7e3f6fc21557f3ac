import doctest
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

import pipeline.translation.translate
from pipeline.config import TranslateConfig
from pipeline.errors import EngineError
from pipeline.records import Signature
from pipeline.translation.translate import Output, in_order, pieces, prepare, sentence_case, translate

SIGNATURE = Signature("translate", "brackets", "1")


@dataclass
class Brackets:
    """An engine that puts its texts in brackets and remembers what it was asked for."""

    score: float | None = -0.5
    asked: list[list[str]] = field(default_factory=list)
    signature: Signature = SIGNATURE

    def translate(self, texts: Sequence[str]) -> list[Output]:
        self.asked.append(list(texts))
        return [Output(f"[{text}]", self.score) for text in texts]


def test_doctests() -> None:
    assert doctest.testmod(pipeline.translation.translate).failed == 0


def test_each_distinct_text_is_translated_once() -> None:
    engine = Brackets()
    made = list(translate(["b", "a", "b", "a", "c"], engine, TranslateConfig()))
    assert sorted(one.source for one in made) == ["a", "b", "c"]
    assert sorted(engine.asked[0]) == ["a", "b", "c"]


def test_a_translation_says_how_it_was_made() -> None:
    [made] = translate(["chat"], Brackets(), TranslateConfig())
    assert (made.source, made.text, made.score) == ("chat", "[chat]", -0.5)
    assert (made.language, made.target, made.origin) == ("fr", "en", "mt:brackets-1")


def test_lines_come_back_in_order_and_in_number() -> None:
    lines = ["un", "", "deux trois", "un", "   ", "***", "2024"]
    made = [one.text for one in in_order(lines, Brackets(), TranslateConfig(window=3))]
    assert made == ["[un]", "", "[deux trois]", "[un]", "", "***", "2024"]


def test_nothing_without_a_letter_reaches_the_engine() -> None:
    engine = Brackets()
    made = list(translate(["* * *", "", "12 %", "\n\t"], engine, TranslateConfig()))
    assert engine.asked == []
    assert {one.source: one.text for one in made} == {"* * *": "* * *", "": "", "12 %": "12 %", "\n\t": ""}


def test_no_translation_holds_a_line_break() -> None:
    class Breaking(Brackets):
        def translate(self, texts: Sequence[str]) -> list[Output]:
            return [Output("one\ntwo\u2028three\r\n", None) for _ in texts]

    [made] = translate(["un\ndeux\u2029trois"], Breaking(), TranslateConfig())
    assert made.text == "one two three"
    assert made.source == "un\ndeux\u2029trois"


def test_the_engine_gets_one_line() -> None:
    engine = Brackets()
    list(translate(["Le chat\n dort\u00a0!"], engine, TranslateConfig()))
    assert engine.asked == [["Le chat dort !"]]


def test_a_window_is_sorted_by_length_and_cut_into_batches() -> None:
    engine = Brackets()
    texts = ["a" * size for size in (50, 10, 30, 20, 40)]
    list(translate(texts, engine, TranslateConfig(batch_chars=65)))
    assert [[len(text) for text in batch] for batch in engine.asked] == [[10, 20, 30], [40], [50]]


def test_a_text_longer_than_a_batch_still_goes() -> None:
    engine = Brackets()
    list(translate(["a" * 100, "b"], engine, TranslateConfig(batch_chars=10)))
    assert [len(batch) for batch in engine.asked] == [1, 1]


def test_translations_come_as_batches_finish_and_texts_are_read_by_windows() -> None:
    engine, read = Brackets(), []

    def texts() -> Sequence[str]:
        for number in range(10):
            read.append(number)
            yield f"texte {number}"

    stream = translate(texts(), engine, TranslateConfig(window=2))
    next(stream)
    assert (len(read), len(engine.asked)) == (2, 1)


def test_an_engine_that_loses_a_text_is_an_error() -> None:
    class Losing(Brackets):
        def translate(self, texts: Sequence[str]) -> list[Output]:
            return super().translate(texts)[:-1]

    with pytest.raises(EngineError, match="gave 1 translations for 2"):
        list(translate(["un", "deux"], Losing(), TranslateConfig()))


def test_a_long_text_is_cut_at_clause_marks_and_joined() -> None:
    engine = Brackets()
    text = "le chat dort sous la table ; le chien mange dans la cour, et la pluie tombe."
    [made] = translate([text], engine, TranslateConfig(max_chars=45))
    assert engine.asked == [["le chat dort sous la table ;", "le chien mange dans la cour,", "et la pluie tombe."]]
    assert " ".join(engine.asked[0]) == text
    assert made.text == " ".join(f"[{piece}]" for piece in engine.asked[0])


def test_the_score_of_a_joined_text_is_a_weighted_mean() -> None:
    class Scoring(Brackets):
        def translate(self, texts: Sequence[str]) -> list[Output]:
            return [Output("xxx", -1.0), Output("x", -4.0)]

    [made] = translate(["aaaa bbbb"], Scoring(), TranslateConfig(max_chars=5))
    assert made.score == pytest.approx((-1.0 * 4 + -4.0 * 2) / 6)


def test_a_joined_text_without_scores_has_none() -> None:
    [made] = translate(["aaaa bbbb"], Brackets(score=None), TranslateConfig(max_chars=5))
    assert (made.text, made.score) == ("[aaaa] [bbbb]", None)


@pytest.mark.parametrize("text", ["", "x", "mot " * 400, "x" * 1_500, "a, " * 500, "a; b, c " * 90, " " * 30 + "y"])
def test_pieces_keep_every_word_within_the_limit(text: str) -> None:
    cut = pieces(text.strip(), 100)
    assert all(len(piece) <= 100 for piece in cut)
    assert "".join(cut).replace(" ", "") == text.replace(" ", "")


def test_pieces_are_of_about_equal_length() -> None:
    lengths = [len(piece) for piece in pieces("mot " * 30, 100)]
    assert max(lengths) - min(lengths) < 10


def test_a_line_of_twenty_megabytes_is_cut_in_no_time() -> None:
    start = time.perf_counter()
    assert len(pieces("mots et mots, " * 1_400_000, 600)) > 30_000
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("GUERRE EN UKRAINE : L'ONU S'INQUIÈTE", "Guerre en Ukraine : l'ONU s'inquiète"),
        ("LES ÉTATS-UNIS ET LA CHINE", "Les États-Unis et la Chine"),
        ("« C’EST FINI »", "« C’est fini »"),
        ("LE G7 SE RÉUNIT EN 2025 ! ET ALORS ?", "Le G7 se réunit en 2025 ! Et alors ?"),
        ("TOTAL", "TOTAL"),
        ("L'OTAN et l'ONU", "L'OTAN et l'ONU"),
        ("Un titre normal", "Un titre normal"),
        ("UN ABRI POUR LE CHAT de Zoé", "UN ABRI POUR LE CHAT de Zoé"),
        ("ВОЙНА И МИР", "Война и мир"),
    ],
)
def test_headlines_in_capitals_become_sentences(text: str, wanted: str) -> None:
    assert prepare(text) == wanted


def test_sentence_case_keeps_the_length_of_what_is_there() -> None:
    line = "LE MOT « ŒUVRE » À L'ÉCOLE N'EST PAS RARE"
    assert sentence_case(line).casefold() == line.casefold()
