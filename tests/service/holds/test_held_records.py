"""Held records outlive expiry, erasure, shredding and restarts, and go back as they were."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import redis

from keys import keyset
from keys.aead import SealingKey
from keys.keyring import Keyring
from keys.keyset_file import date_of
from masking_service.rotation import coordinator as coordinating
from masking_service.rotation.overview import Terms, overview
from masking_service.rotation.shred import shred
from masking_service.service.disclosures.state import Disclosure, Disclosures, Viewed
from masking_service.service.holds.held_records import Change, HeldRecords
from masking_service.service.holds.problems import HoldEnded
from masking_service.service.people.clients import Clients
from masking_service.service.people.rules import KeyRules
from masking_service.service.search.state import Findable
from masking_service.service.state.sealed import Sealed
from masking_service.service.vault.records import HELD_UNTIL, Record
from masking_service.service.vault.wrapped_keys import HOLD_DAY
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.genesis import claim
from masking_service.store.layout import call_records_key, disclosures_key, record_key, record_stems, restriction_key
from tests.rotation.processes import DAY, Process, coordinator
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, ask, body, erase, put, put_revisions, read_at

TENANT = "default"
TODAY = NOW // DAY


class Held:
    """A process, and what its holds keep."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.records = HeldRecords(process.store, process.keyring, process.vault, os.urandom)
        self.keeping: set[int] = set()

    def bases(self, *numbers: str) -> list[bytes]:
        return self.process.keyring.tenant(TENANT).bases(numbers)

    def keep(self, *numbers: str, hold: int = 1, record: Callable[[Change], None] = lambda change: None) -> int:
        self.keeping.add(hold)
        return self.records.keep(TENANT, self.bases(*numbers), hold, lambda: self.still(hold), record)

    def release(
        self,
        *numbers: str,
        hold: int = 1,
        named: dict[bytes, list[int]] | None = None,
        now: int = NOW,
        record: Callable[[Change], None] = lambda change: None,
    ) -> None:
        self.keeping.discard(hold)
        names = {base: [*map(str, each)] for base, each in (named or {}).items()}

        def keeping() -> dict[str, int]:
            return {str(one): one for one in self.keeping}

        self.records.release(TENANT, self.bases(*numbers), names, keeping, record, now)

    def still(self, hold: int) -> set[int]:
        """The holds that keep, this one among them."""
        if hold not in self.keeping:
            raise HoldEnded
        return self.keeping

    def found(self) -> Record:
        """The record, as it was stored or held."""
        (found,) = read_at(self.process.vault, TENANT, [(self.bases(NUMBER)[0], 0)], NOW)
        assert found is not None
        return found


def once(act: Callable[[], object]) -> Callable[[Change], None]:
    """What is called after each reading, and does this the first time."""
    waiting = [act]

    def record(change: Change) -> None:
        if waiting:
            waiting.pop()()

    return record


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinating, "POLL_SECONDS", 0.001)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "keyset.json"
    keyset.create(made, made_for="production", today=date_of(TODAY - 9))
    return made


@pytest.fixture
def held(path: Path, valkey: str) -> Held:
    claim(stores.admitted(valkey), Keyring(keyset.load(path)), os.urandom)
    process = Process(path, valkey)
    process.look()
    return Held(process)


def expiry(client: redis.Redis, number: str, held: Held, revision: int = 0) -> int:
    (stem,) = record_stems(held.bases(number))
    return int(ask(client, "EXPIRETIME", record_key(stem, revision)))


def test_a_held_record_outlives_its_expiry_in_the_store_and_for_readers(held: Held, client: redis.Redis) -> None:
    token = held.process.token(put(held.process.vault, body(), expires_at=LATER))

    assert held.keep(NUMBER) == 1

    assert expiry(client, NUMBER, held) == HELD_UNTIL
    found = read_at(held.process.vault, TENANT, [(held.bases(NUMBER)[0], 0)], LATER + 1)
    assert [one and one.body for one in found] == [body()]
    assert held.process.opens(token)


