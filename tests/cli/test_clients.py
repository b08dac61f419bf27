"""`clients`: what it shows of clients and keys is whole, for a person and for a script."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.processes import ROOT, environment

Command = Callable[..., subprocess.CompletedProcess[str]]
LONG = "printer-of-the-eastern-sorting-hall-number-"
COMMAND = (sys.executable, "-m", "masking_service")


@pytest.fixture
def settings(tmp_path: Path, valkey: str) -> dict[str, str]:
    return environment(MASKING_STATE_DIR=str(tmp_path), MASKING_REDIS_URL=valkey)


@pytest.fixture
def command(settings: dict[str, str]) -> Command:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments], cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False
        )

    run("keys", "init")
    return run


def on_a_terminal(settings: dict[str, str], columns: int, *arguments: str) -> str:
    """What a command shows on a terminal of that width."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {name: value for name, value in settings.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, env=variables | {"TERM": "xterm"}, stdin=its, stdout=its
    ) as process:
        os.close(its)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # how a terminal ends on Linux
            pass
        os.close(ours)
    assert process.returncode == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode())


def key_id(added: subprocess.CompletedProcess[str]) -> str:
    told = re.search(r"Its id is ([0-9a-f]{12})\.$", added.stderr.strip())
    assert told, added.stderr
    return told[1]


def test_the_id_of_a_new_key_is_told_and_ends_it(command: Command) -> None:
    command("clients", "add", "printer-1", "--role", "label-printer")
    second = key_id(command("clients", "add", "printer-1"))

    assert command("clients", "revoke", "printer-1", "--key", second).stdout == "revoked\n"
    assert second not in command("clients", "list").stdout


def test_a_script_gets_aligned_columns_with_a_line_for_each_client(command: Command) -> None:
    sites = ["--site", "021001", "--site", "021002"]
    first = key_id(command("clients", "add", f"{LONG}1", "--role", "courier", *sites))
    second = key_id(command("clients", "add", f"{LONG}1"))

    assert command("clients", "list").stdout == (
        f"{'client':<{len(LONG) + 1}}  tenant   role     sites          networks  {'keys':<25}  state\n"
        f"{LONG}1  default  courier  021001,021002  any       {first},{second}  in use\n"
    )


def test_nothing_is_cut_on_a_narrow_terminal(command: Command, settings: dict[str, str]) -> None:
    keys = [
        key_id(command("clients", "add", f"{LONG}{at}", "--role", "label-printer", "--expires-in-days", "90"))
        for at in "12"
    ]

    shown = on_a_terminal(settings, 80, "clients", "list")

    first = [line.split("│")[1].strip() for line in shown.splitlines() if "│" in line]
    assert f"{LONG}1{LONG}2" in "".join(first)
    assert [key for key in keys if key not in shown] == []
    assert "…" not in shown


def test_a_new_client_without_a_role_is_told_to_give_one(command: Command) -> None:
    command("clients", "add", "printer-1", "--role", "label-printer")
    refused = command("clients", "add", "printer-2")

    assert refused.returncode == 2
    assert refused.stderr == "no such client; give --role for a new client\n"
