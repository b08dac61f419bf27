"""A test for every case of one fact."""

import pytest

from tests.every import every


def test_all_cases_that_fail_are_named() -> None:
    @every(("number", "even"), [(1, False), (2, False), pytest.param(3, True, id="three")])
    def check(number: int, even: bool) -> None:
        assert (number % 2 == 0) == even

    with pytest.raises(BaseExceptionGroup, match="2 of 3 cases") as failed:
        check()

    assert [one.__notes__ for one in failed.value.exceptions] == [
        ["where {'number': 2, 'even': False}"],
        ["where {'number': 3, 'even': True}"],
    ]


@every("left, right", [(1, 2), (3, 4)])
@every("one", "ab")
def test_it_takes_fixtures_and_stacks(tmp_path: object, left: int, right: int, one: str) -> None:
    assert (left < right, one in "ab", tmp_path is not None) == (True, True, True)


def test_a_failure_that_raises_nothing_counts() -> None:
    @every("error", [ValueError])
    def check(error: type[Exception]) -> None:
        with pytest.raises(error):
            pass

    with pytest.raises(BaseExceptionGroup, match="1 of 1"):
        check()


def test_no_case_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="no case"):
        every("one", [])
