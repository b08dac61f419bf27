"""The names of sheets: which of them are written again, and how a message shows them."""

import re
from pathlib import Path
from typing import Final

import yaml

from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.stars import stars
from masking_service.tables.looks import looks_like_name

_WORDS: Final = " ".join(yaml.safe_load(Path(__file__).with_name("sheet_words.yaml").read_text("utf-8"))).split()
_KNOWN: Final = re.compile(
    rf"(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))}|20[0-9]{{2}}[01][0-9][0-3][0-9](?![0-9])"
    r"|(?<![0-9])[0-9]{1,4}(?![0-9])|[ ._\-()（）])*",
    re.IGNORECASE,
)
_MAX_DIGITS: Final = 8


def is_known_name(name: str) -> bool:
    """Return whether a sheet's name consists of usual words and a date, so that it tells nothing of a person."""
    return _KNOWN.fullmatch(name) is not None and sum(map(str.isdigit, name)) <= _MAX_DIGITS


def shown_name(name: str) -> str:
    """Return a sheet's name as a message shows it, without what looks personal in it."""
    if is_known_name(name):
        return name
    return re.sub(r"[^\W\d_]+", lambda word: stars(word[0]) if looks_like_name(word[0]) else word[0], scrub(name))
