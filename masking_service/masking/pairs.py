"""Reads objects that hold a name and its value apart, as in ``{"key": "收件人", "value": "张三"}``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from masking_service.masking.effort import COLD_NAME
from masking_service.masking.member_names import ROOT, Meaning, read_names
from masking_service.masking.name_words import THING, name_words


def pair_in(names: Iterable[str]) -> tuple[str, str] | None:
    """The members of an object that hold a name and its value; None for every other object."""
    words = name_words()
    value = next((name for name in names if name.lower() in words.pair_values), None)
    if value is None:
        return None
    label = next((name for name in names if name.lower() in words.pair_names), None)
    return None if label is None else (label, value)


def with_pair(
    members: Mapping[str, Any], meanings: Sequence[Meaning], context: str, pay: Callable[[float], None]
) -> Sequence[Meaning]:
    """The meanings of the members, that of a pair's value by its name.

    Args:
        members: the object.
        meanings: what the names of its members say.
        context: what the objects around them say.
        pay: takes what reading the name costs, in microseconds.

    Raises:
        InvalidRecord: by `pay`.
    """
    pair = pair_in(members)
    label = None if pair is None else members[pair[0]]
    if pair is None or type(label) is not str or not label:
        return meanings
    pay(COLD_NAME)
    said = read_names(context if context == THING else ROOT, (label,))[0]
    if said.kind is None:
        return meanings
    its = Meaning(said.kind, said.inside)
    return [its if name == pair[1] else meaning for name, meaning in zip(members, meanings, strict=True)]
