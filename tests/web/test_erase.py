"""Erasing over HTTP: everything of a waybill is gone for good, and its number rests for one retention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.web.api import NOW, NUMBER, SITE, Api, Clock, Json, field, record, refusal, token, without_details
from tests.web.calls import entries, outline
from tests.web.people import OFFICER, PRINTER, PRIVACY

PATH = f"/v1/waybills/{NUMBER}"
RETENTION = 180 * 86_400
GONE = {"error": {"code": "not-found"}}


@pytest.fixture
def erased(api: Api) -> Api:
    """A service in which a waybill was erased."""
    api.tokenize(record())
    api.call(PRIVACY, "DELETE", PATH)
    return api


def test_erasing_answers_with_its_audit_entry(api: Api) -> None:
    api.tokenize(record())

    answered = api.call(PRIVACY, "DELETE", PATH)

    assert answered.status_code == 200
    assert list(answered.get_json()) == ["audit", "unreadable_in_backups_after"]


def test_erasing_says_when_the_shredding_falls_due_that_closes_old_backups(api: Api) -> None:
    api.tokenize(record())
    stored_on = datetime.now(UTC).date()

    answered = api.call(PRIVACY, "DELETE", PATH).get_json()

    due = stored_on + timedelta(days=181)
    assert answered["unreadable_in_backups_after"] in {str(due), str(due + timedelta(days=1))}


def test_an_erased_waybill_opens_by_no_token_of_any_revision(api: Api) -> None:
    tokens = [
        token(made)
        for at in range(3)
        for made in api.tokenize(record(remark=f"note {at}"), on_conflict="revise")[0]["tokens"].values()
    ]
    api.open_case("D-1", NUMBER)
    api.call(PRIVACY, "DELETE", PATH)

    assert api.opened(*tokens, field(NUMBER, "/sender/phone"))[:-1] == [one | GONE for one in tokens]


def test_a_waybill_is_erased_once(erased: Api) -> None:
    assert refusal(erased.call(PRIVACY, "DELETE", PATH)) == (404, "not-found")


@pytest.mark.parametrize("on_conflict", ["reject", "revise"])
def test_an_erased_number_takes_no_record(erased: Api, on_conflict: str) -> None:
    for again in (record(), record(remark="new")):
        assert without_details(erased.tokenize(again, on_conflict=on_conflict)) == [{"error": {"code": "erased"}}]


def test_an_erased_number_needs_no_budget_for_conflicts(erased: Api) -> None:
    known = "SF2222222222"
    erased.tokenize(record(known))
    other = record(known, remark="other")

    def codes(again: Json) -> set[str]:
        return {one["error"]["code"] for one in erased.tokenize(*[again] * 100)}

    assert (codes(record()), codes(other)) == ({"erased"}, {"conflict"})
    assert refusal(erased.post(PRINTER, "/v1/tokenize", {"records": [other]})) == (429, "quota-exceeded")
    assert codes(record()) == {"erased"}


def test_a_number_is_free_again_after_one_retention_and_old_tokens_stay_dead(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    old = api.tokenize(record())[0]["tokens"]["/sender/phone"]
    api.call(PRIVACY, "DELETE", PATH)
    for key in api.parts.store.read([(b"KEYS", b"wm:{*}[0-9a-f]")])[0]:  # the store's own clock ends the tombstones
        api.parts.store.write([(b"DEL", key)])
    set_clock(NOW + RETENTION)

    again = api.tokenize(record())[0]
    api.open_case("D-1", NUMBER)

    assert again["created"] is True
    assert again["tokens"]["/sender/phone"] != old
    assert api.opened(token(old)) == [token(old) | GONE]


def test_erasing_ends_custody_too(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})
    api.call(PRIVACY, "DELETE", PATH)

    assert api.parts.store.read([(b"KEYS", b"*@")])[0] == []


def test_another_tenants_waybill_is_not_erased(api: Api) -> None:
    api.tokenize(record())

    theirs = api.call(api.mint(PRIVACY, tenant="other"), "DELETE", PATH)

    assert refusal(theirs) == (404, "not-found")
    assert api.get(OFFICER, PATH).status_code == 200


def test_an_erased_waybill_fails_alone_in_its_batch(erased: Api) -> None:
    answered = erased.post(
        PRINTER, "/v1/tokenize", {"records": [record("SF2222222222"), record(), record("SF3333333333")]}
    )

    assert [one.get("created") for one in answered.get_json()["results"]] == [True, None, True]


def test_the_log_holds_each_erasure_and_each_refused_one(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    api.tokenize(record())
    answers = [
        api.call(PRIVACY, "DELETE", f"/v1/waybills/{number}") for number in (NUMBER, NUMBER, "SF9999999999", "x")
    ]

    done, again, unknown, none = (outline(one) for one in entries(api, "erase"))

    (item,), (other,) = done["items"], unknown["items"]
    rest = {"action": "erase", "principal": "client/privacy-officer", "role": "privacy-officer", "approved_by": []}
    refused = rest | {"outcome": "not-found", "facts": False, "signed": 0}
    assert [one.status_code for one in answers] == [200, 404, 404, 404]
    assert done == rest | {"outcome": "done", "facts": True, "signed": 0, "items": [{**item, "outcome": "done"}]}
    assert again == refused | {"items": [{**item, "outcome": "not-found"}]}
    assert unknown == refused | {"items": [{"waybill": other["waybill"], "outcome": "not-found"}]}
    assert none == refused | {"items": [{"waybill": "", "outcome": "not-found"}]}
    assert len({item["waybill"], other["waybill"], ""}) == 3
