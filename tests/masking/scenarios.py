"""Reads the scenarios in `vectors/`, and makes the values that properties are tried on."""

import re
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.name import mask_name
from masking_service.masking.kinds.party import mask_party

_VECTORS: Final = Path(__file__).parent / "vectors"
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8}))")

_PIECES: Final = """
    13812345678 021- 0755 +86 0086 86 +852 9123 4567 852- 400 59791234 ext x 转 分机 # - ( ) （ ） / 、 , ， ; ； . 。 ·
    * ** **** 138****5678 *******5678 021-******34 电话 tel phone 张 三 王** 欧阳 司马 有限公司 厂 Ltd Co. John Smith
    收 先生 1 2 3 0 12 402 １ ８ ③ 号 楼 单元 室 层 栋 座 房 门 之 弄 路 F 3号楼 2单元 402室 12-3-401 Apt Flat #12 A B5
    一 三零一 东 東 东户 @ a@b.cn ~ $ ^_^ xxxx wbt SF 110101199003074610 6228480402564890018 年 件 2024-01-15 😀 ç Ж ع
"""
PIECES: Final = (*_PIECES.split(), " ", "\n", "\u200b", "\u202e", "e\u0301")

MESSY: Final = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
"""Bits of names, numbers, addresses and texts in any order: where readings meet."""

ANYTHING: Final = st.text(max_size=40) | MESSY


def scenarios(name: str) -> list[tuple[str, str]]:
    """The pairs of what comes in and what shows in one file of `vectors/`."""
    lines = (_VECTORS / f"{name}.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("# ")]
    return [(_seen(value), _seen(shown)) for value, shown in pairs]


def masked_party(value: str) -> str:
    """Return a value of a name, a phone and an address as a label shows it."""
    return mask_party(value, 4, lambda name: mask_name(name, "given"), lambda address: mask_address(address, "unit"))


def long_inputs() -> list[str]:
    """Forty thousand characters each of what makes careless patterns slow."""
    return [(unit * 40_000)[:40_000] for unit in UNITS]


def repeated() -> list[tuple[str, str, str]]:
    """What is repeated in a value, each with what is before it and behind it: first, unit, last."""
    return [
        (first, unit, last)
        for unit in (*UNITS, "* ", "a*", "a ", "(a", "-a", "1a", "张 ", "张*", "·a", "，1")
        for first in ("", "张", "a", "3单元", "1")
        for last in ("", "!", "1", "_", "张")
    ]


UNITS = (
    "1", "13-", "1-", "138 ", "@", "a@", "a@a.a ", "-", "1\u200b", "*", "1*", "138****5678 ", "0755-", "+", "+8",
    "(", "(021", "电话", "110101 19900307 ", "4444 ", "a", "一", "1室", "#1", "Apt ", "[(", "13812345678 ", "转1",
    "1.", "00", "a Ltd ", "·", "a.b@qq.com ", "省市区", "~a", "$a", "852 9", "+852 9123 4567 ", "\n1", "张",
    "(02)1234 ", "*021-", "1*-", "12-3-", "x1",
)  # fmt: skip


def _seen(written: str) -> str:
    return _ESCAPE.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), written)
