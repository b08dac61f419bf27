"""Whose data a field is follows from its name; what does not tell is both."""

from masking_audit.packs.persons import BOTH, RECIPIENT, SENDER, side_of
from tests.every import every


@every(
    ("pointer", "side"),
    [
        ("/recipient/phone", RECIPIENT),
        ("/receiver/mobile", RECIPIENT),
        ("/sender/phone", SENDER),
        ("/contactInfoList/0/mobile", BOTH),
        ("/contact/phone", BOTH),
        ("/", BOTH),
        ("/a b/[", BOTH),
    ],
)
def test_the_side_of_a_field(pointer: str, side: int) -> None:
    assert side_of(pointer) == side
    assert (RECIPIENT, SENDER, BOTH) == (1, 2, 3)
