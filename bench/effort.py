"""`python -m bench.effort`: what reading a value takes beside what `masking/effort.py` estimates, in microseconds.

An estimate far below one is a way to hold a worker up; one far above refuses what could be done.
"""

import time

from masking_service.masking.effort import COLD_NAME, estimate
from masking_service.masking.hidden import hidden_form
from masking_service.masking.member_names import ROOT, OwnNames, plan
from masking_service.masking.schemas import load_schemas
from masking_service.masking.spellings import name_needles, phone_needles, phones_in_name
from tests.masking.records import LABEL

VALUES = {
    "name": (
        "Maria da Silva",
        "Acme International Trading Co., Ltd.",
        "上海某某国际贸易有限公司",
        "阿卜杜拉·买买提",
        "王小二 13812345678",
        "13812345678/" * 20,
        "张/" * 128,
        "ab/" * 10_000,
        "1*" * 10_000,
    ),
    "phone": (
        "+852 9123 4567",
        "021-59791234-801",
        "+86 138-1234-5678",
        "0044 20 7946 0958",
        "+1 23",
        "+1 23/" * 40,
        "0044 2/" * 30,
        "１３８ １２３４ ５６７８",
        "e\u0301" * 10_000,
    ),
    "address": (
        "Flat A, 12/F, 1 Queen's Road, Hong Kong",
        "浙江省杭州市余杭区文一西路969号阿里巴巴西溪园区5号楼3F前台",
        "Apt 5B, " * 10,
        "13812345678 " * 20,
        "e\u0301" * 10_000,
    ),
    "text": (
        "请放门卫，" * 20,
        "Please leave at the door, call +852 9123 4567 before",
        "微信同号13812345678",
        "13812345678 " * 10,
        "110101199003074610 " * 10,
    ),
}
MEMBER_NAMES = (
    "x12345",
    "receiverMobile12345",
    "收件人电话地址" * 9 + "12345",
    "receivermobilephonenumber" * 3 + "12345",
    "abcdefghijklmnopqrstuvwxyz" * 3 + "12345",
    "recipienx" * 7 + "12345",
    "sendmanprintadd12345",
    "+852 9123 4567 " * 4,
    "13812345678 " * 20,
)
"""What is remembered of no name: each is read whenever it comes."""
OWN_NAMES = OwnNames(
    {str(steps[0]): plan(ROOT, (str(steps[0]),))[0] for steps, _ in load_schemas()["kuaidi100"].fields}
)
"""The longest names that a shipped schema maps: each unmapped name is compared with them."""
ROUNDS = 50


def took(kind: str, value: str) -> float:
    """Microseconds of the processor for all that is done with one value, at best."""
    mask = LABEL.masker(kind)
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        hidden_form(kind, value)
        if kind == "phone":
            phone_needles(value)
        elif kind == "name":
            name_needles(value), phones_in_name(value)
        if mask is not None:
            mask(value)
        best = min(best, (time.process_time_ns() - begun) / 1000)
    return best


def took_name(name: str) -> float:
    """Microseconds of the processor for reading the name of an unmapped member, at best."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        plan(ROOT, (name,), OWN_NAMES)
        best = min(best, (time.process_time_ns() - begun) / 1000)
    return best


def main() -> None:
    """Print a line a value, and a line a member's name."""
    for kind, values in VALUES.items():
        for value in values:
            show(kind, value, took(kind, value), estimate(kind, value))
    for name in MEMBER_NAMES:
        show("member", name, took_name(name), COLD_NAME + estimate("text", name))


def show(kind: str, value: str, real: float, estimated: float) -> None:
    print(f"{kind:8} {value[:30]!r:34} {real:7.0f} estimated {estimated:7.0f} ratio {estimated / real:5.1f}")


if __name__ == "__main__":
    main()
