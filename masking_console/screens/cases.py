"""Cases: the queue, one case with its waybills, and what is done to it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.drafts import drop_form
from masking_console.formats import SIDE_ORDER, field_order, other_leaves, side_of, value_at
from masking_console.labels import label_of, label_profile
from masking_console.refusals import see_other
from masking_console.screens.find import can_search, found_page
from masking_console.service import Json, Refusal
from masking_console.texts import _
from masking_console.waybill_lines import is_phone

pages = Blueprint("cases", __name__)

TABS: Final = ("mine", "open", "pending", "done", "closed", "denied", "expired")
SORTS: Final = ("ends", "case", "waybills", "with")
A_PAGE: Final = "100"


@pages.get("/cases")
def listed() -> str:
    """The queue: cases of a tab, or those of one case number or waybill."""
    given = {name: request.args.get(name, "").strip() for name in ("q", "status", "purpose", "sort", "after")}
    tabs = _tabs()
    given["status"] = given["status"] if given["status"] in tabs else "open"
    given["sort"] = given["sort"] if given["sort"] in SORTS else SORTS[0]
    page = _searched(given["q"]) if given["q"] else _queue(given)
    template = "cases_rows.html" if "poll" in request.args else "cases.html"
    shown = {"cases": page["cases"], "next": page.get("next"), "counts": page.get("counts", {})}
    news = [] if given["after"] else page.get("decided", [])
    return render_template(template, given=given, tabs=tabs, news=news, **shown)


@pages.post("/cases")
def search() -> Response | str | tuple[str, int]:
    """Search by case or waybill number, which the address shows, or by phone, which it never shows."""
    wanted = request.form.get("q", "").strip()
    if is_phone(wanted):
        return found_page({"phone": wanted}) if can_search(g.me) else render_template("cases_phone.html")
    return see_other(url_for("cases.listed", q=wanted) if wanted else url_for("cases.listed"))


@pages.get("/cases/<name>")
def shown(name: str) -> str:
    return render_template("case.html", **case_page(name))


@pages.post("/cases/<name>/<any(claim, done):act>")
def mark(name: str, act: str) -> Response:
    """Claim a case and show it, or mark it as done and show the queue."""
    g.person.post("cases", name, act)
    return see_other(url_for("cases.shown", name=name) if act == "claim" else url_for("cases.listed"))


@pages.post("/cases/<name>/<any(approve, deny, close):act>")
def act(name: str, act: str) -> Response | tuple[str, int]:
    """Approve, deny or close a case. A denial needs a note."""
    note = request.form.get("note", "").strip()
    if act == "deny" and not note:
        page = case_page(name) | {"note_missing": True}
        return render_template("case.html", **page), 422
    g.person.post_signed("cases", name, act, body={"note": note} if note else {})
    drop_form()
    return see_other(url_for("approvals.waiting") if "approvals" in request.form else url_for("cases.shown", name=name))


@pages.get("/cases/<name>/label/<number>")
def label(name: str, number: str) -> str:
    """The masked label of a waybill, as it is printed."""
    page = g.person.get("cases", name, "page", profile=label_profile(g.me))
    found = next((each.get("view") for each in page["waybills"] if each["waybill_no"] == number), None)
    size = "100x180" if request.args.get("size") == "100x180" else "76x130"
    return render_template("label.html", case=page["case"], number=number, size=size, label=label_of(found, number))


def case_page(name: str) -> Json:
    """What the page of a case shows."""
    page = g.person.get("cases", name, "page", profile=label_profile(g.me))
    case = page["case"]
    opened = Counter(each["waybill_no"] for each in page["opens"])
    waybills = [brief(each) | {"opened": opened[each["waybill_no"]]} for each in page["waybills"]]
    chosen = _chosen(waybills, request.args.get("waybill", "").strip().upper())
    windows = [window for each in page["budgets"] if each["counts"] == "fields" for window in each["windows"]]
    spent = [window["frees_at"] for window in windows if not window["left"] and window["frees_at"]]
    reason = _why_nothing_opens(case)
    return {
        "case": case,
        "waybills": waybills,
        "waybill": _unfolded(case, page["waybills"][chosen]) | {"opened": waybills[chosen]["opened"]},
        "chosen": chosen,
        "reason": reason,
        "budgets": [] if reason else windows,
        "spent_until": max(spent, default=""),
        "timeline": timeline(case, page["opens"], page["calls"]),
        "opened": sum(opened.values()),
        "history": page.get("opener"),
        "pair": page.get("pair"),
    }


def brief(waybill: Json) -> Json:
    """A waybill in a line: its number, the recipient's masked name, and the last four digits."""
    view: Json = waybill.get("view") or {}
    found: Json = {"number": waybill["waybill_no"], "found": bool(view), "missing": "view" in waybill and not view}
    for pointer, kind in sorted(view.get("fields", {}).items(), key=lambda each: field_order(*each)):
        if side_of(pointer) == SIDE_ORDER[0]:
            found.setdefault(kind, str(value_at(view["record"], pointer)))
    digits = found.get("phone", "")[-4:]
    return found | {"last4": digits if digits.isdigit() else "", "site": waybill.get("site", "")}


