"""Counts the distinct persons of stored waybills, exactly, by their normalised phones.

The numbers stay in the memory of this process: only how many there are leaves it.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Container, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Final

from keys.aead import key_id_of
from keys.keyring import Keyring
from masking_audit.format.entries import Entry
from masking_audit.packs.parts import PARTS, Part
from masking_service.masking.errors import DefinitionError
from masking_service.masking.recipients import is_recipients, is_senders, read
from masking_service.masking.schema import Place
from masking_service.masking.schemas.places import place_of
from masking_service.service.state.stems import CLAIM
from masking_service.service.waybills.records import Record
from masking_service.service.waybills.vault import Vault
from masking_service.service.waybills.wrapped_keys import WrappedKeys
from masking_service.store.client import Store
from masking_service.store.layout import PREFIX

RECIPIENT: Final = 1
SENDER: Final = 2
BOTH: Final = RECIPIENT | SENDER
_AT_ONCE: Final = 500
_RECORDS: Final = PREFIX + b"{????????????????*}?"
_RECORD: Final = re.compile(rb"wm:\{([A-Za-z0-9_-]{16})(?:\.([0-9]{1,2}))?\}[0-9a-f]")


@lru_cache(maxsize=4_096)
def side_of(pointer: str) -> int:
    """Return whose data a field is: the recipient's, the sender's, or what its name does not tell: both."""
    path = re.sub(r"/(\d+)", r"[\1]", pointer.removeprefix("/")).replace("/", ".")
    try:
        place = Place.parse(f"phone {path}")
    except DefinitionError:
        return BOTH
    return RECIPIENT if is_recipients(place) else SENDER if is_senders(place) else BOTH


class Exposure:
    """Whose data of which waybills was shown, added entry by entry."""

    def __init__(self) -> None:
        self.sides: dict[str, int] = {}

    def add(self, entry: Entry) -> None:
        """Add what an entry released: fields that were opened, and waybills that were viewed in full."""
        part = PARTS.get(entry.action)
        if part not in (Part.OPENINGS, Part.VIEWS) or entry.outcome != "released":
            return
        for item in entry.items:
            if item.outcome == "released" and item.waybill:
                side = side_of(item.field) if item.field else BOTH
                self.sides[item.waybill] = self.sides.get(item.waybill, 0) | side


@dataclass(slots=True)
class Persons:
    """How many persons are concerned.

    Attributes:
        persons: distinct phones of the sides that are concerned.
        waybills: those of which a record could be read.
        without_phone: sides of records without a readable phone: each may be one more person.
        missing: waybills of which no record is left, because it was erased, shredded, or has expired.
    """

    persons: int = 0
    waybills: int = 0
    without_phone: int = 0
    missing: int = 0


@dataclass(slots=True)
class _Counting:
    phones: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
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
        waybills: the listed ones that are stored, erased ones among them, by their hashes.
        with_phones: those that have one of the listed phones.
        phones: the listed phones that occur.
    """

    waybills: set[str]
    with_phones: set[str]
    phones: set[str]


class StoredPersons:
    """Reads the records of one tenant, in many short exchanges.

    The store's user needs SCAN (`examples/redis-auditor.acl`). A record that an index rotation has moved is matched
    with the log only where its waybill number is given: its place tells no base.

    Args:
        store: the Redis client.
        keyring: opens records, and hashes waybills as the log does.
        tenant: whose records.
        numbers: waybill numbers that are known, normalised.
    """

    def __init__(self, store: Store, keyring: Keyring, tenant: str, numbers: Sequence[str] = ()) -> None:
        self._store = store
        self._keys = keyring.tenant(tenant)
        self._tenant = tenant
        self._vault = Vault(store, keyring, bytes)
        self._wrapped = WrappedKeys(store, keyring, bytes)
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
        wanted = set[str]().union(*each)
        counting = [(_Counting(), sides) for sides in each]
        keys = ((key, waybill) for key, waybill in self._keys_and_hashes() if waybill in wanted) if wanted else iter(())
        for waybill, record in self._records(keys):
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

    def under(self, key_ids: frozenset[bytes]) -> tuple[Persons, set[str]]:
        """Count the persons of the records that these data keys seal, and return the hashes of the waybills.

        Raises:
            StoreUnavailable, IntegrityError: as in `of`.
        """
        counting = _Counting()
        for waybill, record in self._records(self._keys_and_hashes(), key_ids):
            counting.add(waybill, _numbers(record), BOTH)
        return counting.result(len(counting.found)), counting.found

    def _keys_and_hashes(self) -> Iterator[tuple[bytes, str]]:
        """Yield the key of each stored revision, with the hash that its waybill would have in this tenant's entries.

        Of one that was moved, and whose number is not known, it is the place instead, which no entry has.
        """
        matches = (matched for key in self._store.keys(_RECORDS) if (matched := _RECORD.fullmatch(key)))
        while some := [*islice(matches, _AT_ONCE)]:
            bases = [self._base_at(urlsafe_b64decode(matched[1]), int(matched[2] or 0)) for matched in some]
            hashes = iter(self._keys.waybill_hashes([base for base in bases if base]))
            for matched, base in zip(some, bases, strict=True):
                yield matched[0], next(hashes) if base else matched[1].decode()

    def _base_at(self, place: bytes, version: int) -> bytes | None:
        """Return the base of a waybill by its place; None for one that was moved, and whose number is not known."""
        return self._moved.get((version, place)) if version else place

    def _records(
        self, wanted: Iterator[tuple[bytes, str]], key_ids: frozenset[bytes] = frozenset()
    ) -> Iterator[tuple[str, Record]]:
        """Yield the records at keys, with the hash of their waybills; those of other tenants are left out."""
        mine = key_ids or self._key_ids()
        while some := [*islice(wanted, _AT_ONCE)]:
            values = self._store.read([(b"GET", key) for key, _ in some])
            known = [
                (waybill, key, value)
                for (key, waybill), value in zip(some, values, strict=True)
                if value not in (None, CLAIM) and key_id_of(value) in mine
            ]
            yield from self._opened(known)

    def _opened(self, known: Sequence[tuple[str, bytes, bytes]]) -> Iterator[tuple[str, Record]]:
        opened = self._vault.open(self._tenant, [(key, value) for _, key, value in known])
        for (waybill, _, _), record in zip(known, opened, strict=True):
            if record is not None and not record.erased and not record.shredded:
                yield waybill, record

    def _key_ids(self) -> frozenset[bytes]:
        """Return the ids of the tenant's data keys."""
        return frozenset(
            key_id
            for batch in self._wrapped.all()
            for key_id, (stored, _) in batch.items()
            if stored.tenant == self._tenant
        )
