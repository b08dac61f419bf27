"""Phones: at most four digits of a number show, six or more stay hidden, and codes stay as written."""

from functools import cache

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.phone import mask_phone, phone_numbers
from masking_service.masking.numbers.abroad import read_valid
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.records.spellings import phone_needles
from tests.every import every
from tests.masking.scenarios import ANYTHING, scenarios

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.tuples(st.sampled_from(["010", "021", "029"]), st.from_regex(r"[2-8][0-9]{7}", fullmatch=True))
GAPS = st.text(alphabet=" -\u200b\u2011\u00a0", max_size=2)
SCRIPTS = st.sampled_from(["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "०१२३४५६७८९"])


def digits_of(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


@every(("field", "shown"), scenarios("phones"))
def test_a_phone_field_shows_what_the_rules_allow(field: str, shown: str) -> None:
    assert mask_phone(field, 4) == shown


@given(MOBILES, st.integers(0, 4))
def test_a_mobile_shows_its_last_digits_and_no_other(number: str, keep: int) -> None:
    assert mask_phone(number, keep) == "*" * (11 - keep) + number[11 - keep :]


@given(MOBILES, st.data(), SCRIPTS)
def test_gaps_and_the_script_of_digits_make_no_difference(number: str, data: st.DataObject, script: str) -> None:
    spaced = number[0] + "".join(data.draw(GAPS) + digit for digit in number[1:])
    written = spaced.translate(str.maketrans("0123456789", script))
    assert mask_phone(written, 4) == mask_phone(number, 4)
    assert phone_numbers(written) == [number]


@given(LANDLINES, st.sampled_from(["", "-", " "]), st.integers(0, 4))
def test_a_landline_keeps_its_area_code_and_hides_six_digits(landline: tuple[str, str], gap: str, keep: int) -> None:
    area, local = landline
    shown = min(keep, 2)
    assert mask_phone(area + gap + local, keep) == area + gap + "*" * (8 - shown) + local[8 - shown :]


@every("n", range(1, 14))
def test_of_n_digits_the_last_n_minus_six_show_four_at_most(n: int) -> None:
    number = "2345678923456"[:n]
    shown = max(0, min(4, n - 6))
    assert mask_phone(number, 4) == "*" * (n - shown) + number[n - shown :]


@given(st.lists(MOBILES, min_size=2, max_size=4), st.sampled_from(["/", "、", ",", "，", ";", "；", " ", " / ", "\n"]))
def test_several_numbers_are_masked_each(numbers: list[str], between: str) -> None:
    assert mask_phone(between.join(numbers), 4) == between.join(mask_phone(number, 4) for number in numbers)


@given(MOBILES, st.from_regex(r"[0-9]{1,5}", fullmatch=True))
@pytest.mark.parametrize("separator", ["-", "转", " 转 ", ",", "x", " ext. ", "#", "分机"])
def test_an_extension_is_hidden_whole_and_its_separator_stays(separator: str, number: str, extension: str) -> None:
    masked = mask_phone(number + separator + extension, 4)
    assert masked == mask_phone(number, 4) + separator + "*" * len(extension)


@given(ANYTHING, st.integers(0, 4))
def test_masking_a_mask_changes_nothing(field: str, keep: int) -> None:
    masked = mask_phone(field, keep)
    assert mask_phone(masked, keep) == masked


@given(MOBILES, st.sampled_from(["*", "**", "* ", " *"]))
def test_a_star_beside_a_number_does_not_save_it(number: str, star: str) -> None:
    for field in (number + star, star + number):
        assert digits_of(mask_phone(field, 4)) in ("", number[-4:])
        assert hidden_form("phone", field) is None


@given(MOBILES, st.sampled_from("*-xX#＊●"))
def test_a_platforms_mask_is_tightened_to_the_floor(number: str, sign: str) -> None:
    assert mask_phone(f"{number[:3]}{sign * 4}{number[7:]}", 4) == "*" * 7 + number[7:]


@given(ANYTHING)
def test_every_mask_of_a_field_is_known_as_one(field: str) -> None:
    masked = mask_phone(field, 4)
    assert not masked.strip() or hidden_form("phone", masked) == "mask" or "*" not in masked


def test_a_field_longer_than_any_number_is_hidden_whole() -> None:
    field = "13812345678 " * 30
    assert mask_phone(field, 4) == "*" * len(field)
    assert phone_numbers(field) == []


@pytest.mark.parametrize("field", ["", " ", "\n\t", "\u3000"])
def test_nothing_stays_nothing(field: str) -> None:
    assert mask_phone(field, 4) == field


@every(
    ("field", "numbers"),
    [
        ("13812345678", ["13812345678"]),
        ("+86 138-1234-5678", ["13812345678"]),
        ("021-59791234-801", ["02159791234", "2159791234", "59791234"]),
        ("+86 021 5979 1234", ["02159791234", "2159791234", "59791234"]),
        ("+852 9123 4567", ["91234567"]),
        ("13812345678/59791234", ["13812345678", "59791234"]),
        ("95338", []),
        ("138****5678", []),
        ("张三", []),
    ],
)
def test_the_numbers_of_a_field_are_told_in_every_form_they_may_have_elsewhere(field: str, numbers: list[str]) -> None:
    assert phone_numbers(field) == numbers


@every(
    ("field", "shown"),
    [
        ("13812345678", "1381234****"),
        ("010-1234-5678", "010-1234****"),
        ("+82 10-1234-5678", "+82 101234****"),
        ("021-59791234-801", "021-5979****-***"),
        ("13812345678 13912345678", "1381234**** 1391234****"),
        ("138****5678", "138********"),
        ("1234", "****"),
    ],
)
def test_the_other_end_of_a_number_shows_where_its_last_digits_are_hidden(field: str, shown: str) -> None:
    assert mask_phone(field, 0, 4) == shown


@pytest.mark.parametrize("hide_last", [4, 6, 8, 11])
@given(field=ANYTHING | MOBILES | LANDLINES.map("-".join))
@example(field="021-59791234-801")
@example(field="+49 30 123456789")
@example(field="13812345678 13912345678")
def test_a_phone_whose_last_digits_are_hidden_stays_as_it_is(field: str, hide_last: int) -> None:
    masked = mask_phone(field, 0, hide_last)

    assert mask_phone(masked, 0, hide_last) == masked


@given(number=MOBILES | st.from_regex(r"[2-9][0-9]{6,11}", fullmatch=True), keep=st.integers(0, 4))
def test_both_ends_of_a_number_together_leave_four_digits_hidden(number: str, keep: int) -> None:
    first, last = mask_phone(number, 0, 4 + keep), mask_phone(number, keep)

    assert sum(a == b == "*" for a, b in zip(first, last, strict=True)) >= 4


@every(
    "number",
    [
        "700123456789012",
        "700 1234 5678 9012",
        "700-1234-5678-9012",
        "７００１２３４５６７８９０１２",
        "(700123456789012)",
    ],
)
def test_an_intermediate_number_passes_in_a_field_and_in_a_text(number: str) -> None:
    assert mask_phone(number) == number
    assert scrub(f"电话{number}，谢谢") == f"电话{number}，谢谢"
    assert phone_needles("700123456789012") == []


def test_what_is_beside_an_intermediate_number_is_hidden() -> None:
    assert mask_phone("13812345678/700123456789012、700123456789013") == "*******5678/700123456789012、700123456789013"
    assert scrub("700123456789012，13812345678") == "700123456789012，*******5678"


@every(
    "field",
    [
        "+86700123456789012",
        "86-700123456789012",
        "0700123456789012",
        "7001234567890123",
        "70012345678901",
        "138 700123456789012",
        "700123456789012 13812345678",
        "700123456789012-801",
        "700123456789012转801",
        "A700123456789012",
        "138****700123456789012",
    ],
)
def test_what_may_be_part_of_another_number_does_not_pass(field: str) -> None:
    assert "700" not in mask_phone(field)


@pytest.mark.parametrize("value", ["700 13812345678 9", "70013812345678 9", "700138 12345678 1"])
def test_a_mobile_between_digits_does_not_pass_as_an_intermediate_number(value: str) -> None:
    assert "5678" not in mask_phone(value)


@cache
def abroad() -> list[str]:
    """A mobile number of each country."""
    return [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS - {"CN"})
        if (number := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)) is not None
    ]


@pytest.mark.slow
@pytest.mark.parametrize("keep", [0, 4])
def test_a_plain_number_abroad_shows_the_same_alone_and_beside_another(keep: int) -> None:
    assert [mask_phone(f"{number}/{number}", keep) for number in abroad()] == [
        f"{shown}/{shown}" for shown in (mask_phone(number, keep) for number in abroad())
    ]


def test_the_mask_of_a_plain_number_abroad_is_masked_already() -> None:
    shown = [mask_phone(number) for number in abroad()]

    assert [mask_phone(one) for one in shown] == shown


def test_a_plain_number_abroad_is_looked_for_as_beside_another() -> None:
    assert [phone_numbers(number) for number in abroad()] == [phone_numbers(f"{number}/") for number in abroad()]


@every("code", [1, 39, 44, 49, 55, 61, 65, 81, 82, 886])
def test_valid_numbers_are_those_of_libphonenumber(code: int) -> None:
    example_number = phonenumbers.example_number(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0])
    assert example_number is not None
    digits = phonenumbers.national_significant_number(example_number)
    for national in (digits, f"0{digits}", f"{digits[:-1]}0", digits[:-1], digits[::-1], f"{digits}1"):
        written = f"+{code} {national}"
        number = phonenumbers.parse(written)
        found = (written.index(" ") + 1, len(written), phonenumbers.national_significant_number(number))
        assert read_valid(written) == (found if phonenumbers.is_valid_number(number) else None)
