"""What is printed of a log and of signed acts, whole."""

from __future__ import annotations

from collections import Counter

import pytest

from masking_audit.cli.verify_output import say, say_signatures
from masking_audit.verify.findings import MAX_FINDINGS, FindingKind, Findings
from masking_audit.verify.signatures import PersonSignatures
from masking_audit.verify.verifier import LogSummary


@pytest.mark.parametrize(
    ("signed", "unsigned", "roots", "expected"),
    [
        ({}, {"erase": 2}, {}, ["0 signatures of people verified"]),
        (
            {"freeze": 1},
            {},
            {"ab12": 1},
            [
                "1 signature of people verified: freeze 1",
                "1 of them by keys that ab12 approved or is; it was approved on a command line",
            ],
        ),
        (
            {"freeze": 1, "detokenize": 4},
            {"detokenize": 3, "erase": 2},
            {"ab12": 1, "cd34": 4},
            [
                "5 signatures of people verified: detokenize 4, freeze 1",
                "4 of them by keys that cd34 approved or is; it was approved on a command line",
                "1 of them by keys that ab12 approved or is; it was approved on a command line",
                "detokenize: 3 were done without a signature",
            ],
        ),
    ],
    ids=["none", "one", "several"],
)
def test_signatures_are_told_with_their_acts_and_approvals(
    capsys: pytest.CaptureFixture[str],
    signed: dict[str, int],
    unsigned: dict[str, int],
    roots: dict[str, int],
    expected: list[str],
) -> None:
    found = PersonSignatures(Findings())
    found.signed, found.unsigned, found.roots = Counter(signed), Counter(unsigned), Counter(roots)

    say_signatures(found)

    assert capsys.readouterr().out.splitlines() == expected


NONE, ONE, MANY = (
    LogSummary(0, 0, 0, 0, 0, 0, 0, 0),
    LogSummary(1, 1, 1, 1, 5, 5, 1, 6),
    LogSummary(12, 2, 3, 2, 5, 65, 7, 66, b"\x0a\x0b"),
)
TOLD_NONE = ["0 entries of 0 writers in 0 commits", "0 checkpoints"]
TOLD_ONE = [
    "1 entry of 1 writer in 1 commit, from 1970-01-01T00:00:05Z to 1970-01-01T00:00:05Z",
    "1 checkpoint, the newest (1) of 1970-01-01T00:00:06Z",
]
TOLD_MANY = [
    "12 entries of 2 writers in 3 commits, from 1970-01-01T00:00:05Z to 1970-01-01T00:01:05Z",
    "2 checkpoints, the newest (7) of 1970-01-01T00:01:06Z",
    "Its key turned over, and 0a0b signs now: get the new audit-public.pem.",
]
WHOLE = "The log is whole: nothing in it was edited, dropped, duplicated, moved or cut off."
NOT_WHOLE = "this is not the log that was signed, or not all of it."
OTHER_KEY = "No signature was made with this key. Is it the key of this log?"


@pytest.mark.parametrize(
    ("summary", "forged", "told", "end"),
    [
        (NONE, 0, TOLD_NONE, [WHOLE]),
        (NONE, 1, TOLD_NONE, [f"1 fault: {NOT_WHOLE}"]),
        (ONE, 0, TOLD_ONE, [WHOLE]),
        (ONE, 1, TOLD_ONE, [f"1 fault: {NOT_WHOLE}"]),
        (ONE, 2, TOLD_ONE, [OTHER_KEY, f"2 faults: {NOT_WHOLE}"]),
        (MANY, 0, TOLD_MANY, [WHOLE]),
        (MANY, 4, TOLD_MANY, [f"4 faults: {NOT_WHOLE}"]),
        (MANY, MAX_FINDINGS, TOLD_MANY, [OTHER_KEY, f"{MAX_FINDINGS} faults: {NOT_WHOLE}"]),
        (MANY, MAX_FINDINGS + 1, TOLD_MANY, ["… and 1 more", OTHER_KEY, f"{MAX_FINDINGS + 1} faults: {NOT_WHOLE}"]),
    ],
)
def test_a_log_is_told_with_its_faults(
    capsys: pytest.CaptureFixture[str], summary: LogSummary, forged: int, told: list[str], end: list[str]
) -> None:
    findings = Findings()
    for line in range(1, forged + 1):
        findings.add(FindingKind.FORGED, line, "", "not signed")
    faults = [f"line {line}: signature: not signed" for line in range(1, min(forged, MAX_FINDINGS) + 1)]

    assert say(summary, findings) is (forged == 0)
    assert capsys.readouterr().out.splitlines() == [*told, *faults, *end]
