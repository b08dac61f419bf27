"""An address abroad: the order in which it is read, its mask, and whether a unit may be unread."""

from masking_service.masking.addresses.foreign.beside_units import (
    hide_before_floor,
    hide_beside_flats,
    hide_rooms_behind_units,
)
from masking_service.masking.addresses.foreign.no_units import (
    lettered_postcodes,
    lots,
    names_of_streets,
    numbers_in_brazil,
    postcodes,
)
from masking_service.masking.addresses.foreign.places import read_places
from masking_service.masking.addresses.foreign.tokens import ROOM_DIGITS, AddressTokens, Decisions
from masking_service.masking.addresses.foreign.words import read_words


def hide_foreign_units(text: str, *, places: bool = True) -> str:
    """Return an address with the numbers and letters of its units as stars; by words alone if not by `places`."""
    return ForeignAddress(text, places=places).masked()


class ForeignAddress:
    """An address abroad that has been read.

    Args:
        text: the text.
        places: whether the place of a number says that it is a unit's where no word does.
    """

    def __init__(self, text: str, *, places: bool = True) -> None:
        self.text = text
        self._tokens = AddressTokens(text)
        self._decided = _read(self._tokens, places=places)

    def masked(self) -> str:
        """The address with the numbers and letters of its units as stars."""
        decided = self._decided
        hidden = decided.hidden | decided.floor_letters
        if not hidden:
            return self.text
        chars = list(self.text)
        for at in hidden:
            token = self._tokens[at]
            is_floor = at in decided.floors_with_letter or at in decided.floor_letters
            end = token.end - (token.text[-1] in "Ff" and is_floor)
            chars[token.start : end] = "*" * (end - token.start)
        return "".join(chars)

    def unread(self) -> bool:
        """Whether there may be a unit that was not recognised."""
        decided = self._decided
        if decided.hidden - decided.floor_letters or any(token.text[-1] == "*" for token in self._tokens):
            return False  # or its unit was hidden before
        rest = [
            token.text
            for at, token in enumerate(self._tokens)
            if token.kind == "n" and at not in decided.kept and at not in decided.postcodes
        ]
        return len(rest) > 1 or bool(decided.lots and rest and len(rest[0]) in ROOM_DIGITS)


def _read(tokens: AddressTokens, *, places: bool) -> Decisions:
    """Decide which tokens of an address are hidden: the surest readers first, each of the last where none was sure."""
    decided = _decided_beforehand(tokens)
    read_words(tokens, decided)  # Apt 5B, 3rd Floor, #08-11
    if not places:
        return decided
    if decided.hidden:
        hide_before_floor(tokens, decided)  # A1/A2, Floor 5
        hide_rooms_behind_units(tokens, decided)  # Unit 2 402
    else:
        hide_beside_flats(tokens, decided)  # A-402, Shanti Towers
    if not decided.hidden:
        read_places(tokens, decided)  # 7/23 George Street
    return decided


def _decided_beforehand(tokens: AddressTokens) -> Decisions:
    """Return what is decided of an address before its words are read."""
    lettered = lettered_postcodes(tokens)
    words = {token.lower for token in tokens}
    in_brazil = numbers_in_brazil(tokens, words)
    found = lots(tokens, words)
    return Decisions(
        postcodes=postcodes(tokens, lettered),
        lettered_postcodes=lettered,
        lots=found,
        street_names=in_brazil,
        kept={*in_brazil, *found, *names_of_streets(tokens)},
    )
