"""One document, or two that translate each other, as rows of facing texts: what stands left and what faces it.

Nothing here asks the database: ``Material`` is what is known about one document, and rows are made from it alone.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from db.queries import BeadRow, CounterpartRow, MachineRow, SegmentRow

FacingKind = Literal["original", "bitext", "machine", "corrected", "passage"]
ENGLISH = "en"
MOST_PASSAGES = 3  # that face one segment


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding with its meaning in words."""

    code: str
    meaning: str
    value: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence; ``language`` where it is another than the sentence's."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A segment as it stands in its document."""

    key: str
    language: str | None
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Facing:
    """A text that faces a sentence, with where it comes from.

    ``link`` leads to its place on the page; ``here``: it stands in the same document. ``covers``: how many sentences,
    from this one on, it faces. ``key`` is the alignment's id. Where ``reviewer`` corrected a machine translation, the
    correction is the text, and ``machine_text`` stands behind it.
    """

    kind: FacingKind
    text: str
    language: str | None
    origin: str = "human"
    score: float | None = None
    verdict: str | None = None
    marks: tuple[Mark, ...] = ()
    title: str = ""
    link: str = ""
    here: bool = False
    covers: int = 1
    key: str = ""
    reviewer: str | None = None
    machine_text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side. ``gap`` names the side where nothing is. ``also`` faces it too, but is folded away.

    ``key`` is the id of the alignment that puts them there, where there is one.
    """

    role: str
    opens: bool
    left: tuple[Sentence, ...]
    right: tuple[Sentence, ...] = ()
    facings: tuple[Facing, ...] = ()
    also: tuple[Facing, ...] = ()
    score: float | None = None
    verdict: str | None = None
    marks: tuple[Mark, ...] = ()
    gap: Literal["", "left", "right", "translation"] = ""
    key: str = ""

    def doubtful(self, threshold: float) -> bool:
        """Whether something was found here, or a score is below ``threshold``, and nobody has accepted it."""
        sides: list[Row | Facing] = [self, *self.facings, *self.also]
        open_sides = [one for one in sides if one.verdict != "accept"]
        low = any(one.score is not None and one.score < threshold for one in open_sides)
        marked = any(one.marks for one in open_sides) or any(one.marks for one in (*self.left, *self.right))
        return low or marked or self.gap != ""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that belong together: the text itself, a run of boilerplate, or a separator."""

    kind: Literal["text", "residue", "break"]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What is known about one document. Findings are by the id of what they are about."""

    language: str | None
    segments: Sequence[SegmentRow]
    spans: Mapping[str, Sequence[tuple[int, int, str]]]
    machine: Mapping[str, MachineRow]
    counterparts: Mapping[str, Sequence[CounterpartRow]]
    marks: Mapping[str, tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class Places:
    """What is on the page: the titles of the documents by id, and how many segments of each."""

    titles: Mapping[str, str]
    segments: int

    def link(self, document: str, segment: str, position: int) -> str:
        """Where a segment is: its document if it was cut off, nothing if its document was left out."""
        if document not in self.titles:
            return ""
        return f"#{anchor(segment)}" if position < self.segments else f"#d-{document}"

    def title(self, document: str, otherwise: str | None) -> str:
        """The title of a document, on the page or not."""
        return self.titles.get(document) or otherwise or document


def anchor(segment: str) -> str:
    """Where a segment stands on the page.

    >>> anchor("0f1e:10-25")
    's-0f1e-10-25'
    """
    return "s-" + segment.replace(":", "-")


def parts(rows: Sequence[Row]) -> list[Part]:
    """Runs of rows of one kind."""
    return [Part(kind, tuple(run)) for kind, run in groupby(rows, key=_part_kind)]


def rows_alone(material: Material, places: Places) -> list[Row]:
    """Each segment of a document with all that faces it."""
    return list(_alone(material, range(len(material.segments)), places))


def rows_faced(left: Material, right: Material, beads: Sequence[BeadRow], places: Places) -> list[Row]:
    """Two documents face to face, bead by bead; what was not aligned stands between, where its document has it."""
    rows: list[Row] = []
    made = list(_beads(left, right, beads))
    free_left = sorted(set(range(len(left.segments))).difference(*(bead.left for bead in made)))
    free_right = sorted(set(range(len(right.segments))).difference(*(bead.right for bead in made)))
    for bead in made:
        rows += _alone(left, _take(free_left, min(bead.left, default=0)), places)
        rows += _right_alone(right, _take(free_right, min(bead.right, default=0)))
        rows.append(_bead_row(left, right, bead, places))
    return [*rows, *_alone(left, free_left, places), *_right_alone(right, free_right)]


@dataclass(frozen=True, slots=True)
class _Bead:
    """Places of segments on both sides of one alignment."""

    key: str
    left: tuple[int, ...]
    right: tuple[int, ...]
    score: float | None
    verdict: str | None


def _beads(left: Material, right: Material, beads: Sequence[BeadRow]) -> Iterator[_Bead]:
    """Beads as far as their segments are at hand."""
    known_at = {one.id: place for side in (left, right) for place, one in enumerate(side.segments)}
    lefts = {one.id for one in left.segments}
    for _, group in groupby(beads, key=lambda row: row.alignment_id):
        rows = list(group)
        known = [row.segment_id for row in rows if row.segment_id in known_at]
        mine = tuple(known_at[key] for key in known if key in lefts)
        other = tuple(known_at[key] for key in known if key not in lefts)
        if known:
            yield _Bead(rows[0].alignment_id, mine, other, rows[0].score, rows[0].verdict)


def _take(ascending: list[int], until: int) -> list[int]:
    """Remove what is below ``until`` from the list, and return it."""
    cut = bisect_left(ascending, until)
    taken = ascending[:cut]
    del ascending[:cut]
    return taken


def _right_alone(material: Material, chosen: Iterable[int]) -> Iterator[Row]:
    for place in chosen:
        one = material.segments[place]
        yield Row(one.role, _opens(material, place), (), (_sentence(material, one),))


def _bead_row(left: Material, right: Material, bead: _Bead, places: Places) -> Row:
    lefts = [left.segments[place] for place in bead.left]
    rights = [right.segments[place] for place in bead.right]
    machine = [_machine(left, left.machine[one.id]) for one in lefts if one.id in left.machine]
    passages = [
        f for side, ones in ((left, lefts), (right, rights)) for one in ones for f in _passages(side, one, places)
    ]
    return Row(
        (lefts or rights)[0].role,
        _opens(left, bead.left[0]) if lefts else _opens(right, bead.right[0]),
        tuple(_sentence(left, one) for one in lefts),
        tuple(_sentence(right, one) for one in rights),
        facings=() if rights else tuple(machine),
        also=tuple([*machine, *passages] if rights else passages),
        score=bead.score if lefts and rights else None,
        verdict=bead.verdict,
        marks=left.marks.get(bead.key, ()),
        gap="left" if not lefts else "right" if not rights else "",
        key=bead.key,
    )


def _opens(material: Material, place: int) -> bool:
    """Whether the segment at ``place`` begins its block."""
    return place == 0 or material.segments[place - 1].block_id != material.segments[place].block_id


def _alone(material: Material, chosen: Iterable[int], places: Places) -> Iterator[Row]:
    for place in chosen:
        one = material.segments[place]
        facings = tuple(_facings(material, one, places))
        read = one.language == ENGLISH or one.role in ("separator", "code") or any(f.kind != "passage" for f in facings)
        gap: Literal["", "translation"] = "" if read else "translation"
        yield Row(one.role, _opens(material, place), (_sentence(material, one),), facings=facings, gap=gap)


def _facings(material: Material, one: SegmentRow, places: Places) -> Iterator[Facing]:
    """In the order of worth: what people wrote, the machine's, what says the same elsewhere."""
    if one.language == ENGLISH and material.language != ENGLISH and one.role != "separator":
        yield Facing("original", one.text, ENGLISH)
    for row in material.counterparts.get(one.id, ()):
        if row.kind == "bitext":
            yield _counterpart(material, row, places)
    if one.id in material.machine:
        yield _machine(material, material.machine[one.id])
    yield from _passages(material, one, places)


