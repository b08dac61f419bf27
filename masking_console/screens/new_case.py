"""A new case: each pasted line is judged before it is sent, and what was typed is never lost."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.context import colleagues
from masking_console.drafts import drop_form, kept_form
from masking_console.refusals import field_errors, see_other
from masking_console.service import Json, Refusal
from masking_console.texts import _
from masking_console.waybill_lines import DEFAULT_HOURS, HOURS, read_lines, wanted_case, without_phones

pages = Blueprint("new_case", __name__)

SHOWN_AGAIN: Final = frozenset({400, 409, 422, 429, 503})


@pages.get("/cases/new")
def form() -> Response | str:
    """The form: with what was typed within the hour, with a denied case to ask for again, or empty."""
    if "fresh" in request.args:
        drop_form()
        return see_other(request.path)
    usual: Json = {"purpose": "dispute", "hours": str(DEFAULT_HOURS), "waybills": request.args.get("waybill", "")}
    again = request.args.get("again", "")
    if again:
        case = g.person.get("cases", again)
        return _shown(usual | _asked_again(case), again=case)
    typed = kept_form(request.path)
    if any(typed.get(name, "").strip() for name in ("case", "details", "waybills")) and not usual["waybills"]:
        return _shown(usual | typed, kept=True)
    chosen = {name: request.args[name] for name in ("purpose", "officer", "hours") if name in request.args}
    return _shown(usual | chosen, opened=request.args.get("opened", ""))


@pages.post("/cases/new")
def create() -> Response | tuple[str, int]:
    """Open a case, or show the form again with what is wrong."""
    typed = request.form.to_dict() | {"waybills": without_phones(request.form.get("waybills", ""))}
    fault = _unseen_fault(request.form)
    if fault:
        return _shown(typed, errors={"waybills": fault}), 422
    try:
        opened = g.person.post_signed("cases", body=wanted_case(typed))
    except Refusal as refusal:
        if refusal.status not in SHOWN_AGAIN:
            raise
        errors = field_errors(refusal)
        if refusal.code == "case-exists":
            errors["case"] = _("This number was used before. Every case has a number of its own.")
        return _shown(typed, errors=errors, refusal=refusal), refusal.status
    drop_form()
    if "another" in request.form:
        kept = {name: typed[name] for name in ("purpose", "officer", "hours") if typed.get(name)}
        kept["opened"] = opened["case"]
        return see_other(f"{url_for('new_case.form')}?{urlencode(kept)}")
    return see_other(url_for("cases.shown", name=opened["case"]))


@pages.post("/cases/new/lines")
def check() -> str:
    """Judge each pasted line. Nothing is sent to the service, and no phone is on the answer."""
    text = request.form.get("waybills", "")
    rows = read_lines(text)
    clean = without_phones(text) if any(row.verdict == "phone" for row in rows) else None
    return render_template("case_lines.html", rows=rows, clean=clean)


def _unseen_fault(typed: Mapping[str, str]) -> str:
    """Return what is wrong with the pasted lines, if it was not said before."""
    verdicts = Counter(row.verdict for row in read_lines(typed.get("waybills", "")))
    if not verdicts["sound"]:
        return _("No line has a waybill number.")
    if verdicts["phone"]:
        return _("A line that looks like a phone was removed.")
    if verdicts["no-number"] and typed.get("unsound", "") != str(verdicts["no-number"]):
        return _("Lines without a waybill number are left out. Correct them, or send again.")
    return ""


def _asked_again(case: Json) -> Json:
    """The fields of a form that asks for a case again, under a number of its own."""
    reason, _dash, details = case["reason"].partition(" — ")
    return {
        "case": f"{case['case'][:61]}-2",
        "purpose": case["purpose"],
        "reason": reason,
        "details": details,
        "waybills": "\n".join(case["waybills"]),
        "officer": case.get("officer") or "",
    }


def _shown(form: Mapping[str, str], **more: Any) -> str:
    """The form, with the ends that the policy allows, and the officers by name."""
    longest = g.me["cases"]["longest"]
    hours = [each for each in HOURS if 3600 * each <= longest] or [longest // 3600]
    officers = {each: one for each, one in colleagues().items() if one["purposes"] and each != g.me["principal"]}
    page = {"hours": hours, "officers": officers, "rows": read_lines(form.get("waybills", "")), "errors": {}}
    return render_template("case_new.html", form=form, **(page | more))
