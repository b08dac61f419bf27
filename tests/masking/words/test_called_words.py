"""Which Han are words, measures and times, and which words can be a person's name."""

from masking_service.masking.words.called_words import (
    can_be_called,
    counts_goods,
    goes_on,
    is_distance,
    is_noun,
    is_of_village,
    is_once,
    is_time_or_anyone,
    is_word,
)
from tests.every import every

POLITELY: dict[str, tuple[bool, bool]] = {
    **dict.fromkeys(("方圆", "方言", "常温", "方向盘", "江南", "小明", "王小明", "张可", "张可可"), (True, True)),
    **dict.fromkeys(("安装", "包装", "水电"), (True, False)),
    **dict.fromkeys(("王", "欧阳", "王强壮大", "欧阳小明", "欧阳娜", "上海人"), (False, False)),
    **dict.fromkeys(("明天", "易碎", "车号", "全体", "名单", "同意", "咨询"), (False, False)),
    **dict.fromkeys(("白色", "方家", "高工", "高楼", "门卫", "木工", "方园长", "王的", "李小不"), (False, False)),
}
"""Whether they can be a name before a polite title, and before another one."""


@every("name", POLITELY)
def test_a_word_beside_a_title_can_be_a_name_unless_it_means_people_or_a_trade(name: str) -> None:
    assert (can_be_called(name, politely=True), can_be_called(name, politely=False)) == POLITELY[name]


def test_words_and_nouns() -> None:
    some = ("快递", "安装", "明天", "小明", "王", "")

    assert [(is_word(one), is_noun(one)) for one in some] == [
        *((True, True), (True, False), (True, False), (False, False), (True, True), (False, False))
    ]


def test_metres_are_a_distance_unless_the_number_is_one_of_a_room() -> None:
    distances = ["5米", "40米", "00米", "路200米", "1200米", "东40米外"]
    none = ["205米", "1205米", "12345米", "米", "40间"]

    assert [is_distance(text, max(text.find("米"), 0)) for text in distances + none] == [True] * 6 + [False] * 5


def test_two_ends_of_places_are_a_village() -> None:
    given = ("楼集", "村庄", "楼集店", "路口", "杨集", "口路", "楼", "集")

    assert [is_of_village(one) for one in given] == [True] * 4 + [False] * 4


def test_a_measure_word_counts_flat_goods() -> None:
    counted = [("送张贺卡", 1), ("张贺卡", 0), ("张床单", 0), ("张票", 0), ("x张邮票", 1), ("张面膜", 0)]

    assert [counts_goods(text, at) for text, at in counted] == [True, True, False, True, True, True]
    assert not any(counts_goods(text, 0) for text in ("张贺年卡", "李贺卡", "张三", "张", "", "x张邮票"))


def test_once_is_between_a_verb_and_its_object() -> None:
    once = [("查一下单号", 0, 2), ("查看一下单号", 1, 3), ("问一下地址", 0, 2), ("解一下单了", 0, 2)]
    never = [("的一下单号", 0, 2), ("查二下单号", 0, 2), ("单号一下快递", 1, 3)]

    assert [is_once(*one) for one in once + never] == [True, True, False, False, False, False, False]


def test_words_for_times_and_for_people_in_general() -> None:
    times = "今天 十月 正午 明早 上午 傍晚 早晨 晚间 夜里 周三 本周 日前 现在 今年 本月 刚才".split()

    assert [is_time_or_anyone(word) for word in times] == [True] * len(times)
    assert [is_time_or_anyone(word) for word in ("本人", "明月", "初夏", "周八", "王")] == [True] + [False] * 4


def test_a_sentence_goes_on_behind_a_title() -> None:
    on = "张工看一下 张工来了 张总他们 张工送货 张总明天来 张总从上海 张总上楼".split()
    ends = "张工作 张工资 张总指挥 乐工舞 张总 张总电话 张总会议 张总的".split()

    assert [goes_on(text, 1) for text in on + ends] == [True] * len(on) + [False] * len(ends)
