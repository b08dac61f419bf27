"""Opens the root keys that a keyset file names, at their providers."""

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from pathlib import Path

from keys.aead import KEY_BYTES, KEY_ID_BYTES
from keys.errors import KeysetError
from keys.keyset_file import KeysetFile, RootEntry, check_value
from keys.providers import RootKeys
from keys.providers.combined import CombinedRootKeys
from keys.providers.file import FileRootKeys

Entries = Mapping[bytes, RootEntry]


def open_roots(path: Path, file: KeysetFile, algorithm: int) -> tuple[RootKeys, frozenset[bytes], bytes]:
    """Open the root keys; return them, their ids and the active id.

    Args:
        path: the keyset file, for messages; relative file names in it are relative to its folder.
        algorithm: the suite with which a key in the file wraps.

    Raises:
        KeysetError: the message names the file and the place in it.
        ProviderError: a provider is unavailable, or does not protect one of its keys as required.
    """
    entries: dict[bytes, RootEntry] = {}
    for at, entry in enumerate(file.roots):
        key_id = _key_id(path, at, entry)
        if key_id in entries:
            raise KeysetError(
                f"{path}: roots[{at}]: has the id of roots[{[*entries].index(key_id)}]: give each key its own"
            )
        entries[key_id] = entry
    active = [key_id for key_id, entry in entries.items() if entry.state == "active"]
    if len(active) != 1:
        raise KeysetError(f"{path}: exactly one root key must be active, not {len(active)}")
    providers: dict[bytes, RootKeys] = {}
    for provider in sorted({entry.provider for entry in entries.values()}):
        kept = {key_id: entry for key_id, entry in entries.items() if entry.provider == provider}
        wrapping = active[0] if active[0] in kept else next(iter(kept))
        match provider:
            case "file":
                opened: RootKeys = FileRootKeys(_keys_in_file(path, file), wrapping, algorithm)
            case "pkcs11":
                opened = _in_token(path, file, kept, wrapping)
            case _:
                opened = _in_engine(path, file, kept, wrapping)
        providers |= dict.fromkeys(kept, opened)
    return CombinedRootKeys(providers, active[0]), frozenset(entries), active[0]


def from_base64(text: str, place: str) -> bytes:
    """Decode the base64 at `place` of the keyset file. Raises KeysetError: it is not base64."""
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise KeysetError(f"{place}: is not base64") from None


def _key_id(path: Path, at: int, entry: RootEntry) -> bytes:
    try:
        key_id = bytes.fromhex(entry.id)
    except ValueError:
        raise KeysetError(f"{path}: roots[{at}]: its id is not hexadecimal") from None
    if len(key_id) != KEY_ID_BYTES:
        raise KeysetError(f"{path}: roots[{at}]: its id or key has the wrong length")
    return key_id


def _keys_in_file(path: Path, file: KeysetFile) -> dict[bytes, bytes]:
    keys: dict[bytes, bytes] = {}
    places: dict[bytes, int] = {}
    for at, entry in enumerate(file.roots):
        if entry.provider != "file":
            continue
        place = f"{path}: roots[{at}]"
        key = from_base64(entry.key, place)
        if len(key) != KEY_BYTES:
            raise KeysetError(f"{place}: its id or key has the wrong length")
        if not hmac.compare_digest(check_value(key), entry.check):
            raise KeysetError(f"{place}: its check value does not match")
        if (first := places.setdefault(key, at)) < at:
            raise KeysetError(f"{place}: is the key of roots[{first}]: create a new one")
        keys[bytes.fromhex(entry.id)] = key
    return keys


def _in_token(path: Path, file: KeysetFile, kept: Entries, wrapping: bytes) -> RootKeys:
    from keys.providers.pkcs11 import Pkcs11RootKeys  # few sites need this library

    where = file.pkcs11
    if where is None:
        raise KeysetError(f"{path}: a root key has the provider pkcs11, but the member pkcs11 is missing")
    labels = {key_id: entry.name for key_id, entry in kept.items()}
    return Pkcs11RootKeys(Path(where.module), where.token, path.parent / where.pin_file, labels, wrapping)


def _in_engine(path: Path, file: KeysetFile, kept: Entries, wrapping: bytes) -> RootKeys:
    from keys.providers.transit import TransitKey, TransitRootKeys  # few sites need it

    where = file.transit
    if where is None:
        raise KeysetError(f"{path}: a root key has the provider transit, but the member transit is missing")
    names = {key_id: TransitKey(entry.name, entry.version) for key_id, entry in kept.items()}
    return TransitRootKeys(where, path.parent, names, wrapping)
