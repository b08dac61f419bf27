"""A long remark that is read in pieces shows what it shows when it is read as a whole."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.effort import Effort, unpaid
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.kinds.text import TextMask
from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.record import Masker
from masking_service.masking.texts.full_reading import Found
from tests.masking.standard import COURIER, LABEL, STANDARD

NAMES = ("李娟", "王建国", "欧阳娜娜", "高兴", "罗兰", "赵刚", "邓婷", "李明明", "郭超强")
SENTENCES = (
    "麻烦放门卫，{}代收，电话13912345678",
    "收件人不在请打18600001111找{}",
    "{} 13912345678 易碎品轻拿轻放",
    "客户{}要求改期到周六，回电18600001111",
    "13912345678",
    "{}",
    "{}代收",
    "联系人",
    "客户",
    "、{}、李四",
    "和{}一起收",
    "找",
    "先生要求改期",
    "放门卫",
    "李宁运动鞋两双，白色的，请轻拿轻放，不要挤压，谢谢，祝您生活愉快，工作顺利，万事如意，再见",
    "东西是13912345678",
    "姓名",
    "转1234",
    "收",
    "转{}",
)
TEXTS = st.lists(
    st.tuples(
        st.sampled_from(SENTENCES),
        st.sampled_from(NAMES),
        st.sampled_from(("\n", "\n", "。", "，", " ", "；", "。\n", "\n\n", "")),
    ),
    min_size=4,
    max_size=30,
).map(lambda parts: "".join(sentence.format(name) + end for sentence, name, end in parts))
SHORT = "\n".join(sentence.format("李娟") for sentence in SENTENCES[:4])
"""As long as an outline may be, but with more names and numbers."""
LONG = "\n".join(SENTENCES[at % 4].format(NAMES[at % 4]) for at in range(20))


def as_a_whole(mask: TextMask, text: str) -> Found:
    return mask._read(text, NEUTRAL, mask.scan, unpaid)


def all_of(found: Found) -> Any:
    return found.text, sorted(found.phones), sorted(found.names)


def in_pieces(text: str, mask: TextMask | None = None) -> bool:
    return (mask or Masks(LABEL).text_mask)._by_outlines(text, NEUTRAL, unpaid) is not None


@given(TEXTS, st.sampled_from([LABEL, COURIER]))
def test_pieces_show_what_the_whole_shows(text: str, by: Any) -> None:
    assert all_of(Masks(by).text_mask.mask(text)) == all_of(as_a_whole(Masks(by).text_mask, text))


@given(TEXTS, TEXTS)
def test_what_was_read_before_changes_nothing(text: str, before: str) -> None:
    mask = Masks(LABEL).text_mask
    mask.mask(before)

    assert all_of(mask.mask(text)) == all_of(Masks(LABEL).text_mask.mask(text))


@pytest.mark.parametrize(
    ("text", "read_in_pieces"),
    [
        (LONG, True),
        (SHORT, True),
        (LONG.replace("\n", "。"), True),
        (LONG + "\n放门卫", True),
        (LONG + "\n送到3号楼402室", False),
        (LONG + "\n微信wx_id12345", False),
        ("\n".join([LONG] * 5), False),
        ("客户\n李娟。" * 20, False),
        ("龙王庙送到后联系郭平涛，13086451382\n" + LONG, False),
        (LONG + "\n麻烦放门卫，王建国牌酱油，电话13912345678", False),
        (f"{'白色运动鞋两双，' * 20}{LONG}", False),
    ],
    ids=[
        "lines",
        "a few lines",
        "sentences",
        "with a short end",
        "room",
        "account",
        "too long",
        "cue before",
        "a word like a name",
        "a name that shows",
        "no piece",
    ],
)
def test_texts_of_plain_sentences_are_read_in_pieces(text: str, read_in_pieces: bool) -> None:
    assert in_pieces(text) is read_in_pieces


def test_no_name_and_no_number_is_kept() -> None:
    mask = Masks(LABEL).text_mask
    mask.mask(LONG)
    mask.mask(LONG.replace("李娟", "罗兰"))
    kept = str(mask._pieces._found)

    assert mask._pieces._found
    assert not any(word in kept for word in ("李娟", "王建国", "罗兰", "13912345678", "18600001111"))


def test_what_is_read_again_is_paid_for_again() -> None:
    mask, first, second = Masks(LABEL).text_mask, [0.0], [0.0]
    mask.mask(LONG, pay=first.append)
    mask.mask(LONG, pay=second.append)

    assert first == second
    assert sum(first) > 0


def test_columns_take_long_texts_while_the_batch_has_effort_left() -> None:
    records = [{"recipient": {"name": "张三"}, "remark": LONG} for _ in range(40)]
    batch = Effort(left=18_000)
    results = Masker(STANDARD, LABEL).mask_batch(records, batch)
    refused = [isinstance(one, InvalidRecord) for one in results]

    assert refused[0] is False
    assert refused[-1] is True
    assert records[0]["remark"] == as_a_whole(Masks(LABEL).text_mask, LONG).text


def test_what_is_not_read_for_want_of_effort_leaves_the_rest_to_other_texts() -> None:
    left = Effort(left=400)
    shown, _ = Masks(LABEL).text_mask.mask_column([SHORT, "放门卫"], left)

    assert shown == [None, "放门卫"]
    assert left.left > 0
