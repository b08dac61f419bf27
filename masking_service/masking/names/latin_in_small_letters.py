"""Finds names in Latin letters that are written small, as people type them on phones: signed by smith, frau müller.

No capital tells a name here. A word behind a cue is one if it is a known given name, or if no list of ordinary words
has it (`plain_words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import normalize

from masking_service.masking.around import text_before
from masking_service.masking.names.latin_bounds import (
    FAMILIES_LIKE_WORDS,
    GIVEN,
    LETTERS,
    PERSONS,
    Span,
    is_of_firm,
    plain_word,
)
from masking_service.masking.names.latin_cues import CUE_BEFORE_SMALL, PARTICLE, SMALL_LETTER, in_both_spellings
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.plain_words import plain_words, words_of_parcels

may_hold: Final = re.compile(rf"{SMALL_LETTER}[ .:]{{1,2}}{SMALL_LETTER}{{3}}").search
_SHORT_FAMILIES: Final = "(?:h[ồà]|đỗ|l[êý]|v[õũ]|tạ|tô)(?= )"
"""Part of a regular expression: family names of Vietnam of two letters."""
_WORD: Final = rf"{PARTICLE}{{0,2}}{SMALL_LETTER}(?:{SMALL_LETTER}|['’-]){{2,24}}"
_title: Final = re.compile(
    r"\b(?:(?:mrs?|ms|dhr|mevr|mme|mlle|sra|srta|sr|sigra|sig)\.?|frau|herrn?|famil(?:ie|ia|le)|mevrouw|meneer"
    r"|(?:gọi|cho|gặp|hệ|tìm|báo|nhận:?) (?:anh|chị|cô|chú|bác|ông|bà)"
    r"|monsieur|madame|signora?|señora?|senhora?|do[nñ]a|pan[ií]|panią|panu)\s$",
    re.I,
).search
_PERSONS: Final = any_of((*cues.LATIN_PERSONS, *(word for word in cues.GERMAN_PERSONS if len(word) > len("durch"))))
_IN_VIETNAMESE: Final = rf"(?:gọi|kêu|gửi|khách|là|cho|nhận:?)\s(?=(?:{any_of(cues.VIETNAMESE_FAMILIES)}) )"
"""Part of a regular expression: verbs before a family name of Vietnam."""
_announced: Final = Expression(
    rf"(?<![{LETTERS}])(?=[{LETTERS}][{LETTERS} ./][^\n]{{3}})"
    rf"(?=(?:{_IN_VIETNAMESE}|{CUE_BEFORE_SMALL}|(?:{_PERSONS})\s|(?:{cues.TITLES_IN_TEXTS})\s)"
    rf"(?P<name>(?:{_SHORT_FAMILIES}|{_WORD})(?: {_WORD}){{0,3}}))"
).finditer
"""Finds up to four words in small letters behind a cue."""
_words: Final = Expression(
    rf"(?:{_SHORT_FAMILIES}|{_WORD})(?: {_WORD}| {SMALL_LETTER}{{2}}(?!{SMALL_LETTER})){{0,3}}"
).match
_IN_LABELS: Final = frozenset("customer client recipient courier driver guest".split())
"""What begins labels in English, too, of which the word behind it is the end: customer reference."""
_two_words: Final = Expression(
    rf"(?<![{LETTERS}'’&/\-])"
    rf"(?=(?P<name>(?P<first>{SMALL_LETTER}{{3,20}}) (?P<family>{PARTICLE}?{SMALL_LETTER}{{3,20}}))(?!{SMALL_LETTER}))"
).finditer
"""Finds each two words that may be a given name and a family name."""
_NEAR: Final = frozenset(map(plain_word, (*cues.LATIN_PERSONS, *cues.LATIN_NEAR)))
"""Words of which one is before a name, with one of at most four letters between: tel de nathalie moreau."""
_word_near: Final = re.compile(
    rf"(?P<near>[{LETTERS}]+)(?=[ ,:.]{{1,2}}(?P<between>[{LETTERS}]{{1,4}}[ ,:.]{{1,2}})?$)"
).search
_phone_behind: Final = re.compile(r"[ ,:(]{1,2}[+0-9\-() ]{0,9}\*{4}| için(?!\w)").match
"""Matches a phone, or the Turkish word for "for"."""
_LONGEST_BEFORE: Final = 32
"""Characters before a name in which such words are looked for."""
_before_verb: Final = Expression(
    rf"(?:(?<![^\n])|(?<=[.,;:(] ))(?P<name>{SMALL_LETTER}{{3,20}} {PARTICLE}?{SMALL_LETTER}{{3,20}})"
    rf"(?=\s(?:{any_of((*cues.LATIN_BEHIND, *cues.TURKISH_BEHIND))}))"
).finditer
"""Finds two words that begin a part of a text, before what a person does."""
_before_title: Final = re.compile(
    rf"(?<![{LETTERS}])(?=(?P<name>{SMALL_LETTER}{{3,20}})(?P<second> {SMALL_LETTER}{{3,20}})?"
    r"\s(?:bey|han[ıi]m|efendi|abi|abla|usta|amca|teyze)(?:y?[ae]|['’]\w{1,4})?(?:[\s,.;)]|$))"
).finditer
"""Finds up to two words before a title."""
_says_self: Final = Expression(
    rf"(?:(?<![^\n])|(?<=[.,;!] )|(?<![{LETTERS}])(?:{any_of(in_both_spellings(cues.LATIN_GREETINGS))})[,!.]?\s)"
    rf"(?:{any_of(in_both_spellings(cues.LATIN_SELF))})\s(?P<name>{_WORD}(?: {_WORD})?)"
).finditer
"""Finds up to two words behind those with which people say who they are: hallo, hier ist maria."""
_alone_before_verb: Final = Expression(
    rf"(?<![{LETTERS}'’&/\-])(?P<name>{SMALL_LETTER}{{3,20}})"
    rf"(?=\s(?:{any_of((*cues.LATIN_BEHIND, *cues.TURKISH_BEHIND, *cues.LATIN_NAMED))})"
    rf"|\s(?:{any_of(cues.LATIN_DONE_WITH)})(?P<phone>[^\W\d_]{{0,9}}[ ,:]{{1,2}}(?:\+[0-9]{{1,3}} )?\*{{4}})?)"
).finditer
"""Finds a word before what a person does, or before what is done with one, and whether a phone follows that."""
_owner: Final = re.compile(
    rf"(?<![{LETTERS}'’&/\-])(?<!st )(?<!st\. )(?P<at>(?:at|to|in|by|near|behind|outside|from)\s)?(?!st\.? )"
    rf"(?P<name>{SMALL_LETTER}{{3,20}})['’]s?(?=\s(?:(?:front|back|side)\s)?"
    r"(?:door(?:step)?|house|place|home|porch|garage|gate|flat|apartment|desk|room)(?!\w))"
).finditer
"""Finds a word before what a person owns and parcels are left at: at john's door. Articles are before other nouns."""
_PLURALS: Final = ("men", "ren")
"""The ends of plurals without an s: children's room."""
_syllable: Final = re.compile(
    rf"(?<![{LETTERS}])(?:(?:e|em|mình|tôi|tui|anh|chị) tên (?:là )?(?P<own>{SMALL_LETTER}{{2,7}})(?!{SMALL_LETTER})"
    rf"|(?:gọi|gặp|cho|báo) (?:anh|chị|cô|chú|bác|em) (?P<called>{SMALL_LETTER}{{2,7}})"
    r"(?=[ ,:(]{1,2}(?:\+84 )?\*{4}))"
).finditer
"""Finds a given name of Vietnam behind `my name is`, and between a title and a phone: there a word is one, too."""
_behind_phone: Final = re.compile(
    rf"\*{{4}}[0-9]{{0,4}}[ ,]{{1,2}}(?P<name>{SMALL_LETTER}{{3,20}}(?: {_WORD}){{0,2}})(?=\s*(?:$|[,.;)\n]))"
).finditer
"""Finds up to three words that are all of a clause behind a phone."""
_vietnamese_before_phone: Final = Expression(
    rf"(?:(?<![^\n])|(?<=[,.;:(] ))(?P<name>(?:{any_of(cues.VIETNAMESE_FAMILIES)})(?: {SMALL_LETTER}{{1,7}}){{1,3}})"
    r"(?=[ ,:(]{1,2}(?:\+84 )?\*{4})"
).finditer
"""Finds the name of a person of Vietnam that is all of a clause before a phone."""
_TITLES: Final = frozenset(
    "anh chi bac ong chu em mme mlle mrs herr herrn frau mevrouw meneer monsieur madame senhor senhora senor senora"
    " signor signora pan pani pana panu".split()
)
"""Titles that are no names themselves."""
_OF_FAMILIES: Final = ("van ", "von ", "ter ", "ten ")
"""Before a family name only, whatever word that is, too: van de water."""
_PARTICLES: Final = frozenset("de den der dem het".split())
"""What is no family name by itself behind such a word: van der Berg has another one with a capital."""
_short: Final = re.compile(rf" {SMALL_LETTER}{{2}}(?<! ok)(?=\s*(?:$|[,;.(\n]))").match
"""Matches a family name of two letters that ends a clause."""
_has_letter_of_vietnam: Final = re.compile("[ăơưđ\u1ea0-\u1ef1\u1ef4-\u1ef9]").search
"""Finds a letter of Vietnamese, in which ordinary words are short and many."""
_ends_clause: Final = re.compile(r"\s*(?:$|[,.;(\n])").match
_FAMILIES_OF_VIETNAM: Final = cues.VIETNAMESE_FAMILIES.union("phan thái lưu vương cao mai tô hà đàm kiều lâm".split())
_NO_VIETNAMESE: Final = frozenset(
    "trước khi qua số ngay ở tại nhận đã lúc và với không có là rồi giúp nhé ạ sẽ đang ký lấy ra từ cho về sau nhà gì"
    " theo bằng lại nếu nữa thôi nha".split()
)
"""Words that no name in Vietnamese goes on with."""
_word: Final = re.compile(rf"({PARTICLE}{{0,2}})([^ ]+)(?: |$)").match
_MOST: Final = 3
"""Unknown words that a name has at most."""
_ends: Final = Expression(
    rf"\s(?:{any_of((*cues.LATIN_BEHIND, *cues.TURKISH_BEHIND, *cues.GERMAN_VERBS))})"
    rf"|\s(?:{any_of(cues.LATIN_POLITE)})(?!\w)"
    r"|\s{0,3}(?:$|[,.;:()/\n\-–—])|(?:[ ,:(]|[^\W\d_]{1,10}\.?){0,6}[ ,:(]\(?\+?[0-9\-() ]{0,8}\*{5}"
    r"|[ ,:(]{1,2}\(?\+?[0-9](?:[ .\-()]{0,2}[0-9]){7}|\s(?:flat|apt|apartment|unit|room|suite)\b",
    re.I,
).match
"""Matches what a person does, the end of a clause, a room, or a phone within a few words."""
_NOUNS: Final = tuple({*cues.LATIN_KIN, *cues.LATIN_PERSONS} - ({*cues.LATIN_BEFORE} - {*cues.LATIN_KIN}))
_NOT_SURE: Final = frozenset(map(plain_word, in_both_spellings(_NOUNS))) | frozenset(
    "it's dear hi hello is name text see ring phone reach call called contact boss agent rep clerk operator rider"
    " director doctor professor employee manager owner tenant resident friend partner intern cleaner nurse teacher"
    " coach client guest student patient individual adult except anniversary birthday ask asked tell signature podpis"
    " nome nom naam".split()
)


