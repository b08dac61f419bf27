"""Counts the distinct persons of stored waybills, exactly, by their normalised phones.

The numbers stay in the memory of this process: only how many there are leaves it.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

    def add(self, waybill: str, record: Record, sides: int) -> None:
        self.found.add(waybill)
        left = sides
        for place, value in record.content()[1]:
            side = RECIPIENT if is_recipients(place) else SENDER if is_senders(place) else 0
            numbers = read(value) if side & sides else ()
            if numbers:
                self.phones.update(one.number for one in numbers)
                left &= ~side
        self.without_phone += left.bit_count()

    def result(self, wanted: int) -> Persons:
        return Persons(len(self.phones), len(self.found), self.without_phone, wanted - len(self.found))


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

    def of(self, sides: Mapping[str, int]) -> Persons:
        """Count the persons of waybills.

        Args:
            sides: whose data, by the hash that entries have.

        Raises:
            StoreUnavailable: the store did not answer, or its user may not list keys.
            IntegrityError: a record was changed.
        """
        if not sides:
            return Persons()
        counting = _Counting()
        wanted = ((key, waybill) for key, waybill in self._keys_and_hashes() if waybill in sides)
        for waybill, record in self._records(wanted):
            counting.add(waybill, record, sides[waybill])
        return counting.result(len(sides))

    def stored(self, waybills: Iterable[str]) -> set[str]:
        """Return which of these waybills are stored, erased ones among them: no record is read.

        Raises:
            StoreUnavailable: as in `of`.
        """
        wanted = set(waybills)
        return {waybill for _, waybill in self._keys_and_hashes() if waybill in wanted}

    def with_phones(self, phones: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return the waybills that have one of these phones, by their hashes, and which of the phones occur.

        Args:
            phones: in their one spelling, see `recipients.Phone`.

        Raises:
            StoreUnavailable, IntegrityError: as in `of`.
        """
        wanted, waybills, occurring = set(phones), set(), set()
        for waybill, record in self._records(self._keys_and_hashes()):
            numbers = {
                one.number
                for place, value in record.content()[1]
                if is_recipients(place) or is_senders(place)
                for one in read(value)
            }
            if not wanted.isdisjoint(numbers):
                waybills.add(waybill)
                occurring |= wanted & numbers
        return waybills, occurring

    def under(self, key_ids: frozenset[bytes]) -> Persons:
        """Count the persons of the records that these data keys seal.

        Raises:
            StoreUnavailable, IntegrityError: as in `of`.
        """
        counting = _Counting()
        for waybill, record in self._records(self._keys_and_hashes(), key_ids):
            counting.add(waybill, record, BOTH)
        return counting.result(len(counting.found))

    def _keys_and_hashes(self) -> Iterator[tuple[bytes, str]]:
        """Yield the key of each stored revision, with the hash that its waybill would have in this tenant's entries.

        Of one that was moved, and whose number is not known, it is the place instead, which no entry has.
        """
        for key in self._store.keys(_RECORDS):
            matched = _RECORD.fullmatch(key)
            if matched:
                place, version = urlsafe_b64decode(matched[1]), int(matched[2] or 0)
                base = self._moved.get((version, place)) if version else place
                yield key, self._keys.audit_hash("waybill", base.hex()) if base else matched[1].decode()

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
