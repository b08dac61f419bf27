"""What a pass over a record collects, and the leak guard's part of it.

Warnings and errors are limited: their number, and the length of their pointers.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from masking_service.masking.effort import Effort, Share
from masking_service.masking.members.member_names import OwnNames
from masking_service.masking.records.leaks import Hider, may_leak, scrub_around
from masking_service.masking.records.schema import Place, Steps, pointer
from masking_service.masking.records.spellings import Mask, may_hold_name
from masking_service.masking.stars import stars
from masking_service.masking.texts.full_reading import MAX_STEADY
from masking_service.masking.waybill import own_number

UNMAPPED_MASKED: Final = "unmapped-masked"
FOUND_IN_TEXT: Final = "found-in-text"
NOT_LISTED: Final = "not-listed"
"""The code for more warnings, or more errors, than are listed."""
MAX_LISTED: Final = 100
"""The largest number of listed warnings, and of listed errors, of a record. One more says that there are others."""
MAX_POINTER: Final = 200
"""Characters of the longest pointer in them. A member's name may be as long as a body."""


def place_name(keys: Iterable[str | int]) -> str:
    """Return the JSON Pointer of a value, or of what is around it if that has more than `MAX_POINTER` characters."""
    where = ""
    for key in keys:
        step = str(key)
        if len(where) + len(step) >= MAX_POINTER:
            break
        where += pointer((step,))
    return where


def note(warnings: list[tuple[str, str]], keys: Iterable[str | int], code: str) -> None:
    """Add a warning once. After `MAX_LISTED` of them only add that there are more."""
    if len(warnings) > MAX_LISTED:
        return
    warning = (place_name(keys), code)
    if warning not in warnings:
        warnings.append(warning if len(warnings) < MAX_LISTED else ("", NOT_LISTED))


def listed(errors: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the first `MAX_LISTED` errors, and that there are more where there are."""
    return (*errors[:MAX_LISTED], *([("", NOT_LISTED)] if len(errors) > MAX_LISTED else []))


@dataclass(slots=True, eq=False, repr=False)
class Masked:
    """What a pass over a record found.

    Attributes:
        places: every mapped position that is present, null and empty ones too: in the schema's order (an object's
            fields together, where the schema first names it), arrays in their own.
        values: what came in at each of them.
        warnings: (JSON Pointer, code), the codes being ALREADY_MASKED, FOUND_IN_TEXT, UNMAPPED_MASKED,
            UNIT_NOT_RECOGNISED and NOT_LISTED.
        hidden: at which of them, by index, a value came in already hidden, so that there is nothing to keep.
    """

    places: Sequence[Place]
    values: Sequence[Any]
    warnings: Sequence[tuple[str, str]] = ()
    hidden: Sequence[int] = ()

    @property
    def fields(self) -> list[tuple[Place, Any]]:
        """(place, value) for each."""
        return list(zip(self.places, self.values, strict=True))

    def kept(self) -> tuple[tuple[Place, ...], Sequence[Any]]:
        """The places and values that are worth keeping."""
        if not self.hidden:
            return tuple(self.places), self.values
        hidden = set(self.hidden)
        kept = [field for at, field in enumerate(self.fields) if at not in hidden]
        return tuple(place for place, _ in kept), [value for _, value in kept]


class Run(Masked):
    """What one pass collects: what was found, and what the leak guard has to look for, and where.

    Attributes:
        errors: (JSON Pointer, code): ``invalid-type`` for what is no object or array where one is expected, and
            ``nothing-mapped`` for a record that has no member of the schema.
        phones, names: what is looked for elsewhere in the record.
        plain: the masks of usual values that may hold a name; none of them can hold a number.
        texts: every other text, number and member name, after it was masked.
        beside: the objects with unmapped members: the object, the names that are not looked at, what the objects around
            it say, the names that the schema maps in it, and where it is.
    """

    __slots__ = (
        "_effort",
        "_number",
        "_own",
        "_share",
        "beside",
        "errors",
        "names",
        "phones",
        "plain",
        "record",
        "texts",
    )

    places: list[Place]
    values: list[Any]
    hidden: list[int]
    warnings: list[tuple[str, str]]

    def __init__(self, record: dict[str, Any], number: Callable[[dict[str, Any]], Any], effort: Effort) -> None:
        super().__init__([], [], [], [])
        self.record = record
        self._number = number
        self._effort = effort
        self._share: Share | None = None
        self._own: str | None = None
        self.beside: list[tuple[dict[str, Any], Container[str], str, OwnNames, Steps]] = []
        self.errors: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.plain: list[str] = []
        self.phones: list[str] = []
        self.names: list[str] = []

    @property
    def share(self) -> Share:
        """What the record may take of the batch's effort: the usual record takes nothing."""
        if self._share is None:
            self._share = Share(self._effort)
        return self._share

    def note_usual(self, place: Place, value: str, masked: str) -> None:
        """Note a value that `Profile.usual` has masked."""
        self.places.append(place)
        self.values.append(value)
        if place.kind == "name":
            self.names.append(value)
        elif place.kind == "phone":
            self.phones.append(value)
        else:
            self.plain.append(masked)

    def guard(self, masks: dict[str, Mask | None], leak_masks: tuple[Mask, Mask], fixed: frozenset[Any]) -> bool:
        """Hide the record's own values elsewhere in it; return whether unmapped members have to be masked again.

        New stars may make a masked number of what is beside them.
        """
        if not self.texts and not may_hold_name("\n".join(self.plain), self.names):
            return False  # a usual record is done here
        self.texts += self.plain
        count, characters = len(self.phones) + len(self.names), sum(map(len, self.texts))
        self.share.search(count, 1, characters)
        if not may_leak(self.texts, self.phones, self.names):
            return False
        self.share.search(count, len(self.texts) + len(self.places), characters)
        own = self._number_of_no_person()
        if own is not None and not may_leak([text.replace(own, " ") for text in self.texts], self.phones, self.names):
            return False
        hider = Hider([*dict.fromkeys(self.phones)], [*dict.fromkeys(self.names)], *leak_masks, own, fixed, self.share)
        found = hider.hide(self.record)
        for keys in found:
            note(self.warnings, keys, FOUND_IN_TEXT)
        self._mask_again(set(found), masks)
        return characters <= MAX_STEADY and not {place.keys for place in self.places}.issuperset(found)

    def _mask_again(self, found: set[Steps], masks: dict[str, Mask | None]) -> None:
        """Mask again the fields that the guard changed: its stars may turn what is beside them into a room number."""
        for place in self.places:
            mask = masks[place.kind]
            if place.keys in found and mask is not None:
                parent, key = place.parent(self.record), place.keys[-1]
                own = self.number() if place.kind == "text" and mask is not stars else None
                parent[key] = scrub_around(parent[key], own, mask) if own else mask(parent[key])

    def around_own_number(self, scan: Mask) -> Mask:
        """Return a scan of texts that leaves the record's own waybill number as it is."""

        def scan_around(text: str) -> str:
            own = self.number()
            return scrub_around(text, own, scan) if own is not None and own in text else scan(text)

        return scan_around

    def _number_of_no_person(self) -> str | None:
        """The record's own number, unless it is a phone of the record, with or without hyphens."""
        own = self.number()
        digits = (own or "").replace("-", "")
        is_phone = digits in self.phones or digits.removeprefix("00").removeprefix("86") in self.phones
        return None if is_phone else own

    def number(self) -> str | None:
        """The record's own waybill number, as it is written in texts."""
        if self._own is None:
            self._own = own_number(self._number(self.record))
        return self._own
