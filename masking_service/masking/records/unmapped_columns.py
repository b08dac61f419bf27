"""Finds records whose unmapped members need no closer check.

It masks nothing. Values under one name are searched together, which costs a fraction of a search in each; so are those
of the objects and arrays inside.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from masking_service.masking.kinds.text import TextMask
from masking_service.masking.members.codes import are_codes, harmless_lines, is_code, settled
from masking_service.masking.members.member_names import CODE, LEFT_OPEN, MEASURE, NUMBER, Meaning, known_plan, plan
from masking_service.masking.numbers.numbers_in_text import worth_scanning
from masking_service.masking.records.leaks import DEEPEST
from masking_service.masking.records.pairs import is_label, may_be_name_of_person, pair_in
from masking_service.masking.texts.documents_in_text import is_read_alone, lines_may_be_read_alone

Texts = list[str | None]
"""Of each value the texts in it; None for one that may have to be masked or refused."""

_PERSONAL: Final = "personal"
_MAX_NEW_NAMES: Final = 32
"""Members of an inner object's form that is read anew. With the number of new forms it bounds the work."""
WHOLE_FRACTION: Final = re.compile(r"([0-9]{7,19})\.0*").fullmatch


class ColumnReader:
    """Reads columns for one profile, which masks the kinds in `masked` because of the member's name."""

    def __init__(self, masked: Container[str | None], texts: TextMask) -> None:
        self._masked = masked
        self._texts = texts

    def read(self, values: Sequence[Any], meaning: Meaning, depth: int, new_forms: Iterator[int]) -> Texts:
        """Read the values of one member of many records, around which are `depth` containers.

        `new_forms` ends when no further form of inner objects may be read anew.
        """
        types = set(map(type, values))
        if types.isdisjoint((dict, list)):
            return self._plain(values, meaning)
        if depth >= DEEPEST:
            return [None] * len(values)
        if len(types) > 1:
            return _apart(values, type, lambda _, rows: self.read(rows, meaning, depth, new_forms))
        if dict in types:
            return _apart(values, tuple, lambda names, rows: self._objects(names, rows, meaning, depth, new_forms))
        return self._arrays(values, meaning, depth, new_forms)

    def one_form(
        self, values: Sequence[Any], meaning: Meaning, depth: int, new_forms: Iterator[int]
    ) -> tuple[Meaning, ...] | None:
        """Return the meanings of the members of objects of one form; None if they cannot be read."""
        if type(values[0]) is not dict or depth >= DEEPEST:
            return None
        names = tuple(values[0])
        if not all(type(value) is dict and tuple(value) == names for value in values):
            return None
        return _meanings(names, meaning, new_forms)

    def _objects(
        self, names: tuple[str, ...], values: Sequence[Any], meaning: Meaning, depth: int, new_forms: Iterator[int]
    ) -> Texts:
        """Objects of one form: each member is a column."""
        meanings = _meanings(names, meaning, new_forms)
        if meanings is None:
            return [None] * len(values)
        columns = [
            self.read([value[name] for value in values], inner, depth + 1, new_forms)
            for name, inner in zip(names, meanings, strict=True)
        ]
        rows = zip(["\n".join(names)] * len(values), *columns, strict=True)
        return _joined(rows, whole=not any(None in column for column in columns))

    def _arrays(self, values: Sequence[Any], meaning: Meaning, depth: int, new_forms: Iterator[int]) -> Texts:
        """Arrays: their elements are one column. One with rows or labels in it has to be read alone."""
        if any(type(inner) is list or is_label(inner) for value in values for inner in value):
            return [None] * len(values)
        texts = self.read([inner for value in values for inner in value], meaning, depth + 1, new_forms)
        left = iter(texts)
        rows = [tuple(islice(left, len(value))) for value in values]
        return _joined(rows, whole=None not in texts)

    def _plain(self, values: Sequence[Any], meaning: Meaning) -> Texts:
        """Texts, numbers, booleans and null."""
        reading = self._reading(meaning.kind)
        texts = _written(values)
        if reading != _PERSONAL:
            different = set(texts)
            lines = "\n".join(different)
            if lines.count("\n") < len(different) and (
                are_codes(reading, lines)
                or (
                    not any(may_be_name_of_person(text, meaning) for text in different)
                    and harmless_lines(reading, lines)
                    and not lines_may_be_read_alone(lines)
                    and not self._texts.any_worth_reading([*different])
                )
            ):
                return list(texts)
        return [
            text if self._is_harmless(value, text, meaning) else None
            for value, text in zip(values, texts or [""] * len(values), strict=True)
        ]

    def _is_harmless(self, value: Any, text: str, meaning: Meaning) -> bool:
        if value is None or type(value) is bool:
            return True
        if type(value) is not str:
            if not text:
                return False
            if whole := WHOLE_FRACTION(text):
                text = whole[1]
        elif not text or text.isspace():
            return True
        if settled(meaning.kind, text) in self._masked or may_be_name_of_person(text, meaning) or is_read_alone(text):
            return False
        return is_code(meaning.kind, text) or not (worth_scanning(text) or self._texts.worth_reading(text))

    def _reading(self, kind: str | None) -> str | None:
        """How values under a name of this kind are read. PERSONAL, or what `is_code` asks for."""
        if kind in (NUMBER, CODE, MEASURE):
            return kind
        return _PERSONAL if LEFT_OPEN.get(kind or "", kind) in self._masked else None


def _meanings(names: tuple[str, ...], meaning: Meaning, new_forms: Iterator[int]) -> tuple[Meaning, ...] | None:
    """Return what names inside an object say.

    None if one is personal data itself or names another's value, or there is too much to read.
    """
    if pair_in(names) is not None:
        return None
    known = known_plan(meaning.inside, names)
    if known is None and len(names) <= _MAX_NEW_NAMES and next(new_forms, 0):
        known = plan(meaning.inside, names)
    return None if known is None or any(inner.holds_data or inner.may_be_persons for inner in known) else known


def _apart(values: Sequence[Any], form: Callable[[Any], Any], read: Callable[[Any, Sequence[Any]], Texts]) -> Texts:
    """Read the values of each form together."""
    forms = [form(value) for value in values]
    if forms.count(forms[0]) == len(forms):
        return read(forms[0], values)
    rows: dict[Any, list[int]] = {}
    for row, key in enumerate(forms):
        rows.setdefault(key, []).append(row)
    found: Texts = [None] * len(values)
    for key, its in rows.items():
        for row, text in zip(its, read(key, [values[row] for row in its]), strict=True):
            found[row] = text
    return found


def _joined(rows: Iterable[tuple[str | None, ...]], *, whole: bool) -> Texts:
    """Return each row's texts as one, None for a row with a None. `whole` says that there is none."""
    return ["\n".join(row) if whole or None not in row else None for row in rows]  # type: ignore[arg-type]  # no None is joined


def _written(values: Sequence[Any]) -> list[str]:
    """Plain values as texts. Nothing where there is an integer that Python refuses to write."""
    try:
        return [value if type(value) is str else "" if value is None else str(value) for value in values]
    except ValueError:
        return []
