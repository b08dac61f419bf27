"""Me: the person, their choices, their budgets, and signing out."""

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.admission import keep_alive
from masking_console.messages import see_other
from masking_console.preferences import HIDE_SECONDS, LANGUAGES, Preferences

pages = Blueprint("me", __name__)


@pages.get("/me")
def page() -> str:
    """The page of the person."""
    return render_template("me.html", budgets=g.person.budgets(), hide_seconds=HIDE_SECONDS)


@pages.post("/me")
def choose() -> Response:
    """Keep the choices."""
    language, seconds = request.form.get("language", ""), request.form.get("hide_after", "")
    chosen = Preferences(
        language if language in LANGUAGES else g.preferences.language,
        int(seconds) if seconds in map(str, HIDE_SECONDS) else g.preferences.hide_after,
    )
    response = see_other(url_for("me.page"))
    chosen.write(response)
    return response


@pages.post("/me/stay")
def stay() -> Response:
    """Extend the session."""
    keep_alive()
    return Response("", 204)


@pages.get("/watermark.svg")
def watermark() -> Response:
    """The watermark of a page with values: who looks, and in which minute."""
    return Response(render_template("watermark.svg"), content_type="image/svg+xml")
