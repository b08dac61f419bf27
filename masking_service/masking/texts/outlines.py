"""Reads texts that differ only in plain names and mobile numbers as one: remarks repeat their words.

The outline of a text is what is left when plain names and plain mobile numbers are taken out. All texts of one outline
are masked alike: as one with stand-ins for names and numbers is. So what a text shows depends on nothing but the text,
and reading it costs next to nothing once its outline is known. A name is plain if it is a frequent family name with
one or two characters that given names have and that form no word with the characters beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import chain, groupby
from typing import Final, NamedTuple

from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.names.names_of_neighbours import JAPANESE_FAMILY_NAMES
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, RARE_FAMILY_NAMES
from masking_service.masking.words.han_words import han_words

MAX_LENGTH: Final = 128
"""Characters of a text that is read by its outline."""
MAX_KEPT: Final = 4096
"""Outlines that are kept; then they are read anew."""

_STAND_IN: Final = {
    2: ("赵霞", "冯颖", "曹伟", "潘鹏", "蒋洁", "邓欣"),
    3: ("赵颖霞", "冯伟鹏", "曹瑶洁", "潘欣凯", "蒋芸晨", "邓颖瑶"),
    11: tuple(f"1380013800{at}" for at in range(6)),
}
"""By length, for each of the first names and numbers of a text; no word ends with their family names."""
MAX_SLOTS: Final = 6
OF_NUMBER: Final = 11
_MARKS: Final = {2: "\x01", 3: "\x02", OF_NUMBER: "\x03"}
"""Where a slot is in an outline, by its length."""
_MARK: Final = re.compile("[\x01-\x03]")
_END: Final = "\x00"
"""Between texts that are read together."""
_SIGN: Final = re.compile("[\x00-\x03]").search
_CLOSING: Final = frozenset("】]")
_AT_FIRST: Final = re.compile("(?:^|\x00|离开|到达|发往|送往|已到|前往|下一站)\\s?[【\\[][\u4e00-\u9fff]{0,9}$").search
"""Opens brackets at a text's beginning, or behind where a parcel is: traces rather have a town there than a name."""
_NUMERALS: Final = "一二三四五六七八九十零壹贰叁肆伍陆柒捌玖"
_MAX_DIGITS: Final = 6
"""Digits besides mobile numbers: where there are more, they may be a number themselves."""
_FREQUENT: Final = 16
"""What a family name or particle costs at most that is a word by itself."""
_OFTEN_GIVEN: Final = 15
_SELDOM_GIVEN: Final = 30
"""What a given name costs at least whose characters given names seldom have."""
_OF_GIVEN_NAMES: Final = 21
"""What a character costs at most that given names have, and that they have often."""
_BESIDE_NUMBER: Final = r"\x00\u4e00-\u9fff ，。！？、；（）【】:："
_DIGIT_NEAR: Final = re.compile(r"[0-9０-９*+\-_.]\W{0,3}$").search
_DIGIT_BEHIND: Final = re.compile(r"\W{0,3}[0-9０-９*+\-_.]").match
_DIGITS: Final = re.compile(r"\d")

Read = Callable[[str, str], tuple[str, list[str], list[str], float] | None]
"""Returns what shows of a text, the phones and names that were found in it, and the cost.

None for one that costs too much.
"""
Slots = list[str]
"""The names and numbers that were taken out of a text."""
Needles = tuple[Sequence[str], Sequence[str]]
"""Phones and names."""


