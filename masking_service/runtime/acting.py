"""Makes the use cases of one policy, each of the parts that its constructor names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from masking_service.service.acts.enrolment import KeyApproval, OwnKeys
from masking_service.service.acts.signatures import Signatures
from masking_service.service.acts.tickets import Tickets
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
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.freezes.use import FreezeByHand
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
from masking_service.service.phone_calls.line import Line
from masking_service.service.phone_calls.reports import CallReports
from masking_service.service.phone_calls.state import Callers, CallRecords, LiveCalls
from masking_service.service.phone_calls.use import Calling
from masking_service.service.proposals.use import ProposeAct
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

Made = TypeVar("Made")

_USE_CASES: Final[tuple[type, ...]] = (
    *(Mask, Tokenize, Resubmit, ViewWaybills, EraseWaybill, RestrictWaybills, ReadDisclosures, MoveCustody, Search),
    *(Detokenize, Casework, ReadCases, ReadCasePage, Planting, Holding, Responding, FreezeByHand),
    *(ProposeAct, OwnKeys, OwnDevices, Calling, CallReports, ActivityReport, Auditing, AboutMe),
)
"""Those of which the names of their parts say everything."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Other systems that a policy names.

    Attributes:
        issuers: who signs access tokens.
        case_check: the ticket system; None if the policy names none.
        models: the root certificates of the models of authenticators that may be verified.
    """

    issuers: Issuers
    case_check: CaseCheck | None
    line: Line
    models: Mapping[str, list[bytes]] = field(default_factory=dict)


class Acting(UseCases):
    """What one policy makes of the parts.

    Attributes:
        authenticator, recorder: who is calling, and the entries of their calls.
    """

    def __init__(self, parts: "Parts", policy: Policy, outside: Outside) -> None:
        named = _named(parts, policy, outside)
        parts.metrics.create_budget_series(policy.budgets)
        self.recorder: Recorder = named["recorder"]
        self.authenticator: Authenticator = named["admission"].authenticator
        use_cases = [
            *(made(kind, named) for kind in _USE_CASES),
            made(KeyApproval, named, registry=parts.keyholders),
            made(DeviceApproval, named, registry=parts.devices),
            *(named[name] for name in ("proofs", "freezing", "directory")),
        ]
        super().__init__(policy, named["admission"], {type(one): one for one in use_cases})


def made(kind: type[Made], named: Mapping[str, Any], **more: Any) -> Made:
    """Return an object of a data class, made of the parts that its fields name.

    Args:
        named: the parts, by the names that all such classes have for them.
        more: the parts that only this class has, or calls by another name.
    """
    known = {**named, **more}
    return kind(**{each.name: known[each.name] for each in fields(kind) if each.name in known})  # type: ignore[arg-type]


def _named(parts: "Parts", policy: Policy, outside: Outside) -> dict[str, Any]:
    """Return what use cases are made of, by name."""
    store, keyring = stored = parts.store, parts.keyring
    gate = LiveGate(policy, parts.freezes)
    recorder = Recorder(parts.log, parts.denials, keyring, policy.digest, parts.backlog)
    named: dict[str, Any] = {
        "policy": policy,
        "gate": gate,
        "recorder": recorder,
        "admission": Admission(Authenticator(parts.registry, outside.issuers, keyring), gate, recorder),
        "issuers": outside.issuers,
        "case_check": outside.case_check,
        "line": outside.line,
        "models": outside.models,
        "store": store,
        "keyring": keyring,
        "vault": parts.vault,
        "schemas": parts.schemas,
        "freezes": parts.freezes,
        "keyholders": parts.keyholders,
        "devices": parts.devices,
        "decoys": parts.decoys,
        "holds": parts.holds,
        "checkpoints": parts.checkpoints,
        "older": parts.archive,
        "recent": parts.recent_entries,
        "alerts": parts.alerts,
        "metrics": parts.metrics,
        "defer": parts.deferred.submit,
        "random": os.urandom,
        "maskers": Maskers(parts.schemas, policy.rules.profiles),
        "budgets": Budgets(store, keyring, policy.rules.factors, os.urandom, parts.metrics),
        "book": IncidentBook(parts.incidents, recorder),
        "disclosures": Disclosures(*stored, os.urandom),
        "custodies": Custodies(*stored, os.urandom, parts.vault.record_keys),
        "restrictions": Restrictions(*stored, os.urandom),
        "cases": Cases(*stored, os.urandom),
        "held_records": HeldRecords(*stored, parts.vault, os.urandom),
        "callers": Callers(*stored, os.urandom),
        "live_calls": LiveCalls(*stored, os.urandom),
        "call_records": CallRecords(*stored, os.urandom),
        "shortlists": Shortlists(*stored, os.urandom),
        "known": KnownPeople(*stored, os.urandom),
        "once": OnceAWhile(*stored, os.urandom),
    }
    tickets, proof_tickets = Tickets(store, policy.digest), Tickets(store, policy.digest, VALID_SECONDS)
    named["signatures"] = made(Signatures, named, rule=policy.rules.signed, tickets=tickets)
    named["proofs"] = made(DeviceProofs, named, rule=policy.rules.devices, tickets=proof_tickets)
    named["freezing"] = made(FreezeByPolicy, named, rules=policy.rules.watch)
    named["watch"] = made(DecoyWatch, named)
    named["directory"] = made(Directory, named)
    named["case_authority"] = made(CaseAuthority, named, check=outside.case_check)
    named["conflicts"] = made(ConflictBudget, named)
    named["storing"] = made(StoreAndCompare, named)
    return named
