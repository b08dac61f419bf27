"""Tracks whose store it is, which servers are verified, and whether the store may be used.

A server that was started again takes a new run id. It may be empty or hold old
data, and records that are written to it with the data keys in memory could never
be opened. So no command is sent to a server before it is verified, and records
are written only while the servers are those from which their data key was read.
docs/architecture.md draws the states.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from time import monotonic, time
from typing import TYPE_CHECKING, Final

import msgspec

from keys.aead import NONCE_BYTES
from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.store.connection import Node
from masking_service.store.errors import StoreUnavailable
from masking_service.store.fences import SLOTS, mark
from masking_service.store.layout import GENESIS, ONE_SLOT, AuditKeys

if TYPE_CHECKING:
    from masking_service.store.client import Store

FORMAT: Final = 2
"""1 where the audit log is in one slot, so that older releases go on with it; 2 where it is in several."""
MARKED_SLOTS: Final = range(0, SLOTS, 64)
"""Each has a mark, so that an emptied shard is told from one that never held anything."""
MAX_CLOCK_SECONDS: Final = 3600
"""Clocks that are kept right are less than a second apart; the shortest retention is a day."""


class WrongStore(Exception):
    """The store belongs to another keyset, was made for another purpose, has a newer format, or was emptied."""


@dataclass(frozen=True, eq=False, slots=True)
class Roster:
    """The verified servers at one time.

    A new roster replaces it when a server is verified.

    Attributes:
        run_ids: of each server that takes keys; None where every server may be used.
    """

    run_ids: Mapping[Node, bytes] | None


class Identity:
    """The verified servers of a store, and whether this process may use it.

    Attributes:
        roster: the verified servers.
        unknown: set from when a server is met that is not verified until the roster is replaced.
        shut: why the store is never used again by this process; empty while it may be.
        outdated: whether clients or freezes could not be read when this was last tried: then the process is not ready,
            although it may use the store until `current_until`.
        current_until: until when (monotonic clock) what this process knows of clients and freezes is recent enough.
        marked: whether every slot of `MARKED_SLOTS` has a mark; None before the first key was read.
        audit: the keys of its audit log, as the first key says.
    """

    def __init__(self) -> None:
        self.roster = Roster({})
        self.unknown = threading.Event()
        self.shut = ""
        self.outdated = False
        self.current_until = inf
        self.marked: bool | None = None
        self.audit: AuditKeys = ONE_SLOT
        self._open_until = 0.0

    @property
    def open(self) -> bool:
        """Whether the store may be used."""
        return self.leased and not self.shut and monotonic() < self.current_until

    @property
    def leased(self) -> bool:
        """Whether the lease on the store still runs."""
        return monotonic() < self._open_until

    def open_until(self, until: float) -> None:
        """Open the store until a moment of the monotonic clock."""
        self._open_until = until

    def trust(self) -> None:
        """Open the store for one command, or a test, without verifying its servers."""
        self.roster = Roster(None)
        self._open_until = inf

    def knows(self, node: Node, run_id: bytes) -> bool:
        """Whether a server is verified."""
        run_ids = self.roster.run_ids
        return run_ids is None or run_ids.get(node) == run_id

    def check(self, node: Node, run_id: bytes, since: Roster | None) -> None:
        """Check a server just before something is sent to it.

        Args:
            since: the roster that must still be in force; None where that does not matter.

        Raises:
            StoreUnavailable: it is not verified, or another one was met or verified since.
        """
        roster = self.roster  # read once: another thread may replace it
        if since is not None and (since is not roster or self.unknown.is_set()):
            raise StoreUnavailable("unseen")
        if roster.run_ids is not None and roster.run_ids.get(node) != run_id:
            self.unknown.set()
            raise StoreUnavailable("unseen")

    def verify(self, run_ids: Mapping[Node, bytes], owners: Iterable[Node]) -> None:
        """Let these servers be used, and no others than the `owners` among those that were verified before."""
        before = self.roster.run_ids or {}
        after = {**{node: before[node] for node in owners if node in before}, **run_ids}
        if after != before:
            self.unknown.clear()
            self.roster = Roster(after)


class Clocks:
    """The clocks of the store's servers beside this machine's.

    Records expire at a time by the service's clock, on a server's clock. If the service is behind by a retention, each
    record would expire while it is written, and its tokens would be acknowledged all the same.

    Args:
        now, passed: this machine's time of day, and the monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = time, passed: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._passed = passed
        self._ahead: tuple[float, ...] = ()  # of the monotonic clock

    def saw(self, servers: Iterable[float]) -> None:
        """Take the clocks of all servers that answered together, in Unix seconds."""
        passed = self._passed()
        self._ahead = tuple(told - passed for told in servers)

    @property
    def ahead(self) -> float:
        """By how many seconds this machine's clock is ahead of the one that differs most; negative if it is behind."""
        here = self._now() - self._passed()
        return max((here - ahead for ahead in self._ahead), key=abs, default=0.0)

    @property
    def agree(self) -> bool:
        """Whether all of them are near this machine's clock."""
        return self._near(self._now())

    def check(self, now: float) -> None:
        """Check that `now`, the time at which a request began, is near the servers' time.

        Raises:
            StoreUnavailable: a record that expires by it could expire while it is acknowledged.
        """
        if not self._near(now):
            raise StoreUnavailable("clock")

    def _near(self, now: float) -> bool:
        here = now - self._passed()
        return all(abs(here - ahead) <= MAX_CLOCK_SECONDS for ahead in self._ahead)


