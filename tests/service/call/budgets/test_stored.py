"""What is stored of budgets, and what happens where it cannot be."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from masking_service.dev.embedded import EmbeddedServer
from masking_service.service.call.budgets import Budgets
from masking_service.store.errors import StoreUnavailable
from tests.keys.known import known_keyring
from tests.service.call.budgets.spending import NOW, grant, person, refused, stored
from tests.store.stores import admitted


def test_no_key_can_be_read_and_all_of_a_tenant_are_in_one_slot(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person("reader", "blue"), grant({"1m": 20, "1h": 60}, "desk"), 1, NOW)
    tag = known_keyring().tenant("blue").tag("tenant")
    name = re.compile(rf"wm:\{{t:{tag}\}}(call:[0-9a-f]{{32}}|budget:[\w-]{{16}}:1[mh])")
    assert [key for key in stored(client) if not name.fullmatch(key.decode())] == []


def test_every_count_ends_by_itself_after_the_window_and_two_parts(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 2, NOW).give_back(1)
    lives = [client.ttl(key.decode()) for key in stored(client) if b"budget:" in key]
    assert [life for life in lives if not 3_660 < life <= 3_720] == []


@pytest.mark.parametrize("later", [60, -3_600])
def test_a_count_in_another_part_is_kept_anew(budgets: Budgets, client: redis.Redis, later: int) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 1, NOW)
    for key in stored(client):
        client.expire(key.decode(), 100)
    budgets.reserve(person(), grant({"1h": 60}), 1, NOW + later)
    lives = [client.ttl(key.decode()) for key in stored(client) if b"budget:" in key]
    assert [life for life in lives if not 3_660 < life <= 3_720] == []


def test_every_call_is_forgotten_after_a_minute(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 2, NOW).give_back(1)
    lives = [client.ttl(key.decode()) for key in stored(client) if b"call:" in key]
    assert [life for life in lives if not 0 < life <= 60] == []


def test_a_full_window_takes_four_bytes_a_part(budgets: Budgets, client: redis.Redis) -> None:
    for second in range(200):
        budgets.reserve(person(), grant({"1m": 100}), 1, NOW + second)
    assert {len(value) for key, value in stored(client).items() if b"budget:" in key} == {8 + 61 * 4}


def test_a_restart_resets_no_budget(make: Callable[..., Budgets], tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        store = admitted(server.url)
        make(at=store).reserve(person(), grant({"1h": 60}), 60, NOW)
        store.close()
        server.stop()
        server.start()
        refused(make(at=admitted(server.url)), person(), grant({"1h": 60}), 1, NOW)


def test_what_cannot_be_counted_is_refused(make: Callable[..., Budgets], tmp_path: Path) -> None:
    absent = admitted(f"unix://{tmp_path}/absent.sock")
    with pytest.raises(StoreUnavailable, match="connection"):
        make(at=absent).reserve(person(), grant({"1h": 60}), 1, NOW)


def test_a_count_that_was_damaged_is_refused(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 1, NOW)
    for key in stored(client):
        client.set(key, b"1")
    with pytest.raises(StoreUnavailable):
        budgets.reserve(person(), grant({"1h": 60}), 1, NOW)


def test_a_full_store_refuses_and_counts_nothing(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 1, NOW)
    before = stored(client)
    client.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailable):
            budgets.reserve(person(), grant({"1h": 60}), 1, NOW)
        after = stored(client)
    finally:
        client.config_set("maxmemory", "0")
    assert after == before
