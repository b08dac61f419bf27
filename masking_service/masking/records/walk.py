"""Finds the mapped values of a record by compiled paths.

It finds; it never masks and never keeps a value.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import lru_cache
from typing import Any, Final

from masking_service.masking.members.member_names import Meaning, OwnNames, context_of, plan
from masking_service.masking.records.run import Run
from masking_service.masking.records.schema import EACH, Place, Schema, Steps, pointer
from masking_service.masking.records.spellings import Mask
from masking_service.masking.waybill import is_plain_number

NOTHING_MAPPED: Final = "nothing-mapped"

_ABSENT: Final = object()


Take = Callable[[Any, Place, Mask | None, Any, Any, Any], None]
"""Called with the run, a place, its mask, the value there, what holds it, and its key there."""

Usual = Callable[[str], str | None]
"""The mask of a usual value, or None for every other value: see `Profile.usual`."""

Takes = dict[str, tuple[Take, Mask | None, Usual | None]]


def way_through(schema: Schema, takes: Takes) -> ObjectNode:
    """Compile a schema with what is done for each kind."""
    root: ObjectNode = _compile((), list(schema.fields), takes)
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


def _compile(steps: Steps, fields: list[tuple[Steps, str]], takes: Takes) -> Any:
    """The node at `steps` for the fields below it."""
    depth = len(steps)
    if len(fields) == 1 and len(fields[0][0]) == depth:
        kind = fields[0][1]
        return LeafNode(steps, kind, *takes[kind])
    groups: dict[Any, list[tuple[Steps, str]]] = {}
    for path, kind in fields:
        groups.setdefault(path[depth], []).append((path, kind))
    if EACH in groups:
        return ArrayNode(steps, _compile((*steps, EACH), fields, takes))
    return ObjectNode(steps, {key: _compile((*steps, key), group, takes) for key, group in groups.items()})


# Paths are schema names and array indexes, so what is kept here is not personal data.
@lru_cache(maxsize=4096)
def _place_at(kind: str, steps: Steps, indexes: tuple[int, ...]) -> Place:
    return Place.at(kind, _filled(steps, indexes))


def _filled(steps: Steps, indexes: tuple[int, ...]) -> Steps:
    left = iter(indexes)
    return tuple(next(left) if step == EACH else step for step in steps)
