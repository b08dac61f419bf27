"""Values that a text labels as personal are found, and nothing that is labelled otherwise."""

import pytest

from masking_service.masking.effort import Effort, Share, unpaid
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.texts.labels import labelled_values
from tests.every import every


def values(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], kind) for start, end, kind in labelled_values(text, NEUTRAL, unpaid)]


@every(
    ("text", "found"),
    [
        ("收件人：王小明", [("王小明", "party")]),
        ("已签收，签收人是：张三，感谢", [("张三", "party")]),
        ("收件人：王小明电话：13987654321", [("王小明", "party"), ("13987654321", "phone")]),
        ("receiver_name=Jane Roe&sku=1", [("Jane Roe", "name")]),
        ("{'receiverMobile': '139 8765 4321'}", [("139 8765 4321", "phone")]),
        ("“姓名”：“王小明”", [("王小明", "name")]),
        (r"{\"name\":\"王小明\",\"mobile\":\"13987654321\"}", [("王小明", "name"), ("13987654321", "phone")]),
        ("<receiver><name>王小明</name><mobile>1398</mobile></receiver>", [("王小明", "name"), ("1398", "phone")]),
        ("收件人：<b>王小明</b><br>电话：<b>1398</b>", [("王小明", "party"), ("1398", "phone")]),
        ("<td>收件人</td> <td>王小明</td>", [("王小明", "party")]),
        ("<td>电话</td><mobile>+86 1398</mobile>", [("+86 1398", "phone")]),
        ("派件员：李四光 派件中", [("李四光", "party")]),
        ("地址：上海市华志路1号2单元", [("上海市华志路1号2单元", "address")]),
        ("passport: E12345678;", [("E12345678", "secret")]),
        ("receiver=王小明&room=402&building=3", [("王小明", "party"), ("402", "unit")]),
        ("<mobile>13987654321</mobile><room>402</room>", [("13987654321", "phone"), ("402", "unit")]),
        ("房间[402]门牌号【12B】", [("402", "unit"), ("12B", "unit")]),
        ("Teléfono: 654 065 054 Piso 11", [("654 065 054", "phone")]),
        ("Tel: 021-59791234 ext 12", [("021-59791234 ext 12", "phone")]),
        ("address2=Flat+2&phone1=0612345678&T2=5", [("Flat+2", "unit"), ("0612345678", "phone")]),
    ],
)
def test_a_labelled_value_is_found(text: str, found: list[tuple[str, str]]) -> None:
    assert values(text) == found


@every(
    "text",
    [
        "签收人：本人",
        "签收人：门卫",
        "电话：请先联系",
        "微信：有",
        "商品：保温杯",
        "品名：保温杯，数量：2",
        "name=Books&qty=1",
        "room=402&floor=3",
        "客户[5]",
        "时间：10:00",
        "https://track.example.com/?no=YT1234567890123",
        "订单号：13812345678",
        "寄件：2件",
        "收件人",
        "：王小明",
    ],
)
def test_what_is_labelled_otherwise_is_none(text: str) -> None:
    assert values(text) == []


def test_labels_without_end_are_refused() -> None:
    with pytest.raises(InvalidRecord):
        labelled_values("收件人：" * 100_000, NEUTRAL, Share(Effort()).pay)
