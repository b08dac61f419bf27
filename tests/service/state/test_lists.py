"""What is left of a list that has become too long, and how lists are stored."""

from __future__ import annotations

import pytest

from masking_service.service.holds.state import Hold, Holds
from masking_service.service.incidents.state import IncidentLists, IncidentRecord
from masking_service.service.state.lists import padded, without_oldest
from masking_service.store.client import Store
from tests.every import every
from tests.keys.known import known_keyring
from tests.store.stores import NOW, foreseen


@every(
    ("most", "left"),
    [
        (6, ["a", "B", "C", "d", "E"]),
        (5, ["a", "B", "C", "d", "E"]),
        (4, ["a", "C", "d", "E"]),
        (3, ["a", "d", "E"]),
        (1, ["a", "d"]),
    ],
)
def test_the_oldest_that_have_ended_go_first_and_no_others_go(most: int, left: list[str]) -> None:
    """Capital letters have ended."""
    assert without_oldest(["a", "B", "C", "d", "E"], most, str.isupper) == left


@pytest.mark.parametrize("further", [0, 2])
def test_two_hundred_incidents_and_a_thousand_holds_are_listed(store: Store, further: int) -> None:
    """All but the first have ended."""
    incidents = IncidentLists(store, known_keyring(), foreseen("incidents"))
    holds = Holds(store, known_keyring(), foreseen("holds"))
    opened = [
        IncidentRecord(f"I-{at}", "label", ("CN",), NOW, NOW, "staff/u-1", closed_at=NOW if at else 0)
        for at in range(200 + further)
    ]
    proposed = [
        Hold(f"H-{at}", at, holds.new_ref(), "why", 1, "withdrawn" if at else "set", "staff/u-1", NOW)
        for at in range(1000 + further)
    ]

    assert incidents.prepare("default", lambda _: list(opened)).write()
    assert holds.prepare("default", lambda _: list(proposed)).write()

    assert incidents.listed("default") == [opened[0], *opened[1 + further :]]
    assert holds.listed("default") == [proposed[0], *proposed[1 + further :]]
    assert {len(hold.ref) for hold in proposed} == {2 * 12}


def test_a_list_is_padded_to_four_kilobytes() -> None:
    assert [len(padded(bytes(size))) for size in (0, 1, 4096, 4097)] == [0, 4096, 4096, 8192]
