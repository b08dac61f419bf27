"""Finds the meaning of each column of a table from its header and a file of known headers.

A personal column that the schema has no place for gets a place of its own, so that it is masked, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from itertools import count
from typing import Any, Final

from masking_service.masking.errors import DefinitionError
from masking_service.masking.members.member_names import NEUTRAL, NO_OWN_NAMES, Meaning, OwnNames, kind_of
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.records.schema import EACH, Schema, Steps, parse_path
from masking_service.masking.strict_yaml import read_yaml

MAX_ELEMENTS: Final = 100
"""A header such as ``contactInfoList[99].tel`` makes an array of that many elements in every record."""

_NOTE: Final = re.compile(r"[(\[（【［].*?[)\]）】］]")
_WORDS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What the user says of columns, by their index from 0.

    Attributes:
        places: the way to the place of a column.
        kinds: the kind of a column that is masked without a place in the schema.
        left: the columns that are left as they are.
    """

    places: Mapping[int, Steps] = field(default_factory=dict)
    kinds: Mapping[int, str] = field(default_factory=dict)
    left: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column of a table is, by its index from 0.

    Attributes:
        schema: the record's schema, with a place for each personal column that it has none for.
        places: the mapped columns, and the way to each place (indexes filled in).
        kinds: of the mapped columns the kind; a waybill number has none.
        added: the mapped columns whose place is not in the given schema.
        fallbacks: for a column, the columns that fill its empty cells, in this order.
        parties: those of the mapped columns whose cells hold a name, a phone and an address together. They get no
            token, and in the record they are texts that were masked before.
        others: the unmapped columns, and the ways to members that the schema does not map.
        left: those of the unmapped columns that the user leaves as they are.
    """

    schema: Schema
    places: Mapping[int, Steps]
    kinds: Mapping[int, str]
    added: frozenset[int]
    fallbacks: Mapping[int, tuple[int, ...]]
    parties: frozenset[int]
    others: Mapping[int, Steps]
    left: frozenset[int]

    @property
    def knows_number(self) -> bool:
        """Whether a column holds the waybill number."""
        return len(self.kinds) < len(self.places)


def lay_out(headers: Sequence[str], schema: Schema, told: Told) -> Layout:
    """What the columns of a table with these headers are.

    Args:
        told: what the user says of some of them.
    """
    placed, hidden = dict(told.places), dict(told.kinds)
    known = {*placed, *hidden, *told.left}
    free = {at: header for at, header in enumerate(headers) if at not in known}
    fallbacks = _place(free, schema, placed)
    own = OwnNames({".".join(steps): Meaning(kind, NEUTRAL) for steps, kind in schema.fields if EACH not in steps})
    for at, header in free.items():
        if at not in placed and (kind := kind_by_header(header, headers, own)) is not None:
            hidden[at] = kind
    extra = _members(_free("columns", schema), {at: headers[at] for at in hidden})
    fields = tuple((tuple(map(str, extra[at])), "text" if kind == PARTY else kind) for at, kind in hidden.items())
    extended = replace(schema, fields=(*schema.fields, *fields))
    others = (at for at in range(len(headers)) if at not in placed and at not in hidden)
    unmapped = _free("unmapped", extended)
    kinds = {at: kind for at, steps in placed.items() if (kind := kind_at(schema, steps)) is not None}
    return Layout(
        schema=extended,
        places=dict(sorted((placed | extra).items())),
        kinds=dict(sorted((kinds | hidden).items())),
        added=frozenset(hidden),
        fallbacks={
            owner: kept for owner, its in fallbacks.items() if (kept := tuple(at for at in its if at in hidden))
        },
        parties=frozenset(at for at, kind in hidden.items() if kind == PARTY),
        # Not named by their headers: the leak guard would rename a member whose header holds a name from a row.
        others={at: (unmapped, f"column{at + 1}") for at in others},
        left=told.left,
    )


def _place(free: Mapping[int, str], schema: Schema, placed: dict[int, Steps]) -> dict[int, list[int]]:
    """Give each place to the first of its columns. Returns the others of it, in order."""
    fallbacks: dict[int, list[int]] = {}
    waiting: set[int] = set()
    for at, steps in _by_name(free, schema):
        if at in placed or at in waiting:
            continue
        owner = next((other for other, its in placed.items() if its == steps), None)
        if owner is None:
            placed[at] = steps
        elif owner in free and kind_at(schema, steps) is not None:
            fallbacks.setdefault(owner, []).append(at)
            waiting.add(at)
    return fallbacks


def _members(key: str, headers: Mapping[int, str]) -> dict[int, Steps]:
    """The ways to members of the object `key` that have the names of headers."""
    places: dict[int, Steps] = {}
    taken: set[str] = set()
    for at, header in headers.items():
        name = normal(header) or f"column{at + 1}"
        name = name if name not in taken else f"{name}-{at + 1}"
        taken.add(name)
        places[at] = (key, name)
    return places


def _free(name: str, schema: Schema) -> str:
    """A member's name that the schema does not use."""
    taken = {steps[0] for steps, _ in schema.fields} | {steps[0] for steps in schema.waybill_paths}
    return next(free for at in count() if (free := name + "_" * at) not in taken)


