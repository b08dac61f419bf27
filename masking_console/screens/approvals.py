"""Approvals: the cases that wait, the oldest first, beside all that a decision on one needs."""

from flask import Blueprint, g, render_template, request

from masking_console.screens.cases import case_page
from masking_console.service import Json

pages = Blueprint("approvals", __name__)

ALL = 1_000
"""The longest page of a list of cases."""


@pages.get("/approvals")
def waiting() -> str:
    """Return the waiting cases and the shown one: the named one, else the oldest of another person."""
    cases = _waiting()
    others = [case for case in cases if case["opened_by"] != g.me["principal"]]
    wanted = request.args.get("case", "")
    chosen = next((case for case in cases if case["case"] == wanted), next(iter(others or cases), None))
    if "poll" in request.args:
        return render_template("approvals_rows.html", cases=cases, current=wanted)
    page: Json = case_page(chosen["case"]) if chosen else {}
    return render_template("approvals.html", cases=cases, current=chosen["case"] if chosen else "", **page)


@pages.get("/approvals/count")
def count() -> str:
    """How many cases wait, for the navigation."""
    counts = g.person.get("cases", status="pending", limit="1", counts="yes")["counts"]
    return render_template("approvals_count.html", count=counts["pending"])


def _waiting() -> list[Json]:
    waiting = g.person.cases(at_least=ALL, status="pending", limit=str(ALL))["cases"]
    return sorted(waiting, key=lambda case: str(case["opened_at"]))
