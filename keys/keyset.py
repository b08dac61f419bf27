"""Reads the keyset file: root keys and wrapped secrets.

A file that is truncated, invalid or accessible to others is refused, and the
error names the file and the place in it. Nothing is guessed or repaired. Only
the states in this file decide which key is used for new data.
"""

import hmac
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from keys.aead import KEY_BYTES
from keys.certificates import to_der
from keys.errors import IntegrityError, KeysetError, MissingKeyFileError, ProviderError
from keys.files import read_secret_file, write_secret_file
from keys.hosts import Host, host_id
from keys.keyset_file import (
    FORMAT,
    INTAKE_USES,
    MAX_VERSIONS,
    SPLIT_OFF,
    USES,
    KeysetFile,
    NamedRoot,
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
from keys.signatures import Verifier
from keys.suites import AES_256_GCM_SIV, SUITES


@dataclass(frozen=True, slots=True)
class OpeningTierKeys:
    """The opening tier, as an intake host knows it.

    Attributes:
        publication: verifies what it publishes.
        certificates: its TLS certificates, PEM: the one that it shows, and the next one during a rotation.
    """

    publication: Verifier
    certificates: tuple[str, ...]


@dataclass(slots=True, repr=False, eq=False)
class Keyset(Secret):
    """An opened keyset.

    Attributes:
        made_for: ``development`` or ``production``.
        root_ids: the 8-byte ids of all root keys.
        retired_roots: the ids of root keys that only unwrap and may be destroyed.
        secrets: the 32-byte secret of each (use, version).
        active: the version of each use that is used for new data.
        ended: the (use, version) of secrets on which nothing in the store depends.
        deciding: the version of the index secret whose place still decides who stores a waybill.
        serial: how often the file was changed.
        digest: 16 bytes that identify the content of the file.
        shredded_before: days since 1970-01-01; the data keys of earlier days are shredded.
        algorithm: the suite that seals new data, a key of `keys.suites.SUITES`.
        hosts: the intake hosts, by their 8-byte ids.
        intake: the name of the intake host whose keyset this is; empty for the whole keyset.
        opening: the opening tier, as an intake host knows it.
        created_days: when the active key of each use was created, ``root`` included, and the first day that may still
            have ``data`` keys; in days since 1970-01-01.
    """

    made_for: Literal["development", "production"]
    roots: RootKeys
    root_ids: frozenset[bytes]
    active_root: bytes
    secrets: dict[tuple[Use, int], bytes]
    active: dict[Use, int]
    _: KW_ONLY
    serial: int = 0
    digest: bytes = b""
    shredded_before: int = 0
    algorithm: int = AES_256_GCM_SIV
    retired_roots: frozenset[bytes] = frozenset()
    created_days: Mapping[str, int] = field(default_factory=dict)
    ended: frozenset[tuple[Use, int]] = frozenset()
    deciding: int | None = None
    hosts: Mapping[bytes, Host] = field(default_factory=dict)
    intake: str = ""
    opening: OpeningTierKeys | None = None

    def in_store(self, which: Use) -> list[bytes]:
        """Return the secrets of a use on which something in the store may depend, the active one first."""
        versions = sorted(version for use, version in self.secrets if use == which and (use, version) not in self.ended)
        active = self.active[which]
        return [self.secrets[which, version] for version in (active, *(one for one in versions if one != active))]


def create(
    path: Path,
    *,
    made_for: Literal["development", "production"],
    today: str,
    suite: str = SUITES[AES_256_GCM_SIV].name,
    named: NamedRoot | None = None,
) -> None:
    """Write a new keyset.

    Args:
        path: the file; must not exist yet.
        made_for: a development keyset is refused in production.
        today: ISO date, recorded as the creation date of the keys.
        suite: the suite that seals new records, by its name in `keys.suites`.
        named: a root key that exists at a provider; by default a root key is created in the file.

    Raises:
        KeysetError: the file exists (keys are never overwritten), or the suite or key is unknown.
        ProviderError: the provider is unavailable, or the key there is not protected as required.
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
        raise KeysetError(f"{path}: a keyset exists already, and keys are never overwritten") from None


def algorithm_of(path: Path, suite: str) -> int:
    """Return the algorithm byte of the suite `name`. Raises KeysetError: this release does not know it."""
    for number, known in SUITES.items():
        if known.name == suite:
            return number
    raise KeysetError(f"{path}: names a suite that this release does not know")


def read(path: Path) -> tuple[KeysetFile, Keyset]:
    """Read, check and open a keyset file.

    Raises:
        KeysetError: it cannot be used; the message names the file and the place in it.
    """
    try:
        content = read_secret_file(path)
    except MissingKeyFileError as fault:
        remedy = "`make run` makes a development set-up, and `keys init` a production keyset"
        raise MissingKeyFileError(f"{fault}. {remedy}") from None
    return decode(path, content)


def load(path: Path) -> Keyset:
    """Read, check and open a keyset file. Raises KeysetError: as `read`."""
    return read(path)[1]


def digest_of(content: bytes) -> bytes:
    """Return 16 bytes that identify a keyset file's content."""
    return sha256(content).digest()[:16]


def decode(path: Path, content: bytes) -> tuple[KeysetFile, Keyset]:
    """Check and open the content of a keyset file. Raises KeysetError: as `read`."""
    try:
        file = msgspec.json.decode(content, type=KeysetFile)
    except msgspec.DecodeError as error:
        raise KeysetError(f"{path}: is truncated or not a keyset ({error})") from None
    except UnicodeDecodeError:
        raise KeysetError(f"{path}: is not a keyset") from None
    if file.format != FORMAT:
        raise KeysetError(f"{path}: has format {file.format}; this release reads format {FORMAT}")
    algorithm = algorithm_of(path, file.suite)
    try:
        shredded_before = day_of(file.shredded_before) if file.shredded_before else 0
    except ValueError:
        raise KeysetError(f"{path}: shredded_before is not a date") from None
    try:
        created_days = _created_days(file, shredded_before)
    except ValueError:
        raise KeysetError(f"{path}: the creation date of a key is not a date") from None
    roots, root_ids, active_root = open_roots(path, file, algorithm)
    secrets, active = _open_secrets(path, file, roots)
    hosts, opening = _open_tiers(path, file)
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
        created_days=created_days,
        ended=frozenset((entry.use, entry.version) for entry in file.secrets if entry.state == "ended"),
        deciding=next((entry.version for entry in file.secrets if entry.state == "deciding"), None),
        hosts=hosts,
        intake=file.intake,
        opening=opening,
    )
    return file, opened


