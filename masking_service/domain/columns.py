"""The quick way through a batch: what its records have at one place is masked together, column by column.

It takes the records in which every mapped value is a usual one (`Profile.usual`) and none stands elsewhere, too. All
others are left as they came for the pass over a single record (`record.py`), and a test holds the two against each
other. It is that pass at half of its cost: Python takes as long to come to a usual value as to mask it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any, Final, NamedTuple

from masking_service.domain.errors import InvalidRecord
from masking_service.domain.leaks import gather, is_plain_number
from masking_service.domain.schema import Place
from masking_service.domain.spellings import may_hold_name, may_hold_phone
from masking_service.domain.walk import LeafNode, ObjectNode, Usual

FEW: Final = 20
"""For fewer records of one form it costs more to make columns of them than is saved by it."""

Fields = tuple[tuple[Place, ...], tuple[str, ...]]
"""The places of a record, and what came in at each of them."""

_Form = tuple[tuple[str, ...] | None, ...]
"""The names of the members of each object on the way; None where no object stands."""


class _Leaf(NamedTuple):
    """Where usual values stand: in which object, under which key; and their mask."""

    at: int
    key: str
    place: Place
    usual: Usual


class Columns:
    """The quick way through the records of one schema under one profile.

    Args:
        root: the way through a single record.
    """

    def __init__(self, root: ObjectNode) -> None:
        self._ways: list[tuple[int, str]] = []
        """To each object but the root: in which one it stands, and under which key."""
        self._leaves: list[_Leaf] = []
        """In the order of the way."""
        self._objects: list[ObjectNode] = []
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

    def mask(self, batch: Sequence[Any]) -> list[Fields | None]:
        """Mask in place the records that are usual in everything; None for each one that is left as it came."""
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
        """Whether every mapped member leads to what may be a usual value."""
        mapped = all(unusual.isdisjoint(names or ()) for names, unusual in zip(form, self._unusual, strict=True))
        return mapped and not any(
            form[under] is None and key in (form[at] or ()) for under, (at, key) in enumerate(self._ways, start=1)
        )

    def _mask_form(self, form: _Form, objects: Sequence[Sequence[Any]]) -> Sequence[Fields | None]:
        """Mask those records of a usual form that are usual in their values, too."""
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
        sound = [True] * len(objects[0])
        for shown in (*masks, *beside):
            if None in shown:
                sound = [ok and text is not None for ok, text in zip(sound, shown, strict=True)]
        if (own := self._objects[0].own_key) in (form[0] or ()):
            sound = [ok and is_plain_number(one[own]) for ok, one in zip(sound, objects[0], strict=True)]
        names = [column for leaf, column in zip(leaves, columns, strict=True) if leaf.place.kind == "name"]
        phones = [column for leaf, column in zip(leaves, columns, strict=True) if leaf.place.kind == "phone"]
        shows = [shown for leaf, shown in zip(leaves, masks, strict=True) if leaf.place.kind not in ("name", "phone")]
        # Among masks alone no number stands: see `Profile.usual`.
        sound = _without_leaks(sound, names, phones if beside else [], [*shows, *beside])
        for (at, key, _, _), shown in zip(leaves, masks, strict=True):
            for one, mask in compress(zip(objects[at], shown, strict=True), sound):
                one[key] = mask
        places = tuple(leaf.place for leaf in leaves)
        return [(places, values) if ok else None for ok, values in zip(sound, zip(*columns, strict=True), strict=True)]

    def _beside(self, form: _Form, objects: Sequence[Sequence[Any]]) -> list[list[str | None]]:
        """All that can be read of each member that is not mapped; None where that is too deep, or too large."""
        return [
            [_text_of(name, one[name], node.depth) for one in level]
            for node, names, level in zip(self._objects, form, objects, strict=True)
            for name in names or ()
            if name not in node.nodes and name != node.own_key
        ]


def _rows_by_form(objects: Sequence[Sequence[Any]]) -> dict[_Form, list[int]]:
    """Which records have the same members in the same order, in each of their objects."""
    members = [[tuple(one) if type(one) is dict else None for one in level] for level in objects]
    found: dict[_Form, list[int]] = {}
    last: _Form = ()
    rows: list[int] = []
    for row, form in enumerate(zip(*members, strict=True)):
        if form != last:  # which takes a quarter of the time that a look-up does
            rows, last = found.setdefault(form, []), form
        rows.append(row)
    return found


def _text_of(name: str, value: Any, depth: int) -> str | None:
    """A member's name and every text and number in its value; None where that is too deep, or too large."""
    texts = [name]
    try:
        gather(value, texts, depth)
    except InvalidRecord:
        return None
    return "\n".join(texts)


def _without_leaks(
    sound: list[bool], names: Sequence[list[Any]], phones: Sequence[list[Any]], texts: Sequence[list[str | None]]
) -> list[bool]:
    """Which of the sound records hold none of these names and phones of theirs in these texts."""
    if not texts:
        return sound
    joined = ["\n".join(shown) if ok else "" for ok, shown in zip(sound, zip(*texts, strict=True), strict=True)]
    if names:
        near = [False] * len(sound)
        for (
            column
        ) in names:  # usual names are of Han, which has one case: nothing but the last character has to be seen
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
