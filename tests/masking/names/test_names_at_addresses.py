"""Which addresses are searched for names: the search costs more than all the rest of an address."""

from masking_service.masking.names.names_at_addresses import name_in_front, which_may_have_names
from tests.every import every


@every(
    "address",
    ["王小明拉萨市城关区1号", "王小明余杭区1号", "王小明柯桥金柯桥大道1号", "王小明，人民路1号", "王小明浙江省1号"],
)
def test_a_name_may_be_before_a_known_place_or_a_sign(address: str) -> None:
    assert name_in_front(address)


@every("address", ["金华义乌稠江街道1号", "宁波余姚牟山1号", "白蕉团结中路67号", "人民路1号", "柯桥区1号"])
def test_none_is_before_a_place_that_begins_the_address_or_is_unknown(address: str) -> None:
    assert not name_in_front(address)


def test_a_name_may_end_an_address_and_a_word_that_is_none_does_not() -> None:
    notes = "幸福小区王小明\n幸福小区王公寓\n幸福小区车厢\n龟山乡吴家岗\n幸福小区王小明"

    assert which_may_have_names(notes) == {0, 4}
    assert which_may_have_names(notes, at_end=False) == set()
