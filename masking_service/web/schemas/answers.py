"""The answers of version 1, as typed shapes. They describe answers in the OpenAPI document and build none.

That every answer fits its shape is what the tests of the addresses and the fuzzing of the document hold.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from masking_service.access.cases import Status

Record = Annotated[dict[str, Any], Meta(description="The record, with its mapped values masked where they stand.")]
Token = Annotated[str, Meta(pattern="^wbt1[A-Za-z0-9_-]{22}[AQgw]$", description="Stands for one stored value.")]
Pointer = Annotated[str, Meta(pattern="^(/([^/~]|~[01])*)*$", description="A JSON Pointer (RFC 6901).")]
WaybillNo = Annotated[str, Meta(pattern="^[A-Z0-9-]{6,40}$")]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="In UTC, to the second.")]
Detail = Annotated[str, Meta(description="What a person can do about it.")] | UnsetType
Revision = Annotated[int, Meta(ge=0, le=15, description="0 is the first.")]
Kind = Literal["name", "phone", "address", "unit"]
No = Annotated[bool, Meta(extra_json_schema={"const": False})]


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of an answer: a member that is not described is a fault."""


class RecordWarning(_Answer, frozen=True):
    """Something about a record that its owner should know."""

    pointer: Pointer
    code: Annotated[
        Literal["already-masked", "found-in-text"],
        Meta(
            description="already-masked: the value came in hidden; nothing is stored for it. "
            "found-in-text: a phone or name of the record stood here too and was masked."
        ),
    ]


Warnings = list[RecordWarning] | UnsetType


class MaskedRecord(_Answer, frozen=True):
    """A masked record."""

    record: Record
    warnings: Warnings = UNSET


class RecordFault(_Answer, frozen=True):
    """What is wrong at one place of a record."""

    pointer: Pointer
    code: Annotated[
        Literal["invalid-type", "too-deep", "too-large", "invalid-waybill-no"],
        Meta(
            description="invalid-type: no string, integer or null where a value should stand. too-deep: more than 32 "
            "levels. too-large: it, or what came with it, takes too much work. invalid-waybill-no: not 6 to 40 of "
            "A-Z 0-9 -."
        ),
    ]


class InvalidRecordError(_Answer, frozen=True):
    """Why a record cannot be masked: the code of the first fault, and every fault."""

    code: Literal["invalid-type", "too-deep", "too-large", "invalid-waybill-no"]
    errors: Annotated[list[RecordFault], Meta(min_length=1)]
    detail: Detail = UNSET


class InvalidRecord(_Answer, frozen=True):
    """A record that cannot be masked. Its neighbours are not concerned."""

    error: InvalidRecordError


class TokenizedRecord(_Answer, frozen=True):
    """A stored record."""

    record: Record
    tokens: Annotated[
        dict[str, Token], Meta(description="The token of each name, phone, address and unit, by its JSON Pointer.")
    ]
    revision: Revision
    created: Annotated[bool, Meta(description="False where the same values were stored before: the same tokens.")]
    expires_at: Time
    warnings: Warnings = UNSET


class UnstoredRecord(_Answer, frozen=True):
    """A record that was masked and, because nothing could be stored and the request allowed it, not stored."""

    record: Record
    stored: No
    warnings: Warnings = UNSET


class StoreRefusal(_Answer, frozen=True):
    """Why a record is not stored."""

    code: Annotated[
        Literal["conflict", "erased", "revision-limit"],
        Meta(
            description="conflict: other values are stored under this number. erased: the number was erased, and rests "
            "for one retention. revision-limit: the number has 16 revisions."
        ),
    ]
    detail: Detail = UNSET


class RefusedRecord(_Answer, frozen=True):
    """A record that is not stored. Its neighbours are not concerned."""

    error: StoreRefusal


class Waybill(_Answer, frozen=True):
    """The newest revision of a waybill, masked: the mapped fields only."""

    waybill_no: WaybillNo
    schema: str
    revision: Revision
    record: Record


class NotFoundError(_Answer, frozen=True):
    """Unknown, another tenant's, outside the caller's custody, erased or expired."""

    code: Literal["not-found"]


class WaybillNotFound(_Answer, frozen=True):
    """There is no such waybill that the caller may see."""

    waybill_no: Annotated[Any, Meta(description="What was asked for.")]
    error: NotFoundError


Value = Annotated[str | int, Meta(description="The JSON value that was sent in, unchanged.")]


class OpenedToken(_Answer, frozen=True):
    """The value that a token stands for."""

    token: str
    kind: Kind
    value: Value


class OpenedField(_Answer, frozen=True):
    """The value of a field of a waybill."""

    waybill_no: str
    field: str
    kind: Kind
    value: Value


class Unopened(_Answer, frozen=True):
    """Why nothing is opened."""

    code: Annotated[
        Literal["not-found", "kind-not-allowed"],
        Meta(
            description="not-found: unknown, forged, another tenant's, expired, erased, or not named by the case. "
            "kind-not-allowed: the purpose does not open this kind."
        ),
    ]
    detail: Detail = UNSET


class UnopenedToken(_Answer, frozen=True):
    """A token that opens nothing."""

    token: str
    error: Unopened


class UnopenedField(_Answer, frozen=True):
    """A field that is not opened."""

    waybill_no: str
    field: str
    error: Unopened


class InvalidItemError(_Answer, frozen=True):
    """It is neither of the two shapes of an item."""

    code: Literal["invalid-item"]
    detail: Detail = UNSET


class InvalidItem(_Answer, frozen=True):
    """An item that asks for nothing that there could be."""

    error: InvalidItemError


class Erased(_Answer, frozen=True):
    """A waybill is erased, every revision of it."""

    audit: Annotated[str, Meta(description="The id of the audit entry.")]
    unreadable_in_backups_after: Annotated[
        str,
        Meta(
            pattern=r"^\d{4}-\d{2}-\d{2}$",
            description="Old backups open it until this day, when the shredding of its data keys falls due. That is a "
            "duty of whoever holds the keys: `keys status` says when it was not done.",
        ),
    ]


class Case(_Answer, frozen=True):
    """An unmasking case."""

    case: str
    status: Status
    purpose: str
    waybills: list[WaybillNo]
    officer: Annotated[str | None, Meta(description="The only principal who may open values under it, if any.")]
    reason: str
    opened_by: str
    opened_at: Time
    expires_at: Time
    approved_by: list[str]


class Cases(_Answer, frozen=True):
    """The cases that have not expired and that the caller may see, soonest to expire first, at most 1,000."""

    cases: list[Case]


class Freeze(_Answer, frozen=True):
    """A frozen principal."""

    id: str
    since: Time
    why: Annotated[str, Meta(description="As it was said, or by hand, misses, burst.")]


class FrozenPrincipals(_Answer, frozen=True):
    """Who is frozen."""

    principals: list[Freeze]


class FrozenNow(_Answer, frozen=True):
    """A principal is frozen, now or since before."""

    id: str
    frozen: Annotated[bool, Meta(extra_json_schema={"const": True})]
    since: Time
    why: str


class ThawedNow(_Answer, frozen=True):
    """A principal is not frozen."""

    id: str
    frozen: No
