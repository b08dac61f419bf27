"""Finds names in Latin letters by what is done in their sentence: lasciare in portineria per …, bei … klingeln.

A verb of handing over, ringing or calling and a small word (`bei`, `for`, `per`) are beside the name. Many other words
are there, too, so that a word of the lists of ordinary ones, of firms or of places is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.latin_bounds import (
    LETTER,
    LETTERS,
    NAME,
    PERSONS,
    TITLE,
    Span,
    begins_with_street,
    is_given,
    is_latin_name,
    is_of_firm,
    plain_word,
)
from masking_service.masking.names.latin_cues import PARTICLE, SMALL_LETTER
from masking_service.masking.names.latin_in_small_letters import small_name_end
from masking_service.masking.numbers.found_numbers import IN_THREES
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.plain_words import plain_words

may_have_doing: Final = re.compile(rf"[{LETTERS}]{{2}} (?:[{LETTERS}]{{2}}|[0-9+*(])").search
_doing: Final = Expression(rf"(?<![{LETTERS}])(?:{any_of(cues.LATIN_DOING)})(?![{LETTERS}])", re.I).finditer
_doing_behind: Final = Expression(
    rf"(?:[\s,]{{1,2}}[^\s;:!?\n]{{1,14}}){{0,5}}?[\s,]{{1,2}}(?:{any_of(cues.LATIN_DOING)})(?![{LETTERS}])", re.I
).match
_PERSONS: Final = any_of((*cues.LATIN_KIN, *cues.LATIN_PERSONS, *cues.GERMAN_PERSONS))
_PERSON: Final = rf"(?:(?:der|dem|den|de|die|la|le|el|il|the|o|a) )?(?:(?:{_PERSONS})\s)?"
"""Part of a regular expression: a word for a person between a small word and a name: bij buurvrouw …"""
_for: Final = Expression(
    rf"(?<=[\s(])(?:{any_of(cues.LATIN_FOR)})\s{_PERSON}(?>{TITLE}?)(?=[{LETTERS}]{{2}})", re.I
).finditer
_at: Final = Expression(
    rf"(?<![{LETTERS}])(?:{any_of(cues.LATIN_AT)})\s(?>{TITLE}?)(?=[{LETTERS}]{{2}})", re.I
).finditer
_phone: Final = re.compile(r"\*{5}|(?<![0-9])\+?[0-9(][0-9]{1,4}\)?[ \-/.]?[0-9]{2,4}[ \-/.]?[0-9]{2,4}").search
_words_before: Final = Expression(
    rf"(?<![^\s:,(])(?P<name>(?:{PARTICLE}?(?:{LETTER}|-){{3,20}}\s){{0,2}}{PARTICLE}?(?:{LETTER}|-){{3,20}})"
    r"(?:[\s,:(/\-–]{1,3}(?:(?:tel|mob|telefon|handy|phone|tlf|tfno|cell?|hp|no|nr)\.?:?"
    r"|at|on|unter|op|al|au|ao|pod|na|på|по|под|qua số|số)){0,2}[\s,:(/\-–+0-9]{1,8}$",
    re.I,
).search
"""Finds up to three words before a phone, with a small word between them."""
_before_doing: Final = Expression(
    rf"(?<![{LETTERS}])(?:{any_of(cues.LATIN_BEFORE_DOING)})\s(?>{TITLE}?)(?=[{LETTERS}]{{2}})", re.I
).finditer
_ends_sentence: Final = re.compile(r"(?:[;:!?\n]|(?<!\b\w)(?<!\b\w\w)(?<!\b\w\w\w)(?<!\b\w{4})\.)(?:\s|$)|$").search
_name: Final = Expression(rf"{PARTICLE}?(?P<name>{NAME})(?!{LETTER})").match
_beside_phone: Final = re.compile(
    rf"(?:(?<![^\n])|(?<=[,;:] ))(?P<name>{SMALL_LETTER}{{3,20}}(?: {SMALL_LETTER}{{3,20}}){{0,2}})"
    r"(?=[\s,:(/\-–]{1,3}(?:(?:tel|mob|telefon|handy|phone|tlf|tfno|cell?|hp)\.?:? ?)?(?:\+?[0-9\-() ]{0,8}\*{5}|"
    rf"{IN_THREES}))"
).finditer
"""Finds words in small letters that are all of a clause before a phone."""
_NEAR: Final = 60
"""Characters behind a verb in which a name is looked for."""
_is_noun: Final = re.compile(
    "(?:ung|heit|keit|schaft|tion|tät|nis|enz|stelle|amt|laden|markt|shop|raum|dienst|platz|eingang|ausgang|zentrum|halle"
    "|station|filiale|theke|erei|büro|tür|tor|haus|annahme|ausgabe|zimmer|praxis|schule|kasse|box|wagen|wache)(?:en|s)?$",
    re.I,
).search
"""Finds the ends of German nouns."""


def names_at_doors(text: str) -> Iterator[Span]:
    """Yield the spans of names behind such a small word that a verb precedes or follows."""
    for verb in _doing(text):
        end = _ends_sentence(text, verb.end(), verb.end() + _NEAR).start()  # type: ignore[union-attr]  # it always matches
        for word in _for(text, verb.end(), end):
            if (stop := _name_end(text, word.end())) is not None:
                yield word.end(), stop
                break
        if (phone := _phone(text, verb.end(), end)) is not None and (
            front := _words_before(text, verb.end(), phone.start())
        ):
            yield from _last_words(front)
    for match in _beside_phone(text):
        words = match["name"].split(" ")
        if not any(map(is_ordinary_with_capital, words)) and (len(words) > 1 or is_given(words[0])):
            yield match.span("name")
    for word in _at(text):
        if (stop := _name_end(text, word.end())) is not None:
            yield word.end(), stop
    for word in _before_doing(text):
        if (stop := _name_end(text, word.end())) is not None and _doing_behind(text, stop):
            yield word.end(), stop


def _last_words(match: re.Match[str]) -> Iterator[Span]:
    """Yield the span of the last words before a phone that are not ordinary."""
    start, end = match.span("name")
    words = match["name"].split(" ")
    if words[-2:] == ["hong", "kong"]:
        return
    start += drop_ordinary(words)
    if words and not any(map(is_ordinary_with_capital, words)) and is_latin_name(" ".join(words)):
        yield start, end


def drop_ordinary(words: list[str]) -> int:
    """Drop the ordinary words and words for persons at the front; return their characters, with the spaces."""
    dropped = 0
    while words and (is_ordinary_with_capital(words[0]) or words[0].lower() in PERSONS):
        dropped += len(words.pop(0)) + 1
    return dropped


def _name_end(text: str, start: int) -> int | None:
    """Return where a name that begins at `start` ends; None if other words are there."""
    found = _name(text, start)
    if found is None:
        return small_name_end(text, start)
    words = found["name"].split(" ")
    while words and is_ordinary_with_capital(words[-1]):
        words.pop()
    name = " ".join(words)
    if (
        not words
        or is_ordinary_with_capital(words[0])
        or not is_latin_name(name)
        or is_of_firm(name)
        or begins_with_street(name)
    ):
        return None
    return found.start("name") + len(name.removesuffix("'s").removesuffix("’s").rstrip("'’"))


def is_ordinary_with_capital(word: str) -> bool:
    """Whether a word with a capital is a noun, a firm's or in a list of ordinary words, and no given name."""
    plain = plain_word(word)
    if plain in cues.LATIN_FIRMS:
        return True
    ordinary = plain in plain_words() or plain in cues.NO_LATIN_NAME_ALONE or _is_noun(word) is not None
    return ordinary and not is_given(word)