def names_in_small_letters(text: str) -> Iterator[Span]:
    """Yield the spans of names in small letters behind a cue: ask for maria, signed by de vries.

    Behind a title one word belongs to the name, whatever it is, unless it is in most texts.
    """
    for match in _announced(text):
        start = match.start("name")
        titled = _title(text, match.start(), start) is not None
        end = max(_known_end(text, match, titled=titled), _told(text, match, titled=titled))
        if end > start:
            yield start, end
    yield from _full_names(text)
    for match in _before_verb(text):
        if not any(is_ordinary(plain_word(word)) or word in PERSONS for word in match["name"].split(" ")):
            yield match.span("name")
    yield from _before_titles(text)
    for match in _says_self(text):
        if (its_end := _self_end(text, match.start("name"), match.end())) is not None:
            yield match.start("name"), its_end
    for match in _alone_before_verb(text):
        if _is_known(match["name"]) or (match["phone"] and not is_ordinary(plain_word(match["name"]))):
            yield match.span("name")
    yield from _before_possessions(text)
    yield from _in_vietnamese(text)
    yield from _behind_phones(text)


def _behind_phones(text: str) -> Iterator[Span]:
    """Yield the spans of a given name behind a phone, alone or with a family name."""
    for match in _behind_phone(text):
        first, _, others = match["name"].partition(" ")
        known = plain_word(first) in GIVEN and small_name_end(text, match.start("name")) == match.end("name")
        if known if others else _is_known(first):
            yield match.span("name")


