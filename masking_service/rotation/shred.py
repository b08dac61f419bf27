"""Rewraps keys and secrets under the active root key, and shreds the data keys of old days.

A wrapped key in an old backup stays usable as long as its root key exists. So
shredding creates a new root key, rewraps the surviving keys, exports them for
restores, and destroys the old root keys last. It can be interrupted at any
point and continues from there.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from keys.errors import KeysError, KeysetError
from keys.files import read_secret_file, write_secret_file
from keys.keyset import read
from keys.keyset_file import NamedRoot, RootEntry, date_of, day_of
from keys.rotation import (
    activate,
    active_root,
    destroy_retired_roots,
    distribute,
    is_named,
    rewrap_secrets,
    secrets_under_retired_roots,
)
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.rotate import rotate
from masking_service.service.vault.wrapped_keys import WrappedKey, field, key_id_of_field


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


FORMAT: Final = 1
AT_ONCE: Final = 500
"""Surviving keys that are restored with one round trip."""


class SurvivingKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of surviving data keys, as stored."""

    format: int
    shredded_before: str
    keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Shredded:
    """The result of a shredding."""

    destroyed: int
    surviving: int
    elsewhere: list[str]


def shred(coordinator: Coordinator, before: str, export: Path, named: NamedRoot | None = None) -> Shredded:
    """Destroy the data keys of days before an ISO date, and every root key that could unwrap them.

    Args:
        export: where the surviving keys are written, for restores of older backups.
        named: the new root key, if it exists at a provider; by default it is created in the file.

    Raises:
        KeysError: a key could not be unwrapped, a later date was shredded already, or another root key than the named
            one is waiting or was used for this date; no root key was destroyed.
        KeysetError: `export` is another file, such as the keyset, or in no folder. Nothing was changed.
        ProcessesBehindError: a running process did not follow.
    """
    _check_export(export)
    coordinator.finish_last_change()
    stored = coordinator.file.shredded_before
    if stored and day_of(before) < day_of(stored):
        raise KeysError(f"everything before {stored} is already shredded")
    if before == stored and named is not None and not is_named(active_root(coordinator.file), coordinator.file, named):
        raise KeysError(
            f"everything before {stored} is already shredded, with another root key than the named one: "
            "run the command again without naming a key"
        )
    if before != stored:
        coordinator.change(distribute(coordinator.path, "root", coordinator.today, named))
        coordinator.change(activate(coordinator.path, "root", coordinator.today, shredded_before=before))
    return _destroy_old_roots(coordinator, export)


def renew_root(coordinator: Coordinator, export: Path, named: NamedRoot | None = None) -> Shredded:
    """Replace every root key by a new one, so that no backup opens a key that was destroyed before.

    Raises:
        KeysError, KeysetError, ProcessesBehindError: as `shred`.
    """
    _check_export(export)
    while rotate(coordinator, "root", named) == "finished":
        pass  # that root key may have wrapped what was destroyed
    return _destroy_old_roots(coordinator, export)


def _destroy_old_roots(coordinator: Coordinator, export: Path) -> Shredded:
    """Destroy every root key but the active one, once nothing that survives depends on another."""
    rewrap(coordinator)
    surviving = write_surviving_keys(coordinator, export)
    destroyed = write_tombstones(coordinator)
    rewrap(coordinator)  # again, because a process may have created a key in the meantime
    retired = [entry for entry in coordinator.file.roots if entry.state == "retired" and entry.provider != "file"]
    coordinator.change(destroy_retired_roots(coordinator.path))
    return Shredded(destroyed, surviving, list(map(_name_at_provider, retired)))


def _name_at_provider(root: RootEntry) -> str:
    """Return how the administrator of a provider knows a root key."""
    version = f" version {root.version}" if root.provider == "transit" else ""
    return f"{root.provider} {root.name}{version} ({root.id})"


def write_surviving_keys(coordinator: Coordinator, export: Path) -> int:
    """Write all surviving data keys into a file."""
    keys: dict[str, str] = {}
    for batch in coordinator.wrapped.all():
        for key_id, (stored, _) in batch.items():
            if stored.wrapped is not None and stored.day >= coordinator.keyring.keyset.shredded_before:
                value = b64encode(coordinator.wrapped.packed(key_id, stored)).decode("ascii")
                keys[field(key_id).decode("ascii")] = value
    content = SurvivingKeys(FORMAT, coordinator.file.shredded_before, keys)
    write_secret_file(export, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n", replace=True)
    return len(keys)


def write_tombstones(coordinator: Coordinator) -> int:
    """Replace shredded data keys by tombstones."""
    written, total, seen = 0, coordinator.wrapped.count(), 0
    for batch in coordinator.wrapped.all():
        tombstones = {
            key_id: msgspec.structs.replace(stored, wrapped=None)
            for key_id, (stored, _) in batch.items()
            if stored.wrapped is not None and _is_shredded(coordinator, stored, stored.wrapped)
        }
        coordinator.wrapped.replace(tombstones)
        written += len(tombstones)
        seen += len(batch)
        coordinator.progress("data keys checked", min(seen, total), total)
    return written


def _is_shredded(coordinator: Coordinator, stored: WrappedKey, wrapped: bytes) -> bool:
    """Whether a key is of a shredded day, or of a permit whose root key was destroyed when it ended."""
    keyring = coordinator.keyring
    ended = stored.permit is not None and not keyring.has_known_root(wrapped)
    return ended or stored.day < keyring.keyset.shredded_before


def restore(coordinator: Coordinator, export: Path) -> tuple[int, int]:
    """Restore surviving data keys after a restored backup. A key that is usable as stored is not replaced.

    Returns:
        The numbers of keys restored and destroyed.

    Raises:
        KeysError: the file is unusable, a key in it does not open, or some keys still lack their root key.
    """
    surviving = _read_surviving_keys(export)
    coordinator.finish_last_change()
    keyring, put, seen = coordinator.keyring, 0, 0
    names = iter(surviving.keys)
    while some := [*islice(names, AT_ONCE)]:
        ids = [key_id_of_field(name.encode()) for name in some]
        fresh: dict[bytes, WrappedKey] = {}
        for name, key_id, (there, _) in zip(some, ids, coordinator.wrapped.get(ids), strict=True):
            stored = coordinator.wrapped.unpacked(key_id, b64decode(surviving.keys[name]))
            usable = there is not None and there.wrapped is not None and keyring.has_known_root(there.wrapped)
            if stored.wrapped is None or stored.day < keyring.keyset.shredded_before or usable:
                continue
            keyring.open_data_key(stored.tenant, key_id, stored.wrapped)
            fresh[key_id] = stored
        coordinator.wrapped.replace(fresh)
        put += len(fresh)
        seen += len(some)
        coordinator.progress("surviving keys restored", seen, len(surviving.keys))
    written = write_tombstones(coordinator)
    rewrap(coordinator)
    return put, written


def _check_export(export: Path) -> None:
    """Check that surviving keys can be written there, and replace nothing else. Raises KeysetError."""
    if not export.parent.is_dir():
        raise KeysetError(f"{export.parent} is no folder for the surviving keys: nothing was changed")
    if export.exists():
        _read_surviving_keys(export)


def _read_surviving_keys(export: Path) -> SurvivingKeys:
    try:
        surviving = msgspec.json.decode(read_secret_file(export), type=SurvivingKeys)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise KeysetError(f"{export}: is truncated or not a file of surviving data keys") from None
    if surviving.format != FORMAT:
        raise KeysetError(f"{export}: has format {surviving.format}; this release reads format {FORMAT}")
    return surviving
