"""The names of unmapped members: what is found in them is hidden, and no member is lost."""

from __future__ import annotations

import pytest

from masking_service.domain.effort import Effort
from masking_service.domain.record import Masker
from masking_service.domain.unmapped import FOUND_IN_TEXT
from tests.domain.records import LABEL, STANDARD, masked, standard


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("13700001111", "*******1111"),
        ("137 0000 1111", "*******1111"),
        ("110101199003074610", "*" * 18),
        ("tel 13700001111 of the neighbour", "tel *******1111 of the neighbour"),
        ("someone@example.com", "*******@*******.***"),
    ],
)
@pytest.mark.parametrize("parent", ["", "/extra"])
def test_a_member_name_is_scanned(name: str, shown: str, parent: str) -> None:
    members = {"first": 1, name: "x", "last": 2}
    record, found = masked(standard(**({"extra": members} if parent else members)))

    inner = record["extra"] if parent else record
    assert [key for key in inner if key in {"first", shown, "last"}] == ["first", shown, "last"]
    assert name not in inner
    assert inner[shown] == "x"
    assert found.warnings == [(f"{parent}/{shown}", FOUND_IN_TEXT)]


@pytest.mark.parametrize(
    "name", ["OD2026112412345", "6901234567890", "@timestamp", "2026-11-24T10:00:00", "WB20260001234"]
)
def test_a_member_name_that_is_a_number_of_something_stays(name: str) -> None:
    record, found = masked(standard(extra={name: "x"}))
    assert (record["extra"], found.warnings) == ({name: "x"}, [])


def test_members_whose_names_are_masked_alike_are_all_kept() -> None:
    record, _ = masked(standard(extra={"13700001111": 1, "*******1111": 2, "13900001111": 3}))
    assert record["extra"] == {"*******1111*": 1, "*******1111": 2, "*******1111**": 3}


@pytest.mark.parametrize("where", ["top", "inner"])
def test_columns_leave_records_whose_member_names_hold_data(where: str) -> None:
    inner = {"13700001111": "x"}
    batch = [standard(**(inner if where == "top" else {"extra": inner | {"at": at}})) for at in range(30)]

    Masker(STANDARD, LABEL).mask_batch(batch, Effort())

    assert not any("13700001111" in str(record) for record in batch)
    assert all("*******1111" in str(record) for record in batch)
