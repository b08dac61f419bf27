"""Finds names of people in Latin letters, by announcing words, verbs and given names.

A word that says little (for, to, is) announces only a name with a known given name, or one that a verb of people
follows: for Anna Rossi, but not for Apple Watch. A given name that is hardly ever anything else needs no such word in
front of its family name, if the two are not all of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from unicodedata import normalize

from masking_service.masking.around import text_before
from masking_service.masking.names.latin_at_doors import may_have_doing, names_at_doors
from masking_service.masking.names.latin_bounds import (
    CAPITALISED,
    GIVEN,
    LETTER,
    LETTERS,
    LINK,
    LONGEST,
    NAME,
    PERSONS,
    TITLE,
    UPPER,
    Span,
    begins_with_street,
    behind_announcing,
    has_capital,
    is_given,
    is_known,
    is_latin_name,
    is_of_firm,
    is_sure,
    is_vietnamese,
    plain_word,
    trimmed,
)
from masking_service.masking.names.latin_by_exclusion import name_by_exclusion
from masking_service.masking.names.latin_cues import CUE, PARTICLE, in_both_spellings
from masking_service.masking.names.latin_in_small_letters import may_hold, names_in_small_letters
from masking_service.masking.numbers.found_numbers import IN_THREES
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import LATIN_PLACE
from masking_service.masking.words.alternatives import any_of, by_first_letter
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.legal_forms import LATIN_FORMS

_VERB: Final = (
    r"(?:\s(?:will|would|may|must|should"
    r"|wants?|wanted|asks?|asked|has|had|is (?:not |at |in |out|away|on |allergic|the |my |our |here|sick|ill|home)"
    r"|isn't|can|cannot|can't"
    r"|not (?:at|in|home|available|answering|responding|reachable|there)|updated|reported|reports|wrote"
    r"|writes|noted|complained"
    r"|complains|claimed|claims|disputes|disputed|states|stated|mentioned|insists|insisted|replied|responded|emailed|texted"
    r"|messaged|rescheduled|cancelled|canceled|answered|handled|escalated|prefers|preferred|declined|denied|contacted|phoned"
    r"|visited|hopes|wrote|gave|told|ordered|bought|paid|knows|thinks|agreed"
    r"|was (?:not|out|away|at|there)"
    r"|collects?|collected|refused|refuses|signed|lives|said|says|picked|picks|called|calls|received|accepted|requested|requests"
    r"|confirmed|rejected|took|takes|comes|works|did|does|didn't|doesn't|won't|needs|tel|phone|mobile|cell"
    r"|(?:dai|qian)?shou|ziti|dianhua|shouji)\b)"
)
_WISH: Final = r"(?:[,.;]\s(?:please |pls |kindly )?(?:ring|call|knock|leave|text|buzz|phone|dial|do not|don't)\b)"
"""Part of a regular expression: a request to the courier behind the name of a recipient."""
_announced: Final = Expression(
    rf"(?<![{LETTERS}])(?=[{LETTERS}])(?:{CUE}"
    rf"|(?P<sir>(?<![\w:：]\s)M\.\s|(?:{cues.TITLES_IN_TEXTS})\s))(?P<name>{PARTICLE}?{NAME})(?!{LETTER})"
).finditer
_WEAK: Final = any_of((*cues.LATIN_WEAK_WORDS, *cues.LATIN_PERSONS))
_weakly_announced: Final = Expression(
    rf"(?<![{LETTERS}])(?=[{LETTERS}])(?i:{by_first_letter(cues.LATIN_WEAK)}|{_WEAK})\s{TITLE}?(?P<name>{NAME})"
    rf"(?!{LETTER})(?P<verb>{_VERB}|{_WISH})?"
).finditer
_subject: Final = Expression(
    rf"(?:^|(?<=[.!?;\n(,，。；、\]] )|(?<=[.!?;\n(,，。；、])|(?<=[0-9]:[0-9][0-9] ))(?P<name>{NAME})"
    rf"(?:(?:\s\([a-z ]{{2,20}}\))?(?P<verb>{_VERB})|(?=[,，(:：]\s?\w))"
).finditer
_MIXED: Final = rf"[{UPPER}](?=[{LETTERS}])[^\W\d_{UPPER}]{LETTER}*"
_two_words: Final = Expression(rf"{_MIXED} {LINK}{_MIXED}").search
_TWO_WORDS: Final = rf"(?={_MIXED}(?:-{_MIXED})? {LINK}{_MIXED})(?P<name>{NAME})(?!{LETTER})"
_of_person: Final = Expression(
    rf"(?<![{LETTERS}])(?=[{LETTERS}])(?:(?i:{any_of(cues.LATIN_PERSONS)})(?P<sign>[:,]?)"
    rf"|(?i:{any_of(cues.LATIN_LABELS)}):)\s{TITLE}?{_TWO_WORDS}"
).finditer
"""Finds two words that begin with a capital behind one for a person: El vecino Iker Montoya."""
_of_person_in_german: Final = Expression(
    rf"(?<![{LETTERS}])(?=[{LETTERS}])(?i:{any_of(cues.GERMAN_PERSONS)})\s{TITLE}?{_TWO_WORDS}"
    rf"(?=\s(?:{any_of(cues.GERMAN_VERBS)})\b)"
).finditer
"""As `_of_person`, with a verb behind them, because German nouns begin with a capital, too."""
_ends_part: Final = re.compile(r"\s?(?:[.,;)\n]|$)").match
_OF_TRADE: Final = re.compile("customer|client|recipient|courier|driver|livr|entreg|consegn|remis", re.I).match
"""Matches a word of trade, behind whose comma a firm follows as often: customer, Best Buy."""
_before_verb: Final = Expression(
    rf"(?:(?<![^\n])|(?<=[.!?:;,(\n]\s)|(?<=[.!?;(]))(?!(?:El|Il|L[aoe]s?|[OA]|Der|Die|De|Het|The)\s){_TWO_WORDS}"
    rf"(?=\s(?:{any_of(cues.LATIN_BEHIND)}))"
).finditer
_before_turkish: Final = Expression(
    rf"(?<!{LETTER})(?:(?:(?<=[.!?] )|(?<![^\n])){CAPITALISED} )?{_TWO_WORDS}(?=\s(?:{any_of(cues.TURKISH_BEHIND)}))"
).finditer
_KIN: Final = any_of(in_both_spellings(cues.LATIN_KIN))
_before_verb_alone: Final = Expression(
    rf"(?<![{LETTERS}'’&/-])(?<!\b[A-Z]\. )(?P<name>[{UPPER}]{LETTER}{{2,}})(?=\s?\((?i:{_KIN})\)"
    rf"|\s(?i:(?P<named>{any_of(cues.LATIN_NAMED)})|{any_of((*cues.LATIN_BEHIND, *cues.TURKISH_BEHIND))}))"
).finditer
"""Finds a word before a verb of people, or before a relative in brackets. It has to be a known given name."""
_family: Final = Expression(
    rf"\b(?:[Tt]he|[Ff]or) (?P<name>{CAPITALISED})(?=['’]?s? (?:family|household|residence|home|apartment|flat)\b)"
    r"|(?:(?<![^\n])|(?<=[.!,] ))(?i:soy|sou|sono|je suis|c['’]est|ik ben|jestem|ben|saya|я|це) "
    rf"(?P<self>[{UPPER}]{LETTER}{{2,}})(?=,)"
).finditer
"""Finds the name of a household, and of the person who writes: The Lopez family, soy Elena, dejadlo en la puerta."""
_is_turkish: Final = re.compile("[ğışİĞŞ]").search
_IS: Final = "(?:ist|is|est|es|è|é|jest|heißt|là)"
"""Part of a regular expression: a verb between a word for a person and the name."""
_called: Final = Expression(
    rf"(?<![{LETTERS}])(?=[{LETTERS}])(?i:{any_of((*cues.LATIN_PERSONS, *cues.GERMAN_PERSONS))})"
    rf"(?:\s[^\s.,;:]{{1,15}}){{0,4}}\s{_IS}\s{TITLE}?{_TWO_WORDS}"
).finditer
"""Finds two such words behind a verb: Ansprechpartner im Lager ist Levke Jessen."""
_is_called: Final = re.compile(rf"\s{_IS}\s").search
_TITLE_BEHIND: Final = (
    "(?:(?:Bey|Han[ıi]m|Efendi|Abi|Abla|Usta|Amca|Teyze|[Bb]ey|[Hh]an[ıi]m|efendi|abi|abla|usta|amca|teyze)"
    "(?:y?[ae]|y?[ıiuü]|n?[ıiuü]n|d[ae]n?)?|ji|úr|néni|bácsi)"
)
_title_behind: Final = re.compile(rf"\s{_TITLE_BEHIND}\b").search
_before_title: Final = Expression(
    rf"(?<!{LETTER})(?P<name>{CAPITALISED}(?: {CAPITALISED})?)"
    rf"(?=\s{_TITLE_BEHIND}(?:['’\s,.;)]|$))"
).finditer
"""Finds a name before its title, as in Turkish."""
_will: Final = re.compile(
    r"Will (?:collect|come|call|be|pick|pay|need|take|want|accept|sign|request|confirm|visit|have|contact|phone)\b"
).match
"""Matches the beginning of a sentence whose Will is a verb and no name."""
_with_initials: Final = re.compile(
    r"(?<![\w.])(?:(?P<first>[А-ЯЁІЇЄ][а-яёіїє]{2,}(?:-[А-ЯЁІЇЄ][а-яёіїє]+)?) ?[А-ЯЁІЇЄ]\. ?[А-ЯЁІЇЄ]\."
    r"|[А-ЯЁІЇЄ]\. ?[А-ЯЁІЇЄ]\. ?(?P<last>[А-ЯЁІЇЄ][а-яёіїє]{2,}(?:-[А-ЯЁІЇЄ][а-яёіїє]+)?))(?!\w)"
).finditer
"""Finds a family name in Cyrillic beside two initials, as forms and signatures have it: Смирнова Е.В."""
_in_han: Final = Expression(
    rf"(?:[找给給由让讓交俾畀叫喊帮替代请請问問]|联系|聯繫|聯絡|转交|交给|轉交|交給)\s?(?P<name>{NAME})(?!{LETTER})"
    rf"|(?<!{LETTER})(?P<titled>{NAME})\s?(?=先生|女士|小姐|太太|老师|老師|师傅|師傅|经理|經理)"
    rf"|(?<!{LETTER})(?P<doing>{NAME})\s?(?=代?[签簽收领領取拿](?![0-9人据单])|已[取收拿签簽]|自[提取]|[亲敬][启收签]|[转寄](?![\u4e00-\u9fff])|本人|要|让|说|想要|会来|在(?=[0-9*家公单楼前门上下办])|的(?:快递|快件|包裹|件|东西))"
).finditer
"""Finds a name in Latin letters beside a cue in Han."""
_CLOSING: Final = any_of(in_both_spellings(cues.LATIN_CLOSINGS))
_signature: Final = Expression(
    rf"(?<!{LETTER})(?i:{_CLOSING})(?:(?P<apart> ?,\s{{1,3}}|[.!]?\s?\n\s?)|[.!]?\s{{1,2}})"
    rf"(?!(?i:{_CLOSING})(?!{LETTER}))"
    rf"(?P<name>{NAME})(?:\W*$|\n)"
).finditer
"""Finds the name behind a closing: Viele Grüße, Heike Vogel. Behind a comma or on the next line it is any name."""
_BEFORE_INITIAL: Final = (
    r"(?:(?<![^\n])|(?<=[:,;(\n-] )|(?<=[:,;(\n])|(?<=\b(?:by|to|or|an) )"
    r"|(?<=\b(?:for|von|par|por|con|bei|van) )|(?<=\b(?:with|door) ))(?<!N\. )"
)
_initial: Final = Expression(
    rf"{_BEFORE_INITIAL}(?P<name>(?!M\. )[A-Z]\. ?(?:[A-Z]\. ?)?(?!Box\b|O\.|S\.)"
    rf"[{UPPER}]{LETTER}{{2,}}(?:-{LETTER}+)?)(?=\s*(?:$|[,;()\n])|{_VERB})"
).finditer
"""Finds a family name behind one or two initials: J. Smith signed, by J.SMITH."""
_of_flat: Final = Expression(
    r"\b(?i:flat|apt|apartment|unit|room|rm|appt|whg|wohnung|apto|depto|dpto|interno|кв|daire|lokal|byt|no)\.? ?"
    rf"[0-9A-Z*]{{1,5}} ?\((?P<name>[{UPPER}]{LETTER}{{2,}}(?: [{UPPER}]{LETTER}+)?)\)(?=\s*(?:$|[,;.\n]))"
).finditer
"""Finds a name in brackets behind a flat: Flat 3 (Ahmed)."""
_joined: Final = re.compile(rf" ?[/&+] ?(?P<name>[{UPPER}]{LETTER}{{2,}})(?!{LETTER}| [0-9])").match
"""Matches another name of a household behind a name, and no street with its house: Klingel Müller/Schmidt."""
_vietnamese_words: Final = re.compile(rf"\b(?:{any_of(cues.VIETNAMESE_WORDS)})\b", re.I).findall
_syllable: Final = re.compile(
    r"(?:ngh?|[cgknpt]h|gi|qu|tr|[bcdghklmnprstvxy])?(?:[aeiouy]|[iuy]e|o[aei]|u[aoiy]|uo|ie|ye|uye|oai|uoi|[aiou][iouy]"
    r"|ay|eo|ieu|uou|uya)(?:ng|nh|ch|[cmnpt])?",
    re.I,
).fullmatch
"""Matches a syllable of Vietnamese without accents."""
_vietnamese: Final = Expression(
    rf"(?<![{LETTERS}])(?i:{any_of(cues.VIETNAMESE_PLAIN)})[:\s\-]{{1,3}}(?i:(?:anh|chi|co|chu|bac|ong|ba|em|ban)\s)?"
    rf"(?P<name>{CAPITALISED}(?: {CAPITALISED}){{0,3}})(?!{LETTER})"
).finditer
"""Finds a name in a text in Vietnamese without accents."""
_is_town: Final = re.compile(rf"(?:{any_of(cues.VIETNAMESE_TOWNS)})\b", re.I).match
_full: Final = Expression(
    rf"(?<![\w'’.&/-])(?<!\bSt )(?<!\bSan )(?P<name>{CAPITALISED}(?: {LINK}{CAPITALISED}){{1,3}})(?![\w&/-])"
).finditer
_word: Final = re.compile(r"\w").search
_middle_of_vietnam: Final = re.compile("(?:Thị|Văn)").fullmatch
"""Matches what is between a family name and a given name in Vietnam."""
_LONGEST_STREET: Final = 16
_STREET_WORDS: Final = (
    r"\b(?:str(?:ada)?|ul(?:ica|itsa)?|calle|c/|rua|travessa|alameda|rodovia|estrada|jardim|vila|rue|via|viale|piazza"
    r"|plaza|pra[çc]a|av(?:enida|enue|da)?|bd|bul(?:evardul|var)?|đường|phố|ngõ|cad(?:desi)?|sok(?:ak)?|mah(?:allesi)?"
    r"|ул|бул|улиц[аые]|пр|просп(?:ект)?|пл|площад[ьи]|пер|переулок|наб|набережная|ш|шоссе|им|имени"
    r"|jalan|jl|jln|aleja|al|trg|ulice|n[áa]m[ěe]st[íi]|t[ée]r|utca|straat|laan|stra[ßs]s?e|platz|weg)\.? "
)
_STREET_WORD_BEFORE: Final = re.compile(f"{_STREET_WORDS}$", re.I).search
_STREET_BEFORE: Final = re.compile(rf"(?:(?<![0-9]{{5}})[0-9][A-Za-z]?[,.]? |{_STREET_WORDS})$", re.I).search
_NO_FIRST: Final = cues.NO_LATIN_NAME | cues.EVENTS
_is_title: Final = re.compile(rf"{TITLE}|doctor ", re.I).match
_UNNAMED_STREET: Final = re.compile(
    rf"(?:^|, ?)[0-9]{{1,5}}[A-Za-z]? (?:(?!(?:{LATIN_PLACE})\b)[A-Za-z'.]+ ){{1,4}}$", re.I
).search
"""Finds a house and the name of a street, before the word for a street: Dr then means Drive."""
_COMPASS: Final = ("NE", "NW", "SE", "SW")
"""What may follow the word for a street: 143 20th Street Dr NW."""
_STREET_BEHIND: Final = re.compile(
    r" (?:street|road|avenue|way|marg|path|nagar|gate|gata|gatan|gade|vej|vei"
    r"|ROAD|STREET|Street|Road|Avenue|Way|Rd|St)\b"
).match
_PLACE_BEFORE: Final = re.compile(rf"[{UPPER}]{LETTER}+(?<!ed) $").search
_HIDDEN_FIRM: Final = Expression(rf"\*+(?: \*+)* (?:{any_of(LATIN_FORMS)})\b", re.I).match
"""Matches what is behind the first letters of a firm whose name is hidden: c/o GR*** *** Limited."""
_LONGEST_THING: Final = 14
_THING_BEFORE: Final = re.compile(
    r"\b(?:building|bldg|house|apartment|society|tower|estate|complex|village|town|city|district|state|province|country"
    r"|region|area|street|road|company|firm|brand|shop|store|product|item|category|model|file|school|college|hospital|hotel"
    r"|bank|branch|warehouse|station|site|service|project|vessel|device|domain|department)['’]?s? $",
    re.I,
).search
"""Finds a word for a thing that is named."""
_OUR: Final = re.compile(r"\b(?:noss+a|nuestra|n\.) $", re.I).search
"""Finds what is before the title of a saint, which begins names of churches and roads: Nossa Senhora da Penha."""
_HOUSE_BEHIND: Final = re.compile(
    rf"(?![, ]{{1,2}}{IN_THREES})"
    r"(?:,? (?:nr|no|n[ºo°]|№)\.? ?|[, ]{1,2})[0-9]{1,4}[A-Za-z]?(?![0-9*])"
).match
"""Matches the number of a house behind the name of a street, and no phone."""
_AND: Final = re.compile("(?:and|or|und|et|y|e|en|i|dan|и) ", re.I).match
_PATRONYMIC: Final = ("ич", "вна", "чна")
"""The ends of patronymics."""
_ends_clause: Final = re.compile(r"\s*(?:$|[.,;!?，。；)）\n])").match
_goes_on: Final = re.compile(r"\s[^\W\d_A-Z]").match
"""Matches a small letter behind a name."""


def latin_names(text: str, *, address: bool = False) -> Iterator[Span]:
    """Yield the spans of names behind announcing words and, without an address, those in sentences."""
    if not address and may_hold(text):
        yield from names_in_small_letters(text)
    if not address and may_have_doing(text):
        yield from names_at_doors(text)
    if not has_capital(text):
        return
    for match in _announced(text):
        if not _is_no_cue(match) and not (address and (match["sir"] or _is_of_street(match))):
            yield from _with_joined(text, trimmed(match))
    if not text.isascii():
        for match in _in_han(text):
            name = match["name"] or match["doing"]
            if match["titled"] or " " in name or is_known(name, alone=True):
                yield from trimmed(match, match.lastgroup or "name")
    if not address:
        yield from _names_of_sentences(text)
        yield from _names_of_households(text)
        if len({*map(str.lower, _vietnamese_words(text))}) > 1:
            yield from _vietnamese_names(text)


def announced_in_address(text: str) -> Iterator[Span]:
    """Yield the spans of names behind announcing words in an address."""
    for match in _announced(text):
        if not _is_no_cue(match) and not match["sir"] and not _is_of_street(match):
            yield from trimmed(match)


def _names_of_sentences(text: str) -> Iterator[Span]:
    """Yield the spans of names in sentences: behind words that say little, before a verb, and without a cue."""
    for match in _weakly_announced(text):
        alone = _ends_clause(text, match.end("name")) is not None
        alone = alone or (_goes_on(text, match.end("name")) is not None and is_sure(match["name"]))
        if match["verb"] or (
            is_known(match["name"], alone=alone) and not (_AND(match[0]) and _is_brand(match["name"]))
        ):
            yield from trimmed(match)
    if _two_words(text):
        yield from _names_beside_persons(text)
    for match in _subject(text):
        if _will(text, match.start("name")):
            continue
        if match["verb"] or (is_known(match["name"]) and not _is_street_or_house(match["name"])):
            yield from trimmed(match)
    for match in _signature(text):
        if is_known(match["name"], alone=True) or (match["apart"] and not is_of_firm(match["name"])):
            yield from trimmed(match)
    for match in _with_initials(text):
        if not _is_street(text, *match.span()):
            yield match.span(match.lastgroup or 0)
    yield from _names_without_cue(text)


def _names_without_cue(text: str) -> Iterator[Span]:
    """Yield the spans of a given and a family name, and of other words with capitals that are nothing but names."""
    for match in _full(text):
        start = match.start() + _before_full(match["name"])
        alone = _word(text, endpos=start) is None and _word(text, match.end()) is None
        alone = alone and not match["name"].endswith(_PATRONYMIC)
        name = text[start : match.end()]
        if alone or _is_street_or_house(name) or _is_street(text, start, match.end()):
            continue
        if _is_full(name):
            yield from trimmed(match, start=start)
        elif (span := name_by_exclusion(text, start, match.end())) is not None:
            yield span


def _names_of_households(text: str) -> Iterator[Span]:
    """Yield the spans of one word, or of initials and a word, by what is behind it or by the place where it is."""
    for match in _before_verb_alone(text):
        name = match["name"]
        if is_sure(name) or (match["named"] and name.lower() not in PERSONS and not is_of_firm(name)):
            yield from trimmed(match)
    for match in _family(text):
        yield from trimmed(match, match.lastgroup or "name")
    for match in (*_initial(text), *_of_flat(text)):
        if is_latin_name(match["name"]) and plain_word(match["name"]) not in cues.LATIN_PLAIN:
            yield match.span("name")


def _with_joined(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans of names, each with that of a further family name on the same bell."""
    for span in spans:
        yield span
        if (joined := _joined(text, span[1])) is not None and is_latin_name(joined["name"]):
            yield joined.span("name")


