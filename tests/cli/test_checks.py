"""What `doctor` checks, in its order: in the opening tier or a set-up of one tier, and on an intake host."""

from pathlib import Path

import pytest

from masking_service.cli.doctor import checks

BEGIN = ["self-test of the cryptography", "keyset", "keyset is of this tier"]
BOTH = [
    "policy",
    "issuers",
    "ticket system answers",
    "schemas",
    "key of alerts",
    "files cannot be read or changed by others",
    "store keeps what it acknowledges",
    "store stops taking writes when it is cut off from its replicas",
    "store requires a password and limits its memory",
    "clocks of this machine and the store agree",
]
LAST = [
    "addresses that devices prove",
    "audit log is archived",
    "store is this keyset's, and clients can be read",
    "legal holds",
]


@pytest.mark.parametrize(
    ("tier", "names"),
    [
        (None, [*BEGIN, *BOTH, *LAST]),
        ("opening", [*BEGIN, *BOTH, *LAST]),
        ("intake", [*BEGIN, "memory is not swapped out", *BOTH, "opening tier publishes for this host"]),
    ],
)
def test_each_tier_is_checked_in_the_order_in_which_a_request_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tier: str | None, names: list[str]
) -> None:
    monkeypatch.delenv("MASKING_TIER", raising=False)
    if tier is not None:
        monkeypatch.setenv("MASKING_TIER", tier)

    assert [name.en for name, _ in checks(tmp_path)] == names
