"""Rotates root, token and data keys."""

from collections.abc import Callable
from typing import Literal

from keys.keyset_file import NamedRoot
from keys.rotation import RotatableKey, activate, active_root, change_name, distribute, distributed, is_named
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.rotation.coordinator import Coordinator
from masking_service.service.waybills.wrapped_keys import WrappedKey


def rotate(
    coordinator: Coordinator,
    which: RotatableKey,
    named: NamedRoot | None = None,
    *,
    before_activation: Callable[[], object] = lambda: None,
) -> Literal["rotated", "finished"]:
    """Rotate a key of the keyset file, or continue.

    Args:
        named: a root key that exists at a provider; by default a root key is created in the file.
        before_activation: called when every process has the new key, before any uses it.

    Returns:
        ``rotated``, or ``finished`` if only an earlier rotation was completed. A rotation to a named root key that is
        not in use is always started.

    Raises:
        KeysError: the keyset cannot be used or changed, or another root key than the named one is waiting.
        ProcessesBehindError: a running process did not follow; no key that it lacks is in use.
    """
    unfinished = coordinator.finish_last_change()
    wanted = named is None or is_named(active_root(coordinator.file), coordinator.file, named)
    if wanted and unfinished == change_name("activate", which) and distributed(coordinator.file, which) is None:
        return "finished"
    coordinator.change(distribute(coordinator.path, which, coordinator.today, named))
    before_activation()
    coordinator.change(activate(coordinator.path, which, coordinator.today))
    return "rotated"


def rotate_data(coordinator: Coordinator, now: int) -> int:
    """Replace today's data key of every tenant.

    Returns:
        The number of tenants with a new key.

    Raises:
        KeysError: the keyset cannot be used.
        ProcessesBehindError: a running process may not know the new keys, which exist.
    """
    coordinator.finish_last_change()
    day = max(now // SECONDS_A_DAY, coordinator.keyring.keyset.shredded_before)
    newest: dict[str, int] = {}
    for batch in coordinator.wrapped.all():
        for stored, _ in batch.values():
            if stored.day == day:
                newest[stored.tenant] = max(stored.number, newest.get(stored.tenant, 0))
    for done, (tenant, number) in enumerate(newest.items(), start=1):
        key_id = coordinator.keyring.tenant(tenant).data_key_id(day, number + 1)
        fresh = coordinator.keyring.new_data_key(tenant, key_id)
        coordinator.wrapped.create(key_id, WrappedKey(tenant, day, number + 1, fresh))
        coordinator.progress("new data keys", done, len(newest))
    coordinator.wait_for_data_keys()
    return len(newest)
