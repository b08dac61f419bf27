"""Says whether the value of a member is of a personal kind, a code, or neither, by the member's name or a header.

The words are data (`personal_names.yaml`). Only names are read, never values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from masking_service.masking.addresses.addresses_in_text import may_hold_address
from masking_service.masking.addresses.foreign.address import hide_foreign_units
from masking_service.masking.kinds.table import KINDS, OF_A_PERSON, OF_A_SIDE
from masking_service.masking.members.name_words import CARD, PARTY, STREET, THING, NameWords, name_words
from masking_service.masking.members.slips import Slips
from masking_service.masking.names.bare_names import bare_name
from masking_service.masking.numbers.numbers_in_text import scrub

MAYBE_NAME: Final = "maybe-name"
"""A ``name`` with no other word: a person's, unless its value has a digit (Shopify calls an order's number ``name``).
"""
ANY_NAME: Final = "any-name"
"""A ``name`` with no other word: a person's if the value of another member is a phone."""
BARE_NAME: Final = "bare-name"
"""A person or a machine (operator): a person's name only if it has the form of one."""
SIDE_NAME: Final = "side-name"
"""A person, a place or a carrier (to, courier): a person's name if the value is most likely one."""
UNKNOWN_NAME: Final = "unknown-name"
"""A ``name`` behind an unknown word (replierName): a person's name only if it is in Han and most likely one."""
COURIER_NAME: Final = "courier-name"
"""The name of a courier (courier_name): a person's, unless it is that of a carrier on the list."""
MAYBE_NUMBER: Final = {"phone": "maybe-phone", "secret": "maybe-secret", "unit": "maybe-unit"}
"""By kind: the meaning of a member whose value is of the kind if it has the digits of one.

Examples: an unknown member of a phone, ``hp`` alone.
"""
LEFT_OPEN: Final = {
    **dict.fromkeys((MAYBE_NAME, BARE_NAME, SIDE_NAME, UNKNOWN_NAME, COURIER_NAME), "name"),
    **{maybe: kind for kind, maybe in MAYBE_NUMBER.items()},
}
"""The kind of each meaning that the value has to confirm."""
GOODS: Final = "goods"
"""The name of goods, a shop or a site: words in Latin letters under such a name are not read."""
STOCK: Final = "stock"
"""The code of goods, a shop or a site: one code under such a name is not read."""
NUMBER: Final = "number"
"""The number of a waybill or an order: one code under such a name is read only if all of it is a mobile number."""
CODE: Final = "code"
"""An id or a time: one code under such a name is read for mobile and identity numbers only."""
MEASURE: Final = "measure"
"""An amount or a weight: a number of up to 15 digits under such a name is not read, others as those of CODE."""

ROOT: Final = "root"
NEUTRAL: Final = ""

_KINDS: Final = frozenset({*KINDS, PARTY})
_OF_PERSONS: Final = frozenset({PARTY, "address", STREET, "name", "phone"})
_SHOWS_PERSON: Final = (OF_A_PERSON | {PARTY}) - {"name"}
_CODES: Final = {"codes": CODE, "measures": MEASURE}
_NUMBERS: Final = {"stock": STOCK, "numbers": NUMBER}
_PEOPLE: Final = {"parties": PARTY, "people": BARE_NAME, "sides": SIDE_NAME}
_BARE_AT_TOP: Final = frozenset({"name", "姓", "名"})

_MAX_PLANS: Final = 1_024
_MAX_PLANNED_NAMES: Final = 64
_MAX_PLANNED_NAME: Final = 40
_SHORTEST_OWN_NAME: Final = 3
_LATIN_UNIT: Final = re.compile(r"[0-9]+ [A-Z][^\n]* (?=[A-Za-z#]*\.? ?[0-9])").match
"""Matches the beginning of an address with a unit behind its road: 12 Oak St Apt 4."""
_DIGITS_OF_A_VALUE: Final = re.compile(r"[0-9]{5}").search


class Meaning(NamedTuple):
    """What a name says.

    Attributes:
        kind: of a plain value: one of KINDS, PARTY, MAYBE_NAME, ANY_NAME, BARE_NAME, SIDE_NAME, UNKNOWN_NAME,
            COURIER_NAME, GOODS, STOCK, NUMBER, CODE or MEASURE; None if nothing is known.
        inside: the context of the members of an object under that name.
        holds_data: whether the name is itself personal data: a phone as the key of an object.
        may_be_persons: whether the name has the form of a person's name and no word of the list.
    """

    kind: str | None
    inside: str
    holds_data: bool = False
    may_be_persons: bool = False


