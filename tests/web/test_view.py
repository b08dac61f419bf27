"""Views over HTTP: masked, of the mapped fields only, inside custody; what may not be seen looks like nothing."""

from __future__ import annotations

import pytest

from tests.web.api import MASKED, NUMBER, SITE, VALUES, Api, Clock, Json, content, record, refusal, results, stripped
from tests.web.people import COURIER, OFFICER, OTHER_OFFICER, OTHER_PRINTER, PRIVACY

COURIER_SEES: Json = {
    "sender": MASKED["sender"] | {"address": VALUES["sender"]["address"]},
    "recipient": MASKED["recipient"] | {"address": VALUES["recipient"]["address"]},
    "remark": MASKED["remark"],
}


def view(api: Api, who: str, *numbers: object, **more: object) -> list[Json]:
    return results(api.post(who, "/v1/waybills/view", {"waybills": numbers, **more}))


def test_a_courier_sees_the_whole_address_and_masks(api: Api) -> None:
    api.tokenize(record(x={"y": 1}), custody={"site": SITE})

    answered = api.get(COURIER, f"/v1/waybills/{NUMBER}?profile=courier").get_json()

    assert answered["record"] == COURIER_SEES
    assert answered.keys() == {"waybill_no", "schema", "revision", "record", "fields"}


def test_a_view_says_what_can_be_opened(api: Api) -> None:
    api.tokenize(record(sender__phone="", recipient__name=...))

    assert api.get(OFFICER, f"/v1/waybills/{NUMBER}").get_json()["fields"] == {
        "/sender/name": "name",
        "/sender/address": "address",
        "/recipient/phone": "phone",
        "/recipient/address": "address",
    }


def test_an_officer_sees_what_the_label_shows(api: Api) -> None:
    api.tokenize(record(x={"y": 1}))

    assert api.get(OFFICER, f"/v1/waybills/{NUMBER}").get_json()["record"] == MASKED


def test_a_view_shows_the_newest_revision(api: Api) -> None:
    for at in range(4):
        api.tokenize(record(remark=f"note {at}"), on_conflict="revise")

    seen = view(api, OFFICER, NUMBER)[0]

    assert (seen["revision"], seen["record"]["remark"]) == (3, "note 3")


def test_a_number_is_found_in_any_spelling_and_answered_in_one(api: Api) -> None:
    api.tokenize(record())

    assert [seen["waybill_no"] for seen in view(api, OFFICER, f" {NUMBER.lower()}\t", NUMBER)] == [NUMBER, NUMBER]


def test_results_are_in_the_order_of_the_request(api: Api) -> None:
    api.tokenize(record("SF1111111111"), record("SF2222222222"))

    answered = api.post(OFFICER, "/v1/waybills/view", {"waybills": ["SF2222222222", "SF9999999999", "SF1111111111"]})

    seen = answered.get_json()
    assert [one["waybill_no"] for one in seen["results"]] == ["SF2222222222", "SF9999999999", "SF1111111111"]
    assert seen["failed"] == 1


STORED: dict[str, Json] = {
    "erased": {"custody": {"site": SITE}},
    "another tenant's": {"who": OTHER_PRINTER, "custody": {"site": SITE}},
    "at another site": {"custody": {"site": "999999"}},
    "in no custody": {},
}
"""What a courier may not see, by how it is stored."""


def hide(api: Api, state: str) -> None:
    if state != "unknown":
        api.tokenize(record(), **STORED[state])
    if state == "erased":
        content(api.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}"))


@pytest.mark.parametrize("state", STORED)
def test_what_a_courier_may_not_see_is_the_same_404_as_what_never_was(api: Api, state: str) -> None:
    unknown = stripped(api.get(COURIER, f"/v1/waybills/{NUMBER}"))
    hide(api, state)

    assert stripped(api.get(COURIER, f"/v1/waybills/{NUMBER}")) == unknown
    assert unknown[0] == 404


@pytest.mark.parametrize("state", ["unknown", *STORED])
def test_what_a_courier_may_not_see_is_one_item_error(api: Api, state: str) -> None:
    hide(api, state)

    assert view(api, COURIER, NUMBER) == [{"waybill_no": NUMBER, "error": {"code": "not-found"}}]


@pytest.mark.parametrize("state", ["unknown", "erased", "another tenant's"])
def test_what_is_gone_is_gone_for_an_officer_too(api: Api, state: str) -> None:
    hide(api, state)

    assert refusal(api.get(OFFICER, f"/v1/waybills/{NUMBER}")) == (404, "not-found")


