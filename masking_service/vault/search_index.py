"""Search indexes: which waybills have a recipient's phone, or its last four digits at a site.

An entry is a waybill number and a revision, sealed. It promises nothing: its
reader compares it with the opened record. Writing an entry again replaces it,
because its nonce is a keyed hash of what it says.

An index is cut into parts, each a hash of the store with entries of many phones,
because a key of its own for each phone takes more memory than its entries.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from keys.aead import HEADER_BYTES, NONCE_BYTES, SealingKey, key_id_of
from keys.keyring import Keyring
from masking_service.store.client import Command, Reply, Store
from masking_service.store.identity import Roster
from masking_service.store.question import Question
from masking_service.vault.data_keys import DataKeys
from masking_service.vault.index_parts import Indexed, Places, count, ending_places, phone_places, places_of

FIELD_BYTES: Final = 8
"""An entry's field in the hash: the first bytes of its nonce."""
BUCKET_BYTES: Final = 16
"""Entries are padded, so that their length tells little of the waybill number."""
MAX_READ: Final = 500
"""Entries of one search."""
SCAN: Final = 5_000
"""Fields of a large part that the store looks at in one go."""
MAX_SCANS: Final = 20
"""How often a search asks for more of a part. Only parts of phones with thousands of entries are large."""
MAX_LASTING: Final = 100_000
"""Parts of which a process remembers that they have an expiry. Setting it costs a server more than adding the entry."""
_KEEPER: Final = (b"", b"")
"""A field that stays in each part. Without it a part would lose its expiry with its last entry."""


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


