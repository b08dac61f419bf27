"""A name and its value are read together in every shape in which records hold them apart."""

import copy
from typing import Any

from masking_service.masking.effort import Effort
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.record import Masker
from masking_service.masking.schemas import load_schemas
from tests.every import every
from tests.masking.standard import LABEL

STANDARD = Masker(load_schemas()["standard"], LABEL)
SHAPES: dict[str, tuple[Any, Any]] = {
    "key and value": ({"key": "收件人", "value": "张三"}, {"key": "收件人", "value": "张*"}),
    "SF attributes": (
        [{"attrName": "收件人", "attrVal": "张三"}, {"attrName": "城市", "attrVal": "上海"}],
        [{"attrName": "收件人", "attrVal": "张*"}, {"attrName": "城市", "attrVal": "上海"}],
    ),
    "field name and value": (
        {"fieldName": "receiverName", "fieldValue": "张三"},
        {"fieldName": "receiverName", "fieldValue": "张*"},
    ),
    "several values": ({"key": "contact", "values": ["张三"]}, {"key": "contact", "values": ["张*"]}),
    "a question and its answer": (
        {"question": "收件人姓名", "answer": "张三"},
        {"question": "收件人姓名", "answer": "张*"},
    ),
    "the second label says it": (
        {"name": "q1", "title": "Recipient", "value": "Amy Pond"},
        {"name": "q1", "title": "Recipient", "value": "A** ****"},
    ),
    "a phone as the key": ({"13812345678": {"name": "张三"}}, {"*******5678": {"name": "张*"}}),
    "a bare name that is a label beside a phone": (
        {"name": "receiver_mobile", "value": "13812345678"},
        {"name": "receiver_mobile", "value": "*******5678"},
    ),
    "an array of two": (["receiverName", "张三"], ["receiverName", "张*"]),
    "an array of two with a number": (["phone", "07700 900111"], ["phone", "******0111"]),
    "arrays of two": (
        [["receiverName", "张三"], ["receiverCity", "上海"]],
        [["receiverName", "张*"], ["receiverCity", "上海"]],
    ),
    "a flat array": (["收件人", "张三", "城市", "上海"], ["收件人", "张*", "城市", "上海"]),
    "an array in a text": ('["receiverName","张三"]', '["receiverName","张*"]'),
    "an array beside a mobile": (["张三", 13812345678, "已签收"], ["张*", "*******5678", "已签收"]),
    "rows without columns": ([["SF1234567", "张三", "13812345678"]], [["SF1234567", "张*", "*******5678"]]),
    "an object of a phone": (
        {"phone": {"name": "张三", "number": "13812345678"}},
        {"phone": {"name": "张*", "number": "*******5678"}},
    ),
    "a bare name beside a phone": (
        [{"by": {"name": "张三", "number": "13812345678"}}, {"by": {"name": "张三", "at": "+44 7700 900123"}}],
        [{"by": {"name": "张*", "number": "*******5678"}}, {"by": {"name": "张*", "at": "+44 ******0123"}}],
    ),
    "a likely name under an unknown key beside a phone": (
        {"k1": "王小明", "k2": "13700001111", "k3": "米白"},
        {"k1": "王**", "k2": "*******1111", "k3": "米白"},
    ),
    "a likely name under an unknown key alone": ({"k1": "王小明"}, {"k1": "王小明"}),
    "a bare name beside a code": (
        {"by": {"name": "保温杯", "sku": "13812345678", "price": "13812345678", "why": "电话13812345679"}},
        {"by": {"name": "保温杯", "sku": "13812345678", "price": "13812345678", "why": "电话*******5679"}},
    ),
    "columns beside rows": (
        {"columns": ["receiverName", "city"], "rows": [["张三", "上海"], ["李四", "北京"]]},
        {"columns": ["receiverName", "city"], "rows": [["张*", "上海"], ["李*", "北京"]]},
    ),
    "rows before columns": (
        {"data": [["张三", "上海"]], "headers": ["收件人", "城市"]},
        {"data": [["张*", "上海"]], "headers": ["收件人", "城市"]},
    ),
    "columns that are objects": (
        {"columns": [{"name": "receiverName"}, {"title": "city"}], "rows": [["张三", "上海"]]},
        {"columns": [{"name": "receiverName"}, {"title": "city"}], "rows": [["张*", "上海"]]},
    ),
    "a heading above rows": ([["收件人", "城市"], ["张三", "上海"]], [["收件人", "城市"], ["张*", "上海"]]),
    "CDATA": (
        "<receiverName><![CDATA[张三]]></receiverName><city><![CDATA[上海]]></city>",
        "<receiverName><![CDATA[张*]]></receiverName><city><![CDATA[上海]]></city>",
    ),
    "escaped tags": ("&lt;receiverName&gt;张三&lt;/receiverName&gt;", "&lt;receiverName&gt;张*&lt;/receiverName&gt;"),
    "escaped CDATA": (
        "&lt;receiverName&gt;&lt;![CDATA[张三]]&gt;&lt;/receiverName&gt;",
        "&lt;receiverName&gt;&lt;![CDATA[张*]]&gt;&lt;/receiverName&gt;",
    ),
    "tags in JSON escapes": (
        r"\u003creceiverName\u003e张三\u003c/receiverName\u003e",
        r"\u003creceiverName\u003e张*\u003c/receiverName\u003e",
    ),
    "names of columns alone": (["receiverName", "receiverMobile", "city"], ["receiverName", "receiverMobile", "city"]),
    "tags": (["红色", "L码"], ["红色", "L码"]),
    "a label with the star of a form": (["收件人*", "张三"], ["收件人*", "张*"]),
    "a unit before its street": (["Flat 7", "88 Main St"], ["Flat *", "88 Main St"]),
    "stars that make a label": (["QQQQQ%\x01+**\x00****(", 7], ["Q**QQ%\x01+******(", 7]),
}


@every("shape", SHAPES)
@every("count", [1, FEW])
def test_a_name_announces_its_value(shape: str, count: int) -> None:
    before, after = SHAPES[shape]
    records = [{"remark": "x", "extra": copy.deepcopy(before)} for _ in range(count)]

    STANDARD.mask_batch(records, Effort())

    assert records == [{"remark": "x", "extra": after}] * count


@every("shape", SHAPES)
def test_masking_it_again_changes_nothing(shape: str) -> None:
    record = {"remark": "x", "extra": copy.deepcopy(SHAPES[shape][1])}

    STANDARD.mask(record)

    assert record["extra"] == SHAPES[shape][1]
