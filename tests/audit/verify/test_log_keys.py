"""The key of a log turns over: old entries still verify, and a holder of the old key adds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from keys.errors import IntegrityError
from keys.signatures import Verifier
from keys.signers import LogSigner
from masking_audit.archive.archive import Archive
from masking_audit.archive.follower import Follower
from masking_audit.archive.segments import ArchiveError, archived
from masking_audit.format.lines import Checkpoint, CheckpointLine, EntryLine, Head, read_line, write_line
from masking_audit.format.links import FIRST_LINK, commit_message, encode, link
from masking_audit.verify.findings import Finding, FindingKind
from masking_audit.verify.log_keys import LogKeys
from masking_audit.verify.verifier import StartingPoint, Verification, verify
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.log import AuditLog
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import full_entry
from tests.keys.known import known_bytes
from tests.store.stores import NOW

SEEDS: Final = {version: known_bytes(f"log {version}") for version in range(3)}
OLD: Final = LogSigner({0: SEEDS[0]}, 0, 0)
"""What a person copied who left before the key turned over."""
GIVEN_OLD: Final = Verifier(OLD.public_pem())
GIVEN_BOTH: Final = Verifier(LogSigner(SEEDS, 1, 1).public_pem())


def signer(active: int, ended: int, known: int) -> LogSigner:
    return LogSigner({version: SEEDS[version] for version in range(known + 1)}, active, ended)


@dataclass
class Signing:
    """A service whose signing key turns over."""

    store: Store
    folder: Path
    signer: LogSigner = field(default_factory=lambda: signer(0, 0, 0))
    at: int = NOW

    def __post_init__(self) -> None:
        self.log = AuditLog(self.store, self.signer, os.urandom, lambda: self.at)
        self.checkpoints = Checkpoints(self.store, self.signer, self.folder, lambda: self.at)

    def write(self, count: int = 2) -> None:
        for number in range(count):
            self.log.append(full_entry(number))
        self.checkpoints.make()

    def turn_over(self, to: int = 1) -> None:
        """As `rotate_audit` does, with entries at each step."""
        self.signer.adopt(SEEDS if to == 2 else {0: SEEDS[0], 1: SEEDS[1]}, to - 1, to - 1)
        self.checkpoints.make(self.signer.successors())
        self.write()
        self.signer.adopt(SEEDS if to == 2 else {0: SEEDS[0], 1: SEEDS[1]}, to, to - 1)
        self.write()
        self.checkpoints.make(())
        self.signer.adopt(SEEDS if to == 2 else {0: SEEDS[0], 1: SEEDS[1]}, to, to)

    def lines(self) -> list[bytes]:
        return logs.lines(self.store)


@pytest.fixture
def signing(store: Store, tmp_path: Path) -> Signing:
    return Signing(store, tmp_path)


@pytest.fixture
def turned(signing: Signing) -> Signing:
    """A log with entries under the old key, under both, and under the new one."""
    signing.write()
    signing.turn_over()
    signing.write()
    return signing


def findings(lines: Sequence[bytes], given: Verifier, **how: Any) -> list[Finding]:
    verification = Verification(given, **how)
    verify(lines, verification)
    return [*verification.findings]


def found(lines: Sequence[bytes], given: Verifier, **how: Any) -> list[tuple[FindingKind, str]]:
    return [(one.kind, one.where) for one in findings(lines, given, **how)]


def forged(signer: LogSigner, writer: str = "ab" * 8, number: int = 1, before: bytes = FIRST_LINK) -> EntryLine:
    """An entry that was never made."""
    content = encode(full_entry(99))
    linked = link(before, writer, number, content)
    return EntryLine(writer, number, content, linked, signer.sign(commit_message(writer, number, linked)))


def checkpoint(signer: LogSigner, previous: CheckpointLine, heads: Sequence[Head], keys: Sequence[str]) -> bytes:
    """A checkpoint that was never made."""
    made = Checkpoint(previous.checkpoint.epoch + 1, NOW, previous.link.hex(), heads, keys=tuple(keys))
    unsigned = CheckpointLine(made, encode(made), b"")
    return write_line(CheckpointLine(made, unsigned.content, signer.sign(unsigned.message)))


def checkpoints_of(lines: Sequence[bytes]) -> Iterator[CheckpointLine]:
    return (one for one in map(read_line, lines) if isinstance(one, CheckpointLine))


@pytest.mark.parametrize("given", [GIVEN_OLD, GIVEN_BOTH], ids=["the old key", "both keys"])
def test_a_log_whose_key_turned_over_verifies(turned: Signing, given: Verifier) -> None:
    verification = Verification(given)
    summary = verify(turned.lines(), verification)

    assert [*verification.findings] == []
    assert summary.entries == 9  # the first entry of the chain, and two at each of four steps
    assert (summary.learned_key == b"") is (given is GIVEN_BOTH)


def test_it_turns_over_twice(turned: Signing) -> None:
    turned.turn_over(2)
    turned.write()

    for given in (GIVEN_OLD, GIVEN_BOTH, Verifier(LogSigner(SEEDS, 2, 2).public_pem())):
        assert found(turned.lines(), given) == []


def test_entries_under_the_old_key_after_the_turnover_are_refused(turned: Signing) -> None:
    lines = turned.lines()
    entry = forged(OLD)
    newest = [*checkpoints_of(lines)][-1]
    heads = [*newest.checkpoint.heads, Head(entry.writer, 1, entry.link.hex())]
    named = checkpoint(OLD, newest, heads, ())

    for given in (GIVEN_OLD, GIVEN_BOTH):
        assert (FindingKind.FORGED, "abababababababab-1") in found([*lines[:-1], write_line(entry), lines[-1]], given)
        assert (FindingKind.FORGED, f"checkpoint {newest.checkpoint.epoch + 1}") in found([*lines, named], given)


def test_entries_under_the_old_key_before_the_end_of_the_key_have_to_be_named_until_then(turned: Signing) -> None:
    """In an archive, entries stand before the checkpoints that name them."""
    first, *rest = turned.lines()

    assert (FindingKind.FORGED, "abababababababab-1") in found([first, write_line(forged(OLD)), *rest], GIVEN_BOTH)


def test_the_old_key_does_not_continue_a_chain_of_the_service(turned: Signing) -> None:
    lines = turned.lines()
    last = [one for one in map(read_line, lines) if isinstance(one, EntryLine)][-1]
    more = forged(OLD, last.writer, last.number + 1, last.link)

    kinds = {kind for kind, _ in found([*lines[:-1], write_line(more), lines[-1]], GIVEN_BOTH)}

    assert FindingKind.FORGED in kinds


def test_an_auditor_with_both_keys_refuses_a_log_that_the_old_key_alone_made(signing: Signing) -> None:
    signing.write()
    lines = signing.lines()

    assert found(lines, GIVEN_OLD) == []
    said = "ends before the newest of the given keys took over: it is an older log, or made with an older key"
    assert list(map(str, findings(lines, GIVEN_BOTH))) == [f"the log: cut off: {said}"]


def test_the_old_key_cannot_name_another_successor_or_stay(signing: Signing) -> None:
    signing.write()
    lines = signing.lines()
    (newest,) = checkpoints_of(lines)
    evil = LogSigner({0: SEEDS[0], 1: known_bytes("evil")}, 1, 1)
    ours, theirs = GIVEN_BOTH.public_keys[0].hex(), evil.successors()[0].hex()
    old = GIVEN_OLD.public_keys[0].hex()

    for keys, kind in (((old, theirs), FindingKind.FORGED), ((old, ours), FindingKind.CUT_OFF)):
        fork = [*lines, checkpoint(OLD, newest, newest.checkpoint.heads, keys)]
        assert kind in {kind for kind, _ in found(fork, GIVEN_BOTH)}


def test_an_ended_key_is_never_named_again(turned: Signing) -> None:
    lines = turned.lines()
    newest = [*checkpoints_of(lines)][-1]
    keys = [key.hex() for key in GIVEN_BOTH.public_keys]
    again = checkpoint(signer(1, 1, 1), newest, newest.checkpoint.heads, keys)

    assert (FindingKind.FORGED, f"checkpoint {newest.checkpoint.epoch + 1}") in found([*lines, again], GIVEN_BOTH)


def test_an_ended_key_signs_no_checkpoint_that_names_its_successor(turned: Signing) -> None:
    lines = turned.lines()
    newest = [*checkpoints_of(lines)][-1]
    named = checkpoint(OLD, newest, newest.checkpoint.heads, [GIVEN_BOTH.public_keys[0].hex()])

    for given in (GIVEN_OLD, GIVEN_BOTH):
        assert found([*lines, named], given) == [(FindingKind.FORGED, f"checkpoint {newest.checkpoint.epoch + 1}")]


def test_a_log_is_verified_from_a_checkpoint_of_any_time(turned: Signing) -> None:
    lines = turned.lines()
    for since in checkpoints_of(lines):
        start = StartingPoint.after(since, GIVEN_BOTH)
        heads = {head.writer: head.number for head in since.checkpoint.heads}
        rest = [
            line
            for line in lines
            if (isinstance(one := read_line(line), CheckpointLine) and one.checkpoint.epoch > since.checkpoint.epoch)
            or (isinstance(one, EntryLine) and one.number > heads.get(one.writer, 0))
        ]
        if rest:
            assert found(rest, GIVEN_BOTH, start=start) == []
            late = [write_line(forged(OLD)), *rest]
            assert (FindingKind.FORGED, "abababababababab-1") in found(late, GIVEN_BOTH, start=start)


def test_a_checkpoint_that_was_kept_verifies_whichever_key_signed_it(turned: Signing) -> None:
    lines = turned.lines()
    for kept in checkpoints_of(lines):
        assert found(lines, GIVEN_OLD, against=kept) == []


def test_the_witness_follows_the_keys_with_the_first_public_key_alone(signing: Signing, tmp_path: Path) -> None:
    folder = tmp_path / "archive"

    def follow() -> None:
        with Archive(folder, GIVEN_OLD) as archive:
            Follower(Streams(signing.store), archive, lambda: NOW, 2).archive_new()

    signing.write()
    follow()
    signing.turn_over()
    follow()
    signing.write()
    follow()

    assert found([*archived(folder)], GIVEN_BOTH) == []
    thief = AuditLog(signing.store, OLD, os.urandom, lambda: NOW)
    thief.append(full_entry(7))
    with pytest.raises(ArchiveError, match="signature"):
        follow()


def test_the_service_refuses_a_newest_checkpoint_under_an_ended_key(turned: Signing, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    thief = Checkpoints(turned.store, signer(0, 0, 1), tmp_path, lambda: NOW)
    thief.make()

    with pytest.raises(IntegrityError, match="a key that has ended"):
        Checkpoints(turned.store, turned.signer, other, lambda: NOW).read_newest()


def test_given_keys_and_those_of_an_archive_are_put_in_one_order() -> None:
    a, b, c, d = (LogSigner({0: known_bytes(name)}, 0, 0) for name in "abcd")
    raw = [one.successors()[0] for one in (a, b, c, d)]

    def keys(given: str, known: str, oldest: int = 0) -> tuple[str, int]:
        pem = b"".join({"a": a, "b": b, "c": c, "d": d}[name].public_pem() for name in reversed(given))
        made = LogKeys(Verifier(pem), [raw["abcd".index(name)] for name in known], oldest)
        return "".join("abcd"[raw.index(key)] for key in made.keys), made.oldest

    assert keys("a", "") == ("a", 0)
    assert keys("a", "ab", 1) == ("ab", 1)
    assert keys("abc", "ab", 1) == ("abc", 1)
    assert keys("b", "ab", 1) == ("ab", 1)
    assert keys("ab", "b") == ("ab", 1)
    assert keys("d", "ab", 1) == ("d", 0)
    assert keys("abc", "abd", 2) == ("abc", 0)
