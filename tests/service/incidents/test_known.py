"""What cannot be known of an incident as it is told is refused, each part by its place."""

from typing import Any

import pytest

from masking_service.service.call.errors import InvalidRequest
from masking_service.service.incidents.use import Known, _check_known

NOW = 1_000


def wrong(**known: Any) -> list[tuple[str, str]]:
    try:
        _check_known(Known(**known), NOW)
    except InvalidRequest as refused:
        return [*refused.places]
    return []


@pytest.mark.parametrize("member", ["persons", "possible"])
def test_a_number_of_persons_is_from_none_to_all_people(member: str) -> None:
    places = [wrong(**{member: number}) for number in (-1, 0, 10_000_000_000, 10_000_000_001)]

    assert places == [[(f"/{member}", "out-of-range")], [], [], [(f"/{member}", "out-of-range")]]


def test_other_parts_are_those_that_the_documents_know_and_no_report_is_in_the_future() -> None:
    known = {"flags": frozenset({"malicious"}), "kinds": ["phone"], "reported": {"cn/a": 1, "cn/b": NOW}}
    unknown = {"persons": -1, "flags": frozenset({"x"}), "kinds": ["x"], "reported": {"cn/a": 0, "cn/b": NOW}}
    places = [("/persons", "out-of-range"), *((f"/{name}", "invalid-value") for name in ("flags", "kinds", "reported"))]

    assert (wrong(**known), wrong(**unknown)) == ([], places)
    assert wrong(reported={"cn/a": NOW + 1}) == [("/reported", "invalid-value")]
