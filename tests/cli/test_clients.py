"""`clients`: what it shows of clients and keys is whole, for a person and for a script."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

from click.testing import Result

from masking_service.service.people.errors import ClientError
from tests.cli.conftest import Command
from tests.e2e.processes import ROOT, SERVICE, environment

LONG = "printer-of-the-eastern-sorting-hall-number-"


def on_a_terminal(folder: Path, store: str, columns: int, *arguments: str) -> str:
    """What a command shows on a terminal of that width."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    settings = environment(MASKING_STATE_DIR=str(folder), MASKING_REDIS_URL=store, TERM="xterm")
    variables = {name: value for name, value in settings.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen([*SERVICE, *arguments], cwd=ROOT, env=variables, stdin=its, stdout=its) as process:
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


def key_id(added: Result) -> str:
    told = re.search(r"Its id is ([0-9a-f]{12})\.$", added.stderr.strip())
    assert told, added.stderr
    return told[1]


def test_the_id_of_a_new_key_is_told_and_ends_it(production: Command) -> None:
    production("clients", "add", "printer-1", "--role", "label-printer")
    second = key_id(production("clients", "add", "printer-1"))

    assert production("clients", "revoke", "printer-1", "--key", second).stdout == "revoked\n"
    assert second not in production("clients", "list").stdout


def test_a_script_gets_aligned_columns_with_a_line_for_each_client(production: Command) -> None:
    sites = ["--site", "021001", "--site", "021002"]
    first = key_id(production("clients", "add", f"{LONG}1", "--role", "courier", *sites))
    second = key_id(production("clients", "add", f"{LONG}1"))

    assert production("clients", "list").stdout == (
        f"{'client':<{len(LONG) + 1}}  tenant   role     sites          networks  {'keys':<25}  state\n"
        f"{LONG}1  default  courier  021001,021002  any       {first},{second}  in use\n"
    )


def test_nothing_is_cut_on_a_narrow_terminal(production: Command, tmp_path: Path, valkey: str) -> None:
    keys = [
        key_id(production("clients", "add", f"{LONG}{at}", "--role", "label-printer", "--expires-in-days", "90"))
        for at in "12"
    ]

    shown = on_a_terminal(tmp_path, valkey, 80, "clients", "list")

    first = [line.split("│")[1].strip() for line in shown.splitlines() if "│" in line]
    assert f"{LONG}1{LONG}2" in "".join(first)
    assert [key for key in keys if key not in shown] == []
    assert "…" not in shown


def test_a_new_client_without_a_role_is_told_to_give_one(production: Command) -> None:
    production("clients", "add", "printer-1", "--role", "label-printer")
    refused = production("clients", "add", "printer-2")

    assert isinstance(refused.exception, ClientError)
    assert str(refused.exception) == "no such client; give --role for a new client"
