"""Finds names of people in Korean, Japanese and Thai, by the words that people write beside names in these languages.

The words are data (`neighbour_names.txt`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from masking_service.masking.words import called_words
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.han_words import han_words
from masking_service.masking.words.name_cues import sections

Span = tuple[int, int]

WORDS: Final = {
    name: tuple(word.replace("_", " ") for word in words) for name, words in sections("neighbour_names.txt").items()
}
JAPANESE_FAMILY_NAMES: Final = frozenset(WORDS["japanese-families"])
_SIMPLIFIED: Final = str.maketrans("辺斎広沢桜滝浜渋栄関徳", "边斋广泽樱泷滨涩荣关德")
"""From characters that only Japan uses to those that China uses in their place."""
_hangul: Final = re.compile("[\uac00-\ud7a3]").search
_japanese: Final = re.compile("[\u3041-\u30fa様宛携帯]|受取|受領|気付|配達|表札").search
_labelled: Final = Expression(rf"(?:{any_of(WORDS['japanese-roles'])})[:：\s（(\[【]").search
_begins_role: Final = re.compile(f"[{''.join({word[0] for word in WORDS['japanese-roles']})}]").search

PHONE: Final = r"\+?[0-9\-]{0,8} ?\*{5}"
_SYLLABLE: Final = "[\uac00-\ud7a3]"
_ONE: Final = "".join(word for word in WORDS["korean-families"] if len(word) == 1)
_TWO: Final = any_of(word for word in WORDS["korean-families"] if len(word) > 1)
_KOREAN: Final = (
    rf"(?!(?:{any_of(WORDS['no-korean'])})(?!{_SYLLABLE}))"
    rf"(?:(?:{_TWO}){_SYLLABLE}{{1,2}}|[{_ONE}] ?{_SYLLABLE}{{2}}|[{_ONE}]{_SYLLABLE})"
)
_SAYS_PHONE_IN_KOREAN: Final = "(?:(?:[A-Za-z]{1,6}|(?:전화|휴대폰|핸드폰|주민|주민등록)(?:번호)?는?|연락처)[ :.]{0,2})"
_TOLD: Final = rf"(?<!{_SYLLABLE})(?:{any_of(WORDS['korean-roles'])})[은는이가]?[ :：\-(]{{0,3}}"
_GOES_ON: Final = "이|가|은|는|께|에게|한테|의|댁|과|와|을|를|도|앞|본인|부재|입니다"
_OF_PARENTS: Final = "우리|저희|아기|아이|애들|애기|친구|옆집|앞집|시어|친정"
"""What else is before a word for a parent: our, the baby's, the neighbour's."""
_KOREAN_ENDINGS: Final = frozenset("을를은는이가에로의도와과만일지비건번점용품함장실")
"""Particles behind a noun, and last syllables of longer ones: 전화로, 주소지."""
_FULL_KOREAN: Final = rf"[{_ONE}]{_SYLLABLE}{{2}}"
_NO_KOREAN: Final = frozenset(WORDS["no-korean"])
_korean: Final = Expression(
    rf"{_TOLD}(?P<told>{_KOREAN})(?!{_SYLLABLE})|{_TOLD}(?P<said>{_KOREAN})(?=님|씨|입니다|이며|에게|[이가은는께])"
    rf"|(?<!{_SYLLABLE})(?:{any_of(WORDS['korean-roles-weak'])})(?:님|이|가|은|는)?[ :]{{1,2}}"
    rf"(?P<beside>{_FULL_KOREAN})(?=님|씨|이가|[이가은는의께]? |에게|[,.)]|$)"
    rf"|(?<!{_SYLLABLE})(?P<titled>{_KOREAN})"
    rf"(?= ?(?:{any_of(WORDS['korean-titles'])})님?(?:(?!{_SYLLABLE})|{_GOES_ON}))"
    rf"|(?<!{_SYLLABLE})(?P<given>(?:(?:{_TWO}){_SYLLABLE}{{1,2}}|[{_ONE}]{_SYLLABLE}{{2}}))(?=에게|한테|께서)"
    rf"|(?<!{_SYLLABLE})(?P<done>(?:{_TWO}){_SYLLABLE}{{2}}|{_FULL_KOREAN})"
    rf"(?= (?:{any_of(WORDS['korean-done'])})(?!{_SYLLABLE}{{2}}))"
    rf"|(?:(?<![^\n])|(?<=[,.!] ))(?:(?:저는|제가|전) )?(?P<self>{_FULL_KOREAN})(?=입니다|이에요|예요|이고 |인데 )"
    rf"|(?<!{_SYLLABLE})(?P<takes>(?:{_TWO}){_SYLLABLE}{{2}}|{_FULL_KOREAN})(?=[이가] (?:받|수령|가지러|찾으러|대신))"
    rf"|(?<!{_SYLLABLE})(?!{_OF_PARENTS})(?P<child>{_SYLLABLE}{{2,3}})"
    rf"(?=이? ?(?:엄마|아빠)(?:가|한테|에게|입니다|께|께서)?(?!{_SYLLABLE}))"
    rf"|(?<=[0-9*A-Z]호)[ ,(]{{1,2}}(?P<room>(?:{_TWO}){_SYLLABLE}{{1,2}}|{_FULL_KOREAN})(?=[ ,.)]|$)"
    rf"|(?<!{_SYLLABLE})(?P<before>{_KOREAN})(?=[ ,/(\-:]{{0,3}}{_SAYS_PHONE_IN_KOREAN}?{PHONE})"
    rf"|(?:(?<!\*)\*{{5,}}+[0-9]{{0,4}}|(?<=\*)[ \-]\*{{2,}}+)[ ,/()\-]{{1,3}}(?P<behind>{_KOREAN})(?!{_SYLLABLE})"
).finditer

_KANJI: Final = "\u4e00-\u69d7\u69d9-\u9fff々"
"""The kanji, without 様, which follows names."""
_HIRAGANA: Final = "\u3041-\u3096"
_KATAKANA: Final = "\u30a1-\u30faー"
_FAMILY: Final = any_of({*(word for word in JAPANESE_FAMILY_NAMES if len(word) > 1), *WORDS["japanese-families-rarer"]})
_SINGLE: Final = "".join(word for word in JAPANESE_FAMILY_NAMES if len(word) == 1)
_KANA: Final = rf"(?:(?!さん|さま|くん|ちゃん)[{_HIRAGANA}])"
"""Part of a regular expression: a letter of hiragana, not the first one of what follows names."""
_GIVEN: Final = rf"(?:[{_KANJI}]{{1,3}}{_KANA}?|{_KANA}{{2,4}}|[{_KATAKANA}]{{2,5}})"
_PREFECTURE: Final = rf"東京都|北海道|(?:大阪|京都)府|[{_KANJI}]{{2,3}}県"
_NAME: Final = (
    rf"(?!{_PREFECTURE})"
    rf"(?:(?:{_FAMILY})[ \u3000]?{_GIVEN}|[{_SINGLE}][ \u3000]?[{_KANJI}]{{1,2}})"
)
_NO_GIVEN: Final = "先生|女士|小姐|電話|電子|携帯|本人|已|签|簽|代"
_SPACED: Final = rf"[{_KANJI}]{{1,4}}[ \u3000](?!{_NO_GIVEN}){_GIVEN}(?![{_KANJI}{_HIRAGANA}{_KATAKANA}])"
"""Part of a regular expression: a name with a space in it and any family name: 小鳥遊 結衣."""
_HONORIFIC: Final = "(?:様|さま|さん|殿|くん|ちゃん|宛|先生|氏|と申し|といいま|と言いま)"
_APART: Final = rf"(?<![{_KANJI}])(?<![{_HIRAGANA}](?<![はがのをにでともや]))"
"""Part of a regular expression: where a name may begin.

