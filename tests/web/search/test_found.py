"""What a search finds by a recipient's phone, and by its last four digits at a site."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from masking_service.service.search import state
from tests.store.stores import ask
from tests.web.api import SITE, Api, refusal
from tests.web.calls import item, move
from tests.web.people import DESK
from tests.web.search.searches import DAY, NOW, OTHER, PHONE, index_entries, numbers, parcel, search


class TestWhatIsFound:
    def test_a_phone_finds_its_waybills_as_a_view_shows_them(self, api: Api) -> None:
        api.tokenize(parcel("SF1234567890"), parcel("SF1234567891"), parcel("SF1234567892", OTHER))

        found = search(api, phone=PHONE)

        assert found["more"] is False
        assert {one["waybill_no"] for one in found["results"]} == {"SF1234567890", "SF1234567891"}
        assert found["results"][0] == api.get(DESK, f"/v1/waybills/{found['results'][0]['waybill_no']}").get_json()

    @pytest.mark.parametrize("spelling", ["+86 139-1234-5678", "１３９１２３４５６７８", "0086 13912345678"])
    def test_a_phone_is_found_in_any_spelling(self, api: Api, spelling: str) -> None:
        api.tokenize(parcel(phone=spelling))

        assert numbers(api, phone=PHONE) == numbers(api, phone=spelling) == ["SF1234567890"]

    def test_an_integer_is_found(self, api: Api) -> None:
        api.tokenize(parcel(phone=int(PHONE)))

        assert numbers(api, phone=PHONE) == ["SF1234567890"]

    def test_a_senders_phone_finds_nothing(self, api: Api) -> None:
        api.tokenize(parcel(sender__phone=OTHER))

        assert numbers(api, phone=OTHER) == []

    def test_another_tenants_parcel_is_not_found(self, api: Api) -> None:
        api.tokenize(parcel(), who="other-tenant-printer")

        assert numbers(api, phone=PHONE) == []

    def test_four_digits_find_parcels_at_the_site_only(self, api: Api) -> None:
        api.tokenize(parcel("SF1234567890"), parcel("SF1234567891", OTHER), custody={"site": SITE})
        api.tokenize(parcel("SF1234567892"), custody={"site": "021002"})
        api.tokenize(parcel("SF1234567893"))

        assert numbers(api, last4="5678", site=SITE) == ["SF1234567890"]

    def test_an_entry_left_at_the_former_site_finds_nothing(self, api: Api, client: redis.Redis) -> None:
        api.tokenize(parcel(), custody={"site": SITE})
        left = index_entries(client)
        move(api, item("SF1234567890", site="021002"))
        for key, entry in left:
            ask(client, "SADD", key, entry)

        assert numbers(api, last4="5678", site=SITE) == []

    def test_a_number_whose_mask_hides_some_of_the_four_digits_is_not_found_by_them(self, api: Api) -> None:
        api.tokenize(parcel(phone="021-59791234"), custody={"site": SITE})

        assert numbers(api, last4="1234", site=SITE) == []
        assert numbers(api, phone="021-59791234") == ["SF1234567890"]

    def test_the_twentieth_is_shown_and_of_more_nothing_is(self, api: Api) -> None:
        api.tokenize(*[parcel(f"SF12345678{at:02}") for at in range(20)])
        assert len(numbers(api, phone=PHONE)) == 20

        api.tokenize(parcel("SF1234567899"))

        answered = api.post(DESK, "/v1/search", {"phone": PHONE})
        assert refusal(answered) == (422, "too-many")
        assert "SF12345678" not in answered.text

    def test_of_more_entries_than_are_read_nothing_is_shown(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(state, "MAX_READ", 2)
        api.tokenize(*[parcel(f"SF12345678{at:02}") for at in range(2)])
        assert len(numbers(api, phone=PHONE)) == 2

        api.tokenize(parcel("SF1234567899"))

        assert refusal(api.post(DESK, "/v1/search", {"phone": PHONE})) == (422, "too-many")

    def test_a_record_of_next_quarter_is_found_beside_one_of_this(self, api: Api, set_clock: Any) -> None:
        set_clock(NOW)
        api.tokenize(parcel("SF1234567890"))
        set_clock(NOW + 100 * DAY)
        api.tokenize(parcel("SF1234567891"))

        assert sorted(numbers(api, phone=PHONE)) == ["SF1234567890", "SF1234567891"]
