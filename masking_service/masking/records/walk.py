"""The way through one record: finds its mapped values by compiled paths, masks them in place, and notes what it found.

What a pass collects (`Run`) is also what a view is made with (`render`). Warnings and errors are limited: their number,
and the length of their pointers.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from masking_service.masking.effort import UNBOUNDED, Effort, Share
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.kinds.table import KINDS
from masking_service.masking.kinds.text import TextMask
from masking_service.masking.members.member_names import Meaning, OwnNames, context_of, plan
from masking_service.masking.names.names_in_text import effort
from masking_service.masking.records.leaks import Hider, decimal_text, may_leak, scrub_around
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.schema import EACH, Place, Schema, Steps, pointer
from masking_service.masking.records.spellings import Mask, may_hold_name
from masking_service.masking.records.values import read_value
from masking_service.masking.stars import stars
from masking_service.masking.texts.full_reading import MAX_STEADY
from masking_service.masking.texts.outlines import MAX_LENGTH
from masking_service.masking.waybill import is_plain_number, own_number

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


NOTHING_MAPPED: Final = "nothing-mapped"

_ABSENT: Final = object()


Take = Callable[[Any, Place, Mask | None, Any, Any, Any], None]
"""Called with the run, a place, its mask, the value there, what holds it, and its key there."""

Usual = Callable[[str], str | None]
"""The mask of a usual value, or None for every other value: see `Profile.usual`."""


def way_through(schema: Schema, masks: Mapping[str, Mask | None], usual: Mapping[str, Usual | None]) -> ObjectNode:
    """Compile a schema with the masks of each kind, and those of usual values."""

    def node(steps: Steps, fields: list[tuple[Steps, str]]) -> Any:
        """The node at `steps` for the fields below it."""
        depth = len(steps)
        if len(fields) == 1 and len(fields[0][0]) == depth:
            kind = fields[0][1]
            return LeafNode(steps, kind, TAKES[kind], masks[kind], usual[kind])
        groups: dict[Any, list[tuple[Steps, str]]] = {}
        for path, kind in fields:
            groups.setdefault(path[depth], []).append((path, kind))
        if EACH in groups:
            return ArrayNode(steps, node((*steps, EACH), fields))
        return ObjectNode(steps, {key: node((*steps, key), group) for key, group in groups.items()})

    root: ObjectNode = node((), list(schema.fields))
    first = schema.waybill_paths[0]
    if len(first) == 1:
        root.set_own_key(str(first[0]))
    return root


class LeafNode:
    """A mapped value. What is done with it, its masks, and its place (None where that depends on an index)."""

    __slots__ = ("_steps", "kind", "mask", "place", "take", "usual")

    def __init__(self, steps: Steps, kind: str, take: Take, mask: Mask | None, usual: Usual | None) -> None:
        self._steps = steps
        self.kind = kind
        self.take = take
        self.mask = mask
        self.usual = usual
        self.place = None if EACH in steps else Place.at(kind, steps)

    def place_at(self, indexes: tuple[int, ...]) -> Place:
        return _place_at(self.kind, self._steps, indexes)


class ObjectNode:
    """An object that leads to mapped values.

    Its other members are gathered for the leak guard.

    Attributes:
        steps: the way to it.
        depth: how many containers are around its members.
        context: what the objects around its members say of them (`member_names`).
        nodes: what each member leads to.
        own_names: their names, which a typing slip must not hide.
        own_key: the member that holds the record's own waybill number, which is not looked at; None for most objects.
    """

    __slots__ = ("_members", "_nodes_and_own", "context", "depth", "nodes", "own_key", "own_names", "steps")

    def __init__(self, steps: Steps, nodes: dict[str, LeafNode | ObjectNode | ArrayNode]) -> None:
        self.steps = steps
        self.depth = len(steps) + 1
        self.context = context_of([str(step) for step in steps if step != EACH])
        # Unpacked, because the loop below is where the time of a record goes.
        self._members: list[tuple[str, Take | None, Usual | None, str, Place | None, Mask | None, Any]] = [
            (key, node.take, node.usual, node.kind, node.place, node.mask, node)
            if isinstance(node, LeafNode)
            else (key, None, None, "", None, None, node)
            for key, node in nodes.items()
        ]
        self.nodes = nodes
        self.own_names = OwnNames({key: self._meaning(key) for key in nodes})
        self.own_key: str | None = None
        self._nodes_and_own: frozenset[str] = frozenset()

    def set_own_key(self, key: str) -> None:
        """Say which member holds the record's own waybill number."""
        self.own_key = key
        self._nodes_and_own = frozenset((*self.nodes, key))

    def _meaning(self, key: str) -> Meaning:
        """What the name of a mapped member says."""
        read, node = plan(self.context, (key,))[0], self.nodes[key]
        return Meaning(node.kind, read.inside) if isinstance(node, LeafNode) else read

    def visit(self, run: Run, value: Any, indexes: tuple[int, ...]) -> None:
        if type(value) is not dict:
            run.errors.append((pointer(_filled(self.steps, indexes)), "invalid-type"))
            return
        if self.depth == 1 and value.keys().isdisjoint(self.nodes):
            run.errors.append(("", NOTHING_MAPPED))
            return
        found = 0
        for key, take, usual, kind, place, mask, node in self._members:
            inner = value.get(key, _ABSENT)
            if inner is _ABSENT:
                continue
            found += 1
            if take is None:
                if inner is not None:
                    node.visit(run, inner, indexes)
                continue
            place = place or node.place_at(indexes)
            masked = usual(inner) if usual is not None and type(inner) is str else None
            if masked is None:
                take(run, place, mask, inner, value, key)
                continue
            # Written out here and not called: the usual values of all records that `columns` leaves come this way.
            value[key] = masked
            run.places.append(place)
            run.values.append(inner)
            if kind == "name":
                run.names.append(inner)
            elif kind == "phone":
                run.phones.append(inner)
            else:
                run.plain.append(masked)
        if found < len(value):
            self._beside(run, value, indexes, found)

    def _beside(self, run: Run, value: dict[str, Any], indexes: tuple[int, ...], found: int) -> None:
        """Note an object with unmapped members."""
        mapped: Container[str] = self.nodes
        if self.own_key is not None and is_plain_number(value.get(self.own_key)):
            if found + 1 == len(value):
                return
            mapped = self._nodes_and_own
        run.beside.append((value, mapped, self.context, self.own_names, _filled(self.steps, indexes)))


