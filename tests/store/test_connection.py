"""Idle connections: each one that is taken is usable."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from redis.connection import AbstractConnection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError

from masking_service.store.connection import Connection, Connections, pack
from tests import servers

WAIT_SECONDS = 0.05


def dial_to(url: str) -> Callable[[], AbstractConnection]:
    found = parse_url(url)
    kind = found.pop("connection_class", redis.Connection)
    return lambda: kind(**found, protocol=2, socket_timeout=2)


def made(url: str, limit: int = 1) -> Connections:
    return Connections(dial_to(url), limit, WAIT_SECONDS)


@pytest.fixture
def connections(valkey: str) -> Iterator[Connections]:
    """At most one connection."""
    of_one = made(valkey)
    yield of_one
    of_one.renew()


def ask(connection: Connection, *words: bytes) -> Any:
    connection.send(pack(words))
    return connection.read(1, 2.0, time.monotonic() + 2)[0]


def test_a_connection_is_used_again(connections: Connections) -> None:
    first = connections.take()
    connections.give_back(first)

    assert connections.take() is first


def test_the_last_one_used_comes_first(valkey: str) -> None:
    connections = made(valkey, limit=3)
    taken = [connections.take() for _ in range(3)]
    for one in taken:
        connections.give_back(one)

    assert connections.take() is taken[-1]


def test_it_knows_the_run_id_of_its_server(connections: Connections, client: redis.Redis) -> None:
    assert connections.take().run_id.decode() == client.info("server")["run_id"]


def test_one_that_the_server_closed_is_replaced(connections: Connections, client: redis.Redis) -> None:
    closed = connections.take()
    connections.give_back(closed)
    client.client_kill_filter(_id=ask(closed, b"CLIENT", b"ID"))

    assert ask(connections.take(), b"PING") == b"PONG"


def test_one_on_which_a_reply_is_still_to_come_is_replaced(connections: Connections) -> None:
    taken = connections.take()
    taken.send(pack((b"ECHO", b"of another caller")))
    servers.wait_until(lambda: not taken.clean, "the reply has come")
    connections.give_back(taken)

    assert ask(connections.take(), b"ECHO", b"mine") == b"mine"


def test_a_caller_waits_briefly_for_a_free_one(connections: Connections) -> None:
    connections.take()
    began = time.monotonic()

    with pytest.raises(RedisConnectionError):
        connections.take()

    assert time.monotonic() - began < 40 * WAIT_SECONDS


def test_one_that_cannot_be_made_leaves_its_place_to_the_next() -> None:
    (port,) = servers.free_ports(1)
    connections = made(f"redis://127.0.0.1:{port}/0")
    for _ in range(2):
        with pytest.raises(RedisConnectionError, match="refused"):
            connections.take()


@pytest.mark.parametrize("in_use", [False, True])
def test_after_a_renewal_every_connection_is_new(connections: Connections, in_use: bool) -> None:
    before = connections.take()
    if not in_use:
        connections.give_back(before)
    connections.renew()
    if in_use:
        connections.give_back(before)

    after = connections.take()
    assert after is not before
    assert ask(after, b"PING") == b"PONG"
