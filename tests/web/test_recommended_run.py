"""The policy of `make run POLICY=recommended`, as the command prints it for the service and the desk."""

import sys
from dataclasses import replace
from pathlib import Path

from masking_service.runtime.settings import Settings
from tests import programs
from tests.web.api import NUMBER, field, record, refusal, started


def test_its_service_wants_openings_signed_and_views_proven(settings: Settings, valkey: str, tmp_path: Path) -> None:
    policy = tmp_path / "recommended.yaml"
    policy.write_text(programs.run(sys.executable, "-m", "masking_service.dev.recommended", "9000").stdout, "utf-8")
    api = started(replace(settings, policy=policy))
    api.tokenize(record())
    officer = api.mint("dispute-officer")
    opening = {"purpose": "dispute", "case": "D-1", "items": [field(NUMBER, "/sender/phone")]}

    opened = api.post(officer, "/v1/detokenize", opening)
    viewed = api.get(officer, f"/v1/waybills/{NUMBER}")

    document = api.get(None, "/openapi.json").get_json()
    assert refusal(opened) == (401, "signature-required")
    assert refusal(viewed) == (401, "device-proof-required")
    assert document["x-origins"] == ["http://localhost:9001"]
    assert "http://127.0.0.1:9000" in [each["url"] for each in document["servers"]]
