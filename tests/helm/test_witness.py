"""The witness, started here with the chart's own command: it archives with the public key and few rights alone."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.processes import ROOT, command, environment, wait_for
from tests.helm.chart import Chart
from tests.keys.known import secret_file
from tests.servers import HOST, Node, single
from tests.store.stores import ask

RIGHTS = (ROOT / "examples" / "redis-witness.acl").read_text().split()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A store with a log: keys were made, and a client was added."""
    with single(tmp_path) as node:
        settings = {"MASKING_STATE_DIR": str(tmp_path / "keys"), "MASKING_REDIS_URL": node.url}
        command("keys", "init", **settings)
        command("clients", "add", "p", "--role", "label-printer", **settings)
        yield node


def test_it_archives_with_the_rights_that_are_shipped_for_it(chart: Chart, node: Node, tmp_path: Path) -> None:
    ask(node.client, "ACL", "SETUSER", *RIGHTS[1:], ">secret")
    (container,) = chart.one("production", "StatefulSet", "witness")["spec"]["template"]["spec"]["containers"]
    line = [sys.executable, *container["command"][1:], *container["args"]]
    key = tmp_path / "keys" / "audit-public.pem"
    state = tmp_path / "witness"
    state.mkdir()

    witness = subprocess.Popen(
        [word.replace("/run/masking/witness/audit-public.pem", str(key)) for word in line],
        cwd=ROOT,
        env=environment(MASKING_STATE_DIR=str(state), MASKING_REDIS_URL=f"redis://witness:secret@{HOST}:{node.port}/0"),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: "client-add" in archived(state), "the log is archived")
    finally:
        witness.send_signal(signal.SIGTERM)
        said = witness.communicate(timeout=20)[1]

    assert (witness.returncode, said) == (0, "")
    assert not any(path.name == "keyset.json" for path in state.rglob("*"))


def archived(state: Path) -> set[str]:
    """The actions in the archive."""
    lines = [line for segment in state.rglob("*.ndjson") for line in segment.read_text().splitlines()]
    return {json.loads(line).get("entry", {}).get("action", "") for line in lines}


def test_the_archive_is_served_with_the_chart_s_own_command(chart: Chart, tmp_path: Path) -> None:
    _, container = chart.one("everything", "StatefulSet", "witness")["spec"]["template"]["spec"]["containers"]
    key = secret_file(tmp_path / "key", b"k" * 32, 0o440)
    here = {"/run/masking/archive/key": str(key), "0.0.0.0": "127.0.0.1", "8090": "0"}  # noqa: S104 - as in the pod
    line = [here.get(word, word) for word in [sys.executable, *container["command"][1:], *container["args"]]]

    serving = subprocess.Popen(
        line, cwd=ROOT, env=environment(MASKING_STATE_DIR=str(tmp_path)), stdout=subprocess.PIPE, text=True
    )
    try:
        assert serving.stdout
        url = serving.stdout.readline().split()[0]
        with urlopen(url + container["livenessProbe"]["httpGet"]["path"]) as answered:  # noqa: S310 - on this machine
            status = answered.status
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=20)

    assert (status, serving.returncode) == (200, 0)
