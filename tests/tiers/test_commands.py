"""Tests the commands of a split service, on its two state directories."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import redis
from click.testing import Result

from keys.keyset import load
from keys.rotation import activate, distribute
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.policy import Policy
from masking_service.store.layout import WORKERS
from tests.e2e.processes import invoke
from tests.service.people.policies import DOCUMENT, edited, put
from tests.tiers.split import HOST, Split

INTAKE = "at the intake host"


def run(split: Split, *words: str | Path, **settings: str) -> Result:
    """Run a command of a tier in this process."""
    tier = split.intake_settings if INTAKE in words else split.opening_settings
    return invoke(
        *(word for word in words if word != INTAKE),
        "--state-dir",
        tier.state_dir,
        MASKING_REDIS_URL=tier.redis_url,
        MASKING_POLICY=str(tier.policy),
        **settings,
    )


@pytest.fixture
def stopped(split: Split, valkey: str) -> None:
    """Let no process be waited for: those of the set-up do not follow a change of keys."""
    del split  # it has told by now which processes there are
    with redis.Redis.from_url(valkey) as client:
        client.delete(WORKERS)


def intake_settings(split: Split) -> dict[str, str]:
    return {"MASKING_TIER": "intake", "MASKING_OPENING_URL": split.intake_settings.opening_url}


@pytest.mark.usefixtures("stopped")
def test_a_host_is_split_off_enrolled_listed_and_revoked(split: Split, tmp_path: Path) -> None:
    out = tmp_path / "intake-2.json"

    made = run(split, "keys", "split", "intake-2", "--out", out)
    enrolled = run(split, "keys", "hosts", "enrol", tmp_path / "intake-2.host.json")
    again = run(split, "keys", "hosts", "enrol", str(tmp_path / "intake-2.host.json"))
    revoked, twice = (run(split, "keys", "hosts", "revoke", "intake-2") for _ in range(2))
    refused = run(split, "keys", "hosts", "enrol", str(tmp_path / "intake-2.host.json"))
    listed = run(split, "keys", "hosts", "list")

    assert [one.exit_code for one in (made, enrolled, again, revoked, twice, listed)] == [0] * 6
    assert (refused.exit_code, "give a new host a new name" in str(refused.exception)) == (1, True)
    assert "Then run: keys hosts enrol" in made.output
    assert [line.split()[1] for line in listed.output.splitlines() if "intake-" in line] == [HOST, "intake-2"]
    assert "revoked" in listed.output
    assert load(out).intake == "intake-2"


@pytest.mark.usefixtures("stopped")
def test_split_again_keeps_the_keys_of_the_host_and_brings_the_new_token_key(split: Split) -> None:
    path = split.intake_folder / "keyset.json"
    before = load(path)
    assert run(split, "keys", "rotate", "token").exit_code == 0
    for change in (distribute, activate):
        split.opening.parts.keyring.adopt(change(split.opening_settings.keyset, "audit-hash", "2026-11-29"))

    assert run(split, "keys", "split", HOST, "--out", path).exit_code == 0

    after = load(path)
    assert (after.active["token"], before.active["token"]) == (1, 0)
    assert after.secrets["host", 0] == before.secrets["host", 0]
    assert [version for use, version in after.secrets if use == "audit-hash"] == [after.active["audit-hash"]] == [0]
    split.intake.keyring.adopt(after)


def test_the_keyset_of_another_host_is_not_overwritten(split: Split) -> None:
    path = split.intake_folder / "keyset.json"
    content = path.read_bytes()

    refused = run(split, "keys", "split", "another", "--out", path)

    assert "is not the keyset of another" in str(refused.exception)
    assert path.read_bytes() == content


@pytest.mark.usefixtures("stopped")
def test_a_keyset_of_the_first_releases_is_not_split_before_it_is_rotated(split: Split, tmp_path: Path) -> None:
    path = split.opening_settings.keyset
    document = json.loads(path.read_bytes())
    shared = {"tag", "search", "audit-hash", "publication"}
    document["secrets"] = [entry for entry in document["secrets"] if entry["use"] not in shared]
    path.write_text(json.dumps(document))

    refused = run(split, "keys", "split", "intake-2", "--out", tmp_path / "out.json")

    assert "the secrets search and index are the same" in str(refused.exception)


def test_doctor_says_which_tier_it_is_and_what_it_can_open(split: Split) -> None:
    opening = run(split, "doctor").output
    intake = run(split, "doctor", INTAKE, **intake_settings(split)).output

    assert "it can open all that is stored. Intake hosts that are enrolled: 1" in opening
    assert f"tier intake, host {HOST}: it stores, and can open nothing that is stored" in intake
    assert "✓ opening tier publishes for this host" in intake


def test_a_keyset_serves_its_own_tier_only(split: Split) -> None:
    wrong = run(split, "doctor", **intake_settings(split)).output

    assert "is of the whole service, and MASKING_TIER is intake" in wrong


def test_a_purpose_without_a_case_is_refused_where_the_service_is_split(split: Split, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(edited(put("purposes", "dispute", "case", "none")), "utf-8")
    assert DOCUMENT["purposes"]["dispute"]["case"] == "required"

    alone, apart = (
        invoke("policy", "check", policy, "--state-dir", tmp_path, MASKING_TIER=tier) for tier in ("", "opening")
    )

    assert (alone.exit_code, apart.exit_code) == (0, 1), alone.output
    assert "purposes.dispute.case: must be required where the tiers are split" in apart.output
    with pytest.raises(PolicyError):
        Policy.load(policy, development=True).check_split()


def test_every_secret_has_an_age_and_each_that_turns_over_a_limit(split: Split) -> None:
    told = split.opening.get(None, "/metrics").text
    created, limited = (
        set(re.findall(rf'^masking_key_{name}\{{use="([a-z-]+)"\}} [1-9]', told, re.MULTILINE))
        for name in ("created_timestamp_seconds", "max_age_seconds")
    )
    shown = run(split, "keys", "status").output

    secrets = {use for use, _ in split.opening.parts.keyring.keyset.secrets}
    assert created == {*secrets, "root", "data", "api-key", "intake-host"}
    assert created - limited == {"tag", "data"}  # data keys have an alert of their own
    assert all(re.search(rf"\b{use}\b", shown) for use in {*secrets, "root", "api-key"})
