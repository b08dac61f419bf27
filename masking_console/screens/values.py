"""Opening values of a case, and calling a person: the only module of the desk that ever holds a value.

Each is one call of the service, which decides. Its answer is each value in its
place, once; no other answer of the desk holds one.
"""

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, g, render_template, request
from werkzeug.exceptions import BadRequest

from masking_console.admission import learn_me
from masking_console.context import desk
from masking_console.formats import clock_time
from masking_console.screens.cases import case_page
from masking_console.service import Json, Refusal, ServiceUnavailableError
from masking_console.signing import fields_of, items_of

pages = Blueprint("values", __name__)

SAID_IN_PLACE: Final = frozenset(
    "quota-exceeded case-not-open own-case kind-not-allowed not-found unavailable case-check-unavailable "
    "no-caller-number not-callable calls-unavailable".split()
)
"""Refusals that are shown in the place of the value. All others are pages of their own."""


@pages.post("/cases/<name>/reveal")
def reveal(name: str) -> str:
    """Open values: as fragments for their places, or without scripts the page that holds them."""
    asked, page = _asked(), _page_without_scripts(name)
    try:
        body = {"purpose": asked["purpose"], "case": name, "items": items_of(request.form)}
        results = g.person.post_signed("detokenize", body=body)["results"]
    except (Refusal, ServiceUnavailableError) as error:
        return _refused(error, asked, page)
    at = datetime.now(UTC).isoformat()
    places = {}
    for field, result in zip(asked["rows"], results, strict=True):
        if "error" in result:
            places[field] = {"item_error": result["error"]}
        else:
            shown = {"value": result["value"], "kind": result["kind"], "clock": clock_time(at)}
            places[field] = {"revealed": shown, "at": at}
    return _rendered(page, asked, places)


@pages.post("/cases/<name>/call")
def call(name: str) -> str:
    """Bind a number to dial, in place of opening a phone."""
    asked, page = _asked(), _page_without_scripts(name)
    field = next(iter(asked["rows"]))
    try:
        made = g.person.post("calls", body={"case": name, "waybill_no": asked["waybill"], "field": field})
    except (Refusal, ServiceUnavailableError) as error:
        return _refused(error, asked, page)
    dialled = made | {"until": clock_time(made["expires_at"])}
    return _rendered(page, asked, {field: {"dialled": dialled, "at": datetime.now(UTC).isoformat()}})


def _asked() -> Json:
    """Return what the form asks for: of which waybill, for what purpose, and the row of each field."""
    rows = fields_of(request.form)
    if not rows or any(name not in request.form for name in ("waybill", "purpose")):
        raise BadRequest
    return {"waybill": request.form["waybill"], "purpose": request.form["purpose"], "rows": rows}


def _page_without_scripts(name: str) -> Json | None:
    """The page of the case, None where a script puts the answer into the page that is there.

    It is read before the values: a decoy freezes the person from the next action on, and their page ends as any other.
    """
    if "HX-Request" in request.headers:
        return None
    learn_me()
    return case_page(name)


def _refused(error: Refusal | ServiceUnavailableError, asked: Json, page: Json | None) -> str:
    """Say a refusal where the first value would be, so that the page stays as it is."""
    first = next(iter(asked["rows"]))
    if isinstance(error, ServiceUnavailableError):
        if page is not None:
            raise error
        return _rendered(page, asked, {first: {"unavailable": True}})
    if error.code not in SAID_IN_PLACE:
        raise error
    desk().metrics.count("refusals", error.code)
    return _rendered(page, asked, {first: {"refusal": error}})


def _rendered(page: Json | None, asked: Json, places: Json) -> str:
    """Show each field's result: in place on an existing page, or on a page of its own."""
    shown = {"asked": asked, "places": places, "call": request.path.endswith("/call")}
    return (
        render_template("case_value.html", **shown) if page is None else render_template("case.html", **page, **shown)
    )
