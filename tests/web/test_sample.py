"""A case that names a waybill of the sample waits for approval, under any name and with as many exchanges."""

from __future__ import annotations

import pytest

from masking_service.service.cases.use import in_sample
from tests.web.api import Api, Under
from tests.web.calls import entries
from tests.web.people import SUPERVISOR


@pytest.fixture
def sampling(under: Under) -> Api:
    return under(lambda document: document["cases"].update(sample="2%"))


def number(api: Api, *, sampled: bool) -> str:
    keys = api.parts.keyring.tenant("default")
    numbers = (f"SF{at:010d}" for at in range(10_000))
    return next(one for one in numbers if in_sample(keys, one, 20) == sampled)


def test_whatever_case_names_it_waits(sampling: Api) -> None:
    sample = number(sampling, sampled=True)
    first = sampling.open_case("D-1", sample)["status"]
    again = sampling.open_case("D-2", number(sampling, sampled=False), f" {sample.lower()}")["status"]

    assert (first, again) == ("pending", "pending")
    assert sampling.post(SUPERVISOR, "/v1/cases/D-1/approve").get_json()["status"] == "open"


def test_all_others_are_open_at_once(sampling: Api) -> None:
    assert sampling.open_case("D-1", number(sampling, sampled=False))["status"] == "open"


def test_the_log_does_not_tell_which_waybills_are_in_the_sample(sampling: Api) -> None:
    for case, sampled in (("D-1", True), ("D-2", False)):
        sampling.open_case(case, number(sampling, sampled=sampled))
    first, second = [one for one in entries(sampling) if one["action"] == "case-open"]

    different = {name for name in first if first[name] != second[name]}
    assert different <= {"at", "case", "facts", "items", "request"}


def test_it_costs_no_round_trip(sampling: Api) -> None:
    trips = []
    for case, sampled in (("D-1", True), ("D-2", False)):
        before = sampling.parts.store.round_trips
        sampling.open_case(case, number(sampling, sampled=sampled))
        trips.append(sampling.parts.store.round_trips - before)

    assert trips == [3, 3]
