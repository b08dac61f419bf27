"""Parts of roads, towns and firms that begin like a name stay, and names beside them are hidden."""

from typing import Final

from masking_service.masking.records.profile_masks import Masks
from tests.every import every
from tests.masking.standard import LABEL

TEXTS: Final = Masks(LABEL).text_mask


@every("text", [
    "长安区中山东路与翟营大街交叉口", "南和县广场东路与宋璟大街交口", "定远县F381戚继光大道", "唐山市路北区长宁道76号",
    "濮阳市濮阳县庆祖镇文化路红绿灯", "洛阳市偃师市诸葛镇", "上饶市玉山县博士大道54号", "惠州市惠东县",
    "交叉口向北289米路东", "往凃泉村路口进约469米处", "中路70号东方宝泰购物广场", "中心5楼卫健局窗口",
    "福泽大厦二楼婚姻登记窗", "惠民园8号楼底商", "鲁店北路富力又一城往东71米",
])  # fmt: skip
def test_places_in_texts_stay(text: str) -> None:
    assert not any(char == "*" and not came.isdecimal() for char, came in zip(TEXTS(text), text, strict=True)
                   if came not in "一二三四五六七八九十")  # fmt: skip


@every(("text", "shown"), [
    ("寄给张小明镇江市京口区", "寄给张**镇江市京口区"), ("收件人欧阳镇杰", "收件人欧阳**"),
    ("由濮阳镇飞签收", "由濮阳**签收"),
    ("诸葛浩军广场门口见13812345678", "诸葛**广场门口见*******5678"), ("找李红旗大道上等", "找李**大道上等"),
    ("请交给姚静县", "请交给姚**"), ("1402室查小路收", "****室查**收"),
    ("电话通知张伟超市自取", "电话通知张*超市自取"), ("联络李雷小区门口", "联络李*小区门口"),
    ("王小明宝贝的玩具", "王**宝贝的玩具"),
    ("王丽娟人民路431号金色家园23号楼", "王**人民路431号金色家园23号楼"),
    ("包裹是陈建国超市代收", "包裹是陈**超市代收"), ("已告知张丽华酒店前台", "已告知张**酒店前台"),
])  # fmt: skip
def test_names_before_what_places_end_with_are_hidden(text: str, shown: str) -> None:
    assert TEXTS(text) == shown
