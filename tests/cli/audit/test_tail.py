"""`audit tail` shows entries as they come."""

import signal

from masking_audit.cli.tail import shown
from masking_audit.format.lines import EntryLine
from masking_audit.format.links import encode
from tests.audit.logs import entry
from tests.cli.audit.witnesses import StartCommand
from tests.cli.conftest import Command


def test_an_entry_is_shown_in_one_line() -> None:
    said = entry(at=0, action="detokenize", outcome="released", purpose="dispute", case="D-2026-0001", count=3)

    assert shown(EntryLine("ab", 1, encode(said), b"")).split() == [
        *("1970-01-01T00:00:00Z", "staff/u-1", "detokenize", "released", "dispute", "D-2026-0001", "3")
    ]


def test_control_characters_of_an_entry_are_not_printed() -> None:
    line = shown(EntryLine("ab", 1, encode(entry(principal="a\x1b[2Jb\nc")), b""))

    assert ("a?[2Jb?c" in line, "\n" in line, "\x1b" in line) == (True, False, False)


def test_tail_runs_until_it_is_interrupted(command: Command, start: StartCommand) -> None:
    watching = start("tail")
    assert watching.stdout is not None
    said = [watching.stdout.readline() for _ in range(3)]
    command("clients", "revoke", "printer-1")
    said += [watching.stdout.readline() for _ in range(3)]
    watching.send_signal(signal.SIGINT)

    assert watching.wait(60) == 0
    assert [line.split()[2] for line in said] == ["start", "client-add", "close", "start", "client-revoke", "close"]
