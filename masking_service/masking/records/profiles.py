"""Says what a profile hides of each kind.

What it does not name is hidden whole, and it never shows a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from masking_service.masking.errors import DefinitionError
from masking_service.masking.kinds.table import KINDS, TABLE
from masking_service.masking.numbers.numbers import MIN_HIDDEN_DIGITS

ALL: Final = "all"
NOTHING: Final = "nothing"

UNMAPPED: Final = ("guard", "hide", "pass")
"""The ways to treat members that the schema does not map; the first is the default."""

_HIDE: Final[Mapping[str, tuple[str, ...]]] = {kind.name: kind.hide for kind in TABLE.values() if kind.hide}
"""The values that `hide` may have for each kind. `secret` is not listed: it is always hidden whole."""

MAX_DIGITS_SHOWN: Final = 4
"""The digits that a station needs to hand a parcel over. Of eleven, seven stay hidden (GB/T 41833-2022 asks for six).
"""

HIDE_LAST: Final = range(4, 12)
"""Last digits of a phone that may be hidden while earlier ones show, as on labels abroad."""

MOBILE_DIGITS: Final = 11
"""Digits of a Chinese mobile number, for which all profiles together are judged."""

_FEWEST_DIGITS_HIDDEN_BY_ALL: Final = 4
_SHOW_LAST: Final = range(MAX_DIGITS_SHOWN + 1)
_COUNTRY: Final = re.compile(r"[A-Z]{2}").fullmatch

_FLOOR: Final = (
    "a label hides at least one character of the name, six digits of the phone, and unit and room (GB/T 41833-2022)"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one way of looking at a record hides.

    Attributes:
        name: what callers ask for.
        label: True for what is printed on parcels; then it meets the floor, or `parse` refused it.
        hide: for every kind (KINDS) what is hidden: ``all``, ``nothing``, ``given`` or ``middle`` (name), ``unit`` or
            ``detail`` (address), ``found`` (text), ``digits`` (phone: all but the last `show_last`), ``last`` (phone:
            the last `hide_last`), or what the rule of the kind hides (`Kind.hide`).
        show_last: how many digits of a phone show at most, 0 to 4; six or more stay hidden in any case.
        unmapped: what happens to members that the schema does not map, one of UNMAPPED.
        countries: the profile for records whose recipient is in another country, by its code.
        kept_words: what is never taken for a name in a text.
        hidden_words: what is always hidden in a text.
        hide_last: how many of a phone's last digits are hidden while those before them show; 0 if the last ones show.
    """

    name: str
    label: bool
    hide: Mapping[str, str] = field(hash=False)
    show_last: int
    unmapped: str = "guard"
    countries: Mapping[str, Profile] = field(default_factory=dict, hash=False)
    kept_words: tuple[str, ...] = ()
    hidden_words: tuple[str, ...] = ()
    hide_last: int = 0

    @classmethod
    def parse(cls, name: str, mapping: object) -> Profile:
        """Check one entry of the policy's ``profiles``.

        Raises:
            DefinitionError: with the path of the fault, beginning ``profiles.NAME``: unknown keys and values,
                or a ``label: true`` that would show more than the floor allows.
        """
        top = f"profiles.{name}"
        if not isinstance(mapping, Mapping):
            raise DefinitionError(top, "must be a mapping")
        label = mapping.get("label", False)
        if not isinstance(label, bool):
            raise DefinitionError(f"{top}.label", "must be true or false")
        hide = dict.fromkeys(KINDS, ALL)
        show_last = hide_last = 0
        unmapped = mapping.get("unmapped", UNMAPPED[0])
        if unmapped not in UNMAPPED:
            raise DefinitionError(f"{top}.unmapped", f"must be {' | '.join(UNMAPPED)}")
        words = _words(f"{top}.words", mapping.get("words", {}))
        for kind, rule in mapping.items():
            if kind in ("label", "unmapped", "words", "for"):
                continue
            if kind not in _HIDE:
                known = ", ".join(("label", "unmapped", "words", "for", *_HIDE))
                raise DefinitionError(f"{top}.{kind}", f"is not one of {known}")
            if kind == "phone" and isinstance(rule, Mapping) and set(rule) == {"show_last"}:
                hide[kind], show_last = "digits", _digits(f"{top}.phone.show_last", rule["show_last"], _SHOW_LAST)
            elif kind == "phone" and isinstance(rule, Mapping) and set(rule) == {"hide_last"}:
                hide[kind], hide_last = "last", _digits(f"{top}.phone.hide_last", rule["hide_last"], HIDE_LAST)
            else:
                hide[kind] = _hide(f"{top}.{kind}", kind, rule)
        if label:
            _refuse_below_floor(top, hide, hide_last)
        return cls(
            name,
            label,
            hide,
            show_last,
            unmapped,
            _countries(name, mapping),
            words.get("keep", ()),
            words.get("hide", ()),
            hide_last,
        )

    def shows_in_full(self, kind: str) -> bool:
        """True if values of `kind` come out unchanged.

        A virtual phone never counts: a platform's privacy number is itself a mask, it shows no person's number.
        """
        return self.hide[kind] == NOTHING and kind != "virtual_phone"


