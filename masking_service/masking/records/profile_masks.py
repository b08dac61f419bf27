"""Makes the masks of a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from masking_service.masking.addresses.usual_addresses import as_it_is_if_usual, usual_masker
from masking_service.masking.kinds.address import AddressMask
from masking_service.masking.kinds.name import mask_name, mask_short_name, mask_short_names
from masking_service.masking.kinds.party import mask_party
from masking_service.masking.kinds.phone import mask_phone, plain_mobile_lines_masker, plain_mobile_masker
from masking_service.masking.kinds.table import OF_A_PERSON, TABLE
from masking_service.masking.kinds.text import TextMask
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.records.leaks import may_leak
from masking_service.masking.records.profiles import ALL, MAX_DIGITS_SHOWN, NOTHING, Profile
from masking_service.masking.records.spellings import Mask, hide_names, hide_phones, needles_of
from masking_service.masking.stars import stars, steady
from masking_service.masking.texts.full_reading import ROUNDS

_FIELDS_ONLY: Final = ("middle", "last")


class Masks:
    """The masks of a profile, by kind."""

    def __init__(self, profile: Profile) -> None:
        self._profile, self._hide = profile, profile.hide

    def masker(self, kind: str) -> Callable[[str], str] | None:
        """Return the function that masks a value of `kind`; None if such values pass.

        What people write beside an address (a name, a phone, an identity number) is hidden where its units show, too.
        """
        hide = self._hide[kind]
        if hide == NOTHING and kind != "address":
            return None
        keep, hide_last = self._digits_in_texts, self._profile.hide_last
        # Lambdas, not partials: each value of each record goes through one, and they cost a third.
        if kind == "name":
            return lambda value: mask_name(value, hide, keep)
        if kind == "address":
            return self._address_mask
        if hide == ALL:
            return stars
        if kind == "phone":
            return lambda value: mask_phone(value, keep, hide_last)
        return self.text_mask if kind == "text" else TABLE[kind].mask or stars

    @property
    def _in_texts(self) -> Masks:
        """The masks of names and phones in texts, addresses and unmapped members.

        The end of a name or the beginning of a number is shown in its own field only: in a text it would look like
        another one.
        """
        shown = ("name", "given"), ("phone", "digits")
        other = {kind: how for kind, how in shown if self._hide[kind] in _FIELDS_ONLY}
        return Masks(replace(self._profile, hide={**self._hide, **other}, hide_last=0)) if other else self

    def leak_masks(self) -> tuple[Callable[[str], str], Callable[[str], str]]:
        """Return the masks for phones and names of the record that are found elsewhere in it."""
        return self._in_texts.masker("phone") or stars, self._in_texts.masker("name") or stars

    @property
    def _digits_in_texts(self) -> int:
        """Return how many digits of a phone are shown in other kinds.

        In a name, an address or a text they are no more than in a phone field.
        """
        return MAX_DIGITS_SHOWN if self._hide["phone"] == NOTHING else self._profile.show_last

    def party_masker(self) -> Callable[[str], str]:
        """Return the mask of strings with a name, a phone and an address."""
        mask_one_name, mask_one_address = self._in_texts.masker("name") or str, self.masker("address") or str
        if self._hide["name"] == ALL and self._hide["address"] == ALL:
            return stars
        keep = self._digits_in_texts
        return lambda value: mask_party(value, keep, mask_one_name, mask_one_address)

    def masks(self) -> dict[str, Callable[[str], str]]:
        """Return the masks of the kinds that are hidden where the name of a member or a label says what a value is."""
        mask_of = self._in_texts.masker
        hidden = (kind for kind in OF_A_PERSON if self._hide[kind] != NOTHING)
        masks = {kind: mask for kind in hidden if (mask := mask_of(kind)) is not None}
        if "phone" in masks:
            masks["virtual_phone"] = masks["phone"]
        return masks | {PARTY: _steady_party(masks, self.party_masker())}

    @cached_property
    def text_mask(self) -> TextMask:
        """Return the mask of texts, and of values of unknown meaning."""
        return TextMask(self.masks(), self.scanner(), self._profile.kept_words, self._profile.hidden_words)

    def scanner(self) -> Callable[[str], str]:
        """Return the mask of numbers in values of unknown meaning."""
        keep = self._digits_in_texts
        return lambda value: scrub(value, keep)

    def usual(self, kind: str) -> Callable[[str], str | None] | None:
        """Return the quick mask of usual values of `kind`; None if there is none.

        It gives the same mask as `masker`, and None for every value that is not one of these: a short Chinese name of
        which one character shows, a Chinese mobile number, a plain address, a text without digits. They have one
        spelling, they did not come in hidden. The mask of such a name or number holds no name and no number, that of
        such an address or text no number. Nor does the mask of a kind whose rule reads no other (`Kind.usual`).
        """
        hide = self._hide[kind]
        if kind == "name" and hide == "given":
            return mask_short_name
        if kind == "phone" and hide == "digits":
            return plain_mobile_masker(self._profile.show_last)
        if kind == "address" and hide == "unit":
            return usual_masker(self._address_mask.of_other_form)
        if kind == "address" and hide == NOTHING:
            return as_it_is_if_usual
        if kind == "text" and hide == "found":
            return self.text_mask.plain
        return TABLE[kind].usual if hide not in (ALL, NOTHING) else None

    @cached_property
    def _address_mask(self) -> AddressMask:
        name = self._in_texts.masker("name") or str
        return AddressMask(self._hide["address"], self._digits_in_texts, name, label=self._profile.label)

    def usual_column(self, kind: str) -> Callable[[Sequence[Any]], list[str | None]] | None:
        """Return what gives the masks that `usual` gives for the values of many records, in half of the time.

        It gives addresses that show a number as long as a phone, too, as `Numbered` ones.
        """
        one = self.usual(kind)
        if one is None:
            return None
        lines: Callable[[str], list[str]] | None = None
        if kind == "name":
            lines = mask_short_names
        elif kind == "phone":
            lines = plain_mobile_lines_masker(self._profile.show_last)
        elif kind == "address" and self._hide[kind] == "unit":
            return self._address_mask.usual_column
        return lambda column: _column(column, one, lines)


def _steady_party(masks: Mapping[str, Mask], mask_once: Mask) -> Mask:
    """Return a mask of parties that leaves nothing which would be hidden if its mask were masked again."""

    def without_needles(masked: str, party: str) -> str:
        """Hide, in the mask of a party, what the leak guard would look for in it."""
        phones, names = needles_of(PARTY, party)
        if may_leak([masked], phones, names):
            masked = hide_phones(masked, phones, masks.get("phone", stars))
            masked = mask_once(hide_names(masked, names, masks.get("name", stars)))
        return masked

    def mask(party: str) -> str:
        once = without_needles(mask_once(party), party)
        return steady(lambda masked: without_needles(masked, masked), once, ROUNDS)

    return mask


def _column(
    values: Sequence[Any], one: Callable[[str], str | None], lines: Callable[[str], list[str]] | None
) -> list[str | None]:
    """Search all values together, and each one by itself only if nothing was found for it."""
    if lines is not None and {*map(type, values)} == {str}:
        masks = lines("\n".join(values))
        if len(masks) == len(values):  # or a value has lines of its own
            return [*masks] if all(masks) else [mask or one(value) for mask, value in zip(masks, values, strict=True)]
    return [one(value) if type(value) is str else None for value in values]


def examples(profile: Profile) -> list[tuple[str, str, str]]:
    """Return (kind, before, after) for each kind, to be shown to people. The values are invented."""
    masks, rows = Masks(profile), []
    for kind in TABLE.values():
        mask = masks.masker(kind.name)
        rows.append((kind.name, kind.example, kind.example if mask is None else mask(kind.example)))
    return rows