def _vietnamese_names(text: str) -> Iterator[Span]:
    """Yield the spans of names in a text in Vietnamese without accents."""
    for match in _vietnamese(text):
        words = match["name"].split(" ")
        count = next((at for at, word in enumerate(words) if _syllable(word) is None), len(words))
        if count and _is_town(match["name"]) is None:
            yield match.start("name"), match.start("name") + len(" ".join(words[:count]))


def _is_street_or_house(name: str) -> bool:
    """Whether words that begin like a person's name are a street's or a house's.

    A given name before the word for one (James Street, Rose Cottage), or a word for one in Vietnam (Đường Lê Lợi).
    """
    first, _, others = name.partition(" ")
    if normalize("NFC", first.lower()) in cues.VIETNAMESE_PLACES:
        return True
    return not cues.LATIN_STREETS.isdisjoint(map(plain_word, others.split()[-2:]))


def _names_beside_persons(text: str) -> Iterator[Span]:
    """Yield the spans of two words that begin with a capital beside a word for a person, or before a title."""
    called = _called(text) if _is_called(text) else ()
    turkish = _before_turkish(text) if _is_turkish(text) else ()
    for match in (*_of_person(text), *_of_person_in_german(text), *_before_verb(text), *called, *turkish):
        if match.groupdict().get("sign") == "," and (_ends_part(text, match.end()) is None or _OF_TRADE(match[0])):
            continue
        first = match["name"].partition(" ")[0]
        if first.lower() in _NO_FIRST and plain_word(first) not in GIVEN:
            continue
        if not begins_with_street(match["name"]) and not is_of_firm(match["name"]):
            yield from (span for span in trimmed(match) if " " in text[slice(*span)])
    if _title_behind(text):
        for match in _before_title(text):
            yield from trimmed(match, start=behind_announcing(text, *match.span("name")))


