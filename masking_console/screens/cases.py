"""Cases: the list, a new one, one case with its waybills, and opening one value of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.asked import whole_number
from masking_console.formats import clock_time, field_order, other_leaves, value_at
from masking_console.labels import label_of, label_profile
from masking_console.messages import see_other
from masking_console.refusals import field_errors
from masking_console.service import Json, Refusal
from masking_console.texts import _

pages = Blueprint("cases", __name__)

TABS: Final = ("open", "pending", "closed", "denied", "expired")
WAYBILLS_A_PAGE: Final = 10
HOURS: Final = (4, 24, 72, 168)
DEFAULT_HOURS: Final = 24
NOT_CALLED: Final = frozenset(
    {
        "quota-exceeded",
        "case-not-open",
        "own-case",
        "not-found",
        "no-caller-number",
        "not-callable",
        "calls-unavailable",
    }
)
"""Refusals of a call that are shown in its row."""


@pages.get("/cases")
def listed() -> str:
    """List cases by status, or those of one case number or waybill."""
    status = request.args.get("status", "open")
    search = request.args.get("q", "").strip()
    after = request.args.get("after", "")
    page: Json = {"cases": [], "next": None}
    if search:
        page["cases"] = _searched(search)
    else:
        page = g.person.cases(status=status if status in TABS else "open", after=after)
    template = "cases_rows.html" if "poll" in request.args else "cases.html"
    return render_template(template, page=page, status=status, search=search, after=after, tabs=TABS)


@pages.get("/cases/new")
def new() -> str:
    """The form of a new case."""
    return _form({"purpose": "dispute", "hours": str(DEFAULT_HOURS), "waybills": request.args.get("waybill", "")})


@pages.post("/cases/new")
def create() -> Response | tuple[str, int]:
    """Open a case, or show the form again with what is wrong."""
    form = request.form
    numbers = form.get("waybills", "").replace(",", " ").replace("，", " ").split()
    reason = " — ".join(part for part in (form.get("reason", "").strip(), form.get("details", "").strip()) if part)
    wanted: Json = {
        "case": form.get("case", "").strip(),
        "purpose": form.get("purpose", ""),
        "waybills": numbers,
        "reason": reason,
        "expires_in": 3600 * (whole_number(form.get("hours", ""), 1, max(HOURS)) or DEFAULT_HOURS),
    }
    if form.get("officer", "").strip():
        wanted["officer"] = form["officer"].strip()
    try:
        opened = g.person.open_case(wanted)
    except Refusal as refusal:
        if refusal.status not in (400, 409, 422, 429):
            raise
        return _form(form, errors=field_errors(refusal), refusal=refusal), refusal.status
    return see_other(url_for("cases.shown", name=opened["case"]))


@pages.get("/cases/<name>")
def shown(name: str) -> str:
    """One case."""
    return _rendered(_page(g.person.case(name)))


@pages.post("/cases/<name>/reveal")
def reveal(name: str) -> str:
    """Open one value. Answer with its row as a fragment, or without scripts with the page that holds it."""
    number, pointer, case = request.form.get("waybill", ""), request.form.get("field", ""), g.person.case(name)
    page = _row_or_page(case, number, pointer)
    try:
        result = g.person.reveal(case["case"], case["purpose"], number, pointer)
    except Refusal as refusal:
        if refusal.code not in ("quota-exceeded", "case-not-open", "own-case", "kind-not-allowed"):
            raise
        return _rendered(page, refusal=refusal)
    if "error" in result:
        return _rendered(page, missing=True)
    shown_at = datetime.now(UTC).isoformat()
    revealed = {"waybill": number, "field": pointer, "value": result["value"], "at": clock_time(shown_at)}
    opening = {"waybill_no": number, "field": pointer, "principal": g.me["principal"], "at": shown_at}
    return _rendered(page | _with_opening(page, opening), revealed=revealed)


@pages.post("/cases/<name>/call")
def call(name: str) -> str:
    """Bind a number to dial, in place of opening a phone: the row of it, or the page without scripts."""
    number, pointer, case = request.form.get("waybill", ""), request.form.get("field", ""), g.person.case(name)
    page = _row_or_page(case, number, pointer)
    try:
        made = g.person.call(case["case"], number, pointer)
    except Refusal as refusal:
        if refusal.code not in NOT_CALLED:
            raise
        return _rendered(page, refusal=refusal)
    dialled = {"waybill": number, "field": pointer, "until": clock_time(made["expires_at"]), **made}
    return _rendered(page, dialled=dialled)


@pages.post("/cases/<name>/<any(approve, deny, close):act>")
def act(name: str, act: str) -> Response:
    """Approve, deny or close a case."""
    g.person.act(name, act, request.form.get("note", "").strip())
    back = "/approvals" if "approvals" in request.form else url_for("cases.shown", name=name)
    return see_other(back)


@pages.get("/cases/<name>/label/<number>")
def label(name: str, number: str) -> str:
    """The masked label of a waybill, as it is printed."""
    case = g.person.case(name)
    found = [] if number not in case["waybills"] else _viewed(case, [number])
    size = "100x180" if request.args.get("size") == "100x180" else "76x130"
    return render_template("label.html", case=case, number=number, size=size, label=label_of(found, number))


def _form(form: Mapping[str, str], **more: Any) -> str:
    """The form of a new case, with the ends that the policy allows."""
    longest = g.me["cases"]["longest"]
    hours = [each for each in HOURS if 3600 * each <= longest] or [longest // 3600]
    return render_template("case_new.html", form=form, hours=hours, **({"errors": {}} | more))


def _page(case: Json) -> Json:
    """What the page of a case shows."""
    pages = max(1, -(-len(case["waybills"]) // WAYBILLS_A_PAGE))
    page = whole_number(request.args.get("page", ""), 1, pages) or 1
    numbers = case["waybills"][(page - 1) * WAYBILLS_A_PAGE : page * WAYBILLS_A_PAGE]
    return {
        "case": case,
        "waybills": [_waybill(case, one, number) for one, number in zip(_viewed(case, numbers), numbers, strict=True)],
        "page": page,
        "pages": pages,
        "reason": _why_nothing_opens(case),
        **_beside(case),
    }


def _beside(case: Json) -> Json:
    """What is shown beside the waybills of a case: what was decided and opened, and what the person has left."""
    opens = g.person.case_opens(case["case"])
    return {"opens": opens, "timeline": _timeline(case, opens), "budgets": _field_budgets()}


def _row_or_page(case: Json, number: str, pointer: str) -> Json:
    """What the row of a field shows, or without scripts the page that holds it.

    It is read before the act on the field: a decoy freezes the person from the next action on, and their page ends as
    any other.
    """
    if "HX-Request" not in request.headers:
        return _page(case)
    (found,) = _viewed(case, [number])
    row = next((each for each in _waybill(case, found, number)["rows"] if each["pointer"] == pointer), None)
    return {"case": case, "number": number, "row": row, "reason": "", **_beside(case)}


def _rendered(page: Json, **more: Any) -> str:
    return render_template("case_revealed.html" if "row" in page else "case.html", **page, **more)


def _with_opening(page: Json, opening: Json) -> Json:
    """What is shown beside the waybills after one more value was opened."""
    opens = [*page["opens"], opening]
    budgets = [{**window, "left": max(window["left"] - 1, 0)} for window in page["budgets"]]
    return {"opens": opens, "timeline": _timeline(page["case"], opens), "budgets": budgets}


def _viewed(case: Json, numbers: list[str]) -> list[Json | None]:
    """The masked record of each waybill, None where it is not to be seen."""
    if not numbers or "waybill:view" not in g.me["permissions"]:
        return [None] * len(numbers)
    return [None if "error" in each else each for each in g.person.view(numbers, label_profile(g.me), case["case"])]


def _waybill(case: Json, found: Json | None, number: str) -> Json:
    """A waybill for the page: its rows, recipient first."""
    if found is None:
        return {"number": number, "found": False, "rows": [], "notes": []}
    kinds = set(g.me.get("purposes", {}).get(case["purpose"], {}).get("kinds", ()))
    fields = found.get("fields", {})
    rows = [
        {"pointer": pointer, "kind": kind, "masked": value_at(found["record"], pointer), "opens": kind in kinds}
        for pointer, kind in fields.items()
    ]
    rows.sort(key=lambda row: field_order(str(row["pointer"]), str(row["kind"])))
    return {"number": number, "found": True, "rows": rows, "notes": list(other_leaves(found["record"], fields))}


def _why_nothing_opens(case: Json) -> str:
    """Why the person opens nothing under this case, in a sentence; "" where they do."""
    me = g.me
    if me.get("frozen"):
        return _("You are frozen. A supervisor or the privacy office can unfreeze you.")
    if "token:detokenize" not in me["permissions"]:
        return _("Your role opens no values.")
    if case["purpose"] not in me.get("purposes", {}):
        return _("Your role opens nothing for this purpose.")
    if case["status"] != "open":
        return _("Values are opened only while the case is open.")
    if me["principal"] == case["opened_by"] or me["principal"] in case.get("approved_by", ()):
        return _("You opened or approved this case, so another person has to open its values.")
    if case.get("officer") not in (None, me["principal"]):
        return _("The case names another officer.")
    return ""


def _field_budgets() -> list[Json]:
    """What the person has left of opened values, a row a window."""
    if "token:detokenize" not in g.me["permissions"]:
        return []
    return [window for each in g.person.budgets() if each["counts"] == "fields" for window in each["windows"]]


def _timeline(case: Json, opens: list[Json]) -> list[Json]:
    """What was decided and opened, oldest first."""
    events = [{"at": case["opened_at"], "by": case["opened_by"], "act": "open", "note": case["reason"]}]
    events += case.get("decisions", ())
    events += [
        {"at": each["at"], "by": each["principal"], "field": each["field"], "waybill": each.get("waybill_no", "")}
        for each in opens
    ]
    return sorted(events, key=lambda event: event["at"])


def _searched(search: str) -> list[Json]:
    """Cases of a name or of a waybill number."""
    try:
        return [g.person.case(search)]
    except Refusal:
        pass
    try:
        return list(g.person.cases(waybill=search)["cases"])
    except Refusal:
        return []
