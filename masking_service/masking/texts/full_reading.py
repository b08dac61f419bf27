"""Reads a text by all rules: returns its mask, and the phones and names to look for in the rest of the record.

Four things are looked for, in this order: values that a label announces (`labels`), phones and other numbers
(`numbers_in_text`), names beside a cue (`names_in_text`), and addresses with a house and a room (`addresses_in_text`).
Each is masked as the profile masks its kind; the rest stays. A text without any sign of them costs one search
(`worth_reading`), and so do many such texts together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from masking_service.masking.addresses.addresses_in_text import (
    foreign_lines,
    may_be_address,
    may_hold_address,
    may_hold_latin_units,
    start_of_addresses,
)
from masking_service.masking.addresses.foreign.address import hide_foreign_units
from masking_service.masking.addresses.han_units_in_text import hide_units_in_text, may_hold_units
from masking_service.masking.effort import Pay, estimate, unpaid
from masking_service.masking.hidden import hidden_form
from masking_service.masking.members.name_words import PARTY, name_words
from masking_service.masking.names.behind_names import is_han
from masking_service.masking.names.latin_at_addresses import has_name_at_end
from masking_service.masking.names.name_bounds import PLACE_ENDS
from masking_service.masking.names.names_in_text import effort, holds_names, names_in, starred_alone
from masking_service.masking.names.names_of_pasted_lines import names_before_place, names_with_lines
from masking_service.masking.numbers.codes_in_text import codes_in, without_codes
from masking_service.masking.numbers.found_numbers import numbers_beside_names
from masking_service.masking.numbers.numbers_in_text import HAN_DIGITS, worth_scanning
from masking_service.masking.records.spellings import Mask, digits_of, name_needles, needles_of
from masking_service.masking.stars import stars, steady
from masking_service.masking.texts.emphasis import is_emphasised, with_asterisks, with_signs
from masking_service.masking.texts.escapes import hide_escaped, holds_escaped_or_unseen, plainer, unescaped
from masking_service.masking.texts.labels import labelled_values, may_hold_labels
from masking_service.masking.texts.tables_in_text import (
    fields_of_label,
    may_hold_segments,
    may_hold_table,
    name_of_field,
    values_of_segments,
    values_of_tables,
)
from masking_service.masking.words import called_words
from masking_service.masking.words.alternatives import only_at

ROUNDS: Final = 3
"""How often a text is read again: beside stars, something may become a number, a name or a label's value."""
MAX_STEADY: Final = 4096
"""Characters of a text that is read at once; longer texts are read in parts. If the texts of a record have more
characters in all, not every one is masked until nothing changes, because that would take too long.
"""
READINGS: Final = 4.5
"""How often names are looked for in a text: to know whether there are any, to hide them, and beside their stars."""
_A_PLAIN_TEXT: Final = 30
"""Microseconds that a text of plain words takes in addition to the search for names."""
_MAX_ADDRESS_LENGTH: Final = 256
"""Characters of a sentence in which an address is looked for."""
BETWEEN: Final = "\n~~\n"
"""Put between texts that are searched together. No word, name or label reaches across it, and each text is a line."""
_A_MOBILE: Final = "13812345678"
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_UNUSUAL: Final = re.compile(
    only_at(
        f"{HAN_DIGITS}0-9微薇威徽扣支旺抖快小闲咸钉飞陌尾后末转卡账帐身",
        rf"[{HAN_DIGITS}](?:[ -]?[{HAN_DIGITS}0-9]){{4}}|(?:[{HAN_DIGITS}0-9][ -]?){{5}}[{HAN_DIGITS}]"
        "|(?:微信|薇信|威信|徽信|扣扣|支付宝|旺旺|抖音|快手|小红书|闲鱼|咸鱼|钉钉|飞书|微博|陌陌"
        "|尾号|尾数|后四位|末四位|转[（ ]"
        "|卡号|账号|账户|帐号|身份)",
    )
).search
"""Finds what only the whole scan reads."""
_STARS: Final = "******"
"""Part of the mask of every phone."""
_SENTENCES: Final = re.compile(r"[^。；;！!？?\n]*[。；;！!？?\n]*").findall


_GIVEN: Final = len("小明")
"""Characters of a given name that is looked for by itself. One character may be anything."""


class _How(NamedTuple):
    """How a text and its masks are read.

    Attributes:
        context, scan, pay: as in `TextMask.mask`.
        masked: the masks of addresses that are known.
    """

    context: str
    scan: Mask
    pay: Pay
    masked: dict[str, str]


