"""Finds given names without a family name in texts, and nicknames with which a person is addressed.

Examples: 雨桐老师收, 请交给雪梅, 小张，麻烦…, 姓：王 名：小明.

A given name is two characters that occur in given names, and that are likelier a name than words (`han_words`). It
needs a cue that people write beside given names: an announcing word, a title, a verb of collecting a parcel, or a
phone. Goods, places and school subjects beside such a cue are words (数学老师).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from masking_service.masking.names.behind_names import HAN, name_ends
from masking_service.masking.names.name_bounds import BEFORE_VALUE
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import by_char
from masking_service.masking.words.cue_uses import BEFORE_NAMES
from masking_service.masking.words.family_names import FAMILY_NAMES, RARE_FAMILY_NAMES
from masking_service.masking.words.han_words import COST_OF_UNKNOWN, NO_WORD, UNKNOWN, han_words

Span = tuple[int, int]

_MOST: Final = 33
"""The most that a given name may cost."""
_MOST_IF_RARE: Final = 36
"""The most that it may cost between a cue and a title."""
_MOST_BESIDE: Final = 30
"""The most that it may cost where only a verb or a phone is beside it."""
_MOST_OF_ONE: Final = 20
"""The most that each character of it may cost."""
_USUAL: Final = 30
_SAVED: Final = 6
_SAVED_IF_UNUSUAL: Final = 9
"""The least that a given name has to save; a costlier one has to save more."""
_RARE_WORD: Final = 23
_SAVED_AS_WORD: Final = 3
"""The least that it has to save over the noun that it also is, unless the noun is rare."""
_CALLING: Final = ("找", "给", "由", "让", "叫", "喊", "请", "交", "替", "问", "问下", "问问", "找下", "喊下", "叫下")
_INFORMING: Final = tuple(word for word in cues.WEAK if len(word) > 1 and word[-1] not in "做成为")
"""Words before names that are seldom before things."""
_announcing: Final = by_char((*(role for role in cues.ROLES if len(role) > 1), *_INFORMING, *_CALLING), -1)
_ANYONE: Final = frozenset("学生 女生 男生 宝宝 儿童 老人".split())
"""People whom goods are for; a word right behind them is no name: 小学生本子."""
_PLACING: Final = "放在去到跟和"
"""Verbs before a given name with a title: 放雪梅婶家."""
_roles: Final = by_char(cues.ROLES, -1)
_titles: Final = by_char((*cues.TITLES, *cues.SHORT_TITLES, "弟", "妹"), 0)
_verbs: Final = by_char(("收", "代收", "代签", "代领", "代取", "签收", "亲启", "亲收", "本人签收", "查收"), 0)
_called: Final = re.compile(
    rf"[小老阿](?<![{HAN}].)([{FAMILY_NAMES}])(?=[，,！!：: ]{{1,2}}(?:你|您|麻烦|请|帮|快[递件]|下来|辛苦|谢谢))"
).finditer
_familiar: Final = re.compile(
    rf"([{''.join(sorted({*cues.GIVEN} - {*FAMILY_NAMES, *RARE_FAMILY_NAMES}))}])(?<![{HAN}*].)[姐哥嫂叔姨]"
    rf"(?=[^{HAN}]|$|[收拿取说要家那]|代[收签领]|[签领]收)"
).finditer
"""Finds one character of a given name before a title of relatives: 芳姐收."""
_goes_on: Final = re.compile(
    rf"[拿取领签收说](?![{HAN}])|[拿取领借](?:钥匙|东西|快[递件]|包裹|[件货药])|就[行好可]|家(?![{HAN}])|家[的里就门没有]|那[里边儿]?(?![{HAN}])|那[份件箱单盒包袋]|[吧哈啊哦呀嘛的](?![{HAN}])"
).match
_part: Final = r"[:：=＝】\]]{1,2}\s?[\"'“]?"
_next: Final = r"[\"'”]?[\s,，;；、/|&【\[]{1,3}[\"'“]?"
_split: Final = re.compile(
    rf"(?<![{HAN}])姓(?:氏)?[\"'”]?{_part}[{HAN}]{{1,2}}{_next}名(?:字)?[\"'”]?{_part}([{HAN}]{{1,2}})(?![{HAN}])"
    rf"|(?<![{HAN}])名(?:字)?[\"'”]?{_part}([{HAN}]{{1,2}}){_next}姓(?:氏)?[\"'”]?{_part}[{HAN}]{{1,2}}(?![{HAN}])"
).finditer
"""Finds a given name behind a label of its own, beside the family name and its label: 姓：王 名：小明."""
_FOLLOWS: Final = "".join(
    {
        *(word[0] for word in (*cues.TITLES, *cues.VERBS, *cues.FOLLOWING)),
        *"姐哥叔姨嫂婶弟妹拿取领签收说就家那吧哈啊哦呀嘛的",
    }
)
_NONE: Final = frozenset((*BEFORE_NAMES, *cues.TITLES, *cues.ANNOUNCE, *cues.FOLLOWING, *cues.VERBS, *cues.LABELS))
_NO_LAST: Final = frozenset(cues.NO_GIVEN) | frozenset("小老阿家")


@cache
def _finders() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the expressions for possible given names behind a cue, and for those at the start of a clause."""
    usual = {char for char, cost in han_words().given.items() if cost <= _MOST_OF_ONE}
    given = "".join(usual | {word[0] for word in cues.GIVEN_WORDS})
    last = "".join(usual - (_NO_LAST - {word[1] for word in cues.GIVEN_WORDS}))
    behind = "".join({*_titles, *_verbs})
    return (
        re.compile(
            rf"[{''.join(_announcing)}{_PLACING}](?={BEFORE_VALUE}([{given}][{last}])(?:[^{HAN}*]|$|[{_FOLLOWS}]))"
        ),
        re.compile(rf"(?!收)([{given}](?<![{HAN}*].)[{last}])(?=[{behind}]|[\s,，、:：/|(（]{{0,2}}\*{{5}})"),
    )


