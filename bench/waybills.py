"""Waybills to measure with: invented, of the usual sizes, and each of them sent once only."""

import itertools
import random
from typing import Any

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
ROADS = ("华志路", "人民路", "中山北路", "解放大道", "建设一路", "香花桥路", "天府大道", "科苑南路")
DISTRICTS = ("上海市青浦区", "浙江省杭州市西湖区", "广东省深圳市南山区", "四川省成都市武侯区", "北京市朝阳区")

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
    """

    def __init__(self, prefix: str, seed: int) -> None:
        self._prefix = prefix
        self._draw = random.Random(seed).random
        self._numbers = itertools.count(1)

    def record(self) -> dict[str, Any]:
        """One waybill with six values and nothing else."""
        number = f"{self._prefix}{next(self._numbers):013d}"
        return {"waybill_no": number, "sender": self._party(), "recipient": self._party()}

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