def _full_names(text: str) -> Iterator[Span]:
    """Yield the spans of a known given name and a family name near a word for a person, or before a phone.

    Examples: le colis de pierre simon, rufen sie klaus meyer an.
    """
    for match in _two_words(text):
        start, end = match.span("name")
        given, family = plain_word(match["first"]), plain_word(match["family"])
        if (
            given not in GIVEN
            or _is_usual(given)
            or family in cues.LATIN_BRANDS
            or f"{given}-{family}" in cues.LATIN_SHOPS
        ):
            continue
        sure = _is_given(match["first"])
        if is_ordinary(family) and not (sure and family in FAMILIES_LIKE_WORDS):
            continue
        if _is_near(text_before(text, start, _LONGEST_BEFORE)) or (sure and _phone_behind(text, end)):
            yield start, end


def _is_near(before: str) -> bool:
    """Whether one of the last two words of a text is near a name."""
    near = _word_near(before)
    if near is None:
        return False
    between = plain_word((near["between"] or "").strip(" ,:."))
    return between in _NEAR or (between not in GIVEN and plain_word(near["near"]) in _NEAR)


def _self_end(text: str, start: int, stop: int) -> int | None:
    """Return where the name of the person who writes ends; None if the first word is no given name."""
    first, _, second = text[start:stop].partition(" ")
    end = start + len(first)
    if _is_known(first):
        return stop if second and not is_ordinary(plain_word(second)) else end
    if second and plain_word(first) in GIVEN and not is_ordinary(plain_word(second)):
        return stop
    return end if plain_word(first) in GIVEN and not _is_usual(plain_word(first)) and _ends_clause(text, end) else None


