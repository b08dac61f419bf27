"""A hold outlives what breaks: its process and its server killed, and a failover to a replica."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.keyring import Keyring
from masking_service.service.holds.held_records import HeldRecords
from masking_service.service.holds.state import Hold, Holds
from masking_service.service.vault.vault import Vault
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests import servers
from tests.keys.known import known_keyring
from tests.servers import Node, durable
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, body, put

pytestmark = pytest.mark.server

TENANT = "default"
OTHER = "SF0000000002"


def hold_one(store: Store, keyring: Keyring) -> None:
    """Store two waybills, and hold the first."""
    vault = Vault(store, keyring, os.urandom)
    put(vault, body(), NUMBER)
    put(vault, body(), OTHER)
    records = HeldRecords(store, keyring, vault, os.urandom)
    assert records.keep(TENANT, keyring.tenant(TENANT).bases([NUMBER]), 1, lambda: [1], lambda _: None) == 1
    set_ = Hold("H-1", 1, "00", "r", 1, "set", "staff/p-1", NOW, kept=1, set_by="staff/p-2", set_at=NOW)
    assert Holds(store, keyring, os.urandom).prepare(TENANT, lambda _: [set_]).write()


def held(store: Store, keyring: Keyring) -> tuple[list[bool], list[str]]:
    """Whether each waybill can be read after the expiry of both, and the names of the holds, for a new process."""
    found = Vault(store, keyring, os.urandom).newest(TENANT, [NUMBER, OTHER], LATER + 1)
    names = [hold.name for hold in Holds(store, keyring, os.urandom).listed(TENANT)]
    return [one is not None and one.record.held for one in found], names


def test_a_hold_outlives_a_server_that_is_killed(tmp_path: Path) -> None:
    node = Node(tmp_path, durable())
    node.start()
    try:
        hold_one(stores.admitted(node.url), known_keyring())
        node.kill()
        node.start()

        assert held(stores.admitted(node.url), known_keyring()) == ([True, False], ["H-1"])
    finally:
        node.stop()


def test_a_hold_outlives_a_failover(make_sentinel: Callable[..., servers.Group]) -> None:
    group = make_sentinel()
    store = stores.admitted(group.url, replicas=1)
    hold_one(store, known_keyring())

    group.primaries[0].kill()
    group.wait_for_promotion()

    fresh = stores.admitted(group.url, replicas=1)

    def answered() -> bool:
        try:
            return held(fresh, known_keyring()) == ([True, False], ["H-1"])
        except StoreUnavailable:
            return False

    servers.wait_until(answered, "the promoted replica serves, and knows the hold", 10)
