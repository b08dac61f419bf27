"""Tests appending to the audit log."""

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
import redis

from keys.errors import IntegrityError
from keys.signatures import Verifier
from masking_service.audit import log as audit_log
from masking_service.audit.archive.export import export
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.entries import FIRST_LINK, Entry, commit_message, encode, link
from masking_service.audit.log import AuditLog
from masking_service.audit.stored import unpack
from masking_service.audit.streams import Streams
from masking_service.audit.verify.verifier import Verification, verify
from masking_service.store.client import Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.scripts import Script
from masking_service.vault.sealed import HashField
from tests.audit.logs import entry, log_on, number_of, stream, writer_of, writers
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, NOW, LossyWire, ask, counted, named
from tests.together import in_threads

TENANT = entry().tenant


@pytest.fixture
def log(store: Store) -> AuditLog:
    return log_on(store)


@pytest.fixture
def wire(valkey: str) -> Iterator[LossyWire]:
    wire = LossyWire(valkey)
    yield wire
    wire.close()


def order(client: redis.Redis, tenant: str = TENANT) -> list[tuple[str, str]]:
    """Return (server id, entry id) of a tenant's entries."""
    found = []
    for name, flat in ask(client, "XRANGE", named().order(tenant), "-", "+"):
        fields = dict(zip(flat[0::2], flat[1::2], strict=True)) if isinstance(flat, list) else flat
        found.append((name.decode(), fields[b"id"].decode()))
    return found


def asked(client: redis.Redis, writer: str) -> list[tuple[int, bytes]]:
    """Return a chain without its first and last entry."""
    return [(one.number, one.entry) for one in stream(client, writer) if one.action not in ("start", "close")]


class Gate(Store):
    """A store whose scripts can wait or fail."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.trust()
        self.opened = threading.Event()
        self.reached = threading.Event()
        self.fault: BaseException | None = None
        self.scripts = 0

    def script(self, script: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        self.scripts += 1
        self.reached.set()
        assert self.opened.wait(10)
        if self.fault is not None:
            raise self.fault
        return super().script(script, keys, args)


class Slow(Gate):
    """Takes as long for a script as a disk."""

    def script(self, script: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        time.sleep(0.005)
        return super().script(script, keys, args)


class Interrupting:
    """A turn that never comes, because of Ctrl-C."""

    def acquire(self, **_: float) -> None:
        raise KeyboardInterrupt

    def release(self) -> None:
        raise AssertionError("the turn of a thread that left")


class LetGoLate:
    """A lock whose first holder waits for `go`."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._first = True
        self.go = threading.Event()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        first, self._first = self._first, False
        self._lock.release()
        if first:
            assert self.go.wait(10)


def committed_together(valkey: str, count: int) -> tuple[list[str], Gate]:
    """Append entries during the commit of the first one."""
    gate = Gate(valkey)
    log = log_on(gate)
    ids: list[str] = []
    threads = [threading.Thread(target=lambda at=at: ids.append(log.append(entry(at=at)))) for at in range(count)]
    threads[0].start()
    gate.reached.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(log._queue) < count - 1:
        time.sleep(0.001)
    gate.opened.set()
    for thread in threads:
        thread.join()
    return sorted(ids, key=number_of), gate


def test_an_entry_is_stored_when_append_returns(log: AuditLog, client: redis.Redis) -> None:
    name = log.append(entry())

    assert asked(client, writer_of(name)) == [(number_of(name), encode(entry()))]


def test_an_entry_is_one_round_trip(store: Store, log: AuditLog) -> None:
    log.append(entry())
    with counted(store) as trips:
        log.append(entry())

    assert trips == [1]


def test_a_chain_begins_with_an_entry_that_says_so_and_is_of_no_tenant(log: AuditLog, client: redis.Redis) -> None:
    writer = writer_of(log.append(entry()))

    first = msgspec.json.decode(stream(client, writer)[0].entry, type=Entry)
    said = (first.action, first.outcome, first.principal, first.at, first.tenant)
    assert said == ("start", "done", "service/audit", NOW, "")


def test_nothing_is_stored_before_the_first_entry(log: AuditLog, client: redis.Redis) -> None:
    log.close()

    assert client.keys("*") == []


