"""Approvals: the cases that wait, the oldest first, with what a decision needs."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Blueprint, g, render_template, request

from masking_console.service import Json

pages = Blueprint("approvals", __name__)

ALL: Final = "1000"
"""The longest page of a list of cases."""
PAST: Final = ("expired", "closed", "denied")
"""Cases that a list without a status leaves out once they have expired."""


@pages.get("/approvals")
def waiting() -> str:
    """Cases that wait for approval, and what their openers asked for in the last seven days."""
    cases = sorted(g.person.cases(status="pending", limit=ALL)["cases"], key=lambda case: str(case["opened_at"]))
    since = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    history = {opener: _history(opener, since) for opener in {case["opened_by"] for case in cases}}
    template = "approvals_rows.html" if "poll" in request.args else "approvals.html"
    return render_template(template, cases=cases, history=history)


def _history(opener: str, since: str) -> Json:
    """How many cases and waybills a person asked for since a time, and what became of them."""
    lists = [g.person.cases(opened_by=opener, status=status, limit=ALL)["cases"] for status in ("", *PAST)]
    recent = {case["case"]: case for cases in lists for case in cases if case["opened_at"] >= since}.values()
    return {
        "cases": len(recent),
        "waybills": sum(len(case["waybills"]) for case in recent),
        "by": sorted(Counter(case["status"] for case in recent).items()),
    }
