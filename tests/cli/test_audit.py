"""The audit log on the command line: taken out, verified with the public key, watched, archived."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner, Result

from keys import keyset
from keys.keyring import Keyring
from keys.signatures import Verifier
from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.follower import Follower
from masking_service.audit.archive.segments import Segments
from masking_service.audit.entries import encode
from masking_service.audit.errors import CheckpointsBlockedError
from masking_service.audit.lines import EntryLine
from masking_service.audit.streams import Streams
from masking_service.cli import commands
from masking_service.cli.audit.tail import shown
from masking_service.runtime.clock import clock
from masking_service.runtime.state_files import ARCHIVE, PUBLIC_KEY
from masking_service.store.identity import WrongStore
from masking_service.store.layout import ONE_SLOT
from tests.audit.logs import entry
from tests.e2e.processes import ROOT, environment, wait_for
from tests.store import stores

Command = Callable[..., Result]
StartCommand = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def command(tmp_path: Path, valkey: str) -> Command:
    """Runs one command on a production set-up whose log has an entry."""

    def run(*arguments: str, folder: Path = tmp_path / "state", given: bytes = b"") -> Result:
        environment = {"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": valkey}
        return CliRunner().invoke(commands, arguments, env=environment, input=given)

    assert run("keys", "init").exit_code == 0
    assert run("clients", "add", "printer-1", "--role", "label-printer").exit_code == 0
    return run


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def exported(command: Command, tmp_path: Path) -> Path:
    """An export in a file."""
    path = tmp_path / "log.ndjson"
    path.write_bytes(command("audit", "export").stdout_bytes)
    return path


@pytest.fixture
def start(valkey: str, state: Path) -> Iterator[StartCommand]:
    """Starts a command of `audit` in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, folder: Path = state) -> subprocess.Popen[str]:
        settings = environment(MASKING_STATE_DIR=str(folder), MASKING_REDIS_URL=valkey, PYTHONUNBUFFERED="1")
        command = [sys.executable, "-m", "masking_service", "audit", *arguments]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=ROOT, env=settings, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_an_export_is_the_whole_log(command: Command, exported: Path) -> None:
    verified = command("audit", "verify", str(exported))

    assert (verified.exit_code, "The log is whole" in verified.stdout) == (0, True)


def test_verify_needs_only_the_export_and_the_public_key(
    command: Command, exported: Path, state: Path, tmp_path: Path
) -> None:
    shutil.copy(state / PUBLIC_KEY, tmp_path / "key.pem")
    arguments = ("audit", "verify", str(exported), "--public-key", str(tmp_path / "key.pem"))

    assert command(*arguments, folder=tmp_path / "nothing").exit_code == 0


def test_a_log_is_verified_from_standard_input(command: Command, exported: Path) -> None:
    content = exported.read_bytes()

    assert command("audit", "verify", given=content).exit_code == 0
    assert command("audit", "verify", given=content[:-200]).exit_code == 1


def test_without_a_file_and_standard_input_the_log_of_the_store_is_verified(command: Command) -> None:
    verified = command("audit", "verify")

    assert (verified.exit_code, "whole" in verified.output) == (0, True), verified.output


def test_an_edited_entry_is_named_with_its_line(command: Command, exported: Path) -> None:
    exported.write_bytes(exported.read_bytes().replace(b"service/command-line", b"service/unknown-x", 1))
    verified = command("audit", "verify", str(exported))
    lines = exported.read_bytes().splitlines()
    at = next(at for at, line in enumerate(lines) if b"service/unknown-x" in line)

    assert verified.exit_code == 1
    assert f"line {at + 1} ({json.loads(lines[at])['id']}): edited: " in verified.stdout
    assert "1 fault: this is not the log that was signed" in verified.stdout


@pytest.mark.parametrize("content", [b"", b"\xff\x00garbage", b"[[[[", b'{"checkpoint":1}\n'])
def test_an_unreadable_file_is_reported(command: Command, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "garbage").write_bytes(content)
    verified = command("audit", "verify", str(tmp_path / "garbage"))

    assert (verified.exit_code, type(verified.exception)) == (1, SystemExit)


