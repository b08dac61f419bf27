"""Making checkpoints: what they name, and what they are bound to."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from masking_audit.format.lines import CheckpointLine
from masking_audit.format.links import checkpoint_message
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.errors import RolledBackError
from masking_service.audit.log import AuditLog
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.audit import logs
from tests.audit.checkpoints.made import Clock, epochs_in, heads
from tests.audit.logs import SIGNER, VERIFIER, entry, log_on, number_of, stream, writers
from tests.store.stores import NOW, LossyWire, ask, counted, named
from tests.together import in_threads

pytestmark = pytest.mark.usefixtures("spread")


def test_a_checkpoint_names_the_newest_entry_of_every_writer(
    store: Store, client: redis.Redis, checkpoints: Checkpoints
) -> None:
    for name in ("one", "two", "three"):
        log = log_on(store, name)
        log.append(entry(at=NOW))
        log.append(entry(at=NOW))

    made = checkpoints.make()

    newest = {writer: stream(client, writer)[-1] for writer in writers(client)}
    assert heads(made) == sorted((writer, one.number, one.link.hex()) for writer, one in newest.items())
    assert len(newest) == 3


def test_the_store_has_all_entries_until_its_first_checkpoint_is_deleted(
    checkpoints: Checkpoints, client: redis.Redis, clock: Clock
) -> None:
    checkpoints.make()
    clock.now += 60
    second = checkpoints.make()
    since = []

    for deleted in (b"0-0", b"1-0"):
        ask(client, "XDEL", named().checkpoints, deleted)
        checkpoints.refresh_oldest()
        since.append(checkpoints.stored_since)
    assert since == [0, second.checkpoint.at]


def test_a_checkpoint_is_signed_and_stored_at_its_epoch(client: redis.Redis, checkpoints: Checkpoints) -> None:
    made = checkpoints.make()

    VERIFIER.verify(made.signature, checkpoint_message(made.link))
    stored = {b"checkpoint": made.content, b"signature": made.signature}
    assert ask(client, "XRANGE", named().checkpoints, "-", "+") == [(b"1-0", stored)]


def test_every_checkpoint_is_bound_to_the_one_before(checkpoints: Checkpoints, clock: Clock) -> None:
    first = checkpoints.make()
    clock.now += 7
    second = checkpoints.make()

    assert (first.checkpoint.epoch, first.checkpoint.previous, first.checkpoint.at) == (1, "0" * 64, NOW)
    assert (second.checkpoint.epoch, second.checkpoint.previous, second.checkpoint.at) == (
        2,
        first.link.hex(),
        NOW + 7,
    )


def test_processes_that_make_them_at_once_make_one_chain(
    process: Callable[[str], Checkpoints], client: redis.Redis
) -> None:
    made: list[CheckpointLine] = []

    def make(number: int) -> None:
        mine = process(str(number))
        for _ in range(5):
            made.append(mine.make())

    in_threads(4, make)

    links = {one.checkpoint.epoch: one.link.hex() for one in made}
    assert sorted(links) == epochs_in(client) == [*range(1, len(links) + 1)]
    assert len({(one.checkpoint.epoch, one.link) for one in made}) == len(links)  # two may make the very same one
    assert all(one.checkpoint.previous == links.get(one.checkpoint.epoch - 1, "0" * 64) for one in made)


@pytest.mark.parametrize(
    ("meanwhile", "epoch"),
    [
        pytest.param(lambda _, other, __: other.make(), 2, id="another process was first"),
        pytest.param(
            lambda _, other, log: (other.make(), log.append(entry(at=NOW))), 3, id="an entry came after the first one"
        ),
        pytest.param(lambda client, *_: client.xdel(named().checkpoints, "1-0"), 1, id="the one before was taken out"),
    ],
)
def test_a_checkpoint_is_stored_only_after_its_predecessor(
    process: Callable[[str], Checkpoints],
    store: Store,
    client: redis.Redis,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[redis.Redis, Checkpoints, AuditLog], object],
    epoch: int,
) -> None:
    process("first").make()
    mine, other = process("mine"), process("other")
    script, happening = Store.script, [meanwhile]

    def between(*args: Any) -> Any:
        if happening:
            clock.now += 1
            happening.pop()(client, other, log_on(store))
        return script(*args)

    monkeypatch.setattr(Store, "script", between)
    if epoch == 1:
        with pytest.raises(RolledBackError):
            mine.make()
        assert epochs_in(client) == []
    else:
        made = mine.make()
        assert (made.checkpoint.epoch, epochs_in(client)) == (epoch, [*range(1, epoch + 1)])


def test_a_checkpoint_names_all_acknowledged_entries(store: Store, process: Callable[[str], Checkpoints]) -> None:
    """Others make checkpoints and entries all the while."""
    stop = threading.Event()
    log, mine, other = log_on(store), process("mine"), process("other")

    def disturb() -> None:
        while not stop.is_set():
            other.make()

    thread = threading.Thread(target=disturb)
    thread.start()
    numbers = [(number_of(log.append(entry(at=NOW + at))), heads(mine.make())[0][1]) for at in range(30)]
    stop.set()
    thread.join()

    assert all(appended <= named for appended, named in numbers)


def test_a_checkpoint_whose_reply_was_lost_is_made_once(
    wire: LossyWire, over_the_wire: Store, client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = Checkpoints(over_the_wire, SIGNER, tmp_path, lambda: NOW)
    checkpoints.make()
    script = Store.script

    def losing(*args: Any) -> Any:
        wire.lose(1)
        return script(*args)

    monkeypatch.setattr(Store, "script", losing)
    made = checkpoints.make()

    assert (wire.lost, made.checkpoint.epoch, epochs_in(client)) == (1, 2, [1, 2])


def test_a_log_in_which_no_head_has_moved_has_its_newest_checkpoint(
    store: Store, checkpoints: Checkpoints, client: redis.Redis
) -> None:
    log_on(store).append(entry(at=NOW))
    first, again = checkpoints.make(reuse=True), checkpoints.make(reuse=True)

    assert (first.link, epochs_in(client)) == (again.link, [1])


def test_a_new_entry_needs_a_new_checkpoint(store: Store, checkpoints: Checkpoints) -> None:
    log = log_on(store)
    log.append(entry(at=NOW))
    checkpoints.make(reuse=True)
    number = number_of(log.append(entry(at=NOW)))

    made = checkpoints.make(reuse=True)

    assert (made.checkpoint.epoch, heads(made)[0][1]) == (2, number)


def test_a_checkpoint_takes_three_round_trips_and_one_more_for_several_slots(
    store: Store, checkpoints: Checkpoints
) -> None:
    log_on(store).append(entry(at=NOW))
    checkpoints.make()
    with counted(store) as looking:
        checkpoints.read_newest()
    with counted(store) as making:
        checkpoints.make()
    with counted(store) as reusing:
        checkpoints.make(reuse=True)

    more = int(named().slots > 1)
    assert (looking, making, reusing) == ([1], [3 + more], [2 + more])


def test_who_is_overtaken_twenty_times_gives_up(store: Store, tmp_path: Path) -> None:
    class Overtaken(Store):
        """A store in which another process makes a checkpoint before each of ours, and an entry follows it."""

        def __init__(self) -> None:
            self.__dict__.update(store.__dict__)
            self.attempts = 0

        def script(self, *how: Any) -> Any:
            self.attempts += 1
            logs.checkpoint(store, NOW + self.attempts)
            log.append(entry(at=NOW))
            return super().script(*how)

    log, overtaken = log_on(store), Overtaken()
    with pytest.raises(StoreUnavailable) as refused:
        Checkpoints(overtaken, SIGNER, tmp_path, lambda: NOW).make()

    assert (refused.value.reason, overtaken.attempts) == ("refused", 20)
