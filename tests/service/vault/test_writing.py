"""Writing records: write-once, in counted round trips."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
import redis
from msgspec.structs import replace

from masking_service.service.vault.records import SALT_BYTES
from masking_service.service.vault.vault import FoundWaybill, Vault
from masking_service.service.vault.writing import Stored
from masking_service.store.client import Store
from masking_service.store.layout import MAX_REVISIONS, record_key, record_stems
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, Interleaved, ask, before_put, body, counted, put, refused, write


@pytest.fixture
def warm(vault: Vault) -> Vault:
    """A vault that knows the day's data key."""
    put(vault, body(), "WARM00000001")
    return vault


def key(stored: Stored) -> bytes:
    return record_key(record_stems([stored.base])[0], stored.revision)


def test_a_batch_of_new_waybills_is_one_round_trip(store: Store, warm: Vault) -> None:
    with counted(store) as trips:
        outcomes = write(warm, {f"SF{number:010}": body() for number in range(500)})

    assert (trips, sum(isinstance(one, Stored) and one.created for one in outcomes)) == ([1], 500)


def test_each_record_of_a_batch_has_a_salt_of_its_own(warm: Vault) -> None:
    outcomes = write(warm, {f"SF{number:010}": body() for number in range(50)})
    salts = [one.record.salt for one in outcomes if isinstance(one, Stored)]

    assert [len(salt) for salt in salts] == [SALT_BYTES] * 50
    assert len({*salts}) > 45


def test_the_first_batch_of_a_day_makes_its_data_key_with_two_more(store: Store, vault: Vault) -> None:
    with counted(store) as trips:
        put(vault, body())

    assert trips == [3]


@pytest.mark.parametrize(
    ("known", "sent", "how", "outcome", "trips"),
    [
        pytest.param([], "张三", {"now": NOW + 86_400}, (0, True), 3, id="the next day makes its own data key"),
        pytest.param(["张三"], "张三", {}, (0, False), 2, id="a known record"),
        pytest.param(["张三", "李四"], "李四", {}, (1, False), 3, id="a known record with revisions"),
        pytest.param(["张三"], "李四", {}, "conflict", 2, id="other values are a conflict"),
        pytest.param(["张三", "李四"], "张三", {}, "conflict", 3, id="older values are not the newest revision"),
        pytest.param(["张三"], "李四", {"revise": True}, (1, True), 2, id="the next revision"),
        pytest.param(["张三", "李四"], "李四", {"revise": True}, (1, False), 2, id="the newest values again"),
        pytest.param(["张三", "李四"], "张三", {"revise": True}, (2, True), 3, id="older values become the newest"),
        pytest.param(
            ["张三"],
            "李四",
            {"tenant": "other"},
            (0, True),
            3,
            id="another tenant's number is another waybill",
        ),
    ],
)
def test_outcome_and_round_trips_of_a_write(
    store: Store,
    warm: Vault,
    known: list[str],
    sent: str,
    how: dict[str, Any],
    outcome: tuple[int, bool] | str,
    trips: int,
) -> None:
    for name in known:
        put(warm, body(name), revise=True)

    with counted(store) as made:
        (found,) = write(warm, {NUMBER: body(sent)}, **how)

    assert ((found.revision, found.created) if isinstance(found, Stored) else found, made) == (outcome, [trips])
    assert not isinstance(found, Stored) or found.record.same_as(body(sent))


@pytest.mark.parametrize(("revisions", "expected"), [(1, 2), (2, 3), (9, 3)])
def test_a_revision_costs_a_look_and_a_write(store: Store, warm: Vault, revisions: int, expected: int) -> None:
    for number in range(revisions):
        put(warm, body(str(number)), revise=True)

    with counted(store) as trips:
        put(warm, body("李四"), revise=True)

    assert trips == [expected]


def test_a_mixed_batch_costs_what_its_dearest_member_costs(store: Store, warm: Vault) -> None:
    put(warm, body())
    known = {NUMBER: body("李四")}

    with counted(store) as trips:
        write(warm, {f"SF{number:08}": body() for number in range(50)} | known, revise=True)

    assert trips == [2]


def test_the_same_record_has_the_same_place_and_is_not_created_again(vault: Vault) -> None:
    first = put(vault, body())

    assert put(vault, body()) == Stored(first.base, 0, first.record, created=False)


def test_the_same_record_another_day_is_still_the_same(vault: Vault) -> None:
    first = put(vault, body())

    assert put(vault, body(), now=NOW + 10 * 86_400).record == first.record


def test_a_record_sent_again_does_not_live_longer(vault: Vault, client: redis.Redis) -> None:
    first = put(vault, body())

    put(vault, body(), expires_at=LATER + 1_000)

    assert ask(client, "EXPIRETIME", key(first)) == LATER


def test_a_conflict_changes_nothing(vault: Vault) -> None:
    first = put(vault, body())

    refused(vault, body("李四"))

    assert put(vault, body()).record == first.record


def test_there_are_sixteen_revisions_and_no_more(vault: Vault) -> None:
    revisions = [put(vault, body(str(number)), revise=True).revision for number in range(MAX_REVISIONS)]

    assert (revisions, refused(vault, body("李四"), revise=True)) == ([*range(16)], "revision-limit")


def test_the_sixteenth_revision_is_still_known(vault: Vault) -> None:
    for number in range(MAX_REVISIONS):
        put(vault, body(str(number)), revise=True)

    assert (put(vault, body("15")).revision, refused(vault, body("14"))) == (15, "conflict")


