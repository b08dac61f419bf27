"""Finds names of people in texts by what is beside them: a cue, and something that can be a name.

Cues are words that announce a person, titles, verbs, a phone, an identity number, and the ends of an address. Without
one, only what is far likelier a name than words is one (`names_between_words`): goods and brands are called like
people. It reads texts in which numbers are hidden already (`numbers_in_text`), traditional characters as simplified
ones, and it masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names import (
    given_names_alone,
    names_between_words,
    names_in_traces,
    names_of_clauses,
    names_without_family,
)
from masking_service.masking.names.arabic_names import arabic_names
from masking_service.masking.names.latin_names import (
    behind_title,
    first_latin_name,
    is_latin_name,
    latin_name_before,
    latin_names,
    latin_names_at_ends,
)
from masking_service.masking.names.name_bounds import (
    ANNOUNCES,
    ANY_FAMILY,
    BEFORE_VALUE,
    DOTS,
    DOTS_SET,
    FAMILY,
    FIRST_PART,
    HAN,
    NICKNAMES,
    PLACE_ENDS,
    POLITE,
    can_be_name,
    is_han,
    is_latin,
    is_nickname,
    is_short_title,
    name_before,
    name_ends,
    name_from,
    title_end,
)
from masking_service.masking.names.names_of_clauses import Span
from masking_service.masking.names.names_of_neighbours import names_of_neighbours
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import PROVINCES
from masking_service.masking.words.alternatives import any_of, beginning, by_char
from masking_service.masking.words.cue_uses import (
    BEFORE_NAMES,
    BEHIND_NAMES,
    CALLED,
    ORGANISATION,
    ROLE,
    ROOM,
    SHORT,
    TITLE,
    VERB,
    WEAK,
)
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import (
    DOUBLE_FAMILY_NAMES,
    FAMILY_NAMES,
    RARE_FAMILY_NAMES,
    WORDS_AS_FAMILY_NAMES,
    han_name,
)
from masking_service.masking.words.han_words import han_words
from masking_service.masking.words.legal_forms import HAN_FORMS

_STARTS: Final = ANY_FAMILY | {word[0] for word in (*DOUBLE_FAMILY_NAMES, *cues.FIRST_PARTS)}
_behind_by_char: Final = by_char(BEHIND_NAMES, 0)
_start: Final = f"[{''.join(sorted(_STARTS))}{re.escape(DOTS)}]"
_word_before: Final = Expression(
    rf"(?:{any_of(BEFORE_NAMES)})(?=[^{HAN}]|[{''.join(sorted(_STARTS))}是为為叫名姓小老阿]|[{HAN}]{{1,8}}\s?[{DOTS}])"
)
_word_behind: Final = Expression(
    rf"{beginning(BEHIND_NAMES)}(?:(?<={_start}.)|(?<={_start}..)|(?<={_start}...)|(?<={_start}....)|(?<=[^{HAN}].))"
)
"""First characters of words behind names, by which most texts are passed over."""
_LINK: Final = r"(?:是|为|系|叫|名叫|姓名|名字|信息|名|人|改[成为到做作]|[换写][成做]|换|变更为|变为)?"
_GAP: Final = (
    r"[\U0001f300-\U0001faff\s:：∶﹕→➡☞☛=,，、。/|｜丨;；（(【「『\[】」』\])）>＞〉》<＜〈《“\"'\-－—_~～]{0,3}"
)
_longer_cues: Final = by_char((word for word in cues.ROLES if len(word) > 2), 0)
_link_and_gap: Final = re.compile(_LINK + _GAP)
_note_behind: Final = re.compile(rf"[（(][{HAN}][{HAN}，,、]{{0,6}}[)）]$|[】」』”\"\])）#＃>》\s【「『\[(（]{{1,2}}$")
_number: Final = re.compile(
    r"\*(?<![*@].)(?:[*.\-]{0,80}@\*[*.]{0,160}|(?<=\*)\*{5,}+[0-9零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{0,4}(?:-\*{1,6}|转\*{1,6})?)"
)
_mask_before: Final = re.compile(r"\*\s$").search
_front_of_number: Final = re.compile(r"[^\w*+]{0,3}\+?[0-9() \-]{0,9}$")
_signs_behind: Final = re.compile(r"(?:[^\w*]|_){0,4}$")
_letter_behind_name: Final = re.compile(rf"(?<=[{HAN}])[A-Z](?=[\[【(（])").match
"""A letter that tells couriers of one name apart: 洪兵D[138…]."""
_quantity_behind: Final = re.compile(
    rf"[\s,，、]{{1,2}}[0-9一二两三四五六七八九十半]{{1,3}}[{cues.UNITS}][\s,，、]{{0,2}}$"
)
"""Between a name and a number in lists of orders."""
_before_name: Final = re.compile(r"[\s,，、/|;；（(）)\]】\-—_:：]{0,3}")
_at_number: Final = re.compile(
    rf"(?<![^\s,，;；:：])[{FAMILY_NAMES}][{HAN}]{{1,2}}(?=[0-9]{{9,11}}(?![0-9A-Za-z]))"
).finditer
"""What may be a name that a phone of another country touches: 李建国9820098200."""
_grandson: Final = re.compile(f"孙子[{HAN}]").finditer
_masked_name: Final = re.compile(rf"[{HAN}]\*{{1,3}}(?![0-9*街号]|单元)").search
"""A name that is hidden, and no unit, lane or house: 楼*单元."""
_hidden_given: Final = re.compile(r"\*{1,2}(?![0-9*])|\*{8,9}[0-9]").match
"""Behind a double family name: its given name is hidden, alone or before a phone."""
_behind_house: Final = re.compile(
    r"[0-9*A-Za-z](?:室|号楼|[号號]房?|楼|樓|层|層|栋|棟|幢|座|户|房|单元)?[\s,，、（(]{0,2}"
    rf"(?=[{FAMILY_NAMES}{RARE_FAMILY_NAMES}{WORDS_AS_FAMILY_NAMES}])"
)
_SHOPS: Final = frozenset(word for word in cues.PLAIN["n"] if len(word) == len("麦当劳"))
"""What may be called like a person behind a house, and is not: 88号麦当劳."""
_LABELS: Final = frozenset(cues.LABELS)
_before_place: Final = Expression(
    han_name(HAN, apart=r"(?:(?<![\s\S].)|(?<=[\s,，;；。:：、*）)].)|(?<=\*[0-9]{4}.))", double_first=True)
    + rf"(?=\s?(?:{PROVINCES}|(?![省市区縣县])[{HAN}]{{2,3}}[省市]))"
)
_spaced_behind: Final = re.compile(
    rf"[{FAMILY_NAMES}][ \u3000]{{1,2}}[{HAN}](?:[ \u3000]{{0,2}}[{HAN}])?(?![{HAN}])"
).match
"""A name that is written with spaces in it: 李 明, 李 小 明."""
_parts: Final = Expression(
    rf"(?<![^\s,，;；、。|:：(（])(?:([{FAMILY_NAMES}{RARE_FAMILY_NAMES}][{HAN}]{{1,2}}"
    rf"|(?:{any_of(DOUBLE_FAMILY_NAMES)})[{HAN}]{{1,2}})(?![^\s,，;；、。|)）*])|[^\s,，;；、。|]+)"
)
_WORD: Final = rf"[{FAMILY_NAMES}{RARE_FAMILY_NAMES}][{HAN}]{{1,2}}"
_beside_number: Final = Expression(
    rf"(?<![^\s,，;；、|/:：（(])(?P<before>{_WORD})(?=[）)]?[\s,，;；、|/:：]{{0,2}}(?:\+?86-?)?\*{{6}})"
    rf"|\*{{6}}[0-9]{{0,4}}[\s,，;；、|/:：]{{0,2}}[（(]?(?P<behind>{_WORD})(?![^\s,，;；、|/收）)])"
).finditer
_PLAIN_BESIDE_NUMBER: Final = cues.PLAIN_BESIDE_NUMBER.union(PROVINCES.split("|"))
_only_word_and_number: Final = Expression(
    rf"\s*(?:[（(]?{_WORD}[）)]?[\s,，;；、|/:：]{{0,2}}\*{{6,7}}[0-9]{{0,4}}"
    rf"|\*{{6,7}}[0-9]{{0,4}}[\s,，;；、|/:：]{{0,2}}[（(]?{_WORD}[）)]?)\s*"
).fullmatch
_town_first: Final = re.compile(
    rf"[【\[]([{HAN}]{{2,10}})[】\]]\s?(?:快件[已到离发正]|到达|离开|正?发往|已到|已发|(?:快递|派件|派送|收派|揽收|投递|业务|配送)[员員])"
).match
"""The town at a trace's beginning, which may have the form of a name: 【岳阳】快件已到达."""
_site_before_name: Final = re.compile(
    rf"(?<=[【\[])([{HAN}]{{2,10}})[】\]]\s?的(?=[{HAN}])"
    rf"|(?:(?<=[】\]市区县])|(?<=^))([{HAN}]{{2,8}}?)(?:派件|派送|快递|配送|业务|投递|收派|揽投)[员員][:：]\s?(?=[{HAN}])"
)
"""A site, and 的 or a role before the name of its courier."""
_site_of_parcel: Final = re.compile(rf"(?:到达|离开|发往|抵达|到達|離開|發往)\s?[【\[]([{HAN}]{{2,10}})(?=[】\]])")
"""A site to which a parcel goes."""
_is_of_firm: Final = re.compile("(?:律师|会计师?|税务师?|专利(?:商标)?(?:代理)?|建筑师?|设计师?)?事务所").match
"""Behind the name of a firm, which begins with a title: 方达律师事务所."""
_ENDS_OF_TOWNS: Final = frozenset("平东山阳水江河海林泽津德安源康石龙集庄丘义州口梁堰栗狮胜志祥良川")
"""What towns of two characters often end with, as names do."""
_ends_firm: Final = Expression(rf"(?:{any_of(HAN_FORMS)})(?![{HAN}])").search
"""An organisation that ends a clause: beside it and a phone, a name is told as beside an address."""
_any_han: Final = re.compile(f"[{HAN}]").search
_labels: Final = by_char((word.lower() for word in cues.LABELS), -1)
_LONGEST_LABEL: Final = 24
_ADDRESSING: Final = frozenset((*POLITE, "总", "老师", "师傅", "教授", "亲启", "亲收", "亲签", "敬启"))
"""Before them alone in a clause is hardly anything but a name."""
_POLITE: Final = POLITE | {"亲启", "亲收", "亲签", "敬启"}
_gap_of_value: Final = re.compile(BEFORE_VALUE)
_han_run: Final = re.compile(rf"[{HAN}]{{0,4}}")
_HANDED_BY: Final = frozenset(("由", "交由", "已由"))
_announcing: Final = by_char((*cues.ROLES, *cues.WEAK), -1)
_roles: Final = by_char(cues.ROLES, -1)
_taking: Final = by_char(
    (*(verb for verb in cues.SURE_VERBS if len(verb) > 1), "签收", "要求", "拒收", "凭取", "凭码"), 0
)
"""Behind a word between them and a cue: then it is a person's name."""
_at_phone: Final = re.compile(r"[\s（(【\[,，:：]{0,2}(?:电话|手机)?[:：]?\+?[0-9\-]{0,5}\*{5}").match
_ENDS_OF_ROLES: Final = frozenset("人员員哥弟姐妹傅师友")
"""Behind such a role a word that ends the clause is a person's name."""
_TO_PLACE: Final = frozenset("到至向祝")
"""Cues that a word, most often a place, follows as often."""
_WISHES: Final = frozenset("祝给")
"""Before a title alone they are no family name: 祝老师节日快乐."""
_wish: Final = re.compile(rf".[{HAN}]{{2,6}}(?:快乐|健康|顺利|幸福|平安|愉快|兴隆|红火|发财|如意)").match
_MAX_NAMES: Final = 64
_OPENING: Final = frozenset("（(")
_COLONS: Final = frozenset(":：")
_BRACKETS: Final = frozenset("（(【[")
_town_and_name: Final = re.compile(rf"[{HAN}]{{0,8}}(?=[0-9*]{{0,12}}[)）】\]])|").match
_DONE_AT: Final = frozenset("收寄件货")
"""Behind what is done with a parcel 时 says when: 收件时出示."""
_BLANKS: Final = frozenset(" \u3000")
_title_in_brackets: Final = Expression(rf"[（(](?:{any_of(cues.TITLES)})[)）]").match
_JOINING: Final = frozenset("和与與跟及")
"""They join what is before them to a name, so that a text does not begin with them."""
_CHANGED_BY_STARS: Final = NICKNAMES | frozenset("收或说說") | frozenset(cues.SHORT_TITLES)
_JOINT: Final = "或者|以及|改[成为做]|换成|变更为|的?而?不是|[、或和与與及跟+/／|｜&＆代替帮转轉]"
_SIGNS_OF_LISTS: Final = frozenset("、+/／|｜&＆")
_joint: Final = re.compile(_JOINT).match
_joint_before: Final = re.compile(rf"(?:{_JOINT})$").search


