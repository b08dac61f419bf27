"""The registry of clients: no operator undoes another, nothing goes back, and a process can start without a store."""

import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from keys.errors import IntegrityError, KeysetError
from masking_service.access.clients import Clients
from masking_service.access.errors import ClientError
from masking_service.access.registry import SNAPSHOT, ClientRegistry
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import CLIENTS
from tests.access.registries import adding, names
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import Interleaved, LossyWire, ask, counted

NOW = 1_796_000_000


@pytest.fixture
def make(tmp_path: Path, store: Store) -> Callable[..., ClientRegistry]:
    """`make("name")`: the registry of another process, with its own folder."""

    def build(name: str = "one", at: Store = store, owner: str = "vectors") -> ClientRegistry:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return ClientRegistry(at, known_keyring(owner), folder, stores.foreseen(name))

    return build


@pytest.fixture
def registry(make: Callable[..., ClientRegistry]) -> ClientRegistry:
    return make()


def snapshot(registry: ClientRegistry) -> Path:
    return registry._snapshot


def test_a_change_is_seen_by_the_other_processes(registry: ClientRegistry, make: Callable[..., ClientRegistry]) -> None:
    other = make("two")
    stores.change(registry, adding("printer"))

    other.refresh()

    assert (names(registry), names(other)) == (["printer"], ["printer"])


def test_looking_costs_one_round_trip(store: Store, registry: ClientRegistry) -> None:
    stores.change(registry, adding("printer"))

    with counted(store) as trips:
        registry.refresh()

    assert trips == [1]


def test_an_empty_store_has_no_clients(registry: ClientRegistry) -> None:
    registry.refresh()

    assert (names(registry), snapshot(registry).exists()) == ([], False)


def test_a_change_that_is_refused_changes_nothing(registry: ClientRegistry, client: redis.Redis) -> None:
    stores.change(registry, adding("printer"))

    with pytest.raises(ClientError):
        stores.change(registry, adding("printer"))

    assert (names(registry), ask(client, "HLEN", CLIENTS)) == (["printer"], 1)


def test_the_second_of_two_operators_changes_the_registry_of_the_first(
    valkey: str, registry: ClientRegistry, make: Callable[..., ClientRegistry]
) -> None:
    late = make("late", Interleaved(valkey, {0: lambda: stores.change(registry, adding("first"))}))

    stores.change(late, adding("second"))

    registry.refresh()
    assert (names(registry), names(late)) == (["first", "second"], ["first", "second"])


def test_an_operator_behind_many_changes_loses_none(
    valkey: str, registry: ClientRegistry, make: Callable[..., ClientRegistry]
) -> None:
    # Long enough asleep that the serial which it is about to write was written and has been cleared away.
    def overtake() -> None:
        for number in range(5):
            stores.change(registry, adding(f"c-{number}"))

    late = make("late", Interleaved(valkey, {0: overtake}))

    stores.change(late, adding("late"))

    registry.refresh()
    assert names(registry) == ["c-0", "c-1", "c-2", "c-3", "c-4", "late"]


