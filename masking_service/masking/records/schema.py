"""Maps paths of a record to kinds.

It describes records and never reads their values, except the waybill number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from masking_service.masking.errors import DefinitionError
from masking_service.masking.kinds.table import KINDS

EACH: Final = "[]"
"""The step of a path that means every element of an array."""

_SCHEMA_KEYS: Final = frozenset({"schema", "source", "waybill_no", "fields", "keep", "country", "tokenize"})
_SCHEMA_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PART: Final = re.compile(r"([^.\[\]\s]+)((?:\[(?:0|[1-9][0-9]{0,5})?\])*)")
_INDEX: Final = re.compile(r"\[([0-9]*)\]")
_DEFAULT_WAYBILL_PATH: Final = ("waybill_no",)

Steps = tuple[str | int, ...]
Fields = tuple[tuple[tuple[str, ...], str], ...]
"""Paths, and the kind of each."""


@dataclass(frozen=True, slots=True)
class Place:
    """One mapped position of a record.

    Attributes:
        kind: one of KINDS.
        keys: the way from the record's top: a string for a member, an int for an array element.
        path: the same for people, ``contactInfoList[0].contact``.
        pointer: the same by RFC 6901, ``/contactInfoList/0/contact``.
        text: ``kind path``: how a place is written where it is stored.
    """

    kind: str
    keys: Steps
    path: str = field(compare=False)
    pointer: str = field(compare=False)
    text: str = field(compare=False)

    @classmethod
    def at(cls, kind: str, keys: Steps) -> Place:
        """The place of this kind at the end of `keys`."""
        path = written(keys)
        return cls(kind, keys, path, pointer(keys), f"{kind} {path}")

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read ``kind path`` (indexes filled in) back; raises DefinitionError."""
        kind, _, path = text.partition(" ")
        keys = parse_path(path, "place")
        if kind not in KINDS or EACH in keys:
            raise DefinitionError("place", "must be a kind, a space, and a path with every index filled in")
        return cls.at(kind, keys)

    def parent(self, record: Any) -> Any:
        """Return the object or array that holds the value under the last of `keys`."""
        for key in self.keys[:-1]:
            record = record[key]
        return record


@dataclass(frozen=True, slots=True)
class Schema:
    """A record format, as far as masking needs it.

    Attributes:
        name: what callers ask for.
        source: which documentation the field names come from.
        fields: (path, kind) in the file's order; EACH in a path means every element.
        waybill_paths: where the waybill number may be, tried in this order; ``waybill_no`` comes last.
        tokenize: False where one record holds several waybills, which can be masked but not stored.
        keep: unmapped paths whose values come back unchanged although the profile says `hide`.
        country_paths: where the code of the recipient's country may be, tried in this order.
    """

    name: str
    source: str
    fields: Fields
    waybill_paths: tuple[Steps, ...]
    tokenize: bool = True
    keep: frozenset[tuple[str, ...]] = frozenset()
    country_paths: tuple[Steps, ...] = ()

    @classmethod
    def parse(cls, name: str, mapping: object) -> Schema:
        """Check a schema file's content.

        Args:
            name: the file's name without its suffix; the content must say the same.
            mapping: what the YAML held: ``schema``, ``source``, ``fields`` and, if need be, ``waybill_no``,
                ``keep`` and ``country`` (lists of paths) and ``tokenize``.

        Raises:
            DefinitionError: with the path of the first fault, beginning ``schemas.NAME``.
        """
        top = f"schemas.{name}"
        content = _content(top, name, mapping)
        source = content.get("source")
        if not isinstance(source, str) or not source.strip():
            raise DefinitionError(f"{top}.source", "must say where the field names come from")
        tokenize = content.get("tokenize", True)
        if not isinstance(tokenize, bool):
            raise DefinitionError(f"{top}.tokenize", "must be true or false")
        fields = _fields(f"{top}.fields", content.get("fields"))
        waybill_paths = _waybill_paths(f"{top}.waybill_no", content.get("waybill_no", []), fields)
        keep = _kept_paths(f"{top}.keep", content.get("keep", []), fields)
        country_paths = _paths(f"{top}.country", content.get("country", []), fields, "the country's code")
        return cls(name, source.strip(), fields, waybill_paths, tokenize, keep, country_paths)

    def waybill_no(self, record: Mapping[str, Any]) -> object | None:
        """Return the raw waybill number from the first of `waybill_paths` that holds something, else None."""
        return _first(record, self.waybill_paths)

    def country(self, record: Mapping[str, Any]) -> str | None:
        """Return the code of the recipient's country in capitals, else None."""
        found = _first(record, self.country_paths)
        return found.strip().upper() if isinstance(found, str) else None


def _first(record: Mapping[str, Any], paths: Iterable[Steps]) -> object | None:
    """Return the value at the first of these paths that holds something, else None."""
    for keys in paths:
        value: object = record
        for key in keys:
            if isinstance(key, str):
                value = value.get(key) if isinstance(value, dict) else None
            else:
                value = value[key] if isinstance(value, list) and key < len(value) else None
        if value is not None and value != "":
            return value
    return None


