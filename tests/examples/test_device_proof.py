"""The examples of device proofs against the running service: each enrols a device, and views with it once approved."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from keys.device_proofs import device_code
from keys.files import read_secret_file
from masking_service.runtime.clock import clock
from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY
from masking_service.service.people.issuers import mint
from tests import programs
from tests.e2e.processes import ROOT, Running, environment, wait_for
from tests.examples.clients import BRIEF
from tests.service.people.policies import DOCUMENT
from tests.web.api import SITE, record
from tests.web.people import PRINTER

CLIENTS = ROOT / "examples" / "clients"
COMMANDS = {
    "python": [sys.executable, str(CLIENTS / "device_proof.py")],
    "java": ["java", *BRIEF, str(CLIENTS / "ProvenCalls.java")],
}


@pytest.fixture(scope="module")
def proving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that wants views proven, under its own address."""
    folder = tmp_path_factory.mktemp("proving")
    policy = folder / "policy.yaml"
    policy.write_text(yaml.safe_dump(DOCUMENT), "utf-8")
    running = Running.serve(folder, "--dev", "--workers", "1", MASKING_POLICY=str(policy))
    devices = {"urls": [f"http://127.0.0.1:{running.port}"], "proof": ["waybill-view"]}
    policy.write_text(yaml.safe_dump(DOCUMENT | {"devices": devices}), "utf-8")  # in force within two seconds
    running.call(
        running.credentials[PRINTER], "POST", "/v1/tokenize", {"records": [record()], "custody": {"site": SITE}}
    )
    yield running
    running.stop()


def minted(service: Running, role: str, sub: str) -> str:
    issuer = read_secret_file(service.state / DEVELOPMENT_ISSUER_KEY)
    return mint(issuer, sub=sub, roles=[role], sites=[SITE], ttl=600, now=clock())


@pytest.mark.parametrize("language", ["python", pytest.param("java", marks=pytest.mark.needs("java"))])
def test_a_device_is_enrolled_approved_and_shows_the_round(proving: Running, tmp_path: Path, language: str) -> None:
    token, boss = minted(proving, "courier", f"c-{language}"), minted(proving, "supervisor", "boss")
    settings = environment(MASKING_URL=f"http://127.0.0.1:{proving.port}", MASKING_TOKEN=token)
    number = record()["waybill_no"]
    wait_for(lambda: proving.status(token, "GET", f"/v1/waybills/{number}") == 401, "the policy is in force")

    def run(*words: str) -> programs.Ended:
        return programs.run(*COMMANDS[language], *words, env=settings, cwd=tmp_path)

    enrolled = run("enrol", "round phone")
    code, answer = enrolled.stdout.splitlines()
    device = json.loads(answer)["device"]
    early = run("view", number)
    path = f"/v1/principals/dev%2Fc-{language}/devices/{device}/approve"
    approved = proving.status(boss, "POST", path, {"code": code.removeprefix("code ")})
    shown = run("view", number)

    assert (enrolled.returncode, code) == (0, f"code {device_code(device)}")
    assert (early.returncode, json.loads(early.stdout)["code"]) == (1, "signature-invalid")
    assert (approved, shown.returncode) == (200, 0)
    assert json.loads(shown.stdout)["record"]["recipient"]["address"] == "一号楼二单元三零一"
