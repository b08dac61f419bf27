"""Waybill records, sealed and write-once, at keys that only the tenant's index key can find.

The entries of the search indexes are written with them, see `search_index`.
Nothing is ever overwritten except by a tombstone. A value that does not open
at its key is an alarm (`IntegrityError`), never an absence.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from keys.aead import HEADER_BYTES, NONCE_BYTES, key_id_of
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.search.findable import Findable
from masking_service.service.search.index import SearchIndex
from masking_service.service.search.index_parts import Indexed, count, every_entry
from masking_service.service.state.sealed import Prepared, Sealed
from masking_service.service.waybills import records
from masking_service.service.waybills.data_keys import DataKeys
from masking_service.service.waybills.drafts import Draft, Stored, decide
from masking_service.service.waybills.records import Record
from masking_service.store.client import Command, Reply, Store
from masking_service.store.layout import MAX_REVISIONS, custody_key, record_key, record_stems
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
        commands: list[Command] = [
            (b"SET", place, value, b"NX", b"GET", b"EXAT", draft.record.expires_at)
            for place, value, draft in zip(places, sealed, waiting, strict=True)
        ]
        adding = self.search.adding(tenant, indexed, key, now)
        replies = self._store.write([*commands, *adding], since=roster)
        self.search.added(adding, now, roster)
        taken: set[bytes] = set()
        for draft, value, reply in zip(waiting, sealed, replies[: len(waiting)], strict=True):
            if reply is None or reply == value:  # our own value, where the reply to a first attempt was lost
                record = draft.record.sealed_in(key.header)
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
            opened = self._open(tenant, zip(keys, replies, strict=True))
            return [record if record is not None and record.active_at(now) else None for record in opened]

        return Question([(b"GET", key) for key in keys], read)

    def prepare_erasure(
        self, tenant: str, waybill_no: str, *, now: int, until: int, site: str | None = None
    ) -> Erasure:
        """Seal tombstones that last until `until` for every revision and the next free one: one round trip.

        Writing them is one more (two in a cluster, index entries first), and happens whole or not at all. It returns
        False where a revision was written meanwhile: prepare and write again then, or that revision would stay.

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
        revisions = self._open(tenant, zip(places, stored, strict=True))
        entries = self.search.removing(tenant, every_entry(waybill_no, base, revisions, site))
        places = places[: min(len(key_ids), MAX_REVISIONS) + 1]
        roster = self._store.identity.roster
        last_day = self.data_keys.last_day(tenant, key_ids, now) if key_ids else now // SECONDS_A_DAY
        key = self.data_keys.for_today(tenant, now, len(places))
        plain = [records.plaintext(records.tombstone(until))] * len(places)
        values = key.seal_many(plain, places, self._random(NONCE_BYTES * len(places)))
        custody = custody_key(stem)

        def write() -> bool:
            if entries and self._store.slotted:
                self._store.write(entries)
            tombstones = [
                (b"SET", place, value, b"GET", b"EXAT", until) for place, value in zip(places, values, strict=True)
            ]
            replaced = self._store.write([*entries, (b"DEL", custody), *tombstones], since=roster)[-1]
            # Our own value, where the reply to a first attempt was lost.
            return replaced in (None, values[-1]) or len(places) > MAX_REVISIONS

        sealed = [Sealed(place, value, until=until, once=False) for place, value in zip(places, values, strict=True)]
        return Erasure([Sealed(custody, None, until=0, once=False), *sealed], write, last_day)

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
        opened = self._open(tenant, first_two)
        newest: list[Found | None] = []
        revised: list[int] = []
        for at, (base, reply) in enumerate(zip(bases, replies, strict=True)):
            first, second = opened[2 * at], opened[2 * at + 1]
            record = first if first is None or first.erased or second is None else second
            newest.append(None if record is None else Found(base, int(record is second), record, reply[2]))
            if record is not None and record is second:
                revised.append(at)
        places = [record_key(stems[at], revision) for at in revised for revision in range(2, MAX_REVISIONS + 1)]
        values = self._store.read([(b"GET", place) for place in places]) if places else []
        further = iter(self._open(tenant, zip(places, values, strict=True)))
        for at in revised:
            revisions = [*opened[2 * at : 2 * at + 2], *islice(further, MAX_REVISIONS - 1)]
            last, record = [(one, found) for one, found in enumerate(revisions) if found is not None][-1]
            newest[at] = Found(bases[at], last, record, replies[at][2], revisions[:last])
        return newest

    def _open(self, tenant: str, values: Iterable[tuple[bytes, bytes | None]]) -> list[Record | None]:
        """Open the value at each place: None where there is none, `records.SHREDDED` where its key is destroyed."""
        values = list(values)
        ids = {key_id_of(value) for _, value in values if value is not None}
        if not ids:
            return [None] * len(values)
        keys = self.data_keys.by_ids(tenant, ids)
        opened: list[Record | None] = []
        for place, value in values:
            if value is None:
                opened.append(None)
            elif (key := keys[key_id_of(value)]) is None:
                opened.append(records.SHREDDED)
            else:
                opened.append(records.read(key.open(value, place), value[:HEADER_BYTES]))
        return opened


def _newest_commands(stems: Sequence[bytes]) -> list[Command]:
    """Return the commands that read the first two revisions of waybills, and their custody."""
    return [(b"MGET", record_key(stem, 0), record_key(stem, 1), custody_key(stem)) for stem in stems]
