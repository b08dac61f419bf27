"""What a command takes from a state directory."""

from pathlib import Path
from typing import Literal

import pytest

from keys import keyset
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.state_files import SERVED_POLICY
from masking_service.shipped import shipped


@pytest.mark.parametrize(("made_for", "taken"), [("development", True), ("production", False)])
def test_the_policy_that_is_served_is_taken_in_development_only(
    tmp_path: Path, made_for: Literal["development", "production"], taken: bool
) -> None:
    keyset.create(tmp_path / "keyset.json", made_for=made_for, today="2026-11-30")
    (tmp_path / SERVED_POLICY).write_text("/a/policy.yaml\n")

    assert settings_of(tmp_path).policy == (Path("/a/policy.yaml") if taken else shipped("policy.yaml"))


def test_the_policy_that_the_environment_names_is_taken_before_the_one_that_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyset.create(tmp_path / "keyset.json", made_for="development", today="2026-11-30")
    (tmp_path / SERVED_POLICY).write_text("/a/policy.yaml\n")
    monkeypatch.setenv("MASKING_POLICY", "/named/policy.yaml")

    assert settings_of(tmp_path).policy == Path("/named/policy.yaml")
