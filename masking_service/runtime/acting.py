"""Makes the use cases of one policy. Each gets what its fields name."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from masking_service.service.acts.enrolment import KeyApproval, OwnKeys
from masking_service.service.acts.signatures import Signatures
from masking_service.service.acts.tickets import Tickets
from masking_service.service.acts.use import ProposeAct
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import Admission, Authenticator, LiveGate, UseCases
from masking_service.service.call.recorder import Recorder
from masking_service.service.cases.case_check import CaseCheck
from masking_service.service.cases.page import ReadCasePage
from masking_service.service.cases.reading import ReadCases
from masking_service.service.cases.state import CaseAuthority, Cases
from masking_service.service.cases.use import Casework
from masking_service.service.custody.state import Custodies
from masking_service.service.custody.use import MoveCustody
from masking_service.service.decoys.state import DecoyWatch
from masking_service.service.decoys.use import Planting
from masking_service.service.devices.proofs import VALID_SECONDS, DeviceProofs
from masking_service.service.devices.use import DeviceApproval, OwnDevices
from masking_service.service.directory.state import KnownPeople
from masking_service.service.directory.use import Directory
from masking_service.service.disclosures.state import Disclosures
from masking_service.service.disclosures.use import ReadDisclosures
from masking_service.service.freezes.use import FreezeByHand, FreezeByPolicy
from masking_service.service.holds.held_records import HeldRecords
from masking_service.service.holds.use import Holding
from masking_service.service.incidents.use import IncidentBook, Responding
from masking_service.service.lookout.state import Shortlists
from masking_service.service.me.use import AboutMe
from masking_service.service.opening.use import Detokenize
from masking_service.service.oversight.activity import ActivityReport
from masking_service.service.oversight.auditing import Auditing
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.policy import Policy
from masking_service.service.phone_calls.call_records import CallRecords
from masking_service.service.phone_calls.callers import Callers
from masking_service.service.phone_calls.line import Line
from masking_service.service.phone_calls.live_calls import LiveCalls
from masking_service.service.phone_calls.reports import CallReports
from masking_service.service.phone_calls.use import Calling
from masking_service.service.restrictions.state import Restrictions
from masking_service.service.restrictions.use import RestrictWaybills
from masking_service.service.search.use import Search
from masking_service.service.state.once import OnceAWhile
from masking_service.service.tiers.resubmit import Resubmit
from masking_service.service.waybills.conflicts import ConflictBudget
from masking_service.service.waybills.erase import EraseWaybill
from masking_service.service.waybills.mask import Mask, Maskers
from masking_service.service.waybills.tokenize import StoreAndCompare, Tokenize
from masking_service.service.waybills.view import ViewWaybills

if TYPE_CHECKING:
    from masking_service.runtime.wiring import Parts


@dataclass(frozen=True, slots=True)
class Outside:
    """Other systems that a policy names.

    Attributes:
        issuers: who signs access tokens.
        case_check: the ticket system; None if the policy names none.
        line: the provider of privacy numbers.
        models: the root certificates of the models of authenticators that may be verified.
    """

    issuers: Issuers
    case_check: CaseCheck | None
    line: Line
    models: Mapping[str, list[bytes]] = field(default_factory=dict)


_STATE: Final = {
    "call_records": CallRecords,
    "callers": Callers,
    "cases": Cases,
    "disclosures": Disclosures,
    "known": KnownPeople,
    "live_calls": LiveCalls,
    "once": OnceAWhile,
    "restrictions": Restrictions,
    "shortlists": Shortlists,
}
"""Sealed state that no other part of the process needs, by the name of the fields that hold it."""

_USE_CASES: Final = (
    Mask,
    Tokenize,
    Resubmit,
    ViewWaybills,
    EraseWaybill,
    RestrictWaybills,
    ReadDisclosures,
    MoveCustody,
    Search,
    Detokenize,
    Casework,
    ReadCases,
    ReadCasePage,
    Planting,
    Holding,
    Responding,
    FreezeByHand,
    ProposeAct,
    OwnKeys,
    OwnDevices,
    Calling,
    CallReports,
    ActivityReport,
    Auditing,
    AboutMe,
)


class Acting(UseCases):
    """What one policy makes of the parts.

    Attributes:
        authenticator, recorder: who is calling, and the entries of their calls.
    """

    authenticator: Authenticator
    recorder: Recorder

    def __init__(self, parts: "Parts", policy: Policy, outside: Outside) -> None:
        named = _PartsByName(parts, policy, outside)
        parts.metrics.create_budget_series(policy.budgets)
        self.recorder, self.authenticator = named.parts["recorder"], named.parts["authenticator"]
        use_cases = [
            *(named.made(kind) for kind in _USE_CASES),
            named.made(KeyApproval, registry=parts.keyholders),
            named.made(DeviceApproval, registry=parts.devices),
            *(named.parts[name] for name in ("directory", "freezing", "proofs")),
        ]
        super().__init__(policy, named.parts["admission"], {type(one): one for one in use_cases})


class _PartsByName:
    """What use cases are made of, under one policy.

    Attributes:
        parts: by the names of their fields.
    """

    def __init__(self, parts: "Parts", policy: Policy, outside: Outside) -> None:
        store, keyring = parts.store, parts.keyring
        self.parts: dict[str, Any] = {
            **vars(parts),
            **{name: kind(store, keyring, os.urandom) for name, kind in _STATE.items()},
            "policy": policy,
            "issuers": outside.issuers,
            "case_check": outside.case_check,
            "line": outside.line,
            "models": outside.models,
            "random": os.urandom,
            "defer": parts.deferred.submit,
            "older": parts.archive,
            "recent": parts.recent_entries,
            "gate": LiveGate(policy, parts.freezes),
            "recorder": Recorder(parts.log, parts.denials, keyring, policy.digest, parts.backlog),
            "authenticator": Authenticator(parts.registry, outside.issuers, keyring),
            "budgets": Budgets(store, keyring, policy.rules.factors, os.urandom, parts.metrics),
            "custodies": Custodies(store, keyring, os.urandom, parts.vault.record_keys),
            "held_records": HeldRecords(store, keyring, parts.vault, os.urandom),
            "maskers": Maskers(parts.schemas, policy.rules.profiles),
        }
        self._add("admission", Admission)
        self._add("freezing", FreezeByPolicy, rules=policy.rules.watch)
        self._add("watch", DecoyWatch)
        self._add("directory", Directory)
        self._add("case_authority", CaseAuthority, check=outside.case_check)
        self._add("signatures", Signatures, rule=policy.rules.signed, tickets=Tickets(store, policy.digest))
        self._add(
            "proofs", DeviceProofs, rule=policy.rules.devices, tickets=Tickets(store, policy.digest, VALID_SECONDS)
        )
        self._add("conflicts", ConflictBudget)
        self._add("storing", StoreAndCompare)
        self._add("book", IncidentBook, lists=parts.incidents)

    def made(self, kind: type[Any], **others: Any) -> Any:
        """Return an object of this class, a dataclass, with what its fields name.

        Args:
            others: what takes the place of what is named so.
        """
        needed = [one.name for one in fields(kind) if (one.default, one.default_factory) == (MISSING, MISSING)]
        parts = self.parts | others
        return kind(**{name: parts[name] for name in needed})

    def _add(self, name: str, kind: type[Any], **others: Any) -> None:
        self.parts[name] = self.made(kind, **others)
