"""Takes plain names and plain mobile numbers out of texts, and leaves a mark for each.

A plain name is a frequent family name with one or two characters that are frequent in given names, and that form no
word with the characters beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final, NamedTuple

from masking_service.masking.names.names_of_neighbours import JAPANESE_FAMILY_NAMES
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, RARE_FAMILY_NAMES
from masking_service.masking.words.han_words import han_words

OF_NUMBER: Final = 11
MARKS: Final = {2: "\x01", 3: "\x02", OF_NUMBER: "\x03"}
"""The marks for slots in an outline, by the length of the slot."""
_CLOSING: Final = frozenset("】]")
_AT_FIRST: Final = re.compile("(?:^|\x00|离开|到达|发往|送往|已到|前往|下一站)\\s?[【\\[][\u4e00-\u9fff]{0,9}$").search
"""Finds an open bracket that mostly holds a town: at the beginning of a text, or behind the way of a parcel."""
_FAMILIES: Final = frozenset((*FAMILY_NAMES, *RARE_FAMILY_NAMES, "路"))
"""Characters with which another name, or a road, may begin in a given name."""
_NUMERALS: Final = "一二三四五六七八九十零壹贰叁肆伍陆柒捌玖"
_NO_GIVEN: Final = "员人师者系家亲斋桥港岭屯沟坪坝堡寺庙埠浦滩峡洞线"
"""Last characters of words for people or places."""
_CUES: Final = frozenset(
    (*cues.ROLES, *cues.WEAK, *cues.ANNOUNCE, *cues.FOLLOW, *cues.FOLLOWING, *cues.VERBS, *cues.TITLES)
)
_FREQUENT: Final = 16
"""The most that a family name or particle costs as a word, if it is a word by itself."""
_OFTEN_GIVEN: Final = 15
_SELDOM_GIVEN: Final = 30
"""The least that a given name costs whose characters are rare in given names."""
_OF_GIVEN_NAMES: Final = 21
"""The most that a character costs that is frequent in given names."""
_BESIDE_NUMBER: Final = r"\x00\t\n\u4e00-\u9fff ，。！？、；：（）【】\-,;:!?()\[\]/|=&\"'<>~"
Slots = list[str]
"""The names and numbers that were taken out of a text."""


class SlotFinder(NamedTuple):
    """Finds plain names and numbers in texts.

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

    def written(self, text: str) -> tuple[str, Slots]:
        """Return a text with marks in place of its slots, and the slots."""
        split, words, begin, longer, no_given, join, follow, things, families, given, traditional = self
        goes_on, simplified = longer.get, han_words().simplified
        parts = split(text)
        slots: list[str] = []
        around, last = parts[::2], ""
        for at, (written, before, behind) in enumerate(zip(parts[1::2], around, around[1:], strict=False)):
            slot = written
            behind = behind or "".join(parts[2 * at + 3 : 2 * at + 4])  # 周亮完成配送: 成配 has the form of a name
            if slot[0] in traditional:  # words are known in simplified characters: 顧客
                slot, behind, before = simplified(slot), simplified(behind), simplified(before)
            # What may be a word, or a part of one with the characters beside it, is no slot.
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
                        or (
                            first in given
                            and (
                                not _FAMILIES.isdisjoint(slot[1:])
                                or (len(slot) == len("王明") and next_two not in words)
                            )
                        )
                    )
                )
                or called_words.is_inside_word(
                    before[-6:] + slot + behind[:6], len(before[-6:]), len(before[-6:] + slot)
                )
            ):
                slots.append(written)
                parts[2 * at + 1] = MARKS[len(slot)]
            last = slot[-1]
        return "".join(parts), slots

    def with_words(self, words: Iterable[str]) -> SlotFinder:
        """Return a finder that also knows these words. A word of one character is not part of any name."""
        known = self.words.union(word for word in words if len(word) > 1)
        return self._replace(
            words=known,
            begin=frozenset(word[:2] for word in known) | self.longer.keys(),
            join=frozenset(word[1] for word in known if len(word) == 2)
            | {word[0] for word in self.things}
            | self.given,
        )


