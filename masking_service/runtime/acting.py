"""The use cases under one policy."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from masking_service.service.call.budgets import Budgets
from masking_service.service.call.disclosures import Disclosures
from masking_service.service.call.gate import Gate
from masking_service.service.call.recorder import Recorder
from masking_service.service.cases.authority import CaseAuthority
from masking_service.service.cases.case_check import CaseCheck
from masking_service.service.cases.reading import ReadCases
from masking_service.service.cases.state import Cases
from masking_service.service.cases.use import Casework
from masking_service.service.custody.state import Custodies
from masking_service.service.custody.use import MoveCustody
from masking_service.service.decoys.use import Planting
from masking_service.service.decoys.watch import DecoyWatch
from masking_service.service.freezes.use import FreezeByHand, FreezeByPolicy
from masking_service.service.lookout.state import Shortlists
from masking_service.service.lookout.use import Lookout
from masking_service.service.me.use import Me
from masking_service.service.opening.use import Detokenize
from masking_service.service.oversight.activity import Activity
from masking_service.service.oversight.auditing import Auditing
from masking_service.service.people.authenticate import Authenticator
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.policy import Policy
from masking_service.service.phone_calls.call_records import CallRecords
from masking_service.service.phone_calls.callers import Callers
from masking_service.service.phone_calls.line import Line
from masking_service.service.phone_calls.live_calls import LiveCalls
from masking_service.service.phone_calls.reports import CallReports
from masking_service.service.phone_calls.use import Calling
from masking_service.service.search.use import Search
from masking_service.service.state.once import OnceAMinute
from masking_service.service.use_case import UseCase
from masking_service.service.waybills.conflicts import ConflictBudget
from masking_service.service.waybills.mask import Mask, Maskers
from masking_service.service.waybills.privacy import Privacy
from masking_service.service.waybills.tokenize import Tokenize
from masking_service.service.waybills.view import View

if TYPE_CHECKING:
    from masking_service.runtime.wiring import Parts


@dataclass(frozen=True, slots=True)
class Acting:
    """What one policy makes of the parts: it is exchanged whole when the policy changes."""

    policy: Policy
    gate: Gate
    recorder: Recorder
    authenticator: Authenticator
    mask: Mask
    tokenize: Tokenize
    view: View
    search: Search
    detokenize: Detokenize
    move_custody: MoveCustody
    cases: Casework
    read_cases: ReadCases
    privacy: Privacy
    freezes: FreezeByHand
    decoys: Planting
    audit: Auditing
    me: Me
    activity: Activity
    lookout: Lookout
    calling: Calling
    call_reports: CallReports


def use_cases(parts: "Parts", policy: Policy, issuers: Issuers, case_check: CaseCheck | None, line: Line) -> Acting:
    """Make the use cases from these parts, a policy, and the issuers, ticket system and provider that it names."""
    common = _common(parts, policy, issuers, case_check, line)
    made_of = vars(common)  # all parts, by name
    return Acting(
        policy=policy,
        gate=common.gate,
        recorder=common.audit,
        authenticator=Authenticator(parts.registry, issuers, parts.keyring),
        mask=Mask(gate=common.gate, maskers=common.maskers),  # no store of its own: masking makes no round trip (R6)
        tokenize=Tokenize(**made_of),
        view=View(**made_of),
        search=Search(**made_of),
        detokenize=Detokenize(**made_of),
        move_custody=MoveCustody(**made_of),
        cases=Casework(**made_of),
        read_cases=ReadCases(**made_of),
        privacy=Privacy(**made_of),
        freezes=FreezeByHand(gate=common.gate, freezes=parts.freezes, audit=common.audit, metrics=parts.metrics),
        decoys=Planting(**made_of),
        audit=Auditing(**made_of),
        me=Me(**made_of),
        activity=Activity(**made_of),
        lookout=common.lookout,
        calling=Calling(**made_of),
        call_reports=CallReports(**made_of),
    )


def _common(parts: "Parts", policy: Policy, issuers: Issuers, case_check: CaseCheck | None, line: Line) -> UseCase:
    """Create the parts that the use cases share, and the metric series of the budgets."""
    parts.metrics.create_budget_series(policy.budgets)
    audit = Recorder(parts.log, parts.denials, parts.keyring, policy.digest, parts.backlog.require_room)
    budgets = Budgets(parts.store, parts.keyring, policy.rules.factors, os.urandom, parts.metrics)
    once = OnceAMinute(parts.store, parts.keyring, os.urandom)
    cases = Cases(parts.store, parts.keyring, os.urandom)
    freezing = FreezeByPolicy(
        rules=policy.rules.watch, freezes=parts.freezes, audit=audit, alerts=parts.alerts, metrics=parts.metrics
    )
    return UseCase(
        policy=policy,
        gate=Gate(policy, parts.freezes),
        issuers=issuers,
        store=parts.store,
        keyring=parts.keyring,
        vault=parts.vault,
        schemas=parts.schemas,
        maskers=Maskers(parts.schemas, policy.rules.profiles),
        budgets=budgets,
        conflicts=ConflictBudget(budgets=budgets, once=once, audit=audit, alerts=parts.alerts),
        freezes=parts.freezes,
        freezing=freezing,
        decoys=parts.decoys,
        watch=DecoyWatch(
            policy=policy,
            decoys=parts.decoys,
            freezes=parts.freezes,
            freezing=freezing,
            alerts=parts.alerts,
            defer=parts.deferred.submit,
        ),
        cases=cases,
        case_check=case_check,
        case_authority=CaseAuthority(policy=policy, cases=cases, check=case_check),
        custodies=Custodies(parts.store, parts.keyring, os.urandom),
        disclosures=Disclosures(parts.store, parts.keyring, os.urandom),
        line=line,
        callers=Callers(parts.store, parts.keyring, os.urandom),
        live_calls=LiveCalls(parts.store, parts.keyring, os.urandom),
        call_records=CallRecords(parts.store, parts.keyring, os.urandom),
        lookout=Lookout(
            policy=policy,
            freezes=parts.freezes,
            shortlists=Shortlists(parts.store, parts.keyring, os.urandom),
            freezing=freezing,
            audit=audit,
            alerts=parts.alerts,
        ),
        audit=audit,
        checkpoints=parts.checkpoints,
        older=parts.archive,
        recent=parts.recent_entries,
        alerts=parts.alerts,
        metrics=parts.metrics,
    )