That is not behind a kanji, and behind hiragana only if it is a particle.
"""
_SAYS_PHONE_IN_JAPANESE: Final = "(?:の?(?:TEL|Tel|(?:電話|携帯)(?:番号)?|ご?連絡先)[:： は]{0,2})"
_FAMILIES: Final = JAPANESE_FAMILY_NAMES.union(WORDS["japanese-families-rarer"])
_PARTICLES: Final = frozenset("はがをにでともへのやか")
_JAPANESE_ROLES: Final = WORDS["japanese-roles"]
_NO_JAPANESE: Final = frozenset(WORDS["no-japanese"])
_japanese_names: Final = Expression(
    rf"(?:{any_of(WORDS['japanese-roles'])})(?:[はが:：\s【\[（(]{{0,3}}(?P<told>{_NAME}|{_FAMILY})|[:：]\s?(?P<spaced>{_SPACED}))"
    rf"|(?:{any_of(WORDS['japanese-roles'])})(?:名|者|印)?[:：]\s?"
    rf"(?P<labelled>[{_KANJI}]{{1,4}}(?:[ \u3000]?{_GIVEN})?)(?![{_KANJI}{_HIRAGANA}{_KATAKANA}*])"
    rf"|(?:{any_of(WORDS['japanese-roles'])})の(?P<of>{_NAME}|{_FAMILY})(?=[がはでとに様さ、。）)]|$)"
    rf"|(?:{any_of(WORDS['japanese-offices'])})の(?P<office>{_FAMILY}|[{_SINGLE}])(?=まで|へ(?![{_KANJI}])|宛|に[渡連預電]|[がは、。）)]|$)"
    rf"|{_APART}(?P<doing>{_NAME})"
    rf"(?=が(?:サイン|受け?取|受領|署名|拒否|引き取|在宅|不在|対応|取りに|代わり|配達|お?届け|伺い|います|おります)|に(?:ご?連絡|渡し|お渡し|手渡|預け|電話)"
    rf"|より(?:$|[、。\s])|まで(?:お?電話|ご?連絡))"
    rf"|{_APART}(?P<house>{_NAME}|{_FAMILY})(?=宅[にへで前の]|気付|方(?:$|[^\w]))"
    rf"|{_APART}(?P<taker>{_NAME})(?=[ \u3000]?(?:代理|受け?取|受領|サイン))"
    rf"|(?:(?<![^\n])|(?<=[。、！!，,\s])|(?<=私[がは]))(?P<self>{_NAME})(?=(?:です|と申します|といいます|でございます)(?![か]))"
    rf"|号室?の(?P<room>{_NAME}|{_FAMILY})(?=です|様|さん|と)"
    rf"|(?:妻|夫|娘|息子|母|父|姉|兄|弟|妹)の(?P<kin>[{_KANJI}]{{1,3}}|[{_HIRAGANA}]{{2,3}}|[{_KATAKANA}]{{2,5}})(?=[がはにとへ])"
    rf"|{_APART}(?!号?室|号?棟|階|丁目)(?P<titled>[{_KANJI}]{{1,6}}(?:[ \u3000][{_KANJI}{_HIRAGANA}{_KATAKANA}]{{1,4}}"
    rf"|(?!さん|さま|くん|ちゃん)[{_HIRAGANA}]{{2,3}}|[{_KATAKANA}]{{2,5}})?)(?=[ \u3000]?{_HONORIFIC})"
    rf"|(?<![{_KANJI}{_HIRAGANA}{_KATAKANA}])(?P<alone>{_FAMILY}|[{_SINGLE}])"
    rf"(?=[\s（(,、/:：]{{0,3}}(?:携帯|TEL|Tel|電話|☎)[番号:： は]{{0,3}}{PHONE})"
    rf"|(?<![{_KANJI}])(?P<before>{_NAME})(?=[\s（(,、/:：]{{0,3}}{_SAYS_PHONE_IN_JAPANESE}?{PHONE})"
    rf"|(?<!\*)\*{{5,}}+[0-9]{{0,4}}[\s,、/)）]{{0,3}}(?P<behind>{_NAME})(?![{_KANJI}])"
).finditer


_behind_latin: Final = re.compile("[a-z] [\u4e00-\u9fff\uac00-\ud7a3]").search
_told_in_english: Final = Expression(
    rf"(?<![A-Za-z])(?:{any_of(WORDS['english-words'])}) "
    rf"(?:(?P<korean>{_FULL_KOREAN})(?!{_SYLLABLE})"
    rf"|(?!{_PREFECTURE})(?P<japanese>(?:{_FAMILY})[ \u3000]?(?!{_NO_GIVEN}){_GIVEN})"
    rf"(?![{_KANJI}{_HIRAGANA}{_KATAKANA}]))",
    re.I,
).finditer
"""Finds a name in Korean or Japanese behind a word with which people hand over in English: ask for 山本 美咲."""

_family_and_space: Final = Expression(rf"(?:{_FAMILY})[ \u3000]([{_KANJI}]{{1,3}})(?![{_KANJI}])").search
"""Finds what may be a name with a space in it, by which a text without kana is Japanese."""
_thai: Final = re.compile("[\u0e01-\u0e3a]").search
_LETTERS: Final = "[\u0e01-\u0e3a\u0e40-\u0e4e]"
_NAME_IN_THAI: Final = rf"(?!{any_of(WORDS['no-thai'])})(?:(?!โทร|เบอร์){_LETTERS}){{2,20}}+(?!\*)"
"""Part of a regular expression: a word of a name, up to a word for a phone, which may follow without a space."""
_SAYS_PHONE_IN_THAI: Final = rf"(?:(?:โทร|เบอร์|มือถือ){_LETTERS}{{0,8}}[ :.]{{0,2}})"
_TITLE_IN_THAI: Final = rf"(?>{any_of(WORDS['thai-titles'])})"
_thai_names: Final = Expression(
    rf"(?:(?:(?:(?<!ราย)|(?=ชื่อ[ :]))(?:{any_of(WORDS['thai-roles'])}))[ :：]{{0,2}}{_TITLE_IN_THAI}?+"
    rf"|(?:{any_of(WORDS['thai-words'])}) ?{_TITLE_IN_THAI}(?!{any_of(WORDS['no-thai-title'])}))[ ]?"
    rf"(?P<told>{_NAME_IN_THAI}(?: {_NAME_IN_THAI})?)"
    rf"|(?<!{_LETTERS}){_TITLE_IN_THAI}(?!{any_of(WORDS['no-thai-title'])}) ?"
    rf"(?P<titled>{_NAME_IN_THAI}(?: {_NAME_IN_THAI})?(?=[ ,(]{{0,2}}{_SAYS_PHONE_IN_THAI}?{PHONE}))"
    rf"|(?<!{_LETTERS})(?:นาย|นางสาว|น\.ส\.|ด\.ช\.|ด\.ญ\.)(?!{any_of(WORDS['no-thai-title'])}) ?"
    rf"(?P<alone>{_NAME_IN_THAI} {_NAME_IN_THAI})"
).finditer
_KIN_IN_THAI: Final = rf"(?:{any_of(WORDS['thai-kin'])})(?!{any_of(WORDS['no-thai-kin'])})"
_done_in_thai: Final = Expression(
    rf"(?<!{_LETTERS})(?:คุณ(?!{any_of(WORDS['no-thai-title'])})|{_KIN_IN_THAI}) ?"
    rf"(?P<told>{_NAME_IN_THAI})(?= ?(?:{any_of(WORDS['thai-done'])}))"
    rf"|(?:{any_of((*WORDS['thai-words'], *WORDS['thai-roles'], 'ป้อม '))}) ?{_KIN_IN_THAI} ?(?P<kin>{_NAME_IN_THAI})"
    rf"|(?:ห้อง|ชั้น|เลขที่) ?[0-9A-Z*/\-]{{1,8}} ?คุณ ?(?P<room>{_NAME_IN_THAI}(?: {_NAME_IN_THAI})?)"
    rf"|(?<!{_LETTERS})ถึง (?P<to>{_NAME_IN_THAI} {_NAME_IN_THAI})(?= |$)"
    rf"|(?<![^\n])(?!{_TITLE_IN_THAI})(?P<full>{_NAME_IN_THAI} {_NAME_IN_THAI})"
    rf"(?= ?รับ(?:เอง|แทน)|[ ,:]{{1,2}}{_SAYS_PHONE_IN_THAI}?{PHONE})"
    rf"|(?<!{_LETTERS})(?:{any_of(WORDS['thai-self'])}) ?(?P<self>{_NAME_IN_THAI}(?: {_NAME_IN_THAI})?)"
    r"(?= (?:นะคะ|นะครับ|นะ|ค่ะ|คะ|ครับ|จ้า|จ้ะ)(?: |$))"
).finditer
"""Finds a name in Thai behind a title before what the person does, behind a relative or a room, and of who writes."""
_polite_in_thai: Final = Expression(
    rf"(?<!{_LETTERS})(?:คุณ ?(?!{any_of(WORDS['no-thai-title'])})(?={_NAME_IN_THAI} {_NAME_IN_THAI})"
    rf"|ลูกค้า(?!{any_of(WORDS['no-thai-customer'])})(?={_NAME_IN_THAI} {_NAME_IN_THAI}(?: |$)))"
    rf"(?P<told>{_NAME_IN_THAI}(?: {_NAME_IN_THAI})?)"
).finditer
"""Finds two words of a name behind a title or the word for a customer that begins a part of a text."""


_whole: Final = Expression(
    rf"(?P<korean>(?:{_TWO}){_SYLLABLE}{{1,2}}|{_FULL_KOREAN})|{_NAME}|(?:{_FAMILY})[ \u3000](?!{_NO_GIVEN}){_GIVEN}"
    rf"|(?:{_TITLE_IN_THAI} ?)?{_NAME_IN_THAI} {_NAME_IN_THAI}"
).fullmatch
"""Matches a full name in Korean, Japanese or Thai."""
_NO_LAST_BEHIND_LABEL: Final = frozenset("者員人部課係室店所社済中要無不可止屋家口庫会号番日時着印様")
_NO_LAST_BEHIND_ENGLISH: Final = _NO_LAST_BEHIND_LABEL.union("市区町村駅寺橋")
_NO_FIRST_BEHIND_LABEL: Final = tuple("不要 未定 未記 本人 本社 家族 同居 会社 宅配 管理 受付 玄関 置配".split())
"""The end and the beginning of what is written behind a label in place of a name."""
_of_place: Final = re.compile(".{0,6}先[^先]{0,2}[:：]").match
"""Matches a label behind which a place stands as often: お届け先：東京."""
_spaced_at: Final = re.compile(_SPACED).match
_whole_at: Final = Expression(rf"(?:{_FAMILY}){_GIVEN}(?![{_KANJI}{_KATAKANA}]|[{_HIRAGANA}](?!さ|く|ち))").match


def japanese_end(text: str, label: int, start: int) -> int | None:
    """Return where a Japanese name ends that is the value behind a label; None if there is none.

    Args:
        text: any text.
        label: where the label ends. Only behind a Japanese one has a name of any family a space in it.
        start: where the value begins.
    """
    found = _spaced_at(text, start) if text.endswith(_JAPANESE_ROLES, 0, label) else None
    found = found or _whole_at(text, start)
    return found.end() if found else None


def is_name_of_neighbours(text: str) -> bool:
    """Whether a text is a full name in Korean, Japanese or Thai: 민서윤, 佐々木 陽菜, สุดา ใจงาม."""
    found = _whole(text)
    return found is not None and text not in _NO_KOREAN


@cache
def japanese_families() -> frozenset[str]:
    """Return the family names of Japan of two characters or more, also in simplified characters."""
    written = (han_words().simplified(name).translate(_SIMPLIFIED) for name in JAPANESE_FAMILY_NAMES if len(name) > 1)
    return JAPANESE_FAMILY_NAMES.union(written)


def names_of_neighbours(text: str) -> Iterator[Span]:
    """Yield the spans of names in Korean, Japanese and Thai beside a role, a title, a phone, or a word in English."""
    if _hangul(text):
        for match in _korean(text):
            group = match.lastgroup or ""
            name = match[group]
            if name not in _NO_KOREAN and not (
                group in ("beside", "done", "self") and name[:2] in _NO_KOREAN and name[-1] in _KOREAN_ENDINGS
            ):
                yield match.span(group)
    if _behind_latin(text):
        yield from (
            match.span(match.lastgroup or "")
            for match in _told_in_english(text)
            if match["korean"] not in _NO_KOREAN and match[0][-1] not in _NO_LAST_BEHIND_ENGLISH
        )
    if _thai(text):
        yield from (
            match.span(match.lastgroup or "")
            for match in (*_thai_names(text), *_polite_in_thai(text), *_done_in_thai(text))
        )
    if _is_japanese(text) or (_begins_role(text) and _labelled(text)):
        for match in _japanese_names(text):
            group = match.lastgroup or ""
            if group == "labelled" and (_of_place(match[0]) or _is_no_name(match["labelled"])):
                continue
            if group != "titled" or _is_honoured(match["titled"], text[match.end() :].lstrip(" \u3000")[:1]):
                yield match.start(group), _end(match, group)


def _is_japanese(text: str) -> bool:
    """Whether a text has kana or a word of Japanese, or a name with a space whose second part is no word."""
    if _japanese(text):
        return True
    spaced = _family_and_space(text)
    return spaced is not None and not called_words.is_word(han_words().simplified(spaced[1]))


def _is_honoured(name: str, honorific: str) -> bool:
    """Whether what is before an honorific is a person's name, and no word for people or for a way."""
    parts = name.replace("\u3000", " ").split(" ")
    if name in _FAMILIES:
        return True
    if not _NO_JAPANESE.isdisjoint((*parts, name[-2:])) or (name[-1] in "者員人屋家" and name[:2] not in _FAMILIES):
        return False
    return honorific in "様さ" or name[:2] in _FAMILIES or name[0] in _SINGLE


def _is_no_name(value: str) -> bool:
    """Whether the value behind a label is a word for people or for a way: 受取人：本人, 担当：営業部."""
    return value in _NO_JAPANESE or value[-1] in _NO_LAST_BEHIND_LABEL or value.startswith(_NO_FIRST_BEHIND_LABEL)


def _end(match: re.Match[str], group: str) -> int:
    """Return where a name ends, not counting a particle at its end."""
    name, end = match[group], match.end(group)
    return end - 1 if len(name) > len("田中") and name[-1] in _PARTICLES and "\u4e00" <= name[-2] <= "\u9fff" else end
