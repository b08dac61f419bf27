"""Opening values over HTTP: every refusal of a call, every error of an item, and the exact value that came in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.api import (
    DESK,
    OFFICER,
    OTHER_OFFICER,
    OTHER_PRINTER,
    PRIVACY,
    SUPERVISOR,
    Api,
    Json,
    field,
    record,
    refusal,
    token,
)

NUMBER = "SF1234567890"
OTHER = "SF2222222222"
PHONE = "/sender/phone"
NOT_FOUND = {"error": {"code": "not-found"}}


@pytest.fixture
def made(api: Api) -> dict[str, str]:
    """The tokens of a stored waybill that case D-1 names."""
    tokens: dict[str, str] = api.tokenize(record())[0]["tokens"]
    api.open_case("D-1", NUMBER)
    return tokens


@pytest.mark.parametrize(
    ("pointer", "kind", "value"),
    [(PHONE, "phone", "13812345678"), ("/recipient/name", "name", "欧阳娜娜")],
)
def test_a_token_opens_to_its_value(api: Api, made: Json, pointer: str, kind: str, value: str) -> None:
    assert api.opened(token(made[pointer])) == [{"token": made[pointer], "kind": kind, "value": value}]


def test_a_field_of_a_waybill_that_the_case_names_opens(api: Api, made: Json) -> None:
    opened = api.opened(field(NUMBER, PHONE))

    assert opened == [{"waybill_no": NUMBER, "field": PHONE, "kind": "phone", "value": "13812345678"}]


def test_results_stand_in_the_order_of_the_request(api: Api, made: Json) -> None:
    asked = [token(made["/sender/name"]), field(OTHER, PHONE), token("wbt"), field(f" {NUMBER.lower()}", PHONE)]

    answered = api.detokenize(*asked).get_json()

    assert [one.get("value") for one in answered["results"]] == ["张三", None, None, "13812345678"]
    assert answered["failed"] == 2


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/sender/phone", 13812345678),
        ("/sender/phone", 9_223_372_036_854_775_808),
        ("/sender/phone", 12345678901234567890123456789),
        ("/sender/phone", -13812345678),
        ("/sender/phone", "１３８１２３４５６７８"),
        ("/sender/phone", " 138 1234\u200b5678 "),
        ("/sender/phone", "+86 138-1234-5678"),
        ("/sender/name", "𠮷田👨‍👩‍👧"),
        ("/sender/name", " 张  三 "),
        ("/sender/name", "e\u0301lodie"),
        ("/sender/name", '<script>"\\\r\n\u202e\u0000'),
        ("/sender/name", "13812345678"),
        ("/sender/name", "wbt"),
    ],
)
def test_the_value_comes_back_exactly(api: Api, pointer: str, value: object) -> None:
    way = pointer[1:].replace("/", "__")
    made = api.tokenize(record(**{way: value}))[0]["tokens"][pointer]
    api.open_case("D-1", NUMBER)

    opened = api.opened(token(made), field(NUMBER, pointer))

    assert [(type(one["value"]), one["value"]) for one in opened] == [(type(value), value)] * 2


def test_an_integer_keeps_every_digit_on_the_wire(api: Api) -> None:
    api.tokenize(record(sender__phone=12345678901234567890123456789))
    api.open_case("D-1", NUMBER)

    assert b'"value":12345678901234567890123456789}' in api.detokenize(field(NUMBER, PHONE)).data


# What is asked for, and by whom it is not refused as a whole but item by item.
@pytest.mark.parametrize(
    "item",
    [
        token("wbt1" + "A" * 23),
        token("wbt" * 1000),
        token(""),
        token("张三"),
        field(OTHER, PHONE),
        field("SF9999999999", PHONE),
        field("短", PHONE),
        field(NUMBER, "/sender/none"),
        field(NUMBER, "sender/phone"),
        field(NUMBER, ""),
        field(NUMBER, "/waybill_no"),
    ],
)
def test_what_cannot_be_opened_is_not_found(api: Api, made: Json, item: Json) -> None:
    api.tokenize(record(OTHER))

    assert api.opened(item) == [item | NOT_FOUND]


def test_a_token_of_a_waybill_that_the_case_does_not_name_is_not_found(api: Api, made: Json) -> None:
    other = api.tokenize(record(OTHER))[0]["tokens"][PHONE]

    assert api.opened(token(other)) == [token(other) | NOT_FOUND]


def test_a_token_changed_by_one_character_is_not_found(api: Api, made: Json) -> None:
    good = made[PHONE]
    forged = [good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :] for at in range(len(good))]

    answered = api.opened(
        *[token(one) for one in (*forged, good + "A", good[:-1], good.lower(), f" {good}", f"{good}\n")]
    )

    assert [one["error"]["code"] for one in answered] == ["not-found"] * len(answered)


def test_a_field_that_was_empty_is_not_found(api: Api) -> None:
    api.tokenize(record(sender__phone=None, sender__name=""))
    api.open_case("D-1", NUMBER)

    opened = api.opened(field(NUMBER, PHONE), field(NUMBER, "/sender/name"))

    assert [one["error"]["code"] for one in opened] == ["not-found"] * 2


def test_a_value_that_came_in_hidden_is_not_found(api: Api) -> None:
    api.tokenize(record(sender__phone="138****5678"))
    api.open_case("D-1", NUMBER)

    assert api.opened(field(NUMBER, PHONE)) == [field(NUMBER, PHONE) | NOT_FOUND]


@pytest.mark.parametrize("pointer", ["/sender/address", "/remark"])
def test_a_kind_that_the_purpose_does_not_open_is_named(api: Api, made: Json, pointer: str) -> None:
    assert api.opened(field(NUMBER, pointer)) == [field(NUMBER, pointer) | {"error": {"code": "kind-not-allowed"}}]


def test_redelivery_opens_the_address_and_not_the_name(api: Api, made: Json) -> None:
    api.open_case("R-1", NUMBER, purpose="redelivery")

    opened = api.opened(token(made["/sender/address"]), token(made["/sender/name"]), case="R-1", purpose="redelivery")

    assert opened[0]["value"] == "华志路1685号3号楼2单元402室"
    assert opened[1] == token(made["/sender/name"]) | {"error": {"code": "kind-not-allowed"}}


@pytest.mark.parametrize(
    "item",
    [
        None,
        7,
        "wbt",
        [],
        {},
        {"token": 7},
        {"token": None},
        {"token": "wbt", "waybill_no": NUMBER},
        {"token": "wbt", "field": PHONE},
        {"waybill_no": NUMBER},
        {"field": PHONE},
        {"waybill_no": 7, "field": PHONE},
        {"waybill_no": NUMBER, "field": [PHONE]},
        {"waybill_no": NUMBER, "field": PHONE, "x": 1},
    ],
)
def test_what_is_no_item_fails_alone(api: Api, made: Json, item: object) -> None:
    opened = api.opened(item, token(made[PHONE]))

    assert opened[0] == {"error": {"code": "invalid-item"}}
    assert opened[1]["value"] == "13812345678"


def test_fifty_items_are_answered_and_fifty_one_are_not(api: Api, made: Json) -> None:
    assert len(api.opened(*[token("wbt")] * 50)) == 50
    assert refusal(api.detokenize(*[token("wbt")] * 51)) == (413, "too-many-items")


Refused = tuple[int, str]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"purpose": None, "case": "D-1"}, (400, "purpose-required")),
        ({"purpose": "regulator", "case": "D-1"}, (403, "forbidden")),
        ({"purpose": "gossip", "case": "D-1"}, (403, "forbidden")),
        ({"purpose": "dispute", "case": None}, (400, "case-required")),
        ({"purpose": "dispute", "case": "D-2"}, (403, "case-not-open")),
        ({"purpose": "dispute", "case": "张三"}, (403, "case-not-open")),
        ({"purpose": "redelivery", "case": "D-1"}, (403, "case-not-open")),
    ],
)
def test_a_call_is_refused_whole(api: Api, made: Json, body: Json, expected: Refused) -> None:
    answered = api.post(OFFICER, "/v1/detokenize", {"items": [token(made[PHONE])], **body})

    assert refusal(answered) == expected


def test_without_a_purpose_member_a_call_is_refused(api: Api, made: Json) -> None:
    assert refusal(api.post(OFFICER, "/v1/detokenize", {"items": []})) == (400, "purpose-required")


def closed(api: Api) -> Json:
    api.open_case("D-2", NUMBER)
    assert api.post(DESK, "/v1/cases/D-2/close").status_code == 200
    return {}


def closed_by_a_supervisor(api: Api) -> Json:
    api.open_case("D-2", NUMBER)
    assert api.post(SUPERVISOR, "/v1/cases/D-2/close").status_code == 200
    return {}


def pending(api: Api) -> Json:
    assert api.open_case("D-2", NUMBER, *[f"SF00000000{at:02}" for at in range(10)])["status"] == "pending"
    return {}


def waiting_for_approval(api: Api) -> Json:
    assert api.open_case("D-2", NUMBER, purpose="regulator")["status"] == "pending"
    return {"who": PRIVACY, "purpose": "regulator"}


def naming_another_officer(api: Api) -> Json:
    api.open_case("D-2", NUMBER, officer="client/dispute-officer-2")
    return {}


def naming_a_namesake(api: Api) -> Json:
    api.open_case("D-2", NUMBER, officer="dev/dispute-officer")
    return {}


def of_another_tenant(api: Api) -> Json:
    api.open_case("D-2", NUMBER)
    return {"who": OTHER_OFFICER}


@pytest.mark.parametrize(
    "make",
    [
        closed,
        closed_by_a_supervisor,
        pending,
        waiting_for_approval,
        naming_another_officer,
        naming_a_namesake,
        of_another_tenant,
    ],
)
def test_a_case_that_is_not_open_for_the_caller_opens_nothing(
    api: Api, made: Json, make: Callable[[Api], dict[str, Any]]
) -> None:
    who_and_why = make(api)

    assert refusal(api.detokenize(token(made[PHONE]), **{"case": "D-2", **who_and_why})) == (403, "case-not-open")


def test_an_expired_case_opens_nothing(api: Api, set_clock: Callable[[int], None]) -> None:
    set_clock(1_796_000_000)
    api.tokenize(record())
    api.open_case("D-1", NUMBER, expires_in=60)
    set_clock(1_796_000_059)
    assert api.opened(field(NUMBER, PHONE))[0]["value"] == "13812345678"
    set_clock(1_796_000_060)

    assert refusal(api.detokenize(field(NUMBER, PHONE))) == (403, "case-not-open")


def test_the_officer_whom_a_case_names_opens_under_it(api: Api, made: Json) -> None:
    api.open_case("D-2", NUMBER, officer="dev/chen")

    opened = api.opened(token(made[PHONE]), who=api.mint(OFFICER, "chen"), case="D-2")

    assert opened[0]["value"] == "13812345678"


def test_nobody_opens_values_under_their_own_case(api: Api, made: Json) -> None:
    both = api.mint([DESK, OFFICER], "chen")
    api.open_case("D-2", NUMBER, who=both)

    assert refusal(api.detokenize(token(made[PHONE]), who=both, case="D-2")) == (403, "own-case")


def test_a_token_of_another_tenant_is_not_found(api: Api, made: Json) -> None:
    theirs = api.tokenize(record(), who=OTHER_PRINTER)[0]["tokens"]
    assert not {*theirs.values()} & {*made.values()}

    assert api.opened(token(theirs[PHONE])) == [token(theirs[PHONE]) | NOT_FOUND]


def test_an_expired_token_is_not_found(api: Api, set_clock: Callable[[int], None]) -> None:
    set_clock(1_796_000_000)
    made = api.tokenize(record())[0]["tokens"][PHONE]
    set_clock(1_796_000_000 + 180 * 86_400)
    api.open_case("D-1", NUMBER)

    assert api.opened(token(made), field(NUMBER, PHONE)) == [token(made) | NOT_FOUND, field(NUMBER, PHONE) | NOT_FOUND]


def test_values_of_every_shipped_kind_of_field_open_by_their_place(api: Api) -> None:
    people = [{"contact": "张三", "tel": "13812345678"}, {"contact": "李四", "mobile": 13987654321}]
    sent = {"waybillNoInfoList": [{"waybillNo": NUMBER}], "contactInfoList": people}
    made = api.tokenize(sent, schema="sf")[0]["tokens"]
    api.open_case("D-1", NUMBER)

    opened = api.opened(token(made["/contactInfoList/1/mobile"]), field(NUMBER, "/contactInfoList/0/contact"))

    assert [one["value"] for one in opened] == [13987654321, "张三"]
