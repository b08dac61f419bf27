"""A sealed document loses no change, and a document that went back or was exchanged is an alarm."""

from collections.abc import Callable

import pytest
import redis

from keys.errors import IntegrityError
from masking_service.service.state.sealed import Sealed
from masking_service.service.state.serials import Serials
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import Interleaved, LossyWire, ask, counted
from tests.together import in_threads

PLACE = b"wm:{t:tag}document"
Make = Callable[..., Serials]


@pytest.fixture
def make(store: Store) -> Make:
    """`make("name")`: the document as another process knows it."""

    def build(name: str = "one", at: Store = store, tenant: str = "default", place: bytes = PLACE) -> Serials:
        return Serials(at, place, lambda: known_keyring().tenant(tenant).state, stores.foreseen(name))

    return build


@pytest.fixture
def document(make: Make) -> Serials:
    """A document that was written once: it holds `a`."""
    document = make()
    stores.change(document, adding(b"a"))
    return document


def adding(text: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content + text


def test_what_was_written_is_read_by_another(make: Make, document: Serials) -> None:
    other = make("two")

    assert (other.refresh(), other.content, other.serial) == (True, b"a", 1)


def test_looking_again_at_the_same_is_no_news(document: Serials) -> None:
    assert document.refresh() is False


def test_a_change_is_applied_to_the_newest_content(make: Make, document: Serials) -> None:
    stores.change(make("two"), adding(b"b"))

    stores.change(document, adding(b"c"))

    assert (document.content, document.serial) == (b"abc", 3)


def test_the_second_of_two_changes_is_made_again(make: Make, valkey: str) -> None:
    first = make("first")
    late = make("late", Interleaved(valkey, {0: lambda: stores.change(first, adding(b"a"))}))

    stores.change(late, adding(b"b"))

    assert (late.content, late.serial) == (b"ab", 2)


def test_no_concurrent_change_is_lost(make: Make) -> None:
    documents = [make(str(at)) for at in range(8)]
    in_threads(8, lambda at: stores.change(documents[at], adding(b"%d" % at)))
    last = make("last")
    last.refresh()

    assert (sorted(last.content), last.serial) == (sorted(b"01234567"), 8)


def test_the_newest_two_serials_are_kept(document: Serials, client: redis.Redis) -> None:
    for text in (b"b", b"c", b"d"):
        stores.change(document, adding(text))

    assert sorted(ask(client, "HKEYS", PLACE)) == [b"3", b"4"]


def test_a_prepared_change_says_what_it_will_write_and_has_written_nothing(make: Make, client: redis.Redis) -> None:
    document = make()

    prepared = document.prepare(adding(b"a"))
    before = ask(client, "HLEN", PLACE)
    prepared.write()

    assert (before, prepared.sealed) == (0, [Sealed(PLACE + b"/1", document.sealed, until=0, once=True)])


def test_a_prepared_change_says_what_it_will_remove(document: Serials) -> None:
    stores.change(document, adding(b"b"))

    assert document.prepare(adding(b"c")).sealed[1] == Sealed(PLACE + b"/1", None, until=0, once=False)


def test_looking_costs_one_round_trip_and_changing_two(make: Make, store: Store) -> None:
    document = make()

    with counted(store) as looking:
        document.refresh()
    with counted(store) as changing:
        stores.change(document, adding(b"a"))

    assert (looking, changing) == ([1], [2])


def test_a_change_whose_reply_is_lost_is_made_once(make: Make, wire: LossyWire, over_the_wire: Store) -> None:
    document = make("lossy", over_the_wire)

    def losing(content: bytes) -> bytes:
        wire.lose()
        return content + b"a"

    stores.change(document, losing)

    assert (wire.lost, document.content, document.serial) == (1, b"a", 1)


@pytest.mark.parametrize("put_back", [(), (b"1",)], ids=["deleted", "an older one put back"])
def test_a_document_that_goes_back_is_an_alarm(
    document: Serials, client: redis.Redis, put_back: tuple[bytes, ...]
) -> None:
    kept = {serial: ask(client, "HGET", PLACE, serial) for serial in put_back}
    stores.change(document, adding(b"b"))
    ask(client, "DEL", PLACE)
    for serial, sealed in kept.items():
        ask(client, "HSET", PLACE, serial, sealed)

    with pytest.raises(IntegrityError):
        document.refresh()
    assert document.content == b"ab"


def test_other_bytes_under_a_serial_that_was_seen_are_an_alarm(
    make: Make, document: Serials, client: redis.Redis
) -> None:
    ask(client, "DEL", PLACE)
    stores.change(make("two"), adding(b"b"))

    with pytest.raises(IntegrityError):
        document.refresh()
    assert document.content == b"a"


def test_a_changed_byte_is_an_alarm(make: Make, document: Serials, client: redis.Redis) -> None:
    ask(client, "HSET", PLACE, "1", document.sealed[:-1] + bytes([document.sealed[-1] ^ 1]))

    with pytest.raises(IntegrityError):
        make("two").refresh()


@pytest.mark.parametrize(
    "elsewhere",
    [{"tenant": "other"}, {"place": b"wm:{t:tag}another"}],
    ids=["for another tenant", "in another place"],
)
def test_a_document_opens_only_where_it_was_written(
    make: Make, document: Serials, client: redis.Redis, elsewhere: dict[str, str]
) -> None:
    other = make("two", **elsewhere)
    ask(client, "HSET", other._place, "1", document.sealed)

    with pytest.raises(IntegrityError):
        other.refresh()


def test_an_old_serial_does_not_open_as_a_newer_one(document: Serials, client: redis.Redis) -> None:
    stores.change(document, adding(b"b"))
    ask(client, "HSET", PLACE, "3", ask(client, "HGET", PLACE, "1"))

    with pytest.raises(IntegrityError):
        document.refresh()


def test_a_reply_that_is_a_moment_late_is_no_alarm(document: Serials) -> None:
    late = [b"1", document.sealed]
    stores.change(document, adding(b"b"))

    assert (document.take(late), document.content) == (False, b"ab")


def test_a_late_change_behind_newer_ones_is_made_again(make: Make, valkey: str) -> None:
    """Its serial was cleared away, so that it can be written; the newer ones hold all the same."""
    quick = make("quick")

    def meanwhile() -> None:
        for text in (b"a", b"b", b"c"):
            stores.change(quick, adding(text))

    late = make("late", Interleaved(valkey, {0: meanwhile}))
    stores.change(late, adding(b"z"))
    quick.refresh()

    assert (late.content, quick.content) == (b"abcz", b"abcz")


def test_a_restored_document_takes_the_place_of_all_older_ones(
    make: Make, document: Serials, client: redis.Redis
) -> None:
    first = client.hget(PLACE, "1")
    for text in (b"b", b"c"):
        stores.change(document, adding(text))
    client.hdel(PLACE, "2", "3")
    client.hset(PLACE, "1", first)

    restoring = document.prepare_restore()

    assert restoring is not None
    assert restoring.sealed == [
        Sealed(PLACE + b"/3", document.sealed, until=0, once=True),
        Sealed(PLACE + b"/1", None, until=0, once=False),
    ]
    restoring.write()
    assert client.hgetall(PLACE) == {b"3": document.sealed}
    assert (document.content, document.serial, document.prepare_restore()) == (b"abc", 3, None)


def test_a_newer_document_is_taken_over_and_not_restored(make: Make, document: Serials) -> None:
    stores.change(make("two"), adding(b"b"))

    assert (document.prepare_restore(), document.content, document.serial) == (None, b"ab", 2)


def test_an_absent_store_changes_nothing_here(make: Make, tmp_path: object) -> None:
    document = make("absent", stores.admitted(f"unix://{tmp_path}/absent.sock"))

    with pytest.raises(StoreUnavailable):
        document.refresh()
    assert (document.serial, document.content) == (0, b"")
