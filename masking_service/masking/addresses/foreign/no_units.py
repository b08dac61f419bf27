"""Finds the numbers of an address that are no unit's, before a word is read: postcodes, and those of lots and streets.

A postcode is found by its letters or its dash (SW1A 2AA, 00-590), by its length (Brooklyn, NY 11201), or by its place
beside a town (1015 Amsterdam; Linz, 4020). Numbers of lots, houses and streets are found by expressions: Carrera 4 No
39-347; 78-11, Cheongdam-dong; 5-24-2 Sendagaya, Shibuya-ku; 188th St.
"""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from masking_service.masking.addresses.foreign.tokens import BREAKS, LONG, ROOM_DIGITS, SHORT_NUMBER, AddressTokens
from masking_service.masking.words import address_words
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.foreign_words import kinds_of_words

STATES: Final = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]"
    "|W[AIVY]"
)
"""Abbreviations of states of the United States."""
_CODES: Final = Expression(
    r"(?<!\w)(?:LC[0-9]{2} {1,2}[0-9]{3}"
    r"|(?<=[A-Za-z] )[0-9]{3} [0-9]{3}\Z"
    r"|[A-Z]{2}-[0-9]{3} [0-9]{2}|(?<=[0-9A-Za-z] )[0-9]{3} [0-9]{2}(?= [^\W\d_]{3,}[^\d,]{0,20}(?:[0-9]{1,2})?$)"
    r"|\A[0-9]{4}(?= [^\W\d_]{2,},? ?[^\d,]{2,40}"
    r" (?i:utca|u\.|út|útja|tér|tere|krt\.?|körút|köz|sor|sétány|fasor) [0-9])"
    r"|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z]{1,2}-[0-9]{4,6}"
    r"|[0-9]{4} [A-Z]{2}(?! ?[A-Z]?[ -]?[0-9])|[0-9]{5}-[0-9]{3,4}|[0-9]{4}-[0-9]{3}"
    r"|[AC-FHKNPRTV-Y][0-9]{2} [AC-FHKNPRTV-Y][0-9AC-FHKNPRTV-Y]{3}"
    rf"|\A[0-9]{{2}}-[0-9]{{3}}(?= (?i:(?!.*\b(?:{address_words.LATIN_PLACE})\b))[^\W\d_]+(?:[ -][^\W\d_]+){{0,2}}\Z)"
    r"|(?<=[A-Za-z] )[0-9]{3}-(?:[0-9]{4}(?=,? (?:Japan|JAPAN)\b)"
    r"|[0-9]{3}(?=,? (?:Republic of |South |SOUTH )?(?:Korea|KOREA)\b))"
    rf"|(?i:(?:{STATES}),? [0-9]{{5}}(?:-?[0-9]{{4}})?(?=\W*(?:$|,|United States|USA?$))))(?!\w)"
).finditer
"""Finds postcodes with letters or dashes. They are those of a town of Poland alone, Saint Lucia, Canada, Britain,
Luxembourg, the Netherlands, Brazil, Portugal and Ireland; with a state (FL 33401); and, with the name of the country,
of Japan and Korea. Also those of Sweden, Greece, Czechia, Slovakia and India with a space, at the end, and of Hungary
at the beginning.
"""
_ENDS_OF_STREETS: Final = (
    "str(?:a[ßs]s?e)?|gasse|weg|platz|allee|ring|gaden?|gata|gatan|gate|gaten|gt|ve[ij](?:en)?|v[äa]gen|plass|torv(?:et)?|plads|stræde"
    "|laan|straat|steenweg|plein|dreef|kade|gracht|kai|utca|út|krt|körút|tér|cesta|ulica|iela|prospekt|pr|pl"
)
_FIRST_OF_STREETS: Final = (
    "rue|avenue|boulevard|bd|place|quai|chaussée|chemin|route|all[ée]e|ulica|ulitsa|ul|bul|bulevar|via|viale|piazza"
    "|бул|ул|вул|просп"
)
_LOT_OR_FLAT: Final = re.compile("(?!A|B|L|N|CH|DK|FL|SI|LV)[A-Z]{1,2}-[0-9]{4}").fullmatch
"""Matches what has the form of a postcode, of no country with four digits: F-2673, Prestige Towers."""
_BEHIND_HOUSE: Final = Expression(
    rf"(?:\b[^\W\d_]*(?:{_ENDS_OF_STREETS})\b\.?|\b(?:{_FIRST_OF_STREETS})\b\.? [^\W\d_][^\d,;/]{{0,40}}?)"
    r" [0-9]{1,4}[A-Za-z]? (?P<code>[0-9]{4}|[0-9]{3} [0-9]{2})(?= [^\W\d_]{2}[^\d]*\Z)",
    re.I,
).finditer
"""Finds postcodes that no comma is before, between a house and the town: Ahornstrasse 4 8001 Zürich."""
_COUNTRIES_OF_TWO_WORDS: Final = ("South Africa", "SOUTH AFRICA", "New Zealand", "NEW ZEALAND", "Cape Verde")
"""Those with postcodes of four digits."""
_ROMAN: Final = re.compile("[IVX]{2,5}").fullmatch
"""Matches a Roman number in the name of a street, which looks like letters of a postcode: al. Jana Pawła II 21."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST_TOWN: Final = 5
"""The largest number of tokens of a town's name."""
_OF_SITE: Final = re.compile(
    r"\b(?:cent(?:er|re|ro|rum)|plaza|pla[zc]e|mall|square|house|hall|inn|hotel|court|park|gardens?|heights|terrace|lodge|palace"
    r"|views?|mansions?|villas?|residences?|estates?|vinhomes"
    rf"|gal[el]r|market|airport|terminal|edif|cond|(?:{address_words.HOUSE_OF_FLATS})\b)",
    re.I,
).search
"""Finds a site whose rooms have numbers of their own."""


