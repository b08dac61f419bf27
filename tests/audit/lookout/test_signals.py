"""Each signal alone: whom it points to, with which figures, and whom it leaves alone."""

import math
from collections import Counter
from collections.abc import Sequence

import pytest

from masking_audit.lookout.history import (
    CaseDecision,
    History,
    OpenedCase,
    OpenedFields,
    Seen,
    Trace,
    ViewedWaybill,
)
from masking_audit.lookout.peers import poisson_tail, score
from masking_audit.lookout.signals import (
    _season,
    all_signals,
    approving_pairs,
    fields_per_waybill,
    new_surroundings,
    odd_hours,
    pace,
    pairs,
    quick_approvals,
    sites,
    unfollowed,
    unmoved,
    unverified,
)
from masking_service.masking.timestamps import SECONDS_A_DAY as DAY
from masking_service.masking.timestamps import SECONDS_AN_HOUR as HOUR
from masking_service.service.lookout.state import Reason

NOW = 20_000 * DAY
OLD = NOW - 10 * DAY
HONEST = [f"staff/h{number}" for number in range(6)]
THIEF = "staff/thief"
OFFICER = "dispute-officer"


def openings(who: str, count: int, *, fields: int = 1, at: int = OLD, case: str = "") -> list[OpenedFields]:
    """So many waybills, each under a case of its own unless one is given."""
    return [
        OpenedFields(at + number, who, OFFICER, case or f"D-{who}-{number}", f"w-{who}-{number}", fields)
        for number in range(count)
    ]


def moved(rows: Sequence[OpenedFields | ViewedWaybill]) -> list[Trace]:
    """A scan of each parcel, a minute later."""
    return [Trace(row.at + 60, "client/tracking", row.waybill, "021001") for row in rows]


def people(reasons: Sequence[Reason]) -> set[str]:
    return {reason.person for reason in reasons}


def opened_by(who: str, rows: Sequence[OpenedFields], *, verified: bool = False) -> list[OpenedCase]:
    return [OpenedCase(row.at, who, "service-desk", row.case, 1, verified) for row in rows]


HONEST_OPENINGS = [opening for who in HONEST for opening in openings(who, 20)]
HONEST_CASES = [case for at, row in enumerate(HONEST_OPENINGS) for case in opened_by(f"staff/d{at % 4}", [row])]
VERIFIED_CASES = opened_by("staff/desk", HONEST_OPENINGS, verified=True)


def test_openings_that_nothing_follows_point_to_the_thief_alone() -> None:
    taken = openings(THIEF, 20)

    (reason,) = unfollowed([*HONEST_OPENINGS, *taken], [], moved(HONEST_OPENINGS), NOW)

    expected = 20 * 1 / 122  # of the others none of 120, smoothed by one of two
    assert reason == Reason(THIEF, "unfollowed", score(poisson_tail(20, expected)), 20, 20, expected)


def test_without_a_tracking_system_no_opening_is_followed_and_no_one_differs() -> None:
    assert unfollowed([*HONEST_OPENINGS, *openings(THIEF, 20)], [], [], NOW) == []


def test_openings_of_the_last_days_may_still_be_followed() -> None:
    assert unfollowed([*HONEST_OPENINGS, *openings(THIEF, 20, at=NOW - DAY)], [], moved(HONEST_OPENINGS), NOW) == []


@pytest.mark.parametrize(("closer", "listed"), [("staff/desk", set()), (THIEF, {THIEF})])
def test_a_case_that_another_person_closes_is_followed_up(closer: str, listed: set[str]) -> None:
    taken = openings(THIEF, 20)
    closed = [CaseDecision(NOW, closer, "service-desk", one.case, "close") for one in taken]

    assert people(unfollowed([*HONEST_OPENINGS, *taken], closed, moved(HONEST_OPENINGS), NOW)) == listed


def test_openings_without_a_verified_ticket() -> None:
    taken = openings(THIEF, 5)
    cases = [*VERIFIED_CASES, *opened_by("staff/desk", taken)]

    (reason,) = unverified([*HONEST_OPENINGS, *taken], cases)

    assert (reason.person, reason.observed, reason.total) == (THIEF, 5, 5)


def test_a_case_that_was_opened_before_the_log_that_is_read_is_not_unverified() -> None:
    assert unverified([*HONEST_OPENINGS, *openings(THIEF, 5)], VERIFIED_CASES) == []


def test_values_without_a_case_are_not_verified() -> None:
    taken = [one._replace(case="") for one in openings(THIEF, 5)]

    assert people(unverified([*HONEST_OPENINGS, *taken], VERIFIED_CASES)) == {THIEF}


