"""Tokenizing over HTTP: write-once records, the same tokens for the same values, revisions, and what gets none."""

from __future__ import annotations

from typing import Any

import pytest

from keys.errors import ProviderError
from keys.keyring import Keyring
from tests.service.people.policies import put
from tests.web.api import (
    MASKED,
    NUMBER,
    TOKENIZED,
    VALUES,
    Api,
    Clock,
    Under,
    field,
    record,
    refusal,
    results,
    token,
    without_details,
)
from tests.web.calls import entries, outline
from tests.web.people import OFFICER, OTHER_PRINTER, PRINTER

DAY = 86_400


def test_a_new_record_comes_back_masked_with_a_token_for_each_value(api: Api) -> None:
    result = api.tokenize(record())[0]

    assert result["record"] == {"waybill_no": NUMBER, **MASKED}
    assert sorted(result["tokens"]) == sorted(TOKENIZED)
    assert (result["created"], result["revision"]) == (True, 0)


def test_every_token_is_another_one(api: Api) -> None:
    tokens = [
        *api.tokenize(record())[0]["tokens"].values(),
        *api.tokenize(record("SF2222222222"))[0]["tokens"].values(),
    ]

    assert len({*tokens}) == 2 * len(TOKENIZED)


def test_a_record_expires_after_the_retention(api: Api, set_clock: Clock) -> None:
    set_clock(1_796_000_000)  # 2026-11-30T00:53:20Z; 180 days later is

    assert api.tokenize(record())[0]["expires_at"] == "2027-05-29T00:53:20Z"


def test_each_tenant_has_its_own_retention(under: Under, set_clock: Clock) -> None:
    api = under(put("retention", "tenants", {"other": "90d"}))
    set_clock(1_796_000_000)  # 2026-11-30T00:53:20Z
    expiring = [api.tokenize(record(), who=who)[0]["expires_at"] for who in (PRINTER, OTHER_PRINTER)]

    assert expiring == ["2027-05-29T00:53:20Z", "2027-02-28T00:53:20Z"]


@pytest.mark.parametrize(("stored", "again"), [(..., None), (None, ...)], ids=["added", "dropped"])
def test_nulls_that_a_serializer_adds_or_drops_make_no_other_record(api: Api, stored: Any, again: Any) -> None:
    first = api.tokenize(record(sender__address=stored))[0]

    second = api.tokenize(record(sender__address=again))[0]

    assert (second["tokens"], second["created"], second["revision"]) == (first["tokens"], False, 0)
    api.open_case("D-1", NUMBER)
    items = [{"token": second["tokens"]["/recipient/phone"]}]
    opened = api.call(OFFICER, "POST", "/v1/detokenize", {"purpose": "dispute", "case": "D-1", "items": items})
    assert results(opened)[0]["value"] == VALUES["recipient"]["phone"]


def test_the_same_record_again_gets_the_same_tokens_and_no_longer_life(api: Api, set_clock: Clock) -> None:
    set_clock(1_796_000_000)
    first = api.tokenize(record())[0]
    set_clock(1_796_000_000 + DAY)

    again = api.tokenize(record())[0]

    assert again == first | {"created": False}


@pytest.mark.parametrize(
    "change",
    [{"unmapped": 1}, {"waybill_no": f"  {NUMBER.lower()} "}],
    ids=["a key that the schema does not map", "the number in another spelling"],
)
def test_what_is_not_stored_makes_no_other_record(api: Api, change: dict[str, Any]) -> None:
    first = api.tokenize(record())[0]

    assert api.tokenize(record(**change))[0]["tokens"] == first["tokens"]


def test_the_same_record_twice_in_a_batch_is_stored_once(api: Api) -> None:
    first, second = api.tokenize(record(), record())

    assert first["tokens"] == second["tokens"]
    assert (first["created"], second["created"]) == (True, False)


@pytest.mark.parametrize(
    "change",
    [
        {"sender__phone": "13812345679"},
        {"sender__phone": 13812345678},
        {"remark": "放门口"},
        {"recipient__name": None},
        {"recipient__name": ...},
    ],
    ids=["another digit", "the number as a number", "another remark", "null instead", "absent instead"],
)
def test_other_values_under_a_known_number_conflict(api: Api, change: dict[str, Any]) -> None:
    api.tokenize(record())

    assert without_details(api.tokenize(record(**change))) == [{"error": {"code": "conflict"}}]


def test_a_conflict_changes_nothing(api: Api) -> None:
    first = api.tokenize(record())[0]
    api.tokenize(record(sender__phone="13812345679"))

    assert api.tokenize(record())[0]["tokens"] == first["tokens"]