def _before_titles(text: str) -> Iterator[Span]:
    """Yield the spans of words in small letters before a title, as in Turkish: ahmet bey'e."""
    for match in _before_title(text):
        if not is_ordinary(plain_word(match["name"])) and (
            match["second"] is None or plain_word(match["name"]) in GIVEN
        ):
            yield match.start("name"), max(match.end("name"), match.end("second"))


def _before_possessions(text: str) -> Iterator[Span]:
    """Yield the spans of names before what a person owns; behind a preposition also of words that no list has."""
    for match in _owner(text):
        name = match["name"]
        ordinary = is_ordinary(plain_word(name)) or name in PERSONS or name.endswith(_PLURALS)
        if _is_known(name) or (match["at"] and not ordinary):
            yield match.span("name")


def _in_vietnamese(text: str) -> Iterator[Span]:
    """Yield the spans of given names of Vietnam of one syllable, where only a name can be: em tên mai."""
    for match in _syllable(text):
        group = match.lastgroup or ""
        if normalize("NFC", match[group]) not in _NO_VIETNAMESE:
            yield match.span(group)
    for match in _vietnamese_before_phone(text):
        if _vietnamese_end(text, *match.span("name")) == match.end("name"):
            yield match.span("name")


def _known_end(text: str, match: re.Match[str], *, titled: bool) -> int:
    """Return where the given names behind a cue end, and one more word behind a title; -1 if there are none."""
    at = end = match.start("name")
    known = True
    while known and (word := _word(text, at, match.end("name"))) is not None:
        known = not word[1] and _is_given(word[2])
        if not known and titled and not _is_usual(plain_word(word[2])) and word[2] not in _NO_VIETNAMESE:
            family = word[1].startswith(_OF_FAMILIES) and word[2] not in _PARTICLES
            known = family or not (word[1] and is_ordinary(plain_word(word[2])))
            titled = False
        if known:
            end, at = word.end(2), word.end()
    return end