def test_an_expired_waybill_is_the_same_404(api: Api, set_clock: Clock) -> None:
    unknown = stripped(api.get(OFFICER, f"/v1/waybills/{NUMBER}"))
    set_clock(1_796_000_000)
    api.tokenize(record())
    set_clock(1_796_000_000 + 180 * 86_400)

    assert stripped(api.get(OFFICER, f"/v1/waybills/{NUMBER}")) == unknown


def test_a_person_of_another_site_sees_nothing(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})

    seen = [view(api, api.mint(COURIER, sites=sites), NUMBER)[0] for sites in ([SITE], ["021002"], [])]

    assert ["record" in one for one in seen] == [True, False, False]


def test_the_other_tenant_sees_its_own_under_the_same_number(api: Api) -> None:
    api.tokenize(record())
    api.tokenize(record(remark="theirs"), who=OTHER_PRINTER)

    assert view(api, OTHER_OFFICER, NUMBER)[0]["record"]["remark"] == "theirs"
    assert view(api, OFFICER, NUMBER)[0]["record"]["remark"] == MASKED["remark"]


@pytest.mark.parametrize("asked", [None, 7, {"waybill_no": NUMBER}, [], "", "短", "a\u0000b", 1.5, True])
def test_what_can_be_no_number_is_not_found(api: Api, asked: object) -> None:
    assert view(api, OFFICER, asked) == [{"waybill_no": asked, "error": {"code": "not-found"}}]


def test_fifty_waybills_are_seen_and_fifty_one_are_not(api: Api) -> None:
    assert len(view(api, OFFICER, *["SF0000000000"] * 50)) == 50

    answered = api.post(OFFICER, "/v1/waybills/view", {"waybills": ["SF0000000000"] * 51})

    assert refusal(answered) == (422, "too-many-items")


def test_forty_full_views_a_minute_are_the_most(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})
    assert all("record" in one for one in view(api, COURIER, *[NUMBER] * 40))

    answered = api.get(COURIER, f"/v1/waybills/{NUMBER}")

    assert refusal(answered) == (429, "quota-exceeded")
    assert answered.get_json()["window"] == "1m"


def test_what_a_full_view_does_not_find_is_given_back(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})
    for _ in range(2):
        view(api, COURIER, *["SF9999999999"] * 40)

    assert all("record" in one for one in view(api, COURIER, *[NUMBER] * 40))


def test_one_courier_does_not_spend_anothers_views(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})
    view(api, COURIER, *[NUMBER] * 40)

    assert "record" in view(api, "courier-2", NUMBER)[0]


def test_a_view_of_masks_is_free(api: Api) -> None:
    api.tokenize(record())

    assert all("record" in one for _ in range(3) for one in view(api, OFFICER, *[NUMBER] * 50))


@pytest.mark.parametrize(
    ("who", "profile"), [(COURIER, "label"), (OFFICER, "courier"), (OFFICER, "hidden"), (OFFICER, "x")]
)
def test_a_profile_of_another_role_is_forbidden(api: Api, who: str, profile: str) -> None:
    answered = api.post(who, "/v1/waybills/view", {"waybills": [], "profile": profile})

    assert refusal(answered) == (403, "forbidden")
    assert answered.get_json()["errors"] == [{"pointer": "/profile", "code": "not-allowed"}]
    assert "GET /v1/me" in answered.get_json()["detail"]


def test_a_profile_in_the_query_is_named_as_such(api: Api) -> None:
    answered = api.get(OFFICER, f"/v1/waybills/{NUMBER}?profile=courier")

    assert refusal(answered) == (403, "forbidden")
    assert answered.get_json()["errors"] == [{"pointer": "query:profile", "code": "not-allowed"}]


def test_a_role_without_the_permission_is_told_of_no_member(api: Api) -> None:
    answered = api.post("tracking", "/v1/waybills/view", {"waybills": [], "profile": "label"})

    assert refusal(answered) == (403, "forbidden")
    assert "errors" not in answered.get_json()


@pytest.mark.parametrize("unreadable", [rb'"\ud800"', b"7" * 5_000])
def test_a_number_that_cannot_be_read_fails_alone(api: Api, unreadable: bytes) -> None:
    api.tokenize(record())
    answered = api.post(OFFICER, "/v1/waybills/view", data=b'{"waybills":[' + unreadable + f',"{NUMBER}"]}}'.encode())
    first, second = answered.get_json()["results"]

    assert (first["waybill_no"], first["error"]["code"]) == (None, "not-found")
    assert second["waybill_no"] == NUMBER


def test_a_person_with_two_profiles_has_to_name_one(api: Api) -> None:
    both = api.mint([COURIER, OFFICER])

    answered = api.get(both, f"/v1/waybills/{NUMBER}")

    assert refusal(answered) == (400, "profile-required")
    assert answered.get_json()["errors"] == [{"pointer": "query:profile", "code": "missing"}]
