"""What the schema does not map: guarded, named in warnings, and said at the head of the batch."""

from __future__ import annotations

import pytest

from masking_service.service.waybills.mask import MAX_READ
from tests.web.api import NUMBER, Api, record
from tests.web.people import PRINTER

RECEIVER = {"receiver": {"name": "张三", "phone": "13812345678"}}


def test_an_unmapped_member_with_a_personal_name_is_masked_and_named(api: Api) -> None:
    sent = record() | {"mobile": "13812340000", "note": "打13812341111", "order_no": "20261126138123456"}

    result = api.mask(sent)[0]

    assert (result["record"]["mobile"], result["record"]["note"]) == ("*******0000", "打*******1111")
    assert result["record"]["order_no"] == sent["order_no"]
    assert {"pointer": "/mobile", "code": "unmapped-masked"} in result["warnings"]
    assert {"pointer": "/note", "code": "found-in-text"} in result["warnings"]


def test_the_members_of_the_first_records_of_a_batch_are_named(api: Api) -> None:
    errors = [result["error"] for result in api.mask(*[{"recManName": "张三"}] * (MAX_READ + 1))]

    assert ["members" in error for error in errors] == [True] * MAX_READ + [False]


@pytest.mark.parametrize("path", ["/v1/mask", "/v1/tokenize"])
def test_a_record_of_another_schema_names_the_schemas_that_would_fit(api: Api, path: str) -> None:
    sent = {"recManName": "张三", "recManMobile": "13812345678"}
    answered = api.post(PRINTER, path, {"records": [sent]}).get_json()
    error = answered["results"][0]["error"]

    assert (error["code"], error["schemas"]) == ("nothing-mapped", ["kuaidi100"])
    assert error["detail"].count("These schemas would fit: kuaidi100.")
    assert error["members"]
    assert all(member in error["detail"] for member in error["members"])
    assert answered["notice"].startswith("1 of 1 records")


def test_a_record_that_came_in_masked_is_not_said_to_need_another_schema(api: Api) -> None:
    sent = {"waybill_no": NUMBER, "recipient": {"phone": "138****5678"}}
    answered = api.post(PRINTER, "/v1/tokenize", {"records": [sent]}).get_json()
    error = answered["results"][0]["error"]

    assert (error["code"], "schemas" in error, "members" in error) == ("nothing-mapped", False, False)
    assert "notice" not in answered


def test_the_issues_first_example_is_no_success(api: Api) -> None:
    answered = api.post(PRINTER, "/v1/mask", {"records": [RECEIVER]})

    assert answered.get_json()["failed"] == 1
    assert "张三" not in answered.text
    assert "13812345678" not in answered.text


def test_a_batch_in_which_most_records_warn_says_so_at_its_head(api: Api) -> None:
    warned = record() | RECEIVER
    most = api.post(PRINTER, "/v1/mask", {"records": [warned, warned, record()]})
    half = api.post(PRINTER, "/v1/mask", {"records": [warned, record()]})
    empty = api.post(PRINTER, "/v1/mask", {"records": [{}, {"x": None}]})

    assert most.text.startswith('{"notice":"2 of 3 records')
    assert "notice" not in half.get_json()
    assert (empty.get_json()["failed"], "notice" in empty.get_json()) == (2, False)


def test_the_texts_are_chinese_for_those_who_read_chinese(api: Api) -> None:
    answered = api.post(PRINTER, "/v1/mask", {"records": [RECEIVER]}, headers={"Accept-Language": "zh"}).get_json()

    assert "1 条记录中有 1 条" in answered["notice"]
    assert "数据格式" in answered["results"][0]["error"]["detail"]


@pytest.mark.parametrize("slip", ["nme", "nae", "nam", "ame", "fullnam"])
def test_a_slip_in_a_persons_member_does_not_show_the_name(api: Api, slip: str) -> None:
    result = api.mask(record() | {"recipient": {slip: "褚时健", "phone": "13812345678"}})[0]

    assert "褚时健" not in str(result["record"])
    assert {"pointer": f"/recipient/{slip}", "code": "unmapped-masked"} in result["warnings"]
