"""What README says of the operations is what their table says."""

import re

from masking_service.http.operations import TABLE
from tests.e2e.processes import ROOT


def test_the_batches_of_guarantee_5_are_those_of_the_table() -> None:
    (row,) = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("| R5 |")]
    named = re.findall(r"`(\w+)`", row.split("|")[2])

    assert named == sorted(named, key=[row.name for row in TABLE].index)
    assert set(named) == {row.name for row in TABLE if row.at_most}
