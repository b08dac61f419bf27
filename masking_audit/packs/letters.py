"""The list of possible victims, and the letter to them, in English and Chinese. Pure."""

import csv
import io
from collections.abc import Iterable
from importlib import resources
from typing import Final

from masking_audit.packs.documents import BOM

VICTIMS: Final = "victims.csv"
LETTERS: Final = ("letter.en.md", "letter.zh.md")
"""Templates. `{waybill_no}` stays in them for the carrier's own channel, which fills it in for each waybill."""


def victims(numbers: Iterable[str]) -> str:
    """Return the list of possible victims for the carrier's own channel, as CSV: waybill numbers only."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["waybill_no"])
    writer.writerows([number] for number in sorted(numbers))
    return BOM + out.getvalue()


def letters(kinds: Iterable[str], begin: str, end: str) -> dict[str, str]:
    """Return the letters by the names of their files.

    Args:
        kinds: of the values that were shown; empty where it is not known.
        begin, end: the period, as timestamps.
    """
    named = ", ".join(sorted(kinds)) or "name, phone, address"
    return {
        name: resources.files(__package__)
        .joinpath("templates", name)
        .read_text("utf-8")
        .replace("{kinds}", named)
        .replace("{begin}", begin)
        .replace("{end}", end)
        for name in LETTERS
    }
