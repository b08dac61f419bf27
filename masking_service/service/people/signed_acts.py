"""The acts that a person's own key can sign: one row each. Pure.

An act that is about something new also needs a row of `About`, and how its deed is
made (`service/proposals/use.py`, `deeds.py`).
"""

from enum import Enum, StrEnum
from typing import Any, Final, Self

from masking_service.service.people.permissions import Permission
from masking_service.texts import Text


class About(Enum):
    """What an act is about: the members that a request for it has to have, and those that it may have."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]

    def __new__(cls, needed: str, optional: str = "") -> Self:
        about = object.__new__(cls)
        about._value_ = len(cls.__members__)  # two may have the same members
        about.needed, about.optional = (*needed.split(),), (*optional.split(),)
        return about

    FIELDS = "items", "purpose case"
    NEW_CASE = "case purpose waybills reason", "officer expires_in"
    CASE = "case"
    WAYBILL = "waybill_no"
    WAYBILLS = "waybills"
    NEW_DECOYS = "waybills kind"
    DECOYS = "waybills"  # noqa: PIE796 - no alias, by `__new__`
    ALL_DECOYS = ""
    HOLD = "hold"
    PERSON = "principal"
    KEY = "principal key"
    DEVICE = "principal device"


GRAVE: Final = True
"""Leads to values or keys, or hides thefts: `policy check` names such an act without a signature."""
_CASE_CLOSERS: Final = (Permission.CASE_APPROVE, Permission.CASE_CLOSE, Permission.CASE_OPEN)


class SignedAct(StrEnum):
    """An act that can be signed.

    Attributes:
        texts: what a person is about to sign, for one thing and for several.
        permissions: a caller needs one of them.
    """

    about: About
    grave: bool
    texts: tuple[Text, Text]
    permissions: tuple[str, ...]

    def __new__(cls, code: str, *row: Any) -> Self:
        act = str.__new__(cls, code)
        act._value_ = code
        act.about, act.grave, told, *permissions = row
        act.texts = told if isinstance(told, tuple) else (told, told)
        act.permissions = (*permissions,)
        return act

    DETOKENIZE = (
        "detokenize",
        About.FIELDS,
        GRAVE,
        (Text("Open 1 field of case {case} ({purpose})"), Text("Open {count} fields of case {case} ({purpose})")),
        Permission.DETOKENIZE,
    )
    CASE_OPEN = (
        "case-open",
        About.NEW_CASE,
        GRAVE,
        (Text("Open case {case} ({purpose}) for 1 waybill"), Text("Open case {case} ({purpose}) for {count} waybills")),
        Permission.CASE_OPEN,
    )
    CASE_APPROVE = "case-approve", About.CASE, GRAVE, Text("Approve case {case}"), Permission.CASE_APPROVE
    CASE_DENY = "case-deny", About.CASE, GRAVE, Text("Deny case {case}"), Permission.CASE_APPROVE
    CASE_CLOSE = "case-close", About.CASE, not GRAVE, Text("Close case {case}"), *_CASE_CLOSERS
    ERASE = "erase", About.WAYBILL, GRAVE, Text("Erase 1 waybill"), Permission.WAYBILL_ERASE
    FREEZE = "freeze", About.PERSON, not GRAVE, Text("Freeze {subject}"), Permission.PRINCIPAL_FREEZE
    UNFREEZE = "unfreeze", About.PERSON, GRAVE, Text("Unfreeze {subject}"), Permission.PRINCIPAL_FREEZE
    DECOY_PLANT = "decoy-plant", About.NEW_DECOYS, GRAVE, Text("Plant decoys"), Permission.DECOY_PLANT
    DECOY_LIST = "decoy-list", About.ALL_DECOYS, GRAVE, Text("List the decoys"), Permission.DECOY_PLANT
    DECOY_REMOVE = "decoy-remove", About.DECOYS, GRAVE, Text("Remove decoys"), Permission.DECOY_PLANT
    UNRESTRICT = (
        "unrestrict",
        About.WAYBILLS,
        GRAVE,
        (Text("End the restriction of 1 waybill"), Text("End the restriction of {count} waybills")),
        Permission.WAYBILL_ERASE,
    )
    HOLD_SET = "hold-set", About.HOLD, GRAVE, Text("Set the hold {case}"), Permission.HOLD_SET
    HOLD_LIFT = "hold-lift", About.HOLD, GRAVE, Text("Lift the hold {case}"), Permission.HOLD_SET
    KEY_APPROVE = "key-approve", About.KEY, GRAVE, Text("Approve a key of {subject}"), Permission.KEY_APPROVE
    KEY_DENY = "key-deny", About.KEY, not GRAVE, Text("Deny a key of {subject}"), Permission.KEY_APPROVE
    KEY_REVOKE = "key-revoke", About.KEY, GRAVE, Text("Revoke a key of {subject}"), Permission.KEY_APPROVE
    DEVICE_APPROVE = (
        "device-approve",
        About.DEVICE,
        GRAVE,
        Text("Approve a device of {subject}"),
        Permission.KEY_APPROVE,
    )
    DEVICE_DENY = "device-deny", About.DEVICE, not GRAVE, Text("Deny a device of {subject}"), Permission.KEY_APPROVE
    DEVICE_REVOKE = "device-revoke", About.DEVICE, GRAVE, Text("Revoke a device of {subject}"), Permission.KEY_APPROVE
