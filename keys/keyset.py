"""The keyset file: root keys, and the wrapped secrets that the keys of every tenant come from.

A keyset that is cut, doubled, wrong or readable by the world is refused with
the file's name and the place of the fault; nothing is guessed or repaired. The
states in this file alone decide which key is used for what is new.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec.structs import replace

from keys.aead import KEY_BYTES
from keys.errors import IntegrityError, KeysetError, ProviderError
from keys.files import read_secret_file, write_secret_file
from keys.keyset_file import (
    FORMAT,
    MOST_VERSIONS,
    USES,
    KeysetFile,
    NamedRoot,
    SecretEntry,
    Use,
    check_value,
    day_of,
    encode,
    new_root,
    new_secret,
    secret_context,
)
from keys.providers import RootKeys
from keys.roots import from_base64, open_roots
from keys.secret import Secret
from keys.suites import AES_256_GCM_SIV, SUITES


class Keyset(Secret):
    """A keyset, opened.

    Attributes:
        made_for: ``development`` or ``production``.
        roots: the root keys.
        root_ids: the 8-byte ids of all of them.
        retired_roots: the ids of those that only unwrap, and may be destroyed.
        active_root: the id of the one that wraps.
        secrets: the 32-byte secret of each (use, version).
        active: the version of each use that makes what is new.
        serial: how often the file was changed.
        digest: 16 bytes that tell this file from every other.
        shredded_before: days since 1970-01-01; the data keys of earlier days are shredded.
        algorithm: the suite that seals what is new, a key of `keys.suites.SUITES`.
        born: days since 1970-01-01 on which the active ``root`` and ``token`` keys were made, and the first of which a
            ``data`` key may live.
    """

    __slots__ = (
        "active",
        "active_root",
        "algorithm",
        "born",
        "digest",
        "made_for",
        "retired_roots",
        "root_ids",
        "roots",
        "secrets",
        "serial",
        "shredded_before",
    )

    def __init__(
        self,
        made_for: str,
        roots: RootKeys,
        root_ids: frozenset[bytes],
        active_root: bytes,
        secrets: dict[tuple[Use, int], bytes],
        active: dict[Use, int],
        *,
        serial: int = 0,
        digest: bytes = b"",
        shredded_before: int = 0,
        algorithm: int = AES_256_GCM_SIV,
        retired_roots: frozenset[bytes] = frozenset(),
        born: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.made_for = made_for
        self.roots = roots
        self.root_ids = root_ids
        self.active_root = active_root
        self.secrets = secrets
        self.active = active
        self.serial = serial
        self.digest = digest
        self.shredded_before = shredded_before
        self.algorithm = algorithm
        self.retired_roots = retired_roots
        self.born = born


def create(
    path: Path,
    *,
    made_for: Literal["development", "production"],
    today: str,
    suite: str = SUITES[AES_256_GCM_SIV].name,
    named: NamedRoot | None = None,
) -> None:
    """Write a new keyset with one root key and one secret for each use.

    Args:
        path: where; must not exist yet.
        made_for: a development keyset is refused in production.
        today: ISO date, kept as the keys' date of birth.
        suite: what seals new records, by its name in `keys.suites`.
        named: the root key that was made at a provider; without it one is made here and stands in the file.

    Raises:
        KeysetError: there is a file already, for keys are never overwritten; or what it should name is no suite or key.
        ProviderError: the provider of the root key is not there, or does not keep it as it should.
    """
    root = new_root("active", today) if named is None else named.entry("active", today)
    bare = KeysetFile(FORMAT, made_for, [root], [], suite=suite)
    if named is not None:
        bare = replace(bare, pkcs11=named.pkcs11, transit=named.transit)
    roots, _, _ = open_roots(path, bare, algorithm_of(path, suite))
    file = replace(bare, secrets=[new_secret(roots, use, 0, "active", today) for use in USES])
    try:
        write_secret_file(path, encode(file), replace=False)
    except FileExistsError:
        raise KeysetError(f"{path}: there is a keyset already, and keys are never overwritten") from None


def algorithm_of(path: Path, suite: str) -> int:
    """The algorithm byte of a suite that a keyset file names.

    Raises:
        KeysetError: this release does not know it.
    """
    for number, known in SUITES.items():
        if known.name == suite:
            return number
    raise KeysetError(f"{path}: names a suite that this release does not know")


def read(path: Path) -> tuple[KeysetFile, Keyset]:
    """Read, check and open a keyset file: as it stands, and opened.

    Raises:
        KeysetError: it cannot be used; the message names the file and the place in it.
    """
    return decode(path, read_secret_file(path))


def load(path: Path) -> Keyset:
    """Read, check and open a keyset file.

    Raises:
        KeysetError: as `read`.
    """
    return read(path)[1]


def digest_of(content: bytes) -> bytes:
    """16 bytes that tell a keyset file with this content from every other."""
    return sha256(content).digest()[:16]


def decode(path: Path, content: bytes) -> tuple[KeysetFile, Keyset]:
    """Check and open what stands, or is about to stand, in the keyset file `path`.

    Raises:
        KeysetError: as `read`.
    """
    try:
        file = msgspec.json.decode(content, type=KeysetFile)
    except msgspec.DecodeError as error:
        raise KeysetError(f"{path}: is cut or is not a keyset ({error})") from None
    except UnicodeDecodeError:
        raise KeysetError(f"{path}: is not a keyset") from None
    if file.format != FORMAT:
        raise KeysetError(f"{path}: has format {file.format}; this release reads format {FORMAT}")
    algorithm = algorithm_of(path, file.suite)
    try:
        shredded_before = day_of(file.shredded_before) if file.shredded_before else 0
    except ValueError:
        raise KeysetError(f"{path}: shredded_before is no date") from None
    try:
        born = _born(file, shredded_before)
    except ValueError:
        raise KeysetError(f"{path}: a key was created on what is no date") from None
    roots, root_ids, active_root = open_roots(path, file, algorithm)
    secrets, active = _open_secrets(path, file.secrets, roots)
    opened = Keyset(
        file.made_for,
        roots,
        root_ids,
        active_root,
        secrets,
        active,
        serial=file.serial,
        digest=digest_of(content),
        shredded_before=shredded_before,
        algorithm=algorithm,
        retired_roots=frozenset(bytes.fromhex(entry.id) for entry in file.roots if entry.state == "retired"),
        born=born,
    )
    return file, opened


def _born(file: KeysetFile, shredded_before: int) -> dict[str, int]:
    """`Keyset.born`. No data key is older than the keyset, which never had another index secret.

    Raises:
        ValueError: a date is none.
    """
    born = {"root": max((day_of(one.created) for one in file.roots if one.state == "active"), default=0)}
    for use, name in (("token", "token"), ("index", "data")):
        days = (day_of(one.created) for one in file.secrets if one.use == use and one.state == "active")
        born[name] = max(days, default=0)
    born["data"] = max(born["data"], shredded_before)
    return born


def _open_secrets(
    path: Path, entries: list[SecretEntry], roots: RootKeys
) -> tuple[dict[tuple[Use, int], bytes], dict[Use, int]]:
    """The secrets by (use, version), and the active version of each use."""
    secrets: dict[tuple[Use, int], bytes] = {}
    active: dict[Use, int] = {}
    for at, entry in enumerate(entries):
        place = f"{path}: secrets[{at}] ({entry.use})"
        if not 0 <= entry.version < MOST_VERSIONS or (entry.use, entry.version) in secrets:
            raise KeysetError(f"{place}: its version stands twice or is out of range")
        try:
            secret = roots.unwrap(from_base64(entry.wrapped, place), secret_context(entry.use, entry.version))
        except (IntegrityError, ProviderError) as fault:
            raise KeysetError(f"{place}: {fault}") from None
        if len(secret) != KEY_BYTES or not hmac.compare_digest(check_value(secret), entry.check):
            raise KeysetError(f"{place}: its check value does not fit")
        secrets[entry.use, entry.version] = secret
        if entry.state == "active":
            if entry.use in active:
                raise KeysetError(f"{place}: two secrets of this use are active")
            active[entry.use] = entry.version
    for use in USES:
        if use not in active:
            raise KeysetError(f"{path}: no active secret for {use}")
    return secrets, active
