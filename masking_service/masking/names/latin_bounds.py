"""Tells what can be a name in Latin letters, and where one begins and ends.

A name is one to four words that begin with a capital, none of which means a place, a firm or a thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import normalize

from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import LATIN_PLACE, LATIN_SITE, STREET_FIRST
from masking_service.masking.words.alternatives import by_first_letter
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.legal_forms import LATIN_FORMS
from masking_service.masking.words.plain_words import firms

Span = tuple[int, int]

_ACCENTS: Final = re.compile("[\u0300-\u036f]").sub
_OTHER_LETTERS: Final = str.maketrans("łøđıёς", "lodiеσ")


def without_accents(word: str) -> str:
    """Return a word in small letters as people type it who leave accents out."""
    return _ACCENTS("", normalize("NFD", word.translate(_OTHER_LETTERS)))


UPPER: Final = "A-Z\u0391-\u03ab\u0400-\u042f" + "".join(
    char
    for span in (range(0xC0, 0x250), range(0x386, 0x390), range(0x1E00, 0x2000))
    for char in map(chr, span)
    if char.isupper()
)
LETTERS: Final = r"A-Za-z\u00c0-\u024f\u0300-\u036f\u0386-\u04ff\u1e00-\u1fff"
LETTER: Final = rf"[{LETTERS}'’]"
_SHORT: Final = "Shri|Engr|Capt|Mudr|Judr|Dipl|Dott|Geom|Arch|Prof|Alex|Chas|Thos|Robt|Benj"
CAPITALISED: Final = rf"(?:(?:[{UPPER}]{LETTER}{{0,2}}|{_SHORT})\.|[{UPPER}]{LETTER}*(?:-{LETTER}+)?)"
"""Part of a regular expression: a word, or a short one with a dot. The dot behind a longer one ends a sentence."""
LINK: Final = (
    "(?:(?:van|de|der|von|binti?|bte|ben|al|el|da|di|la|le|dos|del|van der|van den|van de|van het|de la"
    "|von der|ter|ten|s/o|d/o|a/l|a/p) )?"
)
LATIN_NAME: Final = rf"{CAPITALISED}(?:[ ,]{{1,2}}{LINK}{CAPITALISED}){{0,3}}"
NAME: Final = rf"{CAPITALISED}(?: {LINK}{CAPITALISED}){{0,3}}"
TITLE: Final = rf"(?:(?i:{by_first_letter(cues.LATIN_TITLES)})\b\.?\s)"
has_capital: Final = re.compile(
    rf"[{UPPER}](?:(?<![\s\S].)|(?<=[.:：\s(（\u4e00-\u9fff].))(?:[{LETTERS}]|['’][A-Z])"
).search
begins_with_street: Final = re.compile(
    rf"(?:{STREET_FIRST}|camino|plaza|place|impasse|quai|cours|passage|avda|jln) ", re.I
).match
_place: Final = re.compile(rf"(?<![^\W\d_])(?:{LATIN_PLACE}|{LATIN_SITE})(?![^\W\d_])", re.I).search
_is_place: Final = re.compile(LATIN_PLACE, re.I).fullmatch
_word_of: Final = re.compile(r"[^ ,.]+").finditer
FAMILIES_LIKE_WORDS: Final = frozenset("hill lane west north grove hall wood woods".split())
"""Family names that are words for places, too. Behind a known given name they are names."""
_name: Final = Expression(LATIN_NAME).match
_whole: Final = Expression(NAME).fullmatch
_name_behind: Final = Expression(
    rf"(?:(?<![\w%+/=&])|(?<=[\u4e00-\u9fff]/)|(?<=[给找叫让是系人员友事户主收交为的])){LATIN_NAME}$"
).search
_title: Final = re.compile(rf"(?:(?i:{cues.LATIN_TITLES})\b\.? ?)?").match
_POSSESSIVE: Final = ("'s", "’s", "'", "’")
_ENDING: Final = re.compile(r"['’](?:y?[ae]|y?[ıiuü]|n?[ıiuü]n|[dt][ae]n?|y?l[ae])$").search
"""Finds a Turkish ending behind a name: Ayşe'ye, Kaan'ın."""


def plain_word(word: str) -> str:
    """Return a word in lower case, without accents, without a possessive and without signs at its ends."""
    word = word.strip(".,'’").lower()
    if not word.isascii():
        word = without_accents(word)
    return word.removesuffix("'s").removesuffix("’s")


GIVEN: Final = frozenset(map(plain_word, cues.LATIN_GIVEN))
_ENDS_OF_FAMILIES: Final = ("ski", "cki", "dzki", "wicz", "czyk", "енко", "чук")
"""The ends of family names in Poland and Ukraine that words seldom have."""
_is_malay: Final = re.compile(" (?:bin|binti|bte|a/l|a/p|s/o|d/o) ", re.I).search
"""Finds what joins the names of a child and a father in Malaysia and Singapore."""
NO_PERSON: Final = frozenset((*cues.LATIN_FIRMS, *cues.LATIN_COUNTRIES, *LATIN_FORMS))
_NOT_BESIDE_PERSON: Final = NO_PERSON.union(map(plain_word, cues.LATIN_ORGANISATIONS))
_SURE_TITLES: Final = frozenset("dona doña bu pak ibu bapak frau herr familie senhora señora signora".split())
PERSONS: Final = frozenset((*cues.LATIN_PERSONS, *cues.GERMAN_PERSONS))
_TITLES_OF_VIETNAM: Final = frozenset("anh chị cô chú bác ông bà em".split())
_SITES: Final = frozenset("office desk department dept warehouse depot counter team store shop reception".split())
"""What ends the name of a part of a firm: Head Office."""
_ANNOUNCING: Final = frozenset(
    word for word in (*PERSONS, *cues.LATIN_BEFORE, *_TITLES_OF_VIETNAM) if " " not in word
).union(_SURE_TITLES)
_OF_MONTHS: Final = frozenset(("april", "may", "june"))
"""Months that are given names if a family name follows: April Berg."""
LONGEST: Final = 48


def latin_name_at(text: str, start: int) -> int | None:
    """Return where a name that begins at `start` ends; None if there is none."""
    found = _name(text, start)
    if not found or found[0].partition(" ")[0].lower() in cues.EVENTS:
        return None
    if is_latin_name(found[0]):
        return found.end()
    first = found[0].split(",", 1)[0]
    if len(first) < len(found[0]) and is_latin_name(first):
        return start + len(first)
    for word in _word_of(first):
        if _is_place(word[0]) or word[0].lower() in cues.NO_LATIN_NAME:
            first = first[: word.start()].rstrip(" .")
            return start + len(first) if is_known(first) and is_latin_name(first) else None
    return None


def latin_name_before(text: str, end: int) -> int | None:
    """Return where a possible name that ends at `end`, with its title, begins; None if there is none."""
    found = _name_behind(text, end - LONGEST, end)
    if not found or is_latin_name(found[0]):
        return found.start() if found else None
    for word in reversed([*_word_of(found[0])]):
        place = _place(word[0]) is not None
        if place or word[0].lower() in cues.NO_LATIN_NAME:
            name = found[0][word.end() :].lstrip(" ,.")
            sure = (place and " " in name) or is_known(name, alone=not place or _is_place(word[0]) is not None)
            return end - len(name) if sure else found.start()
    return found.start()


def is_known_alone(text: str) -> bool:
    """Whether two or three words that are a whole text begin or end with a given name."""
    words = text.split(" ")
    return (
        len(words) in (2, 3)
        and _whole(text) is not None
        and is_latin_name(text)
        and not GIVEN.isdisjoint((plain_word(words[0]), plain_word(words[-1])))
    )


def behind_title(text: str, start: int, end: int) -> int:
    """Return where a name begins behind its title."""
    return start + _title(text[start:end]).end()  # type: ignore[union-attr]  # it always matches


def without_title(text: str, start: int, end: int) -> Span | None:
    """Return the span of a name behind its title; None if a title is all of it, or only a letter is behind it.

    A title that is a family name of China, too, is part of the name: Pan Wei.
    """
    behind = behind_title(text, start, end)
    if behind == start or text[start:behind].strip(" .").lower() in cues.PINYIN_FAMILIES:
        return start, end
    if end - behind < len("Li"):
        return None  # Mr. S****
    return behind, end


def is_latin_name(name: str) -> bool:
    """Whether words can be a person's name, and none of them means a place or a thing."""
    words = [word.strip(".,'’").lower() for word in name.split()]
    return (
        (len(words) > 1 or (len(words[0]) > 1 and words[0] not in cues.NO_LATIN_NAME_ALONE))
        and (words[0].partition("'")[0] not in cues.NO_LATIN_NAME or (len(words) == 2 and words[0] in _OF_MONTHS))
        and words[-1] not in cues.NO_LATIN_NAME
        and words[0] not in firms()
        and "-".join(words) not in cues.LATIN_SHOPS
        and (not _place(name) or (len(words) == 2 and words[0] in GIVEN and words[1] in FAMILIES_LIKE_WORDS))
    )


