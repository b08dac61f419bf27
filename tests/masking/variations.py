"""Texts that are a little other than the scenarios of `vectors/`, and what masks show of them.

`python -m tests.masking.variations` writes `variations/` again, and prints each text whose mask is another one now. No
new mask may show a character that the old one hid. `rare.tsv` holds its texts, too: they were chosen because they reach
code that few of the others reach. `other_names.tsv` holds texts with one name in Han, and what shows of them with other
names.
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
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES
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
OTHER_NAMES: Final = FOLDER / "other_names.tsv"
_OTHERS: Final = (
    *("王芳", "阎冰", "欧阳明", "诸葛小亮", "张三丰", "卞卓尔", "李小", "万俟雪见"),
    *("方圆", "高兴", "时间", "周六", "江南", "李宁", "张家港", "黄河路"),
)
"""Names, usual and rare ones, and words for times, places, brands and states that have the form of a name."""
_FRAMES: Final = (
    *("{}上海市青浦区华志路5号402室", "上海市青浦区华志路5号402室{}", "{}13812345678上海市青浦区华志路5号402室"),
    *("13812345678{}上海市青浦区华志路5号402室", "上海市青浦区华志路5号402室{}13812345678", "{}，青浦区华志路5号402室"),
    *("上海市青浦区华志路5号402室13812345678{}", "{} 13812345678 华志路5号402室", "{}徐泾镇华志路5号3楼 13812345678"),
    *("华志路5号402室（{}）", "收件地址：上海市青浦区华志路5号402室，{}", "1.{}，青浦区华志路5号402室，13812345678"),
    *("{}签收", "请{}来取", "{}的快递", "交{}，谢谢", "客户{}要求改期", "已由{}代收", "华为的{}", "物业的{}说不在"),
    *("王芳、{}", "{}和李明都在", "财务部{}收", "找门卫室{}", "{}店长", "【园区部】的{}签收", "放3班{}那里"),
    *("A座402{}", "402室的{}", "三班{}"),
)
_LIKE_NAMES: Final = (
    *("李明收", "王家庄", "欧阳", "司马相如", "赵市", "钱区", "陈村", "林芝", "白云", "马上", "金华", "吴江", "陈皮"),
    *("张江", "长宁", "史丹利", "安康", "丁丑", "王府井", "买买提", "李湖园", "林园", "东方", "高新区", "王明明明"),
    *("长谷川健太", "佐佐木健", "田中太郎", "山田一", "李", "小李", "老王头", "阿强", "王总", "李师傅", "陈女士"),
)
"""More words that may be names, and parts of addresses, for the places of `_FRAMES`."""
_ESCAPED: Final = regex.compile(r"\\(.)")
_SIGN: Final = regex.compile(r"[\s,，;；、/:：()（）.-]")


@cache
def _masks() -> dict[str, tuple[Callable[[str], str], ...]]:
    texts = Masks(LABEL).text_mask
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


def told_of_names() -> Iterator[str]:
    """Yield a line for each text with one name in Han: the text, and what shows of it with each of `_OTHERS`.

    A mask that hides all of a name but the family name is written as `+`, one that shows all as `=`.
    """
    mask = _masks()["text"][0]
    for text, _ in scenarios("names_in_text"):
        if name := _name_in(text, mask(text)):
            frame = f"{text[: name[0]]}{{}}{text[name[1] :]}"
            yield "\t".join((_written(frame), *(_told_of(frame, one, mask) for one in _OTHERS)))
    for frame in _FRAMES:
        rest = frame.replace("402室", "***室").replace("13812345678", "*******5678")
        for one in (*_OTHERS, *_LIKE_NAMES):
            shown = mask(frame.replace("{}", one))
            yield f"{frame} {one}\t{'=' if shown == rest.replace('{}', one) else _written(shown)}"


def _name_in(text: str, shown: str) -> tuple[int, int] | None:
    """Return the span of the name of which the given name is all that a mask hides; None if there is none."""
    hidden = [at for at, (was, now) in enumerate(zip(text, shown, strict=False)) if was != now]
    if len(text) != len(shown) or not hidden or hidden[-1] - hidden[0] > 1:
        return None
    for length in (2, 1):
        start = hidden[0] - length
        if start >= 0 and text[start : hidden[0]] in (FAMILY_NAMES if length == 1 else DOUBLE_FAMILY_NAMES):
            return start, hidden[-1] + 1
    return None


def _told_of(frame: str, name: str, mask: Callable[[str], str]) -> str:
    text = frame.replace("{}", name)
    shown = mask(text)
    family = 2 if name[:2] in DOUBLE_FAMILY_NAMES else 1
    usual = frame.replace("{}", name[:family] + "*" * len(name[family:]))
    return "=" if shown == text else "+" if shown == usual else _written(shown)


def listed_with_names() -> list[str]:
    """Return the lines of `OTHER_NAMES`."""
    return OTHER_NAMES.read_text("utf-8").split("\n")[:-1]


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
    _tell_names(listed_with_names() if OTHER_NAMES.exists() else [])
    RARE.write_text("".join(f"{kind}\t{_written(text)}\t{_written(now)}\n" for kind, text, _, now in rare), "utf-8")
    for kind, text, before, now in rare:
        if before != now:
            print(f"{kind}: {text!r}\n  was {before}\n  is  {now}")


def _tell_names(old: list[str]) -> None:
    new = [*told_of_names()]
    OTHER_NAMES.write_text("\n".join([*new, ""]), "utf-8")
    known = {line.partition("\t")[0]: line for line in old}
    for line in new:
        if (before := known.get(line.partition("\t")[0], line)) != line:
            print(f"other names:\n  was {before}\n  is  {line}")


if __name__ == "__main__":
    main()
