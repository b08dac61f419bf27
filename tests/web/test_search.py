"""Searches for a recipient's phone, and for its last four digits at a site."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner, Result

from masking_service.access.custody import Custodies
from masking_service.access.rules import SearchRule
from masking_service.cli import commands
from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import assemble
from masking_service.usecases.fill_index import FillIndex
from masking_service.vault.vault import Found, Vault
from tests.access.policies import edited
from tests.store.stores import ask
from tests.web.api import (
    AUDITOR,
    COURIER,
    DESK,
    PRINTER,
    PRIVACY,
    SITE,
    SUPERVISOR,
    TRACKING,
    Api,
    Json,
    record,
    refusal,
)
from tests.web.calls import entries, frozen, item, moved
from tests.web.test_decoys import deferred_tasks_wait

PHONE = "13912345678"
OTHER = "13755554321"
DAY = 86_400
NOW = int(time.time())
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def under(settings: Settings, valkey: str, tmp_path: Path) -> Callable[[Edit], Api]:
    """Makes a service under an edit of the default policy."""

    def make(edit: Edit) -> Api:
        path = tmp_path / "policy.yaml"
        path.write_text(edited(edit), "utf-8")
        parts = assemble(replace(settings, policy=path))
        admit_store(parts)
        parts.store.trust()
        return Api(parts)

    return make


@pytest.fixture
def api(under: Callable[[Edit], Api]) -> Api:
    """A service that keeps both indexes, past its first record of the day."""
    api = under(lambda document: document.update(search={"phone": True, "last4": True}))
    api.tokenize(record("SF0000000000", recipient__phone="13700000000"))
    return api


def parcel(number: str = "SF1234567890", phone: Any = PHONE, **change: Any) -> Json:
    return record(number, recipient__phone=phone, **change)


def search(api: Api, who: str = DESK, **asked: object) -> Json:
    answered = api.post(who, "/v1/search", asked)
    assert answered.status_code == 200, answered.text
    found: Json = answered.get_json()
    return found


def numbers(api: Api, who: str = DESK, **asked: object) -> list[str]:
    return [one["waybill_no"] for one in search(api, who, **asked)["results"]]


def index_keys(client: redis.Redis) -> list[bytes]:
    return [key for key in ask(client, "KEYS", "wm:{?:*}") if key[4:6] in (b"f:", b"s:")]


def index_entries(client: redis.Redis) -> set[tuple[bytes, bytes]]:
    """The part and the field of every entry."""
    return {(key, field) for key in index_keys(client) for field in ask(client, "HKEYS", key) if field}


def index_size(client: redis.Redis) -> int:
    return len(index_entries(client))


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

    def test_a_record_of_next_quarter_is_found_beside_one_of_this(self, api: Api, set_clock: Any) -> None:
        set_clock(NOW)
        api.tokenize(parcel("SF1234567890"))
        set_clock(NOW + 100 * DAY)
        api.tokenize(parcel("SF1234567891"))

        assert sorted(numbers(api, phone=PHONE)) == ["SF1234567890", "SF1234567891"]


class TestWhoMaySearch:
    def test_it_is_off_by_default(self, under: Callable[[Edit], Api], client: redis.Redis) -> None:
        api = under(lambda document: None)
        api.tokenize(parcel(), custody={"site": SITE})

        answered = api.post(DESK, "/v1/search", {"phone": PHONE})

        assert refusal(answered) == (403, "forbidden")
        assert "keeps no index" in answered.get_json()["detail"]
        assert index_keys(client) == []

    def test_a_tenant_has_its_own_rule(self, under: Callable[[Edit], Api], client: redis.Redis) -> None:
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

    def test_an_eleventh_search_in_a_minute_is_refused(self, api: Api) -> None:
        for _ in range(10):
            numbers(api, phone=PHONE)

        assert refusal(api.post(DESK, "/v1/search", {"phone": PHONE})) == (429, "quota-exceeded")

    def test_a_frozen_courier_finds_nothing(self, api: Api) -> None:
        api.tokenize(parcel(), custody={"site": SITE})
        assert numbers(api, COURIER, last4="5678", site=SITE) == ["SF1234567890"]
        api.post(SUPERVISOR, f"/v1/principals/client%2F{COURIER}/freeze", {})

        assert refusal(api.post(COURIER, "/v1/search", {"last4": "5678", "site": SITE})) == (403, "frozen")


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
        numbers(api, phone=OTHER)
        numbers(api, phone="13700001111")
        api.post(DESK, "/v1/search", {"phone": PHONE})

        counted = api.get(None, "/metrics").text
        for outcome in ("found", "not-found", "too-many"):
            assert f'masking_searches_total{{outcome="{outcome}"}} 1.0' in counted

    def test_searches_that_find_nothing_are_misses(self, under: Callable[[Edit], Api]) -> None:
        def edit(document: dict[str, Any]) -> None:
            document.update(search={"phone": True})
            document["watch"]["misses"] = 5

        api = under(edit)
        for at in range(5):
            assert numbers(api, phone=f"1390000000{at}") == []

        assert refusal(api.post(DESK, "/v1/search", {"phone": PHONE})) == (403, "frozen")

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

    def test_erasing_removes_every_entry(self, api: Api, client: redis.Redis) -> None:
        before = index_size(client)
        api.tokenize(parcel(), custody={"site": SITE})
        api.tokenize(parcel(phone=OTHER), on_conflict="revise")
        assert index_size(client) == before + 4

        assert api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890").status_code == 200

        assert index_size(client) == before
        assert numbers(api, phone=OTHER) == []

    def test_an_erased_number_that_is_sent_again_leaves_no_entry(self, api: Api, client: redis.Redis) -> None:
        before = index_size(client)
        api.tokenize(parcel())
        api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890")

        api.tokenize(parcel())

        assert index_size(client) == before

    def test_an_entry_expires_at_the_end_of_the_period_in_which_its_record_does(
        self, api: Api, client: redis.Redis, set_clock: Any
    ) -> None:
        before = set(index_keys(client))
        set_clock(NOW)
        api.tokenize(parcel())
        (key,) = set(index_keys(client)) - before
        expires = NOW + 180 * DAY

        assert expires < ask(client, "EXPIRETIME", key) <= expires + 30 * DAY

    def test_a_part_keeps_its_expiry_when_its_last_entry_goes_and_another_comes(
        self, api: Api, client: redis.Redis
    ) -> None:
        before = set(index_keys(client))
        api.tokenize(parcel())
        (key,) = set(index_keys(client)) - before
        expiry = ask(client, "EXPIRETIME", key)
        api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890")

        api.tokenize(parcel("SF1234567891"))

        assert (ask(client, "EXPIRETIME", key), numbers(api, phone=PHONE)) == (expiry, ["SF1234567891"])


class TestFilling:
    def test_the_command_indexes_what_is_stored_already(
        self, under: Callable[[Edit], Api], client: redis.Redis, tmp_path: Path
    ) -> None:
        before = under(lambda document: None)
        before.tokenize(parcel("SF1234567890"), parcel("SF1234567891", OTHER), custody={"site": SITE})
        api = under(lambda document: document.update(search={"phone": True, "last4": True}))
        listed = tmp_path / "numbers.txt"
        listed.write_text("SF1234567890\nsf1234567891 \n\nSF9999999999\n", "utf-8")

        for _ in range(2):
            filled = fill(api, str(listed))
            assert (filled.exit_code, filled.stdout.split()[:3]) == (0, ["2", "of", "3"]), filled.output
            assert index_size(client) == 4

        assert numbers(api, phone=PHONE) == ["SF1234567890"]
        assert numbers(api, last4="4321", site=SITE) == ["SF1234567891"]

    def test_what_is_erased_meanwhile_is_not_indexed(self, api: Api, client: redis.Redis) -> None:
        before = index_size(client)
        api.tokenize(parcel())
        parts = api.parts
        custodies = Custodies(parts.store, parts.keyring, os.urandom)
        vault = Racing(parts.store, parts.keyring, os.urandom)
        vault.race = lambda: api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890")
        filling = FillIndex(vault, custodies, "default", SearchRule(phone=True))

        assert filling(["SF1234567890"], int(time.time())) == 0
        assert index_size(client) == before

    def test_a_line_that_is_no_number_is_named(self, api: Api, tmp_path: Path) -> None:
        listed = tmp_path / "numbers.txt"
        listed.write_text("SF1234567890\n13912345678,张三\n", "utf-8")

        filled = fill(api, str(listed))

        assert (filled.exit_code, "line 2" in filled.output, PHONE in filled.output) == (2, True, False)


class Racing(Vault):
    """A vault in which something happens once, right after a read."""

    race: Callable[[], object] | None = None

    def newest(self, tenant: str, waybill_nos: Sequence[str], now: int) -> list[Found | None]:
        found = super().newest(tenant, waybill_nos, now)
        if self.race is not None:
            race, self.race = self.race, None
            race()
        return found


def fill(api: Api, *arguments: str) -> Result:
    settings = api.parts.settings
    environment = {"MASKING_REDIS_URL": settings.redis_url, "MASKING_POLICY": str(settings.policy)}
    folder = ["--state-dir", str(settings.state_dir)]
    return CliRunner().invoke(commands, ["search", "index", *arguments, *folder], env=environment)