def test_keys_init_writes_a_readable_public_key(command: Command, state: Path) -> None:
    path = state / PUBLIC_KEY

    assert path.read_bytes() == Keyring(keyset.load(state / "keyset.json")).audit_signer.public_pem()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_without_its_file_the_public_key_comes_from_the_keyset(command: Command, exported: Path, state: Path) -> None:
    (state / PUBLIC_KEY).unlink()

    assert command("audit", "verify", str(exported)).exit_code == 0


def test_if_no_signature_is_valid_another_key_is_suspected(command: Command, exported: Path, tmp_path: Path) -> None:
    assert command("keys", "init", folder=tmp_path / "other").exit_code == 0
    verified = command("audit", "verify", str(exported), folder=tmp_path / "other")

    assert verified.exit_code == 1
    assert "Is it the key of this log?" in verified.stdout


def test_an_invalid_public_key_is_refused(command: Command, exported: Path) -> None:
    refused = command("audit", "verify", str(exported), "--public-key", str(exported))

    assert "is not a public key" in str(refused.exception)


def test_a_kept_checkpoint_detects_an_older_log(command: Command, exported: Path, tmp_path: Path) -> None:
    command("clients", "add", "printer-2", "--role", "label-printer")
    later = command("audit", "export").stdout_bytes
    (tmp_path / "kept.json").write_bytes(later.splitlines()[-1])
    arguments = ("audit", "verify", "--checkpoint", str(tmp_path / "kept.json"))

    assert command(*arguments, given=later).exit_code == 0
    assert command(*arguments, str(exported)).exit_code == 1
    assert command("audit", "verify", str(exported)).exit_code == 0


@pytest.mark.parametrize("option", ["--checkpoint", "--since"])
def test_a_file_without_a_checkpoint_is_refused(command: Command, exported: Path, option: str) -> None:
    refused = command("audit", "verify", str(exported), option, str(exported))

    assert (refused.exit_code, "does not contain a checkpoint" in refused.stderr) == (2, True)


def test_a_log_may_begin_only_after_a_signed_checkpoint(command: Command, exported: Path, tmp_path: Path) -> None:
    line = json.loads(exported.read_bytes().splitlines()[-1])
    line["checkpoint"]["at"] += 1
    (tmp_path / "forged.json").write_text(json.dumps(line))
    refused = command("audit", "verify", str(exported), "--since", str(tmp_path / "forged.json"))

    assert (refused.exit_code, "was not signed with this key" in refused.stderr) == (2, True)


def test_an_entry_is_shown_in_one_line() -> None:
    said = entry(at=0, action="detokenize", outcome="released", purpose="dispute", case="D-2026-0001", count=3)

    assert shown(EntryLine("ab", 1, encode(said), b"")).split() == [
        *("1970-01-01T00:00:00Z", "staff/u-1", "detokenize", "released", "dispute", "D-2026-0001", "3")
    ]


def test_control_characters_of_an_entry_are_not_printed() -> None:
    line = shown(EntryLine("ab", 1, encode(entry(principal="a\x1b[2Jb\nc")), b""))

    assert ("a?[2Jb?c" in line, "\n" in line, "\x1b" in line) == (True, False, False)


def test_tail_runs_until_it_is_interrupted(command: Command, start: StartCommand) -> None:
    watching = start("tail")
    assert watching.stdout is not None
    said = [watching.stdout.readline() for _ in range(3)]
    command("clients", "revoke", "printer-1")
    said += [watching.stdout.readline() for _ in range(3)]
    watching.send_signal(signal.SIGINT)

    assert watching.wait(10) == 0
    assert [line.split()[2] for line in said] == ["start", "client-add", "close", "start", "client-revoke", "close"]


@pytest.fixture
def witness(state: Path, command: Command, tmp_path: Path) -> Path:
    """The state directory of a follower, which has the public key and nothing else."""
    folder = tmp_path / "witness"
    folder.mkdir()
    shutil.copy(state / PUBLIC_KEY, folder / PUBLIC_KEY)
    return folder


def lines_in(folder: Path) -> list[bytes]:
    return b"".join(path.read_bytes() for path in sorted((folder / ARCHIVE).glob("*.ndjson"))).splitlines()


