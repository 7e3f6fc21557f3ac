"""A review server for tests: the application on a small corpus, with a visitor who has given a name."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pipeline.review.app import create_app
from pipeline.review.server import ServerAddress, open_site
from tests import corpus as sample


def make(folder: Path) -> Path:
    """A corpus of a French and an English document that translate each other, and a third one."""
    path = folder / "corpus.sqlite"
    sample.make(path).engine.dispose()
    return path


@dataclass
class Visitor:
    """Somebody with a browser that keeps cookies."""

    client: FlaskClient

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.client.get(address, headers=headers)

    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.get("/name").text)
        assert found
        return found[1]

    def post(self, address: str, values: Mapping[str, Any] | None = None, **headers: str) -> TestResponse:
        """A form as a page of this server would send it."""
        return self.client.post(address, data={"token": self.token(), **(values or {})}, headers=headers)

    def judge(self, pair: str, verdict: str, **values: str) -> TestResponse:
        """Judge a pair as its page stands."""
        return self.post(f"/pair/{pair}/judge", {"verdict": verdict, "seen": self.seen(pair), **values})

    def seen(self, pair: str) -> str:
        found = re.search(r'name="seen" value="([^"]*)"', self.get(f"/pair/{pair}").text)
        assert found
        return found[1]


def visitor(corpus: Path, name: str = "Ada", place: ServerAddress | None = None) -> Visitor:
    """A visitor of a new server for a corpus."""
    app = create_app(open_site(corpus, place or ServerAddress()))
    made = Visitor(app.test_client())
    if name:
        made.post("/name", {"name": name})
    return made


def ids(corpus: Path, kind: str = "bitext") -> list[str]:
    """The alignments of a kind that have two sides, in their order."""
    with sqlite3.connect(corpus) as connection:
        query = "SELECT id FROM alignment WHERE kind = ? AND left_text <> '' AND right_text <> '' ORDER BY position, id"
        return [row[0] for row in connection.execute(query, (kind,))]


def reviews(corpus: Path) -> list[tuple[Any, ...]]:
    """(verdict, correction, comment, reviewer) of all that was ever judged."""
    with sqlite3.connect(corpus) as connection:
        return connection.execute("SELECT verdict, correction, comment, reviewer FROM review ORDER BY id").fetchall()
