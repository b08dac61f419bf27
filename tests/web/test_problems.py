"""Problems: the place, the rule and the language of each, and the page that explains it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from masking_service.http.code_texts import CODES
from masking_service.http.operations import TABLE
from masking_service.http.problem_texts import PROBLEMS
from masking_service.http.problems import preferred_language, problem_of
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.rule_texts import CASE_STATES, ITEMS, MEMBERS, PLACES, with_rules
from masking_service.texts import Text
from tests.every import every
from tests.web.api import NUMBER, Api, Json, record, refusal
from tests.web.people import AUDITOR, DESK, OFFICER, PRINTER, SUPERVISOR, TRACKING

STATUSES = Path(__file__).with_name("problems.txt")
CASE: Json = {"case": "D-1", "purpose": "dispute", "waybills": ["SF1234567890"], "reason": "x"}
SECRETS = ("13812345678", "张三")
PATH_LIKE = "x - at `$.sender[13812345678].zhangsan"
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "place"),
    [
        (DESK, "POST", "/v1/cases", {"case": "D-1", "purpose": "dispute", "waybills": [NUMBER]}, "/reason missing"),
        (PRINTER, "POST", "/v1/tokenize", {"records": [], "custody": {}}, "/custody/site missing"),
        (PRINTER, "POST", "/v1/mask", {"records": [], "shcema": "sf"}, "/shcema unknown-member"),
        (PRINTER, "POST", "/v1/mask", {"records": [], "a/b~c": 1}, "/a~1b~0c unknown-member"),
        (PRINTER, "POST", "/v1/mask", {"records": [], "x y": 1}, "/x y unknown-member"),
        (PRINTER, "POST", "/v1/mask", {"records": [], "": 1}, "/ unknown-member"),
        (PRINTER, "POST", "/v1/mask", {"records": [], "备注": 1}, "/备注 unknown-member"),
        (PRINTER, "POST", "/v1/mask", {"records": [], "tel: 13812345678": 1}, " unknown-member"),
        (AUDITOR, "GET", "/v1/audit?principle=x", None, "query:principle unknown-member"),
        (AUDITOR, "GET", "/v1/audit?a%2Fb~c=x", None, "query:a/b~c unknown-member"),
    ],
    ids=str,
)
def test_what_is_missing_or_unknown_is_named(
    api: Api, who: str, method: str, path: str, body: Json | None, place: str
) -> None:
    answered = api.call(who, method, path, body)

    assert refusal(answered) == (422, "invalid-request")
    assert [f"{one['pointer']} {one['code']}" for one in answered.get_json()["errors"]] == [place]


@pytest.mark.parametrize(
    "name", [*SECRETS, "wbk_abcdefgh12345678", PATH_LIKE, "John Smith", "王 小明", "x" * 65, "x\n", "é"]
)
def test_a_name_that_may_be_personal_is_not_repeated(api: Api, name: str) -> None:
    answered = api.post(PRINTER, "/v1/mask", {"records": [], name: 1})

    assert refusal(answered) == (422, "invalid-request")
    assert [part for part in (name, *SECRETS, "zhangsan") if part in answered.text] == []


def test_the_detail_says_the_rule(api: Api) -> None:
    answered = api.post(DESK, "/v1/cases", CASE | {"case": "no spaces"})

    assert "/case: a case number is 1 to 64 of A-Z a-z 0-9 . _ -" in answered.get_json()["detail"]
    assert "no spaces" not in answered.text


def test_the_detail_says_the_rules_of_the_first_five_places() -> None:
    errors = [(place, "missing") for place in ("", "/x1", "/x2", "/x3", "/x4", "/x5")]
    rule, of_all = PLACES["missing"], MEMBERS[""]
    whole = f"Wrong. (whole): {rule.en}; {of_all.en}. " + " ".join(f"/x{at}: {rule.en}." for at in (1, 2, 3, 4))
    chinese = f"Wrong.(whole)：{rule.in_language('zh')}；{of_all.in_language('zh')}。/x1：{rule.in_language('zh')}。"

    assert with_rules(Text("Wrong."), errors, "en") == whole
    assert with_rules(Text("Wrong."), errors[:2], "zh") == chinese


def test_each_problem_has_the_status_that_is_listed() -> None:
    """A line of the list is added or changed with its problem: clients decide by the status what to do."""
    assert sorted(f"{code} {one.status}" for code, one in PROBLEMS.items()) == STATUSES.read_text("utf-8").splitlines()


def test_the_detail_of_a_failed_item_says_the_rule(api: Api) -> None:
    answered = api.post(TRACKING, "/v1/custody", {"items": [{"waybill_no": "SF1234567890", "courier": "c-88"}]})

    assert "client/ID" in answered.get_json()["results"][0]["error"]["detail"]


def test_the_detail_of_a_misspelt_member_says_what_is_missing(api: Api) -> None:
    api.open_case("D-1", "SF1234567890")
    (result,) = api.opened({"waybill_no": "SF1234567890", "feild": "/sender/phone"})

    assert "/feild: there is no such member. /field: this member is required" in result["error"]["detail"]


def test_the_detail_of_a_record_says_no_rule_of_a_request(api: Api) -> None:
    wide = {"recipient": {"phone": True}}
    deep = {"recipient": {"name": "张三"}, "note": json.loads(40 * "[" + 40 * "]")}
    results = api.post(PRINTER, "/v1/mask", {"records": [wide, deep]}).get_json()["results"]

    details = [(result["error"]["code"], result["error"]["detail"]) for result in results]
    assert details == [(code, ITEMS[code].en) for code in ("invalid-type", "too-deep")]


def test_the_detail_of_a_search_says_what_a_phone_is(api: Api) -> None:
    answered = api.post(DESK, "/v1/search", {"phone": 5})

    assert "/phone: a phone number of 7 to 15 digits." in answered.get_json()["detail"]


@pytest.mark.parametrize("act", ["freeze", "thaw"])
def test_an_id_without_an_alias_is_answered_with_how_ids_look(api: Api, act: str) -> None:
    answered = api.post(SUPERVISOR, f"/v1/principals/{OFFICER}/{act}")

    assert refusal(answered) == (404, "not-found")
    assert answered.get_json()["errors"] == [{"pointer": "path:principal", "code": "invalid-value"}]
    assert "client/ID" in answered.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/cases", {}),
        ("/v1/cases", [1]),
        ("/v1/detokenize", {"items": 1}),
        ("/v1/custody", {"items": [1] * 1001}),
        ("/v1/waybills/view", {"x": 1}),
    ],
)
def test_a_missing_permission_comes_before_the_shape(api: Api, path: str, body: object) -> None:
    assert refusal(api.post(PRINTER, path, body)) == (403, "forbidden")


def test_a_missing_permission_is_in_the_log_whatever_the_shape(fresh: Api) -> None:
    fresh.post(PRINTER, "/v1/cases", {})

    (entry,) = fresh.get(AUDITOR, "/v1/audit").get_json()["entries"]
    assert (entry["action"], entry["outcome"]) == ("case-open", "forbidden")


def test_an_empty_purpose_is_no_purpose(api: Api) -> None:
    assert refusal(api.post(OFFICER, "/v1/detokenize", {"items": [], "purpose": ""})) == (400, "purpose-required")


def test_a_problem_comes_in_chinese_where_that_is_preferred(api: Api) -> None:
    answered = api.post(DESK, "/v1/cases", CASE | {"case": "?"}, headers=CHINESE)

    assert answered.headers["Content-Language"] == "zh"
    assert answered.get_json()["title"] == PROBLEMS["invalid-request"].title.in_language("zh")
    assert "工单编号为 1 至 64 个字符" in answered.get_json()["detail"]


def test_a_failed_item_is_explained_in_chinese_where_that_is_preferred(api: Api) -> None:
    api.tokenize(record())
    answered = api.post(PRINTER, "/v1/tokenize", {"records": [record(sender__name="李四")]}, headers=CHINESE)

    assert answered.get_json()["results"][0]["error"]["detail"] == ITEMS["conflict"].in_language("zh")


@every(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-CN, en;q=0.5", "zh"),
        ("en, zh;q=0.9", "en"),
        ("zh;q=0.4, en;q=0.6", "en"),
        ("fr, zh;q=0.2", "zh"),
        ("fr", "en"),
        ("*", "en"),
        ("zh;q=0, *", "en"),
        ("zh;q=0", "en"),
        ("zh-CN;q=0", "en"),
        ("zh;q=0, fr", "en"),
        ("zh-CN;q=0, zh-TW;q=0.1", "zh"),
        ("zh;q=0.001", "zh"),
        ("en;q=0.2, zh;q=0.3", "zh"),
        ("en;q=0, *", "zh"),
        ("zh;q=x", "en"),
        ("zh, en", "zh"),
    ],
)
def test_the_language_is_the_preferred_one(accepted: str, language: str) -> None:
    assert preferred_language(parse_accept_header(accepted, LanguageAccept)) == language


@every("code", [*PROBLEMS, *CODES])
def test_every_type_can_be_fetched(api: Api, code: str) -> None:
    told = api.get(None, f"/problems/{code}").get_json()
    page = api.get(None, f"/problems/{code}", headers={"Accept": "text/html,*/*;q=0.8"})

    expected = PROBLEMS.get(code) or CODES[code]
    assert told["remedy"]["zh"] == expected.remedy.in_language("zh")
    assert ("status" in told) == ("HTTP" in page.text) == (code in PROBLEMS)
    assert page.content_type == "text/html; charset=utf-8"
    assert escape(expected.title.en) in page.text
    assert expected.title.in_language("zh") in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style|\son\w+=|https?:", page.text)


def test_every_code_of_an_answer_is_explained(api: Api) -> None:
    shapes = api.get(None, "/openapi.json").get_json()["components"]["schemas"]
    places = shapes["Problem"]["properties"]["errors"]["items"]["properties"]["code"]["enum"]
    codes = {code for shape in shapes.values() for code in shape.get("properties", {}).get("code", {}).get("enum", ())}

    assert codes | {*places} == PROBLEMS.keys() | CODES.keys()


@pytest.mark.parametrize("code", ["quota-exceeded", "too-large"])
def test_a_problem_whose_code_items_have_explains_both(api: Api, code: str) -> None:
    told = api.get(None, f"/problems/{code}").get_json()["detail"]

    assert PROBLEMS[code].detail.en in told["en"]
    assert ITEMS[code].en in told["en"]
    assert PROBLEMS[code].detail.in_language("zh") in told["zh"]
    assert ITEMS[code].in_language("zh") in told["zh"]


def test_an_unknown_type_is_not_found(api: Api) -> None:
    assert refusal(api.get(None, "/problems/none")) == (404, "not-found")


def test_the_root_leads_to_the_documentation(api: Api) -> None:
    answered = api.get(None, "/")

    assert (answered.status_code, answered.headers["Location"]) == (302, "/docs")


def _members(shape: type[msgspec.Struct]) -> Iterator[str]:
    """The names of all members of a shape, and of the shapes in it."""
    for member in msgspec.structs.fields(shape):
        yield member.encode_name
        for kind in (member.type, *get_args(member.type)):
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                yield from _members(kind)


def test_each_member_of_a_request_has_a_rule() -> None:
    shapes = {shape for row in TABLE for shape in (row.body, row.query) if shape is not None}

    assert {f"{shape.__name__}.{name}" for shape in shapes for name in _members(shape) if name not in MEMBERS} == set()


def test_every_text_is_in_both_languages() -> None:
    texts = [text for table in (CASE_STATES, ITEMS, MEMBERS, PLACES) for text in table.values()]
    texts += [text for each in (*PROBLEMS.values(), *CODES.values()) for text in each if isinstance(text, Text)]

    assert all(re.search(r"[一-鿿]", text.in_language("zh")) for text in texts)
    assert not any(re.search(r"[一-鿿]", text.en) for text in texts)


@pytest.mark.parametrize(
    ("counts", "scope", "at_most", "says"),
    [
        ("fields", "person", 0, None),
        ("fields", "role", 0, "`factors.role`"),
        ("views", "tenant", 0, "`roles.courier.people`"),
        ("views", "tenant", 7, "at most 7 each"),
    ],
)
def test_a_spent_budget_says_more_where_others_spent_it_or_no_call_so_large_ever_fits(
    counts: str, scope: str, at_most: int, says: str | None
) -> None:
    given: dict[str, Any] = {"scope": scope} if scope != "person" else {}
    most: dict[str, Any] = {"at_most": at_most} if at_most else {}

    problem = problem_of(QuotaExceeded("1h", 1_790_000_000, role="courier", counts=counts, **given, **most))

    assert (problem.code, problem.extra) == ("quota-exceeded", {"window": "1h", "retry_at": "2026-09-21T14:13:20Z"})
    assert (problem.detail is None) == (says is None)
    assert says is None or says in problem.body()["detail"]
