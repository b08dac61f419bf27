"""Background threads: refresh policy, clients, freezes, decoys, store state and keys once a second."""

import threading
import time
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

from keys.errors import IntegrityError, KeysError
from masking_service.audit.errors import RolledBackError
from masking_service.observability.alerts import Alert, Alerts
from masking_service.observability.logs import log
from masking_service.observability.metrics import AlertKind
from masking_service.runtime.clock import clock
from masking_service.runtime.store_admission import watch_store
from masking_service.runtime.wiring import Parts
from masking_service.service.people.errors import ClientError, PolicyError
from masking_service.store.errors import StoreUnavailable, WrongStore

EVERY_SECONDS: Final = 1.0
SOON_SECONDS: Final = 0.25
"""Seconds until the store is checked again after an unknown server, or a check without an answer."""
CURRENT_SECONDS: Final = 3.0
"""Seconds a process uses the store with its copy of clients, freezes and decoys before it learns again."""
BACKLOG_EVERY_SECONDS: Final = 60
"""Seconds between readings of how far the log is archived and trimmed, which happens once a minute."""
LATE_SECONDS: Final = 120
"""A checkpoint this old is twice as old as any should become."""


class CheckpointLate(Exception):
    """The newest checkpoint of the audit log is too old: entries could be cut off without proof."""


Report = Callable[[Exception], None]
"""Is told of an error that no caller sees."""


Jobs = tuple[Callable[[float], object], tuple[Callable[[], object], ...]]
"""What a thread waits with between two runs, and its work in each."""


