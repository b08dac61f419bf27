"""A record that no schema of the call maps is told which schemas would fit, and which members look personal."""

import json
from pathlib import Path
from typing import Any

import pytest

from masking_service.masking.records.fitting import MAX_MEMBERS, fitting_schemas, personal_members
from masking_service.masking.records.schema import Schema
from masking_service.masking.schemas import load_schemas
from tests.every import every
from tests.masking.records.test_corpus import plain

CORPUS = Path(__file__).parent / "corpus"
SCHEMAS = load_schemas().values()


def corpus(name: str) -> Any:
    return plain(json.loads((CORPUS / f"{name}.ndjson").read_text("utf-8").splitlines()[1])["record"])


RECORDS: dict[str, tuple[Any, list[str], list[str]]] = {
    "Chinese names": ({"收件人姓名": "张三", "手机号": "1", "城市": "x"}, [], ["/收件人姓名", "/手机号"]),
    "an Amazon report": (
        {"recipient-name": "x", "ship-address-1": "y", "quantity-purchased": 1},
        ["amazon"],
        ["/recipient-name", "/ship-address-1"],
    ),
    "values as names": ({"13812345678": "x", "张三": "y", "张三的电话": "z"}, [], []),
    "objects under a person's name": ({"recipients": {"张三": {"mobile": "x"}}}, [], []),
    "an array": ([{"order": {"buyer": [{"mobile": "x"}, {"mobile": "y"}]}}], [], ["/0/order/buyer/0/mobile"]),
    "an object where a value would be": (
        {"recipient_address": {"name": "x", "phone": "y"}, "note": "z"},
        [],
        ["/recipient_address/name", "/recipient_address/phone"],
    ),
    "objects that programs put around a record": (
        {"response": {"draft_orders": [{"consignee": {"contactPhone": "x"}}]}, "张三": {"mobile": "y"}},
        [],
        ["/response/draft_orders/0/consignee/contactPhone"],
    ),
    "nothing personal": ({"x": 1, "city": "上海"}, [], []),
    "no object": ("张三", [], []),
}


@every("record", RECORDS)
def test_members_and_schemas_are_named(record: str) -> None:
    value, schemas, members = RECORDS[record]

    assert (fitting_schemas(value, SCHEMAS), personal_members(value)) == (schemas, members)


STANDARD = load_schemas()["standard"]
SLIPS: dict[str, tuple[Any, list[str]]] = {
    "an object": ({"recipent": {"name": "x", "phne": "y"}}, ["/recipent"]),
    "a text": ({"recipent": "x"}, ["/recipent"]),
    "inside": ({"recipient": {"nmae": "x", "phone": "y"}}, ["/recipient/nmae"]),
    "a plural": ({"recipients": {"phone": "x"}}, ["/recipients"]),
    "a known word": ({"receiver": {"phone": "x"}}, ["/receiver/phone"]),
    "two slips": ({"rcipent": "x"}, []),
    "of a text of no person": ({"remrak": "x"}, []),
    "elsewhere": ({"x": {"recipent": "x"}}, []),
}


@every("slip", SLIPS)
def test_a_slip_of_a_name_of_the_schema_is_named(slip: str) -> None:
    record, members = SLIPS[slip]

    assert personal_members(record, STANDARD, like=STANDARD) == members


def test_a_slip_that_may_be_a_persons_name_is_not_named() -> None:
    """Names of members may be values, and problems show none."""
    buyer = Schema("x", "", ((("buyer", "phone"), "phone"),), (("no",),))

    assert personal_members({"Bayer": {"x": "y"}, "buyr": "z"}, like=buyer) == ["/buyr"]


@pytest.mark.parametrize(
    ("name", "schemas", "member"),
    [
        ("amazon", [], "/ShippingAddress/Name"),
        ("dhl", ["dhl"], "/customerDetails/shipperDetails/contactInformation/phone"),
    ],
)
def test_the_shapes_of_amazon_and_dhl_are_told(name: str, schemas: list[str], member: str) -> None:
    record = corpus(name)

    assert fitting_schemas(record, SCHEMAS) == schemas
    assert member in personal_members(record)


def test_a_record_without_end_costs_little() -> None:
    wide = {f"receiver{at}": {"name": "x"} for at in range(100_000)}

    assert len(personal_members(wide)) <= MAX_MEMBERS


@pytest.mark.parametrize("names", [38, 39, 40], ids=["two more", "one more", "none more"])
def test_names_of_a_record_are_read_up_to_forty_in_all_its_objects(names: int) -> None:
    record = {**{f"x{at}": at for at in range(names - 1)}, "receiver": {"weight": 1, "phone": "x", "mobile": "y"}}

    found = personal_members(record)

    assert found == {38: ["/receiver/phone"], 39: [], 40: []}[names]


def test_members_are_named_down_to_eight_levels() -> None:
    found = []
    for levels in (8, 9):
        record: dict[str, Any] = {"phone": "x"}
        for _ in range(levels - 1):
            record = {"receiver": record}
        found.append(len(personal_members(record)))

    assert found == [1, 0]
