"""How the names and phones of a record are found in other texts of it, as `finding.tsv` lists it.

`python -m tests.masking.records.finding` writes the list again. No text may show more.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from masking_service.masking.records.spellings import (
    hide_names,
    hide_phones,
    may_hold_name,
    may_hold_phone,
    name_needles,
    needles_of,
    phone_needles,
)

FILE: Final = Path(__file__).with_name("finding.tsv")
NAMES: Final = (
    *(
        "张三",
        "王小明先生",
        "欧阳娜娜",
        "李四(门卫)",
        "李四13812345678 王五",
        "张三、李四",
        "买买提·艾力",
        "𠮷田",
        "㐂",
    ),
    *("John Smith", "Dr. John Smith", "smith", "Ann-Marie O’Neil", "Zoë Müller", "Li Na", "LI Na", "J. K. Rowling"),
    *("Nguyễn Văn An", "Иван Петров", "محمد علي", "สมชาย ใจดี", "김철수", "やまだ太郎", "Straße Weiß", "İpek Işık"),
    *("Smith / Ltd", "有限公司", "青浦快递有限公司", "13812345678张三", "张三 13812345678", "a", "", "Al"),
)
PHONES: Final = (
    *("13812345678", "+86 138-1234-5678", "021-59791234", "(021)59791234转801", "+852 9123 4567", "95338"),
    *("400-820-8820", "59791234", "110", "+1 415 555 0134", "13812345678/13900000001", "0086 13812345678", "x"),
    *("１３８１２３４５６７８", "138****5678"),
)  # fmt: skip
_PLACES: Final = (
    *("{}", "请找{}签收", "a{}b", "A{}B", "({})", "{}{}", "1{}2", "{}1", "*{}*", "{}\n{}", "{}的快递，{}收"),
    *("Mr. {}'s", "{}s", "re{}", "{}-x", "-{}", "{}.", "8{}8", "{} 8", "转{}", "No.{}", "{},{}"),
)  # fmt: skip


def _forms(value: str) -> list[str]:
    """Return a value in other spellings."""
    first, _, last = value.partition(" ")
    return [
        *(value, value.upper(), value.lower(), value.title(), " ".join(value), "\u200b".join(value), "-".join(value)),
        *(value.replace(" ", ""), value.replace(" ", "-"), f"{last} {first}", value[1:], value[:-1], value[::-1]),
        *(quote(value), "".join(f"\\u{ord(one):04x}" for one in value), "".join(f"&#{ord(one)};" for one in value)),
        *(value.translate({ord("0") + at: 0xFF10 + at for at in range(10)}), value.replace("ü", "u\u0308")),
    ]


def _texts(value: str) -> list[str]:
    return list(dict.fromkeys([*_forms(value), *(place.replace("{}", value) for place in _PLACES)]))


def told() -> Iterator[str]:
    """Yield what is looked for of each value, and a line for each text in which it is: what shows of it.

    A text of which all shows is written as `=`, with a sign that says whether it is searched.
    """
    for name in NAMES:
        needles = name_needles(name)
        yield f"name {_written(name)}: {sorted(needles)} {_sorted('address', name)} {_sorted('party', name)}"
        for text in _texts(name):
            shown = hide_names(text, needles, _starred)
            yield _line(text, shown, may_hold_name(text, needles))
    for phone in PHONES:
        needles = phone_needles(phone)
        yield f"phone {_written(phone)}: {sorted(needles)} {_sorted('name', phone)}"
        for text in _texts(phone):
            shown = hide_phones(text, needles, _starred)
            yield _line(text, shown, may_hold_phone(text, needles))


def _sorted(kind: str, value: str) -> tuple[list[str], ...]:
    return tuple(map(sorted, needles_of(kind, value)))


def _starred(text: str) -> str:
    return "*" * len(text)


def _line(text: str, shown: str, searched: bool) -> str:
    return f"{_written(text)}\t{'+' if searched else '-'}{'=' if shown == text else _written(shown)}"


def _written(text: str) -> str:
    return ascii(text)[1:-1] if not text.replace("\n", "").isprintable() else text.replace("\n", "\\n")


def main() -> None:
    FILE.write_text("\n".join([*told(), ""]), "utf-8")


if __name__ == "__main__":
    main()
