"""Search indexes: which waybills have a recipient's phone, or its last four digits at a site.

An entry is a waybill number and a revision, sealed. It promises nothing: its
reader compares it with the opened record. Writing an entry again replaces it,
because its nonce is a keyed hash of what it says.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from keys.aead import HEADER_BYTES, SealingKey, key_id_of
from keys.keyring import Keyring
from masking_service.domain.recipients import Phone, recipients_phones
from masking_service.domain.timestamps import SECONDS_A_DAY
from masking_service.store.client import Command, Store
from masking_service.store.layout import phone_index_keys, site_index_keys
from masking_service.vault.data_keys import DataKeys
from masking_service.vault.records import Record

PERIOD_SECONDS: Final = 90 * SECONDS_A_DAY
"""Records that expire in the same period share an index. Without periods, the index of a phone that gets parcels for
years would keep every entry for years, since a key of the store expires as a whole."""
FIELD_BYTES: Final = 8
"""An entry's field in the hash: the first bytes of its nonce."""
BUCKET_BYTES: Final = 16
"""Entries are padded, so that their length tells little of the waybill number."""
MAX_READ: Final = 500
"""Entries of one search."""


class Findable(msgspec.Struct, frozen=True, gc=False):
    """By what a record is found.

    Attributes:
        phones: the numbers of its recipients' phones, see `recipients.Phone`.
        endings: the last four digits of such phones; found at `site` only.
        site: the code of the site that holds the parcel; None where none does.
    """

    phones: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    site: str | None = None

    def __bool__(self) -> bool:
        return bool(self.phones or (self.endings and self.site))

    def at(self, site: str | None) -> "Findable":
        """Return the same at another site."""
        return msgspec.structs.replace(self, site=site)

    def within(self, kept: "Findable") -> "Findable":
        """Return what of it is in the indexes that `kept` is in."""
        return Findable(self.phones if kept.phones else (), self.endings if kept.endings else (), self.site)


NOWHERE: Final = Findable()


def findable(phones: Iterable[Phone], site: str | None = None, *, phone: bool = True, last4: bool = True) -> Findable:
    """Return by what a record with these phones is found.

    Args:
        phone, last4: which indexes are kept.
    """
    numbers = tuple({one.number: None for one in phones}) if phone else ()
    endings = tuple({one.ending: None for one in phones if one.ending}) if last4 else ()
    return Findable(numbers, endings, site)


def findable_of(record: Record, site: str | None = None, *, phone: bool = True, last4: bool = True) -> Findable:
    """Return by what a stored record is found, as `findable`.

    Nothing finds a tombstone, or what cannot be opened any more.
    """
    if record.erased or record.shredded:
        return NOWHERE
    return findable(recipients_phones(record.content()[1]), site, phone=phone, last4=last4)


class Indexed(msgspec.Struct, frozen=True, gc=False):
    """A revision of a waybill, and by what it is found.

    `expires_at` in Unix seconds; `new` says that the record begins now.
    """

    number: str
    revision: int
    expires_at: int
    findable: Findable
    new: bool = False


class IndexEntry(msgspec.Struct, frozen=True, gc=False):
    """An entry of an index, opened.

    Attributes:
        key, field: where it is.
        number, revision: what it names.
        day: the day (since 1970-01-01) on which it was written.
    """

    key: bytes
    field: bytes
    number: str
    revision: int
    day: int

    def __repr__(self) -> str:
        return "<IndexEntry>"


class TooManyEntries(Exception):
    """An index has more entries than one search reads."""


