"""Releases with different formats, as in a rolling update.

A newer release keeps to the store's format; an older one refuses a newer format.

A release is played by the newest format that it knows. A new store has that format if its audit log is spread over
slots; otherwise it has the first one, whatever the release.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
import redis

from masking_service.rotation.keyset_watch import Heartbeat
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.wrapped_keys import KeyNotice
from masking_service.store import genesis
from masking_service.store.client import Store
from masking_service.store.errors import WrongStore
from masking_service.store.layout import GENESIS
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import NOW, ask, body, foreseen, put, read_at, refused

OLD, NEW = genesis.FORMAT, genesis.FORMAT + 1


@contextmanager
def release(newest: int) -> Iterator[None]:
    """Act as a release that knows formats up to `newest`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(genesis, "FORMAT", newest)
        yield


@pytest.fixture
def spread(valkey: str) -> Iterator[Store]:
    """A store that is new, and whose audit log is to be spread over slots."""
    store = stores.admitted(valkey, audit_slots=4)
    yield store
    store.close()


def starts(store: Store, newest: int) -> Vault:
    """Claim the store as that release does before it serves."""
    with release(newest):
        genesis.claim(store, known_keyring(), foreseen(str(newest)))
    return stores.vault(store, seed=str(newest))


def looks(store: Store, newest: int) -> None:
    """Check the store as that release does once a second."""
    with release(newest):
        genesis.check(store, known_keyring())


def test_during_a_rolling_update_both_releases_serve_and_read_what_the_other_wrote(valkey: str, store: Store) -> None:
    old = starts(store, OLD)
    later = stores.admitted(valkey)
    new = starts(later, NEW)
    by_old, by_new = put(old, body("张三"), "SF0000000001"), put(new, body("李四"), "SF0000000002")
    looks(store, OLD)
    looks(later, NEW)

    assert read_at(new, "default", [(by_old.base, 0)], NOW) == [by_old.record]
    assert read_at(old, "default", [(by_new.base, 0)], NOW) == [by_new.record]
    assert refused(new, body("王五"), "SF0000000001") == "conflict"


def test_the_newer_release_does_not_change_the_stores_format_by_itself(store: Store, client: redis.Redis) -> None:
    starts(store, OLD)
    before = ask(client, "GET", GENESIS)

    starts(store, NEW)
    looks(store, NEW)

    assert ask(client, "GET", GENESIS) == before


def test_an_older_release_does_not_start_on_a_newer_store_and_names_both_formats(spread: Store) -> None:
    starts(spread, NEW)

    with pytest.raises(WrongStore, match=f"the store has format {NEW}; this release knows formats up to {OLD}"):
        starts(spread, OLD)


def test_an_older_release_that_runs_stops_using_a_store_that_became_newer(spread: Store, client: redis.Redis) -> None:
    starts(spread, OLD)
    ask(client, "DEL", GENESIS)
    starts(spread, NEW)

    with pytest.raises(WrongStore, match=f"the store has format {NEW}"):
        looks(spread, OLD)


def test_a_release_from_before_slots_serves_a_new_store_whose_log_is_in_one(store: Store) -> None:
    starts(store, genesis.FORMAT)

    looks(store, 1)


def test_a_release_from_before_slots_refuses_a_store_whose_log_is_spread(spread: Store) -> None:
    starts(spread, genesis.FORMAT)

    with pytest.raises(WrongStore, match="the store has format 2; this release knows formats up to 1"):
        looks(spread, 1)


def test_renamed_members_are_stored_under_their_first_names() -> None:
    beat = Heartbeat("host:1", "ab", 3, 4)

    assert msgspec.json.encode(KeyNotice(1, 2)) == b'{"least":1,"turn":2}'
    assert msgspec.json.encode(beat) == b'{"where":"host:1","digest":"ab","serial":3,"turn":4,"fault":"","policy":""}'


def test_a_heartbeat_of_a_release_that_reported_no_policy_is_read() -> None:
    stored = b'{"where":"host:1","digest":"ab","serial":3,"turn":4,"fault":""}'

    assert msgspec.json.decode(stored, type=Heartbeat) == Heartbeat("host:1", "ab", 3, 4)