def test_a_follower_without_a_keyset_archives_until_it_is_stopped(
    command: Command, start: StartCommand, witness: Path
) -> None:
    following = start("follow", folder=witness)
    wait_for(lambda: len(lines_in(witness)) >= 2, "the first entries are archived")
    exported = command("audit", "export").stdout_bytes.splitlines()
    following.send_signal(signal.SIGTERM)

    assert following.wait(10) == 0
    assert sorted(lines_in(witness)) == sorted(exported)


def test_a_follower_exits_with_one_if_the_store_went_back(
    command: Command, start: StartCommand, witness: Path, client: redis.Redis
) -> None:
    command("audit", "export")
    following = start("follow", folder=witness)
    wait_for(lambda: any(line.startswith(b'{"checkpoint"') for line in lines_in(witness)), "a checkpoint is archived")
    client.flushall()

    assert following.wait(10) == 1
    assert "THE AUDIT LOG CONTRADICTS ITS ARCHIVE" in following.communicate()[1]


def test_a_follower_reports_that_its_archive_cannot_be_written(
    command: Command, start: StartCommand, witness: Path
) -> None:
    (witness / ARCHIVE).write_bytes(b"")
    following = start("follow", folder=witness)
    said = following.communicate(timeout=10)[1]

    assert (following.returncode, "the archive cannot be written" in said, "Traceback" in said) == (1, True, False)


def test_an_export_continues_where_the_archive_ends(
    command: Command, start: StartCommand, witness: Path, exported: Path
) -> None:
    following = start("follow", folder=witness)
    wait_for(lambda: len(lines_in(witness)) >= 3, "the log is archived")
    os.kill(following.pid, signal.SIGTERM)
    following.wait(10)
    with_archive = command("audit", "export", "--archive", str(witness / ARCHIVE)).stdout_bytes

    assert command("audit", "verify", given=with_archive).exit_code == 0
    assert {*lines_in(witness)} < {*with_archive.splitlines()}


def test_a_store_is_compared_with_its_log(command: Command) -> None:
    verified = command("audit", "verify", "--store")

    assert (verified.exit_code, "The store matches the log" in verified.stdout) == (0, True)


def test_a_store_is_compared_with_a_file_and_newer_entries(command: Command, exported: Path) -> None:
    command("clients", "revoke", "printer-1")

    assert command("audit", "verify", str(exported), "--store").exit_code == 0


