"""Addresses that are put together from parts: both ways to read one agree, and a mask stays as it is.

Real addresses join their parts in more ways than a list of examples has. So parts are drawn for each place in an
address, from the division to the note, and each may be missing.
"""

import random
from collections.abc import Sequence

import pytest

from masking_service.masking.addresses.han_addresses import read_han_units
from masking_service.masking.addresses.usual_addresses import mask_all_plain, mask_lines, mask_usual
from masking_service.masking.kinds.address import AddressMask

PARTS = (
    (
        "浙江省杭州市西湖区",
        "上海市青浦区",
        "江苏省-苏州市-昆山市",
        "四川省_成都市_武侯区",
        "大理市",
        "市辖区",
        "八楼杭州市",
    ),
    ("柳溪镇", "香花桥街道", "白鹤村", "高新开发区", "城东工业园区", "五组", "横街"),
    ("华志路", "人民东路", "建设一路", "解放大道", "文昌弄", "商业街", "三道12路", "绿洲江街", "丰收大街", "一弄"),
    ("{}号", "{}弄{}号", "{}", "{}-{}号", "{}-{}", "{}号-{}", "与南山路交叉口", "{}弄", "{}号{}号", "{}与"),
    (
        "星河花园",
        "华侨大厦",
        "国际商贸城",
        "五金市场",
        "欧尚超市",
        "汽配城",
        "和平新村",
        "科技园",
        "第一医院",
        "恒生中心",
    ),
    ("阳光公寓", "实验小学", "富丽新江路", "双子星座", "东方轻纺城", "湾金水岸", "邻里花园", "TEP优品", "ABC广场"),
    ("一区", "二期", "A区", "b区", "西区", "{}区", "内", "北门", "十病区", "{}区{}街", "精品区", "八巷", "2期"),
    ("{}栋", "{}号楼", "A座", "{}幢", "南幢", "西座", "-西座-", "{}号", "{}-", "四栋", "B座", "{}排", "号楼", "{}"),
    ("{}单元", "{}楼", "八楼", "{}层", "{}F", "二单元", "-{}-", "三号", "负一楼"),
    ("{}室", "{}", "{}号", "{}-{}", "{}-{}-{}", "{}号厂房", "{}号地块", "B{}", "{}A", "{}铺位", "{}-{}-{}室", "S{}"),
    ("电联", "放门卫", "米庄理财", "旗舰店", "对面", "王芳收", "_前台", "与{}楼", "申江高速"),
)
"""The parts of an address in order, each with its variants. A number replaces `{}`."""
SHARES = (0.7, 0.4, 0.6, 0.6, 0.5, 0.3, 0.35, 0.5, 0.4, 0.7, 0.2)
"""The probability of each part."""
COUNT = 20_000
mask = AddressMask("unit", label=True)


def composed(seed: int) -> list[str]:
    """Return addresses that are put together at random."""
    draw = random.Random(seed)
    return [address for _ in range(COUNT) if (address := "".join(_parts(draw)))]


def _parts(draw: random.Random) -> Sequence[str]:
    taken = [draw.choice(parts) for parts, share in zip(PARTS, SHARES, strict=True) if draw.random() < share]
    return [part.format(*(_number(draw) for _ in range(3))) for part in taken]


def _number(draw: random.Random) -> int:
    return draw.randint(1, 10 ** draw.choice((1, 2, 3, 4)))


@pytest.mark.parametrize("seed", range(2))
def test_the_quick_way_shows_what_the_whole_grammar_shows(seed: int) -> None:
    addresses = composed(seed)
    plain, lines = mask_all_plain(addresses), mask_lines(addresses)
    assert sum(one is not None for one in lines) > COUNT / 8
    whole = [read_han_units(one)[0] for one in addresses]
    ways = zip(addresses, plain, lines, whole, strict=True)
    assert [one for one, *quick, shown in ways if not {*quick} <= {None, shown}] == []


def test_a_mask_stays_as_it_is() -> None:
    masks = [*map(mask, composed(2))]
    assert [shown for shown in masks if mask(shown) != shown] == []


def test_a_group_inside_a_repeat_is_read_without_an_error() -> None:
    """In a possessive repeat `re` may lose the span of a group, and then raises `SystemError`."""
    assert mask_usual("绿洲镇绿洲江街68-2富丽新江路2期B座5-75") == "绿洲镇绿洲江街68-2富丽新江路2期B座*-**"
