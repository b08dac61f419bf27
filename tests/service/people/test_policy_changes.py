"""A policy counts as changed when it or a file that it names does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from masking_service.service.people.policy import PolicyFile
from tests.service.people.policies import ISSUER, edited

CALLS = {"provider": "aliyun", "url": "https://numbers.example.com", "account": "LTAI5t", "pool": "FC100"}
SIGNED = {"rp_id": "desk.example.com", "origins": ["https://desk.example.com"], "acts": ["detokenize"]}
NAMED = ("policy.yaml", "issuer.json", "tickets.key", "calls.key", "records.key", "models.pem")


def naming_files(document: dict[str, Any]) -> None:
    document["issuers"] = {
        "here": {**ISSUER, "keys": "issuer.json"},
        "fetched": {**ISSUER, "issuer": "https://login.example.net"},
    }
    document["cases"]["check"] = {"url": "https://tickets.example.com/check", "key": "tickets.key"}
    document["calls"] = {**CALLS, "key": "calls.key", "records_key": "records.key"}
    document["signed"] = {**SIGNED, "models": {"d8522d9f-575b-4866-88a9-ba99fa02f35b": "models.pem"}}


@pytest.mark.parametrize("name", NAMED)
def test_each_file_that_it_names_changes_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "policy.yaml").write_text(edited(naming_files), "utf-8")
    (tmp_path / "other").write_text("", "utf-8")
    file = PolicyFile(tmp_path / "policy.yaml")
    file.read(development=False)
    before = file.changed()

    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).write_text(edited(naming_files) + "# again\n", "utf-8")
    (tmp_path / "other").write_text("changed", "utf-8")
    changed = file.changed()
    file.read(development=False)

    assert (before, changed, file.changed()) == (False, True, False)
