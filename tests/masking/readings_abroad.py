"""What each reader of an address abroad decides by itself, at each of its tokens.

An address is masked by the surest reader that finds anything, so most of what the others would decide shows in few
masks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, Final

from masking_service.masking.addresses.foreign import address, beside_units, houses, places, signs, unit_numbers, words
from masking_service.masking.addresses.foreign.countries import Countries
from masking_service.masking.addresses.foreign.tokens import AddressTokens, Decisions
from masking_service.masking.words.foreign_words import kinds_of_words

_COUNTRIES: Final = tuple(name for name, one in vars(Countries).items() if isinstance(one, cached_property))
_Reads = Callable[[AddressTokens, Decisions], Any]
_AtToken = Callable[[AddressTokens, Decisions, int], Any]
_WHOLE: Final[dict[str, _Reads]] = {
    "words": words.read_words,
    "before floor": beside_units.hide_before_floor,
    "flats": beside_units.hide_beside_flats,
    "places": places.read_places,
}
_AT_TOKENS: Final[dict[str, _AtToken]] = {
    "sign": signs.read_sign,
    "room": lambda tokens, decided, at: _behind(tokens, decided, at),
    "joined": lambda tokens, decided, at: decided.hidden.update(unit_numbers.joined_numbers(tokens, decided, at)[1:]),
}
_AT_WORDS: Final[dict[str, _AtToken]] = {
    "unit": lambda tokens, decided, at: words.read_unit_word(tokens, decided, at, at + 1),
    "floor": lambda tokens, decided, at: words.read_floor_word(tokens, decided, at, at + 1),
    "house": lambda tokens, decided, at: words.read_house_word(tokens, decided, at, at + 1),
    "side": words.read_side_word,
    "month": words.read_month,
    "behind": lambda tokens, decided, at: decided.hidden.update(
        unit_numbers.number_behind(tokens, decided, at, at + 1)
    ),
    "before": words.hide_words_before,
}
_OF_NUMBERS: Final[dict[str, Callable[[AddressTokens, int], bool]]] = {
    "sector": houses.is_sector,
    "numbered street": houses.is_in_numbered_street,
    "jalan": houses.is_in_jalan,
    "turkey": houses.is_in_turkey,
    "lot in korea": houses.is_lot_in_korea,
    "street": AddressTokens.is_before_street,
    "behind unit word": AddressTokens.is_behind_unit_word,
}
_OF_TWO_NUMBERS: Final[dict[str, Callable[[AddressTokens, int, int], bool]]] = {
    "belongs": houses.belongs_to_house,
    "one house": houses.is_one_house,
    "italy": houses.is_house_in_italy,
    "germany": houses.is_house_in_germany,
    "flat in turkey": houses.is_flat_in_turkey,
    "flat in korea or russia": lambda tokens, first, last: houses.is_flat_in_korea_or_russia(tokens, [first, last]),
    "unit in jalan": lambda tokens, first, last: houses.is_unit_in_jalan(tokens, [first, last]),
}


def told(text: str) -> Iterator[str]:
    """Yield a line for each reader that decides anything of an address; none for one without a Latin word."""
    tokens = AddressTokens(text)
    numbers = [at for at, token in enumerate(tokens) if token.kind == "n"]
    if numbers and any(token.kind == "w" for token in tokens):
        if flags := [name for name in _COUNTRIES if getattr(tokens.country, name) not in (False, None, -1)]:
            yield f"country: {flags}"
        beforehand = address._decided_beforehand(tokens)
        if before := _decided(tokens, beforehand, lambda _tokens, _decided: None):
            yield f"beforehand: {before}"
        for what, read in _WHOLE.items():
            if (found := _decided(tokens, beforehand, read)) != before:
                yield f"{what}: {found}"
        yield from _told_at_tokens(tokens, beforehand)
        for what, test in _OF_NUMBERS.items():
            if places := [at for at in numbers if test(tokens, at)]:
                yield f"{what}: {places}"
        for what, tests in _OF_TWO_NUMBERS.items():
            if places := [first for first, last in pairwise(numbers) if tests(tokens, first, last)]:
                yield f"{what}: {places}"


def _told_at_tokens(tokens: AddressTokens, beforehand: Decisions) -> Iterator[str]:
    known = [at for at, token in enumerate(tokens) if not {token.lower, token.text}.isdisjoint(kinds_of_words())]
    for readers, at_tokens in ((_AT_TOKENS, range(len(tokens))), (_AT_WORDS, known)):
        for what, reads in readers.items():
            each = {at: _decided(tokens, beforehand, partial(_read, reads, at), new=True) for at in at_tokens}
            if any(each.values()):
                yield f"{what} at: {' '.join(f'{at}{found}' for at, found in each.items() if found)}"


def _read(reads: _AtToken, at: int, tokens: AddressTokens, decided: Decisions) -> None:
    reads(tokens, decided, at)


def _behind(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Read what is behind a token, as if that were a unit's."""
    decided.hidden.add(at)
    beside_units.hide_rooms_behind_units(tokens, decided)
    decided.hidden.discard(at)


def _decided(tokens: AddressTokens, beforehand: Decisions, read: _Reads, *, new: bool = False) -> str:
    """Return what a reader decides, beside what was decided beforehand if it is not only what is `new`."""
    decided = replace(beforehand, kept={*beforehand.kept}, hidden=set(), floors_with_letter=set(), floor_letters=set())
    read(tokens, decided)
    found = []
    for one in fields(Decisions):
        now, before = getattr(decided, one.name), getattr(beforehand, one.name)
        if now and (now != before or not new):
            found.append(f"{one.name[0]}{sorted(now - before if new else now)}")
    return "".join(found).replace(" ", "")