def _told(text: str, match: re.Match[str], *, titled: bool) -> int:
    """Return where the words behind a cue end that are in no list of ordinary words; -1 if they are no name."""
    end = small_name_end(text, match.start("name"))
    if end is None:
        return -1
    if titled:
        return end
    cue = text[match.start() : match.start("name")].rstrip(" (-–")
    sure = cue[-1:] in ":：" or plain_word(cue.rpartition(" ")[2]) not in _NOT_SURE
    labels = cue.lower() in _IN_LABELS and not text[end:].strip()
    return end if sure or (_ends(text, end) and not labels) else -1


def small_name_end(text: str, start: int) -> int | None:
    """Return where the words at `start` end that are in no list of ordinary words; None if they are no name."""
    found = _words(text, start)
    if found is None or found[0].startswith("hong kong"):
        return None
    first = _word(text, start, found.end())
    if first is not None and normalize("NFC", first[0].strip()) in _FAMILIES_OF_VIETNAM:
        return _vietnamese_end(text, start, found.end())
    at, end, count, sure = start, None, 0, False
    while (word := _word(text, at, found.end())) is not None:
        plain = plain_word(word[2])
        given = plain in GIVEN and not _is_usual(plain)
        if len(plain) < len("lee") or plain in cues.TITLES_BEHIND or _is_of_vietnam(word[2]):
            break
        if is_ordinary(plain) and (plain in _PARTICLES or not word[1].startswith(_OF_FAMILIES)):
            if count == 0 and given:
                at, count = word.end(), 1
                continue
            if count == 1 and (sure or word[1]) and _may_be_family(plain) and _ends_clause(text, word.end(2)):
                return word.end(2)
            if count == 1 and sure and plain in FAMILIES_LIKE_WORDS:
                return word.end(2)
            break
        sure = sure or given
        end, at, count = word.end(2), word.end(), count + 1
    if end is None or count > _MOST:
        return None
    return short.end() if (short := _short(text, end)) is not None else end


def is_ordinary(plain: str) -> bool:
    """Whether a word without accents is in a list of words that are no names."""
    return plain in plain_words() or _is_usual(plain) or is_of_firm(plain)


def _is_of_vietnam(word: str) -> bool:
    """Whether a word is of Vietnamese, by one of its letters or as one of its usual words."""
    return word in _NO_VIETNAMESE or _has_letter_of_vietnam(word) is not None


def _may_be_family(plain: str) -> bool:
    """Whether an ordinary word may be a family name behind a given name: maria montes."""
    return not _is_usual(plain) and plain not in words_of_parcels() and not is_of_firm(plain)


def _vietnamese_end(text: str, start: int, stop: int) -> int | None:
    """Return where a name of two to four syllables ends that begins with a family name of Vietnam."""
    words = text[start:stop].split(" ")
    count = next((at for at, word in enumerate(words) if normalize("NFC", word) in _NO_VIETNAMESE), len(words))
    return start + len(" ".join(words[:count])) if count > 1 else None


def _is_known(word: str) -> bool:
    """Whether a word in small letters is a given name, and is never used for anything else."""
    return _is_given(word) and not _is_usual(plain_word(word))


def _is_usual(word: str) -> bool:
    """Whether a word in small letters is no name behind a title: la señora que limpia."""
    return word in _TITLES or word in PERSONS or word in cues.LATIN_SMALL or word in cues.NO_LATIN_NAME_ALONE


def _is_given(word: str) -> bool:
    """Whether a word in small letters is a given name and nothing else."""
    plain = plain_word(word)
    return (
        plain in GIVEN
        and plain not in _TITLES
        and plain not in cues.SMALL_WORDS
        and plain not in cues.LATIN_WORDS
        and (len(plain) > len("tim") or word.isascii())
    )