def test_one_bad_record_fails_alone(api: Api) -> None:
    api.tokenize(record("SF1111111111"))
    batch = [record("SF2222222222"), record("SF1111111111", remark="x"), record("短"), 7, record("SF3333333333")]

    answered = api.post(PRINTER, "/v1/tokenize", {"records": batch}).get_json()

    assert ["error" in result for result in answered["results"]] == [False, True, True, True, False]
    assert answered["failed"] == 3


@pytest.mark.parametrize(
    "number",
    [
        None,
        "",
        "SF123",
        "13812345678",
        "138-1234-5678",
        "S" * 41,
        "SF 1234567",
        "ＳＦ1234567",
        "SF1234567!",
        1234567890,
        ["SF1234567"],
        ...,
    ],
)
def test_a_waybill_number_that_is_none_is_named_by_its_place(api: Api, number: object) -> None:
    bad = [{"pointer": "/waybill_no", "code": "invalid-waybill-no"}]

    answered = without_details(api.tokenize(record(waybill_no=number)))
    assert answered == [{"error": {"code": "invalid-waybill-no", "errors": bad}}]


def test_a_missing_waybill_number_is_named_by_the_first_place_of_its_schema(api: Api) -> None:
    one = {"sender": {"name": "张三", "mobile": "13812345678"}}
    (answered,) = api.post(PRINTER, "/v1/tokenize", {"schema": "cainiao", "records": [one]}).get_json()["results"]

    assert [each["pointer"] for each in answered["error"]["errors"]] == ["/waybill_code"]


def test_masking_needs_no_waybill_number(api: Api) -> None:
    assert api.mask(record(waybill_no=...)) == [{"record": MASKED}]


def test_revising_makes_a_new_revision_with_new_tokens(api: Api) -> None:
    first = api.tokenize(record())[0]

    second = api.tokenize(record(remark="放门口"), on_conflict="revise")[0]

    assert (second["revision"], second["created"], second["expires_at"]) == (1, True, first["expires_at"])
    assert not {*first["tokens"].values()} & {*second["tokens"].values()}


def test_the_newest_revision_again_is_no_revision(api: Api) -> None:
    api.tokenize(record())
    second = api.tokenize(record(remark="放门口"), on_conflict="revise")[0]

    assert api.tokenize(record(remark="放门口"), on_conflict="revise") == [second | {"created": False}]
    assert api.tokenize(record(remark="放门口")) == [second | {"created": False}]


def test_each_revision_of_a_call_is_in_one_entry_and_a_call_without_has_none(api: Api) -> None:
    api.tokenize(record("SF0000000001"), record("SF0000000002"))
    before = entries(api, action="revise")
    api.tokenize(
        *(record(f"SF000000000{at}", remark="放门口") for at in (1, 2)), record("SF0000000003"), on_conflict="revise"
    )

    (entry,) = entries(api, action="revise")
    assert before == []
    assert (entry["outcome"], len(entry["items"])) == ("done", 2)
    assert {item["outcome"] for item in entry["items"]} == {"done"}


def test_an_older_revision_again_conflicts(api: Api) -> None:
    api.tokenize(record())
    api.tokenize(record(remark="放门口"), on_conflict="revise")

    assert without_details(api.tokenize(record())) == [{"error": {"code": "conflict"}}]


def test_a_waybill_has_at_most_sixteen_revisions(api: Api) -> None:
    revisions = [api.tokenize(record(remark=f"note {at}"), on_conflict="revise")[0] for at in range(17)]

    assert [result.get("revision") for result in revisions] == [*range(16), None]
    assert without_details(revisions[-1]) == {"error": {"code": "revision-limit"}}


def test_the_tokens_of_a_revision_keep_opening_what_was_on_the_old_label(api: Api) -> None:
    old = api.tokenize(record())[0]["tokens"]["/sender/phone"]
    new = api.tokenize(record(sender__phone="13899990000"), on_conflict="revise")[0]["tokens"]["/sender/phone"]
    api.open_case("D-1", NUMBER)

    opened = api.opened(token(old), token(new), field(NUMBER, "/sender/phone"))

    assert [item["value"] for item in opened] == ["13812345678", "13899990000", "13899990000"]


def test_the_record_has_tokens_if_replace_is_token(api: Api) -> None:
    result = api.tokenize(record(x=1), replace="token")[0]

    for pointer, made in result["tokens"].items():
        person, name = pointer[1:].split("/")
        assert result["record"][person][name] == made
    assert result["record"] | VALUELESS == {"waybill_no": NUMBER, "remark": MASKED["remark"], "x": 1} | VALUELESS


VALUELESS = {"sender": ..., "recipient": ...}


@pytest.mark.parametrize("empty", [None, "", ...])
def test_nothing_gets_no_token(api: Api, empty: object) -> None:
    result = api.tokenize(record(sender__name=empty))[0]

    assert sorted(result["tokens"]) == sorted({*TOKENIZED} - {"/sender/name"})
    assert result["record"]["sender"].get("name", ...) == empty


