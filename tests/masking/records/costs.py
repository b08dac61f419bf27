"""What masking takes of a batch's effort, for each record of the corpus, as `costs.tsv` lists it.

`python -m tests.masking.records.costs` writes the list again. A record takes more only for a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from masking_service.masking.effort import A_BATCH, Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.members import member_names
from masking_service.masking.records import columns
from masking_service.masking.records import record as single
from masking_service.masking.records.profiles import UNMAPPED, Profile
from masking_service.masking.records.record import Masker, sample_record
from masking_service.masking.records.walk import Masked
from tests.masking.records.test_corpus import RECORDS, SCHEMAS, as_standard, plain
from tests.masking.standard import LABEL_RULES, standard

FILE: Final = Path(__file__).with_name("costs.tsv")
_RULES: Final = tuple(Profile.parse("label", LABEL_RULES | {"unmapped": rule}) for rule in UNMAPPED)
_MASKERS: Final = {name: tuple(Masker(schema, by) for by in _RULES) for name, schema in SCHEMAS.items()}
_LONG: Final = "，请放门卫" * 830
_LONG_AT: Final = 5
_MEMBERS: Final = ("more", "status", "weight", "orderNo", "remark2", "contact", "phone")
_VALUES: Final[tuple[Any, ...]] = (
    *("x", 1, 1.5, None, True, "", "abc" * 50, "ab12", "1" * 20, 10**30, "2024-01-15", "SF1234567890123", "待发货"),
    *("13812345678", 13812345678, "张三", "请交张三13812345678", "12-3-401", '{"a":1}', "Tom Lee", "a@b.cn"),
    *([], {}, ["a", None], ["a", 1], [["a"], ["b", []]], [{"a": 1}, {"a": 2}], [{"a": 1}, {"b": 2}], [{"a": "x"}, 1]),
    *({"a": 1}, {"a": {"b": "x"}}, {"a": [1, 2]}, {"a": [{"b": "x"}]}, {"a": None}, {"a": "x", "b": {"c": "张三"}}),
    *({"name": "张三"}, {"phone": "13812345678"}, {"张三": 1}, {"key": "姓名", "value": "张三"}, ["13812345678"]),
    {f"a{at}": at for at in range(32)},
    {f"b{at}": at for at in range(33)},
)
"""Values of members that no schema maps, which columns read together, one by one, or leave to the single pass."""


def told() -> Iterator[str]:
    """Yield a line for each record: its units under each rule for unmapped members, and in columns.

    The columns are of the record, one with null in every other text, and the record again. Those that columns take are
    written as `c`, others as `s`, and refused ones as `!`. A sample of a schema is read with one long text, too. Then
    come values of an unmapped member of a standard record, alone and between others in columns.
    """
    # Columns are made for two records, as for as many as are worth it. No form is known from other tests.
    known = patch.dict(member_names._plans, clear=True)
    with known, patch.object(columns, "FEW", 2), patch.object(single, "FEW", 2):
        for name, schema, record in _records():
            guard, *others = _MASKERS[schema]
            alone = [_units(masker, record)[0] for masker in (guard, *others)]
            if name == schema:
                longer = _changed(record, lambda value, at: value + _LONG * (at == _LONG_AT))
                alone.append(_units(guard, longer)[0])
            batch = record, _changed(record, _every_other), record
            yield "\t".join((name, *alone, *_units(guard, *batch)))
        guard, *_ = _MASKERS["standard"]
        for member in _MEMBERS:
            for value in _VALUES:
                rows = [standard(**{member: one}) for one in (value, value, None, "x", value)]
                yield "\t".join((f"{member} {value!r:.60}", _units(guard, rows[0])[0], *_units(guard, *rows)))


def _records() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each record of the corpus, with its name and schema, and a sample of each schema."""
    for name, row in RECORDS.items():
        record = plain(row["record"])
        yield name, row.get("schema", "standard"), record if "schema" in row else as_standard(record, inside=False)
    for name, schema in SCHEMAS.items():
        yield name, name, sample_record(schema)


def _every_other(value: str, at: int) -> str | None:
    return value if at % 2 else None


def _units(masker: Masker, *records: Any) -> tuple[str, str]:
    """Return the units that records take together, and which of them columns take."""
    for _ in range(2):  # the second time, no name of a member is new
        effort = Effort()
        found = masker.mask_batch([plain(record) for record in records], effort)
    ways = ("!" if isinstance(one, InvalidRecord) else "c" if type(one) is Masked else "s" for one in found)
    return f"{A_BATCH - effort.left:.1f}", "".join(ways)


def _changed(value: Any, change: Any) -> Any:
    """Return a value with each of its texts changed; `change` takes a text and its number."""
    at = 0

    def inner(value: Any) -> Any:
        nonlocal at
        if isinstance(value, dict):
            return {key: inner(one) for key, one in value.items()}
        if isinstance(value, list):
            return [inner(one) for one in value]
        at += 1
        return change(value, at) if isinstance(value, str) else value

    return inner(value)


def main() -> None:
    FILE.write_text("\n".join([*told(), ""]), "utf-8")


if __name__ == "__main__":
    main()
