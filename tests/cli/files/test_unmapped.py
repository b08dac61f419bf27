"""Tests that a table with an unmapped column that looks personal is refused, with the options to add."""

import json
import re
import shlex
from pathlib import Path

import pytest

from masking_service.tables.looks import found_kind, guessed_kind
from tests.cli.files.runs import line, masked, ndjson, refused, rows, run
from tests.every import every

PERSONAL = {
    "phone": ["13812345678", "021-59791234", "+86 138 1234 5678"],
    "name": ["张三", "欧阳娜娜", "John Smith"],
    "address": ["华志路1685号3号楼2单元402室", "上海市青浦区华新镇华志路1685号", "12 Main Street, Springfield"],
    "secret": ["110101199003074610"],
    "email": ["someone@example.com"],
    "party": [
        "张三 13812345678 华志路1685号3号楼2单元402室",
        "张三13812345678",
        "已签收，签收人：张三",
        "receiver_name=张三&qty=1",
    ],
    "text": ["到了打13812345678"],
}

SECRETS = (
    *("张三", "欧阳娜娜", "John Smith", "13812345678", "59791234", "1234 5678"),
    *("2单元402室", "110101199003074610", "someone@"),
)


def table(*cells: str, header: str = "备用") -> str:
    return f"运单号,{header}\n" + "".join(line(f"SF{10**9 + at}", cell) for at, cell in enumerate(cells))


@pytest.mark.parametrize(("kind", "cell"), [(kind, cell) for kind, cells in PERSONAL.items() for cell in cells])
def test_a_personal_column_is_refused_and_nothing_is_written(tmp_path: Path, kind: str, cell: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f'收件人,备用\n王五,"{cell}"\n')

    result = run("mask", path)

    assert result.exit_code == 2
    assert f"column 2 (备用), {kind}:" in result.stderr
    assert "Nothing was written" in result.stderr
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("cells", PERSONAL.values(), ids=PERSONAL)
def test_the_refusal_shows_two_masked_samples(tmp_path: Path, cells: list[str]) -> None:
    result = masked(tmp_path, "收件人,备用\n" + "".join(f'王五,"{cell}"\n' for cell in [*cells, *cells]))

    shown = re.findall(r"column 2 \(备用\), \w+: (.*)", result.stderr)[0]
    assert "*" in shown
    assert not [cell for cell in cells if cell in result.stderr]
    assert "13812345678" not in result.stderr


@pytest.mark.parametrize("header", ["备用", "Field 7", "it's"])
def test_the_words_of_the_refusal_answer_it(tmp_path: Path, header: str) -> None:
    content = f"收件人,{header}\n王五,13812345678\n"
    masks, leaves = re.findall(r"--map (.+?) (?:masks|leaves)", refused(tmp_path, content))

    assert rows(masked(tmp_path, content, "--map", *shlex.split(masks)).stdout)[1] == ["王*", "*******5678", ""]
    assert rows(masked(tmp_path, content, "--map", *shlex.split(leaves)).stdout)[1] == ["王*", "13812345678", ""]


def words_of(refusal: str) -> list[str]:
    """The words that mask each column, as the refusal gives them."""
    return [word for words in re.findall(r"--map (.+?) masks", refusal) for word in ("--map", *shlex.split(words))]


@pytest.mark.parametrize("header", ["", " "])
def test_a_column_without_a_header_is_answered_by_its_number(tmp_path: Path, header: str) -> None:
    content = f"收件人,{header}\n王五,13812345678\n赵六,13912345678\n"
    said = refused(tmp_path, content)

    assert "column 2 (no header), phone: *******5678, *******5678" in said
    assert words_of(said) == ["--map", "2=kind:phone"]
    answered = masked(tmp_path, content, *words_of(said))
    assert [row[1] for row in rows(answered.stdout)[1:]] == ["*******5678"] * 2


def test_columns_of_one_header_are_answered_by_their_numbers(tmp_path: Path) -> None:
    content = "收件人,甲,甲\n王五,13812345678,李四\n"
    words = words_of(refused(tmp_path, content))

    assert words == ["--map", "2=kind:phone", "--map", "3=kind:name"]
    assert rows(masked(tmp_path, content, *words).stdout)[1] == ["王*", "*******5678", "李*", ""]


def test_a_table_without_a_known_header_asks_about_every_column(tmp_path: Path) -> None:
    content = "a,,c,d\n13812345678,李四,SF1234567890,\n13912345678,王五,SF1234567891,\n"
    said = refused(tmp_path, content)

    assert "column 1 (a), phone: *******5678, *******5678" in said
    assert "column 2 (no header), name: 李*, 王*" in said
    assert "column 3 (c), text: ************, ************" in said
    assert "column 4 (d), text: no cells" in said
    assert rows(masked(tmp_path, content, *words_of(said)).stdout)[1] == [
        *("*******5678", "李*", "SF1234567890", "", "")
    ]


def test_rows_of_another_length_are_no_samples(tmp_path: Path) -> None:
    assert "column 1 (a), name: 李*" in refused(tmp_path, "a,b\n13812345678\n李四,x\n")


