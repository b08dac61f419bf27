"""Start real Valkey servers for tests: single nodes, clusters and sentinels, on free ports of 127.0.0.1.

No server outlives the test run, however the run ends, and each is stopped through its own process object.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from masking_service.dev.child import start_child
from masking_service.dev.embedded import DURABLE, server_binary
from tests import programs

HOST = "127.0.0.1"
SLOTS = 16384
PORTS = range(20000, 30000)  # below the range from which Linux takes the ports of outgoing connections


def free_ports(count: int) -> list[int]:
    """Return `count` ports that nothing listens on."""
    held: list[socket.socket] = []
    for port in random.sample(PORTS, len(PORTS)):
        candidate = socket.socket()
        try:
            candidate.bind((HOST, port))
        except OSError:
            candidate.close()
            continue
        held.append(candidate)
        if len(held) == count:
            break
    ports = [candidate.getsockname()[1] for candidate in held]
    for candidate in held:
        candidate.close()
    return ports


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Return as soon as `condition` holds; a server that does not answer yet counts as not holding."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError):
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def halt(pid: int) -> None:
    """Stop a process until it gets SIGCONT; return when all its threads stand still: the signal alone comes later."""

    def stands_still() -> bool:
        tasks = [task.joinpath("stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
        return all(task.rpartition(")")[2].split()[0] == "T" for task in tasks)

    os.kill(pid, signal.SIGSTOP)
    wait_until(stands_still, "the process has stopped")


class Node:
    """One server with a port and a directory that stay its own when it is killed and started again."""

    def __init__(
        self,
        directory: Path,
        settings: Mapping[str, str | int] | None = None,
        *,
        binary: Path | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self.port, self.bus_port = free_ports(2)
        self.directory = directory / f"node-{self.port}"
        self.directory.mkdir(parents=True)
        self.client = redis.Redis(host=HOST, port=self.port, socket_timeout=2.0, socket_connect_timeout=2.0)
        self.process: subprocess.Popen[bytes] | None = None
        self._command = [str(binary or server_binary()), "node.conf", *arguments]
        lines = {"port": self.port, "bind": HOST, "dir": ".", **(settings or {})}
        (self.directory / "node.conf").write_text("".join(f"{name} {value}\n" for name, value in lines.items()))

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None, "the node was not started"
        return self.process

    def start(self) -> Node:
        self.process = start_child(self._command, self.directory, self.directory / "node.log")
        wait_until(self._answers, f"node {self.port} answers")
        return self

    def stop(self) -> None:
        self.running.terminate()
        try:
            self.running.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def end(self) -> None:
        """Kill it, whatever state a test left it in."""
        if self.process is not None:
            self.kill()
        self.client.close()

    def pause(self) -> None:
        halt(self.running.pid)

    def resume(self) -> None:
        self.running.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        assert self.running.poll() is None, f"node {self.port} ended: {(self.directory / 'node.log').read_text()}"
        return bool(self.client.ping())


@dataclass
class Group:
    """Servers that belong together; `url` is how a client finds the right one of them."""

    url: str
    primaries: list[Node]
    replicas: list[Node]
    sentinels: list[Node]

    def wait_for_promotion(self) -> None:
        """Return once a replica is a primary. A vote without a majority is repeated after seconds."""
        wait_until(lambda: any(_is_primary(node) for node in self.replicas), "a replica is promoted", 40)

    def stop(self) -> None:
        """End all of them, whatever state a test left them in."""
        for node in (*self.sentinels, *self.replicas, *self.primaries):
            node.end()


def durable(**settings: str | int) -> dict[str, str | int]:
    """Return production's durable settings with `settings` (`_` in place of `-`) on top."""
    return {**dict(DURABLE), "repl-diskless-sync-delay": 0, **{n.replace("_", "-"): v for n, v in settings.items()}}


@contextmanager
def single(directory: Path, binary: Path | None = None, **settings: str | int) -> Iterator[Node]:
    """Run one server with production's durable settings, and `settings`, until the end of the block."""
    node = Node(directory, durable(**settings), binary=binary)
    try:
        yield node.start()
    finally:
        node.end()


