"""The search indexes in a real store: what their entries give away, and that they are written with the records."""

from collections.abc import Callable
from functools import partial

import pytest
import redis

from keys.aead import HEADER_BYTES, KEY_ID_BYTES, OVERHEAD_BYTES
from keys.errors import IntegrityError
from keys.search import GROUP_BYTES, group_of
from keys.suites import SM4_GCM
from masking_service.masking.records.recipients import numbers_of
from masking_service.service.search import state as search_state
from masking_service.service.search.state import MAX_READ, Asked, Findable, Indexed, TooManyEntries, places_of
from masking_service.service.vault.records import Record
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.writing import Draft
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests import servers
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, NOW, LossyWire, ask, body, counted, write

PHONE = "13812345678"
SITE = "021001"
FOUND_BY = Findable((PHONE,), (PHONE[-4:],), SITE)
MAX_DAYS = (LATER - NOW) // 86_400
DAY = 86_400
GROUPED = HEADER_BYTES + GROUP_BYTES
"""An entry begins with a header and a group, which others share."""


def indexes(client: redis.Redis) -> dict[bytes, list[bytes]]:
    """The entries in every part of an index."""
    keys = [key for kind in ("f", "s") for key in ask(client, "KEYS", f"wm:{{{kind}:*}}")]
    return {key: sorted(entry for entry in ask(client, "SMEMBERS", key) if len(entry) < 100) for key in keys}


def numbers(vault: Vault, phone: str = PHONE) -> list[str]:
    question = vault.search.question("default", Asked(phone), NOW, MAX_DAYS)
    vault._store.ask(question)
    return sorted(entry.number for entry in question.answer())


def at_site(vault: Vault, phone: str = PHONE) -> list[str]:
    question = vault.search.question("default", Asked(last4=phone[-4:], site=SITE), NOW, MAX_DAYS)
    vault._store.ask(question)
    return sorted(entry.number for entry in question.answer())


def test_a_part_is_named_by_a_hash_of_96_bits_and_an_entry_is_a_whole_envelope(
    vault: Vault, client: redis.Redis
) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])

    found = indexes(client)

    assert {len(key) for key in found} == {len("wm:{f:") + 16 + len("PP}")}
    assert [len(entry) for content in found.values() for entry in content] == [OVERHEAD_BYTES + 12] * 2


def test_a_part_begins_with_a_member_of_513_bytes_which_is_no_entry(vault: Vault, client: redis.Redis) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])

    for part, entries in indexes(client).items():
        others = ask(client, "SMEMBERS", part) - {*entries}
        assert others == {b"\1" * 513}
        assert [search_state.is_entry(one) for one in (*others, *entries)] == [False, True]


def test_two_records_that_share_a_phone_share_nothing_in_the_index(vault: Vault, client: redis.Redis) -> None:
    write(vault, {"SF0000000001": body(), "SF0000000002": body()}, findable=[FOUND_BY] * 2)

    for entries in indexes(client).values():
        # Both name the day's key, and then the 14 bits of their group.
        first, second = (entry[GROUPED:] for entry in entries)
        windows = [{one[at : at + 4] for at in range(len(one) - 3)} for one in (first, second)]
        assert windows[0] & windows[1] == set()
        assert entries[0][:GROUPED] == entries[1][:GROUPED]


def test_the_two_entries_of_a_record_share_nothing_either(vault: Vault, client: redis.Redis) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])

    (first,), (second,) = indexes(client).values()

    first, second = first[HEADER_BYTES:], second[HEADER_BYTES:]
    windows = [{one[at : at + 4] for at in range(len(one) - 3)} for one in (first, second)]
    assert windows[0] & windows[1] == set()


def test_the_order_in_which_entries_are_written_does_not_say_which_record_they_are_of(vault: Vault) -> None:
    keys = vault._keyring.tenant("default").search
    phones = [f"139{at:08}" for at in range(100)]
    key = vault.data_keys.for_today("default", NOW, len(phones))
    batch = [
        Indexed(f"SF{at:010}", bytes([at] * 12), 0, LATER, key.header, Findable((phone,)))
        for at, phone in enumerate(phones)
    ]

    commands = vault.search.adding("default", batch, key, NOW)

    written = [command[1] for command in commands if command[0] == b"SADD"]
    assert sorted({*places_of(keys, batch).keys}) == written
    assert [*dict.fromkeys(places_of(keys, batch).keys)] != written
    entries = [[*command[3:]] for command in commands if command[0] == b"SADD"]
    assert max(map(len, entries)) > 1
    assert entries == [sorted(each) for each in entries]


