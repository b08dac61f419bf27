"""Questions to an archive: their signatures, their time, and how large they and their answers may be."""

import msgspec
import pytest

from keys.messages import MessageKey
from masking_audit.format.lines import MAX_LINE_BYTES
from masking_service.audit.asking import TIMEOUT_SECONDS, WAIT_SECONDS
from masking_service.audit.questions import (
    MAX_ANSWER_BYTES,
    MAX_NAMES,
    MAX_PAGE_BYTES,
    MAX_QUESTION_BYTES,
    LogAnswer,
    NamedQuestion,
    is_signed_answer,
    is_signed_question,
    sign_answer,
    sign_question,
)
from masking_service.audit.slots import MAX_SECONDS
from tests.every import every

KEY, OTHER = MessageKey(b"k" * 32), MessageKey(b"o" * 32)
NOW = 1_796_000_000


def taken(stamp: str, body: bytes = b"{}", key: MessageKey = KEY) -> bool:
    """Return whether a question of `KEY` with an empty body is accepted with these."""
    return is_signed_question(key, stamp, body, sign_question(KEY, stamp, b"{}"), NOW)


@every(("ahead", "accepted"), [(-61, False), (-60, True), (0, True), (60, True), (61, False)])
def test_a_question_is_valid_for_a_minute_by_either_clock(ahead: int, accepted: bool) -> None:
    assert taken(str(NOW + ahead)) is accepted


@every("stamp", ["", "now", f"-{NOW}", f"{NOW}.0", f" {NOW}", "１７９６００００００", "9" * 5000])
def test_a_time_that_is_no_number_is_refused(stamp: str) -> None:
    assert not taken(stamp)


@pytest.mark.parametrize(("zeros", "accepted"), [(2, True), (3, False)])
def test_a_time_has_twelve_digits_at_most(zeros: int, accepted: bool) -> None:
    assert taken("0" * zeros + str(NOW)) is accepted


def test_an_answer_is_written_with_all_its_members() -> None:
    """An archive of another release reads it."""
    written = b'{"rows":[],"more":false,"examined":0,"checkpoint":"","lines":"","position":null}'

    assert msgspec.json.encode(LogAnswer()) == written


def test_a_question_of_another_key_or_with_another_body_is_refused() -> None:
    assert not taken(str(NOW), b"[]")
    assert not taken(str(NOW), key=OTHER)


def test_an_answer_belongs_to_its_question_and_key() -> None:
    signed = sign_answer(KEY, "question", b"{}")

    assert is_signed_answer(KEY, "question", b"{}", signed)
    for given in ((KEY, "other", b"{}"), (KEY, "question", b"[]"), (OTHER, "question", b"{}")):
        assert not is_signed_answer(*given, signed)


def test_a_question_can_name_as_many_entries_as_are_answered() -> None:
    question = NamedQuestion("f" * 32, ["f" * 16 + "-" + "9" * 18] * MAX_NAMES)

    assert len(msgspec.json.encode(question)) <= MAX_QUESTION_BYTES


def test_an_answer_can_hold_a_page_that_ends_with_the_largest_entry() -> None:
    assert MAX_ANSWER_BYTES >= MAX_PAGE_BYTES + MAX_LINE_BYTES


def test_a_search_whose_last_page_is_late_ends_within_five_seconds() -> None:
    assert MAX_SECONDS + WAIT_SECONDS + TIMEOUT_SECONDS < 5
