"""Restricted waybills over HTTP: they open for the purposes that the policy names, and labels go on."""

from __future__ import annotations

import pytest
import redis

from masking_service.service.vault.records import HELD_UNTIL
from tests.callers import put_on_file
from tests.service.people.policies import put
from tests.web.api import (
    NUMBER,
    PHONE,
    SITE,
    Api,
    Json,
    Under,
    content,
    record,
    refusal,
    results,
    token,
    without_details,
)
from tests.web.calls import entries
from tests.web.people import COURIER, OFFICER, PRINTER, PRIVACY, SUPERVISOR

PATH = f"/v1/waybills/{NUMBER}"


def restrict(api: Api, *waybills: object, method: str = "POST") -> list[Json]:
    return results(api.call(PRIVACY, method, "/v1/restrictions", {"waybills": waybills or [NUMBER]}))


@pytest.fixture
def restricted(ready: Api) -> Api:
    """A service with a restricted waybill, in the couriers' custody and a case."""
    restrict(ready)
    return ready


def kept(api: Api) -> list[int]:
    """When each stored restriction expires."""
    with redis.Redis.from_url(api.parts.settings.redis_url) as client:
        return [int(client.execute_command("EXPIRETIME", key)) for key in client.keys("wm:{????????????????}~")]


def regulator_opens(api: Api) -> list[Json]:
    who = api.mint(PRIVACY, sub="privacy-2")
    api.open_case("R-1", NUMBER, purpose="regulator")
    content(api.post(SUPERVISOR, "/v1/cases/R-1/approve"))
    return api.opened(PHONE, who=who, case="R-1", purpose="regulator")


def test_a_restricted_waybill_opens_for_no_other_purpose(restricted: Api) -> None:
    made = restricted.tokenize(record())[0]["tokens"]["/sender/phone"]

    opened = without_details(restricted.opened(PHONE, token(made)))

    assert [one["error"] for one in opened] == [{"code": "restricted"}] * 2


def test_the_privacy_office_sees_whether_it_is_restricted_or_held(restricted: Api) -> None:
    def stored() -> tuple[bool, bool]:
        found = content(restricted.get(PRIVACY, f"{PATH}/disclosures"))["stored"]
        return found["restricted"], found["held"]

    before = stored()
    hold = {"hold": "H-1", "reason": "a letter", "waybills": [NUMBER]}
    content(restricted.post(PRIVACY, "/v1/holds", hold), 201)
    content(restricted.post(restricted.mint(PRIVACY, sub="privacy-2"), "/v1/holds/H-1/set"))
    held = stored()
    restrict(restricted, method="DELETE")

    assert (before, held, stored()) == ((True, False), (True, True), (False, True))


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("unreadable", [rb'"\ud800"', b"7" * 5_000], ids=["text", "number"])
def test_a_number_that_cannot_be_read_fails_alone(ready: Api, method: str, unreadable: bytes) -> None:
    body = b'{"waybills":[' + unreadable + f',"{NUMBER}"]}}'.encode()

    first, second = results(ready.call(PRIVACY, method, "/v1/restrictions", data=body))

    assert (first["waybill_no"], first["error"]["code"]) == (None, "not-found")
    assert second == {"waybill_no": NUMBER, "restricted": method == "POST"}


def test_it_opens_for_a_purpose_that_the_policy_names(restricted: Api) -> None:
    assert regulator_opens(restricted)[0]["value"] == "13812345678"


def test_without_the_section_it_opens_for_none(under: Under) -> None:
    api = under(lambda policy: policy.pop("restriction"))
    api.tokenize(record())
    restrict(api)

    assert without_details(regulator_opens(api))[0]["error"] == {"code": "restricted"}


def test_labels_and_masked_views_go_on(restricted: Api) -> None:
    assert restricted.get(OFFICER, PATH).status_code == 200
    assert restricted.tokenize(record())[0]["created"] is False
    assert restricted.post(PRINTER, "/v1/mask", {"records": [record()]}).status_code == 200


