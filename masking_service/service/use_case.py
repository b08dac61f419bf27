"""What use cases have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

from keys.keyring import Keyring
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.recent import RecentEntries
from masking_service.audit.wanted import OlderEntries
from masking_service.masking.schema import Schema
from masking_service.observability.alerts import Alerts
from masking_service.observability.metrics import Metrics
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.disclosures import Disclosures
from masking_service.service.call.gate import Gate
from masking_service.service.call.recorder import Recorder
from masking_service.service.cases.authority import CaseAuthority
from masking_service.service.cases.case_check import CaseCheck
from masking_service.service.cases.state import Cases
from masking_service.service.custody.state import Custodies
from masking_service.service.decoys.state import Decoys
from masking_service.service.decoys.watch import DecoyWatch
from masking_service.service.freezes.state import Freezes
from masking_service.service.freezes.use import FreezeByPolicy
from masking_service.service.lookout.use import Lookout
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.policy import Policy
from masking_service.service.phone_calls.call_records import CallRecords
from masking_service.service.phone_calls.callers import Callers
from masking_service.service.phone_calls.line import Line
from masking_service.service.phone_calls.live_calls import LiveCalls
from masking_service.service.waybills.conflicts import ConflictBudget
from masking_service.service.waybills.mask import Maskers
from masking_service.service.waybills.vault import Vault
from masking_service.store.client import Store


@dataclass(frozen=True, kw_only=True)
class UseCase:
    """The parts that use cases work with, under one policy.

    Each use case gets all of them, and uses those that it names as `self.X`. There are no slots: runtime/acting.py
    copies them by `vars`. Mask, FreezeByHand and Lookout list their own parts, because this module imports theirs.
    """

    policy: Policy
    gate: Gate
    issuers: Issuers
    store: Store
    keyring: Keyring
    vault: Vault
    schemas: Mapping[str, Schema]
    maskers: Maskers
    budgets: Budgets
    conflicts: ConflictBudget
    freezes: Freezes
    freezing: FreezeByPolicy
    decoys: Decoys
    watch: DecoyWatch
    cases: Cases
    case_check: CaseCheck | None
    case_authority: CaseAuthority
    custodies: Custodies
    disclosures: Disclosures
    line: Line
    callers: Callers
    live_calls: LiveCalls
    call_records: CallRecords
    lookout: Lookout
    audit: Recorder
    checkpoints: Checkpoints
    older: OlderEntries | None
    recent: RecentEntries
    alerts: Alerts
    metrics: Metrics
