"""Texts that are a little other than the scenarios of `vectors/`, and what masks show of them.

`python -m tests.masking.variations` writes `variations/` again, and prints each text whose mask is another one now. No
new mask may show a character that the old one hid. `rare.tsv` holds its texts, too: they were chosen because they reach
code that few of the others reach.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import regex

from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.name import mask_name
from masking_service.masking.kinds.phone import mask_phone
from masking_service.masking.records.profile_masks import Masks
from tests.masking.scenarios import masked_party, scenarios
from tests.masking.standard import LABEL

FOLDER: Final = Path(__file__).with_name("variations")
RARE: Final = FOLDER / "rare.tsv"
PARTS: Final = 4
"""Parts of a file that are tried apart, so that several processes share the work."""
_BETWEEN: Final = (" ", "，", ", ", "", "\n", "/", "（", "：", "-", "的")
_BESIDE: Final = (
    *("张三丰代收", "收件人：李四", "王师傅", "欧阳娜娜", "找前台小陈", "姓赵的", "乔峰", "孙丽萍女士"),
    *("13812345678", "021-59791234转801", "+852 9123 4567", "138****5678", "******5678", "单号SF1381234567890"),
    *("3号楼2单元402室", "华志路1685号", "上海市青浦区", "12-3-401", "东方大厦16楼", "金都花园"),
    *("12 High Street", "Flat 4B", "John Smith", "Attn: Mary Jones", "c/o Lee", "Dr. K. Brown", "〒150-0001"),
    *("35121 Padova", "放门卫", "明天再送", "3件", "2024-01-15", "有限公司", "老板", "不在家", "*"),
)  # fmt: skip
_ESCAPED: Final = regex.compile(r"\\(.)")
_SIGN: Final = regex.compile(r"[\s,，;；、/:：()（）.-]")


@cache
def _masks() -> dict[str, tuple[Callable[[str], str], ...]]:
    texts = Masks(LABEL).text_mask()
    return {
        "addresses": (lambda text: mask_address(text, "unit"), lambda text: mask_address(text, "detail"), texts),
        "names": (lambda text: mask_name(text, "given"), lambda text: mask_name(text, "middle"), texts),
        "names_in_text": (texts,),
        "phones": (lambda text: mask_phone(text, 4), texts),
        "text": (texts,),
    }


NAMES: Final = tuple(_masks())


def variations(text: str) -> Iterator[str]:
    """Yield texts that differ a little from a text, which are always the same for the same text."""
    chosen = hashlib.sha256(text.encode()).digest()
    at, cut = (int.from_bytes(chosen[i : i + 4]) % len(text) for i in (0, 4))
    beside, other = (_BESIDE[int.from_bytes(chosen[i : i + 4]) % len(_BESIDE)] for i in (8, 12))
    between, sign = (_BETWEEN[chosen[i] % len(_BETWEEN)] for i in (16, 17))
    yield text[:at] + text[at + 1 :]
    yield text[:cut] + text[at] + text[cut:]
    yield text[cut:]
    yield text + between + beside
    yield other + sign + text
    yield _SIGN.sub(sign, text)


def told(name: str, part: int | None = None) -> Iterator[str]:
    """Yield a line for each variation of the scenarios of one file, or of a part of them: all its masks.

    A mask that shows all is written as `=`.
    """
    for text in variations_of(name, part):
        shown = (mask(text) for mask in _masks()[name])
        yield "\t".join("=" if one == text else _written(one) for one in shown)


def variations_of(name: str, part: int | None = None) -> Iterator[str]:
    """Yield the variations of the scenarios of one file, or of those of one of its `PARTS`."""
    for text, _ in scenarios(name):
        if part is None or _part(text) == part:
            yield from variations(text)


def listed(name: str, part: int | None = None) -> list[str]:
    """Return the lines of a file of `variations/`, or those of one of its `PARTS`."""
    lines = (FOLDER / f"{name}.tsv").read_text("utf-8").split("\n")[:-1]
    texts = [(text, one) for text, _ in scenarios(name) for one in variations(text)]
    if part is None or len(lines) != len(texts):
        return lines
    return [line for line, (text, _) in zip(lines, texts, strict=True) if _part(text) == part]


def listed_as_rare() -> list[tuple[str, str, str]]:
    """Return the lines of `RARE`: which mask, a text, and what it shows."""
    lines = (line.split("\t") for line in RARE.read_text("utf-8").split("\n")[:-1])
    return [(kind, _read(text), _read(shown)) for kind, text, shown in lines]


def mask_rare(kind: str, text: str) -> str:
    """Return what the mask of a line of `RARE` shows of a text."""
    masks = _masks()
    given, middle, _ = masks["names"]
    of_kind = {"unit": masks["addresses"][0], "given": given, "middle": middle, "phone": masks["phones"][0]}
    return (of_kind | {"text": masks["text"][0], "party": masked_party})[kind](text)


def _part(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[18] % PARTS


def _written(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _read(written: str) -> str:
    return _ESCAPED.sub(lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), written)


def main() -> None:
    for name in NAMES:
        file = FOLDER / f"{name}.tsv"
        old = listed(name) if file.exists() else []
        new = [*told(name)]
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join([*new, ""]), "utf-8")
        if len(old) == len(new):
            for text, before, now in zip(variations_of(name), old, new, strict=True):
                if before != now:
                    print(f"{name}: {text!r}\n  was {before}\n  is  {now}")
    rare = [(kind, text, before, mask_rare(kind, text)) for kind, text, before in listed_as_rare()]
    RARE.write_text("".join(f"{kind}\t{_written(text)}\t{_written(now)}\n" for kind, text, _, now in rare), "utf-8")
    for kind, text, before, now in rare:
        if before != now:
            print(f"{kind}: {text!r}\n  was {before}\n  is  {now}")


if __name__ == "__main__":
    main()
