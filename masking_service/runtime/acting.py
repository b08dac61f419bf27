"""The use cases under one policy."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from masking_service.access.authenticate import Authenticator
from masking_service.access.callers import Callers
from masking_service.access.case_check import CaseCheck
from masking_service.access.gate import Gate
from masking_service.access.issuers import Issuers
from masking_service.access.policy import Policy
from masking_service.calls.line import Line
from masking_service.runtime.shared import Shared, shared_parts
from masking_service.usecases.activity import Activity
from masking_service.usecases.auditing import Auditing
from masking_service.usecases.call_reports import CallReports
from masking_service.usecases.calling import Calling
from masking_service.usecases.cases import Casework
from masking_service.usecases.custody import MoveCustody
from masking_service.usecases.decoys import Planting
from masking_service.usecases.detokenize import Detokenize
from masking_service.usecases.freezes import FreezeByHand
from masking_service.usecases.lookout import Lookout
from masking_service.usecases.mask import Mask
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
    shared = shared_parts(parts, policy, case_check)
    return Acting(
        policy=policy,
        gate=shared.gate,
        recorder=shared.audit,
        authenticator=Authenticator(parts.registry, issuers, parts.keyring),
        mask=Mask(gate=shared.gate, maskers=shared.maskers),
        tokenize=_tokenize(parts, policy, shared),
        view=_view(parts, policy, shared),
        search=_search(parts, policy, shared),
        detokenize=_detokenize(parts, policy, shared, issuers),
        move_custody=_move_custody(parts, policy, shared),
        cases=_cases(parts, policy, shared, case_check),
        read_cases=_read_cases(parts, policy, shared),
        privacy=_privacy(parts, policy, shared),
        freezes=FreezeByHand(gate=shared.gate, freezes=parts.freezes, audit=shared.audit, metrics=parts.metrics),
        decoys=_decoys(parts, shared),
        audit=_audit(parts, shared),
        me=Me(policy=policy, freezes=parts.freezes, issuers=issuers, budgets=shared.budgets, line=line),
        activity=_activity(parts, policy, shared),
        lookout=shared.lookout,
        calling=_calling(parts, policy, shared, issuers, line),
        call_reports=CallReports(
            line=line,
            live_calls=shared.live_calls,
            call_records=shared.call_records,
            audit=shared.audit,
            metrics=parts.metrics,
        ),
    )


def _tokenize(parts: "Parts", policy: Policy, shared: Shared) -> Tokenize:
    return Tokenize(
        policy=policy,
        gate=shared.gate,
        schemas=parts.schemas,
        maskers=shared.maskers,
        keyring=parts.keyring,
        vault=parts.vault,
        custodies=shared.custodies,
        conflicts=shared.conflicts,
        audit=shared.audit,
    )


def _view(parts: "Parts", policy: Policy, shared: Shared) -> View:
    return View(
        policy=policy,
        gate=shared.gate,
        store=parts.store,
        keyring=parts.keyring,
        vault=parts.vault,
        custodies=shared.custodies,
        disclosures=shared.disclosures,
        budgets=shared.budgets,
        freezing=shared.freezing,
        decoys=shared.watch,
        audit=shared.audit,
    )


def _search(parts: "Parts", policy: Policy, shared: Shared) -> Search:
    return Search(
        policy=policy,
        gate=shared.gate,
        store=parts.store,
        keyring=parts.keyring,
        vault=parts.vault,
        custodies=shared.custodies,
        disclosures=shared.disclosures,
        budgets=shared.budgets,
        freezing=shared.freezing,
        decoys=shared.watch,
        audit=shared.audit,
        metrics=parts.metrics,
    )


def _detokenize(parts: "Parts", policy: Policy, shared: Shared, issuers: Issuers) -> Detokenize:
    return Detokenize(
        policy=policy,
        gate=shared.gate,
        store=parts.store,
        keyring=parts.keyring,
        vault=parts.vault,
        case_authority=shared.case_authority,
        call_records=shared.call_records,
        disclosures=shared.disclosures,
        budgets=shared.budgets,
        freezing=shared.freezing,
        decoys=shared.watch,
        audit=shared.audit,
        check_sign_in=issuers.check_unmasking,
    )


def _move_custody(parts: "Parts", policy: Policy, shared: Shared) -> MoveCustody:
    return MoveCustody(
        policy=policy,
        gate=shared.gate,
        keyring=parts.keyring,
        vault=parts.vault,
        custodies=shared.custodies,
        decoys=shared.watch,
        audit=shared.audit,
    )


def _cases(parts: "Parts", policy: Policy, shared: Shared, case_check: CaseCheck | None) -> Casework:
    return Casework(
        policy=policy,
        gate=shared.gate,
        keyring=parts.keyring,
        cases=shared.cases,
        budgets=shared.budgets,
        decoys=shared.watch,
        audit=shared.audit,
        alerts=parts.alerts,
        case_check=case_check,
        freezing=shared.freezing,
    )


def _read_cases(parts: "Parts", policy: Policy, shared: Shared) -> ReadCases:
    return ReadCases(
        policy=policy, gate=shared.gate, keyring=parts.keyring, cases=shared.cases, disclosures=shared.disclosures
    )


def _privacy(parts: "Parts", policy: Policy, shared: Shared) -> Privacy:
    return Privacy(
        policy=policy,
        gate=shared.gate,
        keyring=parts.keyring,
        vault=parts.vault,
        custodies=shared.custodies,
        disclosures=shared.disclosures,
        audit=shared.audit,
    )


def _decoys(parts: "Parts", shared: Shared) -> Planting:
    return Planting(
        gate=shared.gate,
        keyring=parts.keyring,
        vault=parts.vault,
        disclosures=shared.disclosures,
        decoys=parts.decoys,
        freezing=shared.freezing,
        audit=shared.audit,
    )


def _audit(parts: "Parts", shared: Shared) -> Auditing:
    return Auditing(
        gate=shared.gate,
        keyring=parts.keyring,
        store=parts.store,
        older=parts.archive,
        checkpoints=parts.checkpoints,
        budgets=shared.budgets,
        audit=shared.audit,
    )


def _activity(parts: "Parts", policy: Policy, shared: Shared) -> Activity:
    return Activity(
        policy=policy,
        gate=shared.gate,
        keyring=parts.keyring,
        freezes=parts.freezes,
        recent=parts.recent_entries,
        lookout=shared.lookout,
    )


def _calling(parts: "Parts", policy: Policy, shared: Shared, issuers: Issuers, line: Line) -> Calling:
    return Calling(
        policy=policy,
        gate=shared.gate,
        store=parts.store,
        keyring=parts.keyring,
        vault=parts.vault,
        custodies=shared.custodies,
        case_authority=shared.case_authority,
        callers=Callers(parts.store, parts.keyring, os.urandom),
        live_calls=shared.live_calls,
        line=line,
        disclosures=shared.disclosures,
        budgets=shared.budgets,
        freezing=shared.freezing,
        decoys=shared.watch,
        audit=shared.audit,
        check_sign_in=issuers.check_unmasking,
    )
