"""The audit log as auditors know it: read page by page, held by signed checkpoints, and ended when a process ends.

Reading writes no entry, or whoever follows the log would never come to its end;
who may not read it is written down.
"""

from base64 import b64encode
from dataclasses import replace
from typing import Any, Final

import msgspec

from keys.keyring import Keyring
from masking_service.access.budgets import Budgets
from masking_service.access.gate import Gate
from masking_service.access.rules import CHECKPOINTS
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.lines import CheckpointLine
from masking_service.audit.log import AuditLog
from masking_service.audit.reading import Entry, page
from masking_service.store.client import Store
from masking_service.usecases.recorder import Call, Recorder

AUDIT_HASH_OF_TENANT: Final = "tenant"


class Auditing:
    """Reading the log, and asking for a checkpoint, under one policy."""

    def __init__(
        self, *, gate: Gate, keyring: Keyring, store: Store, checkpoints: Checkpoints, budgets: Budgets, audit: Recorder
    ) -> None:
        self._gate = gate
        self._keyring = keyring
        self._store = store
        self._checkpoints = checkpoints
        self._budgets = budgets
        self._audit = audit

    def entries(self, call: Call, after: str | None, limit: int) -> tuple[list[Entry], str | None]:
        """The entries of the caller's tenant that came after the entry `after`, at most `limit`, and fewer where they
        are large.

        Round trips: see `page`.

        Returns:
            The entries, and the id to go on from: of the newest of them, `after` where there is none, None where the
            log is empty.

        Raises:
            AccessError: the caller may not.
            UnknownEntryError: the tenant has no entry of the id `after`.
            StoreUnavailable, IntegrityError: it cannot be read.
        """
        with self._audit.record_denials(call, "audit-read"):
            self._gate.grant(call.principal, "audit:read")
        tenant = self._keyring.tenant(call.principal.tenant).audit_hash(AUDIT_HASH_OF_TENANT)
        found = page(self._store, tenant, after, limit)
        return found, found[-1]["id"] if found else after

    def checkpoint(self, call: Call) -> dict[str, Any]:
        """A checkpoint that names every entry that was acknowledged before; a new one only where none does.

        Round trips: one for the budget, two to read, and one to write a new one.

        Raises:
            AccessError: the caller may not, or the budget is spent.
            StoreUnavailable, IntegrityError, RolledBackError: none can be had.
        """
        with self._audit.record_denials(call, "audit-read"):
            grant = self._gate.grant(call.principal, "audit:read")
            self._budgets.reserve(call.principal, replace(grant, budget=CHECKPOINTS), 1, call.now)
        return told(self._checkpoints.newest())


def told(made: CheckpointLine) -> dict[str, Any]:
    """A checkpoint as it is told and kept: what it says, and its signature in base64."""
    return {
        "checkpoint": msgspec.json.decode(made.content),
        "signature": b64encode(made.signature).decode("ascii"),
    }


def end(log: AuditLog, checkpoints: Checkpoints) -> None:
    """End this process's part of the log: its last entry says so, and a checkpoint names that entry.

    Where nothing was written, nothing is said.

    Raises:
        StoreUnavailable, IntegrityError, RolledBackError: it is not ended so. Nothing is lost; it then looks as if the
            process had been killed.
    """
    if log.close():
        checkpoints.make()
