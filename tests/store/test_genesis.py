"""The first key of a store shows whose it is."""

import msgspec
import pytest
import redis

from keys.keyring import Keyring
from masking_service.store import genesis
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.layout import GENESIS, ONE_SLOT, AuditKeys
from tests.keys.known import known_keyring, known_keyset
from tests.store.stores import Interleaved, admitted, ask, counted, foreseen


def claim(store: Store, owner: str = "vectors") -> None:
    genesis.claim(store, known_keyring(owner), foreseen(owner))


def sealed(**content: object) -> bytes:
    return known_keyring().tenant("").state.seal(msgspec.json.encode(content), GENESIS, bytes(12))


def refusal(store: Store, keyring: Keyring | None = None) -> str:
    with pytest.raises(WrongStore) as fault:
        genesis.claim(store, keyring or known_keyring(), foreseen())
    return str(fault.value)


def test_an_empty_store_is_claimed_in_two_round_trips_and_known_again_in_one(store: Store) -> None:
    with counted(store) as first:
        claim(store)
    with counted(store) as second:
        claim(store)

    assert (first, second) == ([2], [1])


def test_looking_again_changes_nothing(store: Store, client: redis.Redis) -> None:
    claim(store)
    before = ask(client, "GET", GENESIS)

    claim(store)

    assert ask(client, "GET", GENESIS) == before


def test_the_mark_never_expires(store: Store, client: redis.Redis) -> None:
    claim(store)

    assert ask(client, "TTL", GENESIS) == -1


def test_the_store_of_another_keyset_is_refused_and_stays_as_it_was(store: Store, client: redis.Redis) -> None:
    claim(store, "another owner")
    before = ask(client, "GET", GENESIS)

    assert refusal(store) == "the store was made with other keys than these, or its first key was changed"
    assert ask(client, "GET", GENESIS) == before


def test_of_two_keysets_that_race_for_an_empty_store_the_second_is_refused(valkey: str, store: Store) -> None:
    late = Interleaved(valkey, {0: lambda: claim(store, "another owner")})

    assert refusal(late) == "the store was made with other keys than these, or its first key was changed"


def test_two_processes_of_one_keyset_may_race(valkey: str, store: Store, client: redis.Redis) -> None:
    marks: list[bytes] = []

    def first() -> None:
        claim(store)
        marks.append(ask(client, "GET", GENESIS))

    genesis.claim(Interleaved(valkey, {0: first}), known_keyring(), foreseen("another process"))

    assert marks == [ask(client, "GET", GENESIS)]


@pytest.mark.parametrize("value", [b"", b"anything", bytes(100)])
def test_a_mark_that_was_changed_is_refused(store: Store, client: redis.Redis, value: bytes) -> None:
    ask(client, "SET", GENESIS, value)

    assert refusal(store) == "the store was made with other keys than these, or its first key was changed"


def test_a_newer_format_is_refused_by_its_number(store: Store, client: redis.Redis) -> None:
    ask(client, "SET", GENESIS, sealed(format=genesis.FORMAT + 1, made_for="development"))

    assert refusal(store) == "the store has format 3; this release knows formats up to 2"


def test_a_store_made_for_development_is_refused_in_production(store: Store) -> None:
    claim(store)
    production = Keyring(known_keyset(made_for="production"))

    assert refusal(store, production) == "the store was made for development, the keys for production"


def test_a_store_that_does_not_answer_is_neither_claimed_nor_refused(valkey: str) -> None:
    with pytest.raises(StoreUnavailable):
        claim(Store(valkey))


def test_whoever_only_checks_refuses_a_store_without_a_mark_and_leaves_it_so(store: Store, client: redis.Redis) -> None:
    with pytest.raises(WrongStore):
        genesis.check(store, known_keyring())

    assert ask(client, "EXISTS", GENESIS) == 0


def test_a_mark_with_members_of_a_later_release_is_read(store: Store, client: redis.Redis) -> None:
    ask(client, "SET", GENESIS, sealed(format=genesis.FORMAT, made_for="development", epoch=7))

    genesis.check(store, known_keyring())


def format_of(client: redis.Redis) -> int:
    plain = known_keyring("vectors").tenant("").state.open(ask(client, "GET", GENESIS), GENESIS)
    return int(msgspec.json.decode(plain)["format"])


@pytest.mark.parametrize(("wanted", "slots", "written"), [(0, 1, 1), (1, 1, 1), (2, 2, 2), (16, 16, 2)])
def test_a_new_store_has_as_many_slots_as_were_asked_for(
    valkey: str, client: redis.Redis, wanted: int, slots: int, written: int
) -> None:
    """An older release goes on with a log in one slot, and refuses the format of one in several."""
    claim(admitted(valkey, audit_slots=wanted))
    later = admitted(valkey)
    genesis.check(later, known_keyring("vectors"))

    assert (later.identity.audit, format_of(client)) == (AuditKeys(slots), written)


def test_a_store_of_before_there_were_slots_has_one(store: Store, client: redis.Redis) -> None:
    ask(client, "SET", GENESIS, sealed(format=1, made_for="development", marked=False))
    genesis.check(store, known_keyring())

    assert store.identity.audit == ONE_SLOT


@pytest.mark.parametrize(("made", "wanted"), [(0, 4), (4, 1), (4, 2)])
def test_another_number_of_slots_than_at_the_first_start_is_refused(valkey: str, made: int, wanted: int) -> None:
    claim(admitted(valkey, audit_slots=made))

    with pytest.raises(WrongStore) as fault:
        claim(admitted(valkey, audit_slots=wanted))
    assert str(fault.value) == (
        f"MASKING_AUDIT_SLOTS is {wanted}, and the audit log of this store has {made or 1} since its first start, "
        "which cannot be changed. Unset it, or set it to that number"
    )


def test_of_two_processes_that_start_with_different_numbers_the_second_is_refused(valkey: str) -> None:
    late = Interleaved(valkey, {0: lambda: claim(admitted(valkey, audit_slots=4))})
    late.audit_slots = 2

    with pytest.raises(WrongStore, match="MASKING_AUDIT_SLOTS is 2"):
        claim(late)