@pytest.mark.parametrize(
    "sent",
    [{}, {"recipient": {}}, {"recipient": {"phone": ""}}, {"recipient": {"phone": "138****5678"}}, {"remark": " "}],
)
def test_a_record_without_a_value_takes_no_waybill_number(api: Api, sent: dict[str, object]) -> None:
    refused = api.tokenize({"waybill_no": NUMBER, **sent})[0]
    corrected = api.tokenize(record(NUMBER))[0]

    assert refused["error"]["code"] == "nothing-mapped"
    assert (corrected["created"], corrected["revision"]) == (True, 0)


def test_a_remark_beside_an_unmapped_party_takes_no_number(api: Api) -> None:
    """The member's name is wrong: the corrected record must not be a conflict."""
    slip = {"waybill_no": "SF0000000777", "remark": "轻放", "receiver": {"name": "张三", "phone": "13812345678"}}
    meant = {"waybill_no": "SF0000000777", "remark": "轻放", "recipient": slip["receiver"]}

    refused = api.post(PRINTER, "/v1/tokenize", {"records": [slip]}).get_json()["results"][0]
    stored = api.post(PRINTER, "/v1/tokenize", {"records": [meant]}).get_json()["results"][0]

    assert refused["error"]["code"] == "nothing-mapped"
    assert stored["created"] is True


def test_a_remark_alone_is_stored_without_a_token(api: Api) -> None:
    first, again = (api.tokenize({"waybill_no": NUMBER, "remark": "易碎"})[0] for _ in range(2))

    assert (first["tokens"], first["created"], again["tokens"], again["created"]) == ({}, True, {}, False)


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("138****5678", "*******5678"),
        ("$AbCdEfGh$1234abcd$1$$", "$AbCdEfGh$1234abcd$1$$"),
        ("wbt1" + "A" * 23, "wbt1" + "A" * 23),
    ],
    ids=["a mask", "a platform's ciphertext", "a token"],
)
def test_what_comes_hidden_gets_no_token_and_a_warning(api: Api, hidden: str, shown: str) -> None:
    result = api.tokenize(record(sender__phone=hidden))[0]

    assert "/sender/phone" not in result["tokens"]
    assert result["record"]["sender"]["phone"] == shown
    assert result["warnings"] == [{"pointer": "/sender/phone", "code": "already-masked"}]


def test_our_own_token_for_a_value_is_stored_by_no_one_again(api: Api) -> None:
    made = api.tokenize(record())[0]["tokens"]["/sender/phone"]

    result = api.tokenize(record("SF2222222222", sender__phone=made), replace="token")[0]

    assert result["record"]["sender"]["phone"] == made
    assert "/sender/phone" not in result["tokens"]


@pytest.mark.parametrize(
    ("path", "schema", "code"),
    [
        ("/v1/tokenize", "yunda", "several-waybills"),
        ("/v1/tokenize", "unknown", "unknown-schema"),
        ("/v1/mask", "unknown", "unknown-schema"),
    ],
)
def test_a_schema_of_several_waybills_or_none_is_refused(api: Api, path: str, schema: str, code: str) -> None:
    assert refusal(api.post(PRINTER, path, {"schema": schema, "records": [{}]})) == (422, code)


def test_another_schema_with_the_same_values_conflicts(api: Api) -> None:
    api.tokenize({"waybillNo": NUMBER, "sender": {"name": "张三"}}, schema="sto")

    answered = without_details(api.tokenize({"waybill_no": NUMBER, "sender": {"name": "张三"}}))
    assert answered == [{"error": {"code": "conflict"}}]


def test_without_a_store_tokenizing_fails_whole(storeless: Api) -> None:
    answered = storeless.post(PRINTER, "/v1/tokenize", {"records": [record()]})

    assert refusal(answered) == (503, "unavailable")
    assert answered.headers["Retry-After"] == "1"


@pytest.mark.parametrize("replace", ["mask", "token"])
def test_without_a_store_records_are_masked_where_that_is_asked_for(storeless: Api, replace: str) -> None:
    body = {"records": [record(), record("短")], "if_unavailable": "mask", "replace": replace}

    good, bad = results(storeless.post(PRINTER, "/v1/tokenize", body))

    assert good == {"record": {"waybill_no": NUMBER, **MASKED}, "stored": False}
    assert bad["error"]["code"] == "invalid-waybill-no"


def test_with_a_store_records_are_stored_also_where_masks_would_do(api: Api) -> None:
    batch = record(), record("SF3333333333"), record("短")
    stored = api.tokenize(*batch)

    again = api.tokenize(*batch, if_unavailable="mask")

    assert again == [result | {"created": False} if "created" in result else result for result in stored]
    assert ["created" in result for result in stored] == [True, True, False]