def kind_of(
    name: str, parents: Sequence[str] = (), beside: Iterable[str] = (), own: OwnNames | None = None
) -> str | None:
    """Return the kind of personal data that a name announces.

    Args:
        name: a member's name or a table's header, in any spelling: ``receiverMobile``, ``收货人电话``.
        parents: the names of the objects around it, the outermost first.
        beside: the other names of its object or table, which may show that ``name`` is a person's.
        own: the names that a schema maps there, of which ``name`` may be a slip.

    Returns:
        One of KINDS or ``party``; None for a name that announces none.
    """
    kind = meaning_of(context_of(parents), name, beside, own or NO_OWN_NAMES).kind
    return "name" if kind in (MAYBE_NAME, BARE_NAME, COURIER_NAME) else kind if kind in _KINDS else None


def context_of(parents: Sequence[str]) -> str:
    """Return the context of members inside these objects, of which the outermost comes first."""
    context = ROOT
    for parent in parents:
        context = plan(context, (parent,))[0].inside
    return context


class OwnNames:
    """The members of one object that a schema maps.

    Args:
        members: what each of their names says.
    """

    def __init__(self, members: Mapping[str, Meaning]) -> None:
        letters = {_letters(name): meaning for name, meaning in members.items()}
        self._meanings = {name: meaning for name, meaning in letters.items() if len(name) >= _SHORTEST_OWN_NAME}
        self._slips = Slips(self._meanings)

    def meant(self, name: str) -> Meaning | None:
        """Return the meaning of the member that this name is one typing slip away from; else None."""
        meant = self._slips.meant(_letters(name)) if len(name) <= _MAX_PLANNED_NAME else None
        return None if meant is None else self._meanings[meant]


NO_OWN_NAMES: Final = OwnNames({})

_plans: dict[tuple[str, tuple[str, ...], OwnNames], tuple[Meaning, ...]] = {}


def known_plan(context: str, names: tuple[str, ...], own: OwnNames = NO_OWN_NAMES) -> tuple[Meaning, ...] | None:
    """What `plan` remembers of these names, else None."""
    return _plans.get((context, names, own))


def plan(context: str, names: tuple[str, ...], own: OwnNames = NO_OWN_NAMES) -> tuple[Meaning, ...]:
    """Return the meaning of each name of one object.

    A name without a meaning is read as the one of the schema's `own` that it may be a slip of. Results are remembered
    for a limited number of forms of usual names. Names that may be values are not kept.
    """
    found = _plans.get((context, names, own))
    if found is None:
        found = _read(context, names, own)
        if len(names) <= _MAX_PLANNED_NAMES and not any(
            len(name) > _MAX_PLANNED_NAME or _DIGITS_OF_A_VALUE(name) or meaning.holds_data or meaning.may_be_persons
            for name, meaning in zip(names, found, strict=True)
        ):
            if len(_plans) >= _MAX_PLANS:
                _plans.clear()
            _plans[context, names, own] = found
    return found


def read_names(context: str, names: tuple[str, ...]) -> tuple[Meaning, ...]:
    """As `plan`, without remembering: for names in a text, where the same ones are often repeated."""
    different = tuple(dict.fromkeys(names))
    meanings = dict(zip(different, _read(context, different, NO_OWN_NAMES), strict=True))
    return tuple(meanings[name] for name in names)


def meaning_of(context: str, name: str, beside: Iterable[str], own: OwnNames = NO_OWN_NAMES) -> Meaning:
    """The meaning of one name, as `plan` finds it together with the names `beside` it.

    These are read only where they matter: each name of a wide table is asked about.
    """
    words = name_words()
    its = _Name.read(words, name, context, own)
    return its.meaning(its.asks_beside and any(_Name.read(words, one, context, own).shows_person for one in beside))


def _is_address_with_unit(name: str) -> bool:
    return may_hold_address(name) or (_LATIN_UNIT(name) is not None and hide_foreign_units(name, places=False) != name)