class ArrayNode:
    """An array whose elements are or lead to mapped values."""

    __slots__ = ("_element", "_steps")

    def __init__(self, steps: Steps, element: LeafNode | ObjectNode | ArrayNode) -> None:
        self._steps = steps
        self._element = element

    def visit(self, run: Run, value: Any, indexes: tuple[int, ...]) -> None:
        if type(value) is not list:
            run.errors.append((pointer(_filled(self._steps, indexes)), "invalid-type"))
            return
        run.share.count(len(value), pointer(_filled(self._steps, indexes)))
        element = self._element
        for index, inner in enumerate(value):
            if isinstance(element, LeafNode):
                element.take(run, element.place_at((*indexes, index)), element.mask, inner, value, index)
            elif inner is not None:
                element.visit(run, inner, (*indexes, index))


# Paths are schema names and array indexes, so what is kept here is not personal data.
@lru_cache(maxsize=4096)
def _place_at(kind: str, steps: Steps, indexes: tuple[int, ...]) -> Place:
    return Place.at(kind, _filled(steps, indexes))


def _filled(steps: Steps, indexes: tuple[int, ...]) -> Steps:
    left = iter(indexes)
    return tuple(next(left) if step == EACH else step for step in steps)


def _take_text(run: Run, place: Place, mask: Mask | None, value: Any, parent: Any, key: Any) -> None:
    if isinstance(mask, TextMask) and type(value) is str and value and not value.isspace():
        if MAX_LENGTH < len(value) <= MAX_STEADY:
            run.share.pay(effort(value), place.pointer)
            if mask.stays(value):
                run.texts.append(value)
                run.places.append(place)
                run.values.append(value)
                return
        run.share.read("text", value, place.pointer)
        found = mask.mask(value, scan=run.around_own_number(mask.scan), pay=run.share.pay)
        if found.text != value:
            parent[key] = found.text
            run.phones += found.phones
            run.names += found.names
            note(run.warnings, place.keys, FOUND_IN_TEXT)
        run.texts.append(found.text)
        run.places.append(place)
        run.values.append(value)
    else:
        _take(run, place, mask, value, parent, key)