def lettered_postcodes(tokens: AddressTokens) -> frozenset[int]:
    """Return the tokens of postcodes that have letters or a dash."""
    text = tokens.text.upper() if tokens.in_small_letters else tokens.text
    places = {place for match in _CODES(text) if _is_code(match) for place in range(*match.span())}
    return frozenset([at for at, token in enumerate(tokens) if token.start in places]) if places else frozenset()


def _is_code(match: re.Match[str]) -> bool:
    """Whether a possible postcode is one: 1204-789 in front of an address is a unit and a house."""
    if match.start() == 0 and _LOT_OR_FLAT(match[0]):
        return False
    return match.start() > 0 or not match[0][:4].isdecimal() or match[0][4:5] != "-"


def postcodes(tokens: AddressTokens, lettered: AbstractSet[int]) -> frozenset[int]:
    """Return the numbers of postcodes, also those behind the first part of one. `lettered` are `lettered_postcodes`."""
    found = {*_tokens_inside(tokens, [match.span("code") for match in _BEHIND_HOUSE(tokens.text)])}
    for at, token in enumerate(tokens):
        if token.kind == "n":
            first = at - 1 if at and tokens[at - 1].kind == "n" else at - 2
            joined = at > 1 and tokens[at - 1].kind in ("n", "-")
            if (joined and first in found) or at in lettered or _is_postcode(tokens, at):
                found.add(at)
    return frozenset(found)


def _is_postcode(tokens: AddressTokens, at: int) -> bool:
    """Whether a number is a postcode or begins one, by its length or its place."""
    digits = len(tokens[at].text.rstrip(_LETTERS))
    if digits >= LONG:
        return True
    before = tokens[at - 1] if at else None
    if before is not None and before.kind in BREAKS:
        # 1015 Amsterdam, 111 51 Stockholm, 00-590 Warszawa; Linz, 4020
        if at + 1 == len(tokens):
            return len(tokens[at].text) == digits == max(ROOM_DIGITS) and _is_behind_town(tokens, at - 1)
        return digits > 1 and (tokens[at + 1].kind in ("w", "n") or _has_dash(tokens, at))
    if before is not None and before.kind == "w" and before.text.isupper() and len(before.text) <= SHORT_NUMBER:
        is_roman = _ROMAN(before.text) is not None and digits < max(ROOM_DIGITS)
        return tokens.touches_previous(at) or not is_roman  # SW4, NSW 2000; and not al. Jana Pawła II 21
    return digits == max(ROOM_DIGITS) and tokens.ends_part(at) and _is_before_country(tokens, at + 1)


