"""What the log announces of a change is what the store holds after it: place, bytes, expiry, and who comes first."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
import redis

from masking_service.service.cases.problems import CaseExists
from masking_service.service.cases.state import Cases, Opening
from masking_service.service.custody.state import Custodies, Custody
from masking_service.service.holds.state import Holds
from masking_service.service.phone_calls.provider import CallRecord
from masking_service.service.phone_calls.state import Callers, CallRecords, KeptRecord
from masking_service.service.restrictions.state import Restrictions
from masking_service.service.state.sealed import Prepared, Sealed
from masking_service.service.vault.vault import FoundWaybill
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, NOW, ask, body, put

TENANT = "default"
KEYRING = known_keyring()
(BASE,) = KEYRING.tenant(TENANT).bases([stores.NUMBER])
OPENING = Opening("D-1", "dispute", (stores.NUMBER,), None, "a parcel is missing", "staff/u-1", NOW, LATER, 0)
CALL = KeptRecord(BASE, "/sender/phone", LATER, CallRecord("", "r-1", NOW, 12, answered=True))


CHANGES: dict[str, Callable[[Store, str], Prepared[object]]] = {
    "waybills of a hold": lambda store, how: Holds(store, KEYRING, stores.foreseen(how)).prepare_waybills(
        TENANT, "ref", [stores.NUMBER]
    ),
    "a case": lambda store, how: Cases(store, KEYRING, stores.foreseen(how)).prepare_opening(TENANT, OPENING),
    "first custody": lambda store, how: custodies(store, how).prepare(
        TENANT, [BASE], [Custody(how)], [LATER], first=True
    ),
    "custody": lambda store, how: custodies(store, how).prepare(TENANT, [BASE], [Custody(how)], [LATER]),
    "a record of a call": lambda store, how: CallRecords(store, KEYRING, stores.foreseen(how)).prepare(TENANT, [CALL]),
    "a caller": lambda store, how: Callers(store, KEYRING, stores.foreseen(how)).prepare(TENANT, {"staff/u-1": "138"}),
    "a restriction": lambda store, how: restrictions(store, how).prepare(TENANT, [found(store)], "staff/u-1", NOW),
}
ENDS: dict[str, Callable[[Store], Prepared[None]]] = {
    "waybills of a hold": lambda store: Holds(store, KEYRING, stores.foreseen()).prepare_waybills(TENANT, "ref", None),
    "a caller": lambda store: Callers(store, KEYRING, stores.foreseen()).prepare(TENANT, {"staff/u-1": None}),
    "a restriction": lambda store: restrictions(store, "").prepare_end(TENANT, [found(store)]),
}
ONCE = {"a case", "first custody", "a record of a call"}


def custodies(store: Store, how: str) -> Custodies:
    return Custodies(store, KEYRING, stores.foreseen(how), stores.vault(store).record_keys)


def restrictions(store: Store, how: str) -> Restrictions:
    return Restrictions(store, KEYRING, stores.foreseen(how))


def found(store: Store) -> FoundWaybill:
    vault = stores.vault(store)
    put(vault, body())
    (one,) = vault.newest(TENANT, [stores.NUMBER], NOW)
    assert one is not None
    return one


def as_stored(client: redis.Redis, announced: Sealed) -> Sealed:
    """Return what the store holds at the place of an announcement."""
    key, _, name = announced.place.partition(b"/")
    value = ask(client, "HGET", key, name) if name else ask(client, "GET", key)
    return replace(announced, value=value, until=max(ask(client, "EXPIRETIME", key), 0))


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_announced_is_stored(store: Store, client: redis.Redis, change: str) -> None:
    prepared = CHANGES[change](store, "a")
    prepared.write()

    assert [as_stored(client, one) for one in prepared.sealed] == [*prepared.sealed]


@pytest.mark.parametrize("change", CHANGES)
def test_the_first_of_two_counts_where_that_is_announced_and_the_second_elsewhere(
    store: Store, client: redis.Redis, change: str
) -> None:
    first, second = CHANGES[change](store, "a"), CHANGES[change](store, "b")
    first.write()
    with suppress(CaseExists):
        second.write()

    (one,), (other,) = first.sealed, second.sealed
    assert one.value != other.value
    assert (one.once, other.once) == (change in ONCE, change in ONCE)
    assert as_stored(client, one) == (one if one.once else other)


@pytest.mark.parametrize("change", ENDS)
def test_what_is_announced_as_emptied_is_gone(store: Store, client: redis.Redis, change: str) -> None:
    CHANGES[change](store, "a").write()
    (written,) = CHANGES[change](store, "b").sealed
    ended = ENDS[change](store)
    ended.write()

    assert [*ended.sealed] == [Sealed(written.place, None, until=0, once=False)]
    assert as_stored(client, ended.sealed[0]) == ended.sealed[0]