@pytest.mark.parametrize("content", ["张三,x\n李四,y\n", "张三,x\n"])
def test_a_first_line_of_values_is_not_repeated(tmp_path: Path, content: str) -> None:
    said = refused(tmp_path, content)

    assert "张三" not in said
    assert "--map 1=kind:" in said


def test_a_column_named_by_header_and_number_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "收件人,甲\n王五,李四\n", "--map=甲=kind:name", "--map=2=kind:phone")

    assert "column 2 is named twice" in said


@pytest.mark.parametrize("number", ["0", "3", "-1", "１"])
def test_a_number_without_a_column_is_refused(tmp_path: Path, number: str) -> None:
    said = refused(tmp_path, "收件人,甲\n王五,李四\n", f"--map={number}=kind:name")

    assert "no column has this header or number" in said


def test_a_header_goes_before_a_number(tmp_path: Path) -> None:
    assert rows(masked(tmp_path, "收件人,1\n王五,李四\n", "--map=1=kind:name").stdout)[1] == ["王*", "李*", ""]


def test_every_personal_column_is_named_at_once(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,甲,乙,丙\n王五,13812345678,李四,7\n")

    assert "2 columns look personal and are not mapped" in result.stderr
    assert "column 2 (甲), phone" in result.stderr
    assert "column 3 (乙), name" in result.stderr
    assert "column 4" not in result.stderr


@pytest.mark.parametrize("at", [1, 999, 1000, 1001, 2345])
@pytest.mark.parametrize("output", ["-", "out.csv"])
def test_a_finding_in_any_row_writes_nothing(tmp_path: Path, at: int, output: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(table(*["x"] * (at - 1), "13812345678", "x"))
    target = output if output == "-" else tmp_path / output

    result = run("mask", path, "--map=运单号=kind:unit", "--output", target)

    assert (result.exit_code, result.stdout) == (2, "")
    assert list(tmp_path.iterdir()) == [path]


def test_names_behind_the_first_rows_are_found_in_a_sample(tmp_path: Path) -> None:
    cells = [""] * 1000 + ["张三", "李四", "王小明"] * 100

    said = refused(tmp_path, "收件人,备用\n" + "".join(f"王五,{cell}\n" for cell in cells))

    assert "column 2 (备用), name" in said


FAMILIES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超兰霞平刚桂"
PEOPLE = [family + one + two for family in FAMILIES for one in GIVEN for two in GIVEN]


@pytest.mark.parametrize(
    ("front", "late"),
    [
        (["x"] * 1000, PEOPLE[:5]),
        (["无", "-", "待定"] * 400, PEOPLE[:20]),
        ([""] * 5000, PEOPLE[:3]),
        ([f"其他内容 {at}" for at in range(1000)], PEOPLE[:1000]),
        ([f"A-{at}" for at in range(20_000)], PEOPLE[:400]),
        ([f"A-{at}" for at in range(3000)], [*PEOPLE[:400], *(f"A-{at}" for at in range(3000, 9000))]),
        (["x"] * 1000, [f"华志路{at}号" for at in range(100)]),
    ],
    ids=["one filler", "three fillers", "blank", "thousand fillers", "long", "a block within", "addresses"],
)
def test_names_that_begin_late_are_found_before_anything_is_written(
    tmp_path: Path, front: list[str], late: list[str]
) -> None:
    path = tmp_path / "in.csv"
    path.write_text("收件人,备用\n" + "".join(f"王五,{cell}\n" for cell in (*front, *late)))

    result = run("mask", path, "--output", "-")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "column 2 (备用), " in result.stderr


def test_a_few_cells_like_names_among_many_others_are_no_reason_to_refuse(tmp_path: Path) -> None:
    cells = [PEOPLE[at] if at % 20 == 0 else f"A-{at}" for at in range(5000)]

    result = masked(tmp_path, "收件人,备用\n" + "".join(f"王五,{cell}\n" for cell in cells))

    assert result.exit_code == 0, result.stderr


def test_a_waybill_column_of_names_behind_numbers_is_refused(tmp_path: Path) -> None:
    cells = [*(f"SF{10**9 + at}" for at in range(2000)), *PEOPLE[:400]]

    said = refused(tmp_path, "收件人,运单号\n" + "".join(f"王五,{cell}\n" for cell in cells))

    assert "column 2 (运单号), name" in said


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("编号", ["SF1234567890", "20241105123456", "A-17"]),
        ("重量", ["1.5", "2.25", "10"]),
        ("时间", ["2024-11-05 12:30:00", "2024/11/06"]),
        ("金额", ["¥12.50", "128.00"]),
        ("城市", ["江苏", "安徽", "上海"]),
        ("商品", ["白米", "黄桃", "毛巾"]),
        ("Status", ["Out For Delivery", "In Transit"]),
        ("备用", ["", " ", "-"]),
        ("网点", ["华新镇", "徐泾"]),
        ("x", ["121.1234567,31.1234567"]),
    ],
)
def test_other_columns_come_back_as_they_were(tmp_path: Path, header: str, cells: list[str]) -> None:
    result = masked(tmp_path, f"收件人,{header}\n" + "".join(f'王五,"{cell}"\n' for cell in cells))

    assert result.exit_code == 0, result.stderr
    assert [row[1] for row in rows(result.stdout)[1:]] == cells


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("签收人：张三", "签收人：张*"),
        ("张三 13812345678", "张* *******5678"),
        ("送华志路1685号3号楼2单元402室", "送华志路1685号3号楼*单元***室"),
        ("已签收，签收人：本人", "已签收，签收人：本人"),
    ],
)
def test_guard_masks_what_a_cell_says_of_people(tmp_path: Path, cell: str, shown: str) -> None:
    result = masked(tmp_path, table(cell, header="收件人,X").replace(cell, f"王五,{cell}"), "--unmapped", "guard")

    assert rows(result.stdout)[1][2] == shown


