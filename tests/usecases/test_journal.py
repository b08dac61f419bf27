"""What the use cases write down: who, what and how much, and no name, number, address, token or tenant."""

import json

import pytest

from masking_service.access.principals import Principal
from masking_service.audit.entries import REPLACED, Entry
from masking_service.audit.log import AuditLog
from masking_service.store.errors import StoreUnavailable
from masking_service.usecases.journal import Call, Journal, Seen
from tests.keys.known import known_keyring
from tests.store.stores import NOW, NUMBER

KEYS = known_keyring().tenant("default")
(BASE,) = KEYS.bases([NUMBER])


class Kept(AuditLog):
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def append(self, entry: Entry) -> str:
        self.entries.append(entry)
        return f"w-{len(self.entries)}"


@pytest.fixture
def kept() -> Kept:
    return Kept()


def journal(kept: AuditLog) -> Journal:
    return Journal(kept, known_keyring(), "policy-1")


def call(principal: str = "staff/u-1", tenant: str = "default", request: str = "req-1") -> Call:
    return Call(Principal(principal, tenant, ("dispute-officer",), frozenset(), "jwt"), request, NOW)


def test_an_entry_says_who_did_what_when_and_under_which_policy(kept: Kept) -> None:
    name = journal(kept).write(call(), "view", "done", role="courier", profile="courier")

    (entry,) = kept.entries
    said = (entry.principal, entry.action, entry.outcome, entry.role, entry.profile, entry.at, entry.policy)
    assert (name, said) == ("w-1", ("staff/u-1", "view", "done", "courier", "courier", NOW, "policy-1"))


def test_waybill_and_tenant_stand_as_keyed_hashes(kept: Kept) -> None:
    journal(kept).write(call(), "view", "done", seen=[Seen(BASE, "released")])

    (entry,) = kept.entries
    assert (entry.tenant, entry.items[0].waybill) == (
        KEYS.audit_hash("tenant"),
        KEYS.audit_hash("waybill", BASE.hex()),
    )


def test_the_same_waybill_has_another_hash_for_another_tenant(kept: Kept) -> None:
    for tenant in ("default", "other"):
        journal(kept).write(call(tenant=tenant), "view", "done", seen=[Seen(BASE, "released")])

    one, other = kept.entries
    assert (one.tenant != other.tenant, one.items[0].waybill != other.items[0].waybill) == (True, True)


def test_the_count_is_of_what_was_released(kept: Kept) -> None:
    seen = [Seen(BASE, "released"), Seen(BASE, "not-found"), Seen(None, "kind-not-allowed"), Seen(BASE, "released")]

    journal(kept).write(call(), "detokenize", "done", seen=seen)

    assert (kept.entries[0].count, [item.outcome for item in kept.entries[0].items]) == (
        2,
        ["released", "not-found", "kind-not-allowed", "released"],
    )


def test_an_item_without_a_waybill_names_none(kept: Kept) -> None:
    journal(kept).write(call(), "detokenize", "done", seen=[Seen(None, "not-found")])

    assert kept.entries[0].items[0].waybill == ""


def test_ids_from_outside_are_replaced_where_they_hold_personal_data(kept: Kept) -> None:
    told = call("staff/13812345678", request="r-13812345678")

    journal(kept).write(told, "detokenize", "forbidden", purpose="13812345678", case="D-13812345678")

    entry = kept.entries[0]
    assert (entry.principal, entry.request, entry.purpose, entry.case) == (REPLACED,) * 4


def test_a_whole_entry_holds_nothing_planted(kept: Kept) -> None:
    told = call("staff/13812345678", tenant="tenant-under-test", request="r-13812345678")

    journal(kept).write(told, "detokenize", "done", seen=[Seen(BASE, "released", "/recipient/phone", "phone")])

    text = json.dumps([str(getattr(kept.entries[0], name)) for name in Entry.__struct_fields__])
    planted = ("13812345678", NUMBER, "tenant-under-test", BASE.hex())
    assert [value for value in planted if value in text] == []


def test_a_change_that_fails_takes_back_what_it_announced_by_the_ids_of_its_entries(kept: Kept) -> None:
    journal(kept).write(call(), "case-close", "done")

    def failing() -> None:
        with journal(kept).changing(call(), "case-close") as announce:
            announce([])
            announce([])
            raise StoreUnavailable("timeout")

    with pytest.raises(StoreUnavailable):
        failing()

    assert (kept.entries[-1].outcome, kept.entries[-1].takes_back) == ("unavailable", ["w-2", "w-3"])
