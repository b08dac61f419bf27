"""Freezes: sealed, live where a value may be shown, known in memory elsewhere, and nobody thaws anybody by bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis

from keys.errors import IntegrityError
from masking_service.access.errors import Frozen
from masking_service.access.freezes import Freeze, Freezes
from masking_service.access.principals import Principal
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import freezes_key
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import ask, counted, untold

BESIDE: Command = (b"PING",)
Make = Callable[..., Freezes]


@pytest.fixture
def make(store: Store) -> Make:
    """`make("name")`: what another process knows."""
    return lambda name="one", at=store: Freezes(at, known_keyring(), stores.foreseen(name))


@pytest.fixture
def freezes(make: Make) -> Freezes:
    return make()


def who(subject: str = "staff/u-1", tenant: str = "default") -> Principal:
    return Principal(subject, tenant, ("dispute-officer",), frozenset(), "jwt")


def frozen(subject: str = "staff/u-1", **how: Any) -> Freeze:
    return Freeze(**{"id": subject, "since": 1_796_000_000, "why": "by hand", "by": "staff/boss", **how})


def place(tenant: str = "default") -> bytes:
    return freezes_key(known_keyring().tenant(tenant).tag("tenant"))


def is_frozen(look: Callable[[], object]) -> bool:
    try:
        look()
    except Frozen:
        return True
    return False


def live(freezes: Freezes, subject: str = "staff/u-1", tenant: str = "default") -> bool:
    return is_frozen(lambda: freezes.refuse_live(who(subject, tenant), BESIDE))


def known(freezes: Freezes, subject: str = "staff/u-1", tenant: str = "default") -> bool:
    return is_frozen(lambda: freezes.refuse(who(subject, tenant)))


def test_nobody_is_frozen_at_first(freezes: Freezes) -> None:
    assert (live(freezes), known(freezes), freezes.listed("default")) == (False, False, [])


def test_a_freeze_by_another_process_is_seen_live_at_once(freezes: Freezes, make: Make) -> None:
    make("two").freeze("default", frozen(), untold)

    assert (known(freezes), live(freezes)) == (False, True)


def test_a_freeze_by_another_process_is_known_after_the_next_look(freezes: Freezes, make: Make) -> None:
    make("two").freeze("default", frozen(), untold)

    freezes.refresh(["default"])

    assert known(freezes)


def test_a_thaw_by_another_process_is_seen_live_at_once(freezes: Freezes, make: Make) -> None:
    freezes.freeze("default", frozen(), untold)
    make("two").thaw("default", "staff/u-1", untold)

    assert (live(freezes), known(freezes)) == (False, False)


def test_memory_asks_nothing_of_the_store(freezes: Freezes, store: Store) -> None:
    freezes.freeze("default", frozen(), untold)

    with counted(store) as trips:
        assert known(freezes)

    assert trips == [0]


def test_the_live_look_is_one_round_trip_and_brings_the_other_reply(freezes: Freezes, store: Store) -> None:
    with counted(store) as trips:
        reply = freezes.refuse_live(who(), BESIDE)

    assert (trips, reply) == ([1], "PONG") or (trips, reply) == ([1], b"PONG")


def test_the_lists_of_all_tenants_are_one_round_trip(freezes: Freezes, make: Make, store: Store) -> None:
    for tenant in ("default", "other"):
        make("two").freeze(tenant, frozen(), untold)

    with counted(store) as trips:
        freezes.refresh(["default", "other", "third"])

    assert (trips, known(freezes), known(freezes, tenant="other")) == ([1], True, True)


def test_a_freeze_holds_in_its_tenant_only(freezes: Freezes) -> None:
    freezes.freeze("default", frozen(), untold)

    assert (live(freezes, tenant="other"), known(freezes, tenant="other")) == (False, False)


@pytest.mark.parametrize("other", ["staff/u-11", "staff/U-1", "client/u-1", "dev/u-1", "staff/u-1 "])
def test_a_freeze_holds_for_exactly_one_principal(freezes: Freezes, other: str) -> None:
    freezes.freeze("default", frozen(), untold)

    assert live(freezes, other) is False


def test_who_freezes_first_is_told_so(freezes: Freezes, make: Make) -> None:
    first = freezes.freeze("default", frozen(), untold)
    second = make("two").freeze("default", frozen(), untold)

    assert (first, second) == ((frozen(), True), (frozen(), False))


def test_whoever_is_frozen_already_stays_as_they_are(freezes: Freezes) -> None:
    freezes.freeze("default", frozen(), untold)

    again = freezes.freeze("default", frozen(since=1_796_000_999, why="again"), untold)

    assert (again, freezes.listed("default")) == ((frozen(), False), [frozen()])


def test_thawing_one_leaves_the_others_frozen(freezes: Freezes) -> None:
    freezes.freeze("default", frozen("staff/u-1"), untold)
    freezes.freeze("default", frozen("staff/u-2"), untold)

    freezes.thaw("default", "staff/u-1", untold)

    assert [one.id for one in freezes.listed("default")] == ["staff/u-2"]


def test_thawing_who_is_not_frozen_changes_nothing(freezes: Freezes) -> None:
    freezes.freeze("default", frozen("staff/u-2"), untold)

    freezes.thaw("default", "staff/u-1", untold)

    assert [one.id for one in freezes.listed("default")] == ["staff/u-2"]


def test_the_list_begins_with_the_longest_frozen(freezes: Freezes) -> None:
    for subject, since in (("staff/c", 30), ("staff/b", 10), ("staff/a", 10)):
        freezes.freeze("default", frozen(subject, since=since), untold)

    assert [one.id for one in freezes.listed("default")] == ["staff/a", "staff/b", "staff/c"]


def test_freezes_by_many_at_once_all_hold(make: Make) -> None:
    processes = [make(str(at)) for at in range(6)]
    threads = [
        threading.Thread(target=one.freeze, args=("default", frozen(f"staff/{at}"), untold))
        for at, one in enumerate(processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.id for one in make("last").listed("default")] == [f"staff/{at}" for at in range(6)]


def test_a_freeze_that_cannot_be_announced_is_not_made(freezes: Freezes, client: redis.Redis) -> None:
    def silent(_: object) -> None:
        raise StoreUnavailable("timeout")

    with pytest.raises(StoreUnavailable):
        freezes.freeze("default", frozen(), silent)

    assert ask(client, "EXISTS", place()) == 0


def test_deleting_the_list_thaws_nobody_where_it_was_seen(freezes: Freezes, client: redis.Redis) -> None:
    freezes.freeze("default", frozen(), untold)
    ask(client, "DEL", place())

    with pytest.raises(IntegrityError):
        live(freezes)
    assert known(freezes)


def test_another_tenants_empty_list_put_in_place_thaws_nobody(
    freezes: Freezes, make: Make, client: redis.Redis
) -> None:
    freezes.freeze("default", frozen(), untold)
    freezes.freeze("other", frozen("staff/u-2"), untold)
    freezes.thaw("other", "staff/u-2", untold)
    ask(client, "COPY", place("other"), place("default"), "REPLACE")

    with pytest.raises(IntegrityError):
        live(make("two"))


def test_a_forged_list_keeps_no_other_tenants_from_being_learned(
    freezes: Freezes, make: Make, client: redis.Redis
) -> None:
    make("two").freeze("other", frozen(), untold)
    ask(client, "HSET", place("default"), "1", b"forged")

    with pytest.raises(IntegrityError):
        freezes.refresh(["default", "other"])

    assert known(freezes, tenant="other")


def test_nobody_passes_live_while_the_store_is_away(make: Make, tmp_path: object) -> None:
    with pytest.raises(StoreUnavailable):
        live(make("absent", stores.admitted(f"unix://{tmp_path}/nobody.sock")))


def test_what_the_store_holds_of_a_freeze_cannot_be_read(freezes: Freezes, client: redis.Redis) -> None:
    freezes.freeze("default", frozen("staff/zhang", why="rented login"), untold)
    content = b"".join([place(), *ask(client, "HVALS", place())])

    assert [word for word in (b"zhang", b"rented", b"default", b"boss") if word in content] == []


def test_a_thread_that_sees_the_newest_list_never_answers_from_an_older_one(freezes: Freezes, make: Make) -> None:
    """What one thread learned late must not stand in the way of what another has seen."""
    of_tenant = freezes._of("default")
    make("two").freeze("default", frozen("staff/u-1"), untold)
    of_tenant.refresh()
    older = of_tenant._last_read = (of_tenant.content, of_tenant.frozen)
    make("two").freeze("default", frozen("staff/u-2"), untold)
    of_tenant.refresh()
    of_tenant._last_read = older

    assert known(freezes, "staff/u-2")
