"""Which column of a table means what: from its header to a place in the record, by a data file and by what --map says.

A column that is known to hold personal data and has no place in the schema is masked all the same, without a token.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from masking_service.cli.files.faults import NotDone
from masking_service.domain.errors import DefinitionError
from masking_service.domain.schema import EACH, KINDS, Schema, Steps, parse_path, written

UNMAPPED: Final = "unmapped"
KIND: Final = "kind:"
_MOST_ELEMENTS: Final = 100
"""A header such as ``contactInfoList[99].tel`` makes an array of that many elements in every record."""

_NOTE: Final = re.compile(r"[(\[（【［].*?[)\]）】］]")
_NUMBERED: Final = re.compile(r"[0-9]+$")
_WORDS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column of a table is, by its index from 0.

    Attributes:
        placed: the columns with a place in the record, and the way to it (indexes filled in).
        kinds: of the placed columns the kind; a waybill number has none.
        hidden: the columns that are masked by their kind and stand nowhere in the schema.
        plain: the columns that nothing is known of: their cells come back unchanged.
    """

    placed: Mapping[int, Steps]
    kinds: Mapping[int, str]
    hidden: Mapping[int, str]
    plain: tuple[int, ...]

    @property
    def knows_number(self) -> bool:
        """Whether a column holds the waybill number."""
        return len(self.kinds) < len(self.placed)


def lay_out(headers: Sequence[str], schema: Schema, told: Mapping[str, str]) -> Layout:
    """What the columns of a table with these headers are.

    Args:
        headers: the first line.
        schema: where values stand in a record.
        told: what --map says: a header, as it stands in the file, to a path, ``kind:KIND`` or ``unmapped``.

    Raises:
        NotDone: --map names no column, no place of the schema, or one place twice.
    """
    for header in told:
        if header not in headers:
            raise NotDone("--map: no column has this header; give it as it stands in the first line")
    meant = {at: target for at, header in enumerate(headers) if (target := told.get(header)) is not None}
    placed: dict[int, Steps] = {}
    hidden: dict[int, str] = {}
    for at, target in meant.items():
        if target.startswith(KIND):
            hidden[at] = _kind(target.removeprefix(KIND))
        elif target != UNMAPPED:
            placed[at] = steps = _steps(schema, target)
            if list(placed.values()).count(steps) > 1:
                raise NotDone(
                    f"--map: columns {', '.join(str(n + 1) for n in placed if placed[n] == steps)} share a place"
                )
    free = {at: header for at, header in enumerate(headers) if at not in meant}
    for at, steps in _by_name(free, schema):
        if at not in placed and steps not in placed.values():
            placed[at] = steps
    for at, header in free.items():
        if at not in placed and (kind := _known_kind(header)) is not None:
            hidden[at] = kind
    kinds = {at: kind for at, steps in placed.items() if (kind := _kind_at(schema, steps)) is not None}
    plain = tuple(at for at in range(len(headers)) if at not in placed and at not in hidden)
    return Layout(dict(sorted(placed.items())), kinds, hidden, plain)


def normal(header: str) -> str:
    """A header as it is compared: letters and digits alone, one form of each."""
    return "".join(_words(header))


def _words(header: str) -> list[str]:
    return _WORDS.findall(unicodedata.normalize("NFKC", header).casefold())


def _by_name(headers: Mapping[int, str], schema: Schema) -> Iterator[tuple[int, Steps]]:
    """Columns and the places that their headers name, those first that go before others for the same place."""
    own: dict[str, Steps] = {normal(".".join(steps)): steps for steps, _ in schema.fields if EACH not in steps}
    own |= {normal(".".join(map(str, steps))): steps for steps in schema.waybill_paths}
    for at, header in headers.items():
        steps = own.get(normal(header)) or _own_path(schema, header)
        if steps is not None:
            yield at, steps
    meanings, ranks = _meanings()
    found: list[tuple[int, int, int, Steps]] = []
    table: Mapping[str, str] = _data()["schemas"].get(schema.name, {"waybill": "waybill_no"})
    order = list(table)
    for at, header in headers.items():
        for spelling in (normal(header), normal(_NOTE.sub("", header))):
            meaning = meanings.get(spelling, "")
            if meaning in table:
                found.append((order.index(meaning), ranks[spelling], at, parse_path(table[meaning], "headers")))
                break
    for _, _, at, steps in sorted(found, key=lambda one: one[:3]):
        yield at, steps


def _known_kind(header: str) -> str | None:
    """The kind that a header says its column holds, wherever the schema has or has not a place for it."""
    data = _data()
    meanings, _ = _meanings()
    for spelling in (header, _NOTE.sub("", header)):
        meaning = meanings.get(normal(spelling))
        if meaning is not None:
            kind: str | None = data["meanings"][meaning].get("kind")
            return kind
        words = " ".join(_words(_NUMBERED.sub("", unicodedata.normalize("NFKC", spelling).rstrip())))
        for kind, endings in data["endings"].items():
            for ending in endings:
                last = " ".join(_words(ending))
                if words == last or words.endswith(last if not last.isascii() else f" {last}"):
                    return str(kind)
    return None


def _own_path(schema: Schema, header: str) -> Steps | None:
    try:
        return _steps(schema, header.strip())
    except NotDone:
        return None


def _steps(schema: Schema, path: str) -> Steps:
    try:
        steps = parse_path(path, "--map")
    except DefinitionError as fault:
        raise NotDone(f"--map: {fault.reason}") from None
    if any(isinstance(step, int) and step >= _MOST_ELEMENTS for step in steps):
        raise NotDone(f"--map: an index must be below {_MOST_ELEMENTS}")
    if EACH in steps or (steps not in schema.waybill_paths and _kind_at(schema, steps) is None):
        raise NotDone(
            f"--map: schema {schema.name} has no such place. It has: "
            + ", ".join(written(steps) for steps in (*schema.waybill_paths, *(steps for steps, _ in schema.fields)))
            + f" (with an index in every []); or say {KIND}KIND or {UNMAPPED}"
        )
    return steps


def _kind(name: str) -> str:
    if name not in KINDS:
        raise NotDone(f"--map: the kind must be one of {', '.join(KINDS)}")
    return name


def _kind_at(schema: Schema, steps: Steps) -> str | None:
    shape = tuple(EACH if isinstance(step, int) else step for step in steps)
    return next((kind for path, kind in schema.fields if path == shape), None)


@cache
def _data() -> Any:
    return yaml.safe_load(resources.files(__package__).joinpath("headers.yaml").read_text(encoding="utf-8"))


@cache
def _meanings() -> tuple[dict[str, str], dict[str, int]]:
    """Every known header, as it is compared: what it means, and how far down it stands in its list."""
    meanings: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for meaning, content in _data()["meanings"].items():
        for rank, header in enumerate(content["headers"]):
            meanings[normal(header)] = meaning
            ranks[normal(header)] = rank
    return meanings, ranks
