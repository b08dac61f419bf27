"""One test for many cases of one fact: thousands of tests of a microsecond take minutes to find, start and report."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest


def every(names: str | Sequence[str], cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test for every case, as `pytest.mark.parametrize` names them. It fails with all cases that fail.

    The cases share the fixtures, so none may change them.
    """
    known = [name.strip() for name in names.split(",")] if isinstance(names, str) else [*names]
    rows = [_values(case, alone=len(known) == 1) for case in cases]
    assert rows, "there is no case"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def all_cases(*of: Any, **fixtures: Any) -> None:
            failed: list[BaseException] = []
            for row in rows:
                case = dict(zip(known, row, strict=True))
                try:
                    test(*of, **fixtures, **case)
                except (Exception, pytest.fail.Exception) as error:
                    error.add_note(f"where {case!r:.500}")
                    failed.append(error)
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(rows)} cases", failed)

        left = [one for one in signature.parameters.values() if one.name not in known]
        all_cases.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]  # pytest reads it
        return all_cases

    return decorate


def _values(case: Any, *, alone: bool) -> tuple[Any, ...]:
    if isinstance(case, type(pytest.param())):
        return tuple(case.values)
    return (case,) if alone else tuple(case)
