"""Tests a service in two tiers: what the intake host stores, the opening tier opens, and decides."""

from __future__ import annotations

import http.client
import re
import time
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis

from keys import tiers
from keys.aead import HOUR_FORMAT
from keys.errors import IntegrityError, KeysetError
from keys.hour_keys import WRAP_BYTES
from masking_service.service.people.clients import Clients
from masking_service.service.tiers import published
from masking_service.service.tiers.published import Published, PublishedAccess, Sources
from masking_service.service.tiers.publisher import FRESH_SECONDS
from masking_service.store import health
from masking_service.store.errors import StoreUnavailable, WrongStore
from tests.tiers.split import TODAY, Split
from tests.web.api import MASKED, NUMBER, SITE, field, outcome, record, results, token
from tests.web.people import SUPERVISOR

OTHER_NUMBER = "YT8800212345679"
POINTER = "/sender/phone"


def stored_value(valkey: str, pattern: str) -> list[bytes]:
    with redis.Redis.from_url(valkey) as client:
        return [value for key in client.scan_iter(pattern) if (value := client.get(key)) is not None]


def error_of(result: Any) -> str:
    code: str = result["error"]["code"]
    return code


def test_a_token_of_the_intake_host_opens_at_the_opening_tier(split: Split) -> None:
    [stored] = split.tokenize(record())
    split.opening.open_case("D-1", NUMBER)

    assert (stored["created"], stored["record"]["sender"]) == (True, MASKED["sender"])
    assert split.opening.opened(token(stored["tokens"][POINTER]))[0]["value"] == "13812345678"


def test_records_are_sealed_with_hour_keys_that_are_stored_wrapped(split: Split, valkey: str) -> None:
    split.tokenize(record(), record(OTHER_NUMBER))

    sealed = list(stored_value(valkey, "wm:{????????????????}0"))
    [wrap] = stored_value(valkey, "wm:{k:*")

    assert {value[0] for value in sealed} == {HOUR_FORMAT}
    assert len({value[:10] for value in sealed}) == 1
    assert len(wrap) == WRAP_BYTES


def test_first_submissions_ask_the_opening_tier_nothing(split: Split) -> None:
    split.tokenize(record(), record(OTHER_NUMBER), custody={"site": SITE})

    assert split.exchanges == 0


def test_a_batch_that_is_sent_again_gets_the_same_tokens_for_one_exchange(split: Split) -> None:
    first = split.tokenize(record(), record(OTHER_NUMBER))
    again = split.tokenize(record(), record(OTHER_NUMBER))

    assert [one["tokens"] for one in again] == [one["tokens"] for one in first]
    assert [(one["created"], one["expires_at"]) for one in again] == [(False, one["expires_at"]) for one in first]
    assert split.exchanges == 1


def test_other_values_are_a_conflict(split: Split) -> None:
    split.tokenize(record())

    [refused, stored] = split.tokenize(record(sender__name="李四"), record(OTHER_NUMBER))

    assert (error_of(refused), stored["created"]) == ("conflict", True)


def test_other_values_are_revised_by_the_opening_tier(split: Split) -> None:
    split.tokenize(record())

    [revised] = split.tokenize(record(sender__phone="13900000000"), on_conflict="revise")
    split.opening.open_case("D-1", NUMBER)

    assert (revised["revision"], revised["created"]) == (1, True)
    assert split.opening.opened(token(revised["tokens"][POINTER]))[0]["value"] == "13900000000"


def test_an_erased_number_stays_erased(split: Split) -> None:
    split.tokenize(record())
    erased = split.opening.call(split.opening.mint("privacy-officer"), "DELETE", f"/v1/waybills/{NUMBER}")

    assert erased.status_code == 200
    assert error_of(split.tokenize(record())[0]) == "erased"


