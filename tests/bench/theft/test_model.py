"""The fast model: what it refuses, by which a thief is noticed."""

import pytest

from bench.theft.model import Service
from bench.theft.steps import person
from bench.theft.work import BEGIN
from masking_service.service.people.policy import Policy
from masking_service.shipped import ROOT

OFFICER = person("officer", "dispute-officer")
DESK = person("desk", "service-desk")
SUPERVISOR = person("supervisor", "supervisor")
NAMED = [f"SF{number:010d}" for number in range(10)]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.load(ROOT / "policy.yaml", development=True)


@pytest.fixture
def service(policy: Policy) -> Service:
    return Service(policy, keep=True)


def test_a_guesser_is_frozen_at_the_limit_of_misses(service: Service, policy: Policy) -> None:
    courier = person("courier", "courier")
    outcomes = [
        service.view(courier, BEGIN + 60 * at, [f"SX{at:010d}"], []).outcome
        for at in range(policy.rules.watch.misses + 1)
    ]

    assert outcomes == ["not-found"] * policy.rules.watch.misses + ["frozen"]
    assert [review.why for review in service.reviews] == ["misses"]


def test_a_large_case_waits_and_its_opener_cannot_approve_it(service: Service) -> None:
    numbers = [f"SF{number:010d}" for number in range(11)]

    assert service.open_case(DESK, BEGIN, "D-1", numbers).outcome == "pending"
    assert service.decide(person("desk", "supervisor"), BEGIN, "D-1", "approve").outcome == "own-case"
    assert service.detokenize(OFFICER, BEGIN, "D-1", numbers[:1], numbers).outcome == "case-not-open"
    assert service.decide(SUPERVISOR, BEGIN, "D-1", "approve").outcome == "done"
    assert service.detokenize(OFFICER, BEGIN, "D-1", numbers[:1], numbers).released == 1


def test_each_call_is_an_audit_entry(service: Service) -> None:
    service.open_case(DESK, BEGIN, "D-1", NAMED)
    service.detokenize(OFFICER, BEGIN, "D-1", [*NAMED, "SX0000000000"], NAMED)
    service.detokenize(OFFICER, BEGIN, "D-2", NAMED, NAMED)

    assert [(entry.action, entry.outcome, entry.count) for entry in service.written] == [
        ("case-open", "done", 0),
        ("detokenize", "released", 10),
        ("detokenize", "case-not-open", 0),
    ]
