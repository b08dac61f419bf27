"""Opening one value of a case, and calling a person: the only module of the desk that ever holds a value.

Each is one call of the service, which decides. Its answer is the value in its
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

pages = Blueprint("values", __name__)

SAID_IN_PLACE: Final = frozenset(
    {
        "quota-exceeded",
        "case-not-open",
        "own-case",
        "kind-not-allowed",
        "not-found",
        "unavailable",
        "case-check-unavailable",
        "no-caller-number",
        "not-callable",
        "calls-unavailable",
    }
)
"""Refusals that are shown in the place of the value. All others are pages of their own."""


@pages.post("/cases/<name>/reveal")
def reveal(name: str) -> str:
    """Open one value: as a fragment for its place, or without scripts the page that holds it."""
    asked, page = _asked(), _page_without_scripts(name)
    try:
        result = g.person.reveal(name, asked["purpose"], asked["waybill"], asked["field"])
    except (Refusal, ServiceUnavailableError) as error:
        return _refused(error, asked, page)
    if "error" in result:
        return _rendered(page, asked, item_error=result["error"])
    at = datetime.now(UTC).isoformat()
    shown = {"value": result["value"], "kind": result["kind"], "clock": clock_time(at), "at": at}
    return _rendered(page, asked, revealed=shown)


@pages.post("/cases/<name>/call")
def call(name: str) -> str:
    """Bind a number to dial, in place of opening a phone."""
    asked, page = _asked(), _page_without_scripts(name)
    try:
        made = g.person.call(name, asked["waybill"], asked["field"])
    except (Refusal, ServiceUnavailableError) as error:
        return _refused(error, asked, page)
    at = datetime.now(UTC).isoformat()
    return _rendered(page, asked, dialled=made | {"until": clock_time(made["expires_at"]), "at": at})


def _asked() -> Json:
    names = ("waybill", "field", "purpose")
    if any(name not in request.form for name in names):
        raise BadRequest
    return {name: request.form[name] for name in names}


def _page_without_scripts(name: str) -> Json | None:
    """The page of the case, None where a script puts the answer into the page that is there.

    It is read before the value: a decoy freezes the person from the next action on, and their page ends as any other.
    """
    if "HX-Request" in request.headers:
        return None
    learn_me()
    return case_page(name)


def _refused(error: Refusal | ServiceUnavailableError, asked: Json, page: Json | None) -> str:
    """Say a refusal where the value would be, so that the page stays as it is."""
    if isinstance(error, ServiceUnavailableError):
        if page is not None:
            raise error
        return _rendered(page, asked, unavailable=True)
    if error.code not in SAID_IN_PLACE:
        raise error
    desk().metrics.refusal(error.code)
    return _rendered(page, asked, refusal=error)


def _rendered(page: Json | None, asked: Json, **more: object) -> str:
    shown = {"asked": asked, "call": request.path.endswith("/call"), **more}
    return (
        render_template("case_value.html", **shown) if page is None else render_template("case.html", **page, **shown)
    )
