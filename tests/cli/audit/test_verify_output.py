"""What is printed of signed acts, whole."""

from __future__ import annotations

from collections import Counter

import pytest

from masking_audit.cli.verify_output import say_signatures
from masking_audit.verify.findings import Findings
from masking_audit.verify.signatures import PersonSignatures


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
