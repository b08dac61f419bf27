"""Masks texts: remarks, instructions, traces, and members of which nothing is known.

`full_reading` reads a whole text by all rules, which is costly. So a text whose words were met before is masked by its
outline (`outlines`), one with many names by the outlines of its sentences (`pieces`), and one too long to be read at
once part by part. Each way gives the mask that all rules give.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from masking_service.masking.effort import UNBOUNDED, Effort, Pay, Share, estimate, unpaid
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.names.names_in_text import effort
from masking_service.masking.numbers.numbers_in_text import holds_no_number
from masking_service.masking.records.spellings import Mask
from masking_service.masking.stars import stars
from masking_service.masking.texts.full_reading import (
    BETWEEN,
    MAX_STEADY,
    READINGS,
    ROUNDS,
    Found,
    FullReading,
    any_worth_reading,
    worth_reading,
)
from masking_service.masking.texts.outlines import MAX_LENGTH, Needles, Outlines
from masking_service.masking.texts.pieces import Pieces
from masking_service.masking.texts.tables_in_text import values_of_tables

MAX_OF_LONG: Final = 55_000
"""Units that a long text may take; the rest of it is hidden. Calm texts of 20,000 characters fit."""
MAX_QUICK: Final = 64
"""Characters of a text that is masked in one pass."""
MAX_FREE: Final = 100
"""The most units that names in a text may take where reading them is not paid for."""
MAX_UNPAID: Final = 300
"""The most units that names in a text may take in a column, or by an outline."""
_WORDS: Final = r"\u4e00-\u9fff ，。！？、；（）【】"
_USUAL: Final = re.compile(
    rf"[{_WORDS}]*(?:(?:(?:电话|手机|号码|联系方式)[:：])?1[3-9][0-9]{{9}}(?![0-9])[{_WORDS}]*){{0,3}}"
).fullmatch
_USUAL_SENTENCES: Final = re.compile(rf"[{_WORDS}\n]*(?:1[3-9][0-9]{{9}}(?![0-9])[{_WORDS}\n]*)*").fullmatch
_CLAUSES: Final = re.compile(r"[^。；;！!？?\n，,、 ]*+[。；;！!？?\n，,、 ]?").findall
_HIDDEN_OF_A_CLAUSE: Final = re.compile(r"[^!-~。；！？\n，、 ]+").sub
"""Matches what is hidden of a clause that is too long to read: all but ASCII words, which hold no name."""


class TextMask:
    """Masks texts under one profile.

    Args:
        masks: the masks of the kinds that the profile hides, of parties, too (`profile_masks`).
        scan: hides what `numbers_in_text` finds.
        keep: what is never taken for a name.
        hide: what is always hidden.
    """

    def __init__(
        self, masks: Mapping[str, Mask], scan: Mask, keep: Iterable[str] = (), hide: Iterable[str] = ()
    ) -> None:
        self._masks = masks
        kept = frozenset(keep)
        words = "|".join(map(re.escape, sorted(hide, key=len, reverse=True)))
        self._hidden = re.compile(words) if words else None
        self.scan = scan
        self._full = FullReading(masks, scan, kept, self._hidden)
        self._outlines = Outlines(self._read_counted, kept)
        self._pieces = Pieces(self._outlines, self._show_sentences)

    def __call__(self, text: str) -> str:
        """Return the mask of a text; the same object if nothing is hidden."""
        found = self.mask(text)
        return text if found.text == text else found.text

    def _hides_word(self, text: str) -> bool:
        """Whether a text, or one of its lines, has a word that is always hidden."""
        return self._hidden is not None and self._hidden.search(text) is not None

    def worth_reading(self, text: str) -> bool:
        """False only for a text in which `mask` hides nothing that `numbers_in_text` does not find."""
        return self._hides_word(text) or worth_reading(text) or self._hides_plain_name(text)

    def any_worth_reading(self, texts: Sequence[str]) -> bool:
        """Whether one of many texts is worth reading; they are searched together."""
        lines = BETWEEN.join(texts)
        return (
            self._hides_word(lines)
            or any_worth_reading(texts)
            or (self._outlines.has_names(lines) and any(map(self._hides_plain_name, texts)))
        )

    def _hides_plain_name(self, text: str) -> bool:
        """Whether an outline finds a name. A given name may also be a word with a meaning in a text (郑成功)."""
        if self._hidden is not None or len(text) > MAX_LENGTH or not self._outlines.has_names(text):
            return False
        known = self._outlines.of([text])[0]
        return known is not None and not known[0].stays

    def stays(self, text: str) -> bool:
        """Whether nothing of a text is hidden, and no digit is in it."""
        plain = holds_no_number(text) and not text.isspace() and not worth_reading(text)
        return plain and not self._hides_word(text)

    def plain(self, text: str) -> str | None:
        """Return a text without a digit and with nothing to mask; None for every other one, and for a costly one."""
        if self._hides_word(text):
            return None
        if len(text) <= MAX_LENGTH and (known := self._outlines.of([text])[0]) is not None:
            free = known[0].stays and known[0].cost <= MAX_FREE
            return text if free and holds_no_number(text) and not text.isspace() else None
        return text if effort(text) <= MAX_FREE and self.stays(text) else None

    def mask(self, text: str, context: str = NEUTRAL, scan: Mask | None = None, pay: Pay = unpaid) -> Found:
        """Mask a text.

        Args:
            text: not blank.
            context: what the objects around the text say of their members (`member_names`).
            scan: hides numbers in place of the profile's own scan.
            pay: takes what reading costs, in microseconds.

        Raises:
            InvalidRecord: by `pay`.
        """
        if (found := self._by_outlines(text, context, pay)) is not None:
            return self._settled(text, found, context, pay) if "*" in text else found
        return self._read(text, context, scan or self.scan, pay)

    def _by_outlines(self, text: str, context: str = NEUTRAL, pay: Pay = unpaid) -> Found | None:
        """Mask a text by its outline, or by those of its pieces; None if it has to be read by itself."""
        if self._hidden is not None:
            return None
        if len(text) > MAX_LENGTH or (known := self._outlines.of([text], context)[0]) is None:
            return self._in_pieces(text, context, pay)
        outline, slots = known
        pay(outline.cost)
        return Found(outline.shown(slots), *outline.needles(slots))

    def _in_pieces(self, text: str, context: str, pay: Pay) -> Found | None:
        """Mask a text of plain sentences by the outlines of its pieces; None for every other text."""
        if "name" not in self._masks or not _USUAL_SENTENCES(text):
            return None
        if (pieces := self._pieces.of(text, context, pay)) is None:
            return None
        found = Found("")
        for outline, slots, gap in pieces:
            found.add(outline.shown(slots) + gap, *outline.needles(slots))
        return found

    def _read_counted(self, text: str, context: str) -> tuple[str, list[str], list[str], float] | None:
        """Mask a text by itself and count the cost; None if it costs too much unpaid."""
        if effort(text) > MAX_UNPAID:
            return None
        costs: list[float] = []
        found = self._read(text, context, self.scan, costs.append)
        return found.text, found.phones, found.names, sum(costs)

    def _read(self, text: str, context: str, scan: Mask, pay: Pay) -> Found:
        """Mask a text by itself, a long one part by part."""
        if len(text) > MAX_STEADY:
            return self._read_parts(text, context, scan, pay)
        found = self.mask_usual(text, pay) or self._full.mask(text, context, scan, pay)
        return self._settled(text, found, context, pay)

    def _read_parts(self, text: str, context: str, scan: Mask, pay: Pay) -> Found:
        """Mask a long text part by part. Hide a part that costs too much, and the parts behind it."""
        purse = Effort(MAX_OF_LONG - estimate("text", text))  # the same in a view as at storing

        def spend(cost: float) -> None:
            if not purse.take(cost):
                raise _TooCostlyError
            pay(cost)

        found = Found("")
        try:
            text = self._show_cells(found, text, spend)
        except _TooCostlyError:
            return Found(stars(text))
        for part in _parts(text):
            read = Found(part)
            if len(part) > MAX_STEADY:
                scanned = part if holds_no_number(part) else scan(part)
                read = Found(_HIDDEN_OF_A_CLAUSE(lambda run: stars(run[0]), scanned))
            else:
                try:
                    spend(effort(part))
                    if not (part.isspace() or self.stays(part)):
                        read = self._read(part, context, scan, spend)
                except _TooCostlyError:
                    read = Found(stars(part))
            found.add(read.text, read.phones, read.names)
        return found

    def _show_cells(self, found: Found, text: str, pay: Pay) -> str:
        """Return a long text with the cells of its tables masked, because most parts lack the headers."""
        shown: list[str] = []
        done = 0
        for start, end, kind in values_of_tables(text, pay):
            shown += text[done:start], self._full.of_kind(found, kind, text[start:end], pay, {})
            done = end
        return "".join([*shown, text[done:]])

    def _settled(self, text: str, found: Found, context: str = NEUTRAL, pay: Pay = unpaid) -> Found:
        """Mask the rest of a text until its outline hides nothing more.

        Stars may separate a name, or join other stars.
        """
        for _ in range(ROUNDS):
            if found.text == text or not ("*" in text or self._outlines.has_names(found.text)):
                return found
            again = self._by_outlines(found.text, context, pay)
            if again is None or again.text == found.text:
                return found
            again.phones += found.phones
            again.names += found.names
            found = again
        found.text = stars(found.text)
        return found

    def mask_usual(self, text: str, pay: Pay = unpaid) -> Found | None:
        """Mask a text of Han, signs, plain mobile numbers and names in one pass; None for others.

        The result is that of `mask`, in a fraction of the time: such a text holds no label, address or other number,
        and its masks do not make one.
        """
        if len(text) > MAX_QUICK or "name" not in self._masks or not _USUAL(text) or self._hides_word(text):
            return None
        return self._full.mask_plain(text, pay)

    def _show_sentences(self, text: str) -> str | None:
        """Return the mask of sentences of such words, numbers and names; None for every other text."""
        found = self._full.mask_plain(text) if _USUAL_SENTENCES(text) else None
        return None if found is None else found.text

    def mask_column(
        self, values: Sequence[Any], left: Effort = UNBOUNDED, context: str = NEUTRAL
    ) -> tuple[list[str | None], list[Needles | None]]:
        """Mask many texts.

        Args:
            values: what came in.
            left: pays for each text what reading it takes, also where its outline is known: a batch is accepted
                everywhere or nowhere.
            context: what the objects around the texts say of their members (`member_names`).

        Returns:
            What shows of each, None for one that only `mask` can read, and what was found in each, if anything was.
        """
        if self._hidden is not None or {*map(type, values)} != {str}:
            return [self.plain(value) if type(value) is str else None for value in values], [None] * len(values)
        shown: list[str | None] = []
        needles: list[Needles | None] = []
        short = [value if len(value) <= MAX_LENGTH else "" for value in values]
        outlines = self._outlines.each(short, context)
        for value in values:
            found: Needles | None = None
            if left.left <= 0:  # an outline is read only if it can be paid for
                shown.append(None)
            elif (known := next(outlines)) is None or len(value) > MAX_LENGTH:
                alone = self._alone(value, left, context)
                left.rest()
                shown.append(None if alone is None else alone.text)
                found = None if alone is None or alone.text == value else (alone.phones, alone.names)
            elif not left.take(known[0].cost):
                shown.append(None)
            elif known[0].stays:
                shown.append(None if value.isspace() else value)
            else:
                outline, slots = known
                shown.append(outline.shown(slots))
                found = outline.needles(slots)
            needles.append(found)
        return shown, needles

    def _alone(self, text: str, left: Effort, context: str) -> Found | None:
        """Return the mask of one of many texts, read by itself; None for one that only `mask` can read."""
        if len(text) > MAX_STEADY:
            return None
        try:
            if (found := self._in_pieces(text, context, Share(left).pay)) is not None:
                return found
        except InvalidRecord:
            return None
        cost, short = effort(text), len(text) <= MAX_LENGTH
        if (short and cost > MAX_UNPAID) or not left.take(READINGS * cost if short else cost):
            return None
        if self.stays(text):
            return Found(text)
        found = self.mask_usual(text) if short and not text.isspace() else None
        return found and self._settled(text, found, context)


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a long text: whole clauses, as many as are read at once, or one longer clause."""
    part = ""
    for clause in _CLAUSES(text):
        if part and len(part) + len(clause) > MAX_STEADY:
            yield part
            part = ""
        part += clause
    if part:
        yield part


class _TooCostlyError(Exception):
    """No more units may be spent on a long text."""