def is_known(name: str, *, alone: bool = False) -> bool:
    """Whether the first of several words, or the only word, is a known given name."""
    first, _, others = name.partition(" ")
    return (bool(others) or alone) and (
        is_given(first)
        or is_vietnamese(name)
        or name.lower().endswith(_ENDS_OF_FAMILIES)
        or _is_malay(name) is not None
    )


def is_given(word: str) -> bool:
    """Whether a word is a known given name, or two of them with a dash: Hans-Michael."""
    word = plain_word(word)
    return word in GIVEN or ("-" in word and GIVEN.issuperset(word.split("-")))


def is_sure(word: str) -> bool:
    """Whether a word is a known given name, and no word, place or brand."""
    plain = plain_word(word)
    return len(plain) > 2 and is_given(word) and plain not in cues.LATIN_WORDS and plain not in cues.NO_LATIN_NAME_ALONE


def is_vietnamese(name: str) -> bool:
    """Whether words are a family name of Vietnam and two given names or more, in this order."""
    return not name.isascii() and name.count(" ") > 1 and name.split(" ", 1)[0].lower() in cues.VIETNAMESE_FAMILIES


def is_of_firm(name: str) -> bool:
    """Whether a word of a name is one of firms: Banco Santander."""
    return not _NOT_BESIDE_PERSON.isdisjoint(map(plain_word, name.split(" ")))