def normal(header: str) -> str:
    """Return a header as it is compared: its letters and digits alone, in one form of each."""
    return "".join(_words(header))


def _words(header: str) -> list[str]:
    return _WORDS.findall(unicodedata.normalize("NFKC", header).casefold())


def _by_name(headers: Mapping[int, str], schema: Schema) -> Iterator[tuple[int, Steps]]:
    """Return columns and the places that their headers name, in the order in which they get a place."""
    own: dict[str, Steps] = {normal(".".join(steps)): steps for steps, _ in schema.fields if EACH not in steps}
    own |= {normal(".".join(map(str, steps))): steps for steps in schema.waybill_paths}
    for at, header in headers.items():
        steps = own.get(normal(header)) or _own_path(schema, header)
        if steps is not None:
            yield at, steps
    meanings, ranks = _meanings()
    found: list[tuple[int, int, int, Steps]] = []
    table: Mapping[str, str] = known_headers()["schemas"].get(schema.name, {"waybill": "waybill_no"})
    order = list(table)
    for at, header in headers.items():
        for spelling in (normal(header), normal(_NOTE.sub("", header))):
            meaning = meanings.get(spelling, "")
            if meaning in table:
                found.append((order.index(meaning), ranks[spelling], at, parse_path(table[meaning], "headers")))
                break
    for _, _, at, steps in sorted(found, key=lambda one: one[:3]):
        yield at, steps


def kind_by_header(header: str, headers: Sequence[str], own: OwnNames = NO_OWN_NAMES) -> str | None:
    """Return the kind of a column by its header, whether or not the schema has a place for it.

    Args:
        own: the names that a schema maps there, of which it may be a slip.
    """
    meanings, _ = _meanings()
    for spelling in (header, _NOTE.sub("", header)):
        meaning = meanings.get(normal(spelling))
        if meaning is not None:
            kind: str | None = known_headers()["meanings"][meaning].get("kind")
            return kind
    return kind_of(header, (), headers, own)


def _own_path(schema: Schema, header: str) -> Steps | None:
    try:
        steps = parse_path(header.strip(), "headers")
    except DefinitionError:
        return None
    return steps if may_hold(schema, steps) else None


def may_hold(schema: Schema, steps: Steps) -> bool:
    """Whether a column can fill the place at the end of these steps."""
    if EACH in steps or any(isinstance(step, int) and step >= MAX_ELEMENTS for step in steps):
        return False
    return steps in schema.waybill_paths or kind_at(schema, steps) is not None


def kind_at(schema: Schema, steps: Steps) -> str | None:
    """The kind that a schema maps at the end of these steps."""
    shape = tuple(EACH if isinstance(step, int) else step for step in steps)
    return next((kind for path, kind in schema.fields if path == shape), None)


@cache
def known_headers() -> Any:
    return read_yaml(resources.files(__package__).joinpath("headers.yaml").read_text(encoding="utf-8"))


@cache
def _meanings() -> tuple[dict[str, str], dict[str, int]]:
    """The meaning of each known header, and its rank in its list."""
    meanings: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for meaning, content in known_headers()["meanings"].items():
        for rank, header in enumerate(content["headers"]):
            meanings[normal(header)] = meaning
            ranks[normal(header)] = rank
    return meanings, ranks


def is_known(header: str) -> bool:
    return normal(_NOTE.sub("", header)) in _meanings()[0] or is_impersonal(header)


def is_impersonal(header: str) -> bool:
    """Return whether a header says that its cells are neither names nor addresses of people."""
    words = " ".join(_words(_NOTE.sub("", header)))
    return any(
        words == last or words.endswith(last if not last.isascii() else f" {last}")
        for last in (" ".join(_words(word)) for word in known_headers()["impersonal"])
    )
