"""Makes alternatives of a regular expression from words, and finds words by their first or last character."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_FEW: Final = 40
"""The largest number of first characters that an expression tries one after another."""
_TOGETHER: Final = (60, 10)
"""If there are more: how many share one class of characters, and how many of these share another."""


def any_of(words: Iterable[str]) -> str:
    """Return an alternative of words, the longest of each first character first.

    At most places, one character decides.
    """
    ordered = sorted(words)
    its = by_char(ordered, 0)
    firsts = [*its]
    if len(firsts) <= _FEW:
        return "|".join(f"{re.escape(first)}(?:{_rest(its[first])})" for first in firsts)
    return f"{beginning(ordered)}(?:{_behind(firsts, its, _TOGETHER)})"


def _behind(firsts: Sequence[str], its: Mapping[str, Sequence[str]], together: Sequence[int]) -> str:
    """Return an alternative of the words with these first characters, in groups of `size`."""
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
    """Return the alternatives of an expression, except those in brackets."""
    depth, found = 0, [""]
    for char in expression:
        depth += (char in "([") - (char in ")]")
        if char == "|" and not depth:
            found.append("")
        else:
            found[-1] += char
    return found


def _first_letters(expression: str) -> dict[str, None]:
    """Return the letters that an alternative may begin with, and the next ones if its first part may be absent."""
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
    """Return where the bracket at the beginning of an expression ends."""
    depth = 0
    for at, char in enumerate(expression):
        depth += (char == "(") - (char == ")")
        if not depth:
            return at + 1
    raise ValueError("a bracket is not closed")


def beginning(words: Iterable[str]) -> str:
    """Return an expression for the first character of words and a possible second one: it passes over most texts."""
    words = {*words}
    first, second = ("".join(sorted({re.escape(word[at]) for word in words if len(word) > at})) for at in (0, 1))
    alone = "".join(sorted(re.escape(word) for word in words if len(word) == 1))
    goes_on = [*([f"(?=[{second}])"] if second else []), *([f"(?<=[{alone}])"] if alone else [])]
    return f"[{first}](?:{'|'.join(goes_on)})"


def only_at(first: str, expression: str) -> str:
    """Return an expression that matches one character where another one matches.

    `first` is the inside of a class of all characters that its matches begin with.
    """
    return rf"[{first}](?<=(?={expression})[\s\S])"


def _class(characters: Iterable[str]) -> str:
    return f"[{''.join(map(re.escape, characters))}]"


def _rest(words: Iterable[str]) -> str:
    """Return an alternative of the rest of words behind their first character."""
    return "|".join(re.escape(word[1:]) for word in words)


def by_char(words: Iterable[str], at: int) -> dict[str, tuple[str, ...]]:
    """Return the words by their first (`at` is 0) or last character (-1), longer ones first."""
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        found.setdefault(word[at], []).append(word)
    return {char: tuple(sorted(its, key=len, reverse=True)) for char, its in found.items()}
