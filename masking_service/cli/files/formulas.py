"""Keeps a cell from being run by a spreadsheet: what could be a formula gets an apostrophe before it.

Numbers with a sign and masks of phones stay readable: `+86 *******5678` and `-12.5` call nothing.
"""

import re
from typing import Final

BEGINNINGS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""What a formula begins with (OWASP, "CSV Injection"; the full-width signs count in Chinese and Japanese locales)."""

_HARMLESS: Final = re.compile(
    r"""
    [+\-＋－] [0-9０-９*] [0-9０-９*\s.,()/+\-;，、；转]*   # a number with a sign, or a phone's mask: no name, no call
  | =" [A-Za-z0-9 .*-]* "                              # how exports keep a number text: ="0012"
  | -+                                                 # a dash for nothing
    """,
    re.VERBOSE,
)


def safe(cell: str) -> str:
    """The cell as a spreadsheet may open it."""
    if not cell or cell[0] not in BEGINNINGS or _HARMLESS.fullmatch(cell):
        return cell
    return f"'{cell}"