class BackgroundThreads:
    """Threads of a serving process that do their jobs once a second, whatever one of them raises.

    Args:
        report: is told of each error.
        jobs: of each thread, by its name.
    """

    def __init__(self, report: Report, jobs: Mapping[str, Jobs]) -> None:
        self.report = report
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=job, name=name, daemon=True) for name, job in jobs.items()
        ]

    def pause(self, seconds: float) -> None:
        """Wait, or until the threads are stopped."""
        self._stop.wait(seconds)

    def start_threads(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads, within a second.

        The event for unknown servers does not wake the one that waits for it: the last writes would be refused.
        """
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * EVERY_SECONDS)

    def _run(self, wait: Callable[[float], object], jobs: tuple[Callable[[], object], ...]) -> None:
        failed = False
        while not self._stop.wait(min(SOON_SECONDS, EVERY_SECONDS)):
            if not failed:
                wait(EVERY_SECONDS - SOON_SECONDS)
            failed = False
            # Whatever one of them raises, the others and the thread must go on: revocation depends on it.
            for job in jobs:
                try:
                    job()
                except Exception as error:
                    failed = failed or isinstance(error, StoreUnavailable)
                    self.report(error)


class Background(BackgroundThreads):
    """Four threads of a serving process, none of which waits for what another one waits for.

    The first learns policy, clients, freezes and decoys, so that a revocation is known within two seconds while another
    shard of the store, or a key provider, does not answer. The second looks after the store, the third learns how far
    the log is archived, and the fourth looks after the keyset file. In the opening tier there are two more: one
    publishes for intake hosts, and one files what these left for the search indexes.

    Args:
        report: is told of each error.
    """

    def __init__(self, parts: Parts, report: Report) -> None:
        self._parts = parts
        self._up = False
        self._refresh_backlog_at = self._check_deadlines_at = 0.0
        jobs: dict[str, Jobs] = {
            "access": (self.pause, (parts.reload_policy, self._learn)),
            "store": (
                parts.store.identity.unknown.wait,
                (
                    self._watch,
                    lambda: parts.denials.flush(everything=False),
                    self._check_checkpoint,
                    self._tell,
                ),
            ),
            "backlog": (self.pause, (self._refresh_backlog, self._check_deadlines)),
            "keys": (self.pause, (parts.key_watch.reload,)),
        }
        if parts.settings.tier == "opening":
            jobs["publication"] = (self.pause, (parts.publish,))
            jobs["index work"] = (self.pause, (parts.file_index_work,))
        super().__init__(report, jobs)

    def start(self) -> None:
        """Do everything once now, then go on in the threads.

        Raises:
            WrongStore: the store belongs to another keyset; this process must not serve. One that went back is shut,
                and masking goes on without it.
        """
        try:
            self._watch()
        except (RolledBackError, StoreUnavailable, KeysError, OSError) as error:
            self.report(error)
        self._parts.store.identity.current_until = 0.0  # until clients and freezes are known
        try:
            self._learn()
        except (StoreUnavailable, KeysError, ClientError, OSError) as error:
            self.report(error)
        self._tell()
        self.start_threads()

    def _watch(self) -> None:
        self._up = False
        watch_store(self._parts)
        self._up = True

    def _learn(self) -> None:
        """Learn freezes, decoys and clients. Freezes first, so that a registry that does not open unfreezes no one."""
        now, errors, identity = time.monotonic(), list[Exception](), self._parts.store.identity
        parts = self._parts
        for learn in (self._learn_freezes, lambda: parts.decoys.refresh(parts.tenants), parts.registry.refresh):
            try:
                learn()
            except Exception as error:  # whatever it is, the others are learned
                errors.append(error)
                identity.outdated = identity.outdated or isinstance(error, StoreUnavailable)
        if not any(isinstance(error, StoreUnavailable) for error in errors):
            identity.current_until, identity.outdated = now + CURRENT_SECONDS, False
        if errors:
            raise errors[0]

    def _learn_freezes(self) -> None:
        tenants = self._parts.tenants
        self._parts.freezes.refresh(tenants)
        self._parts.freeze_snapshots.keep(tenants)

    def _check_checkpoint(self) -> None:
        newest = self._parts.checkpoints.newest_seen
        if newest is not None and clock() - newest.checkpoint.at > LATE_SECONDS:
            raise CheckpointLate

    def _refresh_backlog(self) -> None:
        """Learn how far the log is archived, and decide by it whether actions are refused."""
        backlog = self._parts.backlog
        try:
            if time.monotonic() >= self._refresh_backlog_at:
                self._refresh_backlog_at = time.monotonic() + BACKLOG_EVERY_SECONDS
                backlog.refresh()
        finally:
            backlog.decide()

    def _check_deadlines(self) -> None:
        """Raise the alerts about reports that are due, once a minute."""
        if time.monotonic() >= self._check_deadlines_at:
            self._check_deadlines_at = time.monotonic() + BACKLOG_EVERY_SECONDS
            self._parts.deadlines.check(self._parts.tenants, clock())

    def _tell(self) -> None:
        store, keys = self._parts.store, self._parts.key_watch
        self._parts.metrics.background_run(
            store_up=self._up, circuits_open=store.open_circuits, keyset_refused=bool(keys.fault)
        )


_ALERTS: Final[Mapping[type[Exception], AlertKind]] = {
    WrongStore: "wrong-store",
    PolicyError: "policy-refused",
    CheckpointLate: "checkpoint-late",
}
"""Errors that are events of their own in the log, by the alert of the same name that each raises."""
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
    logged: dict[tuple[str, str], float] = {}

    def is_new(error: tuple[str, str]) -> bool:
        with lock:
            now = monotonic()
            for old in [one for one, at in logged.items() if now - at >= REPEAT_SECONDS]:
                del logged[old]
            new = error not in logged
            if new:
                logged[error] = now
            return new

    def report(fault: Exception) -> None:
        details, kind = _details(fault), next((one for sort, one in _ALERTS.items() if isinstance(fault, sort)), None)
        if is_new((type(fault).__name__, details.get("reason", ""))):
            log.error(kind or "background", error=type(fault).__name__, **details)
        if isinstance(fault, IntegrityError):
            alerts.raise_alert("integrity")
        elif kind is not None:
            alerts.raise_alert(kind)

    return report


def _details(fault: Exception) -> dict[str, str]:
    """What an operator needs to act; a policy's faults name paths and rules, never a value."""
    if isinstance(fault, StoreUnavailable):
        return {"reason": fault.explained}
    return {"reason": str(fault)} if isinstance(fault, PolicyError) else {}
