"""Makes the use cases of one policy: one function a capability says what its use cases are made of."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

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
        shared = _Shared(parts, policy, outside)
        parts.metrics.create_budget_series(policy.budgets)
        self.recorder = shared.recorder
        self.authenticator = shared.admission.authenticator
        super().__init__(
            policy, shared.admission, {type(one): one for make in _CAPABILITIES for one in make(parts, shared)}
        )


class _Shared:
    """What several capabilities need of each other, under one policy."""

    def __init__(self, parts: "Parts", policy: Policy, outside: Outside) -> None:
        store, keyring = parts.store, parts.keyring
        self.policy = policy
        self.outside = outside
        self.gate = LiveGate(policy, parts.freezes, store)
        self.recorder = Recorder(parts.log, parts.denials, keyring, policy.digest, parts.backlog)
        authenticator = Authenticator(parts.registry, outside.issuers, keyring)
        self.admission = Admission(authenticator, self.gate, self.recorder)
        self.budgets = Budgets(store, keyring, policy.rules.factors, os.urandom, parts.metrics)
        self.disclosures = Disclosures(store, keyring, os.urandom)
        self.custodies = Custodies(store, keyring, os.urandom, parts.vault.record_keys)
        self.cases = Cases(store, keyring, os.urandom)
        self.case_authority = CaseAuthority(policy=policy, cases=self.cases, check=outside.case_check)
        self.live_calls = LiveCalls(store, keyring, os.urandom)
        self.call_records = CallRecords(store, keyring, os.urandom)
        self.signatures = _signatures(parts, policy, self.budgets)
        self.proofs = _device_proofs(parts, policy)
        self.freezing = FreezeByPolicy(
            rules=policy.rules.watch,
            freezes=parts.freezes,
            recorder=self.recorder,
            alerts=parts.alerts,
            metrics=parts.metrics,
        )
        self.watch = DecoyWatch(
            policy=policy,
            decoys=parts.decoys,
            freezes=parts.freezes,
            freezing=self.freezing,
            alerts=parts.alerts,
            defer=parts.deferred.submit,
        )
        self.directory = Directory(
            policy=policy,
            gate=self.gate,
            known=KnownPeople(store, keyring, os.urandom),
            defer=parts.deferred.submit,
        )


def _signatures(parts: "Parts", policy: Policy, budgets: Budgets) -> Signatures:
    return Signatures(
        rule=policy.rules.signed,
        tickets=Tickets(parts.store, policy.digest),
        store=parts.store,
        keyring=parts.keyring,
        keyholders=parts.keyholders,
        freezes=parts.freezes,
        budgets=budgets,
        alerts=parts.alerts,
    )


def _device_proofs(parts: "Parts", policy: Policy) -> DeviceProofs:
    return DeviceProofs(
        rule=policy.rules.devices,
        tickets=Tickets(parts.store, policy.digest, VALID_SECONDS),
        store=parts.store,
        keyring=parts.keyring,
        devices=parts.devices,
        freezes=parts.freezes,
        random=os.urandom,
    )


def _waybills(parts: "Parts", shared: _Shared) -> Iterator[object]:
    maskers = Maskers(parts.schemas, shared.policy.rules.profiles)
    yield Mask(gate=shared.gate, maskers=maskers)  # no store: masking makes no round trip (R6)
    storing = StoreAndCompare(
        policy=shared.policy,
        keyring=parts.keyring,
        vault=parts.vault,
        conflicts=ConflictBudget(
            budgets=shared.budgets,
            once=OnceAWhile(parts.store, parts.keyring, os.urandom),
            recorder=shared.recorder,
            alerts=parts.alerts,
        ),
        custodies=shared.custodies,
        recorder=shared.recorder,
    )
    yield Tokenize(gate=shared.gate, schemas=parts.schemas, maskers=maskers, storing=storing)
    yield Resubmit(admission=shared.admission, gate=shared.gate, budgets=shared.budgets, storing=storing)
    yield ViewWaybills(
        gate=shared.gate,
        policy=shared.policy,
        keyring=parts.keyring,
        vault=parts.vault,
        budgets=shared.budgets,
        proofs=shared.proofs,
        freezing=shared.freezing,
        watch=shared.watch,
        case_authority=shared.case_authority,
        custodies=shared.custodies,
        disclosures=shared.disclosures,
        recorder=shared.recorder,
    )
    yield EraseWaybill(
        gate=shared.gate,
        policy=shared.policy,
        vault=parts.vault,
        custodies=shared.custodies,
        signatures=shared.signatures,
        recorder=shared.recorder,
    )


def _restrictions(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield RestrictWaybills(
        gate=shared.gate,
        vault=parts.vault,
        restrictions=Restrictions(parts.store, parts.keyring, os.urandom),
        signatures=shared.signatures,
        recorder=shared.recorder,
    )


def _disclosures(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield ReadDisclosures(
        gate=shared.gate,
        policy=shared.policy,
        keyring=parts.keyring,
        vault=parts.vault,
        disclosures=shared.disclosures,
        recorder=shared.recorder,
    )


def _custody(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield MoveCustody(
        gate=shared.gate,
        policy=shared.policy,
        keyring=parts.keyring,
        vault=parts.vault,
        watch=shared.watch,
        custodies=shared.custodies,
        recorder=shared.recorder,
    )


def _search(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield Search(
        gate=shared.gate,
        policy=shared.policy,
        vault=parts.vault,
        budgets=shared.budgets,
        proofs=shared.proofs,
        freezing=shared.freezing,
        watch=shared.watch,
        custodies=shared.custodies,
        disclosures=shared.disclosures,
        recorder=shared.recorder,
        metrics=parts.metrics,
    )


def _opening(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield Detokenize(
        gate=shared.gate,
        policy=shared.policy,
        issuers=shared.outside.issuers,
        store=parts.store,
        keyring=parts.keyring,
        vault=parts.vault,
        budgets=shared.budgets,
        signatures=shared.signatures,
        freezing=shared.freezing,
        watch=shared.watch,
        case_authority=shared.case_authority,
        call_records=shared.call_records,
        disclosures=shared.disclosures,
        recorder=shared.recorder,
    )


def _cases(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield Casework(
        gate=shared.gate,
        policy=shared.policy,
        keyring=parts.keyring,
        budgets=shared.budgets,
        freezing=shared.freezing,
        watch=shared.watch,
        signatures=shared.signatures,
        cases=shared.cases,
        case_check=shared.outside.case_check,
        recorder=shared.recorder,
        alerts=parts.alerts,
    )
    yield ReadCases(
        gate=shared.gate,
        policy=shared.policy,
        keyring=parts.keyring,
        cases=shared.cases,
        disclosures=shared.disclosures,
        random=os.urandom,
    )
    yield ReadCasePage(
        gate=shared.gate,
        policy=shared.policy,
        store=parts.store,
        keyring=parts.keyring,
        vault=parts.vault,
        cases=shared.cases,
        custodies=shared.custodies,
        disclosures=shared.disclosures,
        budgets=shared.budgets,
        proofs=shared.proofs,
        freezing=shared.freezing,
        watch=shared.watch,
        recorder=shared.recorder,
    )


def _decoys(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield Planting(
        gate=shared.gate,
        policy=shared.policy,
        issuers=shared.outside.issuers,
        keyring=parts.keyring,
        vault=parts.vault,
        budgets=shared.budgets,
        store=parts.store,
        signatures=shared.signatures,
        freezing=shared.freezing,
        decoys=parts.decoys,
        disclosures=shared.disclosures,
        recorder=shared.recorder,
    )


def _holds(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield Holding(
        gate=shared.gate,
        issuers=shared.outside.issuers,
        keyring=parts.keyring,
        vault=parts.vault,
        holds=parts.holds,
        held_records=HeldRecords(parts.store, parts.keyring, parts.vault, os.urandom),
        signatures=shared.signatures,
        recorder=shared.recorder,
    )


def _incidents(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield Responding(gate=shared.gate, book=IncidentBook(parts.incidents, shared.recorder))


def _freezes(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield FreezeByHand(
        gate=shared.gate,
        freezes=parts.freezes,
        signatures=shared.signatures,
        recorder=shared.recorder,
        metrics=parts.metrics,
    )
    yield shared.freezing


def _proposals(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield ProposeAct(
        policy=shared.policy,
        gate=shared.gate,
        store=parts.store,
        keyring=parts.keyring,
        keyholders=parts.keyholders,
        devices=parts.devices,
        cases=shared.cases,
        signatures=shared.signatures,
        random=os.urandom,
    )


def _acts(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield OwnKeys(
        gate=shared.gate,
        store=parts.store,
        keyring=parts.keyring,
        keyholders=parts.keyholders,
        freezes=parts.freezes,
        budgets=shared.budgets,
        signatures=shared.signatures,
        recorder=shared.recorder,
        alerts=parts.alerts,
        models=shared.outside.models,
        random=os.urandom,
    )
    yield KeyApproval(
        gate=shared.gate,
        store=parts.store,
        registry=parts.keyholders,
        freezes=parts.freezes,
        signatures=shared.signatures,
        recorder=shared.recorder,
    )


def _devices(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield shared.proofs
    yield OwnDevices(
        gate=shared.gate,
        store=parts.store,
        keyring=parts.keyring,
        devices=parts.devices,
        freezes=parts.freezes,
        budgets=shared.budgets,
        proofs=shared.proofs,
        recorder=shared.recorder,
        alerts=parts.alerts,
    )
    yield DeviceApproval(
        gate=shared.gate,
        store=parts.store,
        registry=parts.devices,
        freezes=parts.freezes,
        signatures=shared.signatures,
        recorder=shared.recorder,
    )


def _phone_calls(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield Calling(
        gate=shared.gate,
        policy=shared.policy,
        issuers=shared.outside.issuers,
        keyring=parts.keyring,
        vault=parts.vault,
        budgets=shared.budgets,
        proofs=shared.proofs,
        freezing=shared.freezing,
        watch=shared.watch,
        case_authority=shared.case_authority,
        custodies=shared.custodies,
        disclosures=shared.disclosures,
        line=shared.outside.line,
        callers=Callers(parts.store, parts.keyring, os.urandom),
        live_calls=shared.live_calls,
        recorder=shared.recorder,
    )
    yield CallReports(
        line=shared.outside.line,
        live_calls=shared.live_calls,
        call_records=shared.call_records,
        recorder=shared.recorder,
        metrics=parts.metrics,
    )


def _oversight(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield ActivityReport(
        gate=shared.gate,
        policy=shared.policy,
        keyring=parts.keyring,
        freezes=parts.freezes,
        shortlists=Shortlists(parts.store, parts.keyring, os.urandom),
        recent=parts.recent_entries,
    )
    yield Auditing(
        gate=shared.gate,
        store=parts.store,
        keyring=parts.keyring,
        budgets=shared.budgets,
        recorder=shared.recorder,
        checkpoints=parts.checkpoints,
        older=parts.archive,
    )


def _me(parts: "Parts", shared: _Shared) -> Iterator[object]:
    yield AboutMe(
        policy=shared.policy,
        issuers=shared.outside.issuers,
        budgets=shared.budgets,
        freezes=parts.freezes,
        line=shared.outside.line,
        directory=shared.directory,
    )


def _directory(_: "Parts", shared: _Shared) -> Iterator[object]:
    yield shared.directory


_CAPABILITIES: Final = (
    _waybills,
    _restrictions,
    _disclosures,
    _custody,
    _search,
    _opening,
    _cases,
    _decoys,
    _holds,
    _incidents,
    _freezes,
    _proposals,
    _acts,
    _devices,
    _phone_calls,
    _oversight,
    _me,
    _directory,
)
