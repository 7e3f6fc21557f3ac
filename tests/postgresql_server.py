"""A PostgreSQL server of the tests' own: on a socket in a temporary folder, and no network."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.place import DatabaseServer, Place
from db.postgresql_reader import connect

DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"


def programs() -> Path | None:
    """The folder of ``initdb``: that of the newest server, as Debian lays them out, or the one on the path."""
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    return versions[-1].parent if versions else Path(named).parent if named else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server that runs. Databases are named; each is made from ``template0`` where it is first asked for."""

    folder: Path
    user: str

    def at(self, name: str, **options: str) -> DatabaseServer:
        """The URL of a database."""
        query = "&".join(f"{key}={value}" for key, value in {"host": str(self.folder), **options}.items())
        return DatabaseServer(f"postgresql://{self.user}@/{name}?{query}")

    def run(self, statement: str) -> list[Any]:
        """A statement that stands outside transactions, such as CREATE DATABASE."""
        with connect(self.at("postgres")) as connection:
            connection.autocommit = True
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def make(self, name: str, template: str = "template0") -> DatabaseServer:
        """A new database."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.at(name)

    def has(self, name: str) -> bool:
        """Whether there is such a database."""
        return bool(self.run(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


@contextmanager
def started(parent: Path = Path("/tmp")) -> Iterator[Cluster]:
    """The server, in a folder of its own within ``parent``; root starts it as another user.

    Raises LookupError where PostgreSQL is not installed.
    """
    where = programs()
    if where is None:
        raise LookupError("PostgreSQL")
    with tempfile.TemporaryDirectory(prefix="enregard-pg-", dir=parent) as name:
        folder = Path(name)
        user = pwd.getpwuid(os.getuid()).pw_name
        as_user: list[str] = []
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            user = "postgres"
            as_user = ["setpriv", "--reuid", user, "--regid", str(owner.pw_gid), "--clear-groups"]
        data = folder / "data"

        def call(program: str, *arguments: str) -> None:
            command = [*as_user, str(where / program), *arguments]
            subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

        call("initdb", "-D", str(data), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", user, "--no-sync")
        options = f"{SETTINGS} -c unix_socket_directories={folder}"
        call("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Cluster(folder, user)
        finally:
            call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


class Moved:
    """Sends every corpus that a test names by a file to a database of that name on the server."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.known: dict[str, DatabaseServer] = {}

    def __call__(self, place: Place) -> Place:
        if isinstance(place, DatabaseServer):
            return place
        name = self.name(place)
        if name not in self.known:
            self.known[name] = self.cluster.make(name)
        return self.known[name]

    def copy(self, source: str, place: Path) -> None:
        """Make the database of ``place`` from another."""
        name = self.name(place)
        self.known[name] = self.cluster.make(name, source)

    def begin_anew(self, place: Path, source: Path | None = None) -> None:
        """Make the database of ``place`` once more: empty, or as that of ``source`` is. Who is in it is sent away."""
        name = self.name(place)
        self.cluster.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.known[name] = self.cluster.make(name, self.name(source) if source else "template0")

    def name(self, place: Path) -> str:
        """The database of a file."""
        return "c" + hashlib.sha256(str(place.resolve()).encode()).hexdigest()[:20]
