"""Tests the rotation of the state secret over all kinds of sealed state."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
import redis

from keys import keyset
from keys.aead import FORMAT, HEADER_BYTES
from keys.errors import IntegrityError, KeysError
from keys.keyring import Keyring
from masking_audit.verify.store_check import MismatchKind, StoreMismatch
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.state import _Pass, _stored, rotate_state
from masking_service.service.call.recorder import Recorder
from masking_service.service.cases.state import Opening
from masking_service.service.custody.state import Custody
from masking_service.service.decoys.state import Decoy
from masking_service.service.phone_calls.state import LiveCalls, Origin
from masking_service.service.state.sealed import StoredValue
from masking_service.store.client import Reply, Store
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.genesis import check
from masking_service.store.layout import custody_key, record_stems
from tests.audit.verify.changes import Service
from tests.rotation.commands import LATE, running, unexplained
from tests.rotation.processes import Killed, Process, countdown
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER

Rotate = Callable[..., int | None]
PHONE = "13812345678"


@pytest.fixture
def service(path: Path, process: Process, tmp_path: Path) -> Service:
    """A service that has written every kind of sealed state."""
    service = Service(process.store, tmp_path, process.keyring)
    service.do_everything()
    service.plant(Decoy("SF9999999999", "phantom", NOW, "staff/p-1"))
    service.list_person()
    origin = Origin("default", "client/c-1", bytes(12), "/recipient/phone", LATER)
    calls = LiveCalls(process.store, process.keyring, os.urandom)
    calls.claim(calls.place(origin, PHONE, "13900000001"), origin, NOW, LATER)
    return service


@pytest.fixture
def rotate(path: Path, url: str, process: Process) -> Rotate:
    """Runs the command while the process follows."""

    def run(step: Callable[[], object] = lambda: None) -> int | None:
        def command(mine: Coordinator, recorder: Recorder) -> int | None:
            return rotate_state(mine, recorder, ["other"], lambda: LATE)

        return cast("int | None", running(path, url, command, [process], step))

    return run


def sealed_with(valkey: str, key_ids: set[bytes]) -> int:
    """How many values in the store name one of these keys."""
    client, found = redis.Redis.from_url(valkey), 0
    for key in client.scan_iter(b"wm:*"):
        kind = client.type(key)
        values = client.hvals(key) if kind == b"hash" else [client.get(key)] if kind == b"string" else []
        found += sum(
            any(
                value[at : at + 1] == bytes((FORMAT,)) and value[at + 2 : at + HEADER_BYTES] in key_ids for at in (0, 4)
            )
            for value in values
            if isinstance(value, bytes) and len(value) > HEADER_BYTES
        )
    return found


def ids(ring: Keyring) -> set[bytes]:
    return {ring.tenant(tenant).state.active.key_id for tenant in ("", "default", "other")}


def test_after_a_rotation_nothing_in_the_store_is_under_the_old_secret(
    service: Service, rotate: Rotate, path: Path, valkey: str, old_keyset: Path
) -> None:
    old = ids(Keyring(keyset.load(old_keyset)))
    before = sealed_with(valkey, old)

    checked = rotate()

    assert before >= 14
    assert sealed_with(valkey, old) == 0
    assert checked is not None
    assert checked >= before
    assert [entry.state for entry in keyset.read(path)[0].secrets if entry.use == "state"] == ["ended", "active"]


def test_the_store_is_read_again_after_a_pass_that_sealed_something(
    service: Service, rotate: Rotate, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []
    run = _Pass.run

    def counted(one: _Pass) -> bool:
        found.append(run(one))
        return found[-1]

    monkeypatch.setattr(_Pass, "_labels", lambda _: None)  # they are found apart from the other values
    monkeypatch.setattr(_Pass, "run", counted)

    rotate()

    assert found == [True, False]


def test_after_a_rotation_a_process_reads_all_that_was_written_before(
    service: Service, rotate: Rotate, process: Process
) -> None:
    rotate()

    assert service.cases.get("default", "D-1").opening.waybills == (NUMBER,)
    assert [freeze.id for freeze in service.freezes.listed("default")] == ["staff/u-9"]
    assert len(service.disclosures.of("default", [service.base])[0]) == 1
    assert sum(service.call_records.unanswered("default", [service.base]).values()) == 1
    service.registry.refresh()
    assert [client.id for client in service.registry.clients] == ["printer-1"]
    assert process.finds(NUMBER)
    check(process.store, process.keyring)


def test_the_log_explains_all_that_was_sealed_anew(service: Service, rotate: Rotate, process: Process) -> None:
    rotate()

    assert unexplained(service.store, process.keyring) == []


def test_a_case_that_no_entry_explains_is_found_after_a_rotation_too(
    service: Service, rotate: Rotate, process: Process
) -> None:
    opening = Opening("D-2", "dispute", (NUMBER,), None, "r", "staff/d-1", NOW, LATER, 0)
    service.cases.prepare_opening("default", opening).write()
    rotate()

    (found,) = unexplained(service.store, process.keyring)

    assert isinstance(found, StoreMismatch)
    assert (found.what, found.mismatch.kind) == ("case", MismatchKind.UNLOGGED)


def test_a_holder_of_the_old_keyset_is_refused_and_opens_no_state(
    service: Service, rotate: Rotate, old_keyset: Path, valkey: str
) -> None:
    rotate()

    old = Keyring(keyset.load(old_keyset))
    key = custody_key(record_stems([service.base])[0])
    (sealed,) = service.store.read([(b"GET", key)])
    with pytest.raises(IntegrityError):
        old.tenant("default").state.open(sealed, key)
    with pytest.raises(WrongStore):
        check(stores.admitted(valkey), old)


def test_what_the_old_secret_seals_after_the_end_is_refused(service: Service, rotate: Rotate, old_keyset: Path) -> None:
    old = Keyring(keyset.load(old_keyset)).tenant("default").state
    key = custody_key(record_stems([service.base])[0])
    rotate()

    forged = old.seal(b'["021001","client/thief"]', key, bytes(12))

    with pytest.raises(IntegrityError):
        service.custodies.open("default", StoredValue(key, forged))


def test_custody_that_moves_during_the_rotation_is_kept(service: Service, rotate: Rotate) -> None:
    steps = iter(range(1_000))

    def move() -> None:
        service.move(f"client/c-{next(steps)}")

    rotate(move)

    key = custody_key(record_stems([service.base])[0])
    (sealed,) = service.store.read([(b"GET", key)])
    last = next(steps) - 1
    assert service.custodies.open("default", StoredValue(key, sealed)) == Custody("021001", f"client/c-{last}")
    assert last > 3


def test_an_interrupted_rotation_continues_with_the_same_secret(
    service: Service, rotate: Rotate, path: Path, valkey: str, old_keyset: Path
) -> None:
    old, killed = ids(Keyring(keyset.load(old_keyset))), 0
    for left in range(40):
        try:
            rotate(countdown([left]))
        except Killed:
            killed += 1
        else:
            break

    assert killed > 3
    assert sealed_with(valkey, old) == 0
    assert [entry.state for entry in keyset.read(path)[0].secrets if entry.use == "state"] == ["ended", "active"]


def test_a_value_of_an_unknown_key_stops_the_end(
    service: Service, rotate: Rotate, process: Process, path: Path
) -> None:
    foreign = process.keyring.tenant("forgotten").state
    place = custody_key(record_stems([b"forgotten..."])[0])
    process.store.write([(b"SET", place, foreign.seal(b"[null,null]", place, bytes(12)))])

    with pytest.raises(KeysError, match=r"^1 values are sealed with state keys that the keyset does not hold"):
        rotate()

    states = [entry.state for entry in keyset.read(path)[0].secrets if entry.use == "state"]
    assert states == ["retired", "active"]


def test_a_store_that_may_not_be_listed_is_told(rotate: Rotate, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Iterator[bytes]:
        raise StoreUnavailable("listing")
        yield b""

    monkeypatch.setattr(Store, "keys", refuse)

    with pytest.raises(StoreUnavailable, match="listing"):
        rotate()


@pytest.mark.parametrize(
    ("reply", "stored"),
    [
        (None, []),
        (b"one", [(b"", b"one")]),
        ([], []),
        ([b"a", b"1", b"b", b"2", b"c", b"3"], [(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]),
        ([b"a", b"1", b"b", b"2"], [(b"a", b"1"), (b"b", b"2")]),
    ],
    ids=["a key that ended", "a string", "an empty hash", "three fields", "two fields"],
)
def test_each_value_of_a_key_is_read_with_its_field(reply: Reply, stored: list[tuple[bytes, bytes]]) -> None:
    assert _stored(reply) == stored
