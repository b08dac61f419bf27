"""Decides what becomes of each record of a batch, and writes it once, with its index entries.

Every tier that stores has this in common.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

import msgspec

from keys.aead import HEADER_BYTES, KEY_ID_BYTES, NONCE_BYTES, SealingKey
from keys.keyring import Keyring, PlaceLayers
from keys.secret import Unprinted
from masking_service.service.search.state import NOWHERE, Findable, Indexed, SearchIndex, findable_of
from masking_service.service.state.sealed import StoredValue, TenantState
from masking_service.service.state.swap import Swapped, swap_question
from masking_service.service.vault import records
from masking_service.service.vault.data_keys import DataKeys
from masking_service.service.vault.records import Record
from masking_service.store.client import Command, Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import CLAIM, MAX_REVISIONS, record_key, stems_of
from masking_service.store.pipeline import Question, Roster

ONE_LAYER: Final = PlaceLayers(0)

Refusal = Literal["conflict", "erased", "revision-limit", "quota-exceeded", "unavailable"]
"""Why a record was not stored.

The number is stored with other values, was erased, or has 16 revisions; a budget is spent; or an intake host knows the
number and the opening tier did not answer.
"""
UNAVAILABLE: Final[Refusal] = "unavailable"


class Stored(msgspec.Struct, frozen=True, gc=False):
    """Where a record is stored: its waybill's base (12 B), the revision, and whether this call created it."""

    base: bytes
    revision: int
    record: Record
    created: bool


class Draft(Unprinted, msgspec.Struct):
    """A record that is about to be stored.

    Attributes:
        base: of its waybill.
        stem: where this process writes it, see `Stems`.
        record: what is stored.
        revision: where it goes, as far as is known.
        outcome: what became of it; None as long as it has to be written.
        number: its waybill's number, normalised.
        findable: by what a search finds it; None where no index is kept.
        newest: the revision and record that it was compared with.
        custody: the sealed custody of its waybill, as far as is known.
        added: the index entries that were written for it.
        other: where its waybill may be stored, too, while the index secret is rotated; else empty.
        layers: which index secrets the two are under.
        claimed: the revision whose older place another process has claimed, so that it is written at the newer one.
        follows: place and sealed value of the record that it revises. It is written only if that value is still
            there.
    """

    base: bytes
    stem: bytes
    record: Record
    revision: int = 0
    outcome: Stored | Refusal | None = None
    number: str = ""
    findable: Findable | None = None
    newest: tuple[int, Record] | None = None
    custody: StoredValue | None = None
    added: Indexed | None = None
    other: bytes = b""
    layers: PlaceLayers = ONE_LAYER
    claimed: int = -1
    follows: tuple[bytes, bytes | None] | None = None

    @property
    def place(self) -> bytes:
        """The key that it is written to."""
        return record_key(self.other if self.claimed == self.revision else self.stem, self.revision)

    @property
    def older_place(self) -> bytes:
        """The older key, checked before writing; empty if there is none."""
        return record_key(self.other, self.revision) if self.other and not self.layers.other_is_newer else b""

    @property
    def compared(self) -> bool:
        """Whether it was compared with values that are stored."""
        return self.newest is not None and self.outcome != "erased"

    @property
    def created(self) -> bool:
        """Whether this call has stored it."""
        return isinstance(self.outcome, Stored) and self.outcome.created

    def index(self, header: bytes) -> Indexed:
        """Return the index entries that are written with it, sealed under its envelope's header; remember them."""
        found_by = self.findable or NOWHERE
        self.added = Indexed(self.number, self.base, self.revision, self.record.expires_at, header, found_by)
        return self.added

    @property
    def revises(self) -> bool:
        """Whether it is about to be written as a revision, or is the newest one already."""
        if isinstance(self.outcome, Stored):
            return self.outcome.revision > 0
        return self.outcome is None and self.revision > 0


_Written = tuple[Draft, bytes, bytes]
"""A draft, its place, and the sealed value that is written there."""


def decide(drafts: Iterable[Draft], newest: dict[bytes, tuple[int, Record]], *, revise: bool) -> None:
    """Compare drafts, in their order, with the newest revisions of their waybills and those records, by stem.

    Drafts that are to be written are added to `newest`. Other values become a new revision where `revise` says so.
    """
    for draft in drafts:
        draft.outcome, draft.revision, draft.newest = None, 0, None
        if draft.stem in newest:
            draft.newest = revision, stored = newest[draft.stem]
            draft.outcome = _compare(draft, revision, stored, revise=revise)
            if draft.outcome is None:
                draft.revision, draft.record = revision + 1, draft.record.revising(stored)
        if draft.outcome is None:
            newest[draft.stem] = draft.revision, draft.record


def _compare(draft: Draft, revision: int, stored: Record, *, revise: bool) -> Stored | Refusal | None:
    if stored.erased or stored.shredded:
        return "erased"
    if stored.same_as(draft.record.body):
        return Stored(draft.base, revision, stored, created=False)
    if not revise:
        return "conflict"
    return "revision-limit" if revision + 1 == MAX_REVISIONS else None


