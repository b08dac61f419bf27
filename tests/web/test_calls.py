"""Calls over HTTP with the provider of development: who may, what it costs, and what no one is told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
import redis
from werkzeug.test import TestResponse

from masking_service.masking.timestamps import rfc3339
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from tests.callers import NUMBERS, OWN, put_on_file
from tests.web.api import (
    NOW,
    NUMBER,
    SITE,
    Api,
    Clock,
    Json,
    Trips,
    Under,
    content,
    field,
    record,
    refusal,
    settle,
    started,
)
from tests.web.calls import entries, freeze, frozen, item, last, left, move, outline
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, OTHER_OFFICER, PRINTER, PRIVACY, SUPERVISOR

PHONE = "13812345678"
"""The sender's number."""
LIFETIME = 30 * 60
RETENTION = 180 * 86_400


@pytest.fixture
def ready(ready: Api) -> Api:
    """A service with a waybill that the courier holds, a case that names it, and numbers of callers."""
    put_on_file(ready)
    return ready


def called(api: Api, who: str = COURIER, **more: Any) -> TestResponse:
    return api.post(who, "/v1/calls", {"waybill_no": NUMBER, **more})


def live(answered: TestResponse) -> Json:
    """What the answer to a new call holds."""
    return content(answered, 201)


def test_a_courier_who_holds_the_parcel_gets_a_number_that_is_none(ready: Api) -> None:
    made = live(called(ready))

    assert set(made) == {"call", "dial", "extension", "expires_at"}
    assert made["dial"].startswith("no-number-700")
    assert made["extension"] is None


def test_asked_again_while_it_lives_it_is_the_same(ready: Api) -> None:
    first = live(called(ready))
    again = content(called(ready))

    assert again == first


def test_a_call_that_has_ended_is_another_one(ready: Api, set_clock: Clock) -> None:
    """Also where the store's clock is behind, so that it still holds the one that has ended."""
    begin = int(time.time()) + LIFETIME
    set_clock(begin)
    first = live(called(ready))
    set_clock(begin + LIFETIME - 1)
    same = content(called(ready))
    set_clock(begin + LIFETIME)
    second = live(called(ready))

    assert same == first
    assert second["call"] != first["call"]
    assert second["expires_at"] == rfc3339(begin + 2 * LIFETIME)


def test_another_caller_and_another_field_get_other_numbers(ready: Api) -> None:
    mine = live(called(ready))
    field = live(called(ready, field="/sender/phone"))
    other = live(called(ready, f"{COURIER}-2"))

    assert len({one["dial"] for one in (mine, field, other)}) == 3


def test_an_officer_calls_under_an_open_case_that_names_the_waybill(ready: Api) -> None:
    assert refusal(called(ready, OFFICER)) == (400, "case-required")
    assert refusal(called(ready, OFFICER, case="")) == (400, "case-required")
    assert refusal(called(ready, OFFICER, case="D-9")) == (403, "case-not-open")
    live(called(ready, OFFICER, case="D-1"))


def test_a_case_gives_no_authority_that_it_would_not_give_to_open(ready: Api) -> None:
    ready.open_case("D-2", NUMBER, officer="client/dispute-officer-2")
    ready.open_case("D-3", NUMBER, purpose="regulator")
    both = ready.mint([OFFICER, DESK], sub="both", phone=OWN)
    ready.open_case("D-4", NUMBER, who=both)

    assert [refusal(called(ready, OFFICER, case=case)) for case in ("D-2", "D-3")] == [(403, "case-not-open")] * 2
    assert refusal(called(ready, both, case="D-4")) == (403, "own-case")


def test_a_closed_case_calls_no_one(ready: Api) -> None:
    ready.post(SUPERVISOR, "/v1/cases/D-1/close")

    assert refusal(called(ready, OFFICER, case="D-1")) == (403, "case-not-open")


