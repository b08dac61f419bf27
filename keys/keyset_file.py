"""The structure and encoding of the keyset file.

Nothing is opened or decided here; `keys.keyset` reads the file, `keys.rotation` changes it.
"""

import hmac
import os
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from keys.aead import KEY_BYTES, KEY_ID_BYTES
from keys.framing import frame
from keys.providers import RootKeys

FORMAT = 1

Use = Literal["index", "token", "state", "client", "audit", "tag", "search", "audit-hash", "publication", "host"]
"""What each secret is for.

index: storage places of records. token: tokens of fields. state: seals cases, custody and clients. client: pepper of
API key hashes. audit: signs the audit log. tag: names of tenants, data keys and counts. search: names and entries of
the search indexes. audit-hash: keyed hashes in audit entries. publication: signs what the opening tier publishes, from
the first `keys split` on. host: an intake host's own, in its keyset only.
"""
USES: tuple[Use, ...] = ("index", "token", "state", "client", "audit", "tag", "search", "audit-hash")
INTAKE_USES: Final[tuple[Use, ...]] = ("index", "token", "client", "tag", "audit-hash", "host")
"""The uses of the keyset of an intake host: exactly these."""
SPLIT_OFF: Final[Mapping[Use, Use]] = MappingProxyType({"tag": "index", "search": "index", "audit-hash": "audit"})
"""Uses without a secret in the first keysets; another use's secret, at version 0, serves both."""

State = Literal["distributed", "active", "deciding", "retired", "ended"]
"""The states of a secret.

distributed: processes load it, none uses it yet. active: used for new data. deciding: an index secret only; its place
decides who stores a waybill until every process uses the newer one. retired: only opens existing data. ended: nothing
in the store depends on it, and what was made with it is refused there.
"""

MAX_VERSIONS: Final = 64
"""A token names the version of its key in one base64 character."""
EPOCH: Final = date(1970, 1, 1)


Provider = Literal["file", "pkcs11", "transit"]
"""Where a root key is kept: this file, a PKCS#11 token, or the Transit engine of OpenBao or HashiCorp Vault."""


class Pkcs11(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the PKCS#11 token is. Holds no secret; see `keys.providers.pkcs11.Pkcs11RootKeys`."""

    module: str
    token: str
    pin_file: str


class Transit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the Transit engine is. Holds no secret; see `keys.providers.transit.TransitRootKeys`."""

    url: str
    token_file: str
    ca_file: str
    mount: str = "transit"


class RootEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A root key, or a reference to one.

    Attributes:
        id: 8 bytes in hexadecimal.
        since: the date on which its present state began.
        key, check: only for a key in this file: 32 bytes in base64, and their check value.
        name, version: only for a key elsewhere: its label in the token, or its name and version in the engine.
    """

    id: str
    state: State
    created: str
    key: str = ""
    check: str = ""
    since: str = ""
    provider: Provider = "file"
    name: str = ""
    version: int = 0


class NamedRoot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A root key that exists at a provider, or one to be created in the file, as given to `keys` commands.

    Attributes:
        provider: where it is kept; one in the file has no further members.
        name, version, id: as in `RootEntry`; a key in Transit needs no id of its own.
        pkcs11, transit: where its provider is.
    """

    provider: Provider
    name: str = ""
    version: int = 1
    id: str = ""
    pkcs11: Pkcs11 | None = None
    transit: Transit | None = None

    def __post_init__(self) -> None:
        if self.provider != "file" and not self.name:
            raise ValueError("a root key at a provider has a `name`")
        if self.provider == "file" and (self.name or self.version != 1 or self.id or self.pkcs11 or self.transit):
            raise ValueError("a root key in the file has `provider` alone")

    def entry(self, state: State, today: str) -> RootEntry:
        """Return the file entry of this key."""
        if self.provider == "file":
            return new_root(state, today)
        key_id = self.id or os.urandom(KEY_ID_BYTES).hex()
        return RootEntry(
            key_id, state, today, since=today, provider=self.provider, name=self.name, version=self.version
        )


class SecretEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wrapped secret in the file; `since` is when its present state began."""

    use: Use
    version: int
    state: State
    created: str
    wrapped: str
    check: str
    since: str = ""


class HostEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An intake host: what it shows of itself.

    Attributes:
        signing: its public signing key, 32 bytes in base64.
        certificate: its TLS certificate, PEM.
        state: enrolled: what it signs is trusted. revoked: nothing is, also of what it signed before.
        since: the date on which its state began.
    """

    name: str
    signing: str
    certificate: str
    state: Literal["enrolled", "revoked"] = "enrolled"
    since: str = ""


class OpeningEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The opening tier, as an intake host knows it.

    Attributes:
        publication: the public key of what it publishes, 32 bytes in base64.
        certificate: its TLS certificate, PEM.
        newer: the same after the rotation of `publication` that is under way; None without one.
    """

    publication: str
    certificate: str
    newer: "OpeningEntry | None" = None


class KeysetFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        serial: grows by one with every change, so that older copies are recognised.
        last: the last change, so that an interrupted command can continue.
        shredded_before: the first day (ISO date) whose data keys are not shredded; empty if none was shredded.
        suite: the suite that seals new records and state, by its name in `keys.suites`.
        pkcs11, transit: where the providers of root keys outside this file are.
        hosts: the intake hosts, in the keyset of the opening tier.
        intake, opening: only in the keyset of an intake host: its name, and the opening tier.
    """

    format: int
    made_for: Literal["development", "production"]
    roots: list[RootEntry]
    secrets: list[SecretEntry]
    serial: int = 0
    last: str = "init"
    shredded_before: str = ""
    suite: str = "aes-256-gcm-siv"
    pkcs11: Pkcs11 | None = None
    transit: Transit | None = None
    hosts: list[HostEntry] = []
    intake: str = ""
    opening: OpeningEntry | None = None


def check_value(key: bytes) -> str:
    """Return six bytes that identify a key and reveal nothing about it."""
    return hmac.digest(key, b"waybill-masking check value", "sha256")[:6].hex()


def secret_context(use: Use, version: int) -> bytes:
    """Return the context to which a secret is bound."""
    return frame(b"keyset-secret", use.encode(), version.to_bytes(4, "big"))


def day_of(text: str) -> int:
    """Convert an ISO date to days since 1970-01-01. Raises ValueError: it is not a date."""
    return (date.fromisoformat(text) - EPOCH).days


def date_of(day: int) -> str:
    """Convert days since 1970-01-01 to an ISO date."""
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def new_root(state: State, today: str) -> RootEntry:
    """Create a random root key."""
    key = os.urandom(KEY_BYTES)
    text = b64encode(key).decode("ascii")
    return RootEntry(os.urandom(KEY_ID_BYTES).hex(), state, today, text, check_value(key), today)


def new_secret(roots: RootKeys, use: Use, version: int, state: State, today: str) -> SecretEntry:
    """Create a random secret, wrapped under the active root key."""
    return wrapped_secret(roots, use, version, os.urandom(KEY_BYTES), state, today)


def wrapped_secret(roots: RootKeys, use: Use, version: int, secret: bytes, state: State, created: str) -> SecretEntry:
    """Return the entry of a secret, wrapped under the active root key."""
    wrapped = b64encode(roots.wrap(secret, secret_context(use, version))).decode("ascii")
    return SecretEntry(use, version, state, created, wrapped, check_value(secret), created)


def encode(file: KeysetFile) -> bytes:
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"
