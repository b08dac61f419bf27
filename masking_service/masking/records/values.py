"""Reads one mapped value by itself: what of it shows, and what is searched for elsewhere in its record.

It is for values that are not usual (`Profile.usual`), whether they are in a single record or in a column.
"""

from collections.abc import Sequence
from typing import NamedTuple

from masking_service.masking.effort import A_NUMBER_ABROAD, Share
from masking_service.masking.hidden import ALREADY_MASKED, hidden_form
from masking_service.masking.kinds.address import UNIT_NOT_RECOGNISED, AddressMask
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.numbers.masked_numbers import forms_of
from masking_service.masking.numbers.numbers import alone_abroad
from masking_service.masking.records.spellings import Mask, needles


class ReadValue(NamedTuple):
    """A value that was read.

    Attributes:
        shown: what shows of it.
        phones, names: what is looked for elsewhere.
        warning: ALREADY_MASKED or UNIT_NOT_RECOGNISED, if it deserves one.
    """

    shown: str
    phones: Sequence[str] = ()
    names: Sequence[str] = ()
    warning: str | None = None

    @property
    def came_in_hidden(self) -> bool:
        """Whether there is nothing to keep of it."""
        return self.warning == ALREADY_MASKED


def read_value(kind: str, text: str, mask: Mask | None, share: Share, pointer: str) -> ReadValue:
    """Read a value that is not blank with the mask of its kind, which is None if such values pass.

    Raises InvalidRecord, at `pointer`, where too little of `share` is left.
    """
    abroad = alone_abroad(text) if kind == "phone" else None
    if abroad is None:
        share.read(kind, text, pointer)
    else:
        share.pay(A_NUMBER_ABROAD, pointer)
    form = hidden_form(kind, text) if kind in TOKEN_KINDS else None
    if form is not None:
        return ReadValue(text if mask is None or form == "opaque" else mask(text), warning=ALREADY_MASKED)
    if mask is None:
        return ReadValue(text)
    phones, names = needles(kind, text) if abroad is None else (forms_of(abroad), [])
    shown = mask(text)
    missed = isinstance(mask, AddressMask) and mask.misses_unit(text, shown)
    return ReadValue(shown, phones, names, UNIT_NOT_RECOGNISED if missed else None)