def every_profile(profiles: Iterable[Profile]) -> Iterator[tuple[str, Profile]]:
    """Each profile and those that it has for other countries, with its path below ``profiles``."""
    for profile in profiles:
        yield profile.name, profile
        for country, abroad in profile.countries.items():
            yield f"{profile.name}.for.{country}", abroad


def union_check(profiles: Iterable[Profile]) -> int:
    """How many digits all profiles together hide, those for other countries included.

    It counts for a mobile number, and for a reader who holds a parcel's mask under every profile.

    A profile shows digits at the end or, by `hide_last`, at the beginning: together they show the most of both.

    Returns:
        The number of digits of MOBILE_DIGITS that no profile shows: 4 or more.

    Raises:
        DefinitionError: at the profile that leaves fewer than four hidden.
    """
    first = last = 0
    for where, profile in every_profile(profiles):
        shown = MOBILE_DIGITS if profile.shows_in_full("phone") else profile.show_last
        last = max(last, shown)
        if profile.hide_last:
            first = max(first, MOBILE_DIGITS - profile.hide_last)
        if MOBILE_DIGITS - first - last < _FEWEST_DIGITS_HIDDEN_BY_ALL:
            raise DefinitionError(
                f"profiles.{where}.phone",
                f"the profiles show the first {first} and the last {last} of {MOBILE_DIGITS} digits: "
                "all profiles together must hide at least four of a phone",
            )
    return MOBILE_DIGITS - first - last


def _countries(name: str, mapping: Mapping[Any, Any]) -> dict[str, Profile]:
    """The profiles for other countries: what they do not name is as in the profile itself."""
    where = f"profiles.{name}.for"
    rules = mapping.get("for", {})
    if not isinstance(rules, Mapping):
        raise DefinitionError(where, "must map the codes of countries to rules")
    found: dict[str, Profile] = {}
    for country, own in rules.items():
        if not isinstance(country, str) or not _COUNTRY(country):
            raise DefinitionError(where, "a country is two capital letters, in quotes (ISO 3166-1)")
        if not isinstance(own, Mapping) or not own or not set(own) <= set(_HIDE):
            raise DefinitionError(f"{where}.{country}", f"must have rules for some of {', '.join(_HIDE)}")
        merged = {key: rule for key, rule in mapping.items() if key != "for"} | dict(own)
        found[country] = replace(Profile.parse(f"{name}.for.{country}", merged), name=name)
    return found


MAX_WORDS: Final = 1_000
MAX_WORD_LENGTH: Final = 32


def _words(where: str, rule: object) -> dict[str, tuple[str, ...]]:
    """The words of a profile, under ``keep`` and ``hide``."""
    if not isinstance(rule, Mapping) or not {*rule} <= {"keep", "hide"}:
        raise DefinitionError(where, "must be {keep: [...], hide: [...]}")
    found: dict[str, tuple[str, ...]] = {}
    for use, words in rule.items():
        if not isinstance(words, Sequence) or isinstance(words, str) or len(words) > MAX_WORDS:
            raise DefinitionError(f"{where}.{use}", f"must be a list of at most {MAX_WORDS} words")
        for at, word in enumerate(words):
            if type(word) is not str or not 2 <= len(word.strip()) <= MAX_WORD_LENGTH or "*" in word:
                raise DefinitionError(f"{where}.{use}[{at}]", f"must be a word of 2 to {MAX_WORD_LENGTH} characters")
        found[use] = tuple(words)
    for at, word in enumerate(found.get("keep", ())):
        if word in found.get("hide", ()):
            raise DefinitionError(f"{where}.keep[{at}]", "is under hide, too")
    return found


def _digits(where: str, value: Any, allowed: range) -> int:
    if type(value) is not int or value not in allowed:
        raise DefinitionError(where, f"must be a whole number from {allowed[0]} to {allowed[-1]}")
    return value


def _hide(where: str, kind: str, rule: object) -> str:
    allowed = " | ".join(_HIDE[kind])
    wanted = f"must be {{hide: {allowed}}}" + (" or {show_last: 0..4} or {hide_last: 4..11}" if kind == "phone" else "")
    if not isinstance(rule, Mapping) or set(rule) != {"hide"} or rule["hide"] not in _HIDE[kind]:
        raise DefinitionError(where, wanted)
    return str(rule["hide"])


def _refuse_below_floor(top: str, hide: Mapping[str, str], hide_last: int) -> None:
    """Refuse a label that hides too little.

    `show_last` needs no check: its greatest value hides seven of eleven digits, mask_phone never fewer than six.
    """
    for kind, how in hide.items():
        if how == NOTHING and kind != "virtual_phone":
            raise DefinitionError(f"{top}.{kind}", _FLOOR)
    if hide["phone"] == "last" and hide_last < MIN_HIDDEN_DIGITS:
        raise DefinitionError(f"{top}.phone", _FLOOR)
