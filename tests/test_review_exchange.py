"""Decisions from pages without a server: read strictly, laid over once, conflicts named."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from pipeline.corpus.store import Corpus
from pipeline.errors import UsageError
from pipeline.records import Signature, digest
from pipeline.review import desk, exchange
from pipeline.review.desk import Judgement
from tests import review_corpus as sample

LEFT, RIGHT = "Le port ouvre à six heures.", "The port opens at six."
OTHER = ("Personne ne se plaint du vent.", "It has rained for three days. Nobody complains about the wind.")


def decision(left: str = LEFT, right: str = RIGHT, **changes: Any) -> dict[str, Any]:
    made = {
        "pair": digest(left, right),
        "left": left,
        "right": right,
        "verdict": "accept",
        "correction": None,
        "comment": None,
        "seen": 0,
        "when": "2026-03-01T10:00:00.123Z",
    }
    return made | changes


def sheet(*decisions: dict[str, Any], **changes: Any) -> bytes:
    made = {"format": "enregard-review", "version": 1, "page": "port", "reviewer": "Zoé", "decisions": list(decisions)}
    return json.dumps(made | changes).encode()


def lay(engine: Engine, *decisions: dict[str, Any], dry: bool = False, **changes: Any) -> exchange.Imported:
    return exchange.lay(engine, exchange.parse(sheet(*decisions, **changes)), dry)


def words(engine: Engine) -> list[tuple[str, str, str | None]]:
    query = text("SELECT reviewer, verdict, correction FROM review ORDER BY id")
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def judge(engine: Engine, verdict: str, who: str) -> None:
    key = sample.bead(engine, 0)
    with engine.connect() as connection:
        seen = desk.version(connection, key)
    desk.judge(engine, Judgement(key, verdict, None, None, who, seen))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return sample.make(tmp_path / "corpus.sqlite")


@pytest.fixture
def engine(corpus: Corpus) -> Engine:
    return corpus.engine


def test_decisions_are_laid_over_once(engine: Engine) -> None:
    both = decision(), decision(*OTHER, verdict="correct", correction="It rains.")
    assert lay(engine, *both) == (2, 0, ())
    assert lay(engine, *both) == (0, 2, ())
    assert words(engine) == [("Zoé", "accept", None), ("Zoé", "correct", "It rains.")]
    with engine.connect() as connection:
        created = connection.execute(text("SELECT MIN(created) FROM review")).scalar_one()
    assert created.startswith("2026-03-01 10:00:00.123")


def test_a_later_file_of_the_same_page_brings_what_is_new(engine: Engine) -> None:
    lay(engine, decision())
    later = decision(verdict="reject", when="2026-03-01T11:00:00Z")
    assert lay(engine, later).applied == 1
    assert lay(engine, decision()) == (0, 1, ())
    assert [one[1] for one in words(engine)] == ["accept", "reject"]


def test_a_dry_run_writes_nothing(engine: Engine) -> None:
    assert lay(engine, decision(), dry=True).applied == 1
    assert words(engine) == []


def test_what_others_judged_otherwise_since_is_a_conflict(engine: Engine) -> None:
    judge(engine, "reject", "Ada")
    found = lay(engine, decision(), decision(*OTHER))
    assert found.applied == 1
    assert [(one.decision.left, one.reason, one.others) for one in found.refused] == [
        (LEFT, "judged", ("Ada: reject",))
    ]
    assert lay(engine, decision(seen=1)).applied == 1


def test_agreement_is_no_conflict(engine: Engine) -> None:
    judge(engine, "accept", "Ada")
    assert lay(engine, decision()).applied == 1


def test_ones_own_later_word_is_not_overwritten(engine: Engine) -> None:
    judge(engine, "reject", "Zoé")
    assert lay(engine, decision(when="2026-01-01T00:00:00Z")).refused[0].others == ("Zoé: reject",)


def test_texts_that_are_unknown_are_named(engine: Engine) -> None:
    found = lay(engine, decision("Rien.", "Nothing."))
    assert (found.applied, found.refused[0].reason) == (0, "unknown")


def test_a_rebuilt_corpus_takes_them_too(corpus: Corpus) -> None:
    sample.align(corpus, Signature("align", "test", "2"))
    assert lay(corpus.engine, decision()).applied == 1


def test_a_time_to_come_is_now(engine: Engine) -> None:
    lay(engine, decision(when="2999-01-01T00:00:00+02:00"))
    with engine.connect() as connection:
        created = connection.execute(text("SELECT created FROM review")).scalar_one()
    assert datetime.fromisoformat(created) < datetime(2999, 1, 1)


def test_what_was_laid_over_can_be_undone(engine: Engine) -> None:
    lay(engine, decision())
    undone = desk.undo(engine, "Zoé")
    assert undone is not None
    assert undone.verdict is None
    assert lay(engine, decision()) == (0, 1, ())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"[" * 100_000,
        b"{}",
        sheet(version=2),
        sheet(format="tmx"),
        sheet(extra=1),
        sheet(reviewer=""),
        sheet(reviewer=" "),
        sheet(reviewer="x" * 61),
        sheet(reviewer="a\x00b"),
        sheet(reviewer=7),
        sheet(decisions={}),
        sheet(1),
        sheet(decision(), decision()),
        sheet(decision(verdict="withdrawn")),
        sheet(decision(verdict="correct")),
        sheet(decision(correction="x")),
        sheet(decision(pair="0" * 16)),
        sheet(decision() | {"left": "Le port."}),
        sheet(decision(seen=-1)),
        sheet(decision(seen=True)),
        sheet(decision(seen=2**63)),
        sheet(decision(seen="1")),
        sheet(decision(when="yesterday")),
        sheet(decision(when="2026-03-01T10:00:00")),
        sheet(decision(when=5)),
        sheet(decision(when="0001-01-01T00:00:00+14:00")),
        sheet(decision(comment="\ud800")),
        sheet(decision(comment=["x"])),
        sheet(decision(comment="x" * 100_001)),
        sheet(decision(path="/etc/passwd")),
    ],
    ids=lambda one: one[:40].decode("latin-1") + f"..{len(one)}",
)
def test_what_is_not_just_so_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError):
        exchange.parse(content)
