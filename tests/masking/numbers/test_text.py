"""Free text: what identifies someone is masked in its place, and all else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.numbers import numbers_in_text
from masking_service.masking.numbers.identity import find_cards, find_citizens
from masking_service.masking.numbers.numbers_in_text import (
    contains_personal_data,
    lines_worth_scanning,
    scrub,
    worth_scanning,
)
from tests.every import every
from tests.masking.scenarios import ANYTHING, scenarios

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
AROUND = st.sampled_from(["", "电话", "微信同号", "，", "（", "）", " ", "。请", "收", "/"])


def with_check(seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return seventeen + "10X98765432"[sum(w * int(d) for w, d in zip(weights, seventeen, strict=True)) % 11]


def with_luhn(body: str) -> str:
    digits = [int(digit) for digit in reversed(body)]
    total = sum(digits[1::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[::2])
    return body + str(-total % 10)


SEVENTEEN = st.builds(
    "{}{:04}{:04}{:02}{:02}{:03}".format,
    st.sampled_from(["11", "31", "44", "65", "81"]), st.integers(1, 9999), st.integers(1900, 2029),
    st.integers(1, 12), st.integers(1, 28), st.integers(0, 999),
)  # fmt: skip


@every(("text", "shown"), scenarios("text"))
def test_a_text_shows_what_the_rules_allow(text: str, shown: str) -> None:
    assert scrub(text) == shown


@given(ANYTHING)
def test_a_text_in_which_nothing_is_found_is_the_same_object(text: str) -> None:
    scrubbed = scrub(text)
    assert (scrubbed is text) == (scrubbed == text)
    assert scrub(scrubbed) is scrubbed
    assert contains_personal_data(text) is (scrubbed is not text)


@given(AROUND, MOBILES, AROUND)
def test_a_mobile_between_chinese_words_is_masked(before: str, number: str, after: str) -> None:
    assert scrub(before + number + after) == before + "*******" + number[7:] + after


@given(MOBILES, st.sampled_from(["SF", "JDVA", "A", "1Z999AA", "29", "订单号a", "order no. ab"]))
def test_a_number_behind_what_codes_begin_with_is_a_code(number: str, prefix: str) -> None:
    assert scrub(prefix + number) == prefix + number


@given(MOBILES, st.sampled_from(["T", "M", "P", "H", "C", "PH", "HP"]), st.sampled_from(["", "请打", "note ", "（"]))
def test_a_letter_that_says_phone_begins_no_code(number: str, letter: str, before: str) -> None:
    assert scrub(f"{before}{letter}{number}") == f"{before}{letter}*******{number[-4:]}"


@given(MOBILES, st.sampled_from(["订单", "运单号：", "order ", "tracking no. "]))
def test_a_letter_that_says_phone_is_of_a_code_behind_its_word(number: str, word: str) -> None:
    assert scrub(f"{word}T{number}") == f"{word}T{number}"


@given(MOBILES, st.sampled_from(["m", "kg", "张三a", "Smith", "SMITH", "TEL", "电话A", "3号楼12F"]))
def test_a_mobile_that_touches_a_word_is_masked(number: str, word: str) -> None:
    shown = "*******" + number[7:]
    assert scrub(word + number) == word + shown
    assert scrub(f"{number}kg") == f"{shown}kg"


@given(MOBILES)
def test_digits_in_what_programs_make_are_no_mobile(number: str) -> None:
    for made in (f"550e8400-e29b-41d4-a716-a{number}", f"{number}a0b1c2d3e4f56789"):
        assert scrub(made) is made


@pytest.mark.parametrize("label", ["ID: ", "ID No. ", "id number "])
def test_an_id_with_the_check_of_an_identity_number_is_one(label: str) -> None:
    assert scrub(f"{label}110101199003074610") == label + "*" * 18
    assert scrub(f"{label}110101199003074611") == f"{label}110101199003074611"
    assert scrub("id110101199003074610x") == f"id{'*' * 18}x"


@given(SEVENTEEN)
def test_an_identity_number_is_hidden_whole(seventeen: str) -> None:
    number = with_check(seventeen)
    assert scrub(f"身份证{number}。") == f"身份证{'*' * 18}。"
    assert scrub(f"身份证{number.lower()}。") == f"身份证{'*' * 18}。"


@given(SEVENTEEN, st.integers(1, 10))
def test_eighteen_digits_with_a_wrong_check_are_no_identity_number(seventeen: str, off: int) -> None:
    right = with_check(seventeen)[-1]
    wrong = "0123456789X"[("0123456789X".index(right) + off) % 11]
    assert list(find_citizens(seventeen + wrong)) == []


@every(
    ("number", "found"),
    [
        ("110101900307461", True),
        ("310101991231001", True),
        ("990101900307461", True),
        ("110101901307461", False),
        ("110101900300461", False),
        ("770101900307461", False),
    ],
)
def test_fifteen_digits_need_a_possible_region_and_date(number: str, found: bool) -> None:
    assert bool(list(find_citizens(number))) is found


@given(st.sampled_from(["62", "4", "51", "35", "34"]), st.data())
def test_a_bank_card_is_hidden_whole(issuer: str, data: st.DataObject) -> None:
    length = {"62": 19, "4": 16, "51": 16, "35": 16, "34": 15}[issuer]
    rest = data.draw(
        st.text(alphabet="0123456789", min_size=length - 1 - len(issuer), max_size=length - 1 - len(issuer))
    )
    card = with_luhn(issuer + rest)
    assert scrub(f"卡{card}") == "卡" + "*" * length
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert list(find_cards(wrong)) == []


@pytest.mark.parametrize(
    "label",
    [
        "调拨单",
        "序列号",
        "快递：",
        "追蹤號碼",
        "托盘号是",
        "参考号",
        "取件码",
        "售后单 ",
        "claim no ",
        "label number: ",
    ],
)
@pytest.mark.parametrize("number", ["440305900612762", "6222021234567890128", "4111111111111111"])
def test_a_number_that_says_what_it_is_stays(label: str, number: str) -> None:
    assert scrub(number) != number
    assert scrub(f"{label}{number}") == f"{label}{number}"


@pytest.mark.parametrize(
    "text", ["简单0571-88123456", "社保号110101199003074610", "身份号110101199003074610", "快递021-59791234"]
)
def test_other_numbers_behind_words_like_these_are_hidden(text: str) -> None:
    assert scrub(text) != text


@pytest.mark.parametrize("number", ["75123456789017", "773012345678901", "1234567890123452", "433012345678907"])
def test_a_long_order_number_stays_whatever_its_check(number: str) -> None:
    assert scrub(f"单号{number}") == f"单号{number}"


@given(
    st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9._+-]{0,20}", fullmatch=True),
    st.from_regex(r"[a-z0-9]{1,12}(\.[a-z]{2,8}){1,2}", fullmatch=True),
)
def test_of_an_email_only_its_signs_show(local: str, domain: str) -> None:
    scrubbed = scrub(f"联系{local}@{domain}，谢谢")
    hidden = "".join(char if char in "@.-" else "*" for char in f"{local}@{domain}")
    assert scrubbed == f"联系{hidden}，谢谢"


@every("keep", range(5))
def test_no_more_digits_of_a_phone_show_than_the_profile_keeps(keep: int) -> None:
    assert scrub("电话13812345678", keep) == "电话" + "*" * (11 - keep) + "13812345678"[11 - keep :]


@pytest.mark.parametrize(
    "name", ["D-2026-0001", "case.2026.17", "550e8400-e29b-41d4-a716-446655440000", "req_1700000000123"]
)
def test_an_ordinary_id_from_outside_passes(name: str) -> None:
    assert not contains_personal_data(name)


@every("name", ["13812345678", "case-138-1234-5678", "a.b@qq.com", "110101199003074610", "D-13812345678"])
def test_an_id_from_outside_that_identifies_someone_is_told(name: str) -> None:
    assert contains_personal_data(name)


@every(
    "text",
    [
        "请于2024-01-15 13:30前送达",
        "2024年10月15日 18:00-20:00",
        "重12.5公斤，长宽高60 40 35",
        "￥1,299.00",
        "邮编201700",
        "订单2024011512345678",
        "尾号5678",
        "JD0123456789012",
        "YT1234567890123",
        "共3件 2/3",
        "2024-10-15 2024-10-16",
        "IMEI 860000000000000",
    ],
)
def test_dates_sizes_prices_and_order_numbers_stay(text: str) -> None:
    assert scrub(text) is text


def test_of_more_numbers_than_anybody_writes_every_digit_is_hidden() -> None:
    assert scrub("13812345678 " * 25) == "*********** " * 25


def test_of_more_mail_addresses_than_anybody_writes_every_one_is_hidden() -> None:
    masked = scrub("someone@example.com; " * 5)

    assert (masked, scrub(masked) is masked) == ("*******@*******.**** " * 5, True)


def test_a_list_of_two_dozen_numbers_is_read() -> None:
    listed = " ".join(f"SF{number:09}" for number in range(24))

    assert scrub(listed) is listed


@given(
    st.lists(st.text(st.characters(exclude_characters="\n") | st.sampled_from("0123456789１²①٣@＠，，")), max_size=4)
)
def test_lines_are_worth_a_scan_where_one_of_them_is(lines: list[str]) -> None:
    assert lines_worth_scanning("\n".join(lines)) == any(map(worth_scanning, lines))


@every(
    ("text", "shown"),
    [
        ("700 13812345678 9", "700 *******5678 9"),
        ("70013812345678 9", "************** *"),
        ("700138 12345678 1", "****** ******** *"),
        ("138 700123456789012", "*** ***************"),
        ("700123456789012 13812345678", "*************** *******5678"),
        ("700123456789012-801", "***************-***"),
        ("700123456789012转801", "***************转***"),
        ("电话86-700123456789012，谢谢", "电话**-***************，谢谢"),
        ("+86700123456789012", "******************"),
    ],
)
def test_what_is_not_exactly_an_intermediate_number_is_hidden(text: str, shown: str) -> None:
    assert scrub(text) == shown
    assert scrub(shown) is shown


@pytest.mark.parametrize("text", ["70013812345678", "7001381234567890", "A700138123456789", "订单7001-3812-3456"])
def test_other_numbers_that_begin_with_700_stay(text: str) -> None:
    assert scrub(text) is text


@given(st.text(st.sampled_from("70138 -+转,"), min_size=15, max_size=40).map("700".__add__))
def test_scrubbing_what_begins_with_700_again_changes_nothing(text: str) -> None:
    scrubbed = scrub(text)
    assert scrub(scrubbed) is scrubbed


@pytest.mark.parametrize("unseen", ["\x00\x00", "\u200b", "\ufeff\u202e"])
@pytest.mark.parametrize("text", ["0575991-1234+8\x175991-@", "13812345678", "致电 010-12345678"])
def test_what_is_unseen_at_the_beginning_does_not_become_more(unseen: str, text: str) -> None:
    assert scrub(unseen + text) in (unseen + scrub(text), scrub(text))


def test_stars_that_part_numbers_do_not_leave_more_numbers_than_are_read() -> None:
    """Found by the fuzzer: the mask had more numbers than people write, and was hidden whole when it came again."""
    masked = scrub(
        "137**+17**+138313138*8\0+1313?7**+138*8\0\x10**+117**+1C:1313138*8\0+1313?7**+138*8\0\x10**+117**+1CCCC38*+1313D138"
        "*8\0\x1038*67T"
    )

    assert scrub(masked) is masked


@given(
    st.sampled_from(["", "tel ", "电话:", "+49 ", "00", "A", "12/", "*** "]),
    st.from_regex(
        r"1[3-9][0-9][ .,/_x-]{0,2}[0-9]{4}[ .,/_x-]{0,2}[0-9]{4}|400[ -]?[0-9]{7}"
        r"|1[3-9][0-9][ -]?(?:\*{4}|x{4})[0-9]{4}|021[)-]?(?:[1-9][0-9]{7}|\*{4}[0-9]{4})|[0-9 -]{5,9}",
        fullmatch=True,
    ),
    st.integers(0, 4),
)
def test_a_text_with_few_digits_beside_each_other_holds_no_number(before: str, number: str, keep: int) -> None:
    text = before + number
    assert not numbers_in_text._has_few_digits(text) or numbers_in_text._scrub_once(text, keep) is text
