"""Reads a remark of several sentences in pieces, each by its outline, if no piece depends on another.

A piece is one sentence or more. Two pieces are read side by side once. If each then has the mask that it has alone, it
has that mask in every text: a piece is so long, or holds such a number, that no rule for names reaches across it to the
next one.
"""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Final

from masking_service.masking.effort import Pay
from masking_service.masking.texts.outlines import MAX_KEPT, MAX_LENGTH, Outline, Outlines
from masking_service.masking.texts.slots import Slots

MAX_LONG: Final = 2_048
"""Characters of the longest text that is read in pieces."""
MAX_NUMBERS: Final = 24
"""The largest number of numbers in such a text. In a text with more, every digit is hidden (`numbers_in_text.crowded`).
"""
MAX_NAMES: Final = 48
"""The largest number of names: of many more, `names_in_text` does not look for all that are listed."""

_PAID: Final = 2
"""The price of a piece, as a multiple of its outline's price: it is read again with the next piece."""
_LONG_ENOUGH: Final = 16
"""Characters of a piece with a number that no rule reaches across."""
_LONG_WITHOUT_NUMBER: Final = 48
_SENTENCES: Final = re.compile(r"([^\n。]*。?)(\n?)").findall
_MOBILE: Final = re.compile("1[3-9][0-9]{9}").search
_SAYS_ALL: Final = "收件的东西到了，麻烦尽快，号码13800138009，物品还没拿，不用再问了，就这样\n"
"""A text without a name, but with all signs by which a whole clause is taken for a name (`names_in_text`)."""

Read = Callable[[str], str | None]
"""Masks a text that has only plain words, names and mobile numbers; returns None for every other text."""
Piece = tuple[Outline, Slots, str]
"""A piece, and what is between it and the next one: the end of a line, or nothing."""


class Pieces:
    """The pieces of texts, and which of them have side by side the masks that they have alone.

    It keeps outlines (`Outlines`), and nothing of what is in their slots.
    """

    def __init__(self, outlines: Outlines, read: Read) -> None:
        self._outlines = outlines
        self._read = read
        self._found: dict[tuple[str | None, str, str], bool] = {}

    def of(self, text: str, context: str, pay: Pay) -> list[Piece] | None:
        """Return the pieces of a text, or None if it has to be read whole.

        `context` is what the objects around it say of their members (`member_names`).
        """
        pieces, gaps = _cut(text) if len(text) <= MAX_LONG else ([], [])
        if len(pieces) < 2 or max(map(len, pieces)) > MAX_LENGTH:
            return None
        found: list[Piece] = []
        last: Outline | None = None
        behind_last = ""
        numbers = names = 0
        for known, gap in zip(self._outlines.each(pieces, context), gaps, strict=True):
            if known is None:
                return None
            outline, slots = known
            pay(_PAID * outline.cost)
            if (fits := self._found.get((last and last.example, behind_last, outline.example))) is None:
                fits = self._fits(last, behind_last, outline)
            if not fits:
                return None
            found.append((outline, slots, gap))
            last, behind_last = outline, gap
            numbers += outline.numbers
            names += len(outline.names) + len(outline.others)
        return found if numbers <= MAX_NUMBERS and names <= MAX_NAMES else None

    def _fits(self, before: Outline | None, gap: str, outline: Outline) -> bool:
        """Whether a piece has the same mask behind another one as alone, and no name of it does not fit in a slot.

        One reading has to find all that is hidden in it. From here on it is known what is found for outlines that are
        kept.
        """
        fits = outline.hides_slots
        if before is None:
            fits = fits and self._read(outline.example) == outline.example_shown
        else:
            fits = fits and self._are_apart(before, gap, outline)
        if outline.is_kept and (before is None or before.is_kept):
            if len(self._found) >= MAX_KEPT:
                self._found.clear()
            self._found[before and before.example, gap, outline.example] = fits
        return fits

    def _are_apart(self, first: Outline, gap: str, second: Outline) -> bool:
        """Whether both have the same masks side by side as alone, also behind a text that makes names of clauses."""
        together = self._read(_SAYS_ALL + first.example + gap + second.example)
        return together == self._shown_before + first.example_shown + gap + second.example_shown

    @cached_property
    def _shown_before(self) -> str:
        return self._read(_SAYS_ALL) or ""


def _cut(text: str) -> tuple[list[str], list[str]]:
    """The pieces of a text (sentences, with the next ones where they are short), and what is behind each."""
    pieces: list[str] = []
    gaps: list[str] = []
    piece = ""
    for sentence, gap in _SENTENCES(text):
        piece += sentence
        if len(piece) >= _LONG_WITHOUT_NUMBER or (len(piece) >= _LONG_ENOUGH and _MOBILE(piece)):
            pieces.append(piece)
            gaps.append(gap)
            piece = ""
        else:
            piece += gap
    if piece:
        pieces.append(piece)
        gaps.append("")
    return pieces, gaps
