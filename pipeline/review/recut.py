"""Replacing neighbouring beads of a document pair in the corpus by others with the same segments."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from db import models, queries_review, write, write_review
from db.row_types import AlignmentRow
from db.vocabulary import SIDES
from pipeline.align.edits import SCORE, SIGNATURE, Sides, atoms
from pipeline.corpus import rows
from pipeline.records import Alignment

BeadColumns = dict[str, Any]  # what a bead that was replaced had been: id, score, features, signature_id


def sides(connection: Connection, alignment: str) -> Sides:
    """The segments of an alignment."""
    members = queries_review.find_sides(connection, alignment)
    left, right = (tuple(member.segment.id for member in members if member.side == side) for side in ("left", "right"))
    return Sides(left, right)


def snapshot(bead: AlignmentRow, of: Sides) -> list[Any]:
    """A bead as ``resegmentation.before`` keeps it: its segments, and how it was made, for undoing."""
    columns = {name: getattr(bead, name) for name in ("id", "score", "features", "signature_id")}
    return [list(of.left), list(of.right), columns]


def holding(connection: Connection, documents: tuple[str, str], beads: Sequence[Sides]) -> list[AlignmentRow]:
    """The alignments of two documents where the segments of ``beads`` stand now, in order."""
    return queries_review.find_holding(connection, *documents, {key for _, key in atoms(beads)})


def replace(
    connection: Connection, old: Sequence[AlignmentRow], beads: Sequence[Sides], provenance: Mapping[Sides, BeadColumns]
) -> list[str]:
    """Put ``beads`` in the place of ``old``; ids of the new alignments.

    ``provenance`` says how beads that stood before were made; the others are a person's. The next run aligns what lies
    around them anew. Raises ValueError where ``old`` is of no document pair.
    """
    pair = old[0].document_pair_id
    if pair is None:
        raise ValueError(f"alignment {old[0].id} is of no document pair")
    new = _rows(connection, old[0], beads, provenance)
    write.delete_ids(connection, models.Alignment, [replaced.id for replaced in old])
    write.delete_findings(connection, [replaced.id for replaced in old])
    write_review.shift_positions(connection, pair, old[-1].position, len(beads) - len(old))
    write.insert_new(connection, models.Signature, [rows.signature_row(SIGNATURE)])
    write.insert_new(connection, models.Alignment, new)
    named = [
        rows.side_row(row["id"], side, position, key)
        for row, bead in zip(new, beads, strict=True)
        for side, keys in zip(SIDES, bead, strict=True)
        for position, key in enumerate(keys)
    ]
    write.insert_new(connection, models.AlignmentSegment, named)
    write.set_pair(connection, pair, align_signature_id=None)
    return [row["id"] for row in new]


def _rows(
    connection: Connection, first: AlignmentRow, beads: Sequence[Sides], provenance: Mapping[Sides, BeadColumns]
) -> list[dict[str, Any]]:
    """Rows of ``alignment`` for ``beads``, from the place of ``first`` on."""
    rows_by_id = queries_review.find_keyed(connection, [key for bead in beads for keys in bead for key in keys])
    segments = {key: rows.segment(row) for key, row in rows_by_id.items()}
    documents = (first.left_document_id, first.right_document_id)
    shared = {"document_pair_id": first.document_pair_id, "run_id": first.run_id}
    new = []
    for number, bead in enumerate(beads):
        alignment = Alignment("bitext", bead.left, bead.right, SCORE, SIGNATURE)
        row = (
            rows.alignment_row(alignment, first.position + number, segments, documents)
            | shared
            | provenance.get(bead, {})
        )
        new.append(row | {"docid": rows.docid(row["id"])})
    return new
