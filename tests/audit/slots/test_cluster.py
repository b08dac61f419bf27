"""Four slots on the servers of a cluster."""

from collections.abc import Callable
from pathlib import Path

import pytest
from redis.crc import key_slot

from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.questions import Wanted
from masking_service.audit.reading import TenantLog
from masking_service.audit.slots import search
from masking_service.audit.streams import Streams
from masking_service.store.errors import StoreUnavailable
from tests import servers
from tests.audit import logs
from tests.audit.logs import SIGNER, entry, log_on
from tests.audit.slots.spread import KEYS, SLOTS, verified
from tests.clusters import Cluster
from tests.store import stores
from tests.store.stores import NOW, counted


def test_a_cluster_keeps_one_log_in_four_slots(make_cluster: Callable[..., servers.Group], tmp_path: Path) -> None:
    group = make_cluster(3, 1)
    store = stores.admitted(group.url, replicas=1)
    checkpoints = Checkpoints(store, SIGNER, tmp_path, lambda: NOW)
    made = [log_on(store, str(number)) for number in range(SLOTS)]
    for log in made:
        log.append(entry(at=NOW))
    first = checkpoints.make()
    names = [log.append(entry(at=NOW)) for log in made]
    with counted(store) as making:
        second = checkpoints.make()
    for log in made:
        log.close()
    last = checkpoints.make()

    found, cursor = search(TenantLog(store, logs.TENANT), Wanted(), after=None, limit=SLOTS)
    rest, _ = search(TenantLog(store, logs.TENANT), Wanted(), after=cursor, limit=100)
    assert {head.number for head in first.checkpoint.heads} == {2}
    assert ({head.number for head in second.checkpoint.heads}, making) == ({3}, [5])
    assert ({head.number for head in last.checkpoint.heads}, checkpoints.make().checkpoint.heads) == ({4}, [])
    assert (len(found), {one["id"] for one in rest}) == (SLOTS, set(names))
    assert verified(logs.lines(store)) == []


def test_no_checkpoint_names_what_the_replicas_of_another_slot_lack(
    make_cluster: Callable[..., servers.Group], tmp_path: Path
) -> None:
    group = make_cluster(3, 1)
    store, hasty = stores.admitted(group.url, replicas=1), stores.admitted(group.url)
    checkpoints = Checkpoints(store, SIGNER, tmp_path, lambda: NOW)
    made = [log_on(hasty, str(number)) for number in range(SLOTS)]
    for log in made:
        log.append(entry(at=NOW))
    checkpoints.make()
    cluster = Cluster(group)
    owners = [cluster.primary(key_slot(KEYS.writers(slot))) for slot in range(SLOTS)]
    slot = next(slot for slot in range(SLOTS) if owners[slot] is not owners[0])
    (replica,) = cluster.replicas_of(owners[slot])
    replica.pause()
    try:
        made[slot].append(entry(at=NOW))  # acknowledged to one that needs no replica
        with pytest.raises(StoreUnavailable, match="replicas"):
            checkpoints.make()
    finally:
        replica.resume()

    assert [line.checkpoint.epoch for line in Streams(hasty).checkpoints()] == [1]
