"""Whole documents: the list of them, one with its translation, or two face to face."""

from dataclasses import replace

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import Connection

from db import queries, queries_pages, queries_review
from db.queries import PageDocument
from pipeline.errors import NotFoundError
from pipeline.language.counterparts import folded
from pipeline.report import facing
from pipeline.report import page as report
from pipeline.report.facing import Contents, Row
from pipeline.review.site import reading

pages = Blueprint("document", __name__)
ROWS = 150  # of a page
LISTED = 200  # documents, or pairs of them, in a list
LONGEST = 50_000  # segments of a document


class Links(Contents):
    """Places that are addresses of this server."""

    def link(self, document: str, segment: str, position: int) -> str:
        """The page of a document with a segment on it."""
        return url_for("document.document", key=document, at=segment) + f"#{facing.anchor(segment)}"


@pages.get("/documents")
def documents() -> str:
    """Pairs of documents that translate each other, and all documents."""
    typed = request.args.get("q", "").strip()
    needle = folded(typed)
    with reading() as connection:
        pairs = queries_review.find_document_pairs(connection)
        single = queries_review.find_choices(connection)
    pairs = [
        pair for pair in pairs if _named(needle, pair.left_title, pair.left_path, pair.right_title, pair.right_path)
    ]
    single = [choice for choice in single if _named(needle, choice.title, choice.path)]
    return render_template("documents.html.j2", pairs=pairs, documents=single, listed=LISTED, typed=typed)


@pages.get("/document/<key>")
def document(key: str) -> str:
    """A document with what faces it."""
    with reading() as connection:
        entry = report.PageEntry((_document(connection, key),))
        links = Links({key: report.title(entry.documents[0])}, LONGEST)
        rows = facing.rows_alone(report.material(connection, entry.documents[0], entry, LONGEST), links)
        partners = queries_pages.find_partners(connection, key)
        partner_documents = {partner.partner: _document(connection, partner.partner) for partner in partners}
    return _page(entry, rows, partners=[(partner, partner_documents[partner.partner]) for partner in partners])


@pages.get("/facing/<key>")
def faced(key: str) -> str:
    """Two documents face to face, the English one on the right."""
    with reading() as connection:
        pair = queries.get_document_pair(connection, key)
        if pair is None:
            raise NotFoundError(f"there is no pair of documents {key!r}.")
        if pair.left_document_id == pair.right_document_id:
            return document(pair.left_document_id)
        sides = tuple(
            _document(connection, document_id) for document_id in (pair.left_document_id, pair.right_document_id)
        )
        if sides[0].main_language == facing.ENGLISH != sides[1].main_language:
            sides = (sides[1], sides[0])
        entry = report.PageEntry(sides, key, pair.grade, pair.score)
        links = Links({side.id: report.title(side) for side in sides}, LONGEST)
        left, right = (report.material(connection, side, entry, LONGEST) for side in sides)
        rows = facing.rows_faced(left, right, queries.find_beads(connection, key), links)
    return _page(entry, rows, partners=[])


def _page(entry: report.PageEntry, rows: list[Row], partners: list[tuple[object, PageDocument]]) -> str:
    count = max(1, -(-len(rows) // ROWS))
    number = min(count, _asked_page(rows))
    on_page = rows[(number - 1) * ROWS : number * ROWS]
    return render_template(
        "document.html.j2",
        entry=entry,
        row_groups=facing.row_groups([_unsaid(row, entry) for row in on_page]),
        partners=partners,
        page=number,
        pages=count,
        at=request.args.get("at", ""),
        plain=not any(row.facings or row.right or row.gap or row.also for row in rows),
        single=not entry.pair and entry.documents[0].main_language == facing.ENGLISH,
        origins=sorted({side.origin for row in rows for side in (*row.facings, *row.also) if side.kind == "machine"}),
    )


def _asked_page(rows: list[Row]) -> int:
    """The page that holds the segment ``at``, else ``page``, else the first."""
    at = request.args.get("at")
    for number, row in enumerate(rows):
        if at and any(sentence.key == at for sentence in (*row.left, *row.right)):
            return number // ROWS + 1
    typed = request.args.get("page", "")
    return max(1, int(typed)) if typed.isdecimal() and len(typed) < 7 else 1


def _unsaid(row: Row, entry: report.PageEntry) -> Row:
    """A row without what its document says of itself: an English sentence need not be shown twice."""
    if entry.pair:
        return row
    return replace(row, facings=tuple(counterpart for counterpart in row.facings if counterpart.kind != "original"))


def _document(connection: Connection, key: str) -> PageDocument:
    page_document = queries_pages.get_page_document(connection, key)
    if page_document is None:
        raise NotFoundError(f"there is no document {key!r}.")
    return page_document


def _named(needle: str, *names: str | None) -> bool:
    return not needle or any(needle in folded(name) for name in names if name)
