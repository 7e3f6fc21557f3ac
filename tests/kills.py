"""Commands killed at chosen moments, run again, and compared with commands that nobody disturbed.

``python -m tests.kills [--rounds 100] [--seed 7] [--only NAME] [--server]``: so many kills in each stage of a run over
a new folder, over a changed one and after a change of all rules, in a migration, an import, two exports and the
installation of a package. CI runs a few. A moment is a number of events (statements and commits of the database, files
written, renamed and removed) after the stage began; half of the kills come at once, half a few milliseconds later,
wherever the process is by then. The process ends as by ``kill -9``: nothing is closed, no ``finally`` runs. With
``--server`` the corpus is on a PostgreSQL server of its own, which goes on with what it was told last.

What is compared: the whole corpus by its natural keys (all tables but the ledger of runs), files byte by byte, and that
the database is sound.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stderr
from dataclasses import dataclass, field, replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # so that a process that is forked has no threads

import sqlalchemy as sa
from argostranslate import package as _argos  # noqa: F401 (loaded before the processes are forked)
from sqlalchemy import event, text

from db import migrations
from db import place as places
from db.engine import open_corpus, transaction
from pipeline import provenance, run, work
from pipeline.cli import cli
from pipeline.config import Config, TranslateConfig
from pipeline.embedding import use
from pipeline.language import identify
from pipeline.reading import files
from pipeline.stages.job import Job
from pipeline.translation import packages
from tests import argos_package
from tests.postgresql_server import Moved, started
from tests.test_run import content

PROJECT = Path(__file__).resolve().parent.parent
SEEDS = ("2025-04-29-contingent.en.txt", "2025-04-29-contingent.fr.txt", "2024-03-30-veto.txt", "2024-11-06-pekin.txt")
NOW, LATER = 0.0, 0.03  # seconds between a moment and the kill, at most
FILE_EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink")
VERDICTS = (
    "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created)"
    " SELECT pair_hash, left_text, right_text, 'accept', 'Ada', '2026-01-01' FROM alignment"
)


class Moment(NamedTuple):
    """When a process is to die: at the ``number``-th event of a stage, ``delay`` seconds later."""

    stage: str
    number: int
    delay: float


@dataclass
class Clock:
    """Counts the events of a process by stage, and ends it at its moment."""

    moment: Moment | None
    stage: str = ""
    events: Counter[str] = field(default_factory=Counter)
    quiet: bool = False

    def tick(self, *_: object, **__: object) -> None:
        """One event."""
        self.events[self.stage] += 1
        if self.moment and self.moment[:2] == (self.stage, self.events[self.stage]):
            if self.moment.delay:
                signal.setitimer(signal.ITIMER_REAL, self.moment.delay)  # SIGALRM ends the process as SIGKILL does
            else:
                os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, name: str, arguments: tuple[Any, ...]) -> None:
        """An event of the interpreter (``sys.addaudithook``)."""
        if name in FILE_EVENTS and not (name == "open" and arguments[1] in ("r", "rb", None)):
            self.tick()

    def start(self) -> None:
        """Count from now on, in this process."""
        for name in ("before_cursor_execute", "commit"):
            event.listen(sa.Engine, name, self.tick)
        sys.addaudithook(self.hear)
        plain = Job.stage

        @contextmanager
        def stage(job: Job, name: str) -> Iterator[None]:
            self.stage = name
            with plain(job, name):
                yield
            self.stage = ""

        Job.stage = stage


def killed(act: Callable[[], object], moment: Moment | None, report: Path | None = None) -> bool:
    """Run ``act`` in a process of its own that dies at ``moment``, if that comes; whether it was killed.

    Without a moment it must end well. ``report`` is where the number of events by stage is written.
    """
    process = os.fork()
    if process == 0:
        status = 1
        try:
            clock = Clock(moment)
            clock.start()
            act()
            if report:
                report.write_text(json.dumps(clock.events))
            status = 0
        except BaseException:  # noqa: BLE001 (whatever it is, it is shown, and the process ends)
            traceback.print_exc()
        finally:
            os._exit(status)
    _, ended = os.waitpid(process, 0)
    if os.WIFSIGNALED(ended):
        return True
    if os.WEXITSTATUS(ended):
        raise RuntimeError("the command failed by itself")
    return False


@dataclass(frozen=True)
class Scenario:
    """Something that is killed: how its folder begins, the command, and what must come of it."""

    prepare: Callable[[Path], None]
    act: Callable[[Path], object]
    outcome: Callable[[Path], object]

    def rehearse(self, folder: Path) -> tuple[object, Counter[str]]:
        """What comes of it undisturbed, and the number of events by stage."""
        self.prepare(folder)
        killed(partial(self.act, folder), None, folder / "events.json")
        events = Counter(json.loads((folder / "events.json").read_text()))
        (folder / "events.json").unlink()
        return self.outcome(folder), events

    def survives(self, folder: Path, moment: Moment, expected: object) -> tuple[bool, bool]:
        """Whether the command was killed at ``moment``, and whether the next one ended where it should."""
        self.prepare(folder)
        struck = killed(partial(self.act, folder), moment)
        killed(partial(self.act, folder), None)
        return struck, self.outcome(folder) == expected


# A run


def quietly(*arguments: object) -> None:
    """A command of the program, in this process, its progress left out."""
    with redirect_stderr(StringIO()):
        cli.main([str(argument) for argument in arguments], standalone_mode=False)


def build(folder: Path) -> None:
    """A run over ``folder``'s documents."""
    config = replace(Config(), translate=TranslateConfig(engine="argos"), data=folder.parent / "data")
    run.build(folder / "seeds", folder / "corpus.sqlite", config, lambda _: None, {})


