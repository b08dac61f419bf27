"""Waybills to measure with: invented, of the usual sizes, and each of them sent once only."""

import itertools
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from bench.quality import corpus

Record = dict[str, Any]
Draw = Callable[[], float]
Change = Callable[[Record, Draw], None]
_NUMBER = re.compile("[0-9]+").sub

USUAL, MIXED, ADDRESSES, KNOWN, REMARKS = "usual", "mixed", "addresses", "known addresses", "remarks"
KINDS = {
    USUAL: "six values of the usual sizes, and nothing else",
    MIXED: "in turn: usual ones, remarks with a name and a phone, unmapped members, recipients abroad, a long remark, "
    "values that came in masked",
    ADDRESSES: "addresses as people write them, of the corpora of `bench.quality`, with new numbers each time",
    KNOWN: "the same addresses with their own numbers, whose masks are cached after some batches",
    REMARKS: "a remark with a name and a phone in each",
}
"""Kinds of records, and what is in them."""

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
ROADS = ("华志路", "人民路", "中山北路", "解放大道", "建设一路", "香花桥路", "天府大道", "科苑南路")
DISTRICTS = ("上海市青浦区", "浙江省杭州市西湖区", "广东省深圳市南山区", "四川省成都市武侯区", "北京市朝阳区")

_REMARKS = (
    "麻烦放门卫，{name}代收，电话{phone}",
    "收件人不在请打{phone}找{name}",
    "{name} {phone} 易碎品轻拿轻放",
    "客户{name}要求改期到周六，回电{phone}",
)
_ABROAD = ("John Miller", "Anna Kowalska", "Lucas Meyer", "Maria Rossi")

# Drawn from as they are, because making a waybill must not take longer than masking it.
# A third of the given names has one character.
_NAMES = [
    family + given for family in FAMILY for given in (*GIVEN * 13, *map("".join, itertools.product(GIVEN, GIVEN)))
]
_STREETS = [district + road for district in DISTRICTS for road in ROADS]


class Waybills:
    """An endless supply of distinct records of the schema `standard`.

    Args:
        prefix: two letters that no other supply of the run has.
        seed: makes the same supply again.
        kind: one of KINDS.
    """

    def __init__(self, prefix: str, seed: int, kind: str = USUAL) -> None:
        self._prefix = prefix
        self._changes = itertools.cycle(_CHANGES[kind])
        self._draw = random.Random(seed).random
        self._numbers = itertools.count(1)

    def record(self) -> dict[str, Any]:
        """One waybill: six values, changed as the kind of records says."""
        number = f"{self._prefix}{next(self._numbers):013d}"
        record = {"waybill_no": number, "sender": self._party(), "recipient": self._party()}
        change = next(self._changes)
        if change is not None:
            change(record, self._draw)
        return record

    def records(self, count: int) -> list[dict[str, Any]]:
        """The next `count` waybills."""
        return [self.record() for _ in range(count)]

    def _party(self) -> dict[str, str]:
        draw = self._draw
        return {
            "name": _NAMES[int(draw() * len(_NAMES))],
            "phone": f"1{'3578'[int(draw() * 4)]}{int(draw() * 1e9):09d}",
            "address": f"{_STREETS[int(draw() * len(_STREETS))]}{1 + int(draw() * 1_999)}号"
            f"{1 + int(draw() * 29)}号楼{1 + int(draw() * 4)}单元{101 + int(draw() * 1_899)}室",
        }


def _pick(values: Sequence[str], draw: Draw) -> str:
    return values[int(draw() * len(values))]


def _phone(draw: Draw) -> str:
    return f"13{int(draw() * 1e9):09d}"


def _remark(record: Record, draw: Draw) -> None:
    record["remark"] = _pick(_REMARKS, draw).format(name=_pick(_NAMES, draw), phone=_phone(draw))


def _long_remark(record: Record, draw: Draw) -> None:
    sentences = (_pick(_REMARKS, draw).format(name=_pick(_NAMES, draw), phone=_phone(draw)) for _ in range(20))
    record["remark"] = "\n".join(sentences)


def _unmapped(record: Record, draw: Draw) -> None:
    record |= {
        "contactMobile": _phone(draw),
        "goods_name": "白色L码运动鞋两双",
        "memo": f"送到后联系{_pick(_NAMES, draw)}，{_phone(draw)}",
    }


def _abroad(record: Record, draw: Draw) -> None:
    addresses = _texts("foreign")
    phone = f"+49 151 {int(draw() * 1e8):08d}"
    record["recipient"] = {"name": _pick(_ABROAD, draw), "phone": phone, "address": _pick(addresses, draw)}


def _masked(record: Record, draw: Draw) -> None:
    party = record["recipient"]
    party["name"], party["phone"] = f"{party['name'][0]}**", f"138****{int(draw() * 1e4):04d}"


def _addresses(record: Record, draw: Draw) -> None:
    for side in ("sender", "recipient"):
        record[side]["address"] = with_new_numbers(_pick(_texts("address"), draw), draw)


def _known_addresses(record: Record, draw: Draw) -> None:
    for side in ("sender", "recipient"):
        record[side]["address"] = _pick(_texts("address"), draw)


def with_new_numbers(address: str, draw: Draw) -> str:
    """Return an address with other numbers of the same lengths. `draw` gives random numbers from 0 to 1."""
    return _NUMBER(lambda number: f"{int((0.1 + 0.9 * draw()) * 10 ** len(number[0]))}", address)


@cache
def _texts(kind: str) -> list[str]:
    return [text.text for part in corpus.PARTS for text in corpus.load(part) if text.kind == kind]


_CHANGES: dict[str, tuple[Change | None, ...]] = {
    USUAL: (None,),
    MIXED: (None, _remark, None, _unmapped, None, _abroad, None, _remark, _long_remark, _masked),
    ADDRESSES: (_addresses,),
    KNOWN: (_known_addresses,),
    REMARKS: (_remark,),
}
"""What is changed of each record, in turn."""