def index_entries(drafts: Iterable[Draft]) -> tuple[list[Indexed], list[Indexed]]:
    """Return the index entries that were written for compared drafts, and those that should be there instead.

    A draft that is still to be written has none here: its entries are written with it.
    """
    written: list[Indexed] = []
    right: list[Indexed] = []
    for draft in drafts:
        if not draft.findable or draft.newest is None or draft.outcome is None:
            continue
        if draft.added is not None:
            written.append(draft.added)
        revision, stored = draft.newest
        found_by = wanted = draft.findable
        if not isinstance(draft.outcome, Stored):
            found_by = findable_of(stored, found_by.site).within(found_by)
            if draft.custody is None:
                # A refused record sets no custody. An entry that is the same as ours may be of a call that does.
                same = draft.added is not None and draft.added.header == stored.header
                ours = wanted.endings if same else ()
                endings = tuple(ending for ending in found_by.endings if ending in ours)
                found_by = msgspec.structs.replace(found_by, endings=endings)
        if stored.header:
            right.append(Indexed(draft.number, draft.base, revision, stored.expires_at, stored.header, found_by))
    return written, right


class RecordWriter(TenantState, ABC):
    """Writes records to places that are free."""

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
            bodies: of `records.body_of`, one for each number.
            now, expires_at: Unix seconds.
            findable: by what a search finds each record; empty where no index is kept.

        Raises:
            StoreUnavailable: the clocks of service and store differ too much for an expiry to be right.
        """
        self._store.clocks.check(now)
        keys = self._keyring.tenant(tenant)
        bases = keys.bases(waybill_nos)
        stems = stems_of(keys, bases)
        salts = self._random(records.SALT_BYTES * len(bases))
        version = keys.tokens.active
        drafts = [
            Draft(base, stem, Record(salts[2 * at : 2 * at + 2], version, expires_at, body))
            for at, (base, stem, body) in enumerate(zip(bases, stems.own, bodies, strict=True))
        ]
        for draft, other in zip(drafts, stems.other, strict=False):
            draft.other, draft.layers = other, stems.layers
        for draft, number, found_by in zip(drafts, waybill_nos, findable, strict=False):
            draft.number, draft.findable = number, found_by
        return drafts

    def put(self, tenant: str, drafts: Sequence[Draft], now: int) -> list[Draft]:
        """Write the drafts that have no outcome yet, with their index entries: one round trip, none without drafts.

        One more while the index secret is rotated, for the older places. The day of `now` (Unix seconds) chooses the
        data key.

        Returns:
            Those that found their place taken, and later drafts of the same waybills: `compare` them.

        Raises:
            StoreUnavailable, ProviderError: nothing is acknowledged; the same batch can be sent again.
        """
        waiting = [draft for draft in drafts if draft.outcome is None]
        if not waiting:
            return []
        taken = self._taken_before(waiting)
        waiting = [draft for draft in waiting if draft.stem not in taken]
        taken |= self._write(tenant, waiting, now)
        if not taken:
            return []
        again: list[Draft] = []
        behind: set[bytes] = set()
        for draft in drafts:
            if draft.stem in behind or (draft.stem in taken and draft.outcome is None):
                behind.add(draft.stem)
                again.append(draft)
        return again

    def _taken_before(self, waiting: Sequence[Draft]) -> set[bytes]:
        """Return the stems of drafts whose older places hold a record: one round trip, none without older places.

        Until every process uses the newer index secret, the older place decides: it is claimed for the newer one.
        """
        looking = [draft for draft in waiting if draft.older_place]
        if not looking:
            return set()
        if looking[0].layers.claims:
            replies = self._store.write(
                [
                    (b"SET", draft.older_place, CLAIM, b"NX", b"GET", b"EXAT", draft.record.kept_until)
                    for draft in looking
                ]
            )
        else:
            replies = self._store.read([(b"GET", draft.older_place) for draft in looking])
        return {draft.stem for draft, reply in zip(looking, replies, strict=True) if reply not in (None, CLAIM)}

    def _write(self, tenant: str, waiting: Sequence[Draft], now: int) -> set[bytes]:
        """Write drafts with their index entries, and return the stems of those that found their place taken.

        One round trip; where there are revisions, and a search index is kept, two.
        """
        if not waiting:
            return set()
        roster = self._store.identity.roster  # before the key: on a later one the key may be gone
        key = self._key_for(tenant, waiting, now)
        indexed = [draft.index(key.header) for draft in waiting if draft.findable]
        places = [draft.place for draft in waiting]
        written = [*zip(waiting, places, self._sealed(tenant, key, waiting, places), strict=True)]
        marks = [(draft.stem, place) for draft in waiting for place in self._marks(draft)]
        adding = self._indexing(tenant, indexed, key, now) if indexed else []
        follows = any(draft.follows for draft in waiting)
        setting = [] if follows else [_setting(*one) for one in written]
        looking: list[Command] = [(b"GET", place) for _, place in marks]
        replies = self._store.write([*setting, *looking, *adding], since=roster)
        if adding:
            self._indexed(adding, now, roster)
        of_marks = replies[len(setting) : len(setting) + len(marks)]
        marked = {stem for (stem, _), reply in zip(marks, of_marks, strict=True) if reply is not None}
        found = replies[: len(setting)]
        if follows:
            following = [_following(one, roster) for one in written]
            self._store.ask(*following)
            found = [question.answer() for question in following]
        return {
            draft.stem
            for (draft, _, value), reply in zip(written, found, strict=True)
            if not _settle(draft, value, reply, marked=draft.stem in marked)
        }

    def _sealed(self, tenant: str, key: SealingKey, drafts: Sequence[Draft], places: Sequence[bytes]) -> list[bytes]:
        del tenant
        plain = [records.plaintext(draft.record) for draft in drafts]
        return key.seal_many(plain, places, self._random(NONCE_BYTES * len(places)))

    def _marks(self, draft: Draft) -> Sequence[bytes]:
        """Return the keys that are read with a record: a value there says that its waybill is known."""
        del draft
        return ()

    @abstractmethod
    def _key_for(self, tenant: str, waiting: Sequence[Draft], now: int) -> SealingKey:
        """Return the key that seals these drafts and their index entries."""

    @abstractmethod
    def _indexing(self, tenant: str, indexed: Sequence[Indexed], key: SealingKey, now: int) -> list[Command]:
        """Return the commands that index records, or have them indexed. They are sent with the records."""

    @abstractmethod
    def _indexed(self, commands: Sequence[Command], now: int, roster: Roster) -> None:
        """Take note that these commands are durable."""


class VaultWriter(RecordWriter):
    """Writes records with the data key of today, and the entries of search indexes with them."""

    def __init__(
        self, store: Store, keyring: Keyring, random: Callable[[int], bytes], data_keys: DataKeys, search: SearchIndex
    ) -> None:
        super().__init__(store, keyring, random)
        self._data_keys = data_keys
        self._search = search

    def seal_held(self, tenant: str, record: Record, place: bytes) -> bytes:
        """Seal a record with the data key of the hold that its header names.

        Raises:
            StoreUnavailable: the hold was lifted meanwhile.
        """
        key_id = record.header[-KEY_ID_BYTES:]
        key = self._data_keys.by_ids(tenant, [key_id])[key_id]
        if key is None:
            raise StoreUnavailable("unknown-key")
        self._data_keys.count(key_id, 1)
        return key.seal(records.plaintext(record), place, self._random(NONCE_BYTES))

    def _sealed(self, tenant: str, key: SealingKey, drafts: Sequence[Draft], places: Sequence[bytes]) -> list[bytes]:
        sealed = super()._sealed(tenant, key, drafts, places)
        for at, draft in enumerate(drafts):
            if draft.record.held:  # it revises a held record, and must not end with the key of today
                sealed[at] = self.seal_held(tenant, draft.record, places[at])
        return sealed

    def _key_for(self, tenant: str, waiting: Sequence[Draft], now: int) -> SealingKey:
        entries = sum(len(draft.findable) for draft in waiting if draft.findable is not None)
        return self._data_keys.for_today(tenant, now, len(waiting) + entries)

    def _indexing(self, tenant: str, indexed: Sequence[Indexed], key: SealingKey, now: int) -> list[Command]:
        return self._search.adding(tenant, indexed, key, now)

    def _indexed(self, commands: Sequence[Command], now: int, roster: Roster) -> None:
        self._search.added(commands, now, roster)


def _setting(draft: Draft, place: bytes, value: bytes) -> Command:
    """Return the command that writes a draft to a free place."""
    return (b"SET", place, value, b"NX", b"GET", b"EXAT", draft.record.kept_until)


def _settle(draft: Draft, value: bytes, reply: Reply, *, marked: bool) -> bool:
    """Give a draft its outcome, by the reply to `_setting` or `_following`; return False where its place was taken.

    Args:
        marked: whether a mark says that its waybill is known.
    """
    # Our own value is there where the reply to a first attempt was lost.
    if reply in (None, True, value) and not marked:
        record = draft.record.sealed_in(value[:HEADER_BYTES])
        draft.outcome = Stored(draft.base, draft.revision, record, created=True)
        return True
    if reply == CLAIM:
        draft.claimed = draft.revision
    return False


def _following(written: _Written, roster: Roster) -> Question[bool]:
    """Return the question that writes a draft at its place.

    A revision is written only while the record before it is as it was compared: a hold that was set since keeps it,
    too, and what the key of a hold that was lifted sealed is lost.
    """
    draft, place, value = written
    before = [Swapped(*draft.follows, draft.follows[1])] if draft.follows is not None else []
    return swap_question([*before, Swapped(place, None, value)], draft.record.kept_until, since=roster)
