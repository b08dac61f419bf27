"""Profiles: unnamed kinds are hidden, labels meet the floor, and all together hide enough of a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.masking.errors import DefinitionError
from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.table import KINDS
from masking_service.masking.records.profile_masks import Masks, examples
from masking_service.masking.records.profiles import Profile, union_check
from tests.every import every
from tests.masking.standard import ABROAD, COURIER, HIDDEN, LABEL, LABEL_RULES


def fault_path(mapping: object) -> str:
    with pytest.raises(DefinitionError) as fault:
        Profile.parse("p", mapping)
    return fault.value.path


def test_a_kind_that_is_not_named_is_hidden_whole() -> None:
    profile = Profile.parse("hidden", {})
    shown = {kind: mask("ab") for kind in KINDS if (mask := Masks(profile).masker(kind)) is not None}
    assert shown == dict.fromkeys(KINDS, "**")


def test_the_label_of_the_default_policy_meets_the_floor() -> None:
    assert LABEL.label


@pytest.mark.parametrize("kind", ["name", "phone", "address", "unit"])
def test_a_label_that_shows_a_kind_in_full_is_refused_at_that_kind(kind: str) -> None:
    assert fault_path({**LABEL_RULES, kind: {"hide": "nothing"}}) == f"profiles.p.{kind}"


def test_a_profile_that_is_no_label_may_show_an_address_in_full() -> None:
    assert COURIER.shows_in_full("address")


@every("kind", KINDS)
def test_a_label_shows_no_kind_in_full(kind: str) -> None:
    assert not LABEL.shows_in_full(kind)


@every("digits", [-1, 5, 11, 4.0, "4", True, None])
def test_more_than_four_digits_of_a_phone_cannot_be_asked_for(digits: object) -> None:
    assert fault_path({"phone": {"show_last": digits}}) == "profiles.p.phone.show_last"


@every(
    ("mapping", "path"),
    [
        ([], "profiles.p"),
        ({"label": "yes"}, "profiles.p.label"),
        ({"secret": {"hide": "nothing"}}, "profiles.p.secret"),
        ({"secret": {"hide": "all"}}, "profiles.p.secret"),
        ({"mail": {"hide": "all"}}, "profiles.p.mail"),
        ({"text": {"hide": "nothing"}}, "profiles.p.text"),
        ({"name": {"hide": "unit"}}, "profiles.p.name"),
        ({"name": {"hide": ["given"]}}, "profiles.p.name"),
        ({"name": "given"}, "profiles.p.name"),
        ({"name": {"hide": "given", "show_last": 1}}, "profiles.p.name"),
        ({"phone": {"show_last": 2, "hide": "all"}}, "profiles.p.phone"),
        ({"address": {"show_last": 2}}, "profiles.p.address"),
        ({"phone": {"hide_last": 3}}, "profiles.p.phone.hide_last"),
        ({"phone": {"hide_last": 12}}, "profiles.p.phone.hide_last"),
        ({"phone": {"hide_last": True}}, "profiles.p.phone.hide_last"),
        ({"phone": {"hide_last": 8, "show_last": 4}}, "profiles.p.phone"),
        ({"label": True, "phone": {"hide_last": 5}}, "profiles.p.phone"),
        ({1: {"hide": "all"}}, "profiles.p.1"),
    ],
)
def test_a_fault_names_its_path(mapping: object, path: str) -> None:
    assert fault_path(mapping) == path


@pytest.mark.parametrize(("keep", "mask"), [(0, "***********"), (2, "*********78"), (4, "*******5678")])
def test_show_last_is_how_many_digits_show(keep: int, mask: str) -> None:
    masker = Masks(Profile.parse("p", {"phone": {"show_last": keep}})).masker("phone")
    assert masker is not None
    assert masker("13812345678") == mask


def test_what_hides_nothing_has_no_mask() -> None:
    assert Masks(Profile.parse("p", {"virtual_phone": {"hide": "nothing"}})).masker("virtual_phone") is None


def test_all_profiles_together_hide_what_the_most_generous_hides() -> None:
    profiles = [Profile.parse("a", {}), Profile.parse("b", {"phone": {"show_last": 4}})]
    assert union_check(profiles) == 7


def test_a_profile_that_shows_phones_breaks_the_union_and_is_named() -> None:
    open_one = Profile.parse("open", {"phone": {"hide": "nothing"}})
    with pytest.raises(DefinitionError) as fault:
        union_check([LABEL, open_one])
    assert fault.value.path == "profiles.open.phone"


@pytest.mark.parametrize(("hide_last", "hidden"), [(8, 4), (9, 5), (11, 7)])
def test_the_first_and_the_last_digits_that_show_add_up(hide_last: int, hidden: int) -> None:
    assert union_check([LABEL, Profile.parse("other", {"phone": {"hide_last": hide_last}})]) == hidden


@pytest.mark.parametrize("hide_last", [4, 7])
def test_profiles_that_show_both_ends_are_refused(hide_last: int) -> None:
    with pytest.raises(DefinitionError) as fault:
        union_check([LABEL, Profile.parse("other", {"phone": {"hide_last": hide_last}})])

    assert fault.value.path == "profiles.other.phone"


def test_the_last_four_digits_may_be_hidden_where_no_profile_shows_them() -> None:
    assert union_check([Profile.parse("other", {"phone": {"hide_last": 4}})]) == 4


@pytest.mark.parametrize("kind", ["text", "name", "address"])
def test_a_number_and_a_name_show_as_on_other_labels_in_their_own_fields_only(kind: str) -> None:
    rules = {**LABEL_RULES, "name": {"hide": "middle"}, "phone": {"hide_last": 8}}
    mask = Masks(Profile.parse("label", rules)).masker(kind)
    assert mask is not None

    assert "138" not in mask("华志路1号402室 张三丰13812345678")


def test_examples_show_each_kind_before_and_after_and_one_that_passes_unchanged() -> None:
    rows = {kind: (before, after) for kind, before, after in examples(LABEL)}
    assert rows.keys() == set(KINDS)
    assert rows["phone"] == ("13812345678", "*******5678")
    assert rows["virtual_phone"][0] == rows["virtual_phone"][1]


def test_equal_profiles_have_equal_hashes() -> None:
    assert hash(Profile.parse("label", LABEL_RULES)) == hash(LABEL)


def test_a_phone_in_a_text_shows_no_more_than_a_phone_field() -> None:
    profile = Profile.parse("two", {"phone": {"show_last": 2}, "text": {"hide": "found"}, "name": {"hide": "given"}})
    shown = [mask("电话13812345678") for kind in ("text", "name") if (mask := Masks(profile).masker(kind))]

    assert [text[-4:] for text in shown] == ["**78", "**78"]


USUAL = (
    ("name", ["张三", "王小明", "欧阳娜娜", "欧阳", "某某厂", "张", "诸葛孔明", "John", "张*", "张三13812345678"]),
    ("phone", ["13812345678", "１３８１２３４５６７８", "138-1234-5678", "138****5678", "02159791234", "12812345678"]),
    ("address", ["华志路1685号3号楼2单元402室", "华志路1685号", "一号楼二单元三零一", "青浦区**路", "Apt 5", "X101室"]),
    ("text", ["放门卫", "", " ", "Leave it", "电联13900001111", "１３９", "me@x.cn", "王小明 *", "٣"]),
)


def short_way(kind: str) -> Callable[[str], str | None]:
    usual = Masks(LABEL).usual(kind)
    assert usual is not None
    return usual


@every(("kind", "value"), [(kind, value) for kind, values in USUAL for value in values])
def test_the_short_way_for_usual_values_gives_the_same_mask_or_none(kind: str, value: str) -> None:
    mask = Masks(LABEL).masker(kind)
    assert mask is not None

    assert short_way(kind)(value) in (None, mask(value))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("name", "张三"), ("phone", "13812345678"), ("address", "华志路1685号402室"), ("text", "放门卫，谢谢")],
)
def test_usual_values_go_the_short_way(kind: str, value: str) -> None:
    assert short_way(kind)(value) is not None


VALUE = st.sampled_from([value for _, values in USUAL for value in values]) | st.none() | st.integers() | st.text()


@given(st.lists(VALUE, max_size=30))
@example(["张三", "李四\n王五", "赵六"])
@example(["华志路1685号3号楼2单元402室", "张江镇3号楼", "华志路1685号3号楼2单元402室\n"])
@example(["13812345678", "", "13812345678\n"])
@example(["张三", None])
def test_a_column_of_values_gets_the_masks_of_its_values(values: list[Any]) -> None:
    for kind in ("name", "phone", "address", "text"):
        usual, column = short_way(kind), Masks(LABEL).usual_column(kind)
        assert column is not None

        assert column(values) == [usual(value) if isinstance(value, str) else None for value in values]


@given(st.text("张三王号室楼单元路0123XxA座栋*＊wbt-_ ○", min_size=1, max_size=12))
def test_what_goes_the_short_way_did_not_come_in_hidden(value: str) -> None:
    for kind in ("name", "phone", "address"):
        assert short_way(kind)(value) is None or hidden_form(kind, value) is None


def test_a_profile_that_shows_or_hides_all_has_no_short_way() -> None:
    profile = Profile.parse("p", {"email": {"hide": "nothing"}})

    assert [Masks(profile).usual(kind) for kind in ("name", "phone", "address", "text", "email")] == [None] * 5


BY_NAME = {"email", "name", "party", "secret", "unit"}
"""The kinds that every profile here hides where a member's name or a label says one."""


@pytest.mark.parametrize(
    ("profile", "more", "phone"),
    [
        (LABEL, {"address", "phone", "virtual_phone"}, "*******5678 *"),
        (COURIER, {"phone", "virtual_phone"}, "*******5678 *"),
        (HIDDEN, {"address", "phone", "virtual_phone"}, "***************"),
        (ABROAD, {"address", "phone", "virtual_phone"}, "*********** *"),
        (Profile.parse("phones", {**LABEL_RULES, "label": False, "phone": {"hide": "nothing"}}), {"address"}, ""),
    ],
    ids=["label", "courier", "hidden", "abroad", "phones in full"],
)
def test_a_name_or_label_hides_what_the_profile_hides_and_a_virtual_phone_as_a_phone(
    profile: Profile, more: set[str], phone: str
) -> None:
    masks = Masks(profile).masks()

    assert {*masks} == BY_NAME | more
    assert [masks[kind]("138 1234 5678 x") for kind in ("phone", "virtual_phone") if kind in masks] == [
        phone for kind in sorted(more) if "phone" in kind
    ]
