"""Who may search, for what, and what is refused as malformed."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from tests.web.api import SITE, Api, Json, Under, refusal, started
from tests.web.calls import entries, freeze, item, moved
from tests.web.people import AUDITOR, COURIER, DESK, PRINTER, PRIVACY, SUPERVISOR, TRACKING
from tests.web.search.searches import OTHER, PHONE, index_keys, index_size, numbers, parcel, search


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (DESK, {"phone": True, "last4": True}),
        (COURIER, {"phone": False, "last4": True}),
        (AUDITOR, {"phone": False, "last4": False}),
    ],
)
def test_each_is_told_how_they_may_search(api: Api, who: str, told: Json) -> None:
    assert api.get(who, "/v1/me").get_json()["search"] == told


class TestWhoMaySearch:
    def test_it_is_off_by_default(self, under: Under, client: redis.Redis) -> None:
        api = under(lambda document: None)
        api.tokenize(parcel(), custody={"site": SITE})

        answered = api.post(DESK, "/v1/search", {"phone": PHONE})

        assert refusal(answered) == (403, "forbidden")
        assert "keeps no index" in answered.get_json()["detail"]
        assert index_keys(client) == []

    @pytest.mark.parametrize("kept", ["phone", "last4"])
    def test_what_no_index_is_kept_for_is_refused(self, under: Under, kept: str) -> None:
        api = under(lambda document: document.update(search={kept: True}))
        api.tokenize(parcel(), custody={"site": SITE})
        asked = {"phone": {"phone": PHONE}, "last4": {"last4": PHONE[-4:], "site": SITE}}
        other = asked.pop("phone" if kept == "last4" else "last4")

        assert numbers(api, **asked[kept]) == ["SF1234567890"]
        refused = api.post(DESK, "/v1/search", other | {"profile": "label"})
        assert refusal(refused) == (403, "forbidden")
        assert "keeps no index" in refused.get_json()["detail"]
        assert entries(api)[-1]["profile"] == "label"

    def test_a_tenant_has_its_own_rule(self, under: Under, client: redis.Redis) -> None:
        api = under(lambda document: document.update(search={"phone": True, "tenants": {"other": {}}}))
        api.tokenize(parcel(), custody={"site": SITE})
        ours = index_size(client)
        api.tokenize(parcel(), who="other-tenant-printer")

        assert (ours, index_size(client)) == (1, 1)
        assert numbers(api, phone=PHONE) == ["SF1234567890"]

    @pytest.mark.parametrize("who", [PRINTER, TRACKING, AUDITOR, PRIVACY])
    def test_others_may_not(self, api: Api, who: str) -> None:
        assert refusal(api.post(who, "/v1/search", {"phone": PHONE})) == (403, "forbidden")

    def test_a_courier_finds_what_they_carry_or_what_is_at_their_site(self, api: Api) -> None:
        api.tokenize(*[parcel(f"SF123456789{at}") for at in range(3)], custody={"site": SITE})
        moved(
            api,
            item("SF1234567890", site=SITE, courier="client/courier"),
            item("SF1234567891", site=SITE, courier="client/courier-2"),
        )

        mine = set(numbers(api, COURIER, last4="5678", site=SITE))
        every = set(numbers(api, last4="5678", site=SITE))

        assert mine == {"SF1234567890", "SF1234567892"}
        assert every == {"SF1234567890", "SF1234567891", "SF1234567892"}

    @pytest.mark.parametrize("asked", [{"phone": PHONE}, {"last4": "5678", "site": "021002"}])
    def test_a_courier_searches_by_four_digits_at_their_own_site_only(self, api: Api, asked: Json) -> None:
        assert refusal(api.post(COURIER, "/v1/search", asked)) == (403, "forbidden")
        assert entries(api)[-1]["outcome"] == "forbidden"

    def test_a_search_in_full_is_a_view_in_full(self, api: Api) -> None:
        api.tokenize(parcel(), custody={"site": SITE})

        found = search(api, COURIER, last4="5678", site=SITE)["results"]

        assert found[0]["record"]["recipient"]["address"] == "一号楼二单元三零一"
        views = api.get(AUDITOR, "/v1/waybills/SF1234567890/disclosures").get_json()["views"]
        assert [(one["principal"], one["profile"]) for one in views] == [("client/courier", "courier")]
        left = {one["counts"]: one["windows"] for one in api.get(COURIER, "/v1/me/budgets").get_json()["budgets"]}
        assert (left["full_views"][0]["left"], left["searches"][0]["left"]) == (39, 9)

    def test_a_restricted_waybill_is_found_masked_and_not_in_full(self, api: Api) -> None:
        api.tokenize(parcel("SF1234567890"), parcel("SF1234567891"), custody={"site": SITE})
        restricted = api.post(PRIVACY, "/v1/restrictions", {"waybills": ["SF1234567890"]})

        found = {who: sorted(numbers(api, who, last4="5678", site=SITE)) for who in (DESK, COURIER)}

        assert restricted.status_code == 200
        assert found == {DESK: ["SF1234567890", "SF1234567891"], COURIER: ["SF1234567891"]}
        views = api.get(AUDITOR, "/v1/waybills/SF1234567890/disclosures").get_json()["views"]
        assert views == []

    def test_an_eleventh_search_in_a_minute_is_refused(self, api: Api) -> None:
        for _ in range(10):
            numbers(api, phone=PHONE)

        assert refusal(api.post(DESK, "/v1/search", {"phone": PHONE})) == (429, "quota-exceeded")

    def test_a_frozen_courier_finds_nothing(self, api: Api) -> None:
        api.tokenize(parcel(), custody={"site": SITE})
        assert numbers(api, COURIER, last4="5678", site=SITE) == ["SF1234567890"]
        api.post(SUPERVISOR, f"/v1/principals/client%2F{COURIER}/freeze", {})

        assert refusal(api.post(COURIER, "/v1/search", {"last4": "5678", "site": SITE})) == (403, "frozen")

    def test_a_courier_whom_another_worker_froze_finds_nothing_from_that_moment_on(self, api: Api) -> None:
        api.tokenize(parcel(), custody={"site": SITE})
        asked, neighbour = {"last4": "5678", "site": SITE}, started(api.parts.settings)

        before = api.post(COURIER, "/v1/search", asked).status_code
        freeze(neighbour, f"client/{COURIER}")

        assert (before, refusal(api.post(COURIER, "/v1/search", asked))) == (200, (403, "frozen"))


class TestWhatIsAsked:
    @pytest.mark.parametrize(
        ("asked", "errors"),
        [
            ({}, [("/phone", "one-of-two")]),
            ({"phone": PHONE, "site": SITE}, [("/phone", "one-of-two")]),
            ({"last4": "5678"}, [("/site", "missing")]),
            ({"site": SITE}, [("/last4", "missing")]),
            ({"phone": "no number"}, [("/phone", "invalid-phone")]),
            ({"phone": f"{PHONE} {OTHER}"}, [("/phone", "invalid-phone")]),
            ({"phone": "139****5678"}, [("/phone", "invalid-phone")]),
            ({"last4": "567", "site": SITE}, [("/last4", "invalid-value")]),
            ({"last4": "５６７８", "site": SITE}, [("/last4", "invalid-value")]),
            ({"last4": "5678", "site": "a b"}, [("/site", "invalid-value")]),
        ],
    )
    def test_what_is_malformed_is_refused_at_its_place(self, api: Api, asked: Json, errors: list[Any]) -> None:
        answered = api.post(DESK, "/v1/search", asked)

        assert refusal(answered) == (422, "invalid-request")
        assert [(one["pointer"], one["code"]) for one in answered.get_json()["errors"]] == errors
        assert PHONE not in answered.text
