"""What is acknowledged is stored, whatever fails."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import redis

from masking_service.service.vault.vault import Vault
from masking_service.service.vault.writing import Stored
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import FENCE
from tests import servers
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, LossyWire, ask, body, put, read_at, write

pytestmark = pytest.mark.server


@pytest.fixture
def lossy(over_the_wire: Store) -> Vault:
    """A vault over a wire that loses replies; it knows the day's data key."""
    vault = stores.vault(over_the_wire)
    put(vault, body(), "WARM00000001")
    return vault


def test_a_batch_whose_reply_was_lost_counts_as_created(wire: LossyWire, lossy: Vault) -> None:
    wire.lose(1)
    outcomes = write(lossy, {f"SF{number:08}": body(str(number)) for number in range(20)})

    created = [one.created for one in outcomes if isinstance(one, Stored)]
    assert (created, wire.lost) == ([True] * 20, 1)


def test_what_was_stored_before_the_reply_was_lost_is_what_its_tokens_name(
    wire: LossyWire, lossy: Vault, store: Store
) -> None:
    wire.lose(1)
    stored = put(lossy, body())

    assert read_at(stores.vault(store), "default", [(stored.base, 0)], NOW) == [stored.record]


def test_a_batch_sent_again_after_both_replies_were_lost_is_the_first_one(
    wire: LossyWire, lossy: Vault, store: Store
) -> None:
    wire.lose(2)
    with pytest.raises(StoreUnavailable, match="connection"):
        put(lossy, body())
    again = put(lossy, body())

    assert (again.created, read_at(stores.vault(store), "default", [(again.base, 0)], NOW)) == (False, [again.record])


def test_a_lost_reply_on_the_way_to_a_revision_makes_one_revision(wire: LossyWire, lossy: Vault, store: Store) -> None:
    put(lossy, body())

    wire.lose(1)
    second = put(lossy, body("李四"), revise=True)

    assert (second.revision, put(stores.vault(store), body("李四")).revision) == (1, 1)


def test_a_data_key_whose_reply_was_lost_is_the_one_that_is_used(
    wire: LossyWire, over_the_wire: Store, store: Store
) -> None:
    wire.lose(1)
    stored = put(stores.vault(over_the_wire), body())

    assert read_at(stores.vault(store), "default", [(stored.base, 0)], NOW) == [stored.record]


def test_a_lost_reply_while_erasing_erases(wire: LossyWire, lossy: Vault, store: Store) -> None:
    put(lossy, body())

    erasure = lossy.prepare_erasure("default", NUMBER, now=NOW, until=LATER)
    wire.lose(1)
    complete = erasure.write()

    assert (complete, wire.lost) == (True, 1)
    assert stores.vault(store).newest("default", [NUMBER], NOW) == [None]


@pytest.fixture
def full(store: Store, client: redis.Redis) -> Iterator[Store]:
    """A store whose server has no memory left."""
    put(stores.vault(store), body(), "WARM00000001")
    ask(client, "CONFIG", "SET", "maxmemory", "1")
    yield store
    ask(client, "CONFIG", "SET", "maxmemory", "0")


def test_a_full_server_stores_nothing_and_says_so(full: Store, client: redis.Redis) -> None:
    before = ask(client, "DBSIZE")

    with pytest.raises(StoreUnavailable, match="full"):
        put(stores.vault(full), body())

    assert ask(client, "DBSIZE") == before


def test_a_full_server_is_still_read(full: Store) -> None:
    assert stores.vault(full).newest("default", ["WARM00000001"], NOW) != [None]


@pytest.fixture
def demoted(store: Store, client: redis.Redis) -> Iterator[Store]:
    """A store whose server became a replica."""
    put(stores.vault(store), body(), "WARM00000001")
    (port,) = servers.free_ports(1)
    ask(client, "REPLICAOF", servers.HOST, port)
    yield store
    ask(client, "REPLICAOF", "NO", "ONE")


def test_a_replica_stores_nothing_and_says_so(demoted: Store) -> None:
    with pytest.raises(StoreUnavailable, match="refused"):
        put(stores.vault(demoted), body())


