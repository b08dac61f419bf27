"""Says whether what follows a possible name is what follows names: the end of a clause, a title, a verb, or a place."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import PROVINCES
from masking_service.masking.words.alternatives import by_char
from masking_service.masking.words.family_names import FAMILY_NAMES

HAN: Final = r"\u3400-\u9fff\U00020000-\U0003ffff"
COMMON_FAMILY: Final = frozenset(FAMILY_NAMES)
place_follows: Final = re.compile(rf"(?![省市区縣县])[{HAN}]{{2,3}}(?:省|市|县|(?<![小社园校厂矿])区)")
ONE_FOLLOWS: Final = frozenset(
    "的收说說称取领拿签催在已未要请請和与及让把给去来家处就将改退寄送派打接有没不是也都吧啊呀哈呢哦啦嘛外转轉敬"
)
_province: Final = re.compile(PROVINCES)
_PROVINCE_CHARS: Final = frozenset(name[0] for name in PROVINCES.split("|"))
TITLES_AT: Final = by_char(cues.TITLES, 0)
_following: Final = by_char((*cues.TITLES, *cues.VERBS, *cues.FOLLOWING), 0)
_verbs: Final = by_char(cues.VERBS, 0)


def is_short_title(text: str, at: int) -> bool:
    """Whether the character at `at` is a title: 总 alone, or another one before the end of a clause or a verb."""
    behind = text[at + 1 : at + 2]
    if text[at] in "总總":
        if text.startswith(("办公", "辦公"), at + 1):
            return text[at - 1 : at] in COMMON_FAMILY and not is_han(text[at - 2 : at - 1])
        return behind not in cues.NOT_BEHIND_ZONG or not behind
    if text[at] not in cues.SHORT_TITLES:
        return False
    if not is_han(behind) or text.startswith(_verbs.get(behind, ()), at + 1):
        return True
    if behind in ONE_FOLLOWS and text[at] in "哥姐叔姨嫂婶" and text[at - 1 : at] in COMMON_FAMILY:
        return True
    apart = text[at - 1 : at] in COMMON_FAMILY and not is_han(text[max(0, at - 2) : at - 1])
    goes_on = (
        (apart and called_words.goes_on(text, at))
        or (behind in "家那這这" and not is_han(text[at + 2 : at + 3]))
        or behind == "在"
        or text.startswith(_following.get(behind, ()), at + 1)
    )
    return goes_on and not called_words.is_word(text[max(0, at - 1) : at + 1])


def name_ends(text: str, at: int) -> bool:
    """Whether no other word follows a name that ends at `at`, or only a word that follows names."""
    return not is_han(text[at : at + 1]) or follows(text, at) or place_follows.match(text, at) is not None


def follows(text: str, at: int) -> bool:
    """Whether a word at `at` follows names: a title, a verb, a province, or another that is known."""
    char = text[at : at + 1]
    if text.startswith(_following.get(char, ()), at):
        return True
    if char in _PROVINCE_CHARS and _province.match(text, at) is not None:
        return True
    return char != "" and is_short_title(text, at)


def is_latin(char: str) -> bool:
    return (
        (char.isascii() and (char.isalpha() or char == "."))
        or "\u00c0" <= char <= "\u036f"
        or "\u0400" <= char <= "\u04ff"
        or "\u1e00" <= char <= "\u1eff"
    )


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char >= "\U00020000"