def test_all_revisions_expire_when_the_first_one_does(vault: Vault, client: redis.Redis) -> None:
    stored = [put(vault, body(str(n)), revise=True, expires_at=LATER + n) for n in range(4)]

    ends = {(one.record.expires_at, ask(client, "EXPIRETIME", key(one))) for one in stored}

    assert ends == {(LATER, LATER)}


def test_a_doubled_record_in_one_batch_is_stored_once(vault: Vault) -> None:
    first, second = write(vault, [(NUMBER, body()), (NUMBER, body())])

    assert isinstance(first, Stored)
    assert (first.created, second) == (True, Stored(first.base, 0, first.record, created=False))


def test_two_records_of_one_number_in_one_batch_conflict(vault: Vault) -> None:
    first, second = write(vault, [(NUMBER, body()), (NUMBER, body("李四"))])

    assert (isinstance(first, Stored), second) == (True, "conflict")


def test_two_records_of_one_number_in_one_batch_are_two_revisions_where_that_is_asked_for(vault: Vault) -> None:
    outcomes = write(vault, [(NUMBER, body(str(n))) for n in range(4)], revise=True)

    revisions = {one.record.body: one.revision for one in outcomes if isinstance(one, Stored)}

    assert (sorted(revisions.values()), [*revisions]) == ([0, 1, 2, 3], [body(str(n)) for n in range(4)])


def test_one_conflict_fails_no_neighbour(vault: Vault) -> None:
    put(vault, body())

    outcomes = write(vault, {"SF0000000001": body(), NUMBER: body("李四"), "SF0000000002": body()})

    assert [isinstance(one, Stored) for one in outcomes] == [True, False, True]


def test_outcomes_are_in_the_order_of_the_batch(vault: Vault) -> None:
    numbers = [f"SF{number:08}" for number in range(40)]
    write(vault, {number: body(number) for number in random.Random(1).sample(numbers, 20)})

    outcomes = write(vault, {number: body(number) for number in numbers})

    stored = [one.record.body for one in outcomes if isinstance(one, Stored)]
    assert stored == [body(number) for number in numbers]


def test_an_empty_batch_stores_nothing_and_asks_nothing(store: Store, vault: Vault) -> None:
    with counted(store) as trips:
        outcomes = write(vault, {})

    assert (outcomes, trips) == ([], [0])


def test_a_record_says_the_active_token_key(store: Store) -> None:
    rotated = Vault(store, known_keyring(token_versions=(0, 1)), random.Random(1).randbytes)

    assert put(rotated, body()).record.token_version == 1


def test_records_of_one_number_in_one_batch_are_revised_in_their_order(vault: Vault) -> None:
    outcomes = write(vault, [(NUMBER, body(name)) for name in ("张三", "李四", "张三")], revise=True)

    assert [(one.revision, one.created) for one in outcomes if isinstance(one, Stored)] == [
        (0, True),
        (1, True),
        (2, True),
    ]


def test_a_batch_of_one_number_ends_at_sixteen_revisions(vault: Vault, store: Store) -> None:
    with counted(store) as trips:
        outcomes = write(vault, [(NUMBER, body(str(number))) for number in range(60)], revise=True)

    assert [isinstance(one, Stored) for one in outcomes] == [True] * 16 + [False] * 44
    assert trips == [4]  # compare; find the data key of the day and make it; write


def test_revisions_that_come_between_stay_below_those_of_the_batch_and_keep_its_order(
    vault: Vault, valkey: str
) -> None:
    put(vault, body("first"))
    late = before_put(stores.vault(stores.admitted(valkey)), lambda: put(vault, body("between"), revise=True))

    outcomes = write(late, [(NUMBER, body(name)) for name in ("a", "b", "b")], revise=True)

    # Revision 1 came between, and revision 2 was written behind it as "b": both are written again, in their order.
    assert [(one.revision, one.created) for one in outcomes if isinstance(one, Stored)] == [
        (3, True),
        (4, True),
        (4, False),
    ]
    (found,) = vault.newest("default", [NUMBER], NOW)
    assert found is not None
    assert (found.revision, found.record.body) == (4, body("b"))


def test_a_new_waybill_that_comes_between_is_compared(vault: Vault, valkey: str) -> None:
    late = stores.vault(Interleaved(valkey, {1: lambda: put(vault, body("between"))}))
    put(late, body(), "WARM00000001")

    one, other = write(late, {NUMBER: body("mine"), "SF0000000001": body()}, revise=True)

    assert isinstance(one, Stored)
    assert isinstance(other, Stored)
    assert (one.revision, other.revision) == (1, 0)


def test_a_revision_that_cannot_follow_the_hold_of_the_one_before_it_is_compared_as_it_is(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one before it was shredded, for example."""
    put(vault, body("1"))
    second = put(vault, body("2"), revise=True)
    asked: list[object] = []

    def nothing_to_seal(_: Vault, tenant: str, revisions: Sequence[tuple[bytes, int]]) -> bool:
        assert not asked
        asked.append((tenant, [revision for _, revision in revisions]))
        return False

    monkeypatch.setattr(FoundWaybill, "differs_in_hold", property(lambda found: found.revision == 1))
    monkeypatch.setattr(Vault, "_follow_holds", nothing_to_seal)

    again = put(vault, body("2"))

    assert asked == [("default", [1])]
    assert again == replace(second, created=False)
