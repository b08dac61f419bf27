"""`python -m bench.effort`: the worst that the caps of `masking/effort.py` let through, held against the clock.

First the values whose reading takes most beside its price: a ratio far above one is a way to hold a worker up. Then
batches of 2 MB that were made to cost: each is refused where it passes a cap, and what is accepted has to take less
than five seconds and to answer with little more than it was sent.
"""

import json
import time
from collections.abc import Callable
from math import inf
from typing import Any

import msgspec

from bench.waybills import Waybills
from masking_service.masking.effort import Effort
from masking_service.masking.records.record import CountryMasker, Masker
from masking_service.masking.schemas import load_schemas
from masking_service.service.waybills.answers import InvalidRecord
from masking_service.service.waybills.mask import mask_batch
from tests.masking.standard import LABEL

PIECES = (
    "+1 23/",
    "+1 23456789/",
    "0044 2/",
    "0044 20 7946 0958 ",
    "1001 00",
    "+852 9123 4567 ",
    "＋１ 23/",
    "１",
    "1",
    "1*",
    "1•",
    "•",
    "#1 ",
    "13812345678 ",
    "13812345678/",
    "021-59791234-801 ",
    "110101199003074610 ",
    "王小二 13812345678 ",
    "文一西路969号5号楼302室",
    "Apt 5B, ",
    "Acme Co., Ltd. ",
    "a.b@c.d.e/",
    "收件人：张三 ",
    "由李",
    "1.李娟 ",
    "王先生",
    "客户王小明要求改期，",
    "转告葛全冬换成红色",
    "给John Smith先生",
    "ab/",
    "张/",
    "张三，",
    "e\u0301",
    "(",
    "@",
    "%31",
    "+",
    "00",
)
LENGTHS = (1, 16, 40, 64, 120, 255, 512, 2_000, 30_000)
ROUNDS = 5
ENOUGH = 1e9
"""Units: for any record."""
SHOWN = 5
"""Values of each kind that are shown: those with the highest ratio."""

BODY = 2 * 1024 * 1024


FIELDS = {
    "phone": ("recipient", "phone"),
    "name": ("recipient", "name"),
    "address": ("recipient", "address"),
    "text": ("remark",),
}
"""Where a value of each kind is in a record of the schema `standard`."""


def read(masker: Masker, kind: str, value: str) -> tuple[float, float]:
    """Mask a record with one value, without any cap.

    Returns:
        Microseconds of the processor at best, and the units that were paid.
    """
    best, effort = inf, Effort()
    for _ in range(ROUNDS):
        record: Any = value
        for name in reversed(FIELDS[kind]):
            record = {name: record}
        effort = Effort(ENOUGH, ENOUGH)
        begun = time.process_time_ns()
        masker.mask(record, effort)
        best = min(best, (time.process_time_ns() - begun) / 1000)
    return best, ENOUGH - effort.left


def costs(kind: str) -> list[tuple[float, float, str]]:
    """What reading values of a kind takes in microseconds, what is paid for it, and the value: the worst first."""
    masker = Masker(load_schemas()["standard"], LABEL)
    nothing, _ = read(masker, kind, "")
    rows = []
    for piece in PIECES:
        for length in LENGTHS:
            value = (piece * (length // len(piece) + 1))[: max(length, len(piece))]
            real, paid = read(masker, kind, value)
            if paid:  # else it is usual, and the size of a body bounds it
                rows.append((real - nothing, paid, value))
    return sorted(rows, key=lambda row: -row[0] / row[1])


def phones(count: int) -> list[str]:
    """Mainland numbers, each another one."""
    return [f"1{3 + at % 7}{(at * 7_919_471) % 10**9:09}" for at in range(count)]


def of_parts(part: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    """As many records as a body holds, at most a thousand."""
    size = len(json.dumps(part(1), ensure_ascii=False).encode())
    return [{"sender": {"name": "张三"}} | part(at) for at in range(min(1_000, BODY // size))]


BATCHES: dict[str, tuple[str, list[Any]]] = {
    "1,000 usual records": ("standard", Waybills("SF", 1).records(1_000)),
    "unmapped phones, one record": ("standard", [{"sender": {"name": "张三"}, "x": phones(140_000)}]),
    "unmapped phones, 1,000 records": ("standard", of_parts(lambda _: {"x": phones(135)})),
    "unmapped phones as integers": ("standard", of_parts(lambda _: {"x": list(map(int, phones(150)))})),
    "names of members, each another": (
        "standard",
        of_parts(lambda at: {f"receiver{at}mobile{n}": 1 for n in range(80)}),
    ),
    "phones as names of members": ("standard", of_parts(lambda _: dict.fromkeys(phones(130), 1))),
    "names masked alike": (
        "standard",
        of_parts(lambda _: {"recipients": {f"张{chr(0x4E00 + n)}": {"mobile": 1} for n in range(200)}}),
    ),
    "long names of members": ("standard", of_parts(lambda _: {"k" * 30_000: phones(2_000)})),
    "numbers, one record": ("standard", [{"sender": {"name": "张三"}, "x": [1] * 900_000}]),
    "numbers, 200 records": ("standard", [{"sender": {"name": "张三"}, "x": [1] * 5_000} for _ in range(200)]),
    "JSON in texts": ("standard", of_parts(lambda _: {"x": ['{"a":[' + "1," * 900 + "1]}"]})),
    "labels in texts": ("standard", of_parts(lambda _: {"x": ["收件人：张三 " * 80]})),
    "parties in texts": (
        "standard",
        of_parts(lambda _: {"x": ["浙江省杭州市文一西路969号5号楼302室 李四 13812345678"] * 20}),
    ),
    "family names and cues, unmapped": (
        "standard",
        of_parts(lambda at: {f"m{n}": "由李由王" * 3 + chr(0x4E00 + at) + chr(0x5000 + n) for n in range(30)}),
    ),
    "no objects, one record": ("sf", [{"contactInfoList": [1] * 1_000_000}]),
    "no objects, 100 records": ("sf", [{"contactInfoList": [1] * 9_999} for _ in range(100)]),
    "many foreign phones": ("sf", [{"contactInfoList": [{"mobile": "+1 23/" * 40}] * 8} for _ in range(1_000)]),
    "values that it repeats": (
        "standard",
        [{"sender": {"name": "张三", "phone": "13812345678"}, "x": ["张三13812345678"] * 90} for _ in range(1_000)],
    ),
}


def main() -> None:
    """Print the table of values, and that of batches."""
    for kind in FIELDS:
        for real, paid, value in costs(kind)[:SHOWN]:
            shown = f"{kind:8} {value[:18]!r:22} x{len(value):6}"
            print(f"{shown} {real:7.0f} µs, paid {paid:7.0f}, ratio {real / paid:4.2f}")
    print("| batch | sent | seconds | refused | answer |\n|---|---|---|---|---|")
    for name, (schema, batch) in BATCHES.items():
        sent, masker = len(msgspec.json.encode(batch)), CountryMasker(load_schemas()[schema], LABEL)
        begun = time.process_time()
        answered = mask_batch(masker, batch)
        seconds = time.process_time() - begun
        refused = sum(isinstance(one, InvalidRecord) for one in answered)
        size = len(msgspec.json.encode(answered))
        print(f"| {name} | {sent / 1e6:.2f} MB | {seconds:.2f} | {refused} of {len(batch)} | {size / 1e6:.2f} MB |")


if __name__ == "__main__":
    main()
