"""`audit follow` archives until it is stopped."""

import fcntl
import signal
import socket
from pathlib import Path

import pytest
import redis

from masking_service.cli.faults import told
from masking_service.runtime.state_files import ARCHIVE
from tests.cli.audit.witnesses import StartCommand, first_entry, lines_in
from tests.cli.conftest import Command
from tests.e2e.processes import wait_for
from tests.keys.known import secret_file


def test_a_follower_without_a_keyset_archives_until_it_is_stopped(
    command: Command, start: StartCommand, witness: Path
) -> None:
    following = start("follow", folder=witness)
    wait_for(lambda: len(lines_in(witness)) >= 2, "the first entries are archived")
    exported = command("audit", "export").stdout_bytes.splitlines()
    following.send_signal(signal.SIGTERM)

    assert following.wait(60) == 0
    assert sorted(lines_in(witness)) == sorted(exported)


def test_a_follower_exits_with_one_if_the_store_went_back(
    command: Command, start: StartCommand, witness: Path, client: redis.Redis
) -> None:
    command("audit", "export")
    following = start("follow", folder=witness)
    wait_for(lambda: any(line.startswith(b'{"checkpoint"') for line in lines_in(witness)), "a checkpoint is archived")
    client.flushall()

    assert following.wait(60) == 1
    assert "THE AUDIT LOG CONTRADICTS ITS ARCHIVE" in following.communicate()[1]


def test_a_follower_reports_that_its_archive_cannot_be_written(
    command: Command, start: StartCommand, witness: Path
) -> None:
    (witness / ARCHIVE).write_bytes(b"")
    following = start("follow", folder=witness)
    said = following.communicate(timeout=60)[1]

    assert (following.returncode, "the archive cannot be written" in said, "Traceback" in said) == (1, True, False)


def test_a_second_follower_is_no_alarm(command: Command, witness: Path) -> None:
    (witness / ARCHIVE).mkdir()
    with (witness / ARCHIVE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = command("audit", "follow", "--archive", str(witness / ARCHIVE))

    assert (refused.exit_code, refused.stderr) == (
        1,
        f"Error: {witness / ARCHIVE}: another process is archiving here; stop it first\n",
    )


@pytest.mark.parametrize("program", ["serve", "cosign"])
def test_an_address_that_is_taken_is_said(command: Command, archived_log: Path, tmp_path: Path, program: str) -> None:
    options = {
        "serve": ("--archive", str(archived_log), "--key", str(secret_file(tmp_path / "archive.key", b"k" * 32))),
        "cosign": ("--folder", str(tmp_path / "c"), "--name", "c.example", "--log", str(archived_log / "log.vkey")),
    }
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = command("audit", program, *options[program], "--port", str(taken.getsockname()[1]))

    assert (refused.exit_code, "cannot listen here (Address already in use)" in refused.stderr) == (1, True)


def test_a_folder_of_the_index_that_cannot_be_made_is_no_fault_of_the_address(
    command: Command, archived_log: Path, tmp_path: Path
) -> None:
    key, index = secret_file(tmp_path / "archive.key", b"k" * 32), tmp_path / "file" / "index"
    index.parent.write_bytes(b"")
    asked = ("--archive", str(archived_log), "--key", str(key), "--index", str(index), "--port", "0")
    refused = command("audit", "serve", *asked)

    assert isinstance(refused.exception, OSError)
    assert told(refused.exception) == f"{index}: Not a directory"


def test_an_archive_that_is_not_there_is_not_served(command: Command, tmp_path: Path) -> None:
    key = secret_file(tmp_path / "archive.key", b"k" * 32)
    refused = command("audit", "serve", "--archive", str(tmp_path / "none"), "--key", str(key), "--port", "0")

    assert (refused.exit_code, "Invalid value for --archive" in refused.stderr) == (2, True)


def test_a_cosigner_has_a_name_that_a_note_can_hold(command: Command, archived_log: Path, tmp_path: Path) -> None:
    options = ("--folder", str(tmp_path / "c"), "--log", str(archived_log / "log.vkey"))
    refused = command("audit", "cosign", *options, "--name", "my cosigner")

    assert (refused.exit_code, "must have no spaces and no plus" in refused.stderr) == (1, True)
    assert not (tmp_path / "c").exists()


def test_a_witness_cosigns_the_published_checkpoint(
    command: Command, archived_log: Path, start: StartCommand, tmp_path: Path
) -> None:
    folder, log = tmp_path / "cosigner", str(archived_log / "log.vkey")
    cosigner = start("cosign", "--folder", str(folder), "--name", "cosigner.example", "--log", log)
    assert cosigner.stdout
    url = cosigner.stdout.readline().partition(" ")[0]
    key = str(folder / "cosigner.vkey")
    following = start("follow", "--cosigner", url, "--cosigner-key", key, folder=archived_log.parent)
    note = archived_log / "log" / "checkpoint"
    wait_for(lambda: "— cosigner.example " in note.read_text("utf-8"), "the note is cosigned", 30)
    for process in (following, cosigner):
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    proof = tmp_path / "entry.tlog-proof"
    command("audit", "prove", first_entry(archived_log), "--output", str(proof), "--archive", str(archived_log))
    verified = command("audit", "verify", "--proof", str(proof), "--key", log, "--key", key)

    assert (verified.exit_code, "cosigner.example cosigned them at " in verified.stdout) == (0, True), verified.output


def test_a_cosigner_and_its_key_belong_together(command: Command, archived_log: Path) -> None:
    alone = command("audit", "follow", "--cosigner", "https://cosigner.example")
    another = command(
        *("audit", "follow", "--archive", str(archived_log), "--cosigner", "https://cosigner.example"),
        *("--cosigner-key", str(archived_log / "log.vkey")),
    )

    assert "belong together" in alone.stderr
    assert "is a key of a log" in another.stderr