@pytest.mark.parametrize("puts_back", [True, False], ids=["the record is put back", "the tombstone is deleted"])
def test_what_an_intake_host_does_to_a_tombstone_does_not_undo_an_erasure(
    split: Split, valkey: str, puts_back: bool
) -> None:
    [stored] = split.tokenize(record())
    place = (split.opening.parts.store.read([(b"KEYS", b"wm:{????????????????}0")])[0])[0]
    with redis.Redis.from_url(valkey) as root:  # with the rights that the shipped ACL gives an intake host
        kept = root.get(place)
        erased = split.opening.call(split.opening.mint("privacy-officer"), "DELETE", f"/v1/waybills/{NUMBER}")
        root.set(place, kept or b"") if puts_back else root.delete(place)

        split.opening.open_case("D-1", NUMBER)
        opened = split.opening.opened(token(stored["tokens"][POINTER]), field(NUMBER, POINTER))
        viewed = outcome(split.opening.get("supervisor", f"/v1/waybills/{NUMBER}"))[0]
        [again] = split.tokenize(record())

        assert erased.status_code == 200
        assert [one["error"]["code"] for one in opened] == ["not-found"] * 2
        assert viewed == 404
        assert error_of(again) == "erased"


def test_a_number_twice_in_a_batch_is_settled_by_the_opening_tier(split: Split) -> None:
    [first, second] = split.tokenize(record(), record())

    assert (first["created"], second["created"], second["tokens"]) == (True, False, first["tokens"])


def test_without_the_opening_tier_new_records_are_stored_and_known_ones_are_not_compared(split: Split) -> None:
    split.tokenize(record())
    split.stop_opening()

    [known, new] = split.tokenize(record(), record(OTHER_NUMBER))

    assert (error_of(known), new["created"]) == ("unavailable", True)


