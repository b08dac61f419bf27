"""Freezes are sealed, read live before values are shown, and cannot be undone by changing bytes."""

from collections.abc import Callable
from typing import Any

import pytest
import redis

from keys.errors import IntegrityError
from masking_service.service.freezes.state import Freeze, Freezes
from masking_service.service.people.errors import Frozen
from masking_service.service.people.principals import Principal
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import FREEZES, tenant_key
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import ask, counted
from tests.together import in_threads

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
    return tenant_key(known_keyring().tenant(tenant).tag("tenant"), FREEZES)


def is_frozen(look: Callable[[], object]) -> bool:
    try:
        look()
    except Frozen:
        return True
    return False


def live(freezes: Freezes, subject: str = "staff/u-1", tenant: str = "default") -> bool:
    return is_frozen(lambda: freezes.refuse_live(who(subject, tenant)))


def known(freezes: Freezes, subject: str = "staff/u-1", tenant: str = "default") -> bool:
    return is_frozen(lambda: freezes.refuse(who(subject, tenant)))


def test_no_principal_is_frozen_at_first(freezes: Freezes) -> None:
    assert (live(freezes), known(freezes), freezes.listed("default")) == (False, False, [])


def test_a_freeze_by_another_process_is_seen_live_at_once(freezes: Freezes, make: Make) -> None:
    stores.freeze(make("two"), "default", frozen())

    assert (known(freezes), live(freezes)) == (False, True)


def test_a_freeze_by_another_process_is_known_after_the_next_look(freezes: Freezes, make: Make) -> None:
    stores.freeze(make("two"), "default", frozen())

    freezes.refresh(["default"])

    assert known(freezes)


def test_an_unfreeze_by_another_process_is_seen_live_at_once(freezes: Freezes, make: Make) -> None:
    stores.freeze(freezes, "default", frozen())
    stores.unfreeze(make("two"), "default", "staff/u-1")

    assert (live(freezes), known(freezes)) == (False, False)


def test_memory_asks_nothing_of_the_store(freezes: Freezes, store: Store) -> None:
    stores.freeze(freezes, "default", frozen())

    with counted(store) as trips:
        assert known(freezes)

    assert trips == [0]


def test_the_live_read_is_one_round_trip_and_brings_the_misses(freezes: Freezes, store: Store) -> None:
    freezes.add_misses(who(), 7)

    with counted(store) as trips:
        missed = freezes.refuse_live(who())

    assert (trips, missed) == ([1], 7)


def test_the_lists_of_all_tenants_are_one_round_trip(freezes: Freezes, make: Make, store: Store) -> None:
    for tenant in ("default", "other"):
        stores.freeze(make("two"), tenant, frozen())

    with counted(store) as trips:
        freezes.refresh(["default", "other", "third"])

    assert (trips, known(freezes), known(freezes, tenant="other")) == ([1], True, True)


def test_a_freeze_holds_in_its_tenant_only(freezes: Freezes) -> None:
    stores.freeze(freezes, "default", frozen())

    assert (live(freezes, tenant="other"), known(freezes, tenant="other")) == (False, False)


@pytest.mark.parametrize("other", ["staff/u-11", "staff/U-1", "client/u-1", "dev/u-1", "staff/u-1 "])
def test_a_freeze_holds_for_exactly_one_principal(freezes: Freezes, other: str) -> None:
    stores.freeze(freezes, "default", frozen())

    assert live(freezes, other) is False


def test_the_first_of_two_freezes_is_kept(freezes: Freezes, make: Make) -> None:
    first = stores.freeze(freezes, "default", frozen())
    second = stores.freeze(make("two"), "default", frozen())

    assert (first, second) == (frozen(), frozen())


def test_an_existing_freeze_is_not_changed(freezes: Freezes) -> None:
    stores.freeze(freezes, "default", frozen())

    again = stores.freeze(freezes, "default", frozen(since=1_796_000_999, why="again"))

    assert (again, freezes.listed("default")) == (frozen(), [frozen()])


@pytest.mark.parametrize("before", [["staff/u-1", "staff/u-2"], ["staff/u-2"]], ids=["frozen", "not frozen"])
def test_unfreezing_a_principal_leaves_the_others_frozen(freezes: Freezes, before: list[str]) -> None:
    for subject in before:
        stores.freeze(freezes, "default", frozen(subject))

    stores.unfreeze(freezes, "default", "staff/u-1")

    assert [one.id for one in freezes.listed("default")] == ["staff/u-2"]


def test_the_list_begins_with_the_longest_frozen(freezes: Freezes) -> None:
    for subject, since in (("staff/c", 30), ("staff/b", 10), ("staff/a", 10)):
        stores.freeze(freezes, "default", frozen(subject, since=since))

    assert [one.id for one in freezes.listed("default")] == ["staff/a", "staff/b", "staff/c"]


def test_freezes_by_many_at_once_all_hold(make: Make) -> None:
    in_threads(6, lambda at: stores.freeze(make(str(at)), "default", frozen(f"staff/{at}")))

    assert [one.id for one in make("last").listed("default")] == [f"staff/{at}" for at in range(6)]


def test_a_prepared_freeze_is_not_in_force(freezes: Freezes, client: redis.Redis) -> None:
    freezes.prepare_freeze("default", frozen())

    assert ask(client, "EXISTS", place()) == 0


def test_deleting_the_list_unfreezes_no_principal_where_it_was_seen(freezes: Freezes, client: redis.Redis) -> None:
    stores.freeze(freezes, "default", frozen())
    ask(client, "DEL", place())

    with pytest.raises(IntegrityError):
        live(freezes)
    assert known(freezes)


