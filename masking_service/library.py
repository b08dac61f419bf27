"""Masks records in a process of one's own: no server, no store, no keys, and nothing is kept."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import yaml

from masking_service import Masked
from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.profiles import Profile
from masking_service.masking.record import Masker
from masking_service.masking.schema import Schema
from masking_service.masking.schemas import load_schemas
from masking_service.shipped import shipped


def mask_records(records: Iterable[Mapping[str, Any]], schema: str, profile: str) -> list[Masked]:
    """See `masking_service.mask`."""
    batch: list[dict[str, Any]] = [copy.deepcopy(dict(record)) for record in records]
    found = _masker(schema, profile).mask_batch(batch, Effort())
    return [
        Masked(None, errors=one.errors)
        if isinstance(one, InvalidRecord)
        else Masked(record, warnings=tuple(one.warnings))
        for record, one in zip(batch, found, strict=True)
    ]


@cache
def _masker(schema: str, profile: str) -> Masker:
    schemas, profiles = _schemas(), _profiles()
    if schema not in schemas:
        raise ValueError(f"there is no such schema; there are {', '.join(schemas)}")
    if profile not in profiles:
        raise ValueError(f"there is no such profile; there are {', '.join(profiles)}")
    return Masker(schemas[schema], profiles[profile])


@cache
def _schemas() -> dict[str, Schema]:
    return load_schemas()


@cache
def _profiles() -> dict[str, Profile]:
    policy = yaml.safe_load(shipped("policy.yaml").read_text("utf-8"))
    return {name: Profile.parse(name, rules) for name, rules in policy["profiles"].items()}
