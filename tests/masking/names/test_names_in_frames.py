"""Names of words are told by what is on both sides of them, and words that only look like names stay."""

from masking_service.masking.names.names_in_frames import effort, find
from masking_service.masking.names.names_in_text import names_in
from tests.every import every


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find(text)]


@every(
    ("text", "name"),
    [
        ("签收人是【汝永涛】", "汝永涛"),
        ("客户须鹤来电催件", "须鹤"),
        ("回访：言世峰满意", "言世峰"),
        ("客户李学习要求改期", "李学习"),
        ("一定要鲍放本人签收", "鲍放"),
        ("寄件人写经权，不要写店名", "经权"),
        ("授权益沛恩代取包裹", "益沛恩"),
        ("放红永峰店里", "红永峰"),
        ("@年国芳 下来拿快递", "年国芳"),
        ("金凝，你的快递到了", "金凝"),
        ("洪三七 尾号4390", "洪三七"),
        ("中通 的 益福胜 正在派件", "益福胜"),
        ("池水仙生会落嚟攞", "池水仙"),
        ("放物业前台（须润生收）", "须润生"),
        ("奶粉（付镇幸）", "付镇幸"),
        ("东门杏已签收", "东门杏"),
        ("送越婷办公室", "越婷"),
        ("喊法永利来提货", "法永利"),
        ("陈天龙生会落嚟攞", "陈天龙"),
        ("28床言世峰，放护士站", "言世峰"),
        ("到前台报须鹤的名字就行", "须鹤"),
        ("抖音拍的，备注经权两件M码", "经权"),
        ("经权的妈妈来取", "经权"),
        ("须鹤乔迁收", "须鹤"),
        ("经权千古", "经权"),
        ("爱❤️越婷 快乐", "越婷"),
        ("【经权】货，和昨天那单合并", "经权"),
        ("老街烟酒店法永利，货到付款", "法永利"),
    ],
)
def test_a_name_whose_family_name_or_given_name_is_a_word_is_told_by_both_sides(text: str, name: str) -> None:
    assert found(text) == [name]


@every(
    "text",
    [
        "东门有人代收",
        "客户有异议",
        "那边说没收到",
        "家长来电催件",
        "有事联系",
        "空调已签收",
        "双方同意",
        "单位的同事来取",
        "发两箱，苹果5件，香蕉4件",
        "分成两份",
        "帮我查一下单号",
    ],
)
def test_words_with_a_cue_beside_them_stay(text: str) -> None:
    assert found(text) == []


@every("text", ["【乐清】快件已到达", "（乐清）", "快件发往【乐清】", "乐清派件中"])
def test_a_town_in_brackets_is_no_name(text: str) -> None:
    assert found(text) == []


@every(
    "text",
    [
        "石狮子送到后联系",
        "义乌市长江路金都花园",
        "查已于昨天签收",
        "送张贺卡给他",
        "快递员马上到",
        "经由收银员签收",
        "白沙会展中心",
        "昨天的单能改地址吗",
        "达美乐签收",
        "德阳来电",
    ],
)
def test_a_word_that_goes_on_over_an_end_of_what_may_be_a_name_makes_it_none(text: str) -> None:
    assert found(text) == []


@every("text", ["别 英 收", "墨 建 欣 收", "权 雅 坤 先生", "轩 辕 兆 龙 收"])
def test_a_name_with_spaces_between_its_characters_is_told_by_what_follows(text: str) -> None:
    assert found(text) == [text.rsplit(" ", 1)[0]]


def test_beside_a_name_that_was_found_another_is_told_by_the_sign_of_the_list() -> None:
    text = "朱顺风、益威任一人签收"

    assert [text[slice(*span)] for span in names_in(text)] == ["朱顺风", "益威"]


@every("text", ["王小明5件，经权4件", "王小明 草莓x2 | 经权 排骨x1"])
def test_beside_an_order_of_a_person_another_order_is_of_a_person(text: str) -> None:
    assert [text[slice(*span)] for span in names_in(text)] == ["王小明", "经权"]


def test_what_was_found_is_not_found_again() -> None:
    assert [*find("客户须鹤来电", [(2, 4)])] == []


def test_what_may_begin_a_name_is_counted() -> None:
    assert effort("须鹤来电") > effort("quick") == 0
