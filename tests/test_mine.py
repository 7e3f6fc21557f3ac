import numpy as np
import pytest

from pipeline.align.matching import FLOOR, nearest
from pipeline.align.mine import RELIEF, mine, relieved_crowding
from pipeline.align.passages import find_passages
from pipeline.align.streams import Stream
from pipeline.config import MineConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder

pytestmark = pytest.mark.slow

LEFT = [
    "Le pont sera fermé aux camions pendant deux semaines.",
    "Ma grand-mère gardait les pommes dans la cave.",
    "L'équipe a perdu 3 à 1 contre son voisin.",
    "Le chat s'est endormi sur le piano.",
    "Les abeilles reviennent dans le verger.",
]
RIGHT = [
    "The cat fell asleep on the piano.",
    "The committee will publish its report in June.",
    "The bridge will be closed to lorries for two weeks.",
    "Snow is expected above 800 metres.",
    "The team lost 3-1 to its neighbour.",
]
FR = (
    "La fromagerie de la vallée change de mains.",
    "Après quarante ans, Odile Marchand vend la fromagerie à deux jeunes du village.",
    "Elle veut désormais voyager.",
    "Le lait vient de quatorze fermes des environs.",
    "Une cave neuve sera creusée sous la colline en 2027.",
    "Le prix de la vente n'a pas été dit.",
)
EN = (
    "Cheese has been made in these hills since the Middle Ages.",
    "Odile Marchand, who ran the dairy for forty years, has sold it to two young people from the village.",
    "In the valley everyone knows her blue cheese.",
    "Fourteen farms of the area bring their milk every morning.",
    "Tourists come by bus to taste it.",
    "The new owners plan to dig a cellar under the hill in 2027.",
)


LOW = MineConfig(threshold=0.0)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def stream(document: str, texts: tuple[str, ...], stretches: tuple[int, ...] = ()) -> Stream:
    keys = tuple(f"{document}:{i}" for i in range(len(texts)))
    return Stream(document, keys, texts, stretches or (0,) * len(texts))


def test_mined_pairs_are_the_translations(embedder: Embedder) -> None:
    found = mine(LEFT, RIGHT, embedder, MineConfig())
    assert {(one.left, one.right) for one in found} == {(0, 2), (2, 4), (3, 0)}
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0.5 <= score <= 1 for score in scores)


def test_nothing_below_the_threshold(embedder: Embedder) -> None:
    lower, higher = (mine(LEFT, RIGHT, embedder, MineConfig(threshold=value)) for value in (0.0, 1.01))
    assert (len(lower), len(higher)) == (3, 0)


def test_each_sentence_is_used_once(embedder: Embedder) -> None:
    found = mine(LEFT + LEFT[:1], RIGHT + RIGHT[2:3], embedder, MineConfig(threshold=0.0))
    assert len({one.left for one in found}) == len({one.right for one in found}) == len(found)


def test_progress_ends_with_all(embedder: Embedder) -> None:
    seen: dict[str, tuple[int, int]] = {}
    mine(LEFT, RIGHT[:4], embedder, LOW, lambda stage, done, total: seen.update({stage: (done, total)}))
    assert seen == {"embed": (9, 9), "compare": (5, 5)}


def test_empty_sets(embedder: Embedder) -> None:
    assert mine([], RIGHT, embedder, MineConfig()) == mine(LEFT, [], embedder, MineConfig()) == []
    assert len(mine([""], ["", " "], embedder, MineConfig(threshold=0.0))) <= 1


def test_equal_texts_count_once_and_marks_alone_never(embedder: Embedder) -> None:
    crowd = [RIGHT[0]] * 6 + ["—", "* * *"]
    found = mine(["...", *LEFT], RIGHT + crowd, embedder, MineConfig())
    assert {(one.left, one.right) for one in found} == {(1, 2), (3, 4), (4, 0)}


def test_the_right_number_is_chosen(embedder: Embedder) -> None:
    left = [f"Le budget de la commune atteint {figure} euros." for figure in ("6 700", "8 200", "6 900")]
    right = [f"The municipality's budget is {figure} euros." for figure in ("6,900", "6,700", "7,300", "8,200")]
    found = mine(left, right, embedder, LOW)
    assert {(one.left, one.right) for one in found} == {(0, 1), (1, 3), (2, 0)}


