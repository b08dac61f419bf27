"""Keeps a spreadsheet from running cells of CSV files: puts an apostrophe before text that could be a formula.

Numbers with a sign and masks of phones stay readable: `+86 *******5678` and `-12.5` call nothing.
"""

import re
from collections.abc import Iterable
from typing import Final

BEGINNINGS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""The first characters of formulas (OWASP, "CSV Injection"; full-width signs in Chinese and Japanese locales)."""

_HARMLESS: Final = re.compile(
    r"""
    [+\-＋－] [0-9０-９*] [0-9０-９*\s.,()/+\-;，、；转]*   # a number with a sign, or a phone's mask: no name, no call
  | =" [A-Za-z0-9 .*-]* "                              # how exports keep a number text: ="0012"
  | -+                                                 # a dash for nothing
    """,
    re.VERBOSE,
)
_INNER: Final = re.compile(r"""(?<=[;,|\t\r\n])([ "']*+)([=+\-@＝＋－＠][^;,|\t\r\n]*)""")
"""The characters that begin a new cell where a spreadsheet uses another separator than the file."""

_RISKY: Final = re.compile(r"""[;,|\t\r\n][ "']*+[=+\-@＝＋－＠]|;[\t\r\n]""")


def risky(cells: Iterable[str]) -> bool:
    """Return whether `safe` changes any of these cells; for most rows it changes none."""
    return _RISKY.search(";" + ";".join(cells)) is not None


def safe(cell: str) -> str:
    """The cell as any spreadsheet may open it, whatever separator it expects."""
    if not cell:
        return cell
    if _INNER.search(cell):
        cell = _INNER.sub(_guarded, cell)
    if cell[0] not in BEGINNINGS or _HARMLESS.fullmatch(cell):
        return cell
    return f"'{cell}"


def _guarded(match: re.Match[str]) -> str:
    if match[1].endswith("'") or _HARMLESS.fullmatch(match[2]):
        return match[0]
    return f"{match[1]}'{match[2]}"
