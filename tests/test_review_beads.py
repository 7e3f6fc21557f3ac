"""Edits laid over beads: every segment once, later edits over earlier ones, undone ones left out."""

import random
from collections import Counter

import pytest

from pipeline.align.edits import Edit, Sides, active, atoms, laid_over, merged, moved, split

A, B, C = Sides(("a", "b"), ("x",)), Sides(("c",), ("y", "z")), Sides((), ("w",))


def sides(*beads: str) -> list[Sides]:
    """``"ab:x"`` is a bead of two segments on the left and one on the right."""
    return [Sides(*(tuple(side) for side in one.split(":"))) for one in beads]


def edit(number: int, before: list[Sides], after: list[Sides], undoes: int | None = None) -> Edit:
    return Edit(number, tuple(before), tuple(after), undoes)


def shown(beads: list[Sides]) -> list[str]:
    return [":".join("".join(side) for side in one) for one in beads]


def test_an_edit_replaces_the_beads_that_it_names() -> None:
    one = edit(1, [A], list(split(A, 1, 1)))
    assert shown(laid_over([A, B, C], [one])) == ["a:x", "b:", "c:yz", ":w"]


def test_later_edits_go_over_earlier_ones() -> None:
    first = edit(1, [A], list(split(A, 1, 1)))
    second = edit(2, sides("b:", "c:yz"), sides("bc:yz"))
    assert shown(laid_over([A, B, C], [first, second])) == ["a:x", "bc:yz", ":w"]


def test_undone_edits_are_left_out() -> None:
    one = edit(1, [A], list(split(A, 1, 1)))
    undo = edit(2, list(one.after), list(one.before), undoes=1)
    assert active([one, undo]) == []
    assert laid_over([A, B], [one, undo]) == [A, B]


def test_an_edit_whose_segments_are_gone_is_left_out() -> None:
    one = edit(1, sides("aq:x"), sides("a:x", "q:"))
    assert laid_over([A, B], [one]) == [A, B]


@pytest.mark.parametrize(
    ("found", "after", "expected"),
    [
        (["abc:xyz"], ["b:y"], ["a:x", "b:y", "c:z"]),
        (["abc:x"], ["b:"], ["a:x", "b:", "c:"]),
        (["abc:x"], ["a:"], ["a:", "bc:x"]),
        (["abc:x"], ["abc:", ":x"], ["abc:", ":x"]),
        (["ab:x", "cd:y"], ["bc:"], ["a:x", "bc:", "d:y"]),
        (["ab:x", "cd:y"], ["bc:xy"], ["a:", "bc:xy", "d:"]),
        (["a:x", "b:y"], ["a:x"], ["a:x", "b:y"]),
        (["a:x", ":y", "b:z"], ["b:y"], ["a:x", "b:y", ":z"]),
    ],
)
def test_what_an_edit_overlaps_in_part_keeps_its_other_segments(
    found: list[str], after: list[str], expected: list[str]
) -> None:
    assert shown(laid_over(sides(*found), [edit(1, [], sides(*after))])) == expected


def test_the_same_segment_may_stand_on_both_sides() -> None:
    """In a document that faces itself."""
    assert shown(laid_over(sides("ab:x", "c:ab"), [edit(1, [], sides("a:", "b:"))])) == ["a:", "b:", ":x", "c:ab"]


def test_every_segment_stays_in_exactly_one_bead() -> None:
    chance = random.Random(7)
    for _ in range(300):
        before = cut(chance, "abcdefgh", "stuvwxyz")
        edits, standing = [], before
        for number in range(1, chance.randint(2, 6)):
            start = chance.randrange(len(standing))
            old = standing[start : start + chance.randint(1, 3)]
            new = recut(chance, old)
            edits.append(edit(number, old, new))
            standing = laid_over(before, edits)
            assert set(new) <= set(standing)
            covered(standing, before)
        covered(laid_over(cut(chance, "abcdefgh", "stuvwxyz"), edits), before)
        assert laid_over(laid_over(before, edits), edits[-1:]) == laid_over(before, edits)


def covered(beads: list[Sides], all_of: list[Sides]) -> None:
    count = Counter((side, key) for bead in beads for side, keys in enumerate(bead) for key in keys)
    assert set(count) == atoms(all_of)
    assert set(count.values()) == {1}
    assert all(any(one) for one in beads)


def cut(chance: random.Random, left: str, right: str) -> list[Sides]:
    """Beads of random lengths, one side of which may be empty."""
    found = []
    while left or right:
        i, j = chance.randint(0, 3), chance.randint(0, 3)
        if left[:i] or right[:j]:
            found.append(Sides(tuple(left[:i]), tuple(right[:j])))
            left, right = left[i:], right[j:]
    return found


def recut(chance: random.Random, beads: list[Sides]) -> list[Sides]:
    left, right = ("".join(key for bead in beads for key in bead[side]) for side in (0, 1))
    return cut(chance, left, right)


def test_splitting_merging_and_moving() -> None:
    assert shown(list(merged(A, B))) == ["abc:xyz"]
    assert shown(list(moved(A, B, 0, forward=True))) == ["a:x", "bc:yz"]
    assert shown(list(moved(A, B, 1, forward=False))) == ["ab:xy", "c:z"]
    assert shown(list(moved(B, C, 1, forward=True))) == ["c:y", ":zw"]
    assert shown(list(moved(B, C, 1, forward=False))) == ["c:yzw"]


@pytest.mark.parametrize(("left_at", "right_at"), [(0, 0), (2, 1), (3, 0), (-1, 1)])
def test_a_split_leaves_no_bead_empty(left_at: int, right_at: int) -> None:
    with pytest.raises(ValueError, match="does not cut"):
        split(A, left_at, right_at)


def test_there_must_be_something_to_move() -> None:
    with pytest.raises(ValueError, match="no sentence"):
        moved(A, C, 0, forward=False)
