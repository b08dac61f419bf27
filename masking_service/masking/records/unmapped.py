"""Handles the members that no schema maps: guards them, hides them whole, or returns them as they are.

Under ``guard``, the name of a member decides first (`member_names`), then what is found in its value. An unknown name
is no reason to show a value: texts and integers are searched for phones, identity numbers, e-mail addresses and cards.
"""

from collections.abc import Container, Sequence
from typing import Any

from masking_service.masking.effort import COLD_NAME, Effort, estimate
from masking_service.masking.errors import TOO_LARGE, InvalidRecord
from masking_service.masking.hidden import hidden_form
from masking_service.masking.json_numbers import encode
from masking_service.masking.kinds.address import UNIT_NOT_RECOGNISED, AddressMask
from masking_service.masking.kinds.text import MAX_FREE
from masking_service.masking.members.codes import is_code, settled
from masking_service.masking.members.member_names import (
    LEFT_OPEN,
    NEUTRAL,
    NO_OWN_NAMES,
    Meaning,
    OwnNames,
    known_plan,
    plan,
)
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.names.names_in_text import effort
from masking_service.masking.numbers.numbers_in_text import worth_scanning
from masking_service.masking.records.leaks import DEEPEST, decimal_text, gather, rename_members, scrub_around
from masking_service.masking.records.pairs import (
    are_rows,
    beside_number,
    column_meanings,
    heading_in,
    heading_of,
    may_be_name_of_person,
    names_person,
    with_labels,
    with_pair,
    with_phone,
)
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.schema import EACH, Schema, Steps
from masking_service.masking.records.spellings import hide_phones, may_hold_phone, needles_of
from masking_service.masking.records.unmapped_columns import WHOLE_FRACTION, ColumnReader
from masking_service.masking.records.walk import FOUND_IN_TEXT, UNMAPPED_MASKED, Run, note, place_name
from masking_service.masking.stars import STAR, stars
from masking_service.masking.texts.documents_in_text import document_in, is_file, is_read_alone, json_in_base64
from masking_service.masking.texts.full_reading import MAX_STEADY
from masking_service.masking.texts.outlines import Needles
from masking_service.masking.waybill import own_number


