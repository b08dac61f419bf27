"""Waybill records, sealed and write-once, at keys that only the tenant's index key can find.

The entries of the search indexes are written with them, see `search_index`.
Nothing is ever overwritten except by a tombstone, and by the same record under
another data key where a hold begins or ends (`holds/held_records.py`). A value that
does not open at its key is an alarm (`IntegrityError`), never an absence.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from keys.aead import HEADER_BYTES, KEY_ID_BYTES, NONCE_BYTES, key_id_of
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.search.findable import Findable
from masking_service.service.search.index import SearchIndex
from masking_service.service.search.index_parts import Indexed, count, every_entry
from masking_service.service.state.sealed import Prepared, Sealed
from masking_service.service.state.swap import Swapped, swap_question
from masking_service.service.waybills import records
from masking_service.service.waybills.data_keys import DataKeys
from masking_service.service.waybills.drafts import Draft, Stored, decide
from masking_service.service.waybills.records import Record
from masking_service.store.client import Command, Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import (
    MAX_REVISIONS,
    custody_key,
    record_key,
    record_stems,
    restriction_key,
)
from masking_service.store.question import Question


class Found(msgspec.Struct, frozen=True):
    """The newest revision of a waybill, its sealed custody (or None), and the earlier revisions in order."""

    base: bytes
    revision: int
    record: Record
    custody: bytes | None
    earlier: Sequence[Record | None] = ()

    def indexed(self, number: str, findable: Findable) -> Indexed:
        """Return its index entries, found by what `findable` says."""
        return Indexed(number, self.base, self.revision, self.record.expires_at, self.record.header, findable)


@dataclass(frozen=True, slots=True)
class Erasure(Prepared[bool]):
    """Tombstones that are ready to be written, and the last day (since 1970-01-01) on which a record was sealed."""

    last_day: int


class Vault:
    """Records of every tenant in one store.

    Args:
        store: the way to Redis.
        keyring: this process's keys.
        random: gives that many random bytes.

    Attributes:
        data_keys: the data keys that this process has met.
        search: the search indexes.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._keyring = keyring
        self._random = random
        self.data_keys = DataKeys(store, keyring, random)
        self.search = SearchIndex(store, keyring, self.data_keys)

    def drafts(
        self,
        tenant: str,
        waybill_nos: Sequence[str],
        bodies: Sequence[bytes],
        *,
        now: int,
        expires_at: int,
        findable: Sequence[Findable] = (),
    ) -> list[Draft]:
        """Prepare records for `put`. Asks nothing of the store.

        Args:
            waybill_nos: normalised; the same one may occur several times.
            bodies: what `records.body_of` made, one for each number.
            now, expires_at: Unix seconds.
            findable: by what a search finds each record; empty where no index is kept.

        Raises:
            StoreUnavailable: the clocks of service and store differ too much for an expiry to be right.
        """
        self._store.clocks.check(now)
        keys = self._keyring.tenant(tenant)
        bases = keys.bases(waybill_nos)
        salts = self._random(records.SALT_BYTES * len(bases))
        version = keys.tokens.active
        drafts = [
            Draft(base, stem, Record(salts[2 * at : 2 * at + 2], version, expires_at, body))
            for at, (base, stem, body) in enumerate(zip(bases, record_stems(bases), bodies, strict=True))
        ]
        for draft, number, found_by in zip(drafts, waybill_nos, findable, strict=False):
            draft.number, draft.findable = number, found_by
        return drafts

    def put(self, tenant: str, drafts: Sequence[Draft], now: int) -> list[Draft]:
        """Write the drafts that have no outcome yet, with their index entries: one round trip, none without drafts.

        Args:
            now: Unix seconds; its day chooses the data key.

        Returns:
            Those that found their place taken, and later drafts of the same waybills: `compare` them.

        Raises:
            StoreUnavailable, ProviderError: nothing is acknowledged; the same batch can be sent again.
        """
        waiting = [draft for draft in drafts if draft.outcome is None]
        if not waiting:
            return []
        roster = self._store.identity.roster  # before the key: on a later one the key may be gone
        key = self.data_keys.for_today(tenant, now, len(waiting) + count([draft.findable for draft in waiting]))
        indexed = [draft.index(key.header) for draft in waiting if draft.findable]
        places = [record_key(draft.stem, draft.revision) for draft in waiting]
        plain = [records.plaintext(draft.record) for draft in waiting]
        sealed = key.seal_many(plain, places, self._random(NONCE_BYTES * len(places)))
        for at, draft in enumerate(waiting):
            if draft.record.held:  # it revises a held record, and must not end with the key of today
                sealed[at] = self._seal_held(tenant, draft.record, plain[at], places[at])
        commands: list[Command] = [
            (b"SET", place, value, b"NX", b"GET", b"EXAT", draft.record.kept_until)
            for place, value, draft in zip(places, sealed, waiting, strict=True)
        ]
        adding = self.search.adding(tenant, indexed, key, now)
        replies = self._store.write([*commands, *adding], since=roster)
        self.search.added(adding, now, roster)
        taken: set[bytes] = set()
        for draft, value, reply in zip(waiting, sealed, replies[: len(waiting)], strict=True):
            if reply is None or reply == value:  # our own value, where the reply to a first attempt was lost
                record = draft.record.sealed_in(value[:HEADER_BYTES])
                draft.outcome = Stored(draft.base, draft.revision, record, created=True)
            else:
                taken.add(draft.stem)
        if not taken:
            return []
        again: list[Draft] = []
        behind: set[bytes] = set()
        for draft in drafts:
            if draft.stem in behind or (draft.stem in taken and draft.outcome is None):
                behind.add(draft.stem)
                again.append(draft)
        return again

    def compare(self, tenant: str, drafts: Sequence[Draft], *, revise: bool) -> None:
        """Compare drafts with what is stored, see `decide`.

        One round trip, two where a waybill was revised.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: a stored value did not open at its place.
        """
        bases = {draft.stem: draft.base for draft in drafts}
        newest = self._newest_of(tenant, [*bases.values()], [*bases], self._store.read(_newest_commands([*bases])))
        stored = {stem: found for stem, found in zip(bases, newest, strict=True) if found}
        decide(drafts, {stem: (found.revision, found.record) for stem, found in stored.items()}, revise=revise)
        for draft in drafts:
            draft.custody = stored[draft.stem].custody if draft.stem in stored else None

    def newest(self, tenant: str, waybill_nos: Sequence[str], now: int) -> list[Found | None]:
        """Return the newest active revision of each waybill; None for unknown, erased and expired ones.

        One round trip, and one more where a second revision exists.
        """
        question = self.newest_question(tenant, waybill_nos, now)
        self._store.ask(question)
        return question.answer()

    def newest_question(self, tenant: str, waybill_nos: Sequence[str], now: int) -> Question[list[Found | None]]:
        """Return the question that `newest` asks.

        Its answer costs a round trip where a second revision exists.
        """
        bases = self._keyring.tenant(tenant).bases(waybill_nos)
        stems = record_stems(bases)

        def read(replies: list[Reply]) -> list[Found | None]:
            return [
                found if found is not None and found.record.active_at(now) else None
                for found in self._newest_of(tenant, bases, stems, replies)
            ]

        return Question(_newest_commands(stems), read)

    def records_question(
        self, tenant: str, places: Sequence[tuple[bytes, int]], now: int
    ) -> Question[list[Record | None]]:
        """Return the question for the active records at (base, revision), as tokens name them."""
        stems = record_stems([base for base, _ in places])
        keys = [record_key(stem, revision) for stem, (_, revision) in zip(stems, places, strict=True)]

        def read(replies: list[Reply]) -> list[Record | None]:
            opened = self.open(tenant, [(key, reply[0]) for key, reply in zip(keys, replies, strict=True)])
            return [
                self._restricted(tenant, stem, reply[1], record)
                if record is not None and record.active_at(now)
                else None
                for stem, reply, record in zip(stems, replies, opened, strict=True)
            ]

        return Question([(b"MGET", key, restriction_key(stem)) for key, stem in zip(keys, stems, strict=True)], read)

    def prepare_erasure(
        self, tenant: str, waybill_no: str, *, now: int, until: int, site: str | None = None
    ) -> Erasure:
        """Seal tombstones that last until `until` for every revision and the next free one: one round trip.

        Writing them is one more (two with index entries, which go first), and happens whole or not at all. It returns
        False where a revision was written, or a hold set, meanwhile: ask again then whether it is held, prepare and
        write again.

        Args:
            site: which site holds the parcel.

        Raises:
            StoreUnavailable: nothing is erased.
        """
        self._store.clocks.check(now)
        [base] = self._keyring.tenant(tenant).bases([waybill_no])
        [stem] = record_stems([base])
        places = [record_key(stem, revision) for revision in range(MAX_REVISIONS + 1)]
        stored = self._store.read([(b"MGET", *places)])[0]
        key_ids = [key_id_of(value) for value in stored if value is not None]
        revisions = self.open(tenant, zip(places, stored, strict=True))
        entries = self.search.removing(tenant, every_entry(waybill_no, base, revisions, site))
        places = places[: min(len(key_ids), MAX_REVISIONS) + 1]
        roster = self._store.identity.roster
        last_day = self.data_keys.last_day(tenant, key_ids, now) if key_ids else now // SECONDS_A_DAY
        key = self.data_keys.for_today(tenant, now, len(places))
        plain = [records.plaintext(records.tombstone(until))] * len(places)
        values = key.seal_many(plain, places, self._random(NONCE_BYTES * len(places)))
        beside = [custody_key(stem), restriction_key(stem)]

        swaps = [Swapped(*each) for each in zip(places, stored, values, strict=False)]

        def write() -> bool:
            if any(revision is not None and revision.held for revision in revisions):
                return False
            if entries:
                self._store.write(entries)
            replacing = swap_question(swaps, until, deleted=beside, since=roster)
            self._store.ask(replacing)
            return replacing.answer()

        sealed = [Sealed(place, value, until=until, once=False) for place, value in zip(places, values, strict=True)]
        emptied = [Sealed(key, None, until=0, once=False) for key in beside]
        return Erasure([*emptied, *sealed], write, last_day)

    def _newest_of(
        self, tenant: str, bases: Sequence[bytes], stems: Sequence[bytes], replies: Sequence[Reply]
    ) -> list[Found | None]:
        """Return the newest revision of each waybill, active or not; a tombstone counts as a revision.

        One round trip for all further revisions of those that have a second one.

        Args:
            replies: to `_newest_commands`.
        """
        first_two = [
            (record_key(stem, revision), reply[revision])
            for stem, reply in zip(stems, replies, strict=True)
            for revision in (0, 1)
        ]
        opened = self.open(tenant, first_two)
        newest: list[Found | None] = []
        revised: list[int] = []
        for at, (base, reply) in enumerate(zip(bases, replies, strict=True)):
            first, second = opened[2 * at], opened[2 * at + 1]
            record = first if first is None or first.erased or second is None else second
            if record is not None and record is second:
                revised.append(at)
            revision = int(record is second)
            record = record and self._restricted(tenant, stems[at], reply[3], record)
            newest.append(None if record is None else Found(base, revision, record, reply[2]))
        places = [record_key(stems[at], revision) for at in revised for revision in range(2, MAX_REVISIONS + 1)]
        values = self._store.read([(b"GET", place) for place in places]) if places else []
        further = iter(self.open(tenant, zip(places, values, strict=True)))
        for at in revised:
            revisions = [*opened[2 * at : 2 * at + 2], *islice(further, MAX_REVISIONS - 1)]
            last, record = [(one, found) for one, found in enumerate(revisions) if found is not None][-1]
            record = self._restricted(tenant, stems[at], replies[at][3], record)
            newest[at] = Found(bases[at], last, record, replies[at][2], revisions[:last])
        return newest

    def _restricted(self, tenant: str, stem: bytes, sealed: bytes | None, record: Record) -> Record:
        """Return the record, marked where its waybill has a restriction.

        Raises:
            IntegrityError: the restriction was changed, or belongs to another waybill.
        """
        if sealed is None:
            return record
        self._keyring.tenant(tenant).state.open(sealed, restriction_key(stem))
        return msgspec.structs.replace(record, restricted=True)

    def _seal_held(self, tenant: str, record: Record, plain: bytes, place: bytes) -> bytes:
        """Seal a record with the data key of the hold that its header names."""
        key_id = record.header[-KEY_ID_BYTES:]
        key = self.data_keys.by_ids(tenant, [key_id])[key_id]
        if key is None:
            raise StoreUnavailable("unknown-key")  # the hold was lifted meanwhile
        self.data_keys.count(key_id, 1)
        return key.seal(plain, place, self._random(NONCE_BYTES))

    def open(self, tenant: str, values: Iterable[tuple[bytes, bytes | None]]) -> list[Record | None]:
        """Open the value at each place: None where there is none, `records.SHREDDED` where its key is destroyed.

        One round trip for all data keys that this process does not know.

        Raises:
            StoreUnavailable: a data key cannot be read now.
            IntegrityError: a value did not open at its place.
        """
        values = list(values)
        ids = {key_id_of(value) for _, value in values if value is not None}
        if not ids:
            return [None] * len(values)
        keys = self.data_keys.by_ids(tenant, ids)
        held = {key_id for key_id in ids if self.data_keys.is_of_hold(tenant, key_id)}
        opened: list[Record | None] = []
        for place, value in values:
            if value is None:
                opened.append(None)
            elif (key := keys[key_id := key_id_of(value)]) is None:
                opened.append(records.SHREDDED)
            else:
                opened.append(records.read(key.open(value, place), value[:HEADER_BYTES], held=key_id in held))
        return opened


def _newest_commands(stems: Sequence[bytes]) -> list[Command]:
    """Return the commands that read the first two revisions of waybills, their custody and their restriction."""
    return [
        (b"MGET", record_key(stem, 0), record_key(stem, 1), custody_key(stem), restriction_key(stem)) for stem in stems
    ]
