"""Finds names of China in pinyin as people type them who leave capitals out: zhangwei, zhang wei, zhangXiaoming.

Only beside a cue: a word or a title in Chinese or English, a phone, or an end of an address. Names that begin with
capitals are found by `latin_names`, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.latin_at_addresses import holds_house
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of, by_first_letter
from masking_service.masking.words.expressions import Expression

Span = tuple[int, int]

_SYLLABLE: Final = f"(?:{any_of(cues.PINYIN_SYLLABLES)})"
_may_hold: Final = re.compile("[A-Za-z]{4}|[A-Za-z]{2} [A-Za-z]{2}").search
_names: Final = Expression(
    r"(?=[a-z])(?<![0-9A-Za-z_.@/%&=+'’\-])"
    rf"(?P<family>{any_of(cues.PINYIN_FAMILIES)})"
    rf"(?P<given>(?P<apart> ){_SYLLABLE}(?:[ \-']?{_SYLLABLE})?|{_SYLLABLE}{{1,2}})"
    r"(?![0-9A-Za-z_@&=+'’\-]|[./][A-Za-z])"
).finditer
"""Finds what is spelled like a family name and a given name of one or two syllables."""
_LEAST_JOINED: Final = len("wuhan")
_sure: Final = re.compile("q|x|zh|iu|ao|ui|uo|ia|ei|ue|ng$|yu|y[aio]|w[eu]|j[iu]").search
"""Finds letters in a given name that few words of other languages have behind li, ma or tan."""
_WORDS: Final = frozenset(
    "an can fan gang hang he hen long man men pan pen pin ran run sang she sun tan tie you".split()
)
"""Words of English that are spelled like syllables."""

_before: Final = Expression(
    r"(?:[人员員名户戶主家系给給找由让讓交叫喊帮替代请請问問者客][是为:： ]{0,2}"
    rf"|(?<![A-Za-z])(?:{by_first_letter(cues.LATIN_CUES)}|{by_first_letter(cues.LATIN_WEAK)}|{cues.LATIN_TITLES})[.:：\s(\-–]{{1,3}}"
    r"|(?:\*{6}(?:\*|[0-9]{1,4})[ ,，/:：;；()（）、|\-]{1,3}))$",
    re.I,
).search
_behind: Final = re.compile(
    r"\s?(?:先生|女士|小姐|太太|老师|老師|师傅|師傅|经理|經理|代?[签簽收领領取拿](?![0-9件货貨人据单])|已[取收拿签簽]"
    r"|自[提取]|[亲敬][启收签]|本人|要求|要改|说|想要|让放|会来|的(?:快递|快件|包裹|件|电话|手机))"
    r"|[ ,，/:：;；()（）、|\-]{0,3}(?:(?:联系)?电话|手机|tel|phone|mob(?:ile)?|cell|ph)?[.:： ]{0,2}"
    r"(?:\+[0-9]{1,3}[ \-]?)?\*{5}",
    re.I,
).match
"""Find what is beside a name: a word for a person, a verb, or a phone that is hidden."""
_behind_address: Final = re.compile(r"[\u4e00-\u9fff0-9*][\s,，、;；|_(（]{0,2}$").search
_ends: Final = re.compile(r"[\s)）]*$").match
_before_address: Final = re.compile(
    r"[\s,，、;；|_/／]{0,3}[\u4e00-\u9fff]{1,9}[省市区區县縣镇鎮乡鄉村路街道巷弄]"
).match
_word_before: Final = re.compile(r"[A-Za-z]\s$").search
_word_behind: Final = re.compile(r"\s[A-Za-z]").match
_place_behind: Final = re.compile(r"\s?(?:lu|road|rd|street|st|district|city|shi|qu|xian|zhen|station)\b", re.I).match
_LONGEST_BEFORE: Final = 24


def pinyin_names(text: str) -> Iterator[Span]:
    """Yield the spans of such names in a text whose numbers are hidden."""
    if _may_hold(text) is None:
        return
    low = text.lower()
    for match in _names(low if len(low) == len(text) else text):
        if _can_be_name(match, text) and _has_cue(text, *match.span()):
            yield match.span()


def _can_be_name(match: re.Match[str], text: str) -> bool:
    """Whether what is spelled like a name in a text in small letters is none of the words that are."""
    name, family, given = match.group(0, "family", "given")
    if text[slice(*match.span())].isupper() or _place_behind(text, match.end()):
        return False
    if match["apart"] is not None:
        return name != "hong kong" and not _WORDS.issuperset(name.split())
    return (
        len(name) >= _LEAST_JOINED
        and name not in cues.NO_PINYIN_NAMES
        and (family not in cues.PINYIN_LIKE_WORDS or _sure(given) is not None)
    )


def _has_cue(text: str, start: int, end: int) -> bool:
    """Whether a word, a phone or the end of an address beside a span tells that it is a name."""
    before = max(0, start - _LONGEST_BEFORE)
    if cue := _before(text, before, start):
        return cue[0][0] != "*" or _word_behind(text, end) is None
    if cue := _behind(text, end):
        return cue[0][-1] != "*" or _word_before(text, before, start) is None
    if _ends(text, end):
        return _behind_address(text, before, start) is not None and holds_house(text) is not None
    return text[:start].strip() == "" and _before_address(text, end) is not None
