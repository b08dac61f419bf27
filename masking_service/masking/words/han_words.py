"""Chinese words by class and cost, and how likely characters are in names: the data of `han_run`.

The data is `han_words.txt`, made by `bench.quality.words`, `used_words.txt`, rarer words that may be names beside a
cue, and `shop_words.txt`, which may not. Words of parcels that no dictionary has are in `name_cues.txt`. A cost is
twice the negative natural logarithm of a frequency: costs of words that follow each other are added, and the reading of
a text that costs least is the likeliest.
"""

import re
from functools import cache
from importlib import resources
from typing import Final

from masking_service.masking.words import name_cues
from masking_service.masking.words.divisions import DIVISIONS
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, RARE_FAMILY_NAMES

UNKNOWN: Final = "x"
"""The class of a character that is in no word."""
COST_OF_UNKNOWN: Final = 24
_COST_OF_PARCELS: Final = 18
_COST_OF_PLACE: Final = 20
COST_OF_USUAL_GIVEN: Final = 22
"""The most that a given name costs that is not taken for the city of the same name: 永安."""
_COST_OF_GIVEN: Final = 21
_COST_OF_FREQUENT_GIVEN: Final = 13
COST_OF_GIVEN_WORD: Final = 14
"""The cost of a given name that is a word."""
_COST_OF_DOUBLED: Final = 6
"""Extra cost of a given name that is one character written twice: 圆圆."""
_COST_OF_DOUBLE: Final = 12
_COST_OF_RARE_FAMILY: Final = 19
COST_OF_WORD_AS_FAMILY: Final = 19
"""The cost of a word as a family name, where one is looked for. No run is read because of it."""
_FAMILY_NO_WORD: Final = 7
"""How much less a character that is hardly ever a word costs as a family name than as a word."""
_FAR: Final = 1 << 20
_FILES: Final = ("han_words.txt", "used_words.txt", "shop_words.txt")

Word = tuple[str, int]
"""The class of a word, and its cost."""
NO_WORD: Final = (UNKNOWN, COST_OF_UNKNOWN)
Reading = tuple[list[int], list[int]]
"""For each place in a run: the least cost of the words on one side, and where the nearest of them begins or ends."""


