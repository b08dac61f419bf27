"""Rewraps keys and secrets under the active root key.

Each new copy is unwrapped and compared before it replaces the old one in one
step. Repeating the command does only what is left.
"""

from msgspec.structs import replace

from keys.errors import KeysError
from keys.keyset import read
from keys.keyset_file import date_of
from keys.rotation import rewrap_secrets, secrets_under_retired_roots
from masking_service.rotation.coordinator import Coordinator
from masking_service.service.vault.wrapped_keys import WrappedKey


def rewrap(coordinator: Coordinator) -> tuple[int, int]:
    """Rewrap everything that the active root key has not wrapped.

    Returns:
        The numbers of rewrapped data keys and secrets.

    Raises:
        KeysError: the keyset lacks the root key of some data keys; the others are rewrapped.
        ProcessesBehindError: a running process did not follow.
    """
    coordinator.finish_last_change()
    keys = _data_keys(coordinator)
    secrets = secrets_under_retired_roots(*read(coordinator.path))
    if secrets:
        coordinator.change(rewrap_secrets(coordinator.path))
    return keys, secrets


def _data_keys(coordinator: Coordinator) -> int:
    keyring = coordinator.keyring
    total, seen, rewrapped = coordinator.wrapped.count(), 0, 0
    orphans: set[int] = set()
    for batch in coordinator.wrapped.all():
        fresh: dict[bytes, WrappedKey] = {}
        for key_id, (stored, _) in batch.items():
            if stored.wrapped is None or stored.day < keyring.keyset.shredded_before:
                continue
            if not keyring.has_known_root(stored.wrapped):
                orphans.add(stored.day)
            elif not keyring.has_active_root(stored.wrapped):
                wrapped = keyring.rewrap(stored.tenant, key_id, stored.wrapped)
                fresh[key_id] = replace(stored, wrapped=wrapped)
        coordinator.wrapped.replace(fresh)
        rewrapped += len(fresh)
        seen += len(batch)
        coordinator.progress("data keys checked", min(seen, total), total)
    if orphans:
        raise KeysError(
            f"data keys of {len(orphans)} days ({date_of(min(orphans))} to {date_of(max(orphans))}) depend on root "
            "keys that are not in the keyset: after a restore from an old backup run `keys restore FILE` first"
        )
    return rewrapped
