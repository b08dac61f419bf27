"""Appending one entry after the other."""

import msgspec
import pytest
import redis

from keys.errors import IntegrityError
from keys.signatures import Verifier
from masking_audit.format.entries import Entry
from masking_audit.format.links import FIRST_LINK, commit_message, encode, link
from masking_service.audit.log import AuditLog
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.audit.log.written import asked, order
from tests.audit.logs import entry, log_on, number_of, stream, writer_of, writers
from tests.keys.known import known_keyring
from tests.store.stores import NOW, ask, counted, named
from tests.together import in_threads


def test_an_entry_is_stored_when_append_returns(log: AuditLog, client: redis.Redis) -> None:
    name = log.append(entry())

    assert asked(client, writer_of(name)) == [(number_of(name), encode(entry()))]


def test_an_entry_is_one_round_trip(store: Store, log: AuditLog) -> None:
    log.append(entry())
    with counted(store) as trips:
        log.append(entry())

    assert trips == [1]


def test_a_chain_begins_with_an_entry_that_says_so_and_is_of_no_tenant(log: AuditLog, client: redis.Redis) -> None:
    writer = writer_of(log.append(entry()))

    first = msgspec.json.decode(stream(client, writer)[0].entry, type=Entry)
    said = (first.action, first.outcome, first.principal, first.at, first.tenant)
    assert said == ("start", "done", "service/audit", NOW, "")


def test_nothing_is_stored_before_the_first_entry(log: AuditLog, client: redis.Redis) -> None:
    log.close()

    assert client.keys("*") == []


def test_ids_rise_by_one(log: AuditLog) -> None:
    ids = [log.append(entry(at=at)) for at in range(5)]

    assert ids == [f"{writer_of(ids[0])}-{number}" for number in range(2, 7)]


def test_a_writer_is_listed_with_its_first_entry(log: AuditLog, client: redis.Redis) -> None:
    before = writers(client)
    writer = writer_of(log.append(entry()))

    assert (before, writers(client)) == (set(), {writer})


def test_a_writer_that_was_taken_off_the_list_is_listed_again(log: AuditLog, client: redis.Redis) -> None:
    writer = writer_of(log.append(entry()))
    ask(client, "SREM", named().writers(), writer)
    log.append(entry())

    assert writers(client) == {writer}


def test_each_process_writes_its_own_stream(store: Store, client: redis.Redis) -> None:
    ids = {writer_of(log_on(store, str(number)).append(entry())) for number in range(3)}

    assert (len(ids), writers(client)) == (3, ids)


def test_every_entry_is_linked_to_the_one_before_it(log: AuditLog, client: redis.Redis) -> None:
    in_threads(20, lambda number: log.append(entry(at=number)))

    (writer,) = writers(client)
    head = FIRST_LINK
    for number, kept in enumerate(stream(client, writer), 1):
        head = link(head, writer, number, kept.entry)
        assert (kept.number, kept.link) == (number, head)


@pytest.mark.parametrize(
    "message",
    [
        commit_message("0" * 16, 2, bytes(32)),
        commit_message("w", 3, bytes(32)),
        commit_message("w", 2, bytes([1]) * 32),
    ],
    ids=["another writer", "another number", "another link"],
)
def test_the_signature_of_a_commit_is_of_no_other(message: bytes) -> None:
    signer = known_keyring().audit_signer
    signature = signer.sign(commit_message("w", 2, bytes(32)))

    with pytest.raises(IntegrityError):
        Verifier(signer.public_pem()).verify(signature, message)


def test_each_appender_gets_the_id_of_its_own_entry(log: AuditLog, client: redis.Redis) -> None:
    ids: dict[int, str] = {}
    in_threads(30, lambda number: ids.update({number: log.append(entry(at=number))}))

    (writer,) = writers(client)
    stored = {f"{writer}-{one.number}": one.entry for one in stream(client, writer)}
    assert {number: stored[name] for number, name in ids.items()} == {n: encode(entry(at=n)) for n in range(30)}


def test_the_order_of_a_tenant_names_its_entries_as_they_came_from_all_writers(
    store: Store, client: redis.Redis
) -> None:
    one, other = log_on(store, "one"), log_on(store, "other")
    ids = [log.append(entry(at=at)) for at, log in enumerate([one, other, other, one])]

    kept = {f"{w}-{entry.number}": entry.order for w in writers(client) for entry in stream(client, w) if entry.order}
    assert [name for _, name in order(client)] == ids
    assert kept == {name: at for at, name in order(client)}


def test_every_tenant_has_an_order_of_its_own(log: AuditLog, client: redis.Redis) -> None:
    ids = [log.append(entry(tenant=tenant)) for tenant in ("a", "b", "a")]

    named = {tenant: [name for _, name in order(client, tenant)] for tenant in ("a", "b")}
    assert named == {"a": [ids[0], ids[2]], "b": [ids[1]]}


def test_nothing_is_appended_while_the_store_is_shut(valkey: str) -> None:
    log = log_on(Store(valkey))

    with pytest.raises(StoreUnavailable, match="not-admitted"):
        log.append(entry())


def test_an_entry_is_not_one_entry_that_two_appends_share(log: AuditLog, client: redis.Redis) -> None:
    same: Entry = entry()
    ids = {log.append(same), log.append(same)}

    (writer,) = writers(client)
    assert (len(ids), len(asked(client, writer))) == (2, 2)