def _is_before_country(tokens: AddressTokens, sign: int) -> bool:
    """Whether only a comma and a country or another word is behind a postcode: Durban 4001, South Africa."""
    return len(tokens) - sign <= len((",", "Norway")) or tokens.text.endswith(_COUNTRIES_OF_TWO_WORDS)


def _has_dash(tokens: AddressTokens, at: int) -> bool:
    """Whether a postcode with a dash begins here: 00-590, 151-742. Flats in Korea look the same."""
    parts = tuple([len(token.text) for token in tokens[at : at + 3]])
    behind_house = at > 1 and tokens[at - 2].kind == "n"
    is_code = parts == (2, 1, 3) or (parts == (3, 1, 3) and not behind_house)
    is_code = is_code and not (behind_house and tokens.country.hangul)
    return is_code and tokens.touches_next(at, "-") and tokens.touches_next(at + 1, "n")


def _is_behind_town(tokens: AddressTokens, sign: int) -> bool:
    """Whether the part before a comma is words without a house or an estate, behind a part with a number."""
    if tokens[sign - 1].kind == ")":
        sign = next((at for at in range(sign - 1, 0, -1) if tokens[at].kind == "("), sign)
    part = sign
    while part and tokens[part - 1].kind not in BREAKS:
        part -= 1
    words = tokens[part:sign]
    return (
        any(token.kind == "n" for token in tokens[:part])
        and 0 < len(words) <= _LONGEST_TOWN
        and all(token.kind in "w-./" and not _is_of_unit(token.lower) for token in words)
        and _OF_SITE(tokens.text, words[0].start, words[-1].end) is None
    )


def _is_of_unit(word: str) -> bool:
    """Whether a word is one for a unit or a floor, or for a site. Saint is none: St. Georgen an der Gusen."""
    return word != "st" and kinds_of_words().get(word, "side") != "side"


Span = tuple[int, int]

_DISTRICTS: Final = re.compile(
    r"\b(?:Dublin|Colombo|Praha|Prague|Bratislava|Brno|Ostrava|Košice) ([0-9]{1,2})"
    r"(?=\s*(?:,|-[^\W\d_]|\Z|[A-Z][0-9W]{2} [A-Z0-9]{4}\b))"
).finditer
"""Finds numbers of districts behind their town."""
_SHORT: Final = 3
"""The digits of a number that is not short."""
_STREETS_OF_PLATES: Final = frozenset(
    "carrera cra kra kr cr ak calle cl cll clle ac diagonal diag dg transversal transv tv trv autopista circular av"
    " avenida".split()
)
"""Words for streets in Colombia, whose houses have two numbers: CL 20 # 82-52."""
_PLATES: Final = re.compile(
    rf"\b(?:{any_of(_STREETS_OF_PLATES)})\.?(?: (?:carrera|calle|cra|cl))?\.? ?"
    r"[0-9]{1,3}(?: ?(?!n[or])[A-Z]{1,2})?(?: ?bis)?(?: (?:sur|norte|este|oeste|[NSEO])\b)?"
    r"(?P<sign>\s*(?:#|n(?:[o°º]|ro|um)?\b\.?)\s*|\s+)"
    r"[0-9]{1,3} ?[A-Z]{0,2}(?: ?bis)?(?: (?:sur|norte|este|oeste|[NSEO]))?(?: ?- ?| +)"
    r"[0-9]{1,3}(?![0-9A-Z])",
    re.I,
).finditer
"""Finds houses in Colombia by street, street that crosses it, and metres: Carrera 4 No 39-347, CL 20 82 52."""
_LOTS_OF_KOREA: Final = re.compile(
    r"(?<![\w-])(?:[0-9]{1,4}-[0-9]{1,2}|(?<!#)[0-9]{1,4})"
    r"(?=,? [A-Z0-9 ]{2,24}-(?:dong|ga|ro|daero|gil|ri|eup|myeon)\b)"
    r"|(?<=[a-z]-)(?:dong|ga|ro|daero|gil|ri)(?: [0-9]{1,4}(?:-[0-9]{1,2})?|, [0-9]{1,4}-[0-9]{1,2})(?![\w-])",
    re.I,
).finditer
"""Finds lots in Korea. Their second part has at most two digits: 101-1203 is building 101 of a site and its flat."""
_LOTS_OF_JAPAN: Final = re.compile(
    r"(?<![\w#-])(?<!tower )(?<!mansion )(?<!heights )(?<!building )(?<!bldg )(?<!house )(?<!residence )(?<!room )"
    r"[0-9]{1,4}(?:-[0-9]{1,4})?-[0-9]{1,2}(?![0-9-])"
    r"|(?:(?<=tokyo )|(?<=osaka )|(?<=kyoto )|(?<=-ku )|(?<=-shi ))[0-9]{3}-[0-9]{4}(?![0-9-])"
    r"|(?<=[a-z] )[0-9]{3}-[0-9]{4}\s*$"
    r"|^[0-9]{3}-[0-9]{4}(?=,? (?:tokyo|osaka|kyoto)\b)",
    re.I,
).finditer
"""Finds lots in Japan, whose last part has at most two digits (2-301 is a flat), and postcodes beside a city."""
_IS_JAPANESE: Final = re.compile(r"-(?:ku|shi|cho|machi)\b|\b(?:tokyo|osaka|kyoto|japan)\b", re.I).search
"""In Latin letters."""
_NEIGHBOURS: Final = re.compile(
    r"\brt(?: ?/ ?rw)?[.:]? ?[0-9]{1,3}[ ,./-]{1,2}(?:rw\.? ?)?[0-9]{1,3}(?![0-9])", re.I
).finditer
"""Finds both numbers of a neighbourhood in Indonesia: RT 4 RW 8, also written RT 4 8 and RT/RW:001/010."""
_TWICE: Final = re.compile(
    r"([0-9]{1,5}[A-Z]?) [^0-9]{3,60}?\b(\1),? (?:rue|boulevard|boul|chemin|avenue|av|place|route|c[ôo]te|mont[ée]e"
    r"|rang|all[ée]e|promenade)\b",
    re.I,
).match
"""Matches a house in both languages of Canada: 1058 Saint-Denis Street 1058, rue Saint-Denis."""

