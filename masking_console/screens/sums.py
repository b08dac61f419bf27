"""Sums: what an outsider may see of the log, without names, and a checkpoint to keep."""

from collections import Counter

from flask import Blueprint, Response, g, render_template

from masking_console.screens.audit import chart_of, checkpoint_file
from masking_console.service import Json

pages = Blueprint("sums", __name__)
COUNTED = ("fields", "full_views", "refusals")


@pages.get("/sums")
def shown() -> str:
    """The chart of the log, and its sums by action."""
    summary = g.person.audit_summary(by="action", per="hour")
    return render_template("sums.html", summary=chart_of(summary), actions=_by_action(summary))


@pages.get("/sums/checkpoint")
def checkpoint() -> Response:
    """A signed checkpoint, as a file to keep elsewhere."""
    return checkpoint_file()


def _by_action(summary: Json) -> dict[str, Counter[str]]:
    """The sums of each action, in the order of their names."""
    actions: dict[str, Counter[str]] = {}
    for each in summary["sums"]:
        counts = actions.setdefault(each["by"], Counter())
        counts.update({name: each[name] for name in COUNTED})
    return dict(sorted(actions.items()))
