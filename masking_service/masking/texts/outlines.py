"""Reads texts that differ only in plain names and mobile numbers once: many remarks have the same words.

The outline of a text is what is left when its slots, plain names and plain mobile numbers, are taken out (`slots`). All
texts with one outline are masked alike, as a text with placeholders for their names and numbers is. So the mask of a
text depends only on the text, and it costs next to nothing once its outline is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain, groupby
from typing import Final, NamedTuple

from masking_service.masking.cache import DigestCache
from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.texts.slots import OF_NUMBER, SlotFinder, Slots, slot_finder

MAX_LENGTH: Final = 128
"""Characters of the longest text that is read by its outline."""
MAX_KEPT: Final = 4096
"""The largest number of outlines that are kept. Then all are dropped, and read again."""

_STAND_IN: Final = {
    2: ("赵霞", "冯颖", "曹伟", "潘鹏", "蒋洁", "邓欣"),
    3: ("赵颖霞", "冯伟鹏", "曹瑶洁", "潘欣凯", "蒋芸晨", "邓颖瑶"),
    11: tuple(f"1380013800{at}" for at in range(6)),
}
"""Placeholders for the names and numbers of a text, by length. No word ends with their family names."""
MAX_SLOTS: Final = 6
_WITH_GIVEN: Final = len("王小明")
"""Characters of a name whose given name is looked for by itself, too."""
_MARK: Final = re.compile("[\x01-\x03]")
_END: Final = "\x00"
"""Put between texts that are read together."""
_SIGN: Final = re.compile("[\x00-\x03]").search
_MAX_DIGITS: Final = 6
"""The largest number of digits besides mobile numbers. More digits could be a number themselves."""
_DIGIT_NEAR: Final = re.compile(r"[0-9０-９*+_.]\W{0,3}$").search
_DIGIT_BEHIND: Final = re.compile(r"\W{0,3}(?:[0-9](?![\u4e00-\u9fff])|[０-９*+_.])").match
"""Find what may be one number with a mobile number. One digit before Han is not: \t3件."""
_DIGITS: Final = re.compile(r"\d")

Read = Callable[[str, str], tuple[str, list[str], list[str], float] | None]
"""Returns a text's mask, the phones and names found in it, and the cost; None if it costs too much."""
Needles = tuple[Sequence[str], Sequence[str]]
"""Phones and names to look for in the rest of the record."""


class Outline(NamedTuple):
    """How the texts of an outline are masked.

    "Shown" is what is left of a text in its mask.

    Attributes:
        begin: what shows before anything of a slot does.
        parts: what shows of the slots, and behind that: of which slot, which characters, and what is behind them.
        phones, names: which slots are looked for elsewhere.
        others: names that are looked for elsewhere, and are in no slot.
        slots, numbers: how many there are, and how many of them are numbers.
        alike: whether some are of one length, so that they may be the same.
        stays: whether nothing is hidden.
        only_slots: whether nothing but slots is.
        cost: of reading such a text.
        example, example_shown: such a text with placeholders, and its mask.
    """

    begin: str
    parts: tuple[tuple[int, slice, str], ...]
    phones: tuple[int, ...]
    names: tuple[int, ...]
    others: tuple[str, ...]
    slots: int
    numbers: int
    alike: bool
    stays: bool
    only_slots: bool
    cost: float
    example: str
    example_shown: str

    @property
    def is_kept(self) -> bool:
        """Whether the outline holds nothing but words that are shown."""
        return self.only_slots and not self.others

    @property
    def hides_slots(self) -> bool:
        """Whether each name in a slot is found."""
        return len(self.names) + self.numbers >= self.slots

    def shown(self, slots: Slots) -> str:
        """Return the mask of the text with these slots."""
        text = self.begin
        for at, part, behind in self.parts:
            text += slots[at][part] + behind
        return text

    def needles(self, slots: Slots) -> Needles:
        """Return what of the text with these slots is looked for in the rest of the record."""
        phones = [slots[at] for at in self.phones] if self.phones else ()
        names = [slots[at] for at in self.names]
        return phones, [*names, *self.others] if self.others else names


class _Hiding(NamedTuple):
    """An outline in which more than slots is hidden, without its words.

    Attributes:
        outline: its `others` and its `example` are empty.
        others: where in the text with marks its `others` are.
    """

    outline: Outline
    others: tuple[slice, ...]


