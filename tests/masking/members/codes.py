"""Which values are codes under each kind that a member's name may announce, and of which kind they are then.

`python -m tests.masking.members.codes` writes `codes.tsv` again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from masking_service.masking.members import member_names
from masking_service.masking.members.codes import are_codes, is_code, settled

FILE: Final = Path(__file__).with_name("codes.tsv")
KINDS: Final = (
    *(None, "name", "phone", "address", "secret", "unit", "email", "text", "party"),
    *sorted({*member_names.LEFT_OPEN, member_names.CODE, member_names.MEASURE, member_names.GOODS}),
    *(member_names.NUMBER, member_names.STOCK),
)
VALUES: Final = (
    *("", "x", "abc", "AB_12-x", "a b", "a.b", "+1", "1" * 64, "1" * 65, "a:b,c/d+e 1", "a|b", "1\n2"),
    *("0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5bd9cb469fa16570867728950e", "10867728950111701867728950117018"),
    *("13812345678", "+8613812345678", "86-13812345678", "138 1234 5678", "13812345678.0", "1.3812345678E+10"),
    *("110101199003074610", "11010119900307461X", "a,13812345678", "2024-13812345678", "1.13812345678"),
    *("3.50", "-12.5 kg", "¥1,234.5", "123456789012345", "1234567890123456", "12 立方米", "1.1234567", "12 abcde"),
    *("2024-01-15", "20/1/15", "2024-01-15 10:30:45", "2024-01-15T10:30:45.123Z", "1999.1.5", "2124-01-15"),
    *("HAS_ACCESS_POINT", "MOVE_TO_NEXT_SHIFT", "LI_WEI", "A_B_C", "Cotton T-shirt (M), 2", "Cotton 1234", "é"),
    *("x" * 128, "x" * 129, "张三", "张三丰先生", "王府井", "上海", "浙江,杭州市", "浙江省杭州市西湖区"),
    *("Tom Lee", "Oak Road", "a 13812345678"),
    *("UPS", "顺丰", "本人", "me", "https://a.de/1G08Q6PK6PHP", "https://a.de/zhang", "12-3-401", "1234", "12345"),
)  # fmt: skip


def told() -> Iterator[str]:
    """Yield a line for each value: under which kinds it is a code, and which kind is left of each that it changes."""
    for value in VALUES:
        codes = " ".join(str(kind) for kind in KINDS if is_code(kind, value))
        others = " ".join(f"{kind}={settled(kind, value)}" for kind in KINDS if settled(kind, value) != kind)
        lines = " ".join(str(kind) for kind in KINDS if are_codes(kind, f"{value}\n\n{value}"))
        yield f"{value!r}\t{codes}\t{others}\t{'=' if lines == codes else lines}"


def main() -> None:
    FILE.write_text("\n".join([*told(), ""]), "utf-8")


if __name__ == "__main__":
    main()
