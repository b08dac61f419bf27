"""Tests that all records and search entries are sealed anew under new data keys."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec
import pytest
import redis

from keys import keyset
from keys.aead import SealingKey, key_id_of
from keys.errors import IntegrityError, KeysError
from keys.keyring import Keyring
from masking_service.rotation import reseal as resealing
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.reseal import ResealedValues, reseal
from masking_service.service.call.recorder import Recorder
from masking_service.service.holds.held_records import HeldRecords
from masking_service.service.holds.state import Hold, Holds
from masking_service.service.people.policy import Policy
from masking_service.service.search.state import Asked, Findable
from masking_service.service.vault.wrapped_keys import HOLD_DAY, WrappedKeys
from masking_service.store.layout import record_key, record_stems
from tests.audit.verify.changes import Service
from tests.rotation.commands import LATE, running, unexplained
from tests.rotation.processes import DAY, Killed, Process, countdown
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, body

POLICY = Path(__file__).parents[2] / "policy.yaml"
PHONE = "13812345678"


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """The default policy, with both search indexes."""
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.read_text() + "\nsearch: {phone: true, last4: true}\n")
    return Policy.load(path, development=False)


@pytest.fixture
def run(path: Path, url: str, process: Process, policy: Policy) -> Callable[..., ResealedValues]:
    def command(step: Callable[[], object] = lambda: None) -> ResealedValues:
        def resealed(mine: Coordinator, recorder: Recorder) -> ResealedValues:
            return reseal(mine, recorder, policy, lambda: LATE)

        return cast("ResealedValues", running(path, url, resealed, [process], step))

    return command


def data_keys(old: Keyring, process: Process) -> dict[bytes, SealingKey]:
    """Every data key that a holder of a keyset unwraps in the store now."""
    return {
        key_id: old.open_data_key(stored.tenant, key_id, stored.wrapped)
        for batch in WrappedKeys(process.store, old, bytes).all()
        for key_id, (stored, _) in batch.items()
        if stored.wrapped is not None
    }


def opened(held: dict[bytes, SealingKey], valkey: str) -> int:
    """How many records and search entries these data keys open in a fresh copy of the store."""
    client, found = redis.Redis.from_url(valkey), 0
    for key in client.scan_iter(b"wm:*"):
        kind = client.type(key)
        values = client.smembers(key) if kind == b"set" else [client.get(key)] if kind == b"string" else []
        for value in values:
            if isinstance(value, bytes) and value[2:10] in held:
                try:
                    held[value[2:10]].open(value, key)
                except IntegrityError:
                    continue
                found += 1
    return found


def put_findable(process: Process, number: str, *, now: int = NOW) -> None:
    findable = Findable(phones=(PHONE,), endings=(PHONE[-4:],), site="021001")
    stores.write(process.vault, {number: body()}, now=now, findable=[findable])


def test_a_holder_of_every_old_data_key_opens_nothing(
    run: Callable[..., ResealedValues], process: Process, path: Path, valkey: str
) -> None:
    tokens = [process.token(process.put(f"SF{number:08}", now=NOW - number * DAY)) for number in range(3)]
    put_findable(process, "SF00000009")
    held = data_keys(Keyring(keyset.load(path)), process)
    assert opened(held, valkey) == 6

    done = run()

    assert opened(held, valkey) == 0
    assert (done.records, done.entries, done.checked, done.held, done.left) == (4, 2, 4, 0, 0)
    assert all(process.opens(token) for token in tokens)


def test_what_was_resealed_is_found_by_its_phone(run: Callable[..., ResealedValues], process: Process) -> None:
    put_findable(process, NUMBER)

    run()

    question = process.vault.search.question("default", Asked(PHONE), NOW, 30_000)
    process.store.ask(question)
    assert [entry.number for entry in question.answer()] == [NUMBER]


def test_where_the_policy_changes_meanwhile_the_command_ends_and_continues_later(
    run: Callable[..., ResealedValues], process: Process, policy: Policy
) -> None:
    put_findable(process, NUMBER)
    process.policy = policy.digest

    def change() -> None:
        process.policy = "another"

    with pytest.raises(KeysError, match="another policy"):
        run(change)
    process.policy = policy.digest
    process.look()

    assert run().entries == 2


def test_a_record_keeps_its_expiry_and_its_place(
    run: Callable[..., ResealedValues], process: Process, valkey: str
) -> None:
    stored = process.put(NUMBER)
    key, client = record_key(record_stems([stored.base])[0], 0), redis.Redis.from_url(valkey)
    before = client.get(key), client.expiretime(key.decode())

    run()

    after = client.get(key), client.expiretime(key.decode())
    assert before[1] == after[1] == LATER
    assert isinstance(before[0], bytes)
    assert isinstance(after[0], bytes)
    assert key_id_of(before[0]) != key_id_of(after[0])


def test_an_interrupted_run_continues_and_makes_no_second_key(
    run: Callable[..., ResealedValues], process: Process, path: Path, valkey: str
) -> None:
    for number in range(3):
        process.put(f"SF{number:08}")
    held, killed = data_keys(Keyring(keyset.load(path)), process), 0
    for left in range(30):
        try:
            run(countdown([left]))
        except Killed:
            killed += 1
        else:
            break

    assert killed > 1
    assert opened(held, valkey) == 0
    assert not (path.parent / resealing.STARTED).exists()


def test_a_tombstone_is_sealed_anew_and_the_log_explains_it(
    run: Callable[..., ResealedValues], process: Process, path: Path, valkey: str, tmp_path: Path
) -> None:
    service = Service(process.store, tmp_path, process.keyring)
    service.do_everything()
    service.erase()
    old = data_keys(Keyring(keyset.load(path)), process)
    assert unexplained(process.store, process.keyring) == []

    run()

    assert opened(old, valkey) == 0
    assert unexplained(process.store, process.keyring) == []


class HeldWaybills:
    """Two waybills, and a hold that keeps the first."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.token = process.token(process.put(NUMBER))
        process.put("SF00000009")
        self.holds = Holds(process.store, process.keyring, os.urandom)
        self.records = HeldRecords(process.store, process.keyring, process.vault, os.urandom)
        self.bases = process.keyring.tenant("default").bases([NUMBER])
        self.change(lambda _: [Hold("H-1", 1, "00", "r", 1, "set", "staff/p-1", NOW, kept=1, set_at=NOW)])
        self.holds.prepare_waybills("default", "00", [NUMBER]).write()
        self.keep()

    def change(self, change: Callable[[list[Hold]], list[Hold]]) -> None:
        assert self.holds.prepare("default", change).write()

    @property
    def number(self) -> int:
        """Of the hold's data key."""
        (hold,) = self.holds.listed("default")
        return hold.number

    def keep(self, number: int = 1) -> None:
        self.records.keep("default", self.bases, number, lambda: [number], lambda _: None)

    @property
    def has_first_key(self) -> bool:
        """Whether the store has the data key that the hold had first, and not its tombstone."""
        key_id = self.process.keyring.tenant("default").data_key_id(HOLD_DAY, 1)
        [(stored, _)] = WrappedKeys(self.process.store, self.process.keyring, bytes).get([key_id])
        assert stored is not None
        return stored.wrapped is not None

    @property
    def held(self) -> bool:
        self.process.look()  # its lease may have ended on a slow machine
        (found,) = self.process.vault.newest("default", [NUMBER], LATER + 1)
        return found is not None and found.record.held


