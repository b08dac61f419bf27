"""What counts against a principal is counted by all workers together, apart for everybody, and forgotten when due."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import redis

from masking_service.access.principals import Principal
from masking_service.access.tallies import MISSES_KEPT, Tallies
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import tenant_stem
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LossyWire, counted

SOMEBODY = Principal("staff/u-1", "default", (), frozenset(), "jwt")
NAMESAKE = Principal("staff/u-1", "other", (), frozenset(), "jwt")
TAG = known_keyring().tenant("default").tag("tenant")
ANOTHER = Principal("staff/u-2", "default", (), frozenset(), "jwt")


@pytest.fixture
def make(store: Store) -> Callable[..., Tallies]:
    return lambda name="one", at=store: Tallies(at, known_keyring(), stores.foreseen(name))


@pytest.fixture
def tallies(make: Callable[..., Tallies]) -> Tallies:
    return make()


def misses(tallies: Tallies, principal: Principal = SOMEBODY) -> int:
    return tallies.misses(tallies._store.read([tallies.question(principal)])[0])


def keys(client: redis.Redis) -> list[bytes]:
    return sorted(client.scan_iter("*"))


def test_nobody_has_missed_at_first(tallies: Tallies) -> None:
    assert misses(tallies) == 0


def test_misses_add_up_over_all_processes(tallies: Tallies, make: Callable[..., Tallies]) -> None:
    tallies.add_misses(SOMEBODY, 3)

    assert (make("two").add_misses(SOMEBODY, 50), misses(tallies)) == (53, 53)


@pytest.mark.parametrize("other", [NAMESAKE, ANOTHER], ids=["another tenant's", "another person"])
def test_everybody_has_a_count_of_their_own(tallies: Tallies, other: Principal) -> None:
    tallies.add_misses(SOMEBODY, 3)
    tallies.add_refusal(SOMEBODY)

    assert (misses(tallies, other), tallies.add_refusal(other)) == (0, 1)


def test_a_row_that_ends_begins_with_what_came_after(tallies: Tallies) -> None:
    tallies.add_misses(SOMEBODY, 30)

    tallies.begin_misses(SOMEBODY, 2)

    assert misses(tallies) == 2


def test_a_row_that_ends_with_nothing_behind_it_leaves_no_key(tallies: Tallies, client: redis.Redis) -> None:
    tallies.add_misses(SOMEBODY, 30)

    tallies.begin_misses(SOMEBODY, 0)

    assert keys(client) == []


def test_a_row_is_kept_a_month_after_its_last_miss(tallies: Tallies, client: redis.Redis) -> None:
    tallies.add_misses(SOMEBODY, 1)
    added = client.ttl(keys(client)[0])
    tallies.begin_misses(SOMEBODY, 1)

    assert {MISSES_KEPT - 5 <= left <= MISSES_KEPT for left in (added, client.ttl(keys(client)[0]))} == {True}


def test_refusals_are_counted_within_a_minute_of_the_first(tallies: Tallies, client: redis.Redis) -> None:
    assert [tallies.add_refusal(SOMEBODY) for _ in range(3)] == [1, 2, 3]
    (key,) = keys(client)
    client.expire(key, 30)
    tallies.add_refusal(SOMEBODY)

    assert client.ttl(key) <= 30


def test_clearing_forgets_both_counts_of_one_principal(tallies: Tallies, client: redis.Redis) -> None:
    for principal in (SOMEBODY, ANOTHER):
        tallies.add_misses(principal, 3)
        tallies.add_refusal(principal)

    tallies.clear("default", SOMEBODY.id)

    assert (misses(tallies), tallies.add_refusal(SOMEBODY)) == (0, 1)
    assert (misses(tallies, ANOTHER), tallies.add_refusal(ANOTHER)) == (3, 2)


def test_only_the_first_of_a_minute_is_the_first(tallies: Tallies, make: Callable[..., Tallies]) -> None:
    first = tallies.first_this_minute(SOMEBODY, "conflicts")

    assert (first, make("two").first_this_minute(SOMEBODY, "conflicts")) == (True, False)
    assert tallies.first_this_minute(ANOTHER, "conflicts") is True


def test_the_first_of_a_minute_is_so_though_the_reply_was_lost(make: Callable[..., Tallies], valkey: str) -> None:
    wire = LossyWire(valkey)
    store = stores.admitted(wire.url)
    store.read([(b"PING",)])
    wire.lose()

    first = make("lossy", store).first_this_minute(SOMEBODY, "conflicts")

    store.close()
    wire.close()
    assert (wire.lost, first) == (1, True)


def test_misses_of_many_at_once_are_all_counted(make: Callable[..., Tallies], tallies: Tallies) -> None:
    threads = [threading.Thread(target=make(str(at)).add_misses, args=(SOMEBODY, 5)) for at in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert misses(tallies) == 80


def test_each_count_is_one_round_trip(tallies: Tallies, store: Store) -> None:
    with counted(store) as trips:
        tallies.add_misses(SOMEBODY, 1)
        tallies.begin_misses(SOMEBODY, 0)
        tallies.add_refusal(SOMEBODY)
        tallies.first_this_minute(SOMEBODY, "conflicts")
        tallies.clear("default", SOMEBODY.id)

    assert trips == [5]


def test_no_key_names_anybody(tallies: Tallies, client: redis.Redis) -> None:
    tallies.add_misses(SOMEBODY, 1)
    tallies.add_refusal(SOMEBODY)

    assert [key for key in keys(client) if b"u-1" in key or b"default" in key or b"misses" in key] == []
    assert {key[: key.index(b"}") + 1] for key in keys(client)} == {tenant_stem(TAG)}


def test_what_cannot_be_counted_is_said(make: Callable[..., Tallies], tmp_path: object) -> None:
    absent = make("absent", stores.admitted(f"unix://{tmp_path}/nobody.sock"))

    with pytest.raises(StoreUnavailable):
        absent.add_misses(SOMEBODY, 1)
