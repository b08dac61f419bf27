"""The answers to fields that are opened."""

from typing import Annotated

from msgspec import UNSET, Meta

from masking_service.service.call.answers import Answer, Detail, Kind, Pointer, one_of

Value = Annotated[str | int, Meta(description="The JSON value that was sent in, unchanged.")]


class OpenedToken(Answer):
    """The value that a token refers to."""

    token: str
    kind: Kind
    value: Value


class OpenedField(Answer):
    """The value of a field of a waybill."""

    waybill_no: str
    field: str
    kind: Kind
    value: Value


class Unopened(Answer):
    """Why nothing is opened."""

    code: Annotated[
        str,
        one_of(
            "not-found",
            "kind-not-allowed",
            "call-first",
            "restricted",
            description="not-found: unknown, forged, another tenant's, expired, erased, or not named by the case. "
            "kind-not-allowed: the purpose does not open this kind. call-first: it opens a phone only after calls that "
            "were not answered. restricted: the waybill is restricted to other purposes.",
        ),
    ]
    detail: Detail = UNSET


class UnopenedToken(Answer):
    """A token that opens nothing."""

    token: str
    error: Unopened


class UnopenedField(Answer):
    """A field that is not opened."""

    waybill_no: str
    field: str
    error: Unopened


class ItemFault(Answer):
    """What is wrong at one place of an item."""

    pointer: Pointer
    code: Annotated[str, one_of("invalid-item", "unknown-member", "missing", "not-with-token", "invalid-value")]


class InvalidItemError(Answer):
    """Why an item is not valid: every fault, by its place."""

    code: Annotated[str, one_of("invalid-item")]
    errors: Annotated[list[ItemFault], Meta(min_length=1)]
    detail: Detail = UNSET


class InvalidItem(Answer):
    """An item without the described members."""

    error: InvalidItemError
