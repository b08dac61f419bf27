"""The registry of clients: no operator undoes another, nothing goes back, and a process can start without a store."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from keys.errors import IntegrityError, KeysetError
from masking_service.service.people.clients import SNAPSHOT, ClientRegistry, Clients
from masking_service.service.people.errors import ClientError
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import CLIENTS
from tests.keys.known import known_keyring
from tests.service.people.registries import adding, names
from tests.store import stores
from tests.store.stores import Interleaved, LossyWire, ask, counted
from tests.together import in_threads

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


@pytest.fixture
def printer(registry: ClientRegistry) -> ClientRegistry:
    """The registry after its first change: it has one client."""
    stores.change(registry, adding("printer"))
    return registry


def snapshot(registry: ClientRegistry) -> Path:
    return registry._snapshot._path


def test_a_change_is_seen_by_the_other_processes(make: Callable[..., ClientRegistry], printer: ClientRegistry) -> None:
    other = make("two")

    other.refresh()

    assert (names(printer), names(other)) == (["printer"], ["printer"])


def test_a_snapshot_of_the_same_list_is_not_written_again(
    make: Callable[..., ClientRegistry], printer: ClientRegistry
) -> None:
    """Each worker of a machine keeps the same file; every write of it waits for the disk."""
    written = snapshot(printer).stat()
    other = make()
    other.refresh()

    assert names(other) == ["printer"]
    assert snapshot(other).stat().st_mtime_ns == written.st_mtime_ns


def test_looking_costs_one_round_trip(store: Store, printer: ClientRegistry) -> None:
    with counted(store) as trips:
        printer.refresh()

    assert trips == [1]


def test_an_empty_store_has_no_clients(registry: ClientRegistry) -> None:
    registry.refresh()

    assert (names(registry), snapshot(registry).exists()) == ([], False)


def test_a_change_that_is_refused_changes_nothing(printer: ClientRegistry, client: redis.Redis) -> None:
    with pytest.raises(ClientError):
        stores.change(printer, adding("printer"))

    assert (names(printer), ask(client, "HLEN", CLIENTS)) == (["printer"], 1)


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

    in_threads(4, add_three)

    seen = make("seen")
    seen.refresh()
    assert names(seen) == [f"c-{number}-{step}" for number in range(4) for step in range(3)]


def test_a_change_whose_reply_was_lost_is_made_once(
    wire: LossyWire, over_the_wire: Store, make: Callable[..., ClientRegistry]
) -> None:
    lossy = make("wire", over_the_wire)

    def and_lose_the_reply(clients: Clients) -> Clients:
        wire.lose(1)
        return adding("printer")(clients)

    stores.change(lossy, and_lose_the_reply)

    assert (names(lossy), wire.lost) == (["printer"], 1)


def test_the_store_keeps_the_newest_two(registry: ClientRegistry, client: redis.Redis) -> None:
    for number in range(5):
        stores.change(registry, adding(f"c-{number}"))

    assert sorted(ask(client, "HKEYS", CLIENTS)) == [b"4", b"5"]


@pytest.mark.parametrize(
    "command", [("HDEL", CLIENTS, "2"), ("DEL", CLIENTS)], ids=["an older one than was seen", "emptied"]
)
def test_a_store_that_went_back_is_refused_and_the_clients_stay(
    printer: ClientRegistry, client: redis.Redis, command: tuple[bytes | str, ...]
) -> None:
    stores.change(printer, adding("second"))
    ask(client, *command)

    with pytest.raises(IntegrityError):
        printer.refresh()

    assert names(printer) == ["printer", "second"]


def test_a_registry_under_a_later_serial_is_an_alarm(printer: ClientRegistry, client: redis.Redis) -> None:
    ask(client, "HSET", CLIENTS, "2", ask(client, "HGET", CLIENTS, "1"))

    with pytest.raises(IntegrityError):
        printer.refresh()

    assert names(printer) == ["printer"]


def test_a_process_starts_with_what_the_last_one_knew_without_a_store(
    printer: ClientRegistry, make: Callable[..., ClientRegistry], valkey: str
) -> None:
    successor = make("one", Store(valkey))  # shut: it cannot be asked

    successor.load_snapshot()

    assert names(successor) == ["printer"]


def test_without_a_snapshot_a_process_starts_without_clients(make: Callable[..., ClientRegistry], valkey: str) -> None:
    first = make("fresh", Store(valkey))

    first.load_snapshot()

    assert names(first) == []


def test_a_snapshot_is_the_owners_alone_and_sealed(printer: ClientRegistry) -> None:
    mode = stat.S_IMODE(snapshot(printer).stat().st_mode)
    assert (mode, b"printer" in snapshot(printer).read_bytes(), snapshot(printer).name) == (0o600, False, SNAPSHOT)


@pytest.mark.parametrize("at", [0, 7, 8, 17, 30, -1])
def test_a_changed_snapshot_is_refused(printer: ClientRegistry, make: Callable[..., ClientRegistry], at: int) -> None:
    content = bytearray(snapshot(printer).read_bytes())
    content[at] ^= 1
    snapshot(printer).write_bytes(content)

    with pytest.raises(IntegrityError):
        make("one").load_snapshot()


@pytest.mark.parametrize("length", [0, 7, 8, 20, 45])
def test_a_cut_snapshot_is_refused(printer: ClientRegistry, make: Callable[..., ClientRegistry], length: int) -> None:
    snapshot(printer).write_bytes(snapshot(printer).read_bytes()[:length])

    with pytest.raises(IntegrityError):
        make("one").load_snapshot()


@pytest.mark.usefixtures("printer")
def test_a_snapshot_of_another_keyset_is_refused(make: Callable[..., ClientRegistry]) -> None:
    with pytest.raises(IntegrityError):
        make("one", owner="another owner").load_snapshot()


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o602])
def test_a_snapshot_that_lets_others_in_is_refused(
    printer: ClientRegistry, make: Callable[..., ClientRegistry], mode: int
) -> None:
    snapshot(printer).chmod(mode)

    with pytest.raises(KeysetError, match="gives others access"):
        make("one").load_snapshot()


@pytest.mark.usefixtures("printer")
def test_a_store_that_went_back_behind_the_snapshot_is_refused(
    make: Callable[..., ClientRegistry], client: redis.Redis
) -> None:
    ask(client, "DEL", CLIENTS)
    successor = make("one")
    successor.load_snapshot()

    with pytest.raises(IntegrityError):
        successor.refresh()


def test_no_change_is_made_while_the_store_is_shut(make: Callable[..., ClientRegistry], valkey: str) -> None:
    with pytest.raises(StoreUnavailable):
        stores.change(make("shut", Store(valkey)), adding("printer"))


def test_a_process_that_restores_nothing_takes_over_a_newer_registry(
    printer: ClientRegistry, make: Callable[..., ClientRegistry], valkey: str
) -> None:
    behind = make("two")
    behind.refresh()
    stores.change(printer, adding("second"))

    assert behind.prepare_restore() is None
    assert names(behind) == ["printer", "second"]
    without_store = make("two", Store(valkey))
    without_store.load_snapshot()
    assert names(without_store) == ["printer", "second"]


def test_the_snapshot_of_a_list_that_is_lost_gives_way_to_another_under_its_serial(
    printer: ClientRegistry, make: Callable[..., ClientRegistry], client: redis.Redis, valkey: str
) -> None:
    ask(client, "DEL", CLIENTS)
    stores.change(make("two"), adding("second"))

    assert printer.prepare_restore() is None
    successor = make("one", Store(valkey))
    successor.load_snapshot()
    assert (names(printer), names(successor)) == (["second"], ["second"])
    assert snapshot(printer).read_bytes() == snapshot(make("two")).read_bytes()