def test_of_a_shredded_day_only_the_held_record_is_left(path: Path, held: Held) -> None:
    kept = held.process.token(held.process.put("SF00000001", now=NOW - 5 * DAY))
    lost = held.process.token(held.process.put("SF00000002", now=NOW - 5 * DAY))
    held.keep("SF00000001")

    with coordinator(path, held.process.url, [held.process]) as mine:
        shred(mine, date_of(TODAY - 2), path.parent / "surviving.json")

    fresh = Process(path, held.process.url)  # a process that starts later
    fresh.look()
    assert (fresh.opens(kept), fresh.opens(lost)) == (True, False)
    assert fresh.finds("SF00000001")


def test_the_key_of_a_hold_survives_the_rotation_of_the_root_key(path: Path, held: Held) -> None:
    kept = held.process.token(held.process.put(NUMBER))
    held.keep(NUMBER)

    with coordinator(path, held.process.url, [held.process]) as mine:
        shred(mine, date_of(TODAY), path.parent / "surviving.json")

    assert held.process.opens(kept)


def test_the_keys_of_holds_are_listed_as_such(path: Path, held: Held) -> None:
    held.process.put(NUMBER)
    held.keep(NUMBER)

    shown = overview(
        keyset.read(path)[0], held.process.store, held.process.keyring, Terms(180, KeyRules()), TODAY, Clients()
    )

    lines = [(line.key, line.state) for line in shown.keys if line.use == "data"]
    assert lines == [("holds", "active"), (date_of(TODAY), "active")]


def test_an_erasure_that_began_before_the_hold_erases_nothing(held: Held) -> None:
    token = held.process.token(put(held.process.vault, body()))
    erasure = held.process.vault.prepare_erasure(TENANT, NUMBER, now=NOW, until=LATER)

    held.keep(NUMBER)

    assert not erasure.write()
    assert held.process.opens(token)


def test_a_hold_that_began_before_an_erasure_revives_nothing(held: Held) -> None:
    put(held.process.vault, body())
    erase = once(lambda: stores.erase(held.process.vault, NUMBER, now=NOW, until=LATER))

    kept = held.keep(NUMBER, record=erase)

    assert (kept, held.process.vault.newest(TENANT, [NUMBER], NOW)) == (0, [None])


def test_a_revision_of_a_held_waybill_is_held(held: Held, client: redis.Redis) -> None:
    put(held.process.vault, body())
    held.keep(NUMBER)

    put(held.process.vault, body("李四"), revise=True)

    assert expiry(client, NUMBER, held, 1) == HELD_UNTIL
    (found,) = held.process.vault.newest(TENANT, [NUMBER], LATER + 1)
    assert found is not None
    assert (found.revision, found.record.held) == (1, True)


def lifted(held: Held) -> None:
    held.release(NUMBER)
    held.process.vault.data_keys.destroy_hold(TENANT, 1)


def another(held: Held, path: Path) -> Held:
    """Another process at the same store."""
    process = Process(path, held.process.url)
    process.look()
    return Held(process)


def test_a_revision_that_is_written_after_its_hold_was_lifted_can_be_opened(held: Held, path: Path) -> None:
    """What the key of a lifted hold sealed is lost. A process may still have that key in memory."""
    put(held.process.vault, body())
    held.keep(NUMBER)
    vault = held.process.vault
    drafts = vault.writer.drafts(TENANT, [NUMBER], [body("李四")], now=NOW, expires_at=LATER)
    vault.compare(TENANT, drafts, revise=True)
    assert drafts[0].record.held

    lifted(another(held, path))
    waiting = put_revisions(vault, TENANT, drafts, NOW)

    assert waiting == drafts
    vault.compare(TENANT, waiting, revise=True)
    assert put_revisions(vault, TENANT, waiting, NOW) == []
    (found,) = another(held, path).process.vault.newest(TENANT, [NUMBER], NOW)
    assert found is not None
    assert (found.revision, found.record.body, found.record.held) == (1, body("李四"), False)


def test_a_revision_that_is_written_after_a_hold_was_set_is_held(held: Held, path: Path, client: redis.Redis) -> None:
    """It was compared before."""
    vault = held.process.vault
    put(vault, body())
    drafts = vault.writer.drafts(TENANT, [NUMBER], [body("李四")], now=NOW, expires_at=LATER)
    vault.compare(TENANT, drafts, revise=True)

    another(held, path).keep(NUMBER)
    waiting = put_revisions(vault, TENANT, drafts, NOW)

    assert waiting == drafts
    vault.compare(TENANT, waiting, revise=True)
    assert put_revisions(vault, TENANT, waiting, NOW) == []
    assert expiry(client, NUMBER, held, 1) == HELD_UNTIL


