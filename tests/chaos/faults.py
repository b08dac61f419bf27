"""The faults: what is done to a world in the middle of its load, each leaving it able to come back by itself."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.chaos.world import Fault, World
from tests.e2e.processes import wait_for
from tests.vault.stores import ask

A_WHILE = 1.0  # seconds that a fault lasts


def the_store_is_killed(world: World) -> None:
    world.node.kill()
    time.sleep(A_WHILE)
    world.start_node()


def the_power_is_cut(world: World) -> None:
    world.power.cut(world.node)
    world.start_node()


def the_store_is_frozen(world: World) -> None:
    world.node.pause()
    time.sleep(2 * A_WHILE)
    world.node.resume()


def the_store_is_full(world: World) -> None:
    used = world.node.client.info("memory")["used_memory"]
    ask(world.node.client, "CONFIG", "SET", "maxmemory", used)
    time.sleep(A_WHILE)
    ask(world.node.client, "CONFIG", "SET", "maxmemory", 0)


def the_store_is_demoted(world: World) -> None:
    ask(world.node.client, "REPLICAOF", "127.0.0.1", "1")
    time.sleep(A_WHILE)
    ask(world.node.client, "REPLICAOF", "NO", "ONE")


def the_disk_is_full(world: World) -> None:
    """A server that may not lose what it acknowledged ends when it cannot write it down."""
    with world.power.full():
        wait_for(lambda: world.node.running.poll() is not None, "the server's end", 20)
    world.start_node()


def connections_are_reset(world: World) -> None:
    for _ in range(10):
        world.wire.reset()
        time.sleep(A_WHILE / 10)


def replies_are_lost(world: World) -> None:
    world.wire.losing = True
    time.sleep(A_WHILE)
    world.wire.losing = False


def a_worker_is_killed(world: World) -> None:
    os.kill(_workers(world)[0], signal.SIGKILL)


FAULTS: tuple[Fault, ...] = (
    the_store_is_killed,
    the_power_is_cut,
    the_store_is_frozen,
    the_store_is_full,
    the_store_is_demoted,
    the_disk_is_full,
    connections_are_reset,
    replies_are_lost,
    a_worker_is_killed,
)


def _workers(world: World) -> list[int]:
    """The processes that the service's master has started and that answer requests."""
    master = world.service.process.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(pid) for pid in children if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes()]
