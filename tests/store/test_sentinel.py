"""The store behind sentinels, and its failovers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.health import every_fault
from masking_service.store.pipeline import Script
from tests import servers
from tests.store import stores
from tests.store.stores import NOW, ask, body, put, read_at

pytestmark = pytest.mark.server

SCRIPT = Script.from_source(b"return redis.call('SET', KEYS[1], ARGV[1], 'NX')")


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Group]:
    """A primary with two replicas and three sentinels."""
    group = servers.make_sentinel(Path(tmp_path_factory.mktemp("sentinel")))
    yield group
    group.stop()


@pytest.fixture
def store(group: servers.Group) -> Iterator[Store]:
    store = stores.admitted(group.url, replicas=1)
    yield store
    store.close()


def served_by(store: Store) -> int:
    """The port of the server that answers."""
    said = dict(line.split(b":", 1) for line in store.read([(b"INFO", b"server")])[0].splitlines() if b":" in line)
    return int(said[b"tcp_port"])


def test_the_primary_that_the_sentinels_name_answers(group: servers.Group, store: Store) -> None:
    assert served_by(store) == group.primaries[0].port


def test_an_acknowledged_write_is_on_a_replica(group: servers.Group, store: Store) -> None:
    store.write([(b"SET", b"wm:k", b"v")])

    assert b"v" in [ask(replica.client, "GET", "wm:k") for replica in group.replicas]


def test_the_second_sentinel_is_asked_where_the_first_is_away(group: servers.Group) -> None:
    (port,) = servers.free_ports(1)
    sentinel = group.sentinels[-1]
    store = stores.admitted(f"redis+sentinel://127.0.0.1:{port},127.0.0.1:{sentinel.port}/mymaster")

    assert served_by(store) == group.primaries[0].port


def test_a_name_that_the_sentinels_do_not_watch_leads_to_no_primary(group: servers.Group) -> None:
    store = stores.admitted(group.url.replace("mymaster", "another"))

    with pytest.raises(StoreUnavailable, match="no-primary"):
        store.read([(b"PING",)])


def test_the_primary_that_they_name_next_is_used_before_the_old_one_is_demoted(
    make_sentinel: Callable[..., servers.Group],
) -> None:
    group = make_sentinel(replicas=1)
    store = stores.admitted(group.url)
    before = served_by(store)
    ask(group.sentinels[0].client, "SENTINEL", "FAILOVER", "mymaster")

    def another() -> bool:
        store.check_primary()
        return served_by(store) != before

    servers.wait_until(another, "another one answers", 5)


def sees(store: Store, replicas: int) -> None:
    """Wait until a write requires so many replicas."""

    def does() -> bool:
        store.check_primary()
        return store.required_replicas == replicas

    servers.wait_until(does, f"{replicas} replicas are required", 30)


def confirm(primary: servers.Node, replicas: int) -> bool:
    """Write, and return whether so many replicas confirm it within a second."""
    primary.client.set("wm:confirmed", "v")
    return bool(primary.client.wait(replicas, 1000) >= replicas)


def test_a_write_is_on_every_replica_that_the_sentinels_could_promote(group: servers.Group, store: Store) -> None:
    sees(store, 2)
    for number in range(50):
        key = b"wm:k%d" % number
        store.write([(b"SET", key, b"v")])

        assert [ask(replica.client, "GET", key) for replica in group.replicas] == [b"v", b"v"]


def test_a_replica_that_was_promoted_already_is_missed_at_the_old_primary(group: servers.Group, store: Store) -> None:
    """What `SENTINEL FAILOVER` does first; the sentinels name the old primary until the promotion is complete."""
    sees(store, 2)
    ask(group.replicas[0].client, "REPLICAOF", "NO", "ONE")
    try:
        with pytest.raises(StoreUnavailable, match=stores.NOT_DURABLE):
            store.write([(b"SET", b"wm:k", b"v")])
        seen = [(fault.check, fault.weight) for fault in every_fault(store)]
    finally:
        ask(group.replicas[0].client, "REPLICAOF", servers.HOST, group.primaries[0].port)
        servers.wait_until(lambda: confirm(group.primaries[0], 2), "it follows again")

    assert ("replicas", "advice") in seen
    assert store.write([(b"SET", b"wm:k", b"v")]) == [b"OK"]


def test_a_replica_that_follows_no_primary_is_not_waited_for(group: servers.Group, store: Store) -> None:
    """It may load its data for minutes; the sentinels know that it follows again only seconds later."""
    sees(store, 2)
    (closed,) = servers.free_ports(1)
    ask(group.replicas[0].client, "REPLICAOF", servers.HOST, closed)
    try:
        store.check_primary()
        without = store.required_replicas
    finally:
        ask(group.replicas[0].client, "REPLICAOF", servers.HOST, group.primaries[0].port)
        servers.wait_until(lambda: servers._follows(group.replicas[0]), "it follows again")
    store.check_primary()

    assert (without, store.required_replicas) == (1, 2)


def test_a_replica_that_is_down_for_the_sentinels_is_not_waited_for(group: servers.Group, store: Store) -> None:
    sees(store, 2)
    group.replicas[0].pause()
    try:
        sees(store, 1)
        written = store.write([(b"SET", b"wm:k", b"v")])
    finally:
        group.replicas[0].resume()
        servers.wait_until(lambda: servers._follows(group.replicas[0]), "it follows again")

    assert written == [b"OK"]
    sees(store, 2)


@pytest.mark.parametrize("rights", ["+@all", "-sentinel|slaves"])
def test_sentinels_that_do_not_tell_of_replicas_are_followed_all_the_same(group: servers.Group, rights: str) -> None:
    for sentinel in group.sentinels:
        ask(sentinel.client, "ACL", "SETUSER", "default", rights)
    try:
        store = stores.admitted(group.url, replicas=1)
        store.check_primary()
        found = store.required_replicas
    finally:
        for sentinel in group.sentinels:
            ask(sentinel.client, "ACL", "SETUSER", "default", "+@all")

    assert (found, store.write([(b"SET", b"wm:k", b"v")])) == (2 if rights == "+@all" else 1, [b"OK"])


def test_what_was_refused_and_then_accepted_is_there_after_a_failover(group: servers.Group, store: Store) -> None:
    """The fence: without it the retry would be acknowledged while no replica has the record, and die with the primary.

    This one comes last: the primary of the module's set-up is gone after it.
    """
    vault = stores.vault(store)
    put(vault, body(), "WARM00000001")
    # On connections of its own, on which WAIT has nothing to wait for but the fence.
    retry = stores.vault(stores.admitted(group.url, replicas=1))
    retry.newest("default", ["WARM00000001"], NOW)
    for replica in group.replicas:
        replica.pause()
    try:
        reasons = []
        for attempt in (vault, retry):
            with pytest.raises(StoreUnavailable) as fault:
                put(attempt, body("李四"))
            reasons.append(fault.value.reason)
        with pytest.raises(StoreUnavailable) as fault:
            store.script(SCRIPT, [b"wm:s"], [b"v"])
        reasons.append(fault.value.reason)
    finally:
        for replica in group.replicas:
            replica.resume()
    servers.wait_until(lambda: all(map(servers._follows, group.replicas)), "the replicas follow again")
    stored = put(vault, body("李四"))
    store.script(SCRIPT, [b"wm:s"], [b"v"])

    group.primaries[0].kill()
    group.wait_for_promotion()
    servers.wait_until(lambda: _served(store), "the promoted replica serves", 10)

    assert served_by(store) in {replica.port for replica in group.replicas}
    assert set(reasons) <= {*stores.NOT_DURABLE.split("|")}
    assert read_at(vault, "default", [(stored.base, 0)], NOW) == [stored.record]
    assert store.read([(b"GET", b"wm:s")]) == [b"v"]


def _served(store: Store) -> bool:
    try:
        store.write([(b"SET", b"wm:k", b"w")])
    except StoreUnavailable:
        return False
    return True