def test_ids_rise_by_one(log: AuditLog) -> None:
    ids = [log.append(entry(at=at)) for at in range(5)]

    assert ids == [f"{writer_of(ids[0])}-{number}" for number in range(2, 7)]


def test_a_writer_is_listed_with_its_first_entry(log: AuditLog, client: redis.Redis) -> None:
    before = writers(client)
    writer = writer_of(log.append(entry()))

    assert (before, writers(client)) == (set(), {writer})


def test_a_writer_that_was_taken_off_the_list_is_listed_again(log: AuditLog, client: redis.Redis) -> None:
    writer = writer_of(log.append(entry()))
    ask(client, "SREM", named().writers(), writer)
    log.append(entry())

    assert writers(client) == {writer}


def test_each_process_writes_its_own_stream(store: Store, client: redis.Redis) -> None:
    ids = {writer_of(log_on(store, str(number)).append(entry())) for number in range(3)}

    assert (len(ids), writers(client)) == (3, ids)


def test_every_entry_is_linked_to_the_one_before_it(log: AuditLog, client: redis.Redis) -> None:
    in_threads(20, lambda number: log.append(entry(at=number)))

    (writer,) = writers(client)
    head = FIRST_LINK
    for number, kept in enumerate(stream(client, writer), 1):
        head = link(head, writer, number, kept.entry)
        assert (kept.number, kept.link) == (number, head)


def test_concurrent_entries_are_committed_together(valkey: str, client: redis.Redis) -> None:
    ids, gate = committed_together(valkey, 20)

    (writer,) = writers(client)
    assert (ids, gate.scripts) == ([f"{writer}-{n}" for n in range(2, 22)], 2)


def test_a_commit_contains_all_waiting_entries(valkey: str) -> None:
    """A commit covers at least four entries on average."""
    gate = Slow(valkey)
    gate.opened.set()
    log = log_on(gate)
    in_threads(16, lambda _: [log.append(entry()) for _ in range(20)])

    assert gate.scripts <= 16 * 20 / 4


def test_an_interrupted_thread_blocks_no_other(valkey: str, client: redis.Redis) -> None:
    gate = Gate(valkey)
    log = log_on(gate)
    threads = [threading.Thread(target=log.append, args=[entry(at=at)]) for at in range(2)]
    threads[0].start()
    gate.reached.wait(10)

    waiting = audit_log._Pending(entry(at=9))
    waiting.wake_up = Interrupting()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        log._commit_pending(waiting)
    threads[1].start()
    gate.opened.set()
    for thread in threads:
        thread.join(10)

    (writer,) = writers(client)
    assert sorted(content for _, content in asked(client, writer)) == sorted(encode(entry(at=at)) for at in range(2))


def test_a_thread_can_become_leader_before_it_waits(valkey: str) -> None:
    gate = Gate(valkey)
    log = log_on(gate)
    ids: list[str] = []
    threads = [threading.Thread(target=lambda at=at: ids.append(log.append(entry(at=at)))) for at in range(3)]
    threads[0].start()
    gate.reached.wait(10)
    log._lock = late = LetGoLate(log._lock)  # type: ignore[assignment]
    for waiting, thread in enumerate(threads[1:], 1):
        thread.start()
        while len(log._queue) < waiting:
            time.sleep(0.001)
    gate.opened.set()
    threads[0].join(10)  # it has handed on
    late.go.set()
    for thread in threads[1:]:
        thread.join(10)

    assert sorted(map(number_of, ids)) == [2, 3, 4]


def test_the_last_entry_of_a_commit_is_signed_for_all_of_it(valkey: str, client: redis.Redis) -> None:
    committed_together(valkey, 20)

    (writer,) = writers(client)
    signed = {one.number: one.signature for one in stream(client, writer) if one.signature}
    verifier = Verifier(known_keyring().audit_signer.public_pem())
    links = {one.number: one.link for one in stream(client, writer)}
    for number, signature in signed.items():
        verifier.verify(signature, commit_message(writer, number, links[number]))
    assert [*signed] == [2, 21]


@pytest.mark.parametrize(
    "message",
    [
        commit_message("0" * 16, 2, bytes(32)),
        commit_message("w", 3, bytes(32)),
        commit_message("w", 2, bytes([1]) * 32),
    ],
    ids=["another writer", "another number", "another link"],
)
def test_the_signature_of_a_commit_is_of_no_other(message: bytes) -> None:
    signer = known_keyring().audit_signer
    signature = signer.sign(commit_message("w", 2, bytes(32)))

    with pytest.raises(IntegrityError):
        Verifier(signer.public_pem()).verify(signature, message)


