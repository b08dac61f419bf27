"""Commits that fail or whose replies are lost."""

from pathlib import Path

import pytest
import redis
from msgspec.structs import replace

from masking_audit.archive.archive import BEGINNING
from masking_audit.archive.export import export
from masking_audit.format.links import encode
from masking_audit.verify.findings import FindingKind
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.log import AuditLog
from masking_service.audit.stored import unpack
from masking_service.audit.streams import Streams
from masking_service.service.state.sealed import HashField
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.audit.log.gates import Gate
from tests.audit.log.written import asked, order
from tests.audit.logs import SIGNER, entry, findings, log_on, number_of, writer_of, writers
from tests.store import stores
from tests.store.stores import LATER, NOW, LossyWire, ask, named


@pytest.mark.parametrize("fault", [StoreUnavailable("timeout"), KeyboardInterrupt()])
def test_after_a_failed_commit_a_new_writer_begins(valkey: str, client: redis.Redis, fault: BaseException) -> None:
    gate = Gate(valkey)
    gate.opened.set()
    log = log_on(gate)
    before = log.append(entry())
    gate.fault = fault
    with pytest.raises(type(fault)):
        log.append(entry())
    gate.fault = None

    after = log.append(entry())

    assert (number_of(after), writer_of(after) == writer_of(before)) == (2, False)
    assert writers(client) == {writer_of(before), writer_of(after)}


@pytest.fixture
def lossy(over_the_wire: Store) -> AuditLog:
    """A log over a wire that loses replies."""
    return log_on(over_the_wire)


def test_an_entry_whose_reply_was_lost_keeps_its_number_for_ever(
    wire: LossyWire, lossy: AuditLog, client: redis.Redis
) -> None:
    first = lossy.append(entry(at=1))
    wire.lose(2)
    with pytest.raises(StoreUnavailable):
        lossy.append(entry(at=2))
    wire.lose(0)

    third = lossy.append(entry(at=3))

    assert {writer: asked(client, writer) for writer in writers(client)} == {
        writer_of(first): [(2, encode(entry(at=1))), (3, encode(entry(at=2)))],
        writer_of(third): [(2, encode(entry(at=3)))],
    }


def test_an_entry_that_is_stored_although_its_reply_was_lost_is_acknowledged_and_in_the_order_once(
    wire: LossyWire, lossy: AuditLog, client: redis.Redis
) -> None:
    first = lossy.append(entry(at=1))
    wire.lose(1)

    second = lossy.append(entry(at=2))

    assert (wire.lost, second) == (1, f"{writer_of(first)}-3")
    assert asked(client, writer_of(first)) == [(2, encode(entry(at=1))), (3, encode(entry(at=2)))]
    assert [name for _, name in order(client)] == [first, second]


def test_a_taken_number_is_not_reused(log: AuditLog, client: redis.Redis) -> None:
    first = log.append(entry(at=1))
    client.xadd(named().stream(writer_of(first)), {"entry": "forged", "link": "x"}, id="3-0")

    with pytest.raises(StoreUnavailable, match="refused"):
        log.append(entry(at=2))
    assert writer_of(log.append(entry(at=3))) != writer_of(first)


@pytest.fixture
def acknowledged(log: AuditLog, client: redis.Redis) -> str:
    """The id of an entry that was acknowledged, and deleted: no chain continues after it."""
    first = log.append(entry(at=1))
    client.xdel(named().stream(writer_of(first)), "2-0")
    with pytest.raises(StoreUnavailable, match="refused"):
        log.append(entry(at=2))
    return first


def test_the_next_chain_names_the_last_entry_that_was_acknowledged(
    log: AuditLog, acknowledged: str, store: Store, tmp_path: Path
) -> None:
    log.append(entry(at=3))

    newest = Checkpoints(store, SIGNER, tmp_path, lambda: NOW).make()
    found = [str(fault) for fault in findings(export(Streams(store), newest))]

    assert any(f"the next chain of the same process names {acknowledged}" in fault for fault in found), found


def test_a_process_that_ends_after_a_failure_names_its_last_entry(
    log: AuditLog, acknowledged: str, client: redis.Redis
) -> None:
    last = writer_of(log.close())

    (_, fields), *_ = ask(client, "XRANGE", named().stream(last), "-", "+")
    assert unpack(fields[b"entry"])["after"][0] == acknowledged


@pytest.mark.parametrize("place", ["order", "stream", "writers", "hash"])
def test_an_incomplete_commit_leaves_nothing(log: AuditLog, client: redis.Redis, place: str) -> None:
    places = {
        "order": named().order("broken"),
        "stream": named().stream(stores.foreseen()(8).hex()),
        "writers": named().writers(),
        "hash": b"wm:h",
    }
    client.set(places[place], "of another kind")
    before = client.keys("*")

    with pytest.raises(StoreUnavailable, match="refused"):
        log.append(
            entry(tenant="broken"), [HashField(b"wm:other", b"f", b"v", LATER), HashField(b"wm:h", b"f", b"v", LATER)]
        )
    assert client.keys("*") == before


def test_a_writer_that_only_the_next_chain_names_is_missing_from_a_log_that_is_whole(
    log: AuditLog, acknowledged: str, store: Store, tmp_path: Path
) -> None:
    """It may be missing from one that begins later."""
    log.append(entry(at=3))
    newest = Checkpoints(store, SIGNER, tmp_path, lambda: NOW).make()
    writer = writer_of(acknowledged)
    lines = [line for line in export(Streams(store), newest) if not line.startswith(b'{"id":"%b-' % writer.encode())]

    found = {
        name: [one.kind for one in findings(lines, start) if one.where == writer]
        for name, start in (("no start", None), ("beginning", BEGINNING), ("later", replace(BEGINNING, epoch=1)))
    }

    missing = [FindingKind.MISSING_WRITER]
    assert found == {"no start": missing, "beginning": missing, "later": []}
