"""The words that addresses abroad have beside numbers: those of `foreign_units.tsv`, and those of a number itself."""

from functools import cache
from importlib import resources
from typing import Final

MARKS: Final = frozenset("no nr n num number numbers nº № č br מס رقم เลขที่ số so numara nomor nomer".split())


_DOTTED: Final = frozenset(("az", "tr"))
"""Languages in which the capital of i has a dot, and the one of ı has none."""


@cache
def _words() -> list[tuple[str, str]]:
    """Each word, and its kind."""
    text = resources.files(__package__).joinpath("foreign_units.tsv").read_text("utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("# ")]
    return [
        (form, kind)
        for language, kind, words in lines
        for word in words.split("|")
        for form in (forms_of_capitals(word) if language in _DOTTED else (word,))
    ]


def forms_of_capitals(word: str) -> frozenset[str]:
    """A Turkish word, and what `str.lower` makes of it in capitals and with a first capital: DAİRE, İç Kapı."""
    capitals = word.replace("i", "İ").replace("ı", "I")
    return frozenset((word, capitals.lower(), (capitals[:1] + word[1:]).lower()))


@cache
def kinds_of_words() -> dict[str, str]:
    """What each word says: unit, floor, behind, side or building; of several the one that hides more."""
    found: dict[str, str] = {}
    rank = ("building", "side", "behind", "floor", "unit")
    for word, kind in _words():
        if kind not in ("number", "month") and (word not in found or rank.index(kind) > rank.index(found[word])):
            found[word] = kind
    return found


@cache
def numbers_in_words() -> frozenset[str]:
    """The words that are a number."""
    return frozenset(word for word, kind in _words() if kind == "number")


@cache
def kinds_and_months() -> dict[str, str]:
    """As `kinds_of_words`, and each month that is none of these words."""
    return {word: kind for word, kind in _words() if kind == "month"} | kinds_of_words()


@cache
def first_words() -> frozenset[str]:
    """What words of two parts begin with."""
    return frozenset(word.partition(" ")[0] for word in kinds_of_words() if " " in word)