def test_a_case_of_many_waybills_counts_once() -> None:
    taken = openings(THIEF, 20, case="D-bag")
    cases = [*VERIFIED_CASES, *opened_by("staff/desk", taken)]

    assert unverified([*HONEST_OPENINGS, *taken], cases) == []
    assert unfollowed([*HONEST_OPENINGS, *taken], [], moved(HONEST_OPENINGS), NOW) == []


def test_a_case_is_followed_up_only_with_all_of_its_waybills() -> None:
    taken = [row for at in range(20) for row in openings(THIEF, 2, case=f"D-{at}")]
    first = [row._replace(waybill=f"w-{row.case}-{at}") for at, row in enumerate(taken)]

    assert people(unfollowed([*HONEST_OPENINGS, *first], [], moved([*HONEST_OPENINGS, *first[::2]]), NOW)) == {THIEF}


def test_while_no_ticket_system_is_asked_no_case_is_suspicious_for_that() -> None:
    assert unverified([*HONEST_OPENINGS, *openings(THIEF, 5)], []) == []


def test_a_pair_that_meets_too_often_is_two_reasons() -> None:
    desks = ["staff/li", "staff/zhao", "staff/sun"]
    honest = [case for at, row in enumerate(HONEST_OPENINGS) for case in opened_by(desks[at % 3], [row])]
    taken = openings(THIEF, 9)
    others = openings("staff/h0", 2, at=OLD + HOUR)
    others = [one._replace(case=f"D-wang-{at}") for at, one in enumerate(others)]
    wang = opened_by("staff/wang", [*taken, *others])
    rows = [*HONEST_OPENINGS, *others, *taken]

    reasons = pairs(rows, [*honest, *wang])

    # Of the 120 cases of other openers, the thief had none.
    share = 1 / (120 + 7)
    assert {(one.person, one.signal, one.other, one.observed, one.total) for one in reasons} == {
        (THIEF, "pair", "staff/wang", 9, 11),
        ("staff/wang", "pair-opener", THIEF, 9, 11),
    }
    assert reasons[0].expected == pytest.approx(11 * share)


def test_a_refused_attempt_to_open_a_case_again_hides_no_opener() -> None:
    taken = openings(THIEF, 9)
    cases = [*opened_by("staff/wang", taken), *opened_by("staff/li", openings(THIEF, 9, at=OLD + HOUR))]

    assert people(pairs([*HONEST_OPENINGS, *taken], [*cases, *HONEST_CASES])) == {THIEF, "staff/wang"}


def test_people_who_meet_as_often_as_chance_has_it_are_no_pair() -> None:
    assert pairs(HONEST_OPENINGS, HONEST_CASES) == []


def test_an_approver_for_one_opener_is_a_pair() -> None:
    rows = [*HONEST_OPENINGS, *openings(THIEF, 12)]
    cases = [
        case
        for at, row in enumerate(rows)
        for case in opened_by("staff/wang" if row.person == THIEF else f"staff/d{at % 4}", [row])
    ]
    approvals = [
        CaseDecision(
            row.at, "staff/boss" if row.person == THIEF else f"staff/s{at % 5}", "supervisor", row.case, "approve"
        )
        for at, row in enumerate(rows)
    ]

    reasons = approving_pairs(approvals, cases)

    assert {(one.person, one.signal) for one in reasons} == {
        ("staff/boss", "approving-pair"),
        ("staff/wang", "approving-pair-opener"),
    }


def test_more_fields_for_each_waybill_than_the_peers() -> None:
    (reason,) = fields_per_waybill([*HONEST_OPENINGS, *openings(THIEF, 20, fields=4)])

    assert (reason.person, reason.observed, round(reason.expected, 9)) == (THIEF, 4, 1.0)


@pytest.mark.parametrize(("parcels", "counts"), [(9, False), (10, True)])
def test_a_person_of_few_waybills_is_not_compared_and_is_no_peer(parcels: int, *, counts: bool) -> None:
    """The same waybill under another case is another one; the same again is not."""
    few = openings(THIEF, parcels, fields=4)
    again = [few[0], few[-1]]
    assert people(fields_per_waybill([*HONEST_OPENINGS, *few, *again])) == ({THIEF} if counts else set())

    peers = [one for who in HONEST[:4] for one in openings(who, parcels)]
    enough = fields_per_waybill([*peers, *openings(THIEF, 20, fields=4)])
    assert people(enough) == ({THIEF} if counts else set())


def test_four_people_are_no_peer_group() -> None:
    few = [opening for who in HONEST[:3] for opening in openings(who, 20)]

    assert fields_per_waybill([*few, *openings(THIEF, 20, fields=4)]) == []


