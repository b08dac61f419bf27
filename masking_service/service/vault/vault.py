"""Waybill records, sealed and write-once, at keys that only the tenant's index key can find.

The entries of the search indexes are written with them, see `search/state.py`. Nothing is ever overwritten except by a
tombstone, and by the same record under another data key where a hold begins or ends (`holds/held_records.py`). A value
that does not open at its key is an alarm (`IntegrityError`), never an absence. While the index secret is rotated, a
waybill may be at two places, see `store.layout.Stems`: a revision is taken from the newer one, custody from the older
one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import msgspec

from keys.aead import HOUR_FORMAT, NONCE_BYTES, SealingKey, SealingKeys, header_of
from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.search.state import Findable, Indexed, SearchIndex, every_entry
from masking_service.service.state.sealed import Prepared, Sealed, StoredValue, TenantState
from masking_service.service.state.swap import Swapped, swap_question
from masking_service.service.vault import records
from masking_service.service.vault.data_keys import DataKeys, HourKeys, RecordKeys
from masking_service.service.vault.records import Record
from masking_service.service.vault.writing import Draft, Stored, VaultWriter, decide
from masking_service.store.client import Command, Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import (
    CLAIM,
    MAX_REVISIONS,
    Stems,
    custody_key,
    first_stored,
    record_key,
    restriction_key,
    stems_of,
)
from masking_service.store.pipeline import Question

_Revision = tuple[Record | None, tuple[bytes, bytes | None]]
"""A revision, opened, and the place and the sealed value that were read."""


class FoundWaybill(msgspec.Struct, frozen=True):
    """The newest revision of a waybill, its sealed custody (or None), and the earlier revisions in order.

    `sealed` is its place, and what was read there.
    """

    base: bytes
    revision: int
    record: Record
    custody: StoredValue | None
    earlier: Sequence[Record | None] = ()
    sealed: tuple[bytes, bytes | None] | None = None

    @property
    def differs_in_hold(self) -> bool:
        """Whether a hold keeps the revision before it and not this one, or the other way round."""
        before = self.earlier[-1] if self.earlier else None
        return before is not None and not self.record.erased and before.held != self.record.held

    def indexed(self, number: str, findable: Findable) -> Indexed:
        """Return its index entries, found by what `findable` says."""
        return Indexed(number, self.base, self.revision, self.record.expires_at, self.record.header, findable)


@dataclass(frozen=True, slots=True)
class Erasure(Prepared[bool]):
    """Tombstones that are ready to be written, and the last day (since 1970-01-01) on which a record was sealed."""

    last_day: int


class AllRevisions(NamedTuple):
    """All that is stored of a waybill's revisions.

    Attributes:
        read: of each revision and the one behind the last: its place under each stem, and what is there.
        marks: the same of its restriction, or the mark of its erasure.
        revisions: by their number, opened; None where there is none.
    """

    base: bytes
    read: Sequence[Sequence[tuple[bytes, bytes | None]]]
    marks: Sequence[tuple[bytes, bytes | None]]
    revisions: Sequence[Record | None]

    @property
    def headers(self) -> list[bytes]:
        """Of the revisions that are there."""
        return [header_of(value) for _, value in map(first_stored, self.read) if value is not None]


class Vault(TenantState):
    """Records of every tenant in one store: reads and erases them.

    Every call raises StoreUnavailable where the store or a data key cannot be read now, and IntegrityError where a
    stored value does not open at its place.

    Attributes:
        data_keys: the data keys that this process has met.
        record_keys: these, and the hour keys that it has met.
        search: the search indexes.
        writer: writes new records and revisions.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        super().__init__(store, keyring, random)
        self.data_keys = DataKeys(store, keyring, random)
        self.record_keys = RecordKeys(self.data_keys, HourKeys(store, keyring, self.data_keys))
        self.search = SearchIndex(store, keyring, self.record_keys)
        self.writer = VaultWriter(store, keyring, random, self.data_keys, self.search)

    def compare(self, tenant: str, drafts: Sequence[Draft], *, revise: bool) -> None:
        """Compare drafts with what is stored, see `decide`.

        One round trip, two where a waybill was revised. While the index secret is rotated, one more where a revision
        was written during a change of its hold.
        """
        each = {draft.stem: draft for draft in drafts}
        bases = [draft.base for draft in each.values()]
        other = [draft.other for draft in each.values() if draft.other]
        stems = Stems(drafts[0].layers, [*each], other)
        while True:  # again where a revision had to be brought under the hold of the one before it, or out of it
            newest = self._newest_of(tenant, bases, stems, self._store.read(_newest_commands(stems)))
            stored = {stem: found for stem, found in zip(each, newest, strict=True) if found}
            differing = [(found.base, found.revision) for found in stored.values() if found.differs_in_hold]
            if not differing or not self._follow_holds(tenant, differing):
                break
        decide(drafts, {stem: (found.revision, found.record) for stem, found in stored.items()}, revise=revise)
        for draft in drafts:
            found = stored.get(draft.stem)
            draft.custody = found.custody if found else None
            # While the index secret is rotated, the two may be on different servers: see `follow_holds`.
            draft.follows = None if found is None or draft.other or not draft.revision else found.sealed

    def follow_holds(self, tenant: str, drafts: Sequence[Draft]) -> None:
        """Make revisions that were just written follow the hold of the one before them.

        A revision is written only if the one before it is still as it was compared. While the index secret is rotated,
        that cannot be checked in one step, so it is checked afterwards: one round trip for revisions, and one to seal
        those with another key whose hold was set or lifted meanwhile. No round trip otherwise.

        Raises:
            StoreUnavailable: one is being moved; the same batch can be sent again.
        """
        revised = [
            (draft.base, draft.outcome.revision)
            for draft in drafts
            if draft.other and isinstance(draft.outcome, Stored) and draft.created and draft.outcome.revision
        ]
        while revised and self._follow_holds(tenant, revised):
            pass

    def newest(self, tenant: str, waybill_nos: Sequence[str], now: int) -> list[FoundWaybill | None]:
        """Return the newest active revision of each waybill; None for unknown, erased and expired ones.

        One round trip, and one more where a second revision exists.
        """
        bases = self._keyring.tenant(tenant).bases(waybill_nos)
        return self._store.answer(self.newest_question(tenant, bases, now))

    def newest_question(self, tenant: str, bases: Sequence[bytes], now: int) -> Question[list[FoundWaybill | None]]:
        """Return the question that `newest` asks, of the waybills with these bases.

        Its answer costs a round trip where a second revision exists.
        """
        stems = stems_of(self._keyring.tenant(tenant), bases)

        def read(replies: list[Reply]) -> list[FoundWaybill | None]:
            return [
                found if found is not None and found.record.active_at(now) else None
                for found in self._newest_of(tenant, bases, stems, replies)
            ]

        return Question(_newest_commands(stems), read)

    def records_question(
        self, tenant: str, places: Sequence[tuple[bytes, int]], now: int
    ) -> Question[list[Record | None]]:
        """Return the question for the active records at (base, revision), as tokens name them."""
        everywhere = [*stems_of(self._keyring.tenant(tenant), [base for base, _ in places]).everywhere()]
        keys = [
            [record_key(stem, revision) for stem in stems]
            for stems, (_, revision) in zip(everywhere, places, strict=True)
        ]

        def read(replies: list[Reply]) -> list[Record | None]:
            values = iter(replies)
            stored = [[(key, *next(values)) for key in each] for each in keys]
            opened = self.open(tenant, [first_stored([(key, value) for key, value, _ in each]) for each in stored])
            return [
                record if record is not None and record.active_at(now) else None
                for record in (
                    self._marked(tenant, [*zip(stems, (one[2] for one in each), strict=True)], record)
                    for stems, each, record in zip(everywhere, stored, opened, strict=True)
                )
            ]

        commands: list[Command] = [
            (b"MGET", key, restriction_key(stem))
            for stems, each in zip(everywhere, keys, strict=True)
            for stem, key in zip(stems, each, strict=True)
        ]
        return Question(commands, read)

    def prepare_erasure(
        self, tenant: str, waybill_no: str, *, now: int, until: int, site: str | None = None
    ) -> Erasure:
        """Seal tombstones until `until` for every revision and the next free one, and a mark: one round trip.

        Writing them is one more (two with index entries, which go first), and happens whole or not at all. It returns
        False where a revision was written, or a hold set, meanwhile: ask again then whether it is held, prepare and
        write again.

        Args:
            site: holds the parcel.

        Raises:
            StoreUnavailable: nothing is erased.
        """
        self._store.clocks.check(now)
        keys = self._keyring.tenant(tenant)
        [read] = self.all_revisions(tenant, keys.bases([waybill_no]))
        entries = self.search.removing(tenant, every_entry(waybill_no, read.base, read.revisions, site))
        roster = self._store.identity.roster
        last_day = self._last_day(tenant, read, now)
        swaps = self._to_tombstones(tenant, read, now, until)
        custodies = [custody_key(stem) for stems in stems_of(keys, [read.base]).everywhere() for stem in stems]

        def write() -> bool:
            if any(revision is not None and revision.held for revision in read.revisions):
                return False
            if entries:
                self._store.write(entries)
            replacing = [
                swap_question(each, until, deleted=[custody], since=roster)
                for each, custody in zip(swaps, custodies, strict=True)
            ]
            self._store.ask(*replacing)
            answers = [question.answer() for question in replacing]
            return all(answers)

        emptied = [(place, None) for place in custodies]
        sealed = [*emptied, *((one.place, one.new) for each in swaps for one in each)]
        announced = [Sealed(place, new, until=until if new else 0, once=False) for place, new in sealed]
        return Erasure(announced, write, last_day)

    def last_day(self, tenant: str, waybill_no: str, now: int) -> int:
        """Return the last day (since 1970-01-01) on which a revision was sealed, today without any: one round trip."""
        [read] = self.all_revisions(tenant, self._keyring.tenant(tenant).bases([waybill_no]))
        return self._last_day(tenant, read, now)

    def all_revisions(self, tenant: str, bases: Sequence[bytes]) -> list[AllRevisions]:
        """Read every revision of waybills at each of their places: one round trip."""
        places = [
            [[*(record_key(stem, at) for at in range(MAX_REVISIONS + 1)), restriction_key(stem)] for stem in stems]
            for stems in stems_of(self._keyring.tenant(tenant), bases).everywhere()
        ]
        replies = iter(self._store.read([(b"MGET", *each) for stems in places for each in stems]))
        read = [[*zip(*(zip(each, next(replies), strict=True) for each in stems), strict=True)] for stems in places]
        opened = iter(self.open(tenant, [first_stored(each) for one in read for each in one[:-1]]))
        return [
            AllRevisions(base, revisions, marks, [next(opened) for _ in revisions])
            for base, (*revisions, marks) in zip(bases, read, strict=True)
        ]

    def _last_day(self, tenant: str, read: AllRevisions, now: int) -> int:
        return self.record_keys.last_day(tenant, read.headers, now) if read.headers else now // SECONDS_A_DAY

    def _to_tombstones(self, tenant: str, read: AllRevisions, now: int, until: int) -> list[list[Swapped]]:
        """Return what replaces the revisions, the next free one and the mark, at each place of the waybill."""
        ends = min(len(read.headers), MAX_REVISIONS) + 1
        layers = [*zip(*read.read[:ends], read.marks, strict=True)]  # under each stem
        settled = self._keyring.tenant(tenant).layers.settled
        written = layers[:1] if settled else layers  # then nothing new is written at the older place
        places = [place for layer in written for place, _ in layer[:-1]]
        marks = [layer[-1][0] for layer in written]
        today = self.data_keys.for_today(tenant, now, len(places))
        after = self._seal_alike(today, records.plaintext(records.tombstone(until)), places)
        after |= self._seal_alike(self._keyring.tenant(tenant).state, records.erasure_mark(until), marks)
        return [[Swapped(place, before, after.get(place)) for place, before in layer] for layer in layers]

    def _seal_alike(self, key: SealingKey | SealingKeys, plain: bytes, places: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the same plaintext, sealed for each place, by place."""
        nonces = self._random(NONCE_BYTES * len(places))
        return dict(zip(places, key.seal_many([plain] * len(places), places, nonces), strict=True))

    def custodies_anew(self, tenant: str, firsts: Iterable[tuple[bytes, bytes]]) -> list[Swapped]:
        """Return the custodies that intake hosts sealed, sealed with the state key instead: one round trip, or none.

        To be called when their records are sealed with other keys, because that makes the old ones void.

        Args:
            firsts: where a custody may be, and the header of its waybill's revision 0.
        """
        hourly = [(place, header) for place, header in firsts if header[:1] == bytes((HOUR_FORMAT,))]
        values = self._store.read([(b"GET", place) for place, _ in hourly])
        opening = self.record_keys.by_headers(tenant, {header for _, header in hourly})
        state = self._keyring.tenant(tenant).state
        anew = []
        for (place, header), value in zip(hourly, values, strict=True):
            key = opening[header]
            if value is not None and key is not None and header_of(value) == header:
                after = state.seal(key.open(value, place), place, self._random(NONCE_BYTES))
                anew.append(Swapped(place, value, after))
        return anew

    def _newest_of(
        self, tenant: str, bases: Sequence[bytes], stems: Stems, replies: Sequence[Reply]
    ) -> list[FoundWaybill | None]:
        """Return the newest revision of each waybill, active or not, from replies to `_newest_commands`.

        A tombstone counts as a revision. One round trip for all further revisions of those that have a second one.
        """
        given = iter(replies)
        stored = [StoredWaybill(each, [next(given) for _ in each]) for each in stems.everywhere()]
        first_two = [one.revision(at) for one in stored for at in (0, 1)]
        opened = iter(zip(self.open(tenant, first_two), first_two, strict=True))
        read = [[next(opened), next(opened)] for _ in stored]
        revised = [
            at
            for at, ((first, _), (second, _)) in enumerate(read)
            if first is not None and not first.erased and second is not None
        ]
        places = self._further([stored[at].stems for at in revised])
        further = iter(zip(self.open(tenant, places), places, strict=True))
        for at in revised:
            read[at] += islice(further, MAX_REVISIONS - 1)
        return [self._found(tenant, *one) for one in zip(bases, stored, read, strict=True)]

    def _found(
        self, tenant: str, base: bytes, stored: "StoredWaybill", read: Sequence[_Revision]
    ) -> FoundWaybill | None:
        """Return the newest of a waybill's revisions, which were opened; None where nothing is known of it."""
        (first, _), *later = read
        newest = 0
        if first is not None and not first.erased:
            newest = max((at for at, (record, _) in enumerate(later, start=1) if record is not None), default=0)
        record, sealed = read[newest]
        record = self._marked(tenant, stored.restrictions(), record)
        if record is None:
            return None
        earlier = [record for record, _ in read[:newest]]
        return FoundWaybill(base, newest, record, stored.custody(first), earlier, sealed)

    def _further(self, everywhere: Sequence[Sequence[bytes]]) -> list[tuple[bytes, bytes | None]]:
        """Read the third and all further revisions of waybills: one round trip, none without waybills."""
        places = [
            [record_key(stem, revision) for stem in stems]
            for stems in everywhere
            for revision in range(2, MAX_REVISIONS + 1)
        ]
        commands: list[Command] = [(b"GET", place) for each in places for place in each]
        values = iter(self._store.read(commands))
        return [first_stored([(place, next(values)) for place in each]) for each in places]

    def _marked(self, tenant: str, found: Sequence[tuple[bytes, bytes | None]], record: Record | None) -> Record | None:
        """Apply the mark found under a stem of a record: it is restricted, or counts as erased whatever is stored.

        Raises IntegrityError: the mark was changed, or belongs to another waybill.
        """
        for stem, sealed in found:
            if sealed is not None:
                erased = records.erased_by(self._keyring.tenant(tenant).state.open(sealed, restriction_key(stem)))
                if erased is not None:
                    return erased
                record = record and msgspec.structs.replace(record, restricted=True)
        return record

    def _follow_holds(self, tenant: str, revisions: Sequence[tuple[bytes, int]]) -> bool:
        """Seal revisions (none a first one) with the key of the one before it where a hold keeps only one of the two.

        One round trip to read them, and one to write. It returns whether there was such a revision: look again then.
        Raises StoreUnavailable: the one before it is being moved; the same batch can be sent again.
        """
        everywhere = stems_of(self._keyring.tenant(tenant), [base for base, _ in revisions]).everywhere()
        places = [
            [record_key(stem, at) for stem in stems]
            for stems, (_, revision) in zip(everywhere, revisions, strict=True)
            for at in (revision - 1, revision)
        ]
        replies = iter(self._store.read([(b"GET", place) for each in places for place in each]))
        found = [[(place, value) for place in each if (value := next(replies)) not in (None, CLAIM)] for each in places]
        opened = iter(self.open(tenant, [one for each in found for one in each]))
        records_of = [[next(opened) for _ in each] for each in found]
        swaps: list[tuple[Swapped, int]] = []
        for before, after, stored in zip(records_of[::2], records_of[1::2], found[1::2], strict=True):
            first, last = (next(iter(each), None) for each in (before, after))
            if first is None or any(other is None or other.held != first.held for other in before):
                raise StoreUnavailable("moving")  # between its two places
            if last is None or first.held == last.held or any(one.erased or one.shredded for one in (first, last)):
                continue
            (place, value), record = stored[0], msgspec.structs.replace(last, header=first.header, held=first.held)
            swaps.append((Swapped(place, value, self._seal_as(tenant, record, place)), record.kept_until))
        asked = [swap_question([swap], until) for swap, until in swaps]
        self._store.ask(*asked)
        return bool(asked)

    def _seal_as(self, tenant: str, record: Record, place: bytes) -> bytes:
        """Seal a record with the data key that its header names."""
        if record.held:
            return self.writer.seal_held(tenant, record, place)
        key = self.record_keys.by_headers(tenant, [record.header])[record.header]
        if key is None:
            raise StoreUnavailable("unknown-key")  # shredded meanwhile
        plain = records.plaintext(record)
        (sealed,) = key.seal_many([plain], [place], self._random(NONCE_BYTES), record.header)
        self.record_keys.count(record.header, 1)
        return sealed

    def open(self, tenant: str, values: Iterable[tuple[bytes, bytes | None]]) -> list[Record | None]:
        """Open the value at each place: None for no value, `records.SHREDDED` for one whose key is destroyed.

        One round trip for all data keys that this process does not know.
        """
        values = list(values)
        keys = self.record_keys.with_holds(tenant, {header_of(value) for _, value in values if value is not None})
        opened: list[Record | None] = []
        for place, value in values:
            if value is None:
                opened.append(None)
                continue
            header = header_of(value)
            key, held = keys[header]
            opened.append(records.SHREDDED if key is None else records.read(key.open(value, place), header, held=held))
        return opened


def _newest_commands(stems: Stems) -> list[Command]:
    """Return the commands that read the first two revisions of waybills, their custody and restriction."""
    return [
        (b"MGET", record_key(stem, 0), record_key(stem, 1), custody_key(stem), restriction_key(stem))
        for each in stems.everywhere()
        for stem in each
    ]


class StoredWaybill(NamedTuple):
    """What is stored of a waybill: replies to `_newest_commands` at each of its places, the newest first."""

    stems: Sequence[bytes]
    replies: Sequence[Reply]

    def revision(self, number: int) -> tuple[bytes, bytes | None]:
        """The place and the sealed value of revision 0 or 1."""
        each = zip(self.stems, self.replies, strict=True)
        return first_stored([(record_key(stem, number), reply[number]) for stem, reply in each])

    def restrictions(self) -> list[tuple[bytes, bytes | None]]:
        """Each place, and the sealed restriction or mark of an erasure there."""
        return [(stem, reply[3]) for stem, reply in zip(self.stems, self.replies, strict=True)]

    def custody(self, first: Record | None) -> StoredValue | None:
        """Return the custody at the oldest place that has one: newer writers remove it there.

        A custody that an intake host sealed must be under the same key as the record that the host stored; otherwise
        any host could give away a waybill that it did not store. It becomes void when that record (`first`, revision 0)
        is sealed with another key; see `Vault.custodies_anew`.

        Raises:
            IntegrityError: it is sealed with the key of another record.
        """
        each = zip(self.stems, self.replies, strict=True)
        held = [StoredValue(custody_key(stem), reply[2]) for stem, reply in each if reply[2] is not None]
        if not held:
            return None
        value = held[-1].value
        if value[:1] == bytes((HOUR_FORMAT,)) and first is not None and first.header:
            if first.header[0] != HOUR_FORMAT:
                return None
            if header_of(value) != first.header:
                raise IntegrityError("the custody of a waybill is not sealed with the key of its record")
        return held[-1]
