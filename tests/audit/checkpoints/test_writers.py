"""Writers that end, rest or lose entries."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import redis

from masking_audit.format.links import encode
from masking_service.audit.checkpoints import EVERY_SECONDS, Checkpoints
from masking_service.audit.errors import RolledBackError
from masking_service.audit.writers import LISTED_SECONDS
from masking_service.store.client import Store
from tests.audit.checkpoints.made import Clock, epochs_in, heads
from tests.audit.logs import entry, log_on, stream, writer_of, writers
from tests.store.stores import NOW, ask, named

pytestmark = pytest.mark.usefixtures("spread")


def test_a_writer_that_leaves_the_list_moves_no_head(store: Store, checkpoints: Checkpoints) -> None:
    log = log_on(store)
    log.append(entry(at=NOW))
    log.close()
    first = checkpoints.make(reuse=True)

    assert checkpoints.make(reuse=True).link == first.link


def test_a_writer_that_closed_is_named_once_more_and_leaves_the_list(
    store: Store, client: redis.Redis, checkpoints: Checkpoints
) -> None:
    log = log_on(store)
    writer = writer_of(log.append(entry(at=NOW)))
    log.close()

    first, second = checkpoints.make(), checkpoints.make()

    assert ([number for _, number, _ in heads(first)], heads(second), writers(client)) == ([3], [], set())
    assert len(stream(client, writer)) == 3


def test_a_writer_that_rested_for_a_day_is_named_once_more_and_leaves_the_list(
    store: Store, client: redis.Redis, checkpoints: Checkpoints, clock: Clock
) -> None:
    log_on(store).append(entry(at=NOW))
    clock.now += LISTED_SECONDS
    kept_on = (len(heads(checkpoints.make())), len(writers(client)))
    clock.now += 1

    assert kept_on == (1, 1)
    assert (len(heads(checkpoints.make())), heads(checkpoints.make()), writers(client)) == (1, [], set())


def test_a_writer_that_writes_again_while_it_is_taken_off_stays_on_the_list(
    store: Store, client: redis.Redis, checkpoints: Checkpoints, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_on(store)
    log.append(entry(at=NOW))
    clock.now += 2 * LISTED_SECONDS
    script, entries = Store.script, [entry(at=NOW)]

    def between(*args: Any) -> Any:
        if entries:
            log.append(entries.pop())
        return script(*args)

    monkeypatch.setattr(Store, "script", between)
    checkpoints.make()

    assert (entries, len(writers(client))) == ([], 1)


def test_a_name_on_the_list_without_entries_leaves_it(client: redis.Redis, checkpoints: Checkpoints) -> None:
    ask(client, "SADD", named().writers(named().slot_of("unknown")), "unknown")

    assert (heads(checkpoints.make()), writers(client)) == ([], set())


@pytest.mark.parametrize(
    "cut",
    [
        lambda client, stream: client.xdel(stream, "3-0"),
        lambda client, stream: client.delete(stream),
        lambda client, stream: (client.xdel(stream, "3-0"), client.delete(stream + b"x")),
    ],
    ids=["its newest entry", "its stream", "with something beside"],
)
def test_no_checkpoint_is_made_of_a_writer_that_lost_entries(
    store: Store,
    client: redis.Redis,
    checkpoints: Checkpoints,
    clock: Clock,
    cut: Callable[[redis.Redis, bytes], object],
) -> None:
    log = log_on(store)
    log.append(entry(at=NOW))
    writer = writer_of(log.append(entry(at=NOW)))
    checkpoints.make()
    cut(client, named().stream(writer))

    clock.now += EVERY_SECONDS
    for make in (checkpoints.make, partial(checkpoints.make, reuse=True), checkpoints.make_if_due):
        with pytest.raises(RolledBackError, match="lost entries that checkpoint 1 covers"):
            make()
    assert epochs_in(client) == [1]
    assert (checkpoints.make((), despite_loss=True).checkpoint.keys, epochs_in(client)) == ((), [1, 2])


def test_a_writer_whose_newest_entry_was_exchanged_is_not_signed(
    store: Store, client: redis.Redis, checkpoints: Checkpoints
) -> None:
    writer = writer_of(log_on(store).append(entry(at=NOW)))
    checkpoints.make()
    ask(client, "DEL", named().stream(writer))
    ask(client, "XADD", named().stream(writer), "2-0", "entry", encode(entry(at=2)), "link", bytes(32))

    with pytest.raises(RolledBackError):
        checkpoints.make()


def test_what_was_archived_and_taken_out_during_a_long_stop_is_not_missed(
    store: Store, client: redis.Redis, checkpoints: Checkpoints, clock: Clock
) -> None:
    writer = writer_of(log_on(store).append(entry(at=NOW)))
    checkpoints.make()
    ask(client, "XTRIM", named().stream(writer), "MAXLEN", 0)
    clock.now += 40 * LISTED_SECONDS

    assert (heads(checkpoints.make()), writers(client)) == ([], set())
