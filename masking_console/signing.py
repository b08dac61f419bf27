"""Signed acts: says what the person's key has to sign for a form, before the form is sent.

The desk proposes the act to the service as the person; the browser signs it, and
the form carries the signature (`static/signing.js`). Nothing is kept here.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.exceptions import BadRequest

from masking_console.case_form import wanted_case
from masking_console.service import Json, Refusal

pages = Blueprint("signing", __name__)

MAX_SIGNATURE: Final = 8192
_ROW: Final = re.compile(r"field-([0-9]{1,4})")

Fields = Mapping[str, str]


def _opening(name: str, fields: Fields) -> Json:
    purpose = fields.get("purpose") or g.person.case(name)["purpose"]
    return {"act": "detokenize", "purpose": purpose, "case": name, "items": items_of(fields)}


def _opening_case(fields: Fields) -> Json:
    return {"act": "case-open", **wanted_case(fields)}


def _listing(_: Fields) -> Json:
    return {"act": "decoy-list"}


def _deciding(name: str, act: str, _: Fields) -> Json:
    return {"act": f"case-{act}", "case": name}


def _erasing(number: str, _: Fields) -> Json:
    return {"act": "erase", "waybill_no": number}


def _on_person(act: str, fields: Fields) -> Json:
    return {"act": act, "principal": fields.get("principal", "").strip()}


def _planting(fields: Fields) -> Json:
    numbers = fields.get("waybills", "").replace(",", " ").replace("，", " ").split()
    return {"act": "decoy-plant", "waybills": numbers, "kind": fields.get("kind", "")}


def _removing(fields: Fields) -> Json:
    return {"act": "decoy-remove", "waybills": [fields.get("waybill", "")]}


def _unrestricting(number: str, _: Fields) -> Json:
    return {"act": "unrestrict", "waybills": [number]}


def _on_hold(name: str, act: str, _: Fields) -> Json:
    return {"act": f"hold-{act}", "hold": name}


def _on_key(act: str, fields: Fields) -> Json:
    return {"act": f"key-{act}", "principal": fields.get("principal", ""), "key": fields.get("key", "")}


def _on_device(act: str, fields: Fields) -> Json:
    return {"act": f"device-{act}", "principal": fields.get("principal", ""), "device": fields.get("device", "")}


def fields_of(form: Fields) -> dict[str, str]:
    """Return the requested fields of a case's page with their rows, in the order of the rows.

    The form says `field-ROW`, so that each has a name of its own.
    """
    rows = sorted((int(found[1]), name) for name in form if (found := _ROW.fullmatch(name)))
    return {form[name]: str(row) for row, name in rows}


def items_of(form: Fields) -> list[Json]:
    """Return what the service has to open for a form of a case's page; what is signed is the same."""
    return [{"waybill_no": form.get("waybill", ""), "field": field} for field in fields_of(form)]


FORMS: Final[tuple[tuple[re.Pattern[str], Callable[..., Json]], ...]] = (
    (re.compile(r"/cases/([^/]+)/reveal"), _opening),
    (re.compile(r"/cases/new"), _opening_case),
    (re.compile(r"/cases/([^/]+)/(approve|deny|close)"), _deciding),
    (re.compile(r"/waybills/([^/]+)/erase"), _erasing),
    (re.compile(r"/people/(freeze|unfreeze)"), _on_person),
    (re.compile(r"/decoys"), _planting),
    (re.compile(r"/decoys/list"), _listing),
    (re.compile(r"/decoys/remove"), _removing),
    (re.compile(r"/waybills/([^/]+)/unrestrict"), _unrestricting),
    (re.compile(r"/keys/(approve|deny|revoke)"), _on_key),
    (re.compile(r"/devices/(approve|deny|revoke)"), _on_device),
    (re.compile(r"/incidents/holds/([^/]+)/(set|lift)"), _on_hold),
)
"""Forms by their paths, with the act of each; their handlers make the same call."""


@pages.post("/sign")
def propose() -> tuple[Response, int] | Response:
    """What the person's key has to sign for a form."""
    asked = request.get_json(silent=True)
    if not (isinstance(asked, dict) and isinstance(asked.get("path"), str) and isinstance(asked.get("fields"), dict)):
        raise BadRequest
    fields = {str(name): value for name, value in asked["fields"].items() if isinstance(value, str)}
    for pattern, act_of in FORMS:
        found = pattern.fullmatch(asked["path"])
        if found:
            try:
                return jsonify(g.person.propose(act_of(*map(unquote, found.groups()), fields)))
            except Refusal as refusal:
                return jsonify({"code": refusal.code}), refusal.status
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
