"""A full record of every carrier, masked for a label: nothing that was planted in it survives anywhere."""

import copy
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from masking_service.masking.records.record import Masker
from masking_service.masking.records.schema import written
from masking_service.masking.records.walk import render
from masking_service.masking.schemas import load_schemas
from tests.every import every
from tests.masking.standard import LABEL

SAMPLES = Path(__file__).parent / "samples"
SCHEMAS = load_schemas()
NAMES = ("张三", "欧阳娜娜", "john smith", "jane roe", "上海某某贸易", "杭州某某电子商务", "example trading")
PHONES = ("13812345678", "59791234", "13987654321", "88157234", "4155552671", "2125557890", "13512345679")
UNITS = ("402", "1808")
SECRETS = ("110101199003074610", "john.smith", "jane.roe@")
WAYBILL_NUMBERS = {
    "standard": "WB20260001234",
    "sf": "SF1381234567890",
    "sf-legacy": "SF1234567890123",
    "zto": "73100012345678",
    "yto": "YT1234567890123",
    "sto": "777000123456789",
    "jd": "JD0012345678901",
    "cainiao": "73100012345679",
    "taobao": "TB20260001234",
    "pdd": "YT1234567890124",
    "douyin": "SF1234567890124",
    "wechat": "7310001234567A",
    "kdniao": "SF1234567890125",
    "kuaidi100": "SF1234567890126",
    "easypost": "9400110898825022579493",
    "shippo": "9205590164917312751089",
    "amazon": "TBA000012345678",
    "dhl": "1234567890",
    "fedex": "794953535000",
    "ups": "1Z12345E0205271688",
    "meituan": "1501205493087417",
}
every_schema = every("name", sorted(SCHEMAS))
every_numbered_schema = every("name", sorted(WAYBILL_NUMBERS))


def sample(name: str) -> dict[str, Any]:
    text = (SAMPLES / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return found


def masked(name: str) -> dict[str, Any]:
    record = sample(name)
    Masker(SCHEMAS[name], LABEL).mask(record)
    return record


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (key, *strings(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [str(value)]


def digits(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


def own_text(name: str, record: dict[str, Any]) -> list[str]:
    own = WAYBILL_NUMBERS.get(name, "no waybill number")
    return [text.replace(own, "") for text in strings(record)]


def test_every_schema_has_a_sample() -> None:
    assert sorted(path.stem for path in SAMPLES.iterdir()) == sorted(SCHEMAS)


@every_schema
def test_a_sample_fills_every_field_of_its_schema(name: str) -> None:
    places = Masker(SCHEMAS[name], LABEL).mask(sample(name)).places
    filled = {(re.sub(r"\[[0-9]+\]", "[]", place.path), place.kind) for place in places}
    assert filled == {(written(steps), kind) for steps, kind in SCHEMAS[name].fields}


@every_schema
def test_no_planted_name_survives(name: str) -> None:
    text = "\n".join(strings(masked(name))).lower()
    assert [planted for planted in NAMES if planted in text] == []


@every_schema
def test_no_planted_phone_survives_in_any_spelling(name: str) -> None:
    found = [phone for text in own_text(name, masked(name)) for phone in PHONES if phone in digits(text)]
    assert found == []


@every_schema
def test_no_planted_unit_survives(name: str) -> None:
    found = [
        unit for text in own_text(name, masked(name)) for unit in UNITS if re.search(rf"(?<!\d){unit}(?!\d)", text)
    ]
    assert found == []


@every_schema
def test_no_secret_survives(name: str) -> None:
    text = "\n".join(strings(masked(name)))
    assert [planted for planted in SECRETS if planted in text] == []


@every_numbered_schema
def test_the_waybill_number_is_found_and_unharmed(name: str) -> None:
    assert SCHEMAS[name].waybill_no(masked(name)) == WAYBILL_NUMBERS[name]


@every_schema
def test_what_is_neither_mapped_nor_a_leak_stays(name: str) -> None:
    before, record = sample(name), masked(name)
    places = {place.keys[0] for place in Masker(SCHEMAS[name], LABEL).mask(sample(name)).places}
    leaking = {
        "backup_recipient_phone",
        "wm_poi_phone",
        "cod",
        "extraInfoList",
        "remark",
        "description",
        "buyer_message",
        "options",
        "metadata",
    }
    for key in before.keys() - places - leaking:
        assert record[key] == before[key]


@every_schema
def test_masking_a_masked_sample_changes_nothing(name: str) -> None:
    once = masked(name)
    twice = copy.deepcopy(once)
    Masker(SCHEMAS[name], LABEL).mask(twice)
    assert twice == once


@every_schema
def test_the_fields_hold_the_values_that_came_in(name: str) -> None:
    before = sample(name)
    for place, value in Masker(SCHEMAS[name], LABEL).mask(sample(name)).fields:
        here: Any = before
        for key in place.keys:
            here = here[key]
        assert value == here


@every_schema
def test_a_view_shows_what_the_masked_record_shows_at_its_places(name: str) -> None:
    record = sample(name)
    found = Masker(SCHEMAS[name], LABEL).mask(record)
    view = render(LABEL, found.fields, WAYBILL_NUMBERS.get(name))
    for place in found.places:
        assert place.parent(view)[place.keys[-1]] == place.parent(record)[place.keys[-1]]
