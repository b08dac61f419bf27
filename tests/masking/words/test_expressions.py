"""Expressions that are compiled when they are first used."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from masking_service.masking.records import profile_masks
from masking_service.masking.words.expressions import Expression, compile_all

LONGEST = 1_000
"""Characters of an expression that each start compiles: it takes 5 ms, in longer ones a millisecond for each 100."""


def patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    """The compiled expressions that a module keeps in a value, also by one of their methods."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from patterns_in(one)
    elif isinstance(kept := getattr(value, "__self__", value), re.Pattern):
        yield kept


def test_no_long_expression_is_compiled_by_an_import() -> None:
    modules = {name: module for name, module in sys.modules.items() if name.startswith("masking_service.masking.")}

    long = [
        f"{name}.{variable}"
        for name, module in modules.items()
        for variable, value in vars(module).items()
        for pattern in patterns_in(value)
        if len(pattern.pattern) > LONGEST
    ]

    assert profile_masks.__name__ in modules
    assert long == []


def test_each_method_answers_as_the_compiled_expression() -> None:
    mine, theirs, text = Expression("(B)|c", re.I), re.compile("(B)|c", re.I), "abcABC"

    for method in ("search", "match", "fullmatch"):
        for begin, end in ((0, 6), (1, 2), (3, 3), (4, 6)):
            found, expected = (getattr(one, method)(text, begin, end) for one in (mine, theirs))
            assert (found and found.span()) == (expected and expected.span())
        assert repr(getattr(mine, method)(text)) == repr(getattr(theirs, method)(text))
    assert [one.span() for one in mine.finditer(text, 2)] == [one.span() for one in theirs.finditer(text, 2)]
    assert mine.findall(text) == theirs.findall(text)
    assert mine.sub("-", text) == theirs.sub("-", text)


def test_it_is_compiled_once_by_its_use_or_with_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_all()
    plain = re.compile

    def compile_one(pattern: str, flags: int) -> re.Pattern[str]:
        compiled.append(pattern)
        return plain(pattern, flags)

    monkeypatch.setattr(re, "compile", compile_one)

    search, match = Expression("used").search, Expression("waits").match
    assert compiled == []
    assert search("unused")
    assert compiled == ["used"]
    compile_all()
    assert compiled == ["used", "waits"]
    assert search("used")
    assert match("waits")
    assert compiled == ["used", "waits"]
