"""The device and network from which a person acts: keyed hashes in the log, nothing where no claim names them."""

from __future__ import annotations

import pytest

from masking_audit.format.entries import Entry
from masking_audit.format.links import encode
from masking_service.service.people.principals import SURROUNDINGS
from tests.web.api import NUMBER, PHONE, Api, Json, Trips, record, refusal
from tests.web.calls import entries, last
from tests.web.people import DESK, OFFICER, PRINTER, SUPERVISOR

LAPTOP, OTHER = "managed-laptop-4711", "another-laptop-815"


@pytest.fixture
def stored(api: Api) -> Api:
    """A service with a waybill."""
    api.tokenize(record())
    return api


def opened_case(api: Api, case: str, **who: str) -> Json:
    """The entry of a case that a person of the desk opened."""
    api.open_case(case, NUMBER, who=api.mint(DESK, **who))
    return last(api, "case-open")


@pytest.mark.parametrize("what", SURROUNDINGS)
def test_the_entry_has_a_short_hash_of_the_claim_and_never_the_claim(stored: Api, what: str) -> None:
    entry = opened_case(stored, "C-1", sub="li", **{what: LAPTOP})
    keys = stored.parts.keyring.tenant("default")

    assert {name: entry.get(name) for name in SURROUNDINGS} == {
        **dict.fromkeys(SURROUNDINGS),
        what: keys.audit_hash(what, "dev/li", LAPTOP)[:16],
    }
    assert LAPTOP not in str(entry)


def test_a_device_and_a_network_of_one_name_have_two_hashes(stored: Api) -> None:
    entry = opened_case(stored, "C-1", sub="li", device=LAPTOP, network=LAPTOP)

    assert entry["device"] != entry["network"]


def test_a_persons_device_keeps_its_hash_and_another_device_has_another(stored: Api) -> None:
    first, again, other = (
        opened_case(stored, f"C-{at}", sub="li", device=device)["device"]
        for at, device in enumerate((LAPTOP, LAPTOP, OTHER))
    )

    assert first == again != other


def test_the_same_device_of_two_people_has_two_hashes(stored: Api) -> None:
    first, second = (opened_case(stored, f"C-{who}", sub=who, device=LAPTOP)["device"] for who in ("li", "wu"))

    assert first != second


@pytest.mark.parametrize("claimed", [{}, {"device": "", "network": ""}])
def test_a_token_without_the_claim_gives_an_entry_without_the_member(stored: Api, claimed: dict[str, str]) -> None:
    assert not {*SURROUNDINGS} & {*opened_case(stored, "C-1", sub="li", **claimed)}


def test_an_entry_without_a_device_has_the_bytes_that_it_always_had() -> None:
    entry = Entry(1, "case-open", "done", "dev/li", "service-desk", "t", "r", "p")

    assert encode(entry) == (
        b'{"action":"case-open","at":1,"outcome":"done","policy":"p","principal":"dev/li","request":"r",'
        b'"role":"service-desk","tenant":"t"}'
    )


def test_openings_decisions_and_refusals_have_it_too(stored: Api) -> None:
    stored.open_case("C-1", NUMBER, "SF2222222222", who=stored.mint(DESK, "li", device=LAPTOP))
    officer, supervisor = stored.mint(OFFICER, "lin", device=LAPTOP), stored.mint(SUPERVISOR, "sun", device=OTHER)
    stored.opened(PHONE, who=officer, case="C-1")
    assert refusal(stored.detokenize(PHONE, who=officer, case="C-9")) == (403, "case-not-open")
    assert stored.post(supervisor, "/v1/cases/C-1/close").status_code == 200

    released, refused = entries(stored, "detokenize")[-2:]
    assert released["device"] == refused["device"] != last(stored, "case-close")["device"]


def test_the_answers_of_the_log_show_it(stored: Api) -> None:
    opened_case(stored, "C-1", sub="li", device=LAPTOP, network=OTHER)
    page = stored.get("auditor", "/v1/audit?action=case-open&order=newest").get_json()

    entry = last(stored, "case-open")
    assert {name: page["entries"][0][name] for name in SURROUNDINGS} == {name: entry[name] for name in SURROUNDINGS}


def test_an_api_key_names_no_device(stored: Api) -> None:
    stored.post(PRINTER, "/v1/tokenize", {"records": [record(remark="new")], "on_conflict": "revise"})

    assert "device" not in last(stored, "revise")


def test_it_costs_no_round_trip(stored: Api, trips: Trips) -> None:
    stored.open_case("C-1", NUMBER, who=stored.mint(DESK, "li"))
    costs = []
    for claimed in ({}, {"device": LAPTOP, "network": OTHER}):
        who = stored.mint(OFFICER, "lin", **claimed)
        stored.opened(PHONE, who=who, case="C-1")
        trips()
        stored.opened(PHONE, who=who, case="C-1")
        costs.append(trips())

    assert costs[0] == costs[1]
