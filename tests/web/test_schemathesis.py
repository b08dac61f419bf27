"""What an outsider finds who has nothing but the OpenAPI document: schemathesis, by its defaults, over real HTTP.

All its checks are on, in all its phases (examples, coverage, fuzzing, stateful): for every operation as a label
printer, and as two of the other roles of the policy that may use it. Without a credential the phases that vary what is
sent are left out, because every operation refuses before it reads anything. The runs are small and always the same;
`--max-examples` makes larger ones of them by hand.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from masking_service.http import operations
from masking_service.service.call.operation import Operation
from tests.e2e.processes import Running
from tests.service.people.policies import DEFAULT, edited, someone
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, PRINTER, PRIVACY, SUPERVISOR, TRACKING

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]
ROLES = (None, PRINTER, COURIER, TRACKING, OFFICER, DESK, AUDITOR, PRIVACY, SUPERVISOR)
"""Those who close cases, erase and freeze come last."""
FOR_ALL = (None, PRINTER)
"""As these, every operation is called. What the other roles may not use is refused before anything is read."""
OUT_OF_REACH = {
    ("post", "/v1/cases/{}/approve"),
    ("post", "/v1/cases/{}/deny"),
    ("delete", "/v1/calls/{}"),
    ("post", "/v1/calls/records"),
    ("post", "/v1/holds/{}/set"),
}
"""They need a case that another role has opened and that is pending, and the document's examples name one that is open;
or a hold that another person has proposed; or a call of one's own, which no example can name; or the provider's
signature."""
MAX_EXAMPLES = 3
ALLOWED = {200, 201, 302, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503}
PHASES = ("Examples", "Coverage", "Fuzzing", "Stateful")
REFUSED_PHASES = PHASES[:2]
"""Without a credential."""
COUNTED = re.compile(r'^masking_requests_total\{method="(\w+)",route="([^"]*)",status="(\d+)"\} (\d+)', re.MULTILINE)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One of its own, which holds what the document's examples name: a waybill, at a courier, under a case."""
    folder = tmp_path_factory.mktemp("schemathesis")
    policy = folder / "policy.yaml"
    policy.write_text(edited(lambda document: document.update(search={"phone": True, "last4": True})), "utf-8")
    running = Running.serve(folder, "--dev", "--workers", "1", MASKING_POLICY=str(policy))
    for who, name in ((PRINTER, "tokenize"), (TRACKING, "move_custody"), (DESK, "open_case")):
        row = next(row for row in operations.TABLE if row.name == name)
        assert row.example is not None
        body = row.example.body | ({"officer": None} if name == "open_case" else {})
        assert running.status(running.credentials[who], "POST", row.path, body) in {200, 201}
    yield running
    running.stop()


BY_ROLE = """
[[operations]]
include-path = "/v1/calls"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "429", "5xx"]

[[operations]]
include-path = "/v1/decoys"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429", "5xx"]
"""
"""A call needs a case in the hands of some roles and none in those of others, and a seed one of the company's own
numbers, which no schema of a body can say."""


def usable(role: str | None) -> list[str]:
    """The operations that are called as a role, but for the one that gives the document."""
    return [row.name for row in operations.TABLE if row.name != "openapi" and (role in FOR_ALL or role in users(row))]


def users(row: Operation) -> list[str]:
    """The first two roles, but for the printer, that may use an operation. The others would be answered alike."""
    others = [role for role in ROLES if role and role != PRINTER]
    return [role for role in others if any(DEFAULT.permits(someone(role), each) for each in row.permissions)][:2]


def run(service: Running, role: str | None, folder: Path) -> subprocess.CompletedProcess[str]:
    config = folder / "schemathesis.toml"
    config.write_text(BY_ROLE, "utf-8")
    header = ["-H", f"Authorization: Bearer {service.credentials[role]}"] if role else []
    return subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            f"--config-file={config}",
            "run",
            f"http://127.0.0.1:{service.port}/openapi.json",
            "--seed=1",
            f"--max-examples={MAX_EXAMPLES}",
            "--checks=all",
            "--continue-on-failure",
            f"--phases={','.join(REFUSED_PHASES if role is None else PHASES).lower()}",
            "--generation-database=none",
            "--no-color",
            *(f"--include-operation-id={name}" for name in usable(role)),
            *header,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "anonymous")
def test_it_finds_nothing(service: Running, role: str | None, tmp_path: Path) -> None:
    found = run(service, role, tmp_path)

    assert found.returncode == 0, found.stdout + found.stderr
    # The last one needs operations that follow each other.
    for phase in {None: REFUSED_PHASES, PRINTER: PHASES}.get(role, PHASES[:3]):
        assert f"✅ {phase}" in found.stdout
    assert f"Tested: {len(usable(role))}\n" in found.stdout


def test_it_got_through_to_every_operation_and_met_no_other_status(service: Running) -> None:
    counted = COUNTED.findall(service.call(None, "GET", "/metrics")[2].decode())
    done = {(method.lower(), re.sub(r"<[^>]*>", "{}", route)) for method, route, status, _ in counted if status < "400"}

    assert {int(status) for _, _, status, _ in counted} <= ALLOWED
    assert {(row.method, re.sub(r"\{[^}]*\}", "{}", row.path)) for row in operations.TABLE} - done == OUT_OF_REACH
