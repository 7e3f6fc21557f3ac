"""A round of verdicts, cuts and corrections by keyboard, with an edited source and another engine in between."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import argos_package
from tests.command import enregard
from tests.test_review_browser import served

pytestmark = pytest.mark.slow

TEXTS = (
    ("La boulangère ouvre sa porte à cinq heures.", "The baker opens her door at five o'clock."),
    ("Le chat dort dans la vitrine.", "The cat is asleep in the shop window."),
    ("Un chien attend devant la maison.", "A dog is waiting outside the house."),
    ("La farine arrive chaque mardi par bateau.", "The flour comes by boat every Tuesday."),
    ("Personne ne parle plus de la guerre.", "Nobody talks about the war any more."),
    ("Les enfants achètent des croissants au beurre.", "The children buy butter croissants."),
    ("Le maire commande toujours deux baguettes.", "The mayor always orders two baguettes."),
    ("Il pleut souvent sur la place du village.", "It often rains on the village square."),
    ("La paix a ramené les voyageurs.", "Peace has brought the travellers back."),
    ("Le chien du facteur connaît toutes les rues.", "The postman's dog knows every street."),
    ("Une vieille horloge sonne avec dix minutes de retard.", "An old clock strikes ten minutes late."),
    ("Le four chauffe depuis minuit.", "The oven has been hot since midnight."),
    ("Ma sœur vend du fromage au marché.", "My sister sells cheese at the market."),
    ("Le chat mange les restes de poisson.", "The cat eats the fish that is left over."),
    ("La maison voisine appartient à un peintre.", "The house next door belongs to a painter."),
    ("Il expose ses tableaux pendant l'été.", "He shows his pictures in the summer."),
    ("Les touristes prennent des photos du pont.", "The tourists take photographs of the bridge."),
    ("Le dernier train part à vingt-deux heures.", "The last train leaves at ten in the evening."),
    ("Avant la guerre, il y avait deux écoles.", "Before the war there were two schools."),
    ("Le chien dort et le chat mange.", "The dog sleeps and the cat eats."),
    ("Cette année, la récolte sera mauvaise.", "The harvest will be poor this year."),
    ("Les pompiers ont fermé la route hier.", "The firefighters closed the road yesterday."),
    ("On entend la mer derrière la colline.", "You can hear the sea behind the hill."),
    ("Demain, la boulangerie restera fermée.", "Tomorrow the bakery will stay shut."),
)
FRENCH, ENGLISH = (list(side) for side in zip(*TEXTS, strict=True))
OTHERWISE = {"chien": "hound", "chat": "tomcat", "maison": "home", "guerre": "conflict"}
KEYS = ("a", "e", "r", "a", "E", "d", "a")
EDITED = [
    "Le village compte neuf cents habitants.",
    *FRENCH[:7],
    FRENCH[7].replace("souvent", "parfois"),
    *FRENCH[8:10],
    *FRENCH[11:],
]
SAME = "SELECT 1 FROM alignment WHERE left_text = ? AND right_text = ?"
FIRST, ALL = 38, 46  # verdicts before the rebuild, of nearly all pairs whatever their order, and together


class Judged(NamedTuple):
    """What a reviewer said of a pair of texts."""

    left: str
    right: str
    verdict: str
    left_correction: str | None = None
    correction: str | None = None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "enregard.toml").write_text('data = "data"\n', "utf-8")
    write(tmp_path, FRENCH)
    (tmp_path / "seeds" / "bakery.en.txt").write_text("\n\n".join(ENGLISH) + "\n", "utf-8")
    return tmp_path


def write(folder: Path, french: list[str]) -> None:
    (folder / "seeds" / "bakery.fr.txt").write_text("\n\n".join(french) + "\n", "utf-8")


def build(folder: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the summary of a run says, on one line."""
    monkeypatch.setenv("ARGOS_PACKAGE", str(package))
    done = enregard("build", "seeds", "--corpus", "corpus.sqlite", cwd=folder)
    assert done.returncode == 0, done.stderr
    return " ".join((done.stdout + done.stderr).split())


def ask(folder: Path, query: str, *values: str | None) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "corpus.sqlite") as connection:
        return connection.execute(query, values).fetchall()


def cut(page: Any, left: str, key: str, message: str) -> None:
    """Walk down the grid to the row with this French, and press ``key`` there."""
    page.keyboard.press("Home")
    page.locator(".cell.left").first.focus()
    for _ in FRENCH:
        if left in page.evaluate("document.activeElement.innerText"):
            break
        page.keyboard.press("ArrowDown")
    assert left in page.evaluate("document.activeElement.innerText")
    page.keyboard.press(key)
    page.wait_for_selector(f"text={message}")
    page.wait_for_function("() => document.activeElement.closest('.cell')")


def recut(page: Any) -> None:
    """A merge, a split and a move, each far from the others."""
    page.goto("/documents")
    page.click("a[href^='/facing/']")
    page.click("text=Edit the whole alignment")
    page.wait_for_selector(".cell:focus")
    cut(page, FRENCH[3], "m", "the pairs are merged")
    cut(page, FRENCH[10], "s", "the pair is split")
    cut(page, FRENCH[16], "n", "the sentence is moved")


