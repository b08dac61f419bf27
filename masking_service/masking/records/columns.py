"""Masks a batch column by column where its records are usual.

Usual values (`Profile.usual`) and texts in plain words are masked together; every other mapped value is read by itself
(`values`). Records that repeat a value elsewhere, and those with anything else in them, are left as they came for the
pass over a single record (`record.py`), and a test holds the two against each other. It does the same at half of the
cost: in a single pass Python takes as long to reach a usual value as to mask it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final, NamedTuple, TypeVar

from masking_service.masking.addresses.usual_addresses import Numbered
from masking_service.masking.effort import UNBOUNDED, Effort, Share
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.hidden import ALREADY_MASKED
from masking_service.masking.kinds.address import UNIT_NOT_RECOGNISED
from masking_service.masking.kinds.table import KINDS, TABLE
from masking_service.masking.kinds.text import TextMask
from masking_service.masking.members.member_names import ANY_NAME, MAYBE_NAME, Meaning, plan
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.names.names_between_words import is_plainly_name
from masking_service.masking.records.leaks import decimal_text, gather, may_leak
from masking_service.masking.records.pairs import is_mobile, pair_in
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.schema import Place, Steps
from masking_service.masking.records.spellings import Mask, may_hold_name, may_hold_phone
from masking_service.masking.records.unmapped import Unmapped
from masking_service.masking.records.values import ReadValue, read_value
from masking_service.masking.records.walk import FOUND_IN_TEXT, UNMAPPED_MASKED, LeafNode, ObjectNode, place_name
from masking_service.masking.texts.outlines import Needles
from masking_service.masking.waybill import is_plain_number

FEW: Final = 20
"""The smallest number of records of one form for which columns cost less than they save."""

MANY: Final = 64
"""Unmapped members of one object. Records with more are read one at a time, which bounds the work."""

NEW_FORMS: Final = 32
"""The largest number of forms of inner objects that are read for the records of one form."""

TOGETHER: Final = 500
"""Records of one form that are masked together."""

_AS_KIND: Final = {kind: kind for kind in ("phone", "name", "address", *(one for one in TABLE if TABLE[one].usual))} | {
    "virtual_phone": "phone",
    MAYBE_NAME: "name",
}
"""From what the name of an unmapped member says to the kind of usual value as which it is masked."""

_IN_NO_TEXT: Final = "\0"

Fields = tuple[tuple[Place, ...], tuple[str, ...], Sequence[tuple[str, str]], Sequence[int]]
"""The places of a record, the value at each, the warnings, and the places of values that were sent hidden."""

_Found = TypeVar("_Found")

_Form = tuple[tuple[str, ...] | None, ...]
"""The names of the members of each object on the way; None where there is no object."""


class _Bounds(NamedTuple):
    """What reading unmapped members may take."""

    new_forms: Iterator[int]
    effort: Effort


class _Leaf(NamedTuple):
    """A usual value: its object and its key."""

    at: int
    key: str
    place: Place


@dataclass(slots=True)
class _Column:
    """A member of the records of one form.

    Attributes:
        level, key: in which object of each record, under which key.
        kind: of the personal value that its place or its name announces and that all sound records have; else empty.
        column: what came in.
        shown: the masks of personal values, else the texts in the values; None where the record is not usual, and
            nothing for an empty value and for null.
        where: its JSON Pointer.
        warning: the code of the warning where a mask differs from what came in, if there is one.
        needles: for a text, the phones and names that were found in each, None where there are none.
        mask: masks a value that is read by itself; None where a record with a value that is not usual is left.
        blank: which values are empty or null; nothing if none is.
        alone: the values that were read by themselves, by row.
    """

    level: Sequence[Any]
    key: str
    kind: str
    column: list[Any]
    shown: list[str | None]
    where: str = ""
    warning: str | None = None
    needles: Sequence[Needles | None] = ()
    mask: Mask | None = None
    blank: Sequence[bool] = ()
    alone: dict[int, ReadValue] = field(default_factory=dict)

    def searched(self) -> Sequence[Any]:
        """The values that are looked for elsewhere in their records; where there is none, what no text has."""
        column: Sequence[Any] = self.column
        if self.blank:
            column = [_IN_NO_TEXT if none else value for value, none in zip(column, self.blank, strict=True)]
        if not self.alone:
            return column
        return [_IN_NO_TEXT if row in self.alone else value for row, value in enumerate(column)]

    def warned(self) -> Iterator[tuple[tuple[str, str], Sequence[bool]]]:
        """Return each warning, and the values that have it."""
        if self.warning is not None:
            changed = [b != "" and a != b for a, b in zip(self.column, self.shown, strict=True)]
            yield (self.where, self.warning), changed
        for code in (ALREADY_MASKED, UNIT_NOT_RECOGNISED):
            rows = {row for row, value in self.alone.items() if value.warning == code}
            if rows:
                yield (self.where, code), [row in rows for row in range(len(self.column))]

    def read_alone(self, row: int, share: Share) -> bool:
        """Read a value by itself; return whether it could be read, and shows something. `share` pays for it."""
        if self.shown[row] is not None:
            self.shown[row] = str(self.shown[row])
            return True
        value = self.column[row]
        text = decimal_text(value) if type(value) is int else value
        if type(text) is not str or text.isspace():
            return False
        self.alone[row] = read = read_value(self.kind, text, self.mask, share, self.where)
        self.shown[row] = read.shown
        return read.shown != ""  # a value of invisible characters comes back empty


class Columns:
    """Masks usual records of one schema under one profile. `root` is the way through a single record."""

    def __init__(self, root: ObjectNode, masks: Masks, unmapped: Unmapped) -> None:
        self._unmapped = unmapped
        self._usual = {kind: usual for kind in KINDS if (usual := masks.usual_column(kind)) is not None}
        self._masks = {kind: masks.masker(kind) for kind in KINDS}
        mask = self._masks["text"]
        self._text = mask if isinstance(mask, TextMask) else None
        self._ways: list[tuple[int, str]] = []
        """The way to each object but the root: the object around it, and its key there."""
        self._leaves: list[_Leaf] = []
        """In the order of the way."""
        self._objects: list[ObjectNode] = []
        self._inner_first: list[int] = []
        """The order in which a single record's objects are done with."""
        self._unusual: list[set[str]] = []
        """Of each object, the mapped members that lead to no usual value."""
        self._look_into(root)

    def _look_into(self, node: ObjectNode) -> None:
        at = len(self._objects)
        self._objects.append(node)
        self._unusual.append(set())
        for key, inner in node.nodes.items():
            if isinstance(inner, ObjectNode):
                self._ways.append((at, key))
                self._look_into(inner)
            elif isinstance(inner, LeafNode) and inner.usual is not None and inner.place is not None:
                self._leaves.append(_Leaf(at, key, inner.place))
            else:
                self._unusual[at].add(key)
        self._inner_first.append(at)

    def mask(self, batch: Sequence[Any], effort: Effort = UNBOUNDED) -> list[Fields | None]:
        """Mask usual records in place; None for each record that is left as it came. `effort` pays for texts."""
        found: list[Fields | None] = [None] * len(batch)
        objects: list[Sequence[Any]] = [batch]
        for at, key in self._ways:
            objects.append([above.get(key) if type(above) is dict else None for above in objects[at]])
        for form, rows in _rows_by_form(objects).items():
            if len(rows) < FEW or not self._is_usual(form):
                continue
            for some in _parted(rows):
                alike = objects if len(some) == len(batch) else [[level[row] for row in some] for level in objects]
                masked = self._mask_form(form, alike, effort)
                for row, fields in zip(some, masked, strict=True):
                    found[row] = fields
        return found

    def _is_usual(self, form: _Form) -> bool:
        """Whether every mapped member leads to a usual value."""
        mapped = all(unusual.isdisjoint(names or ()) for names, unusual in zip(form, self._unusual, strict=True))
        return mapped and not any(
            form[under] is None and key in (form[at] or ()) for under, (at, key) in enumerate(self._ways, start=1)
        )

    def _mask_form(self, form: _Form, objects: Sequence[Sequence[Any]], effort: Effort) -> Sequence[Fields | None]:
        """Mask those records of a usual form whose values are usual."""
        records = objects[0]
        leaves = [leaf for leaf in self._leaves if leaf.key in (form[leaf.at] or ())]
        beside = self._beside(form, objects, effort) if leaves else None
        if beside is None:
            return [None] * len(records)
        mapped = [self._mapped(leaf, objects[leaf.at], effort) for leaf in leaves]
        columns = [*mapped, *beside]
        sound = _complete([column.shown for column in columns if column.mask is None], len(records))
        if (own := self._objects[0].own_key) in (form[0] or ()):
            sound = [ok and is_plain_number(one[own]) for ok, one in zip(sound, records, strict=True)]
        shares = _read_alone(columns, sound, effort)
        sound = _without_leaks(sound, columns, beside, shares)
        _write([column for column in columns if column.kind], sound)
        places = tuple(leaf.place for leaf in leaves)
        warnings = _warnings(columns, len(records))
        hidden = _hidden(mapped, len(records))
        return [
            (places, values, warned, at) if ok else None
            for ok, values, warned, at in zip(
                sound, zip(*[one.column for one in mapped], strict=True), warnings, hidden, strict=True
            )
        ]

    def _mapped(self, leaf: _Leaf, level: Sequence[Any], effort: Effort) -> _Column:
        column = [one[leaf.key] for one in level]
        if leaf.place.kind != "text" or self._text is None:
            return self._personal(leaf, level, column)
        values, blank = _values(column)
        read, needles = self._text.mask_column(values, effort)
        shown, needles = _spread(read, blank, ""), _spread(needles, blank, None)
        return _Column(level, leaf.key, "text", column, shown, leaf.place.pointer, FOUND_IN_TEXT, needles)

    def _personal(self, leaf: _Leaf, level: Sequence[Any], column: list[Any]) -> _Column:
        """Return the column of a mapped name, phone or the like."""
        kind = leaf.place.kind
        values, blank = _values(column)
        shown, mask = _spread(self._usual[kind](values), blank, ""), self._masks[kind]
        return _Column(level, leaf.key, kind, column, shown, leaf.place.pointer, mask=mask, blank=blank)

    def _beside(self, form: _Form, objects: Sequence[Sequence[Any]], effort: Effort) -> list[_Column] | None:
        """Return the unmapped members in the order of a single pass; None if only that pass can handle them."""
        found: list[_Column] = []
        bounds = _Bounds(iter(range(NEW_FORMS, 0, -1)), effort)
        for at in self._inner_first:
            node, names, level = self._objects[at], form[at], objects[at]
            others = [name for name in names or () if name not in node.nodes and name != node.own_key]
            if not others:
                continue
            if self._unmapped.mode == "pass":
                for name in others:
                    column = [one[name] for one in level]
                    shown = [_text_of(value, node.depth) for value in column]
                    found.append(_Column(level, name, "", column, shown))
                continue
            if self._unmapped.mode == "hide" or len(others) > MANY:
                return None
            meanings = plan(node.context, names or (), node.own_names)
            if any(one.holds_data or one.kind == ANY_NAME for one in meanings) or pair_in(names or ()) is not None:
                return None
            for name, meaning in zip(names or (), meanings, strict=True):
                if name in others:
                    found += self._guarded(level, name, meaning, node.steps, bounds)
        return found

    def _guarded(
        self, level: Sequence[Any], name: str, meaning: Meaning, above: Steps, bounds: _Bounds
    ) -> list[_Column]:
        """Return the columns of an unmapped member, or of the members of objects of one form under it."""
        column = [one[name] for one in level]
        if meaning.may_be_persons and (
            meaning.inside == PARTY
            or not {dict, list}.isdisjoint(map(type, column))
            or any(map(is_mobile, column))
            or is_plainly_name(name)
        ):
            return [_Column(level, name, "", column, [None] * len(column))]
        steps, depth = (*above, name), len(above) + 1
        way = self._unmapped.waybill_places.get(steps)
        inner = None if way == "number" else self._unmapped.reader.one_form(column, meaning, depth, bounds.new_forms)
        if inner is not None and not any(one.kind == ANY_NAME for one in inner):
            names = tuple(column[0])
            found = [_Column(level, name, "", column, ["\n".join(names)] * len(column))]
            for key, one in zip(names, inner, strict=True):
                found += self._guarded(column, key, one, steps, bounds)
            return found
        if way is not None:
            return [_Column(level, name, "", column, [one if is_plain_number(one) else None for one in column])]
        kind = _AS_KIND.get(meaning.kind or "")
        usual = self._usual.get(kind or "")
        if kind is None or usual is None:
            if bounds.effort.left <= 0:
                return [_Column(level, name, "", column, [None] * len(column))]
            read = self._unmapped.reader.read(column, meaning, depth, bounds.new_forms)
            masked = self._unmapped.mask_texts(column, read, meaning, bounds.effort) if None in read else None
            if masked is None:
                return [_Column(level, name, "", column, read)]
            return [_Column(level, name, "text", column, masked[0], place_name(steps), FOUND_IN_TEXT, masked[1])]
        values, blank = _values(column)
        shown = _spread(usual(values), blank, "")
        return [_Column(level, name, kind, column, shown, place_name(steps), UNMAPPED_MASKED, blank=blank)]


