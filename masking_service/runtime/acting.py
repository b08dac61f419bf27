"""The use cases under one policy."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from masking_service.access.authenticate import Authenticator
from masking_service.access.budgets import Budgets
from masking_service.access.call_records import CallRecords
from masking_service.access.callers import Callers
from masking_service.access.case_check import CaseCheck
from masking_service.access.cases import Cases
from masking_service.access.custody import Custodies
from masking_service.access.disclosures import Disclosures
from masking_service.access.gate import Gate
from masking_service.access.issuers import Issuers
from masking_service.access.live_calls import LiveCalls
from masking_service.access.once import OnceAMinute
from masking_service.access.policy import Policy
from masking_service.access.shortlists import Shortlists
from masking_service.calls.line import Line
from masking_service.usecases.activity import Activity
from masking_service.usecases.auditing import Auditing
from masking_service.usecases.call_reports import CallReports
from masking_service.usecases.calling import Calling
from masking_service.usecases.case_authority import CaseAuthority
from masking_service.usecases.cases import Casework
from masking_service.usecases.conflicts import ConflictBudget
from masking_service.usecases.custody import MoveCustody
from masking_service.usecases.decoy_watch import DecoyWatch
from masking_service.usecases.decoys import Planting
from masking_service.usecases.detokenize import Detokenize
from masking_service.usecases.freezes import FreezeByHand, FreezeByPolicy
from masking_service.usecases.lookout import Lookout
from masking_service.usecases.mask import Mask, Maskers
from masking_service.usecases.me import Me
from masking_service.usecases.privacy import Privacy
from masking_service.usecases.read_cases import ReadCases
from masking_service.usecases.recorder import Recorder
from masking_service.usecases.search import Search
from masking_service.usecases.tokenize import Tokenize
from masking_service.usecases.view import View

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
    """The use cases of these parts under a policy, and the issuers, ticket system and provider that it names."""
    gate = Gate(policy, parts.freezes)
    parts.metrics.create_budget_series(policy.budgets)
    budgets = Budgets(parts.store, parts.keyring, policy.rules.factors, os.urandom, parts.metrics)
    audit = Recorder(parts.log, parts.denials, parts.keyring, policy.digest)
    conflicts = ConflictBudget(
        budgets=budgets,
        once=OnceAMinute(parts.store, parts.keyring, os.urandom),
        audit=audit,
        alerts=parts.alerts,
    )
    freezing = FreezeByPolicy(
        rules=policy.rules.watch, freezes=parts.freezes, audit=audit, alerts=parts.alerts, metrics=parts.metrics
    )
    watch = DecoyWatch(
        decoys=parts.decoys,
        freezes=parts.freezes,
        freezing=freezing,
        alerts=parts.alerts,
        defer=parts.deferred.submit,
    )
    cases = Cases(parts.store, parts.keyring, os.urandom)
    custodies = Custodies(parts.store, parts.keyring, os.urandom)
    disclosures = Disclosures(parts.store, parts.keyring, os.urandom)
    lookout = Lookout(
        policy=policy,
        freezes=parts.freezes,
        shortlists=Shortlists(parts.store, parts.keyring, os.urandom),
        freezing=freezing,
        audit=audit,
        alerts=parts.alerts,
    )
    case_authority = CaseAuthority(policy=policy, cases=cases, check=case_check)
    live_calls = LiveCalls(parts.store, parts.keyring, os.urandom)
    call_records = CallRecords(parts.store, parts.keyring, os.urandom)
    maskers = Maskers(parts.schemas, policy.rules.profiles)
    return Acting(
        policy=policy,
        gate=gate,
        recorder=audit,
        authenticator=Authenticator(parts.registry, issuers, parts.keyring),
        mask=Mask(gate=gate, maskers=maskers),
        tokenize=Tokenize(
            policy=policy,
            gate=gate,
            schemas=parts.schemas,
            maskers=maskers,
            keyring=parts.keyring,
            vault=parts.vault,
            custodies=custodies,
            conflicts=conflicts,
            audit=audit,
        ),
        view=View(
            policy=policy,
            gate=gate,
            store=parts.store,
            keyring=parts.keyring,
            vault=parts.vault,
            custodies=custodies,
            disclosures=disclosures,
            budgets=budgets,
            freezing=freezing,
            decoys=watch,
            audit=audit,
        ),
        search=Search(
            policy=policy,
            gate=gate,
            keyring=parts.keyring,
            vault=parts.vault,
            custodies=custodies,
            disclosures=disclosures,
            budgets=budgets,
            freezing=freezing,
            decoys=watch,
            audit=audit,
            metrics=parts.metrics,
        ),
        detokenize=Detokenize(
            policy=policy,
            gate=gate,
            store=parts.store,
            keyring=parts.keyring,
            vault=parts.vault,
            case_authority=case_authority,
            call_records=call_records,
            disclosures=disclosures,
            budgets=budgets,
            freezing=freezing,
            decoys=watch,
            audit=audit,
            check_sign_in=issuers.check_unmasking,
        ),
        move_custody=MoveCustody(
            policy=policy,
            gate=gate,
            keyring=parts.keyring,
            vault=parts.vault,
            custodies=custodies,
            decoys=watch,
            audit=audit,
        ),
        cases=Casework(
            policy=policy,
            gate=gate,
            keyring=parts.keyring,
            cases=cases,
            budgets=budgets,
            decoys=watch,
            audit=audit,
            alerts=parts.alerts,
            case_check=case_check,
            freezing=freezing,
        ),
        read_cases=ReadCases(policy=policy, gate=gate, keyring=parts.keyring, cases=cases, disclosures=disclosures),
        privacy=Privacy(
            policy=policy,
            gate=gate,
            keyring=parts.keyring,
            vault=parts.vault,
            custodies=custodies,
            disclosures=disclosures,
            audit=audit,
        ),
        freezes=FreezeByHand(gate=gate, freezes=parts.freezes, audit=audit, metrics=parts.metrics),
        decoys=Planting(
            gate=gate,
            keyring=parts.keyring,
            vault=parts.vault,
            disclosures=disclosures,
            decoys=parts.decoys,
            freezing=freezing,
            audit=audit,
        ),
        audit=Auditing(
            gate=gate,
            keyring=parts.keyring,
            store=parts.store,
            checkpoints=parts.checkpoints,
            budgets=budgets,
            audit=audit,
        ),
        me=Me(policy=policy, freezes=parts.freezes, issuers=issuers, budgets=budgets, line=line),
        activity=Activity(
            policy=policy,
            gate=gate,
            keyring=parts.keyring,
            freezes=parts.freezes,
            recent=parts.recent_entries,
            lookout=lookout,
        ),
        lookout=lookout,
        calling=Calling(
            policy=policy,
            gate=gate,
            store=parts.store,
            keyring=parts.keyring,
            vault=parts.vault,
            custodies=custodies,
            case_authority=case_authority,
            callers=Callers(parts.store, parts.keyring, os.urandom),
            live_calls=live_calls,
            line=line,
            disclosures=disclosures,
            budgets=budgets,
            freezing=freezing,
            decoys=watch,
            audit=audit,
            check_sign_in=issuers.check_unmasking,
        ),
        call_reports=CallReports(
            line=line, live_calls=live_calls, call_records=call_records, audit=audit, metrics=parts.metrics
        ),
    )