def daily(who: str, counts: Sequence[int]) -> list[OpenedFields]:
    """So many fields on each of the last days."""
    begin = NOW - len(counts) * DAY
    return [OpenedFields(begin + day * DAY, who, OFFICER, "", "w", count) for day, count in enumerate(counts) if count]


def test_a_pace_that_rises_above_the_persons_own_earlier_days() -> None:
    (reason,) = pace(daily(THIEF, [10] * 15 + [30] * 15), NOW)

    assert (reason.person, round(reason.observed), reason.total, round(reason.expected)) == (THIEF, 30, 0, 10)
    assert reason.score > 4


def test_a_new_person_is_compared_with_the_peers() -> None:
    honest = [opening for who in HONEST for opening in daily(who, [0] * 22 + [8, 10, 12, 9, 11, 10, 8, 12])]

    assert people(pace([*honest, *daily(THIEF, [60] * 8)], NOW)) == {THIEF}


def test_a_peak_week_of_the_whole_role_is_no_rise_of_one_person() -> None:
    peak = [opening for who in [*HONEST, THIEF] for opening in daily(who, [10] * 15 + [40] * 15)]

    assert pace(peak, NOW) == []


def test_a_person_who_rises_in_a_peak_week_is_compared_with_the_role() -> None:
    peak = [opening for who in HONEST for opening in daily(who, [10] * 15 + [20] * 15)]

    (reason,) = pace([*peak, *daily(THIEF, [10] * 15 + [80] * 15)], NOW)

    assert (reason.person, reason.observed, round(reason.expected)) == (THIEF, 80, 20)


def test_a_steady_person_and_one_busy_day_are_no_rise() -> None:
    steady, busy = daily("staff/a", [10, 12] * 15), daily("staff/b", [10, 12] * 14 + [40, 11])

    assert [reason for reason in pace([*steady, *busy], NOW) if reason.score >= 2] == []


def views(who: str, count: int) -> list[ViewedWaybill]:
    return [ViewedWaybill(OLD + number, who, "courier", f"w-{who}-{number}") for number in range(count)]


@pytest.mark.parametrize("scanned", [False, True], ids=["never", "before the view only"])
def test_views_whose_parcel_did_not_move_after_them(scanned: bool) -> None:
    honest, taken = [view for who in HONEST for view in views(who, 40)], views(THIEF, 40)
    early = [Trace(OLD - 1, "client/tracking", view.waybill, "021001") for view in taken if scanned]

    assert people(unmoved([*honest, *taken], [*moved(honest), *early], NOW)) == {THIEF}


def test_a_scan_in_the_second_of_the_view_is_no_move_after_it() -> None:
    honest = [view for who in HONEST for view in views(who, 40)]
    at_once = [Trace(view.at, "client/tracking", view.waybill, "021001") for view in views(THIEF, 40)]

    assert people(unmoved([*honest, *views(THIEF, 40)], [*moved(honest), *at_once], NOW)) == {THIEF}


def test_parcels_of_many_sites() -> None:
    honest = [view for who in HONEST for view in views(who, 10)]
    taken = views(THIEF, 10)
    scattered = [Trace(OLD, "client/tracking", view.waybill, f"site-{at}") for at, view in enumerate(taken)]

    (reason,) = sites([*honest, *taken], [*moved(honest), *scattered])

    assert (reason.person, reason.observed, round(reason.expected, 9)) == (THIEF, 10, 1.0)


def shifts(who: str, hour: int, days: int = 20, a_day: int = 15) -> list[tuple[str, int]]:
    """Work on so many days before the last seven."""
    return [(who, NOW - day * DAY + hour * HOUR + at) for day in range(8, days + 8) for at in range(a_day)]


TONIGHT = [(THIEF, NOW - DAY + 3 * HOUR + at) for at in range(10)]


def test_actions_at_night_of_a_person_who_works_by_day() -> None:
    (reason,) = odd_hours([*shifts(THIEF, 10), *TONIGHT], NOW)

    assert reason == Reason(THIEF, "odd-hours", score(poisson_tail(10, 0.2)), 10, 10, 0.2)


@pytest.mark.parametrize(
    "before",
    [shifts(THIEF, 3), shifts(THIEF, 10, days=9, a_day=40), shifts(THIEF, 10, days=10, a_day=5)[1:]],
    ids=["of a person on night shifts", "after nine days", "after 49 actions"],
)
def test_hours_that_are_not_odd(before: list[tuple[str, int]]) -> None:
    assert odd_hours([*before, *TONIGHT], NOW) == []