def _is_street(text: str, start: int, end: int) -> bool:
    """Whether a word for a street or a house number is beside what looks like a person's name."""
    return (
        _HOUSE_BEHIND(text, end) is not None
        or _STREET_BEHIND(text, end) is not None
        or _STREET_BEFORE(text_before(text, start, _LONGEST_STREET)) is not None
    )


def _is_of_thing(match: re.Match[str]) -> bool:
    """Whether the word `name` tells what a thing is called: Building name: Amber Tower."""
    before = text_before(match.string, match.start(), _LONGEST_THING)
    return match[0][:4].casefold() == "name" and _THING_BEFORE(before) is not None


def _right_before(match: re.Match[str]) -> Span:
    """Return the span of the last characters before a match."""
    return match.start() - LONGEST, match.start()


def _is_no_cue(match: re.Match[str]) -> bool:
    """Whether a word of `_announced` announces no name, because it is part of the name of a place, or a firm follows.

    Examples: Rožmitál pod Brdy, where pod means below, Nossa Senhora da Penha, Bà Rịa. Of the firm only the first
    letters are left, because its name is hidden already.
    """
    if match[0].startswith("pod "):
        return _PLACE_BEFORE(match.string, *_right_before(match)) is not None
    if match[0][:1] in "Ss" and _OUR(match.string, *_right_before(match)) is not None:
        return True
    if _HIDDEN_FIRM(match.string, match.end("name")) is not None or _is_office_or_event(match) or _is_of_thing(match):
        return True
    if match[0].isascii():
        return False
    *_, title = match.string[match.start() : match.start("name")].split()
    first, *others = match["name"].split("-")[0].split()
    if title == title.lower() or (others and _middle_of_vietnam(normalize("NFC", others[0]))):
        return False  # cô Giang, Bà Triệu Thị Mai
    return normalize("NFC", f"{title}-{first}".lower()) in cues.LATIN_TITLED


