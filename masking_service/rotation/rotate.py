"""Rotates single keys: of the keyset file, today's data keys, and the desk's session key."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec

from keys.aead import KEY_BYTES
from keys.errors import KeysError, KeysetError
from keys.files import read_secret_file, write_secret_file
from keys.keyset_file import NamedRoot
from keys.rotation import (
    RotatableKey,
    activate,
    active_root,
    change_name,
    distribute,
    distributed,
    end_retired,
    entries_of,
    is_named,
)
from masking_service.audit.checkpoints import Checkpoints
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.rotation.coordinator import Coordinator
from masking_service.service.people.clients import ClientRegistry, Clients
from masking_service.service.state.serials import Serials
from masking_service.service.tiers.published import (
    DAYS_PLACE,
    STATE_PLACE,
    PublishedAccess,
    PublishedDays,
    publication_key,
)
from masking_service.service.vault.wrapped_keys import WrappedKey

Done = TypeVar("Done")
_SESSION_KEY: Final = re.compile(rb"[0-9A-Fa-f]{64}")
Change = Callable[[Callable[[Clients], Clients]], None]
"""Changes the registry of clients: logged before it is made."""


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


def rotate_and_end(
    coordinator: Coordinator,
    which: Literal["audit", "publication", "search", "state"],
    replace: Callable[[], Done],
    *,
    check: Callable[[], object] = lambda: None,
    before_activation: Callable[[], object] = lambda: None,
) -> Done | None:
    """Rotate a secret and end the old one, or continue.

    Args:
        replace: leaves nothing that needs the old secret; called when no call uses that any more.
        check: called before the secret is rotated; raises where it may not be.
        before_activation: as in `rotate`.

    Returns:
        What `replace` returned. None if only the end of an earlier rotation had to reach every process.

    Raises:
        KeysError: the keyset cannot be used or changed.
        ProcessesBehindError: a running process did not follow.
        StoreUnavailable, ProviderError: run it again.
    """
    if coordinator.finish_last_change() == change_name("end", which):
        return None
    check()
    if not any(entry.state == "retired" for entry in entries_of(coordinator.file, which)):
        rotate(coordinator, which, before_activation=before_activation)
    coordinator.drain()
    done = replace()
    coordinator.change(end_retired(coordinator.path, which, coordinator.today))
    return done


def newest_numbers(coordinator: Coordinator, now: int) -> tuple[int, dict[str, int]]:
    """Return the day whose data keys seal now, and the number of each tenant's newest one of it."""
    day = max(now // SECONDS_A_DAY, coordinator.keyring.keyset.shredded_before)
    newest: dict[str, int] = {}
    for stored in coordinator.data_keys():
        if stored.day == day:
            newest[stored.tenant] = max(stored.number, newest.get(stored.tenant, 0))
    return day, newest


def rotate_data(coordinator: Coordinator, now: int) -> int:
    """Replace today's data key of every tenant.

    Returns:
        The number of tenants with a new key.

    Raises:
        KeysError: the keyset cannot be used.
        ProcessesBehindError: a running process may not know the new keys, which exist.
    """
    coordinator.finish_last_change()
    day, newest = newest_numbers(coordinator, now)
    for done, (tenant, number) in enumerate(newest.items(), start=1):
        key_id = coordinator.keyring.tenant(tenant).data_key_id(day, number + 1)
        fresh = coordinator.keyring.new_data_key(tenant, key_id)
        coordinator.wrapped.create(key_id, WrappedKey(tenant, day, number + 1, fresh))
        coordinator.progress("new data keys", done, len(newest))
    coordinator.wait_for_data_keys()
    return len(newest)


def rotate_audit(coordinator: Coordinator, checkpoints: Checkpoints) -> int | None:
    """Rotate the key that signs the audit log, or continue.

    A checkpoint under the old key names the new one before any process uses it. When none uses the old one any more, a
    checkpoint under the new key ends it: what a verifier finds under the old key after that is a forgery. Entries stay
    as they are.

    Returns:
        As `rotate_and_end`: the epoch of the checkpoint from which on only the new key signs.

    Raises:
        As `rotate_and_end`, and KeysError where the log is not as these keys signed it.
    """
    signer = coordinator.keyring.audit_signer
    return rotate_and_end(
        coordinator,
        "audit",
        lambda: checkpoints.make(()).checkpoint.epoch,
        before_activation=lambda: checkpoints.make(signer.successors()),
    )


def rotate_clients(coordinator: Coordinator, registry: ClientRegistry, change: Change) -> int:
    """Rotate the pepper of API keys, or continue. No API key changes.

    The new pepper hashes what the old one gave, so every stored digest changes at once and every API key stays valid.
    An old pepper alone tells nothing about a digest.

    Returns:
        The number of API keys whose digest has the new pepper: all.

    Raises:
        KeysError: the keyset cannot be used or changed.
        ProcessesBehindError: a running process did not follow; no digest has a pepper that it lacks.
        StoreUnavailable: run it again.
    """
    keyring = coordinator.keyring
    coordinator.finish_last_change()
    registry.refresh()
    if registry.clients.pepper == keyring.keyset.active["client"]:
        rotate(coordinator, "client", before_activation=coordinator.require_hosts)
    newest = keyring.keyset.active["client"]
    change(
        lambda known: known.with_newer_pepper(lambda one: keyring.with_newer_pepper(one, known.pepper, newest), newest)
    )
    registry.refresh()
    return sum(len(client.keys) for client in registry.clients)


def rotate_session(path: Path, random: Callable[[int], bytes]) -> None:
    """Write a new session key into the desk's file, for the same owner: that ends all sessions.

    The desk reads its file again within seconds.

    Raises:
        KeysetError: there is no such file, it holds no session key, or others may read or write it.
        OSError: it cannot be written.
    """
    if not _SESSION_KEY.fullmatch(read_secret_file(path).strip()):  # it may be the keyset, which nothing brings back
        raise KeysetError(f"{path}: was not changed: a session key is {2 * KEY_BYTES} hexadecimal digits")
    owner = path.stat()
    write_secret_file(path, random(KEY_BYTES).hex().encode() + b"\n", replace=True)
    if (owner.st_uid, owner.st_gid) != (os.getuid(), os.getgid()):
        os.chown(path, owner.st_uid, owner.st_gid)


PUBLISHED_WITHIN_SECONDS: Final = 20.0


def rotate_publication(coordinator: Coordinator) -> bool | None:
    """Rotate the secret of the opening tier, or continue. It signs what is published, and identifies the tier to hosts.

    An intake host trusts the old and the new keys once it has its part of the keyset, and only the new ones with its
    next part. So no call is refused meanwhile, and afterwards what the old key signs is an alarm.

    Returns:
        As `rotate_and_end`: True.

    Raises:
        As `rotate_and_end`, and KeysError where the tiers are not split, the hosts need their part first, or the
        opening tier does not publish.
    """
    publication_key(coordinator.keyring)
    return rotate_and_end(
        coordinator,
        "publication",
        lambda: _wait_for_publication(coordinator),
        before_activation=coordinator.require_hosts,
    )


def _wait_for_publication(coordinator: Coordinator) -> Literal[True]:
    """Wait until what is published is under the present file, as it is within a second, and every host has its part."""
    until = time.monotonic() + PUBLISHED_WITHIN_SECONDS
    while _published(coordinator) < coordinator.file.serial:
        if time.monotonic() > until:
            raise KeysError("the opening tier has not published with the new secret yet: start it, and run this again")
        coordinator.pause()
    coordinator.require_hosts()
    return True


def _published(coordinator: Coordinator) -> int:
    """Return under which serial of the keyset the older of the two publications was made."""
    access, days = (
        Serials(coordinator.store, place, lambda: publication_key(coordinator.keyring), os.urandom)
        for place in (STATE_PLACE, DAYS_PLACE)
    )
    if not (access.refresh() and days.refresh()):
        return coordinator.file.serial  # nothing was ever published
    return min(
        msgspec.json.decode(access.content, type=PublishedAccess).sources.keyset,
        msgspec.json.decode(days.content, type=PublishedDays).keyset,
    )