def test_own_hours_are_known_from_fifty_actions_of_ten_days() -> None:
    assert people(odd_hours([*shifts(THIEF, 10, days=10, a_day=5), *TONIGHT], NOW)) == {THIEF}


def test_an_hour_between_usual_ones_is_not_odd() -> None:
    tonight = [(THIEF, NOW - DAY + 10 * HOUR + at) for at in range(10)]

    assert odd_hours([*shifts(THIEF, 10), *shifts(THIEF, 11), *tonight], NOW) == []


@pytest.mark.parametrize(("usual", "hour"), [(0, 23), (23, 0)])
def test_an_hour_beside_a_usual_one_is_not_odd_across_midnight(usual: int, hour: int) -> None:
    now = NOW - NOW % DAY
    before = [(THIEF, now - day * DAY + usual * HOUR + at) for day in range(8, 28) for at in range(15)]
    tonight = [(THIEF, now - 2 * DAY + hour * HOUR + at) for at in range(10)]

    assert odd_hours([*before, *tonight], now) == []


def test_an_hour_is_from_its_first_second_to_its_last() -> None:
    day = NOW // 86_400 * 86_400
    usual = [(THIEF, day - before * 86_400 + 10 * 3_600 + at) for before in range(8, 28) for at in range(15)]

    found = {
        text: len(odd_hours([*usual, *[(THIEF, day - 86_400 + second)] * 10], day))
        for text, second in (("8:59:59", 32_399), ("9:00", 32_400), ("11:59:59", 43_199), ("12:00", 43_200))
    }

    assert found == {"8:59:59": 1, "9:00": 0, "11:59:59": 0, "12:00": 1}


def test_a_new_person_does_not_hide_another_ones_odd_hours() -> None:
    tonight = [(who, NOW - DAY + 3 * HOUR + at) for at in range(10) for who in (HONEST[0], THIEF)]

    assert people(odd_hours([*shifts(THIEF, 10), *tonight], NOW)) == {THIEF}


def test_a_few_actions_a_night_add_up_over_seven_days() -> None:
    nights = [(THIEF, NOW - day * DAY + 3 * HOUR + at) for day in (1, 2, 3) for at in range(2)]
    by_day = [(THIEF, NOW - day * DAY + 10 * HOUR + at) for day in range(1, 5) for at in range(4)]
    before = shifts(THIEF, 10, days=15, a_day=4)

    (reason,) = odd_hours([*before, *by_day, *nights], NOW)

    assert reason == Reason(THIEF, "odd-hours", score(poisson_tail(6, 22 * 0.02)), 6, 22, 22 * 0.02)
    assert odd_hours([*before, *by_day, *nights[:2]], NOW) == []


def worked(who: str, devices: Sequence[str], *, until: int = 8) -> list[Seen]:
    """A day of work with each device, the last one so many days ago."""
    first = NOW - (len(devices) + until - 1) * DAY
    return [Seen(first + day * DAY + 10 * HOUR, who, OFFICER, "device", device) for day, device in enumerate(devices)]


NEW = Seen(NOW - HOUR, THIEF, OFFICER, "device", "d2")


def test_a_device_that_a_person_had_not_used_on_twelve_days() -> None:
    seen = [*worked(THIEF, ["d1"] * 12), *worked(THIEF, ["d1"] * 7, until=1), NEW]

    (reason,) = new_surroundings(seen, NOW)

    expected = 1 / (7 + 200)  # no new device on the seven days after the first five, smoothed by one in two hundred
    assert reason == Reason(THIEF, "new-device", score(poisson_tail(1, expected)), 1, 12, expected)
    assert reason.score > 2


def test_networks_are_judged_as_devices_are_and_apart_from_them() -> None:
    seen = [*worked(THIEF, ["d1"] * 12), Seen(NOW - HOUR, THIEF, OFFICER, "device", "d1")]
    networks = [row._replace(what="network", tag="n2" if row.at >= NOW - DAY else "n1") for row in seen]

    (reason,) = new_surroundings([*seen, *networks], NOW)

    assert (reason.signal, reason.observed, reason.total) == ("new-network", 1, 12)


def test_a_new_device_is_new_for_seven_days() -> None:
    used = Seen(NOW - 3 * DAY, THIEF, OFFICER, "device", "d2")
    seen = [*worked(THIEF, ["d1"] * 12), used]

    assert people(new_surroundings(seen, NOW)) == people(new_surroundings(seen, NOW + 3 * DAY)) == {THIEF}
    assert new_surroundings(seen, NOW + 4 * DAY + 1) == []