def debian(name: str) -> Path:
    """Return where a program of a Debian package is. Skips the test if it is missing."""
    return programs.path_of(name)


def make_cluster(
    directory: Path, shards: int, replicas: int = 0, binary: Path | None = None, node_timeout: int = 2000
) -> Group:
    """Form a cluster of `shards` primaries with `replicas` each, and wait until every node serves it.

    A primary that is silent for `node_timeout` milliseconds is failed over.
    """
    nodes = [_cluster_node(directory, binary, node_timeout).start() for _ in range(shards * (1 + replicas))]
    primaries, others = nodes[:shards], nodes[shards:]
    for epoch, node in enumerate(nodes, start=1):
        node.client.execute_command("CLUSTER SET-CONFIG-EPOCH", epoch)
    for shard, node in enumerate(primaries):
        first, end = SLOTS * shard // shards, SLOTS * (shard + 1) // shards
        node.client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
    for node in nodes[1:]:
        nodes[0].client.execute_command("CLUSTER MEET", HOST, node.port, node.bus_port)
    _wait_for_all(nodes, lambda node: _cluster_info(node)["cluster_known_nodes"] == str(len(nodes)), "know all")
    for index, node in enumerate(others):
        primary = primaries[index % shards].client.execute_command("CLUSTER MYID")
        node.client.execute_command("CLUSTER REPLICATE", primary)
    _wait_for_all(nodes, lambda node: _cluster_info(node)["cluster_state"] == "ok", "serve the cluster")
    _wait_for_all(others, _follows, "follow their primaries")
    addresses = ",".join(f"{HOST}:{node.port}" for node in nodes)
    return Group(f"redis+cluster://{addresses}", primaries, others, [])


def make_sentinel(directory: Path, replicas: int = 2, sentinels: int = 3, binary: Path | None = None) -> Group:
    """Start one primary with `replicas`, watched by `sentinels` that agree on all of them."""
    primary = Node(directory, durable(), binary=binary).start()
    following = durable(replicaof=f"{HOST} {primary.port}")
    others = [Node(directory, following, binary=binary).start() for _ in range(replicas)]
    _wait_for_all(others, _follows, "follow their primary")
    monitor: dict[str, str | int] = {
        "sentinel monitor mymaster": f"{HOST} {primary.port} {sentinels // 2 + 1}",
        "sentinel down-after-milliseconds mymaster": 2000,
        # A vote without a majority is repeated after twice this time.
        "sentinel failover-timeout mymaster": 3000,
    }
    watchers = [Node(directory, monitor, binary=binary, arguments=["--sentinel"]).start() for _ in range(sentinels)]
    _wait_for_all(watchers, lambda watcher: _sees(watcher, replicas, sentinels - 1), "see each other")
    addresses = ",".join(f"{HOST}:{watcher.port}" for watcher in watchers)
    return Group(f"redis+sentinel://{addresses}/mymaster", [primary], others, watchers)


def _cluster_node(directory: Path, binary: Path | None, timeout: int) -> Node:
    # A replica stays with its primary, also while another primary has none.
    settings = durable(cluster_enabled="yes", cluster_node_timeout=timeout, cluster_allow_replica_migration="no")
    node = Node(directory, settings, binary=binary)
    with (node.directory / "node.conf").open("a") as file:
        file.write(f"cluster-port {node.bus_port}\n")
    return node


def _cluster_info(node: Node) -> dict[str, str]:
    return dict(node.client.execute_command("CLUSTER INFO"))


def _wait_for_all(nodes: Sequence[Node], condition: Callable[[Node], bool], what: str) -> None:
    wait_until(lambda: all(map(condition, nodes)), f"all nodes {what}")


def _is_primary(node: Node) -> bool:
    return bool(node.client.execute_command("ROLE")[0] == b"master")


def _follows(replica: Node) -> bool:
    return bool(replica.client.info("replication").get("master_link_status") == "up")


def _sees(sentinel: Node, replicas: int, others: int) -> bool:
    state = dict(sentinel.client.execute_command("SENTINEL MASTER", "mymaster"))
    return bool(state["num-slaves"] == replicas and state["num-other-sentinels"] == others)
