"""Exchanges with many servers end in time."""

import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import redis

from masking_service.store.connection import FAILURES_TO_OPEN, Node, pack
from masking_service.store.errors import StoreUnavailable
from masking_service.store.pipeline import Bundle, Exchanges
from masking_service.store.servers import Cluster
from tests import servers
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

    exchanges.poll(bundles)

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
