"""A restarted server is sent nothing before it is verified."""

import time
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from keys import keyset
from keys.aead import NONCE_BYTES
from masking_service.runtime.background import CURRENT_SECONDS, Background
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import admit_store, watch_store
from masking_service.runtime.wiring import Parts, assemble
from masking_service.store.client import Store
from masking_service.store.connection import FAILURES_TO_OPEN
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.health import every_fault, examine
from masking_service.store.layout import DATA_KEYS
from tests import servers
from tests.store import stores
from tests.store.stores import NOW, NUMBER, body, put, write

pytestmark = pytest.mark.server


@pytest.fixture
def node(tmp_path: Path) -> Iterator[servers.Node]:
    node = servers.Node(tmp_path, servers.durable()).start()
    yield node
    node.kill()
    node.client.close()


def verified(url: str) -> Store:
    """A store whose servers are verified, and no others."""
    store = Store(url)
    servers = {one.node: one.run_id for one in examine(store)}
    store.identity.verify(servers, servers)
    store.identity.open_until(inf)
    return store


def reads(store: Store) -> str:
    """Return ``read``, or the reason why the read failed."""
    for _ in range(3):  # the connection of before is found closed first
        try:
            store.read([(b"GET", b"wm:k")])
        except StoreUnavailable as fault:
            if fault.reason != "connection":
                return fault.reason
        else:
            return "read"
    return "connection"


def test_a_circuit_closes_when_its_server_answers_and_is_only_not_verified(node: servers.Node) -> None:
    """Else who asks often takes each try that the open circuit allows, and the server is never verified."""
    store = verified(node.url)
    node.kill()
    for _ in range(FAILURES_TO_OPEN):
        reads(store)
    opened = store.open_circuits
    node.start()

    def polled() -> bool:
        (reply,) = store.poll([(b"GET", b"wm:k")])
        return isinstance(reply, StoreUnavailable) and reply.reason == "unseen"

    servers.wait_until(polled, "the circuit allows a try")
    assert (opened, store.open_circuits) == (1, 0)


def test_verified_servers_are_used(node: servers.Node) -> None:
    assert reads(verified(node.url)) == "read"


def test_a_restarted_server_is_sent_nothing(node: servers.Node) -> None:
    store = verified(node.url)
    node.kill()
    node.start()

    assert (reads(store), store.identity.unknown.is_set()) == ("unseen", True)


def test_a_trusted_store_is_used_whatever_server_answers(node: servers.Node) -> None:
    store = stores.admitted(node.url)
    store.read([(b"GET", b"wm:k")])
    node.kill()
    node.start()

    assert reads(store) == "read"


@pytest.fixture
def parts(node: servers.Node, tmp_path: Path) -> Parts:
    """A process that has admitted its store."""
    keyset.create(tmp_path / "keyset.json", made_for="production", today="2026-11-24")
    settings = Settings.read({"MASKING_STATE_DIR": str(tmp_path)}, development=False)
    parts = assemble(replace(settings, redis_url=node.url))
    admit_store(parts)
    return parts


def test_once_it_is_verified_it_is_used_again(parts: Parts, node: servers.Node) -> None:
    node.kill()
    node.start()
    before = reads(parts.store)

    watch_store(parts)

    assert (before, reads(parts.store)) == ("unseen", "read")


def test_a_server_that_comes_back_empty_is_refused(parts: Parts, node: servers.Node) -> None:
    watch_store(parts)
    node.client.flushall()
    node.kill()
    node.start()
    before = reads(parts.store)

    with pytest.raises(WrongStore):
        watch_store(parts)

    assert (before, reads(parts.store)) == ("unseen", "not-admitted")
    assert "it was emptied, or it is a different store" in every_fault(parts.store)[0].reason


def come_back_behind(node: servers.Node, parts: Parts) -> None:
    """Restart the server without its last data keys, and admit it."""
    node.client.delete(DATA_KEYS)
    node.kill()
    node.start()
    assert reads(parts.store) == "unseen"
    watch_store(parts)


def found_by_others(parts: Parts, number: str) -> bytes | None:
    """Return what a new process finds of a waybill."""
    other = assemble(parts.settings)
    admit_store(other)
    (found,) = other.vault.newest("default", [number], NOW)
    return None if found is None else found.record.body


def test_what_is_acknowledged_after_the_data_keys_were_lost_can_be_opened_by_other_processes(
    parts: Parts, node: servers.Node
) -> None:
    put(parts.vault, body("before"), "SF00000001", now=clock())
    come_back_behind(node, parts)

    put(parts.vault, body("after"), "SF00000002", now=clock())

    assert found_by_others(parts, "SF00000002") == body("after")


def test_what_was_sealed_before_a_server_was_verified_is_not_written_after_it(
    parts: Parts, node: servers.Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(parts.vault, body("before"), "SF00000001", now=clock())
    random = parts.vault.writer._random

    def meanwhile(count: int) -> bytes:
        if count == NONCE_BYTES:  # the key is taken, and nothing is sent
            come_back_behind(node, parts)
        return random(count)

    monkeypatch.setattr(parts.vault.writer, "_random", meanwhile)
    with pytest.raises(StoreUnavailable, match="unseen"):
        write(parts.vault, {"SF00000002": body("after")}, now=clock())
    monkeypatch.undo()

    assert found_by_others(parts, "SF00000002") is None
    put(parts.vault, body("again"), "SF00000002", now=clock())
    assert found_by_others(parts, "SF00000002") == body("again")


def test_once_an_unknown_server_was_met_nothing_that_was_sealed_before_is_written(node: servers.Node) -> None:
    store = verified(node.url)
    roster = store.identity.roster
    with pytest.raises(StoreUnavailable):
        store.identity.check(next(iter(roster.run_ids or ())), b"unknown", None)

    with pytest.raises(StoreUnavailable, match="unseen"):
        store.write([(b"SET", b"wm:k", b"v")], since=roster)
    assert store.read([(b"GET", b"wm:k")]) == [None]


def test_once_an_unknown_server_was_met_no_tombstone_that_was_sealed_before_is_written(node: servers.Node) -> None:
    store = verified(node.url)
    vault, now = stores.vault(store), clock()
    put(vault, body(), now=now)
    erasure = vault.prepare_erasure("default", NUMBER, now=now, until=now + 99)
    with pytest.raises(StoreUnavailable):
        store.identity.check(next(iter(store.identity.roster.run_ids or ())), b"unknown", None)

    with pytest.raises(StoreUnavailable, match="unseen"):
        erasure.write()
    assert vault.newest("default", [NUMBER], now) != [None]


def test_a_process_that_has_not_learned_lately_who_was_revoked_uses_no_store_until_it_has(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Background(parts, lambda _: None)
    beside._learn()
    before, real = parts.store.admitted, time.monotonic
    for place in ("time.monotonic", "masking_service.store.client.monotonic"):
        monkeypatch.setattr(place, lambda: real() + CURRENT_SECONDS)
    missed = parts.store.admitted
    beside._learn()

    assert (before, missed, parts.store.admitted) == (True, False, True)
