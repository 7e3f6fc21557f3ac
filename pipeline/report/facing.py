"""One document, or two that translate each other, as rows of facing texts: what stands left and what faces it.

Nothing here asks the database: ``Material`` is what is known about one document, and rows are made from it alone.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from db.queries import BeadSegmentRow, CounterpartRow, MachineRow
from db.row_types import SegmentRow

FacingKind = Literal["original", "bitext", "machine", "corrected", "passage", "related"]
ELSEWHERE: dict[str, FacingKind] = {"bitext": "bitext", "passage": "passage", "related": "related"}
ENGLISH = "en"
MOST_PASSAGES = 3  # that face one segment


@dataclass(frozen=True, slots=True)
class FindingMark:
    """A finding with the value that was found."""

    code: str
    value: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a sentence; ``language`` where it is another than the sentence's."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A segment as it stands in its document."""

    key: str
    language: str | None
    pieces: tuple[Fragment, ...]
    marks: tuple[FindingMark, ...]


@dataclass(frozen=True, slots=True)
class CorrectedSide:
    """What a person wrote in the place of a side: it is read instead of the side's sentences."""

    text: str
    language: str | None
    reviewer: str


@dataclass(frozen=True, slots=True)
class Facing:
    """A text that faces a sentence, with where it comes from.

    ``link`` leads to its place on the page; ``here``: it stands in the same document. ``covers``: how many sentences,
    from this one on, it faces. ``key`` is the alignment's id. Where ``reviewer`` corrected it, the correction is the
    text, and ``replaced`` what the machine or the document says.
    """

    kind: FacingKind
    text: str
    language: str | None
    origin: str = "human"
    score: float | None = None
    verdict: str | None = None
    marks: tuple[FindingMark, ...] = ()
    title: str = ""
    link: str = ""
    here: bool = False
    covers: int = 1
    key: str = ""
    reviewer: str | None = None
    replaced: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side. ``gap`` names the side where nothing is. ``also`` faces it too, but is folded away.

    ``key`` is the id of the alignment that puts them there, where there is one. Where a person corrected a side, its
    ``reading`` is what it should say.
    """

    role: str
    opens: bool
    left: tuple[Sentence, ...]
    right: tuple[Sentence, ...] = ()
    facings: tuple[Facing, ...] = ()
    also: tuple[Facing, ...] = ()
    score: float | None = None
    verdict: str | None = None
    marks: tuple[FindingMark, ...] = ()
    gap: Literal["", "left", "right", "translation"] = ""
    key: str = ""
    left_reading: CorrectedSide | None = None
    right_reading: CorrectedSide | None = None

    def doubtful(self, threshold: float) -> bool:
        """Whether something was found here, or a score is below ``threshold``, and nobody has accepted it."""
        sides: list[Row | Facing] = [self, *self.facings, *self.also]
        open_sides = [side for side in sides if side.verdict != "accept"]
        low = any(side.score is not None and side.score < threshold for side in open_sides)
        marked = any(side.marks for side in open_sides) or any(sentence.marks for sentence in (*self.left, *self.right))
        return low or marked or self.gap != ""


@dataclass(frozen=True, slots=True)
class RowGroup:
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
    marks: Mapping[str, tuple[FindingMark, ...]]


@dataclass(frozen=True, slots=True)
class Contents:
    """What is shown: the titles of the documents by id, and how many segments of each.

    ``pages`` has the address of each document that stands on another page; of ``copies`` no text is shown.
    """

    titles: Mapping[str, str]
    segments: int
    copies: frozenset[str] = frozenset()
    pages: Mapping[str, str] = field(default_factory=dict)
    passages: str = "#passages"

    def place(self, document: str) -> str:
        """Where a document begins."""
        return f"{self.pages.get(document, '')}#d-{document}"

    def link(self, document: str, segment: str, position: int) -> str:
        """Where a segment is: its document if it was cut off, nothing if its document was left out."""
        if document not in self.titles:
            return ""
        if position >= self.segments or document in self.copies:
            return self.place(document)
        return f"{self.pages.get(document, '')}#{anchor(segment)}"

    def title(self, document: str, otherwise: str | None) -> str:
        """The title of a document, on the page or not."""
        return self.titles.get(document) or otherwise or document


def anchor(segment: str) -> str:
    """Where a segment stands on the page.

    >>> anchor("0f1e:10-25")
    's-0f1e-10-25'
    """
    return "s-" + segment.replace(":", "-")


def row_groups(rows: Sequence[Row]) -> list[RowGroup]:
    """Runs of rows of one kind."""
    return [RowGroup(kind, tuple(run)) for kind, run in groupby(rows, key=_group_kind)]


def rows_alone(material: Material, contents: Contents) -> list[Row]:
    """Each segment of a document with all that faces it."""
    return list(_alone(material, range(len(material.segments)), contents))


def rows_faced(left: Material, right: Material, beads: Sequence[BeadSegmentRow], contents: Contents) -> list[Row]:
    """Two documents face to face, bead by bead; what was not aligned stands between, where its document has it."""
    rows: list[Row] = []
    aligned = list(_beads(left, right, beads))
    free_left = sorted(set(range(len(left.segments))).difference(*(bead.left for bead in aligned)))
    free_right = sorted(set(range(len(right.segments))).difference(*(bead.right for bead in aligned)))
    for bead in aligned:
        rows += _alone(left, _take(free_left, min(bead.left, default=0)), contents)
        rows += _right_alone(right, _take(free_right, min(bead.right, default=0)))
        rows.append(_bead_row(left, right, bead, contents))
    return [*rows, *_alone(left, free_left, contents), *_right_alone(right, free_right)]


@dataclass(frozen=True, slots=True)
class _Bead:
    """Positions of segments on both sides of one alignment."""

    key: str
    left: tuple[int, ...]
    right: tuple[int, ...]
    score: float | None
    verdict: str | None
    left_correction: str | None = None
    right_correction: str | None = None
    corrected_by: str | None = None


def _beads(left: Material, right: Material, beads: Sequence[BeadSegmentRow]) -> Iterator[_Bead]:
    """Beads as far as their segments are at hand."""
    position_of = {segment.id: position for side in (left, right) for position, segment in enumerate(side.segments)}
    left_ids = {segment.id for segment in left.segments}
    for _, group in groupby(beads, key=lambda row: row.alignment_id):
        rows = list(group)
        present = [row.segment_id for row in rows if row.segment_id in position_of]
        left_positions = tuple(position_of[key] for key in present if key in left_ids)
        right_positions = tuple(position_of[key] for key in present if key not in left_ids)
        if present:
            first = rows[0]
            turned = (first.side == "left") != (first.segment_id in left_ids)
            corrections = first.left_correction, first.right_correction
            left_correction, right_correction = reversed(corrections) if turned else corrections
            yield _Bead(
                first.alignment_id,
                left_positions,
                right_positions,
                first.score,
                first.verdict,
                left_correction,
                right_correction,
                first.corrected_by,
            )


def _take(ascending: list[int], until: int) -> list[int]:
    """Remove what is below ``until`` from the list, and return it."""
    cut = bisect_left(ascending, until)
    below = ascending[:cut]
    del ascending[:cut]
    return below


def _right_alone(material: Material, positions: Iterable[int]) -> Iterator[Row]:
    for position in positions:
        segment = material.segments[position]
        yield Row(segment.role, _opens(material, position), (), (_sentence(material, segment),))


def _bead_row(left: Material, right: Material, bead: _Bead, contents: Contents) -> Row:
    lefts = [left.segments[position] for position in bead.left]
    rights = [right.segments[position] for position in bead.right]
    machine = [_machine(left, left.machine[segment.id]) for segment in lefts if segment.id in left.machine]
    passages = [
        facing
        for side, segments in ((left, lefts), (right, rights))
        for segment in segments
        for kind in ("passage", "related")
        for facing in _elsewhere(side, segment, kind, contents)
    ]
    return Row(
        (lefts or rights)[0].role,
        _opens(left, bead.left[0]) if lefts else _opens(right, bead.right[0]),
        tuple(_sentence(left, segment) for segment in lefts),
        tuple(_sentence(right, segment) for segment in rights),
        facings=() if rights else tuple(machine),
        also=tuple([*machine, *passages] if rights else passages),
        score=bead.score if lefts and rights else None,
        verdict=bead.verdict,
        marks=left.marks.get(bead.key, ()),
        gap="left" if not lefts else "right" if not rights else "",
        key=bead.key,
        left_reading=_reading(bead.left_correction, left, lefts, bead.corrected_by) or _source_reading(left, lefts),
        right_reading=_reading(bead.right_correction, right, rights, bead.corrected_by),
    )


def _reading(
    correction: str | None, material: Material, segments: Sequence[SegmentRow], reviewer: str | None
) -> CorrectedSide | None:
    if not correction or not segments:
        return None
    return CorrectedSide(correction, segments[0].language or material.language, reviewer or "")


def _source_reading(material: Material, segments: Sequence[SegmentRow]) -> CorrectedSide | None:
    """What a person wrote in the place of a sentence while judging its machine translation."""
    machine = material.machine.get(segments[0].id) if len(segments) == 1 else None
    return _reading(machine.left_correction, material, segments, machine.reviewer) if machine else None


def _opens(material: Material, position: int) -> bool:
    """Whether the segment at ``position`` begins its block."""
    return position == 0 or material.segments[position - 1].block_id != material.segments[position].block_id


def _alone(material: Material, positions: Iterable[int], contents: Contents) -> Iterator[Row]:
    for position in positions:
        segment = material.segments[position]
        known = tuple(_facings(material, segment, contents))
        faced = (
            segment.language == ENGLISH
            or segment.role in ("separator", "code")
            or any(facing.kind not in {"passage", "related"} for facing in known)
        )
        spared = (
            ("original", "machine", "related") if any(facing.kind == "bitext" for facing in known) else ("related",)
        )
        gap: Literal["", "translation"] = "" if faced else "translation"
        yield Row(
            segment.role,
            _opens(material, position),
            (_sentence(material, segment),),
            facings=tuple(facing for facing in known if facing.kind not in spared),
            also=tuple(facing for facing in known if facing.kind in spared and facing.kind != "original"),
            gap=gap,
            left_reading=_source_reading(material, [segment]),
        )


def _facings(material: Material, segment: SegmentRow, contents: Contents) -> Iterator[Facing]:
    """In the order of worth: what people wrote, the machine's, what says the same elsewhere, what is related."""
    if segment.language == ENGLISH and material.language != ENGLISH and segment.role != "separator":
        yield Facing("original", segment.text, ENGLISH)
    for row in material.counterparts.get(segment.id, ()):
        if row.kind == "bitext":
            yield _counterpart(material, row, contents)
    if segment.id in material.machine:
        yield _machine(material, material.machine[segment.id])
    yield from _elsewhere(material, segment, "passage", contents)
    yield from _elsewhere(material, segment, "related", contents)


