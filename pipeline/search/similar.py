"""A hit of a search by meaning."""

from typing import NamedTuple

from db.queries_search import Hit


class Similar(NamedTuple):
    """A hit, and the cosine similarity of its text to what was sought."""

    similarity: float
    hit: Hit