def test_what_is_indexed_is_in_no_repr() -> None:
    indexed = Indexed("SF0000000001", bytes(12), 0, LATER, bytes(10), FOUND_BY)
    draft = Draft(bytes(12), b"", Record(b"", 0, LATER, body()), number="SF0000000001", findable=FOUND_BY)
    places = places_of(known_keyring().tenant("default").search, [indexed])

    shown = repr([indexed, FOUND_BY, places, draft, *numbers_of([PHONE])])

    assert shown == "[<Indexed>, <Findable>, <Places>, <Draft>, <Phone>]"


@pytest.mark.parametrize("number", ["SF0001", "SF0000000000001"])
def test_numbers_of_up_to_15_characters_look_equally_long(vault: Vault, client: redis.Redis, number: str) -> None:
    write(vault, {number: body()}, findable=[FOUND_BY])

    assert {len(entry) for entries in indexes(client).values() for entry in entries} == {50}


def test_another_tenant_has_other_indexes(vault: Vault, client: redis.Redis) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])
    before = set(indexes(client))
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY], tenant="other")

    assert len(set(indexes(client)) - before) == 2
    assert numbers(vault) == ["SF0000000001"]


def both(vault: Vault) -> list[list[str]]:
    """What is found by the phone, and by its last four digits."""
    return [numbers(vault), at_site(vault)]


def move_entry(client: redis.Redis) -> None:
    ((_, (entry,)), (target, (other,))) = indexes(client).items()
    ask(client, "SADD", target, entry[:HEADER_BYTES] + other[HEADER_BYTES:GROUPED] + entry[GROUPED:])


def add_changed(client: redis.Redis, change: Callable[[bytes], bytes]) -> None:
    for key, entries in indexes(client).items():
        for entry in entries:
            ask(client, "SADD", key, change(entry))


def change_entry(client: redis.Redis) -> None:
    add_changed(client, lambda entry: entry[:-1] + bytes((entry[-1] ^ 1,)))


def cut_entry(client: redis.Redis) -> None:
    add_changed(client, lambda entry: entry[:GROUPED] + b"x")


def change_nonce(client: redis.Redis) -> None:
    add_changed(client, lambda entry: entry[:GROUPED] + b"123456" + entry[GROUPED + 6 :])


@pytest.mark.parametrize("attack", [move_entry, change_entry, cut_entry, change_nonce])
def test_an_entry_that_was_changed_or_moved_is_an_alarm(
    vault: Vault, client: redis.Redis, attack: Callable[[redis.Redis], None]
) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])
    attack(client)

    with pytest.raises(IntegrityError):
        both(vault)


def test_a_batch_whose_reply_was_lost_has_each_entry_once(wire: LossyWire, store: Store, client: redis.Redis) -> None:
    vault = stores.vault(stores.admitted(wire.url))
    write(vault, {"SF0000000000": body()}, findable=[FOUND_BY])

    wire.lose(1)
    write(vault, {f"SF{at:010}": body() for at in range(1, 6)}, findable=[FOUND_BY] * 5)

    assert wire.lost == 1
    assert [len(content) for content in indexes(client).values()] == [6, 6]


def test_more_entries_than_one_search_reads_are_refused(vault: Vault) -> None:
    batch = {f"SF{at:010}": body() for at in range(MAX_READ)}
    write(vault, batch, findable=[FOUND_BY] * MAX_READ)
    assert len(numbers(vault)) == MAX_READ

    write(vault, {"SF9999999999": body()}, findable=[FOUND_BY])

    with pytest.raises(TooManyEntries):
        numbers(vault)


def test_the_expiry_of_a_part_is_set_once_a_day(vault: Vault, client: redis.Redis) -> None:
    def expiries(number: str, now: int) -> int:
        before = client.info("commandstats").get("cmdstat_expireat", {"calls": 0})["calls"]
        write(vault, {number: body()}, findable=[FOUND_BY], now=now)
        return int(client.info("commandstats")["cmdstat_expireat"]["calls"] - before)

    set_at = [expiries("SF0000000001", NOW), expiries("SF0000000002", NOW), expiries("SF0000000003", NOW + DAY)]

    assert set_at == [2, 0, 2]
    assert all(ask(client, "TTL", key) > 0 for key in indexes(client))