def judge(folder: Path, page: Any, keys: Iterator[str], number: int) -> list[Judged]:
    """Judge so many pairs of the queue, one after the other, and never touch the mouse."""
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pair/**")
    return [judge_one(folder, page, key) for key, _ in zip(keys, range(number), strict=False)]


def judge_one(folder: Path, page: Any, key: str) -> Judged:
    address = page.url
    pair = address.split("/pair/")[1].split("?")[0]
    ((left, right),) = ask(folder, "SELECT left_text, right_text FROM alignment WHERE id = ?", pair)
    page.keyboard.press(key)
    judged = Judged(left, right, {"a": "accept", "r": "reject", "d": "unsure"}.get(key, "correct"))
    if judged.verdict == "correct":
        page.keyboard.press("Control+a")
        page.keyboard.type(typed := f"Ada: {left if key == 'E' else right}")
        page.keyboard.press("Control+Enter")
        judged = judged._replace(**{"left_correction" if key == "E" else "correction": typed})
    page.wait_for_function("(address) => location.href !== address", arg=address)
    page.wait_for_selector("#said p")
    return judged


def standing(folder: Path, judged: Judged) -> bool:
    """Whether a pair of the corpus has the verdict, or its French has the correction whatever it faces.

    What was corrected where the same French faces something else is read here too, whatever the verdict.
    """
    corrected = "(?1 IS NULL OR left_correction = ?1) AND (?2 IS NULL OR correction = ?2)"
    texts = "left_text = ?3 AND right_text = ?4"
    pair = f"SELECT 1 FROM bitext WHERE reviewer = 'Ada' AND verdict = ?5 AND {texts} AND {corrected}"
    sentence = f"SELECT 1 FROM bitext WHERE kind = 'translation' AND left_text = ?3 AND {corrected}"
    values = judged.left_correction, judged.correction, judged.left
    return bool(
        ask(folder, pair, *values, judged.right, judged.verdict)
        or (judged.verdict == "correct" and ask(folder, sentence, *values))
    )


def check(folder: Path, ledger: list[Judged]) -> list[Judged]:
    """Every verdict stands, or is listed as one whose texts are gone; returns these."""
    columns = "left_text, right_text, verdict, left_correction, correction"
    listed = [Judged(*row) for row in ask(folder, f"SELECT {columns} FROM orphaned_verdicts WHERE reviewer = 'Ada'")]
    gone = [one for one in ledger if not standing(folder, one)]
    assert sorted(gone) == sorted(listed)
    return gone


def check_cuts(folder: Path, summary: str) -> None:
    """The merge and the move stand; the split, whose French is gone, is named."""
    beads = ask(folder, "SELECT left_text, right_text FROM alignment WHERE kind = 'bitext'")
    assert (" ".join(FRENCH[3:5]), " ".join(ENGLISH[3:5])) in beads
    assert {("", ENGLISH[16]), (" ".join(FRENCH[16:18]), ENGLISH[17])} <= set(beads)
    assert summary.count("A cut by Ada") == 1
    assert FRENCH[10] in summary


def check_reasons(folder: Path, ledger: list[Judged], gone: list[Judged]) -> None:
    """What meets no pair was written by the first engine or on an edited sentence; corrections outlive the engine."""
    anew = [one for one in ledger if one.right not in " ".join(ENGLISH) and not ask(folder, SAME, one.left, one.right)]
    corrected = [one for one in anew if one.verdict == "correct"]
    assert corrected
    edited = [one for one in ledger if {FRENCH[7], FRENCH[10]} & {one.left}]
    assert edited
    assert set(anew) - set(corrected) - set(edited)
    assert set(gone) == set(anew) - set(corrected) | set(edited)


def test_nothing_that_a_person_did_is_lost(
    browser: Any, folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path_factory.mktemp("packages")
    first = argos_package.build(packages)
    for word, otherwise in OTHERWISE.items():
        monkeypatch.setitem(argos_package.LEXICON, word, otherwise)
    second = argos_package.build(packages, "translate-fr_en-1_1", package_version="1.1")
    build(folder, first, monkeypatch)
    keys = (key for _ in range(ALL) for key in KEYS)
    with served(browser, folder / "corpus.sqlite") as desk:
        page = desk.visitor()
        recut(page)
        ledger = judge(folder, page, keys, FIRST)
        assert check(folder, ledger) == []
        write(folder, EDITED)
        summary = build(folder, second, monkeypatch)
        assert f"{second.stem} 24" in summary
        check_cuts(folder, summary)
        gone = check(folder, ledger)
        assert f"{len(gone)} verdicts meet no pair any more" in summary
        check_reasons(folder, ledger, gone)
        ledger += judge(folder, page, keys, ALL - FIRST)
    assert len(ledger) == ALL
    assert check(folder, ledger) == gone
    check_cuts(folder, build(folder, second, monkeypatch))
