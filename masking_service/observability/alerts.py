"""Alerts: what somebody has to look at now. Each is counted, logged, and sent where the settings say.

An alert names a principal by the id of its issuer and a tenant by the hash that
audit entries bear, and holds nothing else about anyone. Raising one never fails.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from keys.keyring import Keyring
from masking_service.access.principals import CLIENT_ALIAS, SERVICE_ALIAS, Principal
from masking_service.audit.entries import outside_id
from masking_service.domain.timestamps import rfc3339
from masking_service.observability.metrics import AlertKind, Metrics

QUIET_SECONDS: Final = 60
"""How long the same is not said again by the same process."""
MOST_REMEMBERED: Final = 10_000
_ID_BYTES: Final = 8


class Alert(msgspec.Struct, frozen=True):
    """One alert.

    Attributes:
        id: its own, the same however often it is sent.
        kind: what it is about.
        at: when it was raised, ``2026-11-24T08:00:00Z``.
        tenant: keyed hash of the tenant's name, as in audit entries; empty where it concerns all.
        principal: whom it concerns; empty where that is nobody.
    """

    id: str
    kind: AlertKind
    at: str
    tenant: str
    principal: str


Channel = Callable[[Alert], None]


class Alerts:
    """Where alerts are raised.

    Args:
        keyring: hashes tenants.
        metrics: counts alerts.
        clock: tells Unix seconds.
        random: gives that many random bytes; names alerts.
    """

    def __init__(
        self, keyring: Keyring, metrics: Metrics, clock: Callable[[], int], random: Callable[[int], bytes]
    ) -> None:
        self._keyring = keyring
        self._metrics = metrics
        self._clock = clock
        self._random = random
        self._channels: list[Channel] = []
        self._said: dict[tuple[str, str, str], int] = {}
        self._lock = threading.Lock()

    def send_to(self, channel: Channel) -> None:
        """Let `channel` hear of every alert from now on. It must return at once."""
        self._channels.append(channel)

    def close(self) -> None:
        """Let every channel finish what it has begun, as far as it needs no more than a moment."""
        for channel in self._channels:
            end = getattr(channel, "close", None)
            if end is not None:
                end()

    def raise_alert(self, kind: AlertKind, principal: Principal | None = None) -> None:
        """Raise an alert, unless the same was raised within a minute: a flood of alerts hides what matters."""
        tenant = principal.tenant if principal else ""
        now = self._clock()
        if not self._is_new((kind, tenant, principal.id if principal else ""), now):
            return
        self._metrics.alert(kind)
        alert = Alert(
            id=self._random(_ID_BYTES).hex(),
            kind=kind,
            at=rfc3339(now),
            tenant=self._keyring.tenant(tenant).audit_hash("tenant") if principal else "",
            principal=self._pseudonym(principal) if principal else "",
        )
        for channel in self._channels:
            with suppress(Exception):  # whoever raises an alert has something else to finish
                channel(alert)

    def _pseudonym(self, principal: Principal) -> str:
        """A machine client by its id, a person by a keyed hash: providers put people's names into subjects."""
        if principal.alias in (CLIENT_ALIAS, SERVICE_ALIAS):
            return outside_id(principal.id)
        return f"{principal.alias}/{self._keyring.tenant(principal.tenant).audit_hash('principal', principal.id)}"

    def _is_new(self, about: tuple[str, str, str], now: int) -> bool:
        with self._lock:
            said = self._said.get(about)
            if said is not None and said <= now < said + QUIET_SECONDS:  # a clock that goes back silences nothing
                return False
            if len(self._said) >= MOST_REMEMBERED:
                self._said.clear()  # better twice than not at all
            self._said[about] = now
            return True
