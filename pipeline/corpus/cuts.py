"""What people made of beads, kept when a document changes: cuts are laid on again by the texts of their segments."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import Connection

from db import queries_cuts, queries_review, write, write_review
from db.engine import transaction
from db.queries import PairRow
from db.queries_review import EditRow
from db.vocabulary import SIDES
from pipeline.align.carry import KeyedText, carried, confirmed, moved_to
from pipeline.align.edits import Sides, atoms, standing
from pipeline.corpus import rows
from pipeline.corpus.store import Corpus
from pipeline.records import Segment, digest

TRIED = 3  # pairs of documents in which the segments of a cut are looked for, the likeliest first
Judged: TypeAlias = Mapping[str, frozenset[str]]  # left text to right texts that people say translate it


def texts_of(connection: Connection, beads: Iterable[Sides]) -> dict[str, list[list[str]]]:
    """What a re-segmentation keeps of its segments' texts (``resegmentation.texts``)."""
    keys = {name: {key for bead in beads for key in bead[side]} for side, name in enumerate(SIDES)}
    return {name: [list(line) for line in queries_cuts.find_lines(connection, keys[name])] for name in SIDES}


def carry_cuts(corpus: Corpus) -> int:
    """Let cuts whose segments are gone name those that these have become; how many found them.

    Pairs that get a cut back are aligned anew. What is found in no pair stays as it is: the next run tries it again.
    """
    with corpus.engine.connect() as connection:
        lost = queries_cuts.find_lost_edits(connection)
    if not lost:
        return 0
    with transaction(corpus.engine) as connection:
        pairs = queries_cuts.find_pairs(connection)
        return sum(
            _carry(connection, list(edits), pairs) for _, edits in groupby(sorted(lost, key=_documents), key=_documents)
        )


def hand_made_beads(corpus: Corpus, documents: Sequence[str]) -> dict[tuple[str, str], list[Sides]]:
    """The beads that people made of ``documents`` (few), by the left and right document."""
    with corpus.engine.connect() as connection:
        edits = queries_review.find_edits_among(connection, documents)
    return {pair: standing([rows.edit(row) for row in of_pair]) for pair, of_pair in edits.items()}


def bound_beads(
    hand_made: list[Sides], sides: tuple[Sequence[Segment], Sequence[Segment]], judged: Judged
) -> list[Sides]:
    """The beads of two documents that people made or confirmed; ``sides`` are the segments that are to be aligned."""
    left, right = ([KeyedText(segment.key, segment.text) for segment in side] for side in sides)
    arranged = atoms(hand_made)
    return hand_made + [bead for bead in confirmed(left, right, judged) if arranged.isdisjoint(atoms([bead]))]


def confirmed_texts(corpus: Corpus) -> Judged:
    """What people say translates what."""
    judged: dict[str, set[str]] = {}
    with corpus.engine.connect() as connection:
        for left, right in queries_cuts.find_confirmed(connection):
            judged.setdefault(left, set()).add(right)
    return {left: frozenset(rights) for left, rights in judged.items()}


def _documents(edit: EditRow) -> tuple[str, str]:
    return edit.left_document_id, edit.right_document_id


def _carry(connection: Connection, edits: Sequence[EditRow], pairs: Sequence[PairRow]) -> int:
    """Find the segments of some cuts of one pair of documents; how many cuts were found."""
    lines = tuple(_lines(edits, name) for name in SIDES)
    number, remaining = 0, list(edits)
    for pair in _likeliest(connection, lines, pairs):
        documents = pair.left_document_id, pair.right_document_id
        keys = tuple(
            carried(side, [KeyedText(*line) for line in queries_cuts.find_document_lines(connection, document)])
            for side, document in zip(lines, documents, strict=True)
        )
        found = [edit for edit in remaining if _move(connection, edit, pair, (keys[0], keys[1]))]
        remaining = [edit for edit in remaining if edit not in found]
        number += len(found)
    return number


def _lines(edits: Sequence[EditRow], side: str) -> list[KeyedText]:
    """The segments of a side that cuts know the texts of, in the order of the document."""
    lines = {key: text for edit in edits for key, text in edit.texts.get(side, ())}
    return [
        KeyedText(key, lines[key])
        for key in sorted(lines, key=lambda key: int(key.rpartition(":")[2].partition("-")[0]))
    ]


def _likeliest(connection: Connection, lines: Sequence[Sequence[KeyedText]], pairs: Sequence[PairRow]) -> list[PairRow]:
    """The pairs of documents that have most of these texts, each side some of its own."""
    hits = [queries_cuts.count_hits(connection, {digest(line.text) for line in side}) for side in lines]

    def number(pair: PairRow) -> int:
        shared = hits[0].get(pair.left_document_id, 0), hits[1].get(pair.right_document_id, 0)
        absent = any(side and not count for side, count in zip(lines, shared, strict=True))
        return 0 if absent else sum(shared)

    return sorted((pair for pair in pairs if number(pair)), key=number, reverse=True)[:TRIED]


def _move(
    connection: Connection, edit: EditRow, pair: PairRow, keys: tuple[Mapping[str, str], Mapping[str, str]]
) -> bool:
    """Let a cut name the segments that its own have become, if all are there."""
    cut = rows.edit(edit)
    before, after = moved_to(cut.before, keys), moved_to(cut.after, keys)
    if before is None or after is None:
        return False
    columns: dict[str, Any] = {
        "left_document_id": pair.left_document_id,
        "right_document_id": pair.right_document_id,
        "before": [
            [list(bead.left), list(bead.right), *map(_without_id, old[2:])]
            for bead, old in zip(before, edit.before, strict=True)
        ],
        "after": [[list(bead.left), list(bead.right)] for bead in after],
        "texts": texts_of(connection, after),
    }
    write_review.move_resegmentation(connection, edit.id, columns)
    write.set_pair(connection, pair.id, align_signature_id=None)
    return True


def _without_id(columns: Mapping[str, Any]) -> dict[str, Any]:
    """How a bead was made, less its id: that was made from its segments."""
    return {name: value for name, value in columns.items() if name != "id"}
