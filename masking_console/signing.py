"""Signed acts: says what the person's key has to sign for a form, before the form is sent.

The desk proposes the act to the service as the person; the browser signs it, and
the form carries the signature (`static/signing.js`). Nothing is kept here.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, Final
from urllib.parse import unquote

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.exceptions import BadRequest

from masking_console.service import Json, Refusal
from masking_console.waybill_lines import wanted_case

pages = Blueprint("signing", __name__)

MAX_SIGNATURE: Final = 8192
_ROW: Final = re.compile(r"field-([0-9]{1,4})")

Fields = Mapping[str, str]
ForScript = tuple[Response, int]


def _opening(name: str, fields: Fields) -> Json:
    purpose = fields.get("purpose") or g.person.get("cases", name)["purpose"]
    return {"act": "detokenize", "purpose": purpose, "case": name, "items": items_of(fields)}


def _planting(fields: Fields) -> Json:
    numbers = fields.get("waybills", "").replace(",", " ").replace("，", " ").split()
    return {"act": "decoy-plant", "waybills": numbers, "kind": fields.get("kind", "")}


def _about(sort: str, act: str, fields: Fields) -> Json:
    """An act about a key or a device of a person."""
    return {"act": f"{sort}-{act}", "principal": fields.get("principal", ""), sort: fields.get(sort, "")}


def fields_of(form: Fields) -> dict[str, str]:
    """Return the requested fields of a case's page with their rows, in the order of the rows.

    The form says `field-ROW`, so that each has a name of its own.
    """
    rows = sorted((int(found[1]), name) for name in form if (found := _ROW.fullmatch(name)))
    return {form[name]: str(row) for row, name in rows}


def items_of(form: Fields) -> list[Json]:
    """Return what the service has to open for a form of a case's page; what is signed is the same."""
    return [{"waybill_no": form.get("waybill", ""), "field": field} for field in fields_of(form)]


FORMS: Final[tuple[tuple[str, Callable[..., Json]], ...]] = (
    (r"/cases/([^/]+)/reveal", _opening),
    (r"/cases/new", lambda fields: {"act": "case-open", **wanted_case(fields)}),
    (r"/cases/([^/]+)/(approve|deny|close)", lambda name, act, _: {"act": f"case-{act}", "case": name}),
    (r"/waybills/([^/]+)/erase", lambda number, _: {"act": "erase", "waybill_no": number}),
    (r"/waybills/([^/]+)/unrestrict", lambda number, _: {"act": "unrestrict", "waybills": [number]}),
    (r"/people/(freeze|unfreeze)", lambda act, fields: {"act": act, "principal": fields.get("principal", "").strip()}),
    (r"/decoys", _planting),
    (r"/decoys/list", lambda _: {"act": "decoy-list"}),
    (r"/decoys/remove", lambda fields: {"act": "decoy-remove", "waybills": [fields.get("waybill", "")]}),
    (r"/keys/(approve|deny|revoke)", partial(_about, "key")),
    (r"/devices/(approve|deny|revoke)", partial(_about, "device")),
    (r"/incidents/holds/([^/]+)/(set|lift)", lambda name, act, _: {"act": f"hold-{act}", "hold": name}),
)
"""Forms by their paths, with the act of each; their handlers make the same call."""


def for_script(view: Callable[[], ForScript]) -> Callable[[], ForScript]:
    """Let a view answer `static/signing.js`: a refusal is its code, and no page."""

    @wraps(view)
    def answer() -> ForScript:
        try:
            return view()
        except Refusal as refusal:
            return jsonify({"code": refusal.code}), refusal.status

    return answer


@pages.post("/sign")
@for_script
def propose() -> ForScript:
    """What the person's key has to sign for a form."""
    asked = request.get_json(silent=True)
    if not (isinstance(asked, dict) and isinstance(asked.get("path"), str) and isinstance(asked.get("fields"), dict)):
        raise BadRequest
    fields = {str(name): value for name, value in asked["fields"].items() if isinstance(value, str)}
    for pattern, act_of in FORMS:
        found = re.fullmatch(pattern, asked["path"])
        if found:
            return jsonify(g.person.post("acts", body=act_of(*map(unquote, found.groups()), fields))), 200
    raise BadRequest


def signature_of(form: Mapping[str, Any]) -> Json | None:
    """Return the signature that a form carries; None where it carries none that can be read."""
    given = form.get("signed", "")
    if not given or len(given) > MAX_SIGNATURE:
        return None
    try:
        read = json.loads(given)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None
