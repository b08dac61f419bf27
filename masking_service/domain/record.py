"""The one pass over a record: find every mapped value, mask it in place, and let nothing of it stand elsewhere.

A record that raises is half masked and must be thrown away; no error or repr holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias

from masking_service.domain.errors import InvalidRecord
from masking_service.domain.hidden import hidden_form
from masking_service.domain.leaks import Hider, decimal_text, gather, may_leak, own_number, scrub_around
from masking_service.domain.profiles import Profile
from masking_service.domain.schema import EACH, KINDS, Place, Schema, Steps, pointer
from masking_service.domain.spellings import Mask, name_needles, phone_needles, phones_in_name
from masking_service.domain.stars import stars

Field: TypeAlias = tuple[Place, Any, Any, Any, bool]
"""(place, value, parent, key, stored): the JSON value that came in; ``parent[key]`` holds what the profile shows of it;
stored is False where it came in already hidden, so that there is nothing to keep."""

ALREADY_MASKED: Final = "already-masked"
FOUND_IN_TEXT: Final = "found-in-text"

_ABSENT: Final = object()
_MAY_COME_HIDDEN: Final = frozenset({"name", "phone", "address", "unit"})


@dataclass(slots=True)
class Masked:
    """What a pass found.

    Attributes:
        fields: every mapped position that is present, null and empty ones too: in the schema's order (an object's
            fields together, where the schema first names it), arrays in their own.
        warnings: (JSON Pointer, code), the codes being ALREADY_MASKED and FOUND_IN_TEXT.
    """

    fields: list[Field] = field(repr=False)
    warnings: list[tuple[str, str]] = field(repr=False)


class Masker:
    """One schema under one profile, compiled once; holds nothing of the records that pass through it."""

    def __init__(self, schema: Schema, profile: Profile) -> None:
        self._schema = schema
        self._masks = {kind: profile.masker(kind) for kind in KINDS}
        self._root = _compile((), list(schema.fields), self._masks)
        self._fixed = frozenset(
            step for steps in (*(steps for steps, _ in schema.fields), *schema.waybill_paths) for step in steps
        )

    def mask(self, record: dict[str, Any]) -> Masked:
        """Mask the record in place.

        Raises:
            InvalidRecord: naming every place that holds what no value can be; the record is then half masked.
        """
        run = _Run(record, self._schema)
        self._root.visit(run, record, ())
        if run.errors:
            raise InvalidRecord(tuple(run.errors))
        run.guard(self._masks, self._fixed)
        return Masked(run.fields, run.warnings)


def render(profile: Profile, fields: Iterable[tuple[Place, Any]], waybill_no: object = None) -> dict[str, Any]:
    """A view: the fields alone, masked by the profile, at their places.

    Args:
        profile: what the reader may see.
        fields: (place, value) as a pass found them.
        waybill_no: the record's own number, which stays where it stands in a text.

    Raises:
        InvalidRecord: a value that is neither a string, an integer nor null.
    """
    masks = {kind: profile.masker(kind) for kind in KINDS}
    record: dict[str, Any] = {}
    run = _Run(record, None)
    run.own = own_number(waybill_no)
    for place, value in fields:
        parent, key = _make_room(record, place.keys)
        parent[key] = value
        run.take(place, masks[place.kind], value, parent, key)
    if run.errors:
        raise InvalidRecord(tuple(run.errors))
    run.guard(masks, frozenset(key for place, *_ in run.fields for key in place.keys))
    return record


class _Run:
    """What one pass gathers: the fields, and for the leak guard what to look for and where."""

    __slots__ = ("errors", "fields", "names", "own", "phones", "record", "texts", "schema", "warnings")

    def __init__(self, record: dict[str, Any], schema: Schema | None) -> None:
        self.record = record
        self.schema = schema
        self.own: str | None = None
        self.fields: list[Field] = []
        self.warnings: list[tuple[str, str]] = []
        self.errors: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.phones: list[str] = []
        self.names: list[str] = []

    def take(self, place: Place, mask: Mask | None, value: Any, parent: Any, key: Any) -> None:
        """Mask one value where it stands and note it."""
        if type(value) is str:
            text = value
        elif type(value) is int:
            text = decimal_text(value)
        elif value is None:
            text = ""
        else:
            self.errors.append((place.pointer, "invalid-type"))
            return
        if not text or text.isspace():
            self.fields.append((place, value, parent, key, True))
            return
        kind = place.kind
        stored = True
        if kind in _MAY_COME_HIDDEN:
            form = hidden_form(kind, text)
            if form is not None:
                stored = False
                self.warnings.append((place.pointer, ALREADY_MASKED))
                if form == "opaque":
                    mask = None
            elif mask is not None:
                self._seek(kind, text)
        if mask is None:
            self.texts.append(text)
        else:
            masked = mask(text)
            if kind == "text" and masked is not text:
                masked = self._with_own_number(text, masked, mask)
            parent[key] = masked
            self.texts.append(masked)
        self.fields.append((place, value, parent, key, stored))

    def guard(self, masks: dict[str, Mask | None], fixed: frozenset[Any]) -> None:
        """Hide what stands elsewhere of the values that were masked."""
        if not may_leak(self.texts, self.phones, self.names):
            return
        hider = Hider(self.phones, self.names, masks["phone"] or stars, masks["name"] or stars, self._own(), fixed)
        self.warnings += [(where, FOUND_IN_TEXT) for where in hider.hide(self.record)]

    def _seek(self, kind: str, text: str) -> None:
        if kind == "phone":
            # A plain mobile number, the usual case, is its own spelling.
            if len(text) == 11 and text.isascii() and text.isdigit():
                self.phones.append(text)
            else:
                self.phones += phone_needles(text)
        elif kind == "name":
            self.names += name_needles(text)
            if not text.isalpha():
                self.phones += phones_in_name(text)

    def _own(self) -> str | None:
        if self.own is None and self.schema is not None:
            self.own = own_number(self.schema.waybill_no(self.record))
        return self.own

    def _with_own_number(self, text: str, masked: str, mask: Mask) -> str:
        own = self._own()
        return scrub_around(text, own, mask) if mask is not stars and own is not None and own in text else masked


class _Leaf:
    """A mapped value: its place (None inside an array, where it depends on the index) and its mask."""

    __slots__ = ("_kind", "_mask", "_place", "_steps")

    def __init__(self, steps: Steps, kind: str, mask: Mask | None) -> None:
        self._steps = steps
        self._kind = kind
        self._mask = mask
        self._place = None if EACH in steps else Place.at(kind, steps)

    def take(self, run: _Run, value: Any, parent: Any, key: Any, indexes: tuple[int, ...]) -> None:
        run.take(self._place or _place_at(self._kind, self._steps, indexes), self._mask, value, parent, key)


class _Object:
    """An object on the way: the members that lead to mapped values; the others are gathered for the leak guard."""

    __slots__ = ("_depth", "_known", "_members", "_steps")

    def __init__(self, steps: Steps, members: list[tuple[str, _Leaf | None, _Object | _Array | None]]) -> None:
        self._steps = steps
        self._depth = len(steps) + 1
        self._members = members
        self._known = frozenset(key for key, *_ in members)

    def visit(self, run: _Run, value: Any, indexes: tuple[int, ...]) -> None:
        if type(value) is not dict:
            run.errors.append((pointer(_filled(self._steps, indexes)), "invalid-type"))
            return
        found = 0
        for key, leaf, child in self._members:
            inner = value.get(key, _ABSENT)
            if inner is _ABSENT:
                continue
            found += 1
            if leaf is not None:
                leaf.take(run, inner, value, key, indexes)
            elif inner is not None and child is not None:
                child.visit(run, inner, indexes)
        if found < len(value):
            for key, inner in value.items():
                if key not in self._known:
                    run.texts.append(key)
                    gather(inner, run.texts, self._depth)


class _Array:
    """An array on the way: each element leads to mapped values, or is one."""

    __slots__ = ("_element", "_steps")

    def __init__(self, steps: Steps, element: _Leaf | _Object | _Array) -> None:
        self._steps = steps
        self._element = element

    def visit(self, run: _Run, value: Any, indexes: tuple[int, ...]) -> None:
        if type(value) is not list:
            run.errors.append((pointer(_filled(self._steps, indexes)), "invalid-type"))
            return
        element = self._element
        for index, inner in enumerate(value):
            if isinstance(element, _Leaf):
                element.take(run, inner, value, index, (*indexes, index))
            elif inner is not None:
                element.visit(run, inner, (*indexes, index))


def _compile(steps: Steps, fields: list[tuple[Steps, str]], masks: dict[str, Mask | None]) -> Any:
    """The node at `steps`, for the fields whose paths begin there."""
    depth = len(steps)
    if len(fields) == 1 and len(fields[0][0]) == depth:
        kind = fields[0][1]
        return _Leaf(steps, kind, masks[kind])
    groups: dict[Any, list[tuple[Steps, str]]] = {}
    for path, kind in fields:
        groups.setdefault(path[depth], []).append((path, kind))
    if EACH in groups:
        return _Array(steps, _compile((*steps, EACH), fields, masks))
    nodes = [(key, _compile((*steps, key), group, masks)) for key, group in groups.items()]
    return _Object(
        steps,
        [(key, node, None) if isinstance(node, _Leaf) else (key, None, node) for key, node in nodes],
    )


# Paths are schema names and array indexes, so what is kept here is not personal data.
@lru_cache(maxsize=4096)
def _place_at(kind: str, steps: Steps, indexes: tuple[int, ...]) -> Place:
    return Place.at(kind, _filled(steps, indexes))


def _filled(steps: Steps, indexes: tuple[int, ...]) -> Steps:
    left = iter(indexes)
    return tuple(next(left) if step == EACH else step for step in steps)


def _make_room(record: dict[str, Any], keys: Steps) -> tuple[Any, Any]:
    """The container and key at the end of `keys`; what is missing on the way is made."""
    here: Any = record
    for key, following in zip(keys, keys[1:], strict=False):
        wanted: type = list if type(following) is int else dict
        _lengthen(here, key)
        if type(here) is dict:
            here.setdefault(key, wanted())
        elif type(here[key]) is not wanted:
            here[key] = wanted()
        here = here[key]
    _lengthen(here, keys[-1])
    return here, keys[-1]


def _lengthen(container: Any, key: Any) -> None:
    """An array grows up to the index; slots of which nothing is known are empty objects."""
    if type(container) is list:
        container.extend({} for _ in range(len(container), key + 1))
