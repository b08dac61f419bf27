"""Keeps the records of held waybills: each is sealed again, with a data key of the hold.

So the data keys of the record's day can be shredded, and the record stays. A held record does not expire, in the store
or to readers, and keeps the expiry that it had for the day on which the hold is lifted. What belongs to it is kept as
long: its disclosures, records of calls, and restriction.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final

from keys.aead import KEY_ID_BYTES, NONCE_BYTES, SealingKey
from keys.keyring import Keyring
from masking_service.audit.places import places_in
from masking_service.service.state.sealed import Sealed, TenantState
from masking_service.service.state.swap import Swapped, swap_question
from masking_service.service.vault import records
from masking_service.service.vault.records import HELD_UNTIL, Record
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.wrapped_keys import HOLD_DAY
from masking_service.store.client import Command, Store
from masking_service.store.layout import (
    CLAIM,
    call_records_key,
    custody_key,
    disclosures_key,
    first_stored,
    record_key,
    restriction_key,
    stem_of_record,
    stems_of,
)
from masking_service.store.pipeline import Roster

AT_ONCE: Final = 200
"""Waybills that are kept in one step. Their entry in the audit log names each of them."""


@dataclass(frozen=True, slots=True)
class _StoredRecord:
    """A record, the place and the sealed value that it was read from, and the same of `_places_beside`."""

    place: bytes
    value: bytes
    record: Record
    beside: Sequence[tuple[bytes, bytes | None]]

    @property
    def hold_key(self) -> bytes:
        """The id of the sealing data key of a hold; empty for other keys, whose id a host may have chosen."""
        return self.record.header[-KEY_ID_BYTES:] if self.record.held else b""


@dataclass(frozen=True, slots=True)
class _StoredWaybill:
    """The records of a waybill that can be opened, the earliest first, and the place of its next revision.

    That is swapped with itself, so that a revision that was written meanwhile is seen.
    """

    records: list[_StoredRecord]
    free: list[Swapped]


@dataclass(slots=True)
class Change:
    """Records that are ready to be written under other data keys.

    Attributes:
        swaps: of each waybill with a change, those of one slot, and when the new values expire.
        unwritten: the next revisions under every index secret, while that is rotated. They are swapped with themselves.
        ends: when what belongs to a waybill expires from now on, by its base.
        sealed: what becomes of that, for the audit entry.
        commands: what makes it expire then.
    """

    swaps: list[tuple[list[Swapped], int]] = field(default_factory=list)
    unwritten: list[Swapped] = field(default_factory=list)
    ends: dict[bytes, int] = field(default_factory=dict)
    sealed: list[Sealed] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


class HeldRecords(TenantState):
    """Moves records under the data key of a hold, and back."""

    def __init__(self, store: Store, keyring: Keyring, vault: Vault, random: Callable[[int], bytes]) -> None:
        super().__init__(store, keyring, random)
        self._vault = vault

    def keep(
        self,
        tenant: str,
        bases: Sequence[bytes],
        number: int,
        keeping: Callable[[], Collection[int]],
        record: Callable[[Change], None],
    ) -> int:
        """Seal records with the data key of a hold. A record that a hold already keeps stays as it is.

        Round trips: one to read, one for what belongs to the waybills, those of `keeping`, and at most two to write.

        Args:
            bases: at most `AT_ONCE`.
            number: of the hold's data key.
            keeping: the numbers of the holds that keep their waybills now, this one among them. It is called after
                each reading, and raises where this one no longer does.
            record: records the change before it is written.

        Returns:
            How many of the waybills have a record.

        Raises:
            StoreUnavailable: some may be kept; the same call can be made again.
        """
        while True:  # again where a record was changed meanwhile
            roster = self._store.identity.roster
            key = self._vault.data_keys.of_hold(tenant, number)
            change = Change()
            found = self._stored(tenant, bases)
            holds = self._by_key(tenant, keeping())
            self._keep_custodies(tenant, change, found)
            for base, stored in found.items():
                loose = [one for one in stored.records if one.hold_key not in holds]
                self._reseal(change, loose, stored.free, key, HELD_UNTIL)
                change.ends[base] = HELD_UNTIL
            self._add_belongings(tenant, change)
            record(change)
            self._store.write(change.commands)
            if self._swap(change, roster):
                return len(change.ends)

    def release(
        self,
        tenant: str,
        bases: Sequence[bytes],
        named: Mapping[bytes, Sequence[str]],
        keeping: Callable[[], Mapping[str, int]],
        record: Callable[[Change], None],
        now: int,
    ) -> None:
        """Seal records that no hold keeps with today's data key, others with another hold's.

        A record whose expiry has passed is deleted. Records that are not held are sealed again, too: so a hold that
        read them before cannot keep them afterwards. Doing it again is safe. Round trips and errors as `keep`, and
        one for each other hold.

        Args:
            bases, record: as in `keep`.
            named: the names of other holds, by the bases of waybills that they name.
            keeping: as in `keep`, without the hold that is lifted; the numbers by name, because `keys reseal` changes
                the number of a hold.
            now: Unix seconds.
        """
        released = False
        while not released:  # again where a record was changed meanwhile
            roster = self._store.identity.roster
            change = Change()
            found = self._stored(tenant, bases)
            numbers = keeping()
            holds = self._by_key(tenant, numbers.values())
            self._keep_custodies(tenant, change, found)
            keys: dict[int, SealingKey] = {}
            for base, stored in found.items():
                loose = [one for one in stored.records if one.hold_key not in holds]
                keepers = [holds[one.hold_key] for one in stored.records if one.hold_key in holds]
                keepers += [numbers[name] for name in named.get(base, ()) if name in numbers]
                until = HELD_UNTIL if keepers else stored.records[0].record.expires_at
                if not loose:
                    key = None
                elif keepers:
                    key = keys.get(keepers[0]) or self._vault.data_keys.of_hold(tenant, keepers[0])
                    keys[keepers[0]] = key
                else:
                    seals = sum(1 + len(one.beside) for one in loose)
                    key = self._vault.data_keys.for_today(tenant, now, seals) if until > now else None
                self._reseal(change, loose, stored.free, key, until)
                change.ends[base] = until
            self._add_belongings(tenant, change, now)
            record(change)
            self._store.write(change.commands)
            released = self._swap(change, roster)

    def _by_key(self, tenant: str, numbers: Collection[int]) -> dict[bytes, int]:
        """Return the numbers of holds by the ids of their data keys."""
        keys = self._keyring.tenant(tenant)
        return {keys.data_key_id(HOLD_DAY, number): number for number in numbers}

    def _stored(self, tenant: str, bases: Sequence[bytes]) -> dict[bytes, _StoredWaybill]:
        """Return the records of waybills that can be opened, by base: one round trip."""
        settled = self._keyring.tenant(tenant).layers.settled
        waybills = {}
        for one in self._vault.all_revisions(tenant, bases):
            stored = [*map(first_stored, one.read)]
            opened = [
                _StoredRecord(place, value, record, _places_beside(place, each) if settled else ())
                for (place, value), each, record in zip(stored, one.read, one.revisions, strict=True)
                if value is not None and record is not None and not record.erased and not record.shredded
            ]
            behind = max((at + 1 for at, (_, value) in enumerate(stored) if value is not None), default=0)
            free = [Swapped(place, value, value) for each in one.read[behind : behind + 1] for place, value in each]
            if opened:
                waybills[one.base] = _StoredWaybill(opened, free)
        return waybills

    def _keep_custodies(self, tenant: str, change: Change, found: Mapping[bytes, _StoredWaybill]) -> None:
        """Seal the custodies anew that would end with the hour keys of their records: none, or one round trip."""
        stems = {
            record_key(stem, 0): stem
            for each in stems_of(self._keyring.tenant(tenant), [*found]).everywhere()
            for stem in each
        }
        firsts = {
            custody_key(stems[one.place]): one.record
            for stored in found.values()
            for one in stored.records
            if one.place in stems
        }
        anew = self._vault.custodies_anew(tenant, [(place, one.header) for place, one in firsts.items()])
        for one in anew:
            until = firsts[one.place].expires_at
            change.swaps.append(([one], until))
            change.sealed.append(Sealed(one.place, one.new, until=until, once=False))

    def _reseal(
        self,
        change: Change,
        stored: Sequence[_StoredRecord],
        free: Sequence[Swapped],
        key: SealingKey | None,
        until: int,
    ) -> None:
        """Add the records of one waybill under another data key; without one they are deleted."""
        if not stored:
            return
        places = [(one.record, *place) for one in stored for place in ((one.place, one.value), *one.beside)]
        fresh: Sequence[bytes | None] = [None] * len(places)
        if key is not None:
            plain = [records.plaintext(record) for record, _, _ in places]
            fresh = key.seal_many(plain, [place for _, place, _ in places], self._random(NONCE_BYTES * len(places)))
        by_stem: dict[bytes, list[Swapped]] = {}
        swaps = [Swapped(place, read, value) for (_, place, read), value in zip(places, fresh, strict=True)]
        if len(free) > 1:  # perhaps on different servers
            change.unwritten += free
        else:
            swaps += free
        for one in swaps:
            by_stem.setdefault(stem_of_record(one.place), []).append(one)
        change.swaps += [(swaps, until) for swaps in by_stem.values()]

    def _add_belongings(self, tenant: str, change: Change, now: int | None = None) -> None:
        """Add what belongs to the waybills, released at `now` (Unix seconds) if given: one round trip, or none."""
        everywhere = stems_of(self._keyring.tenant(tenant), [*change.ends]).everywhere()
        keys = [
            [key(stem) for stem in stems for key in (disclosures_key, call_records_key, restriction_key)]
            for stems in everywhere
        ]
        asked: list[Command] = [
            command for each in keys for command in zip(cycle((b"HGETALL", b"HGETALL", b"GET")), each, strict=False)
        ]
        replies = iter(self._store.read(asked))
        for each, until in zip(keys, change.ends.values(), strict=True):
            for key in each:
                values = places_in(key, next(replies))
                if not values:
                    continue
                if now is None:
                    change.commands.append((b"EXPIREAT", key, until, b"GT"))
                else:
                    change.commands.append((b"EXPIREAT", key, until))
                    # A later expiry was announced, so that its absence would be a deletion.
                    change.sealed += [Sealed(place, None, until=0, once=False) for place, _ in values]
                if now is None or until > now:
                    change.sealed += [Sealed(place, value, until=until, once=False) for place, value in values]

    def _swap(self, change: Change, roster: Roster) -> bool:
        """Write the records in one exchange; return whether each was still as it was read.

        While the index secret is rotated, one more looks whether a revision was written before they were: who writes
        one after that sees them, see `Vault.follow_holds`.
        """
        questions = [swap_question(swaps, until, since=roster) for swaps, until in change.swaps]
        self._store.ask(*questions)
        if not all(question.answer() for question in questions):
            return False
        looking = [swap_question([one], HELD_UNTIL) for one in change.unwritten]
        self._store.ask(*looking)
        return all(question.answer() for question in looking)


def _places_beside(
    place: bytes, everywhere: Sequence[tuple[bytes, bytes | None]]
) -> Sequence[tuple[bytes, bytes | None]]:
    """Return where a record is written beside the place that it was read from, while waybills are moved.

    That is the new place (the first one), so that a copy of what was there before cannot be written any more; and the
    old one as long as the record is there, too.
    """
    newest, *older = everywhere
    return [one for one in (newest, *older) if one[0] != place and (one is newest or one[1] not in (None, CLAIM))]