def test_the_first_days_of_a_person_say_nothing_about_devices() -> None:
    assert new_surroundings([*worked(THIEF, ["d1"] * 4), NEW], NOW) == []
    assert new_surroundings([NEW], NOW) == []


def test_five_days_after_a_leave_a_new_device_is_one_again() -> None:
    (reason,) = new_surroundings([*worked(THIEF, ["d1"] * 5), NEW], NOW)

    assert reason.total == 5
    assert reason.score > 2


def test_a_device_of_long_ago_is_known() -> None:
    assert new_surroundings([*worked(THIEF, ["d2", *["d1"] * 14]), NEW], NOW) == []


def test_where_people_often_have_new_surroundings_one_more_says_little() -> None:
    own = [*worked(THIEF, ["d1"] * 12), NEW]
    peers = [row for who in HONEST for row in worked(who, [*["d1"] * 11, f"d-{who}"])]

    (reason,) = new_surroundings([*own, *peers], NOW)

    assert reason.expected == 7 / (49 + 200)  # six peers had one each; all seven were known for seven days
    assert reason.score < 2


def test_a_person_who_changes_the_device_each_day_silences_no_one_else() -> None:
    own = [*worked(THIEF, ["d1"] * 12), NEW]
    restless = [*worked("staff/r", [f"d{at}" for at in range(22)]), NEW._replace(person="staff/r", tag="d99")]

    found = {reason.person: reason for reason in new_surroundings([*own, *restless], NOW)}

    assert found[THIEF].expected == 2 / (24 + 200)
    assert found[THIEF].score > 2
    assert found["staff/r"].score < 1


def approvals(who: str, count: int, apart: int) -> list[CaseDecision]:
    return [CaseDecision(OLD + at * apart, who, "supervisor", f"D-{who}-{at}", "approve") for at in range(count)]


def test_approvals_within_seconds() -> None:
    honest = [decision for who in HONEST for decision in approvals(who, 20, 60)]

    (reason,) = quick_approvals([*honest, *approvals(THIEF, 20, 3)])

    assert (reason.person, reason.observed, reason.total) == (THIEF, 19, 20)


def test_an_honest_month_has_no_reason() -> None:
    history = History(openings=HONEST_OPENINGS, cases=HONEST_CASES, traces=moved(HONEST_OPENINGS))

    assert all_signals(history, NOW) == []


def test_a_season_is_how_far_a_role_was_above_its_usual_day_and_nothing_where_few_worked() -> None:
    days = {f"u-{at}": Counter({1: 1, 2: 3, 3: 7}) for at in range(5)} | {"u-0": Counter({1: 1, 2: 3, 3: 7, 4: 9})}
    roles = dict.fromkeys(days, "courier")

    assert _season(days, roles) == {
        ("courier", 1): math.log1p(1) - math.log1p(3),
        ("courier", 2): 0.0,
        ("courier", 3): math.log1p(7) - math.log1p(3),
        ("courier", 4): 0.0,
    }


@pytest.mark.parametrize(("age", "counts"), [(3 * DAY - 1, False), (3 * DAY, False), (3 * DAY + 1, True)])
def test_what_a_person_saw_may_be_followed_for_three_days(age: int, *, counts: bool) -> None:
    at = NOW - age
    taken = [OpenedFields(at, THIEF, OFFICER, f"D-{number}", f"w-{number}", 1) for number in range(20)]
    honest = [ViewedWaybill(OLD + at, who, OFFICER, f"v-{who}-{at}") for who in HONEST for at in range(20)]
    looked = [ViewedWaybill(at, THIEF, OFFICER, f"w-{number}") for number in range(20)]

    assert people(unfollowed([*HONEST_OPENINGS, *taken], [], moved(HONEST_OPENINGS), NOW)) == (
        {THIEF} if counts else set()
    )
    assert people(unmoved([*honest, *looked], moved(honest), NOW)) == ({THIEF} if counts else set())


@pytest.mark.parametrize(("seconds", "quick"), [(1, True), (5, True), (6, False)])
def test_an_approval_is_quick_within_five_seconds_of_the_one_before(seconds: int, *, quick: bool) -> None:
    def approvals(who: str, every: int) -> list[CaseDecision]:
        return [CaseDecision(OLD + every * at, who, "supervisor", f"D-{who}-{at}", "approve") for at in range(30)]

    slow = [one for who in HONEST for one in approvals(who, 600)]
    (*found,) = quick_approvals([*slow, *approvals(THIEF, seconds)])

    assert [(one.person, one.observed, one.total) for one in found] == ([(THIEF, 29, 30)] if quick else [])
