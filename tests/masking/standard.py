"""What the tests of records share: the profiles of the default policy, a standard record, and one call to mask it."""

import copy
from typing import Any

import pytest

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import Masker
from masking_service.masking.records.schema import Schema
from masking_service.masking.records.walk import Masked

LABEL_RULES: dict[str, Any] = {
    "label": True,
    "name": {"hide": "given"},
    "phone": {"show_last": 4},
    "address": {"hide": "unit"},
    "unit": {"hide": "all"},
    "text": {"hide": "found"},
    "virtual_phone": {"hide": "nothing"},
}
LABEL = Profile.parse("label", LABEL_RULES)
COURIER = Profile.parse("courier", {**LABEL_RULES, "label": False, "address": {"hide": "nothing"}})
HIDDEN = Profile.parse("hidden", {})
ABROAD = Profile.parse(
    "abroad",
    {**LABEL_RULES, "name": {"hide": "middle"}, "phone": {"hide_last": 8}, "email": {"hide": "letters"}},
)
"""A label that hides other parts than `LABEL`, and names the kind that it does not name."""


def schema(fields: dict[str, str], waybill_no: list[str] | None = None) -> Schema:
    """A schema of these paths and kinds."""
    return Schema.parse("own", {"schema": "own", "source": "a test", "fields": fields, "waybill_no": waybill_no or []})


STANDARD = schema(
    {
        "sender.name": "name",
        "sender.phone": "phone",
        "sender.address": "address",
        "recipient.name": "name",
        "recipient.phone": "phone",
        "recipient.address": "address",
        "remark": "text",
    }
)
EVERY_KIND = schema(
    {
        "name": "name",
        "phone": "phone",
        "address": "address",
        "unit": "unit",
        "text": "text",
        "secret": "secret",
        "safe": "virtual_phone",
        "mail": "email",
        "people[].name": "name",
        "people[].phones[]": "phone",
    }
)


def masked(record: dict[str, Any], by: Profile = LABEL, of: Schema = STANDARD) -> tuple[dict[str, Any], Masked]:
    """A masked copy of the record, and what the pass found."""
    copied = copy.deepcopy(record)
    return copied, Masker(of, by).mask(copied)


def errors_of(record: Any, of: Schema = STANDARD) -> tuple[tuple[str, str], ...]:
    """Mask a record that must be refused, and return its errors."""
    with pytest.raises(InvalidRecord) as refusal:
        Masker(of, LABEL).mask(record)
    return refusal.value.errors


def standard(**changes: Any) -> dict[str, Any]:
    """A whole standard record, with these members changed or added."""
    return {
        "waybill_no": "WB20260001234",
        "sender": {"name": "张三", "phone": "13812345678", "address": "华志路1685号3号楼2单元402室"},
        "recipient": {"name": "欧阳娜娜", "phone": "13987654321", "address": "文一西路969号5幢1808室"},
        "remark": "易碎品，请轻放",
        **changes,
    }
