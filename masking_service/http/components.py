"""The components of the OpenAPI document: schemas of bodies, headers of answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from masking_service.http.problem_texts import PROBLEMS
from masking_service.masking.records.schema import Schema
from masking_service.service.call.operation import Batch, Operation
from masking_service.service.people.rules import Rules
from masking_service.service.rule_texts import PLACES

Json = dict[str, Any]

_REF: Final = "#/components/schemas/{name}"
_STRING: Final = {"type": "string"}
_NULL: Final = {"type": "null"}
_WAYBILL_NO: Final = "^[A-Za-z0-9-]{6,40}$"
_PLACE_CODES: Final = (
    *PLACES,
    *("unknown-schema", "invalid-value", "invalid-length", "out-of-range", "too-many-items", "invalid-item"),
)
"""What may be wrong with a place of a request (`Problem.errors`)."""

_ONE_OF_TWO: Final = [
    {"required": ["phone"], "properties": {"phone": _STRING, "last4": _NULL, "site": _NULL}},
    {"required": ["last4", "site"], "properties": {"phone": _NULL, **dict.fromkeys(("last4", "site"), _STRING)}},
]
"""The ways in which a search says what it asks for."""

PROBLEM: Final = {"$ref": _REF.format(name="Problem")}

HEADERS: Final[Mapping[str, Json]] = {
    "X-Request-Id": {
        "description": "The id of the request: the given one, or a new one if that was not well formed or held "
        "personal data.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "Cache-Control": {
        "description": "Answers must not be cached.",
        "required": True,
        "schema": {"type": "string", "const": "no-store"},
    },
    "X-Masking-Rules": {
        "description": "The version of the rules of masking: the same record is masked alike under one version.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "Location": {
        "description": "The address of the documentation.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "DPoP-Nonce": {
        "description": "The nonce of further proofs by the caller's device: where a proof is asked for, and where the "
        "nonce of the proof that was sent has had half its life.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Wait this many seconds before the next attempt.",
        "schema": {"type": "string", "pattern": "^[1-9][0-9]*$"},
    },
    "Content-Language": {
        "description": "The language of `title` and `detail`: Chinese where Accept-Language prefers it.",
        "required": True,
        "schema": {"enum": ["en", "zh"]},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate; for `sign-in-required` also how recently and how well (RFC 9470).",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer"},
    },
}


def schemas(rules: Rules, known: Mapping[str, Schema], table: Sequence[Operation]) -> Json:
    """Every shape that a body can have, with what the set-up decides filled in."""
    bodies = [row.body for row in table if row.body is not None]
    every = [answer for row in table for _, answer in row.contents() if not isinstance(answer, str)]
    batches = [answer for answer in every if isinstance(answer, Batch)]
    shapes = [answer for answer in every if not isinstance(answer, Batch)]
    shapes += [shape for batch in batches for shape in batch.results]
    _, found = msgspec.json.schema_components([*bodies, *shapes], ref_template=_REF)
    for shape, rule in _decided(rules, known).items():
        if shape not in found:  # another tier serves it
            continue
        members = found[shape]["properties"]
        for member, schema in rule["properties"].items():
            of_type = members[member].get("anyOf", [{}])[0]
            description = members[member].get("description") or of_type["description"]
            members[member] = {"description": description} | schema
        found[shape]["required"] = [*found[shape].get("required", ()), *rule.get("required", ())]
    for body in bodies:
        members = found[body.__name__].get("properties", {})
        members |= {name: _or_null(members[name]) for name in members.keys() - {*found[body.__name__]["required"]}}
    for shape in found.keys() & {"SearchRequest", "SearchesRequest"}:
        found[shape]["oneOf"] = _ONE_OF_TWO
    return {**found, **{batch.name: _batch(batch) for batch in batches}, "Problem": _problem()}


def _or_null(schema: Json) -> Json:
    """Return the schema of a member that can be left out: null counts as left out (`http/faults.py`)."""
    if "enum" in schema:
        return schema | {"enum": [*dict.fromkeys([*schema["enum"], None])]}
    return schema | ({"type": [schema["type"], "null"]} if isinstance(schema.get("type"), str) else {})


def _batch(batch: Batch) -> Json:
    return {
        "type": "object",
        "required": ["results", "failed"],
        "properties": {
            "results": {"type": "array", "items": {"oneOf": [reference(shape) for shape in batch.results]}},
            "failed": {"type": "integer", "minimum": 0, "description": "How many of the results are errors."},
            "notice": {
                "type": "string",
                "description": "Says that of most records the schema maps nothing, or not all that is personal.",
            },
        },
        "additionalProperties": False,
    }


def _problem() -> Json:
    """What every refusal of a whole request looks like."""
    meanings = "\n".join(f"- `{code}` ({text.status}): {text.detail.en}" for code, text in PROBLEMS.items())
    place = {
        "type": "object",
        "required": ["pointer", "code"],
        "properties": {
            "pointer": {
                "type": "string",
                "description": "The place: a JSON Pointer inside the body, `query:NAME` or `path:NAME`.",
            },
            "code": {"enum": list(_PLACE_CODES)},
        },
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": f"A problem (RFC 9457). It names places and rules, and never a value.\n\n{meanings}",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "/problems/ and the code."},
            "title": {"type": "string"},
            "status": {"enum": sorted({text.status for text in PROBLEMS.values()})},
            "code": {"enum": list(PROBLEMS)},
            "detail": {"type": "string"},
            "errors": {"type": "array", "minItems": 1, "items": place},
            "nonce": {"type": "string", "description": "device-proof-required: for the proof."},
            "window": {"type": "string", "description": "quota-exceeded: the window that frees last."},
            "retry_at": {"type": "string", "format": "date-time", "description": "quota-exceeded: when it frees."},
        },
        "additionalProperties": False,
    }


def _decided(rules: Rules, known: Mapping[str, Schema]) -> dict[str, Json]:
    """The members that the set-up changes or requires, by shape."""
    schema = {"enum": sorted(known), "default": "standard"}
    profile = {"enum": [*sorted(rules.profiles), None]}
    purpose = {"enum": sorted(rules.purposes)}
    waybills = {"type": "array", "items": {"type": "string", "pattern": _WAYBILL_NO}}
    case = {"case": {"type": "string"}} if all(one.needs_case for one in rules.purposes.values()) else {}
    return {
        "MaskRequest": {"properties": {"schema": schema, "profile": profile}},
        "TokenizeRequest": {
            "properties": {
                "schema": schema | {"enum": sorted(one.name for one in known.values() if one.tokenize)},
                "profile": profile,
            }
        },
        "ViewRequest": {"properties": {"profile": profile}},
        "SearchRequest": {"properties": {"profile": profile}},
        "DetokenizeRequest": {"properties": {"purpose": purpose, **case}, "required": ["purpose", *case]},
        "OpenCaseRequest": {
            "properties": {
                "purpose": purpose,
                "waybills": waybills | {"minItems": 1, "maxItems": rules.cases.at_most},
                "expires_in": {"type": ["integer", "null"], "minimum": 1, "maximum": rules.cases.longest},
            }
        },
    }


def reference(shape: type[msgspec.Struct] | Batch) -> Json:
    return {"$ref": _REF.format(name=shape.name if isinstance(shape, Batch) else shape.__name__)}