@pytest.mark.parametrize("file", ["with", "without"])
def test_a_value_that_was_deleted_from_the_store_is_named(
    command: Command, exported: Path, client: redis.Redis, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    client.delete("wm:clients")
    monkeypatch.setattr(import_module("masking_service.cli.audit.against"), "clock", lambda: clock() + 60)
    verified = command("audit", "verify", "--store", *([str(exported)] if file == "with" else []))

    assert verified.exit_code == 1
    assert "store: list of clients at " in verified.stdout
    assert ": deleted: the place is empty" in verified.stdout
    assert "(announced by " in verified.stdout
    assert "1 fault in the store" in verified.stdout


def test_a_changed_log_is_refused_even_if_the_store_matches_it(command: Command, exported: Path) -> None:
    exported.write_bytes(exported.read_bytes().replace(b'"outcome":"done"', b'"outcome":"gone"', 1))

    assert command("audit", "verify", str(exported), "--store").exit_code == 1


def test_a_restored_store_is_followed_after_it_was_accepted(command: Command, client: redis.Redis, state: Path) -> None:
    older = {key: client.dump(key) or b"" for key in client.keys("*")}
    command("clients", "add", "printer-2", "--role", "label-printer")
    (state / ARCHIVE).mkdir()
    client.flushall()
    for key, value in older.items():
        client.restore(key, 0, value)
    refused = command("audit", "export")
    accepted = command("audit", "accept-store")
    exported = command("audit", "export").stdout_bytes

    assert isinstance(refused.exception, WrongStore)
    assert (accepted.exit_code, "A new log begins" in accepted.stdout, (state / ARCHIVE).exists()) == (0, True, False)
    assert (b'"action":"store-accept"' in exported, command("audit", "verify", given=exported).exit_code) == (True, 0)


def test_an_export_reports_a_log_that_refuses_a_checkpoint(command: Command, client: redis.Redis) -> None:
    client.xadd(ONE_SLOT.checkpoints, {"checkpoint": "x"}, id="999999-0")
    client.xdel(ONE_SLOT.checkpoints, "999999-0")

    assert isinstance(command("audit", "export").exception, CheckpointsBlockedError)


def test_with_a_file_the_auditors_store_user_is_enough(
    command: Command, exported: Path, client: redis.Redis, valkey: str, state: Path
) -> None:
    rule = (ROOT / "examples" / "redis-auditor.acl").read_text().split()
    client.execute_command(
        "ACL", "SETUSER", "auditor", *["nopass" if word == "resetpass" else word for word in rule[2:]]
    )
    settings = {"MASKING_STATE_DIR": str(state), "MASKING_REDIS_URL": f"unix://auditor:x@{valkey.partition('@')[2]}"}
    try:
        verified = CliRunner().invoke(commands, ["audit", "verify", str(exported), "--store"], env=settings)
    finally:
        client.execute_command("ACL", "DELUSER", "auditor")

    assert (verified.exit_code, "The store matches the log" in verified.stdout) == (0, True)


def test_no_store_is_accepted_while_its_archive_is_written(command: Command, state: Path) -> None:
    held = Segments(state / ARCHIVE)
    refused = command("audit", "accept-store")
    held.close()

    assert (refused.exit_code, "another process is archiving here; stop it first" in refused.stderr) == (1, True)
    assert b"store-accept" not in command("audit", "export").stdout_bytes


def follow(witness: Path, valkey: str) -> Path:
    """Archive and publish what is new, as `audit follow` does; return the archive."""
    store = stores.admitted(valkey)
    verifier = Verifier((witness / PUBLIC_KEY).read_bytes())
    with closing(store), Archive(witness / ARCHIVE, verifier, origin="log.example/1") as archive:
        Follower(Streams(store), archive, clock, keep_hours=30 * 24).archive_new()
    return witness / ARCHIVE


@pytest.fixture
def archived_log(command: Command, witness: Path, valkey: str) -> Path:
    """An archive that a witness has published."""
    command("audit", "export")
    return follow(witness, valkey)


def first_entry(archive: Path) -> str:
    lines = (archive / "audit-000001.ndjson").read_bytes().splitlines()
    return str(next(json.loads(line)["id"] for line in lines if b"client-add" in line))


def test_an_entry_is_proved_with_public_keys_alone(command: Command, archived_log: Path, tmp_path: Path) -> None:
    proof, nothing = tmp_path / "entry.tlog-proof", tmp_path / "nothing"
    entry = first_entry(archived_log)
    made = command("audit", "prove", entry, "--output", str(proof), "--archive", str(archived_log), folder=nothing)
    log, service = str(archived_log / "log.vkey"), str(archived_log.parent / PUBLIC_KEY)
    one = command("audit", "verify", "--proof", str(proof), "--key", log, folder=nothing)
    both = command("audit", "verify", "--proof", str(proof), "--key", log, "--key", service, folder=nothing)

    assert (made.exit_code, one.exit_code, both.exit_code) == (0, 0, 0), made.output + one.output + both.output
    assert f"Entry {entry} is leaf " in one.stdout
    assert "The service's signature was not verified" in one.stdout
    assert "The service signed the entry." in both.stdout
    assert '"action":"client-add"' in both.stdout


def test_a_changed_proof_says_what_is_wrong(command: Command, archived_log: Path, tmp_path: Path) -> None:
    proof, log = tmp_path / "entry.tlog-proof", str(archived_log / "log.vkey")
    command("audit", "prove", first_entry(archived_log), "--output", str(proof), "--archive", str(archived_log))
    proof.write_bytes(proof.read_bytes().replace(b"\nindex 1\n", b"\nindex 0\n"))
    verified = command("audit", "verify", "--proof", str(proof), "--key", log)

    assert (verified.exit_code, f"{proof}: its entry is not in the log" in verified.stdout) == (1, True)


def test_a_proof_continues_a_kept_checkpoint(command: Command, archived_log: Path, valkey: str, tmp_path: Path) -> None:
    kept, proof = tmp_path / "kept", tmp_path / "entry.tlog-proof"
    shutil.copy(archived_log / "log" / "checkpoint", kept)
    command("clients", "revoke", "printer-1")
    follow(archived_log.parent, valkey)
    made = command(
        *("audit", "prove", first_entry(archived_log), "--since", str(kept), "--output", str(proof)),
        *("--archive", str(archived_log)),
    )
    arguments = ("--key", str(archived_log / "log.vkey"), "--checkpoint", str(kept))
    verified = command("audit", "verify", "--proof", str(proof), *arguments)

    assert (made.exit_code, verified.exit_code) == (0, 0), made.output + verified.output
    assert "The log has only grown since its checkpoint with " in verified.stdout


@pytest.mark.parametrize("keys", [(), ("service",), ("log", "log")], ids=["none", "of the service", "of two logs"])
def test_a_proof_needs_the_key_of_one_log(
    command: Command, archived_log: Path, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    known = {"service": archived_log.parent / PUBLIC_KEY, "log": archived_log / "log.vkey"}
    named = [word for key in keys for word in ("--key", str(known[key]))]
    proof = tmp_path / "entry.tlog-proof"
    command("audit", "prove", first_entry(archived_log), "--output", str(proof), "--archive", str(archived_log))

    assert "give the key of one log" in command("audit", "verify", "--proof", str(proof), *named).stderr


@pytest.mark.parametrize("entry", ["x", "ab-0", f"{'ab' * 8}-7"])
def test_a_missing_entry_cannot_be_proved(command: Command, archived_log: Path, entry: str) -> None:
    refused = command("audit", "prove", entry, "--archive", str(archived_log))

    assert refused.exit_code != 0
    assert "is not " in refused.stderr


def test_the_tiles_are_verified_with_the_key_of_the_log(command: Command, archived_log: Path) -> None:
    arguments = ("audit", "verify", str(archived_log / "log"), "--key", str(archived_log / "log.vkey"))
    whole = command(*arguments)
    (tile,) = (archived_log / "log" / "tile" / "entries").glob("000.p/*")
    tile.write_bytes(tile.read_bytes()[:-1] + b"x")
    damaged = command(*arguments)

    assert (whole.exit_code, "every tile is as it was signed" in whole.stdout) == (0, True)
    assert (damaged.exit_code, f"{tile}: is not the bundle that was signed" in damaged.stdout) == (1, True)


def test_an_archive_is_compared_with_its_log(command: Command, archived_log: Path) -> None:
    arguments = ("audit", "verify", str(archived_log), "--key", str(archived_log / "log.vkey"))
    whole = command(*arguments)
    entry = first_entry(archived_log)
    path = archived_log / "audit-000001.ndjson"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    for line in lines:
        if line.get("id") == entry:
            line["link"] = "0" * 64
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    rewritten = command(*arguments)

    assert (whole.exit_code, "The archive has these entries, in this order." in whole.stdout) == (0, True), whole.output
    assert (rewritten.exit_code, f"{entry}: is archived in the place of {entry}" in rewritten.stdout) == (1, True)


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
        assert process.wait(10) == 0
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


def test_an_export_reads_older_entries_where_the_archive_is_served(
    command: Command, start: StartCommand, witness: Path, valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        command("audit", "export")  # makes a checkpoint
    with closing(stores.admitted(valkey)) as store, Archive(witness / ARCHIVE, verifier_of_log(witness)) as archive:
        Follower(Streams(store), archive, lambda: clock() + 3 * 3600, keep_hours=2).archive_new()
    key = tmp_path / "archive.key"
    key.write_text("k" * 32)
    key.chmod(0o600)
    serving = start("serve", "--key", str(key), "--port", "0", folder=witness)
    assert serving.stdout is not None
    url = serving.stdout.readline().split()[0]
    alone = command("audit", "verify", given=command("audit", "export").stdout_bytes)
    monkeypatch.setenv("MASKING_AUDIT_URL", url)
    monkeypatch.setenv("MASKING_AUDIT_KEY_FILE", str(key))
    whole = command("audit", "verify", given=command("audit", "export").stdout_bytes)
    serving.send_signal(signal.SIGTERM)

    assert (alone.exit_code, whole.exit_code, serving.wait(10)) == (1, 0, 0), whole.output
    assert "The log is whole" in whole.stdout


def verifier_of_log(witness: Path) -> Verifier:
    return Verifier((witness / PUBLIC_KEY).read_bytes())
