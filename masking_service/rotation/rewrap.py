"""Rewrapping: every data key of the store, and every secret of the keyset, from old root keys to the active one.

Each new copy is unwrapped and compared before it takes the old one's place, and
takes it in one step. Doing it again does only what is left.
"""

from keys.errors import KeysError
from keys.keyset import read
from keys.keyset_file import date_of
from keys.rotation import rewrap_secrets, secrets_under_retired_roots
from masking_service.rotation.keeper import Keeper
from masking_service.vault.wrapped_keys import Standing


def rewrap(keeper: Keeper) -> tuple[int, int]:
    """Rewrap whatever the active root key has not wrapped.

    Returns:
        how many data keys and how many secrets were rewrapped.

    Raises:
        KeysError: a key cannot be unwrapped with the root keys that the keyset holds; the rest is done.
        ProcessesBehindError: a living process has not followed.
    """
    keeper.settle()
    keys = _data_keys(keeper)
    secrets = secrets_under_retired_roots(*read(keeper.path))
    if secrets:
        keeper.change(rewrap_secrets(keeper.path))
    return keys, secrets


def _data_keys(keeper: Keeper) -> int:
    keyring = keeper.keyring
    total, seen, rewrapped = keeper.wrapped.count(), 0, 0
    orphans: set[int] = set()
    for portion in keeper.wrapped.all():
        fresh: dict[bytes, Standing] = {}
        for key_id, (standing, _) in portion.items():
            if standing.wrapped is None or standing.day < keyring.keyset.shredded_before:
                continue
            if not keyring.has_known_root(standing.wrapped):
                orphans.add(standing.day)
            elif not keyring.has_active_root(standing.wrapped):
                wrapped = keyring.rewrap(standing.tenant, key_id, standing.wrapped)
                fresh[key_id] = Standing(standing.tenant, standing.day, standing.number, wrapped)
        keeper.wrapped.replace(fresh)
        rewrapped += len(fresh)
        seen += len(portion)
        keeper.progress("data keys looked at", min(seen, total), total)
    if orphans:
        raise KeysError(
            f"data keys of {len(orphans)} days ({date_of(min(orphans))} to {date_of(max(orphans))}) hang on root "
            "keys that the keyset does not hold: after a restore from an old backup run `keys restore FILE` first"
        )
    return rewrapped
