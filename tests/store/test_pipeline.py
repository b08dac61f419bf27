"""Exchanges with many servers end in time."""

import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from masking_service.store import pipeline
from masking_service.store.cluster import Cluster
from masking_service.store.connection import FAILURES_TO_OPEN, Node, pack
from masking_service.store.errors import StoreUnavailable
from masking_service.store.fences import fence
from masking_service.store.pipeline import Bundle, Exchanges, _Group
from tests import servers
from tests.every import every
from tests.store import stores
from tests.store.stores import ask

SHARDS = 8


class Silent:
    """Addresses that accept connections and never answer."""

    def __init__(self) -> None:
        self.listeners = [socket.create_server((servers.HOST, 0)) for _ in range(SHARDS)]
        self.dialled: list[int] = []

    def dial(self, address: tuple[str, int]) -> redis.Connection:
        self.dialled.append(address[1])
        return redis.Connection(host=address[0], port=address[1], socket_timeout=0.5, protocol=2, driver_info=None)


@pytest.fixture
def silent() -> Iterator[Silent]:
    silent = Silent()
    yield silent
    for listener in silent.listeners:
        listener.close()


def test_after_half_a_second_nothing_is_sent_to_further_servers(silent: Silent) -> None:
    addresses = [(servers.HOST, listener.getsockname()[1]) for listener in silent.listeners]
    nodes = [Node(partial(silent.dial, address), 1) for address in addresses]
    exchanges = Exchanges(Cluster([], silent.dial), None)

    with pytest.raises(StoreUnavailable, match="timeout"):
        exchanges.run([Bundle(0, pack((b"PING",)), 1, at=node) for node in nodes])

    assert len(set(silent.dialled)) < SHARDS / 2


def test_a_server_that_answers_is_asked_before_one_that_did_not(silent: Silent, valkey: str) -> None:
    store = stores.admitted(valkey)
    (answering,) = store._route.owners()
    port = silent.listeners[0].getsockname()[1]
    hanging = Node(lambda: silent.dial((servers.HOST, port)), 1)
    exchanges = Exchanges(Cluster([], silent.dial), None)
    hanging.breaker.failed("timeout")
    bundles = [Bundle(0, pack((b"PING",)), 1, at=node) for node in (hanging, answering)]

    exchanges.run(bundles, partial=True)

    assert (str(bundles[0].error), bundles[1].replies, bundles[1].error) == ("timeout", [b"PONG"], None)


def test_a_server_that_is_a_primary_again_is_used_at_once(tmp_path: Path) -> None:
    node = servers.Node(tmp_path, servers.durable()).start()
    store = stores.admitted(node.url)
    ask(node.client, "REPLICAOF", servers.HOST, 1)
    for _ in range(FAILURES_TO_OPEN + 1):
        with pytest.raises(StoreUnavailable, match="refused"):
            store.write([(b"SET", b"k", b"v")])
    ask(node.client, "REPLICAOF", "NO", "ONE")

    assert store.write([(b"SET", b"k", b"v")]) == [b"OK"]
    node.kill()


class _Wire:
    """A node that gives the replies that are asked for, and keeps what was sent."""

    def __init__(self, replies: list[Any]) -> None:
        self.replies, self.sent, self.counted = replies, b"", 0

    def send(self, payload: bytes, _: object) -> str:
        self.sent = payload
        return "connection"

    def receive(self, connection: str, count: int, *_: float) -> list[Any]:
        assert connection == "connection"
        self.counted = count
        return self.replies[:count]


@every("asked", [(False, True), (True, False), (True, True), (False, False)])
def test_each_bundle_gets_its_own_replies_whichever_of_them_asks_a_slot_that_moves(
    monkeypatch: pytest.MonkeyPatch, asked: tuple[bool, bool]
) -> None:
    """The fence asks where the last bundle does."""
    monkeypatch.setattr(pipeline, "time", lambda: 5.9)
    bundles = [Bundle(at, b"<%d>" % at, 1, asking=asking) for at, asking in enumerate(asked)]
    expected: list[Any] = []
    for at, asking in enumerate(asked):
        expected += [b"OK"] * asking + [b"reply %d" % at]
    wire = _Wire([*expected, *[b"OK"] * asked[-1], b"OK", 7])
    group = _Group(cast(Node, wire), 1, bundles)

    group.send(slotted=True, check=None)
    group.receive(1.0, 2.0)

    word = pack((b"ASKING",))
    fenced = word * asked[1] + pack((b"SET", fence(1), 5)) + pack((b"WAIT", 1, 400))
    assert wire.sent == word * asked[0] + b"<0>" + word * asked[1] + b"<1>" + fenced
    assert wire.counted == len(wire.replies)
    assert [bundle.replies for bundle in bundles] == [[b"reply 0"], [b"reply 1"]]
    assert group.confirmed == 7
