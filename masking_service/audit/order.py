"""The place of an entry in the order of its tenant."""

from typing import Final, NamedTuple, Self

_LARGEST: Final = 2**63 - 1


class Order(NamedTuple):
    """A place in the order of a tenant's entries: the id that the store gave it there.

    Attributes:
        ms: the store's clock, in milliseconds.
        number: 0-based, within the millisecond.
    """

    ms: int
    number: int

    @classmethod
    def parse(cls, text: bytes, slot: int = 0, slots: int = 1) -> Self:
        """Parse ``MS-NUMBER``, the place in the order of a slot, and return the place among the orders of all slots.

        They are merged by their times, and no two places are the same.

        Raises:
            ValueError: it is something else.
        """
        return cls(*_numbers(text, slot, slots))

    @property
    def next(self) -> "Order":
        """The place after this one."""
        return Order(self.ms, self.number + 1) if self.number < _LARGEST else Order(self.ms + 1, 0)

    @property
    def previous(self) -> "Order":
        """The place before this one."""
        return Order(self.ms, self.number - 1) if self.number else Order(self.ms - 1, _LARGEST)

    def first_of(self, slot: int, slots: int) -> "Order":
        """Return the first place in the order of a slot that is not before this place among all."""
        return Order(self.ms, -((slot - self.number) // slots))

    def last_of(self, slot: int, slots: int) -> "Order":
        """Return the last place in the order of a slot that is not behind this place among all."""
        if self.number < slot:
            return Order(self.ms - 1, _LARGEST) if self.ms else Order(0, 0)
        return Order(self.ms, (self.number - slot) // slots)

    def __bytes__(self) -> bytes:
        return b"%d-%d" % self


def merged(text: bytes, slot: int, slots: int) -> bytes:
    """Return ``bytes(Order.parse(text, slot, slots))`` in half of the time: the witness needs it for each entry."""
    return b"%d-%d" % _numbers(text, slot, slots)


def _numbers(text: bytes, slot: int, slots: int) -> tuple[int, int]:
    ms, _, number = text.partition(b"-")
    if not (ms.isdigit() and number.isdigit()):
        raise ValueError("is not a place in an order")
    return int(ms), int(number) * slots + slot


FIRST: Final = Order(0, 0)
LAST: Final = Order(_LARGEST, _LARGEST)