class FullReading:
    """Reads texts by all rules under one profile (`TextMask`). `hidden` matches what is always hidden."""

    def __init__(
        self, masks: Mapping[str, Mask], scan: Mask, kept: frozenset[str], hidden: re.Pattern[str] | None
    ) -> None:
        self._masks, self._kept, self._hidden = masks, kept, hidden
        stars_of_mobile = "*" * scan(_A_MOBILE).count("*")
        self._mobile = lambda match: stars_of_mobile + match[0][len(stars_of_mobile) :]

    def mask(self, text: str, context: str, scan: Mask, pay: Pay) -> Found:
        """Mask a text that is not blank, as `TextMask.mask` does."""
        if holds_escaped_or_unseen(text):
            if (plain := plainer(text)) != text:
                found = self.mask(plain, context, scan, pay)
                return Found(text) if found.text == plain else found
            read = unescaped(text)
            shown = self._mask_once(read, _How(context, scan, pay, {})).text
            if shown == read:
                return Found(text)
            text = hide_escaped(text, shown)
        how = _How(context, scan, pay, {})
        found = self._mask_once(text, how)
        if found.text != text:
            # With stars, what is beside them may become a number, or the value of a label.
            found.text = steady(lambda masked: self._mask_once(masked, how).text, found.text, ROUNDS)
        return found

    def mask_plain(self, text: str, pay: Pay = unpaid) -> Found | None:
        """Mask a text of Han, signs and plain mobile numbers in one pass; None for one that only `mask` can read."""
        if (
            _UNUSUAL(text)
            or names_before_place(text)
            or may_hold_address(text)
            or may_be_address(text)
            or may_hold_units(text)
            or may_hold_latin_units(text)
        ):
            return None
        if pay is not unpaid:
            pay(_A_PLAIN_TEXT + READINGS * effort(text))
        found = Found(_MOBILE.sub(self._mobile, text))
        spans = names_in(found.text)
        for start, end in reversed(spans):
            self._hide_name(found, start, end)
        if not all(starred_alone(found.text, *span) for span in spans) and names_in(found.text):
            return None
        self._hide_given_names(found)
        return found

    def _mask_once(self, text: str, how: _How) -> Found:
        read = with_signs(text)
        found = Found("")
        for at, field in enumerate(fields_of_label(read)):
            part = Found(field)
            if at % 2 == 0 and field.strip():
                part = self._mask_part(field, how)
                if "name" in self._masks and part.text == field and at and name_of_field(field):
                    self._hide_name(part, 0, len(field))
            found.add(part.text, part.phones, part.names)
        if read != text:
            found.text = with_asterisks(found.text)
        return found

    def _mask_part(self, text: str, how: _How) -> Found:
        context, scan, pay, masked = how
        found = Found(text)
        labelled = labelled_values(text, context, pay)
        values = values_of_segments(text) if may_hold_segments(text) else values_of_tables(text, pay)
        if values:
            apart = [one for one in labelled if all(one[1] <= start or end <= one[0] for start, end, _ in values)]
            labelled = sorted([*values, *apart])
        for start, end, kind in reversed(labelled):
            found.put(start, end, self.of_kind(found, kind, text[start:end], pay, masked))
        numbers = worth_scanning(found.text)
        if numbers:
            found.text = scan(found.text)
        at = start_of_addresses(found.text)
        address = at is not None
        line = names_before_place(found.text)
        if "name" in self._masks and (
            numbers or address or line or labelled or _STARS in text or holds_names(found.text)
        ):
            pay(effort(found.text))
            at_start = at == 0 or (at is not None and found.text[at - 1] == "\n")
            at_address = at_start or (_STARS in found.text and may_be_address(found.text))
            names = names_in(found.text, address=at_address)
            for start, end in reversed(names_with_lines(found.text, names) if at_address or line else names):
                self._hide_name(found, start, end)
            self._hide_given_names(found)
            if "phone" in self._masks and "*" in found.text:
                self._hide_numbers(found)
        if "address" in self._masks:
            self._hide_units(found, how, address=address)
        if self._hidden is not None:
            found.text = self._hidden.sub(lambda word: stars(word[0]), found.text)
        return found

    def of_kind(self, found: Found, kind: str, value: str, pay: Pay, masked: dict[str, str]) -> str:
        """Return the mask of a value of this kind.

        `found` takes what is looked for in the rest of the record. `masked` has the masks of addresses that are known.
        """
        if kind not in self._masks:
            return value
        is_mask = kind == "address" and masked.get(value) == value
        form = "mask" if is_mask else hidden_form(kind, value)
        if form == "opaque":
            return value
        pay(estimate("address" if kind == PARTY else kind, value))
        if form is None:
            phones, names = needles_of(kind, value)
            found.phones += phones
            found.names += names
        return self._address(value, masked) if kind == "address" else self._masks[kind](value)

    def _address(self, value: str, masked: dict[str, str]) -> str:
        if (shown := masked.get(value)) is None:
            shown = masked[value] = self._masks["address"](value)
            masked[shown] = shown  # each reading of the text meets it again
        return shown

    def _hide_units(self, found: Found, how: _How, *, address: bool) -> None:
        """Hide units and rooms if the text holds an address, or words that mean them."""
        codes = codes_in(found.text)
        masked, found.text = found.text, without_codes(found.text, codes)
        if address:
            found.text = self._addresses(found.text, how)
        if may_hold_latin_units(found.text):
            how.pay(estimate("address", found.text))
            found.text = _hide_units_abroad(found.text)
        if may_hold_units(found.text):
            how.pay(estimate("address", found.text))
            found.text = hide_units_in_text(found.text)
        for start, end in codes:
            found.text = found.text[:start] + masked[start:end] + found.text[end:]

    def _addresses(self, text: str, how: _How) -> str:
        """Return the text with the units of its addresses hidden, read sentence by sentence."""
        if len(text) <= _MAX_ADDRESS_LENGTH:
            how.pay(estimate("address", text))
            return self._from_address(text, start_of_addresses(text) or 0, how.masked)
        sentences = _SENTENCES(text)
        how.pay(sum(estimate("address", one) for one in sentences))
        return "".join(
            [
                self._from_address(one, start_of_addresses(one), how.masked) if len(one) <= _MAX_ADDRESS_LENGTH else one
                for one in sentences
            ]
        )

    def _from_address(self, text: str, start: int | None, masked: dict[str, str]) -> str:
        """Return a text whose units are hidden from where its first address starts; as it is if it has none.

        What is before it is read, too: it tells names from places.
        """
        if start is None:
            return text
        shown = self._address(text, masked)
        return text[:start] + shown[start:] if len(shown) == len(text) else shown

    def _hide_numbers(self, found: Found) -> None:
        """Hide the numbers that are phones because the mask of a name is beside them."""
        for start, end in reversed(numbers_beside_names(found.text)):
            number = found.text[start:end]
            found.phones += [digits_of(number), *needles_of("phone", number)[0]]
            found.put(start, end, self._masks["phone"](number))

    def _hide_name(self, found: Found, start: int, end: int) -> None:
        name = found.text[start:end]
        words = name_words()
        if name not in self._kept and not (words.is_word(name) or name.casefold() in words.anyone):
            found.names += name_needles(name)
            found.put(start, end, self._masks["name"](name))

    def _hide_given_names(self, found: Found) -> None:
        """Hide the given names of the names that were found, where they are by themselves: 王小明（小明）."""
        for name in found.names:
            given = name[-_GIVEN:]
            if given not in found.text or not is_han(given[0]) or len(name) <= _GIVEN or called_words.is_word(given):
                continue
            shown, at = self._masks["name"](name)[-_GIVEN:], found.text.find(given)
            while at >= 0:
                if _is_apart(found.text, at, at + _GIVEN):
                    found.put(at, at + _GIVEN, shown)
                at = found.text.find(given, at + _GIVEN)


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether the given name at this span begins no place, and is no part of words: 建明 in 建设的建明天的明."""
    in_words = called_words.is_word(text[start - 1 : start + 1]) or called_words.is_word(text[end - 1 : end + 1])
    return not in_words and text[end : end + 1] not in PLACE_ENDS


class Found:
    """The mask of a text, and the phones and names to look for in the rest of the record."""

    __slots__ = ("names", "phones", "text")

    def __init__(self, text: str, phones: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self.text = text
        self.phones = [*phones]
        self.names = [*names]

    def put(self, start: int, end: int, shown: str) -> None:
        """Replace a span by its mask."""
        self.text = self.text[:start] + shown + self.text[end:]

    def add(self, text: str, phones: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """Take what was found in the next part of the text."""
        self.text += text
        self.phones += phones
        self.names += names


def _hide_units_abroad(text: str) -> str:
    """Return the text with the units beside words for units as stars.

    In a line that is an address, also those known by their place.
    """
    text = hide_foreign_units(text, places=False)
    for start, end in foreign_lines(text):
        text = text[:start] + hide_foreign_units(text[start:end]) + text[end:]
    return text


def worth_reading(text: str) -> bool:
    """False only for a text in which nothing can be hidden, except by `numbers_in_text`."""
    return len(text) > MAX_STEADY or any_worth_reading((text,))


def any_worth_reading(texts: Iterable[str]) -> bool:
    """Whether one of many texts is worth reading; they are searched together."""
    texts = [*texts]
    lines = BETWEEN.join(texts)
    return (
        holds_names(lines)
        or may_hold_labels(lines)
        or may_hold_segments(lines)
        or may_hold_address(lines)
        or may_hold_units(lines)
        or may_hold_latin_units(lines)
        or holds_escaped_or_unseen(lines) is not None
        or is_emphasised(lines) is not None
        or (lines.count("\n") > BETWEEN.count("\n") * (len(texts) - 1) and any(map(may_hold_table, texts)))
        or any(map(has_name_at_end, texts))
        or any(map(names_before_place, texts))
    )
