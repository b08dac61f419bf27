"""Says where a name beside a cue begins and ends in a text, and which characters can be a name.

It looks for no names by itself: `names_in_text` and the other modules ask it.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.names import names_between_words
from masking_service.masking.names.behind_names import (
    COMMON_FAMILY,
    HAN,
    ONE_FOLLOWS,
    TITLES_AT,
    follows,
    is_han,
    is_latin,
    is_short_title,
    name_ends,
    place_follows,
)
from masking_service.masking.names.han_run import LAST
from masking_service.masking.names.latin_bounds import latin_name_at, latin_name_before
from masking_service.masking.names.names_of_neighbours import japanese_families
from masking_service.masking.names.names_without_family import (
    ADDRESS_ENDS,
    DOTS_SET,
    parted_before,
    parted_start,
    unparted_before,
    without_family_from,
)
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import by_char
from masking_service.masking.words.cue_uses import BEFORE_NAMES, BEHIND_NAMES, ROLE
from masking_service.masking.words.family_names import (
    DOUBLE_FAMILY_NAMES,
    PLAIN_WORDS_AS_FAMILY_NAMES,
    RARE_FAMILY_NAMES,
    WORDS_AS_FAMILY_NAMES,
)
from masking_service.masking.words.han_words import han_words
from masking_service.masking.words.legal_forms import HAN_FORMS

FAMILY: Final = COMMON_FAMILY | frozenset(RARE_FAMILY_NAMES)
"""Every family name of one character that is more often a family name than a word."""
_NO_LAST: Final = LAST | frozenset(f"{cues.NO_LABEL_ENDS}于和与向")
"""Characters that are rather a verb or the end of another word than the last one of a name: 看, 牌."""
_PLAIN_WORDS: Final = frozenset(PLAIN_WORDS_AS_FAMILY_NAMES)
ANY_FAMILY: Final = FAMILY | frozenset(WORDS_AS_FAMILY_NAMES) | _PLAIN_WORDS
_NO_GIVEN: Final = frozenset(cues.NO_GIVEN)
PLACE_ENDS: Final = frozenset(cues.PLACE_ENDS)
BEFORE_VALUE: Final = r"(?:是|叫|为)?[\s:：=【「『“\"（(]{0,3}"
"""What may be between a word that announces a name and the name."""
_han: Final = re.compile(rf"[{HAN}]*")
_titles_behind: Final = by_char(cues.TITLES, -1)
_announcing: Final = by_char((*cues.ROLES, *cues.WEAK, *HAN_FORMS), -1)
_USUAL_LENGTH: Final = 3
_TITLES: Final = frozenset(cues.TITLES)
POLITE: Final = frozenset(("先生", "女士", "小姐", "太太", "夫人"))
"""Titles that have hardly anything but a name before them."""
_SHORT_TITLES: Final = frozenset(cues.SHORT_TITLES)
_TITLES_IN_GIVEN: Final = frozenset("伯叔")
"""Short titles that given names begin with."""
_GREETS: Final = frozenset("好您你们")
_FIRST_GIVEN: Final = frozenset("如有先可会行应得起")
"""First characters of given names of two characters that are words elsewhere."""
_room_before: Final = re.compile(r"(?:[0-9]{3}|\*{3})[室房户戶]?\s?$").search
"""Finds the number of a room right before a name."""
_site: Final = re.compile(
    rf"[{HAN}]{{2,9}}?(?:网点|营业[点部厅]|[揽投]投部|[分总]部|公司|转运|分拨|集散|中转|服务[点站部]|驿站)"
).match
"""Matches the name of a place where carriers work."""
_LAST_GIVEN: Final = frozenset("可来如行应能为先有会起得")
"""Last characters of given names of two characters that are words elsewhere."""
_NEVER_FIRST: Final = frozenset("没沒不未别別已再都也")
_IN_SPITE: Final = frozenset("不凡 不二 不群 不悔 不疑".split())
"""Given names that begin with one of `_NEVER_FIRST` all the same."""
_NEVER_LAST: Final = frozenset(f"{cues.PARTICLES}们們的了过過着著和与與跟")
"""Characters that no given name begins with, or ends with, however clear the cue is."""
_MOST: Final = 25
_SAVED: Final = 10
"""The most that a given name costs, and the least that it saves, if a known word begins where the name does."""
_GIVEN_ALONE: Final = frozenset("可果路行发發为為")
"""Given names of one character that are words elsewhere."""
_ROLES: Final = frozenset(cues.ROLES)
NICKNAMES: Final = frozenset("小老阿")
_GAPS: Final = " \u3000"
STARTS: Final = ANY_FAMILY | {word[0] for word in (*DOUBLE_FAMILY_NAMES, *cues.FIRST_PARTS)}
_word: Final = re.compile(rf"[{HAN}]{{0,4}}")


def name_from(text: str, start: int, *, sure: bool) -> int | None:
    """Return where a name that begins at `start` ends; None if there is none.

    Args:
        text: any text.
        start: where the name would begin.
        sure: whether the cue leaves little doubt; else only listed family names count, and a plain end.
    """
    if end := without_family_from(text, start):
        return end
    run = _han.match(text, start, start + 6)[0]  # type: ignore[index]  # it always matches
    if not run:
        return latin_name_at(text, start) if sure else None
    family = 2 if run[:2] in DOUBLE_FAMILY_NAMES else 1
    if (
        sure
        and run[1:3] in DOUBLE_FAMILY_NAMES
        and run[0] in FAMILY
        and len(run) > len("张欧阳")
        and name_ends(text, start + len("张欧阳倩"))
    ):
        return start + len("张欧阳倩")
    if family == 1 and run[0] not in COMMON_FAMILY and not (sure and _begins_rarely(run)):
        return None
    length = _followed(text, start, run, family)
    followed = plain = length > 0
    if length == family:
        at = start + family
        if text.startswith(TITLES_AT.get(text[at : at + 1], ()), at) or is_short_title(text, at):
            return title_end(text, start, start + family)
        return _odd_name_from(text, start, run, family, sure=sure)
    if not length:
        length = _length_alone(run, family, sure=sure)
        plain = length == len(run)
    if length == family + 2 and (not plain or run[length - 1] in ONE_FOLLOWS):
        length -= names_between_words.ends_sooner(text, start, start + length)
    if not (sure or followed) and text[start + length : start + length + 1].isdecimal():
        return None
    if length <= family or not can_be_name(run[:length], sure=sure and plain):
        return _odd_name_from(text, start, run, family, sure=sure)
    return None if not plain and _site(text, start) else start + length


def has_two_families(text: str, start: int, end: int) -> bool:
    """Whether a span of three characters is two family names and the first half of a given name: 李王丽 of 李王丽娟."""
    return (
        end - start == len("李王丽")
        and text[start] in COMMON_FAMILY
        and text[start + 1] in COMMON_FAMILY
        and text[end : end + 1] not in _NO_LAST
        and not name_ends(text, end)
        and name_ends(text, end + 1)
        and not (is_han(text[end + 1 : end + 2]) and called_words.is_word(text[end : end + 2]))
        and names_between_words.is_name(text[start + 1 : end + 1])
    )


def title_end(text: str, start: int, at: int) -> int:
    """Return where a name with a title at `at` ends.

    It ends there, or behind a given name that begins with the same character as the title: 沈伯通, 李叔同.
    """
    end = at + len("伯通")
    given = text[at + 1 : end]
    if text[at : at + 1] not in _TITLES_IN_GIVEN or not is_han(given) or given in _GREETS or follows(text, at + 1):
        return at
    named = names_between_words.is_name(text[start:end]) and not names_between_words.ends_sooner(text, start, end)
    return end if named else at


def _odd_name_from(text: str, start: int, run: str, family: int, *, sure: bool) -> int | None:
    """Return where a name ends whose given name is also a word, if its family name is hardly ever one; else None."""
    if family == 1 and not han_words().is_family(run[0]):
        return None
    longest = min(len(run), family + 2)
    ends = [at for at in range(family + 1, longest + 1) if follows(text, start + at) or at == len(run)]
    odd = sure and longest == family + 2 and not follows(text, start + family)
    if not ends and odd and name_ends(text, start + longest):
        ends = [longest]
    for end in ends:
        if _is_odd_name(run[:end], family):
            return start + end
    return None


def _is_odd_name(name: str, family: int) -> bool:
    """Whether a possible name is no word, and its given name one that people can have and no title."""
    given = name[family:]
    if called_words.is_word(name) or (family == 1 and called_words.is_word(name[:2])):
        return False
    if (
        given in BEHIND_NAMES
        or (given[0] in _NEVER_FIRST and given not in _IN_SPITE)
        or given[-1] in _NEVER_LAST
        or given[-1] in PLACE_ENDS
    ):
        return False
    return len(given) > 1 or given not in _NO_GIVEN or given in _LAST_GIVEN or given in _GIVEN_ALONE


def _begins_rarely(run: str) -> bool:
    """Whether a run begins with a rare family name.

    Where it begins with a known word, a usual given name has to follow.
    """
    if run[0] not in ANY_FAMILY:
        return False
    is_word = called_words.is_word(run[:2])
    if not is_word and run[0] not in _PLAIN_WORDS:
        return True
    given = run[1:] if is_word else run[1:3]  # 国家豪: 国家 is a word, 家豪 a usual given name
    known = han_words()
    return len(given) == 2 and known.given_cost(given) <= _MOST and known.saved_as_given(given) >= _SAVED


def _followed(text: str, start: int, run: str, family: int) -> int:
    """Return the length of a name that is followed by a word for behind names; 0 if there is none."""
    longest = min(len(run), family + 2)
    length = next((at for at in range(family, longest + 1) if follows(text, start + at)), 0)
    if not length and len(run) > longest:
        places = (at for at in (longest, longest - 1) if at > family and place_follows.match(text, start + at))
        return next(places, 0)
    while length > family + 1 and run[length - 1] in _NO_GIVEN and run[family:length] not in cues.GIVEN_WORDS:
        length -= 1
    return length


def _length_alone(run: str, family: int, *, sure: bool) -> int:
    """Return the length of a name without such a word behind it; 0 if its end is not clear."""
    length = min(len(run), family + 2)
    if sure and (
        run[family:length] in cues.GIVEN_WORDS or (length == len(run) and run[family + 1 : length] in _LAST_GIVEN)
    ):
        return length
    last = run[length - 1] if length > family + 1 else ""
    if not sure and len(run) > length and not {run[length], last} & ONE_FOLLOWS:
        return 0
    if last in ONE_FOLLOWS or (sure and last in _NO_GIVEN):
        return length - 1
    return length


def name_before(text: str, end: int, *, titled: bool = False, loose: bool = False, rare: bool = False) -> int | None:
    """Return where a name that ends at `end` begins; None if there is none.

    Args:
        text: any text.
        end: where the name would end.
        titled: whether a title follows, before which a family name may be alone.
        loose: whether a name counts that nothing parts from what is before it.
        rare: whether rare family names count, where something parts the name.
    """
    last = text[end - 1 : end]
    if not is_han(last):
        return latin_name_before(text, end) if titled and is_latin(last) else None
    if not titled and _ends_in_title(text, end):
        return None  # found by its title instead
    if (parted := parted_before(text, end)) is not None:
        return parted_start(text, parted)
    if (unparted := unparted_before(text, end)) is not None:
        return None if any(follows(text, at) for at in range(unparted + 2, end)) else unparted
    first = _han_before(text, end)
    if end - first == 2 and text[first] in NICKNAMES and _can_be_nickname(text[first:end]):
        return first + 1
    if not (titled and text[first] in COMMON_FAMILY) and (spaced := _spaced(text, first, end)) is not None:
        return spaced
    if end - first > len("田中健") and (japanese := _japanese_before(text, first, end)) is not None:
        return japanese
    found: list[tuple[int, int]] = []
    for length in (3, 2, 4, 1) if titled else (3, 2, 4):
        start = end - length
        if start >= first:
            parting = _parting(text, start, first, loose=loose)
            rarely = rare or (titled and (text[end : end + 2] in POLITE or han_words().is_family(text[start])))
            if (parting or loose or titled) and _may_begin(text, start, end, parting, rare=rarely):
                found.append((parting, start))
    return max(found, key=lambda one: one[0])[1] if found else None


def _can_be_nickname(name: str) -> bool:
    """Whether 小, 老 or 阿 with one more character can be a nickname."""
    if name in _ROLES:
        return False
    if name[1] in COMMON_FAMILY:
        return True
    return name[1] not in _NO_GIVEN and name[1] not in cues.SHORT_TITLES and not called_words.is_word(name)


def is_nickname(text: str, start: int, *, sure: bool) -> bool:
    """Whether 小, 老 or 阿 at `start` and the next character are a nickname: 找老李拿."""
    name, behind = text[start : start + 2], text[start + 2 : start + 3]
    if len(name) < 2 or not is_han(name[1]):
        return False
    if called_words.is_word(name) and name not in cues.NICKNAMES:
        return False
    if not (sure or name[1] in COMMON_FAMILY or name[0] == "阿"):
        return False
    ends = not is_han(behind) or behind in ONE_FOLLOWS or follows(text, start + 2)
    return ends and (name in cues.NICKNAMES or _can_be_nickname(name))


def _spaced(text: str, first: int, end: int) -> int | None:
    """Return where a name that is written with a space begins: 李 明; else None."""
    gap = 2 if text_before(text, first, 2).strip(_GAPS) == "" else 1
    family = first - 1 - gap
    if end - first == gap == 1 and first > 3 and is_han(text[family]) and text[first - 3] in _GAPS:
        family = first - 4  # 李 小 明
    if family < 0 or end - first > 2 or text[first - 1] not in _GAPS or text[family] not in COMMON_FAMILY:
        return None
    before = text[family - 1 : family]
    apart = not is_han(before) or text.endswith(_announcing.get(before, ()), 0, family)
    return family if apart and _NO_GIVEN.isdisjoint(text[first:end]) else None


def _japanese_before(text: str, first: int, end: int) -> int | None:
    """Return where a separated Japanese name with a given name of two or three characters begins."""
    for start in range(end - 4, max(first, end - 6) - 1, -1):
        family = next((length for length in (3, 2) if text[start : start + length] in japanese_families()), 0)
        given = text[start + family : end]
        if family and 1 < len(given) < 4 and given[-1] not in PLACE_ENDS and _parting(text, start, first, loose=True):
            return None if given in _TITLES or called_words.is_word(given) else start
    return None


def _han_before(text: str, end: int) -> int:
    """Return where the run of Han that ends at `end` begins, at most eight characters before it."""
    floor = end - 8 if end > 8 else 0
    while end > floor and "\u3400" <= text[end - 1] <= "\u9fff":
        end -= 1
    return end


def _may_begin(text: str, start: int, end: int, parting: int, *, rare: bool) -> bool:
    """Whether a name may begin at `start`. `parting` is what `_parting` returns for it."""
    name = text[start:end]
    if called_words.is_distance(text, start):
        return False
    double = name[:2] in DOUBLE_FAMILY_NAMES
    if len(name) > _USUAL_LENGTH and not (
        double
        or (
            parting > 1
            and name[0] in COMMON_FAMILY
            and name[1] in COMMON_FAMILY
            and name[-1] not in PLACE_ENDS
            and han_words().saved_as_given(name[2:]) > 0
            and not called_words.is_word(name[2:])
        )
    ):
        return False
    if not parting and (name[-1] in PLACE_ENDS or text[start - 1 : start + 1] in cues.common_words()):
        return False
    if not parting and called_words.is_word(text[start - 1 : start + 1]):
        return False
    apart = parting > 2 and (
        _room_before(text, start - 5, start)
        or not (text[start - 1 : start].isalnum() or text[start - 1 : start] == "*")
    )
    rarely = rare and parting > 1 and (apart or name[0] in FAMILY) and _begins_rarely(name)
    if not double and name[0] not in COMMON_FAMILY and not rarely:
        return False
    return len(name) == 1 or can_be_name(name, sure=parting > 0)


def _ends_in_title(text: str, end: int) -> bool:
    last = text[end - 1]
    if text.endswith(_titles_behind.get(last, ()), 0, end):
        return True
    return last in cues.SHORT_TITLES and is_han(text[end - 2 : end - 1])


def _parting(text: str, start: int, first: int, *, loose: bool) -> int:
    """Return how clearly a name that begins at `start` is separate from the text before it, from 0 to 3.

    `first` is where its run of Han begins. With `loose`, 的 separates it: 枫桥网点的王小明138….
    """
    if start == first:
        return 3
    last = text[start - 1]
    if text.endswith(_announcing.get(last, ()), 0, start):
        return 2
    if loose and last == "的":
        return 2
    if last in "室房户戶" and _room_before(text, start - 5, start):
        return 3
    if last in "是为叫" and text.endswith(_announcing.get(text[start - 2 : start - 1], ()), 0, start - 1):
        return 2
    return 1 if last in ADDRESS_ENDS else 0


def can_be_name(name: str, *, sure: bool = False) -> bool:
    """Whether Han that begin with a family name can be a name: they are no known word.

    With `sure`, for a clear cue, a known word may begin the name.
    """
    family = 2 if name[:2] in DOUBLE_FAMILY_NAMES and len(name) > 2 else 1
    given = name[family:]
    if given in cues.GIVEN_WORDS or (sure and given in _GIVEN_ALONE):
        return name not in cues.common_words()
    if sure and given[1:] in _LAST_GIVEN:
        given = given[0]
    if (
        not _NO_GIVEN.isdisjoint(given[1:] if len(given) > 1 and given[0] in _FIRST_GIVEN else given)
        or given in _TITLES
        or given in _SHORT_TITLES
    ):
        return False
    words = cues.common_words()
    return (
        name not in words
        and name[:2] not in BEFORE_NAMES
        and BEFORE_NAMES.get(name[1:], 0) != ROLE
        and (sure or len(name) < 3 or family == 2 or name[:2] not in words)
    )


def may_start(text: str, at: int) -> bool:
    """Whether a name may begin at `at`. Quick; says yes too often rather than too seldom."""
    char = text[at : at + 1]
    if char in STARTS or char in NICKNAMES:
        return True
    return char.isupper() or not DOTS_SET.isdisjoint(text[at + 1 : at + 10])


def has_family(text: str, start: int) -> bool:
    """Whether a family name begins at `start`."""
    return text[start : start + 1] in FAMILY or text[start : start + 2] in DOUBLE_FAMILY_NAMES


def word_at(text: str, start: int) -> str:
    """Return the Han at `start`, at most four."""
    return _word.match(text, start)[0]  # type: ignore[index]  # it always matches