def _values(column: Sequence[Any]) -> tuple[Sequence[Any], Sequence[bool]]:
    """Return the values that are neither empty nor null, and which ones these are; nothing if there is none."""
    if None not in column and "" not in column:
        return column, ()
    blank = [value is None or value == "" for value in column]
    return [value for value, none in zip(column, blank, strict=True) if not none], blank


def _spread(found: list[_Found], blank: Sequence[bool], nothing: _Found) -> list[_Found]:
    """Return what was found for `_values`, with `nothing` at each value that is empty or null."""
    if not blank:
        return found
    left = iter(found)
    return [nothing if none else next(left) for none in blank]


def _parted(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    """Split rows into parts, so that only one part is paid for in vain if texts cost too much."""
    for at in range(0, len(rows), TOGETHER):
        yield rows[at : at + TOGETHER]


def _rows_by_form(objects: Sequence[Sequence[Any]]) -> dict[_Form, list[int]]:
    """Group records by the members of their objects."""
    members = [
        [*map(tuple, level)]
        if {*map(type, level)} == {dict}
        else [tuple(one) if type(one) is dict else None for one in level]
        for level in objects
    ]
    found: dict[_Form, list[int]] = {}
    last: _Form = ()
    rows: list[int] = []
    for row, form in enumerate(zip(*members, strict=True)):
        if form != last:  # which takes a quarter of the time that a look-up does
            rows, last = found.setdefault(form, []), form
        rows.append(row)
    return found


def _warnings(columns: Sequence[_Column], records: int) -> Sequence[Sequence[tuple[str, str]]]:
    """Return for each record what was masked of its texts and personal members.

    It is the same object where it is the same.
    """
    warned = [one for column in columns for one in column.warned()]
    everything, changed = tuple(warning for warning, _ in warned), [rows for _, rows in warned]
    if not any(map(any, changed)):
        return [()] * records
    if all(map(all, changed)):
        return [everything] * records
    return [everything if all(row) else tuple(compress(everything, row)) for row in zip(*changed, strict=True)]


def _hidden(mapped: Sequence[_Column], records: int) -> Sequence[Sequence[int]]:
    """Return for each record at which of its places a value was sent hidden."""
    found: dict[int, list[int]] = {}
    for at, column in enumerate(mapped):
        for row, value in column.alone.items():
            if value.came_in_hidden:
                found.setdefault(row, []).append(at)
    return [found.get(row, ()) for row in range(records)]


def _text_of(value: Any, depth: int) -> str | None:
    """Return every text and number in a value; None if it is too deep or too large."""
    texts: list[str] = []
    try:
        gather(value, texts, depth)
    except InvalidRecord:
        return None
    return "\n".join(texts)


def _complete(texts: Sequence[Sequence[str | None]], records: int) -> list[bool]:
    """Return which records have every text."""
    sound = [True] * records
    for shown in texts:
        if None in shown:
            sound = [ok and text is not None for ok, text in zip(sound, shown, strict=True)]
    return sound


def _read_alone(columns: Sequence[_Column], sound: list[bool], effort: Effort) -> dict[int, Share]:
    """Read each unusual value of sound records by itself; records with an unreadable value are not sound.

    Returns what these records may still take of the effort, and those with an address that shows a long number.
    """
    odd: dict[int, list[_Column]] = {}
    for column in columns:
        if (column.mask is not None and None in column.shown) or Numbered in {*map(type, column.shown)}:
            for row, shown in enumerate(column.shown):
                if sound[row] and (shown is None or type(shown) is Numbered):
                    odd.setdefault(row, []).append(column)
    shares = {row: Share(effort) for row in sorted(odd)}
    for row, share in shares.items():
        try:
            sound[row] = all(column.read_alone(row, share) for column in odd[row])
        except InvalidRecord:
            sound[row] = False
        effort.rest()
    return shares


def _write(columns: Sequence[_Column], sound: Sequence[bool]) -> None:
    """Put the masks in place of the values of sound records."""
    for column in columns:
        for one, mask in compress(zip(column.level, column.shown, strict=True), sound):
            if mask:
                one[column.key] = mask


def _without_leaks(
    sound: list[bool], columns: Sequence[_Column], beside: Sequence[_Column], shares: dict[int, Share]
) -> list[bool]:
    """Return which sound records repeat none of their names and phones."""
    names = [one.searched() for one in columns if one.kind == "name"]
    phones = [one.searched() for one in columns if one.kind == "phone"]
    # Masks alone hold no number, those of names and phones no name either: see `Profile.usual`.
    texts: list[Sequence[str | None]] = [one.shown for one in columns if one.kind not in ("name", "phone")]
    if beside:
        texts.append(["\n".join([one.key for one in beside])] * len(sound))
    for column in columns:
        if column.alone and column.kind in ("name", "phone"):
            texts.append([column.alone[row].shown if row in column.alone else "" for row in range(len(sound))])
    if not texts:
        return sound
    joined = ["\n".join(shown) if ok else "" for ok, shown in zip(sound, zip(*texts, strict=True), strict=True)]
    if names:
        sound = _without_names(sound, names, joined)
    for one in columns:
        if one.needles:
            sound = [
                ok
                and (
                    found is None
                    or not (may_hold_name(text, found[1]) or (found[0] and may_hold_phone(text, found[0])))
                )
                for ok, found, text in zip(sound, one.needles, joined, strict=True)
            ]
    if phones and beside:
        sound = [
            ok and not may_hold_phone(text, numbers)
            for ok, numbers, text in zip(sound, zip(*phones, strict=True), joined, strict=True)
        ]
    for row, share in shares.items():
        if sound[row]:
            sound[row] = _is_without_leaks(row, columns, joined[row], share)
    return sound


def _is_without_leaks(row: int, columns: Sequence[_Column], text: str, share: Share) -> bool:
    """Whether a record with values that were read by themselves repeats none of its names and phones."""
    phones: list[str] = []
    names: list[str] = []
    for column in columns:
        if (value := column.alone.get(row)) is not None:
            phones += value.phones
            names += value.names
        elif column.kind in ("name", "phone") and column.column[row]:
            (phones if column.kind == "phone" else names).append(column.column[row])
    try:
        share.search(len(phones) + len(names), 1, len(text))
    except InvalidRecord:
        return False
    return not may_leak([text], phones, names)


def _without_names(sound: list[bool], names: Sequence[Sequence[Any]], texts: Sequence[str]) -> list[bool]:
    near = [False] * len(sound)
    # Usual names are of Han, which has one case: nothing but the last character has to be seen.
    for column in names:
        near = [
            seen or (ok and name[-1] in text) for seen, ok, name, text in zip(near, sound, column, texts, strict=True)
        ]
    return [
        ok and not (seen and may_hold_name(text, of_record))
        for ok, seen, of_record, text in zip(sound, near, zip(*names, strict=True), texts, strict=True)
    ]
