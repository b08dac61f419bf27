"""The commands of an auditor on a log whose key turned over."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from keys import keyset
from keys.keyring import Keyring
from keys.signers import LogSigner
from masking_audit.format.entries import Item
from masking_audit.packs.evidence import excerpt
from masking_service.audit.log import AuditLog
from masking_service.rotation import coordinator
from masking_service.runtime.clock import clock
from masking_service.runtime.state_files import PUBLIC_KEY
from tests.audit.logs import entry
from tests.cli.audit.witnesses import first_entry, follow
from tests.cli.conftest import Command
from tests.store import stores


@pytest.fixture
def before(state: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> LogSigner:
    """The old key, after a rotation; `before.pem` is the public key of before."""
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)
    old = Keyring(keyset.load(state / "keyset.json")).audit_signer
    shutil.copy(state / PUBLIC_KEY, state / "before.pem")
    rotated = command("keys", "rotate", "audit")
    assert (rotated.exit_code, "the old one verifies nothing new" in rotated.output) == (0, True), rotated.output
    assert command("clients", "add", "printer-2", "--role", "label-printer").exit_code == 0
    return old


def test_both_public_keys_verify_the_log_and_the_old_one_says_which_key_signs_now(
    command: Command, before: LogSigner, exported: Path, state: Path
) -> None:
    old = command("audit", "verify", str(exported), "--public-key", str(state / "before.pem"))
    new = command("audit", "verify", str(exported), "--public-key", str(state / PUBLIC_KEY))
    again = command("audit", "verify")

    assert (old.exit_code, new.exit_code, again.exit_code) == (0, 0, 0), old.output + new.output + again.output
    (key, *_) = Keyring(keyset.load(state / "keyset.json")).audit_signer.successors()
    assert f"Its key turned over, and {key.hex()} signs now" in old.stdout
    assert "signs now" not in new.stdout


def test_the_new_file_refuses_an_export_from_before(
    command: Command, exported: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)
    command("keys", "rotate", "audit")

    refused = command("audit", "verify", str(exported), "--public-key", str(state / PUBLIC_KEY))

    assert (refused.exit_code, "before the newest of the given keys took over" in refused.stdout) == (1, True)


def test_a_pack_about_old_entries_is_evidence_under_the_new_key_alone(
    command: Command, state: Path, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lists those of the given waybills that were opened, whose hashes in these entries are older, too."""
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)
    old = Keyring(keyset.load(state / "keyset.json"))
    keys = old.tenant("default")
    (waybill,) = keys.waybill_hashes(keys.bases([stores.NUMBER]))
    opened = [Item(waybill, "released", "/recipient/phone", "phone")]
    log = AuditLog(stores.admitted(valkey), old.audit_signer, os.urandom, clock)
    tenant = keys.audit_hash("tenant")
    log.append(entry(at=clock(), action="detokenize", outcome="released", tenant=tenant, count=1, items=opened))
    command("keys", "rotate", "audit")
    pack, public = state / "pack", str(state / PUBLIC_KEY)
    period = ("--from", "2020-01-01", "--to", "2100-01-01")
    (state / "numbers.txt").write_text(f"SF00000099\n{stores.NUMBER}\n", "utf-8")
    asked = ("--principal", "staff/u-1", "--waybills", str(state / "numbers.txt"))

    made = command("audit", "incident", *asked, *period, "--output", str(pack))
    verified = command("audit", "verify", str(pack), "--public-key", public)
    (line,) = [*excerpt(command("audit", "export").stdout_bytes.splitlines(keepends=True), lambda *_: True)][1:2]
    (state / "old.ndjson").write_bytes(line)
    refused = command("audit", "verify", str(state / "old.ndjson"), "--public-key", public)

    assert (made.exit_code, verified.exit_code) == (0, 0), made.output + verified.output
    assert b'"detokenize"' in (pack / "evidence.ndjson").read_bytes()
    assert (pack / "victims.csv").read_text("utf-8-sig").split() == ["waybill_no", stores.NUMBER]
    assert (refused.exit_code, "0 entries proved" in refused.output) == (1, True), refused.output


def test_the_proof_of_an_old_entry_verifies_with_the_new_file(
    command: Command, before: LogSigner, archived_log: Path, tmp_path: Path, state: Path
) -> None:
    proof, log = tmp_path / "entry.tlog-proof", str(archived_log / "log.vkey")
    command("audit", "prove", first_entry(archived_log), "--output", str(proof), "--archive", str(archived_log))

    verified = command("audit", "verify", "--proof", str(proof), "--key", log, "--key", str(state / PUBLIC_KEY))

    assert (verified.exit_code, "The service signed the entry." in verified.stdout) == (0, True), verified.output


def test_the_witness_goes_on_with_the_public_key_that_it_has(
    command: Command, archived_log: Path, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)
    assert command("keys", "rotate", "audit").exit_code == 0
    assert command("clients", "add", "printer-3", "--role", "label-printer").exit_code == 0

    follow(archived_log.parent, valkey)

    verified = command("audit", "verify", "--archive", str(archived_log))
    assert verified.exit_code == 0, verified.output
