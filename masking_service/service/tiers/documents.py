"""What the opening tier publishes for intake hosts.

Both documents are signed by the opening tier, and sealed with a key that the intake tier has, too: neither the store
nor an intake host can change them, and a thief of the store reads nothing in them.
"""

from typing import Any, Final

import msgspec

from keys.errors import KeysetError
from keys.keyring import NOT_SPLIT, Keyring
from keys.publication import PublicationKey
from keys.secret import Unprinted
from masking_service.store.layout import PREFIX

STATE_PLACE: Final = PREFIX + b"{published}state"
DAYS_PLACE: Final = PREFIX + b"{published}days"


class DayKeyEntry(msgspec.Struct, frozen=True, array_like=True):
    """A tenant's day key.

    Attributes:
        day: since 1970-01-01.
        number: of the data key from which it is derived, 0-based, within the day.
        key_id: of that data key, 8 bytes.
        public: the public part.
    """

    day: int
    number: int
    key_id: bytes
    public: bytes


class PublishedDays(msgspec.Struct, frozen=True):
    """The day keys of today and tomorrow, by tenant.

    `keyset` is the serial of the keyset under which it was published: after each change it is published anew.
    """

    keys: dict[str, list[DayKeyEntry]]
    keyset: int = 0


class Sources(msgspec.Struct, frozen=True):
    """The serials of what a publication was made of. A process that knows older ones publishes nothing."""

    keyset: int
    clients: int
    freezes: dict[str, int]

    def before(self, other: "Sources") -> bool:
        """Return whether any of it is older than in `other`."""
        return (
            self.keyset < other.keyset
            or self.clients < other.clients
            or any(self.freezes.get(tenant, 0) < serial for tenant, serial in other.freezes.items())
        )


class PublishedAccess(Unprinted, msgspec.Struct, frozen=True):
    """Who may store, and in which store.

    Attributes:
        at: when it was published, Unix seconds, rounded down.
        sources: what it was made of.
        made_for: ``development`` or ``production``.
        genesis: SHA-256 of the first key of the store.
        marks: SHA-256 of the mark of each marked slot of a cluster.
        audit_slots: over how many slots the audit log is spread.
        versions: which versions of each secret an intake host may use.
        clients: the registry of the clients that may mask or tokenize.
        frozen: the frozen principals, by tenant.
        days: the serial of the newest `PublishedDays`.
    """

    at: int
    sources: Sources
    made_for: str
    genesis: bytes
    marks: dict[int, bytes]
    audit_slots: int
    versions: dict[str, list[int]]
    clients: dict[str, Any]
    frozen: dict[str, list[str]]
    days: int


def publication_key(keyring: Keyring) -> PublicationKey:
    """Return the key of publications of the keyset in use. Raises KeysetError: the tiers are not split."""
    key = keyring.publication
    if key is None:
        raise KeysetError(NOT_SPLIT)
    return key
