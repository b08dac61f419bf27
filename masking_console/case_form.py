"""Reads the form of a new case into the request, which is also what is signed."""

from collections.abc import Mapping
from typing import Final

from masking_console.asked import whole_number
from masking_console.service import Json
from masking_console.waybill_lines import sound_numbers, without_phones

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
