"""Cases: what happened is written once, what follows from it is decided by the facts and the clock alone."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, Literal

import msgspec
import pytest
import redis

from keys.errors import IntegrityError
from masking_service.access.cases import LISTED_SECONDS, MAX_LISTED, Act, Case, Cases, Opening, case_name
from masking_service.access.errors import AccessError, CaseExists, CaseNotOpen, CaseNotPending, NoSuchCase, OwnCase
from masking_service.access.principals import Principal
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LossyWire, ask, counted

NOW = 1_796_000_000
ENDS = NOW + 86_400
OFFICER = Principal("staff/officer", "default", ("dispute-officer",), frozenset(), "jwt")


def opening(**change: Any) -> Opening:
    known: dict[str, Any] = {
        "case": "D-2026-0001",
        "purpose": "dispute",
        "waybills": ("SF1234567890",),
        "officer": None,
        "reason": "a parcel is missing",
        "opened_by": "staff/desk",
        "opened_at": NOW,
        "expires_at": ENDS,
        "approvals_needed": 0,
    }
    return Opening(**known | change)


def case(*acts: tuple[Literal["approve", "deny", "close"], str], **change: Any) -> Case:
    return Case(opening(**change), tuple(Act(act, by, NOW + at) for at, (act, by) in enumerate(acts)))


def refusal(of: Case, who: Principal = OFFICER, purpose: str = "dispute", now: int = NOW) -> type[AccessError]:
    with pytest.raises(AccessError) as refused:
        of.authorise(who, purpose, now)
    return type(refused.value)


@pytest.fixture
def cases(store: Store) -> Cases:
    return Cases(store, known_keyring(), stores.foreseen())


@pytest.mark.parametrize(
    ("of", "status"),
    [
        (case(), "open"),
        (case(approvals_needed=1), "pending"),
        (case(("approve", "staff/s-1"), approvals_needed=1), "open"),
        (case(("approve", "staff/desk"), approvals_needed=1), "pending"),  # the opener is no approver
        (case(("approve", "staff/desk"), ("approve", "staff/s-1"), approvals_needed=1), "open"),
        (case(("approve", "staff/s-1"), approvals_needed=2), "pending"),
        (case(("approve", "staff/s-1"), ("approve", "staff/s-1"), approvals_needed=2), "pending"),  # one person
        (case(("approve", "staff/s-1"), ("approve", "staff/s-2"), approvals_needed=2), "open"),
        (case(("deny", "staff/s-1"), approvals_needed=1), "denied"),
        (case(("approve", "staff/s-1"), ("deny", "staff/s-2"), approvals_needed=1), "denied"),
        (case(("close", "staff/desk")), "closed"),
        (case(("deny", "staff/s-1"), ("close", "staff/desk")), "closed"),
    ],
)
def test_a_status_follows_from_what_was_done(of: Case, status: str) -> None:
    assert of.status(NOW) == status


def test_a_case_is_open_until_the_second_in_which_it_expires() -> None:
    assert [case().status(now) for now in (ENDS - 1, ENDS, ENDS + 1)] == ["open", "expired", "expired"]


def test_a_pending_case_expires_too() -> None:
    assert case(approvals_needed=1).status(ENDS) == "expired"


def test_an_open_case_lets_an_officer_open_what_it_names() -> None:
    case(officer=OFFICER.id).authorise(OFFICER, "dispute", NOW)


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(case(approvals_needed=1), id="pending"),
        pytest.param(case(("deny", "staff/s-1")), id="denied"),
        pytest.param(case(("close", "staff/desk")), id="closed"),
        pytest.param(case(expires_at=NOW), id="expired"),
        pytest.param(case(purpose="redelivery"), id="another purpose"),
        pytest.param(case(officer="staff/another"), id="another officer"),
    ],
)
def test_a_case_that_is_not_open_for_the_caller_opens_nothing(of: Case) -> None:
    assert refusal(of) is CaseNotOpen


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(case(opened_by=OFFICER.id), id="opened it"),
        pytest.param(case(("approve", OFFICER.id), approvals_needed=1), id="approved it"),
        pytest.param(case(opened_by=OFFICER.id, officer=OFFICER.id), id="opened it for themselves"),
    ],
)
def test_the_opener_and_approvers_of_a_case_open_nothing_under_it(of: Case) -> None:
    assert refusal(of) is OwnCase


@pytest.mark.parametrize("name", ["D-2026-0001", "a", "7", "A.b_c-d", "x" * 64])
def test_a_name_that_is_well_formed_stays(name: str) -> None:
    assert case_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a/b", "案件", "１", "a\n", "x" * 65, None, 7, ["a"]])
def test_any_other_name_is_refused_without_being_named(name: object) -> None:
    with pytest.raises(ValueError, match="a case's name is 1 to 64 of"):
        case_name(name)


def test_a_case_is_opened_in_one_round_trip_and_read_in_one(store: Store, cases: Cases) -> None:
    with counted(store) as opened:
        cases.prepare_opening("default", opening()).write()
    with counted(store) as read:
        found = cases.get("default", "D-2026-0001")

    assert (found, opened, read) == (Case(opening()), [1], [1])


def test_a_name_is_never_used_twice(cases: Cases) -> None:
    cases.prepare_opening("default", opening()).write()

    with pytest.raises(CaseExists):
        cases.prepare_opening("default", opening(reason="another")).write()

    assert cases.get("default", "D-2026-0001") == Case(opening())


def test_the_name_of_a_closed_case_is_never_used_again(cases: Cases) -> None:
    cases.prepare_opening("default", opening()).write()
    cases.prepare_act("default", "D-2026-0001", Act("close", "staff/desk", NOW)).write()

    with pytest.raises(CaseExists):
        cases.prepare_opening("default", opening()).write()


def test_the_same_name_of_another_tenant_is_another_case(cases: Cases) -> None:
    cases.prepare_opening("default", opening()).write()
    cases.prepare_opening("other", opening(reason="another")).write()

    assert cases.get("default", "D-2026-0001").opening.reason == "a parcel is missing"


def test_a_case_whose_reply_was_lost_is_opened(valkey: str, cases: Cases) -> None:
    wire = LossyWire(valkey)
    try:
        over_the_wire = stores.admitted(wire.url)
        over_the_wire.read([(b"PING",)])
        wire.lose(1)

        opened = (
            Cases(over_the_wire, known_keyring(), stores.foreseen("wire")).prepare_opening("default", opening()).write()
        )
    finally:
        wire.close()

    assert (opened, wire.lost) == (cases.get("default", "D-2026-0001"), 1)


@pytest.mark.parametrize("tenant", ["default", "other"])
def test_an_unknown_case_is_no_case(cases: Cases, tenant: str) -> None:
    cases.prepare_opening("default", opening(case="D-2")).write()

    with pytest.raises(NoSuchCase):
        cases.get(tenant, "D-1")


def test_a_closed_case_names_the_closer_and_the_time(cases: Cases) -> None:
    cases.prepare_opening("default", opening()).write()

    closed = cases.prepare_act("default", "D-2026-0001", Act("close", "staff/desk", NOW + 5)).write()

    assert closed == Case(opening(), (Act("close", "staff/desk", NOW + 5),))


def test_closing_again_changes_nothing(cases: Cases) -> None:
    cases.prepare_opening("default", opening()).write()
    first = cases.prepare_act("default", "D-2026-0001", Act("close", "staff/desk", NOW + 5)).write()

    assert cases.prepare_act("default", "D-2026-0001", Act("close", "staff/another", NOW + 9)).write() == first


def test_an_unknown_case_cannot_be_closed(cases: Cases) -> None:
    with pytest.raises(NoSuchCase):
        cases.prepare_act("default", "D-2026-0001", Act("close", "staff/desk", NOW)).write()


def names(cases: Cases, *wanted: str) -> list[str]:
    """The names of the listed cases, only those wanted if any are given."""
    limit = Cases.listed.__globals__["MAX_LISTED"]
    listed = cases.listed("default", NOW, lambda case: not wanted or case.opening.case in wanted, limit=limit)
    return [one.opening.case for one in listed]


def test_the_cases_that_have_not_expired_are_listed_soonest_first(store: Store, cases: Cases) -> None:
    for name, ends in (("C", 30), ("A", 10), ("B", 20), ("D", 0)):
        cases.prepare_opening("default", opening(case=name, expires_at=NOW + ends)).write()
    cases.prepare_opening("other", opening(case="E")).write()

    with counted(store) as trips:
        listed = names(cases)

    assert (listed, trips) == (["A", "B", "C"], [2])


@pytest.mark.parametrize(
    ("past", "after", "expected"),
    [
        (False, None, ["A", "B", "C"]),
        (False, "B", ["C"]),
        (False, "C", []),
        (True, None, ["C", "B", "A", "Y", "X"]),
        (True, "A", ["Y", "X"]),
    ],
)
def test_a_list_goes_on_behind_a_case(cases: Cases, past: bool, after: str | None, expected: list[str]) -> None:
    """X and Y expired within 30 days, W before."""
    for name, ends in (("W", -31 * 86_400), ("X", -9), ("Y", -1), ("A", 10), ("B", 20), ("C", 30)):
        cases.prepare_opening("default", opening(case=name, opened_at=NOW - 32 * 86_400, expires_at=NOW + ends)).write()
    begin = cases.get("default", after) if after else None

    listed = cases.listed("default", NOW, lambda _: True, past=past, after=begin)

    assert [one.opening.case for one in listed] == expected


def test_pages_of_one_case_are_the_whole_list(cases: Cases) -> None:
    for name in "ABCDE":
        cases.prepare_opening("default", opening(case=name, expires_at=NOW + 20)).write()
    whole = [one.opening.case for one in cases.listed("default", NOW, lambda _: True)]

    paged: list[str] = []
    after = None
    while page := cases.listed("default", NOW, lambda _: True, after=after, limit=1):
        (after,) = page
        paged.append(after.opening.case)

    assert (paged, sorted(paged)) == (whole, list("ABCDE"))


def test_an_act_stored_without_a_note_is_read() -> None:
    assert msgspec.json.decode(b'{"act":"close","by":"staff/desk","at":7}', type=Act) == Act("close", "staff/desk", 7)
    assert msgspec.json.encode(Act("close", "staff/desk", 7)) == b'{"act":"close","by":"staff/desk","at":7}'


def test_a_tenant_without_cases_has_an_empty_list(cases: Cases) -> None:
    assert names(cases) == []


@pytest.fixture
def seven(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> Cases:
    """Seven living cases, where a list and a page of it end after two."""
    monkeypatch.setitem(Cases.listed.__globals__, "MAX_LISTED", 2)
    for ahead, name in enumerate("ABCDEFG"):
        cases.prepare_opening("default", opening(case=name, expires_at=ENDS + ahead)).write()
    return cases


def test_a_list_ends(seven: Cases) -> None:
    assert (names(seven), MAX_LISTED) == (["A", "B"], 1_000)


def test_what_is_wanted_is_found_behind_any_number_of_others(seven: Cases) -> None:
    assert [names(seven, *wanted) for wanted in ("G", "EG", "BEG", "CD", "x")] == [
        ["G"],
        ["E", "G"],
        ["B", "E"],
        ["C", "D"],
        [],
    ]


def test_a_case_that_is_opened_while_others_are_listed_hides_none_and_doubles_none(
    seven: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, late = seven._load, [opening(case="0", expires_at=NOW + 1)]

    def meanwhile(tenant: str, keys: Sequence[bytes]) -> list[Case | None]:
        found = load(tenant, keys)
        if late:
            seven.prepare_opening("default", late.pop()).write()
        return found

    monkeypatch.setattr(seven, "_load", meanwhile)
    assert names(seven, "B", "G") == ["B", "G"]


def test_the_list_does_not_grow_without_end(cases: Cases, client: redis.Redis) -> None:
    for name, ahead in (("A", 0), ("B", 1), ("C", LISTED_SECONDS + 86_400)):
        cases.prepare_opening("default", opening(case=name, opened_at=NOW + ahead, expires_at=ENDS + ahead)).write()

    assert ask(client, "ZCARD", cases._list("default")) == 2
    assert cases.get("default", "A").opening.case == "A"  # its name stays used for ever


def decided(of: Case, who: str, act: Literal["approve", "deny"], now: int = NOW) -> type[AccessError] | None:
    try:
        of.decide(Principal(who, "default", ("supervisor",), frozenset(), "jwt"), act, now)
    except AccessError as refused:
        return type(refused)
    return None


@pytest.mark.parametrize("act", ["approve", "deny"])
@pytest.mark.parametrize(
    ("of", "refused"),
    [
        (case(approvals_needed=1), None),
        (case(("approve", "staff/s-2"), approvals_needed=2), None),
        (case(), CaseNotPending),
        (case(("approve", "staff/s-2"), approvals_needed=1), CaseNotPending),
        (case(("deny", "staff/s-2"), approvals_needed=1), CaseNotPending),
        (case(("close", "staff/desk"), approvals_needed=1), CaseNotPending),
        (case(approvals_needed=1, expires_at=NOW), CaseNotPending),
        (case(approvals_needed=1, opened_by="staff/s-1"), OwnCase),
        (case(opened_by="staff/s-1"), OwnCase),
    ],
)
def test_a_case_is_decided_while_it_is_pending_and_not_by_its_opener(
    of: Case, refused: type[AccessError] | None, act: Literal["approve", "deny"]
) -> None:
    assert decided(of, "staff/s-1", act) is refused


@pytest.mark.parametrize("act", ["approve", "deny"])
def test_the_same_decision_again_is_no_error(act: Literal["approve", "deny"]) -> None:
    done = case((act, "staff/s-1"), approvals_needed=1)

    assert (decided(done, "staff/s-1", act), decided(done, "staff/s-2", act)) == (None, CaseNotPending)


def test_an_approval_in_another_persons_place_is_an_alarm(cases: Cases, client: redis.Redis) -> None:
    """One approver's sealed word, copied within the store, does not count as two people's."""
    cases.prepare_opening("default", opening(approvals_needed=2)).write()
    cases.prepare_act("default", "D-2026-0001", Act("approve", "staff/s-1", NOW)).write()
    key = cases._key("default", "D-2026-0001")
    (place,) = {*ask(client, "HKEYS", key)} - {b"open"}
    ask(client, "HSET", key, place[:-1] + b"~", ask(client, "HGET", key, place))

    with pytest.raises(IntegrityError):
        cases.get("default", "D-2026-0001")


def test_an_old_approval_brought_back_counts_once(cases: Cases, client: redis.Redis) -> None:
    cases.prepare_opening("default", opening(approvals_needed=2)).write()
    cases.prepare_act("default", "D-2026-0001", Act("approve", "staff/s-1", NOW)).write()
    key = cases._key("default", "D-2026-0001")
    old = ask(client, "HGETALL", key)
    ask(client, "HSET", key, *chain.from_iterable(old.items()))
    cases.prepare_act("default", "D-2026-0001", Act("approve", "staff/s-1", NOW + 9)).write()

    assert cases.get("default", "D-2026-0001").status(NOW) == "pending"


def test_what_is_prepared_says_what_it_will_write_and_has_written_nothing(cases: Cases, client: redis.Redis) -> None:
    key = cases._key("default", "D-2026-0001")

    opened = cases.prepare_opening("default", opening(approvals_needed=1))
    before = ask(client, "HLEN", key)
    opened.write()
    denied = cases.prepare_act("default", "D-2026-0001", Act("deny", "staff/s-1", NOW))

    assert (before, ask(client, "HLEN", key)) == (0, 1)
    assert [one.place.removeprefix(key) for one in (*opened.sealed, *denied.sealed)] == [b"/open", b"/deny"]


FACTS = ("open", "close")


@pytest.fixture
def closed(cases: Cases) -> bytes:
    """The key of a closed case."""
    cases.prepare_opening("default", opening()).write()
    cases.prepare_act("default", "D-2026-0001", Act("close", "staff/desk", NOW)).write()
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


def test_another_tenants_case_in_ones_own_list_is_an_alarm(cases: Cases, client: redis.Redis) -> None:
    cases.prepare_opening("other", opening()).write()
    ask(client, "ZADD", cases._list("default"), ENDS, cases._key("other", "D-2026-0001"))

    with pytest.raises(IntegrityError):
        names(cases)
