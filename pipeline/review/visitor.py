"""Who looks at the pages: the password, where one is asked for, the reviewer's name, the language, the keys."""

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from pipeline.review.asked import back
from pipeline.review.site import LANGUAGE, NAME, remember, reviewer, site, tidy_name
from pipeline.review.wording import LANGUAGES

pages = Blueprint("visitor", __name__)


@pages.route("/enter", methods=["GET", "POST"])
def enter() -> str | Response | tuple[str, int]:
    """Ask for the password of this server."""
    wanted, place = site().password, back(request.values.get("back"))
    if wanted is None or session.get("entered"):
        return redirect(place, 303)
    if request.method == "GET":
        return render_template("enter.html.j2", place=place, wrong=False)
    client = request.remote_addr or ""
    if wanted.tired(client):
        abort(429)
    if not wanted.fits(request.form.get("password", ""), client):
        return render_template("enter.html.j2", place=place, wrong=True), 403
    session.clear()
    session["entered"] = True
    return redirect(place, 303)


@pages.post("/leave")
def leave() -> Response:
    """Forget that the password was given."""
    session.clear()
    return redirect(url_for("queue.queue"), 303)


@pages.route("/name", methods=["GET", "POST"])
def name() -> str | Response | tuple[str, int]:
    """Ask for the reviewer's name, once."""
    place = back(request.values.get("back"))
    if request.method == "GET":
        return render_template("name.html.j2", place=place, given=reviewer(), wrong=False)
    given = tidy_name(request.form.get("name", ""))
    if not given:
        return render_template("name.html.j2", place=place, given="", wrong=True), 422
    return remember(redirect(place, 303), NAME, given)


@pages.post("/language")
def speak() -> Response:
    """Change the language of the pages."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    return remember(redirect(back(request.form.get("back")), 303), LANGUAGE, chosen)


@pages.get("/keys")
def keys() -> str:
    """The keys, for a browser without scripts."""
    return render_template("keys.html.j2")
