"""Tells in which country an address is, as far as the reading of its numbers depends on it.

Each question is answered when it is first asked: most addresses need few of them.
"""

import re
from functools import cached_property
from typing import Final

JALAN: Final = ("jalan", "jln", "lorong", "persiaran", "lebuh")
"""Words for streets in Malaysia. The numbers behind them are part of the street's name."""
_MALAYSIAN_PLACE: Final = re.compile(
    r"\b(?:jalan|jln|lorong|persiaran|lebuh|taman|kampung|seksyen|selangor|johor|kedah|kelantan|pahang|perak|perlis|melaka|sabah"
    r"|sarawak|terengganu|(?:pulau )?pinang|penang|kuala lumpur|malaysia)\b"
).search
"""Finds that an address is in Malaysia. There, three numbers with dashes are a block, a floor and a flat: 57-1-1."""
_CZECH_LETTERS: Final = frozenset("ěřůľĺŕ")
"""Letters that hardly any other language has."""
_CZECH_OR_OTHERS: Final = frozenset("čďňšťžúý")
"""Letters that others have, too: a postcode (586 01) tells."""
_CZECH_PLACE: Final = re.compile(
    r"\b(?:praha|prague|brno|ostrava|plzeň|olomouc|liberec|bratislava|košice|trnava|žilina|nitra|prešov|czech|slovakia|slovensko"
    r"|česk)"
).search
"""Finds that an address is in Czechia or Slovakia. There, both numbers beside a slash belong to the house."""
_OTHER_THAN_CZECH: Final = re.compile(
    r"\b(?:wien|vienna|graz|linz|salzburg|österreich|austria|rue|avenue|bruxelles|koleje?|internát)\b"
).search
"""Finds that only a street is named after a Czech town, or a hostel: a flat or room is behind the slash."""
_CZECH_CODE: Final = re.compile(r"(?<![0-9])[0-9]{3} [0-9]{2}(?![0-9])").search
_VIETNAMESE: Final = frozenset("ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
"""Letters that only Vietnamese has."""
_VIETNAMESE_PLACE: Final = re.compile(r"\b(?:viet ?nam|ho chi minh|ha ?noi|tp\.? ?hcm)").search
"""Finds that an address is in Vietnam. There, a slash is between an alley and its house."""
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
"""Finds that an address is in Bangladesh, where what is behind a slash belongs to the house, and a flat has a word."""
_OTHER_THAN_BENGALI: Final = re.compile(
    r"(?<![0-9])[1-9][0-9]{4,5}(?![0-9])|\b(?:india|delhi|jaipur|bangalore|bengaluru|lucknow|jharkhand"
    r"|pakistan|karachi|lahore|islamabad|kashmir|sindh|punjab)\b"
).search
"""Finds that an address is in India or Pakistan, which have places with the same names, and longer postcodes."""
_BENGALI_FLATS: Final = re.compile(r"\b(?:tower|apartments?|bhaban|residence|condo|hostel|hall)\b").search
"""Finds an apartment house in Bangladesh, where the number of a flat is behind a slash."""
_SECTOR: Final = re.compile(r"\b[A-Z]-(?:[5-9]|1[0-9])(?:/[1-4])?(?=,? (?:Markaz|Islamabad))", re.I).search
"""Finds a sector of Islamabad: F-7/2."""
_RUSSIAN_PLACE: Final = re.compile(
    r"\b(?:ul|ulitsa|prospekt|pr-kt|pereulok|shosse|naberezhnaya|proezd|etazh|pomeshch\w*|komn|kv|ofis|oblast|russia|russian"
    r"|moscow|moskva|petersburg|belarus|minsk|kazakhstan|kyrgyzstan|ukraine)\b"
).search
"""Of Russia and its neighbours, in Latin letters."""

_CROATIAN_PLACE: Final = re.compile(
    r"\b(?:ulica|ul|trg|zagreb|split|rijeka|osijek|zadar|beograd|novi sad|ljubljana|maribor|sarajevo"
    r"|croatia|hrvatska|srbija)\b"
).search
"""Finds that an address is in Croatia or a neighbour, where St. is short for a flat."""
_BELGIAN_PLACE: Final = re.compile(
    r"\b(?:bruxelles|brussels?|antwerpen|anvers|gent|gand|liège|luik|leuven|louvain|brugge|bruges|namur|charleroi"
    r"|mechelen|ixelles|belgi[ëqu]\w*)\b"
).search
"""Finds that an address is in Belgium."""
_KOREAN_PLACE: Final = re.compile(r"-(?:dong|gu|daero|gil|eup|myeon)\b", re.I).search
_HANGUL: Final = re.compile("[\uac00-\ud7a3]").search
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]").search


