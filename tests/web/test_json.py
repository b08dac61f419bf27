"""JSON over HTTP: what is not mapped comes back byte for byte, and what is hostile is refused without harm."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import TestResponse

from tests.every import every
from tests.growth import grows
from tests.web.api import NUMBER, Api, Json, field, record, refusal, without_details
from tests.web.people import DESK, OFFICER, PRINTER, PRIVACY

LIMIT = 2 * 1024 * 1024


def send(api: Api, data: bytes, path: str = "/v1/mask", **more: object) -> TestResponse:
    return api.post(PRINTER, path, data=data, **more)


EXACT = [
    b"12345678901234567890123456",
    b"-12345678901234567890123456",
    b"9223372036854775808",
    b"18446744073709551616",
    b"1.10",
    b"-0.0",
    b"0.1",
    b"1234567890.123456789012345678901234567890",
    b"1.0000000000000000000000000000000000000000001",
    b"true",
    b"false",
    b"null",
    b'""',
    b'" a  b "',
    b"[]",
    b"{}",
    b'[[1,[2,{"a":[null]}]],"x"]',
    '"𠮷👨‍👩‍👧e\u0301"'.encode(),
    b'{"":{"a/b":1,"~":2}}',
    b"1e2",
    b"1E+2",
    b"-1.5e-7",
    b"1E400",
    b"1e-99999999999999999999",
]


@every("value", EXACT)
@every("path", ["/v1/mask", "/v1/tokenize"])
def test_an_unmapped_value_comes_back_byte_for_byte(api: Api, path: str, value: bytes) -> None:
    sent = b'{"waybill_no":"SF1234567890","remark":"a","x":%b,"y":{"z":[%b]}}' % (value, value)

    answered = send(api, b'{"records":[%b]}' % sent, path)

    assert answered.status_code == 200
    assert b'"x":%b,"y":{"z":[%b]}' % (value, value) in answered.data


def test_a_letter_that_was_escaped_comes_back_as_the_same_letter(api: Api) -> None:
    answered = send(api, rb'{"records":[{"remark":"","x":"\u5f20\ud83d\ude00\/\t"}]}')

    assert answered.get_json()["results"][0]["record"]["x"] == "张😀/\t"


def test_members_come_back_with_their_own_names(api: Api) -> None:
    names = {"a b": 1, "é": 2, "\u202e": 3, "__proto__": 4, "constructor": 5, "x" * 1000: 6, "": 7, "remark": None}

    assert api.mask(names) == [{"record": names}]


def nested(levels: int) -> bytes:
    return b'{"records":[{"remark":null,"x":' + b"[" * levels + b"]" * levels + b"}]}"


@every(
    "data",
    [
        b"",
        b" ",
        b"{",
        b'{"records":[]',
        b'{"records":[]}}',
        b'{"records":[]} x',
        b"{'records':[]}",
        b'{"records":[],}',
        b'{"records":[NaN]}',
        b'{"records":[{"x":Infinity}]}',
        b'{"records":[{"x":-Infinity}]}',
        b'{"records":[{"x":01}]}',
        b'{"records":[{"x":+1}]}',
        b'{"records":[{"x":1.}]}',
        b'{"records":[{"x":.5}]}',
        b'{"records":[{"x":0x10}]}',
        b'\xef\xbb\xbf{"records":[]}',
        '{"records":[]}'.encode("utf-16"),
        b'{"records":[{"x":"\xff"}]}',
        b'{"records":[{"x":"\xc0\x80"}]}',
        b'{"records":[{"x":"\xed\xa0\x80"}]}',
        b'{"records":[{"x":"a\nb"}]}',
        b'{"records":[{"x":"\x00"}]}',
        rb'{"records":[{"remark":"","x":"\x41"}]}',
        rb'{"records":[{"remark":"","x":"\u12"}]}',
        b"// comment\n{}",
        nested(100_000),
    ],
)
def test_what_is_not_json_is_refused(api: Api, data: bytes) -> None:
    assert refusal(send(api, data)) == (400, "invalid-json")


@every(
    ("data", "place"),
    [
        ('{"records":[{"remark":"王"}]}'.encode("gb18030"), "byte 24 is not UTF-8"),
        ('{"records":[{"remark":"王" "x"}]}'.encode(), "it stops being JSON at byte 29"),
        (b'{"records":[', "it stops being JSON at byte 13"),
    ],
)
def test_a_body_that_is_not_json_is_refused_with_the_place_and_without_what_is_there(
    api: Api, data: bytes, place: str
) -> None:
    problem = send(api, data).get_json()

    assert problem["detail"] == f"The body has to be JSON in UTF-8 (RFC 8259); {place}."
    assert "王" not in json.dumps(problem, ensure_ascii=False)


ADDRESSES = ["/v1/mask", "/v1/tokenize", "/v1/waybills/view", "/v1/detokenize", "/v1/cases"]


@every("path", ADDRESSES)
@every("data", [b"", b"\xff", b"NaN", b'{"records":'])
def test_no_address_takes_what_is_not_json(api: Api, path: str, data: bytes) -> None:
    statuses = [refusal(api.post(who, path, data=data))[0] for who in (PRINTER, OFFICER, DESK)]
    assert set(statuses) <= {400, 403, 422}
    assert set(statuses) & {400, 422}


@every("path", ADDRESSES)
@every(
    "data",
    [b"[" * 100_000, b'{"records":' * 100_000, nested(100_000), nested(100_000).replace(b"records", b"items")],
)
def test_no_depth_does_any_harm(api: Api, path: str, data: bytes) -> None:
    who = {"/v1/cases": DESK, "/v1/mask": PRINTER, "/v1/tokenize": PRINTER}.get(path, OFFICER)
    assert refusal(api.post(who, path, data=data))[0] in (400, 422)


@pytest.mark.parametrize(
    ("bad", "code", "place"),
    [
        (rb'{"remark":"","x":"\ud800"}', "invalid-text", "/x"),
        (rb'{"remark":"","x":"\udc00"}', "invalid-text", "/x"),
        (rb'{"remark":"","x":"\ud800\u0041"}', "invalid-text", "/x"),
        (rb'{"remark":"","x":["a","\ud800a"]}', "invalid-text", "/x/1"),
        (rb'{"\ud800":1}', "invalid-text", ""),
        (rb'{"13812345678":"\ud800"}', "invalid-text", ""),
        (rb'{"recipient":{"name":"\ud800"}}', "invalid-text", "/recipient/name"),
        (b'{"x":' + b"[" * 20 + rb'"\ud800"' + b"]" * 20 + b"}", "invalid-text", "/x" + "/0" * 7),
        (b'{"remark":"","x":' + b"7" * 5_000 + b"}", "too-large", "/x"),
        (b'{"remark":"","x":-' + b"7" * 4_301 + b"}", "too-large", "/x"),
    ],
    ids=lambda given: repr(given[:30]),
)
@pytest.mark.parametrize("path", ["/v1/mask", "/v1/tokenize"])
def test_a_record_that_cannot_be_read_fails_alone(api: Api, path: str, bad: bytes, code: str, place: str) -> None:
    sound = json.dumps(record("SF1111111111", weight=0)).encode().replace(b'"weight": 0', b'"weight":1.10')
    answered = api.post(PRINTER, path, data=b'{"records":[' + bad + b"," + sound + b"]}")
    first, second = answered.get_json()["results"]

    assert answered.get_json()["failed"] == 1
    assert first["error"]["code"] == code
    assert first["error"]["errors"] == [{"pointer": place, "code": code}]
    assert first["error"]["detail"]
    assert second["record"]["sender"]["phone"] == "*******5678"
    assert b'"weight":1.10' in answered.data


@pytest.mark.parametrize("bad", [rb'{"token":"\ud800"}', b'{"token":' + b"7" * 5_000 + b"}"], ids=["text", "number"])
def test_an_item_that_cannot_be_read_fails_alone(api: Api, bad: bytes) -> None:
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    sound = json.dumps(field(NUMBER, "/sender/phone")).encode()

    answered = api.post(
        OFFICER, "/v1/detokenize", data=b'{"purpose":"dispute","case":"D-1","items":[' + bad + b"," + sound + b"]}"
    )

    first, second = answered.get_json()["results"]
    assert first["error"]["code"] == "invalid-item"
    assert second["value"] == "13812345678"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/decoys", rb'{"kind":"phantom","waybills":["\ud800"]}'),
        ("/v1/acts", rb'{"act":"detokenize","purpose":"dispute","case":"D-1","items":[{"token":"\ud800"}]}'),
        ("/v1/acts", rb'{"act":"decoy-plant","kind":"phantom","waybills":["\ud800"]}'),
    ],
)
def test_what_cannot_be_read_is_no_server_error(signing: Api, path: str, body: bytes) -> None:
    who = OFFICER if b"detokenize" in body else PRIVACY

    assert signing.post(who, path, data=body).status_code in (200, 401, 422)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (rb'{"records":["\ud800"],"x":1}', (422, "invalid-request")),
        (rb'{"records":["\ud800"],"schema":"\ud800"}', (400, "invalid-json")),
        (rb'{"records":[NaN,"\ud800"]}', (400, "invalid-json")),
        (b'{"records":["\\ud800","\xff"]}', (400, "invalid-json")),
    ],
    ids=repr,
)
def test_what_is_not_a_records_fault_fails_the_call(api: Api, body: bytes, refused: tuple[int, str]) -> None:
    assert refusal(send(api, body)) == refused


def test_an_integer_of_four_thousand_digits_comes_back_whole(api: Api) -> None:
    number = b"7" * 4_000

    assert b'"x":%b}' % number in send(api, b'{"records":[{"remark":"","x":%b}]}' % number).data


def test_a_record_of_thirty_two_levels_is_masked_and_a_deeper_one_fails_alone(api: Api) -> None:
    def deep(levels: int) -> Json:
        made: Json = {}
        for _ in range(levels - 1):
            made = {"x": made}
        return made

    shallow, deeper = api.mask(deep(32) | {"remark": "x"}, deep(33) | {"remark": "x"})

    assert "record" in shallow
    assert deeper["error"]["code"] == "too-deep"


def test_of_two_members_of_one_name_one_is_masked_and_none_is_leaked(api: Api) -> None:
    answered = send(
        api, b'{"records":[{"sender":{"phone":"13812345678","phone":"13987654321"},"sender":{"phone":"13700001111"}}]}'
    )

    assert answered.get_json()["results"] == [{"record": {"sender": {"phone": "*******1111"}}}]


@pytest.mark.parametrize("value", [1.5, True, [], {}, ["张三"], {"name": "张三"}])
@pytest.mark.parametrize("path", ["/v1/mask", "/v1/tokenize"])
def test_what_can_be_no_value_is_named_by_its_place(api: Api, path: str, value: object) -> None:
    answered = api.post(PRINTER, path, {"records": [record(sender__name=value, recipient__phone=value)]})

    assert without_details(answered.get_json())["results"][0]["error"] == {
        "code": "invalid-type",
        "errors": [
            {"pointer": "/sender/name", "code": "invalid-type"},
            {"pointer": "/recipient/phone", "code": "invalid-type"},
        ],
    }


@pytest.mark.parametrize("value", ["张三", 7, True, ["x"], 1.5])
def test_a_value_in_place_of_an_object_is_named(api: Api, value: object) -> None:
    error = api.mask(record(sender=value))[0]["error"]

    assert without_details(error) == {
        "code": "invalid-type",
        "errors": [{"pointer": "/sender", "code": "invalid-type"}],
    }


@pytest.mark.parametrize("wrong", [None, 7, "x", [], [{}], True, 1.5])
def test_what_is_no_record_fails_alone(api: Api, wrong: object) -> None:
    first, bad, last = api.mask(record(), wrong, record())

    assert bad["error"]["code"] == "invalid-type"
    assert first == last


def test_a_thousand_records_are_answered_and_one_more_is_not(api: Api) -> None:
    assert len(api.mask(*[{}] * 1_000)) == 1_000

    for path in ("/v1/mask", "/v1/tokenize"):
        answered = api.post(PRINTER, path, {"records": [{}] * 1_001})
        assert refusal(answered) == (422, "too-many-items")
        assert answered.get_json()["errors"] == [{"pointer": "/records", "code": "too-many-items"}]


def test_no_records_are_a_batch_too(api: Api) -> None:
    for path in ("/v1/mask", "/v1/tokenize"):
        assert api.post(PRINTER, path, {"records": []}).get_json() == {"results": [], "failed": 0}


def padded(size: int) -> bytes:
    return b'{"records":[{"x":""}]}'.ljust(size)


def test_two_mebibytes_are_taken_and_one_byte_more_is_not(api: Api) -> None:
    assert send(api, padded(LIMIT)).status_code == 200
    assert refusal(send(api, padded(LIMIT + 1))) == (413, "too-large")


@pytest.mark.parametrize("piece", ["1", "张", "1 ", "a@", "0086-", "(021)", "1-", "e\u0301", "\u200b", "１", "-"])
def test_a_value_of_twice_the_length_takes_at_most_about_twice_as_long(api: Api, piece: str) -> None:
    statuses = set()

    def mask(value: str) -> None:
        answered = api.post(
            PRINTER, "/v1/mask", {"records": [record(remark=value, sender__name=f"{value}张", x=value)]}
        )
        statuses.add(answered.status_code)

    assert (grows(mask, piece, 20_000), statuses) == (False, {200})
