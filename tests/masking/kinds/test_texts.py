"""Texts of mapped and unmapped members: names beside a cue, addresses and numbers are masked, and all else stays."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masking_service.masking.effort import A_RECORD, A_STORED_RECORD, Effort, estimate, unpaid
from masking_service.masking.errors import DefinitionError
from masking_service.masking.kinds.text import TextMask
from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.names.names_in_text import effort
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import Masker
from masking_service.masking.records.walk import FOUND_IN_TEXT, render
from masking_service.masking.texts.full_reading import MAX_STEADY
from masking_service.masking.words import name_cues as cues
from tests.every import every
from tests.masking.scenarios import scenarios
from tests.masking.standard import COURIER, LABEL, LABEL_RULES, STANDARD, masked, standard

TEXTS: TextMask = Masks(LABEL).text_mask
PARTS_OF_TEXTS = (
    *("张小明", "李四", "13812345678", "收件人：", "放门口", "，"),
    *(" ", "先生", "302", "金都花园3栋", "代收", "王老吉"),
)


@every(("text", "shown"), scenarios("names_in_text"))
def test_a_name_beside_a_cue_is_masked_and_other_words_stay(text: str, shown: str) -> None:
    assert TEXTS(text) == shown
    assert TEXTS(shown) == shown


@pytest.mark.slow
@every(("text", "shown"), scenarios("names_in_text"))
def test_a_mapped_text_shows_what_an_unmapped_one_shows(text: str, shown: str) -> None:
    record, found = masked(standard(remark=text, x9=text))

    assert (record["remark"], record["x9"]) == (shown, shown)
    pointers = [] if text == shown else ["/remark", "/x9"]
    assert sorted(found.warnings) == [(pointer, FOUND_IN_TEXT) for pointer in pointers]


@pytest.mark.slow
def test_what_is_masked_beside_a_word_of_the_table_is_worth_reading() -> None:
    before = (*cues.ROLES, *cues.WEAK, *cues.ANNOUNCE)
    behind = (*cues.TITLES, *cues.VERBS, *cues.FOLLOWING, *cues.FOLLOW, *cues.SHORT_TITLES)
    texts = [*(f"{word}郑成功" for word in before), *(f"郑成功{word}" for word in behind)]
    found = [text for text in texts if TEXTS(text) != text]

    assert len(found) > len(texts) / 2
    assert [text for text in found if not TEXTS.worth_reading(text)] == []
    assert TEXTS.any_worth_reading(["白色L码", *found[:1]])


@every(("text", "shown"), scenarios("names_in_text"))
def test_a_text_that_is_worth_reading_alone_is_so_among_others(text: str, shown: str) -> None:
    assert TEXTS.any_worth_reading(["白色L码", text, "易碎品"]) or not TEXTS.worth_reading(text), shown


def test_a_name_of_a_remark_is_found_elsewhere_in_the_record() -> None:
    record, found = masked(standard(remark="找李小四", x9=["李小四的"]))

    assert (record["remark"], record["x9"]) == ("找李**", ["李**的"])
    assert set(found.warnings) == {("/remark", FOUND_IN_TEXT), ("/x9/0", FOUND_IN_TEXT)}


def test_the_records_own_name_is_found_without_its_title() -> None:
    record, _ = masked(standard(recipient={"name": "李明女士", "phone": "13987654321"}, remark="礼盒印上李明二字"))

    assert "李明" not in record["remark"]


def test_an_address_in_a_text_shows_what_the_profile_shows_of_addresses() -> None:
    text = "送到华志路1685号3号楼2单元402室，找李四"

    assert masked(standard(remark=text), LABEL)[0]["remark"] == "送到华志路1685号3号楼*单元***室，找李*"
    assert masked(standard(remark=text), COURIER)[0]["remark"] == "送到华志路1685号3号楼2单元402室，找李*"
    assert COURIER.shows_in_full("address")


WORDS = Profile.parse("words", {**LABEL_RULES, "words": {"keep": ["高老庄"], "hide": ["天蓝工程"]}})


def test_words_of_the_profile_are_kept_and_hidden() -> None:
    text = "找高老庄，天蓝工程"

    assert masked(standard(remark=text, x9=text))[0]["remark"] != text
    record, found = masked(standard(remark=text, x9=text), WORDS)
    assert (record["remark"], record["x9"]) == ("找高老庄，****", "找高老庄，****")
    assert sorted(found.warnings) == [("/remark", FOUND_IN_TEXT), ("/x9", FOUND_IN_TEXT)]


def test_words_of_the_profile_are_hidden_in_columns_too() -> None:
    batch = [standard(remark="天蓝工程", x9="天蓝工程") for _ in range(FEW)]
    Masker(STANDARD, WORDS).mask_batch(batch, Effort())

    assert [(one["remark"], one["x9"]) for one in batch] == [("****", "****")] * FEW


@every(
    ("words", "place"),
    [
        ("x", "words"),
        ({"other": []}, "words"),
        ({"keep": "高老庄"}, "words.keep"),
        ({"keep": 5}, "words.keep"),
        ({"keep": {"高老庄": 1}}, "words.keep"),
        ({"hide": ["天蓝工程", "a"]}, "words.hide[1]"),
        ({"hide": [1]}, "words.hide[0]"),
        ({"hide": ["a*b"]}, "words.hide[0]"),
    ],
)
def test_other_words_are_refused(words: Any, place: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        Profile.parse("p", {**LABEL_RULES, "words": words})

    assert refused.value.path == f"profiles.p.{place}"


PIECES = (
    "张三 王伟 欧阳娜娜 李 客户 收件人 找 由 代收 收 先生 要求 ， 13812345678 13987654321 电话 、 和 的快递 总 高峰 "
    "周末 请 转交 （ ） 【 】 老师 小 在 本人 司机 给 王 于 送到 3号楼 402室 一三八 快递员 联系 学校"
)
USUAL = st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=9).map("".join)


@given(USUAL)
def test_the_quick_form_gives_what_the_whole_mask_gives(text: str) -> None:
    quick = TEXTS.mask_usual(text)
    if quick is None:
        return
    whole = TEXTS._full.mask(text, NEUTRAL, TEXTS.scan, unpaid)
    assert (quick.text, sorted(quick.names)) == (whole.text, sorted(whole.names))


@given(st.lists(USUAL | st.sampled_from(["订单13812345678", "A座", "x@y.cn"]), max_size=5))
def test_a_column_of_texts_shows_what_each_text_shows(texts: list[str]) -> None:
    for text, one, needles in zip(texts, *TEXTS.mask_column(texts), strict=True):
        if one is not None:
            found = TEXTS.mask(text)
            phones, names = needles or ((), ())
            assert (one, [*phones], [*names]) == (found.text, found.phones, found.names)


@given(USUAL)
@example("司机王伟李张三")
@example("挺华志*****")
@example("远洋大厦28楼陆宝玉收")
def test_masking_a_text_again_changes_nothing(text: str) -> None:
    shown = TEXTS(text)
    assert TEXTS(shown) == shown


def calls_of(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many places of a text are looked at for a name."""
    from masking_service.masking.names import names_beside_numbers, names_beside_words, names_in_text

    asked: list[Any] = []
    for name in ("name_from", "name_before"):
        original = getattr(names_in_text, name)

        def counted(*args: Any, original: Any = original, **more: Any) -> Any:
            asked.append(args[1])
            return original(*args, **more)

        for module in (names_in_text, names_beside_words, names_beside_numbers):
            monkeypatch.setattr(module, name, counted)
    TEXTS(text)
    monkeypatch.undo()
    return len(asked)


