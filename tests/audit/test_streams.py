"""How much of a stream is read at once."""

from typing import Any

import pytest
import redis

from masking_audit.format.entries import Entry
from masking_audit.format.lines import UnreadableLineError
from masking_audit.format.links import encode
from masking_service.audit.stored import pack
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import TENANT, Process, full_entry
from tests.store.stores import NOW, ask, named

pytestmark = pytest.mark.usefixtures("spread")


def replies(store: Store, monkeypatch: pytest.MonkeyPatch, writing: Process, first: int = 1) -> list[int]:
    """Read a writer's entries from the `first` on; return how many were in each reply."""
    sizes: list[int] = []
    read = Store.read

    def weighed(asked: Store, commands: Any) -> Any:
        replies = read(asked, commands)
        sizes.extend(len(reply) for reply in replies)
        return replies

    monkeypatch.setattr(Store, "read", weighed)
    assert sum(1 for _ in Streams(store).entries(writing.log._writer, first)) == sum(sizes)
    return sizes


def test_no_reply_of_the_store_holds_more_than_some_entries(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Process(store, "one")
    writing.commit(*[full_entry(number) for number in range(600)])

    assert replies(store, monkeypatch, writing) == [32, 256, 256, 57, 0]


def test_replies_with_large_entries_hold_few_of_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Process(store, "one")
    for _ in range(10):
        writing.commit(*[logs.entry(subject="x" * 20_000) for _ in range(10)])

    assert replies(store, monkeypatch, writing) == [32, 32, 32, 5, 0]


def test_the_newest_entry_and_checkpoint_are_found_without_the_others(store: Store) -> None:
    streams = Streams(store)
    before = streams.newest_checkpoint()
    writing = Process(store, "one")
    for _ in range(2):
        writing.commit(full_entry(1))
        logs.checkpoint(store)
    newest = streams.newest_checkpoint()

    assert before is None
    assert newest is not None
    assert [line.checkpoint.epoch for line in (newest, *streams.checkpoints(), *streams.checkpoints(2))] == [2, 1, 2, 2]
    assert (streams.newest_number(writing.log._writer), streams.newest_number("0" * 16)) == (3, 0)


def test_a_reader_without_a_keyset_learns_over_how_many_slots_the_log_is_spread(store: Store) -> None:
    spread = store.identity.audit
    Process(store, "one").commit(full_entry(1))
    logs.checkpoint(store)
    streams = Streams(store)

    streams.learn_keys(16)
    assert streams.keys.slots == 16
    streams.learn_keys(None)
    assert streams.keys == spread


@pytest.mark.parametrize("order", ["x", "1", "1-x", "-"])
def test_an_entry_with_an_invalid_place_in_its_order_is_named_as_that(
    store: Store, client: redis.Redis, order: str
) -> None:
    writing = Process(store, "one")
    writing.commit(full_entry(1))
    streams = Streams(store)
    (_, fields), *_ = ask(client, "XRANGE", streams.keys.stream(writing.log._writer), "-", "+")
    copied = fields | {b"order": order}
    forged = "ab" * 8
    ask(client, "XADD", streams.keys.stream(forged), "1-0", *(part for pair in copied.items() for part in pair))

    with pytest.raises(UnreadableLineError, match="has an invalid place in the order"):
        list(streams.entries(forged, 1))


def test_the_order_of_a_tenant_is_trimmed_an_hour_before_the_checkpoint(store: Store, client: redis.Redis) -> None:
    """The clocks of service and store may differ by that."""
    streams, at = Streams(store), NOW - 3600
    for slot in range(named().slots):
        for place in (at * 1000 - 1, at * 1000):
            ask(client, "XADD", named().order(TENANT, slot), f"{place}-0", "id", "any")
    streams.trim(logs.checkpoint(store, NOW), [], [TENANT])

    kept = [ask(client, "XRANGE", named().order(TENANT, slot), "-", "+") for slot in range(named().slots)]
    assert [[place for place, _ in one] for one in kept] == [[b"%d-0" % (at * 1000)]] * named().slots


@pytest.mark.parametrize(("spare", "expected"), [(0, [32, 32, 36, 0]), (1, [32, 68, 0])])
def test_a_reply_of_256_kib_is_followed_by_one_of_few_entries(
    store: Store, monkeypatch: pytest.MonkeyPatch, spare: int, expected: list[int]
) -> None:
    def sized(length: int) -> Entry:
        return logs.entry(subject="-" * (length - len(pack(encode(logs.entry(subject="-" * 1_000)))) + 1_000))

    writing = Process(store, "one")
    writing.commit(sized(8_192 - spare), *[sized(8_192)] * 31, *[logs.entry()] * 68)

    assert replies(store, monkeypatch, writing, first=2) == expected
