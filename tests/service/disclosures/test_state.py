"""Disclosures: kept before they are shown, as long as the record, and readable at their own place alone."""

import json
from pathlib import Path

import pytest
import redis

from keys.errors import IntegrityError
from masking_service.service.disclosures.state import Disclosure, Disclosures, Opened, PhoneCalled, Viewed
from masking_service.service.state.sealed import Sealed
from masking_service.store.client import Store
from masking_service.store.layout import disclosures_key, record_stems
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, NOW, LossyWire, ask, counted

KEYRING = known_keyring()
FIRST, SECOND = KEYRING.tenant("default").bases(["SF0000000001", "SF0000000002"])
OPENED = Opened(NOW, "staff/chen", "D-1", ("staff/s-1",), ("/sender/phone", "/sender/name"))
VIEWED = Viewed(NOW + 1, "client/c-88", "courier", 2)

VECTORS: dict[str, dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parent / "vectors" / "disclosures.json").read_text("utf-8")
)


def stored(shown: Opened | Viewed, form: str) -> tuple[bytes, bytes]:
    """Return name and value of a disclosure of the vectors."""
    vector = VECTORS["opened" if isinstance(shown, Opened) else "viewed"][form]
    return bytes.fromhex(vector["name"]), bytes.fromhex(vector["value"])


def place(base: bytes = FIRST) -> bytes:
    return disclosures_key(record_stems([base])[0])


@pytest.fixture
def disclosures(store: Store) -> Disclosures:
    return Disclosures(store, KEYRING, stores.foreseen())


def test_what_was_kept_is_read_in_the_order_of_time(disclosures: Disclosures) -> None:
    later = Viewed(NOW + 5, "client/c-88", "courier", 1)
    for shown in (VIEWED, later, OPENED):
        disclosures.prepare("default", [Disclosure(FIRST, LATER, shown)]).write()

    assert disclosures.of("default", [FIRST]) == [[OPENED, VIEWED, later]]


def test_the_same_disclosure_twice_is_two(disclosures: Disclosures) -> None:
    disclosures.prepare("default", [Disclosure(FIRST, LATER, OPENED)] * 2).write()

    assert disclosures.of("default", [FIRST]) == [[OPENED] * 2]


def test_every_waybill_has_its_own(disclosures: Disclosures) -> None:
    kept = [Disclosure(FIRST, LATER, OPENED), Disclosure(SECOND, LATER, VIEWED)]
    disclosures.prepare("default", kept).write()

    assert disclosures.of("default", [FIRST, SECOND]) == [[OPENED], [VIEWED]]


def test_a_waybill_that_was_not_viewed_has_no_disclosures(disclosures: Disclosures) -> None:
    assert disclosures.of("default", [FIRST]) == [[]]


def test_a_call_is_one_round_trip_and_one_that_shows_nothing_none(store: Store, disclosures: Disclosures) -> None:
    with counted(store) as some:
        disclosures.prepare("default", [Disclosure(FIRST, LATER, OPENED), Disclosure(SECOND, LATER, VIEWED)]).write()
    with counted(store) as none:
        disclosures.prepare("default", []).write()

    assert (some, none) == ([1], [0])


def test_a_prepared_disclosure_says_what_it_will_write_and_has_written_nothing(
    disclosures: Disclosures, client: redis.Redis
) -> None:
    prepared = disclosures.prepare("default", [Disclosure(FIRST, LATER, OPENED)])
    before = ask(client, "EXISTS", place())
    prepared.write()

    ((name, value),) = ask(client, "HGETALL", place()).items()
    assert (before, prepared.sealed) == (0, [Sealed(place() + b"/" + name, value, until=LATER, once=False)])


@pytest.mark.parametrize(
    ("ends", "expected"), [([LATER], LATER), ([LATER, LATER + 9], LATER + 9), ([LATER + 9, LATER], LATER + 9)]
)
def test_it_ends_with_the_record_and_never_earlier(
    disclosures: Disclosures, client: redis.Redis, ends: list[int], expected: int
) -> None:
    for until in ends:
        disclosures.prepare("default", [Disclosure(FIRST, until, OPENED)]).write()

    assert ask(client, "EXPIRETIME", place()) == expected