class Outline(NamedTuple):
    """How the texts of an outline are masked.

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
        example, example_shown: such a text with stand-ins, and what shows of it.
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
        """Whether it holds no more than words that are not hidden."""
        return self.only_slots and not self.others

    @property
    def hides_slots(self) -> bool:
        """Whether each name in a slot is found."""
        return len(self.names) + self.numbers >= self.slots

    def shown(self, slots: Slots) -> str:
        """What shows of the text with these slots."""
        text = self.begin
        for at, part, behind in self.parts:
            text += slots[at][part] + behind
        return text

    def needles(self, slots: Slots) -> Needles:
        """What of the text with these slots is looked for elsewhere."""
        phones = [slots[at] for at in self.phones] if self.phones else ()
        names = [slots[at] for at in self.names]
        return phones, [*names, *self.others] if self.others else names


class Outlines:
    """The outlines that were met.

    Those are kept in which nothing but slots is hidden: no name, number or address stays here.

    Args:
        read: masks a text.
        kept: words that are no names, and no slots.
    """

    def __init__(self, read: Read, kept: frozenset[str]) -> None:
        self._read = read
        self._kept = kept
        self._known: dict[object, Outline] = {}

    @cached_property
    def _finder(self) -> _Finder:
        """Made for the first text: most processes mask none."""
        finder = _finder()
        return finder.with_words(self._kept) if self._kept else finder

    def of(self, texts: Sequence[str], context: str = NEUTRAL) -> list[tuple[Outline, Slots] | None]:
        """Return the outlines of texts, with their slots; None for a text that has to be read by itself.

        Args:
            texts: of at most `MAX_LENGTH` characters each.
            context: what the objects around them say of their members (`member_names`).
        """
        return [*self.each(texts, context)]

    def each(self, texts: Sequence[str], context: str = NEUTRAL) -> Iterator[tuple[Outline, Slots] | None]:
        """Yield what `of` returns, one by one: no outline is read before it is asked for."""
        joined = _END.join(texts)
        if joined.count(_END) >= len(texts) or _MARK.search(joined):
            plain = [text for text in texts if not _SIGN(text)]
            found = self.each(plain, context) if plain else iter(())
            yield from (None if _SIGN(text) else next(found) for text in texts)
            return
        written, slots = self._written(joined)
        known, done = self._known.get, 0
        for one in written.split(_END):
            outline = known(one if context is NEUTRAL else (one, context))
            end = done + (len(_MARK.findall(one)) if outline is None else outline.slots)
            its, done = slots[done:end], end
            if outline is None or (outline.alike and len({*its}) < len(its)):
                outline = self._outline(one, its, context)
            yield outline and (outline, its)

    def has_names(self, text: str) -> bool:
        """Whether a plain name is in a text."""
        return any(len(slot) < OF_NUMBER for slot in self._written(text)[1])

    def _written(self, text: str) -> tuple[str, Slots]:
        """A text with marks in place of its slots, and the slots."""
        split, words, begin, longer, no_given, join, follow, things, families, given, traditional = self._finder
        goes_on, simplified = longer.get, han_words().simplified
        parts = split(text)
        slots: list[str] = []
        around, last = parts[::2], ""
        for at, (written, before, behind) in enumerate(zip(parts[1::2], around, around[1:], strict=False)):
            slot = written
            behind = behind or "".join(parts[2 * at + 3 : 2 * at + 4])  # 周亮完成配送: 成配 has the form of a name
            if slot[0] in traditional:  # words are known in simplified characters: 顧客
                slot, behind, before = simplified(slot), simplified(behind), simplified(before)
            # What may be a word, or a part of one with what is beside it, is no slot.
            if len(slot) == OF_NUMBER or not (
                (last := before[-1:] or last) in families
                or slot[1:] in no_given
                or (behind[:1] in _CLOSING and _AT_FIRST(before))
                or slot[-1] + behind[:1] in follow
                or (
                    (head := slot[:2]) in begin
                    and (
                        slot in words
                        or head in words
                        or ((ends := goes_on(head)) and (slot[2:] + behind).startswith(ends))
                    )
                )
                or (
                    (pair := last + slot[0]) in begin
                    and (pair in words or ((ends := goes_on(pair)) and (slot[1:] + behind).startswith(ends)))
                )
                or (
                    (first := behind[:1]) in join
                    and (next_two := behind[:2]) not in follow
                    and (
                        next_two in things
                        or slot[-1] + first in words
                        or (first in given and not families.isdisjoint(slot[1:]))
                    )
                )
            ):
                slots.append(written)
                parts[2 * at + 1] = _MARKS[len(slot)]
            last = slot[-1]
        return "".join(parts), slots

    def _outline(self, written: str, slots: Slots, context: str) -> Outline | None:
        """The outline of a text in which slots are marked; None if it has to be read by itself."""
        key: object = written if context is NEUTRAL else (written, context)
        if len({*slots}) < len(slots):
            key = (key, *map(slots.index, slots))
        if (found := self._known.get(key)) is not None:
            return found
        if (found := self._met(written, slots, context)) is None:
            return None
        if found.is_kept:
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            self._known[key] = found
        return found

    def _met(self, written: str, slots: Slots, context: str) -> Outline | None:
        """Read an outline by a text with stand-ins."""
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


def _pieces(whole: str, shown: str, spans: Sequence[tuple[int, int]]) -> tuple[list[str], list[tuple[int, slice]]]:
    """What shows around what shows of the slots at these spans, and which parts of the slots show."""
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


class _Finder(NamedTuple):
    """What finds plain names and numbers.

    Attributes:
        split: gives what is around them, and them, in turn.
        words: a name is none of these, nor has a part of it with what is beside it.
        begin: the first two characters of words.
        longer: what longer words go on with, by their first two characters.
        no_given: a given name is none of these.
        join: what a word goes on with behind a name, of one character.
        follow: what follows names, of two characters.
        things: what follows no name, of two characters.
        families, given: the characters of names.
        traditional: the characters that have simplified ones.
    """

    split: Callable[[str], list[str]]
    words: frozenset[str]
    begin: frozenset[str]
    longer: dict[str, tuple[str, ...]]
    no_given: frozenset[str]
    join: frozenset[str]
    follow: frozenset[str]
    things: frozenset[str]
    families: frozenset[str]
    given: frozenset[str]
    traditional: frozenset[str]

    def with_words(self, words: Iterable[str]) -> _Finder:
        """The same with more words; one of a single character is no part of a name."""
        known = self.words.union(word for word in words if len(word) > 1)
        return self._replace(
            words=known,
            begin=frozenset(word[:2] for word in known) | self.longer.keys(),
            join=frozenset(word[1] for word in known if len(word) == 2)
            | {word[0] for word in self.things}
            | self.given,
        )


def _splitter(families: str, usual: str, also: str, follow: str) -> Callable[[str], list[str]]:
    """Return what splits a text at its slots: mobile numbers, and family names with a given one.

    Args:
        families, usual: characters of family names and given names.
        also: of given names, too, in front of a sign or what `follow` matches.
    """
    return re.compile(
        rf"([1{families}](?:(?<=1)(?<![^{_BESIDE_NUMBER}]1)[3-9][0-9]{{9}}(?![^{_BESIDE_NUMBER}])"
        rf"|(?<!1)(?<![一二两三四五六七八九十几每这那小老阿].)"
        rf"(?:[{usual}{also}][{usual}]"
        rf"|[{usual}]?[{also}](?=[^\u3400-\u9fff0-9]|$|{follow})|[{usual}])"
        rf"(?![{re.escape(cues.PLACE_ENDS)}·•‧・∙⋅･.．])))"
    ).split


@cache
def _finder() -> _Finder:
    known = han_words()

    def in_sentences(char: str) -> bool:
        """Whether a character is a frequent word besides nouns."""
        kind, cost = known.words.get(char, ("n", 0))
        return kind in "vapurts" and cost <= _FREQUENT

    def is_seldom_given(word: str) -> bool:
        """Whether a word is no noun, or one of characters that given names seldom have: 仓库."""
        kind, cost = known.words[word]
        return kind != "n" or cost < known.given_cost(word) > _SELDOM_GIVEN

    cue_words = {*cues.ROLES, *cues.WEAK, *cues.ANNOUNCE, *cues.FOLLOW, *cues.FOLLOWING, *cues.VERBS, *cues.TITLES}
    never = {
        *cues.NO_GIVEN,
        *cues.SHORT_TITLES,
        *cues.PLACE_ENDS,
        *cues.GOODS_ENDS,
        *"员人师者系家亲斋桥港岭屯沟坪坝堡寺庙埠浦滩峡洞",
        *_NUMERALS,
    }
    of_names = {char for char, cost in known.given.items() if cost <= _OF_GIVEN_NAMES} | {*cues.GIVEN}
    given = frozenset(char for char in of_names - never - cue_words if not in_sentences(char))
    also_given = "".join(sorted(char for char in of_names - never - given if known.given.get(char, 0) <= _OFTEN_GIVEN))
    families = frozenset(
        char
        for char in FAMILY_NAMES
        if char in known.family and char not in {*cue_words, *"方易米"} and not in_sentences(char)
    )
    follow = frozenset(word[:2] for word in (*cues.VERBS, *cues.TITLES, *cues.FOLLOWING, *cues.LABELS) if len(word) > 1)
    rare = frozenset(char for char in RARE_FAMILY_NAMES if not in_sentences(char))
    words = [word for word in known.words if len(word) > 1]
    longer: dict[str, list[str]] = {}
    for word in words:
        if len(word) > len("王明"):
            longer.setdefault(word[:2], []).append(word[2:])
    finder = _Finder(
        _splitter("".join(sorted(families)), "".join(sorted(given)), also_given, any_of(follow)),
        frozenset(),
        frozenset(),
        {first: tuple(ends) for first, ends in longer.items()},
        frozenset(word for word in words if word[0] != word[1] and is_seldom_given(word)).union(
            cues.TITLES, cues.VERBS, cues.FOLLOWING
        ),
        frozenset(),
        follow,
        frozenset(word for word in words if len(word) == 2).union("的" + char for char in known.words if len(char) == 1)
        - follow,
        families | rare,
        given,
        known.traditional,
    )
    return finder.with_words(
        cues.common_words().union(
            DOUBLE_FAMILY_NAMES,
            JAPANESE_FAMILY_NAMES,
            cues.FIRST_PARTS,
            cues.BRANDS,
            words,
            cue_words,
        )
    )
