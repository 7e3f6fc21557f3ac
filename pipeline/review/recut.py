"""Replacing neighbouring beads of a document pair in the corpus by others with the same segments."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from db import models, queries_review, write, write_review
from db.vocabulary import SIDES
from pipeline.align.edits import SCORE, SIGNATURE, Sides, atoms
from pipeline.corpus import rows
from pipeline.records import Alignment

Made = dict[str, Any]  # what a bead that was replaced had been: id, score, features, signature_id


def sides(connection: Connection, alignment: str) -> Sides:
    """The segments of an alignment."""
    found = queries_review.find_sides(connection, alignment)
    left, right = (tuple(one.segment.id for one in found if one.side == side) for side in ("left", "right"))
    return Sides(left, right)


def told(bead: Row[Any], of: Sides) -> list[Any]:
    """A bead as ``resegmentation.before`` keeps it: its segments, and how it was made, for undoing."""
    made = {name: getattr(bead, name) for name in ("id", "score", "features", "signature_id")}
    return [list(of.left), list(of.right), made]


def holding(connection: Connection, documents: tuple[str, str], beads: Sequence[Sides]) -> list[Row[Any]]:
    """The alignments of two documents where the segments of ``beads`` stand now, in order."""
    return queries_review.find_holding(connection, *documents, {key for _, key in atoms(beads)})


def replace(
    connection: Connection, old: Sequence[Row[Any]], beads: Sequence[Sides], made: Mapping[Sides, Made]
) -> list[str]:
    """Put ``beads`` in the place of ``old``; ids of the new alignments.

    ``made`` says how beads that stood before were made; the others are a person's.
    """
    new = _rows(connection, old[0], beads, made)
    write.delete_ids(connection, models.Alignment, [one.id for one in old])
    write.delete_findings(connection, [one.id for one in old])
    write_review.shift_positions(connection, old[0].document_pair_id, old[-1].position, len(beads) - len(old))
    write.insert_new(connection, models.Signature, [rows.signature_row(SIGNATURE)])
    write.insert_new(connection, models.Alignment, new)
    named = [
        rows.side_row(row["id"], side, position, key)
        for row, bead in zip(new, beads, strict=True)
        for side, keys in zip(SIDES, bead, strict=True)
        for position, key in enumerate(keys)
    ]
    write.insert_new(connection, models.AlignmentSegment, named)
    return [row["id"] for row in new]


def _rows(
    connection: Connection, first: Row[Any], beads: Sequence[Sides], made: Mapping[Sides, Made]
) -> list[dict[str, Any]]:
    """Rows of ``alignment`` for ``beads``, from the place of ``first`` on."""
    found = queries_review.find_keyed(connection, [key for bead in beads for keys in bead for key in keys])
    segments = {key: rows.segment(row) for key, row in found.items()}
    documents = (first.left_document_id, first.right_document_id)
    own = {"document_pair_id": first.document_pair_id, "run_id": first.run_id}
    new = []
    for place, bead in enumerate(beads):
        one = Alignment("bitext", bead.left, bead.right, SCORE, SIGNATURE)
        row = rows.alignment_row(one, first.position + place, segments, documents) | own | made.get(bead, {})
        new.append(row | {"docid": rows.docid(row["id"])})
    return new
