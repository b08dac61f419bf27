"""Counts the distinct persons of stored waybills, exactly, by their normalised phones.

The numbers stay in the memory of this process: only how many there are leaves it.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Container, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from keys.aead import header_of
from keys.hour_keys import WrapHead
from keys.keyring import Keyring
from masking_service.masking.errors import DefinitionError
from masking_service.masking.records.recipients import is_recipients, is_senders, read
from masking_service.masking.records.schema import Place
from masking_service.service.vault.records import Record, place_of
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.wrapped_keys import KeysBehind, WrappedKey, WrappedKeys
from masking_service.store.client import Store
from masking_service.store.layout import CLAIM, PREFIX

RECIPIENT: Final = 1
SENDER: Final = 2
BOTH: Final = RECIPIENT | SENDER
_AT_ONCE: Final = 500
_RECORDS: Final = PREFIX + b"{????????????????*}*"
_RECORD: Final = re.compile(rb"wm:\{([A-Za-z0-9_-]{16})(?:\.([0-9]{1,2}))?\}([0-9a-f]|10)")


@lru_cache(maxsize=4_096)
def side_of(pointer: str) -> int:
    """Return whose data a field is: the recipient's, the sender's, or what its name does not tell: both."""
    path = re.sub(r"/(\d+)", r"[\1]", pointer.removeprefix("/")).replace("/", ".")
    try:
        place = Place.parse(f"phone {path}")
    except DefinitionError:
        return BOTH
    return RECIPIENT if is_recipients(place) else SENDER if is_senders(place) else BOTH


class Persons(NamedTuple):
    """How many persons are concerned: a row of a table whose columns are named as the members.

    Attributes:
        persons: distinct phones of the sides that are concerned.
        waybills: those of which a record could be read.
        without_phone: sides of records without a readable phone: each may be one more person.
        missing: waybills of which no record can be read: it was erased or shredded, has expired, or the intake host
            that sealed it is revoked.
    """

    persons: int
    waybills: int
    without_phone: int
    missing: int


class SealedRevision(NamedTuple):
    """A revision of a waybill in the store.

    Attributes:
        waybill: the hash that entries have.
        revision: 0 for the first.
        head: what the wrap of its hour key says, unverified; None where a data key sealed it.
    """

    waybill: str
    revision: int
    key: WrappedKey
    head: WrapHead | None


class StoredRevision(NamedTuple):
    """The same with what it holds; None where that cannot be read, or its intake host is revoked."""

    sealed: SealedRevision
    record: Record | None


@dataclass(slots=True)
class _Counting:
    phones: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    without_phone: int = 0

    def add(self, waybill: str, numbers: Sequence[tuple[int, str]], sides: int) -> None:
        self.found.add(waybill)
        left = sides
        for side, number in numbers:
            if side & sides:
                self.phones.add(number)
                left &= ~side
        self.without_phone += left.bit_count()

    def result(self, wanted: int) -> Persons:
        return Persons(len(self.phones), len(self.found), self.without_phone, wanted - len(self.found))


@lru_cache(maxsize=4_096)
def _side_of_code(code: int | str) -> int:
    """Return whose phone is at a place, by its code; 0 for what is no one's phone."""
    place = place_of(code)
    return RECIPIENT if is_recipients(place) else SENDER if is_senders(place) else 0


def _numbers(record: Record) -> list[tuple[int, str]]:
    """Return the phones of a record in their one spelling, each with its side."""
    return [
        (side, one.number) for code, value in record.coded()[1] if (side := _side_of_code(code)) for one in read(value)
    ]


@dataclass(frozen=True, slots=True)
class Occurring:
    """What is stored of a list.

    Attributes:
        waybills: the hashes of the listed waybills that are stored, also of erased ones.
        with_phones: the hashes of those with one of the listed phones.
    """

    waybills: set[str]
    with_phones: set[str]
    phones: set[str]


