"""Audit: the log, filtered and newest first, its sums an hour, and a checkpoint to keep."""

import json
import shlex
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, g, render_template, request
from flask_babel import to_utc

from masking_console.formats import ACTION_NAMES, OUTCOME_NAMES
from masking_console.refusals import field_errors
from masking_console.service import Json, Refusal

pages = Blueprint("audit", __name__)

HOUR: Final = 3600
BARS: Final = 24
"""The chart shows at least so many hours, and at most `MAX_BARS`."""
MAX_BARS: Final = 96
SUM_SECONDS: Final = 3
"""For so long a page adds up sums."""
FILTERS: Final = ("principal", "action", "outcome", "case", "waybill", "from", "to")


@pages.get("/audit")
def shown() -> str | tuple[str, int]:
    """A page of the log and the chart of the same time; with a filter that is not right, only the form."""
    given = {name: request.args.get(name, "").strip() for name in FILTERS}
    asked = {name: _timestamp(value) if name in ("from", "to") else value for name, value in given.items()}
    named = {"action": ACTION_NAMES, "outcome": OUTCOME_NAMES}
    form = {
        "given": given,
        "choices": {name: sorted({*codes, given[name]}) for name, codes in named.items()},
        "quoted_principal": shlex.quote(given["principal"] or "staff/e5021"),  # for a command to copy into a shell
    }
    try:
        page = g.person.get("audit", **asked, order="newest", after=request.args.get("after", ""), limit="50")
        summary = summed(**{name: asked[name] for name in ("from", "to")})
    except Refusal as refusal:
        if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        said = render_template("audit.html", **form, page=None, errors=field_errors(refusal), refusal=refusal)
        return said, refusal.status
    for entry in page["entries"]:
        entry["time"] = datetime.fromtimestamp(entry["at"], UTC).isoformat()
    return render_template("audit.html", **form, page=page, errors={}, summary=chart_of(summary))


@pages.get("/audit/checkpoint")
def checkpoint() -> Response:
    """A signed checkpoint of now, as a file to keep elsewhere."""
    content = json.dumps(g.person.get("audit", "checkpoint"), indent=2, ensure_ascii=False)
    headers = {"Content-Disposition": 'attachment; filename="checkpoint.json"'}
    return Response(content, content_type="application/json", headers=headers)


def summed(**span: str) -> Json:
    """The sums of the log an hour, read part by part for so long; with `next` where there is more."""
    until = time.monotonic() + SUM_SECONDS
    whole: Json = g.person.get("audit", "summary", **span, by="action", per="hour")
    while "next" in whole and time.monotonic() < until:
        part = g.person.get("audit", "summary", **{**span, "after": whole["next"]}, by="action", per="hour")
        whole = {**part, "sums": [*whole["sums"], *part["sums"]]}
    return whole


def chart_of(summary: Json) -> Json:
    """Return the hourly bars of the log, the height of the tallest, and where there is more."""
    sums: dict[int, Json] = {}
    for each in summary["sums"]:
        hour = int(datetime.fromisoformat(each["at"]).timestamp()) // HOUR
        bar = sums.setdefault(hour, {"released": 0, "views": 0, "refused": 0})
        bar["released"] += each["fields"]
        bar["views"] += each["full_views"]
        bar["refused"] += each["refusals"]
    more = summary.get("next")
    if not sums:
        return {"bars": [], "top": 1, "most": 0, "more": more}
    first = max(min(min(sums), max(sums) - BARS + 1), max(sums) - MAX_BARS + 1)
    empty = {"released": 0, "views": 0, "refused": 0}
    bars = [
        {"at": datetime.fromtimestamp(hour * HOUR, UTC).isoformat(), **sums.get(hour, empty)}
        for hour in range(first, max(sums) + 1)
    ]
    most = max(bar["released"] for bar in bars)
    return {"bars": bars, "top": max(1, most), "most": most, "more": more}


def _timestamp(value: str) -> str:
    """Return a date-time field as a timestamp in the desk's time zone; unchanged where the service refuses it."""
    try:
        return f"{to_utc(datetime.fromisoformat(value)).isoformat(timespec='seconds')}Z"
    except (ValueError, OverflowError):  # none, or a time that the calendar does not reach
        return value
