"""What `serve --dev` finds in its state directory from an earlier run, and what it looks after."""

from pathlib import Path

import pytest

from masking_service.dev.child import Witness
from masking_service.dev.development import Development
from masking_service.dev.embedded import EmbeddedServer
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.settings import SettingsError
from masking_service.shipped import shipped

DAMAGED = {
    "empty": b"",
    "torn": b'{"auditor": "wm1-',
    "list": b'["auditor"]',
    "number": b'{"auditor": 1}',
    "short-key": b'{"auditor": "wm1-short"}',
    "not-utf-8": b'{"auditor": "\xff"}',
}


def test_damaged_credentials_are_named_and_made_anew_once_they_are_removed(tmp_path: Path) -> None:
    settings = {"MASKING_STATE_DIR": str(tmp_path)}
    with Development(settings):
        path = tmp_path / "credentials.json"
    refused = {}
    for name, content in DAMAGED.items():
        path.write_bytes(content)
        with pytest.raises(SettingsError) as fault, Development(settings):
            pass
        refused[name] = str(fault.value)

    assert refused == dict.fromkeys(
        DAMAGED,
        f"{path} is damaged: it has to be a JSON object of client names and API keys. "
        "Remove it; the next start makes new keys.",
    )
    path.unlink()
    with Development(settings):
        assert path.stat().st_size > 0


def test_the_store_and_the_witness_are_looked_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(EmbeddedServer, "revive", lambda _: seen.append("store"))
    monkeypatch.setattr(Witness, "look_after", lambda _: seen.append("witness"))

    with Development({"MASKING_STATE_DIR": str(tmp_path)}) as running:
        running.look_after()

    assert seen == ["store", "witness"]


def test_commands_use_the_policy_under_which_it_was_served_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, other = tmp_path / "served.yaml", tmp_path / "other.yaml"
    served.write_bytes(shipped("policy.yaml").read_bytes())

    monkeypatch.chdir(tmp_path)

    with Development({"MASKING_STATE_DIR": str(tmp_path), "MASKING_POLICY": served.name}):
        pass

    assert settings_of(tmp_path).policy == served  # whatever folder the command is called in
    monkeypatch.setenv("MASKING_POLICY", str(other))
    assert settings_of(tmp_path).policy == other