class Unmapped:
    """Masks unmapped members under one profile.

    Holds nothing of the records.

    Attributes:
        mode: ``guard``, ``hide`` or ``pass``.
        waybill_places: where the record's own number is (``number``), and the objects and arrays around it (``way``).
        reader: finds the records that need none of this.
    """

    def __init__(self, mode: str, masks: Masks, schema: Schema) -> None:
        self.mode = mode
        self._masks = masks.masks()
        self._scan = masks.scanner()
        self._texts = masks.text_mask
        self.reader = ColumnReader(self._masks, self._texts)
        self._waybill_paths = frozenset(schema.waybill_paths)
        self._keep = schema.keep
        self.waybill_places = {steps[:end]: "way" for steps in schema.waybill_paths for end in range(1, len(steps))}
        self.waybill_places |= dict.fromkeys(schema.waybill_paths, "number")

    def mask(
        self, run: Run, members: dict[str, Any], mapped: Container[str], context: str, own: OwnNames, keys: Steps
    ) -> None:
        """Mask the unmapped members of one object in place.

        Notes what the leak guard has to know.

        Args:
            run: the pass over the record.
            members: the object.
            mapped: the names of its members that are not looked at.
            context: what the objects around the members say of them.
            own: the names that the schema maps in the object.
            keys: where the object is.

        Raises:
            InvalidRecord: ``too-deep`` or ``too-large``.
        """
        if self.mode == "pass":
            before = len(run.texts)
            for name, value in members.items():
                if name not in mapped:
                    run.texts.append(name)
                    gather(value, run.texts, len(keys) + 1)
            run.share.count(len(run.texts) - before, place_name(keys))
            return
        run.share.count(len(members))
        names = tuple(members)
        meanings = known_plan(context, names, own)
        if meanings is None:
            run.share.pay(sum(COLD_NAME + estimate("text", name) for name in names))
            meanings = plan(context, names, own)
            meanings = self._rename(run, members, mapped, meanings, keys)
            names = tuple(members)
        each = with_phone(members, with_pair(members, meanings, context, run.share.pay), run.share.pay)
        heading = heading_in(members)
        for name, meaning in zip(names, each, strict=True):
            if name not in mapped:
                run.texts.append(name)
                value = members[name]
                try:
                    if heading is not None and are_rows(value):
                        masked = self._rows(run, value, heading, meaning, (*keys, name))
                    else:
                        masked = self._value(run, value, meaning, (*keys, name))
                except InvalidRecord as error:
                    raise _placed(error, (*keys, name), meaning) from None
                if masked is not value:
                    members[name] = masked

    def mask_texts(
        self, column: Sequence[Any], read: Sequence[str | None], meaning: Meaning, left: Effort
    ) -> tuple[list[str | None], list[Needles | None]] | None:
        """Mask the texts of many records under one name.

        Args:
            column: what came in.
            read: what `reader` makes of it.
            meaning: of the name.
            left: pays for long texts.

        Returns:
            What shows of each and what was found in it, as `TextMask.mask_column` does; None if others than texts are
            among them, or the name says or leaves open that they are personal data.
        """
        if meaning.kind in (*self._masks, *LEFT_OPEN) or {*map(type, column)} != {str}:
            return None
        rows = [row for row, text in enumerate(read) if text is None and not is_read_alone(column[row])]
        if any(may_be_name_of_person(column[row], meaning) for row in rows):
            return None
        shown: list[str | None] = [*read]
        needles: list[Needles | None] = [None] * len(read)
        for row, mask, found in zip(
            rows, *self._texts.mask_column([column[row] for row in rows], left, meaning.inside), strict=True
        ):
            shown[row], needles[row] = mask, found
        return shown, needles

    def _rename(
        self, run: Run, members: dict[str, Any], mapped: Container[str], meanings: Sequence[Meaning], keys: Steps
    ) -> tuple[Meaning, ...]:
        """Hide what is personal in the members' names.

        Returns their meanings: a plain value under a person's name may be anything of that person.
        """
        shown: dict[str, str] = {}
        now: list[Meaning] = []
        for (name, value), meaning in zip(members.items(), meanings, strict=True):
            shown[name] = name
            now.append(meaning)
            if name in mapped:
                continue
            in_party = meaning.holds_data and meaning.inside == PARTY
            if "name" in self._masks and (in_party or names_person(name, meaning, value, run.share.pay)):
                run.names += needles_of("name", name)[1]
                shown[name] = self._masks[PARTY](name)
                now[-1] = Meaning(PARTY, meaning.inside)
            elif meaning.holds_data:
                shown[name] = self._unknown(run, name, meaning)
        for name in rename_members(members, shown):
            note(run.warnings, (*keys, name), FOUND_IN_TEXT)
        return tuple(now)

    def _value(self, run: Run, value: Any, meaning: Meaning, keys: Steps) -> Any:
        kind = type(value)
        way = self.waybill_places.get(keys) if self.mode == "guard" else None
        if way == "number" or (way is not None and kind is not dict and kind is not list):
            return self._waybill_no(run, value, keys)
        if kind is str:
            return self._text(run, value, meaning, keys)
        if kind is dict or kind is list:
            if len(keys) >= DEEPEST:
                raise InvalidRecord((("", "too-deep"),))
            if kind is dict:
                # An object under a phone belongs to the person with that phone.
                context = PARTY if meaning.holds_data and meaning.inside == NEUTRAL else meaning.inside
                self.mask(run, value, (), context, NO_OWN_NAMES, keys)
                return value
            heading = heading_of(value)
            return (
                self._array(run, value, with_labels(value, meaning, run.share.pay), keys)
                if heading is None
                else self._rows(run, value, heading, meaning, keys)
            )
        if value is None:
            return value
        if kind is bool:
            if self.mode != "hide" or self._keeps(keys):
                return value
            note(run.warnings, keys, UNMAPPED_MASKED)
            return STAR  # its length would tell which
        text = decimal_text(value)
        masked = self._number(run, text, meaning, keys)
        return value if masked is text else masked

    def _rows(self, run: Run, rows: list[list[Any]], heading: Sequence[str], meaning: Meaning, keys: Steps) -> Any:
        """Mask rows by the names of their columns. Rows that do not fit the heading are arrays."""
        if len(keys) + 1 >= DEEPEST:
            raise InvalidRecord((("", "too-deep"),))
        run.share.count(len(rows))
        columns = column_meanings(heading, meaning, run.share.pay)
        for at, row in enumerate(rows):
            fits = len(row) == len(columns) and row is not heading
            each = columns if fits else with_labels(row, meaning, run.share.pay)
            self._array(run, row, each, (*keys, at))
        return rows

    def _array(self, run: Run, values: list[Any], each: Sequence[Meaning], keys: Steps) -> Any:
        run.share.count(len(values))
        for index, (inner, its) in enumerate(zip(values, beside_number(values, each), strict=True)):
            values[index] = self._value(run, inner, its, (*keys, index))
        return values

    def _waybill_no(self, run: Run, value: Any, keys: Steps) -> Any:
        """Return the mask of what is in the place of the record's own number.

        What does not have the form of one, or is a person's mobile or identity number, is hidden whole, because a name
        could not be found in it.
        """
        if value is None or type(value) is bool or value in ("", [], {}) or (type(value) is str and value.isspace()):
            return value
        if own := own_number(value):
            run.texts.append(own)
            return value
        note(run.warnings, keys, UNMAPPED_MASKED)
        return STAR if isinstance(value, (dict, list)) else stars(value if type(value) is str else decimal_text(value))

    def _number(self, run: Run, text: str, meaning: Meaning, keys: Steps) -> str:
        """Mask a number. A party is no number, and a spreadsheet writes a phone as 13812345678.0."""
        if self.mode == "guard":
            if whole := WHOLE_FRACTION(text):
                digits = whole[1]
                masked = self._text(run, digits, meaning, keys)
                return text if masked is digits else masked
            if meaning.kind in (PARTY, "name", "address") and not worth_scanning(text):
                meaning = Meaning(None, meaning.inside)
        return self._text(run, text, meaning, keys)

    def _text(self, run: Run, text: str, meaning: Meaning, keys: Steps) -> str:
        """Return the mask of a text; the same object if nothing is hidden."""
        if not text or text.isspace():
            return text
        masked = text
        if keys in self._waybill_paths and own_number(text) is not None:
            pass
        elif self.mode == "hide":
            masked = text if self._keeps(keys) else stars(text)
            self._note(run, text, masked, keys, UNMAPPED_MASKED)
        elif is_file(text):
            masked = stars(text)
            self._note(run, text, masked, keys, UNMAPPED_MASKED)
        elif (inner := json_in_base64(text)) is not None:
            masked = text if self._text(run, inner, meaning, keys) is inner else stars(text)
        elif (document := document_in(text)) is not None:
            masked = self._document(run, text, document, meaning, keys)
        elif kind := self._kind(meaning, text):
            masked = self._personal(run, text, kind, keys)
        elif not is_code(meaning.kind, text) and (worth_scanning(text) or self._worth_reading(run, text)):
            masked = self._unknown(run, text, meaning)
            if masked is not text and self._kind(meaning, masked):
                masked = self._masks["name"](masked)  # without its digits it may be a name
            self._note(run, text, masked, keys, FOUND_IN_TEXT)
        run.texts.append(masked)
        return text if masked == text else masked

    def _worth_reading(self, run: Run, text: str) -> bool:
        """Whether there may be more than numbers to find. A text that may hold many names is paid for."""
        if len(text) <= MAX_STEADY and (cost := effort(text)) > MAX_FREE:
            run.share.pay(cost)
        return self._texts.worth_reading(text)

    def _document(self, run: Run, text: str, document: Any, meaning: Meaning, keys: Steps) -> str:
        """Return the mask of a text that is a JSON object or array.

        It is the same object if nothing is hidden, else JSON without spaces.
        """
        run.share.read("text", text)
        before, warnings = encode(document), run.warnings
        run.warnings = []
        self._value(run, document, meaning, keys)
        run.warnings = warnings
        after = encode(document)
        masked = text if after == before else after.decode()
        self._note(run, text, masked, keys, UNMAPPED_MASKED)
        return masked

    def _unknown(self, run: Run, text: str, meaning: Meaning) -> str:
        """Return the mask of a text of unknown meaning; the same object if nothing is hidden."""
        long = len(text) > MAX_STEADY
        if long:  # paid for as a whole
            run.share.read("text", text)
        found = self._texts.mask(text, meaning.inside, lambda part: self._scanned(run, part, paid=long), run.share.pay)
        run.phones += found.phones
        run.names += found.names
        return text if found.text == text else found.text

    def _scanned(self, run: Run, text: str, *, paid: bool) -> str:
        """Return the mask of a text in which only phones and the like are looked for.

        The record's own phones are hidden first, also in spellings that the scan would misread.
        """
        if not paid:
            run.share.read("text", text)
        run.share.search(len(run.phones), 1, len(text))

        def scan(part: str) -> str:
            if may_hold_phone(part, run.phones):
                part = hide_phones(part, run.phones, self._masks.get("phone", stars))
            return self._scan(part)

        own = run.number()
        masked = scrub_around(text, own, scan) if own and own in text else scan(text)
        return text if masked == text else masked

    def _personal(self, run: Run, text: str, kind: str, keys: Steps) -> str:
        form = hidden_form(kind, text)
        if form == "opaque":
            return text
        run.share.read("address" if kind == PARTY else kind, text)
        if form is None:
            phones, names = needles_of(kind, text)
            run.phones += phones
            run.names += names
        mask = self._masks[kind]
        masked = mask(text)
        self._note(run, text, masked, keys, UNMAPPED_MASKED)
        if form is None and isinstance(mask, AddressMask) and mask.misses_unit(text, masked):
            note(run.warnings, keys, UNIT_NOT_RECOGNISED)
        return masked

    def _kind(self, meaning: Meaning, text: str) -> str | None:
        """Return the kind as which a text is masked; None if its name says none."""
        kind = settled(meaning.kind, text)
        return kind if kind in self._masks else None

    def _keeps(self, keys: Steps) -> bool:
        return bool(self._keep) and tuple(key if type(key) is str else EACH for key in keys) in self._keep

    @staticmethod
    def _note(run: Run, text: str, masked: str, keys: Steps, code: str) -> None:
        if masked != text:
            note(run.warnings, keys, code)


def _placed(error: InvalidRecord, keys: Steps, meaning: Meaning) -> InvalidRecord:
    """Name the member that is too large, unless its name may be personal data, and nothing inside it."""
    named = "" if meaning.holds_data or meaning.may_be_persons else place_name(keys)
    return InvalidRecord(tuple((named if code == TOO_LARGE else where, code) for where, code in error.errors))
