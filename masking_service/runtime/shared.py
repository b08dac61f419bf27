"""What the use cases of one policy share."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from masking_service.access.budgets import Budgets
from masking_service.access.call_records import CallRecords
from masking_service.access.case_check import CaseCheck
from masking_service.access.cases import Cases
from masking_service.access.custody import Custodies
from masking_service.access.disclosures import Disclosures
from masking_service.access.gate import Gate
from masking_service.access.live_calls import LiveCalls
from masking_service.access.once import OnceAMinute
from masking_service.access.policy import Policy
from masking_service.access.shortlists import Shortlists
from masking_service.usecases.case_authority import CaseAuthority
from masking_service.usecases.conflicts import ConflictBudget
from masking_service.usecases.decoy_watch import DecoyWatch
from masking_service.usecases.freezes import FreezeByPolicy
from masking_service.usecases.lookout import Lookout
from masking_service.usecases.mask import Maskers
from masking_service.usecases.recorder import Recorder

if TYPE_CHECKING:
    from masking_service.runtime.wiring import Parts


@dataclass(frozen=True, slots=True)
class Shared:
    """Parts that follow from the policy, each used by several use cases."""

    gate: Gate
    audit: Recorder
    maskers: Maskers
    budgets: Budgets
    freezing: FreezeByPolicy
    watch: DecoyWatch
    cases: Cases
    case_authority: CaseAuthority
    custodies: Custodies
    disclosures: Disclosures
    conflicts: ConflictBudget
    live_calls: LiveCalls
    call_records: CallRecords
    lookout: Lookout


def shared_parts(parts: "Parts", policy: Policy, case_check: CaseCheck | None) -> Shared:
    """The shared parts under a policy, and the ticket system that it names."""
    parts.metrics.create_budget_series(policy.budgets)
    audit = Recorder(parts.log, parts.denials, parts.keyring, policy.digest, parts.backlog.require_room)
    budgets = Budgets(parts.store, parts.keyring, policy.rules.factors, os.urandom, parts.metrics)
    once = OnceAMinute(parts.store, parts.keyring, os.urandom)
    cases = Cases(parts.store, parts.keyring, os.urandom)
    freezing = FreezeByPolicy(
        rules=policy.rules.watch, freezes=parts.freezes, audit=audit, alerts=parts.alerts, metrics=parts.metrics
    )
    return Shared(
        gate=Gate(policy, parts.freezes),
        audit=audit,
        maskers=Maskers(parts.schemas, policy.rules.profiles),
        budgets=budgets,
        freezing=freezing,
        watch=DecoyWatch(
            decoys=parts.decoys,
            freezes=parts.freezes,
            freezing=freezing,
            alerts=parts.alerts,
            defer=parts.deferred.submit,
        ),
        cases=cases,
        case_authority=CaseAuthority(policy=policy, cases=cases, check=case_check),
        custodies=Custodies(parts.store, parts.keyring, os.urandom),
        disclosures=Disclosures(parts.store, parts.keyring, os.urandom),
        conflicts=ConflictBudget(budgets=budgets, once=once, audit=audit, alerts=parts.alerts),
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
    )
