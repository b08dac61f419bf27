"""Raises alerts: counts, logs and sends them.

An alert names a client by its id, a person and a tenant by the keyed hashes of
audit entries, and contains nothing else about anyone. Raising one never fails.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from keys.keyring import Keyring
from masking_service.audit.log import outside_id
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.metrics import AlertKind, Metrics
from masking_service.service.people.principals import CLIENT_ALIAS, SERVICE_ALIAS, Principal

QUIET_SECONDS: Final = 60
"""Seconds for which a process suppresses the same alert."""
MAX_REMEMBERED: Final = 10_000
_ID_BYTES: Final = 8


class Alert(msgspec.Struct, frozen=True):
    """One alert.

    Attributes:
        id: unique id, the same in every attempt to send it.
        kind: what it is about.
        at: when it was raised, ``2026-11-24T08:00:00Z``.
        tenant: keyed hash of the tenant's name, as in audit entries; empty if it concerns all.
        principal: the principal it concerns; empty if there is none.
    """

    id: str
    kind: AlertKind
    at: str
    tenant: str
    principal: str


Channel = Callable[[Alert], None]


class Alerts:
    """Raises alerts, named by random bytes, and passes them to channels."""

    def __init__(
        self, keyring: Keyring, metrics: Metrics, clock: Callable[[], int], random: Callable[[int], bytes]
    ) -> None:
        self._keyring = keyring
        self._metrics = metrics
        self._clock = clock
        self._random = random
        self._channels: list[Channel] = []
        self._raised: dict[tuple[str, str, str], int] = {}
        self._lock = threading.Lock()

    def send_to(self, channel: Channel) -> None:
        """Pass every later alert to `channel`, which must return at once."""
        self._channels.append(channel)

    def close(self) -> None:
        """Let every channel finish, within a short time."""
        for channel in self._channels:
            end = getattr(channel, "close", None)
            if end is not None:
                end()

    def raise_alert(self, kind: AlertKind, principal: Principal | None = None) -> None:
        """Raise an alert, at most once a minute."""
        tenant = principal.tenant if principal else ""
        now = self._clock()
        if not self._is_new((kind, tenant, principal.id if principal else ""), now):
            return
        self._metrics.alert(kind)
        alert = Alert(
            id=self._random(_ID_BYTES).hex(),
            kind=kind,
            at=rfc3339(now),
            tenant=self._keyring.tenant(tenant).tenant_hash if principal else "",
            principal=self._pseudonym(principal) if principal else "",
        )
        for channel in self._channels:
            with suppress(Exception):  # an alert must never fail the caller
                channel(alert)

    def _pseudonym(self, principal: Principal) -> str:
        """Return a client's id, or a person's keyed hash."""
        if principal.alias in (CLIENT_ALIAS, SERVICE_ALIAS):
            return outside_id(principal.id)
        return f"{principal.alias}/{self._keyring.tenant(principal.tenant).audit_hash('principal', principal.id)}"

    def _is_new(self, about: tuple[str, str, str], now: int) -> bool:
        with self._lock:
            raised_at = self._raised.get(about)
            if raised_at is not None and raised_at <= now < raised_at + QUIET_SECONDS:  # a clock set back hides nothing
                return False
            if len(self._raised) >= MAX_REMEMBERED:
                self._raised.clear()  # better twice than not at all
            self._raised[about] = now
            return True
