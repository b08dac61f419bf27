"""`audit prove`, and verifying proofs, tiles and archives."""

import json
import shutil
from pathlib import Path

import pytest

from masking_service.runtime.state_files import PUBLIC_KEY
from tests.cli.audit.witnesses import first_entry, follow
from tests.cli.conftest import Command


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

    assert (verified.exit_code, f"{proof}: the entry is not in the log" in verified.stdout) == (1, True)


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


def test_without_an_archive_it_says_where_to_run_it(command: Command, archived_log: Path, tmp_path: Path) -> None:
    """In production the archive is the witness's, and the service's user has none."""
    refused = command("audit", "prove", first_entry(archived_log), folder=tmp_path / "state")

    assert (refused.exit_code, "no archive can be read here" in refused.output) == (1, True)
    assert isinstance(refused.exception, SystemExit)


@pytest.mark.parametrize(
    ("name", "said"), [("none/entry", "cannot be written (No such file or directory)"), ("there", "exists already")]
)
def test_a_file_that_cannot_be_written_is_named(
    command: Command, archived_log: Path, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "there").touch()
    output = str(tmp_path / name)
    refused = command("audit", "prove", first_entry(archived_log), "--output", output, "--archive", str(archived_log))

    assert (refused.exit_code, f"{output}: {said}" in refused.output) == (1, True), refused.output


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


def test_a_checkpoint_that_the_key_did_not_sign_is_said(command: Command, archived_log: Path) -> None:
    note = archived_log / "log" / "checkpoint"
    note.write_bytes(note.read_bytes().replace(b"\n", b"\n1", 1))

    refused = command("audit", "verify", str(archived_log / "log"), "--key", str(archived_log / "log.vkey"))

    assert (refused.exit_code, refused.stdout) == (1, f"{note}: wrong signature of log.example/1\n")


def test_archived_entries_that_were_edited_under_their_links_are_named(command: Command, archived_log: Path) -> None:
    """Also the first one of a process, which follows no link."""
    path = archived_log / "audit-000001.ndjson"
    content = path.read_bytes()
    entries = [str(json.loads(line)["id"]) for line in content.splitlines() if b'"action":"' in line]
    path.write_bytes(content.replace(b'"action":"', b'"action":"x'))
    verified = command("audit", "verify", str(archived_log), "--key", str(archived_log / "log.vkey"))

    assert any(entry.endswith("-1") for entry in entries)
    assert verified.exit_code == 1
    assert verified.stdout.splitlines()[-len(entries) :] == [
        f"{entry}: was edited: the archived entry does not match its link" for entry in entries
    ]


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
