"""Who is calling, and the one way in which the use cases write down what was done for them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from keys.keyring import Keyring
from masking_service.access.errors import AccessError
from masking_service.access.principals import Principal
from masking_service.audit.entries import Entry, Item, outside_id
from masking_service.audit.log import AuditLog

RELEASED: Final = "released"
DONE: Final = "done"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: who asks, under which request id, and when (Unix seconds)."""

    principal: Principal
    request_id: str
    now: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A waybill or field that a call asked for: its base (12 B, or None), and what came of it."""

    base: bytes | None
    outcome: str
    field: str = ""
    kind: str = ""


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
    ) -> str:
        """Make one entry durable and return its id.

        Raises:
            StoreUnavailable: it may not be durable; nothing may be answered.
        """
        keys = self._keyring.tenant(call.principal.tenant)
        items = [
            Item(keys.audit_hash("waybill", one.base.hex()) if one.base else "", one.outcome, one.field, one.kind)
            for one in seen
        ]
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
            )
        )
