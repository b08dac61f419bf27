"""Names: the family name shows, and at least one character of every name is hidden."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.name import mask_name
from masking_service.masking.stars import graphemes
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.legal_forms import HAN_FORMS, LATIN_FORMS
from tests.every import every
from tests.masking.scenarios import ANYTHING, long_inputs, scenarios

GIVEN = st.text(alphabet="娜明伟芳秀英敏静丽强磊军洋勇艳杰", min_size=1, max_size=2)


@every(("name", "shown"), scenarios("names"))
def test_a_name_shows_what_the_rules_allow(name: str, shown: str) -> None:
    assert mask_name(name, "given") == shown


@given(st.sampled_from("张王李赵陈刘杨黄"), GIVEN)
def test_a_han_name_shows_its_family_name_alone(family: str, given_name: str) -> None:
    assert mask_name(family + given_name, "given") == family + "*" * len(given_name)


@given(st.sampled_from(sorted(DOUBLE_FAMILY_NAMES)), GIVEN)
def test_a_family_name_of_two_characters_counts_as_one(family: str, given_name: str) -> None:
    assert mask_name(family + given_name, "given") == family + "*" * len(given_name)


@every("family", sorted(DOUBLE_FAMILY_NAMES))
def test_of_a_double_family_name_alone_the_second_character_is_hidden(family: str) -> None:
    assert mask_name(family, "given") == family[0] + "*"


def test_there_are_enough_double_family_names_and_each_has_two_characters() -> None:
    assert len(DOUBLE_FAMILY_NAMES) >= 80
    assert {len(name) for name in DOUBLE_FAMILY_NAMES} == {2}


def test_the_double_family_names_of_everyday_are_known() -> None:
    everyday = "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 夏侯 东方 皇甫 尉迟 慕容 长孙 宇文 司徒 令狐 端木 南宫"
    assert set(everyday.split()) <= DOUBLE_FAMILY_NAMES


@every("dot", "·．.。•-・‧－")
def test_of_a_name_in_parts_the_first_character_shows_and_the_separator_stays(dot: str) -> None:
    assert mask_name(f"阿卜杜拉{dot}买买提", "given") == f"阿***{dot}***"


@every("form", HAN_FORMS)
def test_an_organisation_shows_two_characters_and_its_form(form: str) -> None:
    assert mask_name("上海某某" + form, "given") == "上海**" + form


@every("form", LATIN_FORMS)
def test_an_organisation_in_latin_script_shows_its_legal_form(form: str) -> None:
    assert mask_name(f"Acme Trade {form.title()}", "given") == f"Ac** ***** {form.title()}"


@pytest.mark.parametrize(
    ("name", "shown"), [("某某厂", "某*厂"), ("某厂", "某*"), ("某某有限公司", "某*有限公司"), ("店", "*")]
)
def test_of_a_short_organisation_at_least_one_character_is_hidden(name: str, shown: str) -> None:
    assert mask_name(name, "given") == shown


@given(st.text(alphabet="张李四三Jo Smiéñ·-𠮷کж\u0301", min_size=1, max_size=12).filter(str.strip))
def test_at_least_one_character_of_every_name_is_hidden(name: str) -> None:
    masked = mask_name(name, "given")
    letters = [char for char in graphemes(name) if char[0].isalpha()]
    assert len([char for char in graphemes(masked) if char[0].isalpha()]) < max(1, len(letters)) or not letters


@given(ANYTHING)
def test_masking_a_mask_changes_nothing(name: str) -> None:
    masked = mask_name(name, "given")
    assert mask_name(masked, "given") == masked


@given(ANYTHING)
def test_a_name_hidden_whole_shows_its_length_alone(name: str) -> None:
    masked = mask_name(name, "all")
    assert masked == name if not name.strip() else set(masked) == {"*"}


@given(st.text(alphabet="张三丰Smith é𠮷", min_size=1, max_size=9).filter(str.strip))
def test_the_mask_has_a_star_for_each_hidden_character(name: str) -> None:
    assert len(graphemes(mask_name(name, "given"))) == len(graphemes(name))


@given(ANYTHING.filter(str.strip))
def test_every_mask_of_a_name_is_known_as_one(name: str) -> None:
    masked = mask_name(name, "given")
    assert masked == name or hidden_form("name", masked) == "mask" or mask_name(masked, "given") == masked


@pytest.mark.parametrize("name", ["张三13812345678", "13812345678", "张三 138 1234 5678 收", "张三（+86 13812345678）"])
def test_a_phone_in_a_name_is_hidden_like_any_phone(name: str) -> None:
    masked = mask_name(name, "given")
    assert "******5678" in masked
    assert "138" not in masked
    assert "三" not in masked


@every("keep", range(5))
def test_a_phone_in_a_name_shows_no_more_than_the_profile_keeps(keep: int) -> None:
    assert mask_name("张三 13812345678", "given", keep) == "张* " + "*" * (11 - keep) + "13812345678"[11 - keep :]


@pytest.mark.parametrize("name", ["\u200b张三", "张\u200b三", "\u202e张三", "张\ufeff三"])
def test_what_cannot_be_seen_counts_for_nothing(name: str) -> None:
    assert mask_name(name, "given") == "张*"


@pytest.mark.parametrize("name", ["张三\r\n李四", "张\r\n", "\x00M\x00\r\x00\n", "张三\r\x00\n李四"])
def test_a_line_end_of_two_characters_separates_like_one_of_one(name: str) -> None:
    masked = mask_name(name, "given")

    assert masked == mask_name(name.replace("\x00", ""), "given")
    assert "\r\n" in masked
    assert mask_name(masked, "given") == masked


@every("name", long_inputs())
def test_a_name_that_is_too_long_is_hidden_whole(name: str) -> None:
    assert set(mask_name(name, "given")) == {"*"}


@every(
    ("name", "shown"),
    [
        ("홍길동", "홍*동"),
        ("남궁민수", "남**수"),
        ("김구", "김*"),
        ("김", "*"),
        ("欧阳娜", "欧阳*"),
        ("欧阳娜娜", "欧**娜"),
        ("John Smith", "J*** *****"),
        ("上海某某贸易有限公司", "上海****有限公司"),
        ("홍길동 13812345678", "홍** *******5678"),
    ],
)
def test_the_middle_of_a_name_is_hidden_and_one_character_more_by_both_masks(name: str, shown: str) -> None:
    assert mask_name(name, "middle") == shown


@given(ANYTHING)
@example("홍*동")
@example("欧阳娜娜")
def test_a_name_whose_middle_is_hidden_stays_as_it_is(name: str) -> None:
    masked = mask_name(name, "middle")

    assert mask_name(masked, "middle") == masked


@given(st.text("金李王欧阳홍길동山田", min_size=2, max_size=6))
def test_the_middle_and_the_given_name_together_leave_a_character_hidden(name: str) -> None:
    assert any(a == b == "*" for a, b in zip(mask_name(name, "middle"), mask_name(name, "given"), strict=True))