def test_each_appender_gets_the_id_of_its_own_entry(log: AuditLog, client: redis.Redis) -> None:
    ids: dict[int, str] = {}
    in_threads(30, lambda number: ids.update({number: log.append(entry(at=number))}))

    (writer,) = writers(client)
    stored = {f"{writer}-{one.number}": one.entry for one in stream(client, writer)}
    assert {number: stored[name] for number, name in ids.items()} == {n: encode(entry(at=n)) for n in range(30)}


def test_the_order_of_a_tenant_names_its_entries_as_they_came_from_all_writers(
    store: Store, client: redis.Redis
) -> None:
    one, other = log_on(store, "one"), log_on(store, "other")
    ids = [log.append(entry(at=at)) for at, log in enumerate([one, other, other, one])]

    kept = {f"{w}-{entry.number}": entry.order for w in writers(client) for entry in stream(client, w) if entry.order}
    assert [name for _, name in order(client)] == ids
    assert kept == {name: at for at, name in order(client)}


def test_every_tenant_has_an_order_of_its_own(log: AuditLog, client: redis.Redis) -> None:
    ids = [log.append(entry(tenant=tenant)) for tenant in ("a", "b", "a")]

    named = {tenant: [name for _, name in order(client, tenant)] for tenant in ("a", "b")}
    assert named == {"a": [ids[0], ids[2]], "b": [ids[1]]}


def test_a_failed_commit_fails_all_its_entries(valkey: str) -> None:
    gate = Gate(valkey)
    gate.fault = StoreUnavailable("timeout")
    gate.opened.set()
    log = log_on(gate)
    reasons: list[str] = []

    def append(number: int) -> None:
        with pytest.raises(StoreUnavailable) as fault:
            log.append(entry(at=number))
        reasons.append(fault.value.reason)

    in_threads(5, append)

    assert reasons == ["timeout"] * 5


@pytest.mark.parametrize("fault", [StoreUnavailable("timeout"), KeyboardInterrupt()])
def test_after_a_failed_commit_a_new_writer_begins(valkey: str, client: redis.Redis, fault: BaseException) -> None:
    gate = Gate(valkey)
    gate.opened.set()
    log = log_on(gate)
    before = log.append(entry())
    gate.fault = fault
    with pytest.raises(type(fault)):
        log.append(entry())
    gate.fault = None

    after = log.append(entry())

    assert (number_of(after), writer_of(after) == writer_of(before)) == (2, False)
    assert writers(client) == {writer_of(before), writer_of(after)}


def test_an_entry_whose_reply_was_lost_keeps_its_number_for_ever(wire: LossyWire, client: redis.Redis) -> None:
    log = log_on(stores.admitted(wire.url))
    first = log.append(entry(at=1))
    wire.lose(2)
    with pytest.raises(StoreUnavailable):
        log.append(entry(at=2))
    wire.lose(0)

    third = log.append(entry(at=3))

    assert {writer: asked(client, writer) for writer in writers(client)} == {
        writer_of(first): [(2, encode(entry(at=1))), (3, encode(entry(at=2)))],
        writer_of(third): [(2, encode(entry(at=3)))],
    }


def test_an_entry_that_is_stored_although_its_reply_was_lost_is_acknowledged(
    wire: LossyWire, client: redis.Redis
) -> None:
    log = log_on(stores.admitted(wire.url))
    first = log.append(entry(at=1))
    wire.lose(1)

    second = log.append(entry(at=2))

    assert (wire.lost, second) == (1, f"{writer_of(first)}-3")
    assert asked(client, writer_of(first)) == [(2, encode(entry(at=1))), (3, encode(entry(at=2)))]


def test_an_entry_whose_first_reply_was_lost_is_in_the_order_once(wire: LossyWire, client: redis.Redis) -> None:
    log = log_on(stores.admitted(wire.url))
    log.append(entry(at=1))
    wire.lose(1)
    second = log.append(entry(at=2))

    assert (wire.lost, [name for _, name in order(client)].count(second)) == (1, 1)


