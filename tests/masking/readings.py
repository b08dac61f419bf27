"""What each reader of names, addresses and numbers finds in the scenarios of `vectors/`, as `readings/` lists it.

A mask hides what any reader finds, so a reader that finds less changes few masks: here each one tells what it finds by
itself, and at each place of a text. `python -m tests.masking.readings` writes `readings/` again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from masking_service.masking import effort
from masking_service.masking.addresses import (
    addresses_in_text,
    districts,
    han_addresses,
    han_numbers,
    han_units_in_text,
    japanese_addresses,
    rooms_alone,
    usual_addresses,
)
from masking_service.masking.addresses.foreign import address as foreign_address
from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds import address, email, name, phone
from masking_service.masking.names import (
    arabic_names,
    bare_names,
    behind_names,
    beside_runs,
    given_names_alone,
    han_run,
    latin_at_addresses,
    latin_bounds,
    latin_names,
    name_bounds,
    names_at_addresses,
    names_beside_numbers,
    names_beside_words,
    names_between_words,
    names_by_script,
    names_in_frames,
    names_in_text,
    names_in_traces,
    names_of_clauses,
    names_of_neighbours,
    names_of_pasted_lines,
    names_without_family,
    pinyin_names,
)
from masking_service.masking.normal_forms import normal_form
from masking_service.masking.numbers import (
    abroad,
    codes_in_text,
    dialling,
    found_numbers,
    identity,
    masked_numbers,
    numbers,
    numbers_in_text,
)
from masking_service.masking.texts import documents_in_text, full_reading, labels, tables_in_text
from masking_service.masking.words.han_words import han_words
from tests.masking import readings_abroad
from tests.masking.scenarios import scenarios

FOLDER: Final = Path(__file__).with_name("readings")
_HAN: Final = re.compile("[\u4e00-\u9fff]{2,16}")
_LONGEST: Final = 24
"""Of a longer text only the beginning is read at each place."""


def _of_next(test: Callable[[str], bool], size: int, text: str, at: int) -> bool:
    """Whether a test says yes to so many characters at a place."""
    return at + size <= len(text) and test(text[at : at + size])


def _in_runs(text: str) -> list[str]:
    """Return the points and the span of each possible name in each run of Han; with `=` where a name is before the run.

    Behind `-` a name is unlikely, and behind `<` its last character begins the next word.
    """
    text = han_words().simplified(text)
    found = []
    for run in _HAN.finditer(text):
        read = han_run.HanRun(text, *run.span())
        alone = [*read._candidates()]
        for points, start, end in alone:
            span = run.start() + start, run.start() + end
            less = "-" * read.is_unlikely(*span) + "<" * (start == 0 and read.ends_sooner(end))
            found.append(f"{span[0]}-{span[1]}: {points}{less}")
        parallel = han_run.HanRun(text, *run.span(), parallel=True)._candidates()
        found += [f"{run.start() + one[1]}-{run.start() + one[2]}: ={one[0]}" for one in parallel if one not in alone]
    return found


def _points_behind(text: str) -> list[str]:
    """Return what is behind each possible name says of it: alone in its clause or not, and behind a name or not."""
    ways = [(whole, parallel) for whole in (False, True) for parallel in (False, True)]
    found = []
    for start in range(min(len(text), _LONGEST)):
        for end in (start + 2, start + 3):
            if end < len(text) and name_bounds.has_family(text, start) and name_bounds.can_be_name(text[start:end]):
                points = [beside_runs.points_behind(text, start, end, whole=one, parallel=other) for one, other in ways]
                if any(one not in (0, beside_runs.NEVER, beside_runs.CUE) for one in points) or points[0] != points[2]:
                    found.append(f"{start}-{end}: {points}")
    return found


_NAMES: Final[dict[str, Callable[[str], Any]]] = {
    **{
        module.__name__.rpartition(".")[2]: module.find
        for module in (
            *(given_names_alone, names_beside_numbers, names_beside_words, names_between_words, names_in_frames),
            *(names_in_traces, names_of_clauses, names_without_family),
        )
    },
    "arabic": arabic_names.arabic_names,
    "by script": names_by_script.names_by_script,
    "bare": bare_names.bare_name,
    "beside phones": bare_names.names_beside_phones,
    "latin": latin_names.latin_names,
    "latin, address": partial(latin_names.latin_names, address=True),
    "pinyin": pinyin_names.pinyin_names,
    "latin beside": latin_at_addresses.latin_names_beside_address,
    "latin ends": latin_at_addresses.latin_names_at_ends,
    "latin first": latin_at_addresses.first_latin_name,
    "latin end": latin_at_addresses.has_name_at_end,
    "latin name": latin_bounds.is_latin_name,
    "known": latin_bounds.is_known_alone,
    "touched": names_beside_numbers.touched,
    "beside address": names_beside_numbers.beside_address,
    "no cue": partial(names_beside_numbers.where_no_cue_is, address=False),
    "no cue, address": partial(names_beside_numbers.where_no_cue_is, address=True),
    "at ends": names_beside_numbers.at_ends,
    "in front": names_at_addresses.name_in_front,
    "touches": names_at_addresses.name_touches_place,
    "notes": names_at_addresses.which_may_have_names,
    "notes, inside": partial(names_at_addresses.which_may_have_names, at_end=False),
    "neighbours": names_of_neighbours.names_of_neighbours,
    "before place": names_of_pasted_lines.names_before_place,
    "plainly": names_between_words.is_plainly_name,
    "holds": names_in_text.holds_names,
    "all": names_in_text.names_in,
    "all, address": partial(names_in_text.names_in, address=True),
    "runs": _in_runs,
    "points behind": _points_behind,
}
_AT_PLACES: Final[dict[str, Callable[[str, int], Any]]] = {
    "from": partial(name_bounds.name_from, sure=False),
    "from, sure": partial(name_bounds.name_from, sure=True),
    "before": name_bounds.name_before,
    "before, titled": partial(name_bounds.name_before, titled=True),
    "before, loose": partial(name_bounds.name_before, loose=True),
    "before, rare": partial(name_bounds.name_before, rare=True),
    "nickname": partial(name_bounds.is_nickname, sure=False),
    "nickname, sure": partial(name_bounds.is_nickname, sure=True),
    "start": name_bounds.may_start,
    "family": name_bounds.has_family,
    "word": lambda text, at: len(name_bounds.word_at(text, at)),
    "short title": behind_names.is_short_title,
    "end": behind_names.name_ends,
    "follows": behind_names.follows,
    "points": beside_runs.points_before,
    "latin at": latin_bounds.latin_name_at,
    "latin before": latin_bounds.latin_name_before,
    "place": lambda text, at: names_between_words.before_place(text, at) if name_bounds.has_family(text, at) else None,
    "without family": names_without_family.without_family_from,
    "unparted": names_without_family.unparted_before,
    **{
        f"{what} {size}": partial(_of_next, test, size)
        for size in (2, 3, 4)
        for what, test in (
            ("called", name_bounds.can_be_name),
            ("called, sure", partial(name_bounds.can_be_name, sure=True)),
            ("name", names_between_words.is_name),
            ("name, plainly", partial(names_between_words.is_name, plainly=True)),
        )
    },
    "given": lambda text, at: at + 2 <= len(text) and given_names_alone.is_given(text[at : at + 2], 40),
}
_ADDRESSES: Final[dict[str, Callable[[str], Any]]] = {
    "han": han_addresses.hide_han_units,
    "han, read": han_addresses.read_han_units,
    "behind": han_addresses.behind_last_number,
    "abroad": foreign_address.hide_foreign_units,
    "abroad, no places": partial(foreign_address.hide_foreign_units, places=False),
    "lines": addresses_in_text.foreign_lines,
    "in text": han_units_in_text.hide_units_in_text,
    "japanese": japanese_addresses.hide_japanese_units,
    "alone": lambda text: rooms_alone.rooms_alone(text, text),
    "usual": usual_addresses.mask_usual,
    "as it is": usual_addresses.as_it_is_if_usual,
    "district": districts.district_end,
    "units": address.hide_units,
    "is": lambda text: [
        int(test(text))
        for test in (
            *(addresses_in_text.may_be_address, addresses_in_text.may_hold_address, japanese_addresses.is_japanese),
            *(addresses_in_text.may_hold_latin_units, han_units_in_text.may_hold_units),
        )
    ],
    "after each level": lambda text: [
        f"{level} {read}"
        for level in range(han_numbers.ROOM + 1)
        if (read := han_addresses.read_han_units(text, level)[0]) != han_addresses.hide_han_units(text)
    ],
    "of a name": lambda text: [at for at in range(min(len(text), _LONGEST)) if han_numbers.is_of_name(text, at)],
}
_NUMBERS: Final[dict[str, Callable[[str], Any]]] = {
    "numbers": lambda text: [(one.start, one.end, one.hidden(4)) for one in found_numbers.find_numbers(text)],
    "extensions": lambda text: [found_numbers.extension_in_text(text, at) for at in range(min(len(text), _LONGEST))],
    "read": lambda text: [
        one and (one.start, one.end)
        for at in range(min(len(text), _LONGEST))
        for one in (numbers.read_number(text, at),)
    ],
    "abroad": abroad.read_abroad,
    "valid": abroad.read_valid,
    "codes": codes_in_text.codes_in,
    "dialled": dialling.dialable,
    "orders": codes_in_text.orders_in,
    "citizens": identity.find_citizens,
    "cards": identity.find_cards,
    "ibans": identity.find_ibans,
    "emails": identity.find_emails,
    "masked": lambda text: list(masked_numbers.read_phones(text, 4)),
    "masked last": lambda text: list(masked_numbers.read_phones(text, 4, 2)),
    "beside names": found_numbers.numbers_beside_names,
    "scrubbed": numbers_in_text.scrub,
    "personal": numbers_in_text.contains_personal_data,
    "cut": lambda text: list(numbers_in_text.cut_out(text, 3)),
    "in codes": lambda text: [at for at in range(len(text) - 4) if codes_in_text.is_in_code(text, at, at + 4)],
    "of a phone": phone.phone_numbers,
    "is": lambda text: [
        int(test(text))
        for test in (
            *(numbers_in_text.worth_scanning, numbers_in_text.holds_no_number, numbers_in_text.crowded),
            *(phone.only_passes, phone.is_mobile_mask, full_reading.worth_reading, documents_in_text.is_read_alone),
            *(labels.may_hold_labels, tables_in_text.may_hold_segments, name.is_short_mask),
        )
    ],
    "labelled": lambda text: labels.labelled_values(text, "", effort.unpaid),
    "segments": tables_in_text.values_of_segments,
    "email": email.mask_email,
    "forms": lambda text: [
        *(hidden_form(kind, text) for kind in ("name", "phone", "address", "email", "unit")),
        *(normal_form(kind, text) for kind in ("name", "phone", "address", "email", "unit")),
    ],
}
FILES: Final = ("names_in_text", "names", "addresses", "phones", "text")


def told(file: str) -> Iterator[str]:
    """Yield a line for each scenario of a file, and one for each reader that finds anything in it."""
    for text, _ in scenarios(file):
        yield from map(_written, _told_of(file, text))


def _told_of(file: str, text: str) -> Iterator[str]:
    readers = _NUMBERS if file in ("phones", "text") else _ADDRESSES if file == "addresses" else _NAMES
    yield text
    for what, reader in readers.items():
        found = _plain(reader(text))
        if found and found != text:
            yield f"  {what}: {found}"
    if readers is _ADDRESSES:
        yield from (f"  abroad, {line}" for line in readings_abroad.told(text))
    if readers is _NAMES:
        for what, reads in _AT_PLACES.items():
            places = "".join(_sign(at, reads(text, at)) for at in range(min(len(text), _LONGEST)))
            if places.strip("."):
                yield f"  {what} {places}"


def _written(line: str) -> str:
    return line if line.isprintable() else ascii(line)[1:-1]


def _plain(found: Any) -> Any:
    """Return what a reader found in one form: sets in order, and iterators as lists."""
    if found is None or isinstance(found, str | bool | int):
        return found
    each: Iterable[Any] = sorted(found) if isinstance(found, set) else found
    plain = [tuple(one) if isinstance(one, tuple) else one for one in each]
    return plain if any(plain) else None


def _sign(at: int, found: int | bool | None) -> str:
    """Write what was found at a place in one character: how far it is away from there, or that there is anything."""
    if found is None or found is False:
        return "."
    return "+" if found is True else "0123456789abcdefghijklmnopqrstuvwxyz"[min(abs(found - at), 35)]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for file in FILES:
        (FOLDER / f"{file}.txt").write_text("\n".join([*told(file), ""]), "utf-8")


if __name__ == "__main__":
    main()
