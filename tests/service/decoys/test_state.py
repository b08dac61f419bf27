"""The lists of decoys are sealed and padded, and phantoms are found in memory."""

from collections.abc import Callable

import msgspec
import pytest
import redis

from keys.errors import IntegrityError
from masking_service.service.decoys.state import Decoy, Decoys, Hit, Hits, Kind
from masking_service.service.state.lists import PADDED_TO
from masking_service.store.client import Store
from masking_service.store.layout import DECOY_DETAILS, DECOYS, tenant_key
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import ask

NOW = 1_796_000_000
TAG = known_keyring().tenant("default").tag("tenant")
Make = Callable[..., Decoys]


@pytest.fixture
def make(store: Store) -> Make:
    """`make("name")`: what another process knows."""
    return lambda name="one": Decoys(store, known_keyring(), stores.foreseen(name))


def bases(*numbers: str) -> list[bytes]:
    return known_keyring().tenant("default").bases(numbers)


def plant(decoys: Decoys, *numbers: str, kind: Kind = "phantom") -> None:
    new = [Decoy(number, kind, NOW, "staff/p-1") for number in numbers]
    assert decoys.prepare("default", lambda planted: planted + new).write()


def numbers(count: int) -> list[str]:
    return [f"SF{at:010d}" for at in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 500])
def test_every_phantom_is_found_and_nothing_else(make: Make, count: int) -> None:
    decoys = make()
    plant(decoys, *numbers(count))
    others = [f"YT{at:010d}" for at in range(500)]

    assert decoys.phantoms("default", bases(*numbers(count), *others)) == bases(*numbers(count))


def test_without_decoys_nothing_is_found(make: Make) -> None:
    decoys = make()
    decoys.refresh(["default"])

    assert decoys.phantoms("default", bases("SF1234567890")) == []


def test_a_seed_is_no_phantom(make: Make) -> None:
    decoys = make()
    plant(decoys, "SF1234567890", kind="seed")

    assert (decoys.phantoms("default", bases("SF1234567890")), len(decoys.listed("default"))) == ([], 1)


def test_another_process_knows_after_one_refresh(make: Make) -> None:
    plant(make(), "SF1234567890")
    other = make("other")
    other.refresh(["default", "elsewhere"])

    assert other.phantoms("default", bases("SF1234567890")) == bases("SF1234567890")
    assert other.phantoms("elsewhere", bases("SF1234567890")) == []


def test_a_decoy_is_stored_without_what_it_does_not_say() -> None:
    """The number of decoys that a padded list takes depends on it."""
    planted = [Decoy("SF1234567890", "seed", 7, "staff/p-1"), Decoy("SF1234567890", "seed", 7, "staff/p-1", 9)]

    assert [msgspec.json.encode(one) for one in planted] == [
        b'{"waybill_no":"SF1234567890","kind":"seed","planted_at":7,"planted_by":"staff/p-1"}',
        b'{"waybill_no":"SF1234567890","kind":"seed","planted_at":7,"planted_by":"staff/p-1","heard_at":9}',
    ]


@pytest.mark.parametrize("count", [0, 1, 300, 1_000])
def test_the_stored_lists_have_lengths_of_whole_steps(make: Make, client: redis.Redis, count: int) -> None:
    plant(make(), *numbers(count))

    stored = [client.hget(tenant_key(TAG, name), "1") for name in (DECOYS, DECOY_DETAILS)]
    overhead = len(known_keyring().tenant("default").state.seal(b"", b"", bytes(12)))
    assert [(len(one or b"") - overhead) % PADDED_TO for one in stored] == [0, 0]


def test_the_store_shows_no_number(make: Make, client: redis.Redis) -> None:
    plant(make(), "SF1234567890")

    assert not any(b"SF1234567890" in ask(client, "DUMP", key) for key in client.scan_iter())


@pytest.mark.parametrize("where", [DECOYS, DECOY_DETAILS])
def test_a_list_that_was_changed_does_not_open(make: Make, client: redis.Redis, where: bytes) -> None:
    plant(make(), "SF1234567890")
    client.hset(tenant_key(TAG, where), "2", b"x" * 64)
    other = make("other")

    with pytest.raises(IntegrityError):
        other.prepare("default", lambda planted: planted)


def test_an_unreadable_list_finds_nothing_absent_until_it_is_read_again(make: Make, client: redis.Redis) -> None:
    decoys = make()
    plant(decoys, "SF1234567890")
    client.hset(tenant_key(TAG, DECOYS), "2", b"x" * 64)
    with pytest.raises(IntegrityError):
        decoys.refresh(["default"])
    with pytest.raises(IntegrityError):
        decoys.phantoms("default", bases("SF0000000000"))
    client.hdel(tenant_key(TAG, DECOYS), "2")
    decoys.refresh(["default"])

    assert decoys.phantoms("default", bases("SF0000000000")) == []


def test_of_two_changes_at_once_the_second_is_prepared_again(make: Make) -> None:
    one, other = make(), make("other")
    late = one.prepare("default", lambda planted: [*planted, Decoy("SF0000000001", "phantom", NOW, "staff/p-1")])
    plant(other, "SF0000000002")

    assert not late.write()
    plant(one, "SF0000000001")
    assert {decoy.waybill_no for decoy in other.listed("default")} == {"SF0000000001", "SF0000000002"}
    assert len(one.phantoms("default", bases("SF0000000001", "SF0000000002"))) == 2


def test_hits_are_counted_over_processes(make: Make) -> None:
    hits = [Hit(NOW + at, f"dev/u-{at}", f"{at}-1") for at in range(5)]
    for at, hit in enumerate(hits):
        make(("default", "other")[at % 2]).add_hits("default", bases("SF1234567890"), hit)

    latest = (hits[4], hits[3], hits[2])
    assert make().hits("default", ["SF1234567890", "SF0000000000"]) == [Hits(5, NOW + 4, latest), Hits()]
