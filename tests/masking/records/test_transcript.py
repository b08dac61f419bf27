"""How values of a record are found in its other texts, and what its mask takes, whole, as it is listed."""

import pytest

from tests.masking.records import costs, finding


def test_names_and_phones_are_found_as_listed() -> None:
    listed = finding.FILE.read_text("utf-8").split("\n")[:-1]
    new = [*finding.told()]

    assert [(was, now) for was, now in zip(listed, new, strict=True) if was != now] == []


@pytest.mark.slow
def test_records_take_of_the_effort_what_is_listed() -> None:
    listed = costs.FILE.read_text("utf-8").split("\n")[:-1]
    new = [*costs.told()]

    assert len(new) == len(listed), "`python -m tests.masking.records.costs` writes the list again"
    assert [(was, now) for was, now in zip(listed, new, strict=True) if was != now] == []
