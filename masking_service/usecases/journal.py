"""Who is calling, and the one way in which the use cases write down what was done for them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from keys.keyring import Keyring, TenantKeys
from masking_service.access.custody import NOBODY, Custody
from masking_service.access.errors import AccessError
from masking_service.access.principals import Principal
from masking_service.audit.entries import Entry, Item, fact, outside_id
from masking_service.audit.log import AuditLog
from masking_service.store.errors import StoreUnavailable
from masking_service.vault.sealed import Announce, Sealed

RELEASED: Final = "released"
DONE: Final = "done"
UNAVAILABLE: Final = "unavailable"
"""The outcome of an entry that takes others of the same call back."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: who asks, under which request id, and when (Unix seconds)."""

    principal: Principal
    request_id: str
    now: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A waybill or field that a call asked for: its base (12 B, or None), what came of it, and who holds it now."""

    base: bytes | None
    outcome: str
    field: str = ""
    kind: str = ""
    custody: Custody | None = None


class Journal:
    """Turns what happened into an audit entry and makes it durable."""

    def __init__(self, log: AuditLog, keyring: Keyring, policy_digest: str) -> None:
        self._log = log
        self._keyring = keyring
        self._policy = policy_digest

    @contextmanager
    def denials(self, call: Call, action: str, **stated: str | None) -> Iterator[None]:
        """Write an entry for whatever refuses the call inside; `stated` is its purpose, case or profile."""
        try:
            yield
        except AccessError as refusal:
            self.write(call, action, refusal.code, **stated)  # type: ignore[arg-type]  # names of texts only
            raise

    @contextmanager
    def changing(
        self, call: Call, action: str, outcome: str = DONE, *, seen: Sequence[Seen] = (), **said: Any
    ) -> Iterator[Announce]:
        """A way to write the entry of an action that changes sealed state, for whoever is about to change it inside.

        If the store fails after the entry was written, another entry takes it back, by its id: what was announced may
        not stand, and what it says was released was not answered. `said` is what `write` takes beside.
        """
        announced: list[str] = []

        def announce(sealed: Sequence[Sealed]) -> str:
            announced.append(self.write(call, action, outcome, seen=seen, sealed=sealed, **said))
            return announced[-1]

        try:
            yield announce
        except StoreUnavailable:
            if announced:
                with suppress(StoreUnavailable):
                    self.write(call, action, UNAVAILABLE, takes_back=announced, **said)
            raise

    def write(
        self,
        call: Call,
        action: str,
        outcome: str,
        *,
        role: str = "",
        purpose: str | None = None,
        case: str | None = None,
        profile: str | None = None,
        seen: Sequence[Seen] = (),
        approved_by: Sequence[str] = (),
        subject: str = "",
        sealed: Sequence[Sealed] = (),
        takes_back: Sequence[str] = (),
    ) -> str:
        """Make one entry durable and return its id.

        Args:
            call: for whom.
            action, outcome, role, purpose, case, profile, approved_by, subject: see `audit.entries.Entry`.
            seen: what the call asked for, and what came of each.
            sealed: the state that is about to be written, which this entry announces.
            takes_back: the ids of the entries of this call that count no longer.

        Raises:
            StoreUnavailable: it may not be durable; nothing may be answered.
        """
        keys = self._keyring.tenant(call.principal.tenant)
        items = [_item(keys, one) for one in seen]
        return self._log.append(
            Entry(
                at=call.now,
                action=action,
                outcome=outcome,
                principal=outside_id(call.principal.id),
                role=role,
                tenant=keys.audit_hash("tenant"),
                request=outside_id(call.request_id),
                policy=self._policy,
                purpose=outside_id(purpose or ""),
                case=outside_id(case or ""),
                profile=profile or "",
                count=sum(one.outcome == RELEASED for one in seen),
                items=items,
                approved_by=[outside_id(principal) for principal in approved_by],
                subject=outside_id(subject),
                facts=[fact(one) for one in sealed],
                takes_back=takes_back,
            )
        )


def _item(keys: TenantKeys, one: Seen) -> Item:
    waybill = keys.audit_hash("waybill", one.base.hex()) if one.base else ""
    held = one.custody or NOBODY
    return Item(waybill, one.outcome, one.field, one.kind, outside_id(held.site or ""), outside_id(held.courier or ""))
