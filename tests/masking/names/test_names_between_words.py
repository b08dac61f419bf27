"""Names are read between words: the likelier reading wins, and what it costs is bounded."""

import pytest

from masking_service.masking.names.names_between_words import MAX_RUN, are_words, effort, ends_sooner, find
from masking_service.masking.names.names_in_text import names_in
from masking_service.masking.words.han_words import han_words
from tests.every import every


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find(text)]


def test_a_name_is_read_where_a_verb_follows_it_and_a_word_is_not() -> None:
    assert found("葛全冬换成红色") == ["葛全冬"]
    assert found("石榴换成红色") == []


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    assert found("請轉告譚彥廷會下樓拿") == ["譚彥廷"]


def test_a_place_is_no_name() -> None:
    assert found("麻烦送华府一号29栋") == []
    assert found("由水岸豪庭代收点代收") == []


@every("text", ["王芳发票", "王芳课题组", "葛全冬宿舍", "化妆王芳跟妆", "3栋王芳", "王小明8点半来", "问王小明几栋"])
def test_a_name_needs_no_cue_beside_what_is_a_persons(text: str) -> None:
    assert found(text) == [next(name for name in ("王芳", "葛全冬", "王小明") if name in text)]


@every("text", ["已联{} 改周六", "已呼{} 关机", "新客{}", "{}私人物品", "{}专用", "{}看店", "{}锦旗", "{} 未提"])
def test_notes_of_clerks_and_what_belongs_to_a_person_are_cues(text: str) -> None:
    name = "贺秋天"

    assert [text.format(name)[start:end] for start, end in names_in(text.format(name))] == [name]


@every("text", ["两件门岗代存", "侬帮我放屋里", "儿童专用", "已联网", "新客立减"])
def test_words_of_clerks_are_no_names(text: str) -> None:
    assert names_in(text) == []


@every("text", ["王芳毛衣", "王芳发票两张", "王芳百货", "王芳国际物流中心", "王小明8号楼", "栋王芳"])
def test_what_may_be_a_brand_a_firm_or_a_place_needs_a_cue(text: str) -> None:
    assert found(text) == []


def test_a_road_is_no_name_behind_a_noun() -> None:
    assert found("人民路王芳跟妆") == []


def test_a_doubled_given_name_costs_less_than_two_of_its_characters() -> None:
    costs = han_words()

    assert costs.given_cost("圆圆") < costs.given_cost("圆甜") < 2 * costs.given_cost("甜")


def test_all_parts_of_a_list_are_names_or_none_is() -> None:
    assert found("莫博平、吴柏卿，三人") == ["莫博平", "吴柏卿"]
    assert found("莫博平、吴柏卿、符义") == ["莫博平", "吴柏卿", "符义"]
    assert found("白菜、黄瓜、莫平") == []


def test_what_was_found_is_not_read_again() -> None:
    text = "葛全冬换成红色"

    assert [*find(text, [(0, 3)])] == []


def test_what_was_found_is_read_again_where_its_end_may_be_the_next_name() -> None:
    text = "木工班呼延二湖"

    assert [*find(text, [(2, 5)])] == [(3, 7)]


def test_words_that_begin_like_a_name_are_told_from_it() -> None:
    assert are_words("任何时间都可以", 0, 3)
    assert not are_words("任小时要求改期", 0, 3)


def test_a_word_behind_one_that_joins_is_no_given_name() -> None:
    assert are_words("订单号和地址告知一下", 3, 6)
    assert are_words("都显示收到了", 0, 3)
    assert not are_words("和平安签收", 0, 3)


def test_a_name_ends_before_a_character_that_is_likelier_of_the_next_word() -> None:
    assert ends_sooner("吴文耳背", 0, 3)
    assert not ends_sooner("吴文海来取", 0, 3)
    assert not ends_sooner("欧阳海来取", 0, 3)


def test_a_run_that_is_too_long_is_not_read() -> None:
    text = "转告葛全冬" + "一下" * MAX_RUN

    assert found(text) == []
    assert effort(text) == 0


@pytest.mark.parametrize(
    "text", ["这个单子没有申请", "对我莫大的支持", "妹子祝福您幸福快乐", "白条支付", "原返的哦", "联系下商家客服询问下"]
)
def test_words_of_customer_service_that_begin_like_names_stay(text: str) -> None:
    assert names_in(text) == []


@pytest.mark.parametrize("word", ["签收", "包邮", "已经"])
def test_words_of_parcels_and_of_the_dictionary_are_known(word: str) -> None:
    assert word in han_words().words


def test_names_that_overlap_are_hidden_as_one() -> None:
    assert names_in("木工班呼延二湖") == [(2, 7)]  # 班呼延 and 呼延二湖
