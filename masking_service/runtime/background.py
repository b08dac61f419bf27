"""Once a second, beside answering: who may still do what, whose store is this, and which keys are there?"""

import threading
import time
from collections.abc import Callable
from typing import Final

from keys.errors import KeysError
from masking_service.access.errors import ClientError, PolicyError
from masking_service.audit.errors import RolledBackError
from masking_service.runtime.clock import clock
from masking_service.runtime.wiring import Parts, watch_store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.genesis import WrongStore

EVERY_SECONDS: Final = 1.0

REFRESH_OLDEST_SECONDS: Final = 60
"""How often the beginning of the audit log is looked for: it moves once an hour."""
LATE_SECONDS: Final = 120
"""A checkpoint this old is twice as old as any should become."""


class CheckpointLate(Exception):
    """The newest checkpoint of the audit log is too old: nobody could prove that nothing was cut off since."""


Report = Callable[[str, Exception], None]


class Background:
    """Two threads of a serving process. A revoked key is known everywhere within two seconds.

    A changed keyset file is opened in a thread of its own: the provider of its root keys may take many seconds, and
    neither the lease on the store nor a revocation waits for it.

    Args:
        parts: the process's parts.
        report: is told (event, error) where something is wrong that no caller sees.
    """

    def __init__(self, parts: Parts, report: Report) -> None:
        self._parts = parts
        self._report = report
        self._stop = threading.Event()
        self._up = False
        self._refresh_oldest_at = 0.0
        looks = (
            self._parts.reload_policy,
            self._watch,
            self._learn_clients,
            self._learn_freezes,
            self._record_denials,
            self._prove,
            self._refresh_oldest,
            self._tell,
        )
        self._threads = [
            threading.Thread(target=self._run, args=looks, name="background", daemon=True),
            threading.Thread(target=self._run, args=(self._parts.key_watch.reload,), name="keys", daemon=True),
        ]

    def start(self) -> None:
        """Look once now, then go on beside.

        Raises:
            WrongStore: the store is another's; this process must not serve. One that went back is shut, and masking
                goes on without it.
        """
        try:
            self._watch()
            self._learn_freezes()  # first: a registry that does not open must not keep anybody thawed
            self._learn_clients()
        except RolledBackError as fault:
            self._report("wrong-store", fault)
        except (StoreUnavailable, KeysError, ClientError, OSError) as fault:
            self._report("background", fault)
        self._tell()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * EVERY_SECONDS)

    def _run(self, *looks: Callable[[], object]) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            # Whatever one of them meets, the others and the thread must outlive it: it carries revocation.
            for look in looks:
                try:
                    look()
                except WrongStore as fault:
                    self._report("wrong-store", fault)
                except PolicyError as fault:
                    self._report("policy-refused", fault)
                except CheckpointLate as fault:
                    self._report("checkpoint-late", fault)
                except Exception as fault:
                    self._report("background", fault)

    def _watch(self) -> None:
        self._up = False
        watch_store(self._parts)
        self._up = True

    def _learn_clients(self) -> None:
        self._parts.registry.refresh()

    def _learn_freezes(self) -> None:
        self._parts.freezes.refresh(self._parts.tenants)

    def _record_denials(self) -> None:
        self._parts.denials.flush(everything=False)

    def _prove(self) -> None:
        newest = self._parts.checkpoints.newest_seen
        if newest is not None and clock() - newest.checkpoint.at > LATE_SECONDS:
            raise CheckpointLate

    def _refresh_oldest(self) -> None:
        if time.monotonic() >= self._refresh_oldest_at:
            self._refresh_oldest_at = time.monotonic() + REFRESH_OLDEST_SECONDS
            self._parts.checkpoints.refresh_oldest()

    def _tell(self) -> None:
        store, keys = self._parts.store, self._parts.key_watch
        self._parts.metrics.background_run(
            store_up=self._up, circuits_open=store.left_alone, keyset_refused=bool(keys.fault)
        )
