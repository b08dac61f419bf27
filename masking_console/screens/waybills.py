"""Waybills: who saw what, the letter to the person concerned, and erasing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import force_locale

from masking_console.messages import see_other
from masking_console.preferences import LANGUAGES

pages = Blueprint("waybills", __name__)


@pages.get("/waybills")
def search() -> Response | str:
    """The form that leads to one waybill."""
    number = request.args.get("waybill", "").strip().upper()
    if number:
        return see_other(url_for("waybills.shown", number=number))
    return render_template("waybills.html")


@pages.get("/waybills/<number>")
def shown(number: str) -> str:
    """Who saw what of a waybill."""
    return render_template("waybill.html", number=number, seen=g.person.disclosures(number), error="")


@pages.get("/waybills/<number>/letter")
def letter(number: str) -> str:
    """The letter to the person concerned. It holds no value, and roles in place of people."""
    language = request.args.get("language", "")
    language = language if language in LANGUAGES else g.preferences.language
    seen, checkpoint = g.person.disclosures(number), g.person.checkpoint()
    for each in (*seen["opens"], *seen["views"]):
        each |= _logged(number, each, outcome="released")
    for each in seen.get("calls", []):
        each |= _logged(number, each, action="call")
    with force_locale(language):
        text = render_template(
            "letter_text.html", number=number, seen=seen, checkpoint=checkpoint, letter_language=language
        )
    return render_template("letter.html", number=number, text=text, letter_language=language)


def _logged(number: str, shown: Mapping[str, Any], **filters: str) -> dict[str, str]:
    """The role and the purpose in the audit entry of a disclosure; "" where the log has no such entry any more."""
    second = int(datetime.fromisoformat(shown["at"]).timestamp())
    span = {"from": str(second), "to": str(second + 1)}
    found = g.person.audit(waybill=number, principal=shown["principal"], **span, **filters)["entries"]
    entry = found[0] if found else {}
    return {name: entry.get(name, "") for name in ("role", "purpose")}


@pages.post("/waybills/<number>/erase")
def erase(number: str) -> Response | tuple[str, int]:
    """Erase a waybill, after its number was typed once more."""
    if request.form.get("number", "").strip().upper() != number.upper():
        seen = g.person.disclosures(number)
        return render_template("waybill.html", number=number, seen=seen, error="number"), 422
    erased = g.person.erase(number)
    until = erased["unreadable_in_backups_after"]
    return Response(render_template("waybill_erased.html", number=number, audit=erased["audit"], until=until))
