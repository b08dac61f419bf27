"""Waybills to measure with: invented, of the usual sizes, and each of them sent once only."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

import msgspec

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
ROADS = ("华志路", "人民路", "中山北路", "解放大道", "建设一路", "香花桥路", "天府大道", "科苑南路")
DISTRICTS = ("上海市青浦区", "浙江省杭州市西湖区", "广东省深圳市南山区", "四川省成都市武侯区", "北京市朝阳区")


class Waybills:
    """An endless supply of distinct records of the schema `standard`.

    Args:
        prefix: two letters that no other supply of the run has.
        seed: makes the same supply again.
    """

    def __init__(self, prefix: str, seed: int) -> None:
        self._prefix = prefix
        self._random = random.Random(seed)
        self._numbers = itertools.count(1)

    def record(self) -> dict[str, Any]:
        """One waybill with six values and nothing else."""
        number = f"{self._prefix}{next(self._numbers):013d}"
        return {"waybill_no": number, "sender": self._party(), "recipient": self._party()}

    def bodies(self, size: int) -> Iterator[bytes]:
        """Request bodies of `size` records each."""
        while True:
            yield msgspec.json.encode({"records": [self.record() for _ in range(size)]})

    def _party(self) -> dict[str, str]:
        pick = self._random.choice
        name = pick(FAMILY) + "".join(self._random.choices(GIVEN, k=self._random.choice((1, 2, 2))))
        phone = f"1{pick('3578')}{self._random.randrange(10**9):09d}"
        draw = self._random.randrange
        unit = f"{draw(1, 30)}号楼{draw(1, 5)}单元{draw(101, 2000)}室"
        return {
            "name": name,
            "phone": phone,
            "address": f"{pick(DISTRICTS)}{pick(ROADS)}{self._random.randrange(1, 2000)}号{unit}",
        }
