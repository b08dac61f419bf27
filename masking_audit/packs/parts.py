"""Assigns each action to the part of the documents that shows it. Pure."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from masking_service.audit.actions import Action


class Part(Enum):
    """A part of the documents that people read."""

    OPENINGS = auto()
    """Fields that were released. `decoy-heard` tells that a phone is a seed's."""
    VIEWS = auto()
    """Waybills that were viewed in full."""
    CASES = auto()
    FREEZES = auto()
    ERASURES = auto()
    HOLDS = auto()
    """Legal holds, and restrictions of waybills."""
    REFUSALS = auto()
    """Shown where it was refused only, as every other action is, too."""


PARTS: Final[Mapping[str, Part]] = {
    Action.DETOKENIZE: Part.OPENINGS,
    Action.DECOY_HEARD: Part.OPENINGS,
    Action.VIEW: Part.VIEWS,
    Action.SEARCH: Part.VIEWS,
    Action.CASE_OPEN: Part.CASES,
    Action.CASE_APPROVE: Part.CASES,
    Action.CASE_DENY: Part.CASES,
    Action.CASE_CLOSE: Part.CASES,
    Action.CASE_CLAIM: Part.CASES,
    Action.CASE_DONE: Part.CASES,
    Action.FREEZE: Part.FREEZES,
    Action.THAW: Part.FREEZES,
    Action.ERASE: Part.ERASURES,
    Action.HOLD_PROPOSE: Part.HOLDS,
    Action.HOLD_SET: Part.HOLDS,
    Action.HOLD_LIFT_PROPOSE: Part.HOLDS,
    Action.HOLD_LIFT: Part.HOLDS,
    Action.RESTRICT: Part.HOLDS,
    Action.UNRESTRICT: Part.HOLDS,
    **dict.fromkeys(
        (
            Action.START,
            Action.CLOSE,
            Action.TOKENIZE,
            Action.REVISE,
            Action.DISCLOSURES,
            Action.CALL,
            Action.CALL_END,
            Action.CALL_RECORD,
            Action.CUSTODY_FIRST,
            Action.CUSTODY_MOVE,
            Action.KEY_ENROL,
            Action.KEY_VOUCH,
            Action.KEY_APPROVE,
            Action.KEY_DENY,
            Action.KEY_REVOKE,
            Action.DEVICE_ENROL,
            Action.DEVICE_INVITE,
            Action.DEVICE_APPROVE,
            Action.DEVICE_DENY,
            Action.DEVICE_REVOKE,
            Action.INCIDENT_OPEN,
            Action.INCIDENT_NOTE,
            Action.INCIDENT_CLOSE,
            Action.LOOKOUT,
            Action.AUDIT_READ,
            Action.DECOY_LIST,
            Action.DECOY_PLANT,
            Action.DECOY_REMOVE,
            Action.CLIENT_ADD,
            Action.CLIENT_REVOKE,
            Action.CLIENT_RESTORE,
            Action.FREEZE_RESTORE,
            Action.CALLERS_IMPORT,
            Action.STORE_ACCEPT,
            Action.PERMIT_NEW,
            Action.PERMIT_OPEN,
            Action.PERMIT_END,
            Action.RESEAL,
        ),
        Part.REFUSALS,
    ),
}
"""Every action. An unknown one, of a later release, is in none."""
