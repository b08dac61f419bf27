"""Erasing removes every revision, and closes the number."""

import pytest
import redis

from masking_service.service.vault.records import Record, Tokens, read_token
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.writing import Draft
from masking_service.store.client import MAX_CLOCK_SECONDS, Clocks, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import custody_key, record_key, record_stems, restriction_key
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, Interleaved, ask, before_put, body, counted, put, read_at, refused

UNTIL = LATER + 5


def erase(vault: Vault) -> None:
    stores.erase(vault, NUMBER, now=NOW, until=UNTIL)


def expiries(client: redis.Redis) -> dict[bytes, int]:
    """The last part of each record key, and its expiry."""
    return {
        key.partition(b"}")[2]: ask(client, "EXPIRETIME", key) for key in ask(client, "KEYS", "wm:{" + 16 * "?" + "}*")
    }


@pytest.mark.parametrize("revisions", [1, 2, 16])
def test_every_revision_and_the_next_free_one_get_a_tombstone_and_the_waybill_a_mark(
    vault: Vault, client: redis.Redis, revisions: int
) -> None:
    for number in range(revisions):
        put(vault, body(str(number)), revise=True)

    erase(vault)

    assert expiries(client) == {b"~": UNTIL} | {b"%x" % number: UNTIL for number in range(revisions + 1)}


def test_an_erased_waybill_is_not_found(vault: Vault) -> None:
    stored = put(vault, body())

    erase(vault)

    assert (vault.newest("default", [NUMBER], NOW), read_at(vault, "default", [(stored.base, 0)], NOW)) == (
        [None],
        [None],
    )


def test_a_mark_says_that_a_waybill_is_erased_whatever_is_at_its_places(vault: Vault, client: redis.Redis) -> None:
    stored = put(vault, body())
    (stem,) = record_stems([stored.base])
    before = ask(client, "GET", record_key(stem, 0))
    erase(vault)
    for value in (before, None):
        ask(client, "DEL", record_key(stem, 1))
        ask(client, "SET", record_key(stem, 0), before) if value else ask(client, "DEL", record_key(stem, 0))

        assert vault.newest("default", [NUMBER], NOW) == [None]
        assert read_at(vault, "default", [(stored.base, 0)], NOW) == [None]


def test_an_erasure_of_an_earlier_release_has_no_mark_and_counts(vault: Vault, client: redis.Redis) -> None:
    stored = put(vault, body())
    erase(vault)
    ask(client, "DEL", restriction_key(record_stems([stored.base])[0]))

    assert (vault.newest("default", [NUMBER], NOW), refused(vault, body())) == ([None], "erased")


def test_an_erased_waybill_costs_no_more_round_trips_than_an_unknown_one(store: Store, vault: Vault) -> None:
    for number in range(3):
        put(vault, body(str(number)), revise=True)
    erase(vault)

    with counted(store) as trips:
        vault.newest("default", [NUMBER], NOW)

    assert trips == [1]


@pytest.mark.parametrize("revise", [False, True])
@pytest.mark.parametrize("value", [body(), body("李四")])
def test_an_erased_number_takes_no_record(vault: Vault, value: bytes, revise: bool) -> None:
    put(vault, body())
    erase(vault)

    assert refused(vault, value, revise=revise) == "erased"


def test_an_unknown_number_can_be_erased_and_takes_no_record_then(vault: Vault, client: redis.Redis) -> None:
    erase(vault)

    assert (expiries(client), refused(vault, body())) == ({b"0": UNTIL, b"~": UNTIL}, "erased")


def test_custody_goes_with_the_record(vault: Vault, client: redis.Redis) -> None:
    stored = put(vault, body())
    place = custody_key(record_stems([stored.base])[0])
    ask(client, "SET", place, b"sealed custody")

    erase(vault)

    assert ask(client, "EXISTS", place) == 0


