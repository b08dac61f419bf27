"""The sharing ledger adds up what entries give."""

from typing import Any

from masking_audit.format.entries import Entry, Item
from masking_audit.packs.sharing import Sharing
from tests.audit.logs import TENANT, entry

BEGIN, END = 1_700_000_000, 1_701_000_000
PHONE = Item("a" * 32, "released", "/recipient/phone", "phone")
NAME = Item("b" * 32, "released", "/recipient/name", "name")


def opening(**change: Any) -> Entry:
    known = {"at": BEGIN, "action": "detokenize", "outcome": "released", "purpose": "dispute", "role": "officer"}
    return entry(**known | {"principal": "staff/u-1", "items": [PHONE, Item("c" * 32, "not-found")]} | change)


def given(*entries: Entry) -> list[tuple[object, ...]]:
    ledger = Sharing(TENANT, BEGIN, END)
    ledger.sum_period((f"ab-{number}", one) for number, one in enumerate(entries, 1))
    return [*ledger.document({}).tables[0].rows]


def test_what_a_recipient_was_given_for_a_purpose_in_a_month_is_one_row() -> None:
    shown = opening(
        action="view", outcome="released", purpose="", profile="courier", items=[Item("a" * 32, "released")]
    )

    assert given(opening(), opening(items=[PHONE, NAME]), shown, opening(at=END), opening(outcome="forbidden")) == [
        ("2023-11", "staff/u-1", "officer", "courier", 1, 1, 0, "-"),
        ("2023-11", "staff/u-1", "officer", "dispute", 2, 2, 3, "name, phone"),
    ]


def test_what_was_taken_back_was_not_given() -> None:
    assert given(opening(), opening(outcome="unavailable", takes_back=["ab-1"], items=[])) == []
