"""Names are read between words: the likelier reading wins, and what it costs is bounded."""

import pytest

from masking_service.masking.han_words import han_words
from masking_service.masking.names_between_words import MAX_RUN, are_words, effort, find


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


def test_all_parts_of_a_list_are_names_or_none_is() -> None:
    assert found("莫博平、吴柏卿，三人") == ["莫博平", "吴柏卿"]
    assert found("莫博平、吴柏卿、符义") == ["莫博平", "吴柏卿", "符义"]
    assert found("白菜、黄瓜、莫平") == []


def test_what_was_found_is_not_read_again() -> None:
    text = "葛全冬换成红色"

    assert [*find(text, [(0, 3)])] == []


def test_words_that_begin_like_a_name_are_told_from_it() -> None:
    assert are_words("任何时间都可以", 0, 3)
    assert not are_words("任小时要求改期", 0, 3)


def test_a_run_that_is_too_long_is_not_read() -> None:
    text = "转告葛全冬" + "一下" * MAX_RUN

    assert found(text) == []
    assert effort(text) == 0


@pytest.mark.parametrize("word", ["签收", "包邮", "已经"])
def test_words_of_parcels_and_of_the_dictionary_are_known(word: str) -> None:
    assert word in han_words().words