class HanWords:
    """The words, and the characters of names.

    Attributes:
        words: class and cost of a word.
        rare: words of `used_words.txt`, and cities that are no other words.
        longest: by two characters, how many the longest word has that begins with them.
        given: cost of a character of a given name.
        family: cost of a family name.
    """

    def __init__(self, text: str, used: str = "", shops: str = "") -> None:
        groups: dict[str, list[str]] = {}
        for line in text.splitlines():
            if line.startswith("["):
                group = groups.setdefault(line.strip("[]"), [])
            elif not line.startswith("#"):
                group.append(line)
        self.words: dict[str, Word] = {}
        rare = _lines(used)
        for line in [*groups["words"], *rare, *_lines(shops)]:
            key, *found = line.split(" ")
            self.words.update(dict.fromkeys(found, (key[0], int(key[1:]))))
        for kind, plain in name_cues.PLAIN.items():
            self.words.update(dict.fromkeys(plain, (kind, _COST_OF_PARCELS)))
        self.given = _costs(groups["given"])
        self.given.update(
            (char, min(_COST_OF_FREQUENT_GIVEN, self.given.get(char, _COST_OF_GIVEN))) for char in name_cues.GIVEN
        )
        cities = {place[:-1] for place in DIVISIONS if place[-1] in "市盟" and len(place) > len("京市")}
        cities = {city for city in cities if self.given_cost(city) > COST_OF_USUAL_GIVEN or len(city) > len("永安")}
        self.rare = frozenset(" ".join(rare).split()) | cities.difference(self.words)
        for place in (*DIVISIONS, *cities, *name_cues.PLACES_ABROAD):
            self.words.setdefault(place, ("s", _COST_OF_PLACE))
        for name in name_cues.NO_WORDS:
            self.words.pop(name, None)
        self.longest = {word[:2]: len(word) for word in sorted(self.words, key=len)}
        self._saved_as_given = {
            char: self.words.get(char, NO_WORD)[1] - self.given.get(char, _COST_OF_GIVEN)
            for char in {*self.given, *(word for word in self.words if len(word) == 1)}
        }
        self.family = _costs(groups["family"])
        self.family = dict.fromkeys(FAMILY_NAMES + RARE_FAMILY_NAMES, _COST_OF_RARE_FAMILY) | self.family
        self.family.update(dict.fromkeys(DOUBLE_FAMILY_NAMES, _COST_OF_DOUBLE))
        pairs = [pair for line in groups["simplified"] for pair in _pairs(line)]
        self._simplified = {ord(pair[0]): pair[1] for pair in (*pairs, *name_cues.CANTONESE)}
        self.traditional = frozenset(map(chr, self._simplified))
        self._is_traditional = re.compile(f"[{''.join(self.traditional)}]").search

    def simplified(self, text: str) -> str:
        """Return a text with simplified characters in place of traditional ones, and common words of Cantonese."""
        return text.translate(self._simplified) if self._is_traditional(text) else text

    def word(self, written: str) -> Word | None:
        """Return the class and cost of a word; None for characters that are no word.

        One character that is no word is UNKNOWN.
        """
        found = self.words.get(written)
        return (UNKNOWN, COST_OF_UNKNOWN) if found is None and len(written) == 1 else found

    def cost(self, han: str) -> int:
        """Return the cost of a run of Han, read as the cheapest words."""
        return self._read_forwards(han)[0][-1]

    def read(self, han: str) -> tuple[Reading, Reading]:
        """Read a run of Han as the cheapest words: those before each place, and those behind it."""
        length = len(han)
        before, begins, words_in = self._read_forwards(han)
        behind, ends = [_FAR] * length + [0], [length] * (length + 1)
        for start in range(length - 1, -1, -1):
            least = _FAR
            for end, cost in words_in[start]:
                if behind[end] + cost < least:
                    least = behind[end] + cost
                    ends[start] = end
            behind[start] = least
        return (before, begins), (behind, ends)

    def _read_forwards(self, han: str) -> tuple[list[int], list[int], list[list[tuple[int, int]]]]:
        """The words before each place, and for each the ends and costs of the words that begin there."""
        words, longest, length = self.words, self.longest, len(han)
        costs, begins = [0] + [_FAR] * length, [0] * (length + 1)
        words_in = []
        for start, char in enumerate(han):
            before = costs[start]
            here = [(start + 1, words.get(char, NO_WORD)[1])]
            last = longest.get(han[start : start + 2])
            if last is not None:
                for end in range(start + 2, min(start + last, length) + 1):
                    word = words.get(han[start:end])
                    if word is not None:
                        here.append((end, word[1]))
            for end, cost in here:
                if before + cost < costs[end]:
                    costs[end], begins[end] = before + cost, start
            words_in.append(here)
        return costs, begins, words_in

    def is_family(self, char: str) -> bool:
        """Whether a character is far likelier a family name than a word: 王, 李, but not 高, 方."""
        return self.word(char)[1] - self.family.get(char, _FAR) >= _FAMILY_NO_WORD  # type: ignore[index]  # one character is a word

    def given_cost(self, given: str) -> int:
        """Return what a given name costs."""
        if given in name_cues.GIVEN_WORDS:
            return COST_OF_GIVEN_WORD
        cost = sum([self.given.get(char, _COST_OF_GIVEN) for char in given])
        return cost // 2 + _COST_OF_DOUBLED if given[1:] == given[:1] else cost

    def saved_as_given(self, given: str) -> int:
        """Return how much less a given name costs than its characters as single words."""
        if given in name_cues.GIVEN_WORDS:
            return sum(self.words.get(char, NO_WORD)[1] for char in given) - COST_OF_GIVEN_WORD
        saved = self._saved_as_given.get
        return sum([saved(char, COST_OF_UNKNOWN - _COST_OF_GIVEN) for char in given])


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def _costs(lines: list[str]) -> dict[str, int]:
    return {char: int(cost) for cost, chars in (line.split(" ") for line in lines) for char in chars}


def _pairs(line: str) -> list[str]:
    return [line[at : at + 2] for at in range(0, len(line), 2)]


@cache
def han_words() -> HanWords:
    """The words, read once a process."""
    folder = resources.files(__package__)
    return HanWords(*(folder.joinpath(name).read_text("utf-8") for name in _FILES))
