"""The index keeps up with each write, move, revision and erasure."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from masking_service.service.search.state import SearchIndex
from tests.store.stores import ask
from tests.web.api import SITE, Api
from tests.web.calls import item, moved
from tests.web.people import PRIVACY
from tests.web.search.searches import DAY, NOW, OTHER, PHONE, index_entries, index_keys, index_size, numbers, parcel

THIRD = "13688887777"


def search_at_each_step(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search at the site whenever entries were changed."""
    replace = SearchIndex.replace

    def replace_and_search(*arguments: Any) -> None:
        replace(*arguments)
        numbers(api, last4="5678", site=SITE)

    monkeypatch.setattr(SearchIndex, "replace", replace_and_search)


def put_back(client: redis.Redis, entries: set[tuple[bytes, bytes]]) -> None:
    for key, entry in entries:
        ask(client, "SADD", key, entry)


class TestKeepingUp:
    def test_a_batch_of_new_waybills_is_still_one_write(self, api: Api) -> None:
        before = api.parts.store.round_trips
        api.tokenize(*[parcel(f"SF{at:010}") for at in range(1_000, 1_100)])

        assert api.parts.store.round_trips - before == 1

    def test_a_search_is_who_and_index_records_and_audit(self, api: Api) -> None:
        api.tokenize(parcel())
        numbers(api, phone=PHONE)
        before = api.parts.store.round_trips
        numbers(api, phone=PHONE)

        assert api.parts.store.round_trips - before == 3

    def test_sending_a_batch_again_adds_no_entry(self, api: Api, client: redis.Redis) -> None:
        api.tokenize(parcel(), custody={"site": SITE})
        once = index_size(client)
        api.tokenize(parcel(), custody={"site": SITE})

        assert index_size(client) == once

    def test_sending_a_batch_again_restores_a_lost_entry(self, api: Api, client: redis.Redis) -> None:
        api.tokenize(parcel())
        client.delete(*index_keys(client))

        api.tokenize(parcel(), on_conflict="revise")

        assert numbers(api, phone=PHONE) == ["SF1234567890"]

    def test_a_conflict_leaves_no_entry(self, api: Api, client: redis.Redis) -> None:
        api.tokenize(parcel())
        before = index_entries(client)

        api.tokenize(parcel(phone=OTHER))

        assert index_entries(client) == before
        assert (numbers(api, phone=PHONE), numbers(api, phone=OTHER)) == (["SF1234567890"], [])

    def test_a_revision_is_found_by_its_own_phone_only(self, api: Api) -> None:
        api.tokenize(parcel(), custody={"site": SITE})
        api.tokenize(parcel(phone=OTHER), on_conflict="revise")

        assert (numbers(api, phone=PHONE), numbers(api, phone=OTHER)) == ([], ["SF1234567890"])
        assert numbers(api, last4="5678", site=SITE) == []
        assert numbers(api, last4="4321", site=SITE) == ["SF1234567890"]

    def test_a_parcel_is_found_where_it_was_moved_to(self, api: Api, client: redis.Redis) -> None:
        api.tokenize(parcel(), custody={"site": "021009"})
        moved(api, item("SF1234567890", site=SITE))
        arrived = numbers(api, last4="5678", site=SITE), numbers(api, last4="5678", site="021009")
        size = index_size(client)
        moved(api, item("SF1234567890"))

        assert arrived == (["SF1234567890"], [])
        assert numbers(api, last4="5678", site=SITE) == []
        assert index_size(client) == size - 1

    def test_a_search_drops_the_entry_of_an_earlier_revision(self, api: Api, client: redis.Redis) -> None:
        others = index_entries(client)
        api.tokenize(parcel())
        earlier = index_entries(client) - others
        api.tokenize(parcel(phone=OTHER), on_conflict="revise")
        put_back(client, earlier)  # there or not
        right = index_entries(client) - earlier

        assert numbers(api, phone=PHONE) == []
        assert (index_entries(client), len(right - others), len(earlier)) == (right, 1, 1)

    def test_a_search_drops_what_was_left_at_another_site_from_the_next_day_on(
        self, api: Api, client: redis.Redis, set_clock: Any
    ) -> None:
        """A record or a move that is still on its way may confirm today's entry."""
        set_clock(NOW)
        api.tokenize(parcel(), custody={"site": "021009"})
        left = index_entries(client)
        moved(api, item("SF1234567890", site=SITE))
        right = index_entries(client)
        put_back(client, left)
        found = {}
        for now in (NOW, NOW + DAY):
            set_clock(now)
            found[now] = numbers(api, last4="5678", site="021009"), index_entries(client)

        assert found == {NOW: ([], right | left), NOW + DAY: ([], right)}
        assert right | left != right

    def test_a_search_in_the_middle_of_a_move_loses_no_entry(
        self, api: Api, set_clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.tokenize(parcel(), custody={"site": "021009"})
        set_clock(NOW + DAY)
        search_at_each_step(api, monkeypatch)

        moved(api, item("SF1234567890", site=SITE))

        assert numbers(api, last4="5678", site=SITE) == ["SF1234567890"]

    def test_a_search_before_a_known_waybill_gets_its_first_custody_loses_no_entry(
        self, api: Api, set_clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.tokenize(parcel())
        set_clock(NOW + DAY)
        search_at_each_step(api, monkeypatch)

        api.tokenize(parcel(), custody={"site": SITE})

        assert numbers(api, last4="5678", site=SITE) == ["SF1234567890"]

    def test_erasing_removes_every_entry(self, api: Api, client: redis.Redis) -> None:
        before = index_size(client)
        api.tokenize(parcel(), custody={"site": SITE})
        api.tokenize(parcel(phone=OTHER), on_conflict="revise")
        assert index_size(client) == before + 4

        assert api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890").status_code == 200

        assert index_size(client) == before
        assert numbers(api, phone=OTHER) == []

    def test_erasing_removes_what_a_revised_waybill_had_at_an_earlier_site(self, api: Api, client: redis.Redis) -> None:
        before = index_size(client)
        api.tokenize(parcel(), custody={"site": "021009"})
        api.tokenize(parcel(phone=OTHER), on_conflict="revise")
        api.tokenize(parcel(phone=THIRD), on_conflict="revise")
        moved(api, item("SF1234567890", site=SITE))

        assert api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890").status_code == 200

        assert index_size(client) == before

    @pytest.mark.parametrize(("phone", "later"), [(OTHER, 0), (OTHER, DAY), (PHONE, DAY)])
    def test_a_conflict_at_a_site_leaves_no_entry_there(
        self, api: Api, client: redis.Redis, set_clock: Any, phone: str, later: int
    ) -> None:
        api.tokenize(parcel())
        before = index_entries(client)
        set_clock(NOW + later)

        api.tokenize(parcel(phone=phone, recipient__name="李四"), custody={"site": SITE})

        assert index_entries(client) == before

    def test_a_search_that_is_slower_than_a_first_custody_loses_no_entry(
        self, api: Api, set_clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.tokenize(parcel())
        set_clock(NOW + DAY)
        dropped: list[Any] = []
        drop = SearchIndex.drop
        with monkeypatch.context() as patched:
            patched.setattr(SearchIndex, "drop", lambda _, entries: dropped.extend(entries))
            search_at_each_step(api, patched)
            api.tokenize(parcel(), custody={"site": SITE})

        drop(api.parts.vault.search, dropped)

        assert numbers(api, last4="5678", site=SITE) == ["SF1234567890"]

    def test_an_erased_number_that_is_sent_again_leaves_no_entry(self, api: Api, client: redis.Redis) -> None:
        before = index_size(client)
        api.tokenize(parcel())
        api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890")

        api.tokenize(parcel())

        assert index_size(client) == before

    def test_an_entry_expires_at_the_end_of_the_period_in_which_its_record_does(
        self, api: Api, client: redis.Redis, set_clock: Any
    ) -> None:
        before = index_entries(client)
        set_clock(NOW)
        api.tokenize(parcel())
        ((key, _),) = index_entries(client) - before
        expires = NOW + 180 * DAY

        assert expires < ask(client, "EXPIRETIME", key) <= expires + 30 * DAY

    def test_a_part_keeps_its_expiry_when_its_last_entry_goes_and_another_comes(
        self, api: Api, client: redis.Redis
    ) -> None:
        api.call(PRIVACY, "DELETE", "/v1/waybills/SF0000000000")
        api.tokenize(parcel())
        ((key, _),) = index_entries(client)
        expiry = ask(client, "EXPIRETIME", key)
        api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890")

        api.tokenize(parcel("SF1234567891"))

        assert (ask(client, "EXPIRETIME", key), numbers(api, phone=PHONE)) == (expiry, ["SF1234567891"])
