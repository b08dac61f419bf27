"""Reports what no caller sees: alerts in the log, and errors of the background threads."""

import threading
from time import monotonic
from typing import Final

from keys.errors import IntegrityError
from masking_service.observability.alerts import Alert, Alerts
from masking_service.observability.logs import log
from masking_service.observability.metrics import AlertKind
from masking_service.runtime.background import Report
from masking_service.service.people.errors import PolicyError
from masking_service.store.errors import StoreUnavailable

_ALERTS: Final[dict[str, AlertKind]] = {
    "wrong-store": "wrong-store",
    "policy-refused": "policy-refused",
    "checkpoint-late": "checkpoint-late",
}
"""The events of the background threads that raise an alert."""
REPEAT_SECONDS: Final = 60
"""An error that lasts is logged this often; the background threads meet it up to four times a second."""


def log_alert(alert: Alert) -> None:
    """Write an alert to the log, as a channel of alerts."""
    log.error("alert", alert=alert.id, kind=alert.kind, tenant=alert.tenant, principal=alert.principal)


def reporter(alerts: Alerts) -> Report:
    """Return the report of the background threads: it logs an error, and raises an alert if an operator must act.

    The same error with the same reason is logged at most once a minute.
    """
    lock = threading.Lock()
    logged: dict[tuple[str, str, str], float] = {}

    def is_new(error: tuple[str, str, str]) -> bool:
        with lock:
            now = monotonic()
            for old in [one for one, at in logged.items() if now - at >= REPEAT_SECONDS]:
                del logged[old]
            new = error not in logged
            if new:
                logged[error] = now
            return new

    def report(event: str, fault: Exception) -> None:
        details = _details(fault)
        if is_new((event, type(fault).__name__, details.get("reason", ""))):
            log.error(event, error=type(fault).__name__, **details)
        kind = "integrity" if isinstance(fault, IntegrityError) else _ALERTS.get(event)
        if kind is not None:
            alerts.raise_alert(kind)

    return report


def _details(fault: Exception) -> dict[str, str]:
    """What an operator needs to act; a policy's faults name paths and rules, never a value."""
    if isinstance(fault, StoreUnavailable):
        return {"reason": fault.explained}
    return {"reason": str(fault)} if isinstance(fault, PolicyError) else {}
