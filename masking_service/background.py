"""Once a second, beside answering: who may still do what, whose store is this, and which keys are there?"""

import threading
from collections.abc import Callable
from typing import Final

from keys.errors import KeyFault
from masking_service.access.errors import ClientError, PolicyError
from masking_service.assembly import Parts, watch_store
from masking_service.audit.checkpoints import RolledBack
from masking_service.timestamps import clock
from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.genesis import WrongStore

EVERY_SECONDS: Final = 1.0

LATE_SECONDS: Final = 120
"""A checkpoint this old is twice as old as any should become."""


class CheckpointLate(Exception):
    """The newest checkpoint of the audit log is too old: nobody could prove that nothing was cut off since."""


Report = Callable[[str, Exception], None]


class Background:
    """One thread of a serving process. A revoked key is known everywhere within two seconds.

    Args:
        parts: the process's parts.
        report: is told (event, error) where something is wrong that no caller sees.
    """

    def __init__(self, parts: Parts, report: Report) -> None:
        self._parts = parts
        self._report = report
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    def start(self) -> None:
        """Look once now, then go on beside.

        Raises:
            WrongStore: the store is another's; this process must not serve. One that went back is shut, and masking
                goes on without it.
        """
        try:
            watch_store(self._parts)
            self._learn_freezes()  # first: a registry that does not open must not keep anybody thawed
            self._learn_clients()
        except RolledBack as fault:
            self._report("wrong-store", fault)
        except (StoreUnavailable, KeyFault, ClientError, OSError) as fault:
            self._report("background", fault)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(2 * EVERY_SECONDS)

    def _run(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            # Whatever one of them meets, the others and the thread must outlive it: it carries revocation.
            for look in (
                self._parts.reload_policy,
                self._parts.key_watch.reload,
                self._watch,
                self._learn_clients,
                self._learn_freezes,
                self._prove,
            ):
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
        watch_store(self._parts)

    def _learn_clients(self) -> None:
        self._parts.registry.refresh()

    def _learn_freezes(self) -> None:
        self._parts.freezes.refresh(self._parts.tenants)

    def _prove(self) -> None:
        newest = self._parts.checkpoints.remembered
        if newest is not None and clock() - newest.checkpoint.at > LATE_SECONDS:
            raise CheckpointLate