def trimmed(match: re.Match[str], group: str = "name", start: int | None = None) -> Iterator[Span]:
    """Return the span of a name from `start`, without trailing words and a possessive."""
    first, end = match.span(group)
    start = first if start is None else start
    name = match.string[start:end]
    end -= next((len(sign) for sign in _POSSESSIVE if name.endswith(sign)), 0)
    if ending := _ENDING(name):
        end = start + ending.start()
    words = match.string[start:end].split(" ")
    while len(words) > 1 and words[0].strip(".,").lower() in cues.NO_LATIN_NAME and plain_word(words[0]) not in GIVEN:
        start += len(words.pop(0)) + 1
    while len(words) > 1 and words[0].lower() in _SURE_TITLES:
        start += len(words.pop(0)) + 1
    while len(words) > 2 and words[0].lower() in _ANNOUNCING and plain_word(words[0]) not in GIVEN:
        start += len(words.pop(0)) + 1
    if len(words) > 2 and words[0].lower() in _TITLES_OF_VIETNAM and words[1].lower() in cues.VIETNAMESE_FAMILIES:
        start += len(words.pop(0)) + 1
    while len(words) > 1 and words[-1].lower() in cues.TITLES_BEHIND:
        end -= len(words.pop()) + 1
    if "-".join(words).lower() in cues.LATIN_SHOPS:
        return
    dropped = ""
    while words and not is_latin_name(" ".join(words)):
        dropped = words.pop()
        end -= len(dropped) + 1
    if words and words[0].endswith(".") and behind_title(match.string, start, end) == end:
        return  # Mr. *
    if words and not (len(words) == 1 and dropped.lower() in _SITES and not is_given(words[0])):
        yield start, end


def behind_announcing(text: str, start: int, end: int) -> int:
    """Return where a name begins behind the words for a person that are between `start` and it."""
    words = text[start:end].split(" ")
    while len(words) > 1 and words[0].lower() in _ANNOUNCING and plain_word(words[0]) not in GIVEN:
        start += len(words.pop(0)) + 1
    return start
