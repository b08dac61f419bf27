"""What stands in the keyset file: its entries, their states, and the bytes that they are written as.

Nothing is opened or decided here; `keys.keyset` reads the file, `keys.turnover` changes it.
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


class RootEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A root key as the file holds it; `since` is the date on which it came into its state."""

    id: str
    state: State
    created: str
    key: str
    check: str
    since: str = ""


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
    """

    format: int
    made_for: Literal["development", "production"]
    roots: list[RootEntry]
    secrets: list[SecretEntry]
    serial: int = 0
    last: str = "init"
    shredded_before: str = ""


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
