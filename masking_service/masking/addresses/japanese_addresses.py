"""Hides floor and room in addresses in Japanese. The lot (1-2-3, 1丁目2番3号) is shown."""

import re
from typing import Final

from masking_service.masking.addresses.foreign.tokens import ROOM_DIGITS
from masking_service.masking.around import text_before

MAX_LOT: Final = 3
"""The largest number of parts of a lot in Japan: district, block, house."""
_SAYS_JAPANESE: Final = re.compile(
    r"[〒丁番\u3041-\u306d\u306f-\u30ff](?:(?<=〒)|(?<=丁)目|(?<=番)[地町]|(?<![〒丁番])(?!.*(?:[路弄栋幢单层楼]|(?<!号)室)\b))"
).search
BEGINS: Final = (
    "東京都|北海道|大阪府|京都府"
    "|(?:大阪|京都|横浜|名古屋|神戸|札幌|福岡|川崎|広島|仙台|千葉|北九州|新潟|浜松|熊本|相模原|岡山|静岡)市"
)
"""Part of a regular expression: prefectures, and cities with wards, at the beginning of an address."""
_IN_JAPAN: Final = re.compile(rf"\s?(?:[0-9]{{3}}-[0-9]{{4}}\s?)?(?:{BEGINS}|[\u4e00-\u9fff]{{2,3}}県)").match
_JAPANESE: Final = re.compile(
    r"(?P<code>〒\s?[0-9]{3}-?[0-9]{4}|\A\s?[0-9]{3}-[0-9]{4}(?=\s?[\u4e00-\u9fff]))|(?P<lot>[0-9]++(?:丁目|番地|番|街区|条)(?:[0-9]+号(?!室))?)|(?P<house>[0-9A-Z]{1,5}号?[棟館])"
    r"|(?P<floor>[0-9*]{1,2}(?=[Ff](?![A-Za-z]))|(?<=[0-9*][Ff]-)[0-9A-Za-z*]{1,4}(?![0-9A-Za-z]))"
    r"|[A-Z]?-?[0-9*]+(?:-[0-9*]+)*[A-Z]?(?![A-Za-z])"
)
_LOT_AND_ROOM: Final = re.compile(r"(?:\A|[町村])[0-9]+(?:-[0-9]+){1,2}[ \u3000][0-9*]+号室\Z").search
_DIGITS: Final = re.compile(r"[0-9A-Z]+").sub
_HOUSE_IN_KANA: Final = re.compile(r"[\u30a1-\u30ff]\s?\Z").search


def is_japanese(text: str) -> bool:
    """Whether an address is in Japan: by its kana, or by its prefecture or lot."""
    return (_SAYS_JAPANESE(text) or _IN_JAPAN(text) or _LOT_AND_ROOM(text)) is not None


def hide_japanese_units(text: str) -> str:
    """Return an address in Japanese with its floors and rooms as stars; the lot (1-2-3, 1丁目2番3号) stays."""
    parts = MAX_LOT

    def shown(match: re.Match[str]) -> str:
        nonlocal parts
        if match["code"] or match["house"]:
            return match[0]
        if match["floor"]:
            parts = 0 if parts < MAX_LOT else parts
            return "*" * len(match[0])
        if match["lot"]:
            parts = max(0, parts - 1) if "丁目" in match[0] else 0
            return match[0]
        numbers = match[0].split("-")
        is_floor = text[match.end() : match.end() + 1] in ("階", "F", "室") or text.startswith("号室", match.end())
        is_room = is_floor or (
            len(numbers) == 1 and len(match[0]) in ROOM_DIGITS and _HOUSE_IN_KANA(text_before(text, match.start(), 2))
        )
        lot = 0 if is_room or not numbers[0].isdecimal() else min(parts, len(numbers))
        if lot > 1 and len(numbers[lot - 1]) >= len("101") and lot == len(numbers) == MAX_LOT:
            lot -= 1
        parts = 0 if lot or parts < MAX_LOT else parts
        return "-".join([*numbers[:lot], *(_DIGITS(lambda run: "*" * len(run[0]), number) for number in numbers[lot:])])

    return _JAPANESE.sub(shown, text)