class StoredPersons:
    """Reads the records of one tenant, in many short exchanges.

    The store's user needs SCAN (`examples/redis-auditor.acl`). A record that an index rotation has moved is matched
    with the log only where its waybill number is given: its place tells no base.

    Args:
        numbers: waybill numbers that are known, normalised.
    """

    def __init__(self, store: Store, keyring: Keyring, tenant: str, numbers: Sequence[str] = ()) -> None:
        self._store = store
        self._keys = keyring.tenant(tenant)
        self._tenant = tenant
        self._vault = Vault(store, keyring, bytes)
        self._behind = KeysBehind(store, WrappedKeys(store, keyring, bytes))
        self._hosts = keyring.keyset.hosts
        bases = self._keys.bases(numbers)
        layers = self._keys.layers
        self._moved = {
            (version, place): base
            for version in {layers.own, layers.other or 0} - {0}
            for place, base in zip(self._keys.places(bases, version), bases, strict=True)
        }

    def of(self, *each: Mapping[str, int]) -> list[Persons]:
        """Count the persons of several sets of waybills, in one reading.

        Args:
            each: whose data, by the hash that entries have.

        Raises:
            StoreUnavailable: the store did not answer, or its user may not list keys.
            IntegrityError: a record was changed.
        """
        counting = [(_Counting(), sides) for sides in each]
        keys = ((key, waybill) for key, waybill in self._keys_and_hashes() if any(waybill in sides for sides in each))
        for waybill, record in self._records(keys if any(each) else iter(())):
            numbers = _numbers(record)
            for count, sides in counting:
                if waybill in sides:
                    count.add(waybill, numbers, sides[waybill])
        return [count.result(len(sides)) for count, sides in counting]

    def occurring(self, waybills: Container[str], phones: Set[str]) -> Occurring:
        """Return what is stored of a list, in one reading; without phones no record is read.

        Args:
            waybills: by their hashes.
            phones: in their one spelling, see `recipients.Phone`.

        Raises:
            StoreUnavailable, IntegrityError: as in `of`.
        """
        found = Occurring(set(), set(), set())

        def keys() -> Iterator[tuple[bytes, str]]:
            for key, waybill in self._keys_and_hashes():
                if waybill in waybills:
                    found.waybills.add(waybill)
                if phones:
                    yield key, waybill

        for waybill, record in self._records(keys()):
            listed = {number for _, number in _numbers(record) if number in phones}
            if listed:
                found.with_phones.add(waybill)
                found.phones.update(listed)
        return found

    def divided(
        self,
        may_open: Callable[[SealedRevision], bool],
        opens: Callable[[StoredRevision], str],
    ) -> dict[str, tuple[Persons, set[str]]]:
        """Count the persons of records by how a leaked key opens them, and return the hashes of the waybills.

        Args:
            may_open: tells by the key of a record whether it has to be read.
            opens: tells how it is opened; empty for not at all.

        Raises:
            StoreUnavailable, IntegrityError: as in `of`.
        """
        counting: dict[str, _Counting] = {}
        for one in self._revisions(self._keys_and_hashes(), may_open):
            if how := opens(one):
                count = counting.setdefault(how, _Counting())
                if one.record is None:
                    count.unread.add(one.sealed.waybill)
                else:
                    count.add(one.sealed.waybill, _numbers(one.record), BOTH)
        return {
            how: (count.result(len(count.found | count.unread)), count.found | count.unread)
            for how, count in counting.items()
        }

    def _keys_and_hashes(self) -> Iterator[tuple[bytes, str]]:
        """Yield the key of each stored revision, with the hash that its waybill would have in this tenant's entries.

        Of one that was moved, and whose number is not known, it is the place instead, which no entry has.
        """
        matches = (matched for key in self._store.keys(_RECORDS) if (matched := _RECORD.fullmatch(key)))
        while some := [*islice(matches, _AT_ONCE)]:
            places = [(int(matched[2] or 0), urlsafe_b64decode(matched[1])) for matched in some]
            bases = [self._moved.get((version, place)) if version else place for version, place in places]
            hashes = iter(self._keys.waybill_hashes([base for base in bases if base]))
            for matched, base in zip(some, bases, strict=True):
                yield matched[0], next(hashes) if base else matched[1].decode()

    def _revisions(
        self, wanted: Iterator[tuple[bytes, str]], may: Callable[[SealedRevision], bool]
    ) -> Iterator[StoredRevision]:
        """Yield the revisions at keys, but tombstones; those of other tenants are left out.

        Args:
            wanted: keys, with the hashes of their waybills.
            may: tells by its key whether a revision is wanted.
        """
        while some := [*islice(wanted, _AT_ONCE)]:
            values = self._store.read([(b"GET", key) for key, _ in some])
            stored = [
                (key, waybill, value, header_of(value))
                for (key, waybill), value in zip(some, values, strict=True)
                if value not in (None, CLAIM)
            ]
            behind = self._behind.of(header for *_, header in stored)
            known = []
            for key, waybill, value, header in stored:
                data_key = behind.get(header)
                if data_key is not None and data_key.tenant == self._tenant:
                    revision = int(key.rpartition(b"}")[2], 16)
                    sealed = SealedRevision(waybill, revision, data_key, self._behind.head_of(header))
                    if may(sealed):
                        known.append((sealed, key, value))
            trusted = [(key, value) for sealed, key, value in known if not self._is_revoked(sealed)]
            opened = iter(self._vault.open(self._tenant, trusted))
            for sealed, _, _ in known:
                record = None if self._is_revoked(sealed) else next(opened)
                if record is None or not record.erased:
                    yield StoredRevision(sealed, None if record is None or record.shredded else record)

    def _records(self, wanted: Iterator[tuple[bytes, str]]) -> Iterator[tuple[str, Record]]:
        """Yield the records at keys that can be read, with the hash of their waybills."""
        for one in self._revisions(wanted, lambda _: True):
            if one.record is not None:
                yield one.sealed.waybill, one.record

    def _is_revoked(self, sealed: SealedRevision) -> bool:
        if sealed.head is None:
            return False
        host = self._hosts.get(sealed.head.host)
        return host is not None and host.revoked