@pytest.fixture
def waited(split: Split, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests to an opening tier that takes them and does not answer, over connections that are kept."""
    split.tokenize(record())
    split.tokenize(record())
    found: list[str] = []

    def no_answer(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        found.append(connection.host)
        raise TimeoutError

    monkeypatch.setattr(http.client.HTTPSConnection, "getresponse", no_answer)
    return found


def test_a_call_waits_once_for_an_opening_tier_that_does_not_answer(split: Split, waited: list[str]) -> None:
    """Twice would be six seconds, and no call takes longer than five."""
    [known] = split.tokenize(record())

    assert (error_of(known), len(waited)) == ("unavailable", 1)


def test_calls_do_not_wait_for_an_opening_tier_that_did_not_answer_three_times(
    split: Split, waited: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [split.tokenize(record())[0] for _ in range(5)]
    [new] = split.tokenize(record(OTHER_NUMBER))

    assert ([error_of(one) for one in answers], len(waited)) == (["unavailable"] * 5, 3)
    assert new["created"]
    monkeypatch.undo()
    split.intake.forwarding._breaker._retry_at = 0.0
    [known] = split.tokenize(record())
    assert known["created"] is False


def test_a_known_record_is_masked_without_the_opening_tier_where_the_call_allows_it(split: Split) -> None:
    split.tokenize(record())
    split.stop_opening()

    [known] = split.tokenize(record(), if_unavailable="mask")

    assert (known["stored"], known["record"]["sender"]) == (False, MASKED["sender"])


def test_the_first_custody_is_sealed_with_the_record_and_honoured(split: Split) -> None:
    split.tokenize(record(), custody={"site": SITE})

    assert outcome(split.opening.get("courier", f"/v1/waybills/{NUMBER}"))[0] == 200


def test_custody_under_another_key_than_the_record_is_an_alarm(split: Split, valkey: str) -> None:
    split.tokenize(record(), custody={"site": SITE})
    stranger = split.another_intake()
    split.intake, mine = stranger, split.intake
    split.tokenize(record(OTHER_NUMBER), custody={"site": SITE})
    split.intake = mine
    with redis.Redis.from_url(valkey) as client:
        [one, other] = client.scan_iter("wm:{????????????????}@")
        client.set(one, client.get(other) or b"")

    answers = {split.opening.get("courier", f"/v1/waybills/{number}").status_code for number in (NUMBER, OTHER_NUMBER)}

    assert answers == {200, 503}
    stranger.store.close()


def test_index_work_is_filed_by_the_opening_tier(split: Split) -> None:
    split.keep_indexes()
    split.tokenize(record())

    split.opening.parts.file_index_work()

    found = split.opening.post(split.opening.mint("service-desk"), "/v1/search", {"phone": "02159791234"})
    assert [one["waybill_no"] for one in results(found)] == [NUMBER]


def test_no_value_can_be_read_in_the_index_work(split: Split, valkey: str) -> None:
    split.keep_indexes()
    split.tokenize(record())

    with redis.Redis.from_url(valkey) as client:
        [(_, work)] = client.xrange("wm:{work}index")
    assert not any(text in b"".join([*work, *work.values()]) for text in (b"59791234", NUMBER.encode()))


def test_what_a_revoked_host_stored_is_an_alarm(split: Split) -> None:
    split.tokenize(record())
    tiers.revoke(split.opening_settings.keyset, split.entry.name, TODAY)
    split.adopt()
    split.opening.open_case("D-1", NUMBER)

    assert outcome(split.opening.detokenize(field(NUMBER, POINTER))) == (503, "integrity")


def test_a_revoked_host_is_not_answered(split: Split) -> None:
    split.tokenize(record())
    tiers.revoke(split.opening_settings.keyset, split.entry.name, TODAY)
    split.adopt()

    assert error_of(split.tokenize(record())[0]) == "unavailable"


def test_a_host_that_was_not_enrolled_is_not_answered_and_forges_nothing(split: Split) -> None:
    split.become_a_stranger()

    [stored] = split.tokenize(record())
    [known] = split.tokenize(record())
    split.opening.open_case("D-1", NUMBER)

    assert (stored["created"], error_of(known)) == (True, "unavailable")
    assert outcome(split.opening.detokenize(token(stored["tokens"][POINTER]))) == (503, "integrity")


def test_a_wrap_that_was_exchanged_is_an_alarm(split: Split, valkey: str) -> None:
    [stored] = split.tokenize(record())
    other = split.another_intake()
    split.intake = other
    split.tokenize(record(OTHER_NUMBER))
    with redis.Redis.from_url(valkey) as client:
        one, two = sorted(client.scan_iter("wm:{k:*"))
        first, second = client.get(one), client.get(two)
        client.set(one, second or b"")
        client.set(two, first or b"")
    split.opening.open_case("D-1", NUMBER)

    assert outcome(split.opening.detokenize(token(stored["tokens"][POINTER]))) == (503, "integrity")


def test_a_frozen_client_stores_nothing_at_the_intake_host(split: Split) -> None:
    frozen = split.opening.post(split.opening.mint("supervisor"), "/v1/principals/client%2Flabel-printer/freeze", {})
    split.learn()
    split.intake.admit_store()

    assert frozen.status_code == 200
    assert split.send("/v1/tokenize", {"profile": "label", "records": [record()]})[0] == 403


@pytest.mark.parametrize("who", ["dispute-officer", "courier"])
def test_clients_that_store_nothing_are_not_known_to_the_intake_host(split: Split, who: str) -> None:
    assert split.send("/v1/mask", {"profile": "label", "records": [record()]}, who)[0] == 401


@pytest.mark.parametrize("path", ["/v1/detokenize", "/v1/waybills/view", "/v1/cases"])
def test_the_intake_host_serves_nothing_else(split: Split, path: str) -> None:
    assert split.send(path, {})[0] == 404


@pytest.mark.parametrize("path", ["/v1/mask", "/v1/tokenize"])
def test_the_opening_tier_does_not_serve_what_the_intake_host_serves(split: Split, path: str) -> None:
    assert split.opening.post("label-printer", path, {"records": []}).status_code == 404


def test_the_keyset_of_an_intake_host_has_no_secret_that_opens(split: Split) -> None:
    keyset, tenant = split.intake.keyring.keyset, split.intake.keyring.tenant("default")

    assert sorted({use for use, _ in keyset.secrets}) == ["audit-hash", "client", "host", "index", "tag", "token"]
    assert keyset.root_ids.isdisjoint(split.opening.parts.keyring.keyset.root_ids)
    for secret in (lambda: tenant.state, lambda: tenant.search, lambda: split.intake.keyring.audit_signer):
        with pytest.raises(KeysetError, match="an intake host has no such key"):
            secret()


def test_an_intake_host_cannot_name_the_calls_to_a_phone(split: Split) -> None:
    """It could test all phones otherwise: which of them a known person calls for a known waybill."""
    parts = ("call", "13812345678")
    keys, whole = split.intake.keyring.tenant(""), split.opening.parts.keyring.tenant("")

    assert keys.tag(*parts) == whole.tag(*parts) != whole.opening_tag(*parts)
    with pytest.raises(KeysetError, match="an intake host has no such key"):
        keys.opening_tag(*parts)


def test_an_intake_host_cannot_publish(split: Split) -> None:
    key = split.intake.keyring.publication
    assert key is not None

    with pytest.raises(KeysetError):
        key.seal(b"{}", b"wm:{published}state/9", bytes(12))


def test_a_publication_that_went_back_is_an_alarm_also_after_a_new_start(split: Split, valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        before = client.hgetall("wm:{published}state")
        split.opening.parts.registry.prepare(lambda clients: clients.revoke("label-printer")).write()
        split.learn()
        split.intake.admit_store()
        client.delete("wm:{published}state")
        client.hset("wm:{published}state", mapping=before)

    with pytest.raises(IntegrityError, match="older than one already seen"):
        split.intake.admit_store()
    with pytest.raises(IntegrityError, match="older than one already seen"):
        split.another_intake()


def test_an_intake_host_is_not_ready_before_it_has_read_what_is_published(split: Split, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    new = Published(split.intake.store, split.intake.keyring, folder, bytes)
    before = new.known, new.access
    new.load_snapshots()
    without = new.known, new.access
    new.refresh(split.intake.store)
    again = Published(split.intake.store, split.intake.keyring, folder, bytes)
    again.load_snapshots()

    assert (before, without) == ((False, None), (False, None))
    assert (new.known, again.known, new.access) == (True, True, again.access)
    assert new.access is not None


def test_a_changed_publication_is_an_alarm(split: Split, valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        serial, sealed = next(iter(client.hgetall("wm:{published}days").items()))
        client.hset("wm:{published}days", b"%d" % (int(serial) + 1), sealed)
    anew = Published(split.intake.store, split.intake.keyring, split.folder, bytes)

    with pytest.raises(IntegrityError):
        anew.refresh(split.intake.store)


def test_another_store_is_refused(split: Split, valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.set("wm:genesis", b"another")

    with pytest.raises(StoreUnavailable, match="not-admitted"):
        split.intake.admit_store()
    with pytest.raises(WrongStore, match="another first key"):
        split.another_intake()


def test_a_process_seals_nothing_after_its_hour(split: Split) -> None:
    split.intake.lifetime.ends_at = 0

    status, answered = split.send("/v1/tokenize", {"profile": "label", "records": [record()]})

    assert (status, answered["code"]) == (503, "unavailable")
    assert split.send("/v1/mask", {"profile": "label", "records": [record()]})[0] == 200


def test_a_credential_is_checked_by_the_opening_tier_too(split: Split) -> None:
    split.tokenize(record())
    split.opening.parts.registry.prepare(lambda clients: clients.revoke("label-printer")).write()

    assert split.send("/v1/tokenize", {"profile": "label", "records": [record()]})[0] == 401


def test_the_same_store_goes_on_in_one_tier(split: Split) -> None:
    [stored] = split.tokenize(record(), custody={"site": SITE})

    alone = split.in_one_tier()
    [again] = alone.tokenize(record())
    alone.open_case("D-1", NUMBER)

    assert (again["created"], again["tokens"]) == (False, stored["tokens"])
    assert alone.opened(token(stored["tokens"][POINTER]))[0]["value"] == "13812345678"


def test_records_from_before_the_split_are_settled_and_opened(split: Split) -> None:
    [stored] = split.in_one_tier().tokenize(record())

    [again] = split.tokenize(record())
    split.opening.open_case("D-1", NUMBER)

    assert (again["created"], again["tokens"]) == (False, stored["tokens"])
    assert split.opening.opened(token(again["tokens"][POINTER]))[0]["value"] == "13812345678"


def test_the_day_keys_of_today_and_tomorrow_are_published(split: Split) -> None:
    now = split.now

    assert split.intake.published.day_key("default", now).day == now // 86_400
    assert split.intake.published.day_key("default", now + 86_400).day == now // 86_400 + 1
    with pytest.raises(StoreUnavailable, match="no-day-key"):
        split.intake.published.day_key("default", now + 2 * 86_400)


def test_who_may_store_in_which_store_is_published_whole(
    split: Split, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, api, now = split.opening.parts, split.opening, split.now // FRESH_SECONDS * FRESH_SECONDS
    monkeypatch.setattr("masking_service.runtime.wiring.clock", lambda: now + 7)
    api.post(SUPERVISOR, "/v1/principals/client%2Flabel-printer/freeze", {})
    split.learn()
    split.intake.admit_store()

    clients, keyset = parts.registry.clients, parts.keyring.keyset
    stores = {"label-printer", "other-tenant-printer"}
    freezes = {tenant: parts.freezes.published(tenant)[0] for tenant in parts.tenants}
    with redis.Redis.from_url(valkey) as client:
        genesis = client.get("wm:genesis") or b""
    assert split.intake.published.access == PublishedAccess(
        at=now,
        sources=Sources(keyset.serial, parts.registry.serial, freezes),
        made_for="development",
        genesis=sha256(genesis).digest(),
        marks={},
        audit_slots=1,
        versions={"audit-hash": [0], "client": [0], "index": [0], "tag": [0], "token": [0]},
        clients=Clients((one for one in clients if one.id in stores), clients.pepper).to_state(),
        frozen={"default": ["client/label-printer"]},
        days=1,
    )


def test_what_has_not_changed_is_read_and_not_published_again(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    """One round trip looks at each of two documents, and two write one. The store's marks are not read again."""
    parts, now = split.opening.parts, split.now
    monkeypatch.setattr("masking_service.runtime.wiring.clock", lambda: now)
    parts.publish()
    trips = []
    for frozen in ("", "dev/u-1", ""):
        if frozen:
            split.opening.post(SUPERVISOR, f"/v1/principals/{quote(frozen, safe='')}/freeze", {"why": "lent"})
            parts.freezes.refresh(parts.tenants)
        before = parts.store.round_trips
        parts.publish()
        trips.append(parts.store.round_trips - before)

    assert trips == [2, 4, 2]


def test_nothing_is_stored_on_an_old_publication_and_masking_goes_on(
    split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "MAX_AGE_SECONDS", -1)

    with pytest.raises(StoreUnavailable, match="published-late"):
        split.intake.admit_store()
    split.intake.store.identity.open_until(0.0)  # as after ten seconds of this

    assert split.send("/v1/tokenize", {"profile": "label", "records": [record()]})[0] == 503
    assert split.client.get("/readyz").status_code == 503
    assert split.client.get("/readyz?for=mask").status_code == 200
    assert split.send("/v1/mask", {"profile": "label", "records": [record()]})[0] == 200


def test_a_slow_test_keeps_its_leases_on_the_store(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test of both tiers took more than ten seconds on a loaded machine, and was answered 503 ``not-admitted``."""
    split.tokenize(record())
    monkeypatch.setattr("masking_service.store.client.monotonic", lambda: time.monotonic() + 60)

    [again] = split.tokenize(record())  # the opening tier compares

    assert again["created"] is False


def test_conflicts_of_all_clients_are_counted_for_the_host(split: Split) -> None:
    split.tokenize(record())
    split.spend_host_budget()

    status, answered = split.send("/v1/tokenize", {"profile": "label", "records": [record(sender__name="李四")]})

    assert (status, answered["code"]) == (429, "quota-exceeded")


def test_the_shipped_rights_of_an_intake_host_are_enough(split: Split, valkey: str) -> None:
    with split.limited_to_shipped_rights() as client:
        [stored] = split.tokenize(record(), custody={"site": SITE})
        [again] = split.tokenize(record())
        assert (stored["created"], again["created"], health.every_fault(split.intake.store)) == (True, False, [])

        [key] = client.scan_iter("wm:{????????????????}0")
        assert split.intake.store.read([(b"GET", key[:-1] + b"~")]) == [None]
        refused = [split.intake.store.poll([command])[0] for command in forbidden(key)]

    assert [getattr(reply, "reason", reply) for reply in refused] == ["rights"] * len(refused)


def test_the_shipped_rights_deny_an_intake_host_all_that_decides(split: Split) -> None:
    """A person with the host's password deletes nothing, and changes no erasure, disclosure, case, freeze or budget."""
    split.tokenize(record(), record(OTHER_NUMBER), custody={"site": SITE})
    api = split.opening
    api.open_case("D-1", OTHER_NUMBER)
    assert api.opened(field(OTHER_NUMBER, POINTER))[0]["value"] == "13812345678"
    for who, method, path in (
        ("privacy-officer", "DELETE", f"/v1/waybills/{NUMBER}"),
        ("supervisor", "POST", "/v1/principals/client%2Fcourier/freeze"),
    ):
        assert api.call(api.mint(who), method, path, {} if method == "POST" else None).status_code == 200

    with split.limited_to_shipped_rights() as client:
        stored = sorted(client.scan_iter("wm:*"))
        before = {key: client.dump(key) for key in stored}
        commands = [command for key in stored for command in changing(key) if not may(command)]
        replies = split.intake.store.poll(commands)

        allowed = [
            command
            for command, reply in zip(commands, replies, strict=True)
            if getattr(reply, "reason", "") != "rights"
        ]
        assert allowed == []
        assert {key: client.dump(key) for key in stored} == before
    kinds = {name for key in stored for name in (b"case:", b"budget:", b"freezes", b"}!", b"}~") if name in key}
    assert len(kinds) == 5, stored


def changing(key: bytes) -> list[Any]:
    """Commands that delete or change what is at a key."""
    return [
        (b"DEL", key),
        (b"UNLINK", key),
        (b"EXPIRE", key, 1),
        (b"PERSIST", key),
        (b"RENAME", key, b"wm:other"),
        (b"SET", key, b"forged"),
        (b"HSET", key, b"a", b"forged"),
        (b"HDEL", key, b"a"),
        (b"XADD", key, b"*", b"a", b"forged"),
    ]


def may(command: Any) -> bool:
    """Whether an intake host may send it: it writes at the places of records, first custodies, wraps and index work."""
    places = rb"wm:(\{.{16}\}[0-9a-f@]|\{k:.*|\{work\}index|probe.*|fence.*)"
    return command[0] in (b"SET", b"XADD") and re.fullmatch(places, command[1]) is not None


def forbidden(record_key: bytes) -> list[Any]:
    """Commands that no intake host may send: they read or change what the opening tier decides by."""
    stem = record_key[:-1]
    return [
        (b"DEL", record_key),
        (b"SET", stem + b"10", b"a tombstone"),
        (b"SET", stem + b"~", b"the mark of an erasure"),
        (b"HSET", stem + b"!", b"a", b"disclosure"),
        (b"GET", stem + b"@"),
        (b"HGETALL", b"wm:{keys}data"),
        (b"HSET", b"wm:{published}state", b"9", b"forged"),
        (b"GET", b"wm:{k:AAAAAAAAAAA}"),
        (b"XRANGE", b"wm:{work}index", b"-", b"+"),
        (b"SET", b"wm:{t:AAAAAAAAAAAAAAAA}budget:x", b""),
        (b"SET", b"wm:clients", b""),
        (b"SET", b"wm:genesis", b""),
    ]
