"""Disclosures over HTTP: who opened what of a waybill, who saw it in full, and nothing about what exists."""

from __future__ import annotations

import random
from functools import partial

import pytest

from masking_service.audit.log import AuditLog
from masking_service.service.vault.wrapped_keys import WrappedKeys
from masking_service.store.layout import disclosures_key, record_stems
from tests.together import MANY, together
from tests.web.api import NOW, NUMBER, PHONE, SITE, Api, Clock, Json, content, field, record, refusal, stripped, token
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, PRIVACY, SUPERVISOR

PATH = f"/v1/waybills/{NUMBER}/disclosures"
NONE: Json = {"opens": [], "views": []}


def told(api: Api, who: str = AUDITOR, number: str = NUMBER) -> Json:
    return content(api.get(who, f"/v1/waybills/{number}/disclosures"))


@pytest.fixture
def ready(api: Api, set_clock: Clock) -> Api:
    """A service with a waybill in a courier's custody, and a case that names it."""
    set_clock(NOW)
    api.tokenize(record(), custody={"site": SITE})
    api.open_case("D-1", NUMBER)
    return api


def test_an_opened_field_is_told_with_who_when_and_why(ready: Api) -> None:
    ready.opened(PHONE)

    assert told(ready) == {
        "opens": [
            {
                "field": "/sender/phone",
                "principal": "client/dispute-officer",
                "at": "2026-11-30T00:53:20Z",
                "case": "D-1",
                "approved_by": [],
            }
        ],
        "views": [],
    }


def test_an_open_says_under_whose_approval(ready: Api) -> None:
    ready.open_case("R-1", NUMBER, purpose="regulator")
    ready.post(SUPERVISOR, "/v1/cases/R-1/approve")
    ready.opened(PHONE, who=PRIVACY, case="R-1", purpose="regulator")

    (opened,) = told(ready)["opens"]
    assert (opened["case"], opened["approved_by"]) == ("R-1", ["client/supervisor"])


def test_disclosures_show_a_full_view(ready: Api) -> None:
    ready.get(COURIER, f"/v1/waybills/{NUMBER}")

    assert told(ready) == {
        "opens": [],
        "views": [{"principal": "client/courier", "at": "2026-11-30T00:53:20Z", "profile": "courier"}],
    }


def test_a_view_of_masks_is_none(ready: Api) -> None:
    ready.get(OFFICER, f"/v1/waybills/{NUMBER}")

    assert told(ready) == NONE


def test_a_value_opened_by_its_token_is_told_by_its_field(ready: Api) -> None:
    made = ready.tokenize(record())[0]["tokens"]
    ready.opened(token(made["/recipient/phone"]), token(made["/sender/name"]))

    assert [one["field"] for one in told(ready)["opens"]] == ["/recipient/phone", "/sender/name"]


def test_a_token_of_an_old_revision_is_told_of_its_waybill(ready: Api) -> None:
    old = ready.tokenize(record())[0]["tokens"]["/sender/phone"]
    ready.tokenize(record(remark="new"), on_conflict="revise")
    ready.opened(token(old))

    assert len(told(ready)["opens"]) == 1


def test_every_item_is_told_and_in_the_order_of_time(ready: Api, set_clock: Clock) -> None:
    for ahead in (60, 30, 90):
        set_clock(NOW + ahead)
        ready.opened(PHONE, PHONE)
        ready.post(COURIER, "/v1/waybills/view", {"waybills": [NUMBER] * 3})

    found = told(ready)

    times = [f"2026-11-30T00:{at}Z" for at in ("53:50", "54:20", "54:50")]
    assert [one["at"] for one in found["opens"]] == [at for at in times for _ in range(2)]
    assert [one["at"] for one in found["views"]] == [at for at in times for _ in range(3)]


def test_disclosures_omit_what_was_not_released(ready: Api) -> None:
    ready.tokenize(record("SF2222222222"))
    ready.opened(field(NUMBER, "/sender/address"), field(NUMBER, "/none"), field("SF2222222222", "/sender/phone"))
    ready.detokenize(*[PHONE] * 21)
    ready.detokenize(PHONE, case="D-9")
    ready.get(api_courier_of_another_site(ready), f"/v1/waybills/{NUMBER}")

    assert (told(ready), told(ready, number="SF2222222222")) == (NONE, NONE)


def api_courier_of_another_site(api: Api) -> str:
    return api.mint(COURIER, sites=["999999"])


def test_a_principal_is_told_exactly_whatever_its_id_looks_like(ready: Api) -> None:
    ready.opened(PHONE, who=ready.mint(OFFICER, "陈 13812345678"))

    assert told(ready)["opens"][0]["principal"] == "dev/陈 13812345678"


def test_disclosures_outlive_the_erasure(ready: Api) -> None:
    ready.opened(PHONE)
    before = told(ready)
    assert ready.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}").status_code == 200

    assert told(ready) == before


def test_what_a_number_disclosed_before_is_not_told_of_its_next_use(ready: Api, set_clock: Clock) -> None:
    ready.opened(PHONE)
    (key,) = ready.parts.store.read([(b"KEYS", b"wm:{*}!")])[0]

    assert ready.parts.store.read([(b"EXPIRETIME", key)])[0] == NOW + 180 * 86_400


