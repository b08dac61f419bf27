"""Pages that say what happened and what to do: in a clerk's words, without names and addresses of the API."""

from typing import Final
from urllib.parse import urlsplit

from flask import Response, render_template, request

from masking_console.asked import whole_number
from masking_console.service import Refusal
from masking_console.texts import _, later


def message(code: str, status: int, **more: object) -> Response:
    """The page for a code of `templates/message.html`; in place of a fragment only its text.

    A list that is polled shows it until the next poll, and everything else shows it in place of the page.
    """
    fragment = "HX-Request" in request.headers
    if "quiet" in request.args:
        return Response("", 204)
    said = Response(render_template("message.html", code=code, back=_back(), fragment=fragment, **more), status)
    if fragment and "poll" not in request.args:
        said.headers.update({"HX-Retarget": "#main", "HX-Reswap": "innerHTML"})
    return said


def _back() -> str:
    """The page of the desk from which a form was sent; "" after following a link."""
    came = urlsplit(request.referrer or "")
    return came.path if request.method == "POST" and came.netloc == request.host else ""


def see_other(address: str) -> Response:
    """A 303 to another page of the desk."""
    return Response(status=303, headers={"Location": address})


WORDS: Final = {
    "quota-exceeded": later("Your budget for this is spent for now. Nothing was opened or stored."),
    "invalid-request": later("Something that you entered is not valid."),
    "too-many-items": later("You entered more than can be processed at once."),
}
"""Texts by the code of a problem. The service's own sentences are for developers."""
FIELDS: Final = {
    "case": later("1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"),
    "purpose": later("None of your roles may use this purpose"),
    "reason": later("1 to 500 characters, not only blanks"),
    "note": later("At most 500 characters"),
    "waybills": later("The number of waybills is not allowed: none, or too many at once"),
    "waybill": later("A waybill number is 6 to 40 of A-Z 0-9 -"),
    "officer": later("An officer is named by their id, such as staff/e5021"),
    "principal": later("A person is named by their id, such as staff/e5021"),
    "action": later("Choose an action of the list"),
    "outcome": later("Choose an outcome of the list"),
    "expires_in": later("The end is later than the policy allows"),
    "phone": later("A whole phone number of 7 to 15 digits"),
    "last4": later("Four digits"),
    "site": later("A site's code: 1 to 64 of A-Z a-z 0-9 . _ -, such as 021001"),
    "incident": later("1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"),
    "hold": later("1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"),
    "countries": later("Choose at least one country"),
    "from": later("A date and a time, such as 2026-11-30T08:00"),
    "to": later("A date and a time, such as 2026-11-30T08:00"),
    "after": later("This page of the list is gone. Begin at the first one."),
}
"""What belongs into a field, by the member that it is sent as."""
_MAX_LINE: Final = 10_000


def said(refusal: Refusal) -> str:
    """What happened, in a sentence or two."""
    own = WORDS.get(refusal.code)
    # With places at fault, the service's sentence names them by their pointers.
    return str(own) if own else refusal.title if refusal.errors else refusal.detail or refusal.title


def field_errors(refusal: Refusal) -> dict[str, str]:
    """What is wrong with each field of a form, by its member. Waybills are named by their line."""
    errors: dict[str, str] = {}
    for each in refusal.errors:
        member, _slash, rest = each["pointer"].rpartition(":")[2].lstrip("/").partition("/")
        line = whole_number(rest, 0, _MAX_LINE)
        if member == "waybills" and line is not None:
            errors.setdefault(member, _("Line %(line)d is not a waybill number: 6 to 40 of A-Z 0-9 -", line=line + 1))
        elif member in FIELDS:
            errors.setdefault(member, str(FIELDS[member]))
    return errors