def test_amounts_of_eleven_digits_are_not_personal(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,订单金额,weight_g\n王五,13812345678,13912345678\n")

    assert rows(result.stdout)[1] == ["王*", "13812345678", "13912345678", ""]


def test_guard_hides_what_can_be_found(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,甲,乙\n王五,打13812345678,放门口\n", "--unmapped=guard")

    assert rows(result.stdout)[1] == ["王*", "打*******5678", "放门口", ""]
    assert "cells hidden in them: 1" in result.stderr


@pytest.mark.parametrize("other", ["放门口", "打13812345678"])
def test_guard_refuses_a_column_whose_names_can_only_be_guessed(tmp_path: Path, other: str) -> None:
    result = masked(tmp_path, f"收件人,甲,乙\n王五,打13812345678,李四\n王五,,{other}\n", "--unmapped=guard")

    assert result.exit_code == 2
    assert "李四" not in result.stdout
    assert "column 3 (乙)" in result.stderr
    assert "with --unmapped hide or pass" in result.stderr


def test_hide_hides_every_cell(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,甲,乙\n王五,打13812345678,李四\n", "--unmapped=hide")

    assert rows(result.stdout)[1] == ["王*", "*" * 12, "**", ""]


def test_hide_leaves_the_columns_that_the_schema_keeps(tmp_path: Path) -> None:
    content = "recipient-name,order-id,Quantity Purchased,x\nJane Roe,902-3159896,2,7\n"

    result = masked(tmp_path, content, "--schema=amazon", "--unmapped=hide")

    assert rows(result.stdout)[1] == ["J*** ***", "902-3159896", "2", "*", ""]


def test_hide_leaves_the_waybill_number_and_hides_a_phone_in_its_place(tmp_path: Path) -> None:
    result = masked(tmp_path, "运单号,收件人,x\nSF1234567890,王五,7\n13812345678,王五,7\n", "--unmapped=hide")

    assert [row[0] for row in rows(result.stdout)[1:]] == ["SF1234567890", "*******5678"]


def test_pass_leaves_every_cell_but_for_the_leak_guard(tmp_path: Path) -> None:
    result = masked(tmp_path, "收件人,甲,乙\n王五,打13812345678,李四找王五\n", "--unmapped=pass")

    assert rows(result.stdout)[1] == ["王*", "打13812345678", "李四找王*", ""]


def test_check_says_what_would_be_done_and_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("收件人,备用电话,x\n张三,13812345678,1\n")

    result = run("mask", path, "--check")

    assert result.exit_code == 0
    assert "columns: 1 /recipient/name" in result.stderr
    assert "nothing was written (--check)" in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == [path]


def test_check_refuses_what_mask_refuses(tmp_path: Path) -> None:
    assert "column 2 (备用), phone" in refused(tmp_path, "收件人,备用\n王五,13812345678\n", "--check")


@every(("kind", "cells"), PERSONAL.items())
def test_a_cell_is_told_by_its_look(kind: str, cells: list[str]) -> None:
    assert {found_kind(cell) or guessed_kind(cell) for cell in cells} == {kind}


def test_members_of_documents_with_chinese_names_are_guarded(tmp_path: Path) -> None:
    records = [{"remark": "", "收货人": "李四", "联系电话": "13812345678"}, {"收件人": "张三"}]

    result = masked(tmp_path, ndjson(*records), name="in.ndjson")

    first, second = map(json.loads, result.stdout.splitlines())
    assert first == {"remark": "", "收货人": "李*", "联系电话": "*******5678"}
    assert second["error"]["code"] == "nothing-mapped"


@pytest.mark.parametrize("locale", [{"LC_ALL": "zh_CN.UTF-8"}, {"LC_ALL": "", "LANG": "zh_TW.UTF-8"}])
def test_a_chinese_terminal_gets_chinese_texts(tmp_path: Path, locale: dict[str, str]) -> None:
    path = tmp_path / "in.csv"
    path.write_text("收件人,备用\n王五,13812345678\n")

    said = run("mask", path, env=locale).stderr
    done = run("mask", path, "--map=备用=kind:phone", env=locale)

    assert "有 1 列疑似个人信息但未映射，未写入任何内容。" in said
    assert "--map '备用=kind:phone' 将其脱敏" in said
    assert "共 1 条，失败 0 条" in done.stderr
