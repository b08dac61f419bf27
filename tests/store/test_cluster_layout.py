"""The key layout on a cluster: related keys share a shard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.cluster import ClusterNode

from keys.aead import SealingKey
from masking_service.service.cases.state import Cases
from masking_service.service.vault import records
from masking_service.service.vault.records import Record
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import MAX_REVISIONS, custody_key, record_key, record_stems, tenant_stem
from tests import servers
from tests.clusters import owner
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, ask, body

pytestmark = pytest.mark.server

KEYS = known_keyring().tenant("default")
NUMBERS = [f"SF{number:08}" for number in range(60)]
STEMS = record_stems(KEYS.bases(NUMBERS))


def keys_of(stem: bytes) -> list[bytes]:
    """Return every key of a waybill."""
    return [*(record_key(stem, revision) for revision in range(MAX_REVISIONS + 1)), custody_key(stem)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Group]:
    group = servers.make_cluster(Path(tmp_path_factory.mktemp("cluster")), 3)
    yield group
    group.stop()


@pytest.fixture(scope="module")
def client(cluster: servers.Group) -> Iterator[redis.RedisCluster]:
    nodes = [ClusterNode(servers.HOST, node.port) for node in cluster.primaries]
    client = redis.RedisCluster(startup_nodes=nodes)
    yield client
    client.close()


def slot_of(cluster: servers.Group, key: bytes) -> int:
    return int(ask(cluster.primaries[0].client, "CLUSTER", "KEYSLOT", key))


def test_every_key_of_a_waybill_is_in_one_slot(cluster: servers.Group) -> None:
    slots = [{slot_of(cluster, key) for key in keys_of(stem)} for stem in STEMS]

    assert [len(of_one) for of_one in slots] == [1] * len(STEMS)


def test_waybills_are_spread_over_all_shards(cluster: servers.Group) -> None:
    ports = {owner(cluster, slot_of(cluster, record_key(stem, 0))).port for stem in STEMS}

    assert ports == {node.port for node in cluster.primaries}


def test_a_tenants_cases_lists_and_budgets_are_in_one_slot(cluster: servers.Group) -> None:
    cases = Cases(Store(cluster.primaries[0].url), known_keyring(), stores.foreseen())
    stem = tenant_stem(KEYS.tag("tenant"))

    keys = [cases._key("default", "D-1"), cases._key("default", "D-2"), cases._list("default"), stem + b"budget:x:1m"]

    assert len({slot_of(cluster, key) for key in keys}) == 1


@pytest.mark.parametrize("stem", STEMS[:6])
def test_a_waybills_group_is_written_in_one_transaction_and_read_back_through_the_cluster(
    cluster: servers.Group, client: redis.RedisCluster, stem: bytes
) -> None:
    key = SealingKey(bytes(32), bytes(8), label=b"record", tenant=b"default")
    plain = [records.plaintext(Record(b"ab", 0, LATER, body(str(number)))) for number in range(17)]
    sealed = key.seal_many(plain, keys_of(stem)[:17], bytes(12 * 17))
    commands: list[Command] = [
        (b"SET", place, value, b"NX", b"GET", b"EXAT", LATER)
        for place, value in zip(keys_of(stem), [*sealed, b"sealed custody"], strict=True)
    ]
    shard = stores.admitted(owner(cluster, slot_of(cluster, keys_of(stem)[0])).url)

    replies = shard.write(commands)

    assert replies == [None] * 18
    assert client.mget(keys_of(stem)) == [*sealed, b"sealed custody"]


def test_a_transaction_on_another_shard_stores_nothing(cluster: servers.Group) -> None:
    key = record_key(STEMS[-1], 0)
    holder = owner(cluster, slot_of(cluster, key))
    other = next(node for node in cluster.primaries if node is not holder)

    with pytest.raises(StoreUnavailable):
        stores.admitted(other.url).write([(b"SET", key, b"value", b"NX", b"GET", b"EXAT", LATER)])

    assert ask(holder.client, "EXISTS", key) == 0
