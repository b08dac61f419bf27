"""Cuts names of members into known words, and says what each of them means.

The words are those of `personal_names.yaml`. One typing slip is forgiven.
"""

import re
import unicodedata
from functools import cache
from importlib import resources
from typing import Any, Final

from masking_service.masking.kinds.table import PERSONAL, TABLE
from masking_service.masking.members.slips import Slips
from masking_service.masking.strict_yaml import read_yaml

PARTY: Final = "party"
"""The kind of a text that may hold name, phone and address; also the context of a person's object."""
THING: Final = "thing"
"""The context of goods, shops and sites."""
CARD: Final = "card"
"""The context of a payment card's object."""
STREET: Final = "street"
"""The context of a street's object: its name is no person's."""

_MAX_NAME_LENGTH: Final = 64
"""Characters that are read at the end of a name, where its kind is."""
_SURE: Final = PERSONAL - {"name", "address"}
"""Kinds that a word announces even before a word for a code (phone_id)."""
_ROLE: Final = ("parties", "")
_OF_KINDS: Final = ("qualified", "shared", "kinds")
"""The sections of words that announce a kind."""
_MAX_HEAD_LENGTH: Final = 4
_SHORTEST_TYPO: Final = 4
_SHORTEST_WRONG_LETTER: Final = 7

_MARKED: Final = r"\u0900-\u0dff\u0e00-\u0e7f"
"""Scripts in which some letters are marks."""
_WORD: Final = re.compile(
    r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[\u3040-\u30ff\u3400-\u9fff]+"
    rf"|[{_MARKED}]+|[^\W_A-Za-z0-9\u3040-\u30ff\u3400-\u9fff{_MARKED}]+"
)
_ACCENT: Final = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+")
_LIKE: Final = str.maketrans(
    {"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "Æ": "AE"}
)
"""Latin letters whose accent cannot be separated, and what they are read as."""

_MIXED: Final = re.compile(r"[A-Za-z][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z]").search
_LOOKALIKES: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u03bf\u03c1\u03b1\u03bd\u03b9"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
    "\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcyxijsdhopaviABEKMHOPCTYXIJSABEHIKMNOPTYX",
)
"""Cyrillic and Greek letters that look like Latin ones: where they are mixed with these, they are meant as such."""

