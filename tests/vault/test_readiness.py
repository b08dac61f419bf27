"""Readiness: every setting with which an acknowledged record could be lost is named, with its reason."""

from collections.abc import Iterator

import pytest
import redis

from masking_service.vault.connection import Store
from masking_service.vault.readiness import faults
from tests import servers
from tests.vault import stores
from tests.vault.stores import ask, counted


@pytest.fixture
def restored(client: redis.Redis) -> Iterator[redis.Redis]:
    """A client whose changes of the server's settings are taken back."""
    names = ("appendonly", "appendfsync", "maxmemory-policy")
    before = {name: ask(client, "CONFIG", "GET", name) for name in names}
    yield client
    for setting in before.values():
        ask(client, "CONFIG", "SET", *(setting.popitem() if isinstance(setting, dict) else setting))


def checks(store: Store) -> list[str]:
    return [check for check, _ in faults(store)]


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
        *(
            ("maxmemory-policy", policy, "maxmemory_policy")
            for policy in ("allkeys-lru", "volatile-ttl", "volatile-lru", "allkeys-random")
        ),
    ],
)
def test_a_wrong_setting_is_named(store: Store, restored: redis.Redis, setting: str, value: str, check: str) -> None:
    ask(restored, "CONFIG", "SET", setting, value)

    assert checks(store) == [check]


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


def test_a_server_that_lets_nobody_see_its_settings_is_not_ready(valkey: str, client: redis.Redis) -> None:
    ask(client, "ACL", "SETUSER", "service", "on", ">password", "~*", "+@all", "-config")
    socket = valkey.partition("@")[2]
    try:
        found = faults(stores.admitted(f"unix://service:password@{socket}"))
    finally:
        ask(client, "ACL", "DELUSER", "service")

    assert found == [("store", "the store does not answer (refused)")]


def test_a_store_that_does_not_answer_is_not_ready_and_says_why() -> None:
    (port,) = servers.free_ports(1)

    found = faults(stores.admitted(f"redis://127.0.0.1:{port}/0"))

    assert found == [("store", "the store does not answer (connection)")]


def test_a_store_that_nobody_has_looked_at_is_not_ready(valkey: str) -> None:
    assert faults(Store(valkey)) == [("store", "the store does not answer (not-admitted)")]


def test_every_reason_is_told_in_words(store: Store, restored: redis.Redis) -> None:
    ask(restored, "CONFIG", "SET", "appendfsync", "everysec")

    assert faults(store) == [("appendfsync", "appendfsync must be always, or a power cut loses what was acknowledged")]