def holds_names(text: str) -> bool:
    """Whether there is a name in a text without numbers and addresses, or in one of its lines."""
    if next(names_of_neighbours(text), None) is not None:
        return True
    text = han_words().simplified(text)
    finders = (
        _names_of_words,
        names_of_clauses.find,
        names_between_words.find,
        given_names_alone.find,
        names_in_traces.find,
        _names_like_grandson,
        names_without_family.find,
        _names_at_numbers,
        latin_names,
        latin_names_at_ends,
        arabic_names,
    )
    return any(next(find(text), None) is not None for find in finders)


def effort(text: str) -> float:
    """Return the units that `names_in` takes at most, by cues and what begins like one."""
    text = han_words().simplified(text)
    cues_found = len(_word_before.findall(text)) + len(_word_behind.findall(text))
    return (
        10
        + 0.4 * len(text)
        + _A_CUE * cues_found
        + 0.8 * len(_begins_like_cue(text))
        + _A_PHONE * text.count("******")
        + _A_CAPITAL * len(_CAPITALS(text))
        + names_between_words.effort(text)
    )


_A_CUE: Final = 8
_A_PHONE: Final = 24
_A_CAPITAL: Final = 12
_CAPITALS: Final = re.compile("[A-Z](?<![A-Za-z].)").findall
_begins_like_cue: Final = re.compile(beginning(BEFORE_NAMES)).findall