_Scan = tuple[bytes, bytes, bytes]
"""A part, a tag, and from where the part is read."""


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
        self._lasting: tuple[Roster, dict[bytes, bytes]] = (store.identity.roster, {})

    def adding(self, tenant: str, waybills: Sequence[Indexed], key: SealingKey) -> list[Command]:
        """Return the commands that add entries, by their keys; see `count`.

        Once they are durable, `added` is told.

        Args:
            key: today's data key, counted as used for them.
        """
        places = places_of(self._keyring.tenant(tenant).search, waybills)
        nonces = self._nonces(tenant, places)
        sealed = key.seal_many([_padded(one) for one in places.plain], places.keys, b"".join(nonces))
        lasting = self._remembered(self._store.identity.roster)
        commands: list[Command] = []
        # In the order of the records, the store's append-only file would show which record an entry is of.
        for place, value, end in sorted(zip(places.keys, sealed, places.ends, strict=True)):
            field, stored = _split(value)
            if lasting.get(place) == key.key_id:
                commands.append((b"HSET", place, field, stored))
            else:
                commands += [(b"HSET", place, field, stored, *_KEEPER), (b"EXPIREAT", place, end)]
        return commands

    def added(self, commands: Sequence[Command], key: SealingKey, roster: Roster) -> None:
        """Remember which parts have an expiry: until the next day's key, or until the store has other servers.

        So what an operator deletes by hand, and what is added to it again, has an expiry from the next day on.
        """
        lasting = self._remembered(roster)
        if len(lasting) > MAX_LASTING:
            lasting.clear()
        lasting.update((bytes(command[1]), key.key_id) for command in commands if command[0] == b"EXPIREAT")

    def removing(self, tenant: str, waybills: Sequence[Indexed]) -> list[Command]:
        """Return the commands that remove entries, there or not."""
        places = places_of(self._keyring.tenant(tenant).search, waybills)
        nonces = self._nonces(tenant, places)
        return [(b"HDEL", place, nonce[:FIELD_BYTES]) for place, nonce in zip(places.keys, nonces, strict=True)]

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
        adding = self.adding(tenant, after, key)
        if gone or adding:
            self._store.write([*gone, *adding], since=roster)
            self.added(adding, key, roster)

    def phone_question(self, tenant: str, phone: str, now: int, longest_days: int) -> Question[list[IndexEntry]]:
        """Return the question for the entries of a phone.

        Its answer costs further round trips where a part has thousands of entries, or a data key is not known yet. It
        raises TooManyEntries for more than `MAX_READ`, and IntegrityError for an entry that does not open at its place.

        Args:
            now: Unix seconds.
            longest_days: the longest retention.
        """
        keys = self._keyring.tenant(tenant).search
        return self._question(tenant, *phone_places(keys, phone, now, longest_days), now)

    def ending_question(
        self, tenant: str, site: str, ending: str, now: int, longest_days: int
    ) -> Question[list[IndexEntry]]:
        """Return the same for the last four digits of a phone at a site."""
        keys = self._keyring.tenant(tenant).search
        return self._question(tenant, *ending_places(keys, site, ending, now, longest_days), now)

    def drop(self, entries: Sequence[IndexEntry]) -> None:
        """Remove entries: one round trip, none without entries.

        Raises:
            StoreUnavailable: some may be removed.
        """
        if entries:
            self._store.write([(b"HDEL", entry.key, entry.field) for entry in entries])

    def _question(
        self, tenant: str, keys: Sequence[bytes], tags: Sequence[bytes], now: int
    ) -> Question[list[IndexEntry]]:
        """Return the question for the entries of each tag in its part."""
        scans = [(key, tag, b"0") for key, tag in zip(keys, tags, strict=True)]

        def read(replies: list[Reply]) -> list[IndexEntry]:
            return self._open(tenant, self._group(scans, replies), now)

        return Question(_scan(scans), read)

    def _open(
        self, tenant: str, found: Mapping[tuple[bytes, bytes], tuple[bytes, bytes]], now: int
    ) -> list[IndexEntry]:
        """Return those of the entries that are of the tag with which they were found."""
        opening = self._data_keys.by_ids(tenant, {key_id_of(value) for _, value in found.values()})
        opened: list[tuple[bytes, bytes, bytes, bytes]] = []
        said: list[bytes] = []
        for (key, field), (tag, value) in found.items():
            data_key = opening[key_id_of(value)]
            if data_key is not None:  # a shredded day's entries are gone
                plain = data_key.open(value, key).rstrip(b" ")
                opened.append((key, field, value, plain))
                said.append(tag + plain)
        nonces = self._keyring.tenant(tenant).search.nonces(said)
        return [
            IndexEntry(
                key, field, plain[1:].decode(), plain[0], self._data_keys.last_day(tenant, [key_id_of(value)], now)
            )
            for (key, field, value, plain), nonce in zip(opened, nonces, strict=True)
            if value[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES] == nonce  # else it is of another phone in the group
        ]

    def _group(
        self, scans: Sequence[_Scan], replies: Sequence[Reply]
    ) -> dict[tuple[bytes, bytes], tuple[bytes, bytes]]:
        """Return the sealed entries of each tag's group, by part and field, each with its tag.

        Args:
            replies: to the first `_scan`.
        """
        found: dict[tuple[bytes, bytes], tuple[bytes, bytes]] = {}
        for _ in range(MAX_SCANS):
            for (key, tag, _), (_, flat) in zip(scans, replies, strict=True):
                for field, stored in zip(flat[::2], flat[1::2], strict=True):
                    found[key, field] = tag, _joined(field, stored)
            scans = [
                (key, tag, cursor) for (key, tag, _), (cursor, _) in zip(scans, replies, strict=True) if cursor != b"0"
            ]
            if len(found) > MAX_READ:
                raise TooManyEntries
            if not scans:
                return found
            replies = self._store.read(_scan(scans))
        raise TooManyEntries

    def _nonces(self, tenant: str, places: Places) -> list[bytes]:
        said = [tag + plain for tag, plain in zip(places.tags, places.plain, strict=True)]
        return self._keyring.tenant(tenant).search.nonces(said)

    def _remembered(self, roster: Roster) -> dict[bytes, bytes]:
        """Return the parts that have an expiry on these servers, each with the id of the key of the day it was set."""
        if self._lasting[0] is not roster:
            self._lasting = (roster, {})
        return self._lasting[1]


def _scan(scans: Sequence[_Scan]) -> list[Command]:
    return [(b"HSCAN", key, cursor, b"MATCH", b"\\" + tag[:1] + b"*", b"COUNT", SCAN) for key, tag, cursor in scans]


def _padded(plain: bytes) -> bytes:
    return plain.ljust(-(-len(plain) // BUCKET_BYTES) * BUCKET_BYTES)


def _split(sealed: bytes) -> tuple[bytes, bytes]:
    """Return the field and the value of a sealed entry: the field is the beginning of its nonce."""
    end = HEADER_BYTES + FIELD_BYTES
    return sealed[HEADER_BYTES:end], sealed[:HEADER_BYTES] + sealed[end:]


def _joined(field: bytes, stored: bytes) -> bytes:
    return stored[:HEADER_BYTES] + field + stored[HEADER_BYTES:]
