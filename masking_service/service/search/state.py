"""Search indexes: which waybills have a recipient's phone, or its last four digits at a site.

An entry is a waybill number and a revision, sealed with the data key of the record that it names. It promises nothing:
its reader compares it with the opened record. Sealing it again gives the same bytes, because key and nonce depend on
nothing but the record and what it says, so adding it again adds none.

An index is cut into parts, each a set of the store with entries of many phones, because a key of its own for each phone
takes more memory than its entries, and a set takes less than a hash. The entries of a batch in one part are written by
one command.
"""

import re
from binascii import a2b_base64, b2a_base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from keys.aead import HEADER_BYTES, NONCE_BYTES, SealingKey, header_of
from keys.keyring import Keyring
from keys.search import TAG_BYTES, SearchKeys, group_of
from keys.secret import Unprinted
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.recipients import LAST, is_plain_mobile, is_recipients, numbers_of, one_number
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.people.principals import site_codes
from masking_service.service.vault.data_keys import RecordKeys
from masking_service.service.vault.records import Record
from masking_service.store.client import Command, Reply, Store
from masking_service.store.layout import index_part_keys, phone_index_stem, site_index_stem
from masking_service.store.pipeline import Question, Roster

PERIOD_SECONDS: Final = 30 * SECONDS_A_DAY
"""Records that expire in the same period share the parts of an index, which expire at its end."""
BUCKET_CHARACTERS: Final = 16
"""Entries are padded, so that their length tells little of the waybill number."""
INDEX_PART: Final = re.compile(rb"(wm:\{[fs]:[A-Za-z0-9_-]{16})[0-9a-f]{2}\}")
"""The key of a part of a search index, and the common prefix of the parts of a period."""
_DIGITS: Final = "0123456789abcdef"
_LAST4: Final = re.compile(r"[0-9]{4}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A phone in its one spelling, or the last four digits of a phone at a site."""

    phone: str = ""
    last4: str = ""
    site: str = ""

    @classmethod
    def read(cls, phone: str | None, last4: str | None, site: str | None) -> "Asked":
        """Read what was sent: a phone in any spelling, or four digits and a site's code.

        Raises:
            InvalidRecord: it is malformed, or neither of the two.
        """
        if phone is not None:
            if last4 is not None or site is not None:
                raise InvalidRecord((("/phone", "one-of-two"),))
            return cls(phone=one_number(phone))
        missing = tuple((f"/{name}", "missing") for name, value in (("last4", last4), ("site", site)) if value is None)
        if last4 is None or site is None:
            raise InvalidRecord(missing if len(missing) == 1 else (("/phone", "one-of-two"),))
        if not _LAST4.fullmatch(last4):
            raise InvalidRecord((("/last4", "invalid-value"),))
        try:
            site_codes([site])
        except ValueError:
            raise InvalidRecord((("/site", "invalid-value"),)) from None
        return cls(last4=last4, site=site)

    @property
    def hashed_parts(self) -> tuple[str, ...]:
        """What the keyed hash in audit entries is over."""
        return ("search", "phone", self.phone) if self.phone else ("search", "last4", self.site, self.last4)


class Findable(Unprinted, msgspec.Struct, frozen=True, gc=False):
    """By what a record is found.

    Attributes:
        phones: the numbers of its recipients' phones, see `recipients.Phone`.
        endings: the last four digits of such phones; found at `site` only.
        site: the code of the site that holds the parcel; None where none does.
    """

    phones: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    site: str | None = None

    def __len__(self) -> int:
        """How many entries of indexes find the record."""
        return len(self.phones) + (len(self.endings) if self.site is not None else 0)

    def at(self, site: str | None) -> "Findable":
        """Return the same at another site."""
        return msgspec.structs.replace(self, site=site)

    def within(self, kept: "Findable") -> "Findable":
        """Return what of it is in the indexes that `kept` is in."""
        return Findable(self.phones if kept.phones else (), self.endings if kept.endings else (), self.site)


NOWHERE: Final = Findable()


def findable(
    records: Iterable[Sequence[Any]], site: str | None = None, *, phone: bool = True, last4: bool = True
) -> list[Findable]:
    """Return the search terms of each record: phones, last four digits, and the site.

    Args:
        records: of each record, the values of its recipients' phones.
        phone, last4: which indexes are kept.
    """
    found: list[Findable] = []
    for values in records:
        if len(values) == 1 and is_plain_mobile(values[0]):  # as most records have, and this takes half the time
            mobile = values[0]
            found.append(Findable((mobile,) if phone else (), (mobile[-LAST:],) if last4 else (), site))
            continue
        phones = numbers_of(values)
        numbers = tuple({one.number: None for one in phones}) if phone else ()
        endings = tuple({one.ending: None for one in phones if one.ending}) if last4 else ()
        found.append(Findable(numbers, endings, site))
    return found


def findable_of(record: Record, site: str | None = None, *, phone: bool = True, last4: bool = True) -> Findable:
    """Return the search terms of a stored record, as `findable`.

    Nothing finds a tombstone, or what cannot be opened any more.
    """
    if record.erased or record.shredded:
        return NOWHERE
    values = [value for place, value in record.content()[1] if is_recipients(place)]
    [found] = findable([values], site, phone=phone, last4=last4)
    return found


class Indexed(Unprinted, msgspec.Struct, frozen=True, gc=False):
    """A revision of a waybill, and by what it is found.

    `base` is where the waybill is stored (12 B), `expires_at` in Unix seconds, `header` that of the record's envelope:
    entries are sealed with the same key and suite.
    """

    number: str
    base: bytes
    revision: int
    expires_at: int
    header: bytes
    findable: Findable


class Places(Unprinted, msgspec.Struct, frozen=True, gc=False):
    """Where entries are and what they say: in each list one item for each entry.

    Attributes:
        keys: the parts.
        tags: the keyed tags of what finds them, concatenated.
        bases, revisions: what they name, concatenated, see `SearchKeys.nonces`.
        plain: their plaintexts, see `plaintexts`.
        ends: when the parts expire, in Unix seconds, by part.
    """

    keys: list[bytes]
    tags: bytes
    bases: bytes
    revisions: bytes
    plain: list[bytes]
    ends: dict[bytes, int]


def places_of(keys: SearchKeys, waybills: Sequence[Indexed]) -> Places:
    """Return the entries of waybills."""
    by_period: dict[int, list[Indexed]] = defaultdict(list)
    for one in waybills:
        by_period[one.expires_at // PERIOD_SECONDS].append(one)
    parts: list[bytes] = []
    tags: list[bytes] = []
    named: list[Indexed] = []
    ends: dict[bytes, int] = {}
    for period, expiring in by_period.items():
        name = _period_bytes(period)
        by_phone = [(phone, one) for one in expiring for phone in one.findable.phones]
        by_ending = [
            (ending + one.findable.site, one)
            for one in expiring
            if one.findable.site is not None
            for ending in one.findable.endings
        ]
        for found_by, tags_of, stem in (
            (by_phone, keys.phone_tags, _phone_stem),
            (by_ending, keys.ending_tags, _site_stem),
        ):
            found = tags_of(name, [text for text, _ in found_by])
            mine = index_part_keys(stem(keys, name), found[::TAG_BYTES])
            tags.append(found)
            parts.extend(mine)
            named.extend([one for _, one in found_by])
            ends.update(dict.fromkeys(mine, (period + 1) * PERIOD_SECONDS))
    bases, revisions = b"".join([one.base for one in named]), digits_of([one.revision for one in named])
    return Places(parts, b"".join(tags), bases, revisions, plaintexts(named), ends)


def digits_of(revisions: Iterable[int]) -> bytes:
    """Return revisions as they are in a nonce: one byte each, in hexadecimal."""
    return "".join([_DIGITS[revision] for revision in revisions]).encode()


def plaintexts(waybills: Sequence[Indexed]) -> list[bytes]:
    """Return what the entries of each waybill say: the revision in hexadecimal and the waybill number.

    Padded and read as base64url, 16 characters become 12 bytes.
    """
    texts = [_DIGITS[one.revision] + one.number for one in waybills]
    padded = [text.ljust(len(text) + -len(text) % BUCKET_CHARACTERS, "/") for text in texts]
    return [a2b_base64(text.replace("-", "+")) for text in padded]


def read_entry(plaintext: bytes) -> tuple[str, int]:
    """Return an entry's waybill number and revision."""
    text = b2a_base64(plaintext, newline=False).rstrip(b"/").replace(b"+", b"-")
    return text[1:].decode(), int(text[:1], 16)


def asked_places(keys: SearchKeys, asked: Asked, now: int, longest_days: int) -> tuple[list[bytes], list[bytes]]:
    """Return the parts in which the active entries of what is asked are, and its tag in each.

    Args:
        now: Unix seconds.
        longest_days: the longest retention.
    """
    periods = _periods(now, longest_days)
    if asked.phone:
        tags = [keys.phone_tags(period, [asked.phone]) for period in periods]
        stems = [_phone_stem(keys, period) for period in periods]
    else:
        tags = [keys.ending_tags(period, [asked.last4 + asked.site]) for period in periods]
        stems = [_site_stem(keys, period) for period in periods]
    return [index_part_keys(stem, tag[:1])[0] for stem, tag in zip(stems, tags, strict=True)], tags


def every_entry(number: str, base: bytes, revisions: Iterable[Record | None], site: str | None) -> list[Indexed]:
    """Return the entries that the revisions of a waybill may have, whichever indexes are kept."""
    return [
        Indexed(number, base, revision, record.expires_at, record.header, findable_of(record, site))
        for revision, record in enumerate(revisions)
        if record is not None
    ]


def _periods(now: int, longest_days: int) -> list[bytes]:
    """Return the names of the periods in which active records expire."""
    last = (now + longest_days * SECONDS_A_DAY) // PERIOD_SECONDS
    return [_period_bytes(period) for period in range(now // PERIOD_SECONDS, last + 1)]


def _period_bytes(period: int) -> bytes:
    """Return a period in 2 bytes."""
    return period.to_bytes(2, "big")


def _phone_stem(keys: SearchKeys, period: bytes) -> bytes:
    return phone_index_stem(keys.period_tag(b"phone", period))


def _site_stem(keys: SearchKeys, period: bytes) -> bytes:
    return site_index_stem(keys.period_tag(b"last4", period))


MAX_READ: Final = 500
"""Entries of one search."""
SCAN: Final = 50_000
"""Entries of a large part that the store looks at in one go."""
MAX_SCANS: Final = 20
"""Times a search asks for more of a part. Only phones with thousands of entries have large parts."""
MAX_LASTING: Final = 100_000
"""Parts with a known expiry: setting it costs a server more than adding the entry."""
_KEEPER: Final = b"\1" * 513
"""A member of every part that belongs to no entry's group: a part without members would lose its expiry.

It is longer than any `set-max-listpack-value` in use, so the server stores the part as a table. In a list, adding
takes longer the more entries there are.
"""
_OF_GROUP: Final = b"?" * HEADER_BYTES + b"\\%c\\%c*"
"""Matches the entries whose nonces begin with two bytes."""


class IndexEntry(Unprinted, msgspec.Struct, frozen=True, gc=False):
    """An entry of an index, opened.

    Attributes:
        key: the part that has it.
        sealed: as it is there.
        number, revision: what it names.
        day: the day (since 1970-01-01) on which the record was written.
    """

    key: bytes
    sealed: bytes
    number: str
    revision: int
    day: int


_Scan = tuple[bytes, bytes, bytes]
"""A part, a tag, and from where the part is read."""


class TooManyEntries(Exception):
    """An index has more entries than one search reads."""


class SearchIndex:
    """The search indexes of every tenant.

    Args:
        record_keys: seal and open the entries.
    """

    def __init__(self, store: Store, keyring: Keyring, record_keys: RecordKeys) -> None:
        self._store = store
        self._keyring = keyring
        self._record_keys = record_keys
        self._lasting: tuple[Roster, dict[bytes, int]] = (store.identity.roster, {})

    def adding(self, tenant: str, waybills: Sequence[Indexed], key: SealingKey, now: int) -> list[Command]:
        """Return the commands that add entries of records that `key` seals, by their keys.

        Once they are durable, `added` is told.

        Args:
            key: today's data key, counted as used for them.
            now: Unix seconds.
        """
        names = self._keyring.tenant(tenant).search
        places = places_of(names, waybills)
        sealed = key.seal_many(places.plain, places.keys, _nonces(names, places))
        return self._adding(_by_part(zip(places.keys, sealed, strict=True)), places.ends, now)

    def added(self, commands: Sequence[Command], now: int, roster: Roster) -> None:
        """Remember which parts have an expiry: until the next day, or until the store has other servers.

        So what an operator deletes by hand, and what is added to it again, has an expiry from the next day on.
        """
        lasting = self._remembered(roster)
        if len(lasting) > MAX_LASTING:
            lasting.clear()
        day = now // SECONDS_A_DAY
        lasting.update((bytes(command[1]), day) for command in commands if command[0] == b"EXPIREAT")

    def removing(self, tenant: str, waybills: Sequence[Indexed]) -> list[Command]:
        """Return the commands that remove entries, there or not: one for each part.

        Raises:
            StoreUnavailable: a data key is not known and cannot be read.
        """
        return _removing(self._sealed_again(tenant, waybills, self._keyring.tenant(tenant).searches)[0])

    def replace(self, tenant: str, before: Sequence[Indexed], after: Sequence[Indexed], now: int) -> None:
        """Add entries again, there or not, and remove those that they replace: one round trip, none without entries.

        Args:
            before: what may be in the index and is kept only if it is in `after`.
            now: Unix seconds.

        Raises:
            StoreUnavailable: any part may be done; the same can be asked again.
        """
        roster = self._store.identity.roster  # before the keys: on a later one a key may be gone
        keys = self._keyring.tenant(tenant)
        right, ends = self._sealed_again(tenant, after, [keys.search])
        gone = dict.fromkeys(self._sealed_again(tenant, before, keys.searches)[0])
        for entry in right:
            gone.pop(entry, None)
        for header, messages in Counter(header_of(sealed) for _, sealed in right).items():
            self._record_keys.count(header, messages)
        adding = self._adding(_by_part(right), ends, now)
        if gone or adding:
            self._store.write([*_removing(gone), *adding], since=roster)
            self.added(adding, now, roster)

    def question(self, tenant: str, asked: Asked, now: int, longest_days: int) -> Question[list[IndexEntry]]:
        """Return the question for the entries of what is asked.

        Its answer costs further round trips where a part has thousands of entries, or a data key is not known yet. It
        raises TooManyEntries for more than `MAX_READ`, and IntegrityError for an entry that does not open at its place.

        Args:
            now: Unix seconds.
            longest_days: the longest retention.
        """
        searches = self._keyring.tenant(tenant).searches
        named = [(keys, *asked_places(keys, asked, now, longest_days)) for keys in searches]
        scans = [(part, tag, b"0") for _, parts, tags in named for part, tag in zip(parts, tags, strict=True)]

        def read(replies: list[Reply]) -> list[IndexEntry]:
            found = self._group(scans, replies)
            entries: dict[tuple[str, int], IndexEntry] = {}
            for keys, _, tags in named:
                mine = {place: tag for place, tag in found.items() if tag in tags}
                for entry in self._open(tenant, keys, mine, now):
                    entries.setdefault((entry.number, entry.revision), entry)
            return [*entries.values()]

        return Question(_scan(scans), read)

    def drop(self, entries: Sequence[IndexEntry]) -> None:
        """Remove entries: one round trip, none without entries. Raises StoreUnavailable: some may be removed."""
        if entries:
            self._store.write(_removing((entry.key, entry.sealed) for entry in entries))

    def _adding(self, parts: Mapping[bytes, list[bytes]], ends: Mapping[bytes, int], now: int) -> list[Command]:
        """Return the commands that add entries to their parts, which expire at `ends`."""
        lasting, day = self._remembered(self._store.identity.roster), now // SECONDS_A_DAY
        commands: list[Command] = []
        for place in sorted(parts):
            # In the order of the records, the store's append-only file would show which record an entry is of.
            if lasting.get(place) == day:
                commands.append((b"SADD", place, *sorted(parts[place])))
            else:
                commands += [(b"SADD", place, _KEEPER, *sorted(parts[place])), (b"EXPIREAT", place, ends[place])]
        return commands

    def _sealed_again(
        self, tenant: str, waybills: Sequence[Indexed], searches: Sequence[SearchKeys]
    ) -> tuple[list[tuple[bytes, bytes]], dict[bytes, int]]:
        """Return the part and the bytes of each entry, and when the parts expire; none of shredded records."""
        by_header: dict[bytes, list[Indexed]] = {}
        for one in waybills:
            if one.findable:
                by_header.setdefault(one.header, []).append(one)
        keys = self._record_keys.by_headers(tenant, by_header)
        entries: list[tuple[bytes, bytes]] = []
        ends: dict[bytes, int] = {}
        for header, mine in by_header.items():
            key = keys[header]
            if key is None:
                continue
            for names in searches:
                places = places_of(names, mine)
                sealed = key.seal_many(places.plain, places.keys, _nonces(names, places), header)
                entries.extend(zip(places.keys, sealed, strict=True))
                ends.update(places.ends)
        return entries, ends

    def _open(
        self, tenant: str, names: SearchKeys, found: Mapping[tuple[bytes, bytes], bytes], now: int
    ) -> list[IndexEntry]:
        """Return those of the entries (by part and entry: a tag made by `names`) that are of their tag."""
        opening = self._record_keys.by_headers(tenant, {header_of(sealed) for _, sealed in found})
        opened: list[IndexEntry] = []
        tags: list[bytes] = []
        for (place, sealed), tag in found.items():
            data_key = opening[header_of(sealed)]
            if data_key is not None:  # a shredded day's entries are gone
                number, revision = read_entry(data_key.open(sealed, place))
                day = self._record_keys.last_day(tenant, [header_of(sealed)], now)
                opened.append(IndexEntry(place, sealed, number, revision, day))
                tags.append(tag)
        bases = b"".join(self._keyring.tenant(tenant).bases([entry.number for entry in opened]))
        right = names.nonces(b"".join(tags), bases, digits_of([entry.revision for entry in opened]))
        # Entries with another nonce are of another phone in the group.
        return [
            entry
            for entry, at in zip(opened, range(0, len(right), NONCE_BYTES), strict=True)
            if entry.sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES] == right[at : at + NONCE_BYTES]
        ]

    def _group(self, scans: Sequence[_Scan], replies: Sequence[Reply]) -> dict[tuple[bytes, bytes], bytes]:
        """Return the tag of each entry of the tags' groups, by part and entry; `replies` are to the first `_scan`."""
        found: dict[tuple[bytes, bytes], bytes] = {}
        for _ in range(MAX_SCANS):
            for (place, tag, _), (_, entries) in zip(scans, replies, strict=True):
                found.update(((place, sealed), tag) for sealed in entries)
            scans = [
                (place, tag, cursor)
                for (place, tag, _), (cursor, _) in zip(scans, replies, strict=True)
                if cursor != b"0"
            ]
            if len(found) > MAX_READ:
                raise TooManyEntries
            if not scans:
                return found
            replies = self._store.read(_scan(scans))
        raise TooManyEntries

    def _remembered(self, roster: Roster) -> dict[bytes, int]:
        """Return the parts that have an expiry on these servers, each with the day on which it was set."""
        if self._lasting[0] is not roster:
            self._lasting = (roster, {})
        return self._lasting[1]


def is_entry(member: bytes) -> bool:
    """Return whether a member of a part is an entry, and not the one that stays in each part."""
    return member != _KEEPER


def part_stems(keys: SearchKeys, now: int, longest_days: int) -> set[bytes]:
    """Return the common prefixes of all parts that have active entries.

    Args:
        now: Unix seconds.
        longest_days: the longest retention.
    """
    periods = _periods(now, longest_days)
    return {stem(keys, period) for period in periods for stem in (_phone_stem, _site_stem)}


def _nonces(names: SearchKeys, places: Places) -> bytes:
    return names.nonces(places.tags, places.bases, places.revisions)


def _by_part(entries: Iterable[tuple[bytes, bytes]]) -> dict[bytes, list[bytes]]:
    parts: dict[bytes, list[bytes]] = defaultdict(list)
    for place, sealed in entries:
        parts[place].append(sealed)
    return parts


def _removing(entries: Iterable[tuple[bytes, bytes]]) -> list[Command]:
    return [(b"SREM", place, *sealed) for place, sealed in sorted(_by_part(entries).items())]


def _scan(scans: Sequence[_Scan]) -> list[Command]:
    return [
        (b"SSCAN", place, cursor, b"MATCH", _OF_GROUP % tuple(group_of(tag)), b"COUNT", SCAN)
        for place, tag, cursor in scans
    ]