def _open_tiers(path: Path, file: KeysetFile) -> tuple[dict[bytes, Host], OpeningTierKeys | None]:
    """Return what the file says of other tiers."""
    if bool(file.intake) != bool(file.opening):
        raise KeysetError(f"{path}: names an intake host without its opening tier, or the reverse")
    hosts = {}
    for at, entry in enumerate(file.hosts):
        place = f"{path}: hosts[{at}]"
        try:
            key, verifier = _verifier(entry.signing, place)
            to_der(entry.certificate)
        except ValueError:
            raise KeysetError(f"{place}: its certificate is not one in PEM") from None
        try:
            since = day_of(entry.since)
        except ValueError:
            raise KeysetError(f"{place}: since is not a date") from None
        if host_id(key) in hosts:
            raise KeysetError(f"{place}: duplicate host")
        hosts[host_id(key)] = Host(entry.name, verifier, entry.certificate, entry.state == "revoked", since)
    if file.opening is None:
        return hosts, None
    entries = [file.opening, *([file.opening.newer] if file.opening.newer is not None else [])]
    keys = [_verifier(entry.publication, f"{path}: opening")[0] for entry in entries]
    return hosts, OpeningTierKeys(Verifier.from_bytes(*keys), tuple(entry.certificate for entry in entries))


def _verifier(text: str, place: str) -> tuple[bytes, Verifier]:
    key = from_base64(text, place)
    try:
        return key, Verifier.from_bytes(key)
    except KeysetError as error:
        raise KeysetError(f"{place}: its key {error}") from None


def _created_days(file: KeysetFile, shredded_before: int) -> dict[str, int]:
    """Return `Keyset.created_days`.

    Every keyset has had an index secret since it was made, and no data key is older than that.

    Raises:
        ValueError: a date is invalid.
    """
    created_days = {"root": max((day_of(one.created) for one in file.roots if one.state == "active"), default=0)}
    created_days |= {one.use: day_of(one.created) for one in file.secrets if one.state == "active"}
    first = min((day_of(one.created) for one in file.secrets if one.use == "index"), default=0)
    return {**created_days, "data": max(first, shredded_before)}


def _open_secrets(path: Path, file: KeysetFile, roots: RootKeys) -> tuple[dict[tuple[Use, int], bytes], dict[Use, int]]:
    """Return the secrets by (use, version), and the active version of each use."""
    secrets: dict[tuple[Use, int], bytes] = {}
    active: dict[Use, int] = {}
    for at, entry in enumerate(file.secrets):
        place = f"{path}: secrets[{at}] ({entry.use})"
        if not 0 <= entry.version < MAX_VERSIONS or (entry.use, entry.version) in secrets:
            raise KeysetError(f"{place}: its version is a duplicate or out of range")
        try:
            secret = roots.unwrap(from_base64(entry.wrapped, place), secret_context(entry.use, entry.version))
        except (IntegrityError, ProviderError) as error:
            raise KeysetError(f"{place}: {error}") from None
        if len(secret) != KEY_BYTES or not hmac.compare_digest(check_value(secret), entry.check):
            raise KeysetError(f"{place}: its check value does not match")
        secrets[entry.use, entry.version] = secret
        if entry.state == "active":
            if entry.use in active:
                raise KeysetError(f"{place}: two secrets of this use are active")
            active[entry.use] = entry.version
    _complete(path, file.intake, secrets, active)
    return secrets, active


def _complete(path: Path, intake: str, secrets: dict[tuple[Use, int], bytes], active: dict[Use, int]) -> None:
    """Add the secrets that serve two uses in the first keysets; each use needs an active one."""
    if intake:
        unwanted = sorted({use for use, _ in secrets if use not in INTAKE_USES})
        if unwanted:
            raise KeysetError(f"{path}: is of an intake host, which must not hold: {', '.join(unwanted)}")
    elif SPLIT_OFF.keys().isdisjoint(use for use, _ in secrets):
        for use, source in SPLIT_OFF.items():
            if (source, 0) in secrets:
                secrets[use, 0], active[use] = secrets[source, 0], 0
    for use in INTAKE_USES if intake else USES:
        if use not in active:
            raise KeysetError(f"{path}: no active secret for {use}")
