"""Changes the keyset file: each change is a new file, checked before it replaces the old one.

A key is first distributed, then active, then retired; the caller decides when
all processes have it. A change never loses a secret, and only
`destroy_retired_roots` removes a key.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeVar

from msgspec.structs import replace

from keys.aead import key_id_of
from keys.errors import KeysetError
from keys.files import write_secret_file
from keys.keyset import Keyset, decode, read
from keys.keyset_file import (
    MAX_VERSIONS,
    SPLIT_OFF,
    KeysetFile,
    NamedRoot,
    RootEntry,
    SecretEntry,
    Use,
    encode,
    new_root,
    new_secret,
    secret_context,
    wrapped_secret,
)

RotatableKey = Literal["root"] | Use
"""The keys in this file that can be rotated. Data keys are in the store."""

ROTATABLE: Final[tuple[RotatableKey, ...]] = (
    *("root", "token", "index", "state", "client", "search", "audit", "audit-hash", "publication"),
)
"""Those that a command rotates; publication only where the tiers are split."""
_TOGETHER: Final[Mapping[Use, tuple[Use, ...]]] = MappingProxyType({"audit": ("audit", "audit-hash")})
"""Secrets that turn over in the same changes of the file, by the one that is named."""

Entry = TypeVar("Entry", RootEntry, SecretEntry)

REWRAPPED: Final = "rewrap"
DESTROYED: Final = "destroy"


def distributed(file: KeysetFile, which: RotatableKey) -> RootEntry | SecretEntry | None:
    """Return the key that will become active, or None."""
    return next((entry for entry in entries_of(file, which) if entry.state == "distributed"), None)


def entries_of(file: KeysetFile, which: RotatableKey) -> list[RootEntry] | list[SecretEntry]:
    """Return all keys of one use, in the order of the file."""
    return [*file.roots] if which == "root" else [entry for entry in file.secrets if entry.use == which]


def active_root(file: KeysetFile) -> RootEntry:
    """Return the active root key of a checked file."""
    return next(entry for entry in file.roots if entry.state == "active")


def is_named(entry: RootEntry, file: KeysetFile, named: NamedRoot) -> bool:
    """Return whether a file entry is the root key `named`; any key in the file is one that is to be there."""
    if named.provider == "file":
        return entry.provider == "file"
    return (
        (entry.provider, entry.name, entry.version) == (named.provider, named.name, named.version)
        and named.id in ("", entry.id)
        and named.pkcs11 in (None, file.pkcs11)
        and named.transit in (None, file.transit)
    )


def change_name(step: Literal["distribute", "activate", "settle", "end"], which: RotatableKey) -> str:
    """Return the value of `KeysetFile.last` after a change."""
    return f"{step} {which}"


def distribute(path: Path, which: RotatableKey, today: str, named: NamedRoot | None = None) -> Keyset:
    """Add a new key that is not used yet, unless one is waiting already.

    Args:
        named: a root key that exists at a provider; by default a root key is created in the file, if the active one is
            there.

    Raises:
        KeysetError: the file is unusable or full of keys of this use, another key than `named` is waiting, or the
            active root key is elsewhere and the next one is not named.
        ProviderError: the provider is unavailable, or the key there is not protected as required.
    """
    file, opened = read(path)
    waiting = distributed(file, which)
    if named is not None and isinstance(waiting, RootEntry) and not is_named(waiting, file, named):
        raise KeysetError(
            f"{path}: another root key ({waiting.id}) is waiting to become active. Finish that rotation without "
            "naming a key, then rotate to the named one"
        )
    if waiting is not None:
        return opened
    if named is not None:
        roots = [*file.roots, named.entry("distributed", today)]
        where = {"pkcs11": named.pkcs11 or file.pkcs11, "transit": named.transit or file.transit}
        changed = replace(file, roots=roots, **where)
    elif which == "root":
        if (kept := active_root(file).provider) != "file":
            raise KeysetError(
                f"{path}: the active root key is kept in {kept}, so none is created in this file: name the next one "
                'with --root FILE (docs/keys.md, "A root key elsewhere")'
            )
        changed = replace(file, roots=[*file.roots, new_root("distributed", today)])
    else:
        secrets = [_next_secret(path, opened, use, today) for use in _TOGETHER.get(which, (which,))]
        changed = replace(file, secrets=[*file.secrets, *secrets])
    return write_changed(path, opened, changed, change_name("distribute", which))


def activate(path: Path, which: RotatableKey, today: str, *, shredded_before: str = "") -> Keyset:
    """Activate the waiting key, and retire the active one.

    Args:
        shredded_before: only with a root key: the data keys of days before this ISO date are shredded from now on.

    Raises:
        KeysetError: the file is unusable, or no key is waiting.
    """
    file, opened = read(path)
    if distributed(file, which) is None:
        raise KeysetError(f"{path}: no {which} key is waiting to become active")

    if which == "root":
        changed = replace(file, roots=[_advanced(entry, today) for entry in file.roots])
    else:
        waiting = {use for use in _TOGETHER.get(which, (which,)) if distributed(file, use) is not None}
        secrets = [_advanced(entry, today) if entry.use in waiting else entry for entry in file.secrets]
        changed = replace(file, secrets=secrets)
    if shredded_before:
        changed = replace(changed, shredded_before=shredded_before)
    return write_changed(path, opened, changed, change_name("activate", which))


def settle_index(path: Path, today: str) -> Keyset:
    """Let the older index secret decide no more: every process uses the newer one.

    Raises:
        KeysetError: the file is unusable.
    """
    file, opened = read(path)
    secrets = [
        replace(entry, state="retired", since=today) if entry.state == "deciding" else entry for entry in file.secrets
    ]
    if secrets == file.secrets:
        return opened
    return write_changed(path, opened, replace(file, secrets=secrets), change_name("settle", "index"))


def end_retired(path: Path, which: Use, today: str) -> Keyset:
    """End the retired secrets of a use: nothing in the store depends on them any more.

    Raises:
        KeysetError: the file is unusable.
    """
    file, opened = read(path)
    secrets = [
        replace(entry, state="ended", since=today) if (entry.use, entry.state) == (which, "retired") else entry
        for entry in file.secrets
    ]
    if secrets == file.secrets:
        return opened
    return write_changed(path, opened, replace(file, secrets=secrets), change_name("end", which))


def rewrap_secrets(path: Path) -> Keyset:
    """Wrap every secret of the file under the active root key.

    Raises:
        KeysetError: the file is unusable.
        ProviderError: the root-key provider cannot wrap now.
    """
    file, opened = read(path)
    if not secrets_under_retired_roots(file, opened):
        return opened

    def rewrapped(entry: SecretEntry) -> SecretEntry:
        context = secret_context(entry.use, entry.version)
        return replace(
            entry,
            wrapped=b64encode(opened.roots.wrap(opened.secrets[entry.use, entry.version], context)).decode("ascii"),
        )

    return write_changed(path, opened, replace(file, secrets=[rewrapped(entry) for entry in file.secrets]), REWRAPPED)


def secrets_under_retired_roots(file: KeysetFile, opened: Keyset) -> int:
    """Count the secrets that the active root key has not wrapped."""
    return sum(key_id_of(b64decode(entry.wrapped)) != opened.active_root for entry in file.secrets)


def destroy_retired_roots(path: Path) -> Keyset:
    """Remove all retired root keys from the file. Data that only those keys could unwrap is lost for ever.

    Raises:
        KeysetError: the file is unusable, or a secret still depends on one of them.
    """
    file, opened = read(path)
    kept = [entry for entry in file.roots if entry.state != "retired"]
    if len(kept) == len(file.roots):
        return opened
    return write_changed(path, opened, replace(file, roots=kept), DESTROYED)


def _next_secret(path: Path, opened: Keyset, which: Use, today: str) -> SecretEntry:
    version = 1 + max(version for use, version in opened.secrets if use == which)
    if version == MAX_VERSIONS:
        raise KeysetError(f"{path}: has reached the limit of {MAX_VERSIONS} {which} keys")
    return new_secret(opened.roots, which, version, "distributed", today)


def _advanced(entry: Entry, today: str) -> Entry:
    if entry.state in {"retired", "ended"}:
        return entry
    if entry.state == "distributed":
        return replace(entry, state="active", since=today)
    before = "deciding" if isinstance(entry, SecretEntry) and entry.use == "index" else "retired"
    return replace(entry, state=before, since=today)


def _split(opened: Keyset, changed: KeysetFile) -> KeysetFile:
    if not SPLIT_OFF.keys().isdisjoint(entry.use for entry in changed.secrets if entry.version == 0):
        return changed
    created = {entry.use: entry.created for entry in changed.secrets if entry.version == 0}
    copies = [
        wrapped_secret(opened.roots, use, 0, opened.secrets[use, 0], "active", created[source])
        for use, source in SPLIT_OFF.items()
    ]
    return replace(changed, secrets=[*changed.secrets, *copies])


def write_changed(path: Path, opened: Keyset, changed: KeysetFile, last: str) -> Keyset:
    """Write the changed file, after checking that it opens and keeps every secret.

    A secret that served a second use becomes an entry of that use, so that each can be rotated without the other.
    """
    changed = _split(opened, changed)
    content = encode(replace(changed, serial=opened.serial + 1, last=last))
    found = decode(path, content)[1]
    for name, secret in opened.secrets.items():
        if not hmac.compare_digest(found.secrets.get(name, b""), secret):
            raise KeysetError(f"{path}: the change would lose a secret; the file was not changed")
    write_secret_file(path, content, replace=True)
    return found
