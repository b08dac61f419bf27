"""Which of all workers acts, and for how long no other one does."""

from __future__ import annotations

import pytest
import redis

from masking_service.service.people.principals import Principal
from masking_service.service.state.once import OnceAWhile
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store.stores import LossyWire, ask, counted

LI, WU, LI_OF_OTHER = (
    Principal(who, tenant, (), frozenset(), "jwt")
    for who, tenant in (("staff/li", "default"), ("staff/wu", "default"), ("staff/li", "other"))
)


def worker(store: Store, mark: bytes) -> OnceAWhile:
    """A worker whose random bytes repeat `mark`."""
    return OnceAWhile(store, known_keyring(), lambda length: mark * length)


@pytest.mark.parametrize(("given", "seconds"), [({}, 60), ({"seconds": 3_600}, 3_600)])
def test_the_first_of_all_workers_acts_and_leaves_its_mark_for_as_long(
    store: Store, client: redis.Redis, given: dict[str, int], seconds: int
) -> None:
    first, second = worker(store, b"1"), worker(store, b"2")

    with counted(store) as trips:
        acting = [one.is_first(LI, "conflicts", **given) for one in (first, second)]

    assert (acting, trips) == ([True, False], [2])
    (key,) = ask(client, "KEYS", "*")
    assert ask(client, "GET", key) == b"1" * 8
    assert seconds - 5 < ask(client, "TTL", key) <= seconds


def test_the_first_is_so_though_the_reply_was_lost(wire: LossyWire, over_the_wire: Store) -> None:
    wire.lose()

    first = worker(over_the_wire, b"1").is_first(LI, "conflicts")

    assert (wire.lost, first) == (1, True)


def test_each_person_of_each_tenant_and_each_matter_is_counted_alone(store: Store) -> None:
    worker(store, b"1").is_first(LI, "conflicts")
    second = worker(store, b"2")

    assert [second.is_first(LI, "deadline"), *(second.is_first(one, "conflicts") for one in (WU, LI_OF_OTHER))] == [
        True
    ] * 3