@pytest.fixture
def held(process: Process) -> HeldWaybills:
    return HeldWaybills(process)


def test_a_hold_gets_a_new_data_key_and_keeps_its_waybills(
    run: Callable[..., ResealedValues], process: Process, held: HeldWaybills, path: Path, valkey: str
) -> None:
    old = data_keys(Keyring(keyset.load(path)), process)
    before = unexplained(process.store, process.keyring)  # what `HeldWaybills` wrote

    done = run()

    assert (done.records, done.held, done.left) == (1, 1, 0)
    assert opened(old, valkey) == 0
    assert (held.number, held.held, process.opens(held.token)) == (2, True, True)
    assert [one for one in unexplained(process.store, process.keyring) if one not in before] == []
    assert not held.has_first_key


def test_an_interrupted_run_gives_a_hold_one_new_key_and_never_lets_its_waybill_go(
    run: Callable[..., ResealedValues], process: Process, held: HeldWaybills, path: Path, valkey: str
) -> None:
    old, killed = data_keys(Keyring(keyset.load(path)), process), 0
    for left in range(30):
        try:
            run(countdown([left]))
        except Killed:
            killed += 1
            assert held.held
        else:
            break

    assert killed > 1
    assert (opened(old, valkey), held.number, held.held) == (0, 2, True)


def test_a_hold_whose_lifting_was_interrupted_keeps_its_key_until_it_is_lifted(
    run: Callable[..., ResealedValues], process: Process, held: HeldWaybills
) -> None:
    held.change(lambda holds: [msgspec.structs.replace(one, status="releasing") for one in holds])

    done = run()

    assert (done.held, done.left, held.number, held.held) == (0, 1, 1, True)
    assert held.has_first_key
    held.records.release("default", held.bases, {}, dict, lambda _: None, NOW)
    assert not held.held
    assert process.opens(held.token)


def test_a_record_that_is_revised_meanwhile_is_kept(run: Callable[..., ResealedValues], process: Process) -> None:
    process.put(NUMBER)
    values = iter(range(1, 16))

    def revise() -> None:
        if (value := next(values, None)) is not None:
            stores.put(process.vault, body(str(value)), NUMBER, revise=True)

    run(revise)

    (found,) = process.vault.newest("default", [NUMBER], NOW)
    assert found is not None
    assert found.revision > 1
    assert len(found.earlier) == found.revision
