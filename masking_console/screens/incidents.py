"""Incidents, for the privacy office: the clock, what is known, what is due next, the files; and legal holds."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.asked import whole_number
from masking_console.refusals import see_other
from masking_console.texts import _

pages = Blueprint("incidents", __name__)
MAX_PERSONS: Final = 10_000_000_000
MAX_MINUTES: Final = 100 * 24 * 60


@pages.get("/incidents")
def shown() -> str:
    """The incidents of the tenant, and its holds."""
    return render_template(
        "incidents.html",
        incidents=g.person.get("incidents")["incidents"],
        holds=g.person.get("holds")["holds"] if "hold:set" in g.me["permissions"] else [],
        **_words(),
    )


@pages.post("/incidents")
def begin() -> Response:
    """Open an incident. It was noticed so many minutes ago."""
    minutes = whole_number(request.form.get("minutes", "0"), 0, MAX_MINUTES) or 0
    found = datetime.now(UTC) - timedelta(minutes=minutes)
    body: dict[str, Any] = {
        "incident": request.form.get("incident", "").strip(),
        "leak": request.form.get("leak", "").strip(),
        "countries": request.form.getlist("countries"),
        "found_at": found.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "flags": request.form.getlist("flags"),
        **_numbers(),
    }
    opened = g.person.post("incidents", body=body)
    return see_other(url_for("incidents.one", name=opened["incident"]))


@pages.get("/incidents/<name>")
def one(name: str) -> str:
    """One incident. Its clock is polled."""
    template = "incident_clock.html" if "poll" in request.args else "incident.html"
    return render_template(template, incident=g.person.get("incidents", name), **_words())


@pages.post("/incidents/<name>/note")
def note(name: str) -> Response:
    """Note what became known."""
    known = {"flags": request.form.getlist("flags"), **_numbers()}
    known |= {key: request.form[key] for key in ("what", "measures") if key in request.form}
    g.person.post("incidents", name, body=known)
    return see_other(url_for("incidents.one", name=name))


@pages.post("/incidents/<name>/report")
def report(name: str) -> Response:
    """Note that a report was made now."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    g.person.post("incidents", name, body={"reported": {request.form.get("duty", ""): now}})
    return see_other(url_for("incidents.one", name=name))


@pages.post("/incidents/<name>/close")
def close(name: str) -> Response:
    g.person.post("incidents", name, "close", body={})
    return see_other(url_for("incidents.one", name=name))


@pages.get("/incidents/<name>/forms/<country>")
def form(name: str, country: str) -> Response:
    """The authority's form, filled with what is known, as a file."""
    filled = g.person.get("incidents", name, "forms", country)
    found = Response(filled["text"], content_type="text/markdown; charset=utf-8")
    found.headers["Content-Disposition"] = f'attachment; filename="{filled["incident"]}-{filled["country"]}.md"'
    return found


@pages.post("/incidents/holds")
def propose_hold() -> Response:
    body = {
        "hold": request.form.get("hold", "").strip(),
        "reason": request.form.get("reason", ""),
        "waybills": request.form.get("waybills", "").split(),
    }
    g.person.post("holds", body=body)
    return see_other(url_for("incidents.shown"))


@pages.post("/incidents/holds/<name>/<any(set, lift):act>")
def decide_hold(name: str, act: str) -> Response:
    """Set a hold, or propose to lift it; as the second person lift it."""
    g.person.post_signed("holds", name, act, body={})
    return see_other(url_for("incidents.shown"))


def _numbers() -> dict[str, int]:
    """The numbers of persons of a form; what is empty is not known."""
    named = {key: whole_number(request.form.get(key, ""), 0, MAX_PERSONS) for key in ("persons", "possible")}
    return {key: number for key, number in named.items() if number is not None}


def _words() -> dict[str, Any]:
    """What the templates call things in the person's language."""
    return {
        "own": "zh" if g.preferences.language.startswith("zh") else "en",
        "now": datetime.now(UTC),
        "left": left,
        "flag_names": {
            "critical": _("critical infrastructure"),
            "sensitive": _("sensitive data"),
            "malicious": _("done on purpose"),
            "outside": _("access from outside"),
            "high_risk": _("a high risk for the persons"),
        },
        "country_names": {
            "cn": _("China"),
            "kr": _("Korea"),
            "jp": _("Japan"),
            "in": _("India"),
            "sg": _("Singapore"),
            "eu": _("European Union"),
        },
        "hold_names": {
            "proposed": _("waits for a second person"),
            "setting": _("being set; if this does not end, set it again"),
            "set": _("in force"),
            "lifting": _("waits for a second person to lift it"),
            "releasing": _("being lifted; if this does not end, lift it again"),
            "lifted": _("lifted"),
            "withdrawn": _("withdrawn"),
        },
    }


def left(deadline: str, now: datetime) -> str:
    """Return the time left until a deadline, in words."""
    minutes = int((datetime.fromisoformat(deadline) - now).total_seconds() // 60)
    if minutes < 0:
        return _("overdue")
    if minutes < 48 * 60:
        return _("%(hours)d h %(minutes)d min", hours=minutes // 60, minutes=minutes % 60)
    return _("%(days)d d %(hours)d h", days=minutes // 1440, hours=minutes % 1440 // 60)
