"""Masks, tokenizes and, for the right role and purpose, opens the personal data on express waybills.

>>> from masking_service import mask
>>> mask([{"recipient": {"name": "欧阳娜娜", "phone": "13812345678"}}])[0].record
{'recipient': {'name': '欧阳**', 'phone': '*******5678'}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Masked", "mask"]
__version__ = "0.1.0"


@dataclass(frozen=True, slots=True)
class Masked:
    """One masked record, or why it cannot be masked.

    Attributes:
        record: a masked copy; None for a record that cannot be masked, which must not be printed.
        warnings: (JSON Pointer, code): ``already-masked``, ``found-in-text``, ``unmapped-masked`` or
            ``unit-not-recognised``.
        errors: (JSON Pointer, code): ``invalid-type``, ``nothing-mapped``, ``too-deep`` or ``too-large``.
    """

    record: dict[str, Any] | None
    warnings: tuple[tuple[str, str], ...] = ()
    errors: tuple[tuple[str, str], ...] = ()


def mask(records: Iterable[Mapping[str, Any]], *, schema: str = "standard", profile: str = "label") -> list[Masked]:
    """Mask a batch of records as ``POST /v1/mask`` does, without a server.

    Args:
        records: a list of JSON objects; they are not changed. At most a few thousand at a time, because the work of a
            batch is bounded.
        schema: the name of a shipped schema, ``standard`` or a carrier's or platform's.
        profile: a profile of the default policy: ``label``, ``courier`` or ``hidden``.

    Returns:
        One result for each record, in order. A record that cannot be masked does not fail its neighbours.

    Raises:
        TypeError: `records` is a single record or no list of records, or a name is not a str.
        ValueError: there is no such schema or profile.
    """
    from masking_service.library import mask_records

    return mask_records(records, schema, profile)
