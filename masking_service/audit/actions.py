"""The actions and outcomes of the audit log: every entry names one of each. Pure.

A new action is a row of `Action`, with its line in `docs/audit.md` and the Chinese
of its text. CONTRIBUTING.md names the tests that find what is missing. The values
are stored and signed, so none is ever changed.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import Any, Final, Self

from masking_service.texts import Text


class Part(Enum):
    """A part of the documents that people read (`masking_audit/packs/`)."""

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


class Action(StrEnum):
    """What an entry records, as done or refused.

    Attributes:
        text: what the documents and the desk call it.
        part: where the documents show its entries.
        announces: what the sealed values are of which its entries have hashes; empty if they have none.
    """

    text: Text
    part: Part
    announces: str

    def __new__(cls, code: str, *row: Any) -> Self:
        action = str.__new__(cls, code)
        action._value_ = code
        action.text, action.part, action.announces = row
        return action

    START = "start", Text("service started"), Part.REFUSALS, ""
    """The first entry of a process's chain."""
    CLOSE = "close", Text("service ended"), Part.REFUSALS, ""
    """The last entry of a chain whose process ended cleanly."""

    DETOKENIZE = "detokenize", Text("values opened"), Part.OPENINGS, "disclosure"
    """Fields were opened for a purpose: one item for each."""
    VIEW = "view", Text("view"), Part.VIEWS, "disclosure"
    """Waybills were viewed with a kind in full; or a view was refused, also a masked one or that of a case's page."""
    SEARCH = "search", Text("search"), Part.VIEWS, "disclosure"
    """Waybills were searched by a phone, or by its last four digits and a site."""
    TOKENIZE = "tokenize", Text("tokenizing"), Part.REFUSALS, ""
    """A batch was refused because the client's budget for conflicts was spent."""
    REVISE = "revise", Text("waybill revised"), Part.REFUSALS, ""
    """Waybills get a new revision."""
    ERASE = "erase", Text("erasure"), Part.ERASURES, "tombstone"
    """A waybill is erased."""
    DISCLOSURES = "disclosures", Text("disclosures looked up"), Part.REFUSALS, ""
    """The list of those who saw a waybill was asked for."""
    RESTRICT = "restrict", Text("waybills restricted"), Part.HOLDS, "restriction"
    """Waybills are restricted to the purposes that the policy names: one item for each."""
    UNRESTRICT = "unrestrict", Text("restriction ended"), Part.HOLDS, "restriction"
    """The restriction of waybills ends: one item for each."""

    HOLD_PROPOSE = "hold-propose", Text("hold proposed"), Part.HOLDS, "hold"
    """A legal hold is proposed; `case` is its name, also in the following ones."""
    HOLD_SET = "hold-set", Text("hold set"), Part.HOLDS, "hold"
    """Waybills are held, one item for each; an entry without items before them begins, one after them ends."""
    HOLD_LIFT_PROPOSE = "hold-lift-propose", Text("lifting of a hold proposed"), Part.HOLDS, "hold"
    """A person proposed to lift a hold."""
    HOLD_LIFT = "hold-lift", Text("hold lifted"), Part.HOLDS, "hold"
    """Waybills are released from a hold, one item for each; entries without items begin and end it."""
    INCIDENT_OPEN = "incident-open", Text("incident opened"), Part.REFUSALS, "list of incidents"
    """An incident is opened; `case` is its name, also in the following ones."""
    INCIDENT_NOTE = "incident-note", Text("incident updated"), Part.REFUSALS, "list of incidents"
    """Something became known of an incident, or a report was made."""
    INCIDENT_CLOSE = "incident-close", Text("incident closed"), Part.REFUSALS, "list of incidents"
    """An incident is closed."""

    CALL = "call", Text("call"), Part.REFUSALS, "disclosure"
    """A privacy number is bound, so that a person can be called."""
    CALL_END = "call-end", Text("end of a call"), Part.REFUSALS, ""
    """A privacy number is released."""
    CALL_RECORD = "call-record", Text("record of a call"), Part.REFUSALS, "call record"
    """The provider reported when a call began and how long it lasted."""

    CASE_OPEN = "case-open", Text("case opened"), Part.CASES, "case"
    """A case is opened, or asked for: one item for each waybill."""
    CASE_APPROVE = "case-approve", Text("case approved"), Part.CASES, "case"
    """A pending case is approved."""
    CASE_DENY = "case-deny", Text("case denied"), Part.CASES, "case"
    """A pending case is denied."""
    CASE_CLOSE = "case-close", Text("case closed"), Part.CASES, "case"
    """A case is closed."""
    CASE_CLAIM = "case-claim", Text("case claimed"), Part.CASES, "case"
    """An officer took a case: the lists say who works on it."""
    CASE_DONE = "case-done", Text("case marked as done"), Part.CASES, "case"
    """An officer marked a case as done: it leaves that officer's list, and stays open."""

    CUSTODY_FIRST = "custody-first", Text("first custody"), Part.REFUSALS, "custody"
    """Waybills get their first site and courier, with their first revision."""
    CUSTODY_MOVE = "custody-move", Text("custody moved"), Part.REFUSALS, "custody"
    """Parcels moved to another site or courier."""

    FREEZE = "freeze", Text("freeze"), Part.FREEZES, "list of frozen principals"
    """A principal is frozen, by a person or by the service."""
    THAW = "thaw", Text("unfreeze"), Part.FREEZES, "list of frozen principals"
    """A principal is unfrozen."""
    KEY_ENROL = "key-enrol", Text("key made"), Part.REFUSALS, "keys of people"
    """A person made a key, which waits for approval."""
    KEY_VOUCH = "key-vouch", Text("key approved by the first of two operators"), Part.REFUSALS, "keys of people"
    """The first of two operators approved a key on the command line; it still waits."""
    KEY_APPROVE = "key-approve", Text("key approved"), Part.REFUSALS, "keys of people"
    """A key of a person is approved, by another one or on the command line."""
    KEY_DENY = "key-deny", Text("key denied"), Part.REFUSALS, "keys of people"
    """A key that waited is denied."""
    KEY_REVOKE = "key-revoke", Text("key revoked"), Part.REFUSALS, "keys of people"
    """A key of a person is revoked."""
    DEVICE_ENROL = "device-enrol", Text("device enrolled"), Part.REFUSALS, "devices of people"
    """A person enrolled a device, which waits for approval, or had an invitation for it."""
    DEVICE_INVITE = "device-invite", Text("device invited"), Part.REFUSALS, ""
    """An invitation was made on the command line, with which a device of a person is approved as it enrols."""
    DEVICE_APPROVE = "device-approve", Text("device approved"), Part.REFUSALS, "devices of people"
    """A device of a person is approved, by another one or on the command line."""
    DEVICE_DENY = "device-deny", Text("device denied"), Part.REFUSALS, "devices of people"
    """A device that waited is denied."""
    DEVICE_REVOKE = "device-revoke", Text("device revoked"), Part.REFUSALS, "devices of people"
    """A device of a person is revoked, or an invitation is taken back."""
    LOOKOUT = "lookout", Text("listed by the lookout"), Part.REFUSALS, "list of the lookout"
    """The lookout's list of people to review is replaced."""
    AUDIT_READ = "audit-read", Text("log read"), Part.REFUSALS, ""
    """A caller without permission wanted to read the log."""

    DECOY_LIST = "decoy-list", Text("decoys listed"), Part.REFUSALS, ""
    """The decoys were listed."""
    DECOY_PLANT = "decoy-plant", Text("decoys planted"), Part.REFUSALS, "list of decoys"
    """Decoys are planted."""
    DECOY_REMOVE = "decoy-remove", Text("decoy removed"), Part.REFUSALS, "list of decoys"
    """A decoy is removed."""
    DECOY_HEARD = "decoy-heard", Text("decoy phone looked up"), Part.OPENINGS, "list of decoys"
    """The list of those who saw the phone of a decoy, which rang, was asked for."""

    CLIENT_ADD = "client-add", Text("client added"), Part.REFUSALS, "list of clients"
    """A machine client gets a key."""
    CLIENT_REVOKE = "client-revoke", Text("client revoked"), Part.REFUSALS, "list of clients"
    """A client or one of its keys is revoked."""
    CLIENT_RESTORE = "client-restore", Text("clients restored"), Part.REFUSALS, "list of clients"
    """The registry of clients is taken from a store that was accepted."""
    FREEZE_RESTORE = (
        "freeze-restore",
        Text("freezes and revoked keys restored"),
        Part.REFUSALS,
        "list of frozen principals",
    )
    """The list of frozen principals and revoked keys is restored in a store that was accepted."""
    CALLERS_IMPORT = "callers-import", Text("callers' numbers imported"), Part.REFUSALS, "number of a caller"
    """The numbers from which people call are put on file."""
    STORE_ACCEPT = "store-accept", Text("store accepted"), Part.REFUSALS, ""
    """An operator accepted a store that is older than the last checkpoint."""
    PERMIT_NEW = "permit-new", Text("permit for pseudonyms made"), Part.REFUSALS, ""
    """A permit for pseudonyms is made, with a key of its own."""
    PERMIT_OPEN = "permit-open", Text("permit for pseudonyms handed out"), Part.REFUSALS, ""
    """The key of a permit is given to a job."""
    PERMIT_END = "permit-end", Text("permit for pseudonyms ended"), Part.REFUSALS, ""
    """The key of a permit is destroyed."""
    RESEAL = "reseal", Text("values sealed anew"), Part.REFUSALS, "value sealed anew"
    """Stored values are sealed anew under a newer key, which changes nothing that they say."""


