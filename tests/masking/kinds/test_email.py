"""E-mail addresses: no letter and no digit shows, the signs between them do, as in a text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.masking.errors import DefinitionError
from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.email import mask_email, mask_usual_email
from masking_service.masking.kinds.table import TABLE, TOKEN_KINDS
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.records.profiles import Profile
from tests.every import every
from tests.masking.scenarios import ANYTHING
from tests.masking.standard import ABROAD, EVERY_KIND, HIDDEN, LABEL, LABEL_RULES, masked

MAILS = st.from_regex(r"[a-z0-9][a-z0-9._+-]{0,9}@[a-z0-9]{1,9}(\.[a-z]{2,6}){1,2}", fullmatch=True)


@every(
    ("value", "shown"),
    [
        ("jane.roe@example.com", "****.***@*******.***"),
        ("li-ming+shop@ex-a.com.cn", "**-*********@**-*.***.**"),
        ("名字@例子.中国", "**@**.**"),
        ("13812345678", "***********"),
        ("张三 李四", "*****"),
        ("\u200b", "*"),
        ("", ""),
        (" ", " "),
    ],
)
def test_a_value_shows_its_signs_only(value: str, shown: str) -> None:
    assert mask_email(value) == shown


@given(ANYTHING | MAILS)
@example("\u200b")
def test_a_mask_stays_as_it_is(value: str) -> None:
    assert mask_email(mask_email(value)) == mask_email(value)


@given(ANYTHING | MAILS)
def test_no_letter_and_no_digit_shows(value: str) -> None:
    assert not any(map(str.isalnum, mask_email(value)))


@given(ANYTHING | MAILS)
def test_the_form_for_columns_gives_the_same_mask_or_none(value: str) -> None:
    assert mask_usual_email(value) in (None, mask_email(value))


@given(MAILS)
def test_a_usual_address_shows_as_in_a_text(mail: str) -> None:
    assert mask_usual_email(mail) == mask_email(mail)
    assert scrub(mail) == mask_email(mail)


@given(MAILS)
def test_a_mask_is_told_from_an_address(mail: str) -> None:
    assert hidden_form("email", mail) is None
    assert hidden_form("email", mask_email(mail)) == "mask"


def test_emails_get_tokens_and_can_be_opened() -> None:
    assert TABLE["email"].token
    assert "email" in TOKEN_KINDS


@pytest.mark.parametrize(
    ("by", "shown"), [(ABROAD, "****@****.***"), (LABEL, "*************"), (HIDDEN, "*************")]
)
def test_a_profile_that_does_not_name_the_kind_hides_it_whole(by: Profile, shown: str) -> None:
    assert masked({"mail": "jane@test.com"}, by, EVERY_KIND)[0] == {"mail": shown}


def test_a_member_whose_name_says_email_is_masked_by_the_kind() -> None:
    record, found = masked({"name": "张三", "buyerEmail": "jane@test.com"}, ABROAD, EVERY_KIND)

    assert record["buyerEmail"] == "****@****.***"
    assert [*found.warnings] == [("/buyerEmail", "unmapped-masked")]


def test_an_email_that_came_in_hidden_is_not_kept() -> None:
    _, found = masked({"mail": "****@****.***"}, LABEL, EVERY_KIND)

    assert found.kept() == ((), [])
    assert [*found.warnings] == [("/mail", "already-masked")]


def test_a_profile_may_show_emails_in_full_but_no_label() -> None:
    rules = {**LABEL_RULES, "email": {"hide": "nothing"}}

    assert Profile.parse("staff", rules | {"label": False}).shows_in_full("email")
    with pytest.raises(DefinitionError, match="email"):
        Profile.parse("label", rules)
