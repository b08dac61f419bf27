"""What is beside a place of a text: at its beginning there may be less than is asked for."""

import re

from masking_service.masking.around import text_before


def test_the_text_before_a_place_is_cut_at_the_beginning() -> None:
    assert [text_before("abcd", at, 2) for at in range(5)] == ["", "a", "ab", "bc", "cd"]


def test_an_expression_that_is_asked_to_begin_before_a_text_begins_with_it() -> None:
    """The masks rely on it: they search a few characters before a place, also where the text has fewer."""
    ends_with_a_letter = re.compile("[a-z]{1,2}$")

    assert [match and match[0] for match in (ends_with_a_letter.search("abcd", at - 9, at) for at in range(4))] == [
        None,
        "a",
        "ab",
        "bc",
    ]
    assert re.compile("ab").match("abc", -9) is not None
    assert re.compile("ab").fullmatch("abc", -9, 2) is not None
