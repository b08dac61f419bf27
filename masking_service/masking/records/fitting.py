"""Says which schemas would fit a record, and which of its members look personal, by the names of members only."""

from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from masking_service.masking.kinds.table import PERSONAL
from masking_service.masking.members.member_names import ROOT, read_names
from masking_service.masking.members.name_words import PARTY, name_words
from masking_service.masking.members.slips import Slips
from masking_service.masking.records.schema import EACH, Schema, Steps, pointer

MAX_FITTING: Final = 3
MAX_MEMBERS: Final = 8
_MAX_READ: Final = 40
"""The largest number of names that are read of a record, because a batch may have a thousand records."""
_DEEPEST: Final = 8
_MAX_NAME: Final = 40
_MAX_HAN_NAME: Final = 12
_SHORTEST_OWN: Final = 4
"""Letters of the shortest name with a slip: shorter names are one slip away from too many other words."""
_PERSONAL: Final = PERSONAL | {PARTY}


def fitting_schemas(record: Any, schemas: Iterable[Schema]) -> list[str]:
    """Return the schemas of which the record has the most values: at most three, none without any.

    Texts do not count: `note` and `remark` are members of every kind of record.
    """
    present = {
        schema.name: sum(_has_value(record, steps) for steps, kind in schema.fields if kind in PERSONAL)
        for schema in schemas
    }
    best = max(present.values(), default=0)
    return [name for name, count in present.items() if count == best][:MAX_FITTING] if best else []


def personal_members(record: Any, schema: Schema | None = None, *, like: Schema | None = None) -> list[str]:
    """Return the pointers of members whose names announce something personal: at most eight, the outermost first.

    Only members are named whose name, and those of the objects around it, consist of known words, or are one typing
    slip away from a name of the schema there: any other name may itself be a value.

    Args:
        schema: what it maps is left out.
        like: the schema of which a name may be a slip. What is inside a misspelt object is not read.
    """
    found: list[str] = []
    mapped = {steps for steps, _ in schema.fields} if schema is not None else set()
    waiting: deque[tuple[Any, Steps, str]] = deque([(record, (), ROOT)])
    read = 0
    while waiting and len(found) < MAX_MEMBERS and read < _MAX_READ:
        value, keys, context = waiting.popleft()
        if type(value) is list:
            waiting.extend((inner, (*keys, at), context) for at, inner in enumerate(value[:1]))
        elif type(value) is dict and len(keys) < _DEEPEST:
            first = tuple(islice(value, _MAX_READ - read))
            read += len(first)
            short = [name for name in first if len(name) <= (_MAX_NAME if name.isascii() else _MAX_HAN_NAME)]
            words = name_words()
            known = {
                name
                for name in short
                if words.knows_all(name) or (type(value[name]) in (dict, list) and words.knows_around(name))
            }
            unknown = [name for name in short if name not in known] if like is not None else []
            slips = _slips_there(like, _any_element(keys), unknown) if like is not None and unknown else set()
            names = tuple(name for name in short if name in known or name in slips)
            for name, meaning in zip(names, read_names(context, names), strict=True):
                if meaning.holds_data or meaning.may_be_persons:
                    continue
                inner = value[name]
                if name in slips:
                    found.append(pointer((*keys, name)))
                elif type(inner) in (dict, list):
                    waiting.append((inner, (*keys, name), meaning.inside))
                elif meaning.kind in _PERSONAL and _any_element((*keys, name)) not in mapped:
                    found.append(pointer((*keys, name)))
    return found[:MAX_MEMBERS]


def _slips_there(schema: Schema, keys: Steps, names: Sequence[str]) -> set[str]:
    """Return the names of an object that are one slip away from a name that leads to something personal there.

    A capital letter counts: `Bayer` is a person's name and no slip of `buyer`.
    """
    depth = len(keys)
    own = {
        str(steps[depth])
        for steps, kind in schema.fields
        if kind in _PERSONAL and steps[:depth] == keys and len(steps) > depth and steps[depth] != EACH
    }
    meant = _slips(frozenset(one for one in own if len(one) >= _SHORTEST_OWN)).meant
    return {name for name in names if name not in own and meant(name)}


@lru_cache(256)
def _slips(names: frozenset[str]) -> Slips:
    return Slips(names)


def _any_element(keys: Steps) -> Steps:
    """Return the path of all elements of arrays instead of that of one."""
    return tuple(EACH if type(key) is int else key for key in keys)


def _has_value(value: Any, steps: Steps) -> bool:
    """Return whether the path leads to something that can be a value, so not to an object or array.

    Of an array, the first element counts.
    """
    for step in steps:
        if step == EACH:
            if type(value) is not list or not value:
                return False
            value = value[0]
        elif type(value) is dict and step in value:
            value = value[step]
        else:
            return False
    return type(value) not in (dict, list)
