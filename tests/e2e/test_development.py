"""`serve --dev` as a process: one line when it is ready, and a store that ends with it, however it ends."""

import json
import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from masking_service.runtime.set_up import running_url
from tests.e2e.conftest import CASE, RECORD, Stopped
from tests.e2e.processes import Running, command, gone, run, run_gunicorn, wait_for

pytestmark = pytest.mark.xdist_group("e2e/service")  # one process starts the service that they share
PEOPLE = {
    "label-printer",
    "courier",
    "tracking",
    "service-desk",
    "dispute-officer",
    "supervisor",
    "privacy-officer",
    "auditor",
    "overseer",
    "dispute-officer-2",
    "supervisor-2",
    "service-desk-2",
    "courier-2",
    "other-tenant-printer",
    "other-tenant-officer",
}


def test_it_says_that_it_is_ready_in_one_line(service: Running) -> None:
    lines = [line for line in service.log.splitlines() if line.startswith("ready")]
    assert lines == [f"ready at http://127.0.0.1:{service.port}"]


def test_it_has_a_credential_for_everybody(service: Running) -> None:
    assert set(service.credentials) == PEOPLE
    assert len(set(service.credentials.values())) == len(PEOPLE)


def test_its_secrets_are_for_its_user_alone(service: Running) -> None:
    for name in ("keyset.json", "credentials.json", "dev-issuer.pem", "clients.sealed", "valkey/url"):
        mode = stat.S_IMODE((service.state / name).stat().st_mode)
        assert (name, mode & 0o077) == (name, 0)


def test_the_main_job_runs_from_end_to_end(service: Running) -> None:
    who = service.credentials
    body = {"records": [RECORD], "custody": {"site": "021001"}}
    status, _, content = service.call(who["label-printer"], "POST", "/v1/tokenize", body)
    made = json.loads(content)["results"][0]["tokens"]["/sender/phone"]
    assert status == 200
    assert service.status(who["courier"], "GET", "/v1/waybills/SF1234567890?profile=courier") == 200
    assert service.status(who["service-desk"], "POST", "/v1/cases", CASE) == 201

    item = {"purpose": "dispute", "case": "D-1", "items": [{"token": made}]}
    opened = json.loads(service.call(who["dispute-officer"], "POST", "/v1/detokenize", item)[2])

    assert opened["results"] == [{"token": made, "kind": "phone", "value": "13812345678"}]


def test_a_minted_token_is_believed(service: Running) -> None:
    minted = command("token", "mint", "--role", "supervisor", "--sub", "u-1", "--state-dir", service.state)

    assert service.status(minted, "GET", "/v1/cases") == 200
    assert service.status(minted, "POST", "/v1/cases", CASE) == 403


@pytest.fixture(scope="module")
def kept(stopped: Stopped) -> dict[str, bytes]:
    """Files of the first service, that a second one uses."""
    names = ("keyset.json", "credentials.json", "dev-issuer.pem")
    return {name: (stopped.service.state / name).read_bytes() for name in names}


def test_sigterm_stops_it_and_its_store(stopped: Stopped) -> None:
    assert stopped.ended == 0
    assert gone(stopped.valkey)
    assert "Traceback" not in stopped.log


def test_a_killed_store_is_brought_back_while_the_service_runs_on(service: Running) -> None:
    running = service
    printer = running.credentials["label-printer"]

    def results() -> list[dict[str, Any]] | None:
        status, _, content = running.call(printer, "POST", "/v1/tokenize", {"records": [RECORD]})
        return json.loads(content)["results"] if status == 200 else None

    made = results()
    assert made

    os.kill(running.valkey_pid(), signal.SIGKILL)

    wait_for(lambda: running.status(None, "GET", "/readyz") == 503, "the store is missed", 5)
    wait_for(lambda: running.status(None, "GET", "/readyz") == 200, "one worker has the store again", 5)
    assert wait_for(results, "the other worker has it, too", 5) == [made[0] | {"created": False}]
    wait_for(lambda: running_url(running.state), "other commands find the store again", 5)


def test_data_without_its_keyset_is_refused_and_left_alone(stopped: Stopped, tmp_path: Path) -> None:
    state = shutil.copytree(stopped.service.state, tmp_path / "state")
    (state / "keyset.json").unlink()
    held = {path.name for path in (state / "valkey").rglob("*.aof")}

    refused = run("serve", "--dev", "--port", "0", "--state-dir", str(state))

    assert held
    assert refused.returncode == 2
    assert "keyset.json: is missing" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (state / "keyset.json").exists()
    assert {path.name for path in (state / "valkey").rglob("*.aof")} == held


@pytest.fixture(scope="module")
def second(stopped: Stopped) -> Iterator[Running]:
    """A second start where the first one was stopped, behind the tests that read what that one left."""
    running = Running.serve(stopped.service.folder, "--dev", "--workers", "1")
    yield running
    if running.process.poll() is None:
        running.stop()


def test_a_second_start_keeps_data_keys_and_credentials_and_counts_from_nothing(
    stopped: Stopped, kept: dict[str, bytes], second: Running
) -> None:
    counted = second.call(None, "GET", "/metrics")[2].decode()
    again = second.call(second.credentials["label-printer"], "POST", "/v1/tokenize", {"records": [RECORD]})[2]

    assert {name: (second.state / name).read_bytes() for name in kept} == kept
    assert json.loads(again)["results"][0]["tokens"] == json.loads(stopped.answered)["results"][0]["tokens"]
    assert 'route="/v1/tokenize"' not in counted


def test_a_killed_master_leaves_no_store_and_no_data_is_lost(second: Running) -> None:
    who = second.credentials
    batch = {"records": [RECORD | {"waybill_no": "SF1234567891"}]}
    made = json.loads(second.call(who["label-printer"], "POST", "/v1/tokenize", batch)[2])
    valkey = second.valkey_pid()

    second.kill()

    wait_for(lambda: gone(valkey), "the store ends with its master")
    wait_for(lambda: second.status(None, "GET", "/healthz") == 0, "the workers end with their master")
    third = Running.serve(second.folder, "--dev", "--workers", "1")
    try:
        assert third.credentials == who
        again = json.loads(third.call(who["label-printer"], "POST", "/v1/tokenize", batch)[2])
    finally:
        third.stop()
    assert made["results"][0]["created"]
    assert again["results"] == [made["results"][0] | {"created": False}]


def test_the_production_entry_refuses_keys_and_store_of_development(service: Running) -> None:
    url = (service.state / "valkey" / "url").read_text()
    refused = run_gunicorn(MASKING_STATE_DIR=str(service.state), MASKING_REDIS_URL=url, MASKING_BIND="127.0.0.1:0")

    assert refused.returncode != 0
    assert "was made for development; this set-up needs keys for production" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert url not in refused.stderr


def test_no_core_is_dumped_by_any_of_its_processes(service: Running) -> None:
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()

    assert len(children) >= 3
    for pid in children:
        limits = Path(f"/proc/{pid}/limits").read_text()
        line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert line.split()[4] in ("0", "1"), f"process {pid}"
