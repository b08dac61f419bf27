"""Readiness names every setting that could lose records."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
import redis
from redis.crc import key_slot

from masking_service.dev.embedded import DURABLE
from masking_service.store import health as readiness
from masking_service.store.client import ServerReplies, Store
from masking_service.store.condition import Server
from masking_service.store.errors import StoreUnavailable
from masking_service.store.health import every_fault, faults, uphold
from masking_service.store.pipeline import Script
from tests import servers
from tests.every import every
from tests.store import stores
from tests.store.stores import ask, counted, named


@pytest.fixture
def restored(client: redis.Redis) -> Iterator[redis.Redis]:
    """A client whose changes of settings are undone."""
    names = ("appendonly", "appendfsync", "maxmemory-policy", "no-appendfsync-on-rewrite", "maxmemory")
    before = {name: ask(client, "CONFIG", "GET", name) for name in names}
    yield client
    for setting in before.values():
        ask(client, "CONFIG", "SET", *(setting.popitem() if isinstance(setting, dict) else setting))


def checks(store: Store) -> list[str]:
    return [fault.check for fault in faults(store)]


def told(store: Store) -> list[tuple[str, str]]:
    return [(fault.check, fault.reason) for fault in faults(store)]


def test_a_durable_server_is_ready_after_one_round_trip(store: Store) -> None:
    with counted(store) as trips:
        found = faults(store)

    assert (found, trips) == ([], [1])


@pytest.mark.parametrize(
    ("setting", "value", "check"),
    [
        ("appendfsync", "everysec", "appendfsync"),
        ("appendfsync", "no", "appendfsync"),
        ("appendonly", "no", "aof_enabled"),
        ("no-appendfsync-on-rewrite", "yes", "no-appendfsync-on-rewrite"),
        *(
            ("maxmemory-policy", policy, "maxmemory_policy")
            for policy in ("allkeys-lru", "volatile-ttl", "volatile-lru", "allkeys-random")
        ),
    ],
)
def test_a_wrong_setting_is_named(store: Store, restored: redis.Redis, setting: str, value: str, check: str) -> None:
    ask(restored, "CONFIG", "SET", setting, value)

    assert checks(store) == [check]


def test_what_was_seen_is_left_at_the_store(store: Store, restored: redis.Redis) -> None:
    ask(restored, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", 64 * 1024**2)
    found = every_fault(store)
    condition = store.condition
    assert condition is not None
    (seen,) = condition.servers

    assert condition.faults == {(fault.check, fault.weight) for fault in found} != set()
    assert 0 < seen.used < 64 * 1024**2
    assert seen == Server(seen.used, 64 * 1024**2, 0, holds_log=True)


def test_a_default_user_without_rights_is_named(store: Store, client: redis.Redis) -> None:
    """The way in which the server replays its log: `tests/setups/test_default_user.py` has what comes of it."""
    ask(client, "ACL", "SETUSER", "default", "-set")
    try:
        assert checks(store) == ["default-user", "writes", "rights"]  # it is the one that the test uses, too
    finally:
        ask(client, "ACL", "SETUSER", "default", "+@all")
    assert checks(store) == []


def test_all_wrong_settings_are_named_at_once(store: Store, restored: redis.Redis) -> None:
    ask(restored, "CONFIG", "SET", "appendonly", "no", "appendfsync", "no", "maxmemory-policy", "allkeys-lfu")

    assert checks(store) == ["aof_enabled", "maxmemory_policy", "appendfsync"]


def test_a_replica_is_not_ready(store: Store, client: redis.Redis) -> None:
    (port,) = servers.free_ports(1)
    ask(client, "REPLICAOF", servers.HOST, port)
    try:
        found = checks(store)
    finally:
        ask(client, "REPLICAOF", "NO", "ONE")

    assert found == ["role"]


@pytest.fixture
def secretive(valkey: str, client: redis.Redis) -> Iterator[str]:
    """The URL of a user who may not read settings."""
    ask(client, "ACL", "SETUSER", "service", "on", ">password", "~*", "+@all", "-config")
    yield f"unix://service:password@{valkey.partition('@')[2]}"
    ask(client, "ACL", "DELUSER", "service")


def test_a_server_that_lets_nobody_see_its_settings_is_not_ready(secretive: str) -> None:
    found = told(stores.admitted(secretive))

    assert found == [("appendfsync", "the store does not show whether appendfsync is always")]


def test_somebody_may_vouch_for_settings_that_are_hidden(secretive: str) -> None:
    assert faults(stores.admitted(secretive, vouched=True)) == []


def test_nobody_can_vouch_for_a_setting_that_is_seen_to_be_wrong(valkey: str, restored: redis.Redis) -> None:
    ask(restored, "CONFIG", "SET", "appendfsync", "everysec")

    assert checks(stores.admitted(valkey, vouched=True)) == ["appendfsync"]


def test_a_server_that_has_evicted_records_is_not_ready_until_somebody_says_that_it_was_looked_after(
    store: Store, restored: redis.Redis
) -> None:
    ask(restored, "SET", "k", "v")
    ask(restored, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "1")
    with suppress(redis.OutOfMemoryError):
        ask(restored, "SET", "k", "v")
    ask(restored, "CONFIG", "SET", "maxmemory", "0", "maxmemory-policy", "noeviction")
    evicted = checks(store)
    ask(restored, "CONFIG", "RESETSTAT")

    assert (evicted, checks(store)) == (["evicted_keys"], [])


def test_a_server_without_the_replicas_that_a_write_has_to_reach_is_not_ready(valkey: str) -> None:
    assert checks(stores.admitted(valkey, replicas=1)) == ["replicas"]


def test_where_replicas_are_wanted_it_is_advised_that_a_primary_without_them_stops(valkey: str) -> None:
    found = {fault.check: fault.weight for fault in every_fault(stores.admitted(valkey, replicas=1))}

    assert found == {"replicas": "unready", "min-replicas-to-write": "advice", "min-replicas-max-lag": "advice"}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("appendfsync", "everysec"),
        ("appendonly", "no"),
        ("maxmemory-policy", "allkeys-lru"),
        ("no-appendfsync-on-rewrite", "yes"),
    ],
)
def test_a_store_that_may_lose_is_read_and_not_written_until_it_is_mended(
    store: Store, restored: redis.Redis, setting: str, value: str
) -> None:
    ask(restored, "CONFIG", "SET", setting, value)
    with pytest.raises(StoreUnavailable, match="not-durable"):
        uphold(store)
    with pytest.raises(StoreUnavailable, match="not-durable"):
        store.write([(b"SET", b"k", b"v")])
    with pytest.raises(StoreUnavailable, match="not-durable"):
        store.script(Script.from_source(b"return redis.call('SET', KEYS[1], 'v')"), [b"k"], [])
    read = store.read([(b"GET", b"k")])
    ask(restored, "CONFIG", "SET", setting, dict(DURABLE)[setting])

    uphold(store)

    assert (read, store.write([(b"SET", b"k", b"v")])) == ([None], [b"OK"])


def test_a_store_that_may_lose_is_written_where_somebody_gave_that_up(valkey: str, restored: redis.Redis) -> None:
    ask(restored, "CONFIG", "SET", "appendfsync", "everysec")
    store = Store(valkey, may_lose=True)
    store.trust()

    uphold(store)

    assert store.write([(b"SET", b"k", b"v")]) == [b"OK"]
    assert (faults(store), [fault.check for fault in every_fault(store)]) == ([], ["appendfsync"])


def test_a_store_that_loses_nothing_but_lacks_a_replica_is_not_suspended(valkey: str) -> None:
    store = stores.admitted(valkey, replicas=1)

    uphold(store)

    assert store.read_only is False


def test_a_store_that_does_not_answer_stays_as_it_was_seen_last() -> None:
    (port,) = servers.free_ports(1)
    store = stores.admitted(f"redis://127.0.0.1:{port}/0")
    store.read_only = True

    with pytest.raises(StoreUnavailable, match="connection"):
        uphold(store)

    assert store.read_only is True


def test_a_store_that_does_not_answer_is_not_ready_and_says_why() -> None:
    (port,) = servers.free_ports(1)

    found = told(stores.admitted(f"redis://127.0.0.1:{port}/0"))

    assert found == [("store", "the store does not answer (connection)")]


def test_a_store_that_may_not_be_used_is_not_ready(valkey: str) -> None:
    (found,) = told(Store(valkey))

    assert (found[0], found[1][:27]) == ("store", "the store is not in use: it")


def test_a_store_that_may_not_be_used_is_looked_at_all_the_same(valkey: str, restored: redis.Redis) -> None:
    ask(restored, "CONFIG", "SET", "appendfsync", "everysec")

    assert checks(Store(valkey)) == ["appendfsync", "store"]


def test_a_fault_has_a_reason_and_a_remedy(store: Store, restored: redis.Redis) -> None:
    ask(restored, "CONFIG", "SET", "appendfsync", "everysec")

    reason = "appendfsync must be always, or a power cut loses what was acknowledged"
    assert told(store) == [("appendfsync", reason)]
    assert [fault.remedy for fault in every_fault(store)] == ["CONFIG SET appendfsync always, then CONFIG REWRITE"]


@every(
    ("replica", "following"),
    [
        ("ip=127.0.0.1,port=1,state=online,offset=14,lag=-1,type=replica", 1),
        ("ip=127.0.0.1,port=1,state=online,offset=14,lag=0,type=replica", 1),
        ("ip=127.0.0.1,port=1,state=online,offset=14,lag=3,type=replica", 1),
        ("ip=127.0.0.1,port=1,state=online,offset=14,lag=4,type=replica", 0),
        ("ip=127.0.0.1,port=1,state=wait_bgsave,offset=0,lag=0,type=replica", 0),
        *((told_too_little, 0) for told_too_little in ("", "send_bulk", "ip=127.0.0.1,state=online", "lag=0")),
    ],
)
def test_a_replica_counts_that_said_within_three_seconds_that_it_follows(replica: str, following: int) -> None:
    assert readiness._following({"slave0": replica, "connected_slaves": "1", "slave_repl_offset": "14"}) == following


@pytest.mark.parametrize(
    ("lags", "weights"), [((0, 3), []), ((0, 4), ["advice"]), ((4, 4), ["unready"])], ids=["both", "one", "none"]
)
def test_a_replica_beyond_the_required_number_may_pause(
    valkey: str, monkeypatch: pytest.MonkeyPatch, lags: tuple[int, int], weights: list[str]
) -> None:
    """It may rewrite its log, or just come back: writes wait for it, and the process stays ready."""
    store = stores.admitted(valkey, replicas=1)
    monkeypatch.setattr(store._route, "promotable", 2)
    lines = b"".join(b"slave%d:ip=1,port=1,state=online,offset=14,lag=%d\r\n" % each for each in enumerate(lags))
    answering(store, monkeypatch, lambda answers: [told_by(one, one.replies[0] + lines) for one in answers])

    assert [fault.weight for fault in every_fault(store) if fault.check == "replicas"] == weights


Answers = list[ServerReplies]


def answering(store: Store, monkeypatch: pytest.MonkeyPatch, changed: Callable[[Answers], Answers]) -> None:
    """Let what the server says be changed on its way."""
    real = store.survey
    monkeypatch.setattr(store, "survey", lambda commands: changed(real(commands)))


def saying(answer: ServerReplies, name: bytes, value: bytes) -> ServerReplies:
    """The answer of a server whose INFO says another value."""
    return told_by(answer, re.sub(b"(?m)^%s:.*$" % name, b"%s:%s\r" % (name, value), answer.replies[0]))


def told_by(answer: ServerReplies, info: bytes) -> ServerReplies:
    """The answer of a server with this INFO."""
    return replace(answer, replies=[info, *answer.replies[1:]])


@pytest.mark.parametrize("far", [0, 1])
def test_the_clock_of_any_shard_is_the_stores(store: Store, monkeypatch: pytest.MonkeyPatch, far: int) -> None:
    def two(answers: Answers) -> Answers:
        both = [*answers, *answers]
        both[far] = saying(both[far], b"server_time_usec", b"1000000")
        return both

    answering(store, monkeypatch, two)

    assert (checks(store), store.clocks.agree) == (["clock"], False)


def test_each_server_that_answers_is_left_with_whether_the_log_is_on_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = key_slot(named().writers(0))
    silent = StoreUnavailable("timeout")

    def three(answers: Answers) -> Answers:
        (one,) = answers
        with_log, without = (replace(one, slots=range(slot, slot + 1)) for slot in (log, log + 1))
        return [replace(one, replies=[], error=silent), without, with_log]

    answering(store, monkeypatch, three)
    every_fault(store)

    assert store.condition is not None
    used = store.condition.servers[0].used
    assert used > 0
    assert store.condition.servers == tuple(Server(used, 0, 0, holds_log=holds) for holds in (False, True))


@pytest.mark.parametrize("odd", [b"", b"soon", b"-1", b"1e6", b"9" * 5000], ids=["none", "word", "sign", "dot", "long"])
@pytest.mark.parametrize("name", [b"server_time_usec", b"used_memory", b"maxmemory"])
def test_no_odd_answer_ends_a_look(store: Store, monkeypatch: pytest.MonkeyPatch, name: bytes, odd: bytes) -> None:
    answering(store, monkeypatch, lambda answers: [saying(answer, name, odd) for answer in answers])

    assert checks(store) == (["info"] if name == b"server_time_usec" else [])


def test_a_server_that_tells_no_time_is_one_that_does_not_tell_about_itself(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(store, monkeypatch, lambda answers: [told_by(answer, b"redis_mode:standalone") for answer in answers])

    assert checks(store)[0] == "info"


def test_looking_makes_no_error_on_the_server(store: Store, client: redis.Redis) -> None:
    ask(client, "SCRIPT", "FLUSH")
    ask(client, "CONFIG", "RESETSTAT")

    found = [every_fault(store), every_fault(store)]

    assert (found, ask(client, "INFO", "errorstats")) == ([[], []], {})