def test_a_taken_number_is_not_reused(log: AuditLog, client: redis.Redis) -> None:
    first = log.append(entry(at=1))
    client.xadd(named().stream(writer_of(first)), {"entry": "forged", "link": "x"}, id="3-0")

    with pytest.raises(StoreUnavailable, match="refused"):
        log.append(entry(at=2))
    assert writer_of(log.append(entry(at=3))) != writer_of(first)


def test_no_chain_continues_after_a_deleted_entry(log: AuditLog, client: redis.Redis) -> None:
    first = log.append(entry(at=1))
    client.xdel(named().stream(writer_of(first)), "2-0")

    with pytest.raises(StoreUnavailable, match="refused"):
        log.append(entry(at=2))


def test_the_next_chain_names_the_last_entry_that_was_acknowledged(
    log: AuditLog, store: Store, client: redis.Redis, tmp_path: Path
) -> None:
    first = log.append(entry(at=1))
    client.xdel(named().stream(writer_of(first)), "2-0")
    with pytest.raises(StoreUnavailable, match="refused"):
        log.append(entry(at=2))
    log.append(entry(at=3))

    signer = known_keyring().audit_signer
    newest = Checkpoints(store, signer, tmp_path, lambda: NOW).make()
    verification = Verification(Verifier(signer.public_pem()))
    verify(export(Streams(store), newest), verification)

    found = [str(fault) for fault in verification.findings]
    assert any(f"the next chain of the same process names {first}" in fault for fault in found), found


def test_a_process_that_ends_after_a_failure_names_its_last_entry(log: AuditLog, client: redis.Redis) -> None:
    first = log.append(entry(at=1))
    client.xdel(named().stream(writer_of(first)), "2-0")
    with pytest.raises(StoreUnavailable, match="refused"):
        log.append(entry(at=2))

    last = writer_of(log.close())

    (_, fields), *_ = ask(client, "XRANGE", named().stream(last), "-", "+")
    assert unpack(fields[b"entry"])["after"][0] == first


@pytest.mark.parametrize("place", ["order", "stream", "writers", "hash"])
def test_an_incomplete_commit_leaves_nothing(log: AuditLog, client: redis.Redis, place: str) -> None:
    places = {
        "order": named().order("broken"),
        "stream": named().stream(stores.foreseen()(8).hex()),
        "writers": named().writers(),
        "hash": b"wm:h",
    }
    client.set(places[place], "of another kind")
    before = client.keys("*")

    with pytest.raises(StoreUnavailable, match="refused"):
        log.append(
            entry(tenant="broken"), [HashField(b"wm:other", b"f", b"v", LATER), HashField(b"wm:h", b"f", b"v", LATER)]
        )
    assert client.keys("*") == before


def test_fields_are_written_in_the_round_trip_of_their_entry(store: Store, log: AuditLog, client: redis.Redis) -> None:
    log.append(entry(at=1))
    with counted(store) as trips:
        log.append(entry(at=2), [HashField(b"wm:h", b"f", b"v", LATER), HashField(b"wm:h", b"g", b"w", LATER + 9)])

    assert (trips, client.hgetall("wm:h"), client.expiretime("wm:h")) == ([1], {b"f": b"v", b"g": b"w"}, LATER + 9)


def test_a_field_never_shortens_the_life_of_its_hash(log: AuditLog, client: redis.Redis) -> None:
    for until in (LATER + 9, LATER):
        log.append(entry(), [HashField(b"wm:h", b"f%d" % until, b"v", until)])

    assert client.expiretime("wm:h") == LATER + 9


def test_fields_whose_first_reply_was_lost_are_there_with_their_entry(wire: LossyWire, client: redis.Redis) -> None:
    log = log_on(stores.admitted(wire.url))
    log.append(entry(at=1))
    wire.lose(1)

    second = log.append(entry(at=2), [HashField(b"wm:h", b"f", b"v", LATER)])

    assert (wire.lost, client.hgetall("wm:h")) == (1, {b"f": b"v"})
    assert [number for number, _ in asked(client, writer_of(second))][-1] == number_of(second)


