"""A server that started anew is nobody who was looked at: nothing is sent to it before somebody has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from keys import keyset
from masking_service.assembly import Parts, admit_store, assemble, watch_store
from masking_service.settings import Settings
from masking_service.vault.connection import Store
from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.genesis import WrongStore
from masking_service.vault.readiness import look
from tests import servers
from tests.vault import stores


@pytest.fixture
def node(tmp_path: Path) -> Iterator[servers.Node]:
    node = servers.Node(tmp_path, servers.durable()).start()
    yield node
    node.kill()
    node.client.close()


def looked_at(url: str) -> Store:
    """A store whose servers were looked at, and which is used with them only."""
    store = stores.admitted(url)
    store.read([(b"GET", b"wm:k")])
    store.servers.only(store.servers.met)
    return store


def reads(store: Store) -> str:
    """What becomes of the first read for which somebody answers: ``read``, or why it is none."""
    for _ in range(3):  # the connection of before has to be missed first
        try:
            store.read([(b"GET", b"wm:k")])
        except StoreUnavailable as fault:
            if fault.reason != "connection":
                return fault.reason
        else:
            return "read"
    return "connection"


def test_the_servers_that_were_looked_at_are_used(node: servers.Node) -> None:
    assert reads(looked_at(node.url)) == "read"


def test_a_server_that_started_anew_is_sent_nothing(node: servers.Node) -> None:
    store = looked_at(node.url)
    node.kill()
    node.start()

    assert (reads(store), store.servers.stranger) == ("unseen", True)


def test_whoever_looks_at_a_store_is_kept_from_nothing(node: servers.Node) -> None:
    store = stores.admitted(node.url)
    store.read([(b"GET", b"wm:k")])
    node.kill()
    node.start()

    assert reads(store) == "read"


@pytest.fixture
def parts(node: servers.Node, tmp_path: Path) -> Parts:
    """A process that has admitted its store."""
    keyset.create(tmp_path / "keyset.json", made_for="production", today="2026-11-24")
    parts = assemble(replace(Settings.read({"MASKING_STATE_DIR": str(tmp_path)}), redis_url=node.url))
    admit_store(parts)
    return parts


def test_once_it_was_looked_at_it_is_used_again(parts: Parts, node: servers.Node) -> None:
    node.kill()
    node.start()
    before = reads(parts.store)

    watch_store(parts)

    assert (before, reads(parts.store)) == ("unseen", "read")


def test_a_server_that_comes_back_empty_never_is(parts: Parts, node: servers.Node) -> None:
    watch_store(parts)
    node.client.flushall()
    node.kill()
    node.start()
    before = reads(parts.store)

    with pytest.raises(WrongStore):
        watch_store(parts)

    assert (before, reads(parts.store)) == ("unseen", "not-admitted")
    assert "it was emptied, or it is another" in look(parts.store)[0].reason