def test_an_officer_opens_what_a_printer_stored_as_it_came_in(api: Api) -> None:
    made = api.tokenize(record(sender__phone=13812345678))[0]["tokens"]["/sender/phone"]
    api.open_case("D-1", NUMBER)

    assert api.opened(token(made), who=OFFICER) == [{"token": made, "kind": "phone", "value": 13812345678}]


def test_records_of_a_batch_are_stored_with_their_own_members(api: Api) -> None:
    left_out = ["", "/sender/phone", "/sender/name"]
    batch = api.tokenize(record("SF1111111111"), record(sender__phone=...), record("SF3333333333", sender__name=...))
    api.open_case("D-1", "SF1111111111", NUMBER, "SF3333333333")
    opened = api.opened(*[token(result["tokens"][max(result["tokens"])]) for result in batch])

    assert [sorted(result["tokens"]) for result in batch] == [
        [place for place in sorted(TOKENIZED) if place != absent] for absent in left_out
    ]
    phone, name = VALUES["sender"]["phone"], VALUES["sender"]["name"]
    assert [one["value"] for one in opened] == [phone, name, phone]  # each record's last one


def test_labels_go_on_where_the_root_keys_provider_is_gone_at_the_first_record_of_a_day(
    fresh: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> bytes:
        raise ProviderError("the provider does not answer")

    monkeypatch.setattr(Keyring, "new_data_key", gone)

    refused = fresh.post(PRINTER, "/v1/tokenize", {"records": [record()]})

    assert refusal(refused) == (503, "unavailable")
    assert "The HSM or key server of the root key does not answer now" in refused.get_data(as_text=True)
    assert fresh.tokenize(record(), if_unavailable="mask")[0]["stored"] is False


def test_a_record_with_more_values_than_tokens_can_name_is_too_large_and_its_neighbour_is_not(api: Api) -> None:
    def order(number: str, people: int) -> dict[str, Any]:
        contacts = [{"contact": "张三"} for _ in range(people)]
        return {"waybillNoInfoList": [{"waybillNo": number}], "contactInfoList": contacts}

    whole, failed = api.tokenize(order("SF7777777701", 256), order("SF7777777702", 257), schema="sf")

    assert len(whole["tokens"]) == 256
    assert without_details(failed) == {"error": {"code": "too-large", "errors": [{"pointer": "", "code": "too-large"}]}}


def test_a_batch_stores_twenty_five_thousand_values_and_its_further_records_are_too_large(fresh: Api) -> None:
    contacts = [{"contact": "张三"} for _ in range(250)]
    orders = [
        {"waybillNoInfoList": [{"waybillNo": f"SF88888{at:05}"}], "contactInfoList": [dict(one) for one in contacts]}
        for at in range(102)
    ]
    results = fresh.tokenize(*orders, schema="sf")

    assert [len(one["tokens"]) for one in results[:100]] == [250] * 100
    assert [one["error"]["code"] for one in results[100:]] == ["too-large"] * 2


def test_only_who_may_revise_has_other_values_kept_as_a_revision(under: Under) -> None:
    api = under(put("roles", "label-printer", "permissions", ["waybill:mask", "waybill:tokenize"]))
    api.tokenize(record())
    wanted = {"records": [record(remark="other")]}

    refused = api.post(PRINTER, "/v1/tokenize", wanted | {"on_conflict": "revise"})

    assert refusal(refused) == (403, "forbidden")
    assert without_details(results(api.post(PRINTER, "/v1/tokenize", wanted))) == [{"error": {"code": "conflict"}}]
    assert entries(api, "revise") == []


def test_the_log_holds_which_waybills_were_revised(api: Api) -> None:
    numbers = ["SF0000000001", "SF0000000002", "SF0000000003"]
    for number in numbers[:2]:
        api.tokenize(record(number))
    api.tokenize(record(numbers[0]), record(numbers[1], remark="b"), record(numbers[2]), on_conflict="revise")
    (both,) = entries(api, "revise")
    api.tokenize(record(numbers[0], remark="c"), record(numbers[1], remark="d"), on_conflict="revise")
    _, again = entries(api, "revise")

    rest = {"action": "revise", "principal": "client/label-printer", "role": "label-printer", "outcome": "done"}
    items = again["items"]
    assert len({one["waybill"] for one in items}) == 2
    for entry, revised in ((both, items[1:]), (again, items)):
        kept = [{"waybill": one["waybill"], "outcome": "done"} for one in revised]
        assert outline(entry) == rest | {"items": kept, "approved_by": [], "facts": False, "signed": 0}
