"""Masks records in a process of one's own: no server, no store, no keys, and nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any

from masking_service import Masked
from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.leaks import DEEPEST
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import CountryMasker
from masking_service.masking.schemas import load_schemas
from masking_service.masking.strict_yaml import read_yaml
from masking_service.shipped import read_shipped

_SCALARS = (str, int, float, Decimal, date, time, type(None))


def mask_records(records: Iterable[Mapping[str, Any]], schema: str, profile: str) -> list[Masked]:
    """See `masking_service.mask`."""
    if isinstance(records, (Mapping, str, bytes, bytearray)) or not isinstance(records, Iterable):
        raise TypeError("records must be a list of records, each a mapping; for one record write mask([record])")
    for name, value in (("schema", schema), ("profile", profile)):
        if not isinstance(value, str):
            raise TypeError(f"{name} must be the name of a {name}, a str")
    batch: list[Any] = [_read(record) for record in records]
    found = _masker(schema, profile).mask_batch(batch, Effort())
    return [
        Masked(None, errors=one.errors)
        if isinstance(one, InvalidRecord)
        else Masked(record, warnings=tuple(one.warnings))
        for record, one in zip(batch, found, strict=True)
    ]


def _read(record: Any) -> dict[str, Any] | InvalidRecord:
    """A copy of a record, or what is wrong with it."""
    if not isinstance(record, Mapping):
        return InvalidRecord((("", "invalid-type"),))
    try:
        copied: dict[str, Any] = _copied(record, 0)
    except InvalidRecord as fault:
        return InvalidRecord(fault.errors)
    return copied


def _copied(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise InvalidRecord((("", "too-deep"),))
    if isinstance(value, _SCALARS):  # first: most values are, and a test for Mapping takes five times as long
        return value
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _copied(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copied(inner, depth + 1) for inner in value]
    raise InvalidRecord((("", "invalid-type"),))  # a pointer would repeat keys that may be personal data


@cache
def _masker(schema: str, profile: str) -> CountryMasker:
    schemas, profiles = _schemas(), shipped_profiles()
    if schema not in schemas:
        raise ValueError(f"unknown schema; the known ones are {', '.join(schemas)}")
    if profile not in profiles:
        raise ValueError(f"unknown profile; the known ones are {', '.join(profiles)}")
    return CountryMasker(schemas[schema], profiles[profile])


_schemas = cache(load_schemas)


@cache
def shipped_profiles() -> dict[str, Profile]:
    """The profiles of the default policy by name."""
    policy = read_yaml(read_shipped("policy.yaml"))
    return {name: Profile.parse(name, rules) for name, rules in policy["profiles"].items()}