def _letters(name: str) -> str:
    """A name without case and what is between its words."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).lower()))


def _read(context: str, names: tuple[str, ...], own: OwnNames) -> tuple[Meaning, ...]:
    words = name_words()
    read = [_Name.read(words, name, context, own) for name in names]
    person = any(name.shows_person for name in read)
    return tuple(name.meaning(person) for name in read)


class _Name:
    """One name, read without its neighbours."""

    def __init__(self, words: NameWords, name: str, context: str) -> None:
        self._context = context
        scrubbed = scrub(name)
        is_address = _is_address_with_unit(name)
        self._holds_data = scrubbed is not name or is_address
        self.kind: str | None = None
        self.inside = NEUTRAL if context == ROOT else context
        self._bare_name = False
        cut = [] if is_address else words.cut(name)
        self._may_be_persons = context != THING and bare_name(scrubbed) is not None and not words.knows_any(cut)
        section, kind, start = words.head(cut, context)
        whose = words.whose(cut[:start])
        self._bare_top = start == 0 and kind == "name" and cut[0] in _BARE_AT_TOP
        if section in _NUMBERS:
            self.kind, self.inside = _NUMBERS[section], THING if words.whose(cut[start:]) == THING else NEUTRAL
        elif section in _CODES:
            self.kind = _CODES[section]
            if section == "codes" and whose == PARTY:
                self.inside = PARTY  # an object under FSalerId is that person's
        elif section == "things":
            self.kind, self.inside = GOODS, THING
        elif section in _PEOPLE:
            self.kind, self.inside = self._of_people(words, cut[:start], section), PARTY
        elif section in ("kinds", "inside", "shared"):
            impersonal = (section == "shared" or kind == "unit") and THING in (whose, "" if whose else context)
            impersonal = impersonal or (context == THING and " ".join(cut[start:]) in words.of_goods_too)
            known = whose == PARTY or context in _OF_PERSONS
            self.kind = None if impersonal else kind if section != "shared" or known else MAYBE_NUMBER.get(kind, kind)
        elif section == "qualified":
            self._qualified(words, cut, start, kind, whose)
        elif context in (PARTY, "name") and not section:
            self.kind = MAYBE_NAME  # an unknown member of a person or a name: a slip must not show a name
        elif not section:
            self.kind = MAYBE_NUMBER.get(context)
            self.inside = CARD if cut[-1:] == [CARD] else self.inside
        self.kind = words.several(cut, self.kind)
        if self.kind in ("address", "phone", "name", "secret", "unit") and section not in _PEOPLE:
            self.inside = STREET if cut[-1] == STREET else self.kind
        elif section == "qualified" and whose == THING:
            self.inside = THING
        self.says_little = self.kind in (None, *LEFT_OPEN, CODE, MEASURE) and self.inside != THING

    @classmethod
    def read(cls, words: NameWords, name: str, context: str, own: OwnNames) -> _Name:
        """Read a name, or the one of the schema's `own` that it may be a slip of."""
        its = cls(words, name, context)
        if (meant := own.meant(name)) is not None and (its.says_little or not words.knows(name)):
            its.kind, its.inside = meant.kind, meant.inside
        return its

    @property
    def shows_person(self) -> bool:
        """Whether it shows that the members beside it are a person's."""
        return self.kind in _SHOWS_PERSON

    @property
    def asks_beside(self) -> bool:
        """Whether its meaning depends on the members beside it."""
        return self._bare_name and self._context in (NEUTRAL, "unit")

    @staticmethod
    def _of_people(words: NameWords, before: list[str], section: str) -> str:
        """The kind behind which a person's word is: phone of ``tel_from``, text of ``message_from_buyer``."""
        its = _PEOPLE[section]
        other, kind, start = words.head(before, NEUTRAL)
        if other == "sides":
            return "text" if words.head(before[:start], NEUTRAL)[1] == "text" else its
        return kind if its != PARTY and kind in OF_A_SIDE and words.whose(before[:start]) != THING else its

    def _qualified(self, words: NameWords, cut: list[str], start: int, kind: str, whose: str) -> None:
        before = cut[start - 1] if start and cut[start:] == ["name"] else ""
        if THING in (whose, "" if whose else self._context):
            self.kind = GOODS if kind == "name" else None
            return
        if whose == STREET and kind == "name":
            self.kind = "address"
        elif whose or self._context in _OF_PERSONS or (kind == "address" and self._context != THING):
            self.kind = COURIER_NAME if before == "courier" else kind
        elif not start and kind == "name" and self._context != THING:
            self._bare_name = True
        elif before and before not in words.before_other_names and self._context != THING:
            self.kind = UNKNOWN_NAME

    def meaning(self, person: bool) -> Meaning:
        """Return the meaning of the name beside the other names. `person` says whether these show a person."""
        if (person and self.asks_beside) or (self._bare_name and self._bare_top and self._context == ROOT):
            return Meaning(MAYBE_NAME, "name", self._holds_data)
        if self.asks_beside:
            return Meaning(ANY_NAME, self.inside, self._holds_data)
        return Meaning(self.kind, self.inside, self._holds_data, self._may_be_persons)
