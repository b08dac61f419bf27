"""What a request brings is what the method of its operation takes."""

import re
from inspect import getclosurevars, signature

import pytest

from masking_service.http.capabilities import GROUPS
from masking_service.service.call.operation import Operation

PASSED_ON = [row for rows in GROUPS.values() for row in rows if row.handle.__qualname__.startswith("handler_of.")]


@pytest.mark.parametrize("row", PASSED_ON, ids=lambda row: row.name)
def test_a_method_takes_what_its_operation_passes_on(row: Operation) -> None:
    found = getclosurevars(row.handle).nonlocals
    of_path = re.findall(r"{\w+}", row.path)
    members = {name for shape in (row.body, row.query) if shape is not None for name in shape.__struct_fields__}

    if found["proven"]:
        members.add("sent")

    signature(found["method"]).bind(row.uses, "context", *of_path, **dict.fromkeys(members), **found["fixed"])
    assert found["proven"] == row.proven


def test_most_operations_only_pass_on_what_a_request_brings() -> None:
    assert len(PASSED_ON) > 30
