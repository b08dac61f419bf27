"""Finds personal values in messages between machines: segments of EDIFACT and X12, fields of labels in ZPL, vCards."""

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.names.latin_bounds import is_known_alone
from masking_service.masking.names.name_bounds import can_be_name
from masking_service.masking.names.names_between_words import is_name
from masking_service.masking.words.family_names import LATIN_TITLE

Value = tuple[int, int, str]
"""Start and end of a value, and its kind."""

_MAY_HOLD: Final = re.compile(r"\^F[DV]|(?:NAD|CTA|COM)\+|(?:N1|N2|N3|PER)\*|(?<![A-Za-z])N(?:;[^:\n]{1,40})?:").search
_FIELDS: Final = re.compile(r"(\^F[DV]|\^FS(?:\^(?!F[DV])[A-Z][A-Z0-9@][0-9A-Z,.]*)*)").split
"""Splits a label in ZPL: the data of its fields is at even places, what is between them at odd ones."""

_PART: Final = r"(?:\?.|[^+:'?\n~])*"
_ELEMENT: Final = rf"{_PART}(?::{_PART}){{0,4}}"
_BEGIN: Final = r"(?<![A-Za-z0-9])"
_EDIFACT: Final = re.compile(
    rf"{_BEGIN}NAD\+[A-Z]{{2,3}}\+{_ELEMENT}\+(?P<both>{_ELEMENT})(?:\+(?P<name>{_ELEMENT})(?:\+(?P<address>{_ELEMENT}))?)?"
    rf"|{_BEGIN}CTA\+[A-Z]{{2,3}}\+{_PART}:(?P<contact>{_PART})"
    rf"|{_BEGIN}COM\+(?P<value>{_PART}):(?P<by>[A-Z]{{2}})"
).finditer
_X12: Final = re.compile(
    rf"{_BEGIN}N1\*[0-9A-Z]{{2,3}}\*(?P<name>[^*~\n]+)|{_BEGIN}N2\*(?P<more>[^*~\n]+)"
    rf"|{_BEGIN}N3\*(?P<address>[^*~\n]+)(?:\*(?P<line>[^*~\n]+))?|{_BEGIN}PER\*[0-9A-Z]{{2}}\*(?P<contact>[^*~\n]*)"
    r"(?:\*(?P<by>[A-Z]{2})\*(?P<value>[^*~\n]+))?(?:\*(?P<by2>[A-Z]{2})\*(?P<value2>[^*~\n]+))?"
    r"(?:\*(?P<by3>[A-Z]{2})\*(?P<value3>[^*~\n]+))?"
).finditer
_CARD: Final = re.compile(
    r"^N(?:;[^:\n]{1,40})?:(?=\S)(?P<family>[^\d\n;:]{1,40});(?P<given>[^\d\n;:]{0,40})(?=;|$)"
    r"|\bMECARD:(?:[^\n]{0,80};)?N:(?P<name>[^\d\n;:]{1,40});",
    re.M,
).finditer
"""Finds the name in a vCard and in a MECARD."""
_KINDS: Final = {**dict.fromkeys(("TE", "FX", "AL", "MO", "CP", "HP", "WP", "NP", "TL"), "phone"), "EM": "email"}
"""Kinds of values, by the qualifier of a communication number."""
_NAMED: Final = {
    "both": "name",
    "family": "name",
    "given": "name",
    "name": "name",
    "more": "name",
    "contact": "name",
    "address": "address",
    "line": "address",
}
_HAN_NAME: Final = re.compile("[\u4e00-\u9fff]{2,4}").fullmatch
_SHOWN: Final = 2
"""The largest number of characters that the mask of a name shows at its beginning."""


def may_hold_segments(text: str) -> bool:
    """False only if a text, or each of its lines, has no such segment and no such field."""
    return _MAY_HOLD(text) is not None


def fields_of_label(text: str) -> list[str]:
    """Return the fields of a ZPL label at even places, with commands between; else the text alone."""
    return _FIELDS(text) if "^F" in text else [text]


def values_of_segments(text: str) -> list[Value]:
    """Return the personal values in the segments of a message, in order."""
    found: list[Value] = []
    for match in _EDIFACT(text) if "+" in text else ():
        found += _values(match, ":")
    for match in _X12(text) if "*" in text else ():
        found += _values(match, "")
    for match in _CARD(text) if "N" in text else ():
        found += _values(match, "\n")
    return sorted(found)


def name_of_field(field: str) -> bool:
    """Whether all of a field of a label is a name: LI SIGUANG, 李四光."""
    name = field.strip()
    return is_known_alone(name) or (_HAN_NAME(name) is not None and can_be_name(name) and is_name(name))


def _values(match: re.Match[str], joint: str) -> Iterator[Value]:
    for group, text in match.groupdict().items():
        kind = _NAMED.get(group) or (
            _KINDS.get(match[group.replace("value", "by")] or "") if "value" in group else None
        )
        if (
            text is None
            or kind is None
            or (kind == "name" and not joint and _is_masked(match.string, text, match.end(group)))
        ):
            continue
        start = match.start(group)
        for number, part in enumerate(text.split(joint) if joint else (text,)):
            its = "address" if group == "both" and number else kind
            if part.strip():
                yield start, start + len(part), its
            start += len(part) + len(joint)


def _is_masked(text: str, name: str, end: int) -> bool:
    """Whether the star before a value is part of a mask, and not a separator of X12, which is a star, too."""
    title = LATIN_TITLE(name)
    shown = len(name) - (title.end() if title else 0)
    return text[end : end + 1] == "*" and (shown < _SHOWN or (shown == _SHOWN and text.startswith("**", end)))
