"""What the entries of a log mean to the signals."""

from collections.abc import Iterable

from masking_audit.format.entries import Entry, Item
from masking_audit.lookout.history import (
    CaseDecision,
    History,
    HistoryReader,
    OpenedCase,
    OpenedFields,
    Seen,
    Trace,
    ViewedWaybill,
)
from tests.audit.logs import entry

PHONE = Item("w1", "released", "/recipient/phone", "phone")
NAME = Item("w1", "released", "/recipient/name", "name")


def read_history(entries: Iterable[tuple[str, Entry]]) -> History:
    reader = HistoryReader()
    for name, one in entries:
        reader.add(name, one)
    return reader.history()


def test_fields_are_summed_by_waybill() -> None:
    items = [PHONE, NAME, Item("w2", "released", "/sender/name", "name"), Item("w3", "not-found")]
    opened = entry(action="detokenize", outcome="released", role="dispute-officer", case="D-1", items=items)

    assert read_history([("a-1", opened)]).openings == [
        OpenedFields(1, "staff/u-1", "dispute-officer", "D-1", "w1", 2),
        OpenedFields(1, "staff/u-1", "dispute-officer", "D-1", "w2", 1),
    ]


def test_cases_decisions_views_and_moves_are_read_in_the_order_of_time() -> None:
    entries = [
        entry(at=5, action="case-approve", case="D-1"),
        entry(at=2, action="case-open", case="D-1", items=[Item("w1", "done"), Item("w2", "done")]),
        entry(at=3, action="view", outcome="released", items=[Item("w1", "released")]),
        entry(at=4, action="custody-move", items=[Item("w1", "done", site="021001"), Item("w9", "not-found")]),
        entry(at=1, action="case-close", case="D-0"),
    ]

    history = read_history((f"a-{at}", one) for at, one in enumerate(entries))

    assert history.decisions == [
        CaseDecision(1, "staff/u-1", "courier", "D-0", "close"),
        CaseDecision(5, "staff/u-1", "courier", "D-1", "approve"),
    ]
    assert history.cases == [OpenedCase(2, "staff/u-1", "courier", "D-1", 2, verified=False)]
    assert history.views == [ViewedWaybill(3, "staff/u-1", "courier", "w1")]
    assert history.traces == [Trace(4, "staff/u-1", "w1", "021001")]


def test_a_case_is_verified_if_the_ticket_system_confirmed_it() -> None:
    confirmed = entry(action="case-open", case="D-1", items=[Item("w1", "done")], ticket="9f" * 16)

    assert [case.verified for case in read_history([("a-1", confirmed)]).cases] == [True]


def test_devices_and_networks_are_read_from_what_people_opened_and_decided() -> None:
    tag, other = "0123456789abcdef", "f0e1d2c3b4a59687"
    opened = entry(
        at=2,
        action="detokenize",
        outcome="released",
        role="dispute-officer",
        items=[PHONE],
        device=tag,
        network=other,
    )
    entries = [
        opened,
        entry(at=1, action="case-approve", role="supervisor", case="D-1", device=tag),
        entry(at=3, action="case-open", outcome="case-exists", case="D-1", device=tag),
        entry(at=4, action="view", outcome="released", items=[Item("w1", "released")], device=tag),
        entry(at=5, action="case-close", case="D-0"),
    ]

    assert read_history((f"a-{at}", one) for at, one in enumerate(entries)).seen == [
        Seen(1, "staff/u-1", "supervisor", "device", tag),
        Seen(2, "staff/u-1", "dispute-officer", "device", tag),
        Seen(2, "staff/u-1", "dispute-officer", "network", other),
    ]


def test_refused_calls_and_what_was_taken_back_do_not_count() -> None:
    opened = entry(action="detokenize", outcome="released", items=[PHONE])
    entries = [
        ("a-1", opened),
        ("a-2", entry(action="detokenize", outcome="unavailable", takes_back=["a-1"])),
        ("a-3", entry(action="detokenize", outcome="quota-exceeded", times=9)),
        ("a-4", entry(action="case-open", outcome="case-exists", case="D-1")),
    ]

    history = read_history(entries)

    assert (history.openings, history.cases) == ([], [])