def timeline(case: Json, opens: Sequence[Json], calls: Sequence[Json] = ()) -> list[Json]:
    """Return decisions, openings and calls, the oldest first. A person's openings in a row are one event."""
    events: list[Json] = [{"at": case["opened_at"], "by": case["opened_by"], "act": "open", "note": case["reason"]}]
    events += case.get("decisions", ())
    for what, each_of in (("field", opens), ("call", calls)):
        events += [
            {"at": each["at"], "by": each["principal"], what: each["field"], "waybill": each.get("waybill_no", "")}
            for each in each_of
        ]
    folded: list[Json] = []
    for event in sorted(events, key=lambda event: str(event["at"])):
        last = folded[-1] if folded else {}
        if "field" in event and "fields" in last and last["by"] == event["by"]:
            last["fields"].append(event["field"])
            last["numbers"].add(event["waybill"])
            last["until"] = event["at"]
        elif "field" in event:
            folded.append(event | {"fields": [event["field"]], "numbers": {event["waybill"]}, "until": event["at"]})
        else:
            folded.append(event)
    return folded


def _tabs() -> list[str]:
    """Return the tabs of the person: only those who open values have `mine` and `done`."""
    mine = "token:detokenize" in g.me["permissions"]
    return [tab for tab in TABS if mine or tab not in ("mine", "done")]


def _queue(given: Mapping[str, str]) -> Json:
    """A page of a tab, with the counts of all and what others decided."""
    tab = given["status"]
    asked = {"mine": {"mine": "yes"}, "done": {"done": "yes"}}.get(tab, {"status": tab})
    chosen = {name: given[name] for name in ("purpose", "sort", "after")}
    return dict(g.person.cases(**asked, **chosen, limit=A_PAGE, opened="yes", counts="yes"))


def _searched(search: str) -> Json:
    """Cases of a name or of a waybill number."""
    try:
        return {"cases": [g.person.get("cases", search)]}
    except Refusal:
        pass
    try:
        return {"cases": list(g.person.cases(waybill=search, opened="yes")["cases"])}
    except Refusal:
        return {"cases": []}


def _chosen(waybills: Sequence[Json], wanted: str) -> int:
    """Return the unfolded waybill: the one whose number is the asked text or ends with it, else the first."""
    ends = [at for at, each in enumerate(waybills) if wanted and each["number"].endswith(wanted)]
    return ends[0] if ends else 0


def _unfolded(case: Json, waybill: Json) -> Json:
    """A waybill with its rows, recipient first."""
    view = waybill.get("view")
    shown: Json = {"number": waybill["waybill_no"], "found": view is not None, "rows": [], "notes": []}
    if view is None:
        return shown
    kinds = set(g.me.get("purposes", {}).get(case["purpose"], {}).get("kinds", ()))
    fields: Mapping[str, str] = view["fields"]
    rows = [
        {"pointer": pointer, "kind": kind, "masked": value_at(view["record"], pointer), "opens": kind in kinds}
        for pointer, kind in fields.items()
    ]
    rows.sort(key=lambda row: field_order(str(row["pointer"]), str(row["kind"])))
    return shown | {"rows": rows, "notes": list(other_leaves(view["record"], fields))}


def _why_nothing_opens(case: Json) -> str:
    """Return why the person opens nothing under this case, in a sentence; "" if they do."""
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
