"""Whatever happens to parcels, a search names exactly those that a view shows and whose record has what was asked."""

from __future__ import annotations

import itertools
import os
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from masking_service.service.custody.state import Custodies
from masking_service.service.search.state import Findable, Indexed
from tests.web.api import SITE, Api, Under, record, results
from tests.web.calls import item, moved
from tests.web.people import COURIER, DESK, PRINTER, PRIVACY

NUMBERS, PHONES = range(3), range(3)
SITES = (SITE, "021002", None)
COURIERS = ("client/courier", "client/courier-2", None)
MANY = 1_000_000
EXAMPLES = itertools.count()

WRITES = st.tuples(
    st.just("write"),
    st.sampled_from(NUMBERS),
    st.lists(st.sampled_from(PHONES), min_size=1, max_size=2, unique=True),
    st.sampled_from(SITES),
    st.booleans(),
)
MOVES = st.tuples(st.just("move"), st.sampled_from(NUMBERS), st.sampled_from(SITES), st.sampled_from(COURIERS))
ERASURES = st.tuples(st.just("erase"), st.sampled_from(NUMBERS))
PLANTED = st.tuples(
    st.just("plant"),
    st.sampled_from(NUMBERS),
    st.integers(0, 1),
    st.sampled_from(PHONES),
    st.sampled_from(SITES),
    st.booleans(),
)
ACTS = st.lists(st.one_of(WRITES, MOVES, ERASURES, PLANTED, PLANTED), max_size=8)


@pytest.fixture
def api(under: Under) -> Api:
    """A service that keeps both indexes, with budgets that no example spends."""

    def edit(document: dict[str, Any]) -> None:
        document.update(search={"phone": True, "last4": True}, watch={"misses": MANY})
        document["budgets"]["conflicts"] = {"1h": MANY}
        for role in ("courier", "service-desk"):
            budget = document["roles"][role]["budget"]
            budget |= {name: {"1d": MANY} for name in budget}

    return under(edit)


class Town:
    """A few parcels, phones and sites of one example."""

    def __init__(self, api: Api) -> None:
        self.api = api
        example = next(EXAMPLES)
        self.numbers = [f"SF{example:06}{at}00" for at in NUMBERS]
        self.phones = [f"139{example:06}{at}1" for at in PHONES]

    def write(self, number: int, phones: list[int], site: str | None, revise: bool) -> None:
        phone = " / ".join(self.phones[at] for at in phones)
        more = {"custody": {"site": site}} if site else {}
        on_conflict = "revise" if revise else "reject"
        sent = record(self.numbers[number], recipient__phone=phone, sender__phone=self.phones[0])
        self.api.post(PRINTER, "/v1/tokenize", {"records": [sent], "on_conflict": on_conflict, **more})

    def move(self, number: int, site: str | None, courier: str | None) -> None:
        moved(self.api, item(self.numbers[number], site=site, courier=courier))

    def erase(self, number: int) -> None:
        self.api.call(PRIVACY, "DELETE", f"/v1/waybills/{self.numbers[number]}")

    def plant(self, number: int, revision: int, phone: int, site: str | None, old: bool) -> None:
        """Leave a wrong entry, as a failure in the middle of a write or a move can."""
        now = int(time.time()) - 86_400 * old
        wrong = Findable((self.phones[phone],), (self.phones[phone][-4:],), site)
        [base] = self.api.parts.keyring.tenant("default").bases([self.numbers[number]])
        key = self.api.parts.vault.data_keys.for_today("default", now, 1)
        entry = Indexed(self.numbers[number], base, revision, now + 180 * 86_400, key.header, wrong)
        self.api.parts.vault.search.replace("default", [], [entry], now)

    def viewed(self, who: str) -> set[str]:
        """The waybills that a view shows."""
        seen = results(self.api.post(who, "/v1/waybills/view", {"waybills": self.numbers}))
        return {one["waybill_no"] for one in seen if "error" not in one}

    def held(self) -> dict[str, tuple[str, str | None]]:
        """The phone and the site of each stored waybill, as its record and its custody say."""
        parts = self.api.parts
        found = parts.vault.newest("default", self.numbers, 0)
        custodies = Custodies(parts.store, parts.keyring, os.urandom, parts.vault.record_keys)
        opened = {}
        for number, one in zip(self.numbers, found, strict=True):
            if one is not None:
                fields = {place.pointer: value for place, value in one.record.content()[1]}
                custody = custodies.open("default", one.custody)
                opened[number] = str(fields["/recipient/phone"]), custody.site if custody else None
        return opened

    def found(self, who: str, **asked: str) -> list[str]:
        return [one["waybill_no"] for one in results(self.api.post(who, "/v1/search", asked))]


@given(acts=ACTS)
@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_search_names_exactly_what_a_view_shows_and_the_record_has(api: Api, acts: list[Any]) -> None:
    town = Town(api)
    for number in NUMBERS:
        town.write(number, [number], SITE, revise=False)
    for act, *arguments in acts:
        getattr(town, act)(*arguments)
    held, seen, carried = town.held(), town.viewed(DESK), town.viewed(COURIER)
    assert seen == held.keys()

    for phone in town.phones:
        with_phone = {number for number in seen if phone in held[number][0]}
        assert sorted(town.found(DESK, phone=phone)) == sorted(with_phone)
        for site in SITES[:2]:
            there = {number for number in with_phone if held[number][1] == site}
            assert sorted(town.found(DESK, last4=phone[-4:], site=site)) == sorted(there)
            if site == SITE:
                assert sorted(town.found(COURIER, last4=phone[-4:], site=site)) == sorted(there & carried)


def test_a_wrong_entry_names_nothing_and_is_dropped_where_it_cannot_be_on_its_way(api: Api) -> None:
    town = Town(api)
    town.write(0, [0], SITE, revise=False)
    town.plant(0, 0, 1, "021002", old=True)

    assert town.found(DESK, phone=town.phones[1]) == []
    assert town.found(DESK, last4=town.phones[1][-4:], site="021002") == []
    assert town.found(DESK, phone=town.phones[0]) == [town.numbers[0]]