def build_by_other_rules(folder: Path) -> None:
    """A run of a program in which the rules of all stages have changed, in its workers too."""
    provenance.rules = other_rules
    run.borrowed = equipped_by_other_rules
    build(folder)


def other_rules(stage: str) -> str:
    """What stands for a stage's rules once they have changed."""
    return f"new-{stage}"[:16]


def equipped_by_other_rules(config: Config, vectors: places.Place) -> work.Tools:
    """What a worker works with, whose program has changed as well: it is started anew, not forked."""
    provenance.rules = other_rules
    return work.borrowed(config, vectors)


def sound(folder: Path) -> dict[str, object]:
    """The corpus by its natural keys; fails where SQLite finds fault with the file."""
    if isinstance(places.resolve, Moved):
        return {**content(folder / "corpus.sqlite")}
    with sqlite3.connect(folder / "corpus.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return {**content(folder / "corpus.sqlite")}


def fill(folder: Path) -> None:
    """Some documents: two that translate each other, others, and a near-copy."""
    if isinstance(places.resolve, Moved):
        places.resolve.begin_anew(folder / "corpus.sqlite")
    (folder / "seeds").mkdir(parents=True)
    for name in SEEDS:
        shutil.copy(PROJECT / "seeds" / name, folder / "seeds")
    copy = (PROJECT / "seeds" / SEEDS[2]).read_bytes()
    (folder / "seeds" / "copy.txt").write_bytes(copy + b"\nUne ligne de plus se lit ici, tout en bas.\n")


def built(base: Path, folder: Path) -> None:
    """A copy of the corpus at ``base`` and of its documents."""
    shutil.copytree(base, folder)
    if isinstance(places.resolve, Moved):
        places.resolve.begin_anew(folder / "corpus.sqlite", base / "corpus.sqlite")


def changed(base: Path, folder: Path) -> None:
    """The same, where one document has changed, one is gone, one is new and one has lost its text in a table."""
    built(base, folder)
    seeds = folder / "seeds"
    french = seeds / SEEDS[1]
    french.write_text(french.read_text("utf-8").replace("Le secret", "Ce secret") + "\nUne fin nouvelle.\n", "utf-8")
    (seeds / SEEDS[3]).unlink()
    (seeds / "new.txt").write_text("Un titre de plus\n\nLe chat dort dans la maison, et le chien mange.\n", "utf-8")


def judge(corpus: Path) -> None:
    """Verdicts on all pairs, and two beads joined by a reviewer."""
    with transaction(open_corpus(corpus)) as connection:
        connection.execute(text(VERDICTS))
        pair = connection.execute(text("SELECT * FROM document_pair WHERE grade = 'translation'")).first()
        query = "SELECT segment_id, side FROM alignment_segment WHERE alignment_id = :id ORDER BY position"
        beads = []
        rows = text("SELECT id FROM alignment WHERE document_pair_id = :id AND shape = '1:1' ORDER BY position LIMIT 2")
        for (bead,) in connection.execute(rows, {"id": pair.id}):
            sides: dict[str, list[str]] = {"left": [], "right": []}
            for segment, side in connection.execute(text(query), {"id": bead}):
                sides[side].append(segment)
            beads.append([sides["left"], sides["right"]])
        joined = [[beads[0][0] + beads[1][0], beads[0][1] + beads[1][1]]]
        values = {"left": pair.left_document_id, "right": pair.right_document_id}
        insert = (
            "INSERT INTO resegmentation (left_document_id, right_document_id, before, after, reviewer, created)"
            " VALUES (:left, :right, :before, :after, 'Ada', '2026-01-01')"
        )
        connection.execute(text(insert), {**values, "before": json.dumps(beads), "after": json.dumps(joined)})


# Other commands


def old_corpus(folder: Path) -> None:
    """A corpus of the first version, with a document and a verdict in it."""
    folder.mkdir(parents=True)
    engine = sa.create_engine(f"sqlite:///{folder / 'corpus.sqlite'}")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        for statement in (
            "INSERT INTO run VALUES ('r', '2026-01-01', '2026-01-01', 'done', '0', '{}', '{}')",
            "INSERT INTO document (id, text, profile, run_id) VALUES ('d', 'Oui.', '{}', 'r')",
            "INSERT INTO finding (code, subject, subject_kind, value, run_id)"
            " VALUES ('W104', 'd', 'document', 'x', 'r')",
            "INSERT INTO review (pair_hash, left_text, right_text, verdict, reviewer, created)"
            " VALUES ('a', 'Oui.', 'Yes.', 'accept', 'Ada', '2026-01-01')",
        ):
            connection.execute(text(statement))
    engine.dispose()


def migrate(folder: Path) -> None:
    """Opens the corpus for writing, which brings it up to date."""
    open_corpus(folder / "corpus.sqlite").dispose()


def schema(folder: Path) -> object:
    """Everything in the file: what it holds, and how."""
    with sqlite3.connect(folder / "corpus.sqlite") as connection:
        made = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        version = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return made, version, sound(folder)


def with_a_memory(base: Path, folder: Path) -> None:
    """A corpus, and a file of bitext to import into it; an older state of the file is in it already."""
    built(base, folder)
    lines = [f"Le chat numéro {number} dort.\tCat number {number} sleeps.\n" for number in range(60)]
    memory = folder / "memory.tsv"
    memory.write_text("".join(lines[:30]), "utf-8")
    killed(partial(import_memory, folder), None)
    memory.write_text("".join(lines[10:]), "utf-8")


def import_memory(folder: Path) -> None:
    """Imports the file."""
    quietly("import", folder / "memory.tsv", "--corpus", folder / "corpus.sqlite")


def exported(base: Path, folder: Path) -> None:
    """A corpus, and older exports of it."""
    built(base, folder)
    (folder / "out.tsv").write_text("older\n")


def export_file(folder: Path) -> None:
    """Exports to a file that is there already."""
    quietly("export", "--format", "tsv", "--output", folder / "out.tsv", "--corpus", folder / "corpus.sqlite")


def export_folder(folder: Path) -> None:
    """Exports pages to a folder; the second time that folder is there."""
    quietly("export", "--format", "html", "--output", folder / "pages", "--corpus", folder / "corpus.sqlite")


def listed(folder: Path, *left_out: str) -> dict[str, bytes]:
    """Every file but those of the corpus, hidden ones too: whatever is left over shows."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("corpus.sqlite") and path.name not in left_out
    }


def install(folder: Path) -> None:
    """Installs a translation package."""
    packages.install(folder / "translate-fr_en-1_0.argosmodel", folder / "data")


def installed(folder: Path) -> object:
    """The packages, each as it should be."""
    assert [line for item in packages.installed(folder / "data") for line in packages.verify(item)] == []
    return listed(folder / "data", ".lock")


def scenarios(base: Path) -> Mapping[str, Scenario]:
    """All of them, over the finished corpus at ``base``; on a server those that write to a corpus of this version."""
    writing = {
        "import": Scenario(partial(with_a_memory, base), import_memory, sound),
        "changed rules": Scenario(partial(built, base), build_by_other_rules, sound),
        "changed folder": Scenario(partial(changed, base), build, sound),
        "new folder": Scenario(fill, build, sound),
    }
    if isinstance(places.resolve, Moved):
        return writing
    return {
        "migration": Scenario(old_corpus, migrate, schema),
        "export to a file": Scenario(partial(exported, base), export_file, listed),
        "export to a folder": Scenario(partial(exported, base), export_folder, listed),
        "installation": Scenario(_package_in, install, installed),
        **writing,
    }


def _package_in(folder: Path) -> None:
    folder.mkdir(parents=True)
    shutil.copy(folder.parent / "translate-fr_en-1_0.argosmodel", folder)


def warm(folder: Path) -> None:
    """Load what every process needs, once; make the package and the corpus that the scenarios begin with."""
    embedder = use.load()
    embedder.features(["Bonjour."], joined=True)
    use.load = lambda: embedder
    identify.load(Config().detect).evidence(["Bonjour à tous.", "Un mot, a word"])
    assert files
    argos_package.build(folder)
    packages.install(folder / "translate-fr_en-1_0.argosmodel", folder / "data")
    fill(folder / "base")
    killed(partial(build, folder / "base"), None)
    judge(folder / "base" / "corpus.sqlite")
    killed(partial(build, folder / "base"), None)


@contextmanager
def served() -> Iterator[None]:
    """Every corpus is on a server."""
    plain = places.resolve
    with started() as cluster:
        places.resolve = Moved(cluster)
        try:
            yield
        finally:
            places.resolve = plain


def moments(events: Counter[str], rounds: int, chance: random.Random) -> Iterator[Moment]:
    """So many for each stage, at random among its events."""
    for stage, number in sorted(events.items()):
        for _ in range(rounds):
            yield Moment(stage, chance.randint(1, number), chance.choice((NOW, chance.uniform(0.001, LATER))))


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each scenario; the number of kills that did harm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100, help="kills in each stage (default: 100)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", action="append", help="only this scenario")
    parser.add_argument("--seconds", type=float, help="begin no further kill after so many")
    parser.add_argument("--server", action="store_true", help="with the corpus on a PostgreSQL server")
    options = parser.parse_args(arguments)
    harmed = kills = 0
    with tempfile.TemporaryDirectory() as place, served() if options.server else nullcontext():
        folder = Path(place)
        warm(folder)
        begun = time.monotonic()
        for name, scenario in scenarios(folder / "base").items():
            if options.only and name not in options.only:
                continue
            expected, events = scenario.rehearse(folder / "expected")
            shutil.rmtree(folder / "expected")
            struck = same = planned = 0
            for moment in moments(events, options.rounds, random.Random(f"{options.seed} {name}")):
                if options.seconds and time.monotonic() - begun > options.seconds:
                    break
                died, fine = scenario.survives(folder / "round", moment, expected)
                planned, struck, same = planned + 1, struck + died, same + fine
                if not fine:
                    harmed += 1
                    print(f"{name}: not as it should be after {moment}", flush=True)
                shutil.rmtree(folder / "round")
            kills += struck
            print(f"{name:20} {planned:5} moments, {struck:5} killed, {same:5} ended as undisturbed", flush=True)
    print(f"{kills} kills, {harmed} did harm")
    return harmed


if __name__ == "__main__":
    raise SystemExit(main())