def starred_alone(text: str, start: int, end: int) -> bool:
    """Whether no other name can be found because the one at this span shows as stars now.

    Nothing beside it can be a family name, and no word before it had to be followed by Han.
    """
    before, behind = text[start - 3 if start > 3 else 0 : start], text[end : end + 5]
    if not ANY_FAMILY.isdisjoint(before) or not ANY_FAMILY.isdisjoint(behind):
        return False
    return before[-1:] not in _CHANGED_BY_STARS


def names_in(text: str, *, address: bool = False) -> list[Span]:
    """The spans of names in a text, in order, none inside another.

    Args:
        text: any text, its numbers hidden.
        address: whether an address is in it, at whose ends names are looked for too.
    """
    beside = [*names_of_neighbours(text)]
    text = han_words().simplified(text)
    if _any_han(text) is None:
        found = [*beside, *_names_of_words(text), *_names_beside_numbers(text), *latin_names(text, address=address)]
        found += [*latin_names_at_ends(text), *(first_latin_name(text) if address else ()), *arabic_names(text)]
        return _apart(_joined_by_words(text, found)) if found else found
    found = [*beside, *_names_of_words(text), *_names_beside_numbers(text), *names_of_clauses.find(text)]
    found += [*given_names_alone.find(text), *_names_like_grandson(text), *_names_at_numbers(text)]
    found += [*names_in_traces.find(text), *names_without_family.find(text)]
    found += [*names_between_words.find(text, found), *latin_names(text, address=address)]
    found += latin_names_at_ends(text)
    if address:
        found += _names_beside_address(text)
        if not found and "******" in text and _masked_name(text) is None:
            found += _name_before_address(text)
    elif "******" in text and _ends_firm(text):
        found += _names_at_ends(text)
    if not found and "******" in text and (address or _only_word_and_number(text)) and _masked_name(text) is None:
        found += _word_beside_number(text, address=address)
    if found and "事务所" in text:
        found = [span for span in found if _is_of_firm(text, span[1]) is None]
    if "*" in text:
        found = [
            span for span in found if text[slice(*span)] not in DOUBLE_FAMILY_NAMES or not _hidden_given(text, span[1])
        ]
    if found and (town := _town_first(text)):
        found = [span for span in found if not _is_of_town(text, span, town, alone=len(found) == 1)]
    if found and (_site_before_name.search(text) or _site_of_parcel.search(text)):
        found = _without_sites(text, found)
    return _apart(_joined_by_words(text, found)) if found else found


