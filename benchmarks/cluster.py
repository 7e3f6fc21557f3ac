"""What a cluster costs: ``python -m benchmarks.cluster [--documents 1000] [--workers 2] [--folder FOLDER]``.

Builds made-up documents (``growth_corpus``) with Dask on workers of this machine, into a PostgreSQL server that begins
and ends with it. Prints for each stage, as it ends, the seconds that it took, and processor time: of the workers' own
work, of their loading and saving, of the server, and of the process that asks, in which the scheduler runs. Then what
is stored a document, and the share of all processor time that store and scheduler cost: the server, loading and saving,
and what the asking process takes in stages that workers make. A run that fails or is stopped (Ctrl-C, SIGTERM) says as
much of what it did until then; how far a stage is goes to standard error. ``--engine none`` leaves translation out.
"""

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.growth_corpus import make
from db.place import DatabaseServer
from db.postgresql_reader import connect
from pipeline import run
from pipeline.cluster import DaskMaker
from pipeline.config import Config, TranslateConfig
from pipeline.records import Event
from pipeline.stages.batch import BatchStage, Bench, Progressed
from pipeline.stages.job import Job
from tests.postgresql_server import Cluster, started

PAUSE = 30.0  # seconds between two words on how far a run is
TICKS = os.sysconf("SC_CLK_TCK")
ELSEWHERE = ("segment", "detect", "translate", "check", "align", "link")  # made by workers from end to end
STORED = "SELECT pg_database_size(current_database())"
TABLES = """
SELECT n.nspname || '.' || c.relname, pg_total_relation_size(c.oid) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 2 DESC LIMIT 8
"""


@dataclass
class Spent:
    """Seconds of one stage: by the clock, and of processors."""

    elapsed: float = 0.0
    worked: float = 0.0
    stored: float = 0.0
    server: float = 0.0
    asking: float = 0.0


@dataclass
class Ledger:
    """What each stage took."""

    server: int  # process that the server's others are children of
    stages: defaultdict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    current: str = ""

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        """A stage, measured."""
        spent, begun = self.stages[name], (time.monotonic(), server_seconds(self.server), time.process_time())
        self.current = name
        try:
            yield
        finally:
            spent.elapsed += time.monotonic() - begun[0]
            spent.server += server_seconds(self.server) - begun[1]
            spent.asking += time.process_time() - begun[2]

    def note(self, progressed: Progressed) -> None:
        """What a batch took on its worker."""
        self.stages[self.current].worked += progressed.worked
        self.stages[self.current].stored += progressed.stored

    def total(self) -> Spent:
        """What all stages took."""
        return Spent(*map(sum, zip(*map(astuple, self.stages.values()), strict=True)))

    def overhead(self) -> float:
        """The share of all processor time that store and scheduler cost, in 0..1."""
        every, total = self.stages.items(), self.total()
        cost = sum(spent.server + spent.stored + spent.asking * (name in ELSEWHERE) for name, spent in every)
        return cost / (total.server + total.stored + total.asking + total.worked)

    def overhead_of_workers(self) -> float:
        """The same within the stages that workers make from end to end."""
        every = [spent for name, spent in self.stages.items() if name in ELSEWHERE]
        cost = sum(spent.server + spent.stored + spent.asking for spent in every)
        return cost / (cost + sum(spent.worked for spent in every))


def server_seconds(postmaster: int) -> float:
    """Processor time of a server and of all processes that it began, those that have ended too (Linux)."""
    seconds = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        own, parent = int(stat.parent.name), int(fields[1])
        if own == postmaster:
            seconds += sum(map(int, fields[11:15]))
        elif parent == postmaster:
            seconds += sum(map(int, fields[11:13]))
    return seconds / TICKS


class MeasuredMaker(DaskMaker):
    """A maker whose batches are written down in ``ledger``."""

    ledger: Ledger

    def make(self, bench: Bench, stage: BatchStage[Any, Any], keys: Iterable[str], total: int) -> Iterator[Progressed]:
        """The same."""
        for progressed in super().make(bench, stage, keys, total):
            self.ledger.note(progressed)
            yield progressed


def build(seeds: Path, place: DatabaseServer, config: Config, ledger: Ledger) -> run.Outcome:
    """A run whose stages are measured."""
    plain = Job.stage

    @contextmanager
    def stage(job: Job, name: str) -> Iterator[None]:
        try:
            with ledger.measured(name), plain(job, name):
                yield
        finally:
            print(row(name, ledger.stages[name]), flush=True)

    MeasuredMaker.ledger = ledger
    with patch.object(run, "DaskMaker", MeasuredMaker), patch.object(Job, "stage", stage):
        return run.build(seeds, place, config, Teller(), os.environ)


class Teller:
    """Says what a run says in words, and how far it is now and then."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Say it."""
        if event.note:
            print(event.note, file=sys.stderr)
        elif time.monotonic() - self._said > PAUSE:
            self._said = time.monotonic()
            print(f"  {event.stage}: {event.done} of {event.total}; {megabytes():,.0f} MB", file=sys.stderr, flush=True)


def megabytes() -> float:
    """Most memory that this process has had so far (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def row(name: str, spent: Spent) -> str:
    """A line of the table."""
    columns = (spent.elapsed, spent.worked, spent.stored, spent.server, spent.asking)
    return f"{name:10}" + "".join(f"{seconds:10.1f}" for seconds in columns)


def report(cluster: Cluster, name: str, ledger: Ledger, documents: int) -> None:
    """What is stored, and the shares."""
    print(row("all", ledger.total()))
    with connect(cluster.at(name)) as connection:
        (stored,) = connection.execute(STORED).fetchone() or (0,)
        tables = connection.execute(TABLES).fetchall()
    print(f"stored: {stored / 2**20:,.0f} MB, {stored / documents:,.0f} bytes a document; the largest tables:")
    for table, size in tables:
        print(f"  {table:32} {size / documents / 2**10:8.1f} kB a document")
    print(f"work of the workers: {ledger.total().worked / documents:.3f} s of processor time a document")
    print(f"memory of the asking process: {megabytes():,.0f} MB at most")
    print(f"store and scheduler: {ledger.overhead():.1%} of all processor time,", end=" ")
    print(f"{ledger.overhead_of_workers():.1%} in the stages that workers make", flush=True)


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where it is meanwhile")
    parser.add_argument("--engine", default="auto", help="that translates: auto, argos, apertium or none")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the server would go on by itself
    options.folder.mkdir(parents=True, exist_ok=True)
    config = Config(translate=TranslateConfig(engine=options.engine), workers=options.workers, cluster="dask")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, started(options.folder) as cluster:
        seeds = make(Path(folder) / "in", options.documents)
        place = cluster.make("corpus")
        ledger = Ledger(int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0]))
        print(f"{'seconds of':10}{'clock':>10}{'work':>10}{'load+save':>10}{'server':>10}{'asking':>10}")
        begun = time.monotonic()
        try:
            outcome = build(seeds, place, config, ledger)
            how = f"{outcome.failures} failures"
        except BaseException as error:
            how = f"not finished: {type(error).__name__}"
            raise
        finally:
            print(f"{options.documents} documents in {time.monotonic() - begun:,.0f} seconds, {how}")
            report(cluster, "corpus", ledger, options.documents)
        again = time.monotonic()
        build(seeds, place, replace(config), Ledger(ledger.server))
        print(f"nothing to do: {time.monotonic() - again:.1f} seconds")


if __name__ == "__main__":
    main()
