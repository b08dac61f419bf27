"""Reads the audit log for auditors, and ends it when a process ends.

Reading writes no entry: a reader who follows the log would never reach its end.
A refused reader is recorded.
"""

from base64 import b64encode
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET

from keys.keyring import Keyring, TenantKeys
from masking_service.audit.actions import Action
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.log import AuditLog
from masking_service.audit.questions import OlderEntries, Wanted
from masking_service.audit.reading import TenantLog
from masking_service.audit.recent import Figures, figures_of
from masking_service.audit.slots import MAX_SECONDS, scan, search
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import Gate
from masking_service.service.call.recorder import Recorder, RequestContext
from masking_service.service.oversight import answers
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant
from masking_service.service.people.rules import CHECKPOINTS
from masking_service.service.search.state import Asked
from masking_service.store.client import Store

AUDIT_HASH_OF_TENANT: Final = "tenant"
READ: Final = Permission.AUDIT_READ
SUMS: Final = Permission.AUDIT_SUMS
"""Sums and checkpoints, for outsiders: nothing that names a person or a waybill."""
MAX_SUMMED: Final = 20_000
"""Entries that one summary reads at most. A summary that ends there goes on behind the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditing:
    """Reads the log and its checkpoints, under one policy.

    Each method raises AccessError where the caller may not, and StoreUnavailable or IntegrityError where the log cannot
    be read; those that go on from an entry `after`, UnknownEntryError where the tenant has none of that id.
    """

    gate: Gate
    store: Store
    keyring: Keyring
    budgets: Budgets
    recorder: Recorder
    checkpoints: Checkpoints
    older: OlderEntries | None

    def entries(
        self,
        context: RequestContext,
        wanted: Wanted,
        *,
        waybill: str | None,
        after: str | None,
        limit: int,
        newest: bool,
    ) -> dict[str, Any]:
        """The wanted entries of the caller's tenant behind the entry `after`. Round trips: see `search`.

        Args:
            waybill: a waybill number that they are about.

        Raises:
            InvalidRecord: the waybill number is malformed, or a person's number.
        """
        keys = self._reading(context)
        if waybill is not None:
            try:
                number = normalise_waybill_no(waybill)
            except ValueError:
                raise InvalidRecord((("/waybill", "invalid-waybill-no"),)) from None
            [base] = keys.bases([number])
            wanted = replace(wanted, waybill=_hashes(keys, "waybill", base.hex()))
        return self._page(keys, wanted, after, limit, newest=newest)

    def searches(
        self,
        context: RequestContext,
        *,
        phone: str | None,
        last4: str | None,
        site: str | None,
        after: str | None,
        limit: int,
    ) -> dict[str, Any]:
        """The entries of searches for a phone, or for four digits at a site, the newest first.

        Round trips: see `search`.

        Args:
            phone, last4, site: see `Asked.read`.

        Raises:
            InvalidRecord: what is asked is malformed.
        """
        keys = self._reading(context)
        wanted = Wanted(action=Action.SEARCH, asked=_hashes(keys, *Asked.read(phone, last4, site).hashed_parts))
        return self._page(keys, wanted, after, limit, newest=True)

    def summary(
        self,
        context: RequestContext,
        begin: int,
        end: int,
        *,
        by: Literal["principal", "action"],
        per: int,
        after: str | None,
    ) -> answers.AuditSummary:
        """Sums of fields opened, full views and refusals of the caller's tenant. Round trips: see `scan`.

        Args:
            begin, end: the range of time, in Unix seconds; `end` is outside.
            per: seconds in which the sums are kept apart.
            after: the `next` of the summary that this one goes on from.

        Raises:
            Forbidden: with `audit:sums` alone the caller has no sums by principal.
        """
        with self.recorder.record_denials(context, Action.AUDIT_READ):
            if self._grant(context).permission == SUMS and by == "principal":
                raise Forbidden("by")
        log = self._log(self.keyring.tenant(context.principal.tenant))
        wanted = Wanted(begin=begin, end=end)
        entries: dict[str, tuple[int, str, Figures]] = {}
        last, until = None, monotonic() + MAX_SECONDS
        for read, one in enumerate(scan(log, wanted, after=after), 1):
            entry = one.entry
            for taken_back in entry.get("takes_back", ()):
                entries.pop(taken_back, None)
            figures = figures_of(entry)._replace(cases=0)
            if figures and wanted.matches(entry):
                entries[entry["id"]] = (entry["at"] // per * per, entry[by], figures)
            if read >= MAX_SUMMED or monotonic() >= until:
                last = one.cursor
                break
        sums: dict[tuple[int, str], Figures] = {}
        for at, who, figures in entries.values():
            sums[at, who] = sums.get((at, who), Figures()).plus(figures)
        rows = [
            answers.AuditSum(rfc3339(at), who, figures.fields, figures.full_views, figures.refusals)
            for (at, who), figures in sorted(sums.items())
        ]
        return answers.AuditSummary(rows, UNSET if last is None else last)

    def checkpoint(self, context: RequestContext) -> dict[str, Any]:
        """Return a checkpoint that covers all acknowledged entries.

        A new one is made only if an entry was written since the newest. Round trips: one for the budget, two to read,
        and one to write a new one.

        Raises:
            QuotaExceeded: the budget is spent.
            RolledBackError: there is none.
        """
        with self.recorder.record_denials(context, Action.AUDIT_READ):
            grant = self._grant(context)
            self.budgets.reserve(context.principal, replace(grant, budget=CHECKPOINTS), 1, context.now)
        made = self.checkpoints.make(reuse=True)
        signature = b64encode(made.signature).decode("ascii")
        return {"checkpoint": msgspec.json.decode(made.content), "signature": signature}

    def _reading(self, context: RequestContext) -> TenantKeys:
        """Return the keys of the caller's tenant, where the caller may read its log."""
        with self.recorder.record_denials(context, Action.AUDIT_READ):
            self.gate.grant(context.principal, READ)
        return self.keyring.tenant(context.principal.tenant)

    def _page(self, keys: TenantKeys, wanted: Wanted, after: str | None, limit: int, *, newest: bool) -> dict[str, Any]:
        """Return a page of entries as it is answered: `answers.AuditPage`, without decoding the entries."""
        found, last = search(self._log(keys), wanted, after=after, limit=limit, newest=newest)
        return {"entries": found, "next": last}

    def _log(self, keys: TenantKeys) -> TenantLog:
        return TenantLog(self.store, keys.lasting_hash(AUDIT_HASH_OF_TENANT), self.older)

    def _grant(self, context: RequestContext) -> Grant:
        """Return the grant of reading the log, or else of its sums."""
        try:
            return self.gate.grant(context.principal, READ)
        except Forbidden:
            return self.gate.grant(context.principal, SUMS)


def _hashes(keys: TenantKeys, *parts: str) -> str | tuple[str, ...]:
    """Return what entries may have, as `Wanted` takes it."""
    first, *newer = keys.audit_hashes(*parts)
    return (first, *newer) if newer else first


def end(log: AuditLog, checkpoints: Checkpoints) -> None:
    """Write the last entry of this process, and a checkpoint that covers it.

    Does nothing if this process wrote no entry.

    Raises:
        StoreUnavailable, IntegrityError, RolledBackError: it was not written. Nothing is lost; it then looks as if the
            process had been killed.
    """
    if log.close():
        checkpoints.make()
