"""A store is used if it is ours and was not rolled back; accepting one that was is an entry in the audit log."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import redis

from keys.keyring import Keyring
from masking_audit.format.entries import Entry
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.errors import RolledBackError
from masking_service.runtime.clock import clock
from masking_service.runtime.store_admission import LastSeen, accept_store, recognise
from masking_service.service.freezes.state import Freeze, Freezes, FreezeSnapshots
from masking_service.service.people.clients import ClientRegistry
from masking_service.store.client import Store
from masking_service.store.errors import WrongStore
from masking_service.store.layout import GENESIS, ONE_SLOT
from tests.audit.logs import entry, log_on, stream, writer_of
from tests.keys.known import known_keyring
from tests.service.people.registries import adding, names
from tests.store import stores
from tests.store.stores import NOW, Copy, ask

Process = Callable[..., Checkpoints]


@pytest.fixture
def process(store: Store, tmp_path: Path) -> Process:
    """Makes processes: `process("host")`, those of one host with one state directory."""

    def make(host: str = "here", keyring: Keyring | None = None) -> Checkpoints:
        folder = tmp_path / host
        folder.mkdir(exist_ok=True)
        return Checkpoints(store, (keyring or known_keyring()).audit_signer, folder, clock)

    return make


def accept(store: Store, checkpoints: Checkpoints) -> None:
    _, snapshots = freezes(store, checkpoints)
    last_seen = LastSeen(registry(store, checkpoints), snapshots, {"default", "other"})
    accept_store(store, known_keyring(), checkpoints, last_seen, "policy-1")


def freezes(store: Store, checkpoints: Checkpoints) -> tuple[Freezes, FreezeSnapshots]:
    """The lists of the frozen and revoked in a new process, and what is kept of them beside the checkpoints."""
    lists = Freezes(store, known_keyring(), os.urandom)
    return lists, FreezeSnapshots(lists, known_keyring(), checkpoints._local.folder)


def registry(store: Store, checkpoints: Checkpoints) -> ClientRegistry:
    """The clients as they are known beside the checkpoints."""
    known = ClientRegistry(store, known_keyring(), checkpoints._local.folder, os.urandom)
    known.load_snapshot()
    return known


def marked(client: redis.Redis) -> bool:
    return bool(client.exists(GENESIS))


def entries(client: redis.Redis) -> list[Entry]:
    """Every entry in the store."""
    streams = [key.decode().partition("}w:")[2] for key in ask(client, "KEYS", ONE_SLOT.stream("*"))]
    return [msgspec.json.decode(kept.entry, type=Entry) for writer in streams for kept in stream(client, writer)]


def actions(client: redis.Redis) -> list[tuple[str, str]]:
    """(action, subject) of every entry in the store."""
    return [(one.action, one.subject) for one in entries(client)]


def test_a_new_store_is_marked(store: Store, client: redis.Redis, process: Process) -> None:
    recognise(store, known_keyring(), process())

    assert marked(client)


def test_whoever_only_looks_marks_none(store: Store, client: redis.Redis, process: Process) -> None:
    with pytest.raises(WrongStore, match="no first key"):
        recognise(store, known_keyring(), process(), may_claim=False)

    assert not marked(client)


def test_a_store_that_was_seen_before_is_ours_again(store: Store, client: redis.Redis, process: Process) -> None:
    recognise(store, known_keyring(), process())
    process().make()

    recognise(store, known_keyring(), process())
    recognise(store, known_keyring(), process("another host"))

    assert marked(client)


def test_an_emptied_store_is_not_marked_anew(store: Store, client: redis.Redis, process: Process) -> None:
    recognise(store, known_keyring(), process())
    process().make()
    client.flushall()

    with pytest.raises(RolledBackError, match="it was emptied, or it is a different store"):
        recognise(store, known_keyring(), process())
    assert not marked(client)


def test_a_store_that_lost_its_mark_alone_is_not_marked_anew(
    store: Store, client: redis.Redis, process: Process
) -> None:
    recognise(store, known_keyring(), process())
    process().make()
    client.delete(GENESIS)

    with pytest.raises(WrongStore, match="no first key"):
        recognise(store, known_keyring(), process())
    assert not marked(client)


@pytest.mark.parametrize("seen", [False, True], ids=["new here", "with one of ours seen before"])
def test_another_keysets_store_is_called_that(store: Store, client: redis.Redis, process: Process, seen: bool) -> None:
    if seen:
        process().make()
        client.flushall()
    other = known_keyring("other")
    recognise(store, other, process("theirs", other))
    process("theirs", other).make()

    with pytest.raises(WrongStore, match="made with other keys"):
        recognise(store, known_keyring(), process())


def test_an_emptied_store_that_is_accepted_is_used_from_then_on(
    store: Store, client: redis.Redis, process: Process
) -> None:
    process().make()
    process().make()
    client.flushall()

    accept(store, process())

    recognise(store, known_keyring(), process())
    assert marked(client)


def test_the_log_says_who_accepted_a_store_and_what_was_seen_before(
    store: Store, client: redis.Redis, process: Process
) -> None:
    process().make()
    process().make()
    client.flushall()

    accept(store, process())

    assert actions(client) == [("start", ""), ("store-accept", "checkpoint/2"), ("close", "")]


def test_a_checkpoint_follows_that_names_the_entry(store: Store, client: redis.Redis, process: Process) -> None:
    process().make()
    client.flushall()

    accept(store, process())

    newest = process().newest_seen
    assert newest is not None
    assert [head.number for head in newest.checkpoint.heads] == [3]
    assert newest.checkpoint.epoch == 1


def test_every_host_has_to_accept_a_store_for_itself(store: Store, client: redis.Redis, process: Process) -> None:
    for host in ("here", "there"):
        process(host).make()
    client.flushall()
    accept(store, process("here"))

    with pytest.raises(RolledBackError):
        recognise(store, known_keyring(), process("there"))
    accept(store, process("there"))
    recognise(store, known_keyring(), process("there"))
    recognise(store, known_keyring(), process("here"))


def test_a_log_that_lost_entries_is_gone_on_with_when_it_is_accepted(
    store: Store, client: redis.Redis, process: Process
) -> None:
    recognise(store, known_keyring(), process())
    writer = writer_of(log_on(store).append(entry(at=clock())))
    process().make()
    client.xdel(ONE_SLOT.stream(writer), "2-0")
    with pytest.raises(RolledBackError):
        process().make()

    accept(store, process())

    assert process().make().checkpoint.epoch == 3


def test_another_keysets_store_cannot_be_accepted(store: Store, client: redis.Redis, process: Process) -> None:
    before = process().make()
    client.flushall()
    recognise(store, known_keyring("other"), process("theirs", known_keyring("other")))

    with pytest.raises(WrongStore, match="other keys"):
        accept(store, process())
    assert process().newest_seen == before
    assert not client.exists(ONE_SLOT.checkpoints)


def test_who_was_revoked_stays_revoked_in_a_store_that_went_back_and_is_accepted(
    store: Store, client: redis.Redis, process: Process
) -> None:
    stores.change(registry(store, process()), adding("printer"))
    process().make()
    backup = Copy(client)
    stores.change(registry(store, process()), lambda clients: clients.revoke("printer"))
    backup.restore(client)

    accept(store, process())

    seen = registry(store, process("elsewhere"))
    seen.refresh()
    assert [one.revoked for one in seen.clients] == [True]
    assert ("client-restore", "") in actions(client)


def test_who_was_frozen_and_what_was_revoked_stays_so_in_a_store_that_went_back_and_is_accepted(
    store: Store, client: redis.Redis, process: Process
) -> None:
    running, kept = freezes(store, process())
    assert running.prepare_revocation("default", "key-1").write()
    process().make()
    backup = Copy(client)
    assert running.prepare_revocation("default", "key-2").write()
    assert running.prepare_freeze("other", Freeze("dev/x", NOW, "lost", "dev/boss"))[1].write()
    kept.keep(["default", "other", "third"])
    backup.restore(client)

    accept(store, process())

    seen, _ = freezes(store, process("elsewhere"))
    seen.refresh(["default", "other"])
    assert seen.revoked("default") == {"key-1", "key-2"}
    assert [one.id for one in seen.listed("other")] == ["dev/x"]
    assert [action for action, _ in actions(client)].count("freeze-restore") == 2


def test_newer_freezes_of_an_accepted_store_hold(store: Store, client: redis.Redis, process: Process) -> None:
    running, kept = freezes(store, process())
    assert running.prepare_revocation("default", "key-1").write()
    kept.keep(["default"])
    assert running.prepare_revocation("default", "key-2").write()
    process().make()

    accept(store, process())

    seen, _ = freezes(store, process("elsewhere"))
    seen.refresh(["default"])
    assert seen.revoked("default") == {"key-1", "key-2"}


def test_every_member_of_the_entries_of_an_accepted_store(
    store: Store, client: redis.Redis, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_service.runtime.store_admission.clock", lambda: NOW)
    stores.change(registry(store, process()), adding("printer"))
    process().make()
    client.flushall()

    accept(store, process())

    every = [one for one in entries(client) if one.action not in ("start", "close")]
    common = Entry(
        at=NOW,
        action="store-accept",
        outcome="done",
        principal="service/command-line",
        role="",
        tenant=known_keyring().tenant("default").audit_hash("tenant"),
        request="",
        policy="policy-1",
        subject="checkpoint/1",
    )
    restored = msgspec.structs.replace(common, action="client-restore", subject="")
    assert [msgspec.structs.replace(one, facts=()) for one in every] == [
        msgspec.structs.replace(one, items=[], approved_by=[]) for one in (common, restored)
    ]
    assert [len(one.facts) for one in every] == [0, 1]


def test_a_newer_registry_of_an_accepted_store_holds(store: Store, client: redis.Redis, process: Process) -> None:
    stores.change(registry(store, process("here")), adding("printer"))
    process("here").make()
    client.flushall()
    accept(store, process("there"))
    there = registry(store, process("there"))
    for name in ("first", "second"):
        stores.change(there, adding(name))

    accept(store, process("here"))

    assert names(registry(store, process("here"))) == ["first", "second"]
