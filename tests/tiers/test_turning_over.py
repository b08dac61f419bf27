"""Tests that what intake hosts sealed turns over with all other keys."""

from __future__ import annotations

import redis

from keys.aead import FORMAT, HOUR_FORMAT
from keys.signatures import Verifier
from masking_audit.verify.store_check import Facts, StoreMismatch, check_store, read_new_entries
from masking_audit.verify.verifier import Verification
from masking_service.audit.streams import Streams
from masking_service.store.layout import WORKERS
from tests.tiers.split import Split
from tests.tiers.test_commands import run
from tests.web.api import NUMBER, SITE, Api, outcome, record, results, token
from tests.web.test_holds import decide, propose, second

POINTER = "/recipient/phone"
PHONE = "021-59791234-801"


def formats(url: str, pattern: str) -> set[int]:
    with redis.Redis.from_url(url) as client:
        return {(client.get(key) or b"\0")[0] for key in client.scan_iter(pattern)}


def change_keys(split: Split, url: str, *words: str) -> None:
    """Run a command that changes keys, while no process is told to follow."""
    with redis.Redis.from_url(url) as client:
        client.delete(WORKERS)
    done = run(split, "keys", *words)
    assert done.exit_code == 0, (done.output, done.exception)


def unexplained(split: Split) -> list[StoreMismatch]:
    """What the log does not explain of the store, a minute later. The clients of the set-up have no entries."""
    parts = split.opening.parts
    facts, verification = Facts(), Verification(Verifier(parts.keyring.audit_signer.public_pem()))
    for line in read_new_entries(Streams(parts.store), verification):
        facts.add(line)
    found = check_store(parts.store, facts, lambda: None, lambda: split.now + 60)
    return [one for one in found if one.what != "list of clients"]


def opened(api: Api, text: str) -> object:
    api.open_case("D-1", NUMBER)
    return api.opened(token(text))[0]["value"]


def test_records_of_intake_hosts_are_sealed_anew(split: Split, valkey: str) -> None:
    [stored] = split.tokenize(record())
    assert formats(valkey, "wm:{????????????????}0") == {HOUR_FORMAT}

    change_keys(split, valkey, "reseal")

    assert formats(valkey, "wm:{????????????????}0") == {FORMAT}
    assert opened(split.in_one_tier(), stored["tokens"][POINTER]) == PHONE


def test_custody_stays_when_the_records_of_intake_hosts_are_sealed_anew(split: Split, valkey: str) -> None:
    split.tokenize(record(), custody={"site": SITE})

    change_keys(split, valkey, "reseal")

    assert (formats(valkey, "wm:{????????????????}@"), unexplained(split)) == ({FORMAT}, [])
    assert outcome(split.in_one_tier().get("courier", f"/v1/waybills/{NUMBER}"))[0] == 200


def test_custody_stays_when_a_hold_seals_the_record_of_an_intake_host(split: Split, valkey: str) -> None:
    split.tokenize(record(), custody={"site": SITE})

    propose(split.opening)
    decide(split.opening, "set", second(split.opening))

    assert (formats(valkey, "wm:{????????????????}[0@]"), unexplained(split)) == ({FORMAT}, [])
    assert outcome(split.opening.get("courier", f"/v1/waybills/{NUMBER}"))[0] == 200


def test_records_and_custody_of_intake_hosts_move_with_the_index_secret(split: Split, valkey: str) -> None:
    [stored] = split.tokenize(record(), custody={"site": SITE})

    change_keys(split, valkey, "rotate", "index", "--hosts-have", "99")  # the host is stopped
    after = split.in_one_tier()

    assert formats(valkey, "wm:{????????????????}[0@]") == set()
    assert formats(valkey, "wm:{????????????????.1}0") == {HOUR_FORMAT}
    assert opened(after, stored["tokens"][POINTER]) == PHONE
    assert outcome(after.get("courier", f"/v1/waybills/{NUMBER}"))[0] == 200


def test_entries_of_intake_hosts_are_found_after_the_search_secret_has_changed(split: Split, valkey: str) -> None:
    split.keep_indexes()
    split.tokenize(record())
    split.opening.parts.file_index_work()

    change_keys(split, valkey, "rotate", "search")
    after = split.in_one_tier()

    found = after.post(after.mint("service-desk"), "/v1/search", {"phone": "02159791234"})
    assert [one["waybill_no"] for one in results(found)] == [NUMBER]