def test_unknown_foreign_erased_and_unseen_numbers_are_told_alike(ready: Api) -> None:
    ready.tokenize(record("SF2222222222"), who="other-tenant-printer")
    ready.tokenize(record("SF3333333333"))
    ready.call(PRIVACY, "DELETE", "/v1/waybills/SF3333333333")
    ready.open_case("D-2", "SF2222222222", who=ready.mint(DESK, tenant="other"))
    ready.opened(field("SF2222222222", "/sender/phone"), who="other-tenant-officer", case="D-2")

    answers = [
        stripped(ready.get(AUDITOR, f"/v1/waybills/{number}/disclosures"))
        for number in ("SF9999999999", "SF2222222222", "SF3333333333", NUMBER)
    ]

    assert answers == [(200, b'{"opens":[],"views":[]}', answers[0][2])] * 4


def test_the_other_tenants_auditor_is_told_its_own(ready: Api) -> None:
    ready.opened(PHONE)

    assert told(ready, ready.mint(AUDITOR, tenant="other")) == NONE


@pytest.mark.parametrize("number", ["%E7%9F%AD%E7%9F%AD%E7%9F%AD", "SF 1234567", "x" * 41, "SF_1234567", "13812345678"])
def test_what_can_be_no_number_is_not_found(ready: Api, number: str) -> None:
    assert refusal(ready.get(AUDITOR, f"/v1/waybills/{number}/disclosures")) == (404, "not-found")


def test_a_number_is_found_in_any_spelling(ready: Api) -> None:
    ready.opened(PHONE)

    assert len(told(ready, number=f"%20{NUMBER.lower()}%20")["opens"]) == 1


def test_of_many_openings_and_views_at_once_none_is_lost(ready: Api) -> None:
    officers = [ready.mint(OFFICER, f"o-{at}") for at in range(MANY // 2)]
    couriers = [ready.mint(COURIER, f"c-{at}", sites=[SITE]) for at in range(MANY // 2)]
    together(
        [
            *[partial(ready.detokenize, PHONE, who=who) for who in officers],
            *[partial(ready.get, who, f"/v1/waybills/{NUMBER}") for who in couriers],
        ]
    )

    found = told(ready)
    assert {one["principal"] for one in found["opens"]} == {f"dev/o-{at}" for at in range(MANY // 2)}
    assert {one["principal"] for one in found["views"]} == {f"dev/c-{at}" for at in range(MANY // 2)}


@pytest.fixture(params=[True, False], ids=["one step", "as in a cluster"])
def forgetful(ready: Api, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Api:
    """A service that can write its audit log, and no disclosure of the waybill: something else is in the way."""
    bases = ready.parts.keyring.tenant("default").bases([NUMBER])
    ready.parts.store.write([(b"SET", disclosures_key(stem), b"of another kind") for stem in record_stems(bases)])
    monkeypatch.setattr(AuditLog, "writes_fields", request.param)
    return ready


def test_nothing_is_shown_of_which_the_disclosure_cannot_be_kept(forgetful: Api) -> None:
    for answered in (
        forgetful.detokenize(PHONE),
        forgetful.get(COURIER, f"/v1/waybills/{NUMBER}"),
        forgetful.post(COURIER, "/v1/waybills/view", {"waybills": [NUMBER]}),
    ):
        assert refusal(answered) == (503, "unavailable")
        assert not any(value in answered.text for value in ("13812345678", "华志路", "402室"))


def test_what_shows_nothing_needs_none(forgetful: Api) -> None:
    assert forgetful.opened(field(NUMBER, "/none"))[0]["error"] == {"code": "not-found"}
    assert forgetful.get(OFFICER, f"/v1/waybills/{NUMBER}").status_code == 200


def test_who_may_erase_is_told_how_it_is_kept_and_no_data_key_is_made_for_that(ready: Api, set_clock: Clock) -> None:
    keys = WrappedKeys(ready.parts.store, ready.parts.keyring, random.randbytes)
    before = keys.count()
    set_clock(NOW + 86_400)

    assert set(told(ready, PRIVACY)["stored"]) == {
        "expires_at",
        "held",
        "restricted",
        "unreadable_in_backups_after",
    }
    assert keys.count() == before


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("restricted", [False, True])
def test_who_may_erase_is_told_whether_it_is_held_and_restricted(ready: Api, *, held: bool, restricted: bool) -> None:
    """A held one has no day after which backups do not open it."""
    if restricted:
        content(ready.post(PRIVACY, "/v1/restrictions", {"waybills": [NUMBER]}))
    if held:
        body = {"hold": "H-1", "reason": "letter of the police", "waybills": [NUMBER]}
        content(ready.post(PRIVACY, "/v1/holds", body), 201)
        content(ready.post(ready.mint("privacy-officer", "second"), "/v1/holds/H-1/set"))

    day = {} if held else {"unreadable_in_backups_after": "2027-05-30"}
    kept = {"expires_at": "2027-05-29T00:53:20Z", "held": held, "restricted": restricted}
    assert told(ready, PRIVACY) == {"opens": [], "views": [], "stored": kept | day}
    assert told(ready) == {"opens": [], "views": []}
