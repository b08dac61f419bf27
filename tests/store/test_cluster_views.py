"""Which node owns which slot, as nodes tell it that answer what a test says: the whole map, and whom a client asks."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest
import redis
from redis.exceptions import AskError, MovedError
from redis.exceptions import ConnectionError as RedisConnectionError

from masking_service.store.cluster import Cluster
from masking_service.store.connection import Node
from tests.servers import wait_until

LAST = 16_383
Range = tuple[int, int, str]
View = list[list[Any]]


def view(*ranges: Range) -> View:
    """The reply to CLUSTER SLOTS: first slot, last slot and the nodes of each range, its owner first."""
    return [[first, last, *([host.encode(), 1, b"id"] for host in hosts.split("+"))] for first, last, hosts in ranges]


class Nodes:
    """Nodes by their hosts. Each tells its view; one without a view ends every connection."""

    def __init__(self) -> None:
        self.views: dict[str, View] = {}
        self.asked: list[str] = []
        self.ended: list[str] = []
        self._ports: dict[str, int] = {}
        self._servers: list[socketserver.ThreadingTCPServer] = []

    def dial(self, address: tuple[str, int]) -> redis.Connection:
        host = address[0]
        if host not in self._ports:
            self._ports[host] = self._serve(host)
        port = self._ports[host]
        return redis.Connection(host="127.0.0.1", port=port, socket_timeout=0.5, protocol=2, driver_info=None)

    def host(self, node: Node) -> str:
        port = vars(node.connections.dial())["port"]
        return next(host for host, own in self._ports.items() if own == port)

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _serve(self, host: str) -> int:
        nodes = self

        class Answering(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                while sent := self.request.recv(1_024):
                    if b"INFO" in sent:
                        self.request.sendall(b"$8\r\nrun_id:a\r\n")
                        continue
                    nodes.asked.append(host)
                    if host not in nodes.views:
                        return
                    self.request.sendall(packed(nodes.views[host]))
                nodes.ended.append(host)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answering)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self._servers.append(server)
        return int(server.server_address[1])


def packed(reply: Any) -> bytes:
    if isinstance(reply, list):
        return b"*%d\r\n" % len(reply) + b"".join(map(packed, reply))
    return b":%d\r\n" % reply if isinstance(reply, int) else b"$%d\r\n%s\r\n" % (len(reply), reply)


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    nodes = Nodes()
    yield nodes
    nodes.close()


def cluster(nodes: Nodes, *hosts: str) -> Cluster:
    return Cluster([(host, 1) for host in hosts], nodes.dial)


def owned(nodes: Nodes, found: Cluster) -> list[tuple[int, int, str]]:
    """Who owns which slots, as a client that asks for each slot is told it."""
    owners: list[Node | None] = []
    for slot in range(LAST + 1):
        try:
            owners.append(found.owner(slot))
        except RedisConnectionError:
            owners.append(None)
    runs = [(node, [slot for slot, _ in run]) for node, run in groupby(enumerate(owners), lambda one: one[1])]
    return [(slots[0], slots[-1], nodes.host(node) if node else "no node") for node, slots in runs]


def test_each_slot_belongs_to_the_node_of_its_range_and_those_between_to_no_node(nodes: Nodes) -> None:
    nodes.views["a"] = view((9_000, LAST, "c"), (0, 0, "a"), (2, 8_000, "b+r"))
    found = cluster(nodes, "a")

    assert found.known_owners() == []
    assert owned(nodes, found) == [
        (0, 0, "a"),
        (1, 1, "no node"),
        (2, 8_000, "b"),
        (8_001, 8_999, "no node"),
        (9_000, LAST, "c"),
    ]
    owners = {nodes.host(node): [*slots] for node, slots in found.owners().items()}
    assert owners == {"a": [0], "b": [*range(2, 8_001)], "c": [*range(9_000, LAST + 1)]}
    assert sorted(map(nodes.host, found.known_owners())) == ["a", "b", "c"]
    assert nodes.asked == ["a"]


def test_a_node_without_a_host_is_the_one_that_was_asked(nodes: Nodes) -> None:
    nodes.views["a"] = view((0, LAST, ""))

    assert owned(nodes, cluster(nodes, "a")) == [(0, LAST, "a")]


def test_most_of_five_views_hold_and_nodes_that_differ_or_fail_are_asked_last(nodes: Nodes) -> None:
    """Of the nodes that the cluster has left behind only those of the URL are asked again."""
    agreed = view((0, LAST, "d+e+f+g"))
    nodes.views = dict.fromkeys("cdefg", agreed) | {"a": view((0, LAST, "old"))}
    found = cluster(nodes, *"abcdefg")
    found.refresh()
    before, nodes.asked = sorted(nodes.asked), []
    found.refresh()
    then, nodes.asked = sorted(nodes.asked), []
    nodes.views |= {"a": agreed, "d": view((0, LAST, "a"))}
    found.refresh()
    after, nodes.asked = sorted(nodes.asked), []
    found.refresh()

    assert (before, then, after, sorted(nodes.asked)) == ([*"abcde"], [*"cdefg"], [*"cdefg"], [*"acefg"])
    assert owned(nodes, found) == [(0, LAST, "d")]


def test_where_no_node_answers_the_map_stays_and_those_that_failed_are_asked_last(nodes: Nodes) -> None:
    found = cluster(nodes, *"abcdef")
    asked = []
    for _ in range(2):
        with pytest.raises(RedisConnectionError, match="no node of the cluster answers"):
            found.refresh()
        asked.append(sorted(nodes.asked))
        nodes.asked.clear()
    nodes.views = {"f": [], "a": view((0, LAST, "a"))}
    found.refresh()

    assert [*asked, sorted(nodes.asked)] == [[*"abcde"], [*"abcdf"], [*"abcef"]]
    assert owned(nodes, found) == [(0, LAST, "a")]


def test_a_slot_that_has_moved_belongs_to_the_node_that_was_named(nodes: Nodes) -> None:
    nodes.views["a"] = view((0, LAST, "a"))
    found = cluster(nodes, "a")
    moved = [MovedError("5 b:1"), MovedError("7 :1")]
    found.refresh(moved)

    assert owned(nodes, found) == [(0, 4, "a"), (5, 5, "b"), (6, LAST, "a")]
    assert nodes.host(found.target(AskError("6 c:1"))) == "c"


def test_what_moved_holds_although_no_node_answers(nodes: Nodes) -> None:
    nodes.views["a"] = view((0, LAST, "a"))
    found = cluster(nodes, "a")
    found.refresh()
    nodes.views.clear()
    with pytest.raises(RedisConnectionError):
        found.refresh([MovedError("0 b:1")])

    assert owned(nodes, found) == [(0, 0, "b"), (1, LAST, "a")]


def test_connections_to_a_node_that_has_left_are_closed_and_all_at_the_end(nodes: Nodes) -> None:
    nodes.views = {"a": view((0, LAST, "b"))}
    found = cluster(nodes, "a")
    connections = found.owner(0).connections
    for connection in (connections.take(), connections.take()):  # on one it is asked, and does not answer
        connections.give_back(connection)
    nodes.views = {"a": view((0, LAST, "a"))}
    found.refresh()

    wait_until(lambda: nodes.ended == ["b"], "the connections to it are closed")
    found.close()
    wait_until(lambda: nodes.ended == ["b", "a"], "all connections are closed")