def _without_sites(text: str, found: list[Span]) -> list[Span]:
    """The spans without those that end a site's name in brackets, whose courier is named behind it: 【云栖】的黄凯."""
    sites = [
        site.span(site.lastindex or 0)
        for site in _site_before_name.finditer(text)
        if text[site.end() + 1 : site.end() + 2] == "*" or any(start == site.end() for start, _ in found)
    ]
    sites += [site.span(1) for site in _site_of_parcel.finditer(text)]
    return [
        (start, end)
        for start, end in found
        if not any(
            first <= start
            and end == last
            and not text.endswith(_announcing.get(text[start - 1], ()), first, start)
            and not names_between_words.is_plainly_name(text[start:end])
            for first, last in sites
        )
    ]


def _names_like_grandson(text: str) -> Iterator[Span]:
    """孙 with a given name that begins with 子, as many do: 孙子涵收, but not 孙子明天来拿."""
    for match in _grandson(text):
        start, end = match.span()
        goes_on = end < len(text) and called_words.is_word(text[end - 1 : end + 1])
        if not goes_on and names_between_words.is_name(match[0], plainly=True):
            yield start, end


def _names_at_numbers(text: str) -> Iterator[Span]:
    """Names that begin a clause, and that a number as long as a phone touches."""
    return (match.span() for match in _at_number(text) if names_between_words.is_name(match[0], plainly=True))


