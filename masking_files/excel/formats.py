"""The number formats of a workbook's cells: which of them are dates, and which are written again.

A format may hold any text (`0"张三"`), which a spreadsheet shows in the cell. So only formats of known pieces are
written; another one is replaced by a usual one of its sort.
"""

import re
from dataclasses import dataclass
from typing import IO, Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from masking_files.excel.xml import feed

GENERAL: Final = "General"
DATE: Final = "yyyy-mm-dd hh:mm:ss"
_DURATION: Final = "[h]:mm:ss"

_KNOWN: Final = re.compile(
    r"""(?: General
          | [0#?.,%/@:;+\-()\ _*Ee年月日时時分秒上午下¥￥$€£]
          | \\[ \-/.:,()年月日时時分秒¥￥$€£]
          | AM/PM | A/P | [ymdhs]+
          | "[ \-/.:,()年月日时時分秒元¥￥$€£]?"
          | \[[hms]{1,2}\] | \[(?:Red|Black|Blue|Green|White|Yellow|Cyan|Magenta|红色|黑色|蓝色|绿色)\]
          | \[\$[¥￥$€£₩]?(?:-[0-9A-F]{1,4})?\]
          | \[[<>=]{1,2}(?:0|10*)\]
        )*""",
    re.VERBOSE | re.IGNORECASE,
)
_MAX_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a cell shows a number.

    Attributes:
        code: as it is written; of known pieces only.
        date: whether it shows a date or a time.
        duration: whether that is a time which goes on beyond 24 hours.
    """

    code: str
    date: bool
    duration: bool


PLAIN: Final = NumberFormat(GENERAL, date=False, duration=False)


def number_format(code: str) -> NumberFormat:
    """Return what a format means, and its code or a usual one of its sort."""
    date, duration = is_date_format(code), is_timedelta_format(code)
    if len(code) > _MAX_LENGTH or not _KNOWN.fullmatch(code):
        code = _DURATION if duration else DATE if date else GENERAL
    return NumberFormat(code, date, duration)


def read_formats(stream: IO[bytes]) -> list[NumberFormat]:
    """Return the number format of each cell style of a workbook's styles.

    Raises:
        Unsafe: the part is none that a spreadsheet writes.
        ValueError: a number in it is none.
    """
    own: dict[int, str] = {}
    used: list[int] = []
    cells = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal cells
        if name == "numFmt":
            own[int(attributes.get("numFmtId", ""))] = attributes.get("formatCode", GENERAL)
        elif name == "xf" and cells:
            used.append(int(attributes.get("numFmtId", "0")))
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            cells = name == "cellXfs"

    feed(stream, start)
    known = {at: number_format(own.get(at) or BUILTIN_FORMATS.get(at, GENERAL)) for at in {*used}}
    return [known[at] for at in used]
