"""Reads pasted waybill numbers line by line, says what is wrong with each, and reads the form of a new case. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from masking_console.asked import whole_number
from masking_console.service import Json

Verdict = Literal["sound", "twice", "phone", "no-number"]

_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{4,38}[A-Z0-9]")
_SHORTEST_OF_SEVERAL: Final = 10
"""Parts of a line are numbers of their own from this length on; shorter ones are groups of one number."""
_MOBILE: Final = re.compile(r"(?:\+?86|0086)?1[3-9]\d{9}")
_LANDLINE: Final = re.compile(r"(?:\+?86-?)?0\d{2,3}-\d{7,8}(?:-\d{1,6})?")
_INTERNATIONAL: Final = re.compile(r"\+\d{7,15}")
_SEPARATORS: Final = re.compile(r"[\s()./-]+")


class PastedNumber(NamedTuple):
    """A line of a pasted text, which should be a waybill number.

    Attributes:
        at: the number of its line, from 1.
        text: the number in its usual form, or what was pasted; "" for a phone.
    """

    at: int
    verdict: Verdict
    text: str


def read_lines(text: str) -> list[PastedNumber]:
    """Read a pasted text: one row for each number, and for each line without one."""
    seen: set[str] = set()
    rows = []
    for at, line in enumerate(unicodedata.normalize("NFKC", text).splitlines(), 1):
        for part in _parts(line):
            verdict, number = _judge(part)
            if verdict == "sound" and number in seen:
                verdict = "twice"
            seen.add(number)
            rows.append(PastedNumber(at, verdict, number))
    return rows


def sound_numbers(text: str) -> list[str]:
    """The waybill numbers of a pasted text, each once."""
    return [row.text for row in read_lines(text) if row.verdict == "sound"]


def without_phones(text: str) -> str:
    """The text without the parts that look like a phone."""
    kept = []
    for line in text.splitlines():
        parts = _parts(unicodedata.normalize("NFKC", line))
        sound = [part for part in parts if not is_phone(part)]
        kept.append(line if len(sound) == len(parts) else " ".join(sound))
    return "\n".join(line for line in kept if line.strip())


def _parts(line: str) -> list[str]:
    """The cells of a line, and of a cell the numbers in it."""
    cells = [cell.strip() for cell in re.split(r"[\t,，、;；|]", line) if cell.strip()]
    found: list[str] = []
    for cell in cells:
        words = cell.split()
        several = all(len(word) >= _SHORTEST_OF_SEVERAL for word in words)
        found += words if several else [cell]
    return found


def _judge(part: str) -> tuple[Verdict, str]:
    if is_phone(part):
        return "phone", ""
    number = re.sub(r"\s+", "", part).upper()
    return ("sound", number) if _NUMBER.fullmatch(number) and any(map(str.isdigit, number)) else ("no-number", part)


def is_phone(part: str) -> bool:
    """Whether a text looks like a phone, in whatever spelling."""
    if _LANDLINE.fullmatch(part.replace(" ", "")) or _INTERNATIONAL.fullmatch(_SEPARATORS.sub("", part)):
        return True
    return bool(_MOBILE.fullmatch(_SEPARATORS.sub("", part)))


HOURS: Final = (4, 24, 72, 168)
DEFAULT_HOURS: Final = 24


def wanted_case(typed: Mapping[str, str]) -> Json:
    """Return the case that a form asks for."""
    parts = (typed.get("reason", "").strip(), typed.get("details", "").strip())
    wanted: Json = {
        "case": typed.get("case", "").strip(),
        "purpose": typed.get("purpose", ""),
        "waybills": sound_numbers(without_phones(typed.get("waybills", ""))),
        "reason": " — ".join(part for part in parts if part),
        "expires_in": 3600 * (whole_number(typed.get("hours", ""), 1, max(HOURS)) or DEFAULT_HOURS),
    }
    if typed.get("officer", "").strip():
        wanted["officer"] = typed["officer"].strip()
    return wanted