@pytest.mark.parametrize(
    "unit", ["找王", "客户", "王先生", "张三、", "王收", "姓王", "13812345678 ", "张·", "王总", "Mr. A ", "4室王", "收"]
)
def test_twice_the_text_takes_at_most_two_and_a_half_times_the_work(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    once, twice = (calls_of((unit * 1000)[:length], monkeypatch) for length in (800, 1600))

    assert twice <= 2.5 * once + 4


@given(st.lists(st.lists(st.sampled_from(PARTS_OF_TEXTS), max_size=5).map("".join), min_size=1, max_size=6))
def test_the_texts_of_a_column_show_what_each_shows_alone(texts: list[str]) -> None:
    shown, _ = TEXTS.mask_column(texts)

    assert [one for one in shown if one is not None] == [
        TEXTS(text) for text, one in zip(texts, shown, strict=True) if one is not None
    ]


@pytest.mark.parametrize("key", ["remark", "foo"])
@pytest.mark.parametrize("before", [0, MAX_STEADY - 5, MAX_STEADY - 12, MAX_STEADY + 900])
def test_a_long_text_is_read_to_its_end(key: str, before: int) -> None:
    filler = ("今天天气很好，适合出去。" * 500)[:before]
    record: dict[str, Any] = {
        "recipient": {"name": "赵霞"},
        key: f"{filler}。客户李晓燕说放门口，电话13987654321。{'好的。' * 1_500}",
    }

    Masker(STANDARD, LABEL).mask(record)

    assert "晓燕" not in record[key]
    assert "1398765" not in record[key]
    assert record[key].endswith("好的。" * 1_400)


def test_a_clause_that_is_too_long_to_be_read_is_hidden_whole() -> None:
    record: dict[str, Any] = {"recipient": {"name": "赵霞"}, "remark": "好" * (MAX_STEADY + 1) + "客户李晓燕说放门口"}

    Masker(STANDARD, LABEL).mask(record)

    assert set(record["remark"]) == {"*"}


def test_a_long_word_of_ascii_stays_and_its_neighbours_are_read() -> None:
    picture = "iVBORw0KGgoAAAANSUhEUgAA" * 400
    record: dict[str, Any] = {
        "recipient": {"name": "赵霞"},
        "x9": f"客户李晓燕说放门口，{picture}，电话13987654321，找李晓燕",
    }

    Masker(STANDARD, LABEL).mask(record)

    assert record["x9"] == f"客户李**说放门口，{picture}，电话*******4321，找李**"


CALM = {
    "notes": "货物已到达转运中心，正在安排装车；请将包裹放在门口的鞋柜上，外包装有轻微破损，标签贴在侧面。\n" * 430,
    "terms": "The carrier shall not be liable for delay. Claims must be made in writing within seven days.\n" * 220,
    "picture": "see " + "iVBORw0KGgoAAAANSUhEUgAA" * 850,
    "page": '<div class="goods"><p style="color:red">白色大号</p><br/></div>\n' * 350,
}


@pytest.mark.slow
@pytest.mark.parametrize("cap", [A_RECORD, A_STORED_RECORD])
@pytest.mark.parametrize("key", ["remark", "x9"])
@pytest.mark.parametrize("text", CALM.values(), ids=CALM)
def test_calm_texts_of_twenty_thousand_characters_stay(text: str, key: str, cap: float) -> None:
    record: dict[str, Any] = {"recipient": {"name": "赵霞", "phone": "13812345678"}, key: text}

    Masker(STANDARD, LABEL).mask(record, Effort(a_record=cap))

    assert len(text) >= 20_000
    assert record[key] == text


@pytest.mark.parametrize("key", ["remark", "x9"])
def test_what_is_too_costly_in_a_long_text_is_hidden_whole(key: str) -> None:
    record: dict[str, Any] = {
        "recipient": {"name": "赵霞"},
        key: ("请联系李晓燕，转交王小明先生。" + "好的。" * 40) * 400 + "找陈建国",
    }

    masked = Masker(STANDARD, LABEL).mask(record, Effort(a_record=A_STORED_RECORD))

    assert not any(part in record[key] for part in ("晓燕", "小明", "建国"))
    assert record[key].startswith("请联系李**，转交王**先生。")
    assert record[key].endswith("*" * 10_000)
    assert list(masked.warnings) == [(f"/{key}", "found-in-text")]


def test_a_view_hides_of_a_long_text_what_is_hidden_where_it_is_stored() -> None:
    record: dict[str, Any] = {"recipient": {"name": "赵霞"}, "remark": ("请联系李晓燕。" + "好的。" * 40) * 400}
    masked = Masker(STANDARD, LABEL).mask(record, Effort(a_record=A_STORED_RECORD))

    assert render(LABEL, masked.fields)["remark"] == record["remark"]


@pytest.mark.parametrize(("short_by", "stays"), [(0, True), (0.001, False)])
def test_a_long_text_may_take_just_what_its_parts_cost(
    monkeypatch: pytest.MonkeyPatch, short_by: float, stays: bool
) -> None:
    part = "好的。" * (MAX_STEADY // 3)
    cost = estimate("text", part * 2) + effort(part) * 2
    monkeypatch.setattr("masking_service.masking.kinds.text.MAX_OF_LONG", cost - short_by)

    assert TEXTS(part * 2) == (part * 2 if stays else part + "*" * len(part))
