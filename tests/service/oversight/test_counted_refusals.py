"""Refused calls are counted in each process for a minute, and the activity of a principal shows them afterwards."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.audit.log import AuditLog
from masking_service.audit.recent import RecentEntries
from masking_service.service.call.denials import Denials
from masking_service.service.call.recorder import RequestContext
from masking_service.service.oversight.activity import ActivityReport
from masking_service.store.client import Store
from tests.audit.logs import SIGNER, TENANT, entry
from tests.service.people.policies import policy, someone
from tests.store import stores
from tests.store.stores import NOW


class Workers:
    """The processes of a service, which refuse calls of one principal, and what the service shows of it."""

    def __init__(self, store: Store, processes: int) -> None:
        self.now = NOW
        logs = [AuditLog(store, SIGNER, stores.foreseen(f"process {at}"), lambda: self.now) for at in range(processes)]
        self.processes = [Denials(log, lambda: self.now) for log in logs]
        parts: dict[str, Any] = {
            "gate": SimpleNamespace(grant=lambda *_: None),
            "keyring": SimpleNamespace(tenant=lambda _: SimpleNamespace(lasting_hash=lambda _: TENANT)),
            "freezes": SimpleNamespace(listed=lambda _: []),
            "shortlists": SimpleNamespace(of=lambda _: []),
            "recent": RecentEntries(store),
        }
        self._report = ActivityReport(policy=policy(lambda _: None), **parts)

    def refuse(self, *, calls: int) -> None:
        """Refuse calls that go to each process in turn."""
        for number in range(calls):
            refused = entry(action="detokenize", outcome="forbidden", at=self.now)
            self.processes[number % len(self.processes)].record(refused)

    def pass_seconds(self, seconds: int) -> None:
        """Let the background of each process run after this time."""
        self.now += seconds
        for process in self.processes:
            process.flush(everything=False)

    @property
    def shown(self) -> int:
        """The refusals of the last day."""
        [one] = self._report(RequestContext(someone("supervisor"), "r-1", self.now)).principals
        return one.refusals["1d"]


@pytest.mark.parametrize("processes", [1, 3])
def test_within_a_minute_each_process_has_written_its_first_refusal(store: Store, processes: int) -> None:
    """So two services that refused as many calls show other counts."""
    service = Workers(store, processes)
    service.refuse(calls=9)
    service.pass_seconds(59)

    assert service.shown == processes


def test_after_a_minute_all_refusals_are_shown_wherever_they_were_counted(store: Store) -> None:
    service = Workers(store, 3)
    service.refuse(calls=9)
    service.pass_seconds(60)

    assert service.shown == 9
