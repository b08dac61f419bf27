"""Waybills: who saw what, the letter to the person concerned, and erasing."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import force_locale, format_date

from masking_console.context import desk
from masking_console.formats import field_name
from masking_console.preferences import LANGUAGES
from masking_console.refusals import see_other
from masking_console.service import Json

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
    """Show who saw what of a waybill, or that there is no record of it."""
    seen = g.person.get("waybills", number, "disclosures")
    if not seen.get("stored") and not any(seen.get(name) for name in ("opens", "views", "calls", "heard")):
        return render_template("waybill_unknown.html", number=number)
    return render_template("waybill.html", number=number, seen=seen, error="")


@pages.route("/waybills/<number>/letter", methods=["GET", "POST"])
def letter(number: str) -> str:
    """The letter to the person concerned: no value, and roles in place of people.

    The addressee comes in the body of a POST, and is in no address and on no other page.
    """
    given = {name: request.form.get(name, "").strip()[:500] for name in ("addressee", "reference")}
    language = request.values.get("language", "")
    language = language if language in LANGUAGES else g.preferences.language
    seen, checkpoint = g.person.get("waybills", number, "disclosures"), g.person.get("audit", "checkpoint")
    for each in (*seen["opens"], *seen["views"]):
        each |= _logged(number, each, outcome="released")
    for each in seen.get("calls", []):
        each |= _logged(number, each, action="call")
    given["reference"] = given["reference"] or f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3).upper()}"
    with force_locale(language):
        text = render_template(
            "letter_text.html",
            number=number,
            seen=seen,
            rows=_grouped(seen),
            checkpoint=checkpoint,
            letter_language=language,
            given=given,
            today=format_date(datetime.now(UTC), "long"),
            settings=desk().settings,
        )
    return render_template("letter.html", number=number, seen=seen, text=text, letter_language=language, given=given)


def _grouped(seen: Json) -> list[Json]:
    """Return one row for all that differs in its time only, with these times."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for what in ("opens", "views", "calls"):
        for each in seen.get(what, ()):
            shown = field_name(each["field"]) if "field" in each else each["profile"]
            approved = "yes" if each.get("approved_by") else ""
            key = (what, shown, each["role"], each.get("case") or "", each["purpose"], approved)
            rows.setdefault(key, []).append(each["at"])
    names = ("kind", "what", "role", "case", "purpose", "approved")
    return [dict(zip(names, key, strict=True)) | {"times": sorted(times)} for key, times in rows.items()]


def _logged(number: str, shown: Mapping[str, Any], **filters: str) -> dict[str, str]:
    """Return the role and purpose in a disclosure's audit entry; "" if the log has none any more."""
    second = int(datetime.fromisoformat(shown["at"]).timestamp())
    span = {"from": str(second), "to": str(second + 1)}
    found = g.person.get("audit", waybill=number, principal=shown["principal"], **span, **filters)["entries"]
    entry = found[0] if found else {}
    return {name: entry.get(name, "") for name in ("role", "purpose")}


@pages.post("/waybills/<number>/<any(restrict, unrestrict):act>")
def restrict(number: str, act: str) -> Response:
    """Restrict a waybill to the purposes that the policy names, or end that."""
    body = {"waybills": [number]}
    if act == "restrict":
        g.person.post("restrictions", body=body)
    else:
        g.person.delete_signed("restrictions", body=body)
    return see_other(url_for("waybills.shown", number=number))


@pages.post("/waybills/<number>/erase")
def erase(number: str) -> Response | tuple[str, int]:
    """Erase a waybill, after its number was typed once more."""
    if request.form.get("number", "").strip().upper() != number.upper():
        seen = g.person.get("waybills", number, "disclosures")
        return render_template("waybill.html", number=number, seen=seen, error="number"), 422
    erased = g.person.delete_signed("waybills", number)
    until = erased["unreadable_in_backups_after"]
    return Response(render_template("waybill_erased.html", number=number, audit=erased["audit"], until=until))
