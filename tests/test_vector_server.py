"""What an embedder has read, on a PostgreSQL server: kept as in a file, and shared by processes that write at once."""

import itertools
import multiprocessing
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from db.engine import is_unreachable, open_corpus
from db.place import DatabaseServer
from db.postgresql_reader import connect
from db.vector_tables import VectorTables
from pipeline.corpus.layout import vectors_of
from pipeline.embedding import use
from pipeline.embedding.cache import CachedEmbedder
from pipeline.embedding.vector_server import VectorServer
from pipeline.embedding.vector_store import Borrowed, Row, VectorStore
from pipeline.errors import StoreError
from tests.postgresql_server import Cluster
from tests.test_embedding_cache import TEXTS, Counting, same

NAMES = map("v{}".format, itertools.count())
ORIGIN = "an embedder"
PROCESSES = 4


@pytest.fixture
def server(cluster: Cluster) -> Iterator[DatabaseServer]:
    """An empty corpus."""
    database = cluster.make(next(NAMES))
    open_corpus(database).dispose()
    yield database


def numbered(*numbers: int) -> dict[bytes, Row]:
    """Rows that their keys decide."""
    return {number.to_bytes(16, "big"): (float(number), number.to_bytes(4, "big") * 256) for number in numbers}


def stored(server: DatabaseServer, table: str) -> int:
    """How many rows a table of the cache has."""
    with connect(server) as connection:
        cursor = connection.execute(f"SELECT count(*) FROM public_cache.{table}")
        return int((cursor.fetchone() or (0,))[0])


def run_statements(server: DatabaseServer, *statements: str) -> None:
    with connect(server) as connection:
        for statement in statements:
            connection.execute(statement)


def test_what_one_process_read_another_does_not(server: DatabaseServer, tmp_path: Path) -> None:
    place, first, second = vectors_of(server), Counting(), Counting()
    assert place == server
    embedder = CachedEmbedder(first, place)
    there = embedder.features(TEXTS, joined=True)
    embedder.close()
    assert first.read == len(TEXTS)
    other = CachedEmbedder(second, place)
    assert same(other.features(TEXTS, joined=True), there)
    other.close()
    assert second.read == 0
    in_file = CachedEmbedder(use.load(), tmp_path / "vectors")
    assert same(in_file.features(TEXTS, joined=True), there)
    in_file.close()


def test_rows_of_another_embedder_are_neither_seen_nor_written(server: DatabaseServer) -> None:
    old = VectorServer(server, ORIGIN)
    old.store(numbered(1, 2))
    old.save_results("mean", {b"a": b"1"})
    new = VectorServer(server, "another")
    assert new.get(numbered(1, 2)) == {}
    assert new.find_results("mean", [b"a"]) == {}
    new.store(numbered(3))
    old.store(numbered(4))  # a machine that has the older version still
    assert old.get(numbered(3, 4)) == {}
    assert new.get(numbered(3, 4)) == numbered(3)
    assert stored(server, "kept") == 1
    old.close(prune=True)
    new.close(prune=False)


def test_results_are_kept_until_they_are_the_lesser_part(server: DatabaseServer) -> None:
    store = VectorServer(server, ORIGIN)
    store.save_results("mean", {b"a": b"1", b"b": b"2", b"c": b"3"})
    store.save_results("mean", {b"a": b"other"})
    store.save_results("evidence", {b"a": b"4"})
    store.drop_results("mean", [b"a", b"b"])
    assert store.find_results("mean", [b"a", b"b", b"c", b"x"]) == {b"a": b"1", b"b": b"2", b"c": b"3"}
    store.drop_results("mean", [b"a"])
    assert store.find_results("mean", [b"a", b"b", b"c"]) == {b"a": b"1"}
    assert store.find_results("evidence", [b"a"]) == {b"a": b"4"}
    store.drop_results("mean", [])
    assert store.find_results("mean", [b"a"]) == {}
    store.close(prune=False)


