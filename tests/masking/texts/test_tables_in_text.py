"""A table that a text holds is masked by its headers, whatever parts its cells."""

import pytest

from masking_service.masking.texts.full_reading import MAX_STEADY
from masking_service.masking.texts.tables_in_text import may_hold_table, values_of_tables
from tests.every import every
from tests.masking.standard import masked, standard


def shown(text: str) -> str:
    record, _ = masked(standard(note=text, remark=text))
    assert record["note"] == record["remark"]
    return str(record["note"])


@pytest.mark.parametrize("mark", ["\t", ",", ";", "|", " | "])
def test_cells_are_masked_by_their_headers(mark: str) -> None:
    came = mark.join(["waybill", "receiver", "phone"]) + "\n" + mark.join(["SF1", "Ramesh Kulkarni", "9820098200"])

    assert shown(came) == came.replace("Ramesh Kulkarni", "R***** ********").replace("9820098200", "******8200")


@every(
    ("came", "masked"),
    [
        (
            "| 收件人 | 电话 |\n|---|---|\n| 李建国 | 83831234 |\n| 王芳 | 83831235 |",
            "| 收件人 | 电话 |\n|---|---|\n| 李** | ******34 |\n| 王* | ******35 |",
        ),
        (
            'name,phone\r\n"Kulkarni, Ramesh",98200 98201\r\n',
            'name,phone\r\n"K******** ******",******8201\r\n',
        ),
        (
            "orders:\nname\tphone\nRamesh Kulkarni\t83831234\nSF1\nAnn Lee\t83831235",
            "orders:\nname\tphone\nR***** ********\t******34\nSF1\nA** ***\t******35",
        ),
        ("商品,数量,价格\n保温杯,2,83831234", None),
        ("Hello, all\nthanks, bye", None),
        ("name,phone\n\n保温杯,83831234", None),
    ],
)
def test_a_table_ends_at_an_empty_line_and_needs_headers(came: str, masked: str | None) -> None:
    assert shown(came) == (came if masked is None else masked)


def test_a_long_text_is_masked_by_headers_of_another_part() -> None:
    came = "item,phone\n" + "box,83831234\n" * 20 + "note\n" * MAX_STEADY + "box,83831234"

    assert shown(came) == came.replace("83831234", "******34")


def test_at_most_four_headers_of_a_text_are_read() -> None:
    costs: list[float] = []
    values = values_of_tables("name,phone\nAnn Lee,83831234\n\n" * 9, costs.append)

    assert (len(values), len(costs)) == (8, 4)


@pytest.mark.parametrize("text", ["name,phone", "name,phone\nx", "name\tphone\na,b", ""])
def test_two_lines_with_one_sign_may_be_a_table(text: str) -> None:
    assert not may_hold_table(text)
