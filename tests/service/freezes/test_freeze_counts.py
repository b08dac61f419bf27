"""Misses and refusals of a principal are counted over all workers and forgotten when due."""

from collections.abc import Callable

import pytest
import redis

from masking_service.service.freezes.state import Freezes
from masking_service.service.people.principals import Principal
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import tenant_stem
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import counted
from tests.together import in_threads

MONTH = 30 * 86_400
CALLER = Principal("staff/u-1", "default", (), frozenset(), "jwt")
NAMESAKE = Principal("staff/u-1", "other", (), frozenset(), "jwt")
TAG = known_keyring().tenant("default").tag("tenant")
ANOTHER = Principal("staff/u-2", "default", (), frozenset(), "jwt")


@pytest.fixture
def make(store: Store) -> Callable[..., Freezes]:
    return lambda name="one", at=store: Freezes(at, known_keyring(), stores.foreseen(name))


@pytest.fixture
def counts(make: Callable[..., Freezes]) -> Freezes:
    return make()


def misses(counts: Freezes, principal: Principal = CALLER) -> int:
    return counts.refuse_live(principal)


def keys(client: redis.Redis) -> list[bytes]:
    return sorted(client.scan_iter("*"))


def test_there_are_no_misses_at_first(counts: Freezes) -> None:
    assert misses(counts) == 0


def test_misses_add_up_over_all_processes(counts: Freezes, make: Callable[..., Freezes]) -> None:
    counts.add_misses(CALLER, 3)

    assert (make("two").add_misses(CALLER, 50), misses(counts)) == (53, 53)


@pytest.mark.parametrize("other", [NAMESAKE, ANOTHER], ids=["another tenant's", "another person"])
def test_everybody_has_a_count_of_their_own(counts: Freezes, other: Principal) -> None:
    counts.add_misses(CALLER, 3)
    counts.add_refusal(CALLER)

    assert (misses(counts, other), counts.add_refusal(other)) == (0, 1)


def test_a_row_that_ends_begins_with_what_came_after(counts: Freezes) -> None:
    counts.add_misses(CALLER, 30)

    counts.set_misses(CALLER, 2)

    assert misses(counts) == 2


def test_a_row_that_ends_with_nothing_behind_it_leaves_no_key(counts: Freezes, client: redis.Redis) -> None:
    counts.add_misses(CALLER, 30)

    counts.set_misses(CALLER, 0)

    assert keys(client) == []


def test_a_row_is_kept_a_month_after_its_last_miss(counts: Freezes, client: redis.Redis) -> None:
    counts.add_misses(CALLER, 1)
    added = client.ttl(keys(client)[0])
    counts.set_misses(CALLER, 1)

    assert {MONTH - 5 <= left <= MONTH for left in (added, client.ttl(keys(client)[0]))} == {True}


def test_refusals_are_counted_within_a_minute_of_the_first(counts: Freezes, client: redis.Redis) -> None:
    assert [counts.add_refusal(CALLER) for _ in range(3)] == [1, 2, 3]
    (key,) = keys(client)
    client.expire(key, 30)
    counts.add_refusal(CALLER)

    assert client.ttl(key) <= 30


def test_clearing_forgets_both_counts_of_one_principal(counts: Freezes) -> None:
    for principal in (CALLER, ANOTHER):
        counts.add_misses(principal, 3)
        counts.add_refusal(principal)

    counts.forget_counts("default", CALLER.id)

    assert (misses(counts), counts.add_refusal(CALLER)) == (0, 1)
    assert (misses(counts, ANOTHER), counts.add_refusal(ANOTHER)) == (3, 2)


def test_misses_of_many_at_once_are_all_counted(make: Callable[..., Freezes], counts: Freezes) -> None:
    in_threads(16, lambda at: make(str(at)).add_misses(CALLER, 5))

    assert misses(counts) == 80


def test_each_count_is_one_round_trip(counts: Freezes, store: Store) -> None:
    with counted(store) as trips:
        counts.add_misses(CALLER, 1)
        counts.set_misses(CALLER, 0)
        counts.add_refusal(CALLER)
        counts.forget_counts("default", CALLER.id)

    assert trips == [4]


def test_no_key_names_a_principal(counts: Freezes, client: redis.Redis) -> None:
    counts.add_misses(CALLER, 1)
    counts.add_refusal(CALLER)

    assert [key for key in keys(client) if b"u-1" in key or b"default" in key or b"misses" in key] == []
    assert {key[: key.index(b"}") + 1] for key in keys(client)} == {tenant_stem(TAG)}


def test_what_cannot_be_counted_is_said(make: Callable[..., Freezes], tmp_path: object) -> None:
    absent = make("absent", stores.admitted(f"unix://{tmp_path}/absent.sock"))

    with pytest.raises(StoreUnavailable):
        absent.add_misses(CALLER, 1)
