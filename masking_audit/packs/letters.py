"""The list of possible victims, and the letter to them, in English and Chinese. Pure."""

import csv
import io
from collections.abc import Iterable
from importlib import resources
from typing import Final

from masking_audit.packs.documents import BOM
from masking_service.audit.names import KINDS
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.texts import Language

VICTIMS: Final = "victims.csv"
LETTERS: Final[dict[Language, str]] = {"en": "letter.en.md", "zh": "letter.zh.md"}
"""Templates. `{waybill_no}` stays in them for the carrier's own channel, which fills it in for each waybill."""

_KINDS: Final = {kind: KINDS[kind] for kind in TOKEN_KINDS}
_NOT_KNOWN: Final = frozenset({"name", "phone", "address"})
"""The kinds that a letter names where it is not known which were shown."""


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
        kinds: of the values that were shown; with an empty one where some are not known.
        begin, end: the period, as timestamps.

    Raises:
        ValueError: a kind has no name in this release.
    """
    known = {*kinds}
    if unknown := known - {"", *_KINDS}:
        raise ValueError(f"no name for values of the kind {', '.join(sorted(unknown))}")
    if "" in known or not known:
        known |= _NOT_KNOWN
    shown = [kind for kind in _KINDS if kind in known]
    return {
        name: resources.files(__package__)
        .joinpath("templates", name)
        .read_text("utf-8")
        .replace(
            "{kinds}", {"en": ", ", "zh": "、"}[language].join(_KINDS[kind].in_language(language) for kind in shown)
        )
        .replace("{begin}", begin)
        .replace("{end}", end)
        for language, name in LETTERS.items()
    }
