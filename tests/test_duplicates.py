"""Copies are found whatever was changed in them and put around them; other documents are not."""

import random
import time
from itertools import combinations

import pytest

from pipeline.align import duplicates
from pipeline.align.duplicates import shelved
from pipeline.align.hash_rows import Hashes
from pipeline.align.shingles import shingles, similarity
from pipeline.records import DocumentPair

WORDS = [
    f"{a}{b}{c}"
    for a in ("ba", "ce", "di", "fo", "gu", "la")
    for b in ("mi", "no", "pu", "re", "sa")
    for c in "aeiourst"
]


def article(seed: int, length: int = 400) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def edited(words: list[str], share: float, seed: int) -> list[str]:
    """``words`` with a share of them replaced, dropped or doubled."""
    chance = random.Random(seed)
    out: list[str] = []
    for word in words:
        if chance.random() < share:
            out += chance.choice([["autre"], [], [word, "encore"]])
        else:
            out.append(word)
    return out


def text(*parts: list[str]) -> str:
    return " ".join(word for part in parts for word in part)


def near_duplicates(texts: dict[str, str]) -> list[tuple[str, str, float]]:
    return [(left, right, seen.similarity) for left, right, seen in duplicates.near_duplicates(shelved(texts))]


def originals(texts: dict[str, str]) -> dict[str, str]:
    return duplicates.originals(shelved(texts))


def repeats(texts: dict[str, str], copies: dict[str, str]) -> list[DocumentPair]:
    return duplicates.repeats(shelved(texts), copies)


def score(left: str, right: str) -> float:
    return similarity(shingles(left), shingles(right))


@pytest.mark.parametrize("seed", range(5))
def test_an_edited_copy_in_other_wrapping_is_found(seed: int) -> None:
    original = text(article(100, 40), article(seed), article(101, 40))
    copy = text(article(102, 50), edited(article(seed), 0.04, seed), article(103, 30))
    [(left, right, found)] = near_duplicates({"a": original, "b": copy, "c": text(article(seed + 50))})
    assert (left, right) == ("a", "b")
    assert found >= 0.8


def test_a_brief_that_stands_whole_in_a_longer_text_is_found() -> None:
    long = article(1, 900)
    assert score(text(long), text(long[200:400])) == 1.0


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4])
def test_a_quotation_is_no_copy(share: float) -> None:
    quoted = article(1)[: int(400 * share)]
    assert score(text(article(1)), text(article(2, 200), quoted, article(3, 200 - len(quoted)))) < 0.8


def test_a_text_rewritten_throughout_is_no_copy() -> None:
    assert score(text(article(1)), text(edited(article(1), 0.35, 1))) < 0.8


def test_case_and_punctuation_do_not_count() -> None:
    words = article(1, 60)
    assert score(text(words), ", ".join(words).upper() + ".") == 1.0


@pytest.mark.parametrize("texts", [{}, {"a": ""}, {"a": "un mot", "b": "un mot"}, {"a": "x " * 500, "b": "y " * 500}])
def test_short_and_empty_texts_are_nobodys_copies(texts: dict[str, str]) -> None:
    assert near_duplicates(texts) == []


def test_boilerplate_that_all_share_links_nothing() -> None:
    banner = article(7, 60)
    assert near_duplicates({str(n): text(banner, article(n + 100, 200)) for n in range(60)}) == []


def test_many_copies_are_all_linked_to_one_another() -> None:
    texts = {str(n): text(edited(article(1, 300), 0.02, n)) for n in range(60)}
    group = {"0"}
    pairs = near_duplicates(texts)
    for left, right, _ in sorted(pairs, key=lambda pair: int(pair[0])):
        if left in group or right in group:
            group |= {left, right}
    assert group == set(texts)


def test_scores_are_the_same_from_either_side_and_run() -> None:
    texts = {str(n): text(edited(article(n % 4, 120), 0.02, n)) for n in range(12)}
    first = near_duplicates(texts)
    assert first == near_duplicates(texts)
    assert {(left, right) for left, right, _ in first} == {
        (str(a), str(b)) for a, b in combinations(range(12), 2) if a % 4 == b % 4
    }