def _is_of_town(text: str, span: Span, town: re.Match[str], *, alone: bool) -> bool:
    """Whether what looks like a name is a town, or ends its words: 【岳阳】, 【常州武进】, but not 【客户李芳】.

    Before the role of a courier who is not named it is the name, if it is no place that is known: 【李芳】派件员.
    """
    before = text[town.start(1) : span[0]]
    if span[1] != town.end(1) or before in BEFORE_NAMES:
        return False
    if not before and alone and text[town.end() - 1] in "员員":
        is_place = any(called_words.is_word(town[1] + end) for end in ("", *"市县区州"))
        may_be_name = len(town[1]) > len("岳阳") or town[1][-1] not in _ENDS_OF_TOWNS
        return is_place or not (may_be_name and names_between_words.is_name(town[1]))
    return not before or called_words.is_noun(before)


def _cues_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Return the words that may be beside a name, with their uses and spans."""
    for match in _word_before.finditer(text):
        uses = BEFORE_NAMES[match[0]]
        start, end = match.span()
        if end - start == 1 and text.startswith(_longer_cues.get(match[0], ()), start):
            continue  # 收 of 收银员, which no name follows
        if uses & (ROLE | WEAK) and _may_start(text, _link_and_gap.match(text, end).end()):  # type: ignore[union-attr]  # it always matches
            yield uses & (ROLE | WEAK), start, end
        if uses & (ORGANISATION | ROOM | CALLED) and text[end : end + 1] in FAMILY:
            yield uses & (ORGANISATION | ROOM | CALLED), start, end
    free = 0
    for match in _word_behind.finditer(text):
        start, words = match.start(), _behind_by_char[match[0]]
        if start >= free and text.startswith(words, start) and _may_end(text, start):
            word = next(word for word in words if text.startswith(word, start))
            free = start + len(word)
            yield BEHIND_NAMES[word], start, free


def _may_start(text: str, at: int) -> bool:
    """Whether a name may begin at `at`. Quick, and errs towards True."""
    char = text[at : at + 1]
    if char in _STARTS or char in NICKNAMES:
        return True
    return char.isupper() or not DOTS_SET.isdisjoint(text[at + 1 : at + 10])


def _may_end(text: str, at: int) -> bool:
    """Whether a name, or a note in brackets behind one, may end at `at`. Quick, and errs towards True."""
    before = text[max(0, at - 6) : at]
    return not _STARTS.isdisjoint(before) or not DOTS_SET.isdisjoint(before) or before[-1:].isascii()


def _joined_by_words(text: str, found: list[Span]) -> list[Span]:
    """The spans, and those of names that are listed beside one: 张三、李四均可签收, 张三代李四收."""
    spans = dict.fromkeys(found)
    left = list(spans)
    while left and len(spans) < _MAX_NAMES:
        start, end = left.pop()
        beside: list[Span] = []
        if (joint := _joint_before(text, max(0, start - 2), start)) is not None:
            before = name_before(text, joint.start(), rare=True)
            if before is not None:
                beside.append((before, joint.start()))
        elif text[start - 1 : start] in _OPENING and (latin := latin_name_before(text, start - 1)) is not None:
            beside += [(latin, start - 1)] if is_latin_name(text[latin : start - 1]) else []
        if (joint := _joint(text, end)) is not None:
            behind = name_from(text, joint.end(), sure=False)
            if behind is None and joint[0] in _SIGNS_OF_LISTS:
                behind = _end_of_word(text, joint.end())
            if behind is not None:
                beside.append((joint.end(), behind))
        left += [span for span in beside if span not in spans]
        spans.update(dict.fromkeys(beside))
    return list(spans)


def _end_of_word(text: str, start: int) -> int | None:
    """Return where a word between two signs that can be a name ends; None if there is none."""
    if not _has_family(text, start):
        return None
    run = _han_run.match(text, start)[0]  # type: ignore[index]  # it always matches
    end = start + len(run)
    whole = len(run) < len("欧阳小明") and text[end - 1] not in PLACE_ENDS and not text[end : end + 1].isalnum()
    return end if whole and called_words.can_be_called(run, politely=False) else None


def _apart(spans: list[Span]) -> list[Span]:
    """The spans in order, those that overlap as one: whichever is the name, none of it shows."""
    kept: list[Span] = []
    for start, end in sorted(spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
        elif end > kept[-1][1]:
            kept[-1] = kept[-1][0], end
    return kept


def _names_of_words(text: str) -> Iterator[Span]:
    """Names behind an announcing word, a room or an organisation, and before a title or verb."""
    ends: set[int] = set()
    for uses, start, end in _cues_in(text):
        if start in ends:
            continue
        found = _beside_cue(text, uses, start, end)
        if found is not None and (text[slice(*found)] in cues.NO_CALLED or names_between_words.are_words(text, *found)):
            found = None
        if found is None:
            found = _word_as_name(text, uses, start, end)
        if found is not None:
            ends.add(found[1])
            yield found


def _beside_cue(text: str, uses: int, start: int, end: int) -> Span | None:
    """The name beside a cue at this span, maybe one that is likelier made of words."""
    found: Span | None = None
    if uses & (ROLE | WEAK):
        if start or text[0] not in _JOINING:
            found = _announced(text, end, sure=bool(uses & ROLE))
        if found is None and text[end - 1] == "姓" and text[end : end + 1] in FAMILY:
            found = _family_alone(text, end)
    elif uses & CALLED:
        found = _family_alone(text, end)
    elif uses & (ORGANISATION | ROOM):
        found = _behind_room(text, start, end, room=bool(uses & ROOM))
    else:
        if uses & (TITLE | SHORT):
            found = _titled(text, start, end, short=not uses & TITLE)
        if found is None and uses & VERB:
            found = _said(text, start, end)
    return found


def _announced(text: str, end: int, *, sure: bool) -> Span | None:
    start = _link_and_gap.match(text, end).end()  # type: ignore[union-attr]  # it always matches
    if not DOTS_SET.isdisjoint(text[start + 2 : start + 10]):
        start = _behind_announcing(text, start)
    if text[start : start + 1] in NICKNAMES and is_nickname(text, start, sure=sure):
        return start + 1, start + 2
    if _is_wish_or_time(text, start, end) or (not sure and called_words.counts_goods(text, start)):
        return None
    if sure and text[start - 1 : start] in _BRACKETS and (found := _behind_town(text, start)) is not None:
        return found
    name_end = name_from(text, start, sure=sure)
    if name_end is None and (spaced := _spaced_behind(text, start)):
        name = re.sub(r"\s", "", spaced[0])
        if sure or names_between_words.is_name(name, plainly=True):
            name_end = spaced.end()
    if name_end is None and is_han(text[end : end + 1]):  # 为 and 名 begin names, too
        start, name_end = end, name_from(text, end, sure=sure)
    if name_end is None:
        return None
    if not sure:
        if text[start : start + 2] in DOUBLE_FAMILY_NAMES and _ends_as_place(text, name_end):
            return None
        to_place = text[end - 1] in _TO_PLACE or name_end - start == len("张家港")
        if to_place and called_words.is_word(text[start:name_end]):
            return None
    return start, name_end


def _is_wish_or_time(text: str, start: int, end: int) -> bool:
    """Whether what is behind a cue that ends at `end` begins a wish, or says when: 给祝老师…快乐, 收件时出示."""
    begin = text[start : start + 1]
    return (begin in _WISHES and _wish(text, start) is not None) or (begin == "时" and text[end - 1] in _DONE_AT)


def _behind_town(text: str, start: int) -> Span | None:
    """A name that ends what is in brackets behind a role, where a town begins it: 派件员【濮院杨仁义0219】."""
    end = start + len(_town_and_name(text, start)[0])  # type: ignore[index]  # it always matches
    if end - start < len("濮院杨义") or text[start : start + 2] in DOUBLE_FAMILY_NAMES:
        return None
    first = name_before(text, end, loose=True, rare=True)
    if first is None or first - start < len("濮院") or not names_between_words.is_name(text[first:end], plainly=True):
        return None
    return first, end


def _behind_announcing(text: str, start: int) -> int:
    """Where a name of several parts begins that more announcing words may be in front of: 请到前台找."""
    dot = min(at for dot in DOTS if (at := text.find(dot, start + 2, start + 10)) >= 0)
    for word in ANNOUNCES.finditer(text, start, dot - 1):
        if word.start() == start or len(word[0]) > 1:
            start = word.end()
    first = FIRST_PART(text, start, dot)
    return first.start() if first else start


def _ends_as_place(text: str, end: int) -> bool:
    """Whether what ends at `end` is called like a place, and a number follows: 东方商厦3楼."""
    return text[end - 1] in PLACE_ENDS and text[end : end + 1].isdecimal()


def _family_alone(text: str, start: int) -> Span | None:
    end = start + (2 if text[start : start + 2] in DOUBLE_FAMILY_NAMES else 1)
    return None if is_han(text[end : end + 1]) and text[end] not in "的我叫" else (start, end)


def _titled(text: str, at: int, end: int, *, short: bool) -> Span | None:
    if short and not is_short_title(text, at):
        return None
    if text[at - 1 : at] in _OPENING and _title_in_brackets(text, at - 1):
        at -= 1
    elif text[at - 1 : at] in _BLANKS and not short:
        at -= 1  # 陈家豪 先生
    start = name_before(text, at, titled=True)
    if (
        start is None
        or text[start:at] in _WISHES
        or text[start:end] in BEFORE_NAMES
        or text[start - 1 : at] in BEFORE_NAMES
    ):
        return None
    if called_words.is_word(text[start:end]) and not name_ends(text, end):
        return None  # a brand: 康师傅红烧牛肉面
    return start, title_end(text, start, at) if short else at


def _word_as_name(text: str, uses: int, start: int, end: int) -> Span | None:
    """A name that is a word as well, or has a character of places in it: 金星女士, 邹市明亲启, 收货人：方言."""
    if (uses & TITLE and end - start > 1) or text[start:end] in _ADDRESSING:
        return _word_before_title(text, start, end)
    told = uses & ROLE or text.endswith(_roles.get(text[start - 1 : start], ()), 0, start)  # 收件人改成…
    if told or text[start:end] in _HANDED_BY:
        return _word_behind_cue(text, end, sure=bool(told))
    return None


def _word_before_title(text: str, at: int, end: int) -> Span | None:
    if not name_ends(text, end):
        return None
    polite = text[at:end] in _POLITE
    for start in range(at - len("王明"), max(0, at - len("欧阳小明")) - 1, -1):
        if not is_han(text[start]):
            break
        apart = (
            not start or not is_han(text[start - 1]) or text.endswith(_announcing.get(text[start - 1], ()), 0, start)
        )
        if apart and _has_family(text, start) and _is_called(text[start:at], politely=polite):
            return start, at
    return None


def _is_called(name: str, *, politely: bool) -> bool:
    """Whether a word before a title can be a name; before a trade, a known word mostly is none: 金牌月嫂."""
    plainly = not politely and called_words.is_word(name)
    return called_words.can_be_called(name, politely=politely) and not (plainly and not han_words().is_family(name[0]))


def _has_family(text: str, start: int) -> bool:
    return text[start : start + 1] in FAMILY or text[start : start + 2] in DOUBLE_FAMILY_NAMES


def _word_behind_cue(text: str, end: int, *, sure: bool) -> Span | None:
    """Return a word that is all between a cue and a sign, or a cue and a verb of pick-up."""
    start = _gap_of_value.match(text, end).end() if sure else end  # type: ignore[union-attr]  # it always matches
    if not _has_family(text, start):
        return None
    run = _han_run.match(text, start)[0]  # type: ignore[index]  # it always matches
    alone = start > end or (sure and text[end - 1] in _ENDS_OF_ROLES and called_words.is_noun(run))
    for stop in range(start + 2, start + min(len(run), 3) + 1):
        told = text.startswith(_taking.get(text[stop : stop + 1], ()), stop) or (alone and stop == start + len(run))
        if not told and sure and called_words.is_word(text[start:stop]) and _at_phone(text, stop):
            told = not text[:stop].lower().endswith(_labels.get(text[stop - 1], ()))  # 联系方式
        if told and text[stop - 1] not in PLACE_ENDS and called_words.can_be_called(text[start:stop], politely=False):
            return start, stop
    return None


def _said(text: str, at: int, end: int) -> Span | None:
    verb = text[at:end]
    if len(verb) == 1 and is_han(text[end : end + 1]) and verb not in "说說":
        return None
    if len(verb) == 1 and called_words.is_word(text[at - 1 : end]):
        return None  # 小说, 听说
    noted = not is_han(text[at - 1 : at])
    if noted and (note := _note_behind.search(text, max(0, at - 9), at)):
        at = note.start()
    start = name_before(text, at, loose=verb in cues.SURE_VERBS, rare=len(verb) > 1 or verb == "收")
    if start is None or text[start:at] in DOUBLE_FAMILY_NAMES:
        return None  # 到南门取件
    if called_words.is_once(text, start, at) or (
        text[start] == "于" and called_words.is_time_or_anyone(text[start + 1 : at])
    ):
        return None  # 查一下单号, 于下午签收
    if (noted or at - start > 2) and called_words.is_word(text[start:at]):
        return None  # 【柳州】已签收, 何首乌已签收
    if noted and called_words.is_of_village(text[start + 1 : at]):
        return None  # 杨楼集-派件
    if not noted and at - start == len("兰楠会") and names_between_words.ends_sooner(text, start, at):
        return start, at - 1
    return start, at


def _behind_room(text: str, start: int, end: int, *, room: bool) -> Span | None:
    """A name that ends a clause behind a room's number or an organisation."""
    if room and not (text[start - 1 : start].isdecimal() or text[start - 1 : start] == "*"):
        return None
    name_end = name_from(text, end, sure=False)
    if name_end is None or is_han(text[name_end : name_end + 1]) or text[name_end - 1] in PLACE_ENDS:
        return None
    return end, name_end


