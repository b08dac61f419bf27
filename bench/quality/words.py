"""`python -m bench.quality.words DICT CHARACTERS`: makes the words that `masking/words/han_words.py` reads.

DICT is `jieba/dict.txt` of jieba 0.42.1 (MIT licence): words with their frequency and part of speech. CHARACTERS is
`TSCharacters.txt` of OpenCC (Apache-2.0): traditional characters with simplified ones. Both are checked by digest.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from masking_service.masking.words.family_names import FAMILY_NAMES, RARE_FAMILY_NAMES

DICT: Final = "7197c3211ddd98962b036cdf40324d1ea2bfaa12bd028e68faa70111a88e12a8"
CHARACTERS: Final = "6b5a0a799bea2bb22c001f635eaa3fc2904310f0c08addbff275477a80ecf09a"
OUT: Final = Path("masking_service/masking/words/han_words.txt")
HEAD: Final = f"""\
# Chinese words by class and cost, characters of given names and family names by cost, and traditional characters
# beside their simplified ones. A cost is twice the negative natural logarithm of a frequency.
# Made by `python -m bench.quality.words` from the dictionary of jieba 0.42.1 (MIT licence, SHA-256 {DICT[:16]}…)
# and the characters of OpenCC (Apache-2.0, SHA-256 {CHARACTERS[:16]}…). Classes: v verb, a adverb, p preposition or
# conjunction, u particle, r pronoun, t time, m number or measure, s place, n all else.
"""
_CLASSES: Final = {
    **dict.fromkeys(("v", "vn", "vd", "vg", "vi", "vq"), "v"),
    **dict.fromkeys(("d", "ad", "dg", "df"), "a"),
    **dict.fromkeys(("p", "c"), "p"),
    **dict.fromkeys(("u", "ul", "uj", "uz", "ug", "ud", "uv", "y", "e"), "u"),
    **dict.fromkeys(("r", "rr", "rg", "rz"), "r"),
    **dict.fromkeys(("t", "tg"), "t"),
    **dict.fromkeys(("m", "q", "mq", "mg"), "m"),
    **dict.fromkeys(("s", "f"), "s"),
}
_LENGTHS: Final = range(2, 5)
_RARE: Final = 30
"""A word of two characters and more that is less frequent is left out."""
_RARE_LIKE_NAMES: Final = 5
"""One in which a family name is, with a character behind it, only if it is less frequent than that."""
_CALLS_SOMEONE: Final = re.compile("[小老阿].|.[总哥姐叔姨嫂爷工董氏]").fullmatch
"""What people are called by: 阿强, 石工."""
_LINE: Final = 60
"""Words in a line."""

_Row = tuple[str, int, str]


def sections(rows: Iterable[_Row], characters: str) -> Iterator[tuple[str, list[str]]]:
    """The sections of the file, each with its lines."""
    rows = [row for row in rows if all("\u4e00" <= char <= "\u9fff" for char in row[0])]
    words: dict[str, list[str]] = {}
    total = sum(count for _, count, _ in rows)
    given, family = Counter[str](), Counter[str]()
    families = frozenset(FAMILY_NAMES + RARE_FAMILY_NAMES)
    for word, count, part in rows:
        like_a_name = not (families.isdisjoint(word[:-1]) or _CALLS_SOMEONE(word))
        least = _RARE_LIKE_NAMES if like_a_name else _RARE
        if len(word) == 1 or (len(word) in _LENGTHS and count >= least and not part.startswith("nr")):
            words.setdefault(f"{_CLASSES.get(part, 'n')}{_cost(count, total)}", []).append(word)
        if part == "nr" and len(word) in (2, 3) and word[0] in families:
            family[word[0]] += 1
            given.update(word[1:])
    yield "words", list(_lines(words))
    yield "given", list(_lines(_by_cost(given), gap=""))
    yield "family", list(_lines(_by_cost(family), gap=""))
    pairs = (line.split("\t") for line in characters.splitlines())
    one_to_one = [old + new.split(" ")[0] for old, new in pairs if len(old) == 1 and "\u4e00" <= old <= "\u9fff"]
    simplified = [pair for pair in one_to_one if len(pair) == 2 and "\u4e00" <= pair[1] <= "\u9fff"]
    yield "simplified", list(_lines({"": simplified}, gap=""))


def _by_cost(counts: Counter[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for char, count in counts.items():
        found.setdefault(str(_cost(count, counts.total())), []).append(char)
    return found


def _cost(count: int, total: int) -> int:
    return round(-2 * math.log(max(count, 1) / total))


def _lines(groups: dict[str, list[str]], gap: str = " ") -> Iterator[str]:
    for key in sorted(groups):
        values = sorted(groups[key])
        for start in range(0, len(values), _LINE):
            yield f"{key} {gap.join(values[start : start + _LINE])}".strip()


def _read(path: Path, digest: str) -> str:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise SystemExit(f"{path} is not the file that the words are made from")
    return content.decode()


def _rows(text: str) -> Iterator[_Row]:
    for line in text.splitlines():
        word, count, part = line.split(" ")
        yield word, int(count), part


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality.words", description=__doc__)
    parser.add_argument("dict", type=Path)
    parser.add_argument("characters", type=Path)
    wanted = parser.parse_args()
    found = sections(_rows(_read(wanted.dict, DICT)), _read(wanted.characters, CHARACTERS))
    body = "".join(f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in found)
    OUT.write_text(HEAD + body, "utf-8")


if __name__ == "__main__":
    main()