class Outlines:
    """The outlines that were read, with `read`. Words that are `kept` are no slots.

    Those in which nothing but slots is hidden are kept as they are. Of the others, only what shows is cached, so no
    name, number or address stays here.
    """

    def __init__(self, read: Read, kept: frozenset[str]) -> None:
        self._read = read
        self._kept = kept
        self._known: dict[object, Outline] = {}
        self._hiding: DigestCache[_Hiding] = DigestCache(MAX_KEPT)

    @cached_property
    def _finder(self) -> SlotFinder:
        """The finder of slots. It is made for the first text, because most processes mask none."""
        return slot_finder(self._kept)

    def of(self, texts: Sequence[str], context: str = NEUTRAL) -> list[tuple[Outline, Slots] | None]:
        """Return the outlines of texts of at most `MAX_LENGTH` characters, with their slots.

        None for a text that has to be read by itself. `context` is as in `Pieces.of`.
        """
        return [*self.each(texts, context)]

    def each(self, texts: Sequence[str], context: str = NEUTRAL) -> Iterator[tuple[Outline, Slots] | None]:
        """Yield what `of` returns, one by one: no outline is read before it is needed."""
        joined = _END.join(texts)
        if joined.count(_END) >= len(texts) or _MARK.search(joined):
            plain = [text for text in texts if not _SIGN(text)]
            found = self.each(plain, context) if plain else iter(())
            yield from (None if _SIGN(text) else next(found) for text in texts)
            return
        written, slots = self._finder.written(joined)
        known, done = self._known.get, 0
        for one in written.split(_END):
            outline = known(one if context is NEUTRAL else (one, context))
            end = done + (len(_MARK.findall(one)) if outline is None else outline.slots)
            its, done = slots[done:end], end
            if any(len(slot) == _WITH_GIVEN and slot[1:] in one for slot in its):
                yield None
                continue
            if outline is None or (outline.alike and len({*its}) < len(its)):
                outline = self._outline(one, its, context)
            yield outline and (outline, its)

    def has_names(self, text: str) -> bool:
        """Whether a plain name is in a text."""
        return any(len(slot) < OF_NUMBER for slot in self._finder.written(text)[1])

    def _outline(self, written: str, slots: Slots, context: str) -> Outline | None:
        """The outline of a text in which slots are marked; None if it has to be read by itself."""
        key: object = written if context is NEUTRAL else (written, context)
        if len({*slots}) < len(slots):
            key = (key, *map(slots.index, slots))
        if (found := self._known.get(key)) is not None:
            return found
        if (filled := _filled(written, slots)) is None:
            return None
        text = repr(key)
        if (hiding := self._hiding.get(text)) is not None:
            names = tuple([written[place] for place in hiding.others])
            return hiding.outline._replace(others=names, example=filled.text)
        if (found := self._read_outline(filled, slots, context)) is None:
            return None
        if found.is_kept:
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            self._known[key] = found
        elif all(name in written for name in found.others):
            others = tuple([slice(at := written.index(name), at + len(name)) for name in found.others])
            self._hiding.put(text, _Hiding(found._replace(others=(), example=""), others))
        return found

    def _read_outline(self, filled: _Filled, slots: Slots, context: str) -> Outline | None:
        """Read an outline by a text with placeholders."""
        whole, stand_ins, spans = filled
        if (read := self._read(whole, context)) is None:
            return None
        shown, phones, names, cost = read
        if len(shown) != len(whole) or not {*phones}.issubset(stand_ins):
            return None
        others = [name for name in names if name not in stand_ins]
        parts_of_names = {char for stand_in in stand_ins if len(stand_in) < OF_NUMBER for char in stand_in}
        if any(not parts_of_names.isdisjoint(name) for name in others):
            return None  # a name that is more or less than a slot
        edges = [0, *chain.from_iterable(spans), len(whole)]
        (begin, *behind), parts = _pieces(whole, shown, spans)
        return Outline(
            begin,
            tuple((*part, piece) for part, piece in zip(parts, behind, strict=True)),
            tuple(stand_ins.index(phone) for phone in phones),
            tuple(stand_ins.index(name) for name in names if name in stand_ins),
            tuple(others),
            len(slots),
            [*map(len, slots)].count(OF_NUMBER),
            len({*map(len, slots)}) < len(slots),
            shown == whole,
            all(shown[last:first] == whole[last:first] for last, first in zip(edges[::2], edges[1::2], strict=True)),
            cost,
            whole,
            shown,
        )


class _Filled(NamedTuple):
    """A text with a placeholder in each slot, and where they are in it."""

    text: str
    stand_ins: list[str]
    spans: list[tuple[int, int]]


def _filled(written: str, slots: Slots) -> _Filled | None:
    """Return a text in which slots are marked, with placeholders; None for one that has to be read by itself."""
    around = _MARK.split(written)
    if len(slots) > MAX_SLOTS or len(_DIGITS.findall(written)) > _MAX_DIGITS:
        return None
    stand_ins: list[str] = []
    spans: list[tuple[int, int]] = []
    whole = around[0]
    for slot, before, behind in zip(slots, around, around[1:], strict=False):
        if len(slot) == OF_NUMBER and (_DIGIT_NEAR(before) or _DIGIT_BEHIND(behind)):
            return None
        stand_in = _STAND_IN[len(slot)][slots.index(slot)]
        stand_ins.append(stand_in)
        spans.append((len(whole), len(whole) + len(stand_in)))
        whole += stand_in + behind
    return _Filled(whole, stand_ins, spans)


def _pieces(whole: str, shown: str, spans: Sequence[tuple[int, int]]) -> tuple[list[str], list[tuple[int, slice]]]:
    """Return what is shown around the slots at these spans, and which parts of the slots are shown."""
    pieces, done = [""], 0
    parts: list[tuple[int, slice]] = []
    for at, (start, end) in enumerate(spans):
        pieces[-1] += shown[done:start]
        for stays, its in groupby(range(start, end), lambda place: shown[place] == whole[place]):
            places = [*its]
            if stays:
                parts.append((at, slice(places[0] - start, places[-1] + 1 - start)))
                pieces.append("")
            else:
                pieces[-1] += shown[places[0] : places[-1] + 1]
        done = end
    pieces[-1] += shown[done:]
    return pieces, parts
