"""The slots of the store over which a log is spread: the last digit of a writer's name says which is its own."""

from typing import Final

SLOT_DIGITS: Final = "0123456789abcdef"
MAX_AUDIT_SLOTS: Final = len(SLOT_DIGITS)


def slot_of(writer: str, slots: int) -> int:
    """Return the 0-based slot of a writer, of `slots`."""
    return SLOT_DIGITS.find(writer[-1:]) % slots
