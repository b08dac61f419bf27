"""What the opening tier publishes for intake hosts, and what such a host has verified of it.

Both documents are signed by the opening tier, and sealed with a key that the intake tier has, too: neither the store
nor an intake host can change them, and a thief of the store reads nothing in them.

An older publication than one that was seen is an alarm. The newest one is kept beside the keys, so that a process that
starts anew is not told an older one either, and masks while the store is down.
"""

import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from keys.errors import KeysetError
from keys.keyring import NOT_SPLIT, Keyring
from keys.publication import PublicationKey
from keys.secret import Unprinted
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.people.clients import Clients
from masking_service.service.people.errors import Frozen
from masking_service.service.people.principals import Principal
from masking_service.service.state.serials import Serials
from masking_service.service.state.snapshot import Snapshot
from masking_service.store.client import Reply, Store
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.layout import PREFIX

STATE_PLACE: Final = PREFIX + b"{published}state"
DAYS_PLACE: Final = PREFIX + b"{published}days"
ACCESS_SNAPSHOT: Final = "published-access.signed"
DAYS_SNAPSHOT: Final = "published-days.signed"
LATE_SECONDS: Final = 120
"""A publication this old is four times as old as any should become."""
MAX_AGE_SECONDS: Final = 3600
"""Seconds after which a publication is too old to store under: revocations and freezes may be missing.

A person who can write to the store could hold newer publications back.
"""


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


class Published:
    """The newest publication that this process has verified.

    Args:
        folder: where the snapshots are.

    Attributes:
        clients: who may mask and tokenize.
        known: whether anything was read: until then no credential can be refused.
        access: all of it; None until then.
    """

    def __init__(self, store: Store, keyring: Keyring, folder: Path, random: Callable[[int], bytes]) -> None:
        self._keyring = keyring
        self._access = Serials(store, STATE_PLACE, lambda: publication_key(keyring), random)
        self._days = Serials(store, DAYS_PLACE, lambda: publication_key(keyring), random)
        self._snapshots = Snapshot(folder / ACCESS_SNAPSHOT), Snapshot(folder / DAYS_SNAPSHOT)
        self._day_keys: dict[str, list[DayKeyEntry]] = {}
        self._frozen: frozenset[tuple[str, str]] = frozenset()
        self.clients = Clients()
        self.known = False
        self.access: PublishedAccess | None = None

    def load_snapshots(self) -> None:
        """Load what was kept.

        Raises:
            KeysetError: others may read or write it.
            IntegrityError: it was changed, or published for other keys.
        """
        for document, snapshot in zip((self._access, self._days), self._snapshots, strict=True):
            kept = snapshot.read()
            if kept is not None:
                document.adopt(*kept)
        self._learn()

    def refresh(self, through: Store) -> None:
        """Read what is published: one round trip `through` the store, and one more where day keys have changed.

        Raises:
            StoreUnavailable: the store did not answer, or nothing is published yet.
            IntegrityError: a publication was changed, or went back.
        """
        self._take(self._access, through, self._snapshots[0])
        self._learn()
        if self.access is None:
            raise StoreUnavailable("not-published")
        if self._days.serial < self.access.days:
            self._take(self._days, through, self._snapshots[1])
            self._learn()

    def check_store(self, genesis: Reply, marks: dict[int, Reply]) -> None:
        """Check that a store is the one of the opening tier.

        Args:
            genesis: its first key.
            marks: the marks of some of its slots.

        Raises:
            StoreUnavailable: nothing is published yet, or nothing new for an hour, or the keys here are older than the
                opening tier allows.
            WrongStore: it is another store, or was emptied.
        """
        access = self.access
        if access is None:
            raise StoreUnavailable("not-published")
        if self.age > MAX_AGE_SECONDS:
            raise StoreUnavailable("published-late")
        if access.made_for != self._keyring.made_for:
            raise WrongStore(f"the store was made for {access.made_for}, the keys for {self._keyring.made_for}")
        if genesis is None or sha256(genesis).digest() != access.genesis:
            raise WrongStore("the store has another first key than the opening tier says: it was emptied or exchanged")
        for slot, value in marks.items():
            if value is None or sha256(value).digest() != access.marks.get(slot):
                raise WrongStore(
                    f"the server that has slot {slot} lost its mark: it was emptied, or replaced by an empty one"
                )
        active = self._keyring.keyset.active
        if any(active[use] not in versions for use, versions in access.versions.items() if use in active):
            raise StoreUnavailable("old-keyset")

    def refuse(self, principal: Principal) -> None:
        """Raise Frozen if the principal is frozen.

        A freeze counts when this process has read it, within two seconds.
        """
        if (principal.tenant, principal.id) in self._frozen:
            raise Frozen

    def day_key(self, tenant: str, now: int) -> DayKeyEntry:
        """Return the tenant's day key at `now`, Unix seconds. Raises StoreUnavailable: none is published."""
        today = now // SECONDS_A_DAY
        for entry in self._day_keys.get(tenant, ()):
            if entry.day == today or (entry.day > today and entry is self._day_keys[tenant][0]):
                return entry  # on a shredded day, the first day that is not shredded gives the key
        raise StoreUnavailable("no-day-key")

    @property
    def age(self) -> float:
        """How long ago it was published, in seconds; the opening tier publishes every 30 seconds."""
        return time.time() - self.access.at if self.access is not None else 0.0

    def _take(self, document: Serials, through: Store, snapshot: Snapshot) -> None:
        [reply] = through.read([document.reading_command()])
        if document.take(reply, through):
            snapshot.keep(document.serial, document.sealed)

    def _learn(self) -> None:
        if self._days.content:
            self._day_keys = msgspec.json.decode(self._days.content, type=PublishedDays).keys
        if not self._access.content:
            return
        access = msgspec.json.decode(self._access.content, type=PublishedAccess)
        self.clients = Clients.from_state(access.clients)
        self._frozen = frozenset((tenant, one) for tenant, frozen in access.frozen.items() for one in frozen)
        self.access, self.known = access, True
