"""What shows a kind in full is answered with its audit entry only."""

import pytest

from masking_service.masking.records.profiles import Profile
from masking_service.service.people.policy import Grant
from masking_service.service.vault.records import Record
from masking_service.service.vault.vault import FoundWaybill
from masking_service.service.waybills.view import _AskedWaybill, _overall, _without_custody, shown_masked
from tests.store.stores import NOW, NUMBER, body

FOUND = FoundWaybill(b"base of 12 B", 0, Record(b"ab", 1, NOW, body()), None)
PROFILE = Profile.parse("label", {})


def test_a_waybill_is_shown_masked_without_an_entry() -> None:
    shown = shown_masked(Grant("desk", "waybill:view", "label"), PROFILE, NUMBER, FOUND)

    assert (shown.waybill_no, shown.revision) == (NUMBER, 0)


def test_a_kind_in_full_is_not_shown_without_an_entry() -> None:
    courier = Grant("courier", "waybill:view", "courier", full_kinds=frozenset({"address"}))

    with pytest.raises(RuntimeError):
        shown_masked(courier, PROFILE, NUMBER, FOUND)


def test_a_call_that_shows_nothing_has_the_outcome_that_its_waybills_share() -> None:
    found = [{"released"}, {"released", "erased"}, {"erased"}, {"not-found"}, {"restricted", "erased"}, set[str]()]

    assert [_overall(outcomes) for outcomes in found] == [
        "released",
        "released",
        "erased",
        "not-found",
        "not-found",
        "not-found",
    ]


def test_a_courier_is_watched_at_what_it_does_not_carry_and_all_others_at_everything() -> None:
    carried, other = _AskedWaybill(NUMBER, NUMBER, found=FOUND), _AskedWaybill(NUMBER, NUMBER)
    courier, desk = Grant("courier", "waybill:view", "courier", scope="custody"), Grant("desk", "waybill:view", "label")

    assert _without_custody(courier, [carried, other]) == [other]
    assert _without_custody(desk, [carried, other]) == [carried, other]
