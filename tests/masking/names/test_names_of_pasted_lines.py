"""Lines of a name, a phone and an address: the name is what is left, in every order."""

from itertools import permutations

from masking_service import mask
from masking_service.masking.names.names_of_pasted_lines import read
from tests.every import every

MASK = "*******5678"
ADDRESS = "浙江省杭州市余杭区文一西路969号"
DISTRICT = "亭湖区建军中路96号"
NAMES = ["王小明", "须小明", "却明", "益小明", "公羊小明", "双小明", "云小明", "都小明"]


def remark(text: str) -> str:
    record = mask([{"remark": text}])[0].record
    assert record is not None
    return str(record["remark"])


def named(text: str) -> list[str]:
    line = read(text)
    return [] if line is None else [text[start:end] for start, end in line.names]


@every("name", NAMES)
@every("order", ["".join(order) for order in permutations("NTA")])
@every("sign", ["", " ", "，", "/", "\n"])
def test_the_name_is_told_in_every_order(name: str, order: str, sign: str) -> None:
    parts = {"N": name, "T": MASK, "A": ADDRESS}

    assert named(sign.join(parts[part] for part in order)) == [name]


@every("text", [f"王建设{MASK}{ADDRESS}", f"{ADDRESS}{MASK}王建设", f"{ADDRESS}，王建设，{MASK}"])
def test_a_given_name_that_is_a_word_is_told_where_nothing_else_is(text: str) -> None:
    assert named(text) == ["王建设"]


@every("text", [f"诸葛小明{DISTRICT}{MASK}", f"{MASK}诸葛小明{DISTRICT}", f"诸葛小明路北区长宁道8号{MASK}"])
def test_a_name_ends_where_a_known_district_begins(text: str) -> None:
    assert named(text) == ["诸葛小明"]


@every(
    "text",
    [
        f"{ADDRESS}{MASK}",
        f"{MASK}{ADDRESS}",
        f"河南省郑州市金水区九如路南100米路西{MASK}",
        f"广东省汕头市长平路11街区7楼东大厅{MASK}",
        f"浙江省杭州市西湖区古墩路文鼎苑电联{MASK}",
        f"南昌市抚河北路407号银源大厦 {MASK}",
        f"路桥区商海南街97号 {MASK}",
    ],
)
def test_an_address_and_a_phone_alone_have_no_name(text: str) -> None:
    assert named(text) == []


@every(
    "text",
    [
        f"电话{MASK}{ADDRESS}",
        f"收件人{MASK}{ADDRESS}",
        f"地址：{ADDRESS}，{MASK}",
        f"{MASK}\n依頼主：{ADDRESS}",
        f"明天，{ADDRESS}，{MASK}",
        f"{MASK}，张三，{MASK}，{ADDRESS}",
        f"{MASK}放门口",
        f"{ADDRESS}放门口",
        f"{ADDRESS}{'放门口' * 40}{MASK}",
    ],
)
def test_other_texts_have_no_such_name(text: str) -> None:
    assert named(text) == []


def test_what_looks_like_a_name_inside_the_address_of_a_line_with_a_name_is_a_place() -> None:
    line = read(f"{MASK}王小明内蒙古自治区乌兰察布市四子王旗杜尔伯特街12号")
    assert line is not None
    inside = line.text.index("杜尔伯")
    behind = len(line.text), len(line.text) + 3

    assert line.without_places([(inside, inside + 3), behind]) == [behind]


@every("told", ["李强代收5号楼", "李建国家3栋", "找李强代收放门口", "李强先生", "交李强收"])
def test_another_name_that_is_told_inside_the_address_of_such_a_line_is_hidden(told: str) -> None:
    (masked,) = mask([{"waybill_no": "SF1234567890", "remark": f"王小明13812345678浙江省杭州市文三路100号{told}8号柜"}])

    assert masked.record is not None
    assert "强" not in masked.record["remark"]
    assert "国" not in masked.record["remark"]


@every(
    ("text", "shown"),
    [
        (f"须小明13812345678{ADDRESS}", f"须*********5678{ADDRESS}"),
        (f"{ADDRESS}须小明13812345678", f"{ADDRESS}须*********5678"),
        (f"须小明{ADDRESS}13812345678", f"须**{ADDRESS}*******5678"),
        ("13812345678郎小明宁夏回族自治区银川市中山街8号", "*******5678郎**宁夏回族自治区银川市中山街8号"),
        (f"须小明{DISTRICT}-213812345678", f"须**{DISTRICT}-********5678"),
        ("须小明亭湖区建军中路4113812345678", "须**亭湖区建军中路*********5678"),
    ],
)
def test_remarks_and_addresses_show_no_given_name_and_no_place_too_few(text: str, shown: str) -> None:
    records = [{"waybill_no": "SF1234567890", "remark": text}, {"waybill_no": "SF1234567890", "remark": shown}]

    assert [one.record and one.record["remark"] for one in mask(records)] == [shown, shown]


@every("text", [f"须小明{ADDRESS}13812345678", f"{ADDRESS}须小明13812345678", f"须小明/{DISTRICT}/13812345678"])
def test_an_address_with_a_name_and_a_phone_shows_neither(text: str) -> None:
    (masked,) = mask([{"waybill_no": "SF1234567890", "recipient": {"address": text}}])

    assert masked.record is not None
    shown = masked.record["recipient"]["address"]
    assert "须**" in shown
    assert "1234" not in shown


@every(
    "text",
    [f"王小明{ADDRESS}", f"王小明\n{ADDRESS}", f"王小明/{DISTRICT}", f"诸葛小明{DISTRICT}", f"{DISTRICT}，王小明"],
)
def test_a_line_without_a_phone_has_the_name_that_little_else_can_be(text: str) -> None:
    assert named(text) == ["诸葛小明" if "诸葛" in text else "王小明"]


@every("text", [f"王小明{ADDRESS}", f"王小明\n{ADDRESS}", f"王小明/{ADDRESS}"])
def test_an_address_that_begins_with_a_name_does_not_show_it(text: str) -> None:
    (masked,) = mask([{"waybill_no": "SF1234567890", "recipient": {"address": text}}])

    assert masked.record is not None
    assert masked.record["recipient"]["address"] == text.replace("王小明", "王**")


@every(
    "text", [ADDRESS, DISTRICT, "路桥区商海南街97号", "江西省南昌市中山路8号", f"丰巢，{ADDRESS}", f"{ADDRESS}放门口"]
)
def test_an_address_alone_has_no_name(text: str) -> None:
    assert named(text) == []


def test_a_long_text_is_not_read() -> None:
    assert read(f"{MASK}{ADDRESS}{'放' * 120}") is None


@every(
    "place",
    [
        "拉萨市幸福路12号",
        "西宁东川工业园区8号楼",
        "唐山路北区华岩路9号",
        "嘉定区安亭镇墨玉路28号",
        "台北市大安区信义路3号",
    ],
)
@every("sign", ["", " ", "，"])
@every("name", ["王小明", "迟小明", "张明"])
def test_a_name_before_a_known_place_is_told_without_a_phone(name: str, sign: str, place: str) -> None:
    shown = remark(name + sign + place)

    assert named(name + sign + place) == [name]
    assert shown[: len(name)] == name[0] + "*" * (len(name) - 1)


@every("text", ["武昌中山路450号", "唐山路南区复兴路28号", "海宁，盐官镇建设路422号"])
def test_places_before_others_are_no_names(text: str) -> None:
    assert named(text) == []
    assert remark(text) == text
