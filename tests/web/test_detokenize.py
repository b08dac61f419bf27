"""Opening values over HTTP: every refusal of a call, every error of an item, and the exact value that came in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api import NUMBER, Api, Clock, Json, field, record, refusal, token, without_details
from tests.web.people import OTHER_PRINTER

OTHER = "SF2222222222"
PHONE = "/sender/phone"
NOT_FOUND = {"error": {"code": "not-found"}}


def changed(way: str, value: object) -> Json:
    change: Any = {way: value}
    return record(**change)


@pytest.mark.parametrize(
    ("pointer", "kind", "value"),
    [(PHONE, "phone", "13812345678"), ("/recipient/name", "name", "欧阳娜娜")],
)
def test_a_token_opens_to_its_value(api: Api, made: Json, pointer: str, kind: str, value: str) -> None:
    assert api.opened(token(made[pointer])) == [{"token": made[pointer], "kind": kind, "value": value}]


def test_a_field_of_a_waybill_that_the_case_names_opens(api: Api, made: Json) -> None:
    opened = api.opened(field(NUMBER, PHONE))

    assert opened == [{"waybill_no": NUMBER, "field": PHONE, "kind": "phone", "value": "13812345678"}]


def test_results_are_in_the_order_of_the_request(api: Api, made: Json) -> None:
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
    made = api.tokenize(changed(way, value))[0]["tokens"][pointer]
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
    assert without_details(api.opened(field(NUMBER, pointer))) == [
        field(NUMBER, pointer) | {"error": {"code": "kind-not-allowed"}}
    ]


def test_redelivery_opens_the_address_and_not_the_name(api: Api, made: Json) -> None:
    api.open_case("R-1", NUMBER, purpose="redelivery")

    opened = api.opened(token(made["/sender/address"]), token(made["/sender/name"]), case="R-1", purpose="redelivery")

    assert opened[0]["value"] == "华志路1685号3号楼2单元402室"
    assert without_details(opened[1]) == token(made["/sender/name"]) | {"error": {"code": "kind-not-allowed"}}


@pytest.mark.parametrize(
    ("item", "errors"),
    [
        (None, [("", "invalid-item")]),
        (7, [("", "invalid-item")]),
        ("wbt", [("", "invalid-item")]),
        ([], [("", "invalid-item")]),
        ({}, [("/waybill_no", "missing"), ("/field", "missing")]),
        ({"tokne": "wbt"}, [("/tokne", "unknown-member")]),
        ({"token/": "wbt"}, [("/token~1", "unknown-member")]),
        ({"token": 7}, [("/token", "invalid-value")]),
        ({"token": None}, [("/token", "invalid-value")]),
        ({"token": "wbt", "waybill_no": NUMBER}, [("/waybill_no", "not-with-token")]),
        ({"token": "wbt", "field": PHONE}, [("/field", "not-with-token")]),
        ({"token": "wbt", "note": ""}, [("/note", "unknown-member")]),
        ({"waybill_no": NUMBER}, [("/field", "missing")]),
        ({"field": PHONE}, [("/waybill_no", "missing")]),
        ({"waybill_no": NUMBER, "feild": PHONE}, [("/feild", "unknown-member"), ("/field", "missing")]),
        ({"waybill_no": 7, "field": PHONE}, [("/waybill_no", "invalid-value")]),
        ({"waybill_no": NUMBER, "field": [PHONE]}, [("/field", "invalid-value")]),
        ({"waybill_no": NUMBER, "field": PHONE, "x": 1}, [("/x", "unknown-member")]),
        ({"waybill_no": NUMBER, "field": PHONE, "13812345678": 1, "张三": 1}, [("", "unknown-member")]),
    ],
)
def test_what_is_no_item_fails_alone(api: Api, made: Json, item: object, errors: list[tuple[str, str]]) -> None:
    opened = api.opened(item, token(made[PHONE]))

    places = [{"pointer": pointer, "code": code} for pointer, code in errors]
    assert without_details(opened[0]) == {"error": {"code": "invalid-item", "errors": places}}
    assert opened[1]["value"] == "13812345678"


def test_fifty_items_are_answered_and_fifty_one_are_not(api: Api, made: Json) -> None:
    assert len(api.opened(*[token("wbt")] * 50)) == 50
    assert refusal(api.detokenize(*[token("wbt")] * 51)) == (422, "too-many-items")


def test_a_token_of_another_tenant_is_not_found(api: Api, made: Json) -> None:
    theirs = api.tokenize(record(), who=OTHER_PRINTER)[0]["tokens"]
    assert not {*theirs.values()} & {*made.values()}

    assert api.opened(token(theirs[PHONE])) == [token(theirs[PHONE]) | NOT_FOUND]


def test_an_expired_token_is_not_found(api: Api, set_clock: Clock) -> None:
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
