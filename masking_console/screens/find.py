"""Finds the parcel of a caller who lost its number. Input is in no URL and is not shown again."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request

from masking_console.formats import side_of, value_at
from masking_console.labels import label_profile
from masking_console.refusals import field_errors, message
from masking_console.service import Json, Refusal

pages = Blueprint("find", __name__)

SAID_ON_THE_PAGE = frozenset({400, 422, 429})


@pages.before_request
def _check_set_up() -> Response | None:
    """Refuse the screen where the service keeps no index that the person may search."""
    return None if can_search(g.me) else message("forbidden", 403)


def can_search(me: Json) -> bool:
    """Whether the person may search, and there is an index to search in."""
    return any(me["search"].values())


@pages.get("/find")
def asked() -> str:
    """The form."""
    return render_template("find.html", found=None, errors={})


@pages.post("/find")
def found() -> str | tuple[str, int]:
    """The waybills that were found, masked."""
    return found_page(
        {name: given for name in ("phone", "last4", "site") if (given := request.form.get(name, "").strip())}
    )


def found_page(wanted: Json) -> str | tuple[str, int]:
    """The page of the waybills that a search finds. What was searched for is not on it."""
    try:
        results = g.person.post("search", body=wanted | {"profile": label_profile(g.me)})["results"]
    except Refusal as refusal:
        if refusal.status not in SAID_ON_THE_PAGE:
            raise
        page = render_template("find.html", found=None, errors=field_errors(refusal), refusal=refusal)
        return page, refusal.status
    return render_template("find.html", found=[_parcel(each) for each in results], errors={})


def _parcel(found: Json) -> Json:
    """A waybill for the page: the recipient's masked values, by kind."""
    recipient: dict[str, Any] = {}
    for pointer, kind in found["fields"].items():
        if side_of(pointer) == "recipient":
            recipient.setdefault(kind, value_at(found["record"], pointer))
    return {"number": found["waybill_no"], **recipient}
