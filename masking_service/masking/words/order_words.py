"""What texts in other languages call the number of an order, and the code with which a parcel is picked up.

The words are data (`order_words.txt`).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from masking_service.masking.words.alternatives import any_of

_LETTER: Final = r"[^\W\d_]"
_OWN: Final = (
    r"(?=[\s:：=#.]{0,3}(?!0)(?:[a-z]{1,6}[0-9]|[a-z]{2,5}[-/][0-9]|[0-9]+[a-z]|[0-9]{8,}(?![0-9]|[ \-][0-9])"
    r"|[0-9](?:[ \-/]?[0-9]){11}))"
)
"""Before a number that has a letter, or is not written as phones are: without gaps, or with twelve digits."""


@cache
def phrases() -> dict[str, list[str]]:
    """The phrases of each section."""
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in resources.files(__package__).joinpath("order_words.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section += line.split(", ")
    return found


def says_order_abroad() -> str:
    """An expression of what a text calls the number of an order or the like."""
    words = phrases()
    return (
        rf"(?<!{_LETTER})(?:{any_of(words['numbers'])})(?!{_LETTER})|{any_of(words['without-spaces'])}"
        rf"|(?<!{_LETTER})(?:{any_of(words['nouns'])})(?!{_LETTER}){_OWN}"
    )


def says_pickup_abroad() -> str:
    """An expression of what a text calls the code with which a parcel is picked up."""
    return rf"(?<!{_LETTER})(?:{any_of(phrases()['pickup'])})"
