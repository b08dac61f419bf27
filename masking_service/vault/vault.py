"""The vault: waybill records, sealed, write-once, each at a place that only its tenant's index key can find.

Nothing is ever overwritten except by a tombstone. A value that does not open
where it stands is an alarm (`IntegrityError`), never an absence.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from keys.aead import NONCE_BYTES, key_id_of
from keys.keyring import Keyring
from masking_service.store.client import Store
from masking_service.store.layout import MOST_REVISIONS, custody_key, record_key, record_stems
from masking_service.vault import records
from masking_service.vault.data_keys import SECONDS_A_DAY, DataKeys
from masking_service.vault.records import Record
from masking_service.vault.sealed import Announce, Sealed
from masking_service.vault.write_order import turns

Refusal = Literal["conflict", "erased", "revision-limit"]
"""Why a record was not stored: other values stand there, a tombstone stands there, or 16 revisions do."""


class Stored(msgspec.Struct, frozen=True, gc=False):
    """Where a record stands: its waybill's base (12 B), the revision, and whether this write made it."""

    base: bytes
    revision: int
    record: Record
    created: bool


class Found(msgspec.Struct, frozen=True):
    """The newest living revision of a waybill, and what stands at its custody place (sealed, or None)."""

    base: bytes
    revision: int
    record: Record
    custody: bytes | None


class _Item(msgspec.Struct):
    """One record on its way in: what it is, and the place that it tries next."""

    base: bytes
    stem: bytes
    record: Record
    revision: int = 0


