"""Rotation: distribute a new key, wait until every process has it, activate it, wait again."""

from typing import Literal

from keys.keyset_file import NamedRoot
from keys.rotation import RotatableKey, activate, active_root, change_name, distribute, distributed, is_named
from masking_service.rotation.keeper import Keeper
from masking_service.vault.data_keys import SECONDS_A_DAY
from masking_service.vault.wrapped_keys import Standing


def rotate(keeper: Keeper, which: RotatableKey, named: NamedRoot | None = None) -> Literal["rotated", "finished"]:
    """Turn the root key or the token key over, from wherever the file stands.

    Args:
        named: a root key that was made at a provider; without it one is made here.

    Returns:
        ``rotated``, or ``finished`` where an earlier rotation only had to be waited for and no new one was begun; one
        to a root key that is named and not in use is always begun.

    Raises:
        KeysError: the keyset cannot be used or changed, or another root key waits than the one that is named.
        ProcessesBehindError: a living process has not followed; nothing that it lacks is in use.
    """
    unfinished = keeper.settle()
    wanted = named is None or is_named(active_root(keeper.file), keeper.file, named)
    if wanted and unfinished == change_name("activate", which) and distributed(keeper.file, which) is None:
        return "finished"
    keeper.change(distribute(keeper.path, which, keeper.today, named))
    keeper.change(activate(keeper.path, which, keeper.today))
    return "rotated"


def rotate_data(keeper: Keeper, now: int) -> int:
    """Give every tenant that has a data key for today the next one, and wait until every process knows it.

    Returns:
        how many tenants have a new one.

    Raises:
        KeysError: the keyset cannot be used.
        ProcessesBehindError: a living process has not been heard to know them; they are made.
    """
    keeper.settle()
    day = max(now // SECONDS_A_DAY, keeper.keyring.keyset.shredded_before)
    newest: dict[str, int] = {}
    for portion in keeper.wrapped.all():
        for standing, _ in portion.values():
            if standing.day == day:
                newest[standing.tenant] = max(standing.number, newest.get(standing.tenant, 0))
    for done, (tenant, number) in enumerate(newest.items(), start=1):
        key_id = keeper.keyring.tenant(tenant).data_key_id(day, number + 1)
        fresh = keeper.keyring.new_data_key(tenant, key_id)
        keeper.wrapped.create(key_id, Standing(tenant, day, number + 1, fresh))
        keeper.progress("new data keys", done, len(newest))
    keeper.turn()
    return len(newest)
