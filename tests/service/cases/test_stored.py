"""What happened to a case is written once; a changed, moved or copied part is an alarm."""

from itertools import chain

import msgspec
import pytest
import redis

from keys.errors import IntegrityError
from masking_service.service.cases.problems import CaseExists, NoSuchCase
from masking_service.service.cases.state import Act, Case, Cases
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.service.cases.examples import NOW, opening
from tests.store import stores
from tests.store.stores import LossyWire, ask, counted


def test_a_case_is_opened_in_one_round_trip_and_read_in_one(store: Store, cases: Cases) -> None:
    with counted(store) as opened:
        cases.prepare_opening("default", opening()).write()
    with counted(store) as read:
        found = cases.get("default", "D-2026-0001")

    assert (found.opening, found.acts, opened, read) == (opening(), (), [1], [1])


@pytest.fixture
def opened(cases: Cases) -> Case:
    """A case that was opened."""
    return cases.prepare_opening("default", opening()).write()


def test_a_name_is_never_used_twice(cases: Cases, opened: Case) -> None:
    with pytest.raises(CaseExists):
        cases.prepare_opening("default", opening(reason="another")).write()

    assert cases.get("default", "D-2026-0001") == opened
    assert opened.opening == opening()


@pytest.mark.usefixtures("closed")
def test_the_name_of_a_closed_case_is_never_used_again(cases: Cases) -> None:
    with pytest.raises(CaseExists):
        cases.prepare_opening("default", opening()).write()


def test_what_happened_to_a_case_does_not_expire(cases: Cases) -> None:
    prepared = cases.prepare_act("default", opening(), Act("close", "staff/desk", NOW))

    assert [sealed.until for sealed in prepared.sealed] == [0]


@pytest.mark.usefixtures("opened")
def test_the_same_name_of_another_tenant_is_another_case(cases: Cases) -> None:
    cases.prepare_opening("other", opening(reason="another")).write()

    assert cases.get("default", "D-2026-0001").opening.reason == "a parcel is missing"


def test_a_case_whose_reply_was_lost_is_opened(wire: LossyWire, over_the_wire: Store, cases: Cases) -> None:
    lossy = Cases(over_the_wire, known_keyring(), stores.foreseen("wire"))
    wire.lose(1)
    opened = lossy.prepare_opening("default", opening()).write()

    assert (opened, wire.lost) == (cases.get("default", "D-2026-0001"), 1)


@pytest.mark.parametrize("tenant", ["default", "other"])
def test_an_unknown_case_is_no_case(cases: Cases, tenant: str) -> None:
    cases.prepare_opening("default", opening(case="D-2")).write()

    with pytest.raises(NoSuchCase):
        cases.get(tenant, "D-1")


@pytest.mark.usefixtures("opened")
def test_a_closed_case_names_the_closer_and_the_time_and_closing_again_changes_nothing(cases: Cases) -> None:
    acts = (Act("close", "staff/desk", NOW + 5), Act("close", "staff/another", NOW + 9))
    closed = [cases.prepare_act("default", opening(), act).write() for act in acts]

    assert [(one.opening, one.acts) for one in closed] == [(opening(), acts[:1])] * 2


def test_an_unknown_case_cannot_be_closed(cases: Cases) -> None:
    with pytest.raises(NoSuchCase):
        cases.prepare_act("default", opening(), Act("close", "staff/desk", NOW)).write()


def test_an_act_stored_without_a_note_is_read() -> None:
    assert msgspec.json.decode(b'{"act":"close","by":"staff/desk","at":7}', type=Act) == Act("close", "staff/desk", 7)
    assert msgspec.json.encode(Act("close", "staff/desk", 7)) == b'{"act":"close","by":"staff/desk","at":7}'


@pytest.fixture
def approved(cases: Cases) -> bytes:
    """The key of a case that needs two approvals, and has one."""
    cases.prepare_opening("default", opening(approvals_needed=2)).write()
    cases.prepare_act("default", opening(), Act("approve", "staff/s-1", NOW)).write()
    return cases._key("default", "D-2026-0001")


def test_an_approval_in_another_persons_place_is_an_alarm(cases: Cases, client: redis.Redis, approved: bytes) -> None:
    """One approver's sealed word, copied within the store, does not count as two people's."""
    (place,) = {*ask(client, "HKEYS", approved)} - {b"open"}
    ask(client, "HSET", approved, place[:-1] + b"~", ask(client, "HGET", approved, place))

    with pytest.raises(IntegrityError):
        cases.get("default", "D-2026-0001")


def test_an_old_approval_brought_back_counts_once(cases: Cases, client: redis.Redis, approved: bytes) -> None:
    old = ask(client, "HGETALL", approved)
    ask(client, "HSET", approved, *chain.from_iterable(old.items()))
    cases.prepare_act("default", opening(), Act("approve", "staff/s-1", NOW + 9)).write()

    assert cases.get("default", "D-2026-0001").status(NOW) == "pending"


def test_what_is_prepared_says_what_it_will_write_and_has_written_nothing(cases: Cases, client: redis.Redis) -> None:
    key = cases._key("default", "D-2026-0001")

    opened = cases.prepare_opening("default", opening(approvals_needed=1))
    before = ask(client, "HLEN", key)
    opened.write()
    denied = cases.prepare_act("default", opening(), Act("deny", "staff/s-1", NOW))

    assert (before, ask(client, "HLEN", key)) == (0, 1)
    assert [one.place.removeprefix(key) for one in (*opened.sealed, *denied.sealed)] == [b"/open", b"/deny"]


FACTS = ("open", "close")


@pytest.fixture
def closed(cases: Cases, opened: Case) -> bytes:
    """The key of a closed case."""
    cases.prepare_act("default", opening(), Act("close", "staff/desk", NOW)).write()
    return cases._key("default", "D-2026-0001")


@pytest.mark.parametrize("fact", FACTS)
def test_a_changed_fact_is_an_alarm(cases: Cases, client: redis.Redis, closed: bytes, fact: str) -> None:
    value = bytearray(ask(client, "HGET", closed, fact))
    value[-1] ^= 1
    ask(client, "HSET", closed, fact, bytes(value))

    with pytest.raises(IntegrityError):
        cases.get("default", "D-2026-0001")


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("tenant", ["default", "other"])
def test_a_fact_of_another_case_or_tenant_is_an_alarm(
    cases: Cases, client: redis.Redis, closed: bytes, fact: str, tenant: str
) -> None:
    cases.prepare_opening(tenant, opening(case="D-2")).write()
    ask(client, "HSET", cases._key(tenant, "D-2"), fact, ask(client, "HGET", closed, fact))

    with pytest.raises(IntegrityError):
        cases.get(tenant, "D-2")


def test_a_fact_in_the_place_of_another_is_an_alarm(cases: Cases, client: redis.Redis, closed: bytes) -> None:
    ask(client, "HSET", closed, "approve", ask(client, "HGET", closed, "close"))

    with pytest.raises(IntegrityError):
        cases.get("default", "D-2026-0001")


def test_acts_without_an_opening_are_no_case(cases: Cases, client: redis.Redis, closed: bytes) -> None:
    ask(client, "HDEL", closed, "open")

    with pytest.raises(NoSuchCase):
        cases.get("default", "D-2026-0001")
