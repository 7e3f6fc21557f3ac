"""What an evaluation asks of a corpus: its human translations, and the beads of two documents."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from db.expressions import is_listed
from db.models import Alignment, AlignmentSegment, Run, Segment
from db.queries import RUN_COLUMNS
from db.row_types import RunRow


class BeadMember(NamedTuple):
    """A segment of a bead."""

    alignment_id: str
    segment_id: str


_HUMAN = text(
    """
SELECT source_text, target_text FROM (
  SELECT id, source_text, target_text, ROW_NUMBER() OVER (PARTITION BY source_text ORDER BY id) AS number
  FROM (
    SELECT id, CASE WHEN left_language = :source THEN left_text ELSE right_text END AS source_text,
      CASE WHEN left_language = :source THEN right_text ELSE left_text END AS target_text
    FROM bitext
    WHERE kind = 'bitext' AND left_origin = 'human' AND right_origin = 'human'
      AND ((left_language = :source AND right_language = :target)
        OR (left_language = :target AND right_language = :source))
      AND COALESCE(verdict, '') <> 'reject'
      AND (verdict = 'accept' OR score >= :least)) AS human) AS numbered
WHERE number = 1
ORDER BY id
LIMIT :most
"""
)


def find_human_pairs(
    connection: Connection, languages: tuple[str, str], least: float, most: int
) -> list[tuple[str, str]]:
    """Texts in the first language with a person's in the second: accepted, or scored ``least``; none twice.

    No more than ``most``, which is as good as random: ids are hashes.
    """
    values = {"source": languages[0], "target": languages[1], "least": least, "most": most}
    return [(row.source_text, row.target_text) for row in connection.execute(_HUMAN, values)]


def get_document_with(connection: Connection, hashes: Sequence[str]) -> str | None:
    """The document that holds most of the texts with these hashes."""
    query = (
        select(Segment.document_id)
        .where(is_listed(Segment.__table__.c.text_hash, hashes))
        .group_by(Segment.document_id)
        .order_by(func.count(Segment.text_hash.distinct()).desc(), Segment.document_id)
        .limit(1)
    )
    return connection.execute(query).scalar()


def find_segment_texts(connection: Connection, document: str) -> list[tuple[str, str]]:
    """(id, text) of the segments of a document, in its order."""
    query = select(Segment.id, Segment.text).where(Segment.document_id == document).order_by(Segment.position)
    return [(row.id, row.text) for row in connection.execute(query)]


def find_bead_members(connection: Connection, documents: tuple[str, str]) -> list[BeadMember]:
    """The segments of all beads between two documents, whichever is on the left."""
    query = (
        select(AlignmentSegment.alignment_id, AlignmentSegment.segment_id)
        .join(Alignment, Alignment.id == AlignmentSegment.alignment_id)
        .where(
            Alignment.kind == "bitext",
            Alignment.left_document_id.in_(documents),
            Alignment.right_document_id.in_(documents),
        )
        .order_by(Alignment.position, AlignmentSegment.alignment_id, AlignmentSegment.position)
    )
    return [BeadMember._make(row) for row in connection.execute(query)]


def get_last_build(connection: Connection) -> RunRow | None:
    """The newest run that was done and wrote down what went in and out of each stage (``summary["stages"]``)."""
    query = select(*RUN_COLUMNS).where(Run.status == "done").order_by(Run.started.desc(), Run.id.desc())
    runs = map(RunRow._make, connection.execute(query))
    return next((run for run in runs if "stages" in run.summary), None)
