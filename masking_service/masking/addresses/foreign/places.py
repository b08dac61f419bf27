"""Finds units in foreign addresses by the place of a number, where no word says that it is one.

A number is a unit's before a slash and a street (7/23 George Street), behind the number of a house (Kwiatowa 5/24, Pikk
12-37, 12 A 23), and beside the name of an apartment house. Lots in Korea (178-1) are no units.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from masking_service.masking.addresses.foreign.lots import IS_KOREAN, SAME_HOUSE
from masking_service.masking.addresses.foreign.tokens import (
    BREAKS,
    LONG,
    ROOM_DIGITS,
    SHORT_NUMBER,
    STATES,
    AddressTokens,
)
from masking_service.masking.addresses.japanese_addresses import MAX_LOT
from masking_service.masking.words import address_words as words
from masking_service.masking.words.foreign_words import MARKS, forms_of_capitals, kinds_of_words

_DUTCH_DOORS: Final = frozenset("hs huis bis bg bel ii iii iv".split())
_FLOOR_IN_ROMAN: Final = re.compile("I{2,3}|I?V").fullmatch
_TURKISH: Final = frozenset[str]().union(
    *map(forms_of_capitals, "sok sk sokak sokağı cad cd cadde caddesi bulv bulvar bulvarı blv".split())
)
JALAN: Final = ("jalan", "jln", "lorong", "persiaran", "lebuh")
"""Words for streets in Malaysia. The numbers behind them are part of the street's name."""
_MALAYSIAN_PLACE: Final = re.compile(
    r"\b(?:jalan|jln|lorong|persiaran|lebuh|taman|kampung|seksyen|selangor|johor|kedah|kelantan|pahang|perak|perlis|melaka|sabah"
    r"|sarawak|terengganu|(?:pulau )?pinang|penang|kuala lumpur|malaysia)\b"
).search
"""Finds that an address is in Malaysia. There, three numbers with dashes are a block, a floor and a flat: 57-1-1."""
_FLAT_OF_MALAYSIA: Final = re.compile(
    r"(?:no\.? ?)?(?P<unit>[A-Z]{1,2}[0-9]{0,2}-[0-9]{1,4}[A-Z]?(?:-[0-9]{1,4}[A-Z]?)?)(?=[ ,])", re.I
).match
"""Matches a block and a flat at the beginning of an address: No AG-11, B2-7-27."""
_STREETS_FIRST: Final = frozenset(
    (*"rue avenue av route đường phố ngõ ngách hẻm kiệt ấp tổ thôn khu phường xã quận khóm".split(), *JALAN)
)
"""Words for streets that are before the name: 419, rue Cordier."""
_NUMBERED: Final = frozenset("road rd lane street avenue sector block line".split())
"""Words for what has a number as its name in South Asia, where a letter may be behind a slash: Road-7/A."""
_CZECH_LETTERS: Final = frozenset("ěřůľĺŕ")
_CZECH_OR_OTHERS: Final = frozenset("čďňšťžúý")
_CZECH_PLACE: Final = re.compile(
    r"\b(?:praha|prague|brno|ostrava|plzeň|olomouc|liberec|bratislava|košice|trnava|žilina|nitra|prešov|czech|slovakia|slovensko"
    r"|česk)"
).search
"""Finds that an address is in Czechia or Slovakia. There, both numbers beside a slash belong to the house."""
_OTHER_THAN_CZECH: Final = re.compile(
    r"\b(?:wien|vienna|graz|linz|salzburg|österreich|austria|rue|avenue|bruxelles|koleje?|internát)\b"
).search
"""Finds that an address only has a street named after a Czech town, or a hostel.

Then a flat or room is behind the slash.
"""
_CZECH_CODE: Final = re.compile(r"(?<![0-9])[0-9]{3} [0-9]{2}(?![0-9])").search
_ITALIAN: Final = re.compile(r"\b(?:via|viale|v\.le|piazza|p\.z?za|corso|c\.so|vicolo)\b", re.I).search
"""Finds a street in Italy.

There, a letter behind a slash belongs to the house (ISTAT: esponente), and a flat is behind `int.`.
"""
_VIETNAMESE: Final = frozenset("ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
_VIETNAMESE_PLACE: Final = re.compile(r"\b(?:viet ?nam|ho chi minh|ha ?noi|tp\.? ?hcm)").search
"""Finds that an address is in Vietnam. There, a slash is between an alley and its house."""
_ALLEYS: Final = frozenset("k h".split())
"""Abbreviations for alleys in Vietnam, before their number: K266 H14/19."""
_VIETNAMESE_FLATS: Final = re.compile(
    r"\b(?:chung cư|chung cu|căn hộ|can ho|cc|tòa|toà|tháp|lô|block|tower|landmark|vinhomes|condo|apartments?"
    r"|residence)\b"
).search
"""Finds an apartment house in Vietnam, where a slash is between a unit and its floor or block."""
_THAI_LETTER: Final = re.compile("[\u0e00-\u0e7f]").search
_THAI_PLACE: Final = re.compile(
    r"\b(?:moo|soi|tambon|amphoe|amphur|khwaeng|thanon|bangkok|phuket|chiang ?mai|pattaya|nonthaburi|thailand)\b"
).search
_THAI_FLATS: Final = re.compile(
    "คอนโด|อาคาร|ตึก|ชั้น|ห้อง|แฟลต|อพาร์ท|แมนชั่น|ทาวเวอร์|(?<!แขวง)ลุมพินี|วิลล์|เรสซิเดน|เพลส|หอพัก|condo|tower|building|residence"
    "|lumpini(?! (?:road|rd|sub|path))|apartment|mansion",
    re.I,
).search
"""Finds an apartment house in Thailand. Without one, a slash is within the number of a house."""
_BENGALI_LETTER: Final = re.compile("[\u0980-\u09ff]").search
_BENGALI_PLACE: Final = re.compile(
    r"\b(?:bangladesh|dhaka|chattogram|chittagong|khulna|rajshahi|sylhet|barishal|rangpur|mymensingh|mirpur|uttara|gulshan|banani"
    r"|dhanmondi|mohammadpur|badda|rampura|basundhara|bashundhara|banasree|khilgaon|khilkhet|jatrabari|malibagh?|mohakhali|tejgaon"
    r"|lalmatia|basabo|bashabo|motijheel|savar|gazipur|narayanganj|comilla|cumilla|kafrul|pallabi|shyamoli|adabor|hazaribagh?"
    r"|lalbagh?|mugd?ha|baridhara|nikunja|aftabnagar|shewrapara|pire?rbagh?|tongi|ashulia|bogura|jashore|noakhali)\b"
).search
"""Finds that an address is in Bangladesh.

There, letters and numbers behind a slash belong to the house, and a flat has a word.
"""
_OTHER_THAN_BENGALI: Final = re.compile(
    r"(?<![0-9])[1-9][0-9]{4,5}(?![0-9])|\b(?:india|delhi|jaipur|bangalore|bengaluru|lucknow|jharkhand"
    r"|pakistan|karachi|lahore|islamabad|kashmir|sindh|punjab)\b"
).search
"""Finds that an address is in India or Pakistan, which have places with the same names.

Their postcodes have more than four digits.
"""
_BENGALI_FLATS: Final = re.compile(r"\b(?:tower|apartments?|bhaban|residence|condo|hostel|hall)\b").search
"""Finds an apartment house in Bangladesh, where the number of a flat is behind a slash."""
_ONE_OF_GERMANY: Final = re.compile(
    r"(?:stra(?:ss|ß)e|str|weg|platz|allee|gasse|damm|ufer|chaussee|steig|markt|graben)$", re.I
).search
"""Finds the end of a German street's name. Two numbers with a dash behind it are those of one long house."""
_ONE_OF_OTHERS: Final = re.compile(r"(?:weg|markt|allee|steig)$", re.I).search
"""Finds an end that street names in the Netherlands and Estonia have, too. There, the second number is a flat's."""
_GERMAN_CODE: Final = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])(?! (?:tallinn|tartu|pärnu|narva))", re.I).search
_LONGEST_STREET: Final = 12
"""The largest number of tokens of a street's name."""
_SECTOR: Final = re.compile(r"\b[A-Z]-(?:[5-9]|1[0-9])(?:/[1-4])?(?=,? (?:Markaz|Islamabad))", re.I).search
"""Finds a sector of Islamabad: F-7/2."""
SHORT_WORD: Final = 2
_HAS_HANGUL: Final = re.compile("[\uac00-\ud7a3]").search
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]").search
_RUSSIAN_PLACE: Final = re.compile(
    r"\b(?:ul|ulitsa|prospekt|pr-kt|pereulok|shosse|naberezhnaya|proezd|etazh|pomeshch\w*|komn|kv|ofis|oblast|russia|russian"
    r"|moscow|moskva|petersburg|belarus|minsk|kazakhstan|kyrgyzstan|ukraine)\b"
).search
"""Of Russia and its neighbours, in Latin letters."""
_TURKISH_PLACE: Final = re.compile(
    r"\b(?:mah|mahalle(?:si)?|sok(?:a[kğg][ıi]?)?|sk|cad(?:desi)?|cd|bulv(?:ar[ıi]?)?|sitesi|apartman[ıi]?|istanbul|ankara"
    r"|izmir|turkey|t[uü]rkiye)\b"
).search
_OF_SINGAPORE: Final = re.compile(r"\bsingapore\b", re.I).search
_UNIT_OF_SINGAPORE: Final = re.compile(
    r"(?<![#0-9-])(?P<unit>(?:0[0-9]-[0-9]{2,3}|[0-9]{2}-(?:0[0-9]|[0-9]{3}))[A-Z]?(?:/[0-9]{2,3}[A-Z]?)?)(?![0-9-])"
).search
"""A floor and a unit there without their sign: 02-10/12 The Riverwalk."""
_RUSSIAN_FLAT: Final = re.compile(
    r"\b(?:корпус|корп|кор|строение|стр|к|дом|д|вл)\b\.? ?(?:[0-9]{1,4} ?[а-я]?(?:/[0-9]{1,3})?|[а-я]\.?)"
    r"(?: ?- ?|, ?| )(?P<unit>[0-9*]{1,4}[а-я]?(?:/[0-9*]{1,4})?)(?=$|,(?! ?(?:к|корп|корпус|стр|строение|лит)\b))",
    re.I,
).search
"""Finds the number of a flat right behind a house or its building: д. 143 48, д. 1-83, дом 24а, 607, корп. 4, 11."""
_HOUSE_OF_FLATS: Final = rf"\b(?:{words.HOUSE_OF_FLATS})\b(?! (?:road|rd|street|st|lane|avenue|ave|jalan)\b)"
_BEFORE_FLATS: Final = re.compile(
    r"\s*(?:H(?:ou)?se )?(?:No\.? ?)?(?P<unit>(?:[A-Z]{1,2}[0-9]{0,2}[-/ ]?|[0-9]{1,3}[A-Z]?[-/.])"
    r"[0-9]{1,4}[A-Z]?(?:[-/][0-9]{1,4}[A-Z]?)?,?"
    rf"|[0-9]{{3,4}}[A-Z]?,) ?(?=[^,0-9]{{0,40}}{_HOUSE_OF_FLATS})",
    re.I,
).match
_BEHIND_FLATS: Final = re.compile(
    rf"{_HOUSE_OF_FLATS}[^,0-9]{{0,20}},? "
    r"(?P<unit>(?!NO\b)[A-Z]{1,2}[-/ ]?[0-9]{2,4}[A-Z]?|[0-9]{1,3}[A-Z]?-[0-9]{1,4}[A-Z]?(?:-[0-9]{1,4})?)(?=,|$)",
    re.I,
).search
_HOUSES: Final = "(?:building|bldg)"
_BUILDING: Final = rf"(?:{_HOUSES}|block|blk|tower)\b\.? ?[0-9A-Z]"
_STREET: Final = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|circle|cir|court|ct|place|pl|terrace|ter|parkway|pkwy"
    r"|way|trail|trl)\b\.?(?:,? (?:[NSEW]{1,2}|north|south|east|west)\b\.?)?"
)
_NO_COMPASS: Final = "[A-DF-MO-RT-VX-Z]"
_ROOM: Final = "(?P<unit>[0-9]{3,4}[A-Z]?)(?=,|$)"
_IN_A_STREET: Final = (
    r"^(?:No\.? ?)?[0-9]{1,5}[A-Z]?,?"
    r" (?:(?!(?:county|country (?:road|rd)|co|cr|farm|ranch|market|private|state|forest)\b)"
    rf"(?:[A-Z.'-]+|[0-9]{{1,3}}(?:st|nd|rd|th)) ){{1,4}}{_STREET}"
)
_ROOMS: Final = tuple(
    re.compile(pattern, re.I).search
    for pattern in (
        rf"^(?:No\.? ?|R)(?P<unit>[0-9]{{3,4}}),? {_BUILDING}",
        rf"(?<=[A-Z] )(?:{words.HOUSE_OF_FLATS}|gardens?|court|{_HOUSES}|cent(?:er|re)|house),? {_ROOM}",
        rf"^(?P<unit>[A-Z] [0-9]{{3,4}}),? [^,0-9]{{1,40}} {_HOUSES}\b",
        rf"{_IN_A_STREET} (?P<unit>[A-Z]?[0-9]{{3,4}}[A-Z]?)(?=,|$| [A-Z])",
        rf"^(?P<unit>(?:[A-Z] ?)?[0-9]{{1,4}}[A-Z]?) [0-9]{{1,5}}[A-Z]?"
        rf" (?!mile\b|{_STREET}(?:\W|$))(?:[A-Z.'-]+ |[0-9]{{1,3}}(?:st|nd|rd|th) ){{1,4}}?{_STREET}(?=\W|$)",
        rf"^(?P<unit>[A-Z]?[0-9]{{1,4}})-[0-9]{{3,5}}[A-Z]? [0-9]{{1,3}}(?:st|nd|rd|th)? {_STREET}(?=\W|$)",
        rf"^(?P<unit>[0-9]{{3,4}}[A-Z]?(?:-[0-9]{{3,4}})?) (?:(?!{_STREET}(?:\W|$))[A-Z][A-Z.'-]* ){{1,4}}towers?\b"
        rf"(?! (?:{_STREET}|hamlets?|hill|bridge)\b)",
        rf"^(?P<unit>[A-Z] ?[0-9]{{1,4}}) [0-9]{{1,5}} [0-9]{{1,3}}(?:st|nd|rd|th) {_STREET}(?=\W|$)",
        rf"{_IN_A_STREET}, (?P<unit>[0-9]{{1,3}}(?: ?[A-Z])?)(?=$|, )",
        rf"{_IN_A_STREET} (?P<unit>[0-9]{{1,2}})(?=,? [^0-9]{{2,40}}\b(?-i:{STATES})\b)",
        rf"^(?=[0-9]{{1,5}} [NSEW]\.? ){_IN_A_STREET} (?P<unit>[0-9]{{1,2}})$",
        rf"{_IN_A_STREET}(?<!avenue)(?<!ave) (?P<unit>{_NO_COMPASS})$",
        rf"^[0-9]{{1,5}} (?P<unit>{_NO_COMPASS}) (?:north|south|east|west) (?!{_STREET}(?:\W|$))",
        rf"^[0-9]{{1,5}} (?P<unit>[ABCDFG]) (?!{_STREET}(?:\W|$))[A-Z]{{3,}} {_STREET}(?=\W|$)",
        rf"{_IN_A_STREET},? No\.? ?(?P<unit>[A-Z]?[0-9]{{1,4}}[A-Z]?)(?=,|$| [A-Z])",
        rf"{_IN_A_STREET},? (?P<unit>[0-9]{{1,3}}-?[A-Z]|[A-Z][0-9]{{0,2}}-[0-9]{{1,4}}[A-Z]?)(?=,|$| [A-Z])",
    )
)
"""Find numbers of rooms: No 402 Building 3, Marina Tower 1203, B 201, Apsara Building, and 5 Main St 4B."""


