"""Reads words in Chinese that Markdown emphasises with asterisks, which are no stars of a mask: **王小明**."""

import re
from typing import Final

from masking_service.masking.names.behind_names import HAN

_SIGNS: Final = {"*": "「」", "**": "『』"}
"""What is read in place of asterisks. Rules of names know these signs. Of three asterisks, the outer one stays."""
_ALL: Final = frozenset("".join(_SIGNS.values()))
_emphasised: Final = re.compile(rf"(?<![\w*])(\*{{1,3}})([{HAN}]{{2,5}})\1(?!\*)(?:(?<=\*\*)|(?![{HAN}]))")
"""Finds a word between asterisks. A mask has its stars behind a character, or on one side only.

Behind a single asterisk no word goes on: *请王*先生 has a stray one.
"""
is_emphasised: Final = _emphasised.search


def with_signs(text: str) -> str:
    """Return a text with signs in place of such asterisks; the text itself if it has none, or has such signs."""
    if "*" not in text or not _ALL.isdisjoint(text):
        return text
    return _emphasised.sub(lambda word: f"{word[1][2:]}{word[2].join(_SIGNS[word[1][:2]])}{word[1][2:]}", text)


def with_asterisks(text: str) -> str:
    """Return a text that `with_signs` changed, or its mask, with asterisks again."""
    for asterisks, signs in _SIGNS.items():
        for sign in signs:
            text = text.replace(sign, asterisks)
    return text
