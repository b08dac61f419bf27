"""Which addresses are searched for names: the search costs more than all the rest of an address."""

from masking_service import mask
from masking_service.masking.names.names_at_addresses import name_in_front, which_may_have_names
from masking_service.masking.stars import stars
from tests.every import every


def masked(field: str, text: str) -> object:
    """Return the mask of a text in a field of a record."""
    parent, _, member = field.rpartition("/")
    record = mask([{parent: {member: text}} if parent else {member: text}])[0].record
    assert record is not None
    return record[parent][member] if parent else record[member]


@every(
    "address",
    ["王小明拉萨市城关区1号", "王小明余杭区1号", "王小明柯桥金柯桥大道1号", "王小明，人民路1号", "王小明浙江省1号"],
)
def test_a_name_may_be_before_a_known_place_or_a_sign(address: str) -> None:
    assert name_in_front(address)


@every("address", ["金华义乌稠江街道1号", "宁波余姚牟山1号", "白蕉团结中路67号", "人民路1号", "柯桥区1号"])
def test_none_is_before_a_place_that_begins_the_address_or_is_unknown(address: str) -> None:
    assert not name_in_front(address)


@every("address", ["王小明和平路12号", "张伟东新路8号", "欧阳小明金都花园3栋", "李国庆五马街道公园西路5号"])
def test_a_name_may_be_before_a_road_a_town_or_an_estate(address: str) -> None:
    assert name_in_front(address)


@every("field", ["remark", "recipient/address"])
def test_a_name_right_before_a_road_is_hidden(field: str) -> None:
    assert masked(field, "王小明和平路12号") == "王**和平路12号"


@every("address", ["武康经济开发区长虹东街8号", "朱家尖蜈蚣峙码头普渡路16号", "云锦奥莱香榭街1号", "鱼化寨富裕路6号"])
def test_part_of_a_place_is_no_name(address: str) -> None:
    assert masked("recipient/address", address) == address


def test_a_title_before_a_road_stays() -> None:
    assert masked("recipient/address", "王师傅和平小区12号") == "*师傅和平小区12号"


@every("field", ["remark", "recipient/address"])
@every("text", ["幸福小区 {}", "幸福小区/{}", "幸福小区({})", "人民路12号 / {}", "余杭区, {}"])
@every("name", ["Zhang Wei", "Mengyao Zheng", "OUYANG NA"])
def test_a_name_in_pinyin_beside_an_address_is_hidden(field: str, text: str, name: str) -> None:
    hidden = " ".join(stars(word) for word in name.split())

    assert masked(field, text.format(name)) in (text.format(hidden), text.format(name[0] + hidden[1:]))


@every("text", ["幸福小区 Li Ning", "这里是 La Ji", "幸福小区 Tommy Hilfiger", "人民路12号/Blue Bottle"])
def test_other_words_beside_an_address_stay(text: str) -> None:
    assert masked("recipient/address", text) == text


def test_a_name_may_end_an_address_and_a_word_that_is_none_does_not() -> None:
    notes = "幸福小区王小明\n幸福小区王公寓\n幸福小区车厢\n龟山乡吴家岗\n幸福小区王小明"

    assert which_may_have_names(notes) == {0, 4}
    assert which_may_have_names(notes, at_end=False) == set()
