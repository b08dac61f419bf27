"""`audit verify` needs an export and the public key."""

import json
import shutil
import stat
from pathlib import Path

import pytest

from keys import keyset
from keys.keyring import Keyring
from masking_audit.packs.evidence import excerpt
from masking_service.runtime.state_files import PUBLIC_KEY
from tests.cli.conftest import Command


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

    assert refused.exit_code == 2
    assert f"Invalid value for {option}: {exported} does not contain a checkpoint" in refused.stderr


@pytest.mark.parametrize("arguments", [["verify"], ["verify", "--store"], ["verify", "FILE"], ["follow"]])
def test_without_a_set_up_one_line_says_what_to_do(
    command: Command, exported: Path, tmp_path: Path, arguments: list[str]
) -> None:
    folder = tmp_path / "nothing"
    refused = command("audit", *(str(exported) if one == "FILE" else one for one in arguments), folder=folder)

    said = str(refused.exception)
    assert said.startswith(f"{folder}/audit-public.pem: no such file. `make run` makes a development set-up; ")
    assert said.endswith("name the log's public key: --public-key audit-public.pem")


class TestOptionsThatSayNothing:
    """An option that would be passed over is refused: its caller believes that it was followed."""

    @staticmethod
    def refused(command: Command, *arguments: object) -> str:
        done = command("audit", "verify", *map(str, arguments))
        assert (done.exit_code, done.stdout) == (2, "")
        return done.stderr.splitlines()[-1]

    def test_a_pack_is_refused_with_options_for_a_log(self, command: Command, exported: Path, tmp_path: Path) -> None:
        pack = tmp_path / "report"
        days = ("--from", "2026-01-01", "--to", "2037-01-01")
        assert command("audit", "report", *days, "--output", str(pack)).exit_code == 0
        (tmp_path / "approvers.txt").write_text("ab" * 32)

        said = self.refused(
            command, pack, "--approvers", tmp_path / "approvers.txt", "--checkpoint", exported, "--store"
        )

        assert said == "Error: a folder of files is verified without --checkpoint, --approvers, --store"
        assert command("audit", "verify", str(pack), "--signatures").exit_code == 0

    def test_evidence_of_a_pack_is_refused_with_options_for_a_log(
        self, command: Command, exported: Path, tmp_path: Path
    ) -> None:
        evidence = tmp_path / "evidence.ndjson"
        evidence.write_bytes(b"".join(excerpt(exported.read_bytes().splitlines(keepends=True), lambda *_: True)))

        said = self.refused(command, evidence, "--checkpoint", exported, "--store")

        assert said == "Error: the evidence of a pack is verified without --checkpoint, --store"
        assert command("audit", "verify", str(evidence)).exit_code == 0

    def test_a_log_is_refused_with_a_key_of_an_archive(self, command: Command, exported: Path, state: Path) -> None:
        assert "--key is for a proof or an archive" in self.refused(command, exported, "--key", state / PUBLIC_KEY)

    def test_a_proof_is_refused_with_a_log(self, command: Command, exported: Path) -> None:
        said = self.refused(command, exported, "--proof", exported, "--public-key", exported)

        assert said == "Error: a proof is verified without FILE, --public-key"

    def test_an_archive_is_refused_with_options_for_a_log(self, command: Command, archived_log: Path) -> None:
        said = self.refused(command, archived_log, "--key", archived_log / "log.vkey", "--signatures")

        assert said == "Error: an archive is verified without --signatures"


def test_a_log_may_begin_only_after_a_signed_checkpoint(command: Command, exported: Path, tmp_path: Path) -> None:
    line = json.loads(exported.read_bytes().splitlines()[-1])
    line["checkpoint"]["at"] += 1
    (tmp_path / "forged.json").write_text(json.dumps(line))
    refused = command("audit", "verify", str(exported), "--since", str(tmp_path / "forged.json"))

    assert (refused.exit_code, "was not signed with this key" in refused.stderr) == (2, True)


def test_a_changed_log_is_refused_even_if_the_store_matches_it(command: Command, exported: Path) -> None:
    exported.write_bytes(exported.read_bytes().replace(b'"outcome":"done"', b'"outcome":"gone"', 1))

    assert command("audit", "verify", str(exported), "--store").exit_code == 1
