"""Search indexes: which waybills have a recipient's phone, or its last four digits at a site.

An entry is a waybill number and a revision, sealed. It promises nothing: its
reader compares it with the opened record. Writing an entry again replaces it,
because its nonce depends on nothing but what it says.

An index is cut into parts, each a hash of the store with entries of many phones,
because a key of its own for each phone takes more memory than its entries. The
entries of a batch in one part are written by one command.
"""

from binascii import a2b_base64, b2a_base64
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

import msgspec

from keys.aead import HEADER_BYTES, NONCE_BYTES, SealingKey, key_id_of
from keys.keyring import Keyring
from keys.search import group_of
from masking_service.store.client import Command, Reply, Store
from masking_service.store.identity import Roster
from masking_service.store.question import Question
from masking_service.vault.data_keys import DataKeys
from masking_service.vault.index_parts import (
    Indexed,
    Places,
    count,
    ending_places,
    phone_places,
    places_of,
    reference,
)

FIELD_BYTES: Final = 8
"""An entry's field in the hash: the first bytes of its nonce."""
BUCKET_CHARACTERS: Final = 16
"""Entries are padded, so that their length tells little of the waybill number."""
MAX_READ: Final = 500
"""Entries of one search."""
SCAN: Final = 50_000
"""Fields of a large part that the store looks at in one go."""
MAX_SCANS: Final = 20
"""How often a search asks for more of a part. Only parts of phones with thousands of entries are large."""
MAX_LASTING: Final = 100_000
"""Parts of which a process remembers that they have an expiry. Setting it costs a server more than adding the entry."""
_KEEPER: Final = (b"", bytes(513))
"""A field that stays in each part. Without it a part would lose its expiry with its last entry. It is longer than any
`hash-max-listpack-value` in use, so that the server stores the part as a table: in a list, adding takes longer the more
entries there are."""


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
        sealed = key.seal_many([_packed(one) for one in places.plain], places.keys, self._nonces(tenant, places))
        parts: dict[bytes, list[bytes]] = defaultdict(list)
        for place, value in zip(places.keys, sealed, strict=True):
            parts[place].append(value)
        lasting, ends = self._remembered(self._store.identity.roster), dict(zip(places.keys, places.ends, strict=True))
        commands: list[Command] = []
        for place in sorted(parts):
            # In the order of the records, the store's append-only file would show which record an entry is of.
            fields = chain.from_iterable(map(_split, sorted(parts[place])))
            if lasting.get(place) == key.key_id:
                commands.append((b"HSET", place, *fields))
            else:
                commands += [(b"HSET", place, *fields, *_KEEPER), (b"EXPIREAT", place, ends[place])]
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
        fields = [nonces[at : at + FIELD_BYTES] for at in range(0, len(nonces), NONCE_BYTES)]
        return [(b"HDEL", place, field) for place, field in zip(places.keys, fields, strict=True)]

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
        opened: list[IndexEntry] = []
        tags: list[bytes] = []
        nonces: list[bytes] = []
        for (key, field), (tag, value) in found.items():
            data_key = opening[key_id_of(value)]
            if data_key is not None:  # a shredded day's entries are gone
                plain = _unpacked(data_key.open(value, key))
                day = self._data_keys.last_day(tenant, [key_id_of(value)], now)
                opened.append(IndexEntry(key, field, plain[1:].decode(), int(plain[:1], 16), day))
                tags.append(tag)
                nonces.append(value[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES])
        keys = self._keyring.tenant(tenant)
        bases = keys.bases([entry.number for entry in opened])
        references = [reference(base, entry.revision) for base, entry in zip(bases, opened, strict=True)]
        right = keys.search.nonces(tags, references)
        # Entries with another nonce are of another phone in the group.
        return [
            entry
            for entry, nonce, at in zip(opened, nonces, range(0, len(right), NONCE_BYTES), strict=True)
            if nonce == right[at : at + NONCE_BYTES]
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

    def _nonces(self, tenant: str, places: Places) -> bytes:
        return self._keyring.tenant(tenant).search.nonces(places.tags, places.references)

    def _remembered(self, roster: Roster) -> dict[bytes, bytes]:
        """Return the parts that have an expiry on these servers, each with the id of the key of the day it was set."""
        if self._lasting[0] is not roster:
            self._lasting = (roster, {})
        return self._lasting[1]


def _scan(scans: Sequence[_Scan]) -> list[Command]:
    return [
        (b"HSCAN", key, cursor, b"MATCH", b"\\%c\\%c*" % tuple(group_of(tag)), b"COUNT", SCAN)
        for key, tag, cursor in scans
    ]


def _packed(plain: bytes) -> bytes:
    """Return the plaintext of an entry: read as base64url, 16 characters become 12 bytes."""
    padded = plain.ljust(-(-len(plain) // BUCKET_CHARACTERS) * BUCKET_CHARACTERS, b"/")
    return a2b_base64(padded.replace(b"-", b"+"))


def _unpacked(packed: bytes) -> bytes:
    return b2a_base64(packed, newline=False).rstrip(b"/").replace(b"+", b"-")


def _split(sealed: bytes) -> tuple[bytes, bytes]:
    """Return the field and the value of a sealed entry: the field is the beginning of its nonce."""
    end = HEADER_BYTES + FIELD_BYTES
    return sealed[HEADER_BYTES:end], sealed[:HEADER_BYTES] + sealed[end:]


def _joined(field: bytes, stored: bytes) -> bytes:
    return stored[:HEADER_BYTES] + field + stored[HEADER_BYTES:]