class SearchIndex:
    """The search indexes of every tenant.

    Args:
        store: the way to Redis.
        keyring: names the indexes.
        data_keys: seal and open the entries.
    """

    def __init__(self, store: Store, keyring: Keyring, data_keys: DataKeys) -> None:
        self._store = store
        self._keyring = keyring
        self._data_keys = data_keys

    def adding(self, tenant: str, waybills: Sequence[Indexed], key: SealingKey) -> list[Command]:
        """Return the commands that add entries; see `count`. An index expires with the last record in it.

        Args:
            waybills: those that are `new` begin now, and none of the older ones expires later.
            key: today's data key, counted as used for them.
        """
        places, said = self._entries(tenant, waybills)
        plain = [one for one, _, _ in said]
        nonces = self._nonces(tenant, places, plain)
        sealed = key.seal_many([_padded(one) for one in plain], places, b"".join(nonces))
        commands: list[Command] = []
        for place, value, (_, until, new) in zip(places, sealed, said, strict=True):
            field, stored = _split(value)
            commands.append((b"HSET", place, field, stored))
            if new:
                commands.append((b"EXPIREAT", place, until))
            else:  # to Redis a key without expiry never ends: GT alone would leave it so, and both never shorten
                commands += [(b"EXPIREAT", place, until, condition) for condition in (b"NX", b"GT")]
        return commands

    def removing(self, tenant: str, waybills: Sequence[Indexed]) -> list[Command]:
        """Return the commands that remove entries, there or not."""
        places, said = self._entries(tenant, waybills)
        nonces = self._nonces(tenant, places, [plain for plain, _, _ in said])
        return [(b"HDEL", place, nonce[:FIELD_BYTES]) for place, nonce in zip(places, nonces, strict=True)]

    def replace(self, tenant: str, before: Sequence[Indexed], after: Sequence[Indexed], now: int) -> None:
        """Add entries again, there or not, and remove those that they replace: one round trip, none without entries.

        Args:
            before: what may be in the index and is kept only if it is in `after`.
            now: Unix seconds; its day chooses the data key.

        Raises:
            StoreUnavailable, ProviderError: any part may be done; the same can be asked again.
        """
        gone = dict.fromkeys(self.removing(tenant, before))
        for command in self.removing(tenant, after):
            gone.pop(command, None)
        roster = self._store.identity.roster  # before the key: on a later one the key may be gone
        key = self._data_keys.for_today(tenant, now, count(after))
        commands = [*gone, *self.adding(tenant, after, key)]
        if commands:
            self._store.write(commands, since=roster)

    def with_phone(self, tenant: str, phone: str, now: int, longest_days: int) -> list[IndexEntry]:
        """Return the entries of a phone: one round trip.

        Args:
            now: Unix seconds.
            longest_days: the longest retention.

        Raises:
            TooManyEntries: there are more than `MAX_READ`.
            StoreUnavailable: the store did not answer.
            IntegrityError: an entry did not open at its place.
        """
        keys = self._keyring.tenant(tenant).search
        tags = keys.phone_tags([period + phone.encode() for period in _periods(now, longest_days)])
        return self._read(tenant, phone_index_keys(tags), now)

    def with_ending(self, tenant: str, site: str, ending: str, now: int, longest_days: int) -> list[IndexEntry]:
        """Return the entries of the last four digits of a phone at a site. As `with_phone`."""
        keys = self._keyring.tenant(tenant).search
        asked = ending.encode() + site.encode()
        tags = keys.ending_tags([period + asked for period in _periods(now, longest_days)])
        return self._read(tenant, site_index_keys(tags), now)

    def drop(self, entries: Sequence[IndexEntry]) -> None:
        """Remove entries: one round trip, none without entries.

        Raises:
            StoreUnavailable: some may be removed.
        """
        if entries:
            self._store.write([(b"HDEL", entry.key, entry.field) for entry in entries])

    def _read(self, tenant: str, keys: Sequence[bytes], now: int) -> list[IndexEntry]:
        replies = self._store.read([(b"HSCAN", key, 0, b"COUNT", 4 * MAX_READ) for key in keys])
        found: dict[tuple[bytes, bytes], bytes] = {}
        for key, (cursor, flat) in zip(keys, replies, strict=True):
            for field, stored in zip(flat[::2], flat[1::2], strict=True):
                found[key, field] = _joined(field, stored)
            if int(cursor) or len(found) > MAX_READ:
                raise TooManyEntries
        opening = self._data_keys.by_ids(tenant, {key_id_of(value) for value in found.values()})
        entries = []
        for (key, field), value in found.items():
            data_key = opening[key_id_of(value)]
            if data_key is not None:  # a shredded day's entries are gone
                plain = data_key.open(value, key).rstrip(b" ")
                day = self._data_keys.last_day(tenant, [key_id_of(value)], now)
                entries.append(IndexEntry(key, field, plain[1:].decode(), plain[0], day))
        return entries

    def _entries(self, tenant: str, waybills: Sequence[Indexed]) -> tuple[list[bytes], list[tuple[bytes, int, bool]]]:
        """Return the index of each entry; and what the entry says, when its record expires, and whether it is new."""
        phones: list[bytes] = []
        endings: list[bytes] = []
        of_phones: list[tuple[bytes, int, bool]] = []
        of_endings: list[tuple[bytes, int, bool]] = []
        for one in waybills:
            period = (one.expires_at // PERIOD_SECONDS).to_bytes(2, "big")
            said = bytes((one.revision,)) + one.number.encode(), one.expires_at, one.new
            for phone in one.findable.phones:
                phones.append(period + phone.encode())
                of_phones.append(said)
            if one.findable.site is not None:
                for ending in one.findable.endings:
                    endings.append(period + ending.encode() + one.findable.site.encode())
                    of_endings.append(said)
        keys = self._keyring.tenant(tenant).search
        places = phone_index_keys(keys.phone_tags(phones)) + site_index_keys(keys.ending_tags(endings))
        return places, of_phones + of_endings

    def _nonces(self, tenant: str, places: Sequence[bytes], plain: Sequence[bytes]) -> list[bytes]:
        said = [place + one for place, one in zip(places, plain, strict=True)]  # all places are equally long
        return self._keyring.tenant(tenant).search.nonces(said)


def count(waybills: Iterable[Indexed]) -> int:
    """Return how many entries waybills have."""
    return sum(
        len(one.findable.phones) + (len(one.findable.endings) if one.findable.site is not None else 0)
        for one in waybills
    )


def every_entry(number: str, revisions: Iterable[Record | None], site: str | None) -> list[Indexed]:
    """Return the entries that the revisions of a waybill may have, whichever indexes are kept."""
    return [
        Indexed(number, revision, record.expires_at, findable_of(record, site))
        for revision, record in enumerate(revisions)
        if record is not None
    ]


def _periods(now: int, longest_days: int) -> list[bytes]:
    """Return the periods in which active records expire, each in 2 bytes."""
    last = (now + longest_days * SECONDS_A_DAY) // PERIOD_SECONDS
    return [period.to_bytes(2, "big") for period in range(now // PERIOD_SECONDS, last + 1)]


def _padded(plain: bytes) -> bytes:
    return plain.ljust(-(-len(plain) // BUCKET_BYTES) * BUCKET_BYTES)


def _split(sealed: bytes) -> tuple[bytes, bytes]:
    """Return the field and the value of a sealed entry: the field is the beginning of its nonce."""
    end = HEADER_BYTES + FIELD_BYTES
    return sealed[HEADER_BYTES:end], sealed[:HEADER_BYTES] + sealed[end:]


def _joined(field: bytes, stored: bytes) -> bytes:
    return stored[:HEADER_BYTES] + field + stored[HEADER_BYTES:]
