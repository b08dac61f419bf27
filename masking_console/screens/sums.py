"""Sums: what an outsider may see of a day of the log, without names, and a checkpoint to keep."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from flask import Blueprint, render_template, request
from flask_babel import to_user_timezone, to_utc

from masking_console.screens.audit import chart_of, checkpoint, summed
from masking_console.service import Json

pages = Blueprint("sums", __name__)
COUNTED = ("fields", "full_views", "refusals")

pages.add_url_rule("/sums/checkpoint", "checkpoint", checkpoint)


@pages.get("/sums")
def shown() -> str:
    """Return the chart and the sums of a day of the log, in parts if it has very many entries."""
    day = _asked()
    days = {"before": day - timedelta(days=1), "day": day, "after": day + timedelta(days=1)}
    part = request.args.get("after", "")
    summary = summed(**{"from": _begin(day), "to": _begin(days["after"])}, **({"after": part} if part else {}))
    return render_template("sums.html", summary=chart_of(summary), actions=_by_action(summary), days=days, part=part)


def _asked() -> date:
    """The day that is asked for, in the desk's time zone; by default today."""
    today: date = to_user_timezone(datetime.now(UTC)).date()
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return day if date(2000, 1, 1) <= day <= today else today


def _begin(day: date) -> str:
    """Return the beginning of a day, as a timestamp of the service."""
    return f"{to_utc(datetime.combine(day, time_of_day())).isoformat(timespec='seconds')}Z"


def _by_action(summary: Json) -> dict[str, Counter[str]]:
    """The sums of each action, in the order of their names."""
    actions: dict[str, Counter[str]] = {}
    for each in summary["sums"]:
        counts = actions.setdefault(each["by"], Counter())
        counts.update({name: each[name] for name in COUNTED})
    return dict(sorted(actions.items()))