def test_thousands_of_documents_take_seconds() -> None:
    texts = {str(n): text(article(n if n % 10 else n // 100, 150)) for n in range(3000)}
    begun = time.perf_counter()
    found = near_duplicates(texts)
    assert time.perf_counter() - begun < 20
    assert len(found) > 100


def test_a_copy_and_its_original_are_a_pair_with_evidence() -> None:
    texts = {"a": text(article(1), article(2)), "b": text(article(2), article(1, 399))}
    assert originals(texts) == {"b": "a"}
    (pair,) = repeats(texts, {"b": "a"})
    assert (pair.left, pair.right, pair.grade) == ("a", "b", "duplicate")
    assert pair.evidence["order"] == pytest.approx(0.5, abs=0.01)
    assert pair.evidence["coverage_left"] > 0.98
    assert repeats({"a": "", "b": ""}, {"a": "b"})[0].evidence["order"] == 0


def test_what_is_contained_is_no_copy() -> None:
    texts = {"summary": text(article(1, 60)), "report": text(article(1, 60), article(2, 600))}
    assert originals(texts) == {}
    (pair,) = repeats(texts, {})
    assert (pair.left, pair.right, pair.grade) == ("report", "summary", "contained")
    assert pair.evidence["coverage_right"] == 1.0
    assert pair.evidence["coverage_left"] < 0.2


def test_a_booklet_makes_no_copies_of_its_two_halves() -> None:
    texts = {"english": text(article(1)), "booklet": text(article(1), article(2)), "french": text(article(2))}
    assert originals(texts) == {}
    assert {(pair.left, pair.right, pair.grade) for pair in repeats(texts, {})} == {
        ("booklet", "english", "contained"),
        ("booklet", "french", "contained"),
    }


def test_a_chain_of_likenesses_makes_no_copies_of_texts_that_are_not_alike() -> None:
    """Each stands in the next by four fifths and more; the first and the last share hardly a word."""
    words = article(1, 4000)
    texts = {f"{n:02}": text(words[n * 40 : n * 40 + 400]) for n in range(11)}
    found = originals(texts)
    hashes = {key: shingles(words) for key, words in texts.items()}
    assert found
    assert all(similarity(hashes[copy], hashes[original]) >= 0.8 for copy, original in found.items())
    assert len(set(found.values())) > 1
    assert not set(found) & set(found.values())


def test_copies_of_more_texts_than_are_linked_with_one_another_have_one_original() -> None:
    texts = {str(n): text(edited(article(1, 300), 0.01, n)) for n in range(60)}
    assert len(set(originals(texts).values())) == 1
    assert len(originals(texts)) == 59


def defined_originals(texts: dict[str, str]) -> dict[str, str]:
    """Copies by definition: of what is linked, longest first, each is compared with every original so far."""
    hashes = {key: shingles(text) for key, text in texts.items()}
    links = {key: {key} for key in texts}
    for left, right, _ in near_duplicates(texts):
        joined = links[left] | links[right]
        links |= dict.fromkeys(joined, joined)
    copies: dict[str, str] = {}
    firsts: list[str] = []
    for key in sorted(texts, key=lambda key: (-len(hashes[key]), key)):
        fitting = (first for first in firsts if first in links[key] and mutual(hashes[first], hashes[key]) >= 0.8)
        if original := next(fitting, None):
            copies[key] = original
        else:
            firsts.append(key)
    return copies


def mutual(left: Hashes, right: Hashes) -> float:
    return duplicates.compare(left, right).mutual


def a_long_text_and_its_parts(count: int) -> dict[str, str]:
    """A yearbook, its articles, edited copies of one article in ten, and of one article more than are linked."""
    parts = [article(n, 60 + n % 7) for n in range(count)]
    texts = {f"part{n:03}": text(part) for n, part in enumerate(parts)}
    texts |= {f"copy{n:03}": text(edited(parts[n], 0.03, n), article(900, 3)) for n in range(0, count, 10)}
    texts |= {f"again{n:03}": text(edited(parts[1], 0.01, n)) for n in range(50)}
    return texts | {"whole": text(*parts)}


def test_originals_are_those_of_the_definition() -> None:
    texts = a_long_text_and_its_parts(60)
    found = originals(texts)
    assert found == defined_originals(texts)
    assert len(found) > 50


def test_a_long_text_and_its_parts_cost_a_comparison_for_each_part(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [article(n, 60) for n in range(300)]
    texts = {f"{n:03}": text(part) for n, part in enumerate(parts)} | {"whole": text(*parts)}
    compared: list[tuple[Hashes, Hashes]] = []
    compare = duplicates.compare

    def counted(left: Hashes, right: Hashes) -> duplicates.Comparison:
        compared.append((left, right))
        return compare(left, right)

    monkeypatch.setattr(duplicates, "compare", counted)
    assert originals(texts) == {}
    assert 300 <= len(compared) < 330
