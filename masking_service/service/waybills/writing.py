"""Writes records once, with their index entries: what every tier that stores has in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from keys.aead import HEADER_BYTES, NONCE_BYTES, SealingKey
from keys.keyring import Keyring
from masking_service.service.search.findable import Findable
from masking_service.service.search.index import Indexed
from masking_service.service.state.stems import CLAIM, stems_of
from masking_service.service.state.swap import Swapped, swap_question
from masking_service.service.waybills import records
from masking_service.service.waybills.drafts import Draft, Stored
from masking_service.service.waybills.records import Record
from masking_service.store.client import Command, Store
from masking_service.store.identity import Roster


class RecordWriter(ABC):
    """Writes records to places that are free.

    Args:
        store: the way to Redis.
        keyring: this process's keys.
        random: gives that many random bytes.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._keyring = keyring
        self._random = random

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

        One more while the index secret is rotated, for the older places.

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

        One round trip, and one more for those that follow a held record: when its hold ends, the key of the hold is
        destroyed, with whatever it sealed.
        """
        if not waiting:
            return set()
        roster = self._store.identity.roster  # before the key: on a later one the key may be gone
        key = self._key_for(tenant, waiting, now)
        indexed = [draft.index(key.header) for draft in waiting if draft.findable]
        places = [draft.place for draft in waiting]
        sealed = self._sealed(tenant, key, waiting, places)
        written = [*zip(waiting, places, sealed, strict=True)]
        commands: list[Command] = [
            (b"SET", place, value, b"NX", b"GET", b"EXAT", draft.record.kept_until)
            for draft, place, value in written
            if draft.follows is None
        ]
        following = [
            swap_question(
                [Swapped(*draft.follows, draft.follows[1]), Swapped(place, None, value)],
                draft.record.kept_until,
                since=roster,
            )
            for draft, place, value in written
            if draft.follows is not None
        ]
        adding = self._indexing(tenant, indexed, key, now)
        replies = iter(self._store.write([*commands, *adding], since=roster) if commands or adding else [])
        self._indexed(adding, now, roster)
        self._store.ask(*following)
        answers = iter(following)
        taken: set[bytes] = set()
        for draft, _, value in written:
            reply = next(replies) if draft.follows is None else next(answers).answer()
            if reply in (None, True, value):  # our own value, where the reply to a first attempt was lost
                record = draft.record.sealed_in(value[:HEADER_BYTES])
                draft.outcome = Stored(draft.base, draft.revision, record, created=True)
            else:
                taken.add(draft.stem)
                if reply == CLAIM:
                    draft.claimed = draft.revision
        return taken

    def _sealed(self, tenant: str, key: SealingKey, drafts: Sequence[Draft], places: Sequence[bytes]) -> list[bytes]:
        """Return the sealed records."""
        del tenant
        plain = [records.plaintext(draft.record) for draft in drafts]
        return key.seal_many(plain, places, self._random(NONCE_BYTES * len(places)))

    @abstractmethod
    def _key_for(self, tenant: str, waiting: Sequence[Draft], now: int) -> SealingKey:
        """Return the key that seals these drafts and their index entries."""

    @abstractmethod
    def _indexing(self, tenant: str, indexed: Sequence[Indexed], key: SealingKey, now: int) -> list[Command]:
        """Return the commands that index records, or have them indexed. They are sent with the records."""

    @abstractmethod
    def _indexed(self, commands: Sequence[Command], now: int, roster: Roster) -> None:
        """Take note that these commands are durable."""
