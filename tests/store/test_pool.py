"""The pool of connections: one that may be used comes out, whatever happened to it, and none is lost on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from masking_service.store.pool import Pool
from tests import servers

WAIT_SECONDS = 0.05


def made(url: str, connections: int = 1) -> Pool:
    pool: Pool = Pool.from_url(url, max_connections=connections, timeout=WAIT_SECONDS, protocol=2, socket_timeout=2)
    return pool


@pytest.fixture
def pool(valkey: str) -> Iterator[Pool]:
    """A pool of one connection."""
    of_one = made(valkey)
    yield of_one
    of_one.disconnect()


def said(connection: Any, *words: str) -> Any:
    connection.send_command(*words)
    return connection.read_response()


def test_a_connection_is_used_again(pool: Pool) -> None:
    first = pool.get_connection()
    number = said(first, "CLIENT", "ID")
    pool.release(first)

    assert said(pool.get_connection(), "CLIENT", "ID") == number


def test_the_last_one_used_comes_first(valkey: str) -> None:
    pool = made(valkey, connections=3)
    taken = [pool.get_connection() for _ in range(3)]
    for one in taken:
        pool.release(one)

    assert pool.get_connection() is taken[-1]


def test_one_that_the_server_closed_is_connected_anew(pool: Pool, client: redis.Redis) -> None:
    connection = pool.get_connection()
    pool.release(connection)
    client.client_kill_filter(_id=said(connection, "CLIENT", "ID"))

    assert said(pool.get_connection(), "PING") == b"PONG"


def test_one_on_which_an_answer_is_still_to_come_is_connected_anew(pool: Pool) -> None:
    connection = pool.get_connection()
    connection.send_command("ECHO", "somebody else's")
    time.sleep(WAIT_SECONDS)
    pool.release(connection)

    assert said(pool.get_connection(), "ECHO", "mine") == b"mine"


def test_who_finds_none_free_is_told_soon(pool: Pool) -> None:
    pool.get_connection()
    began = time.monotonic()

    with pytest.raises(RedisConnectionError):
        pool.get_connection()

    assert time.monotonic() - began < 40 * WAIT_SECONDS


def test_one_that_cannot_be_made_leaves_its_room_to_the_next() -> None:
    (port,) = servers.free_ports(1)
    pool = made(f"redis://127.0.0.1:{port}/0")
    for _ in range(2):
        with pytest.raises(RedisConnectionError, match="refused"):
            pool.get_connection()


def test_one_to_a_server_that_is_no_primary_any_more_makes_room_for_another(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = pool.get_connection()
    monkeypatch.setattr(pool, "owns_connection", lambda one: one is not left)
    pool.release(left)
    found = pool.get_connection()

    assert found is not left
    assert left._sock is None
    assert said(found, "PING") == b"PONG"


def test_one_that_was_closed_while_it_was_in_use_is_connected_anew(pool: Pool) -> None:
    connection = pool.get_connection()
    number = said(connection, "CLIENT", "ID")
    pool.disconnect()
    pool.release(connection)

    assert said(pool.get_connection(), "CLIENT", "ID") != number
