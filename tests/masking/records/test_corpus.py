"""Records as carriers, shops and spreadsheets write them: the guard leaves nothing personal, and touches nothing else.

The files in `corpus/` begin with the source of their member names. In the records below it ⟦ and ⟧ enclose what
is personal; the people are invented. A record without a schema is another format's, read as a standard record.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records import columns
from masking_service.masking.records import record as single
from masking_service.masking.records.record import Masker
from masking_service.masking.schemas import load_schemas
from tests.every import every
from tests.masking.standard import LABEL

CORPUS: Final = Path(__file__).parent / "corpus"
SCHEMAS: Final = load_schemas()
MASKERS: Final = {name: Masker(schema, LABEL) for name, schema in SCHEMAS.items()}
PLANTED: Final = re.compile("⟦(.*?)⟧")
SHOWN_DIGITS: Final = 4

Pointer = tuple[str | int, ...]


def lines() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(CORPUS.iterdir()):
        _, *rows = path.read_text("utf-8").splitlines()
        for number, row in enumerate(rows, 2):
            yield f"{path.stem}:{number}", json.loads(row)


RECORDS: Final = dict(lines())
OTHERS: Final = {name: row for name, row in RECORDS.items() if "schema" not in row}


def plain(value: Any) -> Any:
    """The value as it would come in, without the marks."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return PLANTED.sub(r"\1", value) if isinstance(value, str) else value


def leaves(value: Any, at: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*at, key))
    else:
        yield at, value


def digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def left(planted: str, shown: str) -> bool:
    """Whether what shows in its place tells more of a planted value than a mask may."""
    if planted in shown:
        return True
    return len(digits(planted)) > SHOWN_DIGITS and len(digits(shown)) > SHOWN_DIGITS + 4


def faults(marked: Any, masked: Any) -> list[str]:
    """The leaves of a masked record that show what is personal, or that were touched for nothing."""
    found = []
    everything = json.dumps(masked, ensure_ascii=False)
    after = dict(leaves(masked))
    for at, value in leaves(marked):
        shown = after[at]
        planted = PLANTED.findall(value) if isinstance(value, str) else []
        if not planted:
            if (type(shown), shown) != (type(value), value):
                found.append(f"{at} touched: {value!r} became {shown!r}")
            continue
        around = "(.*)".join(map(re.escape, PLANTED.split(value)[::2]))
        match = re.fullmatch(around, str(shown), re.S)
        if match is None:
            found.append(f"{at} harmed: {value!r} became {shown!r}")
        elif any(map(left, planted, match.groups())):
            found.append(f"{at} left: {value!r} became {shown!r}")
        found += [f"{at} shows elsewhere" for one in planted if len(one) > SHOWN_DIGITS and one in everything]
    return found


def masked_alone(schema: str, record: Any) -> Any:
    came = plain(record)
    MASKERS[schema].mask(came)
    return came


@pytest.fixture
def columns_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let columns be made for two records, as for as many as are worth it."""
    for module in (columns, single):
        monkeypatch.setattr(module, "FEW", 2)


def masked_in_columns(schema: str, record: Any) -> Any:
    batch = [plain(record), plain(record)]
    found = MASKERS[schema].mask_batch(batch, Effort())
    assert not any(isinstance(one, InvalidRecord) for one in found)
    return batch[-1]


def as_standard(record: dict[str, Any], *, inside: bool) -> dict[str, Any]:
    """Another format's record with what makes it a standard one."""
    mapped = {"waybill_no": "WB20260001234", "remark": "请放门卫"}
    return {**mapped, "order": record} if inside else {**mapped, **record}


def test_the_corpus_has_records_of_every_schema_and_of_as_many_other_formats() -> None:
    assert len(RECORDS) >= 150
    assert {row["schema"] for row in RECORDS.values() if "schema" in row} == set(SCHEMAS)
    assert len(OTHERS) >= 60


@every("name", RECORDS)
@pytest.mark.usefixtures("columns_of_two")
def test_nothing_personal_is_left_and_nothing_else_is_touched(name: str) -> None:
    row = RECORDS[name]
    record = row["record"] if "schema" in row else as_standard(row["record"], inside=False)

    assert faults(record, masked_alone(row.get("schema", "standard"), record)) == []
    assert faults(record, masked_in_columns(row.get("schema", "standard"), record)) == []


@every("name", OTHERS)
def test_so_it_is_where_another_formats_record_is_inside_of_one(name: str) -> None:
    record = as_standard(OTHERS[name]["record"], inside=True)

    assert faults(record, masked_alone("standard", record)) == []


@every("name", OTHERS)
def test_another_formats_record_alone_is_refused_or_nothing_is_left_in_it(name: str) -> None:
    record = OTHERS[name]["record"]
    came = plain(record)
    found = MASKERS["standard"].mask_batch([came], Effort())[0]

    if isinstance(found, InvalidRecord):
        assert found.errors == (("", "nothing-mapped"),)
    else:
        assert faults(record, came) == []