def _passages(material: Material, one: SegmentRow, places: Places) -> list[Facing]:
    rows = [row for row in material.counterparts.get(one.id, ()) if row.kind == "passage"]
    return [_counterpart(material, row, places) for row in rows[:MOST_PASSAGES]]


def _machine(material: Material, row: MachineRow) -> Facing:
    marks, key = material.marks.get(row.alignment_id, ()), row.alignment_id
    if row.correction is None:
        return Facing("machine", row.text, row.language, row.origin, row.score, row.verdict, marks, key=key)
    return Facing(
        "corrected",
        row.correction,
        row.language,
        row.origin,
        verdict=row.verdict,
        key=key,
        reviewer=row.reviewer,
        machine_text=row.text,
    )


def _counterpart(material: Material, row: CounterpartRow, places: Places) -> Facing:
    left, _, right = row.shape.partition(":")
    return Facing(
        "bitext" if row.kind == "bitext" else "passage",
        row.text,
        row.language,
        score=row.score,
        verdict=row.verdict,
        marks=material.marks.get(row.alignment_id, ()),
        title=places.title(row.document_id, row.title or row.path),
        link=places.link(row.document_id, row.facing_segment_id, row.facing_position),
        here=row.segment_id.startswith(f"{row.document_id}:"),
        covers=int(left if row.side == "left" else right),
        key=row.alignment_id,
    )


def _sentence(material: Material, one: SegmentRow) -> Sentence:
    pieces = tuple(_pieces(one, material.spans.get(one.id, ())))
    return Sentence(one.id, one.language, pieces, material.marks.get(one.id, ()))


def _pieces(one: SegmentRow, spans: Sequence[tuple[int, int, str]]) -> Iterator[Piece]:
    """The segment cut at its spans; a span that overlaps an earlier one is left out."""
    at = one.start_offset
    for start, end, language in sorted(spans):
        if start < at or end > one.end_offset:
            continue
        if start > at:
            yield Piece(one.text[at - one.start_offset : start - one.start_offset])
        yield Piece(one.text[start - one.start_offset : end - one.start_offset], language)
        at = end
    if at < one.end_offset:
        yield Piece(one.text[at - one.start_offset :])


def _part_kind(row: Row) -> Literal["text", "residue", "break"]:
    if row.role == "boilerplate":
        return "residue"
    return "break" if row.role == "separator" else "text"
