"""Runs commands that seal stored values anew, as an operator does."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from keys.keyring import Keyring
from keys.signatures import Verifier
from masking_audit.verify.store_check import Facts, check_store, read_new_entries
from masking_audit.verify.verifier import Verification
from masking_service.audit.log import AuditLog
from masking_service.audit.streams import Streams
from masking_service.rotation.coordinator import Coordinator
from masking_service.service.call.denials import Denials
from masking_service.service.call.recorder import Recorder
from masking_service.store.client import Store
from tests.rotation.processes import Process, coordinator
from tests.store.stores import NOW

LATE = NOW + 1_000
"""When the commands run, in Unix seconds."""


def running(
    path: Path,
    url: str,
    command: Callable[[Coordinator, Recorder], object],
    processes: Sequence[Process] = (),
    step: Callable[[], object] = lambda: None,
) -> object:
    """Run a command while these processes follow."""
    with coordinator(path, url, processes, step=step) as mine:
        log = AuditLog(mine.store, mine.keyring.audit_signer, os.urandom, lambda: LATE)
        return command(mine, Recorder(log, Denials(log, lambda: LATE), mine.keyring, "policy", None))


def unexplained(store: Store, keyring: Keyring) -> list[object]:
    """What the log does not explain of the store, long after all that was done."""
    facts, verification = Facts(), Verification(Verifier(keyring.audit_signer.public_pem()))
    for line in read_new_entries(Streams(store), verification):
        facts.add(line)
    assert [*verification.findings] == []
    return [*check_store(store, facts, lambda: None, lambda: LATE + 1_000)]
