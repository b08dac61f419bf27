"""Threads whose entries are committed together."""

import pytest
import redis

from keys.signatures import Verifier
from masking_audit.format.links import commit_message, encode
from masking_service.audit import log as audit_log
from masking_service.store.errors import StoreUnavailable
from tests.audit.log.gates import Gate, Held, Interrupting, LetGoLate, Slow, committed_together
from tests.audit.log.written import asked
from tests.audit.logs import entry, log_on, number_of, stream, writers
from tests.keys.known import known_keyring
from tests.store.stores import NOW
from tests.together import in_threads


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
    held = Held(valkey, 2)

    waiting = audit_log._Pending(entry(at=9))
    waiting.wake_up = Interrupting()  # type: ignore[assignment]  # a fake
    with pytest.raises(KeyboardInterrupt):
        held.log._commit_pending(waiting)
    held.threads[1].start()
    held.let_go()

    (writer,) = writers(client)
    assert sorted(content for _, content in asked(client, writer)) == sorted(encode(entry(at=at)) for at in range(2))


def test_a_thread_can_become_leader_before_it_waits(valkey: str) -> None:
    held = Held(valkey, 3)
    held.log._lock = late = LetGoLate(held.log._lock)  # type: ignore[assignment]  # a fake
    held.start_others()
    held.gate.opened.set()
    held.threads[0].join(10)  # it has handed on
    late.go.set()
    held.let_go()

    assert sorted(map(number_of, held.ids)) == [2, 3, 4]


def test_the_last_entry_of_a_commit_is_signed_for_all_of_it(valkey: str, client: redis.Redis) -> None:
    committed_together(valkey, 20)

    (writer,) = writers(client)
    signed = {one.number: one.signature for one in stream(client, writer) if one.signature}
    verifier = Verifier(known_keyring().audit_signer.public_pem())
    links = {one.number: one.link for one in stream(client, writer)}
    for number, signature in signed.items():
        verifier.verify(signature, commit_message(writer, number, links[number]))
    assert [*signed] == [2, 21]


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


def test_a_failure_before_sending_fails_all_entries_of_the_commit(valkey: str) -> None:
    class Unsure:
        """A clock that fails once, while others wait."""

        fails = False

        def __call__(self) -> int:
            if self.fails:
                self.fails = False
                raise OverflowError
            return NOW

    class Told(Held):
        def append(self, at: int) -> None:
            try:
                told.append(self.log.append(entry(at=at)) and "stored")
            except (OverflowError, StoreUnavailable) as fault:
                told.append(type(fault).__name__)

    clock = Unsure()
    told: list[str] = []
    held = Told(valkey, 4, clock)
    held.start_others()
    clock.fails = True
    held.let_go()

    assert sorted(told) == ["OverflowError", "StoreUnavailable", "StoreUnavailable", "stored"]
    assert held.log.append(entry())


def test_waiting_for_a_commit_times_out(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "MAX_WAIT_SECONDS", 0.05)
    held = Held(valkey, 1)

    with pytest.raises(StoreUnavailable) as raised:
        held.log.append(entry())
    held.let_go()

    # The entry that was given up is written by no later commit.
    assert (raised.value.reason, number_of(held.log.append(entry()))) == ("timeout", number_of(held.ids[0]) + 1)
