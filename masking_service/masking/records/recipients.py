"""Says which stored phones are a recipient's, and brings them into one spelling.

A phone is a recipient's only if the name of its member says so. If the schema leaves it open (an array of contacts), it
is not.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.kinds.phone import MAX_LENGTH
from masking_service.masking.numbers.masked_numbers import read_phones
from masking_service.masking.records.schema import Place

MAX_PHONES: Final = 8
"""The largest number of phones by which a record is found. Further ones are left out."""
LAST: Final = 4
FEWEST_DIGITS: Final = 7

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[一-鿿]+")
_RECIPIENT: Final = frozenset(
    {"recipient", "recipients", "receiver", "receive", "rec", "consignee", "to", "d", "post", "收"}
)
"""``d`` is the recipient of SF's older format, ``post`` of Douyin's, ``rec`` of Kuaidi100's."""
_SENDER: Final = frozenset({"sender", "send", "shipper", "consignor", "from", "j", "寄", "发"})
_PATHS: Final = frozenset({"address_info.tel_number", "ship-phone-number"})
"""Recipients' phones whose names do not say so: in WeChat's shop orders and in Amazon's reports."""
_PLAIN_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}").fullmatch
_DIGITS: Final = re.compile(r"[0-9]{7,15}").fullmatch
"""Who asks for these asks for one number: what is no phone is found nowhere."""


class Phone(msgspec.Struct, frozen=True, gc=False):
    """A phone number in its one spelling.

    Attributes:
        number: its digits with area or country code, without 86 and without the 0 of an area code.
        ending: its last four digits if a label may show them, else empty.
    """

    number: str
    ending: str

    def __repr__(self) -> str:
        return "<Phone>"


@lru_cache(maxsize=4096)
def is_recipients(place: Place) -> bool:
    """Whether a place holds a recipient's phone."""
    if place.kind != "phone":
        return False
    words = _words(place)
    return place.path in _PATHS or (not words.isdisjoint(_RECIPIENT) and words.isdisjoint(_SENDER))


@lru_cache(maxsize=4096)
def is_senders(place: Place) -> bool:
    """Whether a place holds a sender's phone."""
    words = _words(place)
    return place.kind == "phone" and not words.isdisjoint(_SENDER) and words.isdisjoint(_RECIPIENT)


def _words(place: Place) -> set[str]:
    """Return the words of a place's names, and the first character of Chinese ones."""
    words = {word.lower() for key in place.keys if isinstance(key, str) for word in _WORD.findall(key)}
    return words | {word[0] for word in words if word > "一"}


def read(value: Any) -> list[Phone]:
    """Return the numbers of a phone field. Masks, platforms' numbers and what is no number are passed over."""
    text = value if type(value) is str else "" if value is None else str(value)
    if _PLAIN_MOBILE(text):
        return [Phone(text, text[-LAST:])]
    if not text or len(text) > MAX_LENGTH:
        return []
    found = []
    for piece in read_phones(text, LAST):
        if len(piece.whole) >= FEWEST_DIGITS:
            ending = piece.whole[-LAST:]
            found.append(Phone(piece.whole, ending if piece.shown.endswith(ending) else ""))
    return found


def one_number(phone: str) -> str:
    """Return the one number of a phone in any spelling, in its one spelling.

    Raises:
        InvalidRecord: it is none, or several.
    """
    numbers = [one.number for one in read(phone)]
    if len(numbers) == 1:
        return numbers[0]
    if _DIGITS(phone):
        return phone
    raise InvalidRecord((("/phone", "invalid-phone"),))


def numbers_of(values: Sequence[Any]) -> list[Phone]:
    """Return the numbers of phone fields, each once."""
    found = read(values[0]) if len(values) == 1 else [phone for value in values for phone in read(value)]
    return found if len(found) < 2 else list(dict.fromkeys(found))[:MAX_PHONES]  # most records have one


def recipients_phones(fields: Iterable[tuple[Place, Any]]) -> list[Phone]:
    """Return the recipients' phones of a record, each once."""
    return numbers_of([value for place, value in fields if is_recipients(place)])


def is_plain_mobile(value: Any) -> bool:
    """Whether a phone field holds one Chinese mobile number in its one spelling, and nothing else."""
    return type(value) is str and _PLAIN_MOBILE(value) is not None
