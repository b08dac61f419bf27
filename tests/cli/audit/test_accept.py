"""`audit accept-store` begins a new log in a restored store."""

from pathlib import Path

import redis

from masking_audit.archive.segments import Segments
from masking_service.runtime.state_files import ARCHIVE
from masking_service.store.errors import WrongStore
from tests.cli.conftest import Command
from tests.store.stores import Copy


def test_a_restored_store_is_followed_after_it_was_accepted(command: Command, client: redis.Redis, state: Path) -> None:
    older = Copy(client)
    command("clients", "add", "printer-2", "--role", "label-printer")
    (state / ARCHIVE).mkdir()
    older.restore(client)
    refused = command("audit", "export")
    accepted = command("audit", "accept-store")
    exported = command("audit", "export").stdout_bytes

    assert isinstance(refused.exception, WrongStore)
    aside = state / f"{ARCHIVE}-until-2"  # the newest checkpoint of the old log
    assert accepted.exit_code == 0
    assert accepted.stdout.splitlines() == [
        "The store is accepted, and checkpoint 2 records it.",
        f"A new log begins. The archive of the old one is kept: {aside}",
        "Restart the service's processes.",
    ]
    assert (aside.exists(), (state / ARCHIVE).exists()) == (True, False)
    assert (b'"action":"store-accept"' in exported, command("audit", "verify", given=exported).exit_code) == (True, 0)


def test_no_store_is_accepted_while_its_archive_is_written(command: Command, state: Path) -> None:
    held = Segments(state / ARCHIVE)
    refused = command("audit", "accept-store")
    held.close()

    assert (refused.exit_code, "another process is archiving here; stop it first" in refused.stderr) == (1, True)
    assert b"store-accept" not in command("audit", "export").stdout_bytes
