"""Words for the number of an order, for codes of parcels and doors, and for the number of a person's document.

The words are data (`order_words.txt`, `document_words.txt`).
"""

from functools import cache
from importlib import resources
from typing import Final

from masking_service.masking.words.alternatives import any_of

_LETTER: Final = r"[^\W\d_]"
NOT_LIKE_A_PHONE: Final = (
    r"(?=(?:</[a-z]{1,9}>)?[\s:：=#.(\[\-–—]{0,3}(?!0)"
    r"(?:[a-z]{1,6}[0-9]|[a-z]{2,5}[-/][0-9]|[0-9]+[a-z]|[0-9]{8,}(?![0-9]|[ \-][0-9])"
    r"|[0-9](?:[ \-/]?[0-9]){11}))"
)
"""Matches the place before a number that is not written like a phone. It has a letter, no gaps, or twelve digits."""


@cache
def phrases(file: str = "order_words.txt") -> dict[str, list[str]]:
    """The phrases of each section."""
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in resources.files(__package__).joinpath(file).read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section += line.split(", ")
    return found


def says_order_abroad() -> str:
    """Return an expression for words for the number of an order or the like."""
    words = phrases()
    return (
        rf"(?<!{_LETTER})(?:{any_of(words['numbers'])})(?!{_LETTER})|{any_of(words['without-spaces'])}"
        rf"|(?<!{_LETTER})(?:{any_of(words['nouns'])})(?!{_LETTER}){NOT_LIKE_A_PHONE}"
    )


def says_pickup_abroad() -> str:
    """Return an expression for words for the code with which a parcel is collected."""
    return rf"(?<!{_LETTER})(?:{any_of(phrases()['pickup'])})"


def says_document() -> str:
    """Return an expression for words for a person's document or insurance, which are followed by its number."""
    words = phrases("document_words.txt")
    return (
        rf"(?<!{_LETTER})(?:{any_of(words['numbers'])}|(?-i:{any_of(words['acronyms'])}))(?!{_LETTER})"
        rf"|{any_of(words['without-spaces'])}"
    )


def says_entrance() -> str:
    """Return an expression for words for the code of a door or the like, which are followed by it."""
    words = phrases("document_words.txt")
    return rf"(?<!{_LETTER})(?:{any_of(words['entrance'])})(?!{_LETTER})|{any_of(words['entrance-without-spaces'])}"


def part_of_entrance() -> str:
    """Return an expression for the parts of these words, in small letters; a text without one has no such code."""
    return any_of(phrases("document_words.txt")["entrance-parts"])


def begins_document() -> str:
    """Return an expression for what these words begin with: two letters, or the first characters of the other ones."""
    words = phrases("document_words.txt")["without-spaces"]
    return rf"{any_of({word[:2] for word in words})}|[A-Za-z\u00c0-\u04ff\u1e00-\u1eff]{{2}}"


def single_words_for_documents() -> list[str]:
    """Return the words for such a document that are one word in Latin letters, in small letters."""
    words = phrases("document_words.txt")
    return [word.lower() for word in (*words["numbers"], *words["acronyms"]) if " " not in word]