def test_without_the_replica_that_it_asks_for_a_write_is_not_acknowledged_nor_is_its_retry(valkey: str) -> None:
    vault = stores.vault(stores.admitted(valkey))
    put(vault, body(), "WARM00000001")
    careful = stores.vault(stores.admitted(valkey, replicas=1))

    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=stores.NOT_DURABLE):
            put(careful, body())


def test_what_one_process_could_not_confirm_another_does_not_acknowledge_either(valkey: str) -> None:
    put(stores.vault(stores.admitted(valkey)), body())

    # It is stored already, so the write changes nothing that a replica would have to confirm.
    with pytest.raises(StoreUnavailable, match=stores.NOT_DURABLE):
        put(stores.vault(stores.admitted(valkey, replicas=1)), body())


def test_without_replicas_no_fence_is_written(store: Store, client: redis.Redis) -> None:
    put(stores.vault(store), body())

    assert ask(client, "EXISTS", FENCE) == 0


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[servers.Node, servers.Node]]:
    """A primary and its replica."""
    folder = Path(tmp_path_factory.mktemp("pair"))
    primary = servers.Node(folder, servers.durable()).start()
    replica = servers.Node(folder, servers.durable(replicaof=f"{servers.HOST} {primary.port}")).start()
    servers.wait_until(lambda: servers._follows(replica), "the replica follows")
    yield primary, replica
    for node in (primary, replica):
        node.kill()
        node.client.close()


def test_an_acknowledged_write_is_on_the_replica(pair: tuple[servers.Node, servers.Node]) -> None:
    primary, replica = pair
    stored = put(stores.vault(stores.admitted(primary.url, replicas=1)), body())

    reader = stores.vault(stores.admitted(replica.url))

    assert read_at(reader, "default", [(stored.base, 0)], NOW) == [stored.record]


def is_refused_without(replica: servers.Node, *attempts: Vault) -> None:
    """Check that no vault gets an acknowledgement without the replica."""
    replica.pause()
    try:
        for attempt in attempts:
            with pytest.raises(StoreUnavailable, match=stores.NOT_DURABLE):
                put(attempt, body("李四"), "SF0000000001")
    finally:
        replica.resume()
    servers.wait_until(lambda: servers._follows(replica), "the replica follows again")


def test_a_frozen_replica_is_waited_for_briefly_and_a_later_retry_is_acknowledged(
    pair: tuple[servers.Node, servers.Node],
) -> None:
    primary, replica = pair
    vault = stores.vault(stores.admitted(primary.url, replicas=1))
    put(vault, body(), "WARM00000001")
    # The retry comes over another connection, on which WAIT has nothing to wait for but the fence.
    retry = stores.vault(stores.admitted(primary.url, replicas=1))
    retry.newest("default", ["WARM00000001"], NOW)
    is_refused_without(replica, vault, retry)

    stored = put(vault, body("李四"), "SF0000000001")

    reader = stores.vault(stores.admitted(replica.url))
    assert read_at(reader, "default", [(stored.base, 0)], NOW) == [stored.record]


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[list[servers.Node]]:
    """A primary and its two replicas."""
    nodes = [servers.Node(tmp_path, servers.durable()).start()]
    follows = f"{servers.HOST} {nodes[0].port}"
    nodes += [servers.Node(tmp_path, servers.durable(replicaof=follows)).start() for _ in range(2)]
    for node in nodes[1:]:
        servers.wait_until(partial(servers._follows, node), "the replica follows")
    yield nodes
    for node in nodes:
        node.kill()
        node.client.close()


@pytest.mark.parametrize("promoted", [1, 2])
def test_what_every_replica_has_to_have_is_there_whichever_is_promoted(trio: list[servers.Node], promoted: int) -> None:
    primary, _, cut = trio
    strict = stores.vault(stores.admitted(primary.url, replicas=2))
    put(strict, body(), "WARM00000001")
    is_refused_without(cut, strict, strict)
    stored = put(strict, body("李四"), "SF0000000001")

    primary.kill()
    ask(trio[promoted].client, "REPLICAOF", "NO", "ONE")

    afterwards = stores.vault(stores.admitted(trio[promoted].url))
    assert read_at(afterwards, "default", [(stored.base, 0)], NOW) == [stored.record]
    assert put(afterwards, body("李四"), "SF0000000001").created is False