def _is_office_or_event(match: re.Match[str]) -> bool:
    """Whether the first word behind a cue in a sentence begins the name of a firm or an office, or tells an event.

    Examples: A/C Departamento …, Customer Refused.
    """
    cue = match.string[match.start() : match.start("name")].rstrip()
    first = match["name"].partition(" ")[0]
    return cue[-1:] not in ":：." and (is_of_firm(first) or first.lower() in cues.EVENTS)


def _is_of_street(match: re.Match[str]) -> bool:
    """Whether a title in an address belongs to a street: 742 Forsythia Dr Newfield, Strada Doctor Carol Davila.

    So is the word for below in Czechia and Poland: Pod Lipami 12.
    """
    if match[0][:4].casefold() == "pod ":
        return _HOUSE_BEHIND(match.string, match.end("name")) is not None
    text, before = match.string, _right_before(match)
    if _is_title(match[0]) is None:
        return _STREET_WORD_BEFORE(text_before(text, match.start(), _LONGEST_STREET)) is not None
    return (
        match["name"] in _COMPASS
        or (match[0][:3].casefold() in ("dr ", "dr.") and _UNNAMED_STREET(text, *before) is not None)
        or _STREET_BEFORE(text_before(text, match.start(), _LONGEST_STREET)) is not None
        or _STREET_BEHIND(text, match.end("name")) is not None
    )


def _is_brand(name: str) -> bool:
    return plain_word(name.rpartition(" ")[2]) in cues.LATIN_BRANDS


def _before_full(name: str) -> int:
    """Characters of a word that may be in front of a full name at the beginning of a sentence: Appeler Julie Dupont."""
    first, _, others = name.partition(" ")
    return len(first) + 1 if " " in others and not _is_full(name) and _is_full(others) else 0


def _is_full(name: str) -> bool:
    """Whether words are a given name that is hardly ever anything else, and a family name. They need no cue."""
    words = [*map(plain_word, name.split(" "))]
    if (
        (len(words[-1]) <= len("NY") and name[-len("NY") :].isascii())
        or words[-1] in cues.LATIN_BRANDS
        or "-".join(words) in cues.LATIN_SHOPS
    ):
        return False
    if words[-1] in cues.LATIN_FIRMS:
        return False  # Kerry Express
    if words[0] > "\u0400" and words[-1 - words[-1].endswith(_PATRONYMIC)] in GIVEN:  # Петров Иван, Петров Иван Ильич
        return True
    return (is_given(words[0]) and words[0] not in cues.LATIN_WORDS) or is_vietnamese(name)
