"""The keyset file: root keys, and the wrapped secrets that the keys of every tenant come from.

A keyset that is cut, doubled, wrong or readable by the world is refused with
the file's name and the place of the fault; nothing is guessed or repaired.
"""

import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from pathlib import Path
from typing import Literal

import msgspec

from keys.aead import KEY_BYTES, KEY_ID_BYTES
from keys.errors import IntegrityFault, KeysetFault, ProviderFault
from keys.files import read_secret_file, write_secret_file
from keys.framing import frame
from keys.providers import RootKeys
from keys.providers.file import FileRootKeys
from keys.secret import Secret

FORMAT = 1

Use = Literal["index", "token", "state", "client", "audit"]
"""index: where records stand. token: what names their fields. state: seals cases, custody and
clients. client: the pepper of API keys' hashes. audit: keyed hashes in audit entries."""
USES: tuple[Use, ...] = ("index", "token", "state", "client", "audit")


class RootEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A root key as the file holds it."""

    id: str
    state: Literal["active", "retired"]
    created: str
    key: str
    check: str


class SecretEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wrapped secret as the file holds it."""

    use: Use
    version: int
    state: Literal["active", "retired"]
    created: str
    wrapped: str
    check: str


class KeysetFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    format: int
    made_for: Literal["development", "production"]
    roots: list[RootEntry]
    secrets: list[SecretEntry]


class Keyset(Secret):
    """A keyset, opened: its root keys and the 32-byte secret of each (use, version)."""

    __slots__ = ("active", "made_for", "roots", "secrets")

    def __init__(
        self,
        made_for: str,
        roots: RootKeys,
        secrets: dict[tuple[Use, int], bytes],
        active: dict[Use, int],
    ) -> None:
        self.made_for = made_for
        self.roots = roots
        self.secrets = secrets
        self.active = active


def _check(key: bytes) -> str:
    """Six bytes that tell whether a key is the right one, and nothing about it."""
    return hmac.digest(key, b"waybill-masking check value", "sha256")[:6].hex()


def _context(use: Use, version: int) -> bytes:
    return frame(b"keyset-secret", use.encode(), version.to_bytes(4, "big"))


def create(path: Path, *, made_for: Literal["development", "production"], today: str) -> None:
    """Write a new keyset with one root key and one secret for each use.

    Args:
        path: where; must not exist yet.
        made_for: a development keyset is refused in production.
        today: ISO date, kept as the keys' date of birth.

    Raises:
        KeysetFault: there is a file already. Keys are never overwritten.
    """
    root_id, root = os.urandom(KEY_ID_BYTES), os.urandom(KEY_BYTES)
    roots = FileRootKeys({root_id: root}, root_id)
    entries = []
    for use in USES:
        secret, version = os.urandom(KEY_BYTES), 0
        wrapped = roots.wrap(secret, _context(use, version))
        entries.append(SecretEntry(use, version, "active", today, b64encode(wrapped).decode("ascii"), _check(secret)))
    entry = RootEntry(root_id.hex(), "active", today, b64encode(root).decode("ascii"), _check(root))
    file = KeysetFile(FORMAT, made_for, [entry], entries)
    try:
        write_secret_file(path, msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n", replace=False)
    except FileExistsError:
        raise KeysetFault(f"{path}: there is a keyset already, and keys are never overwritten") from None


def load(path: Path) -> Keyset:
    """Read, check and open a keyset file.

    Raises:
        KeysetFault: it cannot be used; the message names the file and the place in it.
    """
    content = read_secret_file(path)
    try:
        file = msgspec.json.decode(content, type=KeysetFile)
    except msgspec.DecodeError as error:
        raise KeysetFault(f"{path}: is cut or is not a keyset ({error})") from None
    except UnicodeDecodeError:
        raise KeysetFault(f"{path}: is not a keyset") from None
    if file.format != FORMAT:
        raise KeysetFault(f"{path}: has format {file.format}; this release reads format {FORMAT}")
    roots = _open_roots(path, file.roots)
    secrets: dict[tuple[Use, int], bytes] = {}
    active: dict[Use, int] = {}
    for at, entry in enumerate(file.secrets):
        place = f"{path}: secrets[{at}] ({entry.use})"
        if not 0 <= entry.version < 64 or (entry.use, entry.version) in secrets:
            raise KeysetFault(f"{place}: its version stands twice or is out of range")
        try:
            secret = roots.unwrap(_bytes(entry.wrapped, place), _context(entry.use, entry.version))
        except (IntegrityFault, ProviderFault) as fault:
            raise KeysetFault(f"{place}: {fault}") from None
        if len(secret) != KEY_BYTES or not hmac.compare_digest(_check(secret), entry.check):
            raise KeysetFault(f"{place}: its check value does not fit")
        secrets[entry.use, entry.version] = secret
        if entry.state == "active":
            if entry.use in active:
                raise KeysetFault(f"{place}: two secrets of this use are active")
            active[entry.use] = entry.version
    for use in USES:
        if use not in active:
            raise KeysetFault(f"{path}: no active secret for {use}")
    return Keyset(file.made_for, roots, secrets, active)


def describe(path: Path) -> list[tuple[str, str, str, str]]:
    """(use, id or version, state, date of birth) of every key in the file, which is checked as by `load`.

    Raises:
        KeysetFault: as `load`.
    """
    load(path)
    file = msgspec.json.decode(read_secret_file(path), type=KeysetFile)
    return [
        *(("root", entry.id, entry.state, entry.created) for entry in file.roots),
        *((entry.use, str(entry.version), entry.state, entry.created) for entry in file.secrets),
    ]


def _open_roots(path: Path, entries: list[RootEntry]) -> FileRootKeys:
    keys: dict[bytes, bytes] = {}
    active: list[bytes] = []
    for at, entry in enumerate(entries):
        place = f"{path}: roots[{at}]"
        try:
            key_id = bytes.fromhex(entry.id)
        except ValueError:
            raise KeysetFault(f"{place}: its id is not hexadecimal") from None
        key = _bytes(entry.key, place)
        if len(key_id) != KEY_ID_BYTES or len(key) != KEY_BYTES:
            raise KeysetFault(f"{place}: its id or key has the wrong length")
        if not hmac.compare_digest(_check(key), entry.check):
            raise KeysetFault(f"{place}: its check value does not fit")
        if key_id in keys or key in keys.values():
            raise KeysetFault(f"{place}: the same key stands twice")
        keys[key_id] = key
        if entry.state == "active":
            active.append(key_id)
    if len(active) != 1:
        raise KeysetFault(f"{path}: exactly one root key must be active, not {len(active)}")
    return FileRootKeys(keys, active[0])


def _bytes(text: str, place: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise KeysetFault(f"{place}: is not base64") from None