def _take(run: Run, place: Place, mask: Mask | None, value: Any, parent: Any, key: Any) -> None:
    """Mask one value of any kind in place."""
    text = value
    if type(value) is int:
        text = decimal_text(value)
    elif type(value) is not str:
        if value is not None:
            run.errors.append((place.pointer, "invalid-type"))
            return
        text = ""
    if text and not text.isspace():
        read = read_value(place.kind, text, mask, run.share, place.pointer)
        if read.came_in_hidden:
            run.hidden.append(len(run.places))
        if read.warning is not None:
            note(run.warnings, place.keys, read.warning)
        run.phones += read.phones
        run.names += read.names
        if mask is not None:
            parent[key] = read.shown
        run.texts.append(read.shown)
    run.places.append(place)
    run.values.append(value)


TAKES: Final[dict[str, Take]] = dict.fromkeys(KINDS, _take) | {"text": _take_text}
"""What is done with a value of each kind that is not usual."""


def render(profile: Profile, fields: Iterable[tuple[Place, Any]], waybill_no: object = None) -> dict[str, Any]:
    """Return a view: only the fields, masked, at their places.

    Args:
        profile: what the reader may see.
        fields: (place, value) as a pass found them.
        waybill_no: the record's own number, which stays in texts.

    Raises:
        InvalidRecord: a value that is neither a string, an integer nor null.
    """
    masks, usual_masks, leak_masks = _masks_of(profile)
    record: dict[str, Any] = {}
    run = Run(record, lambda _: waybill_no, UNBOUNDED)
    for place, value in fields:
        parent, key = make_room(record, place.keys)
        usual = usual_masks[place.kind]
        masked = usual(value) if usual is not None and type(value) is str else None
        if masked is not None:
            parent[key] = masked
            run.note_usual(place, value, masked)
            continue
        parent[key] = value
        mask = masks[place.kind]
        if mask is None and type(value) is str:  # shown in full: its form does not matter
            run.places.append(place)
            run.values.append(value)
            run.texts.append(value)
        else:
            TAKES[place.kind](run, place, mask, value, parent, key)
    if run.errors:
        raise InvalidRecord(tuple(run.errors))
    run.guard(masks, leak_masks, frozenset(key for place in run.places for key in place.keys))
    return record


@lru_cache(maxsize=64)
def _masks_of(profile: Profile) -> tuple[dict[str, Mask | None], dict[str, Usual | None], tuple[Mask, Mask]]:
    """Return the masks of a profile by kind, those of usual values, and those of leaks."""
    of = Masks(profile)
    return {kind: of.masker(kind) for kind in KINDS}, {kind: of.usual(kind) for kind in KINDS}, of.leak_masks()


def make_room(record: dict[str, Any], keys: Steps) -> tuple[Any, Any]:
    """Return the container and key at the end of `keys`, and make what is missing on the way."""
    here: Any = record
    for key, following in pairwise(keys):
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
    """Let an array grow up to the index. Slots of which nothing is known are empty objects."""
    if type(container) is list:
        container.extend({} for _ in range(len(container), key + 1))
