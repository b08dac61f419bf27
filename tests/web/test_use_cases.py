"""Each use case has what its fields say: they are filled by their names."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

from tests.web.api import Api


def fits(value: object, wanted: Any) -> bool:
    """Whether a value is of an annotated type; any value fits a protocol."""
    kind = get_origin(wanted) or wanted
    if kind in (Union, UnionType):
        return any(fits(value, one) for one in get_args(wanted))
    if kind is Callable or Protocol in kind.__bases__:
        return value is not None
    return isinstance(value, kind)


def test_every_field_of_a_use_case_has_what_it_is_annotated_with(api: Api) -> None:
    made = [*api.parts.acting._use_cases.values()]
    for one in made:  # and what they are made of
        parts = [getattr(one, field.name) for field in fields(one)]
        made += [part for part in parts if is_dataclass(part) and not any(part is known for known in made)]

    wrong = [
        f"{type(one).__name__}.{field.name}"
        for one in made
        for field in fields(one)
        if not fits(getattr(one, field.name), get_type_hints(type(one))[field.name])
    ]

    assert (wrong, len(made) > 30) == ([], True)
