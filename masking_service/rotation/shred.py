"""Shredding: the data keys of old days are destroyed so that no backup, however old, opens those days again.

A wrapped key inside an old backup is a living copy for as long as its root key
lives. So a shredding makes a new root key, rewraps what survives, writes it out
for restores, and destroys the old root keys last. It can be interrupted
anywhere and goes on from there.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from keys.errors import KeysError, KeysetError
from keys.files import read_secret_file, write_secret_file
from keys.keyset_file import NamedRoot, day_of
from keys.rotation import activate, active_root, destroy_retired_roots, distribute, is_named
from masking_service.rotation.keeper import Keeper
from masking_service.rotation.rewrap import rewrap
from masking_service.vault.wrapped_keys import Standing, field, key_id_of_field

FORMAT: Final = 1


class Surviving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of surviving data keys: as they stand in the store, sealed and wrapped, in base64 by field."""

    format: int
    shredded_before: str
    keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Shredded:
    """How many data keys were destroyed and how many survive, and the root keys that their providers still hold."""

    destroyed: int
    surviving: int
    elsewhere: list[str]


def shred(keeper: Keeper, before: str, export: Path, named: NamedRoot | None = None) -> Shredded:
    """Destroy the data keys of all days before `before` (ISO date), and every root key that could revive them.

    Args:
        export: where the surviving keys are written for restores of older backups.
        named: the new root key, if it was made at a provider; without it one is made here.

    Raises:
        KeysError: something could not be unwrapped or was shredded later already, or another root key waits or was
            made for this shredding than the one that is named; no root key was destroyed.
        ProcessesBehindError: a living process has not followed.
    """
    keeper.settle()
    standing = keeper.file.shredded_before
    if standing and day_of(before) < day_of(standing):
        raise KeysError(f"everything before {standing} is shredded already")
    if before == standing and named is not None and not is_named(active_root(keeper.file), keeper.file, named):
        raise KeysError(
            f"everything before {standing} is shredded already, and the new root key of that is another than the one "
            "that was named: run it again without naming a key"
        )
    if before != standing:
        keeper.change(distribute(keeper.path, "root", keeper.today, named))
        keeper.change(activate(keeper.path, "root", keeper.today, shredded_before=before))
    rewrap(keeper)
    surviving = write_surviving(keeper, export)
    destroyed = bury(keeper)
    rewrap(
        keeper
    )  # a process may have made a key meanwhile; it wraps under the new root key, and this sees that it did
    retired = [entry for entry in keeper.file.roots if entry.state == "retired" and entry.provider != "file"]
    keeper.change(destroy_retired_roots(keeper.path))
    return Shredded(destroyed, surviving, [f"{entry.provider} {entry.name} ({entry.id})" for entry in retired])


def write_surviving(keeper: Keeper, export: Path) -> int:
    """Write every data key that lives into a file; how many they are."""
    keys: dict[str, str] = {}
    for portion in keeper.wrapped.all():
        for key_id, (standing, _) in portion.items():
            if standing.wrapped is not None and standing.day >= keeper.keyring.keyset.shredded_before:
                value = b64encode(keeper.wrapped.packed(key_id, standing)).decode("ascii")
                keys[field(key_id).decode("ascii")] = value
    content = Surviving(FORMAT, keeper.file.shredded_before, keys)
    write_secret_file(export, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n", replace=True)
    return len(keys)


def bury(keeper: Keeper) -> int:
    """Put a tombstone in the place of every data key of a shredded day; how many there were."""
    buried, total, seen = 0, keeper.wrapped.count(), 0
    for portion in keeper.wrapped.all():
        tombstones = {
            key_id: Standing(standing.tenant, standing.day, standing.number, None)
            for key_id, (standing, _) in portion.items()
            if standing.wrapped is not None and standing.day < keeper.keyring.keyset.shredded_before
        }
        keeper.wrapped.replace(tombstones)
        buried += len(tombstones)
        seen += len(portion)
        keeper.progress("data keys judged", min(seen, total), total)
    return buried


def restore(keeper: Keeper, export: Path) -> tuple[int, int]:
    """After a store was restored from a backup: put surviving data keys back, and bury the shredded ones.

    A key that opens where it stands is left alone.

    Returns:
        how many were put back, and how many were buried.

    Raises:
        KeysError: the file cannot be used, a key in it does not open, or some still lack their root key afterwards.
    """
    surviving = _read_surviving(export)
    keeper.settle()
    keyring, put = keeper.keyring, 0
    names = list(surviving.keys)
    for start in range(0, len(names), 500):
        ids = [key_id_of_field(name.encode()) for name in names[start : start + 500]]
        fresh: dict[bytes, Standing] = {}
        for name, key_id, (there, _) in zip(names[start:], ids, keeper.wrapped.get(ids), strict=False):
            standing = keeper.wrapped.unpacked(key_id, b64decode(surviving.keys[name]))
            usable = there is not None and there.wrapped is not None and keyring.has_known_root(there.wrapped)
            if standing.wrapped is None or standing.day < keyring.keyset.shredded_before or usable:
                continue
            keyring.open_data_key(standing.tenant, key_id, standing.wrapped)
            fresh[key_id] = standing
        keeper.wrapped.replace(fresh)
        put += len(fresh)
        keeper.progress("surviving keys put back", min(start + 500, len(names)), len(names))
    buried = bury(keeper)
    rewrap(keeper)
    return put, buried


def _read_surviving(export: Path) -> Surviving:
    try:
        surviving = msgspec.json.decode(read_secret_file(export), type=Surviving)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise KeysetError(f"{export}: is cut or is no file of surviving data keys") from None
    if surviving.format != FORMAT:
        raise KeysetError(f"{export}: has format {surviving.format}; this release reads format {FORMAT}")
    return surviving