def find(text: str) -> Iterator[Span]:
    """Yield the spans of given names beside a cue in a text in simplified characters."""
    if text.isascii():
        return
    yield from _behind_labels(text)
    told, first = _finders()
    for match in told.finditer(text):
        if _is_told(text, match.end(), *match.span(1)):
            yield match.span(1)
    for match in _called(text):
        name = match[0]
        if name in cues.NICKNAMES or not called_words.is_word(name):
            yield match.span(1)
    for match in _familiar(text):
        if not called_words.is_word(match[0]):
            yield match.span(1)
    for match in first.finditer(text):
        if called_words.is_distance(text, match.start()):
            continue
        if _is_titled(text, *match.span()) or _is_beside(text, *match.span()):
            yield match.span()


def _behind_labels(text: str) -> Iterator[Span]:
    """Yield the characters of given names behind a label of their own, one by one: the first of more would show."""
    for match in _split(text):
        for at in range(*match.span(match.lastindex or 0)):
            yield at, at + 1


def _is_told(text: str, cue: int, start: int, end: int) -> bool:
    """Whether a given name follows the cue that ends at `cue`, and its clause ends or goes on as behind names."""
    if _is_cue(text, end - 1) or (
        start == cue and text[cue - 2 : cue] in _ANYONE and called_words.is_word(text[start:end])
    ):
        return False
    words = _announcing if start == cue else _roles
    told = text.endswith(words.get(text[cue - 1], ()), 0, cue)
    return (
        (told or (text[cue - 1] in _PLACING and start == cue and _is_before_title(text, end)))
        and (_is_before_title(text, end) or name_ends(text, end) or _goes_on(text, end) is not None)
        and (is_given(text[start:end], _MOST) or (_is_before_title(text, end) and _is_rare(text[start:end])))
    )


def _is_rare(name: str) -> bool:
    """Whether a rare given name, or one that is also a rare noun, is between a cue and a title: 找剑锋哥, 给双双姐."""
    if name in _NONE or name in cues.NO_CALLED or name in cues.common_words() or name[1] in _NO_LAST:
        return False
    known = han_words()
    word = known.words.get(name, NO_WORD)
    if name[0] == name[1]:
        return word[1] >= _RARE_WORD
    if word is not NO_WORD and (word[0] != "n" or word[1] < _RARE_WORD):
        return False
    return known.given_cost(name) <= _MOST_IF_RARE and known.saved_as_given(name) >= _SAVED_IF_UNUSUAL


def _is_titled(text: str, start: int, end: int) -> bool:
    """Whether a given name is before a title, and a clause ends behind the title, or goes on as behind names."""
    return not _is_cue(text, end - 1) and _is_before_title(text, end) and is_given(text[start:end], _MOST)


def _is_before_title(text: str, at: int) -> bool:
    """Whether a title begins at `at` that ends a clause, or has a word behind it that follows names."""
    for title in _titles.get(text[at : at + 1], ()):
        if text.startswith(title, at):
            end = at + len(title)
            return name_ends(text, end) or _goes_on(text, end) is not None
    return False


def _is_beside(text: str, start: int, end: int) -> bool:
    """Whether a given name precedes the mask of a phone, or a verb of pick-up that ends a clause."""
    behind = text[end]
    if "\u3400" <= behind <= "\u9fff":
        verb = next((verb for verb in _verbs.get(behind, ()) if text.startswith(verb, end)), None)
        if verb is None or "\u3400" <= text[end + len(verb) : end + len(verb) + 1] <= "\u9fff":
            return False
    return not _is_cue(text, end - 1) and is_given(text[start:end], _MOST_BESIDE)


def _is_cue(text: str, at: int) -> bool:
    """Whether a title or verb begins at `at`, so that a family name or a word is before it."""
    return text.startswith((*_titles.get(text[at], ()), *_verbs.get(text[at], ())), at)


def is_given(name: str, most: int) -> bool:
    """Whether two characters are likelier a given name than words, and cost at most `most` as a given name."""
    if name in _NONE:
        return False
    if name in cues.GIVEN_WORDS:
        return True
    if name[1] in _NO_LAST:
        return False
    known = han_words()
    cost, word = known.given_cost(name), known.words.get(name)
    if cost > most or name in cues.common_words():
        return False
    if word is not None:
        return word[0] == "n" and word[1] - cost >= (0 if word[1] >= _RARE_WORD else _SAVED_AS_WORD)
    saved = sum(known.words.get(char, (UNKNOWN, COST_OF_UNKNOWN))[1] for char in name) - cost
    return saved >= (_SAVED if cost <= _USUAL else _SAVED_IF_UNUSUAL)
