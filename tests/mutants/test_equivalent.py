"""The list of equivalent mutants: how it is read, and that each entry names one line of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.every import every
from tests.mutants.equivalent import FILE, OUTSIDE, Change, change, function_at, listed
from tests.mutants.operators import mutants

ROOT = Path(__file__).parents[2]
TWICE = """\
LIMIT = 5

class Log:
    @property
    def first(self):
        return size < LIMIT

    def last(self):
        return size < LIMIT
"""


def test_a_change_names_the_function_around_its_line() -> None:
    places = [function_at(TWICE, line) for line in (1, 3, 4, 6, 7, 9)]

    assert places == [OUTSIDE, "Log", "Log.first", "Log.first", "Log", "Log.last"]


def test_one_line_in_two_functions_gives_two_changes(tmp_path: Path) -> None:
    (tmp_path / "log.py").write_text(TWICE, "utf-8")

    found = [change(one, tmp_path) for one in mutants(tmp_path, "log.py") if one.operator.endswith("_Lt_LtE")]

    assert found == [
        Change("log.py", "Log.first", "return size < LIMIT => return size <= LIMIT"),
        Change("log.py", "Log.last", "return size < LIMIT => return size <= LIMIT"),
    ]


def test_a_listed_change_has_a_reason() -> None:
    text = "log.py: Log.first: return 1  # one => return 2  # one # Both are said as one.\n"

    assert listed(text) == {
        Change("log.py", "Log.first", "return 1  # one => return 2  # one"): "Both are said as one.",
    }


@every(
    "text",
    [
        pytest.param("log.py: first: a => b\n", id="no_reason"),
        pytest.param("log.py: first: a => b # \n", id="empty_reason"),
        pytest.param("log.py: a => b # reason\n", id="no_function"),
        pytest.param("log.py: first: a # reason\n", id="no_change"),
        pytest.param("log.py: first: a => b # reason\nlog.py: first: a => b # another\n", id="twice"),
    ],
)
def test_a_line_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"log\.py: (first: )?a"):
        listed(text)


def test_each_listed_change_is_of_one_line_of_its_function() -> None:
    elsewhere = {}
    for one in listed(FILE.read_text("utf-8")):
        source = (ROOT / one.path).read_text("utf-8")
        old = one.lines.partition(" => ")[0]
        lines = [at for at, line in enumerate(source.splitlines(), 1) if line.strip() == old]
        if (count := sum(function_at(source, line) == one.function for line in lines)) != 1:
            elsewhere[str(one)] = count

    assert elsewhere == {}
