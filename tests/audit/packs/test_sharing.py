"""The sharing ledger adds up what entries give."""

from typing import Any

from masking_audit.format.entries import Entry, Item
from masking_audit.packs.sharing import Sharing
from tests.audit.logs import entry

BEGIN, END = 1_700_000_000, 1_701_000_000
PHONE = Item("a" * 32, "released", "/recipient/phone", "phone")
NAME = Item("b" * 32, "released", "/recipient/name", "name")


def opening(**change: Any) -> Entry:
    known = {"at": BEGIN, "action": "detokenize", "outcome": "released", "purpose": "dispute", "role": "officer"}
    return entry(**known | {"principal": "staff/u-1", "items": [PHONE, Item("c" * 32, "not-found")]} | change)


def given(*entries: Entry) -> list[tuple[object, ...]]:
    ledger = Sharing(BEGIN, END)
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


def test_who_was_given_access_is_listed_by_time_and_then_by_the_entry() -> None:
    actions = (
        "client-add",
        "client-revoke",
        "client-restore",
        "callers-import",
        "permit-new",
        "permit-open",
        "permit-end",
    )
    entries = {
        **{f"cd-{at}": entry(at=BEGIN + 1, action=action, subject=f"client/{at}") for at, action in enumerate(actions)},
        "ab-9": entry(at=BEGIN + 1, action="client-add"),
        "ab-8": entry(at=BEGIN, action="permit-end", subject="p"),
        "ab-7": entry(at=BEGIN, action="client-add", outcome="forbidden"),
        "ab-6": entry(at=BEGIN - 1, action="client-add"),
        "ab-5": entry(at=END, action="client-add"),
        "ab-4": entry(at=BEGIN, action="view"),
    }
    ledger = Sharing(BEGIN, END)
    ledger.sum_period(entries.items())

    assert [*ledger.document({}).tables[1].rows] == [
        ("2023-11-14T22:13:20Z", "permit-end", "p", "staff/u-1", "ab-8"),
        ("2023-11-14T22:13:21Z", "client-add", "-", "staff/u-1", "ab-9"),
        *(
            ("2023-11-14T22:13:21Z", action, f"client/{at}", "staff/u-1", f"cd-{at}")
            for at, action in enumerate(actions)
        ),
    ]
