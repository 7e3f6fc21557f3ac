"""Who looks at the pages: the password, where one is asked for, the reviewer's name, the language, the keys."""

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from pipeline.review.query_string import return_path
from pipeline.review.site import LANGUAGE, NAME, remember, reviewer, site, tidy_name
from pipeline.wording import LANGUAGES

pages = Blueprint("visitor", __name__)


@pages.route("/enter", methods=["GET", "POST"])
def enter() -> str | Response | tuple[str, int]:
    """Ask for the password of this server."""
    password, target = site().password, return_path(request.values.get("back"))
    if password is None or session.get("entered"):
        return redirect(target, 303)
    if request.method == "GET":
        return render_template("enter.html.j2", target=target, wrong=False)
    client = request.remote_addr or ""
    if password.tired(client):
        abort(429)
    if not password.fits(request.form.get("password", ""), client):
        return render_template("enter.html.j2", target=target, wrong=True), 403
    session.clear()
    session["entered"] = True
    return redirect(target, 303)


@pages.post("/leave")
def leave() -> Response:
    """Forget that the password was given."""
    session.clear()
    return redirect(url_for("queue.queue"), 303)


@pages.route("/name", methods=["GET", "POST"])
def name() -> str | Response | tuple[str, int]:
    """Ask for the reviewer's name, once."""
    target = return_path(request.values.get("back"))
    if request.method == "GET":
        return render_template("name.html.j2", target=target, typed=reviewer(), wrong=False)
    typed = tidy_name(request.form.get("name", ""))
    if not typed:
        return render_template("name.html.j2", target=target, typed="", wrong=True), 422
    return remember(redirect(target, 303), NAME, typed)


@pages.post("/language")
def speak() -> Response:
    """Change the language of the pages."""
    code = request.form.get("language", "")
    if code not in LANGUAGES:
        abort(400)
    return remember(redirect(return_path(request.form.get("back")), 303), LANGUAGE, code)


@pages.get("/keys")
def keys() -> str:
    """The keys, for a browser without scripts."""
    return render_template("keys.html.j2")