def _splitter(families: str, usual: str, also: str, follow: str) -> Callable[[str], list[str]]:
    """Return the function that splits a text at its slots: mobile numbers, and family names with a given name.

    Characters in `also` end a given name in front of a sign or what `follow` matches.
    """
    return re.compile(
        rf"([1{families}](?:(?<=1)(?<![^{_BESIDE_NUMBER}]1)[3-9][0-9]{{9}}(?![^{_BESIDE_NUMBER}])"
        rf"|(?<!1)(?<![一二两三四五六七八九十几每这那小老阿].)(?<![0-9A-Za-z*号號]房)"
        rf"(?:[{usual}{also}][{usual}]"
        rf"|[{usual}]?[{also}](?=[^\u3400-\u9fff0-9]|$|{follow})|[{usual}])"
        rf"(?![{re.escape(cues.PLACE_ENDS)}·•‧・∙⋅･.．])))"
    ).split


def slot_finder(kept: frozenset[str]) -> SlotFinder:
    """Return a finder of slots. `kept` are words that are no names. The first one takes a while to make."""
    return _finder().with_words(kept) if kept else _finder()


@cache
def _finder() -> SlotFinder:
    known = han_words()
    families, given, also_given = _characters()
    follow = frozenset(word[:2] for word in (*cues.VERBS, *cues.TITLES, *cues.FOLLOWING, *cues.LABELS) if len(word) > 1)
    words = [word for word in known.words if len(word) > 1]
    longer: dict[str, list[str]] = {}
    for word in words:
        if len(word) > len("王明"):
            longer.setdefault(word[:2], []).append(word[2:])
    no_given = (word for word in words if word[0] != word[1] and _is_seldom_given(word))
    things = (*(word for word in words if len(word) == 2), *("的" + char for char in known.words if len(char) == 1))
    finder = SlotFinder(
        _splitter("".join(sorted(families)), "".join(sorted(given)), also_given, any_of(follow)),
        frozenset(),
        frozenset(),
        {first: tuple(ends) for first, ends in longer.items()},
        frozenset((*no_given, *cues.SCHOOLS, *cues.TITLES, *cues.VERBS, *cues.FOLLOWING)),
        frozenset(),
        follow,
        frozenset(things) - follow,
        families.union("路", (char for char in RARE_FAMILY_NAMES if not _is_in_sentences(char))),
        given.union(also_given, "一可"),
        known.traditional,
    )
    no_names = (DOUBLE_FAMILY_NAMES, JAPANESE_FAMILY_NAMES, cues.FIRST_PARTS, cues.BRANDS, words, _CUES)
    return finder.with_words(cues.common_words().union(*no_names))


def _characters() -> tuple[frozenset[str], frozenset[str], str]:
    """Return the family names, the characters of given names, and those that end one only before a sign or title."""
    known = han_words()
    of_names = {char for char, cost in known.given.items() if cost <= _OF_GIVEN_NAMES} | {*cues.GIVEN}
    of_names -= {*cues.NO_GIVEN, *cues.SHORT_TITLES, *cues.PLACE_ENDS, *cues.GOODS_ENDS, *_NUMERALS, *_NO_GIVEN}
    given = frozenset(char for char in of_names - _CUES if not _is_in_sentences(char))
    also_given = "".join(sorted(char for char in of_names - given if known.given.get(char, 0) <= _OFTEN_GIVEN))
    of_family = (char for char in FAMILY_NAMES if char not in _CUES and char not in "方易米单路师查")
    return frozenset(char for char in of_family if not _is_in_sentences(char)), given, also_given


def _is_in_sentences(char: str) -> bool:
    """Whether a character is a frequent word and no noun."""
    kind, cost = han_words().words.get(char, ("n", 0))
    return kind in "vapurts" and cost <= _FREQUENT


def _is_seldom_given(word: str) -> bool:
    """Whether a word is no noun, or has characters that are rare in given names: 仓库."""
    kind, cost = han_words().words[word]
    return kind != "n" or cost < han_words().given_cost(word) > _SELDOM_GIVEN
