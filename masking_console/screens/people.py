"""The screen of people: what each has done lately beside their limits, and the one way to freeze."""

from typing import Any, Final

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.context import colleagues
from masking_console.drafts import drop_form, kept_form
from masking_console.refusals import see_other
from masking_console.service import Json
from masking_console.texts import later

pages = Blueprint("people", __name__)

REASONS: Final[tuple[Any, ...]] = (
    later("Looks up more than the work needs"),
    later("Login used by another person"),
    later("Named a decoy"),
    later("Device or account lost"),
    later("Left the company or the role"),
    later("Other"),
)
COUNTED: Final = ("fields", "full_views", "cases")
WINDOWS: Final = ("1m", "1h", "1d")


@pages.get("/people")
def shown() -> str:
    """Show the people who were active lately, and the frozen ones; with the form, if one is to be frozen.

    After a decision on a person, the next one is a key away.
    """
    activity = g.person.get("activity")
    people, listed = activity["principals"], activity["listed"]
    active = {each["principal"] for each in people}
    frozen = [each for each in g.person.get("principals", "frozen")["principals"] if each["id"] not in active]
    rows = [each | {"bars": _bars(each)} for each in people]
    if "poll" in request.args:
        return render_template("people_rows.html", people=rows, frozen=frozen, listed=listed)
    typed = kept_form(url_for("people.freeze"))
    form = typed | ({"principal": request.args["freeze"]} if "freeze" in request.args else {})
    known = sorted({*colleagues(), *active})
    page = {
        "form": form,
        "reasons": REASONS,
        "known": known,
        "asked": "freeze" in request.args,
        "at": request.args.get("at"),
    }
    return render_template("people.html", people=rows, frozen=frozen, listed=listed, **page)


@pages.post("/people/freeze")
def freeze() -> Response:
    """Freeze a person, with a reason."""
    parts = (request.form.get("reason", "").strip(), request.form.get("details", "").strip())
    principal = request.form.get("principal", "").strip()
    why = " — ".join(part for part in parts if part)
    g.person.post_signed("principals", principal, "freeze", body={"why": why} if why else {})
    drop_form()
    return see_other(url_for("people.shown", at=principal))


@pages.post("/people/unfreeze")
def unfreeze() -> Response:
    principal = request.form.get("principal", "").strip()
    g.person.post_signed("principals", principal, "thaw", body={})
    return see_other(url_for("people.shown", at=principal))


def _bars(person: Json) -> dict[str, list[Json]]:
    """Return a person's use of each limit, by what is counted: one bar a used window."""
    bars: dict[str, list[Json]] = {}
    for counts in COUNTED:
        used = person[counts] or {}
        limits = (person["limits"] or {}).get(counts, {})
        if any(used.get(window) for window in WINDOWS):
            bars[counts] = [
                {"window": window, "used": used.get(window, 0), "limit": limits.get(window)} for window in WINDOWS
            ]
    return bars
