"""Reads Han that are escaped in a text: percent-encoded, or as escapes of JSON or HTML."""

import html
import re
from typing import Final
from urllib.parse import unquote

from masking_service.masking.reading import NOT_SEEN, without_unseen
from masking_service.masking.stars import stars

_HAN: Final = (
    r"(?:%[Ee][4-9](?:%[89ABab][0-9A-Fa-f]){2}|\\u[4-9][0-9A-Fa-f]{3}|&#(?:[xX][4-9][0-9A-Fa-f]{3}|[1-4][0-9]{4});)"
)
_PLAIN: Final = "[0-9A-Za-z.*~_-]"
_escaped: Final = re.compile(f"({_HAN}+)")
_word: Final = re.compile(rf"(?:{_PLAIN}{{0,40}}{_HAN})+{_PLAIN}{{0,40}}")
"""Escapes, and the letters and digits that touch them: 12%E5%8F%B7501."""
_plain_behind: Final = re.compile(f"{_PLAIN}*").match
_plain_before: Final = re.compile(f"{_PLAIN}{{0,40}}$").search
_json: Final = re.compile(r"\\u([0-9A-Fa-f]{4})")

holds_escaped_han: Final = re.compile(r"%[Ee][4-9]%|\\u[4-9]|&#[xX1-4]").search
"""Finds the beginning of escaped Han; finds too much rather than too little."""
holds_escaped_or_unseen: Final = re.compile(
    rf"[%&\\{NOT_SEEN}](?:(?<=%)(?:25)?[Ee][4-9]%|(?<=\\)u[4-9]|(?<=&)#[xX1-4]|(?<=[{NOT_SEEN}]))"
).search
"""Finds that, too, and what `plainer` changes. One search, because every text goes through it."""
_ESCAPED_AGAIN: Final = re.compile("%(?:25)+(?=[0-9A-Fa-f]{2})")


def plainer(text: str) -> str:
    """Return a text without what is not seen inside words, and escaped at most once: %25E5 and %2525E5 as %E5.

    What it returns it leaves as it is.
    """
    return _ESCAPED_AGAIN.sub("%", without_unseen(text))


def unescaped(text: str) -> str:
    """A text with such characters in place of their escapes.

    >>> unescaped("name=%E5%BC%A0%E4%BC%9F")
    'name=张伟'
    """
    return _escaped.sub(lambda run: _read(run[0]), text)


def hide_escaped(text: str, shown: str) -> str:
    """Hide in a text with escapes what is hidden in ``unescaped(text)``, of which `shown` is the mask.

    Letters and digits beside escaped Han are replaced by their mask. A word whose Han is hidden becomes stars,
    one a character.
    """
    return _word.sub(lambda word: word[0] if unescaped(word[0]) in shown else _as_shown(word[0], shown), text)


def _as_shown(word: str, shown: str) -> str:
    """Return a word with the mask of the letters and digits between its Han: 12%E5%8F%B7501 as 12%E5%8F%B7***."""
    runs = _escaped.findall(word)
    at = shown.find(_read(runs[0]))
    said = _plain_before(shown, max(0, at - 40), max(0, at))[0]  # type: ignore[index]  # it always matches
    for run in runs:
        han = _read(run)
        if at < 0 or not shown.startswith(han, at):
            return stars(unescaped(word))
        behind = _plain_behind(shown, at + len(han))[0]  # type: ignore[index]  # it always matches
        said += run + behind
        at += len(han) + len(behind)
    return said


def _read(run: str) -> str:
    match run[0]:
        case "%":
            return unquote(run)
        case "&":
            return html.unescape(run)
    return _json.sub(lambda one: chr(int(one[1], 16)), run)
