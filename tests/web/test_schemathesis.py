"""What an outsider finds who has nothing but the OpenAPI document: schemathesis, by its defaults, over real HTTP.

All its checks are on, in all its phases (examples, coverage, fuzzing, stateful), in one run that calls each operation
as a role that may use it. `make proofs` also takes two roles for each, and all operations as a label printer and
without a credential. There the phases that vary what is sent are left out, because every operation refuses before it
reads anything. The runs are small and always the same; `--max-examples` makes larger ones of them by hand.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from masking_service.http import operations
from masking_service.service.call.operation import Operation
from tests.e2e.processes import Running
from tests.service.people.policies import DEFAULT, edited, someone
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, PRINTER, PRIVACY, SUPERVISOR, TRACKING

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]
ROLES = (None, PRINTER, COURIER, TRACKING, OFFICER, DESK, AUDITOR, PRIVACY, SUPERVISOR)
"""Those who close cases, erase and freeze come last."""
ONE_EACH = (TRACKING, OFFICER, DESK, PRINTER, PRIVACY, SUPERVISOR)
"""Together they may use every operation; those that are open to all are called as the printer."""
FOR_ALL = (None, PRINTER)
"""As these, `make proofs` calls every operation. What they may not use is refused before anything is read."""
OUT_OF_REACH = {
    ("post", "/v1/cases/{case}/approve"),
    ("post", "/v1/cases/{case}/deny"),
    ("delete", "/v1/calls/{ref}"),
    ("post", "/v1/calls/records"),
    ("post", "/v1/holds/{hold}/set"),
    ("post", "/v1/acts"),
    ("get", "/v1/me/keys"),
    ("post", "/v1/me/keys"),
    ("post", "/v1/me/keys/options"),
    ("post", "/v1/principals/{principal}/keys/{key}/approve"),
    ("post", "/v1/principals/{principal}/keys/{key}/deny"),
    ("post", "/v1/principals/{principal}/keys/{key}/revoke"),
    ("get", "/v1/me/devices"),
    ("post", "/v1/me/devices"),
    ("post", "/v1/principals/{principal}/devices/{device}/approve"),
    ("post", "/v1/principals/{principal}/devices/{device}/deny"),
    ("post", "/v1/principals/{principal}/devices/{device}/revoke"),
}
"""They need a case that another role has opened and that is pending, and the document's examples name one that is open;
or a hold that another person has proposed; or a call of one's own, which no example can name; or the provider's
signature; or a signed-in person with a key or a device, and these are API keys (`tests/web/keys/` and
`tests/web/test_people_devices.py` call them)."""
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
        body = row.example_body | ({"officer": None} if name == "open_case" else {})
        assert running.status(running.credentials[who], "POST", row.path, body) in {200, 201}
    yield running
    running.stop()


BY_ROLE = """
[[operations]]
include-path = "/v1/calls"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "429", "5xx"]

[[operations]]
include-path = "/v1/detokenize"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "429", "5xx"]

[[operations]]
include-path = "/v1/decoys"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429", "5xx"]

[[operations]]
include-path = ["/v1/incidents", "/v1/incidents/{incident}"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429", "5xx"]

[[operations]]
include-path = ["/v1/audit", "/v1/audit/summary", "/v1/audit/searches", "/v1/cases"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429", "5xx"]
"""
"""What no schema can say.

A call needs a case in the hands of some roles and none in those of others, values need one for some purposes, a
seed one of the company's own numbers, an incident a time that has passed and duties of its own; and a page follows
one that was answered before.
"""


def users(row: Operation, roles: Sequence[str | None]) -> list[str]:
    """Those of some roles that may use an operation."""
    return [role for role in roles if role and any(DEFAULT.permits(someone(role), each) for each in row.permissions)]


ROWS = [row for row in operations.TABLE if row.name != "openapi"]
"""All but the one that gives the document."""
ONCE = {role: [row.name for row in ROWS if role == (users(row, ONE_EACH) or [PRINTER])[0]] for role in ONE_EACH}
TWICE = {
    role: own
    for role in ROLES
    if (own := [row.name for row in ROWS if role in FOR_ALL or role in users(row, ROLES[2:])[:2]])
}
"""A role of which others have all operations is left out: without one, all of them would be called."""


def run(
    service: Running, folder: Path, names: Mapping[Any, Sequence[str]], phases: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Call operations, each as a role."""
    config = folder / "schemathesis.toml"
    as_roles = [
        f"[[operations]]\ninclude-operation-id = {json.dumps(own)}\n"
        f'headers = {{ Authorization = "Bearer {service.credentials[role]}" }}\n'
        for role, own in names.items()
        if role and own
    ]
    config.write_text("\n".join((BY_ROLE, *as_roles)), "utf-8")
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
            f"--phases={','.join(phases).lower()}",
            "--generation-database=none",
            "--no-color",
            *(f"--include-operation-id={name}" for own in names.values() for name in own),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_it_finds_nothing(service: Running, tmp_path: Path) -> None:
    found = run(service, tmp_path, ONCE, PHASES)

    assert found.returncode == 0, found.stdout + found.stderr
    for phase in PHASES:
        assert f"✅ {phase}" in found.stdout
    assert f"Tested: {len(ROWS)}\n" in found.stdout


@pytest.mark.parametrize("role", TWICE, ids=lambda role: role or "anonymous")
def test_it_finds_nothing_as_others(service: Running, role: str | None, tmp_path: Path) -> None:
    found = run(service, tmp_path, {role: TWICE[role]}, REFUSED_PHASES if role is None else PHASES)

    assert found.returncode == 0, found.stdout + found.stderr
    # The last one needs operations that follow each other.
    for phase in {None: REFUSED_PHASES, PRINTER: PHASES}.get(role, PHASES[:3]):
        assert f"✅ {phase}" in found.stdout
    assert f"Tested: {len(TWICE[role])}\n" in found.stdout


def test_it_got_through_to_every_operation_and_met_no_other_status(service: Running) -> None:
    counted = COUNTED.findall(service.call(None, "GET", "/metrics")[2].decode())
    done = {(method.lower(), route) for method, route, status, _ in counted if status < "400"}

    assert {int(status) for _, _, status, _ in counted} <= ALLOWED
    assert {(row.method, row.path) for row in operations.TABLE} - done == OUT_OF_REACH