class Vault:
    """Records of every tenant in one store.

    Args:
        store: the way to Redis.
        keyring: this process's keys.
        random: gives that many random bytes.

    Attributes:
        data_keys: the data keys that this process has met.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._keyring = keyring
        self._random = random
        self.data_keys = DataKeys(store, keyring, random)

    def write(
        self,
        tenant: str,
        waybill_nos: Sequence[str],
        bodies: Sequence[bytes],
        *,
        now: int,
        expires_at: int,
        revise: bool,
    ) -> list[Stored | Refusal]:
        """Store a batch: one round trip where no number is known yet.

        Known numbers cost one more for the whole batch (is there a second revision?), and one
        more where there is. With `revise`, other values become a new revision: one further
        round trip. It expires when the first revision does.

        Args:
            waybill_nos: normalised; the same one may stand twice.
            bodies: what `records.body_of` made, one for each number.
            now: Unix seconds; its day chooses the data key.
            expires_at: Unix seconds.

        Returns:
            In order: where each record stands, or why it was not stored.

        Raises:
            StoreUnavailable: nothing is acknowledged; the same batch can be sent again.
            IntegrityError: a stored value did not open at its place.
        """
        self._store.clocks.check(now)
        keys = self._keyring.tenant(tenant)
        bases = keys.bases(waybill_nos)
        salts = self._random(records.SALT_BYTES * len(bases))
        version = keys.tokens.active
        items = [
            _Item(base, stem, Record(salts[2 * at : 2 * at + 2], version, expires_at, body))
            for at, (base, stem, body) in enumerate(zip(bases, record_stems(bases), bodies, strict=True))
        ]
        outcomes: list[Stored | Refusal] = ["conflict"] * len(items)
        for together in turns(bases) if revise else [list(range(len(items)))]:
            self._write_together(tenant, items, together, outcomes, now, revise)
        return outcomes

    def _write_together(
        self,
        tenant: str,
        items: Sequence[_Item],
        waiting: list[int],
        outcomes: list[Stored | Refusal],
        now: int,
        revise: bool,
    ) -> None:
        """Write the items whose indexes wait, and note what became of each."""
        while waiting:
            standing = self._put(tenant, [items[at] for at in waiting], now)
            taken: list[tuple[int, Record]] = []
            for at, record in zip(waiting, standing, strict=True):
                item = items[at]
                if record is None:
                    outcomes[at] = Stored(item.base, item.revision, item.record, created=True)
                else:
                    taken.append((at, record))
            waiting = []
            lowest = [(items[at].stem, items[at].revision, record) for at, record in taken]
            for (at, _), (revision, newest) in zip(taken, self._climb(tenant, lowest), strict=True):
                item = items[at]
                if newest.erased or newest.shredded:
                    outcomes[at] = "erased"
                elif newest.same_as(item.record.body):
                    outcomes[at] = Stored(item.base, revision, newest, created=False)
                elif not revise:
                    outcomes[at] = "conflict"
                elif revision + 1 == MOST_REVISIONS:
                    outcomes[at] = "revision-limit"
                else:
                    item.revision = revision + 1
                    item.record = item.record.expiring(newest.expires_at)
                    waiting.append(at)

    def newest(self, tenant: str, waybill_nos: Sequence[str], now: int) -> list[Found | None]:
        """The newest living revision of each waybill, or None for unknown, erased and expired.

        One round trip, and one more where a second revision exists.
        """
        bases = self._keyring.tenant(tenant).bases(waybill_nos)
        stems = record_stems(bases)
        replies = self._store.read(
            [(b"MGET", record_key(stem, 0), record_key(stem, 1), custody_key(stem)) for stem in stems]
        )
        opened = self._open(
            tenant,
            [
                (record_key(stem, revision), reply[revision])
                for stem, reply in zip(stems, replies, strict=True)
                for revision in (0, 1)
            ],
        )
        lowest: list[tuple[bytes, int, Record]] = []
        waybills: list[int] = []
        for at, stem in enumerate(stems):
            first, second = opened[2 * at], opened[2 * at + 1]
            if first is not None and not first.erased:
                waybills.append(at)
                lowest.append((stem, 0, first) if second is None else (stem, 1, second))
        found: list[Found | None] = [None] * len(bases)
        newest = self._climb(tenant, lowest, alone=True)
        for at, (revision, record) in zip(waybills, newest, strict=True):
            if record.living_at(now):
                found[at] = Found(bases[at], revision, record, replies[at][2])
        return found

    def at(self, tenant: str, places: Sequence[tuple[bytes, int]], now: int) -> list[Record | None]:
        """The living records at (base, revision), for tokens: one round trip."""
        stems = record_stems([base for base, _ in places])
        keys = [record_key(stem, revision) for stem, (_, revision) in zip(stems, places, strict=True)]
        return [record if record is not None and record.living_at(now) else None for record in self._load(tenant, keys)]

    def erase(self, tenant: str, waybill_no: str, *, now: int, until: int, announce: Announce) -> tuple[str, int]:
        """Put tombstones that last until `until` at every revision and at the next free one, all of them or none.

        Two round trips, and one more for a revision that is written between them: the last tombstone says
        what it replaced, and everything is written again, one place further, until that was nothing.

        Args:
            announce: is told of the tombstones, and of custody, which ends, before they are written; again for
                each further time.

        Returns:
            The id of the last announcement's entry, and the last day (since 1970-01-01) on which any of it was sealed.

        Raises:
            StoreUnavailable: it is erased whole or not at all.
        """
        self._store.clocks.check(now)
        stem = record_stems(self._keyring.tenant(tenant).bases([waybill_no]))[0]
        places = [record_key(stem, revision) for revision in range(MOST_REVISIONS + 1)]
        standing = self._store.read([(b"MGET", *places)])[0]
        taken = sum(value is not None for value in standing)
        key_ids = [key_id_of(value) for value in standing if value is not None]
        last = self.data_keys.last_day(tenant, key_ids, now) if key_ids else now // SECONDS_A_DAY
        plain = records.plaintext(records.tombstone(until))
        for free in range(min(taken, MOST_REVISIONS), MOST_REVISIONS + 1):
            reach = places[: free + 1]
            look = self._store.servers.last_look
            key = self.data_keys.for_today(tenant, now, len(reach))
            sealed = key.seal_many([plain] * len(reach), reach, self._random(NONCE_BYTES * len(reach)))
            tombstones = [
                (b"SET", place, value, b"GET", b"EXAT", until) for place, value in zip(reach, sealed, strict=True)
            ]
            gone = Sealed(custody_key(stem), None)
            said = announce([gone, *(Sealed(place, value, until) for place, value in zip(reach, sealed, strict=True))])
            replies = self._store.write([(b"DEL", gone.place), *tombstones], since=look)
            if replies[-1] is None or replies[-1] == sealed[-1]:  # our own, where a reply was lost
                break
        return said, last

    def _put(self, tenant: str, items: Sequence[_Item], now: int) -> list[Record | None]:
        """One packed write of every item at its place; None where it is stored, else what stands there."""
        look = self._store.servers.last_look  # before the key: from a later look it could be gone
        key = self.data_keys.for_today(tenant, now, len(items))
        places = [record_key(item.stem, item.revision) for item in items]
        plain = [records.plaintext(item.record) for item in items]
        sealed = key.seal_many(plain, places, self._random(NONCE_BYTES * len(items)))
        replies = self._store.write(
            [
                (b"SET", place, value, b"NX", b"GET", b"EXAT", item.record.expires_at)
                for place, value, item in zip(places, sealed, items, strict=True)
            ],
            since=look,
        )
        if replies.count(None) == len(replies):
            return replies
        # After a lost reply the second attempt brings back our own value: that is stored, not taken.
        return self._open(
            tenant,
            [
                (place, None if reply == value else reply)
                for place, value, reply in zip(places, sealed, replies, strict=True)
            ],
        )

    def _climb(
        self, tenant: str, lowest: Sequence[tuple[bytes, int, Record]], *, alone: bool = False
    ) -> list[tuple[int, Record]]:
        """From a standing revision of each waybill (stem, revision, record) to its newest one.

        One round trip asks for the next revision of all, a second one for all further revisions
        of those that have it. `alone`: a revision 0 is known to have no successor, and a revision
        above it is asked at once for all further ones.
        """
        newest = [(revision, record) for _, revision, record in lowest]
        asked = [at for at, (_, revision, _) in enumerate(lowest) if revision or not alone]
        for reach in (MOST_REVISIONS,) if alone else (1, MOST_REVISIONS):
            places = [
                (at, revision)
                for at in asked
                for revision in range(newest[at][0] + 1, min(newest[at][0] + reach, MOST_REVISIONS) + 1)
            ]
            if not places:
                break
            keys = [record_key(lowest[at][0], revision) for at, revision in places]
            climbed = set()
            for (at, revision), record in zip(places, self._load(tenant, keys), strict=True):
                if record is not None:
                    newest[at] = (revision, record)
                    climbed.add(at)
            asked = sorted(climbed)
        return newest

    def _load(self, tenant: str, keys: Sequence[bytes]) -> list[Record | None]:
        values = self._store.read([(b"GET", key) for key in keys])
        return self._open(tenant, list(zip(keys, values, strict=True)))

    def _open(self, tenant: str, values: Iterable[tuple[bytes, bytes | None]]) -> list[Record | None]:
        """Open what stands at each place; None where nothing does, `records.SHREDDED` where its key is destroyed."""
        values = list(values)
        ids = {key_id_of(value) for _, value in values if value is not None}
        if not ids:
            return [None] * len(values)
        keys = self.data_keys.by_ids(tenant, ids)
        opened: list[Record | None] = []
        for place, value in values:
            key = None if value is None else keys[key_id_of(value)]
            if value is None:
                opened.append(None)
            else:
                opened.append(records.SHREDDED if key is None else records.read(key.open(value, place)))
        return opened