class Countries:
    """Answers whether an address, which it is given as it is and in lower case, is of a country."""

    def __init__(self, text: str, lower: str) -> None:
        self._text = text
        self._lower = lower

    @cached_property
    def korea(self) -> bool:
        """Whether it is in Korea, and in Latin letters."""
        return _KOREAN_PLACE(self._text) is not None

    @cached_property
    def hangul(self) -> bool:
        """Whether it has letters of Korea."""
        return not self._text.isascii() and _HANGUL(self._text) is not None

    @cached_property
    def cyrillic(self) -> bool:
        """Whether it has Cyrillic letters."""
        return not self._text.isascii() and _CYRILLIC(self._text) is not None

    @cached_property
    def sector(self) -> int:
        """The place at which a sector of Islamabad begins; -1 where there is none."""
        sector = _SECTOR(self._text)
        return -1 if sector is None else sector.start()

    @cached_property
    def has_jalan(self) -> bool:
        """Whether a word for streets of Malaysia is in it."""
        return any(word in self._lower for word in JALAN)

    @cached_property
    def malaysia(self) -> bool:
        """Whether it is in Malaysia."""
        return _MALAYSIAN_PLACE(self._lower) is not None

    @cached_property
    def czechia(self) -> bool:
        """Whether it is in Czechia or Slovakia."""
        lower = self._lower
        return _OTHER_THAN_CZECH(lower) is None and (
            not _CZECH_LETTERS.isdisjoint(lower)
            or _CZECH_PLACE(lower) is not None
            or (not _CZECH_OR_OTHERS.isdisjoint(lower) and _CZECH_CODE(lower) is not None)
        )

    @cached_property
    def thailand(self) -> bool:
        """Whether it is in Thailand."""
        lower = self._lower
        return (not lower.isascii() and _THAI_LETTER(lower) is not None) or _THAI_PLACE(lower) is not None

    @cached_property
    def vietnam(self) -> bool:
        """Whether it is in Vietnam."""
        return not _VIETNAMESE.isdisjoint(self._lower) or _VIETNAMESE_PLACE(self._lower) is not None

    @cached_property
    def russia(self) -> bool:
        """Whether it is of Russia or a neighbour, in Latin letters."""
        return _RUSSIAN_PLACE(self._lower) is not None

    @cached_property
    def croatia(self) -> bool:
        """Whether it is in Croatia, Serbia, Bosnia or Slovenia."""
        return _CROATIAN_PLACE(self._lower) is not None

    @cached_property
    def belgium(self) -> bool:
        """Whether it is in Belgium, where box is a flat's."""
        return _BELGIAN_PLACE(self._lower) is not None

    @cached_property
    def alleys(self) -> bool:
        """Whether it is in Vietnam or Thailand, and in no apartment house: a slash is between an alley and a house."""
        lower = self._lower
        thai = self.thailand and _THAI_FLATS(lower) is None
        return thai or (self.vietnam and _VIETNAMESE_FLATS(lower) is None)

    @cached_property
    def bangladesh(self) -> bool:
        """Whether it is in Bangladesh, and in no apartment house: what is behind a slash belongs to the house."""
        lower = self._lower
        if not lower.isascii() and _BENGALI_LETTER(lower) is not None:
            return True
        return (
            _BENGALI_PLACE(lower) is not None and _OTHER_THAN_BENGALI(lower) is None and _BENGALI_FLATS(lower) is None
        )
