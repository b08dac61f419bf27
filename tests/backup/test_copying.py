"""The script that copies a server's log while it works: whole, whatever the server does meanwhile, or not at all."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import redis

from tests.backup.copies import back_up, copy, manifest_of, put_back
from tests.servers import HOST, SLOTS, Node, debian, durable, make_cluster, single, wait_until
from tests.store.stores import ask
from tests.together import repeating

BATCH = 50
SLOW_LINK = """#!/bin/sh
/bin/ln "$@" || exit
touch {asked}
until [ -e {done} ]; do sleep 0.02; done
"""


class Writer:
    """Writes keys, counts those that were acknowledged, and has the log rewritten."""

    def __init__(self, node: Node) -> None:
        self._client = redis.Redis(host=HOST, port=node.port)
        self.acknowledged = 0

    def write(self) -> None:
        with self._client.pipeline() as batch:
            for number in range(self.acknowledged, self.acknowledged + BATCH):
                batch.set(f"k{number}", b"x" * 200)
            batch.execute()
        self.acknowledged += BATCH

    def rewrite(self) -> None:
        with suppress(redis.ResponseError):  # one is under way already
            self._client.bgrewriteaof()
        time.sleep(0.02)


def serves(node: Node) -> bool:
    return b"cluster_state:ok" in ask(node.client, "CLUSTER", "INFO")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with single(tmp_path) as node:
        yield node


@pytest.mark.parametrize("package", ["", "redis-server", "valkey-server"])
def test_what_was_acknowledged_before_is_in_the_copy_however_often_the_log_is_rewritten(
    tmp_path: Path, package: str
) -> None:
    binary = debian(package) if package else None
    node = Node(tmp_path, durable(), binary=binary).start()
    writer = Writer(node)
    promised, backups = [], []
    with repeating(writer.write, writer.rewrite, pause=0):
        for number in range(3):
            wait_until(lambda: writer.acknowledged > 1_000, "something to lose")
            promised.append(writer.acknowledged)
            backups.append(back_up(node, tmp_path / f"backup-{number}"))
    node.kill()

    found: list[bool] = []
    for backup in backups:
        restored = put_back(backup, Node(tmp_path, durable(), binary=binary))
        with restored.client as client:
            found.append(all(client.mget([f"k{number}" for number in range(promised[len(found)])])))
        restored.kill()
    assert found == [True, True, True]


def test_it_begins_again_where_the_log_is_rewritten_under_its_hands(tmp_path: Path, node: Node) -> None:
    """A link of the log's first file takes so long that its other file is deleted meanwhile."""
    node.client.set("k", "x")
    (tmp_path / "ln").write_text(SLOW_LINK.format(asked=tmp_path / "asked", done=tmp_path / "done"))
    (tmp_path / "ln").chmod(0o700)

    second = manifest_of(node).parent / "appendonly.aof.1.incr.aof"

    def rewrite() -> None:
        wait_until((tmp_path / "asked").exists, "the first link")
        node.client.bgrewriteaof()
        wait_until(lambda: not second.exists(), "the log is rewritten")
        (tmp_path / "done").touch()

    rewriting = threading.Thread(target=rewrite)
    rewriting.start()
    copied = copy(manifest_of(node), tmp_path / "backup", PATH=f"{tmp_path}:{os.environ['PATH']}")
    rewriting.join()

    assert copied.returncode == 0, copied.stderr
    restored = put_back(tmp_path / "backup", Node(tmp_path, durable()))
    assert restored.client.get("k") == b"x"
    restored.kill()


def test_nothing_of_it_is_left_beside_the_server(tmp_path: Path, node: Node) -> None:
    before = sorted(path.name for path in node.directory.iterdir())

    back_up(node, tmp_path / "backup")

    assert sorted(path.name for path in node.directory.iterdir()) == before


def test_only_its_owner_may_read_it(tmp_path: Path, node: Node) -> None:
    node.client.set("k", "x")

    backup = back_up(node, tmp_path / "backup")

    assert {path.stat().st_mode & 0o077 for path in (backup, *backup.rglob("*"))} == {0}


def test_a_backup_is_never_written_over(tmp_path: Path, node: Node) -> None:
    first = back_up(node, tmp_path / "backup")
    before = (first / "SHA256SUMS").read_bytes()
    node.client.set("k", "x")

    again = copy(manifest_of(node), first)

    assert (again.returncode, (first / "SHA256SUMS").read_bytes()) == (1, before)


def test_where_it_fails_there_is_no_folder_that_looks_like_a_backup(tmp_path: Path, node: Node) -> None:
    failed = copy(node.directory / "appendonlydir" / "other.manifest", tmp_path / "backup")

    assert failed.returncode != 0
    assert not (tmp_path / "backup").exists()


def test_a_cluster_comes_back_node_by_node_with_its_slots(tmp_path: Path) -> None:
    group = make_cluster(tmp_path, 3)
    for number in range(300):
        slot = ask(group.primaries[0].client, "CLUSTER", "KEYSLOT", f"k{number}")
        group.primaries[slot * 3 // SLOTS].client.set(f"k{number}", "x")
    held = [node.client.dbsize() for node in group.primaries]
    backups = [back_up(node, tmp_path / f"backup-{at}") for at, node in enumerate(group.primaries)]
    group.stop()

    settings = durable(cluster_enabled="yes")
    restored = [Node(tmp_path, settings) for _ in backups]
    for node, backup in zip(restored, backups, strict=True):
        with (node.directory / "node.conf").open("a") as file:
            file.write(f"cluster-port {node.bus_port}\n")
        put_back(backup, node)
    for node in restored[1:]:
        ask(restored[0].client, "CLUSTER", "MEET", HOST, node.port, node.bus_port)
    for node in restored:
        wait_until(partial(serves, node), "the restored cluster serves")
    found = [node.client.dbsize() for node in restored]
    for node in restored:
        node.kill()

    assert (found, sum(found)) == (held, 300)
