"""The actions of the audit log: every entry names one. Pure.

The values are stored and signed, so none is ever changed. A new action needs its
line here, a name at the desk (`masking_console/formats.py`), its part in the
documents (`masking_audit/packs/parts.py`) and what its facts are about
(`masking_audit/verify/store_check.py`); a test finds one that lacks any of these.
"""

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What an entry records, as done or refused."""

    START = "start"
    """The first entry of a process's chain."""
    CLOSE = "close"
    """The last entry of a chain whose process ended cleanly."""

    DETOKENIZE = "detokenize"
    """Fields were opened for a purpose: one item for each."""
    VIEW = "view"
    """Waybills were viewed through a profile that shows a kind in full."""
    SEARCH = "search"
    """Waybills were searched by a phone, or by its last four digits and a site."""
    TOKENIZE = "tokenize"
    """A batch was refused because the client's budget for conflicts was spent."""
    REVISE = "revise"
    """Waybills get a new revision."""
    ERASE = "erase"
    """A waybill is erased."""
    DISCLOSURES = "disclosures"
    """The list of those who saw a waybill was asked for."""
    RESTRICT = "restrict"
    """Waybills are restricted to the purposes that the policy names: one item for each."""
    UNRESTRICT = "unrestrict"
    """The restriction of waybills ends: one item for each."""

    HOLD_PROPOSE = "hold-propose"
    """A legal hold is proposed; `case` is its name, also in the following ones."""
    HOLD_SET = "hold-set"
    """Waybills are held, one item for each; an entry without items before them begins, one after them ends."""
    HOLD_LIFT_PROPOSE = "hold-lift-propose"
    """A person proposed to lift a hold."""
    HOLD_LIFT = "hold-lift"
    """Waybills are no longer held by it, one item for each; an entry without items begins it, and one ends it."""
    INCIDENT_OPEN = "incident-open"
    """An incident is opened; `case` is its name, also in the following ones."""
    INCIDENT_NOTE = "incident-note"
    """Something became known of an incident, or a report was made."""
    INCIDENT_CLOSE = "incident-close"
    """An incident is closed."""

    CALL = "call"
    """A privacy number is bound, so that a person can be called."""
    CALL_END = "call-end"
    """A privacy number is released."""
    CALL_RECORD = "call-record"
    """The provider reported when a call began and how long it lasted."""

    CASE_OPEN = "case-open"
    """A case is opened, or asked for: one item for each waybill."""
    CASE_APPROVE = "case-approve"
    """A pending case is approved."""
    CASE_DENY = "case-deny"
    """A pending case is denied."""
    CASE_CLOSE = "case-close"
    """A case is closed."""
    CASE_CLAIM = "case-claim"
    """An officer took a case: the lists say who works on it."""
    CASE_DONE = "case-done"
    """An officer marked a case as done: it leaves that officer's list, and stays open."""

    CUSTODY_FIRST = "custody-first"
    """Waybills get their first site and courier, with their first revision."""
    CUSTODY_MOVE = "custody-move"
    """Parcels moved to another site or courier."""

    FREEZE = "freeze"
    """A principal is frozen, by a person or by the service."""
    THAW = "thaw"
    """A principal is unfrozen."""
    KEY_ENROL = "key-enrol"
    """A person made a key, which waits for approval."""
    KEY_VOUCH = "key-vouch"
    """The first of two operators approved a key on the command line; it still waits."""
    KEY_APPROVE = "key-approve"
    """A key of a person is approved, by another one or on the command line."""
    KEY_DENY = "key-deny"
    """A key that waited is denied."""
    KEY_REVOKE = "key-revoke"
    """A key of a person is revoked."""
    DEVICE_ENROL = "device-enrol"
    """A person enrolled a device, which waits for approval, or had an invitation for it."""
    DEVICE_INVITE = "device-invite"
    """An invitation was made on the command line, with which a device of a person is approved as it enrols."""
    DEVICE_APPROVE = "device-approve"
    """A device of a person is approved, by another one or on the command line."""
    DEVICE_DENY = "device-deny"
    """A device that waited is denied."""
    DEVICE_REVOKE = "device-revoke"
    """A device of a person is revoked, or an invitation is taken back."""
    LOOKOUT = "lookout"
    """The lookout's list of people to review is replaced."""
    AUDIT_READ = "audit-read"
    """A caller without permission wanted to read the log."""

    DECOY_LIST = "decoy-list"
    """The decoys were listed."""
    DECOY_PLANT = "decoy-plant"
    """Decoys are planted."""
    DECOY_REMOVE = "decoy-remove"
    """A decoy is removed."""
    DECOY_HEARD = "decoy-heard"
    """The list of those who saw the phone of a decoy, which rang, was asked for."""

    CLIENT_ADD = "client-add"
    """A machine client gets a key."""
    CLIENT_REVOKE = "client-revoke"
    """A client or one of its keys is revoked."""
    CLIENT_RESTORE = "client-restore"
    """The registry of clients is taken from a store that was accepted."""
    FREEZE_RESTORE = "freeze-restore"
    """The list of frozen principals and revoked keys is restored in a store that was accepted."""
    CALLERS_IMPORT = "callers-import"
    """The numbers from which people call are put on file."""
    STORE_ACCEPT = "store-accept"
    """An operator accepted a store that is older than the last checkpoint."""
    PERMIT_NEW = "permit-new"
    """A permit for pseudonyms is made, with a key of its own."""
    PERMIT_OPEN = "permit-open"
    """The key of a permit is given to a job."""
    PERMIT_END = "permit-end"
    """The key of a permit is destroyed."""
    RESEAL = "reseal"
    """Stored values are sealed anew under a newer key, which changes nothing that they say."""


DECISIONS: Final = {
    "approve": Action.CASE_APPROVE,
    "deny": Action.CASE_DENY,
    "close": Action.CASE_CLOSE,
    "claim": Action.CASE_CLAIM,
    "done": Action.CASE_DONE,
}
"""The action of each decision on a case."""
