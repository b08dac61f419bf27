"""What is left of a list that has become too long."""

from masking_service.service.state.lists import without_oldest
from tests.every import every


@every(
    ("most", "left"),
    [
        (6, ["a", "B", "C", "d", "E"]),
        (5, ["a", "B", "C", "d", "E"]),
        (4, ["a", "C", "d", "E"]),
        (3, ["a", "d", "E"]),
        (1, ["a", "d"]),
    ],
)
def test_the_oldest_that_have_ended_go_first_and_no_others_go(most: int, left: list[str]) -> None:
    """Capital letters have ended."""
    assert without_oldest(["a", "B", "C", "d", "E"], most, str.isupper) == left
