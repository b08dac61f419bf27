"""Changes of the keyset file: every one a new whole file, checked before it takes the place of the old one.

A key is distributed first, then active, then retired; nothing here decides when
everybody has it. A change never loses a secret, and only `destroy_retired_roots`
takes a key away.
"""

import hmac
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final, Literal, TypeVar

from msgspec.structs import replace

from keys.aead import key_id_of
from keys.errors import KeysetError
from keys.files import write_secret_file
from keys.keyset import Keyset, decode, read
from keys.keyset_file import (
    MOST_VERSIONS,
    KeysetFile,
    NamedRoot,
    RootEntry,
    SecretEntry,
    encode,
    new_root,
    new_secret,
    secret_context,
)

Turning = Literal["root", "token"]
"""What the file itself turns over. Data keys stand in the store."""

Entry = TypeVar("Entry", RootEntry, SecretEntry)

REWRAPPED: Final = "rewrap"
DESTROYED: Final = "destroy"


def distributed(file: KeysetFile, turning: Turning) -> RootEntry | SecretEntry | None:
    """The key that waits to become active, or None."""
    entries: list[RootEntry | SecretEntry] = (
        [*file.roots] if turning == "root" else [entry for entry in file.secrets if entry.use == "token"]
    )
    return next((entry for entry in entries if entry.state == "distributed"), None)


def active_root(file: KeysetFile) -> RootEntry:
    """The root key that wraps, of a file that was read and checked."""
    return next(entry for entry in file.roots if entry.state == "active")


def is_named(entry: RootEntry, file: KeysetFile, named: NamedRoot) -> bool:
    """Whether an entry of a keyset file is the root key that somebody named."""
    return (
        (entry.provider, entry.name, entry.version) == (named.provider, named.name, named.version)
        and named.id in ("", entry.id)
        and named.pkcs11 in (None, file.pkcs11)
        and named.transit in (None, file.transit)
    )


def change_name(step: Literal["distribute", "activate"], turning: Turning) -> str:
    """What `KeysetFile.last` says of a change."""
    return f"{step} {turning}"


def distribute(path: Path, turning: Turning, today: str, named: NamedRoot | None = None) -> Keyset:
    """Put a new key into the file that nobody uses yet; where one waits already, that one stays and nothing changes.

    Args:
        named: a root key that was made at a provider; without it one is made here and stands in the file.

    Raises:
        KeysetError: the file cannot be used, holds all the token keys that it can, or another key waits than `named`.
        ProviderError: the provider of the root key is not there, or does not keep it as it should.
    """
    file, opened = read(path)
    waiting = distributed(file, turning)
    if named is not None and isinstance(waiting, RootEntry) and not is_named(waiting, file, named):
        raise KeysetError(
            f"{path}: root key {waiting.id} waits to become active, not the one that was named. Finish that rotation "
            "without naming a key, then name this one again"
        )
    if waiting is not None:
        return opened
    if named is not None:
        roots = [*file.roots, named.entry("distributed", today)]
        where = {"pkcs11": named.pkcs11 or file.pkcs11, "transit": named.transit or file.transit}
        changed = replace(file, roots=roots, **where)
    elif turning == "root":
        changed = replace(file, roots=[*file.roots, new_root("distributed", today)])
    else:
        version = 1 + max(version for use, version in opened.secrets if use == "token")
        if version == MOST_VERSIONS:
            raise KeysetError(f"{path}: holds {MOST_VERSIONS} token keys, and no token can name another one")
        secret = new_secret(opened.roots, "token", version, "distributed", today)
        changed = replace(file, secrets=[*file.secrets, secret])
    return _write(path, opened, changed, change_name("distribute", turning))


def activate(path: Path, turning: Turning, today: str, *, shredded_before: str = "") -> Keyset:
    """Make the key that waits the active one, and retire the one that was.

    Args:
        shredded_before: with a root key: from now on the data keys of earlier days (ISO date) are shredded.

    Raises:
        KeysetError: the file cannot be used, or no key waits.
    """
    file, opened = read(path)
    if distributed(file, turning) is None:
        raise KeysetError(f"{path}: no {turning} key waits to become active")

    if turning == "root":
        changed = replace(file, roots=[_turned(entry, today) for entry in file.roots])
    else:
        secrets = [_turned(entry, today) if entry.use == "token" else entry for entry in file.secrets]
        changed = replace(file, secrets=secrets)
    if shredded_before:
        changed = replace(changed, shredded_before=shredded_before)
    return _write(path, opened, changed, change_name("activate", turning))


def rewrap_secrets(path: Path) -> Keyset:
    """Wrap every secret of the file under the active root key; where all are, nothing changes.

    Raises:
        KeysetError: the file cannot be used.
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

    return _write(path, opened, replace(file, secrets=[rewrapped(entry) for entry in file.secrets]), REWRAPPED)


def secrets_under_retired_roots(file: KeysetFile, opened: Keyset) -> int:
    """How many secrets of the file are not wrapped under the active root key."""
    return sum(key_id_of(b64decode(entry.wrapped)) != opened.active_root for entry in file.secrets)


def destroy_retired_roots(path: Path) -> Keyset:
    """Take every root key but the active one out of the file; where none is left, nothing changes.

    What only those keys unwrap, nobody unwraps again.

    Raises:
        KeysetError: the file cannot be used, or a secret still hangs on one of them.
    """
    file, opened = read(path)
    living = [entry for entry in file.roots if entry.state != "retired"]
    if len(living) == len(file.roots):
        return opened
    return _write(path, opened, replace(file, roots=living), DESTROYED)


def _turned(entry: Entry, today: str) -> Entry:
    if entry.state == "retired":
        return entry
    return replace(entry, state="active" if entry.state == "distributed" else "retired", since=today)


def _write(path: Path, opened: Keyset, changed: KeysetFile, last: str) -> Keyset:
    """Write the changed file, once it is seen that it opens and holds every secret that the old one holds."""
    content = encode(replace(changed, serial=opened.serial + 1, last=last))
    found = decode(path, content)[1]
    for name, secret in opened.secrets.items():
        if not hmac.compare_digest(found.secrets.get(name, b""), secret):
            raise KeysetError(f"{path}: the change would lose a secret, and was not made")
    write_secret_file(path, content, replace=True)
    return found