@pytest.mark.parametrize(
    ("who", "change"),
    [
        (COURIER, {"waybill_no": "SF9999999999"}),
        (COURIER, {"waybill_no": "x"}),
        (COURIER, {"waybill_no": "SF2222222222"}),
        (COURIER, {"field": "/recipient/name"}),
        (COURIER, {"field": "/nothing"}),
        (COURIER, {"field": "recipient"}),
        (OFFICER, {"waybill_no": "SF2222222222", "case": "D-1"}),
        (OFFICER, {"waybill_no": "SF9999999999", "case": "D-1"}),
    ],
    ids=["unknown", "malformed", "not held", "no phone", "no field", "no pointer", "not in the case", "in no case"],
)
def test_what_the_caller_may_not_reach_looks_the_same(ready: Api, who: str, change: Json) -> None:
    ready.tokenize(record("SF2222222222"))
    unknown = called(ready, who, **{"case": "D-1", **change})

    assert refusal(unknown) == (404, "not-found")
    assert unknown.data == ready.get(OFFICER, "/v1/waybills/SF9999999999").data


def test_another_tenant_reaches_nothing(ready: Api) -> None:
    assert refusal(called(ready, OTHER_OFFICER, case="D-1")) == (403, "case-not-open")


def test_a_parcel_handed_over_is_no_longer_reached(ready: Api) -> None:
    live(called(ready))
    move(ready, item(site="021001", courier="client/courier-2"))

    assert refusal(called(ready)) == (404, "not-found")
    live(called(ready, f"{COURIER}-2"))


def test_a_frozen_courier_is_refused_also_while_a_call_lives(ready: Api) -> None:
    live(called(ready))
    freeze(ready, f"client/{COURIER}")

    assert refusal(called(ready)) == (403, "frozen")


def test_a_courier_whom_another_worker_froze_calls_no_one_from_that_moment_on(ready: Api) -> None:
    neighbour = started(ready.parts.settings)
    live(called(ready))
    freeze(neighbour, f"client/{COURIER}")

    assert refusal(called(ready)) == (403, "frozen")


def test_an_erased_waybill_is_not_reached_and_a_revised_one_is_another_call(ready: Api) -> None:
    first = live(called(ready, field="/sender/phone"))
    ready.tokenize(record(sender__phone="13711112222"), on_conflict="revise")
    revised = live(called(ready, field="/sender/phone"))
    ready.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}")

    assert first["call"] != revised["call"]
    assert refusal(called(ready, field="/sender/phone")) == (404, "not-found")


def test_without_a_number_of_ones_own_no_one_is_called(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})

    assert refusal(called(api)) == (403, "no-caller-number")


def test_the_issuers_claim_is_the_callers_number(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})
    claimed = api.mint(COURIER, sites=[SITE], phone="+86 139 0000 0009")
    foreign = api.mint(COURIER, sites=[SITE], phone="+1 212 555 0100")

    live(called(api, claimed))
    assert refusal(called(api, foreign)) == (403, "no-caller-number")


def test_a_claim_that_is_no_text_refuses_the_sign_in(api: Api) -> None:
    assert refusal(called(api, api.mint(COURIER, sites=[SITE], phone=13900000009))) == (401, "unauthenticated")


@pytest.mark.parametrize("member", ["from", "a", "caller", "phone"])
def test_no_request_says_from_where_is_called(ready: Api, member: str) -> None:
    answered = called(ready, **{member: "13900000000"})

    assert refusal(answered) == (422, "invalid-request")


@pytest.mark.parametrize("phone", ["+1 212 555 0100", "13812345678转1234", "12345", OWN], ids=str)
def test_what_cannot_be_dialled_is_said(ready: Api, phone: str) -> None:
    ready.tokenize(record("SF3333333333", recipient__phone=phone), custody={"site": SITE})

    assert refusal(called(ready, waybill_no="SF3333333333")) == (422, "not-callable")


