"""A store of a release from before the audit log had slots: its log goes on in one."""

import json
from pathlib import Path
from typing import Any

import pytest
import redis

from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.questions import Wanted
from masking_service.audit.reading import TenantLog
from masking_service.audit.slots import search
from masking_service.runtime.store_admission import recognise
from masking_service.store.client import Store
from masking_service.store.errors import WrongStore
from masking_service.store.layout import GENESIS, ONE_SLOT
from tests.audit import logs
from tests.audit.archives import follow
from tests.audit.logs import SIGNER, entry, findings, log_on
from tests.keys.known import known_keyring
from tests.store.stores import NOW, admitted, ask

VECTOR: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "before-slots.json").read_text("utf-8"))
EXPORT = [line.encode() for line in VECTOR["export"]]


@pytest.fixture
def old(valkey: str, client: redis.Redis) -> str:
    """The URL of a store that holds exactly these bytes."""
    for command in VECTOR["store"]:
        ask(client, *map(bytes.fromhex, command))
    return valkey


@pytest.fixture
def recognised(old: str, tmp_path: Path) -> Store:
    """The old store, recognised by a process that was told nothing of slots."""
    store = admitted(old)
    recognise(store, known_keyring(), checkpoints(store, tmp_path))
    return store


def checkpoints(store: Store, folder: Path) -> Checkpoints:
    return Checkpoints(store, SIGNER, folder, lambda: NOW + 60)


def test_an_old_store_has_one_slot(recognised: Store) -> None:
    assert recognised.identity.audit == ONE_SLOT


def test_no_setting_gives_an_old_store_more_slots(old: str, tmp_path: Path) -> None:
    store = admitted(old, audit_slots=4)

    with pytest.raises(WrongStore, match="MASKING_AUDIT_SLOTS is 4, and the audit log of this store has 1"):
        recognise(store, known_keyring(), checkpoints(store, tmp_path))


def test_an_old_log_goes_on_under_its_keys_and_its_chain_of_checkpoints(
    recognised: Store, client: redis.Redis, tmp_path: Path
) -> None:
    before = ask(client, "GET", GENESIS)
    log_on(recognised, "after").append(entry(at=NOW))
    made = checkpoints(recognised, tmp_path).make()
    lines = logs.lines(recognised)

    assert (findings(lines), set(EXPORT) <= set(lines)) == ([], True)
    assert (made.checkpoint.epoch, len(made.checkpoint.heads), b"slots" in made.content) == (3, 3, False)
    assert {key for key in client.scan_iter("wm:*") if b"{audit" not in key} == {GENESIS}
    assert not [*client.scan_iter("wm:{audit:*}*")]
    assert ask(client, "GET", GENESIS) == before


def test_an_old_log_is_read_by_ids(recognised: Store) -> None:
    first, after = search(TenantLog(recognised, logs.TENANT), Wanted(), after=None, limit=3)
    rest, _ = search(TenantLog(recognised, logs.TENANT), Wanted(), after=after, limit=10)

    assert (len(first), len(rest), after) == (3, 1, first[-1]["id"])


def test_a_witness_archives_an_old_log(old: str, tmp_path: Path) -> None:
    follow(admitted(old), tmp_path)

    archived = b"".join(path.read_bytes() for path in tmp_path.glob("audit-*"))
    assert sorted(archived.splitlines(keepends=True)) == sorted(EXPORT)


def test_an_old_export_can_be_verified() -> None:
    assert findings(EXPORT) == []