class _Genesis(msgspec.Struct, frozen=True):
    format: int
    made_for: str
    marked: bool = False
    audit_slots: int = 1


def is_claimed(store: "Store", keyring: Keyring) -> bool:
    """Return whether a store is marked, and check that it is this keyset's: one round trip that writes nothing.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it.
    """
    found = store.read([(b"GET", GENESIS)])[0]
    if found is not None:
        _learn(store, _read(found, GENESIS, keyring))
    return found is not None


def claim(store: "Store", keyring: Keyring, random: Callable[[int], bytes]) -> None:
    """Mark a store as this keyset's unless it is marked, and check that it is.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it.
    """
    if is_claimed(store, keyring):
        return
    slots = store.audit_slots or 1
    plain = msgspec.json.encode(_Genesis(1 if slots == 1 else FORMAT, keyring.made_for, store.slotted, slots))
    seal = keyring.tenant("").state.seal
    if store.slotted:  # all marks before the key that says that they are there
        marks = [mark(slot) for slot in MARKED_SLOTS]
        store.write([(b"SET", key, seal(plain, key, random(NONCE_BYTES)), b"NX") for key in marks])
    mine = seal(plain, GENESIS, random(NONCE_BYTES))
    found = store.write([(b"SET", GENESIS, mine, b"NX"), (b"GET", GENESIS)])[1]
    _learn(store, _read(found, GENESIS, keyring))


def check(store: "Store", keyring: Keyring) -> None:
    """Check that the store belongs to this keyset: one round trip that writes nothing.

    Raises:
        StoreUnavailable: the store did not answer.
        WrongStore: this service must not touch it. A store without its first key was emptied, or never was ours.
    """
    if not is_claimed(store, keyring):
        raise WrongStore("the store has no first key: it is new, or it was emptied or rolled back")


def _learn(store: "Store", genesis: _Genesis) -> None:
    if store.audit_slots not in {0, genesis.audit_slots}:
        raise WrongStore(
            f"MASKING_AUDIT_SLOTS is {store.audit_slots}, and the audit log of this store has {genesis.audit_slots} "
            "since its first start, which cannot be changed. Unset it, or set it to that number"
        )
    store.identity.marked = genesis.marked
    store.identity.audit = AuditKeys(genesis.audit_slots)


def unmarked(store: "Store", keyring: Keyring, slots: Sequence[int]) -> set[int]:
    """Check the marks of `slots`, and return those that could not be read: one round trip.

    Raises:
        WrongStore: a mark is missing or another keyset's.
    """
    unread = set()
    for slot, found in zip(slots, store.poll([(b"GET", mark(slot)) for slot in slots]), strict=True):
        if isinstance(found, StoreUnavailable):
            unread.add(slot)
        elif found is None:
            raise WrongStore(
                f"the server that has slot {slot} lost its mark: it was emptied, or replaced by an empty one"
            )
        else:
            _read(found, mark(slot), keyring)
    return unread


def _read(found: bytes, place: bytes, keyring: Keyring) -> _Genesis:
    try:
        genesis = msgspec.json.decode(keyring.tenant("").state.open(found, place), type=_Genesis)
    except (IntegrityError, msgspec.DecodeError):
        raise WrongStore("the store was made with other keys than these, or its first key was changed") from None
    if genesis.format > FORMAT:
        raise WrongStore(f"the store has format {genesis.format}; this release knows formats up to {FORMAT}")
    if genesis.made_for != keyring.made_for:
        raise WrongStore(f"the store was made for {genesis.made_for}, the keys for {keyring.made_for}")
    return genesis
