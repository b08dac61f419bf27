"""Searches are written to the log, counted, and freeze who guesses or meets a decoy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api import SITE, Api, Json, Under, refusal, settle
from tests.web.calls import entries, frozen, item, moved
from tests.web.people import AUDITOR, COURIER, DESK, PRIVACY
from tests.web.search.searches import OTHER, PHONE, numbers, parcel
from tests.web.test_decoys import deferred_tasks_wait

COURIERS = (f"client/{COURIER}", f"client/{COURIER}-2")


class TestWatching:
    def test_a_search_is_an_entry_with_a_hash_of_what_was_asked(self, api: Api) -> None:
        api.tokenize(parcel())
        numbers(api, phone=PHONE)
        numbers(api, phone="+86 " + PHONE)
        numbers(api, phone=OTHER)

        same, again, other = entries(api)[-3:]

        assert same["asked"] == again["asked"] != other["asked"]
        assert (same["action"], same["outcome"], len(same["items"])) == ("search", "done", 1)
        assert other["outcome"] == "not-found"
        assert PHONE not in str(entries(api))

    def test_what_was_asked_is_hashed_with_its_form_and_site(self, api: Api) -> None:
        """Entries of every release are asked for by these hashes."""
        numbers(api, phone=PHONE)
        numbers(api, last4=PHONE[-4:], site=SITE)
        asked = ("phone", PHONE), ("last4", SITE, PHONE[-4:])
        hashed = [api.parts.keyring.tenant("default").audit_hash("search", *each) for each in asked]

        assert [one["asked"] for one in entries(api)[-2:]] == hashed

    def test_a_search_that_shows_a_kind_in_full_releases_it(self, api: Api) -> None:
        api.tokenize(parcel(), custody={"site": SITE})
        numbers(api, COURIER, last4=PHONE[-4:], site=SITE)
        found = entries(api)[-1]

        assert (found["outcome"], [item["outcome"] for item in found["items"]]) == ("released", ["released"])

    def test_who_searched_for_my_number_is_answered(self, api: Api) -> None:
        numbers(api, phone=PHONE)
        numbers(api, phone=OTHER)
        api.post("service-desk-2", "/v1/search", {"phone": PHONE})

        answered = api.post(AUDITOR, "/v1/audit/searches", {"phone": "+86 139 1234 5678"})

        assert answered.status_code == 200, answered.text
        assert [one["principal"] for one in answered.get_json()["entries"]] == [
            "client/service-desk-2",
            "client/service-desk",
        ]
        assert refusal(api.post(DESK, "/v1/audit/searches", {"phone": PHONE})) == (403, "forbidden")

    def test_searches_are_counted_by_what_came_of_them(self, api: Api) -> None:
        api.tokenize(*[parcel(f"SF{at:010}") for at in range(1_000, 1_021)], parcel(phone=OTHER))
        for phone in (OTHER, OTHER, OTHER, "13700001111", "13700001111"):
            numbers(api, phone=phone)
        api.post(DESK, "/v1/search", {"phone": PHONE})

        counted = api.get(None, "/metrics").text
        for outcome, count in (("found", 3), ("not-found", 2), ("too-many", 1)):
            assert f'masking_searches_total{{outcome="{outcome}"}} {count}.0' in counted

    def test_searches_that_find_nothing_are_misses(self, under: Under) -> None:
        def edit(document: dict[str, Any]) -> None:
            document.update(search={"phone": True})
            document["watch"]["misses"] = 5

        api = under(edit)
        for at in range(5):
            assert numbers(api, phone=f"1390000000{at}") == []

        assert refusal(api.post(DESK, "/v1/search", {"phone": PHONE})) == (403, "frozen")

    def test_searches_that_find_too_many_are_misses(self, under: Under) -> None:
        def edit(document: dict[str, Any]) -> None:
            document.update(search={"phone": True})
            document["watch"]["misses"] = 3

        api = under(edit)
        api.tokenize(*[parcel(f"SF{at:010}") for at in range(21)])
        refused = [refusal(api.post(DESK, "/v1/search", {"phone": PHONE})) for _ in range(4)]

        assert refused == [(422, "too-many")] * 3 + [(403, "frozen")]
        assert [(one["id"], one["why"]) for one in frozen(api)] == [(f"client/{DESK}", "misses")]

    def test_who_finds_a_decoy_by_its_phone_is_frozen(self, api: Api) -> None:
        api.tokenize(parcel())
        api.post(PRIVACY, "/v1/decoys", {"waybills": ["SF1234567890"], "kind": "phantom"})
        api.parts.decoys.refresh(api.parts.tenants)

        assert numbers(api, phone=PHONE) == ["SF1234567890"]
        assert refusal(api.post(DESK, "/v1/search", {"phone": OTHER})) == (403, "frozen")
        api.parts.deferred.shutdown()  # the freeze is written before the next test begins

    def test_who_meets_a_decoy_by_four_digits_is_not(self, api: Api) -> None:
        api.tokenize(parcel(), custody={"site": SITE})
        api.post(PRIVACY, "/v1/decoys", {"waybills": ["SF1234567890"], "kind": "phantom"})
        api.parts.decoys.refresh(api.parts.tenants)

        assert numbers(api, last4="5678", site=SITE) == ["SF1234567890"]
        assert numbers(api, phone=OTHER) == []
        assert frozen(api) == []

    def test_a_courier_is_noticed_at_a_decoy_that_is_not_theirs_to_find(self, api: Api) -> None:
        waybills = ["SF5550000001", "SF5550000002"]
        api.tokenize(*map(parcel, waybills), custody={"site": SITE})
        carried = [item(one, site=SITE, courier=who) for one, who in zip(waybills, COURIERS, strict=True)]
        moved(api, *carried)
        api.post(PRIVACY, "/v1/decoys", {"waybills": waybills, "kind": "phantom"})
        api.parts.decoys.refresh(api.parts.tenants)

        assert numbers(api, COURIER, last4="5678", site=SITE) == ["SF5550000001"]
        settle(api)
        told = api.get(PRIVACY, "/v1/decoys").get_json()["decoys"]
        assert {one["waybill_no"]: one["hits"] for one in told} == {"SF5550000001": 0, "SF5550000002": 1}
        assert frozen(api) == []

    @pytest.mark.parametrize("asked", [{"last4": "5678", "site": SITE}, {"phone": PHONE}])
    def test_a_search_that_finds_a_decoy_is_answered_as_any_other(self, api: Api, asked: Json) -> None:
        release = deferred_tasks_wait(api)
        api.tokenize(parcel(), custody={"site": SITE})
        found = []
        for kind in ("record", "phantom"):
            if kind == "phantom":
                api.post(PRIVACY, "/v1/decoys", {"waybills": ["SF1234567890"], "kind": kind})
                api.parts.decoys.refresh(api.parts.tenants)
            before = api.parts.store.round_trips
            answered = api.post(DESK, "/v1/search", asked)
            trips = api.parts.store.round_trips - before
            found.append((answered.status_code, answered.text, [*answered.headers.keys()], trips))
        release()
        api.parts.deferred.shutdown()

        assert found[0] == found[1]
