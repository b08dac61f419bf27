"""Finds foreign addresses that are a whole line of a text: Damrak 16-9, Amsterdam.

In such a line, the place of a number says that it is a unit's, as in an address field. In a sentence it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.addresses.foreign.unit_numbers import SHORT_WORD
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.foreign_words import MARKS, kinds_of_words, numbers_in_words

_BEHIND: Final = (
    "street st road rd avenue ave lane ln drive dr boulevard blvd court ct way place pl terrace quay"
    " crescent close walk parade highway hwy sokak sok caddesi cad bulvarı bulv mahallesi mah utca út"
    " tér körút krt tie gate gata väg vägen"
)
"""Words for streets, behind the name or before it."""
_BEFORE: Final = (
    "rue av avenida avda boul chemin allée quai impasse via viale corso piazza largo calle carrer"
    " paseo plaza rua travessa praça alameda ul ulica al aleja aleje os osiedle str strada calea"
    " aleea bd bulevardul jl jalan jln lorong persiaran đường phố ngõ ул улица вул вулиця просп"
    " проспект пр бул бульвар пер переулок шоссе наб площадь soi thanon ถนน ถ ซอย شارع طريق רחוב"
    " שדרות"
)
_AT_END: Final = (
    "straße strasse str gasse allee weg zeile platz damm ufer ring steig gatan gata vägen väg gade vej alle"
    " veien vegen gate straat laan plein gracht kade singel dijk katu tie kuja polku bulevardi"
)
"""Ends of names of streets."""
_NO_ROADS: Final = (
    r"(?!(?:referen|garan|informa|loca|reserva|produc|organisa|vakan|poli|instruc|installa|reclama|specifica)tie(?!\w))"
)
"""Part of a regular expression that excludes Dutch words with the ending of Finnish roads."""
_STREET: Final = Expression(
    rf"(?<![\w*])(?:{any_of(f'{_BEHIND} {_BEFORE}'.split())})(?!\w)"
    rf"|\b{_NO_ROADS}[^\W\d_]{{0,24}}(?:{any_of(_AT_END.split())})(?!\w)"
    r"|\bu\. ?[0-9]|, ?(?:[A-Z]{1,2}-)?[0-9]{4,6},? (?-i:[A-ZÀ-Ž][a-zà-ž])",
    re.I,
).search
_PARTICLES: Final = frozenset(
    (
        "the of de del la las los le les el lo du des da do das dos di della dei van der den den het ten"
        " ter von vom zum zur am an upon by and och og und et con nad pod im cum č nr no num bus"
    ).split()
)
"""Small words in names of streets and before numbers; a `bus` is a letter box in Belgium."""
_OF_SENTENCES: Final = frozenset("to in on at or if is it my we us by go up so me he be".split())
"""Short words that addresses do not have. Other short words may be abbreviations: d. кв. m."""
_LINE: Final = re.compile(r"[^\n]+").finditer
_HAS_HAN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff]").search
_DIGIT: Final = re.compile("[0-9]").search
_WORDS: Final = re.compile(r"[^\W\d_]+").findall
_NO_ADDRESS: Final = re.compile(r"[?!=<>{}]|[0-9]:[0-9]|\.\s[^\W\d_]{4,}\s[^\W\d_]{4,}\s[^\W\d_]{4,}").search
_LONGEST: Final = 120
_MAX_WORDS: Final = 16


def foreign_lines(text: str) -> Iterator[tuple[int, int]]:
    """Return the spans of the lines of a text that are a foreign address and nothing else."""
    return (line.span() for line in _LINE(text) if _is_address(line[0]))


def _is_address(line: str) -> bool:
    """Whether a line has a word for a street and a number, and no words of a sentence."""
    if len(line) > _LONGEST or _DIGIT(line) is None or _HAS_HAN(line) or _NO_ADDRESS(line) or _STREET(line) is None:
        return False
    found = _WORDS(line)
    return len(found) <= _MAX_WORDS and all(map(_may_be_in_address, found))


def _may_be_in_address(word: str) -> bool:
    """Whether a word is part of a name, or is one that addresses have beside names."""
    low = word.lower()
    return (
        not word[0].islower()
        or (len(word) <= SHORT_WORD and low not in _OF_SENTENCES)
        or low in _PARTICLES
        or low in MARKS
        or low in kinds_of_words()
        or low in numbers_in_words()
        or _STREET(word) is not None
    )