def test_a_part_is_a_table_from_its_first_entry_on(vault: Vault, client: redis.Redis) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])

    assert {ask(client, "OBJECT", "ENCODING", key) for key in indexes(client)} == {b"hashtable"}


def test_entries_of_one_part_are_one_command(vault: Vault, client: redis.Redis) -> None:
    write(vault, {"SF0000000000": body()}, findable=[FOUND_BY])
    before = client.info("commandstats")["cmdstat_sadd"]["calls"]

    write(vault, {f"SF{at:010}": body() for at in range(1, 50)}, findable=[FOUND_BY] * 49)

    assert client.info("commandstats")["cmdstat_sadd"]["calls"] - before == 2
    assert [len(content) for content in indexes(client).values()] == [50, 50]


def key_ids(client: redis.Redis) -> set[bytes]:
    """The data keys that sealed the entries."""
    return {entry[2:HEADER_BYTES] for entries in indexes(client).values() for entry in entries}


def test_an_entry_is_sealed_with_the_data_key_of_its_record_on_whatever_day_it_is_added(
    vault: Vault, client: redis.Redis
) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])
    before = indexes(client)
    [found] = vault.newest("default", ["SF0000000001"], NOW)
    assert found is not None

    vault.search.replace("default", [], [found.indexed("SF0000000001", FOUND_BY)], NOW + DAY)

    assert indexes(client) == before
    assert key_ids(client) == {found.record.header[-KEY_ID_BYTES:]}


def test_the_entries_of_a_shredded_record_stay_and_those_beside_them_go(
    store: Store, vault: Vault, client: redis.Redis
) -> None:
    batch = ["SF0000000001", "SF0000000002"]
    for number, now in zip(batch, (NOW - DAY, NOW), strict=True):
        write(vault, {number: body()}, findable=[FOUND_BY], now=now)
    old, new = (
        one.indexed(one_of, FOUND_BY)
        for one_of, one in zip(batch, vault.newest("default", batch, NOW), strict=True)
        if one
    )
    shredding = stores.vault(store, known_keyring(shredded_before=NOW // DAY))

    shredding.search.replace("default", [old, new], [], NOW)

    assert numbers(vault) == at_site(vault) == [batch[0]]
    assert key_ids(client) == {old.header[-KEY_ID_BYTES:]}


def test_an_entry_keeps_the_suite_of_its_record(store: Store, vault: Vault, client: redis.Redis) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])
    before = indexes(client)
    other = stores.vault(store, known_keyring(algorithm=SM4_GCM))
    [found] = other.newest("default", ["SF0000000001"], NOW)
    assert found is not None

    other.search.replace("default", [], [found.indexed("SF0000000001", FOUND_BY)], NOW)
    assert indexes(client) == before
    assert other.prepare_erasure("default", "SF0000000001", now=NOW, until=LATER, site=SITE).write()

    assert [*indexes(client).values()] == [[], []]


def test_a_batch_that_is_sent_again_on_another_day_leaves_each_entry_once(vault: Vault, client: redis.Redis) -> None:
    batch = {f"SF{at:010}": body() for at in range(5)}
    write(vault, batch, findable=[FOUND_BY] * 5)
    before = indexes(client)

    write(vault, batch, findable=[FOUND_BY] * 5, now=NOW + DAY)

    assert indexes(client) == before


def test_entries_that_are_added_later_are_counted_as_uses_of_their_records_key(
    store: Store, vault: Vault, client: redis.Redis
) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])
    [found] = vault.newest("default", ["SF0000000001"], NOW)
    assert found is not None
    vault.data_keys.refresh(store)
    before = client.hvals("wm:{keys}uses")

    vault.search.replace("default", [], [found.indexed("SF0000000001", FOUND_BY)], NOW + DAY)
    vault.data_keys.refresh(store)

    assert (before, client.hvals("wm:{keys}uses")) == ([b"3"], [b"5"])


