"""What is printed of a proof, whole."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from masking_audit.cli import verify_output
from masking_audit.tiles.merkle import EMPTY_ROOT, ProofError
from masking_audit.tiles.proofs import Keys, Proved
from masking_audit.tiles.tree_head import TreeHead

HEAD, OLDER = TreeHead("log.example", 12, EMPTY_ROOT), TreeHead("log.example", 1, EMPTY_ROOT)
NOTHING: Any = None
WITNESSES: Any = [SimpleNamespace(name="one.example"), SimpleNamespace(name="two.example")]
PLAIN = Proved("ab-7", b'{"at":1}', 6, HEAD, [], None, "")
FULL = Proved("ab-7", b'{"at":1}', 6, HEAD, [0, 60], OLDER, "0a1b")
TOLD = ['{"at":1}', "Entry ab-7 is leaf 6 of the 12 that the log log.example has signed."]
TOLD_FULL = [
    *TOLD,
    "one.example cosigned them at 1970-01-01T00:00:00Z.",
    "two.example cosigned them at 1970-01-01T00:01:00Z.",
    "The log has only grown since its checkpoint with 1 entry.",
    "The service signed the entry.",
    "The person's own key signed it. The key was approved by 0a1b in the end, or is it.",
]
UNKNOWN_SERVICE = "The service's signature was not verified: give its key, too."
NOT_APPROVED = "No key that the given approvers approved signed the entry."


@pytest.mark.parametrize(
    ("proved", "approvers", "told", "sound"),
    [
        (PLAIN, None, [*TOLD, UNKNOWN_SERVICE], True),
        (PLAIN, {"0a1b"}, [*TOLD, UNKNOWN_SERVICE, NOT_APPROVED], False),
        (FULL, None, TOLD_FULL, True),
        (FULL, {"0a1b"}, TOLD_FULL, True),
        (FULL, {"ffff"}, [*TOLD_FULL, NOT_APPROVED], False),
        (None, None, ["proof: torn", "The entry is not proved."], False),
    ],
    ids=["the log's key alone", "no person signed", "all keys", "approved", "approved by another", "no proof"],
)
def test_a_proof_is_told_with_all_that_it_proves(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    proved: Proved | None,
    approvers: set[str] | None,
    told: list[str],
    sound: bool,
) -> None:
    keys = Keys(NOTHING, WITNESSES, NOTHING or object()) if proved is FULL else Keys(NOTHING)  # type: ignore[arg-type]  # it is only looked whether there is one

    def verify(parsed: bytes, by: Keys, kept: object) -> Proved:
        assert (parsed, by, kept) == (b"a proof", keys, None)
        if proved is None:
            raise ProofError("torn")
        return proved

    monkeypatch.setattr(verify_output, "_keys", lambda files: keys)
    monkeypatch.setattr(verify_output, "Proof", SimpleNamespace(parse=bytes))
    monkeypatch.setattr(verify_output, "verify_proof", verify)
    monkeypatch.chdir(tmp_path)
    Path("proof").write_bytes(b"a proof")

    assert verify_output.say_proof(Path("proof"), [], None, approvers) is sound
    assert capsys.readouterr().out.splitlines() == told
