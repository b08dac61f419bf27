"""Tests the comparison of a store with its log."""

from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from keys.aead import HOUR_FORMAT, OVERHEAD_BYTES
from masking_audit.format.links import entry_id
from masking_audit.verify.findings import FindingKind
from masking_audit.verify.store_check import (
    Facts,
    MismatchKind,
    StoreMismatch,
    check_store,
    is_not_in_log,
    read_new_entries,
)
from masking_audit.verify.verifier import Verification
from masking_service.audit.streams import Streams
from masking_service.service.cases.state import Opening
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import (
    CALLERS,
    CLIENTS,
    FREEZES,
    call_records_key,
    custody_key,
    disclosures_key,
    record_key,
    record_stems,
    tenant_key,
)
from tests.audit import logs
from tests.audit.logs import VERIFIER
from tests.audit.verify.changes import BASE, KEYRING, Service
from tests.servers import Group
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, ask

KEYS = KEYRING.tenant("default")
(STEM,) = record_stems([BASE])
OF_INTAKE = bytes((HOUR_FORMAT,)).ljust(OVERHEAD_BYTES, b"?")
FROZEN = tenant_key(KEYS.tag("tenant"), FREEZES)


@pytest.fixture
def service(store: Store, tmp_path: Path) -> Service:
    """A service that has done each action once."""
    service = Service(store, tmp_path)
    service.do_everything()
    return service


def held(service: Service, meanwhile: Callable[[], None] = lambda: None) -> list[StoreMismatch]:
    """What the log of the service does not explain; `meanwhile` happens after the log was read."""
    facts, verification = Facts(), Verification(VERIFIER)

    def learn() -> None:
        for line in read_new_entries(Streams(service.store), verification):
            facts.add(line)

    learn()
    meanwhile()
    found = [*check_store(service.store, facts, learn, lambda: service.now)]
    assert [*verification.findings] == []
    return found


def found(service: Service) -> list[tuple[str, MismatchKind]]:
    return sorted((one.what, one.mismatch.kind) for one in held(service))


def case_key(name: str) -> bytes:
    return b"wm:{t:%b}case:%b" % (KEYS.tag("tenant").encode(), KEYS.tag("case", name).encode())


def test_an_untouched_store_matches_the_log(service: Service) -> None:
    assert found(service) == []


def test_a_store_with_later_changes_matches_the_log(service: Service) -> None:
    service.close("D-1")
    service.close("D-1")
    service.move("client/c-2")
    service.thaw("staff/u-9")
    service.freeze("staff/u-8")
    service.freeze("staff/u-7")
    service.add_client("printer-2")
    service.add_client("printer-3")
    service.disclose()
    service.record_call("r-2")
    service.register("13900000002")
    service.register(None)
    service.erase()

    assert found(service) == []


def test_a_store_with_repeated_first_custody_matches_the_log(service: Service) -> None:
    (base,) = KEYS.bases(["SF0000000001"])
    for courier in ("client/c-1", "client/c-2"):
        service.set_first([base], courier)

    assert found(service) == []


DELETED = {
    "case D-1": case_key("D-1"),
    "custody": custody_key(STEM),
    "disclosure": disclosures_key(STEM),
    "list of frozen principals": FROZEN,
    "list of clients": CLIENTS,
    "call record": call_records_key(STEM),
    "number of a caller": tenant_key(KEYS.tag("tenant"), CALLERS),
}


@pytest.mark.parametrize("what", DELETED)
def test_what_was_deleted_is_named(service: Service, client: redis.Redis, what: str) -> None:
    client.delete(DELETED[what])

    assert found(service) == [(what, MismatchKind.DELETED)]


def test_a_closing_that_was_deleted_is_named_with_its_entry(service: Service, client: redis.Redis) -> None:
    service.close("D-1")
    ask(client, "HDEL", case_key("D-1"), "close")
    (one,) = held(service)

    assert one.mismatch.announcement is not None
    assert (one.what, one.mismatch.announcement.action, one.mismatch.kind) == (
        "case D-1",
        "case-close",
        MismatchKind.DELETED,
    )
    assert one.mismatch.announcement.entry.endswith("-9")


def test_a_replayed_custody_is_found(service: Service, client: redis.Redis) -> None:
    older = ask(client, "GET", custody_key(STEM))
    service.move("client/c-2")
    ask(client, "SET", custody_key(STEM), older)

    assert found(service) == [("custody", MismatchKind.REPLAYED)]


def test_a_replayed_list_of_frozen_principals_is_found(service: Service, client: redis.Redis) -> None:
    older = ask(client, "DUMP", FROZEN)
    for who in ("staff/u-1", "staff/u-2"):
        service.freeze(who)
    ask(client, "RESTORE", FROZEN, 0, older, "REPLACE")

    frozen = "list of frozen principals"
    assert found(service) == [
        (frozen, MismatchKind.DELETED),
        (frozen, MismatchKind.DELETED),
        (frozen, MismatchKind.REPLAYED),
    ]


def test_a_deleted_and_reopened_case_is_found(service: Service, client: redis.Redis) -> None:
    client.delete(case_key("D-1"))
    service.open("D-1", "SF9999999999")
    (one,) = held(service)

    assert (one.what, one.mismatch.kind) == ("case D-1", MismatchKind.REPLACED)


def test_a_case_that_was_never_logged_is_found(service: Service) -> None:
    opening = Opening("D-2", "dispute", (NUMBER,), None, "r", "staff/d-1", NOW, LATER, 0)
    service.cases.prepare_opening("default", opening).write()

    assert found(service) == [("case", MismatchKind.UNLOGGED)]


