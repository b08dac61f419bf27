"""The model with the recommended policy: sample, tickets, decoys and lookout decide as the product does."""

from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bench.theft import thieves
from bench.theft.columns import Columns
from bench.theft.couriers import Couriers, parcels
from bench.theft.defences import OUTAGE_SECONDS, Defences, keys_of
from bench.theft.heist import Heist
from bench.theft.lookout import Lookout, with_month_before
from bench.theft.model import Service
from bench.theft.steps import DAY, person
from bench.theft.variants import VARIANTS
from bench.theft.work import BEGIN, HOUR, MINUTE, POOL
from bench.theft.workforce import DEFAULT, Workforce
from masking_audit.lookout.history import OpenedFields, Row, Seen
from masking_service.service.cases.use import in_sample
from masking_service.service.people.policy import Policy
from masking_service.shipped import ROOT

OFFICER, OTHER = person("officer", "dispute-officer"), person("other", "dispute-officer")
DESK = person("desk", "service-desk")
SUPERVISOR = person("supervisor", "supervisor")
WORKFORCE = Workforce.load(DEFAULT)
RECOMMENDED = ROOT / "examples" / "policy-recommended.yaml"
SEED = 1


@cache
def numbers(*, sampled: bool) -> list[str]:
    """Waybills that the recommended sample holds, or does not."""
    keys = keys_of(SEED)
    return [number for at in range(POOL) if in_sample(keys, number := f"SF{at:010d}", 20) == sampled]


def defended(policy: Path = RECOMMENDED, variant: str = "", **practices: object) -> Service:
    """A company under a policy, or a variant of it, whose practices are the workforce's but for these."""
    defences = Defences.of(WORKFORCE, SEED)
    said = msgspec.structs.replace(WORKFORCE.practices, ticket_outages=0.0, **practices)
    changed = Defences(said, defences.keys, SEED)
    rules = Policy.load(policy, development=True)
    return Service(VARIANTS[variant].policy(rules) if variant else rules, changed, keep=True)


def opened(service: Service, name: str, number: str, at: int = BEGIN) -> str:
    """Open a case that its ticket confirms; return the outcome."""
    assert service.tickets is not None
    service.tickets.file(name, [number], OFFICER.id)
    return service.open_case(DESK, at, name, [number]).outcome


def test_a_waybill_of_the_sample_waits_in_whatever_case_names_it() -> None:
    service = defended()
    inside, outside = numbers(sampled=True)[0], numbers(sampled=False)[0]

    assert [opened(service, f"D-{at}", number) for at, number in enumerate((inside, outside, inside))] == [
        "pending",
        "open",
        "pending",
    ]


def test_the_sample_is_as_large_as_the_policy_says_and_follows_from_the_seed() -> None:
    assert 40 < len(numbers(sampled=True)) < 120
    assert keys_of(SEED).tag("case-sample", "SF1") == keys_of(SEED).tag("case-sample", "SF1")
    assert keys_of(SEED).tag("case-sample", "SF1") != keys_of(SEED + 1).tag("case-sample", "SF1")


def test_a_case_needs_a_ticket_that_lists_its_waybills() -> None:
    service = defended()
    assert service.tickets is not None
    mine, other = numbers(sampled=False)[:2]
    service.tickets.file("D-2", [other], OFFICER.id)

    assert service.open_case(DESK, BEGIN, "D-1", [mine]).outcome == "unknown-case-number"
    assert service.open_case(DESK, BEGIN, "D-2", [mine]).outcome == "ticket-mismatch"
    assert opened(service, "D-3", mine) == "open"


def test_cases_that_no_ticket_confirms_freeze_their_opener() -> None:
    service = defended()
    outcomes = [service.open_case(DESK, BEGIN + at, f"D-{at}", ["SF0000000001"]).outcome for at in range(151)]

    assert outcomes == ["unknown-case-number"] * 150 + ["frozen"]


def test_while_the_ticket_system_does_not_answer_a_case_waits_and_what_is_due_again_is_refused() -> None:
    service = defended()
    mine = numbers(sampled=False)[0]
    assert opened(service, "D-1", mine) == "open"
    service.tickets.outages = 1.0  # type: ignore[union-attr]  # this service has a ticket system
    soon, late = BEGIN + 10 * MINUTE, BEGIN + 20 * MINUTE

    assert service.detokenize(OFFICER, soon, "D-1", [mine], [mine]).outcome == "released"
    assert service.detokenize(OFFICER, late, "D-1", [mine], [mine]).outcome == "case-check-unavailable"
    assert opened(service, "D-2", mine, late) == "pending"
    assert service.decide(SUPERVISOR, late, "D-2", "approve").outcome == "done"
    assert service.detokenize(OFFICER, late, "D-2", [mine], [mine]).outcome == "released"