_HOUSES_OF_FRANCE: Final = re.compile(
    r"([0-9]{1,4}) ?(?: |[-/&]|et) ?([0-9]{1,4}),?"
    r" (?:rue|avenue|av|boulevard|bd|place|quai|cours|chemin|all[ée]e|impasse|route)\b",
    re.I,
).match
"""Matches two numbers of one house before a French word for a street: 49 / 51 rue Neuve, 93 95 boulevard National."""
SAME_HOUSE: Final = 8
"""The greatest difference of two numbers before a street that are those of one long house."""
_NUMBERS_OF_BRAZIL: Final = re.compile(
    r"\b(?:rua|avenida|av\.?) (?:[A-Z]{1,2}-?[0-9]{1,3}|[0-9]{1,3}-[A-Z])(?![\w-])(?:(?: ?/ ?| c/ ?)[A-Z]-[0-9]{1,2})?"
    r"|(?<![0-9.])[0-9]{1,2}\.(?=[0-9]{3}(?![0-9.]))",
    re.I,
).finditer
"""Finds Avenida T-10 and 1.722."""
_STREETS_OF_BRAZIL: Final = frozenset("rua avenida av alameda travessa rodovia estrada praça calle".split())
"""Words for streets of which one may be called by a letter and a number: Rua T-37."""
_NUMBERED_STREETS: Final = re.compile(
    r"(?<= )[0-9]{1,3}(?:st|nd|rd|th|[A-Z])? (?:mile )?(?:street|str?|avenue|ave?|road|rd|place|pl|drive|dr|terrace|ter"
    r"|court|ct|lane|ln)\b",
    re.I,
).finditer
"""Finds streets with a number for a name, behind a house: 3505 188th Street."""
_HOUSES_OF_MOSCOW: Final = re.compile(r"(?<![0-9])([0-9]{1,3})[скСК]([0-9]{1,3})(?![0-9])").finditer
"""Finds a house in Moscow with its building: 8с2."""
_ORDINALS_IN_CYRILLIC: Final = re.compile(
    r"(?<![0-9])([0-9]{1,4})-(?:[ыио]?й|[ая]?я|[ое]?е|г?о)(?![^\W\d_])"
    r"(?! ?(?:эт|под|кв|секц|пов|ком|пар(?!к)|палат|офис|вход|каб|кім))",
    re.I,
).finditer
"""Finds names of streets and districts with an ordinal: ул. 1-я Ямская, 3-й проезд."""