class UnitsByPlace(AddressTokens):
    """Hides the units of an address that are found by their place."""

    @cached_property
    def _low(self) -> str:
        return self.text.lower()

    @cached_property
    def _sector(self) -> int:
        """The place at which a sector of Islamabad begins; -1 where there is none."""
        sector = _SECTOR(self.text)
        return -1 if sector is None else sector.start()

    @cached_property
    def _of_jalan(self) -> bool:
        """Whether a word for streets of Malaysia is in it."""
        return any(word in self._low for word in JALAN)

    @cached_property
    def _of_malaysia(self) -> bool:
        return _MALAYSIAN_PLACE(self._low) is not None

    @cached_property
    def _first_number(self) -> int:
        """The index of the first number; one more than that of the last token where there is none."""
        return next((at for at, token in enumerate(self._tokens) if token.kind == "n"), len(self._tokens))

    @cached_property
    def _of_czechia(self) -> bool:
        low = self._low
        return _OTHER_THAN_CZECH(low) is None and (
            not _CZECH_LETTERS.isdisjoint(low)
            or _CZECH_PLACE(low) is not None
            or (not _CZECH_OR_OTHERS.isdisjoint(low) and _CZECH_CODE(low) is not None)
        )

    @cached_property
    def _of_thailand(self) -> bool:
        low = self._low
        return (not low.isascii() and _THAI_LETTER(low) is not None) or _THAI_PLACE(low) is not None

    @cached_property
    def _of_vietnam(self) -> bool:
        return not _VIETNAMESE.isdisjoint(self._low) or _VIETNAMESE_PLACE(self._low) is not None

    @cached_property
    def _of_russia(self) -> bool:
        """Whether it is of Russia or a neighbour, in Latin letters."""
        return _RUSSIAN_PLACE(self._low) is not None

    @cached_property
    def _of_alleys(self) -> bool:
        """Whether the address is in Vietnam or Thailand, and in no apartment house."""
        low = self._low
        thai = self._of_thailand and _THAI_FLATS(low) is None
        return thai or (self._of_vietnam and _VIETNAMESE_FLATS(low) is None)

    @cached_property
    def _of_bangladesh(self) -> bool:
        low = self._low
        if not low.isascii() and _BENGALI_LETTER(low) is not None:
            return True
        return _BENGALI_PLACE(low) is not None and _OTHER_THAN_BENGALI(low) is None and _BENGALI_FLATS(low) is None

    def _read_beside_house_of_flats(self) -> None:
        """Read A-402, Shanti Towers and Pangsapuri Desa 3-12."""
        if not self.text.isascii() and _CYRILLIC(self.text) is not None and (found := _RUSSIAN_FLAT(self.text)):
            start, end = found.span("unit")
            self._hidden.update(
                at for at, token in enumerate(self._tokens) if start <= token.start < end and token.kind in "nw"
            )
            return
        malaysian = (_FLAT_OF_MALAYSIA,) if self._of_malaysia else ()
        singapore = (_UNIT_OF_SINGAPORE,) if "-" in self.text and _OF_SINGAPORE(self.text) else ()
        for search in (_BEFORE_FLATS, _BEHIND_FLATS, *malaysian, *singapore, *_ROOMS):
            if found := search(self.text):
                start, end = found.span("unit")
                if any(start <= self._tokens[at].start < end for at in self._lots):
                    continue
                self._hidden.update(
                    at for at, token in enumerate(self._tokens) if start <= token.start < end and token.kind in "nw"
                )
                return

    def _read_places(self) -> None:
        """Read units by the place of a number, where no word says that they are units."""
        tokens = self._tokens
        at = 0
        while at < len(tokens):
            if at in self._known and (rooms := self._rooms(at)):
                self._hidden.update(rooms)
                at = rooms[-1] + 1
            elif at in self._known and (doors := self._doors(at)):
                self._hidden.update([at, *doors] if self._is_behind_house(at) else doors)
                at = doors[-1] + 1
            elif (
                not self._is_number(at) or at in self._known or (tokens[at].kind == "w" and not self._adjacent(at, "-"))
            ):
                at += 1
            else:
                chain = self._joined(at)
                self._read_chain(chain)
                at = chain[-1] + 1

    def _doors(self, house: int) -> list[int]:
        """Return the numbers of doors behind the slashes of a house's number, which is behind a word for a street.

        In Cyrillic addresses they belong to the house, too.
        """
        tokens = self._tokens
        found: list[int] = []
        at = house
        if self._adjacent(house, "-") and self._is_flat_of_turkey(house):
            return [house + 2]
        while at + 2 < len(tokens) and tokens[at + 1].kind == "/" and self._is_short(at + 2):
            at += 2
            found.append(at)
            while tokens[at].kind == "w" and self._adjacent(at, "n"):
                at += 1
                found.append(at)  # No: 27/Z02
                if self._adjacent(at, "-") and self._adjacent(at + 1, "w") and self._is_short(at + 2):
                    at += 2
                    found.append(at)  # No: 3/Z01-Z02
        while found and self._is_further_door(house, at + 2):
            at += 2
            found.append(at)  # No: 2/33-3, No: 77/C-D
        if not self._known.isdisjoint(found):
            return []  # Kh. No. 48/30/4
        letters = bool(found) and all(tokens[door].kind == "w" for door in found)
        if found and self._is_in_italy(house, found[0]):
            self._known.update(found)
            return []
        street = (letters and self._is_numbered_street(house)) or (bool(found) and self._is_in_jalan(house))
        if street or self._of_czechia or self._of_alleys or self._of_bangladesh:
            self._known.update(found)
            return []
        ends = self._ends(at) or self._is_in_turkey(house)
        return found if found and ends and _CYRILLIC(self.text) is None else []

    def _is_in_italy(self, house: int, behind: int) -> bool:
        """Whether the letter of a house in Italy, or the next house, is behind the slash: Via Roma 23/A and 15/17."""
        if _ITALIAN(self.text, 0, self._tokens[house].start) is None:
            return False
        if self._tokens[behind].kind == "w":
            return True
        one, other = self._tokens[house].text, self._tokens[behind].text
        return self._is_one_house(house, behind) and (int(other) - int(one) == 1 or (int(other) - int(one)) % 2 == 0)

    def _is_numbered_street(self, at: int) -> bool:
        """Whether a number is behind a word for what has a number as its name: Road-7."""
        while at and (self._tokens[at - 1].kind in "-.#" or self._tokens[at - 1].text.lower() in MARKS):
            at -= 1
        return at > 0 and self._tokens[at - 1].text.lower() in _NUMBERED

    def _rooms(self, house: int) -> list[int]:
        """Return the numbers of unit and room that are joined to a building's or a house's: Building 5-402."""
        chain = self._joined(house)
        room = chain[-1]
        joined = len(chain) > 1 and room not in self._known and self._tokens[house + 1].kind == "-"
        if not joined or len(self._tokens[room].text) not in ROOM_DIGITS or not self._ends(room):
            return []
        return [] if self._is_one_house(house, room) or _HAS_HANGUL(self.text) else chain[1:]

    def _is_in_turkey(self, house: int) -> bool:
        """Whether the word for a street before a number is Turkish: a district follows there without a sign.

        It also follows a number with No.: No: 28/102 Hobyar Mahallesi.
        """
        word = house - 1
        while word > 0 and self._tokens[word].kind in ".:":
            word -= 1
        before = self._tokens[word].text.lower() if word >= 0 else ""
        return (word > 0 and before in _TURKISH) or (before in ("no", "n") and _TURKISH_PLACE(self._low) is not None)

    def _is_further_door(self, house: int, at: int) -> bool:
        """Whether one follows after a dash or slash that touches it, in Turkey."""
        is_door = at < len(self._tokens) and self._is_joined(at) and self._tokens[at - 1].kind in "-/"
        return is_door and self._is_joined(at - 1) and self._is_short(at) and self._is_in_turkey(house)

    def _is_flat_of_turkey(self, house: int) -> bool:
        """Whether a flat follows the dash of a house's number with No. in Turkey: No: 6-28, and not No: 12-14."""
        flat = house + 2
        is_short = flat < len(self._tokens) and self._tokens[flat].kind == "n" and self._is_short(flat)
        return is_short and self._is_in_turkey(house) and not self._is_one_house(house, flat)

    def _joined(self, at: int) -> list[int]:
        """Return the number here with the numbers and letters that a slash or dash joins to it."""
        tokens = self._tokens
        found = [at]
        while (
            at + 2 < len(tokens)
            and tokens[at + 1].kind in "/-"
            and (self._is_number(at + 2) or tokens[at + 2].text.lower() in _DUTCH_DOORS)
        ):
            at += 2
            found.append(at)
        return found

    def _read_chain(self, chain: list[int]) -> None:
        tokens = self._tokens
        first = tokens[chain[0]]
        if len(chain) == 1:
            if first.kind == "n" and self._of_jalan and self._is_in_jalan(chain[0]):
                self._known.update(chain)
            elif first.kind == "n":
                self._read_alone(chain[0])
                if chain[0] not in self._codes:
                    self._read_house(chain[0])
        elif self._of_jalan and self._is_unit_in_jalan(chain):
            self._hidden.update(chain)
        elif len(first.text) >= LONG or chain[0] in self._codes or self._is_code_of_country(chain):
            pass
        elif chain[0] == 0 or tokens[chain[0] - 1].kind in BREAKS:
            self._read_first(chain)
        else:
            self._read_behind_street(chain)

    def _is_code_of_country(self, chain: list[int]) -> bool:
        """Whether letters, a dash and a number are a country and a postcode: S-88133."""
        return self._tokens[chain[0]].kind == "w" and len(self._tokens[chain[-1]].text) >= LONG

    def _read_first(self, chain: list[int]) -> None:
        """Read numbers at the beginning of a part: 7/23 George Street, 3-B, B-12-3."""
        first, last = chain[0], chain[-1]
        if self._is_flat_of_house(chain):
            self._hidden.update(chain[1:])
            return
        letters = "w" in (self._tokens[first].kind, self._tokens[last].kind)
        slash = self._tokens[first + 1].kind == "/"
        of_house = slash and (
            (not letters and self._of_alleys)
            or (first and self._is_in_italy(first, chain[1]))
            or self._of_bangladesh
            or self._is_half(first)
        )
        if of_house or self._is_sector(first):
            self._known.update(chain)
        elif first and not slash and not letters and len(chain) == 2 and self._is_one_house(first, last):
            self._known.update(chain)  # Bomb House, 18-20 Bomb House Lane
        elif len(chain) > 2 or not self._before_street(last):
            if letters and (
                len(chain) > 2 or first or (len(self._tokens[last].text) >= SHORT_NUMBER and self._ends(last))
            ):
                self._hidden.update(chain)
            elif len(chain) == MAX_LOT and (len(self._tokens[last].text) in ROOM_DIGITS or self._of_malaysia):
                self._hidden.update(chain[1:])  # 3-2-501, Xinghe Garden
            elif len(chain) == MAX_LOT:
                self._known.update(chain)
            elif first == 0 and self._ends(last) and self._before_street(last + 2) and self._is_number(last + 2):
                self._hidden.update(chain)  # 2/1, 45 Byres Road
            elif first == 0 and not (slash or letters) and self._ends_range(last) and self._is_one_house(first, last):
                self._known.add(last)  # 277-279 Soi Thiam Ruammit
        elif slash or (first == 0 and not self._is_one_house(first, last)):
            self._hidden.add(first)
        elif first == 0:
            self._known.add(last)

    def _ends_range(self, last: int) -> bool:
        """Whether a word for a street is behind the last number of a house that has several."""
        following = self._tokens[last + 1 : last + 2]
        return bool(following) and kinds_of_words().get(following[0].text.lower()) == "building"

    def _is_flat_of_house(self, chain: list[int]) -> bool:
        """Whether a part is only a house and its flat, behind a street in Korea or Russia.

        정자로 32, 101-1331 is building 101 of a site and flat 1331; Невский пр., 82-22 is house 82 and flat 22.
        101-1331, Lotte Castle, Jamsil-dong is read in the same way.
        """
        first, last = chain[0], chain[-1]
        if len(chain) != len(("house", "flat")) or not self._ends(last):
            return False
        if not self._adjacent(first, "-") or "w" in (self._tokens[first].kind, self._tokens[last].kind):
            return False
        if IS_KOREAN(self.text) is not None and len(self._tokens[first].text) in ROOM_DIGITS:
            return len(self._tokens[last].text) in ROOM_DIGITS
        if first < len(("street", ",")):
            return False
        before = self._tokens[first - 2]
        if _HAS_HANGUL(self.text) is not None:
            road = self._tokens[first - 3].text if first >= len(("road", "house", ",")) else ""
            return before.kind == "n" and road[-1:] in ("로", "길") and len(self._tokens[last].text) in ROOM_DIGITS
        return _CYRILLIC(self.text) is not None and before.kind in "w." and first == self._first_number

    def _is_sector(self, at: int) -> bool:
        """Whether a sector of Islamabad begins at a token."""
        return self._sector == self._tokens[at].start

    def _read_behind_street(self, chain: list[int]) -> None:
        """Read numbers behind the name of a street: the first is the house's."""
        tokens = self._tokens
        slash = tokens[chain[0] + 1].kind == "/"
        with_letter = tokens[chain[0] - 1].kind == "n" and tokens[chain[-1]].kind == "w"  # Calle Mayor 20 9-A
        if self._of_alleys and tokens[chain[0] - 1].text.lower() in _ALLEYS:
            self._known.update(chain)
        elif self._is_behind_house(chain[0]) if slash else with_letter:
            self._hidden.update(chain)
        elif self._is_sector(chain[0]) or self._is_house(chain, slash=slash):
            self._known.update(chain)
        elif _HAS_HANGUL(self.text):
            if len(chain) > MAX_LOT - 1 or not self._is_behind_village(chain[0]):
                self._hidden.update(at for at in chain[1:] if len(tokens[at].text) >= SHORT_NUMBER)
            self._known.update(chain)
        elif slash and len(chain) == 2 and len(tokens[chain[0]].text) > SHORT_NUMBER:
            self._known.update(chain)  # in Czechia and Slovakia, both are the house's
        else:
            self._hidden.update(chain[1:] if len(chain) <= MAX_LOT or slash else chain[MAX_LOT:])

    def _is_behind_village(self, at: int) -> bool:
        """Whether a lot in Korea is behind a village or town part.

        Examples: 신대방동 360-115, 양평동5가 106-115.
        """
        before = self._tokens[at - 1]
        if before.text == "가":
            return at > 1 and self._tokens[at - 2].kind == "n"
        return len(before.text) > 1 and before.text[-1] in "동리읍면"

    def _is_house(self, chain: list[int], *, slash: bool) -> bool:
        """Whether all numbers behind a street belong to the house."""
        first = chain[0]
        if slash and self._is_in_italy(first, chain[1]):
            return True
        if slash and (self._is_in_jalan(first) or self._of_alleys or self._of_bangladesh or self._is_half(first)):
            return True
        if len(chain) > 2:
            return False
        if slash:
            return len(self._tokens[first].text) > 1 and self._of_czechia
        return self._is_one_house(*chain) and self._is_in_germany(first)

    def _is_half(self, at: int) -> bool:
        """Whether 1/2 is here, between the number of a house and a street: 16 1/2 Windward Road."""
        return (
            at > 0
            and self._tokens[at - 1].kind == "n"
            and "".join([token.text for token in self._tokens[at : at + 3]]) == "1/2"
            and self._before_street(at + 2)
        )

    def _is_in_germany(self, at: int) -> bool:
        """Whether a number is behind a street of Germany."""
        before = at - 1 - (self._tokens[at - 1].kind == ".")
        if before < 0 or _ONE_OF_GERMANY(self._tokens[before].text) is None:
            return False
        return _ONE_OF_OTHERS(self._tokens[before].text) is None or _GERMAN_CODE(self.text) is not None

    def _is_in_jalan(self, at: int) -> bool:
        """Whether numbers are part of a street in Malaysia, behind the house: 12, Jalan SS 2/24 or 11 Jalan Budi 1."""
        street = at
        while street and at - street < _LONGEST_STREET and self._tokens[street - 1].kind not in BREAKS:
            street -= 1
            if self._tokens[street].text.lower() in JALAN:
                return self._first_number < street
        return False

    def _is_unit_in_jalan(self, chain: list[int]) -> bool:
        """Whether numbers with dashes are a part alone behind a house in Malaysia: 11 Jalan Budi 3, 12-05."""
        first, last = chain[0], chain[-1]
        is_part = self._first_number < first and self._tokens[first - 1].kind in BREAKS and self._ends(last)
        return is_part and self._adjacent(first, "-")

    def _is_behind_house(self, at: int) -> bool:
        """Whether only short words are between the number and a house's number before it: út 42. B. ép. 4/12."""
        first = at
        while at and (self._tokens[at - 1].kind == "." or self._is_short_word(at - 1)):
            at -= 1
        return 0 < at < first and self._tokens[at - 1].kind == "n"

    def _is_short_word(self, at: int) -> bool:
        word = self._tokens[at]
        return word.kind == "w" and len(word.text) <= SHORT_WORD and word.text.lower() not in MARKS

    def _read_house(self, house: int) -> None:
        """Read what is right behind a house in a street: 12 A 23, 40 A."""
        tokens = self._tokens
        if not house or tokens[house - 1].kind not in "w.":
            return
        found: list[int] = []
        at = house + 1
        while at < len(tokens) and len(found) < 3 and self._is_short(at):
            found.append(at)
            at += 1
        if at < len(tokens) and not found and _FLOOR_IN_ROMAN(tokens[at].text) and self._ends(at):
            self._hidden.add(at)  # Keizersgracht 12 III
        ends = at == len(tokens) or tokens[at].kind in BREAKS
        if found and tokens[found[0]].kind == "w" and ends and not self._of_alleys:
            self._hidden.update(found)

    def _read_alone(self, at: int) -> None:
        """Read a number that is a whole part beside the number of a building: Tower 6, 2317."""
        tokens = self._tokens
        if not self._ends(at) or len(tokens[at].text) not in ROOM_DIGITS:
            return
        if at == 0:
            following = "".join([token.text.lower() for token in tokens[2:3]])
            if kinds_of_words().get(following) == "building" and following not in _STREETS_FIRST:
                self._hidden.add(at)
        elif tokens[at - 1].kind in BREAKS:
            if at - 2 in self._known and at - 2 not in self._in_streets:
                self._hidden.add(at)
        elif at - 1 in self._known:
            self._hidden.add(at)

    def _is_one_house(self, first: int, last: int) -> bool:
        one, other = self._tokens[first].text, self._tokens[last].text
        return one.isdecimal() and other.isdecimal() and 0 < int(other) - int(one) <= SAME_HOUSE
