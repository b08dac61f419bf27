"""Values that hold a name, a phone and an address together."""

import pytest

from masking_service.masking.members.name_words import PARTY
from masking_service.masking.records.profile_masks import Masks
from tests.masking.scenarios import masked_party as masked
from tests.masking.standard import LABEL


@pytest.mark.parametrize("value", ["+138123", "张三\r+138123", "张三 13812345678 华志路1685号402室"])
def test_masking_twice_is_masking_once(value: str) -> None:
    assert masked(masked(value)) == masked(value)


def test_a_short_number_behind_a_country_code_is_hidden_whole() -> None:
    assert masked("+138123") == "*******"


@pytest.mark.parametrize(("value", "shown"), [("%road\x11", "*****"), ("Jane Lane", "J*** ****")])
def test_without_a_number_the_word_of_a_latin_place_is_a_family_name(value: str, shown: str) -> None:
    assert masked(value) == masked(shown) == shown


def test_with_a_number_it_is_an_address() -> None:
    assert masked("12 High Street, London") == "12 High Street, L*****"


def test_stars_behind_a_letter_are_read_once() -> None:
    """Found by the fuzzer: forty stars between a letter and a digit took for ever, in any way of taking them apart."""
    assert masked(f"张{'*' * 200}1_") == "*" * 203


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("59791234张三-华徐公路999号", "******34张*-华徐公路999号"),
        ("021-59791234\n12 Oak Street Apt 5 59791234", "021-******34\n12 Oak Street Apt * ******34"),
    ],
)
def test_a_phone_is_hidden_at_each_place_of_a_party(value: str, shown: str) -> None:
    """Also where only the other place, or the kind of the value, tells that it is one."""
    assert Masks(LABEL).masks()[PARTY](value) == shown
