"""Operations on incidents."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.timestamps import unix_time
from masking_service.service.call.answers import one_of
from masking_service.service.call.errors import InvalidRequest
from masking_service.service.call.operation import Call, Operation, handler_of
from masking_service.service.call.shapes import Name, Shape, whole
from masking_service.service.incidents import answers
from masking_service.service.incidents.duties import Flag, countries
from masking_service.service.incidents.state import IncidentRecord
from masking_service.service.incidents.use import MAX_LEAK, MAX_PERSONS, Known, Responding
from masking_service.service.people.permissions import Permission

At = Annotated[str, Meta(max_length=32, extra_json_schema={"format": "date-time"}, description="A time, in UTC.")]
Count = Annotated[
    int | float, Meta(description="Distinct persons.", extra_json_schema={"minimum": 0, "maximum": MAX_PERSONS})
]
Countries = Annotated[
    list[Annotated[str, one_of(*countries())]], Meta(max_length=16, extra_json_schema={"minItems": 1})
]
Flags = Annotated[
    list[Flag],
    Meta(
        description="critical: critical infrastructure. sensitive: sensitive data. malicious: on purpose. outside: "
        "access from outside without authority. high_risk: a high risk for the persons."
    ),
]
Kinds = Annotated[list[Annotated[str, one_of(*TOKEN_KINDS)]], Meta(max_length=16)]
Text = Annotated[str, Meta(description="Personal data is masked, and 500 characters are kept.")]


class OpenIncident(Shape, frozen=True):
    """An incident to open."""

    incident: Annotated[
        Name, Meta(description="Its name: 1 to 64 of A-Z a-z 0-9 . _ - and a letter or digit first. Never used twice.")
    ]
    leak: Annotated[str, Meta(max_length=MAX_LEAK, description="What leaked, in a word or two.")]
    countries: Countries
    found_at: At
    flags: Flags = msgspec.field(default_factory=list)
    persons: Count | None = None
    possible: Count | None = None
    what: Text = ""
    measures: Text = ""


class NoteIncident(Shape, frozen=True):
    """What became known of an incident; what is left out does not change."""

    flags: Flags | None = None
    persons: Count | None = None
    possible: Count | None = None
    kinds: Kinds | None = None
    what: Text | None = None
    measures: Text | None = None
    reported: Annotated[Mapping[str, At], Meta(description="When duties were done, by COUNTRY/DUTY.")] = msgspec.field(
        default_factory=dict
    )


def _open(incidents: Responding, call: Call[OpenIncident, None]) -> answers.IncidentState:
    body = call.body
    opened = IncidentRecord(
        name=body.incident,
        leak=body.leak,
        countries=tuple(dict.fromkeys(body.countries)),
        found_at=_time(body.found_at, "/found_at"),
        opened_at=0,
        opened_by="",
        flags=frozenset(body.flags),
        persons=whole(body.persons, "/persons"),
        possible=whole(body.possible, "/possible"),
        what=body.what,
        measures=body.measures,
    )
    return incidents.open(call.context, opened)


def _note(incidents: Responding, call: Call[NoteIncident, None]) -> answers.IncidentState:
    body = call.body
    known = Known(
        flags=None if body.flags is None else frozenset(body.flags),
        persons=whole(body.persons, "/persons"),
        possible=whole(body.possible, "/possible"),
        kinds=None if body.kinds is None else tuple(body.kinds),
        what=body.what,
        measures=body.measures,
        reported={duty: _time(at, "/reported") for duty, at in body.reported.items()},
    )
    return incidents.note(call.context, call.path["incident"], known)


def _time(text: str, pointer: str) -> int:
    try:
        return unix_time(text)
    except ValueError:
        raise InvalidRequest([(pointer, "invalid-value")]) from None


NAME: Final = "I-2026-001"
_DUTY: Final = {
    "duty": "sg/authority",
    "country": "sg",
    "to": {"en": "the PDPC", "zh": "个人数据保护委员会"},
    "what": {"en": "the notification", "zh": "通报"},
    "source": "Personal Data Protection Act 2012, part 6A",
    "seen": "secondary sources",
    "deadline": "2026-11-27T15:59:59Z",
    "at_once": False,
    "binding": True,
    "overdue": False,
    "reported_at": None,
}
OPENED: Final = {
    "incident": NAME,
    "leak": "sold list",
    "status": "open",
    "found_at": "2026-11-24T02:00:00Z",
    "opened_at": "2026-11-24T02:10:00Z",
    "opened_by": "staff/privacy-1",
    "closed_at": None,
    "countries": [
        {
            "country": "sg",
            "name": {"en": "Singapore", "zh": "新加坡"},
            "grade": {"en": "of significant scale", "zh": "规模重大"},
            "form_language": "en",
        }
    ],
    "flags": ["malicious"],
    "persons": 700,
    "possible": None,
    "kinds": [],
    "what": "",
    "measures": "",
    "duties": [_DUTY],
    "files": [],
}
_reading = partial(Operation, uses=Responding, permissions=(Permission.HOLD_SET, Permission.AUDIT_READ))
_managing = partial(Operation, uses=Responding, permissions=(Permission.HOLD_SET,))

OPERATIONS: Final = (
    _reading(
        name="list_incidents",
        route="GET /v1/incidents",
        summary="The incidents, each with its grade, what is known, and the deadlines.",
        handle=handler_of(Responding.listed),
        answers={200: answers.IncidentStates},
        example_answer={"incidents": [OPENED]},
    ),
    _reading(
        name="show_incident",
        route="GET /v1/incidents/{incident}",
        summary="One incident.",
        handle=handler_of(Responding.shown),
        answers={200: answers.IncidentState},
        example_answer=OPENED,
    ),
    _reading(
        name="fill_form",
        route="GET /v1/incidents/{incident}/forms/{country}",
        summary="The form of a country's authority, filled with what is known, in its language.",
        handle=handler_of(Responding.form),
        answers={200: answers.FilledForm},
        example_answer={"incident": NAME, "country": "sg", "language": "en", "text": "# Data breach notification\n"},
    ),
    _managing(
        name="open_incident",
        route="POST /v1/incidents",
        summary="Open an incident. The deadlines of its countries count from when it was found.",
        handle=_open,
        audited_as=Action.INCIDENT_OPEN,
        body=OpenIncident,
        answers={201: answers.IncidentState},
        problems=("incident-exists",),
        example_body={
            "incident": NAME,
            "leak": "sold list",
            "countries": ["sg"],
            "found_at": "2026-11-24T02:00:00Z",
            "flags": ["malicious"],
            "persons": 700,
        },
        example_answer=OPENED,
    ),
    _managing(
        name="note_incident",
        route="POST /v1/incidents/{incident}",
        summary="Note what became known of an incident, and which reports were made.",
        handle=_note,
        audited_as=Action.INCIDENT_NOTE,
        body=NoteIncident,
        answers={200: answers.IncidentState},
        problems=("incident-closed",),
        example_body={"persons": 700},
        example_answer=OPENED,
    ),
    _managing(
        name="close_incident",
        route="POST /v1/incidents/{incident}/close",
        summary="Close an incident. Deadlines that count from its end begin.",
        handle=handler_of(Responding.close),
        audited_as=Action.INCIDENT_CLOSE,
        answers={200: answers.IncidentState},
        example_answer=OPENED | {"status": "closed", "closed_at": "2026-12-01T02:00:00Z"},
    ),
)