def test_what_no_process_asked_for_goes_when_it_has_grown(server: DatabaseServer) -> None:
    def run(mine: dict[bytes, Row], of_workers: dict[bytes, Row]) -> int:
        store, worker = VectorServer(server, ORIGIN), VectorServer(server, ORIGIN)
        for one, rows in ((store, mine), (worker, of_workers)):
            one.get(rows)
            one.store(rows)
        worker.close(prune=False)
        store.close(prune=True)
        return stored(server, "kept")

    assert run(numbered(1), numbered(2)) == 2
    assert run(numbered(3, 4), numbered(5, 6)) == 6  # no more than threefold
    assert run(numbered(7), numbered(5)) == 2
    assert run(numbered(1), {}) == 3  # counted anew from there


def test_more_rows_than_one_statement_takes(server: DatabaseServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.vector_tables.BATCH", 7)
    monkeypatch.setattr("pipeline.embedding.vector_server.REMEMBERED", 11)
    store = VectorServer(server, ORIGIN)
    store.store(numbered(*range(50)))
    assert store.get(numbered(*range(60))) == numbered(*range(50))
    assert stored(server, "used") == 60
    store.close(prune=False)


def test_one_that_borrows_writes_nothing_and_hands_over(server: DatabaseServer) -> None:
    borrowed = Borrowed(VectorServer(server, ORIGIN, borrowing=True))
    assert borrowed.get(numbered(1)) == {}  # there are no tables yet
    store = VectorServer(server, ORIGIN)
    store.store(numbered(1))
    assert borrowed.get(numbered(1)) == numbered(1)
    borrowed.store(numbered(2))
    borrowed.save_results("mean", {b"a": b"1"})
    assert borrowed.find_results("mean", [b"a"]) == {}
    taken = borrowed.taken()
    assert taken == (frozenset(numbered(1)), numbered(2))
    assert borrowed.taken() == (frozenset(), {})
    borrowed.close(prune=True)
    assert (stored(server, "kept"), stored(server, "used")) == (1, 0)
    store.close(prune=False)


def test_a_lost_connection_is_made_again(server: DatabaseServer) -> None:
    store = VectorServer(server, ORIGIN)
    store.store(numbered(1))
    for number in range(2, 8):  # more often than failures in a row are borne
        run_statements(
            server,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
            "current_database()",
        )
        store.store(numbered(number))
        assert store.get(numbered(number)) == numbered(number)
    store.close(prune=False)


def test_a_server_that_comes_back_is_asked_again(
    cluster: Cluster, server: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = server.url.partition("?")[0].rpartition("/")[2]
    store = VectorServer(server, ORIGIN)
    store.store(numbered(1))
    store.settle()
    cluster.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    cluster.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    for _ in range(3):
        assert store.get(numbered(1)) == {}
        store.save_results("mean", {b"a": b"1"})
    with pytest.raises(StoreError, match="the same command goes on") as caught:
        store.settle()
    assert is_unreachable(caught.value)  # so a worker tries the batch again
    store.settle()  # what was lost is said once
    cluster.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert store.get(numbered(1)) == {}  # not just yet
    monkeypatch.setattr(store, "_resume", 0.0)
    assert store.get(numbered(1)) == numbered(1)
    store.save_results("mean", {b"a": b"1"})
    store.settle()
    assert stored(server, "result") == stored(server, "used") == 1
    store.close(prune=False)


def test_what_workers_asked_for_outlives_their_batch(server: DatabaseServer) -> None:
    """A worker that waits for its next batch has said what it needs: the run that ends drops only what nobody does."""
    store, worker = VectorServer(server, ORIGIN), VectorServer(server, ORIGIN)
    store.store(numbered(1))
    store.get(numbered(1))
    store.close(prune=True)
    worker.store(numbered(2, 3, 4, 5))
    worker.get(numbered(2, 3))
    worker.settle()
    store.get(numbered(1))
    store.close(prune=True)
    assert store.get(numbered(1, 2, 3, 4, 5)) == numbered(1, 2, 3)
    worker.close(prune=False)
    store.close(prune=False)


def test_tables_that_are_dropped_meanwhile_cost_only_what_was_read(server: DatabaseServer) -> None:
    store: VectorStore = VectorServer(server, ORIGIN)
    store.store(numbered(1))
    run_statements(server, "DROP SCHEMA public_cache CASCADE")
    assert store.get(numbered(1)) == {}
    store.store(numbered(2))
    assert store.get(numbered(2)) == numbered(2)
    store.close(prune=True)


def test_a_server_that_does_not_answer_holds_nothing(cluster: Cluster, tmp_path: Path) -> None:
    counting, nowhere = Counting(), DatabaseServer(f"postgresql:///corpus?host={tmp_path}")
    embedder = CachedEmbedder(counting, nowhere)
    assert len(embedder.features(TEXTS)) == len(TEXTS)
    assert len(embedder.features(TEXTS)) == len(TEXTS)
    assert counting.read == 2 * len(TEXTS)
    embedder.close(prune=True)


def test_a_role_that_may_not_make_it_reads_what_it_may(cluster: Cluster, server: DatabaseServer) -> None:
    name = server.url.partition("?")[0].rpartition("/")[2]
    run_statements(server, f"CREATE ROLE {name}_guest LOGIN")
    guest = DatabaseServer(server.url.replace(f"//{cluster.user}@", f"//{name}_guest@"))
    counting = Counting()
    embedder = CachedEmbedder(counting, guest)
    embedder.features(TEXTS)
    embedder.close()
    assert counting.read == len(TEXTS)
    store = VectorServer(server, ORIGIN)
    store.store(numbered(1))
    grants = "GRANT USAGE ON SCHEMA public_cache TO {0}", "GRANT SELECT ON ALL TABLES IN SCHEMA public_cache TO {0}"
    run_statements(server, *(grant.format(f"{name}_guest") for grant in grants))
    reader = VectorServer(guest, ORIGIN)
    reader.store(numbered(2))
    assert reader.get(numbered(1, 2)) == numbered(1)
    reader.close(prune=True)
    store.close(prune=False)


def test_a_schema_of_another_name_has_a_cache_of_its_own(cluster: Cluster, server: DatabaseServer) -> None:
    run_statements(server, 'CREATE SCHEMA "Les Échos"')
    other = DatabaseServer(f"{server.url}&options=-csearch_path%3D%22Les%5C%20%C3%89chos%22")
    open_corpus(other).dispose()
    mine, theirs = VectorServer(server, ORIGIN), VectorServer(other, "another")
    mine.store(numbered(1))
    theirs.store(numbered(2))
    assert (mine.get(numbered(1, 2)), theirs.get(numbered(1, 2))) == (numbered(1), numbered(2))
    with connect(server) as connection:
        schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%cache'").fetchall()
    assert sorted(schemas) == [("Les Échos_cache",), ("public_cache",)]
    mine.close(prune=False)
    theirs.close(prune=False)


def _work(server: DatabaseServer, seed: int) -> int:
    """Write batches that others write at the same time, in an order of this process's own; how many came back wrong."""
    chance, wrong = random.Random(seed), 0
    store = VectorServer(server, ORIGIN)
    for number in range(12):
        numbers = chance.sample(range(1_000 * number, 1_000 * (number + 1)), 1_000)
        store.store(numbered(*numbers))
        store.save_results("mean", {key: data for key, (_, data) in numbered(*numbers).items()})
        wrong += store.get(numbered(*numbers)) != numbered(*numbers)
    store.close(prune=False)
    return wrong


def test_processes_that_write_the_same_at_once_lose_nothing_and_wait_for_nobody(server: DatabaseServer) -> None:
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        assert sum(pool.map(_work, [server] * PROCESSES, range(PROCESSES))) == 0
    tables = VectorTables(server, ORIGIN, read_only=True)
    assert tables.find_rows(numbered(*range(12_000))) == numbered(*range(12_000))
    tables.close()
    assert (stored(server, "result"), stored(server, "used")) == (12_000, 12_000)
    with connect(server) as connection:
        assert connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone() == (0,)