def test_another_tenants_waybill_of_the_same_number_stays(vault: Vault) -> None:
    other = put(vault, body(), tenant="other")

    erase(vault)

    assert read_at(vault, "other", [(other.base, 0)], NOW) == [other.record]


def test_erasing_again_makes_the_tombstones_last_longer(vault: Vault, client: redis.Redis) -> None:
    put(vault, body())
    erase(vault)

    stores.erase(vault, NUMBER, now=NOW, until=UNTIL + 9)

    assert {*expiries(client).values()} == {UNTIL + 9}


def test_erasing_without_end_ends(vault: Vault, client: redis.Redis) -> None:
    for _ in range(20):
        erase(vault)

    assert len(expiries(client)) == 18


@pytest.mark.parametrize("revisions", [0, 1, 16])
def test_erasing_costs_three_round_trips_however_many_revisions_there_are(
    store: Store, vault: Vault, revisions: int
) -> None:
    put(vault, body(), "WARM00000001")
    stores.erase(vault, "WARM00000001", now=NOW, until=UNTIL)  # from now on the store knows the script
    for number in range(revisions):
        put(vault, body(str(number)), revise=True)

    with counted(store) as trips:
        erase(vault)

    # Read, remove the index entries, write: the entries are those of the revisions.
    assert trips == [3 if revisions else 2]