def parse_path(path: object, where: str) -> Steps:
    """Return the steps of ``a.b[].c[0]``: member names, EACH for ``[]``, ints for indexes.

    Raises DefinitionError at `where`.
    """
    steps: list[str | int] = []
    if not isinstance(path, str):
        raise DefinitionError(where, "a path must be a string: put no, yes, on, off and numbers in quotes")
    for part in path.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            raise DefinitionError(where, "a path is member names joined by '.', each with '[]' for an array")
        steps.append(match[1])
        steps.extend(int(index) if index else EACH for index in _INDEX.findall(match[2]))
    return tuple(steps)


def written(keys: Iterable[str | int]) -> str:
    """Steps as a path, the inverse of `parse_path`."""
    parts = (f"[{key}]" if type(key) is int else key if key == EACH else f".{key}" for key in keys)
    return "".join(map(str, parts)).removeprefix(".")


def pointer(keys: Iterable[str | int]) -> str:
    """Steps as an RFC 6901 JSON Pointer."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def _content(top: str, name: str, mapping: object) -> Mapping[str, Any]:
    if not isinstance(mapping, Mapping):
        raise DefinitionError(top, "must be a mapping")
    for key in mapping:
        if key not in _SCHEMA_KEYS:
            raise DefinitionError(f"{top}.{key}", f"is not one of {', '.join(sorted(_SCHEMA_KEYS))}")
    if not _SCHEMA_NAME.fullmatch(name) or mapping.get("schema") != name:
        raise DefinitionError(f"{top}.schema", "must repeat the file's name, in lower-case letters, digits and '-'")
    return mapping


def _fields(where: str, mapping: object) -> Fields:
    if not isinstance(mapping, Mapping) or not mapping:
        raise DefinitionError(where, "must map at least one path to a kind")
    fields: list[tuple[tuple[str, ...], str]] = []
    for path, kind in mapping.items():
        here = f"{where}.{path}"
        names = tuple(step for step in parse_path(path, here) if isinstance(step, str))
        if written(names) != path:
            raise DefinitionError(here, "a mapped path uses '[]', not an index")
        if kind not in KINDS:
            raise DefinitionError(here, f"the kind must be one of {', '.join(KINDS)}")
        for other, _ in fields:
            _refuse_clash(here, names, other)
        fields.append((names, kind))
    return tuple(fields)


def _refuse_clash(where: str, steps: Steps, other: Steps) -> None:
    """Refuse two paths that lead to one value.

    Paths may share a beginning; then they must part at two member names of one object.
    """
    for mine, its in zip(steps, other, strict=False):
        if mine != its:
            if EACH in (mine, its):
                raise DefinitionError(where, f"holds an array where '{written(other)}' holds an object")
            return
    raise DefinitionError(where, f"leads through the value at '{written(other)}', or the reverse")


def _waybill_paths(where: str, paths: object, fields: Fields) -> tuple[Steps, ...]:
    found = _paths(where, paths, fields, "the waybill number")
    if any(_stands_in(_DEFAULT_WAYBILL_PATH, mapped) for mapped, _ in fields):
        raise DefinitionError(where, "'waybill_no' is where the waybill number is if nowhere else: not a field")
    return (*found, *(() if _DEFAULT_WAYBILL_PATH in found else (_DEFAULT_WAYBILL_PATH,)))


def _paths(where: str, paths: object, fields: Fields, what: str) -> tuple[Steps, ...]:
    """The paths to one value, which is not masked."""
    found: list[Steps] = []
    otherwise = f"names one value, {what}: an index such as '[0]', not '[]'"
    for here, steps in _listed(where, paths, indexes=True, otherwise=otherwise):
        if any(_stands_in(steps, mapped) for mapped, _ in fields):
            raise DefinitionError(here, f"is mapped as a field: {what} is never masked")
        found.append(steps)
    return tuple(found)


def _kept_paths(where: str, paths: object, fields: Fields) -> frozenset[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for here, steps in _listed(where, paths, indexes=False, otherwise="a kept path uses '[]', not an index"):
        for mapped, _ in fields:
            _refuse_clash(here, steps, mapped)
        found.append(tuple(map(str, steps)))
    return frozenset(found)


def _listed(where: str, paths: object, *, indexes: bool, otherwise: str) -> Iterator[tuple[str, Steps]]:
    """Yield the paths of a list, and where each of them is; of arrays they name one element by `indexes`, or all."""
    if not isinstance(paths, list):
        raise DefinitionError(where, "must be a list of paths")
    found: set[Steps] = set()
    for number, path in enumerate(paths):
        here = f"{where}.{number}"
        steps = parse_path(path, here)
        if EACH in steps if indexes else int in map(type, steps):
            raise DefinitionError(here, otherwise)
        if steps in found:
            raise DefinitionError(here, "is named twice")
        found.add(steps)
        yield here, steps


def _stands_in(steps: Steps, mapped: Steps) -> bool:
    return len(steps) >= len(mapped) and all(
        its == mine or (its == EACH and isinstance(mine, int)) for its, mine in zip(mapped, steps, strict=False)
    )
