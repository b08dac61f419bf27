"""Caps the work for a batch and for each record, so that costly values do not block other callers.

Work is counted in units while a batch is masked. One unit takes about a microsecond of a processor of 2026, and about
four in the worst text that was found. `python -m bench.effort` measures the worst that fits under each cap. No clock
decides what the caps let through: a batch passes them everywhere or nowhere. What `Profile.usual` masks is not counted,
nor are columns of it: the size of a body bounds them. Each text of a column is counted.

A rule that reads more of a kind than today must stay under the kind's price here, or the price has to rise with it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple

from masking_service.masking.errors import TOO_LARGE, InvalidRecord

Pay = Callable[[float], None]
"""Takes units of work; raises InvalidRecord where too little is left."""


def unpaid(_cost: float) -> None:
    """Takes no payment: for the texts of a file, whose owner is the only one who waits for them."""


A_BATCH: Final = 3_000_000
"""The units of a batch: a thousand labels with foreign phones, firms and odd addresses fit, in every schema."""
A_RECORD: Final = 250_000
"""The units of a record: a twelfth of a batch's, which leaves enough for others. Hundreds of orders fit."""
A_STORED_RECORD: Final = A_BATCH // 50
"""The units that a record to be stored may take: fifty of these can be viewed with one call."""
MAX_VALUES: Final = 10_000
"""The largest number of members of unmapped objects and elements of arrays in one record, at all levels together."""

A_NUMBER_ABROAD: Final = 95
"""The units for a phone field that is one plainly written number of another country, once it is known to be one."""
COLD_NAME: Final = 80
"""The units for reading the name of an unmapped member of a form that was not read before."""
A_VALUE: Final = 3
"""The units for each of `MAX_VALUES`, whatever it holds."""


class _Price(NamedTuple):
    """What reading a value takes, in units.

    Attributes:
        begin: for any value.
        character: for each of the first `longest`.
        letter: for each of these that is an ASCII letter, in place of `character`: most letters are read as words.
        number: if there is any digit among these.
        digit: for each of them besides.
        longest: characters that are read; longer values are hidden whole, or as one.
        beyond: for each character behind these: it is still looked for elsewhere in the record.
    """

    begin: int
    character: float
    letter: float
    number: int
    digit: float
    longest: int
    beyond: float


_PRICES: Final = {
    "phone": _Price(90, 6, 6, 0, 0, 256, 1),
    "name": _Price(22, 2.2, 1, 75, 6, 256, 2),
    "address": _Price(100, 5, 2, 0, 3, 512, 1),
    "text": _Price(36, 2, 2, 0, 0, 2_048, 0.25),
}
_OTHER: Final = _Price(2, 1, 1, 0, 0, 2_048, 0.0625)
_FOUND: Final = re.compile(r"\+|\uff0b|@|\#|0(?<![0-9:].)0(?!:)|\*(?<=[0-9].)").findall
"""Finds possible places of numbers of any country (no times), of e-mail addresses, and of ends of masked numbers."""
_AT: Final = {"+": 190, "\uff0b": 190, "@": 30, "00": 800, "#": 4, "*": 28}
"""The units for each of these places."""
_LONGEST_FOUND: Final = 256
"""Characters of a value that are searched for these places."""
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class Effort:
    """The work still allowed for a batch.

    Attributes:
        left: units.
        a_record: how much of it one record may take.
        pause: lets other work go first; returns whether there is time for more.
    """

    left: float = A_BATCH
    a_record: float = A_RECORD
    pause: Callable[[], bool] = lambda: True

    def rest(self) -> None:
        """Pause between two records that were counted; nothing is left where there is no time for more."""
        if not self.pause():
            self.left = 0

    def take(self, cost: float) -> bool:
        """Take units of work for a value of many records; False, with nothing left, if too few remain."""
        enough = cost <= self.left
        self.left = self.left - cost if enough else 0
        return enough


UNBOUNDED: Final = Effort(inf, inf)
"""The limit for records that were accepted before."""


class Share:
    """The work still allowed for one record of the batch.

    Each method raises InvalidRecord (``too-large``) where too little is left. The error names `where`, a JSON Pointer.
    """

    __slots__ = ("_effort", "_left", "_values")

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self._left = effort.a_record
        self._values = MAX_VALUES

    def count(self, values: int, where: str = "") -> None:
        """Pay for visiting the values of an object or array, of which a record has at most MAX_VALUES."""
        self._values -= values
        if self._values < 0 and self._left < inf:
            raise InvalidRecord(((where, TOO_LARGE),))
        self.pay(A_VALUE * values, where)

    def read(self, kind: str, text: str, where: str = "") -> None:
        """Pay for reading one value."""
        if self._left < inf:
            self.pay(estimate(kind, text), where)

    def search(self, needles: int, texts: int, characters: int) -> None:
        """Pay for searching texts for values."""
        self.pay(needles * (50 * texts + characters) / 1000)

    def hide(self, text: str) -> None:
        """Pay for hiding values in a text that may hold one."""
        self.pay(30 + len(text) / 16)

    def pay(self, cost: float, where: str = "") -> None:
        """Take units of work."""
        if cost > self._left or cost > self._effort.left:  # not done, so not paid for: others get the rest
            raise InvalidRecord(((where, TOO_LARGE),))
        self._left -= cost
        self._effort.left -= cost


def estimate(kind: str, text: str) -> float:
    """Return the units that reading a value of this kind takes at most."""
    price = _PRICES.get(kind, _OTHER)
    read = text[: price.longest]
    units = price.begin + price.character * len(read) + price.beyond * (len(text) - len(read))
    if price.letter < price.character:
        written = read.encode("utf-8", "surrogatepass")
        units -= (price.character - price.letter) * (len(written) - len(written.translate(None, _LETTERS)))
    if price.digit and (digits := sum(map(str.isdecimal, read))):
        units += price.number + price.digit * digits
    if kind in _PRICES:
        units += sum(map(_AT.__getitem__, _FOUND(read[:_LONGEST_FOUND])))
    return units