def test_operators_at_once_lose_nothing(valkey: str, make: Callable[..., ClientRegistry]) -> None:
    registries = [make(str(number), stores.admitted(valkey)) for number in range(4)]

    def add_three(number: int) -> None:
        for step in range(3):
            stores.change(registries[number], adding(f"c-{number}-{step}"))

    threads = [threading.Thread(target=add_three, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    seen = make("seen")
    seen.refresh()
    assert names(seen) == [f"c-{number}-{step}" for number in range(4) for step in range(3)]


def test_a_change_whose_reply_was_lost_is_made_once(valkey: str, make: Callable[..., ClientRegistry]) -> None:
    wire = LossyWire(valkey)
    try:
        over_the_wire = make("wire", stores.admitted(wire.url))
        over_the_wire.refresh()

        def and_lose_the_reply(clients: Clients) -> Clients:
            wire.lose(1)
            return adding("printer")(clients)

        stores.change(over_the_wire, and_lose_the_reply)
    finally:
        wire.close()

    assert (names(over_the_wire), wire.lost) == (["printer"], 1)


def test_the_store_keeps_the_newest_two(registry: ClientRegistry, client: redis.Redis) -> None:
    for number in range(5):
        stores.change(registry, adding(f"c-{number}"))

    assert sorted(ask(client, "HKEYS", CLIENTS)) == [b"4", b"5"]


def test_an_older_registry_than_one_already_seen_is_refused(registry: ClientRegistry, client: redis.Redis) -> None:
    stores.change(registry, adding("first"))
    stores.change(registry, adding("second"))
    ask(client, "HDEL", CLIENTS, "2")

    with pytest.raises(IntegrityError):
        registry.refresh()

    assert names(registry) == ["first", "second"]


def test_an_emptied_store_is_refused_and_the_clients_stay(registry: ClientRegistry, client: redis.Redis) -> None:
    stores.change(registry, adding("printer"))
    ask(client, "DEL", CLIENTS)

    with pytest.raises(IntegrityError):
        registry.refresh()

    assert names(registry) == ["printer"]


def test_a_registry_under_a_later_serial_is_an_alarm(registry: ClientRegistry, client: redis.Redis) -> None:
    stores.change(registry, adding("printer"))
    ask(client, "HSET", CLIENTS, "2", ask(client, "HGET", CLIENTS, "1"))

    with pytest.raises(IntegrityError):
        registry.refresh()

    assert names(registry) == ["printer"]


def test_a_process_starts_with_what_the_last_one_knew_without_a_store(
    registry: ClientRegistry, make: Callable[..., ClientRegistry], valkey: str
) -> None:
    stores.change(registry, adding("printer"))
    successor = make("one", Store(valkey))  # shut: it cannot be asked

    successor.load_snapshot()

    assert names(successor) == ["printer"]


def test_without_a_snapshot_a_process_starts_without_clients(make: Callable[..., ClientRegistry], valkey: str) -> None:
    first = make("fresh", Store(valkey))

    first.load_snapshot()

    assert names(first) == []


def test_a_snapshot_is_the_owners_alone_and_sealed(registry: ClientRegistry) -> None:
    stores.change(registry, adding("printer"))

    mode = stat.S_IMODE(snapshot(registry).stat().st_mode)
    assert (mode, b"printer" in snapshot(registry).read_bytes(), snapshot(registry).name) == (0o600, False, SNAPSHOT)


@pytest.mark.parametrize("at", [0, 7, 8, 17, 30, -1])
def test_a_changed_snapshot_is_refused(registry: ClientRegistry, make: Callable[..., ClientRegistry], at: int) -> None:
    stores.change(registry, adding("printer"))
    content = bytearray(snapshot(registry).read_bytes())
    content[at] ^= 1
    snapshot(registry).write_bytes(content)

    with pytest.raises(IntegrityError):
        make("one").load_snapshot()


@pytest.mark.parametrize("length", [0, 7, 8, 20, 45])
def test_a_cut_snapshot_is_refused(registry: ClientRegistry, make: Callable[..., ClientRegistry], length: int) -> None:
    stores.change(registry, adding("printer"))
    snapshot(registry).write_bytes(snapshot(registry).read_bytes()[:length])

    with pytest.raises(IntegrityError):
        make("one").load_snapshot()


def test_a_snapshot_of_another_keyset_is_refused(registry: ClientRegistry, make: Callable[..., ClientRegistry]) -> None:
    stores.change(registry, adding("printer"))

    with pytest.raises(IntegrityError):
        make("one", owner="another owner").load_snapshot()


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o602])
def test_a_snapshot_that_lets_others_in_is_refused(
    registry: ClientRegistry, make: Callable[..., ClientRegistry], mode: int
) -> None:
    stores.change(registry, adding("printer"))
    snapshot(registry).chmod(mode)

    with pytest.raises(KeysetError, match="gives others access"):
        make("one").load_snapshot()


def test_a_store_that_went_back_behind_the_snapshot_is_refused(
    registry: ClientRegistry, make: Callable[..., ClientRegistry], client: redis.Redis
) -> None:
    stores.change(registry, adding("printer"))
    ask(client, "DEL", CLIENTS)
    successor = make("one")
    successor.load_snapshot()

    with pytest.raises(IntegrityError):
        successor.refresh()


def test_no_change_is_made_while_the_store_is_shut(make: Callable[..., ClientRegistry], valkey: str) -> None:
    with pytest.raises(StoreUnavailable):
        stores.change(make("shut", Store(valkey)), adding("printer"))
