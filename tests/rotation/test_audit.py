"""Tests the rotation of the key that signs the audit log, while processes write and make checkpoints."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from keys import keyset
from keys.errors import IntegrityError
from keys.keyring import Keyring
from keys.keyset_file import new_secret
from keys.rotation import change_name, write_changed
from keys.signatures import Verifier
from masking_audit.verify.verifier import Verification, verify
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.log import AuditLog
from masking_service.rotation.rotate import rotate_audit
from tests.audit import logs
from tests.rotation.processes import TODAY, Killed, Process, coordinator, countdown
from tests.store.stores import NOW


class Writing:
    """A process that writes entries and makes checkpoints whenever it is asked."""

    def __init__(self, process: Process, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.process = process
        signer = process.keyring.audit_signer
        self.log = AuditLog(process.store, signer, os.urandom, lambda: NOW)
        self.checkpoints = Checkpoints(process.store, signer, folder, lambda: NOW)

    def write(self) -> None:
        self.process.look()
        self.log.append(logs.full_entry(1))
        self.checkpoints.make()


@pytest.fixture
def writing(process: Process, tmp_path: Path) -> Writing:
    writing = Writing(process, tmp_path / "process")
    writing.write()
    return writing


def rotated(path: Path, writing: Writing, step: Callable[[], object] = lambda: None) -> int | None:
    """Run the command while the process writes."""

    def follow() -> None:
        step()
        writing.write()

    with coordinator(path, writing.process.url, step=follow) as mine:
        checkpoints = Checkpoints(mine.store, mine.keyring.audit_signer, path.parent, lambda: NOW)
        return rotate_audit(mine, checkpoints)


def states(path: Path, use: str) -> list[str]:
    return [entry.state for entry in keyset.read(path)[0].secrets if entry.use == use]


def verified(writing: Writing, pem: bytes) -> list[str]:
    """What is wrong with the whole log."""
    verification = Verification(Verifier(pem))
    verify(logs.lines(writing.process.store), verification)
    return [str(one) for one in verification.findings]


def test_the_log_verifies_with_the_public_key_of_before_and_with_the_new_file(path: Path, writing: Writing) -> None:
    before = writing.process.keyring.audit_signer.public_pem()

    ended = rotated(path, writing)
    writing.write()

    after = Keyring(keyset.load(path)).audit_signer.public_pem()
    assert (after.endswith(before), after.count(b"BEGIN")) == (True, 2)
    assert ended is not None
    assert (verified(writing, before), verified(writing, after)) == ([], [])
    assert states(path, "audit") == ["ended", "active"]


def test_a_holder_of_the_old_keyset_adds_nothing_to_the_log(path: Path, writing: Writing, old_keyset: Path) -> None:
    rotated(path, writing)
    thief = Keyring(keyset.load(old_keyset)).audit_signer
    AuditLog(writing.process.store, thief, os.urandom, lambda: NOW).append(logs.full_entry(66))
    writing.write()

    found = verified(writing, Keyring(keyset.load(path)).audit_signer.public_pem())

    assert len(found) == 1
    assert "its key ended" in found[0]


def test_the_service_makes_no_checkpoint_after_one_of_a_holder_of_the_old_key(
    path: Path, writing: Writing, old_keyset: Path, tmp_path: Path
) -> None:
    rotated(path, writing)
    other = tmp_path / "thief"
    other.mkdir()
    thief = Keyring(keyset.load(old_keyset)).audit_signer
    forger = Checkpoints(writing.process.store, thief, other, lambda: NOW)

    with pytest.raises(IntegrityError):
        forger.make()  # it cannot even verify the newest one
    writing.write()


@pytest.mark.parametrize("checks", range(8))
def test_a_killed_rotation_continues_and_loses_no_entry(path: Path, writing: Writing, checks: int) -> None:
    before = writing.process.keyring.audit_signer.public_pem()
    try:
        rotated(path, writing, countdown([checks]))
    except Killed:
        writing.write()
        rotated(path, writing)
    writing.write()

    assert verified(writing, before) == []
    assert verified(writing, Keyring(keyset.load(path)).audit_signer.public_pem()) == []
    assert (states(path, "audit"), states(path, "audit-hash")) == (["ended", "active"], ["retired", "active"])


def test_a_rotation_that_an_earlier_release_began_keeps_the_secret_of_hashes(path: Path, writing: Writing) -> None:
    file, opened = keyset.read(path)
    secret = new_secret(opened.roots, "audit", 1, "distributed", TODAY)
    write_changed(path, opened, replace(file, secrets=[*file.secrets, secret]), change_name("distribute", "audit"))

    rotated(path, writing)

    assert (states(path, "audit"), states(path, "audit-hash")) == (["ended", "active"], ["active"])
    rotated(path, writing)
    assert (states(path, "audit")[1:], states(path, "audit-hash")) == (["ended", "active"], ["retired", "active"])