def test_a_call_spends_one_of_the_budget_and_the_same_again_nothing(ready: Api) -> None:
    numbers = [f"SF{at:010}" for at in range(11)]
    ready.tokenize(*(record(number) for number in numbers), custody={"site": SITE})
    answered = [called(ready, waybill_no=number) for number in numbers for _ in range(2)]

    assert [one.status_code for one in answered] == [201, 200] * 10 + [429] * 2
    assert answered[-1].get_json()["window"] == "1m"
    assert [one["outcome"] for one in entries(ready) if one["action"] == "call"] == ["done"] * 10 + ["quota-exceeded"]


def test_what_is_left_is_told(ready: Api) -> None:
    live(called(ready))

    assert left(ready, COURIER)["calls"] == {"1m": 9, "1d": 299}


def test_a_call_is_in_the_log_and_in_the_disclosures(ready: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    live(called(ready))
    entry = entries(ready)[-1]
    told = ready.get(AUDITOR, f"/v1/waybills/{NUMBER}/disclosures").get_json()

    assert (entry["action"], entry["outcome"]) == ("call", "done")
    assert (entry["principal"], entry["role"]) == ("client/courier", "courier")
    assert [(one["field"], one["kind"], one["outcome"]) for one in entry["items"]] == [
        ("/recipient/phone", "phone", "done")
    ]
    assert told["calls"] == [
        {"field": "/recipient/phone", "principal": "client/courier", "at": "2026-11-30T00:53:20Z", "case": None}
    ]


def test_a_call_under_a_case_names_it(ready: Api) -> None:
    live(called(ready, OFFICER, case="D-1"))
    entry = entries(ready)[-1]

    assert (entry["case"], entry["purpose"]) == ("D-1", "dispute")


def test_no_number_is_in_the_store_or_the_log(ready: Api, valkey: str) -> None:
    made = live(called(ready, field="/sender/phone"))
    with redis.Redis.from_url(valkey) as client:
        dumped = b"".join(key + (client.dump(key) or b"") for key in client.scan_iter())

    numbers = [PHONE, made["dial"], made["call"], *(n for each in NUMBERS.values() for n in each.values())]
    assert [number for number in numbers if number.encode() in dumped] == []


def test_a_call_is_ended_by_its_caller_only(ready: Api) -> None:
    made = live(called(ready))
    path = f"/v1/calls/{made['call']}"

    assert refusal(ready.call(f"{COURIER}-2", "DELETE", path)) == (404, "not-found")
    assert refusal(ready.call(OTHER_OFFICER, "DELETE", path)) == (404, "not-found")
    assert content(called(ready)) == made
    assert content(ready.call(COURIER, "DELETE", path)) == {"call": made["call"], "ended": True}
    assert content(ready.call(COURIER, "DELETE", path)) == {"call": made["call"], "ended": True}
    assert live(called(ready))["call"] != made["call"]
    assert [one["action"] for one in entries(ready)].count("call-end") == 1


@pytest.mark.parametrize("ref", ["A" * 32, "A" * 31, "-" * 32])
def test_an_unknown_call_is_not_found(ready: Api, ref: str) -> None:
    assert refusal(ready.call(COURIER, "DELETE", f"/v1/calls/{ref}")) == (404, "not-found")


def test_naming_a_phantom_freezes(ready: Api) -> None:
    ready.tokenize(record("SF7777777777"))
    person = ready.mint(PRIVACY, sub="privacy")
    ready.post(person, "/v1/decoys", {"waybills": ["SF7777777777"], "kind": "phantom"})

    courier = ready.mint(COURIER, "c-1", sites=[SITE])

    assert refusal(called(ready, courier, waybill_no="SF7777777777")) == (404, "not-found")
    assert refusal(called(ready, courier)) == (403, "frozen")


def test_naming_a_phantom_does_not_freeze_a_machines_client(ready: Api) -> None:
    ready.tokenize(record("SF7777777777"))
    ready.post(ready.mint(PRIVACY, sub="privacy"), "/v1/decoys", {"waybills": ["SF7777777777"], "kind": "phantom"})

    assert refusal(called(ready, waybill_no="SF7777777777")) == (404, "not-found")
    live(called(ready))


def test_naming_a_phantom_that_the_courier_carries_does_not_freeze(ready: Api) -> None:
    ready.tokenize(record("SF7777777777"), custody={"site": SITE})
    ready.post(ready.mint(PRIVACY, sub="privacy"), "/v1/decoys", {"waybills": ["SF7777777777"], "kind": "phantom"})

    live(called(ready, waybill_no="SF7777777777"))
    live(called(ready))


@pytest.mark.parametrize("case", [None, "D-9", "D-1"])
def test_naming_a_phantom_freezes_an_officer_whatever_the_case(ready: Api, case: str | None) -> None:
    ready.tokenize(record("SF7777777777"))
    ready.post(ready.mint(PRIVACY, sub="privacy"), "/v1/decoys", {"waybills": ["SF7777777777"], "kind": "phantom"})
    called(ready, OFFICER, waybill_no="SF7777777777", case=case)

    assert refusal(called(ready, OFFICER, case="D-1")) == (403, "frozen")
    settle(ready)


def test_a_call_of_which_the_disclosure_cannot_be_kept_is_not_answered_later_either(
    ready: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Store.write

    def failing(store: Store, commands: Sequence[Command], **more: Any) -> Any:
        if any(command[0] == b"HSET" for command in commands):
            raise StoreUnavailable("timeout")
        return write(store, commands, **more)

    monkeypatch.setattr(Store, "write", failing)
    assert refusal(called(ready)) == (503, "unavailable")
    assert refusal(called(ready)) == (503, "unavailable")
    monkeypatch.undo()

    live(called(ready))
    assert len(ready.get(AUDITOR, f"/v1/waybills/{NUMBER}/disclosures").get_json()["calls"]) == 1


def test_guessing_is_frozen(ready: Api) -> None:
    for at in range(100):
        called(ready, waybill_no=f"SF{at:010}")

    assert [(one["id"], one["why"]) for one in frozen(ready)] == [("client/courier", "misses")]


def test_a_refusal_is_in_the_log(ready: Api) -> None:
    called(ready, OFFICER)
    called(ready, PRINTER)
    called(ready, waybill_no="SF9999999999")

    assert [(one["principal"], one["outcome"]) for one in entries(ready) if one["action"] == "call"] == [
        ("client/dispute-officer", "case-required"),
        ("client/label-printer", "forbidden"),
        ("client/courier", "not-found"),
    ]


def test_a_call_is_who_and_what_live_call_budget_audit_claim_number_and_disclosure(ready: Api, trips: Trips) -> None:
    trips()
    live(called(ready))
    assert trips() == 7

    live(called(ready, OFFICER, case="D-1"))
    assert trips() == 7


def test_the_same_call_again_is_who_and_what_and_the_live_call(ready: Api, trips: Trips) -> None:
    live(called(ready))
    trips()
    content(called(ready))

    assert trips() == 2


def test_what_is_not_found_is_who_and_what_count_and_audit(ready: Api, trips: Trips) -> None:
    trips()
    called(ready, waybill_no="SF9999999999")

    assert trips() == 3


def test_ending_a_call_is_read_audit_and_write(ready: Api, trips: Trips) -> None:
    made = live(called(ready))
    trips()
    ready.call(COURIER, "DELETE", f"/v1/calls/{made['call']}")

    assert trips() == 3


def test_a_case_whose_purpose_opens_no_phone_calls_no_one(under: Under) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["purposes"]["naming"] = {"kinds": ["name"], "case": "required"}
        document["roles"]["dispute-officer"]["purposes"].append("naming")

    api = under(edit)
    put_on_file(api)
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    api.open_case("D-2", NUMBER, purpose="naming")

    assert called(api, OFFICER, case="D-1").status_code == 201
    assert refusal(called(api, OFFICER, case="D-2")) == (403, "case-not-open")


def test_the_same_person_of_another_tenant_ends_no_call(ready: Api) -> None:
    mine, same_name = (ready.mint(OFFICER, sub="o-1", tenant=tenant, phone=OWN) for tenant in ("default", "other"))
    made = live(called(ready, mine, case="D-1"))

    assert refusal(ready.call(same_name, "DELETE", f"/v1/calls/{made['call']}")) == (404, "not-found")
    assert content(called(ready, mine, case="D-1"))["call"] == made["call"]


def test_a_purpose_of_a_role_that_makes_no_calls_calls_no_one(ready: Api) -> None:
    ready.open_case("R-1", NUMBER, purpose="regulator")
    content(ready.post(SUPERVISOR, "/v1/cases/R-1/approve"))
    both = ready.mint([OFFICER, PRIVACY], sub="both", phone=OWN)

    assert ready.opened(field(NUMBER, "/sender/phone"), who=both, case="R-1", purpose="regulator")[0]["value"] == PHONE
    assert refusal(called(ready, both, case="R-1")) == (403, "case-not-open")
    live(called(ready, both, case="D-1"))


def test_a_call_ends_with_its_waybill_at_the_latest(ready: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    (stored,) = ready.tokenize(record("SF5555555555"), custody={"site": SITE})
    set_clock(NOW + RETENTION - 60)

    assert live(called(ready, waybill_no="SF5555555555"))["expires_at"] == stored["expires_at"]


@pytest.mark.parametrize("case", ["D-1", "D-9", "no name of a case"])
def test_who_calls_by_custody_needs_no_case_and_none_gives_or_takes_anything(ready: Api, case: str) -> None:
    live(called(ready, case=case))

    entry = outline(last(ready, "call"))
    assert (entry["outcome"], entry.get("case"), entry.get("purpose")) == ("done", None, None)


def test_the_log_holds_each_call_its_end_and_what_was_not_found(ready: Api) -> None:
    made = live(called(ready))
    content(ready.call(COURIER, "DELETE", f"/v1/calls/{made['call']}"))
    live(called(ready, OFFICER, case="D-1"))
    called(ready, OFFICER, case="D-1", waybill_no="SF2222222222")
    called(ready, waybill_no="x")

    told = content(ready.get(AUDITOR, f"/v1/waybills/{NUMBER}/disclosures"))["calls"]
    assert [(one["principal"], one["field"], one["case"]) for one in told] == [
        ("client/courier", "/recipient/phone", None),
        ("client/dispute-officer", "/recipient/phone", "D-1"),
    ]
    done, ended, under_case, other, none = (outline(one) for one in entries(ready) if one["action"][:4] == "call")

    courier = {"principal": "client/courier", "role": "courier", "approved_by": [], "signed": 0}
    officer = courier | {"principal": "client/dispute-officer", "role": "dispute-officer", "case": "D-1"}
    (item,), (unknown,) = done["items"], other["items"]
    phone = {"waybill": item["waybill"], "outcome": "done", "field": "/recipient/phone", "kind": "phone"}
    call = {"action": "call", "outcome": "done", "items": [phone], "facts": True}
    missed = {"action": "call", "outcome": "not-found", "facts": False}
    assert done == courier | call
    assert ended == courier | call | {"action": "call-end", "facts": False}
    assert under_case == officer | call | {"purpose": "dispute"}
    assert other == officer | missed | {"items": [{"waybill": unknown["waybill"], "outcome": "not-found"}]}
    assert none == courier | missed | {"items": [{"waybill": "", "outcome": "not-found"}]}
    assert len({item["waybill"], unknown["waybill"], ""}) == 3
