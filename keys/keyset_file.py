"""What stands in the keyset file: its entries, their states, and the bytes that they are written as.

Nothing is opened or decided here; `keys.keyset` reads the file, `keys.rotation` changes it.
"""

import hmac
import os
from base64 import b64encode
from datetime import UTC, date, datetime
from typing import Final, Literal

import msgspec

from keys.aead import KEY_BYTES, KEY_ID_BYTES
from keys.framing import frame
from keys.providers import RootKeys

FORMAT = 1

Use = Literal["index", "token", "state", "client", "audit"]
"""index: where records stand. token: what names their fields. state: seals cases, custody and
clients. client: the pepper of API keys' hashes. audit: keyed hashes in audit entries."""
USES: tuple[Use, ...] = ("index", "token", "state", "client", "audit")

State = Literal["distributed", "active", "retired"]
"""distributed: every process may learn it, none uses it yet. active: what is new is made with it. retired: it opens
what it made, and makes nothing more."""

MOST_VERSIONS: Final = 64
"""A token names the version of its key in one character."""
EPOCH: Final = date(1970, 1, 1)


Provider = Literal["file", "pkcs11", "transit"]
"""Who keeps a root key: this file, a PKCS#11 token, or the Transit engine of OpenBao or HashiCorp Vault."""


class Pkcs11(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the token is: see `keys.providers.pkcs11.Pkcs11RootKeys`. No secret stands here."""

    module: str
    token: str
    pin_file: str


class Transit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the engine is: see `keys.providers.transit.TransitRootKeys`. No secret stands here."""

    url: str
    token_file: str
    ca_file: str
    mount: str = "transit"


class RootEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A root key as the file holds it, or says where it is.

    Attributes:
        id: 8 bytes in hexadecimal.
        since: the date on which it came into its state.
        key, check: of a key in this file: 32 bytes in base64, and their check value.
        provider: who keeps it.
        name, version: of a key elsewhere: its label in the token, or its name and version in the engine.
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
    """A root key that somebody made at its provider, as `keys init` and `keys rotate root` are told of it.

    Attributes:
        provider: who keeps it.
        name, version, id: as in `RootEntry`; a key in Transit needs no id of its own.
        pkcs11, transit: where its provider is.
    """

    provider: Literal["pkcs11", "transit"]
    name: str
    version: int = 1
    id: str = ""
    pkcs11: Pkcs11 | None = None
    transit: Transit | None = None

    def entry(self, state: State, today: str) -> RootEntry:
        """The entry of this key."""
        key_id = self.id or os.urandom(KEY_ID_BYTES).hex()
        return RootEntry(
            key_id, state, today, since=today, provider=self.provider, name=self.name, version=self.version
        )


class SecretEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wrapped secret as the file holds it; `since` is the date on which it came into its state."""

    use: Use
    version: int
    state: State
    created: str
    wrapped: str
    check: str
    since: str = ""


class KeysetFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        serial: grows by one with every change, so that an older copy is known as one.
        last: what the last change was, for whoever has to go on from it.
        shredded_before: the first day (ISO date) whose data keys may live; empty if none was shredded.
        suite: what seals new records and state, by its name in `keys.suites`.
        pkcs11, transit: where the providers of root keys are that do not stand in this file.
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


def check_value(key: bytes) -> str:
    """Six bytes that tell whether a key is the right one, and nothing about it."""
    return hmac.digest(key, b"waybill-masking check value", "sha256")[:6].hex()


def secret_context(use: Use, version: int) -> bytes:
    """What a wrapped secret of the keyset is bound to."""
    return frame(b"keyset-secret", use.encode(), version.to_bytes(4, "big"))


def day_of(text: str) -> int:
    """The day of an ISO date, counted from 1970-01-01.

    Raises:
        ValueError: it is no date.
    """
    return (date.fromisoformat(text) - EPOCH).days


def date_of(day: int) -> str:
    """The ISO date of a day that is counted from 1970-01-01."""
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def new_root(state: State, today: str) -> RootEntry:
    """A new random root key."""
    key = os.urandom(KEY_BYTES)
    text = b64encode(key).decode("ascii")
    return RootEntry(os.urandom(KEY_ID_BYTES).hex(), state, today, text, check_value(key), today)


def new_secret(roots: RootKeys, use: Use, version: int, state: State, today: str) -> SecretEntry:
    """A new random secret, wrapped under the active root key."""
    secret = os.urandom(KEY_BYTES)
    wrapped = b64encode(roots.wrap(secret, secret_context(use, version))).decode("ascii")
    return SecretEntry(use, version, state, today, wrapped, check_value(secret), today)


def encode(file: KeysetFile) -> bytes:
    """The file's bytes."""
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"
