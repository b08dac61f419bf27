"""Which acts count as done without a signature: an act of several entries counts once."""

import json
from typing import Any

import pytest

from masking_audit.format.lines import EntryLine
from masking_audit.verify.findings import Findings
from masking_audit.verify.signatures import PersonSignatures

ENTRY = {"action": "hold-set", "outcome": "done", "case": "H-1", "principal": "p", "tenant": "t", "request": "r"}


def unsigned(*entries: dict[str, Any], writers: str = "aaaaaaaa") -> dict[str, int]:
    """Return how many acts of each name count as done without a signature; entries are by one writer each."""
    findings = Findings()
    found = PersonSignatures(findings)
    for number, (entry, writer) in enumerate(zip(entries, writers, strict=False), 1):
        found.add(number, EntryLine(writer * 16, number, json.dumps(entry).encode(), bytes(32), b""))
    assert ([*findings], found.signed, found.roots) == ([], {}, {})
    return dict(found.unsigned)


@pytest.mark.parametrize("action", ["hold-set", "hold-lift"])
def test_entries_that_go_on_with_a_hold_count_once(action: str) -> None:
    one = ENTRY | {"action": action}

    assert unsigned(one, one, one) == {action: 1}


@pytest.mark.parametrize("name", ["case", "principal", "tenant", "request"])
def test_another_hold_person_tenant_or_request_is_another_act(name: str) -> None:
    assert unsigned(ENTRY, ENTRY | {name: "other"}, ENTRY) == {"hold-set": 2}


def test_a_hold_that_another_writer_goes_on_with_and_another_act_on_it_count_for_themselves() -> None:
    assert unsigned(ENTRY, ENTRY, writers="ab") == {"hold-set": 2}
    assert unsigned(ENTRY, ENTRY | {"action": "hold-lift"}) == {"hold-set": 1, "hold-lift": 1}


def test_entries_of_other_acts_each_count_where_they_were_done() -> None:
    opened = ENTRY | {"action": "detokenize", "outcome": "released"}

    assert unsigned(opened, opened, opened | {"outcome": "done"}) == {"detokenize": 3}
    assert unsigned(*(opened | {"outcome": outcome} for outcome in ("denied", "not-found", "withdrawn"))) == {}
    assert unsigned(ENTRY | {"outcome": "denied"}, ENTRY, ENTRY) == {"hold-set": 1}
