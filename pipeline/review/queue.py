"""The queue: what to judge next, the most doubtful first, and how far judging is."""

from dataclasses import replace

from flask import Blueprint, abort, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from db import queries_pages
from db import queries_review as queries
from db.vocabulary import KINDS
from pipeline.review import query_string
from pipeline.review.site import reading, to

pages = Blueprint("queue", __name__)
ROWS = 30  # of a page
CHOICES = 300  # documents that a list can hold; where there are more, the page of documents leads to one


@pages.get("/")
def queue() -> str:
    """The pairs that the filters leave, page by page."""
    filters = query_string.parse_filters(request.args)
    with reading() as connection:
        rows = _rows(connection, filters)
        progress = queries.progress(connection, filters)
        return render_template(
            "queue.html.j2",
            rows=rows[:ROWS],
            more=rows[ROWS - 1].cursor if len(rows) > ROWS else None,
            after=request.args.get("after"),
            progress=progress,
            matching=_matching(progress, filters.verdict),
            codes=queries.find_finding_codes(connection),
            documents=_documents(connection, filters),
            reviewers=queries.find_reviewers(connection),
            kinds=KINDS,
            tabs=_tabs(connection, filters),
            verdicts=queries.QUEUE_VERDICTS,
        )


@pages.get("/start")
def start() -> Response:
    """The first pair of the queue."""
    with reading() as connection:
        rows = queries.find_queue(connection, query_string.parse_filters(request.args), 1)
    return to("pair.pair", key=rows[0].id) if rows else to("queue.queue")


def _rows(connection: Connection, filters: queries.Filters) -> list[queries.QueueRow]:
    """A page of rows, and one more where there is one."""
    try:
        return queries.find_queue(connection, filters, ROWS + 1, request.args.get("after"))
    except ValueError:
        abort(404)


def _tabs(connection: Connection, filters: queries.Filters) -> list[tuple[str | None, int, str]]:
    """(kind or None for all, pairs, query of its address) of each tab: the other filters stay."""
    choices = [replace(filters, kind=kind) for kind in (None, *KINDS)]
    counts = [_matching(queries.progress(connection, choice), choice.verdict) for choice in choices]
    return [
        (choice.kind, count, query_string.format_filters(choice)) for choice, count in zip(choices, counts, strict=True)
    ]


def _matching(progress: queries.Progress, verdict: str) -> int:
    """How many pairs match, of those counted judged or not."""
    judged = {"any": progress.total, "judged": progress.judged, "none": progress.total - progress.judged}
    return judged.get(verdict, progress.by_verdict.get(verdict, 0))


def _documents(connection: Connection, filters: queries.Filters) -> list[tuple[str, str]]:
    """(id, name) of the documents to choose from: all if they are few, else the one that is chosen."""
    names = queries_pages.find_names(connection, CHOICES + 1)
    if len(names) <= CHOICES or not filters.document:
        return names if len(names) <= CHOICES else []
    document = queries_pages.get_page_document(connection, filters.document)
    return [(document.id, document.title or document.path or document.id)] if document else []