def lots(tokens: AddressTokens, words: AbstractSet[str]) -> frozenset[int]:
    """Return the numbers by which a house is found, in whatever country: of lots, and both of a house that has
    two.

    `words` are the words, numbers and signs of the address in lower case.
    """
    spans = [
        *_in_colombia(tokens.text, words),
        *_in_indonesia(tokens.text, words),
        *_in_canada(tokens.text),
        *_in_france(tokens.text),
        *_in_korea_or_japan(tokens),
    ]
    if not spans:
        return frozenset()
    units = {token.start for at, token in enumerate(tokens) if tokens.is_behind_unit_word(at)}
    return _tokens_inside(tokens, [span for span in spans if span[0] not in units])


def _in_colombia(text: str, words: AbstractSet[str]) -> Iterable[Span]:
    """Return the spans of Carrera 4 No 39-347 and the like."""
    if _STREETS_OF_PLATES.isdisjoint(words):
        return ()
    return [match.span() for match in _PLATES(text) if _is_plate(match)]


def _is_plate(match: re.Match[str]) -> bool:
    """Whether a sign says that numbers are a house's, or the last one is short."""
    sign = match["sign"].strip()
    surely = sign[:1] in ("n", "N") or (sign == "#" and "-" in match[0])
    return surely or len(match[0].split()[-1]) < _SHORT


def _in_indonesia(text: str, words: AbstractSet[str]) -> Iterable[Span]:
    """Return the spans of RT 4 RW 8 and the like."""
    return [match.span() for match in _NEIGHBOURS(text)] if "rt" in words else ()


def _in_canada(text: str) -> Iterable[Span]:
    """Return the spans of both numbers of a house that is named in English and French."""
    twice = _TWICE(text)
    return () if twice is None else (twice.span(1), twice.span(2))


def _in_france(text: str) -> Iterable[Span]:
    """Return the spans of both numbers of a long house: 49 / 51 rue Neuve."""
    houses = _HOUSES_OF_FRANCE(text)
    is_one = houses is not None and 0 < int(houses[2]) - int(houses[1]) <= SAME_HOUSE
    return (houses.span(1), houses.span(2)) if houses is not None and is_one else ()


def _in_korea_or_japan(tokens: AddressTokens) -> Iterable[Span]:
    """Return the spans of lots with a dash: 78-11, Cheongdam-dong, and 5-24-2 Sendagaya, Shibuya-ku."""
    text = tokens.text
    if "-" not in text:
        return ()
    if tokens.country.korea:
        return [match.span() for match in _LOTS_OF_KOREA(text)]
    return [match.span() for match in _LOTS_OF_JAPAN(text)] if _IS_JAPANESE(text) else ()


def numbers_in_brazil(tokens: AddressTokens, words: AbstractSet[str]) -> frozenset[int]:
    """Return the numbers of streets that are called by a letter and a number, and of houses with a point."""
    if _STREETS_OF_BRAZIL.isdisjoint(words):
        return frozenset()
    return _tokens_inside(tokens, [match.span() for match in _NUMBERS_OF_BRAZIL(tokens.text)])


def names_of_streets(tokens: AddressTokens) -> frozenset[int]:
    """Return the numbers in names of streets and districts, as in 188th Street and Dublin 2, and houses like 8с2."""
    places = {match.start() for match in _NUMBERED_STREETS(tokens.text)}
    places |= {match.start(1) for match in _DISTRICTS(tokens.text)}
    if not tokens.text.isascii():
        places |= {match.start(group) for match in _HOUSES_OF_MOSCOW(tokens.text) for group in (1, 2)}
        places |= {match.start(1) for match in _ORDINALS_IN_CYRILLIC(tokens.text)}
    return _tokens_at(tokens, places)


def _tokens_inside(tokens: AddressTokens, spans: Iterable[Span]) -> frozenset[int]:
    """Return the tokens that begin inside of spans of the text."""
    return _tokens_at(tokens, {place for span in spans for place in range(*span)})


def _tokens_at(tokens: AddressTokens, places: AbstractSet[int]) -> frozenset[int]:
    """Return the tokens that begin at places of the text."""
    return frozenset([at for at, token in enumerate(tokens) if token.start in places]) if places else frozenset()