def _names_beside_numbers(text: str) -> Iterator[Span]:
    for number in _number.finditer(text):
        if text[number.end() - 1] == "*" and _mask_before(text, max(0, number.start() - 2), number.start()):
            continue  # the stars are a name's: J*** ******
        end = _behind_name(text, number.start())
        latin = None
        if end < number.start() and is_latin(text[end - 1 : end]):
            latin = latin_name_before(text, end)
        if latin is not None and is_latin_name(text[latin:end]):
            yield behind_title(text, latin, end), end
        elif (start := name_before(text, end, loose=True, rare=True)) is not None:
            yield start, end
        start = _before_name.match(text, number.end()).end()  # type: ignore[union-attr]  # it always matches
        if _may_start(text, start):
            behind = name_from(text, start, sure=True)
            if behind is None or _labels_next_line(text, number.end(), start, behind):
                continue
            if name_ends(text, behind) and not _ends_as_place(text, behind):
                yield start, behind


def _labels_next_line(text: str, number_end: int, start: int, end: int) -> bool:
    """Whether a word that is not of Han begins the line behind a number, and a colon follows it: Статус: в пути."""
    return text[end : end + 1] in _COLONS and "\n" in text[number_end:start] and not is_han(text[start])


def _behind_name(text: str, at: int) -> int:
    """Return where a name before the number at `at` ends; signs, a label and a code may be between."""
    front = max(0, at - _LONGEST_LABEL)
    if not text[at - 1 : at].isalpha():
        at = _front_of_number.search(text, max(front, at - 13), at).start()  # type: ignore[union-attr]  # it always matches
    label_end = at - 1 if text[at - 1 : at] in ("是", "为", "為") else at
    lower = text[front:label_end].lower()
    for label in _labels.get(lower[-1:], ()):
        if lower.endswith(label):
            at = label_end - len(label)
            break
    if text[at - 1 : at] == "的":
        at -= 1
    if _letter_behind_name(text, at - 1):
        return at - 1
    if quantity := _quantity_behind.search(text, max(front, at - 8), at):
        at = quantity.start()
    if text[at - 1 : at].isalpha():
        return at
    return _signs_behind.search(text, max(front, at - 4), at).start()  # type: ignore[union-attr]  # it always matches


