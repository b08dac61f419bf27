"""The Redis client: whole replies in time, and a circuit breaker."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from redis._parsers import Encoder
from redis.exceptions import BusyLoadingError

from masking_service.dev.embedded import EmbeddedServer
from masking_service.store.client import Store
from masking_service.store.connection import FAILURES_TO_OPEN, MAX_CONNECTIONS, Connections, DeadlineParser
from masking_service.store.errors import StoreUnavailable
from tests import servers
from tests.store import stores
from tests.store.stores import ask, body, counted, put


def connections_of(store: Store) -> Connections:
    (node,) = store._route.owners()
    return node.connections


def reason(store: Store) -> str:
    with pytest.raises(StoreUnavailable) as fault:
        store.read([(b"PING",)])
    return fault.value.reason


def test_a_store_is_shut_until_somebody_has_seen_whose_it_is(valkey: str) -> None:
    store = Store(valkey)

    assert (reason(store), store.round_trips) == ("not-admitted", 0)


def test_a_batch_of_commands_is_one_round_trip(store: Store) -> None:
    with counted(store) as trips:
        replies = store.read([(b"ECHO", b"%d" % number) for number in range(1000)])

    assert (replies, trips) == ([b"%d" % number for number in range(1000)], [1])


@pytest.mark.parametrize("what", ["read", "write"])
def test_no_commands_are_no_round_trip(store: Store, what: str) -> None:
    with counted(store) as trips:
        replies = getattr(store, what)([])

    assert (replies, trips) == ([], [0])


def test_values_are_bytes_of_any_kind(store: Store) -> None:
    value = bytes(range(256)) * 300

    assert store.write([(b"SET", b"k", value), (b"GET", b"k")]) == [b"OK", value]


def test_one_error_among_the_replies_is_no_answer_at_all(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="refused"):
        store.read([(b"ECHO", b"a"), (b"NOSUCHCOMMAND",), (b"ECHO", b"b")])


def test_a_transaction_with_an_error_in_it_changes_nothing(store: Store, client: redis.Redis) -> None:
    with pytest.raises(StoreUnavailable, match="refused"):
        store.write([(b"SET", b"k", b"v"), (b"NOSUCHCOMMAND",)])

    assert ask(client, "EXISTS", "k") == 0


def test_an_error_inside_a_transaction_is_no_answer_at_all(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="refused"):
        store.write([(b"SET", b"k", b"v"), (b"HSET", b"k", b"f", b"v")])


def test_after_error_replies_no_breaker_opens_and_the_connection_answers_the_next_question(store: Store) -> None:
    for _ in range(2 * FAILURES_TO_OPEN):
        with pytest.raises(StoreUnavailable):
            store.read([(b"NOSUCHCOMMAND",), (b"ECHO", b"a")])

    assert store.read([(b"ECHO", b"b")]) == [b"b"]


def test_a_server_that_is_not_ready_has_not_answered() -> None:
    parser = DeadlineParser(1024)
    near, far = socket.socketpair()
    with near, far:
        link = SimpleNamespace(_sock=near, socket_timeout=0.5, encoder=Encoder("utf-8", "strict", False))
        parser.on_connect(link)  # type: ignore[no-untyped-call]  # as redis-py left it
        far.sendall(b"+OK\r\n-LOADING not yet\r\n")

        with pytest.raises(BusyLoadingError):
            parser.read_replies(2, 0.5, time.monotonic() + 0.5)


def test_a_connection_on_which_an_answer_is_still_to_come_meets_nobody_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = connections_of(store).take()
    connections_of(store).give_back(used)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DeadlineParser, "read_replies", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.read([(b"PING",)])
    monkeypatch.undo()

    assert connections_of(store).take() is not used


def test_a_lost_connection_is_tried_once_more(store: Store, client: redis.Redis) -> None:
    store.read([(b"PING",)])
    ask(client, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    assert store.read([(b"ECHO", b"a")]) == [b"a"]


def test_nobody_there_is_a_connection_fault_and_opens_the_breaker_at_once() -> None:
    (port,) = servers.free_ports(1)
    store = stores.admitted(f"redis://127.0.0.1:{port}/0")

    reasons = [reason(store) for _ in range(FAILURES_TO_OPEN + 1)]

    assert (reasons, store.round_trips) == (["connection"] * 3 + ["open-circuit"], 2 * FAILURES_TO_OPEN)


def test_a_wrong_password_is_a_fault_that_does_not_name_it(embedded: EmbeddedServer) -> None:
    store = stores.admitted(embedded.url.replace(":", ":wrong", 2).replace("unix:wrong", "unix:"))

    with pytest.raises(StoreUnavailable) as fault:
        store.read([(b"PING",)])

    assert (str(fault.value), fault.value.__cause__, fault.value.__context__) == ("password", None, None)


def test_a_pool_without_a_free_connection_does_not_wait_for_ever(valkey: str) -> None:
    store = stores.admitted(valkey)
    taken = [connections_of(store).take() for _ in range(MAX_CONNECTIONS)]
    began = time.monotonic()

    said = reason(store)
    for connection in taken:
        connections_of(store).give_back(connection)

    assert (said, time.monotonic() - began < 2.5, store.read([(b"ECHO", b"a")])) == ("connection", True, [b"a"])


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Node]:
    """A server that a test may freeze."""
    node = servers.Node(Path(tmp_path_factory.mktemp("frozen")), servers.durable()).start()
    yield node
    node.kill()
    node.client.close()


def test_a_frozen_server_costs_less_than_two_and_a_half_seconds_and_is_used_again_when_it_wakes(
    node: servers.Node,
) -> None:
    store = stores.admitted(node.url)
    vault = stores.vault(store)
    put(vault, body(), "WARM00000001")
    node.pause()
    try:
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="timeout"):
            put(vault, body())
        frozen = time.monotonic() - began
    finally:
        node.resume()

    assert (frozen < 2.5, put(vault, body()).record.body) == (True, body())


def test_a_frozen_server_that_no_connection_knows_yet_costs_no_more(node: servers.Node) -> None:
    store = stores.admitted(node.url.replace("redis://", "redis://:password@"))
    node.pause()
    try:
        began = time.monotonic()
        said = reason(store)
        frozen = time.monotonic() - began
    finally:
        node.resume()

    assert (said, frozen < 2.5) == ("timeout", True)


@pytest.fixture
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a server that answers slowly, byte by byte."""
    beginning, more = request.param
    listener = socket.create_server((servers.HOST, 0))
    stopped = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(1)  # no answer before a question
            connection.sendall(beginning)
            while not stopped.wait(0.3):
                connection.sendall(more)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"redis://{servers.HOST}:{listener.getsockname()[1]}"
    stopped.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.mark.parametrize(
    ("dripping", "login"),
    [
        pytest.param((b"", b"+OK\r\n"), "", id="one reply after the other"),
        pytest.param((b"$30\r\n", b"x"), "", id="one reply, a byte at a time"),
        pytest.param((b"*30\r\n", b"+OK\r\n"), "", id="one reply, a part at a time"),
        pytest.param((b"$30\r\n", b"x"), ":password@", id="its greeting, a byte at a time"),
    ],
    indirect=["dripping"],
)
def test_a_server_that_drips_its_replies_is_given_up_in_time(dripping: str, login: str) -> None:
    store = stores.admitted(dripping.replace("//", f"//{login}"))
    began = time.monotonic()

    with pytest.raises(StoreUnavailable, match="timeout"):
        store.read([(b"GET", b"k")] * 100)

    assert time.monotonic() - began < 5.0  # the contract's five seconds, for all that a request asks


def test_a_closed_store_connects_again_when_it_is_used(store: Store) -> None:
    store.read([(b"PING",)])
    store.close()

    assert store.read([(b"ECHO", b"a")]) == [b"a"]
