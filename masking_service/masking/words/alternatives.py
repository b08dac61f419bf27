"""Words as alternatives of a regular expression, and by their first or last character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_FEW: Final = 40
"""First characters of words that an expression tries one after another."""
_TOGETHER: Final = (60, 10)
"""Of more first characters so many are told from the others by one class, and of these so many by another."""


def any_of(words: Iterable[str]) -> str:
    """An alternative of words, the longest of each first character first; it tells most places by one character."""
    ordered = sorted(words)
    its = by_char(ordered, 0)
    firsts = [*its]
    if len(firsts) <= _FEW:
        return "|".join(f"{re.escape(first)}(?:{_rest(its[first])})" for first in firsts)
    return f"{beginning(ordered)}(?:{_behind(firsts, its, _TOGETHER)})"


def _behind(firsts: Sequence[str], its: Mapping[str, Sequence[str]], together: Sequence[int]) -> str:
    """An alternative of what is behind these first characters of words, in groups of so many."""
    if not together:
        return "|".join(f"(?<={re.escape(first)})(?:{_rest(its[first])})" for first in firsts)
    size, *smaller = together
    parts = [firsts[at : at + size] for at in range(0, len(firsts), size)]
    return "|".join(f"(?<={_class(part)})(?:{_behind(part, its, smaller)})" for part in parts)


def by_first_letter(expression: str) -> str:
    """Group alternatives by their first letter, so that a place is tried only for those of its letter.

    Alternatives of one letter keep their sequence, so that the same one matches.
    """
    groups: dict[str, list[str]] = {}
    for alternative in _split(expression):
        for first in _first_letters(alternative):
            groups.setdefault(first, []).append(alternative)
    return "|".join(f"(?={re.escape(first)})(?:{'|'.join(its)})" for first, its in groups.items())


def _split(expression: str) -> list[str]:
    """The alternatives of an expression that are in no brackets."""
    depth, found = 0, [""]
    for char in expression:
        depth += (char in "([") - (char in ")]")
        if char == "|" and not depth:
            found.append("")
        else:
            found[-1] += char
    return found


def _first_letters(expression: str) -> dict[str, None]:
    """The letters that an alternative may begin with: one that may be absent, and the next one."""
    if expression.startswith("(?:"):
        end = _closing(expression)
        inner = _split(expression[len("(?:") : end - 1])
    elif expression.startswith("["):
        end = expression.index("]") + 1
        inner = [*expression[1 : end - 1]]
    else:
        end, inner = 1, []
    firsts = {first: None for one in inner for first in _first_letters(one)} or {expression[0]: None}
    return firsts | _first_letters(expression[end + 1 :]) if expression[end : end + 1] == "?" else firsts


def _closing(expression: str) -> int:
    """Where the bracket ends that an expression begins with."""
    depth = 0
    for at, char in enumerate(expression):
        depth += (char == "(") - (char == ")")
        if not depth:
            return at + 1
    raise ValueError("a bracket is not closed")


def beginning(words: Iterable[str]) -> str:
    """Return an expression for the first character of words and a possible second: it skips most texts."""
    words = {*words}
    first, second = ("".join(sorted({re.escape(word[at]) for word in words if len(word) > at})) for at in (0, 1))
    alone = "".join(sorted(re.escape(word) for word in words if len(word) == 1))
    goes_on = [*([f"(?=[{second}])"] if second else []), *([f"(?<=[{alone}])"] if alone else [])]
    return f"[{first}](?:{'|'.join(goes_on)})"


def only_at(first: str, expression: str) -> str:
    """Matches one character where an expression matches, which is tried at these characters only.

    Args:
        first: the inside of a class of all characters that its matches begin with.
        expression: any.
    """
    return rf"[{first}](?<=(?={expression})[\s\S])"


def _class(characters: Iterable[str]) -> str:
    return f"[{''.join(map(re.escape, characters))}]"


def _rest(words: Iterable[str]) -> str:
    """An alternative of what is behind the first character of words."""
    return "|".join(re.escape(word[1:]) for word in words)


def by_char(words: Iterable[str], at: int) -> dict[str, tuple[str, ...]]:
    """The words by their first character, or by their last: `at` is 0 or -1. Longer ones come first."""
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        found.setdefault(word[at], []).append(word)
    return {char: tuple(sorted(its, key=len, reverse=True)) for char, its in found.items()}