def test_another_tenants_empty_list_put_in_place_unfreezes_no_principal(
    freezes: Freezes, make: Make, client: redis.Redis
) -> None:
    stores.freeze(freezes, "default", frozen())
    stores.freeze(freezes, "other", frozen("staff/u-2"))
    stores.unfreeze(freezes, "other", "staff/u-2")
    ask(client, "COPY", place("other"), place("default"), "REPLACE")

    with pytest.raises(IntegrityError):
        live(make("two"))


def test_a_forged_list_keeps_no_other_tenants_from_being_learned(
    freezes: Freezes, make: Make, client: redis.Redis
) -> None:
    stores.freeze(make("two"), "other", frozen())
    ask(client, "HSET", place("default"), "1", b"forged")

    with pytest.raises(IntegrityError):
        freezes.refresh(["default", "other"])

    assert known(freezes, tenant="other")


def test_a_shard_that_is_away_keeps_no_other_tenants_from_being_learned(
    freezes: Freezes, make: Make, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.freeze(make("two"), "other", frozen())
    poll = store.poll
    monkeypatch.setattr(store, "poll", lambda commands: [StoreUnavailable("away"), *poll(commands)[1:]])

    with pytest.raises(StoreUnavailable):
        freezes.refresh(["default", "other"])

    assert known(freezes, tenant="other")


def test_no_principal_passes_live_while_the_store_is_away(make: Make, tmp_path: object) -> None:
    with pytest.raises(StoreUnavailable):
        live(make("absent", stores.admitted(f"unix://{tmp_path}/absent.sock")))


def test_what_the_store_holds_of_a_freeze_cannot_be_read(freezes: Freezes, client: redis.Redis) -> None:
    stores.freeze(freezes, "default", frozen("staff/zhang", why="rented login"))
    content = b"".join([place(), *ask(client, "HVALS", place())])

    assert [word for word in (b"zhang", b"rented", b"default", b"boss") if word in content] == []


def test_a_thread_that_sees_the_newest_list_never_answers_from_an_older_one(freezes: Freezes, make: Make) -> None:
    """A late reply to one thread must not hide what another has read."""
    of_tenant = freezes._lists.of("default")
    stores.freeze(make("two"), "default", frozen("staff/u-1"))
    of_tenant.refresh()
    older = of_tenant._last_read = (of_tenant.content, of_tenant.shut)
    stores.freeze(make("two"), "default", frozen("staff/u-2"))
    of_tenant.refresh()
    of_tenant._last_read = older

    assert known(freezes, "staff/u-2")


def test_a_revoked_key_is_in_the_list_beside_the_freezes(freezes: Freezes, make: Make) -> None:
    stores.freeze(freezes, "default", frozen("staff/u-1"))
    assert freezes.prepare_revocation("default", "key-1").write()
    stores.freeze(freezes, "default", frozen("staff/u-2"))

    other = make("two")
    other.refresh(["default"])

    assert other.revoked("default") == {"key-1"}
    assert known(other, "staff/u-1")
    assert known(other, "staff/u-2")


def test_unfreezing_leaves_revoked_keys_revoked(freezes: Freezes) -> None:
    stores.freeze(freezes, "default", frozen("staff/u-1"))
    assert freezes.prepare_revocation("default", "key-1").write()
    assert freezes.prepare_unfreeze("default", "staff/u-1").write()

    assert freezes.revoked("default") == {"key-1"}


def test_a_list_that_an_earlier_release_wrote_is_read(freezes: Freezes) -> None:
    """Until a key is revoked the content is the same list, so both releases read it."""
    stores.freeze(freezes, "default", frozen("staff/u-1"))

    assert freezes._lists.of("default").content.startswith(b'[{"id":"staff/u-1"')


def test_each_revoked_key_stays_revoked_beside_the_others(freezes: Freezes, make: Make) -> None:
    stores.freeze(freezes, "default", frozen())
    for key in ("key-2", "key-1", "key-3", "key-1"):
        assert freezes.prepare_revocation("default", key).write()
    other = make("two")

    assert other.listed("default") == [frozen()]
    assert sorted(other.revoked("default")) == ["key-1", "key-2", "key-3"]
    assert other.revoked("other") == frozenset()


def test_an_unfreeze_says_what_it_writes_as_a_freeze_does(freezes: Freezes) -> None:
    _, freezing = freezes.prepare_freeze("default", frozen())
    assert freezing.write()
    unfreezing = freezes.prepare_unfreeze("default", "staff/u-1")
    revoking = freezes.prepare_revocation("default", "key-1")

    for change in (freezing, unfreezing, revoking):
        (sealed, *deleted) = change.sealed
        assert (sealed.place.startswith(place()), bool(sealed.value), sealed.once) == (True, True, True)
        assert all(one.value is None for one in deleted)


def test_counts_are_reset_before_a_principal_is_unfrozen(
    freezes: Freezes, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next miss would freeze them again where only the list was written."""
    stores.freeze(freezes, "default", frozen())
    freezes.add_misses(who(), 7)
    unfreezing = freezes.prepare_unfreeze("default", "staff/u-1")
    write, written = store.write, list[object]()

    def once(commands: Any, **how: Any) -> Any:
        if written:
            raise StoreUnavailable("away")
        written.append(commands)
        return write(commands, **how)

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", once)
        patched.setattr(store, "ask", lambda *_: once([]))
        with pytest.raises(StoreUnavailable):
            unfreezing.write()

    assert (live(freezes), freezes.add_misses(who(), 1)) == (True, 1)
