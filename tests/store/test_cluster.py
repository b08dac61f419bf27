"""The store on a cluster: shards, replicas and moved slots."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from redis.crc import key_slot
from redis.exceptions import AskError

from masking_service.store.client import Command, Store
from masking_service.store.connection import FAILURES_TO_OPEN
from masking_service.store.errors import StoreUnavailable
from masking_service.store.fences import SLOTS, fence
from masking_service.store.health import faults
from masking_service.store.layout import FENCE
from masking_service.store.pipeline import Question, Script
from tests import servers
from tests.clusters import owner
from tests.store import stores
from tests.store.stores import LATER, NOW, ask, body, counted, write

pytestmark = pytest.mark.server

SHARDS = 3
KEYS = [b"wm:{%d}" % number for number in range(60)]
SCRIPT = Script.from_source(b"return redis.call('SET', KEYS[1], ARGV[1])")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Group]:
    """Three shards with a replica each; none is failed over."""
    group = servers.make_cluster(Path(tmp_path_factory.mktemp("cluster")), SHARDS, 1, node_timeout=30_000)
    yield group
    group.stop()


@pytest.fixture
def clean(cluster: servers.Group) -> servers.Group:
    for node in cluster.primaries:
        ask(node.client, "FLUSHALL")
    return cluster


@pytest.fixture
def store(clean: servers.Group) -> Iterator[Store]:
    """A store on that cluster with R = 1, and a known topology."""
    store = stores.admitted(clean.url, replicas=1)
    store.read([(b"GET", b"k")])
    yield store
    store.close()


def shard(cluster: servers.Group, key: bytes) -> servers.Node:
    return owner(cluster, key_slot(key))


def keys_on(cluster: servers.Group, node: servers.Node) -> list[bytes]:
    return [key for key in KEYS if shard(cluster, key) is node]


def puts(keys: list[bytes]) -> list[Command]:
    return [(b"SET", key, key, b"NX", b"GET", b"EXAT", LATER) for key in keys]


def refused(store: Store, commands: Sequence[Command]) -> str:
    with pytest.raises(StoreUnavailable) as fault:
        store.write(commands)
    return fault.value.reason


def test_a_batch_for_all_shards_is_one_round_trip(clean: servers.Group, store: Store) -> None:
    with counted(store) as writing:
        store.write(puts(KEYS))
    with counted(store) as reading:
        store.read([(b"GET", key) for key in KEYS])

    assert {shard(clean, key).port for key in KEYS} == {node.port for node in clean.primaries}
    assert (writing, reading) == ([1], [1])


def test_replies_come_in_the_order_of_the_commands(store: Store) -> None:
    first = store.write([(b"SET", key, key) for key in KEYS] + [(b"GET", key) for key in reversed(KEYS)])

    assert first == [b"OK"] * len(KEYS) + KEYS[::-1]
    assert store.read([(b"GET", key) for key in KEYS]) == KEYS


def test_nothing_is_connected_until_it_is_used() -> None:
    (port,) = servers.free_ports(1)

    Store(f"redis+cluster://127.0.0.1:{port}")


def test_one_node_that_can_be_reached_is_enough_to_find_the_others(clean: servers.Group) -> None:
    gone = servers.free_ports(2)
    seeds = ",".join(f"{servers.HOST}:{port}" for port in (*gone, clean.replicas[0].port))

    assert stores.admitted(f"redis+cluster://{seeds}").write(puts(KEYS)) == [None] * len(KEYS)


def test_a_cluster_that_nobody_reaches_is_a_fault_of_the_connection() -> None:
    (port,) = servers.free_ports(1)

    assert refused(stores.admitted(f"redis+cluster://127.0.0.1:{port}"), puts(KEYS)) == "connection"


def test_commands_of_one_slot_are_one_transaction(clean: servers.Group, store: Store) -> None:
    together = [(b"SET", b"wm:{a}1", b"v"), (b"NOSUCHCOMMAND", b"wm:{a}2")]

    assert refused(store, together) == "refused"
    assert store.read([(b"GET", b"wm:{a}1")]) == [None]


def test_an_error_of_one_shard_is_no_answer(store: Store) -> None:
    assert refused(store, [*puts(KEYS), (b"HSET", KEYS[-1], b"f", b"v")]) == "refused"


def test_a_batch_that_was_refused_in_part_gives_the_same_when_it_is_sent_again(
    clean: servers.Group, store: Store
) -> None:
    refused(store, [*puts(KEYS), (b"NOSUCHCOMMAND", KEYS[-1])])

    assert store.write(puts(KEYS)) == [*KEYS[:-1], None]


def test_questions_to_all_shards_are_one_round_trip_and_only_a_script_waits_for_replicas(
    clean: servers.Group, store: Store
) -> None:
    store.script(SCRIPT, [KEYS[0]], [b"v"])
    for node in clean.primaries:
        ask(node.client, "FLUSHALL")
    reading = Question([(b"GET", key) for key in KEYS], lambda replies: replies)
    writing = Question.running(SCRIPT, [KEYS[0]], [b"v"], lambda reply: reply)

    with counted(store) as trips:
        store.ask(reading, writing)

    written = [node for node in clean.primaries if ask(node.client, "DBSIZE")]
    assert (len(reading.answer()), writing.answer(), trips) == (len(KEYS), b"OK", [1])
    assert written == [shard(clean, KEYS[0])]  # others have no fence either


def test_a_script_runs_on_its_shard_which_learns_it_once(clean: servers.Group, store: Store) -> None:
    for node in clean.primaries:
        ask(node.client, "SCRIPT", "FLUSH")
    with counted(store) as unknown:
        store.script(SCRIPT, [KEYS[0]], [b"v"])
    with counted(store) as known:
        store.script(SCRIPT, [KEYS[0]], [b"v"])

    assert (unknown, known, store.read([(b"GET", KEYS[0])])) == ([2], [1], [b"v"])


def test_every_written_shard_has_a_fence(clean: servers.Group, store: Store) -> None:
    store.write(puts(KEYS))

    assert [len(ask(node.client, "KEYS", FENCE + b":*")) for node in clean.primaries] == [1] * SHARDS


def test_there_is_a_fence_for_every_slot() -> None:
    assert [key_slot(fence(slot)) for slot in range(SLOTS)] == list(range(SLOTS))


def test_a_vault_writes_finds_revises_and_erases(store: Store) -> None:
    vault = stores.vault(store)
    records = {f"SF{number:08}": body(str(number)) for number in range(100)}
    write(vault, records)
    write(vault, {"SF00000007": body("new")}, revise=True)
    stores.erase(vault, "SF00000009", now=NOW, until=LATER)

    found = vault.newest("default", list(records), NOW)

    assert [one.record.body if one else None for one in found] == [
        *(records[f"SF{number:08}"] for number in range(7)),
        body("new"),
        records["SF00000008"],
        None,
        *(records[f"SF{number:08}"] for number in range(10, 100)),
    ]


def test_a_shard_without_its_replica_refuses_and_the_others_do_not(clean: servers.Group, store: Store) -> None:
    cut = clean.primaries[0]
    others = [key for key in KEYS if shard(clean, key) is not cut]
    retry = stores.admitted(clean.url, replicas=1)  # on connections on which WAIT has nothing to wait for but the fence
    retry.read([(b"GET", key) for key in KEYS])
    clean.replicas[0].pause()
    try:
        reasons = [refused(each, puts(KEYS)) for each in (store, retry)]
        reasons.append(_script_refused(store, keys_on(clean, cut)[0]))
        beside = store.write(puts(others))
    finally:
        clean.replicas[0].resume()

    assert len(reasons) == 3
    assert {*reasons} <= {*stores.NOT_DURABLE.split("|")}
    assert beside == others


def _script_refused(store: Store, key: bytes) -> str:
    with pytest.raises(StoreUnavailable) as fault:
        store.script(SCRIPT, [key], [b"v"])
    return fault.value.reason


def test_a_frozen_shard_refuses_in_time_and_the_others_go_on(clean: servers.Group, store: Store) -> None:
    frozen = clean.primaries[1]
    others = [key for key in KEYS if shard(clean, key) is not frozen]
    frozen.pause()
    try:
        began = time.monotonic()
        reason = refused(store, puts(KEYS))
        took = time.monotonic() - began
        beside = store.write(puts(others))
    finally:
        frozen.resume()

    assert (reason, took < 5.0, beside) == ("timeout", True, others)  # the contract's five seconds


def _move(cluster: servers.Group, slot: int, source: servers.Node, target: servers.Node) -> None:
    """Give an empty slot to another shard."""
    name = ask(target.client, "CLUSTER", "MYID")
    for node in (target, source, *cluster.primaries):
        ask(node.client, "CLUSTER", "SETSLOT", slot, "NODE", name)


def test_a_slot_that_has_moved_is_followed(clean: servers.Group, store: Store) -> None:
    source, target = clean.primaries[0], clean.primaries[2]
    key = keys_on(clean, source)[0]
    _move(clean, key_slot(key), source, target)
    try:
        with counted(store) as trips:
            replies = store.write(puts([key]))
        stored = ask(target.client, "EXISTS", key)
    finally:
        ask(target.client, "FLUSHALL")
        _move(clean, key_slot(key), target, source)

    assert (replies, trips, stored) == ([None], [2], 1)


def test_a_slot_that_is_just_moving_is_written_where_it_goes(clean: servers.Group, store: Store) -> None:
    source, target = clean.primaries[0], clean.primaries[2]
    key = keys_on(clean, source)[1]
    slot, names = key_slot(key), [ask(node.client, "CLUSTER", "MYID") for node in (source, target)]
    ask(target.client, "CLUSTER", "SETSLOT", slot, "IMPORTING", names[0])
    ask(source.client, "CLUSTER", "SETSLOT", slot, "MIGRATING", names[1])
    try:
        alone = store.write(puts([key]))
        together = store.write([*puts([key]), (b"GET", key)])
        script = store.script(SCRIPT, [key], [b"w"])
        read = store.read([(b"GET", key), (b"GET", KEYS[-1])])
        kept = ask(target.client, "CLUSTER", "COUNTKEYSINSLOT", slot)
    finally:
        ask(source.client, "CLUSTER", "SETSLOT", slot, "STABLE")
        ask(target.client, "CLUSTER", "SETSLOT", slot, "STABLE")

    assert (alone, together, script, read, kept) == ([None], [key, key], b"OK", [b"w", None], 2)


def test_a_fault_of_any_shard_is_a_fault_of_the_store(clean: servers.Group, store: Store) -> None:
    ask(clean.primaries[1].client, "CONFIG", "SET", "appendfsync", "everysec")
    try:
        found = [fault.check for fault in faults(store)]
    finally:
        ask(clean.primaries[1].client, "CONFIG", "SET", "appendfsync", "always")

    assert (found, faults(store)) == (["appendfsync"], [])


def test_only_servers_that_still_own_slots_count_as_open_circuits(clean: servers.Group, store: Store) -> None:
    ports = clean.replicas[0].port, clean.primaries[0].port
    nodes = [store._route.target(AskError(f"0 {servers.HOST}:{port}")) for port in ports]
    counts = []
    for node in nodes:
        for _ in range(FAILURES_TO_OPEN):
            node.breaker.failed("timeout")
        counts.append(store.open_circuits)
    nodes[1].breaker.succeeded()

    assert (counts, store.open_circuits) == ([0, 1], 0)


def test_connections_are_few(clean: servers.Group, store: Store) -> None:
    def connected() -> list[int]:
        return [len(ask(node.client, "CLIENT", "LIST", "TYPE", "normal").splitlines()) for node in clean.primaries]

    before = connected()
    for _ in range(5):
        store.write(puts(KEYS))

    assert max(after - each for after, each in zip(connected(), before, strict=True)) <= 1