def test_a_revision_that_is_written_while_its_hold_is_lifted_is_released_with_it(held: Held, path: Path) -> None:
    put(held.process.vault, body())
    held.keep(NUMBER)

    held.release(NUMBER, record=once(lambda: put(held.process.vault, body("李四"), revise=True)))
    held.process.vault.data_keys.destroy_hold(TENANT, 1)

    (found,) = another(held, path).process.vault.newest(TENANT, [NUMBER], NOW)
    assert found is not None
    assert (found.revision, found.record.body, found.record.held) == (1, body("李四"), False)


def test_a_revision_that_is_written_while_a_hold_is_set_is_kept(held: Held, client: redis.Redis) -> None:
    put(held.process.vault, body())

    held.keep(NUMBER, record=once(lambda: put(held.process.vault, body("李四"), revise=True)))

    assert expiry(client, NUMBER, held, 1) == HELD_UNTIL


def test_every_value_that_the_vault_seals_is_counted_as_a_use_of_its_key(
    held: Held, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a revision is brought under the hold of the one before it, and out of it.

    An index entry that is removed is sealed again, to the same bytes, which is no use.
    """
    vault, seal_many = held.process.vault, SealingKey.seal_many
    sealed: Counter[bytes] = Counter()

    def counting(key: SealingKey, plain: Sequence[bytes], *more: Any) -> list[bytes]:
        sealed[key.key_id] += len(plain)
        return seal_many(key, plain, *more)

    def in_vault(act: Callable[[], object], removed: int = 0) -> dict[bytes, int]:
        """Do this; return how often each data key was counted, which is how many values it has sealed."""
        reported = Counter(vault.data_keys._unreported)
        sealed.clear()
        with monkeypatch.context() as patched:
            patched.setattr(SealingKey, "seal_many", counting)
            act()
        counted = dict(vault.data_keys._unreported - reported)
        sealed[today] -= removed
        assert {key_id: uses for key_id, uses in sealed.items() if uses and key_id in (today, of_hold)} == counted
        return counted

    def stored_at(place: bytes) -> bytes:
        return bytes(ask(client, "GET", place))

    found = Findable(phones=("13812345678",), endings=("5678",), site="021001")
    keys = held.process.keyring.tenant(TENANT)
    today, of_hold = keys.data_key_id(TODAY, 0), keys.data_key_id(HOLD_DAY, 1)
    first = put(vault, body("王五"), "SF0000000002")
    (stem,), second = record_stems(held.bases(NUMBER)), [(held.bases(NUMBER)[0], 1)]
    place = record_key(stem, 1)

    stored = in_vault(lambda: put(vault, body(), findable=[found]))
    revised = in_vault(lambda: put(vault, body("李四"), revise=True))
    loose = stored_at(place)
    held.keep(NUMBER)
    under_hold = in_vault(lambda: put(vault, body("赵六"), revise=True))
    kept = stored_at(place)
    client.set(place, loose)
    brought_under = in_vault(lambda: vault._follow_holds(TENANT, second))
    assert vault.open(TENANT, [(place, stored_at(place))]) == vault.open(TENANT, [(place, kept)])
    held.release(NUMBER)
    client.set(place, kept)
    brought_out = in_vault(lambda: vault._follow_holds(TENANT, second))
    assert vault.open(TENANT, [(place, stored_at(place))]) == vault.open(TENANT, [(place, loose)])
    erased = in_vault(lambda: erase(vault, until=LATER), removed=3)

    assert first.created
    assert (stored, revised, under_hold) == ({today: 3}, {today: 1}, {today: 1, of_hold: 1})
    assert (brought_under, brought_out, erased) == ({of_hold: 1}, {today: 1}, {today: 4})


def test_every_revision_is_held(held: Held) -> None:
    first = put(held.process.vault, body())
    put(held.process.vault, body("李四"), revise=True)

    held.keep(NUMBER)

    found = read_at(held.process.vault, TENANT, [(first.base, 0), (first.base, 1)], LATER + 1)
    assert [one is not None and one.held for one in found] == [True, True]


def test_a_released_record_has_its_earlier_expiry_and_todays_key(held: Held, client: redis.Redis) -> None:
    stored = put(held.process.vault, body())
    held.keep(NUMBER)

    held.release(NUMBER)

    (found,) = read_at(held.process.vault, TENANT, [(stored.base, 0)], NOW)
    assert found is not None
    assert (expiry(client, NUMBER, held), found.held, found.header) == (LATER, False, stored.record.header)


def test_a_record_whose_expiry_has_passed_ends_with_its_hold(held: Held, client: redis.Redis) -> None:
    put(held.process.vault, body())
    held.keep(NUMBER)

    held.release(NUMBER, now=LATER + 1)

    assert ask(client, "KEYS", "wm:{" + 16 * "?" + "}*") == []


def test_a_waybill_that_another_hold_names_stays_held(held: Held, client: redis.Redis) -> None:
    stored = put(held.process.vault, body())
    held.keep(NUMBER, hold=1)
    held.keep(NUMBER, hold=2)

    held.release(NUMBER, hold=1, named={stored.base: [2]})
    held.process.vault.data_keys.destroy_hold(TENANT, 1)

    (found,) = read_at(held.process.vault, TENANT, [(stored.base, 0)], LATER + 1)
    assert found is not None
    assert (found.held, expiry(client, NUMBER, held)) == (True, HELD_UNTIL)


@pytest.mark.parametrize("left", [2, 3])
def test_each_waybill_that_other_holds_name_has_the_key_of_one_of_them(held: Held, left: int) -> None:
    """The first waybill is named by both other holds, a second one by one of them."""
    both, one = (put(held.process.vault, body(), number) for number in (NUMBER, "SF1234567899"))
    for hold in (1, 2, 3):
        held.keep(NUMBER, "SF1234567899", hold=hold)

    held.release(NUMBER, "SF1234567899", hold=1, named={both.base: [2, 3], one.base: [left]})
    for hold in {1, 2, 3} - {left}:
        held.process.vault.data_keys.destroy_hold(TENANT, hold)

    found = read_at(held.process.vault, TENANT, [(one.base, 0)], LATER + 1)
    assert [each and (each.held, each.body) for each in found] == [(True, body())]


def test_a_hold_takes_over_what_a_hold_that_is_being_lifted_still_keeps(held: Held) -> None:
    put(held.process.vault, body())
    held.keep(NUMBER, hold=1)

    held.release(NUMBER, hold=1, record=once(lambda: held.keep(NUMBER, hold=2)))
    held.process.vault.data_keys.destroy_hold(TENANT, 1)

    assert (held.found().held, held.found().body) == (True, body())


def test_a_hold_that_read_before_it_was_lifted_keeps_nothing_afterwards(held: Held, client: redis.Redis) -> None:
    put(held.process.vault, body())

    with pytest.raises((HoldEnded, StoreUnavailable)):
        held.keep(NUMBER, record=once(lambda: lifted(held)))

    assert (held.found().held, held.found().body, expiry(client, NUMBER, held)) == (False, body(), LATER)


def test_another_hold_that_gets_a_new_key_meanwhile_keeps_its_record(held: Held) -> None:
    """`keys reseal` gives a hold another number, which a hold that is being lifted has not seen."""
    stored = put(held.process.vault, body())
    held.keep(NUMBER, hold=1)

    held.records.release(
        TENANT, held.bases(NUMBER), {stored.base: ["H-2"]}, lambda: {"H-2": 7}, lambda change: None, NOW
    )

    assert held.found().held


def test_a_record_is_not_given_to_another_hold_that_was_lifted_meanwhile(held: Held) -> None:
    stored = put(held.process.vault, body())
    held.keep(NUMBER, hold=1)
    held.keep(NUMBER, hold=2)

    def lift_the_other() -> None:
        held.release(NUMBER, hold=2)
        held.process.vault.data_keys.destroy_hold(TENANT, 2)

    held.release(NUMBER, hold=1, named={stored.base: [2]}, record=once(lift_the_other))

    assert (held.found().held, held.found().body) == (False, body())


def disclosed(held: Held, number: str = NUMBER) -> bytes:
    """Store a record that was viewed once; return the key of its disclosures."""
    stored = put(held.process.vault, body(), number)
    disclosures = Disclosures(held.process.store, held.process.keyring, os.urandom)
    disclosures.prepare(TENANT, [Disclosure(stored.base, LATER, Viewed(NOW, "client/c", "courier", 1))]).write()
    return disclosures_key(record_stems([stored.base])[0])


def test_disclosures_expire_again_where_another_waybill_was_changed_meanwhile(held: Held, client: redis.Redis) -> None:
    key = disclosed(held)
    put(held.process.vault, body(), "SF00000002")
    held.keep(NUMBER, "SF00000002")

    held.release(NUMBER, "SF00000002", now=LATER + 1, record=once(lambda: held.release("SF00000002")))

    assert ask(client, "EXPIRETIME", key) == LATER


def test_disclosures_are_kept_with_the_record_and_expire_with_it_again(held: Held, client: redis.Redis) -> None:
    key = disclosed(held)

    held.keep(NUMBER)
    during = ask(client, "EXPIRETIME", key)
    held.release(NUMBER)

    assert (during, ask(client, "EXPIRETIME", key)) == (HELD_UNTIL, LATER)


@pytest.mark.parametrize(("now", "left"), [(LATER - 1, 1), (LATER, 0)])
def test_what_belongs_to_a_waybill_is_announced_as_kept_and_at_the_end_until_its_expiry_unless_that_has_passed(
    held: Held, client: redis.Redis, now: int, left: int
) -> None:
    stored = put(held.process.vault, body())
    (stem,) = record_stems([stored.base])
    ask(client, "HSET", disclosures_key(stem), "opened", "1")
    ask(client, "HSET", call_records_key(stem), "rang", "2")
    ask(client, "SET", restriction_key(stem), "3")
    places = [disclosures_key(stem) + b"/opened", call_records_key(stem) + b"/rang", restriction_key(stem)]
    changes: list[Change] = []

    held.keep(NUMBER, record=changes.append)
    held.release(NUMBER, now=now, record=changes.append)

    def announced(until: int) -> list[Sealed]:
        values = zip(places, (b"1", b"2", b"3"), strict=True)
        return [Sealed(place, value, until=until, once=False) for place, value in values]

    ended = [Sealed(place, None, until=0, once=False) for place in places]
    at_the_end = [one for pair in zip(ended, announced(LATER), strict=True) for one in pair[: 1 + left]]
    assert [change.sealed for change in changes] == [announced(HELD_UNTIL), at_the_end]
    assert changes[1].ends == {stored.base: LATER}
    assert ask(client, "EXISTS", record_key(stem, 0)) == left


def test_keeping_again_changes_nothing(held: Held, client: redis.Redis) -> None:
    put(held.process.vault, body())
    held.keep(NUMBER)
    (stem,) = record_stems(held.bases(NUMBER))
    before = ask(client, "GET", record_key(stem, 0))

    assert (held.keep(NUMBER), ask(client, "GET", record_key(stem, 0))) == (1, before)


def test_unknown_waybills_are_not_kept(held: Held) -> None:
    assert held.keep("SF99999999") == 0


@pytest.mark.parametrize("waybills", [1, 50])
def test_keeping_costs_four_round_trips_however_many_waybills_there_are(held: Held, waybills: int) -> None:
    numbers = [f"SF{at:08}" for at in range(waybills)]
    for number in numbers:
        held.process.put(number)
    held.keep("SF99999999")  # makes the key of the hold
    held.process.put("WARM0001")
    held.keep("WARM0001")  # from now on the store knows the script

    with stores.counted(held.process.store) as trips:
        held.keep(*numbers)

    assert trips == [4]  # the key, the records, what belongs to them, the new values


def test_a_lifted_hold_has_no_key(held: Held, store: Store) -> None:
    put(held.process.vault, body())
    held.keep(NUMBER)
    held.release(NUMBER)

    held.process.vault.data_keys.destroy_hold(TENANT, 1)

    with pytest.raises(Exception, match="unknown-key"):
        held.process.vault.data_keys.of_hold(TENANT, 1)
