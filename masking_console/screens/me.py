"""Me: the person, their choices, their budgets, and signing out."""

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.admission import keep_alive
from masking_console.drafts import keep_typed
from masking_console.preferences import HIDE_SECONDS, KEYS, LANGUAGES, Preferences, hide_seconds
from masking_console.refusals import see_other
from masking_console.screens.find import can_search

pages = Blueprint("me", __name__)


@pages.get("/me")
def page() -> str:
    """The page of the person."""
    off = {"searches"} if not can_search(g.me) else set()
    off |= set() if g.me["calls"] else {"calls"}
    budgets = [each for each in g.person.get("me", "budgets")["budgets"] if each["counts"] not in off]
    return render_template("me.html", budgets=budgets, hide_seconds=HIDE_SECONDS, keys=KEYS)


@pages.post("/me")
def choose() -> Response:
    """Keep the choices."""
    language = request.form.get("language", "")
    chosen = Preferences(
        language if language in LANGUAGES else g.preferences.language,
        hide_seconds(request.form.get("hide_after", "")) or g.preferences.hide_after,
        frozenset(KEYS) - frozenset(request.form.getlist("keys")),
    )
    response = see_other(url_for("me.page"))
    chosen.write(response)
    return response


@pages.post("/me/stay")
def stay() -> Response:
    """Extend the session."""
    keep_alive()
    return Response("", 204)


@pages.post("/me/keep")
def keep() -> Response:
    """Keep what is being typed into a form, for an hour."""
    keep_typed(g.session.sub, request.form.get("form", ""), request.form)
    return Response("", 204)


@pages.get("/watermark.svg")
def watermark() -> Response:
    """The watermark of a page with values: who looks, and in which minute."""
    return Response(render_template("watermark.svg"), content_type="image/svg+xml")
