"""Texts that differ in plain names and mobile numbers only are masked alike, whatever was masked before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.texts import outlines
from masking_service.masking.texts.outlines import Outlines
from tests.every import every
from tests.masking.standard import COURIER, LABEL, LABEL_RULES

NAMES = ("李娟", "王建国", "欧阳娜娜", "高兴", "周六", "赵刚", "邓婷", "李明明")
PHONES = ("13912345678", "18600001111")
WORDS = (
    *(
        "客户",
        "要求改期",
        "，",
        "电话",
        "电话：",
        "：",
        "找",
        "代收",
        "放门卫",
        " ",
        "签收人",
        "先生的快递",
        "天送",
        "3号楼",
        "402室",
    ),
    *("李宁运动鞋", "收", "（", "）", "12", "A座"),
)
TEXTS = st.lists(st.sampled_from([*NAMES, *PHONES, *WORDS]), max_size=8).map("".join)
HIDING = Profile.parse("hiding", {**LABEL_RULES, "label": False, "name": {"hide": "all"}})


def in_outlines(texts: list[str]) -> list[str]:
    """The words that a mask keeps of texts."""
    mask = Masks(LABEL).text_mask
    mask.mask_column(texts)
    return [str(key) for key in mask._outlines._known]


@every(
    ("text", "shown"),
    [
        ("客户李娟要求改期，电话13912345678", "客户李*要求改期，电话*******5678"),
        ("客户王建国要求改期，电话13912345678", "客户王**要求改期，电话*******5678"),
        ("张伟代收，张伟的电话13912345678", "张*代收，张*的电话*******5678"),
        ("找李娟明天送", "找李*明天送"),
        ("放李宁专卖店", "放李宁专卖店"),
        ("周六送", "周六送"),
        ("\x01找李娟", "\x01找李*"),
        ("找李娟\x00", "找李*\x00"),
        ("顧客備註：放門口", "顧客備註：放門口"),
        ("鄭重說明", "鄭重說明"),
    ],
)
def test_names_and_numbers_are_masked_in_their_outline(text: str, shown: str) -> None:
    assert Masks(LABEL).text_mask(text) == shown
    assert Masks(LABEL).text_mask.mask_column([text, "放门卫"])[0][0] in (shown, None)


@every(
    "written",
    ["客户{}要求改期", "{}/{}/易碎", "{}-{}", "{}({})", "{}\t{}\t3件", "收件人：{}\n电话：{}\n备注：放门卫"],
)
def test_an_outline_is_read_once(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mask, read = Masks(LABEL).text_mask, []
    original = mask._outlines._read

    def reading(text: str, context: str) -> tuple[str, list[str], list[str], float] | None:
        read.append(text)
        return original(text, context)

    monkeypatch.setattr(mask._outlines, "_read", reading)
    texts = [written.format(name, f"1391234567{at}") for at, name in enumerate(("李娟", "邓婷", "陈静"))]

    assert [mask(text) for text in texts] == [
        written.format(name, f"*******567{at}") for at, name in enumerate(("李*", "邓*", "陈*"))
    ]
    assert len(read) == 1
    assert not any(name in read[0] for name in ("李娟", "邓婷", "陈静"))


@given(TEXTS, st.lists(TEXTS, max_size=5), st.sampled_from([LABEL, COURIER, HIDING]))
def test_what_a_text_shows_depends_on_nothing_that_was_masked_before(text: str, before: list[str], by: Profile) -> None:
    mask = Masks(by).text_mask
    for other in before:
        mask(other)
    mask.mask_column([*before, "放门卫"])

    assert mask(text) == Masks(by).text_mask(text)


@given(TEXTS, st.sampled_from([LABEL, HIDING]))
def test_masking_again_changes_nothing(text: str, by: Profile) -> None:
    shown = Masks(by).text_mask(text)

    assert Masks(by).text_mask(shown) == shown


@every(
    "text",
    [
        "由逄书琬签收，电话13912345678",
        "签收人：阿卜杜拉·买买提",
        "送到华志路1685号3号楼2单元402室，找李娟",
        "身份证110101199003074610，李娟",
        "微信wx_id12345，李娟收",
    ],
)
def test_no_outline_is_kept_in_which_more_than_slots_is_hidden(text: str) -> None:
    assert Masks(LABEL).text_mask(text) != text
    assert in_outlines([text]) == []


@every(
    "text",
    [
        "请联系马兰，电话13912345678",
        "由逄书琬签收，李娟代收",
        "送到华志路16号3号楼402室，找李娟",
        "孩子在培英小学三2班，马兰接",
    ],
)
def test_a_text_that_hides_more_than_slots_is_read_once(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = Masks(LABEL).text_mask
    first = mask.mask(text)
    monkeypatch.setattr(mask._full, "mask", None)
    monkeypatch.setattr(mask._full, "mask_plain", None)
    again = mask.mask(text)

    assert first.text != text
    assert (again.text, again.phones, again.names) == (first.text, first.phones, first.names)
    assert mask._outlines._known == {}
    assert mask.mask_column([text])[0] == [first.text]


def test_a_mask_is_cached_for_what_the_objects_around_its_text_say() -> None:
    mask = Masks(LABEL).text_mask
    text = "name: 陶瓷杯 找马兰"

    assert [mask.mask(text, context).text for context in (NEUTRAL, PARTY)] == ["name: 陶瓷杯 找马*", "name: 陶** 找马*"]


def test_a_mask_is_cached_for_equal_names_or_for_other_ones() -> None:
    mask = Masks(LABEL).text_mask
    found = [mask.mask(text) for text in ("马兰收，李娟、王芳代收", "马兰收，李娟、李娟代收")]

    assert [one.text for one in found] == ["马*收，李*、王*代收", "马*收，李*、李*代收"]
    assert [set(one.names) for one in found] == [{"马兰", "李娟", "王芳"}, {"马兰", "李娟"}]
    assert len(mask._outlines._hiding._found) == len(found)


def test_of_a_text_that_hides_more_than_slots_only_its_mask_is_cached() -> None:
    mask = Masks(LABEL).text_mask
    text = "送到华志路16号3号楼402室，找马兰，电话13912345678"
    assert mask(text) == "送到华志路16号3号楼***室，找马*，电话*******5678"
    kept = str(mask._outlines._hiding._found)

    assert "3号楼***室，找马*" in kept
    assert not any(part in kept for part in ("马兰", "402", "1391"))


def test_words_are_kept_without_names_and_numbers() -> None:
    assert in_outlines(["客户李娟要求改期，电话13912345678"]) == ["客户\x01要求改期，电话\x03"]


def test_outlines_are_read_anew_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "MAX_KEPT", 2)

    assert len(in_outlines(["放门卫", "放前台", "放物业"])) == 1


def test_stand_ins_are_plain_names_and_numbers() -> None:
    found = Outlines(lambda text, context: (text, [], [], 0), frozenset())

    for of_length in outlines._STAND_IN.values():
        for one in of_length:
            (known,) = found.of([f"找{one}，"])
            assert known is not None
            assert known[1] == [one]


def test_a_text_that_is_made_to_cost_is_left_to_the_pass_that_is_paid_for() -> None:
    mask = Masks(LABEL).text_mask
    costly = ["由李" * 60, "由李" * 32, "由王" * 60]

    assert mask.mask_column([*costly, "放门卫"])[0] == [None, None, None, "放门卫"]
