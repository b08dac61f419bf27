"""What use cases have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

from keys.keyring import Keyring
from masking_service.access.budgets import Budgets
from masking_service.access.call_records import CallRecords
from masking_service.access.callers import Callers
from masking_service.access.case_check import CaseCheck
from masking_service.access.cases import Cases
from masking_service.access.custody import Custodies
from masking_service.access.decoys import Decoys
from masking_service.access.disclosures import Disclosures
from masking_service.access.freezes import Freezes
from masking_service.access.gate import Gate
from masking_service.access.issuers import Issuers
from masking_service.access.live_calls import LiveCalls
from masking_service.access.policy import Policy
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.recent import RecentEntries
from masking_service.audit.wanted import OlderEntries
from masking_service.calls.line import Line
from masking_service.masking.schema import Schema
from masking_service.observability.alerts import Alerts
from masking_service.observability.metrics import Metrics
from masking_service.store.client import Store
from masking_service.usecases.case_authority import CaseAuthority
from masking_service.usecases.conflicts import ConflictBudget
from masking_service.usecases.decoy_watch import DecoyWatch
from masking_service.usecases.freezes import FreezeByPolicy
from masking_service.usecases.lookout import Lookout
from masking_service.usecases.mask import Maskers
from masking_service.usecases.recorder import Recorder
from masking_service.vault.vault import Vault


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