def _names_beside_address(text: str) -> Iterator[Span]:
    for match in _behind_house.finditer(text):
        start = match.end()
        end = name_from(text, start, sure=True)
        if (
            end is not None
            and name_ends(text, end)
            and text[end - 1] not in PLACE_ENDS
            and not text[end : end + 1].isdecimal()
            and not called_words.is_distance(text, start)
            and text[start : start + len("麦当劳")] not in _SHOPS
            and not {text[start + 1 : end], text[start + 2 : end]} & _LABELS  # 西门电联, 10楼电联
        ):
            yield start, end
    for match in _before_place.finditer(text):
        place = any(called_words.is_word(text[match.start() : match.end() + more]) for more in (1, 2))
        if not place and can_be_name(match[0]) and match[0][-1] not in PLACE_ENDS:
            yield match.span()
    yield from first_latin_name(text)
    yield from _names_at_ends(text)


def _name_before_address(text: str) -> Iterator[Span]:
    """A name that begins a text, or follows its first number, and that a place follows without a sign."""
    number = _number.search(text)
    start = 0 if number is None or number.start() else _before_name.match(text, number.end()).end()  # type: ignore[union-attr]  # it always matches
    if _has_family(text, start) and (end := names_between_words.before_place(text, start)) is not None:
        yield start, end


def _word_beside_number(text: str, *, address: bool) -> Iterator[Span]:
    """Return a possible name that is all between two signs, or between number and sign: 13812345678 江南 ….

    It is asked for where a number is in a text, with an address or nothing else but a word, and no name was found.
    """
    for match in _beside_number(text):
        start, end = match.span(match.lastgroup or 0)
        word = text[start:end]
        if word[-1] in PLACE_ENDS or (not address and word in _PLAIN_BESIDE_NUMBER):
            continue
        if called_words.can_be_called(word, politely=False):
            yield start, end


def _names_at_ends(text: str) -> Iterator[Span]:
    """Names that are the first or the last of several parts of a text."""
    parts = [part for part in _parts.finditer(text) if part[0]]
    for part in (parts[0], parts[-1]) if len(parts) > 1 else ():
        if part[1] and can_be_name(part[1]) and part[1][-1] not in PLACE_ENDS:
            yield part.span(1)
