"""Approvals: the cases that wait, the oldest first, with what a decision needs."""

from collections import Counter

from flask import Blueprint, g, render_template, request

from masking_console.screens.cases import week_ago
from masking_console.service import Json

pages = Blueprint("approvals", __name__)


@pages.get("/approvals")
def waiting() -> str:
    """Cases that wait for approval, and what their openers asked for in the last seven days."""
    cases = sorted(g.person.cases(status="pending")["cases"], key=lambda case: str(case["opened_at"]))
    history = {opener: _week(opener) for opener in {case["opened_by"] for case in cases}}
    template = "approvals_rows.html" if "poll" in request.args else "approvals.html"
    return render_template(template, cases=cases, history=history)


def _week(opener: str) -> Json:
    """How many cases and waybills a person asked for in seven days, and what became of them."""
    since = week_ago()
    recent = [case for case in g.person.cases(opened_by=opener)["cases"] if case["opened_at"] >= since]
    return {
        "cases": len(recent),
        "waybills": sum(len(case["waybills"]) for case in recent),
        "by": Counter(case["status"] for case in recent),
    }
