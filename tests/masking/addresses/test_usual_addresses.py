"""The quick way for plain addresses finds exactly what the whole grammar finds."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from masking_service.masking.addresses.han_addresses import read_han_units
from masking_service.masking.addresses.usual_addresses import Numbered, mask_all_plain
from masking_service.masking.kinds import address
from masking_service.masking.kinds.address import AddressMask, mask_address, mask_shaped
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.spellings import _DIGITS, _SHORTEST, digits_of
from tests.every import every
from tests.masking.standard import LABEL

PLACES = (
    "上海市",
    "青浦区",
    "华志路",
    "人民一村",
    "建设一路",
    "十里铺",
    "中山北路",
    "东方花园",
    "西苑",
    "大厦",
    "小区",
    "工业园",
)
WORDS = tuple("里米年月弄号栋幢座室层楼门铺店户期区组村路街道巷线院旁东南甲中家园编第三")
LETTERS = ("A", "B", "A座", "C栋", " ", "号楼", "室", "单元", "层", "座")
LONGER_WORDS = ("号楼", "号院", "单元", "商场", "公里", "国道", "对面", "放门卫", "零一", "一零一", "电话", "手机")


NAMES = (
    "市场",
    "广场",
    "中心",
    "新村",
    "渡口",
    "王家",
    "阳光",
    "开发区",
    "西侧",
    "号门",
    "A区",
    "KTV",
    "张三收",
    "前楼",
    "西厢房",
    "地下室",
    "东边户",
    "左首",
    "自编",
    "，",
    "_",
    "-",
    "12-3",
    "0",
    "?",
    "：",
    ".",
    "~",
    "#",
    "F",
    "一",
    "负",
    "架空层",
    "联系",
    "服务",
    "丁目",
    "138",
    "0571-",
    "鋪",
    "3鄰",
    "及",
    "和",
    "、",
    "9-15层",
)


def mask_usual_addresses(addresses: list[str]) -> list[str | None]:
    """Return the masks that the quick way gives, without a cache."""
    ways = zip(mask_all_plain(addresses), mask_shaped(addresses), strict=True)
    return [plain or shaped for plain, shaped in ways]


def mask_usual_address(address: str) -> str | None:
    return mask_usual_addresses([address])[0]


def by_the_grammar(value: str) -> str:
    masked = address.hide_units(scrub(value, 4))
    return masked if masked == value else by_the_grammar(masked)


ADDRESSES = st.lists(
    st.sampled_from(PLACES + WORDS + LONGER_WORDS + LETTERS + NAMES) | st.integers(0, 99_999).map(str),
    min_size=1,
    max_size=9,
).map("".join)


@given(ADDRESSES)
@example("华志路1685号3号楼2单元402室")
@example("香花桥路1号301号")
@example("电话10000弄")
@example("人民路15号301室(3栋东单元)")
@example("100商场100华志路100")
@example("262号金茂大厦二楼153号?")
@example("6幢B:六楼")
@example("东方花园112#")
@example("创新大厦12里间")
@example("阳光花园402路建国收")
@example("文三路12号3幢402房建国收")
def test_a_plain_address_is_masked_as_the_grammar_masks_it(address: str) -> None:
    plain = mask_usual_address(address)
    assert plain in (None, by_the_grammar(address))


@given(st.lists(ADDRESSES, min_size=1, max_size=9))
def test_plain_addresses_in_lines_are_masked_as_each_alone(addresses: list[str]) -> None:
    assert mask_usual_addresses(addresses) == [mask_usual_address(address) for address in addresses]


def test_the_words_of_the_next_address_make_no_name_of_those_of_one() -> None:
    addresses = ["鄞州商会南楼八楼朱氏红帮", "人民路12号公司", "创业园4_1030公司"]
    column = Masks(LABEL).usual_column("address")

    assert column is not None
    assert column(addresses) == [mask_address(one, "unit", label=True) for one in addresses]


def test_an_address_that_comes_back_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(text: str) -> tuple[str, int]:
        read.append(text)
        return read_han_units(text)

    monkeypatch.setattr(address, "read_han_units", reading)

    mask = AddressMask("unit")
    assert mask.usual_column(["创业园4_1030", "金桥路12号", "创业园4_1030"])[::2] == ["创业园4_****"] * 2
    assert mask("创业园4_1030") == "创业园4_****"
    assert read == ["创业园4_1030"]


@given(ADDRESSES.filter(mask_usual_address))
@example("人民路1234弄1234号 123号楼")
def test_no_number_that_the_leak_guard_looks_for_fits_into_the_mask_of_a_plain_address(address: str) -> None:
    masked = mask_usual_address(address) or ""
    assume(type(masked) is not Numbered)
    assert [run for run in _DIGITS.findall(masked) if len(digits_of(run)) >= _SHORTEST] == []


@every(
    ("address", "masked"),
    [
        ("华志路1685号3号楼2单元402室", "华志路1685号3号楼*单元***室"),
        ("上海市青浦区华志路1685号3幢502", "上海市青浦区华志路1685号3幢***"),
        ("人民路15号301", "人民路15号***"),
        ("人民路15号", "人民路15号"),
        ("人民路15号 301室", "人民路15号 ***室"),
        ("上海市青浦区华志路1685号A座1808", "上海市青浦区华志路1685号A座****"),
        ("海淀区7栋B2302", "海淀区7栋*****"),
        ("人民路15号301室(放门卫，谢谢)", "人民路15号***室(放门卫，谢谢)"),
        ("东方花园12栋3单元1201", "东方花园12栋*单元****"),
        ("一号楼二单元三零一", "一号楼*单元***"),
        ("浙江省义乌市福田三区12-3-401", "浙江省义乌市福田三区12-*-***"),
        (
            "杭州市文三路1358号昌地火炬大厦9号楼13楼某某科技有限公司",
            "杭州市文三路1358号昌地火炬大厦9号楼**楼某某科技有限公司",
        ),
        ("石祥路87号新天地商务中心4楼东区B412", "石祥路87号新天地商务中心*楼东区****"),
        ("轻纺市场二楼1234号", "轻纺市场*楼****号"),
        ("新世纪广场C座25/F", "新世纪广场C座**/F"),
        ("凤凰城2 2301", "凤凰城2 ****"),
        ("御水华庭14.2.604", "御水华庭14.*.***"),
        ("包商大厦B-1616室", "包商大厦B-****室"),
        ("广州市番禺区护国路尾巷8号301", "广州市番禺区护国路尾巷8号***"),
        ("滨海园区三道15路587-A", "滨海园区三道15路587-A"),
        ("翡翠公馆11-东单元-1565", "翡翠公馆11-*单元-****"),
        ("晨晖路1296号广元公寓15幢架空层丰巢", "晨晖路1296号广元公寓15幢**层丰巢"),
    ],
)
def test_the_usual_addresses_take_the_quick_way(address: str, masked: str) -> None:
    assert mask_usual_address(address) == masked


@every(
    "address",
    [
        "人民路15号301室(3楼门卫)",
        "人民路15号张三收",
        "人民路15号301室 13812345678",
        "幸福里17一10一14743",
        "华志路1685号3号楼*单元***室",  # came in masked, which deserves a warning
    ],
)
def test_what_could_be_read_otherwise_is_left_to_the_grammar(address: str) -> None:
    assert mask_usual_address(address) is None