class Outcome(StrEnum):
    """What became of what an entry records: `done`, `released`, or the code of a refusal."""

    text: Text

    def __new__(cls, code: str, text: Text) -> Self:
        outcome = str.__new__(cls, code)
        outcome._value_ = code
        outcome.text = text
        return outcome

    DONE = "done", Text("done")
    RELEASED = "released", Text("released")
    CALLS_UNAVAILABLE = "calls-unavailable", Text("calls not available")
    CASE_CHECK_UNAVAILABLE = "case-check-unavailable", Text("ticket system not available")
    CASE_EXISTS = "case-exists", Text("case number taken")
    CASE_NOT_OPEN = "case-not-open", Text("case not open")
    CASE_NOT_PENDING = "case-not-pending", Text("case not pending")
    CASE_REQUIRED = "case-required", Text("case needed")
    FORBIDDEN = "forbidden", Text("forbidden")
    FROZEN = "frozen", Text("frozen")
    HELD = "held", Text("held")
    HOLD_ENDED = "hold-ended", Text("state of the hold does not allow it")
    HOLD_EXISTS = "hold-exists", Text("name of hold taken")
    INCIDENT_CLOSED = "incident-closed", Text("incident already closed")
    INCIDENT_EXISTS = "incident-exists", Text("name of incident taken")
    NO_CALLER_NUMBER = "no-caller-number", Text("no caller's number on file")
    NOT_CALLABLE = "not-callable", Text("no number to call")
    NOT_FOUND = "not-found", Text("not found")
    OWN_CASE = "own-case", Text("own case")
    OWN_HOLD = "own-hold", Text("own hold")
    PROFILE_REQUIRED = "profile-required", Text("profile needed")
    PURPOSE_REQUIRED = "purpose-required", Text("purpose needed")
    QUOTA_EXCEEDED = "quota-exceeded", Text("budget spent")
    RESTRICTED = "restricted", Text("restricted")
    SIGN_IN_REQUIRED = "sign-in-required", Text("new sign-in needed")
    SIGNATURE_INVALID = "signature-invalid", Text("signature not valid")
    SIGNATURE_REQUIRED = "signature-required", Text("signature needed")
    TICKET_MISMATCH = "ticket-mismatch", Text("ticket does not cover the case")
    TOO_MANY = "too-many", Text("too many waybills")
    TOO_MANY_KEYS = "too-many-keys", Text("too many keys")
    UNAVAILABLE = "unavailable", Text("store not available")
    """Of an entry that takes another one back, too."""
    UNKNOWN_CASE_NUMBER = "unknown-case-number", Text("case number not known")
    WRONG_CODE = "wrong-code", Text("wrong code")


NO_REFUSAL: Final = frozenset({Outcome.RELEASED, Outcome.DONE, Outcome.NOT_FOUND, Outcome.UNAVAILABLE})
"""Outcomes of calls that were not refused; `unavailable` takes an earlier entry back."""
PARTS: Final[Mapping[str, Part]] = {each.value: each.part for each in Action}
"""Of every action. An unknown one, of a later release, is in none."""
DECISIONS: Final = {
    "approve": Action.CASE_APPROVE,
    "deny": Action.CASE_DENY,
    "close": Action.CASE_CLOSE,
    "claim": Action.CASE_CLAIM,
    "done": Action.CASE_DONE,
}
"""The action of each decision on a case."""
