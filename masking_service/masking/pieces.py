"""Reads a long remark as pieces, each by its outline, where no piece says anything of what is in another.

A piece is one sentence or more. Pieces that have been read side by side, and that show there what each shows alone, do
so in every text: a piece is so long, or holds such a number, that no rule for names reaches over it to the one behind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from masking_service.masking.han_words import han_words
from masking_service.masking.outlines import MAX_KEPT, MAX_LENGTH, OF_NUMBER, Outline, Outlines, Slots

MAX_LONG: Final = 2_048
"""Characters of a text that is read in pieces."""
MAX_NUMBERS: Final = 24
"""Numbers of such a text: of more, every digit is hidden (`numbers_in_text.crowded`)."""
MAX_NAMES: Final = 48
"""Names of such a text: beside many more, not all that are listed are looked for (`names_in_text`)."""

_PAID: Final = 2
"""What is paid for a piece, as a multiple of the cost of its outline: it is read again beside the one before it."""
_LONG_ENOUGH: Final = 16
"""Characters of a piece with a number that no rule reaches over."""
_LONG_WITHOUT_NUMBER: Final = 48
_SENTENCES: Final = re.compile(r"([^\n。]*。?)(\n?)").findall
_MOBILE: Final = re.compile("1[3-9][0-9]{9}").search
_SAYS_ALL: Final = "收件的东西到了，麻烦尽快，号码13800138009，物品还没拿，不用再问了，就这样\n"
"""Holds no name, and the signs by which whole clauses of a text are taken for names (`names_in_text`)."""

Pay = Callable[[float], None]
Read = Callable[[str], str | None]
"""Gives what shows of a text of plain words, names and mobile numbers; None for every other one."""
Piece = tuple[Outline, Slots, str]
"""A piece, and what is between it and the next one: a line's end, or nothing."""


class Pieces:
    """The pieces of texts, and which of them show side by side what they show alone.

    It keeps outlines (`Outlines`), and nothing of what is in their slots.

    Args:
        outlines: of pieces.
        read: masks texts, by themselves.
    """

    def __init__(self, outlines: Outlines, read: Read) -> None:
        self._outlines = outlines
        self._read = read
        self._found: dict[tuple[str, ...], bool] = {}

    def of(self, text: str, context: str, pay: Pay) -> list[Piece] | None:
        """The pieces of a text; None if it has to be read as a whole, or a name in a slot shows.

        Args:
            text: any text that is longer than `MAX_LENGTH`.
            context: what the objects around it say of their members (`member_names`).
            pay: takes what reading costs, in microseconds.

        Raises:
            InvalidRecord: by `pay`.
        """
        pieces, gaps = _cut(text) if len(text) <= MAX_LONG else ([], [])
        if len(pieces) < 2 or max(map(len, pieces)) > MAX_LENGTH:
            return None
        found: list[Piece] = []
        numbers = names = 0
        for piece, known, gap in zip(pieces, self._outlines.each(pieces, context), gaps, strict=True):
            if known is None:
                return None
            outline, slots = known
            pay(_PAID * outline.cost)
            its_numbers = [*map(len, slots)].count(OF_NUMBER)
            if len(outline.names) + its_numbers < len(slots) or not self._is_plain(outline):
                return None
            if _holds_word(slots) and self._read(piece) != outline.shown(slots):
                return None
            if found and not self._are_apart(found[-1][0], found[-1][2], outline):
                return None
            found.append((outline, slots, gap))
            numbers += its_numbers
            names += len(outline.names) + len(outline.others)
        return found if numbers <= MAX_NUMBERS and names <= MAX_NAMES else None

    def _is_plain(self, outline: Outline) -> bool:
        """Whether one reading finds all that is hidden of a piece."""
        return self._known(
            (outline.example,), lambda: self._read(outline.example) == outline.example_shown, kept=outline.is_kept
        )

    def _are_apart(self, first: Outline, gap: str, second: Outline) -> bool:
        """Whether both show side by side what they show alone, also behind what makes names of clauses."""
        key = first.example, gap, second.example

        def are_apart() -> bool:
            before, together = self._read(_SAYS_ALL), self._read(_SAYS_ALL + "".join(key))
            return before is not None and together == before + first.example_shown + gap + second.example_shown

        return self._known(key, are_apart, kept=first.is_kept and second.is_kept)

    def _known(self, key: tuple[str, ...], find: Callable[[], bool], *, kept: bool) -> bool:
        """What was found before; if it is `kept`, what is found now is known from here on."""
        if (known := self._found.get(key)) is not None:
            return known
        found = find()
        if kept:
            if len(self._found) >= MAX_KEPT:
                self._found.clear()
            self._found[key] = found
        return found


def _holds_word(slots: Slots) -> bool:
    """Whether a given name is a word, too, so that not every text of the outline has a name there: 米老鼠."""
    words = han_words().words
    return any(slot[1:] in words for slot in slots if len(slot) == len("王建国"))


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