def test_few_against_many(embedder: Embedder) -> None:
    many = [f"{text[:-1]}, number {k} of {k * 7} said." for k in range(300) for text in RIGHT[1::2]] + RIGHT
    for left, right in ((LEFT[:3], many), (many, LEFT[:3])):
        found = mine(left, right, embedder, MineConfig())
        pairs = {frozenset((left[one.left], right[one.right])) for one in found}
        assert pairs == {frozenset((LEFT[0], RIGHT[2])), frozenset((LEFT[2], RIGHT[4]))}


def test_a_larger_set_is_no_more_crowded() -> None:
    random = np.random.default_rng(3)
    x, others = (random.normal(size=(size, 16)).astype(np.float32) for size in (300, 20_000))
    x, y = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (x, np.concatenate([x, others])))
    few, many = (relieved_crowding(x, side, nearest(x, side, 4), 4).mean() for side in (y[:2500], y))
    uncorrected = nearest(x, y, 4).similarities.mean() - nearest(x, y[:2500], 4).similarities.mean()
    assert uncorrected > 0.04
    assert many - few == pytest.approx((1 - RELIEF) * uncorrected, abs=0.005)


def test_a_small_set_is_crowded_enough() -> None:
    x = np.eye(3, dtype=np.float32)
    assert relieved_crowding(x, x[:2], nearest(x, x[:2], 4), 4) == pytest.approx([0.475, 0.475, FLOOR])


def test_other_languages(embedder: Embedder) -> None:
    german = ["Der Bericht erscheint im Juni.", "Die Katze ist auf dem Klavier eingeschlafen.", "Es schneit."]
    assert [(one.left, one.right) for one in mine(german, LEFT, embedder, MineConfig())] == [(1, 3)]


def facing(found: list) -> set[tuple[str, str]]:
    return {(left, right) for one in found for left in one.left for right in one.right}


def test_passages_of_different_documents(embedder: Embedder) -> None:
    found = find_passages([stream("f", FR)], [stream("e", EN)], (), embedder, MineConfig())
    assert {("f:1", "e:1"), ("f:3", "e:3"), ("f:4", "e:5")} <= facing(found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.score <= 1 for one in found)
    assert {"similarity", "margin", "words", "agreeing", "conflicting", "length"} == set(found[0].features)


def test_passages_do_not_overlap(embedder: Embedder) -> None:
    found = find_passages([stream("f", FR)], [stream("e", EN)], (), embedder, MineConfig(passage_threshold=0.0))
    for side in ("left", "right"):
        keys = [key for one in found for key in getattr(one, side)]
        assert len(keys) == len(set(keys))
        assert all(len(getattr(one, side)) <= 3 for one in found)


def test_documents_that_are_aligned_already_are_left_out(embedder: Embedder) -> None:
    sides = [stream("f", FR), stream("g", tuple(LEFT))], [stream("e", EN), stream("h", tuple(RIGHT))]
    found = find_passages(*sides, [("f", "e")], embedder, MineConfig())
    assert ("g:0", "h:2") in facing(found)
    assert not {(left, right) for left, right in facing(found) if left[0] == "f" and right[0] == "e"}


def test_nothing_is_mined_within_one_document(embedder: Embedder) -> None:
    assert find_passages([stream("d", FR)], [stream("d", EN)], (), embedder, MineConfig()) == []


def test_repeated_texts_count_once(embedder: Embedder) -> None:
    copies = [stream("e", EN), stream("copy", tuple(text.upper() for text in EN))]
    found = find_passages([stream("f", FR)], copies, (), embedder, MineConfig())
    assert ("f:1", "e:1") in facing(found)
    assert not [key for one in found for key in one.right if key.startswith("copy")]


def test_a_passage_grows_but_not_over_a_break(embedder: Embedder) -> None:
    fr = ("Le musée a acheté un tableau de Courbet. ", "Il le montrera au public en octobre, à Besançon.")
    en = ("The museum has bought a painting by Courbet and will show it to the public in Besançon in October.",)
    filling = tuple(text for text in RIGHT[:2] + RIGHT[3:])
    config = MineConfig(max_sentences=2)
    joined = find_passages([stream("f", fr + tuple(LEFT))], [stream("e", filling + en)], (), embedder, config)
    assert ("f:0", "f:1") in [one.left for one in joined]
    parted = (0, 1, *(1 for _ in LEFT))
    apart = find_passages([stream("f", fr + tuple(LEFT), parted)], [stream("e", filling + en)], (), embedder, config)
    assert all(set(one.left) != {"f:0", "f:1"} for one in apart)


def test_no_streams(embedder: Embedder) -> None:
    assert find_passages([], [stream("e", EN)], (), embedder, MineConfig()) == []
    assert find_passages([stream("f", ("...", "—"))], [stream("e", EN)], (), embedder, MineConfig()) == []