def test_an_erasure_that_fails_has_erased_nothing_and_can_be_made_again(
    vault: Vault, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(vault, body())
    put(vault, body("李四"), revise=True)
    with monkeypatch.context() as failing:
        failing.setattr(store, "write", unanswered)
        with pytest.raises(StoreUnavailable):
            erase(vault)
    before = vault.newest("default", [NUMBER], NOW)

    erase(vault)

    assert (before != [None], vault.newest("default", [NUMBER], NOW)) == (True, [None])


def unanswered(*_: object, **__: object) -> object:
    raise StoreUnavailable("timeout")


def test_a_revision_written_while_its_waybill_is_erased_is_erased_too(valkey: str, vault: Vault) -> None:
    put(vault, body())
    # The revisions were read; before the tombstones are written another process revises.
    late: list[object] = []
    racing = Interleaved(valkey, {0: lambda: late.append(revise_behind_the_tombstone(vault))})

    erase(stores.vault(racing))

    assert (len(late), vault.newest("default", [NUMBER], NOW), refused(vault, body("李四"))) == (1, [None], "erased")


def test_prepared_tombstones_say_what_they_replace_and_again_where_a_revision_came_between(
    valkey: str, vault: Vault, client: redis.Redis
) -> None:
    put(vault, body())
    racing = stores.vault(Interleaved(valkey, {0: lambda: revise_behind_the_tombstone(vault)}))

    first = racing.prepare_erasure("default", NUMBER, now=NOW, until=UNTIL)
    before = expiries(client)
    first_written = first.write()
    second = racing.prepare_erasure("default", NUMBER, now=NOW, until=UNTIL)

    # Custody, restriction, the revision, the next free place; and one place more.
    assert (before, len(first.sealed), len(second.sealed)) == ({b"0": LATER}, 4, 5)
    assert (first_written, second.write()) == (False, True)


def test_erasing_tells_the_last_day_on_which_any_of_it_was_sealed(vault: Vault) -> None:
    put(vault, body(), now=NOW - 9 * 86_400)
    put(vault, body("李四"), now=NOW - 4 * 86_400, revise=True)

    last = stores.erase(vault, NUMBER, now=NOW, until=UNTIL).last_day

    assert last == NOW // 86_400 - 4


def revise_behind_the_tombstone(vault: Vault) -> object:
    """Write a revision that was decided before the erasure."""
    bases = known_keyring().tenant("default").bases([NUMBER])
    record = Record(b"zz", 0, LATER, body("李四"))
    draft = Draft(bases[0], record_stems(bases)[0], record, 1)
    assert vault.writer.put("default", [draft], NOW) == []
    return draft


def test_a_revision_that_comes_after_the_tombstones_is_refused(valkey: str, vault: Vault) -> None:
    put(vault, body())
    # It has read the old record; before it writes the new revision, the waybill is erased.
    late = before_put(stores.vault(stores.admitted(valkey)), lambda: erase(vault))

    assert refused(late, body("李四"), revise=True) == "erased"


def test_a_waybill_that_is_written_while_it_is_erased_is_gone(valkey: str, vault: Vault) -> None:
    put(vault, body(), "WARM00000001")
    racing = Interleaved(valkey, {0: lambda: put(vault, body())})

    erase(stores.vault(racing))

    assert vault.newest("default", [NUMBER], NOW) == [None]


def test_an_old_token_names_no_later_record_of_its_number(vault: Vault, client: redis.Redis) -> None:
    keys = known_keyring().tenant("default").tokens
    old = put(vault, body())
    asked = Tokens(keys)
    asked.add(old.base, old.revision, old.record, bytes(1))
    (token,) = asked.make()[old.record.token_version]
    erase(vault)
    (stem,) = record_stems([old.base])
    ask(client, "DEL", *[record_key(stem, number) for number in (0, 1)], restriction_key(stem))  # the erasure ends

    new = put(vault, body())

    reference = read_token(keys, token)
    assert reference is not None
    (found,) = read_at(vault, "default", [(reference.base, reference.revision)], NOW)
    assert (found, reference.names(new.record), reference.names(old.record)) == (new.record, False, True)


def test_an_erasure_replaces_values_and_a_later_value_may_replace_its_own(vault: Vault) -> None:
    put(vault, body())
    erasure = vault.prepare_erasure("default", NUMBER, now=NOW, until=UNTIL)

    assert [sealed.once for sealed in erasure.sealed] == [False] * 4


def test_the_erasure_of_an_unknown_waybill_is_of_its_own_day(vault: Vault) -> None:
    assert vault.prepare_erasure("default", NUMBER, now=NOW, until=UNTIL).last_day == NOW // 86_400


@pytest.mark.parametrize("revisions", [1, 3, 16])
def test_an_erasure_says_what_it_writes(vault: Vault, client: redis.Redis, revisions: int) -> None:
    """It takes the custody away, and leaves tombstones and a mark."""
    for number in range(revisions):
        stored = put(vault, body(str(number)), revise=True)
    (stem,) = record_stems([stored.base])
    ask(client, "SET", custody_key(stem), b"custody")

    erasure = vault.prepare_erasure("default", NUMBER, now=NOW, until=UNTIL)

    places = [*(record_key(stem, at) for at in range(revisions + 1)), restriction_key(stem)]
    assert [(one.place, one.value is None, one.until, one.once) for one in erasure.sealed] == [
        (custody_key(stem), True, 0, False),
        *((place, False, UNTIL, False) for place in places),
    ]
    assert erasure.last_day == NOW // 86_400
    assert erasure.write()
    written = [custody_key(stem), *places]
    assert [ask(client, "GET", place) for place in written] == [one.value for one in erasure.sealed]


@pytest.mark.parametrize("far", [-1, 1])
def test_nothing_is_erased_or_stored_by_a_clock_that_differs_from_the_stores(
    store: Store, vault: Vault, far: int
) -> None:
    """Its tombstones would end at another time than was told."""
    put(vault, body())
    store.clocks = Clocks(lambda: float(NOW), lambda: 0.0)
    store.clocks.saw([NOW])
    vault.prepare_erasure("default", NUMBER, now=NOW + far * MAX_CLOCK_SECONDS, until=UNTIL)
    then = NOW + far * (MAX_CLOCK_SECONDS + 1)

    with pytest.raises(StoreUnavailable, match="clock"):
        vault.prepare_erasure("default", NUMBER, now=then, until=UNTIL)
    with pytest.raises(StoreUnavailable, match="clock"):
        vault.writer.drafts("default", [NUMBER], [body()], now=then, expires_at=LATER)