def test_it_is_not_viewed_in_full(restricted: Api) -> None:
    assert refusal(restricted.get(COURIER, PATH)) == (403, "restricted")
    (viewed,) = results(restricted.post(COURIER, "/v1/waybills/view", {"waybills": [NUMBER]}))
    assert without_details(viewed["error"]) == {"code": "restricted"}
    *_, alone, among = entries(restricted, "view")
    assert [one["outcome"] for entry in (alone, among) for one in (entry, *entry["items"])] == ["restricted"] * 4


def test_no_one_is_called_about_it(restricted: Api) -> None:
    assert refusal(restricted.post(OFFICER, "/v1/calls", {"waybill_no": NUMBER, "case": "D-1"})) == (403, "restricted")
    assert [one["outcome"] for one in entries(restricted, "call")[-1]["items"]] == ["restricted"]


def test_a_person_is_called_under_a_case_for_a_purpose_that_the_policy_names(under: Under) -> None:
    api = under(put("restriction", "purposes", ["dispute"]))
    put_on_file(api)
    api.tokenize(record(), custody={"site": SITE})
    restrict(api)
    api.open_case("D-1", NUMBER)

    made = content(api.post(OFFICER, "/v1/calls", {"waybill_no": NUMBER, "case": "D-1"}), 201)
    assert made["dial"].startswith("no-number-700")
    assert refusal(api.post(COURIER, "/v1/calls", {"waybill_no": NUMBER})) == (403, "restricted")


def test_a_restriction_holds_for_later_revisions(restricted: Api) -> None:
    restricted.tokenize(record(remark="new"), on_conflict="revise")

    assert without_details(restricted.opened(PHONE))[0]["error"] == {"code": "restricted"}


def test_a_restriction_that_ended_is_none(restricted: Api) -> None:
    assert restrict(restricted, method="DELETE") == [{"waybill_no": NUMBER, "restricted": False}]

    assert restricted.opened(PHONE)[0]["value"] == "13812345678"


def test_unknown_numbers_are_items_that_failed(ready: Api) -> None:
    answered = restrict(ready, "SF9999999999", 7, NUMBER)
    entry = entries(ready, "restrict")[-1]

    assert without_details(answered) == [
        {"waybill_no": "SF9999999999", "error": {"code": "not-found"}},
        {"waybill_no": 7, "error": {"code": "not-found"}},
        {"waybill_no": NUMBER, "restricted": True},
    ]
    assert [entry["outcome"], *(one["outcome"] for one in entry["items"])] == ["done", "not-found", "done"]


@pytest.mark.parametrize(("method", "action"), [("POST", "restrict"), ("DELETE", "unrestrict")])
def test_what_is_no_number_is_recorded_as_one_item(ready: Api, method: str, action: str) -> None:
    restrict(ready, 7, method=method)
    entry = entries(ready, action)[-1]

    assert (entry["outcome"], entry["items"]) == ("not-found", [{"waybill": "", "outcome": "not-found"}])


def test_the_mark_of_an_erasure_takes_the_place_of_a_restriction(restricted: Api) -> None:
    restricted.call(PRIVACY, "DELETE", PATH)

    assert len(kept(restricted)) == 1
    assert restricted.opened(PHONE)[0]["error"]["code"] == "not-found"
    assert restrict(restricted, NUMBER, method="DELETE")[0]["error"]["code"] == "not-found"
    assert len(kept(restricted)) == 1


def test_a_held_waybill_stays_restricted_when_it_would_have_expired(restricted: Api) -> None:
    content(restricted.post(PRIVACY, "/v1/holds", {"hold": "H-1", "reason": "r", "waybills": [NUMBER]}), 201)
    content(restricted.post(restricted.mint(PRIVACY, sub="privacy-2"), "/v1/holds/H-1/set"))

    assert kept(restricted) == [HELD_UNTIL]


def test_a_policy_that_names_an_unknown_purpose_is_refused(under: Under) -> None:
    with pytest.raises(Exception, match=r"restriction\.purposes"):
        under(put("restriction", "purposes", ["gossip"]))