def test_fields_of_entries_that_are_committed_together_are_all_written(valkey: str, client: redis.Redis) -> None:
    gate = Gate(valkey)
    log = log_on(gate)
    threads = [
        threading.Thread(
            target=log.append, args=(entry(at=at), [HashField(b"wm:h", b"%d" % at, b"v", LATER)] * (at % 3))
        )
        for at in range(8)
    ]
    for thread in threads:
        thread.start()
    gate.opened.set()
    for thread in threads:
        thread.join(10)

    assert set(client.hkeys("wm:h")) == {b"%d" % at for at in range(8) if at % 3}


def test_nothing_is_appended_while_the_store_is_shut(valkey: str) -> None:
    log = log_on(Store(valkey))

    with pytest.raises(StoreUnavailable, match="not-admitted"):
        log.append(entry())


def test_an_entry_is_not_one_entry_that_two_appends_share(log: AuditLog, client: redis.Redis) -> None:
    same: Entry = entry()
    ids = {log.append(same), log.append(same)}

    (writer,) = writers(client)
    assert (len(ids), len(asked(client, writer))) == (2, 2)


def test_a_chain_that_is_closed_ends_with_an_entry_that_says_so(log: AuditLog, client: redis.Redis) -> None:
    writer = writer_of(log.append(entry()))
    last = log.close()

    kept = stream(client, writer)
    assert (last, [one.action for one in kept]) == (f"{writer}-3", ["start", "view", "close"])
    assert kept[-1].signature


def test_a_closed_log_accepts_no_entries(log: AuditLog, client: redis.Redis) -> None:
    writer = writer_of(log.append(entry()))
    log.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        log.append(entry())
    assert (log.close(), writers(client), len(stream(client, writer))) == ("", {writer}, 3)


def test_waiting_entries_are_written_before_the_log_is_closed(valkey: str, client: redis.Redis) -> None:
    gate = Gate(valkey)
    log = log_on(gate)
    threads = [threading.Thread(target=log.append, args=[entry(at=at)]) for at in range(2)]
    threads[0].start()
    gate.reached.wait(10)
    closing = threading.Thread(target=log.close)
    threads[1].start()
    while len(log._queue) < 1:
        time.sleep(0.001)
    closing.start()
    gate.opened.set()
    for thread in (*threads, closing):
        thread.join()

    (writer,) = writers(client)
    assert [one.action for one in stream(client, writer)] == ["start", "view", "view", "close"]


def test_an_idle_chain_is_not_continued_after_half_a_day(store: Store, client: redis.Redis) -> None:
    times = iter([NOW, NOW, NOW + audit_log.IDLE_SECONDS, *[NOW + 2 * audit_log.IDLE_SECONDS + 1] * 2])
    log = log_on(store, clock=lambda: next(times))

    ids = [log.append(entry(at=at)) for at in range(3)]

    assert [number_of(name) for name in ids] == [2, 3, 2]
    assert writers(client) == {writer_of(ids[0]), writer_of(ids[2])}


def test_a_failure_before_sending_fails_all_entries_of_the_commit(valkey: str) -> None:
    class Unsure:
        """A clock that fails once, while others wait."""

        fails = False

        def __call__(self) -> int:
            if self.fails:
                self.fails = False
                raise OverflowError
            return NOW

    gate, clock = Gate(valkey), Unsure()
    log = log_on(gate, clock=clock)
    told: list[str] = []

    def append(at: int) -> None:
        try:
            told.append(log.append(entry(at=at)) and "stored")
        except (OverflowError, StoreUnavailable) as fault:
            told.append(type(fault).__name__)

    threads = [threading.Thread(target=append, args=[at], daemon=True) for at in range(4)]
    threads[0].start()
    gate.reached.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(log._queue) < 3:
        time.sleep(0.001)
    clock.fails = True
    gate.opened.set()
    for thread in threads:
        thread.join(10)

    assert sorted(told) == ["OverflowError", "StoreUnavailable", "StoreUnavailable", "stored"]
    assert log.append(entry())


def test_waiting_for_a_commit_times_out(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "MAX_WAIT_SECONDS", 0.05)
    gate = Gate(valkey)
    log = log_on(gate)
    first = threading.Thread(target=log.append, args=[entry()])
    first.start()
    gate.reached.wait(10)

    with pytest.raises(StoreUnavailable) as raised:
        log.append(entry())
    gate.opened.set()
    first.join(10)

    assert (raised.value.reason, log._queue) == ("timeout", [])
    assert log.append(entry())
