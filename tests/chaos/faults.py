"""Faults of a single server, from which the service recovers."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.chaos.clock import DAY
from tests.chaos.single import SingleServer
from tests.chaos.world import World
from tests.e2e.processes import wait_for
from tests.store.stores import ask

A_WHILE = 1.0  # seconds that a fault lasts


def the_store_is_killed(world: SingleServer) -> None:
    world.node.kill()
    time.sleep(A_WHILE)
    world.start_node()


def the_power_is_cut(world: SingleServer) -> None:
    world.power.cut(world.node)
    world.start_node()


def the_store_is_frozen(world: SingleServer) -> None:
    world.node.pause()
    time.sleep(2 * A_WHILE)
    world.node.resume()


def the_store_is_full(world: SingleServer) -> None:
    used = world.node.client.info("memory")["used_memory"]
    ask(world.node.client, "CONFIG", "SET", "maxmemory", used)
    time.sleep(A_WHILE)
    ask(world.node.client, "CONFIG", "SET", "maxmemory", 0)


def the_store_is_demoted(world: SingleServer) -> None:
    ask(world.node.client, "REPLICAOF", "127.0.0.1", "1")
    time.sleep(A_WHILE)
    ask(world.node.client, "REPLICAOF", "NO", "ONE")


def the_disk_is_full(world: SingleServer) -> None:
    """A server that cannot write its log ends."""
    with world.power.full():
        wait_for(lambda: world.node.running.poll() is not None, "the server's end", 20)
    world.start_node()


def connections_are_reset(world: SingleServer) -> None:
    for _ in range(10):
        world.wire.reset()
        time.sleep(A_WHILE / 10)


def replies_are_lost(world: SingleServer) -> None:
    world.wire.losing = True
    time.sleep(A_WHILE)
    world.wire.losing = False


def a_worker_is_killed(world: World) -> None:
    os.kill(_workers(world)[0], signal.SIGKILL)


def the_service_is_killed(world: World) -> None:
    """The master; its workers end with it."""
    world.restart_service()


def a_day_begins(world: SingleServer) -> None:
    """All threads race for the first record of a day; one key wins."""
    before = world.data_keys()
    world.clock.before_midnight()
    wait_for(lambda: world.data_keys() > before, "a key of the new day", 20)
    time.sleep(A_WHILE)
    assert world.data_keys() == before + 1, "a day has one key, for all threads"
    world.clock.set(0)


def the_clocks_go_back(world: SingleServer) -> None:
    """To midnight of a day before all others, and back to today."""
    world.clock.before_midnight(back=True)
    time.sleep(2 * A_WHILE)
    world.clock.set(0)


def the_service_loses_the_time(world: SingleServer) -> None:
    """Nothing is acknowledged: by this clock, it would expire at once."""
    world.clock.set(-400 * DAY, store=False)
    time.sleep(2 * A_WHILE)
    acknowledged = len(world.load.account.kept)
    time.sleep(A_WHILE)
    assert len(world.load.account.kept) == acknowledged, "something was acknowledged that has expired"
    world.clock.set(0)


def the_service_is_ahead_of_the_time(world: SingleServer) -> None:
    world.clock.set(400 * DAY, store=False)
    time.sleep(A_WHILE)
    world.clock.set(0)


def the_store_comes_back_empty(world: SingleServer) -> None:
    """Its disk was missing. Nothing may be acknowledged on it."""
    _on_another_store(world, None)


def the_store_comes_back_as_it_was(world: SingleServer) -> None:
    """An old backup, behind a checkpoint that was seen."""
    copy = world.copy()
    acknowledged = len(world.load.account.kept)
    wait_for(lambda: len(world.load.account.kept) > acknowledged + 100, "acknowledgements behind the copy", 20)
    auditor = world.service.credentials["auditor"]
    wait_for(lambda: world.service.status(auditor, "GET", "/v1/audit/checkpoint") == 200, "a checkpoint", 20)
    time.sleep(2 * A_WHILE)  # in which the other worker sees it, too
    _on_another_store(world, copy)


FAULTS: Final[tuple[Callable[[SingleServer], None], ...]] = (
    the_store_is_killed,
    the_power_is_cut,
    the_store_is_frozen,
    the_store_is_full,
    the_store_is_demoted,
    the_disk_is_full,
    connections_are_reset,
    replies_are_lost,
    a_worker_is_killed,
    the_service_is_killed,
    a_day_begins,
    the_clocks_go_back,
    the_service_loses_the_time,
    the_service_is_ahead_of_the_time,
    the_store_comes_back_empty,
    the_store_comes_back_as_it_was,
)


def _on_another_store(world: SingleServer, data: Path | None) -> None:
    """Exchange the store; nothing may be acknowledged on it."""
    aside = world.exchange(data)
    wait_for(lambda: world.is_refused(b"audit accept-store"), "it is told apart", 20)
    acknowledged = len(world.load.account.kept)
    time.sleep(A_WHILE)
    written = world.node.client.dbsize() if data is None else 0
    assert len(world.load.account.kept) == acknowledged, "something was acknowledged on a store that was exchanged"
    assert not written, "something was written to a store that came back empty"
    world.bring_back(aside)


def _workers(world: World) -> list[int]:
    """Return the process ids of the service's workers."""
    master = world.service.process.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(pid) for pid in children if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes()]