_NOTE: Final = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]|['’]s\b")
_BLANK_INSIDE: Final = re.compile(r"(?<=[\u3400-\u9fff\uac00-\ud7a3])\s+(?=[\u3400-\u9fff\uac00-\ud7a3])")


class NameWords:
    """The words of the data file by their meaning.

    Attributes:
        pair_names, pair_values: members that hold a name and its value apart, in lower case without signs.
        kinds: the words at the end of a name that say its kind, by kind.
        of_goods_too: words that say a kind and are of no person where they are of goods.
        before_other_names: words before ``name`` that make it no person's.
        carriers: names of carriers, in lower case.
        anyone: what is called by a person's label and names no one, in lower case.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self._inside: dict[str, dict[str, str]] = {
            context: {word: kind for kind, words in kinds.items() for word in words}
            for context, kinds in data["inside"].items()
        }
        self._inside[STREET] = self._inside["address"] | {"name": "address"}
        self._heads: dict[str, tuple[str, str]] = {}
        for section in ("things", "codes", "measures", "stock", "numbers", "sides", "people", "parties"):
            self._heads.update(dict.fromkeys(data[section], (section, "")))
        for section in _OF_KINDS:
            for kind, words in data[section].items():
                self._heads.update(dict.fromkeys(words, (section, kind)))
        self._neutral = frozenset(data["neutral"])
        self._whose = dict.fromkeys(data["qualified"]["address"], STREET)
        self._whose |= dict.fromkeys(data["things"], THING)
        self._whose |= dict.fromkeys((*data["parties"], *data["sides"], *data["people"], *data["parts"]), PARTY)
        listed = [
            *self._heads,
            *data["parts"],
            *self._neutral,
            *(word for words in self._inside.values() for word in words),
        ]
        self._known = frozenset(word for words in listed for word in words.split())
        self._longest = max(map(len, self._known))
        self.pair_names, self.pair_values = frozenset(data["pairs"]["names"]), frozenset(data["pairs"]["values"])
        self.kinds = {
            kind: {word for section in _OF_KINDS for word in data[section].get(kind, ())} for kind in data["kinds"]
        }
        self.kinds["address"] = set(data["qualified"]["address"])
        self._containers = frozenset(data["containers"])
        self.of_goods_too = frozenset(data["of_goods_too"])
        self.before_other_names = frozenset(data["before_other_names"])
        self.carriers = frozenset(data["carriers"])
        self.anyone = frozenset(map(str.casefold, data["anyone"]))
        personal = [word for word, (section, _) in self._heads.items() if section in ("parties", *_OF_KINDS)]
        announcing = ("parties", "people", *_OF_KINDS)
        self._announcing = frozenset(
            word.split()[-1]
            for word, (section, kind) in self._heads.items()
            if section in announcing and kind != "text"
        )
        self._slips = Slips(
            (
                word
                for word in (*personal, *self._inside["address"])
                if word.isascii() and word.isalpha() and len(word) >= _SHORTEST_TYPO
            ),
            _SHORTEST_WRONG_LETTER,
        )

    def cut(self, name: str) -> list[str]:
        """Return the words of a name, in lower case."""
        words: list[str] = []
        for low in _pieces(name):
            if low in self._known or low.isdecimal():
                words.append(low)
            else:
                words += self._segments(low) or ([self._correct(low)] if low.isascii() else self._from_behind(low))
        return words

    def is_word(self, name: str) -> bool:
        """Whether a name is one known word, or is made of such words apart."""
        return name in self._known or (not name.isalpha() and self.knows(name))

    def knows(self, name: str) -> bool:
        """Whether a name is made of known words, each of them apart and without a slip."""
        return all(low in self._known or low.isdecimal() for low in _pieces(name))

    def knows_all(self, name: str) -> bool:
        """As `knows`, where words in Han need not be apart (收件人姓名)."""
        words = [word for low in _pieces(name) for word in ([low] if low.isascii() else self._from_behind(low))]
        return all(word in self._known or word.isdecimal() for word in words)

    def knows_around(self, name: str) -> bool:
        """As `knows`, for the name of an object around a record: draft_orders."""
        return all(low in self._known or low in self._containers or low.isdecimal() for low in _pieces(name))

    def ends_personal(self, name: str) -> bool:
        """Whether the last word of a name, or the end of it, may announce a person's value.

        Quick: it does not cut the name, and sees no slips.
        """
        pieces = [piece for piece in _pieces(name) if not piece.isdecimal()]
        last = pieces[-1] if pieces else ""
        return any(last[-length:] in self._announcing for length in range(1, min(len(last), self._longest) + 1))

    def known_end(self, name: str) -> str:
        """Return a name without what is before its last known words in Han: 电话 of 王小明电话."""
        if name.isascii():
            return name
        end = len(name)
        for word in reversed(self.cut(name)):
            if word not in self._known or not name[:end].endswith(word):
                break
            end -= len(word)
        return name[end:] or name

    def knows_any(self, words: list[str]) -> bool:
        """Whether a word is known and longer than a character that may belong to a name, or ends in 人."""
        return any(
            (len(word) > 1 and (word in self._known or word.isdecimal())) or self._heads.get(word) == _ROLE
            for word in words
        )

    def _segments(self, word: str) -> list[str] | None:
        """Return the known words that make up this one (``recname``); None if other letters are left."""
        best: list[list[str] | None] = [[]]
        for end in range(1, len(word) + 1):
            found = None
            for start in range(max(0, end - self._longest), end - 1):
                before = best[start]
                if (
                    before is not None
                    and word[start:end] in self._known
                    and (found is None or len(before) < len(found))
                ):
                    found = [*before, word[start:end]]
            best.append(found)
        return best[-1]

    def _from_behind(self, word: str) -> list[str]:
        """Return the words of a run of Han, taking the longest known one from its end first."""
        words: list[str] = []
        end, unknown = len(word), len(word)
        while end:
            start = next((s for s in range(max(0, end - self._longest), end) if word[s:end] in self._known), None)
            if start is None:
                end -= 1
                continue
            if end < unknown:
                words.append(word[end:unknown])
            words.append(word[start:end])
            end = unknown = start
        if unknown:
            words.append(word[:unknown])
        return words[::-1]

    def _correct(self, word: str) -> str:
        """Return the personal word that is one typing slip away, or the word itself."""
        return (len(word) >= _SHORTEST_TYPO and self._slips.meant(word)) or word

    def head(self, words: list[str], context: str) -> tuple[str, str, int]:
        """Return the section and the kind of the last words with a meaning, and where they begin."""
        code: tuple[str, str, int] | None = None
        end = len(words)
        while end:
            section, kind, start = self._ending(words, end, context)
            if section and start == end - 1 and words[start] in self._neutral and section != "inside":
                code = code or (section, kind, start)
            elif section:
                usable = code is None or kind in _SURE or section in ("stock", "numbers")
                return (section, kind, start) if usable else code or ("", "", len(words))
            elif not (words[end - 1].isdecimal() or words[end - 1] in self._neutral):
                break
            end -= 1
        return code or ("", "", len(words))

    def _ending(self, words: list[str], end: int, context: str) -> tuple[str, str, int]:
        for start in range(max(0, end - _MAX_HEAD_LENGTH), end):
            joined = " ".join(words[start:end])
            if start == 0 and (kind := self._inside.get(context, {}).get(joined)) is not None:
                return "inside", kind, start
            if (known := self._heads.get(joined) or self._heads.get(joined.replace(" ", ""))) is not None:
                return (*known, start)
        return "", "", end

    def whose(self, words: list[str]) -> str:
        """Return whose the thing behind these words is: PARTY, THING, ``street``, or empty if that is unknown."""
        for end in range(len(words), 0, -1):
            for start in range(max(0, end - _MAX_HEAD_LENGTH), end):
                if (found := self._whose.get(" ".join(words[start:end]))) is not None:
                    return found
        return ""

    def several(self, words: list[str], kind: str | None) -> str | None:
        """Return PARTY for a name of several kinds: 姓名电话地址."""
        if kind not in ("name", "phone", "address"):
            return kind
        kinds = {kind}
        for word in words:
            section, other = self._heads.get(word, ("", ""))
            if other == "phone" or (other in ("name", "address") and (section == "kinds" or other == "address")):
                kinds.add(other)
        return PARTY if len(kinds) > 1 and kinds != {"name", "address"} else kind


def _pieces(name: str) -> list[str]:
    """Return the parts of a name, in lower case and without the accents of Latin letters."""
    name = name[-_MAX_NAME_LENGTH:]
    if not name.isascii():
        name = _BLANK_INSIDE.sub("", _plain(name))
    return [word.lower() for word in _WORD.findall(_NOTE.sub("", name) or name)]


def _plain(name: str) -> str:
    """Return a name in its usual characters, Latin letters without accents: telefono for teléfono."""
    plain = unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFKD", name))).translate(_LIKE)
    return plain.translate(_LOOKALIKES) if _MIXED(plain) else plain


@cache
def name_words() -> NameWords:
    text = resources.files(__package__).joinpath("personal_names.yaml").read_text("utf-8")
    data = read_yaml(text)
    data["kinds"] |= {kind.name: kind.words for kind in TABLE.values() if kind.words}
    return NameWords(data)