def _elsewhere(material: Material, segment: SegmentRow, kind: str, contents: Contents) -> list[Facing]:
    rows = [row for row in material.counterparts.get(segment.id, ()) if row.kind == kind]
    return [_counterpart(material, row, contents) for row in rows[:MOST_PASSAGES]]


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
        replaced=row.text,
    )


def _counterpart(material: Material, row: CounterpartRow, contents: Contents) -> Facing:
    left, _, right = row.shape.partition(":")
    return Facing(
        ELSEWHERE[row.kind],
        row.text,
        row.language,
        score=row.score,
        verdict=row.verdict,
        marks=material.marks.get(row.alignment_id, ()),
        title=contents.title(row.document_id, row.title or row.path),
        link=contents.link(row.document_id, row.facing_segment_id, row.facing_position),
        here=row.segment_id.startswith(f"{row.document_id}:"),
        covers=int(left if row.side == "left" else right),
        key=row.alignment_id,
        reviewer=row.reviewer if row.replaced else None,
        replaced=row.replaced or "",
    )


def _sentence(material: Material, segment: SegmentRow) -> Sentence:
    pieces = tuple(_pieces(segment, material.spans.get(segment.id, ())))
    return Sentence(segment.id, segment.language, pieces, material.marks.get(segment.id, ()))


def _pieces(segment: SegmentRow, spans: Sequence[tuple[int, int, str]]) -> Iterator[Fragment]:
    """The segment cut at its spans; a span that overlaps an earlier one is left out."""
    at = segment.start_offset
    for start, end, language in sorted(spans):
        if start < at or end > segment.end_offset:
            continue
        if start > at:
            yield Fragment(segment.text[at - segment.start_offset : start - segment.start_offset])
        yield Fragment(segment.text[start - segment.start_offset : end - segment.start_offset], language)
        at = end
    if at < segment.end_offset:
        yield Fragment(segment.text[at - segment.start_offset :])


def _group_kind(row: Row) -> Literal["text", "residue", "break"]:
    if row.role == "boilerplate":
        return "residue"
    return "break" if row.role == "separator" else "text"