def test_the_ticket_system_does_not_answer_for_the_stated_share_of_time() -> None:
    service = defended()
    assert service.tickets is not None
    service.tickets.outages = 0.1
    slots = [service.tickets.answers(BEGIN + at * OUTAGE_SECONDS) for at in range(5_000)]

    assert 0.08 < slots.count(False) / len(slots) < 0.12


def test_a_case_opens_nothing_for_an_officer_to_whom_its_ticket_is_not_assigned() -> None:
    service = defended()
    mine = numbers(sampled=False)[0]
    opened(service, "D-1", mine)

    assert service.detokenize(OTHER, BEGIN, "D-1", [mine], [mine]).outcome == "case-not-open"
    assert service.detokenize(OFFICER, BEGIN, "D-1", [mine], [mine]).outcome == "released"
    service.tickets.file("D-1", [mine], OTHER.id)  # type: ignore[union-attr]  # this service has a ticket system
    assert service.detokenize(OTHER, BEGIN, "D-1", [mine], [mine]).outcome == "released"


@pytest.mark.parametrize("beside", [0, 1], ids=["alone", "in a list"])
def test_naming_a_phantom_freezes_and_in_a_case_it_only_alerts(beside: int) -> None:
    service = defended()
    phantom, mine = "SP0000000001", numbers(sampled=False)[0]
    named = [mine, phantom][1 - beside :]
    service.tickets.file("D-1", named, OFFICER.id)  # type: ignore[union-attr]  # this service has a ticket system
    listed = service.open_case(DESK, BEGIN, "D-1", named)

    assert (listed.outcome, [*service.frozen]) == ("open", [])
    assert service.detokenize(OFFICER, BEGIN, "D-1", named, [mine]).released == beside
    assert [*service.frozen] == [OFFICER.id]
    assert {review.who for review in service.reviews if review.why == "decoy"} == {DESK.id, OFFICER.id}


def test_what_is_in_custody_is_no_decoy_for_its_courier() -> None:
    service = defended()
    courier = person("courier", "courier")
    service.view(courier, BEGIN, ["SP0000000001"], ["SP0000000001"])
    assert not service.frozen

    service.view(courier, BEGIN, ["SP0000000002"], [])
    assert [*service.frozen] == [courier.id]


def test_the_lookout_lists_a_person_with_two_signals_and_freezes_as_the_policy_says(tmp_path: Path) -> None:
    text = RECOMMENDED.read_text("utf-8").replace("freeze: []", "freeze: [pace, fields-per-waybill]")
    (tmp_path / "policy.yaml").write_text(text, "utf-8")
    peers = [
        OpenedFields(
            BEGIN + day * DAY + 9 * HOUR, f"dev/peer-{at}", "dispute-officer", f"D-{day}-{at}", f"W{day}{at}{n}", 1
        )
        for day in range(10)
        for at in range(6)
        for n in range(2)
    ]
    thief = [
        row._replace(person="dev/thief", waybill=f"{row.waybill}-{n}", fields=4)
        for row in peers[12::12]
        for n in range(9)
    ]
    now = BEGIN + 10 * DAY
    for policy, frozen in ((RECOMMENDED, []), (tmp_path / "policy.yaml", ["dev/thief"])):
        service = defended(policy)
        Lookout(service, Columns(sorted(peers + thief))).run(now)
        assert [(review.why, review.who) for review in service.reviews] == [("lookout", "dev/thief")]
        assert [*service.frozen] == frozen


def test_a_courier_is_limited_by_the_budget_of_views_and_by_no_other() -> None:
    policy = Policy.load(RECOMMENDED, development=True)
    quiet = msgspec.structs.replace(WORKFORCE.oddities, lost_bag=0.0)
    said = msgspec.structs.replace(WORKFORCE.quick(), days=10, oddities=quiet)
    arrays = np.random.default_rng(SEED)
    tally = Couriers(policy, said, arrays, SEED, lambda _person, _day: False).run(parcels(said, arrays), "c")

    assert tally.courier_views_over == 0


