"""Keeps the newest lists of frozen and revoked in files, and restores them in an older store.

So people whom a supervisor froze stay frozen, and keys that were revoked sign nothing,
in a store that came from a backup and was accepted.
"""

from collections.abc import Iterable
from pathlib import Path

from keys.keyring import Keyring
from masking_service.service.freezes.state import Freezes
from masking_service.service.state.sealed import Prepared
from masking_service.service.state.snapshot import Snapshot


class FreezeSnapshots:
    """The newest list of each tenant that any process of this host has read, in a folder, sealed as in the store."""

    def __init__(self, freezes: Freezes, keyring: Keyring, folder: Path) -> None:
        self._freezes = freezes
        self._keyring = keyring
        self._folder = folder
        self._kept: dict[str, int] = {}

    def keep(self, tenants: Iterable[str]) -> None:
        """Write the lists that are newer than their files. No round trip."""
        for tenant in tenants:
            serial, sealed = self._freezes.document(tenant).as_stored()
            if serial > self._kept.get(tenant, 0):
                self._snapshot(tenant).keep(serial, sealed)
                self._kept[tenant] = serial

    def prepare_restore(self, tenant: str) -> Prepared[None] | None:
        """Prepare to restore the newest list of a tenant, as `Serials.prepare_restore`.

        Raises:
            KeysetError: others may read or write the file.
            StoreUnavailable, IntegrityError: as there, or the file was changed.
        """
        kept = self._snapshot(tenant).read()
        if kept is None or self._keyring.is_ended_state(tenant, kept[1]):
            return None
        document = self._freezes.document(tenant)
        document.adopt(*kept)
        return document.prepare_restore()

    def _snapshot(self, tenant: str) -> Snapshot:
        return Snapshot(self._folder / f"freezes-{self._keyring.tenant(tenant).tenant_tag}.sealed")
