"""What masking one record costs, stage by stage, in µs: way and masks, and the leak guard with and without a find.

Each figure is the best of many rounds of 500 fresh records, so that the machine's other work shows least.
"""

import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from masking_service.masking.records import record as record_module
from masking_service.masking.records.record import Masker
from masking_service.masking.schemas import load_schemas
from tests.masking.standard import LABEL

BATCH = 500
ROUNDS = 60


def usual() -> dict[str, Any]:
    """Six typical values and a remark, and no other members."""
    return {
        "waybill_no": "SF1381234567890",
        "sender": {
            "name": "张三",
            "phone": "13812345678",
            "address": "上海市青浦区华新镇华志路1685号3号楼2单元402室",
        },
        "recipient": {
            "name": "欧阳娜娜",
            "phone": "13987654321",
            "address": "浙江省杭州市余杭区文一西路969号5幢1201室",
        },
        "remark": "易碎品，请轻放，送货前电话联系",
    }


def with_own_keys() -> dict[str, Any]:
    """The same with the unmapped keys that a merchant's system adds."""
    return {**usual(), "order_no": "OD20261124000017", "weight": 1250, "goods": [{"name": "图书", "count": 2}]}


def with_a_leak() -> dict[str, Any]:
    """The same with the sender's name and phone in an unmapped key."""
    return {**usual(), "note": "寄件人张三 138-1234-5678"}


def microseconds(work: Callable[[dict[str, Any]], object], make: Callable[[], dict[str, Any]]) -> float:
    """The best round's time per record."""
    best = float("inf")
    for _ in range(ROUNDS):
        records = [make() for _ in range(BATCH)]
        begin = time.perf_counter()
        for record in records:
            work(record)
        best = min(best, time.perf_counter() - begin)
    return best / BATCH * 1e6


def main() -> None:
    """Print one line a stage."""
    schema = load_schemas()["standard"]
    masker = Masker(schema, LABEL)
    for label, make in (("usual record", usual), ("with own keys", with_own_keys), ("with a leak", with_a_leak)):
        whole = microseconds(masker.mask, make)
        with patch.object(record_module, "may_leak", lambda *_: False):
            without = microseconds(masker.mask, make)
        print(f"{label:14} find and mask {without:6.2f}  leak guard {whole - without:6.2f}  together {whole:6.2f} µs")


if __name__ == "__main__":
    main()
