"""The review page as a WSGI application: what holds for every page. The pages are in modules of their own."""

import hashlib
import secrets
from typing import Any

from flask import Flask, Response, abort, g, redirect, render_template, request, session, url_for
from jinja2 import FileSystemLoader
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from db.place import DatabaseServer
from db.reader import CorpusError
from pipeline import VERSION, templating
from pipeline.errors import EnregardError, NotFoundError, UsageError
from pipeline.report import page as report
from pipeline.review import (
    alignment,
    alike,
    assets,
    corpus_search,
    document,
    orphans,
    overview,
    pair,
    query_string,
    queue,
    visitor,
)
from pipeline.review.security import SAFE, comes_from_here, guarded, same
from pipeline.review.site import ReviewSite, language, reviewer, site, words
from pipeline.wording import LANGUAGES, Wording

LARGEST = 256 * 1024  # bytes of a form
OPEN = frozenset({"visitor.enter", "visitor.speak", "style", "script", "icon"})  # without a password
NAMELESS = OPEN | {"visitor.name", "visitor.keys", "visitor.leave"}  # without a name


class Application(Flask):
    """Flask with templates that escape everything and take no missing value for an empty one."""

    jinja_options: dict[str, Any] = dict(templating.OPTIONS)  # noqa: RUF012 -- as Flask declares it

    def create_global_jinja_loader(self) -> Any:
        """Templates of the review, then those of the report."""
        return FileSystemLoader(assets.TEMPLATES)


def create_app(review_site: ReviewSite) -> Flask:
    """The application for one corpus. Sessions end with it: its secret is new each time."""
    app = Application("pipeline.review", static_folder=None)
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME=f"enregard_{_fingerprint(review_site)}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=LARGEST,
        MAX_FORM_MEMORY_SIZE=LARGEST,
        MAX_FORM_PARTS=50,
    )
    app.extensions["enregard"] = review_site
    app.jinja_env.filters.update({**templating.FILTERS, **report.FILTERS, "finding": lambda code, t: t.finding(code)})
    app.context_processor(_context)
    app.before_request(_admit)
    app.after_request(guarded)
    for module in (queue, pair, alike, document, alignment, corpus_search, overview, orphans, visitor):
        app.register_blueprint(module.pages)
    for rule, function in {"/style.css": style, "/script.js": script, "/icon.svg": icon}.items():
        app.add_url_rule(rule, function.__name__, function)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(CorpusError, _broken)
    app.register_error_handler(EnregardError, _wrong)
    return app


def style() -> Response:
    """The style sheet."""
    return _cached(assets.style(), "text/css")


def script() -> Response:
    """The script."""
    return _cached(assets.script(), "text/javascript")


def icon() -> Response:
    """The icon: two pages that face each other."""
    return _cached(assets.ICON, "image/svg+xml")


def token() -> str:
    """The token that every form of this visitor carries."""
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(24)
    return str(session["token"])


def _fingerprint(review_site: ReviewSite) -> str:
    """Cookies are shared by all ports of a host: two corpora under review at once need two names."""
    corpus = review_site.corpus
    name = str(corpus if isinstance(corpus, DatabaseServer) else corpus.resolve())
    return hashlib.sha256(name.encode("utf-8")).hexdigest()[:8]


def _cached(text: str, media_type: str) -> Response:
    response = Response(text, mimetype=media_type)
    versioned = request.args.get("v") == assets.version()
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable" if versioned else "no-cache"
    return response


def _admit() -> AnyResponse | None:
    """Refuse a request that is not meant for this server, then ask for the password and for a name."""
    if not site().hosts.know(request.host):
        abort(421)
    if request.method not in SAFE and not comes_from_here(request):
        abort(403)
    if site().password and not session.get("entered") and request.endpoint not in OPEN:
        return redirect(url_for("visitor.enter", back=_here()), 303)
    if request.method not in SAFE and not same(request.form.get("token"), session.get("token")):
        g.stale = True
        abort(400)
    if not reviewer() and request.endpoint not in NAMELESS and request.endpoint:
        return redirect(url_for("visitor.name", back=_here()), 303)
    return None


def _here() -> str:
    """Where to go on: this page, unless it is the target of a form."""
    return request.full_path.rstrip("?") if request.method in SAFE else "/"


def _context() -> dict[str, Any]:
    filters = query_string.parse_filters(request.args)
    return {
        "t": words(),
        "language": language(),
        "offered": LANGUAGES,
        "itself": lambda code: Wording(code)("itself"),
        "reviewer": reviewer(),
        "filters": filters,
        "query": query_string.format_filters(filters),
        "token": token,
        "said": session.pop("said", ()),
        "here": _here(),
        "assets_version": assets.version(),
        "version": VERSION,
        "guarded": site().password is not None,
    }


def _refused(error: HTTPException) -> tuple[str, int] | HTTPException:
    """A page that says in a sentence what went wrong."""
    code = error.code or 500
    if code < 400:
        return error
    return _page("stale" if g.get("stale") else f"error_{code}", code)


def _busy(_error: OperationalError) -> tuple[str, int]:
    return _page("error_busy", 503)


def _broken(error: CorpusError) -> tuple[str, int]:
    return _page("error_corpus", 503, str(error))


def _wrong(error: EnregardError) -> tuple[str, int]:
    code = 404 if isinstance(error, NotFoundError) else 422 if isinstance(error, UsageError) else 500
    return _page(f"error_{code}", code, str(error) if code != 404 else "")


def _page(key: str, code: int, detail: str = "") -> tuple[str, int]:
    """An error page, with the words that were sent, so that none is lost."""
    typed = {name: request.form.get(name, "").strip() for name in ("correction", "comment")} if code != 413 else {}
    text_key = key if key in words() else "error_other"
    return render_template("error.html.j2", key=text_key, code=code, detail=detail, typed=typed), code