def test_the_log_begins_a_month_before_with_other_cases_and_one_device_a_person() -> None:
    opened = [
        OpenedFields(BEGIN + day * DAY, "dev/officer-0", "dispute-officer", f"D-{day}", "W", 1) for day in (0, 29, 30)
    ]
    seen = [Seen(BEGIN + day * DAY, "dev/officer-0", "dispute-officer", "device", f"device {day}") for day in (0, 29)]
    before = with_month_before([*opened, *seen], BEGIN)[:-5]

    assert [(row.at - BEGIN) // DAY for row in before] == [-30, -1, -30, -1]
    assert [row.case for row in before if isinstance(row, OpenedFields)] == ["D-0 before", "D-29 before"]
    assert {row.tag for row in before if isinstance(row, Seen)} == {"device 0"}


@cache
def office_work() -> list[Row]:
    """What twelve officers did by day, each at one device."""
    days = [(BEGIN + day * DAY + 10 * HOUR, f"dev/officer-{at}") for day in range(-30, 60) for at in range(12)]
    opened = [
        OpenedFields(at + n, who, "dispute-officer", f"{who} {at} {n}", f"W{n}", 1)
        for at, who in days
        for n in range(5)
    ]
    return [*opened, *[Seen(at, who, "dispute-officer", "device", "desktop") for at, who in days]]


@pytest.mark.parametrize(
    ("renter", "frozen"), [({}, True), ({"own_device": False}, False), ({"days_by_day": 8}, False)]
)
def test_without_signatures_a_renter_is_frozen_at_night_from_a_new_device_and_listed_otherwise(
    renter: dict[str, object], frozen: bool
) -> None:
    service = defended(variant="unsigned_listed")
    heist = rents(service, **renter)

    assert [*service.frozen] == (["dev/thief-odd_hours-dispute-officer-0"] if frozen else [])
    assert heist.detected_at is not None
    assert 0 < heist.records() <= 100


def rents(service: Service, **renter: object) -> Heist:
    """A renter at night, who is not as the workforce says."""
    said = msgspec.structs.replace(WORKFORCE, days=60, thieves=msgspec.structs.replace(WORKFORCE.thieves, **renter))
    return thieves.run("odd_hours", service, said, SEED, 4_500, Columns(office_work()))


def test_a_renter_cannot_sign_and_who_controls_the_device_can_where_no_touch_is_needed() -> None:
    remote = rents(defended(), own_device=False)

    assert rents(defended()).taken == []
    assert (remote.records() > 0, remote.detected_at is not None) == (True, True)
    assert rents(defended(variant="remote_touch"), own_device=False).taken == []


def test_who_forges_sign_ins_opens_and_views_nothing_that_is_signed_and_proven() -> None:
    said = msgspec.structs.replace(WORKFORCE, days=2)
    taken = {
        variant: thieves.run("forged", defended(variant=variant), said, SEED, 4_500).records()
        for variant in ("", "unsigned")
    }

    assert taken[""] == 0 < taken["unsigned"]


@pytest.mark.parametrize("name", ["colluding", "splitting", "rubber_stamp"])
def test_a_ring_gets_few_of_its_own_tickets_where_the_ticket_system_assigns_them(name: str) -> None:
    assigned = thieves.run(name, defended(variant="unsigned"), WORKFORCE, SEED, 1_000).records()
    chosen = thieves.run(name, defended(variant="unsigned", tickets_routed=False), WORKFORCE, SEED, 1_000).records()

    assert assigned <= 100 < chosen


@pytest.mark.parametrize("name", ["colluding", "splitting"])
def test_a_drip_meets_a_second_person(name: str) -> None:
    heist = thieves.run(name, defended(variant="unsigned", tickets_routed=False), WORKFORCE, SEED, 1_000)

    assert heist.approval_at is not None
    assert heist.records(approvals_notice=True) <= 400 < heist.records()


def test_a_ring_with_a_supervisor_needs_no_other_person() -> None:
    assert thieves.run("rubber_stamp", defended(tickets_routed=False), WORKFORCE, SEED, 1_000).approval_at is None


def test_the_practices_keep_couriers_and_officers_from_what_is_not_theirs() -> None:
    taken = {name: thieves.run(name, defended(), WORKFORCE, SEED, 1_000).records() for name in ("scraper", "drip")}

    assert taken == {"scraper": 0, "drip": 0}
    by_site = msgspec.structs.replace(WORKFORCE, days=5)
    assert thieves.run("scraper", defended(couriers_have_sites=True), by_site, SEED, 1_000).records() > 1_000