def test_no_entry_is_in_the_group_of_what_keeps_a_part(vault: Vault, client: redis.Redis) -> None:
    write(vault, {"SF0000000001": body()}, findable=[FOUND_BY])

    kept = {entry for key in indexes(client) for entry in ask(client, "SMEMBERS", key) if len(entry) > 100}

    assert {entry[HEADER_BYTES + 1] % 4 for entry in kept} == {1}


def groups(count: int) -> dict[str, tuple[bytes, bytes]]:
    """The part of each of so many phones, and its group there."""
    keys = known_keyring().tenant("default").search
    found = {}
    for phone in (f"139{at:08}" for at in range(count)):
        places = places_of(keys, [Indexed("SF0000000001", bytes(12), 0, LATER, bytes(10), Findable((phone,)))])
        found[phone] = places.keys[0], group_of(places.tags)
    return found


def test_phones_of_one_group_are_told_apart(vault: Vault) -> None:
    seen: dict[tuple[bytes, bytes], str] = {}
    found = groups(5_000)
    second = next(phone for phone, at in found.items() if seen.setdefault(at, phone) != phone)
    phones = [seen[found[second]], second]
    batch = {f"SF{at:010}": body(phone=phone) for at, phone in enumerate(phones)}
    write(vault, batch, findable=[Findable((phone,)) for phone in phones])

    assert [numbers(vault, phone) for phone in phones] == [[number] for number in batch]


def test_a_phone_with_thousands_of_entries_hides_no_other_one(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_state, "SCAN", 100)
    found = groups(20_000)
    crowded, place = next(iter(found.items()))
    other = next(phone for phone, at in found.items() if at[0] == place[0] and at[1] != place[1])
    for at in range(3):
        batch = {f"SF{at}{each:09}": body() for each in range(200)}
        write(vault, batch, findable=[Findable((crowded,))] * len(batch))
    write(vault, {"SF9999999999": body()}, findable=[Findable((other,))])

    assert numbers(vault, other) == ["SF9999999999"]
    with pytest.raises(TooManyEntries):
        numbers(vault, crowded)


@pytest.mark.server
def test_a_cluster_takes_records_and_entries_in_one_exchange(make_cluster: Callable[..., servers.Group]) -> None:
    store = stores.admitted(make_cluster(3).url)
    vault = stores.vault(store)
    write(vault, {"SF0000000000": body()}, findable=[FOUND_BY])
    phones = [f"139{at:08}" for at in range(50)]
    batch = {f"SF{at:010}": body(phone=phone) for at, phone in enumerate(phones, 1)}

    with counted(store) as trips:
        write(vault, batch, findable=[Findable((phone,), (phone[-4:],), SITE) for phone in phones])

    assert trips == [1]
    assert [numbers(vault, phone) for phone in phones] == [[number] for number in batch]
    for number in batch:
        assert vault.prepare_erasure("default", number, now=NOW, until=LATER, site=SITE).write()
    assert [numbers(vault, phone) for phone in phones] == [[]] * 50
    assert at_site(vault, phones[0]) == []
    store.close()


@pytest.mark.server
def test_after_a_failover_every_acknowledged_waybill_is_found_and_every_part_expires(
    make_sentinel: Callable[..., servers.Group],
) -> None:
    group = make_sentinel()
    store = stores.admitted(group.url, replicas=1)
    vault = stores.vault(store)
    phones = [f"139{at:08}" for at in range(200)]
    found_by = [Findable((phone,), (phone[-4:],), SITE) for phone in phones]
    waybills = [(f"SF{at:010}", body(phone=phone)) for at, phone in enumerate(phones)]

    def send(at: int) -> bool:
        try:
            write(vault, waybills[at : at + 5], findable=found_by[at : at + 5])
        except StoreUnavailable:
            return False
        return True

    for at in range(0, len(waybills), 5):
        if at == len(waybills) // 10 * 5:
            group.primaries[0].kill()
        if not send(at):  # sent again, as a printer does, until it is acknowledged
            servers.wait_until(partial(send, at), "the store takes it", 40)

    assert [numbers(vault, phone) for phone in phones] == [[number] for number, _ in waybills]
    promoted = next(node.client for node in group.replicas if ask(node.client, "ROLE")[0] == b"master")
    assert {ask(promoted, "TTL", key) > 0 for key in indexes(promoted)} == {True}
    store.close()
