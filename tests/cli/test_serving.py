"""`serve --dev` as a process: it is announced once it is ready, and what keeps it from that is said."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from masking_service.cli.serve import regularly
from masking_service.dev.development import Development
from masking_service.shipped import ROOT
from tests import programs
from tests.e2e.processes import SERVICE, Running, invoke, run, wait_for
from tests.servers import Node, durable, free_ports

RECORD = {"waybill_no": "SF1234567890", "recipient": {"name": "张三", "phone": "13812345678"}}


class Down:
    """A development set-up whose store went down after it was made."""

    def __init__(self, folder: Path) -> None:
        self.node = Node(folder / "nodes", durable()).start()
        self.state = folder / "state"
        with Development({"MASKING_STATE_DIR": str(self.state), "MASKING_REDIS_URL": self.node.url}):
            pass
        self.node.kill()

    def serve(self, folder: Path) -> Running:
        port = free_ports(1)[0]
        command = (*SERVICE, "serve", "--dev", f"--port={port}", f"--state-dir={self.state}")
        return Running(command, folder, {"MASKING_REDIS_URL": self.node.url}, port=port)

    def doctor(self) -> str:
        """Return what `doctor` prints of the service."""
        return invoke("doctor", f"--state-dir={self.state}", MASKING_REDIS_URL=self.node.url).stdout


@pytest.fixture
def down(tmp_path: Path) -> Iterator[Down]:
    made = Down(tmp_path)
    yield made
    made.node.kill()


def test_a_check_that_waits_longer_than_the_interval_does_not_run_inside_itself() -> None:
    def check() -> None:
        runs.append("begins")
        if len(runs) == 1:
            signal.raise_signal(signal.SIGALRM)  # as the timer does meanwhile
        runs.append("ends")

    runs: list[str] = []
    with regularly(check):
        signal.raise_signal(signal.SIGALRM)

    assert runs[:2] == ["begins", "ends"]


CALLED_BY_A_SIGNAL = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
from masking_service.cli.announcement import Announcement
from masking_service.dev.tiers import _children
from masking_service.runtime.state_files import served_address

folder, before = Path(sys.argv[1]), {*sys.modules}
listener = SimpleNamespace(sock=SimpleNamespace(getsockname=lambda: ("127.0.0.1", 8080)))
Announcement(folder).listening(SimpleNamespace(LISTENERS=[listener]))
_children(os.getpid())
print(served_address(folder), {*sys.modules} - before)
"""


def test_what_a_signal_calls_imports_no_codec(tmp_path: Path) -> None:
    """The signal may interrupt the same import, and then no codec is found: `LookupError` ended the service."""
    told = programs.output(sys.executable, "-c", CALLED_BY_A_SIGNAL, tmp_path, cwd=ROOT)

    assert told.strip() == "http://127.0.0.1:8080 set()"


def test_a_store_that_is_down_leaves_masks_and_is_no_readiness(down: Down, tmp_path: Path) -> None:
    service = down.serve(tmp_path)
    served = f"served at http://127.0.0.1:{service.port}\n"  # by a worker that was ready first; others follow
    try:
        wait_for(lambda: "not ready yet" in service.log, "the reason", 30)
        masks = service.status(service.credentials["label-printer"], "POST", "/v1/mask", {"records": [RECORD]})
        ready = service.status(None, "GET", "/readyz")
        said = service.log
        down.node.start()
        wait_for(lambda: f"ready at http://127.0.0.1:{service.port}\n" in service.log, "the ready line", 30)
        wait_for(lambda: served in down.doctor(), "doctor finds a ready worker", 30)
        recovered = service.status(None, "GET", "/readyz")
    finally:
        service.stop()

    assert (masks, ready, recovered) == (200, 503, 200)
    assert "ready at" not in said
    assert service.log.count("ready at") == 1
    assert not (down.state / "address").exists()


def test_without_credentials_a_store_that_is_down_stops_the_start(down: Down) -> None:
    (down.state / "credentials.json").unlink()

    stopped = run("serve", "--dev", "--port=0", f"--state-dir={down.state}", MASKING_REDIS_URL=down.node.url)

    assert stopped.returncode == 2
    assert "the store does not answer" in stopped.stderr
    assert "ready" not in stopped.stdout


def test_policies_are_logged_by_digest_or_by_the_path_of_their_fault(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text((ROOT / "policy.yaml").read_text())
    service = Running.serve(tmp_path, "--dev", "--workers=1", MASKING_POLICY=str(policy))
    try:
        assert '"event":"policy-accepted"' in service.log
        content = yaml.safe_load(policy.read_text())
        content["roles"]["courier"]["profiles"] = ["no-such"]
        policy.write_text(yaml.safe_dump(content))
        wait_for(lambda: "policy-refused" in service.log, "the refusal")
    finally:
        service.stop()

    line = next(line for line in service.log.splitlines() if "policy-refused" in line)
    assert "roles.courier.profiles" in line
    assert "no-such" not in line