def test_a_reply_that_was_lost_keeps_it_once(wire: LossyWire, over_the_wire: Store, disclosures: Disclosures) -> None:
    lossy = Disclosures(over_the_wire, KEYRING, stores.foreseen("wire"))
    wire.lose(1)
    lossy.prepare("default", [Disclosure(FIRST, LATER, OPENED)]).write()

    assert (disclosures.of("default", [FIRST]), wire.lost) == ([[OPENED]], 1)


@pytest.mark.parametrize("tenant", ["default", "other"])
def test_one_that_was_moved_to_another_waybill_or_tenant_is_an_alarm(
    disclosures: Disclosures, client: redis.Redis, tenant: str
) -> None:
    disclosures.prepare("default", [Disclosure(FIRST, LATER, OPENED)]).write()
    (base,) = KEYRING.tenant(tenant).bases(["SF0000000002"])
    ask(client, "COPY", place(), place(base))

    with pytest.raises(IntegrityError):
        disclosures.of(tenant, [base])


def test_one_under_another_name_is_an_alarm(disclosures: Disclosures, client: redis.Redis) -> None:
    """Or a thief could drown one disclosure in copies of others."""
    disclosures.prepare("default", [Disclosure(FIRST, LATER, OPENED)]).write()
    (value,) = ask(client, "HVALS", place())
    ask(client, "HSET", place(), b"8 bytes!", value)

    with pytest.raises(IntegrityError):
        disclosures.of("default", [FIRST])


def test_a_flipped_bit_is_an_alarm(disclosures: Disclosures, client: redis.Redis) -> None:
    disclosures.prepare("default", [Disclosure(FIRST, LATER, OPENED)]).write()
    ((name, value),) = ask(client, "HGETALL", place()).items()
    ask(client, "HSET", place(), name, value[:-1] + bytes([value[-1] ^ 1]))

    with pytest.raises(IntegrityError):
        disclosures.of("default", [FIRST])


@pytest.mark.parametrize("form", ["earlier", "packed"])
@pytest.mark.parametrize("shown", [OPENED, VIEWED])
def test_disclosures_of_every_release_are_read(
    disclosures: Disclosures, client: redis.Redis, shown: Opened | Viewed, form: str
) -> None:
    ask(client, "HSET", place(), *stored(shown, form))

    assert disclosures.of("default", [FIRST]) == [[shown]]


@pytest.mark.parametrize("shown", [OPENED, VIEWED])
def test_a_disclosure_is_stored_as_exactly_these_bytes(
    disclosures: Disclosures, client: redis.Redis, shown: Opened | Viewed
) -> None:
    disclosures.prepare("default", [Disclosure(FIRST, LATER, shown)]).write()

    name, value = stored(shown, "packed")
    assert ask(client, "HGETALL", place()) == {name: value}


@pytest.mark.parametrize("shown", [OPENED, VIEWED, PhoneCalled(NOW, "client/c-88", None, (), "/recipient/phone")])
def test_every_kind_is_read_as_it_was_kept(disclosures: Disclosures, shown: Opened | Viewed | PhoneCalled) -> None:
    disclosures.prepare("default", [Disclosure(FIRST, LATER, shown)]).write()

    assert disclosures.of("default", [FIRST]) == [[shown]]


def test_the_views_of_a_parcel_share_one_packed_hash(disclosures: Disclosures, client: redis.Redis) -> None:
    """A table takes 200 bytes more for the first of them, and 100 for each."""
    for at in range(20):
        disclosures.prepare(
            "default", [Disclosure(FIRST, LATER, Viewed(NOW + at, "client/c-10234567", "courier", 1))]
        ).write()

    assert ask(client, "OBJECT", "ENCODING", place()) == b"listpack"
