"""Masks a batch column by column where its records are usual.

It takes the records in which every mapped value is a usual one (`Profile.usual`) and none is repeated elsewhere. All
others are left as they came for the pass over a single record (`record.py`), and a test holds the two against each
other. It is that pass at half of its cost: Python takes as long to come to a usual value as to mask it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, Final, NamedTuple

from masking_service.domain.errors import InvalidRecord
from masking_service.domain.leaks import gather, is_plain_number
from masking_service.domain.member_names import MAYBE_NAME, Meaning, plan
from masking_service.domain.name_words import PARTY
from masking_service.domain.pairs import pair_in
from masking_service.domain.profiles import Profile
from masking_service.domain.schema import Place, Steps, pointer
from masking_service.domain.spellings import may_hold_name, may_hold_phone
from masking_service.domain.unmapped import UNMAPPED_MASKED, Unmapped
from masking_service.domain.walk import LeafNode, ObjectNode, Usual

FEW: Final = 20
"""For fewer records of one form it costs more to make columns of them than is saved by it."""

MANY: Final = 64
"""Unmapped members of one object: those of more are read one record at a time, which bounds the work."""

NEW_FORMS: Final = 32
"""Forms of inner objects that are read anew for the records of one form."""

Fields = tuple[tuple[Place, ...], tuple[str, ...], Sequence[tuple[str, str]]]
"""The places of a record, what came in at each of them, and the warnings."""

_Form = tuple[tuple[str, ...] | None, ...]
"""The names of the members of each object on the way; None where there is no object."""


class _Leaf(NamedTuple):
    """A usual value: its object, its key and its mask."""

    at: int
    key: str
    place: Place
    usual: Usual


class _Beside(NamedTuple):
    """An unmapped member of the records of one form.

    Attributes:
        level, key: in which object of each record, under which key.
        kind: of the personal value that its name announces and that all sound records have; else empty.
        column: what came in.
        shown: the masks of personal values, else the texts in the values; None where the record is not usual.
        pointer: where it is, for the warning.
    """

    level: Sequence[Any]
    key: str
    kind: str
    column: list[Any]
    shown: list[str | None]
    pointer: str


class Columns:
    """Masks the usual records of one schema under one profile.

    Args:
        root: the way through a single record.
        profile: gives the masks of usual values.
        unmapped: what happens to the members that are not mapped.
    """

    def __init__(self, root: ObjectNode, profile: Profile, unmapped: Unmapped) -> None:
        self._unmapped = unmapped
        phone, name = profile.usual("phone"), profile.usual("name")
        self._personal = {
            kind: usual
            for kind, usual in {
                "phone": phone,
                "virtual_phone": phone,
                "name": name,
                MAYBE_NAME: name,
                "address": profile.usual("address"),
            }.items()
            if usual is not None
        }
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
                self._leaves.append(_Leaf(at, key, inner.place, inner.usual))
            else:
                self._unusual[at].add(key)
        self._inner_first.append(at)

    def mask(self, batch: Sequence[Any]) -> list[Fields | None]:
        """Mask usual records in place, and return None for each record that is left as it came."""
        found: list[Fields | None] = [None] * len(batch)
        if len(batch) < FEW:
            return found
        objects: list[Sequence[Any]] = [batch]
        for at, key in self._ways:
            objects.append([above.get(key) if type(above) is dict else None for above in objects[at]])
        for form, rows in _rows_by_form(objects).items():
            if len(rows) >= FEW and self._is_usual(form):
                masked = self._mask_form(form, [[level[row] for row in rows] for level in objects])
                for row, fields in zip(rows, masked, strict=True):
                    found[row] = fields
        return found

    def _is_usual(self, form: _Form) -> bool:
        """Whether no mapped member leads to an unusual value."""
        mapped = all(unusual.isdisjoint(names or ()) for names, unusual in zip(form, self._unusual, strict=True))
        return mapped and not any(
            form[under] is None and key in (form[at] or ()) for under, (at, key) in enumerate(self._ways, start=1)
        )

    def _mask_form(self, form: _Form, objects: Sequence[Sequence[Any]]) -> Sequence[Fields | None]:
        """Mask those records of a usual form whose values are usual."""
        leaves = [leaf for leaf in self._leaves if leaf.key in (form[leaf.at] or ())]
        if not leaves:
            return [None] * len(objects[0])
        columns: list[list[Any]] = []
        masks: list[list[str | None]] = []
        for at, key, _, usual in leaves:
            column = [one[key] for one in objects[at]]
            columns.append(column)
            masks.append([usual(value) if type(value) is str else None for value in column])
        beside = self._beside(form, objects)
        if beside is None:
            return [None] * len(objects[0])
        sound = [True] * len(objects[0])
        for shown in (*masks, *(one.shown for one in beside)):
            if None in shown:
                sound = [ok and text is not None for ok, text in zip(sound, shown, strict=True)]
        if (own := self._objects[0].own_key) in (form[0] or ()):
            sound = [ok and is_plain_number(one[own]) for ok, one in zip(sound, objects[0], strict=True)]
        personal = [one for one in beside if one.kind]
        kinds = [*((leaf.place.kind, column) for leaf, column in zip(leaves, columns, strict=True))]
        kinds += [(one.kind, one.column) for one in personal]
        names = [column for kind, column in kinds if kind == "name"]
        phones = [column for kind, column in kinds if kind == "phone"]
        shows = [shown for leaf, shown in zip(leaves, masks, strict=True) if leaf.place.kind not in ("name", "phone")]
        shows += [one.shown for one in beside if one.kind not in ("name", "phone")]
        if beside:
            shows.append(["\n".join([one.key for one in beside])] * len(sound))
        # Masks alone hold no number: see `Profile.usual`.
        sound = _without_leaks(sound, names, phones if beside else [], shows)
        for (at, key, _, _), shown in zip(leaves, masks, strict=True):
            for one, mask in compress(zip(objects[at], shown, strict=True), sound):
                one[key] = mask
        for level, key, _, _, shown, _ in personal:
            for one, mask in compress(zip(level, shown, strict=True), sound):
                one[key] = mask
        places = tuple(leaf.place for leaf in leaves)
        warnings = _warnings(personal, len(sound))
        return [
            (places, values, warned) if ok else None
            for ok, values, warned in zip(sound, zip(*columns, strict=True), warnings, strict=True)
        ]

    def _beside(self, form: _Form, objects: Sequence[Sequence[Any]]) -> list[_Beside] | None:
        """Return the unmapped members in the order of a single pass; None if only that pass can handle them."""
        found: list[_Beside] = []
        new_forms = iter(range(NEW_FORMS, 0, -1))
        for at in self._inner_first:
            node, names, level = self._objects[at], form[at], objects[at]
            others = [name for name in names or () if name not in node.nodes and name != node.own_key]
            if not others:
                continue
            if self._unmapped.mode == "pass":
                for name in others:
                    column = [one[name] for one in level]
                    shown = [_text_of(value, node.depth) for value in column]
                    found.append(_Beside(level, name, "", column, shown, ""))
                continue
            if self._unmapped.mode == "hide" or len(others) > MANY:
                return None
            meanings = plan(node.context, names or (), node.own_names)
            if any(meaning.holds_data for meaning in meanings) or pair_in(names or ()) is not None:
                return None
            for name, meaning in zip(names or (), meanings, strict=True):
                if name in others:
                    found += self._guarded(level, name, meaning, node.steps, new_forms)
        return found

    def _guarded(
        self, level: Sequence[Any], name: str, meaning: Meaning, above: Steps, new_forms: Iterator[int]
    ) -> list[_Beside]:
        """An unmapped member, or the members of objects of one form under it."""
        column = [one[name] for one in level]
        if meaning.may_be_persons and (meaning.inside == PARTY or not {dict, list}.isdisjoint(map(type, column))):
            return [_Beside(level, name, "", column, [None] * len(column), "")]
        steps, depth = (*above, name), len(above) + 1
        way = self._unmapped.waybill_places.get(steps)
        inner = None if way == "number" else self._unmapped.reader.one_form(column, meaning, depth, new_forms)
        if inner is not None:
            names = tuple(column[0])
            found = [_Beside(level, name, "", column, ["\n".join(names)] * len(column), "")]
            for key, one in zip(names, inner, strict=True):
                found += self._guarded(column, key, one, steps, new_forms)
            return found
        if way is not None:
            return [_Beside(level, name, "", column, [one if is_plain_number(one) else None for one in column], "")]
        usual = self._personal.get(meaning.kind or "")
        if usual is None:
            return [_Beside(level, name, "", column, self._unmapped.reader.read(column, meaning, depth, new_forms), "")]
        shown = [usual(value) if type(value) is str else None for value in column]
        kind = {MAYBE_NAME: "name", "virtual_phone": "phone"}.get(meaning.kind or "", meaning.kind or "")
        return [_Beside(level, name, kind, column, shown, pointer(steps))]


def _rows_by_form(objects: Sequence[Sequence[Any]]) -> dict[_Form, list[int]]:
    """Group records by the members of their objects."""
    members = [[tuple(one) if type(one) is dict else None for one in level] for level in objects]
    found: dict[_Form, list[int]] = {}
    last: _Form = ()
    rows: list[int] = []
    for row, form in enumerate(zip(*members, strict=True)):
        if form != last:  # which takes a quarter of the time that a look-up does
            rows, last = found.setdefault(form, []), form
        rows.append(row)
    return found


def _warnings(personal: Sequence[_Beside], records: int) -> Sequence[Sequence[tuple[str, str]]]:
    """For each record what was masked of its personal members; the same object where that is alike."""
    everything = tuple((one.pointer, UNMAPPED_MASKED) for one in personal)
    if not personal:
        return [everything] * records
    changed = zip(*([a != b for a, b in zip(one.column, one.shown, strict=True)] for one in personal), strict=True)
    return [everything if all(row) else tuple(compress(everything, row)) for row in changed]


def _text_of(value: Any, depth: int) -> str | None:
    """Return every text and number in a value; None if it is too deep or too large."""
    texts: list[str] = []
    try:
        gather(value, texts, depth)
    except InvalidRecord:
        return None
    return "\n".join(texts)


def _without_leaks(
    sound: list[bool], names: Sequence[list[Any]], phones: Sequence[list[Any]], texts: Sequence[list[str | None]]
) -> list[bool]:
    """Which sound records repeat none of their names and phones."""
    if not texts:
        return sound
    joined = ["\n".join(shown) if ok else "" for ok, shown in zip(sound, zip(*texts, strict=True), strict=True)]
    if names:
        near = [False] * len(sound)
        # Usual names are of Han, which has one case: nothing but the last character has to be seen.
        for column in names:
            near = [
                seen or (ok and name[-1] in text)
                for seen, ok, name, text in zip(near, sound, column, joined, strict=True)
            ]
        sound = [
            ok and not (seen and may_hold_name(text, of_record))
            for ok, seen, of_record, text in zip(sound, near, zip(*names, strict=True), joined, strict=True)
        ]
    if phones:
        sound = [
            ok and not may_hold_phone(text, numbers)
            for ok, numbers, text in zip(sound, zip(*phones, strict=True), joined, strict=True)
        ]
    return sound