def test_a_sealed_value_at_another_waybills_place_is_found(service: Service, client: redis.Redis) -> None:
    (other,) = record_stems(KEYS.bases(["SF0000000001"]))
    ask(client, "COPY", custody_key(STEM), custody_key(other))

    assert found(service) == [("custody", MismatchKind.UNLOGGED)]


def test_a_first_custody_of_an_intake_host_needs_no_entry(service: Service, client: redis.Redis) -> None:
    (other,) = record_stems(KEYS.bases(["SF0000000001"]))
    ask(client, "SET", custody_key(other), OF_INTAKE)

    assert found(service) == []


def test_a_custody_of_an_intake_host_in_place_of_an_announced_one_is_found(
    service: Service, client: redis.Redis
) -> None:
    ask(client, "SET", custody_key(STEM), OF_INTAKE)

    assert found(service) == [("custody", MismatchKind.UNLOGGED)]


def test_a_record_restored_over_its_tombstone_is_found(service: Service, client: redis.Redis) -> None:
    record = ask(client, "GET", record_key(STEM, 0))
    service.erase()
    ask(client, "SET", record_key(STEM, 0), record)

    assert found(service) == [("tombstone", MismatchKind.UNLOGGED)]


def test_a_tombstone_that_was_deleted_is_found(service: Service, client: redis.Redis) -> None:
    service.erase()
    client.delete(record_key(STEM, 1))

    assert found(service) == [("tombstone", MismatchKind.DELETED)]


def test_a_custody_without_its_expiry_is_found(service: Service, client: redis.Redis) -> None:
    ends = LATER - 3600
    service.move("client/c-1", ends)
    ask(client, "PERSIST", custody_key(STEM))
    service.now = ends + 60

    assert found(service) == [("custody", MismatchKind.OUTLIVED)]


def test_of_permanent_places_only_custody_expires(service: Service) -> None:
    service.now = LATER + 60

    assert found(service) == [("custody", MismatchKind.OUTLIVED)]


def test_changes_during_the_check_are_no_mismatch(service: Service) -> None:
    def meanwhile() -> None:
        service.pause = 0
        service.move("client/c-2")
        service.open("D-2")

    assert held(service, meanwhile) == []


def test_a_log_that_begins_later_does_not_explain_older_values(service: Service) -> None:
    facts = Facts()
    suspects = [*check_store(service.store, facts, lambda: None, lambda: service.now)]

    assert (len(suspects), all(map(is_not_in_log, suspects))) == (7, True)


def test_nothing_in_a_finding_is_personal(service: Service, client: redis.Redis) -> None:
    client.delete(case_key("D-1"), custody_key(STEM), disclosures_key(STEM))
    texts = [str(one) for one in held(service)]

    assert (len(texts), [text for text in texts if NUMBER in text or STEM.decode() in text]) == (3, [])


@pytest.fixture
def resumed(service: Service) -> Verification:
    """A verification that goes on behind the first checkpoint of the service's log."""
    logs.checkpoint(service.store)
    verification = Verification(VERIFIER)
    assert [*read_new_entries(Streams(service.store), verification)] != []
    return Verification(VERIFIER, verification.resume_point({}))


@pytest.mark.parametrize("another", [False, True], ids=["no log", "another log with as many checkpoints"])
def test_a_store_without_the_end_of_the_log_is_found(
    service: Service, resumed: Verification, client: redis.Redis, another: bool
) -> None:
    client.flushall()
    if another:
        logs.Process(service.store, "other").commit(logs.full_entry(1))
        logs.checkpoint(service.store)

    assert [*read_new_entries(Streams(service.store), resumed)] == []
    assert [fault.kind for fault in resumed.findings] == [FindingKind.REWRITTEN]


def test_the_log_is_continued_behind_its_newest_checkpoint(service: Service, resumed: Verification) -> None:
    [later] = logs.Process(service.store, "later").commit(logs.full_entry(1))
    read = [entry_id(one.writer, one.number) for one in read_new_entries(Streams(service.store), resumed)]

    assert read == [entry_id(later.partition("-")[0], 1), later]  # a writer's first entry says that it began
    assert [*resumed.findings] == []


def test_a_log_with_findings_is_not_continued(service: Service) -> None:
    verification = Verification(VERIFIER)
    verification.add(b"{}")
    before = [*verification.findings]
    reads = service.store.round_trips

    assert before != []
    assert [*read_new_entries(Streams(service.store), verification)] == []
    assert ([*verification.findings], service.store.round_trips) == (before, reads)


def test_an_unsigned_entry_after_the_log_is_found(service: Service, client: redis.Redis) -> None:
    verification = Verification(VERIFIER)
    (*_, last) = read_new_entries(Streams(service.store), verification)
    place = f"{last.number + 1}-0"
    ask(client, "XADD", f"wm:{{audit}}w:{last.writer}", place, "entry", b'{"at":1}', "link", bytes(32))

    assert len([*read_new_entries(Streams(service.store), verification)]) == 1
    assert {fault.kind for fault in verification.findings} == {FindingKind.EDITED, FindingKind.CUT_OFF}


def test_every_shard_of_a_cluster_is_checked(make_cluster: Callable[..., Group], tmp_path: Path) -> None:
    store = stores.admitted(make_cluster(3).url)
    service = Service(store, tmp_path)
    bases = KEYS.bases([f"SF{number:010}" for number in range(30)])
    service.set_first(bases, "client/c-1")
    clean = held(service)
    store.write([(b"DEL", custody_key(stem)) for stem in record_stems(bases)[:20]])
    dirty = held(service)
    store.close()

    assert (clean, [one.what for one in dirty]) == ([], ["custody"] * 20)


def test_an_unusable_store_is_not_mistaken_for_an_empty_one(valkey: str) -> None:
    with pytest.raises(StoreUnavailable, match="not-admitted"):
        [*check_store(Store(valkey), Facts(), lambda: None, lambda: NOW)]
