"""`audit export` joins the archive and the store."""

import os
import signal
from pathlib import Path

import pytest
import redis

from masking_service.audit.errors import CheckpointsBlockedError
from masking_service.runtime.state_files import ARCHIVE
from masking_service.store.layout import ONE_SLOT
from tests.cli.audit.witnesses import StartCommand, follow, lines_in
from tests.cli.conftest import Command
from tests.e2e.processes import wait_for
from tests.keys.known import secret_file


def test_an_export_continues_where_the_archive_ends(
    command: Command, start: StartCommand, witness: Path, exported: Path
) -> None:
    following = start("follow", folder=witness)
    wait_for(lambda: len(lines_in(witness)) >= 3, "the log is archived")
    os.kill(following.pid, signal.SIGTERM)
    following.wait(60)
    with_archive = command("audit", "export", "--archive", str(witness / ARCHIVE)).stdout_bytes

    assert command("audit", "verify", given=with_archive).exit_code == 0
    assert {*lines_in(witness)} < {*with_archive.splitlines()}


def test_an_export_reports_a_log_that_refuses_a_checkpoint(command: Command, client: redis.Redis) -> None:
    client.xadd(ONE_SLOT.checkpoints, {"checkpoint": "x"}, id="999999-0")
    client.xdel(ONE_SLOT.checkpoints, "999999-0")

    assert isinstance(command("audit", "export").exception, CheckpointsBlockedError)


def test_an_export_reads_older_entries_where_the_archive_is_served(
    command: Command, start: StartCommand, witness: Path, valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        command("audit", "export")  # makes a checkpoint
    follow(witness, valkey, hours=3, keep_hours=2)
    key = secret_file(tmp_path / "archive.key", b"k" * 32)
    serving = start("serve", "--key", str(key), "--port", "0", folder=witness)
    assert serving.stdout is not None
    url = serving.stdout.readline().split()[0]
    alone = command("audit", "verify", given=command("audit", "export").stdout_bytes)
    monkeypatch.setenv("MASKING_AUDIT_URL", url)
    monkeypatch.setenv("MASKING_AUDIT_KEY_FILE", str(key))
    whole = command("audit", "verify", given=command("audit", "export").stdout_bytes)
    serving.send_signal(signal.SIGTERM)

    assert (alone.exit_code, whole.exit_code, serving.wait(60)) == (1, 0, 0), whole.output
    assert "The log is whole" in whole.stdout
